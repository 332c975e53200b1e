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

/// As [`check`], for what has no error to return.
#[track_caller]
pub(crate) fn demand<T>(shape: Shape) {
    if let Err(error) = check::<T>(shape) {
        panic!("{error}");
    }
}

/// `shape.size()` elements, each `value`.
pub(crate) fn filled<T: Element>(shape: Shape, value: T) -> Result<Vec<T>, TensorError> {
    check::<T>(shape)?;
    Ok(vec![value; shape.size()])
}

/// A tensor of zeros (`false` for masks), to be filled.
pub(crate) fn zeroed<T: Element>(shape: Shape) -> Result<Tensor<T>, TensorError> {
    Ok(Tensor::from_parts(shape, filled(shape, T::default())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_sizes_are_refused() {
        assert!(matches!(zeroed::<f64>(Shape::from([1 << 45, 4])), Err(TensorError::TooLarge { .. })));
        assert!(zeroed::<f32>(Shape::from([1 << 31, 1 << 31])).is_err());
        assert!(zeroed::<f32>(Shape::from([0, 1 << 40, 1 << 40])).is_err());
        for n in [1 << 62, isize::MAX as usize] {
            assert!(matches!(filled(Shape::from([n]), 0.0), Err(TensorError::TooLarge { .. })));
        }
        assert_eq!(zeroed::<bool>(Shape::from([2])).unwrap(), Tensor::from([false, false]));
        assert_eq!(filled(Shape::from([2, 1]), true).unwrap(), [true, true]);
    }

    /// Operations whose result is much larger than their operands.
    #[test]
    fn results_beyond_memory_are_errors() {
        let (column, row) = (Tensor::<f64>::zeros([1 << 23, 1]), Tensor::<f64>::zeros([1, 1 << 23]));
        let (wide, wider) = (Tensor::<f64>::zeros([0, 1 << 45]), Tensor::<f64>::zeros([0, 1 << 62]));
        let none = Tensor::<bool>::new([0, 1 << 45], Vec::new()).unwrap();
        let numbers = [
            column.add(&row),
            column.zip_map(&row, "hypot", f64::hypot),
            Tensor::from([true]).where_cond(&column, &row),
            wide.sum(0),
            wider.sum(0),
            wide.mean(0),
            wide.var(0, 0),
            wide.logsumexp(0),
            wide.norm(crate::Norm::L2, 0),
            wide.sum_to([1, 1 << 45]),
        ];
        let masks = [column.less(&row), none.any(0), none.all(0)];
        let counts = [none.count_true(0), wide.count_nonzero(0)];
        assert!(masks.iter().all(|x| matches!(x, Err(TensorError::TooLarge { .. }))));
        assert!(numbers.iter().all(|x| matches!(x, Err(TensorError::TooLarge { .. }))));
        assert!(counts.iter().all(|x| matches!(x, Err(TensorError::TooLarge { .. }))));
        assert_eq!(wide.roll(&[1], &[1]).unwrap().shape(), wide.shape());
    }
}
