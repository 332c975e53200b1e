//! Bounds on a gradient, so that one bad batch does not throw θ far away.

mod norm;
mod unit;

pub use norm::{clip_norm, clip_norm_of, gradient_norm, gradient_norm_of};
pub(crate) use norm::{norm_and_factor, scale};
use tensor_ops::{Real, pool, simd};
pub use unit::{clip_unit_norms, clip_unit_rows};

use crate::optimizer::PIECE;

/// Moves every element into [-max, max]. The direction may change. May be applied to a part of a gradient, in the
/// update of `Model::step` of `nn-core` for one.
///
/// # Panics
/// Where `max` is no number >= 0.
///
/// ```
/// let mut g = [3.0f32, -0.5];
/// nn_optim::clip_value(&mut g, 1.0);
/// assert_eq!(g, [1.0, -0.5]);
/// ```
#[doc(alias = "clip_grad_value_")]
#[doc(alias = "clipvalue")]
pub fn clip_value<T: Real>(gradient: &mut [T], max: f64) {
    assert!(max >= 0.0, "max = {max}, expected a number >= 0");
    let max = T::from_f64(max);
    pool::split(gradient.len().div_ceil(PIECE), [(gradient, PIECE)], |_, [part]| {
        simd::dispatch(
            #[inline(always)]
            || {
                for g in part.iter_mut() {
                    *g = g.minimum(max).maximum(-max);
                }
            },
        );
    });
}
