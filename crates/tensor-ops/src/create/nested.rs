//! Tensors from arrays in arrays and vectors in vectors.

use crate::{Element, Shape, Tensor, TensorError};

/// A slice, copied.
impl<T: Element> From<&[T]> for Tensor<T> {
    fn from(x: &[T]) -> Tensor<T> {
        Tensor::from(x.to_vec())
    }
}

macro_rules! nested_array {
    ($array:ty, [$($length:ident),+], $($flattened:ident)+) => {
        impl<T: Element, $(const $length: usize),+> From<$array> for Tensor<T> {
            fn from(x: $array) -> Tensor<T> {
                Tensor::from_parts(Shape::from([$($length),+]), x$(.$flattened())+.to_vec())
            }
        }
    };
}

nested_array!([[[[T; D]; C]; B]; A], [A, B, C, D], as_flattened as_flattened as_flattened);
nested_array!([[[[[T; E]; D]; C]; B]; A], [A, B, C, D, E], as_flattened as_flattened as_flattened as_flattened);

/// A matrix from its rows.
///
/// ```
/// use tensor_ops::Tensor;
/// assert_eq!(Tensor::try_from(vec![vec![1.0, 2.0], vec![3.0, 4.0]])?, Tensor::from([[1.0, 2.0], [3.0, 4.0]]));
/// let ragged = Tensor::try_from(vec![vec![1.0, 2.0], vec![3.0]]).unwrap_err();
/// assert_eq!(ragged.to_string(), "try_from: row 1 has length 1, row 0 has length 2");
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
impl<T: Element> TryFrom<Vec<Vec<T>>> for Tensor<T> {
    type Error = TensorError;

    /// [`TensorError::Setting`] for rows of different lengths; no row at all is a `(0, 0)` matrix.
    fn try_from(rows: Vec<Vec<T>>) -> Result<Tensor<T>, TensorError> {
        let n = rows.first().map_or(0, Vec::len);
        if let Some(i) = rows.iter().position(|row| row.len() != n) {
            let what = format!("row {i} has length {}, row 0 has length {n}", rows[i].len());
            return Err(TensorError::Setting { op: "try_from", what });
        }
        Ok(Tensor::from_parts(Shape::from([rows.len(), n]), rows.concat()))
    }
}

/// A tensor of rank 3 from its matrices.
impl<T: Element> TryFrom<Vec<Vec<Vec<T>>>> for Tensor<T> {
    type Error = TensorError;

    /// [`TensorError::Setting`] for rows or matrices of different lengths.
    fn try_from(matrices: Vec<Vec<Vec<T>>>) -> Result<Tensor<T>, TensorError> {
        let mut data = Vec::new();
        let mut first = None;
        let count = matrices.len();
        for (i, matrix) in matrices.into_iter().enumerate() {
            let matrix = Tensor::try_from(matrix).map_err(|error| match error {
                TensorError::Setting { op, what } => {
                    TensorError::Setting { op, what: format!("matrix {i}: {what}") }
                }
                other => other,
            })?;
            let expected = *first.get_or_insert(*matrix.shape());
            if expected != *matrix.shape() {
                let what = format!("matrix {i} has shape {}, matrix 0 has shape {expected}", matrix.shape());
                return Err(TensorError::Setting { op: "try_from", what });
            }
            data.extend(matrix.into_vec());
        }
        let shape = first.unwrap_or(Shape::from([0, 0])).prepend(count)?;
        Ok(Tensor::from_parts(shape, data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_arrays_lie_in_order() {
        let x = Tensor::from([[[[1usize, 2], [3, 4]]], [[[5, 6], [7, 8]]], [[[9, 10], [11, 12]]]]);
        assert_eq!(x.shape(), &Shape::from([3, 1, 2, 2]));
        assert!(x.as_slice().iter().copied().eq(1..=12));
        assert_eq!(Tensor::from([[[[[1.0f32]]; 0]]]).shape(), &Shape::from([1, 1, 0, 1, 1]));
        assert_eq!(Tensor::from(&[true, false][..]), Tensor::from([true, false]));
    }

    #[test]
    fn ragged_vectors_name_the_row() {
        let text = |x: Vec<Vec<Vec<f64>>>| Tensor::try_from(x).unwrap_err().to_string();
        assert!(text(vec![vec![vec![1.0], vec![]]]).contains("matrix 0: row 1 has length 0"));
        assert!(
            text(vec![vec![vec![1.0]], vec![vec![1.0], vec![2.0]]]).contains("matrix 1 has shape [2, 1]")
        );
        let empty = Tensor::<f64>::try_from(Vec::<Vec<f64>>::new()).unwrap();
        assert_eq!(empty.shape(), &Shape::from([0, 0]));
        assert_eq!(Tensor::try_from(vec![Vec::<f64>::new(); 3]).unwrap().shape(), &Shape::from([3, 0]));
        let x = Tensor::try_from(vec![vec![vec![1.0, 2.0]], vec![vec![3.0, 4.0]]]).unwrap();
        assert_eq!(x, Tensor::from([[[1.0, 2.0]], [[3.0, 4.0]]]));
        assert_eq!(
            Tensor::<f32>::try_from(Vec::<Vec<Vec<f32>>>::new()).unwrap().shape(),
            &Shape::from([0, 0, 0])
        );
    }
}
