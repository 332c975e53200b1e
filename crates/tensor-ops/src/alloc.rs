//! Room for results whose size a caller chose: a size that memory cannot hold is an error, no abort.

use crate::{Element, Shape, Tensor, TensorError};

/// Bytes up to which an allocation is taken to succeed. Larger ones are tried first, which costs a few µs beside the
/// milliseconds that it takes to fill them.
const CERTAIN: usize = 1 << 28;

/// Makes sure that memory holds a tensor of this shape.
pub(crate) fn check<T>(shape: Shape) -> Result<(), TensorError> {
    let refuse = |_| TensorError::TooLarge { shape };
    Shape::new(shape.as_slice())?;
    if shape.size().saturating_mul(size_of::<T>()) > CERTAIN {
        Vec::<T>::new().try_reserve_exact(shape.size()).map_err(refuse)?;
    }
    Ok(())
}

/// A tensor of zeros (`false` for masks), to be filled.
pub(crate) fn zeroed<T: Element>(shape: Shape) -> Result<Tensor<T>, TensorError> {
    check::<T>(shape)?;
    Ok(Tensor::from_parts(shape, vec![T::default(); shape.size()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_sizes_are_refused() {
        assert!(matches!(zeroed::<f64>(Shape::from([1 << 45, 4])), Err(TensorError::TooLarge { .. })));
        assert!(zeroed::<f32>(Shape::from([1 << 31, 1 << 31])).is_err());
        assert!(zeroed::<f32>(Shape::from([0, 1 << 40, 1 << 40])).is_err());
        assert_eq!(zeroed::<bool>(Shape::from([2])).unwrap(), Tensor::from([false, false]));
    }
}
