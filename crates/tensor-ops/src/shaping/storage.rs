//! Room for a result.

use crate::{Element, Shape, TensorError};

/// From here on the system is asked before, so that an absurd size is an error and not the end of the process.
const ASK_FIRST: usize = 1 << 30;

/// `shape.size()` elements, each `T::default()`.
///
/// # Errors
/// [`TensorError::TooLarge`] where memory cannot hold them.
pub(super) fn allocate<T: Element>(shape: Shape) -> Result<Vec<T>, TensorError> {
    filled(shape, T::default())
}

/// As [`allocate`], each element `value`.
pub(super) fn filled<T: Element>(shape: Shape, value: T) -> Result<Vec<T>, TensorError> {
    make_sure::<T>(shape)?;
    Ok(vec![value; shape.size()])
}

/// Whether memory can hold elements of a shape, for what needs tables of such a size before.
pub(super) fn make_sure<T: Element>(shape: Shape) -> Result<(), TensorError> {
    let size = shape.size();
    if size >= ASK_FIRST {
        Vec::<T>::new().try_reserve_exact(size).map_err(|_| TensorError::TooLarge { shape })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_sizes_are_errors() {
        for n in [1usize << 62, isize::MAX as usize] {
            assert!(matches!(allocate::<f64>(Shape::from([n])), Err(TensorError::TooLarge { .. })));
        }
        assert_eq!(filled(Shape::from([2, 1]), true).unwrap(), [true, true]);
    }
}
