use super::*;
use crate::matmul::matmul_naive;

/// Small integers, so that every order of summation gives the same, exact sum.
fn values<T: Real>(n: usize, modulus: usize) -> Vec<T> {
    (0..n).map(|i| T::from_f64((i * 7 % modulus) as f64 - 3.0)).collect()
}

/// All four forms of the operands, with what is to come out.
fn every_form<T: Real>(m: usize, k: usize, n: usize, mut f: impl FnMut(Matrix<'_, T>, Matrix<'_, T>, &[T])) {
    let (a, b) = (values::<T>(m * k, 11), values::<T>(k * n, 13));
    for a in [Matrix::new(&a, m, k), Matrix::new(&a, k, m).t()] {
        for b in [Matrix::new(&b, k, n), Matrix::new(&b, n, k).t()] {
            f(a, b, &matmul_naive(a, b));
        }
    }
}

/// A sum on this thread by the instructions named.
fn compute_on<T: Real>(isa: Isa, a: Matrix<'_, T>, b: Matrix<'_, T>, update: Update, c: &mut [T]) {
    let x = Product::new(a, b, update, c);
    // SAFETY: `new` has checked the bounds, and the tests name available instructions.
    unsafe { compute(&x, isa) }
}

fn agree<T: Real>(sizes: &[(usize, usize, usize)]) {
    for &(m, k, n) in sizes {
        every_form::<T>(m, k, n, |a, b, want| {
            for &isa in Isa::available() {
                let mut c = vec![T::from_f64(f64::NAN); m * n];
                compute_on(isa, a, b, Update::Assign, &mut c);
                assert!(c == want, "{isa:?} {m} x {k} x {n}");
                compute_on(isa, a, b, Update::Accumulate, &mut c);
                assert!(
                    c.iter().zip(want).all(|(c, want)| *c == *want + *want),
                    "{isa:?} {m} x {k} x {n} twice"
                );
            }
        });
    }
}

#[test]
fn every_instruction_set_agrees_with_the_definition_at_every_tail() {
    let most = if cfg!(miri) { 5 } else { 40 };
    let mut sizes = Vec::new();
    for x in 1..=most {
        for y in [1, 2, 7, 17, 33] {
            sizes.extend([(x, y, 9), (y, x, 21), (3, y, x), (x, 3, y)]);
        }
    }
    agree::<f32>(&sizes);
    agree::<f64>(&sizes);
}

#[test]
fn every_instruction_set_agrees_with_the_definition_beyond_the_blocks() {
    if cfg!(miri) {
        return;
    }
    let sizes = [
        (1, 600, 1100), // rows of B, strips and steps
        (2, 1, 2100),   // a product a sum
        (2, 600, 70),   // few rows, columns left over
        (3, 70, 200),
        (4, 300, 64),
        (31, 1200, 300), // B packed
        (70, 520, 330),  // A and B packed
        (601, 260, 140), // more than one block of rows
        (33, 300, 64),   // aligned rows
    ];
    agree::<f32>(&sizes);
    agree::<f64>(&sizes);
}

fn uneven(n: usize, seed: u64) -> Vec<f32> {
    let mut out = vec![0.0; n];
    crate::random::Stream::new(seed, 0, 0).uniform(0, -1.0, 1.0, &mut out);
    out
}

#[test]
fn the_bits_do_not_depend_on_form_tile_or_fused_instruction_set() {
    let sizes: &[_] = if cfg!(miri) {
        &[(3, 5, 7)]
    } else {
        &[(37, 300, 65), (1, 520, 70), (20, 30, 1), (3, 2, 700), (2, 530, 81), (3, 784, 64), (4, 70, 130)]
    };
    for &(m, k, n) in sizes {
        let (a, b) = (uneven(m * k, 1), uneven(k * n, 2));
        let turned = |x: &[f32], rows: usize, cols: usize| -> Vec<f32> {
            (0..rows * cols).map(|i| x[i % rows * cols + i / rows]).collect()
        };
        let (at, bt) = (turned(&a, m, k), turned(&b, k, n));
        // The definition of the sum: in order within equal steps of at most 256, and these in order.
        let count = k.div_ceil(256);
        let mut want = vec![0.0f32; m * n];
        for (i, want) in want.iter_mut().enumerate() {
            let (mut p, row, col) = (0, i / n, i % n);
            for step in 0..count {
                let mut sum = 0.0f32;
                for _ in 0..k / count + usize::from(step < k % count) {
                    sum = a[row * k + p].mul_add(b[p * n + col], sum);
                    p += 1;
                }
                *want = if step == 0 { sum } else { *want + sum };
            }
        }
        for &isa in
            Isa::available().iter().filter(|&&isa| isa != Isa::Baseline || cfg!(target_arch = "aarch64"))
        {
            for a in [Matrix::new(&a, m, k), Matrix::new(&at, k, m).t()] {
                for b in [Matrix::new(&b, k, n), Matrix::new(&bt, n, k).t()] {
                    let mut c = vec![f32::NAN; m * n];
                    compute_on(isa, a, b, Update::Assign, &mut c);
                    assert!(c == want, "{isa:?} {m} x {k} x {n}");
                }
            }
        }
    }
}

#[test]
fn the_bits_do_not_depend_on_the_number_of_threads() {
    // The last is more than the caches hold on one thread, and not on several.
    let sizes: &[_] = if cfg!(miri) {
        &[]
    } else {
        &[(70, 300, 65), (1, 600, 1000), (1000, 600, 1), (9, 256, 513), (4, 300, 1000), (1, 3000, 2200)]
    };
    for &(m, k, n) in sizes {
        let (a, b) = (uneven(m * k, 3), uneven(k * n, 4));
        for b in [Matrix::new(&b, k, n), Matrix::new(&b, n, k).t()] {
            let on = |threads| {
                crate::pool::set_threads(threads);
                let mut c = vec![f32::NAN; m * n];
                gemm(Matrix::new(&a, m, k), b, Update::Assign, &mut c);
                c
            };
            let want = on(1);
            for threads in [2, 3, 4, 8] {
                assert!(on(threads) == want, "{m} x {k} x {n} on {threads}");
            }
        }
    }
    crate::pool::set_threads(0);
}
