//! Sums inside a sample.

use tensor_ops::Real;

/// Lanes of a sum: one vector of f32 with AVX-512.
const LANES: usize = 16;

/// Σ f(i, xᵢ, zᵢ), in an order that no instruction set changes. To be called inside `simd::dispatch`; f sees zeros behind the
/// end, which do not count.
#[inline(always)]
pub(super) fn sum<T: Real>(x: &[T], z: &[T], f: impl Fn(usize, T, T) -> T) -> T {
    let mut lanes = [T::ZERO; LANES];
    let ((x, x_tail), (z, z_tail)) = (x.as_chunks::<LANES>(), z.as_chunks::<LANES>());
    for (i, (x, z)) in x.iter().zip(z).enumerate() {
        for l in 0..LANES {
            lanes[l] += f(i * LANES + l, x[l], z[l]);
        }
    }
    let n = x_tail.len();
    if n > 0 {
        let (first, mut a, mut b) = (x.len() * LANES, [T::ZERO; LANES], [T::ZERO; LANES]);
        for (l, (x, z)) in x_tail.iter().zip(z_tail).enumerate() {
            (a[l], b[l]) = (*x, *z);
        }
        for l in 0..LANES {
            let part = f(first + l, a[l], b[l]);
            lanes[l] += if l < n { part } else { T::ZERO };
        }
    }
    let mut half = LANES / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] += lanes[l + half];
        }
        half /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn every_number_is_in_the_sum_once() {
        for n in 0..70 {
            let x: Vec<f64> = (0..n).map(|i| i as f64).collect();
            let z = vec![1.0; n];
            let expected: f64 = x.iter().map(|x| 3.0 * x + 1.0).sum();
            assert_eq!(sum(&x, &z, |i, x, z| i as f64 + 2.0 * x + z), expected, "{n}");
        }
    }
}
