//! Sums inside a sample.

use tensor_ops::Real;

/// Lanes of a sum: one vector of f32 with AVX-512.
const LANES: usize = 16;

/// Σ f(i) for i below n, in an order that no instruction set changes. To be called inside `simd::dispatch`.
#[inline(always)]
pub(super) fn sum<T: Real>(n: usize, f: impl Fn(usize) -> T) -> T {
    let mut lanes = [T::ZERO; LANES];
    let whole = n - n % LANES;
    let mut first = 0;
    while first < whole {
        for l in 0..LANES {
            lanes[l] += f(first + l);
        }
        first += LANES;
    }
    for i in whole..n {
        lanes[i - whole] += f(i);
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
            assert_eq!(sum(n, |i| (i + 1) as f64), (n * (n + 1) / 2) as f64, "{n}");
        }
    }
}
