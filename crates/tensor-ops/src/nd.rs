//! The bridge to the crate ndarray: views at no cost, and conversions both ways.
//!
//! | from | to | elements |
//! |---|---|---|
//! | `&Tensor` | `ArrayViewD`, `ArrayViewMutD` by [`Tensor::as_ndarray`], [`Tensor::as_ndarray_mut`] | stay |
//! | `Tensor` | `ArrayD` (`From`), `Array0` to `Array6` (`TryFrom`) | move |
//! | `Array0` to `Array6` (`From`), `ArrayD` (`TryFrom`) | `Tensor` | move where row-major and whole, else copied |
//! | `ArrayView0` to `ArrayView6` (`From`), `ArrayViewD` (`TryFrom`) | `Tensor` | copied |

use ndarray::{
    Array, ArrayD, ArrayView, ArrayViewD, ArrayViewMutD, Dimension, Ix0, Ix1, Ix2, Ix3, Ix4, Ix5, Ix6, IxDyn,
};

use crate::{Element, Shape, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// This tensor as a view of the crate ndarray, without a copy.
    ///
    /// # Panics
    /// For a shape that [`Shape::new`] refuses, where a zero hides lengths whose product overflows.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.as_ndarray()[[1, 0]], 3.0);
    /// assert_eq!(x.as_ndarray().sum(), 10.0);
    /// ```
    pub fn as_ndarray(&self) -> ArrayViewD<'_, T> {
        ArrayView::from_shape(self.shape().as_slice(), self.as_slice()).expect(FITS)
    }
}

impl<T: Element, S: AsRef<[T]> + AsMut<[T]>> Tensor<T, S> {
    /// This tensor as a view of the crate ndarray through which it can be changed, without a copy.
    ///
    /// # Panics
    /// As [`Tensor::as_ndarray`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let mut x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// x.as_ndarray_mut()[[1, 0]] = 30.0;
    /// assert_eq!(x, Tensor::from([[1.0, 2.0], [30.0, 4.0]]));
    /// ```
    pub fn as_ndarray_mut(&mut self) -> ArrayViewMutD<'_, T> {
        let shape = *self.shape();
        ArrayViewMutD::from_shape(shape.as_slice(), self.as_mut_slice()).expect(FITS)
    }
}

const FITS: &str = "the lengths of a tensor do not overflow";

impl<T: Element> From<Tensor<T>> for ArrayD<T> {
    fn from(x: Tensor<T>) -> ArrayD<T> {
        let shape = *x.shape();
        ArrayD::from_shape_vec(shape.as_slice(), x.into_vec()).expect(FITS)
    }
}

impl<T: Element> TryFrom<ArrayD<T>> for Tensor<T> {
    type Error = TensorError;

    /// [`TensorError::RankTooLarge`] for more axes than a tensor can have.
    fn try_from(x: ArrayD<T>) -> Result<Tensor<T>, TensorError> {
        owned(x)
    }
}

impl<T: Element> TryFrom<ArrayView<'_, T, IxDyn>> for Tensor<T> {
    type Error = TensorError;

    /// [`TensorError::RankTooLarge`] for more axes than a tensor can have.
    fn try_from(x: ArrayView<'_, T, IxDyn>) -> Result<Tensor<T>, TensorError> {
        copied(x)
    }
}

macro_rules! fixed_rank {
    ($($dimension:ident: $expected:literal,)*) => {$(
        impl<T: Element> From<Array<T, $dimension>> for Tensor<T> {
            fn from(x: Array<T, $dimension>) -> Tensor<T> {
                owned(x).expect("a rank of at most eight")
            }
        }

        impl<T: Element> From<ArrayView<'_, T, $dimension>> for Tensor<T> {
            fn from(x: ArrayView<'_, T, $dimension>) -> Tensor<T> {
                copied(x).expect("a rank of at most eight")
            }
        }

        impl<T: Element> TryFrom<Tensor<T>> for Array<T, $dimension> {
            type Error = TensorError;

            /// [`TensorError::Rank`] for another rank.
            fn try_from(x: Tensor<T>) -> Result<Array<T, $dimension>, TensorError> {
                let shape = *x.shape();
                let array = ArrayD::from(x).into_dimensionality();
                array.map_err(|_| TensorError::Rank { op: "try_from", expected: $expected, shape })
            }
        }
    )*};
}

fixed_rank! {
    Ix0: "rank 0",
    Ix1: "rank 1",
    Ix2: "rank 2",
    Ix3: "rank 3",
    Ix4: "rank 4",
    Ix5: "rank 5",
    Ix6: "rank 6",
}

fn owned<T: Element, D: Dimension>(x: Array<T, D>) -> Result<Tensor<T>, TensorError> {
    if !x.is_standard_layout() {
        return copied(x.view());
    }
    let shape = Shape::new(x.shape())?;
    let (mut data, start) = x.into_raw_vec_and_offset();
    // A slice of an array may own more than it shows, on both sides.
    let start = start.unwrap_or(0);
    data.truncate(start + shape.size());
    data.drain(..start);
    Tensor::new(shape, data)
}

fn copied<T: Element, D: Dimension>(x: ArrayView<'_, T, D>) -> Result<Tensor<T>, TensorError> {
    Tensor::new(Shape::new(x.shape())?, x.iter().copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array1, Array2, Array3, s};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn there_and_back(lengths in prop::collection::vec(0usize..4, 0..=8)) {
            let shape = Shape::new(&lengths).unwrap();
            let x = Tensor::<f32>::randn(shape, 1);
            let view = x.as_ndarray();
            prop_assert_eq!(view.shape(), &lengths[..]);
            prop_assert!(view.iter().eq(x.as_slice()));
            let array = ArrayD::from(x.clone());
            prop_assert_eq!(&Tensor::try_from(array.view()).unwrap(), &x);
            // Fortran's order of the same elements.
            let transposed = array.clone().reversed_axes();
            let back: Vec<isize> = (0..lengths.len() as isize).rev().collect();
            prop_assert_eq!(Tensor::try_from(transposed).unwrap().permute(&back).unwrap(), x.clone());
            prop_assert_eq!(Tensor::try_from(array).unwrap(), x);
        }
    }

    #[test]
    fn whole_arrays_move_and_slices_are_copied() {
        let data = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let at = data.as_ptr();
        let array = Array2::from_shape_vec([3, 2], data).unwrap();
        let x = Tensor::from(array);
        assert_eq!(x.as_slice().as_ptr(), at);
        let array: Array2<f64> = x.try_into().unwrap();
        assert_eq!(array.as_ptr(), at);
        let tail = Tensor::from(array.clone().slice_move(s![1.., ..]));
        assert_eq!(tail, Tensor::from([[3.0, 4.0], [5.0, 6.0]]));
        assert_eq!(Tensor::from(array.clone().slice_move(s![..1, ..])), Tensor::from([[1.0, 2.0]]));
        assert_eq!(Tensor::from(array.slice(s![..;-1, 1])), Tensor::from([6.0, 4.0, 2.0]));
        assert_eq!(Tensor::from(array.slice_move(s![..;2, ..])), Tensor::from([[1.0, 2.0], [5.0, 6.0]]));
        assert_eq!(Tensor::from(Array1::from_vec(vec![true])), Tensor::from([true]));
        assert_eq!(Tensor::from(ndarray::arr0(2.0)), Tensor::from(2.0));
    }

    #[test]
    fn another_rank_is_refused() {
        let refused = Array3::try_from(Tensor::from([1.0])).unwrap_err().to_string();
        assert!(refused.contains("rank 3") && refused.contains("[1]"), "{refused}");
        let nine = ArrayD::<f32>::zeros(vec![1; 9]);
        assert!(matches!(Tensor::try_from(nine.view()), Err(TensorError::RankTooLarge { rank: 9 })));
        assert!(Tensor::try_from(nine).is_err());
    }

    #[test]
    fn changes_reach_the_tensor() {
        let mut x = Tensor::<f64>::zeros([2, 3]);
        x.as_ndarray_mut().slice_mut(s![.., 1]).fill(5.0);
        assert_eq!(x, Tensor::from([[0.0, 5.0, 0.0], [0.0, 5.0, 0.0]]));
    }
}
