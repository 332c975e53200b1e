//! The other way round: elements to the places that an index names. `scatter_add` is the adjoint of `gather`.

use super::gather::{checked, for_each_row};
use super::layout::{Odometer, strides};
use crate::{Element, Real, Shape, Tensor, TensorError};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// A copy of this tensor in which, with axis 1, element (i, index(i, j, k), k) is element (i, j, k) of `source`;
    /// so with the other axes. Where an index comes twice, the last one in row-major order counts.
    ///
    /// # Errors
    /// As [`Tensor::gather`]; [`TensorError::Mismatch`] also where `index` is larger than `source`.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let index = Tensor::from([[2, 0usize]]);
    /// let y = Tensor::zeros([1, 3]).scatter(1, &index, &Tensor::from([[5.0, 6.0]]))?;
    /// assert_eq!(y, Tensor::from([[6.0, 0.0, 5.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn scatter(
        &self,
        axis: isize,
        index: &Tensor<usize, impl AsRef<[usize]>>,
        source: &Tensor<T, impl AsRef<[T]>>,
    ) -> Result<Tensor<T>, TensorError> {
        let mut result = self.to_owned();
        scatter(&mut result, axis, index.view(), source.view(), "scatter", |to, x| *to = x)?;
        Ok(result)
    }
}

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// As [`Tensor::scatter`] with the elements of `source` added to what is there, one after the other in row-major
    /// order of `index`: the sums have the same bits in every run. With zeros to start from, it is the transpose of
    /// [`Tensor::gather`], which its backward pass needs.
    ///
    /// # Errors
    /// As [`Tensor::scatter`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let index = Tensor::from([0, 2, 0usize]);
    /// let y = Tensor::zeros([3]).scatter_add(0, &index, &Tensor::from([1.0, 2.0, 4.0]))?;
    /// assert_eq!(y, Tensor::from([5.0, 0.0, 2.0]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn scatter_add(
        &self,
        axis: isize,
        index: &Tensor<usize, impl AsRef<[usize]>>,
        source: &Tensor<T, impl AsRef<[T]>>,
    ) -> Result<Tensor<T>, TensorError> {
        let mut result = self.to_owned();
        scatter(&mut result, axis, index.view(), source.view(), "scatter_add", |to, x| *to += x)?;
        Ok(result)
    }
}

impl<T: Real, S: AsRef<[T]> + AsMut<[T]>> Tensor<T, S> {
    /// As [`Tensor::scatter_add`], in the place of this tensor.
    ///
    /// # Errors
    /// As [`Tensor::scatter_add`]; this tensor is then as it was.
    pub fn scatter_add_in_place(
        &mut self,
        axis: isize,
        index: &Tensor<usize, impl AsRef<[usize]>>,
        source: &Tensor<T, impl AsRef<[T]>>,
    ) -> Result<(), TensorError> {
        scatter(self, axis, index.view(), source.view(), "scatter_add_in_place", |to, x| *to += x)
    }
}

fn scatter<T: Element, S: AsRef<[T]> + AsMut<[T]>>(
    to: &mut Tensor<T, S>,
    axis: isize,
    index: Tensor<usize, &[usize]>,
    source: Tensor<T, &[T]>,
    op: &'static str,
    put: impl Fn(&mut T, T),
) -> Result<(), TensorError> {
    let shape = *to.shape();
    let axis = checked(&shape, axis, index, op)?;
    let (left, right) = (*index.shape(), *source.shape());
    if left.rank() != right.rank() || (0..left.rank()).any(|i| left[i] > right[i]) {
        let reason = "the index, which is the first, is larger than the source";
        return Err(TensorError::Mismatch { op, left, right, reason });
    }
    let mut source_rows = row_starts(&left, &right);
    let (indices, from, to) = (index.as_slice(), source.as_slice(), to.as_mut_slice());
    for_each_row(&shape, &left, axis, |row, start, [along, next]| {
        let Some([source_row, _]) = source_rows.next() else { return };
        for (j, (&index, &x)) in indices[row].iter().zip(&from[source_row..]).enumerate() {
            put(&mut to[start + index * along + j * next], x);
        }
    });
    Ok(())
}

/// Where in a tensor of shape `source` each last-axis row of the corner `part` begins.
fn row_starts(part: &Shape, source: &Shape) -> Odometer {
    let steps = strides(source);
    Odometer::new([0; 2], (0..part.rank() - 1).map(|i| (part[i], [steps[i] as isize, 0])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{flat, indices_into, shapes_of};
    use proptest::prelude::*;

    fn numbers(shape: Shape, factor: usize) -> Tensor<f64> {
        Tensor::new(shape, (0..shape.size()).map(|i| (i * factor % 23) as f64 - 9.0).collect()).unwrap()
    }

    proptest! {
        #[test]
        fn scattering_puts_or_adds_in_order((shape, axis, index) in indices_into(shapes_of(1..=8)), extra in 0usize..3) {
            let x = numbers(shape, 7);
            let lengths: Vec<usize> = index.shape().iter().map(|n| n + extra).collect();
            let source = numbers(Shape::new(&lengths).unwrap(), 5);
            let (mut put, mut added) = (x.to_owned(), x.to_owned());
            for at in 0..index.shape().size() {
                let (mut rest, mut place) = (at, vec![0; shape.rank()]);
                for i in (0..shape.rank()).rev() {
                    place[i] = rest % index.shape()[i];
                    rest /= index.shape()[i];
                }
                let value = source.as_slice()[flat(&place, source.shape())];
                place[axis] = index.as_slice()[at];
                put.as_mut_slice()[flat(&place, &shape)] = value;
                added.as_mut_slice()[flat(&place, &shape)] += value;
            }
            prop_assert_eq!(x.scatter(axis as isize, &index, &source).unwrap(), put);
            prop_assert_eq!(&x.scatter_add(axis as isize, &index, &source).unwrap(), &added);
            let mut in_place = x;
            in_place.scatter_add_in_place(axis as isize - shape.rank() as isize, &index, &source).unwrap();
            prop_assert_eq!(in_place, added);
        }

        /// ⟨gather x, y⟩ = ⟨x, scatter_add y⟩; small integers make both sides exact.
        #[test]
        fn scatter_add_is_the_adjoint_of_gather((shape, axis, index) in indices_into(shapes_of(1..=8))) {
            let (x, y) = (numbers(shape, 7), numbers(*index.shape(), 5));
            let dot = |a: &Tensor<f64>, b: &Tensor<f64>| -> f64 { a.as_slice().iter().zip(b.as_slice()).map(|(a, b)| a * b).sum() };
            let left = dot(&x.gather(axis as isize, &index).unwrap(), &y);
            let right = dot(&x, &Tensor::zeros(shape).scatter_add(axis as isize, &index, &y).unwrap());
            prop_assert_eq!(left, right);
        }
    }

    #[test]
    fn sources_are_checked() {
        let x = Tensor::<f32>::zeros([2, 2]);
        let index = Tensor::from([[0, 1], [1, 0usize]]);
        let short = Tensor::<f32>::zeros([2, 1]);
        assert!(matches!(x.scatter(0, &index, &short), Err(TensorError::Mismatch { op: "scatter", .. })));
        assert!(matches!(
            x.scatter_add(0, &index, &Tensor::zeros([2])),
            Err(TensorError::Mismatch { op: "scatter_add", .. })
        ));
        let beyond = Tensor::from([[2usize]]);
        assert!(matches!(x.scatter_add(0, &beyond, &short), Err(TensorError::Index { index: 2, .. })));
        assert!(Tensor::from(1.0).scatter(0, &Tensor::from(0), &Tensor::from(1.0)).is_err());
    }
}
