//! What layer norm and RMS norm share: rows of n elements, each with a mean and a scale of its own.

use tensor_ops::{Real, simd};

use super::sums::{columns, sums};

/// y = (x - mean)·inv·w + b for one row. To be called inside `simd::dispatch`.
#[inline(always)]
pub(super) fn scale_row<T: Real>(
    x: &[T],
    [mean, inv]: [T; 2],
    w: Option<&[T]>,
    b: Option<&[T]>,
    y: &mut [T],
) {
    let n = y.len();
    let x = &x[..n];
    match (w, b) {
        (Some(w), Some(b)) => {
            let (w, b) = (&w[..n], &b[..n]);
            for i in 0..n {
                y[i] = (x[i] - mean) * inv * w[i] + b[i];
            }
        }
        (Some(w), None) => {
            let w = &w[..n];
            for i in 0..n {
                y[i] = (x[i] - mean) * inv * w[i];
            }
        }
        (None, _) => {
            for i in 0..n {
                y[i] = (x[i] - mean) * inv;
            }
        }
    }
}

/// dx for rows of n. With g = dy·w and x̂ = (x - mean)·inv: dx = inv·(g - [Σg/n] - x̂·Σ(g·x̂)/n), the term in brackets only
/// where the mean is a function of x.
pub(super) fn pull_back<T: Real>(
    [x, dy]: [&[T]; 2],
    n: usize,
    stats: &[[T; 2]],
    w: Option<&[T]>,
    is_centered: bool,
    dx: &mut [T],
) {
    simd::dispatch(
        #[inline(always)]
        || {
            for (r, dx) in dx.chunks_exact_mut(n).enumerate() {
                let (x, dy) = (&x[r * n..][..n], &dy[r * n..][..n]);
                pull_back_row([x, dy], stats[r], w, is_centered, dx);
            }
        },
    );
}

#[inline(always)]
fn pull_back_row<T: Real>(
    [x, dy]: [&[T]; 2],
    [mean, inv]: [T; 2],
    w: Option<&[T]>,
    is_centered: bool,
    dx: &mut [T],
) {
    let len = dx.len();
    let n = T::from_usize(len);
    let (x, dy) = (&x[..len], &dy[..len]);
    let [sum, weighted] = match w {
        Some(w) => sums(
            [x, dy, w],
            #[inline(always)]
            |[x, dy, w]| [dy * w, dy * w * ((x - mean) * inv)],
        ),
        None => sums(
            [x, dy],
            #[inline(always)]
            |[x, dy]| [dy, dy * ((x - mean) * inv)],
        ),
    };
    let (sum, weighted) = (if is_centered { sum / n } else { T::ZERO }, weighted / n);
    match w {
        Some(w) => {
            let w = &w[..len];
            for i in 0..len {
                dx[i] = inv * (dy[i] * w[i] - sum - (x[i] - mean) * inv * weighted);
            }
        }
        None => {
            for i in 0..len {
                dx[i] = inv * (dy[i] - sum - (x[i] - mean) * inv * weighted);
            }
        }
    }
}

/// dw = Σ dy·x̂ over all rows of n, for the elements of w from `first` on.
pub(super) fn weight_gradient<T: Real>(
    [x, dy]: [&[T]; 2],
    n: usize,
    stats: &[[T; 2]],
    first: usize,
    dw: &mut [T],
) {
    simd::dispatch(
        #[inline(always)]
        || {
            columns(
                [x, dy],
                (n, first),
                &[],
                stats,
                [dw],
                #[inline(always)]
                |[x, dy], _, [mean, inv]| [dy * ((x - mean) * inv)],
            );
        },
    );
}

/// db = Σ dy over all rows of n, for the elements of b from `first` on.
pub(super) fn bias_gradient<T: Real>(dy: &[T], n: usize, first: usize, db: &mut [T]) {
    simd::dispatch(
        #[inline(always)]
        || {
            columns(
                [dy],
                (n, first),
                &[],
                &[[]; 0],
                [db],
                #[inline(always)]
                |[dy], _, []| [dy],
            );
        },
    );
}
