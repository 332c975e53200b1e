//! Samples in another shape.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

/// `(m, ..)` becomes `(m, lengths..)`; the elements keep their order. One length may be -1: it is what the others leave.
/// Backward: dx is dy in the old shape.
///
/// ```
/// use nn_core::Layer;
/// use nn_layers::Reshape;
/// assert_eq!(Reshape::new([4, -1]).bind([2, 6])?.output_shape(), &[4, 3].into());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "Unflatten")]
#[derive(Debug, Clone)]
pub struct Reshape {
    lengths: Vec<isize>,
}

impl Reshape {
    /// To samples with these axis lengths.
    pub fn new(lengths: impl Into<Vec<isize>>) -> Reshape {
        Reshape { lengths: lengths.into() }
    }

    /// The shape of these lengths with `size` elements, if there is one.
    fn shape(&self, size: usize) -> Option<Shape> {
        let known = self.lengths.iter().filter(|&&n| n != -1);
        let product =
            known.clone().try_fold(1usize, |product, &n| product.checked_mul(usize::try_from(n).ok()?))?;
        let inferred = match self.lengths.len() - known.count() {
            0 => None,
            1 => Some(size.checked_div(product)?),
            _ => return None,
        };
        let lengths = self.lengths.iter().map(|&n| usize::try_from(n).ok().or(inferred));
        let shape = Shape::new(&lengths.collect::<Option<Vec<_>>>()?).ok()?;
        (shape.size() == size).then_some(shape)
    }
}

impl Op for Reshape {
    fn name(&self) -> &'static str {
        "Reshape"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let size = inputs[0].size();
        let shape = self.shape(size).ok_or_else(|| {
            let what = format!("a sample of {size} elements cannot have the shape {:?}", self.lengths);
            BindErrorKind::Setting { what }
        })?;
        Ok(Plan::new(shape).moves())
    }
}

impl<T: Real> Kernel<T> for Reshape {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        y.data().copy_from_slice(pass.x[0].data());
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        dx[0].data().copy_from_slice(pass.dy.data());
    }
}

#[cfg(test)]
nn_check::suite!(Reshape::new([3, -1]), input: [2, 3], batch: 4, refuses: [&[2, 2], &[]]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_that_cannot_be_are_refused() {
        let shape = |lengths: &[isize], size| Reshape::new(lengths).shape(size);
        assert_eq!(shape(&[-1], 6), Some([6].into()));
        assert_eq!(shape(&[], 1), Some(Shape::SCALAR));
        for (lengths, size) in [(&[2, 2][..], 6), (&[-1, -1], 6), (&[0, -1], 6), (&[-2, 3], 6), (&[4, -1], 6)]
        {
            assert_eq!(shape(lengths, size), None, "{lengths:?}");
        }
        assert_eq!(shape(&[isize::MAX, isize::MAX, -1], 6), None);
    }
}
