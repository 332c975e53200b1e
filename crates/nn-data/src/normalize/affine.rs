//! y = (x - center) / scale + offset, for each feature.

use tensor_ops::{Real, Tensor, pool, simd};

use crate::DataError;
use crate::transform::check_features;

/// Elements in a piece of work: 10 µs and more.
const PIECE: usize = 1 << 14;

/// The numbers of a normalizer that shifts and scales each feature, computed in f64.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Affine {
    pub(crate) center: Vec<f64>,
    /// Nowhere 0.
    pub(crate) scale: Vec<f64>,
    pub(crate) offset: f64,
}

impl Affine {
    /// A scale of 0, or one that is not finite, says that there is nothing to scale by: it becomes 1.
    pub(crate) fn new(center: Vec<f64>, mut scale: Vec<f64>, offset: f64) -> Affine {
        for s in &mut scale {
            if *s == 0.0 || !s.is_finite() {
                *s = 1.0;
            }
        }
        Affine { center, scale, offset }
    }

    pub(crate) fn apply<T: Real>(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let offset = self.offset;
        self.each(
            inputs,
            #[inline(always)]
            move |x, center, scale| (x - center) / scale + offset,
        )
    }

    pub(crate) fn invert<T: Real>(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let offset = self.offset;
        self.each(
            inputs,
            #[inline(always)]
            move |y, center, scale| (y - offset) * scale + center,
        )
    }

    #[inline(always)]
    fn each<T: Real>(
        &self,
        mut inputs: Tensor<T>,
        f: impl Fn(f64, f64, f64) -> f64 + Sync,
    ) -> Result<Tensor<T>, DataError> {
        let width = self.center.len();
        check_features(&inputs, width)?;
        let chunk = (PIECE / width).max(1) * width;
        let x = inputs.as_mut_slice();
        pool::split(x.len().div_ceil(chunk), [(x, chunk)], |_, [part]| {
            simd::dispatch(
                #[inline(always)]
                || {
                    for row in part.chunks_exact_mut(width) {
                        for (x, (center, scale)) in row.iter_mut().zip(self.center.iter().zip(&self.scale)) {
                            *x = T::from_f64(f(x.to_f64(), *center, *scale));
                        }
                    }
                },
            );
        });
        Ok(inputs)
    }
}

/// `Transform` by the field `affine`.
macro_rules! transforms {
    ($name:ident) => {
        impl<T: tensor_ops::Real> crate::Transform<T> for $name {
            fn apply_tensor(
                &self,
                inputs: tensor_ops::Tensor<T>,
            ) -> Result<tensor_ops::Tensor<T>, crate::DataError> {
                self.affine.apply(inputs)
            }

            fn invert_tensor(
                &self,
                inputs: tensor_ops::Tensor<T>,
            ) -> Result<tensor_ops::Tensor<T>, crate::DataError> {
                self.affine.invert(inputs)
            }
        }
    };
}

pub(crate) use transforms;
