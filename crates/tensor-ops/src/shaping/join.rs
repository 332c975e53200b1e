//! Several tensors as one: along an axis they have, or along a new one.

use std::borrow::Borrow;

use crate::{Element, MAX_RANK, Shape, Tensor, TensorError, View, alloc, pool};

impl<T: Element, S: AsRef<[T]>> Tensor<T, S> {
    /// Tensors one behind the other along an axis; off it, their shapes agree. They are given by reference, or as
    /// [views](Tensor::view), which brings together what is stored in different ways.
    ///
    /// # Errors
    /// [`TensorError::Mismatch`] where shapes differ off the axis, [`TensorError::Setting`] for no tensor at all,
    /// [`TensorError::AxisOutOfRange`], [`TensorError::TooLarge`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let (a, b) = (Tensor::from([[1.0], [2.0]]), Tensor::from([[3.0, 4.0], [5.0, 6.0]]));
    /// let y = Tensor::concat(&[&a, &b], 1)?;
    /// assert_eq!(y, Tensor::from([[1.0, 3.0, 4.0], [2.0, 5.0, 6.0]]));
    /// let longer = Tensor::concat(&[y.view(), y.rows(0..1)?], 0)?;
    /// assert_eq!(longer.shape().as_slice(), [3, 3]);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    #[doc(alias = "cat")]
    #[doc(alias = "concatenate")]
    pub fn concat(parts: &[impl Borrow<Tensor<T, S>>], axis: isize) -> Result<Tensor<T>, TensorError> {
        let parts: Vec<View<'_, T>> = parts.iter().map(|part| part.borrow().view()).collect();
        let first = first_shape(&parts, "concat")?;
        let axis = first.axis(axis, "concat")?;
        let mut lengths = first.as_slice().to_vec();
        lengths[axis] = 0;
        for part in &parts {
            let shape = part.shape();
            let agree = |i: usize| i == axis || shape[i] == first[i];
            if shape.rank() != first.rank() || !(0..first.rank()).all(agree) {
                let reason = "they differ off the axis along which they are joined";
                return Err(TensorError::Mismatch { op: "concat", left: first, right: *shape, reason });
            }
            lengths[axis] = lengths[axis].saturating_add(shape[axis]);
        }
        join(Shape::new(&lengths)?, axis, &parts)
    }

    /// Tensors of one shape, given as in [`concat`](Tensor::concat), along a new axis, which has the number `axis` in
    /// the result.
    ///
    /// # Errors
    /// [`TensorError::Mismatch`] where shapes differ, [`TensorError::Setting`] for no tensor at all,
    /// [`TensorError::AxisOutOfRange`] beyond the rank of the result, [`TensorError::RankTooLarge`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let (a, b) = (Tensor::from([1.0, 2.0]), Tensor::from([3.0, 4.0]));
    /// assert_eq!(Tensor::stack(&[&a, &b], 0)?, Tensor::from([[1.0, 2.0], [3.0, 4.0]]));
    /// assert_eq!(Tensor::stack(&[&a, &b], -1)?, Tensor::from([[1.0, 3.0], [2.0, 4.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn stack(parts: &[impl Borrow<Tensor<T, S>>], axis: isize) -> Result<Tensor<T>, TensorError> {
        let parts: Vec<View<'_, T>> = parts.iter().map(|part| part.borrow().view()).collect();
        let first = first_shape(&parts, "stack")?;
        if let Some(part) = parts.iter().find(|part| *part.shape() != first) {
            let reason = "they differ";
            return Err(TensorError::Mismatch { op: "stack", left: first, right: *part.shape(), reason });
        }
        let shape = insert_axis(&first, axis, parts.len(), "stack")?;
        let rank = first.rank() as isize;
        let axis = if axis < 0 { axis + rank + 1 } else { axis } as usize;
        join(shape, axis, &parts)
    }
}

/// This shape with one more axis of length `n`, which has the number `axis` in the result.
pub(super) fn insert_axis(
    shape: &Shape,
    axis: isize,
    n: usize,
    op: &'static str,
) -> Result<Shape, TensorError> {
    let rank = shape.rank() + 1;
    if rank > MAX_RANK {
        return Err(TensorError::RankTooLarge { rank });
    }
    let at = if axis < 0 { axis + rank as isize } else { axis };
    if !(0..rank as isize).contains(&at) {
        return Err(TensorError::AxisOutOfRange { op, axis, shape: *shape });
    }
    let mut lengths = shape.as_slice().to_vec();
    lengths.insert(at as usize, n);
    Shape::new(&lengths)
}

fn first_shape<T>(parts: &[View<'_, T>], op: &'static str) -> Result<Shape, TensorError> {
    match parts.first() {
        Some(first) => Ok(*first.shape()),
        None => Err(TensorError::Setting { op, what: "no tensor to join".into() }),
    }
}

/// For every index of the axes before `axis`, the consecutive elements of each part.
fn join<T: Element>(shape: Shape, axis: usize, parts: &[View<'_, T>]) -> Result<Tensor<T>, TensorError> {
    alloc::check::<T>(shape)?;
    if shape.size() == 0 {
        return Ok(Tensor::from_parts(shape, Vec::new()));
    }
    let parts: Vec<&[T]> = parts.iter().map(|part| part.as_slice()).collect();
    Ok(Tensor::from_parts(shape, T::join_rows(&parts, shape.iter().take(axis).product())))
}

/// From this many bytes on the work is divided: to copy them takes 15 µs.
const PARALLEL_BYTES: usize = 1 << 18;
/// Elements of a part's row, on average, that make it worth a copy of its own.
const LONG_RUN: usize = 16;
/// Elements that are cleared and woven at once, in the first-level cache.
const BLOCK: usize = 1 << 10;

/// `times` rows, at least one, each made of one row of every part.
pub(super) fn rows<T: Element>(parts: &[&[T]], times: usize) -> Vec<T> {
    let size = parts.iter().map(|part| part.len()).sum::<usize>();
    let width = size / times;
    let is_large = size.saturating_mul(size_of::<T>()) >= PARALLEL_BYTES;
    // Long rows may be cut anywhere, short ones are kept whole.
    let is_short = width < LONG_RUN * parts.len();
    let step = if is_short { width } else { 1 };
    let piece = if is_large { (size / step).div_ceil(pool::threads()) * step } else { size.max(1) };
    pool::collect(size, piece, |at, sink| {
        if is_short {
            let mut row = at / width;
            while sink.left() > 0 {
                let n = sink.left().min((BLOCK / width).max(1) * width);
                weave(parts, times, row, sink.filled(T::default(), n));
                row += n / width;
            }
            return;
        }
        let mut skip = at % width;
        for row in at / width.. {
            for part in parts {
                let each = part.len() / times;
                let here = skip.min(each);
                sink.extend_from_slice(&part[row * each + here..(row + 1) * each]);
                skip -= here;
            }
            if sink.left() == 0 {
                return;
            }
        }
    })
}

/// Whole rows of the result from `row` on, part by part.
fn weave<T: Element>(parts: &[&[T]], times: usize, row: usize, to: &mut [T]) {
    let width = parts.iter().map(|part| part.len()).sum::<usize>() / times;
    let mut column = 0;
    for part in parts {
        let each = part.len() / times;
        match each {
            0 => {}
            1 => to[column..].iter_mut().step_by(width).zip(&part[row..]).for_each(|(to, &x)| *to = x),
            _ => {
                let rows = to.chunks_exact_mut(width).zip(part[row * each..].chunks_exact(each));
                rows.for_each(|(to, x)| to[column..column + each].copy_from_slice(x));
            }
        }
        column += each;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shaping::testing::{check, counting, flat, on_any_threads, shapes, shapes_of};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_element_is_found_in_its_part(shape in shapes(), axis in 0usize..8, sizes in prop::collection::vec(0usize..4, 1..4)) {
            prop_assume!(axis < shape.rank());
            let parts: Vec<Tensor<usize>> = sizes.iter().enumerate().map(|(i, &n)| {
                let mut lengths = shape.as_slice().to_vec();
                lengths[axis] = n;
                let part = counting(Shape::new(&lengths).unwrap());
                Tensor::new(*part.shape(), part.as_slice().iter().map(|x| x + 100_000 * i).collect()).unwrap()
            }).collect();
            let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
            let y = Tensor::concat(&views.iter().collect::<Vec<_>>(), axis as isize).unwrap();
            prop_assert_eq!(y.shape()[axis], sizes.iter().sum::<usize>());
            check(&y, |index| {
                let (mut source, mut part) = (index.to_vec(), 0);
                while source[axis] >= sizes[part] {
                    source[axis] -= sizes[part];
                    part += 1;
                }
                100_000 * part + flat(&source, parts[part].shape())
            });
            let back = y.split(&sizes, axis as isize).unwrap();
            prop_assert_eq!(back, parts);
        }

        #[test]
        fn a_stack_has_its_parts_along_the_new_axis(shape in shapes_of(0..=7), axis in 0isize..8, n in 1usize..4) {
            prop_assume!(axis <= shape.rank() as isize);
            let x = counting(shape);
            let y = Tensor::stack(&vec![&x; n], axis).unwrap();
            prop_assert_eq!(y.shape()[axis as usize], n);
            check(&y, |index| {
                let mut source = index.to_vec();
                source.remove(axis as usize);
                flat(&source, &shape)
            });
            prop_assert_eq!(&y, &Tensor::stack(&vec![&x; n], axis - shape.rank() as isize - 1).unwrap());
        }
    }

    fn other(n: usize) -> Tensor<usize> {
        Tensor::new(Shape::from([n, n]), (0..n * n).map(|i| i + (1 << 20)).collect()).unwrap()
    }

    #[test]
    fn threads_do_not_matter() {
        let n = if cfg!(miri) { 9 } else { 301 };
        let (a, b) = (counting(Shape::from([n, n])), other(n));
        for axis in [0, 1] {
            let y = on_any_threads(|| Tensor::concat(&[&a, &b], axis).unwrap());
            check(&y, |i| {
                let along = i[axis as usize] % n;
                let at = if axis == 0 { along * n + i[1] } else { i[0] * n + along };
                at + if i[axis as usize] < n { 0 } else { 1 << 20 }
            });
            let stacked = on_any_threads(|| Tensor::stack(&[&a, &b], axis + 1).unwrap());
            let wide = Tensor::concat(&[&a, &b], 1).unwrap();
            assert_eq!(stacked.as_slice() == wide.as_slice(), axis == 0);
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let (a, b) = (Tensor::<f32>::zeros([2, 3]), Tensor::<f32>::zeros([2, 4]));
        assert!(matches!(Tensor::concat(&[&a, &b], 0), Err(TensorError::Mismatch { op: "concat", .. })));
        assert!(matches!(Tensor::concat(&[&a, &Tensor::zeros([2])], 0), Err(TensorError::Mismatch { .. })));
        assert!(matches!(Tensor::concat(&[&a, &b], 2), Err(TensorError::AxisOutOfRange { .. })));
        assert!(matches!(Tensor::stack(&[&a, &b], 0), Err(TensorError::Mismatch { op: "stack", .. })));
        assert!(matches!(Tensor::stack(&[&a], 3), Err(TensorError::AxisOutOfRange { .. })));
        assert!(matches!(Tensor::stack(&[&a], -4), Err(TensorError::AxisOutOfRange { .. })));
        let none: [&Tensor<f32>; 0] = [];
        assert!(matches!(Tensor::concat(&none, 0), Err(TensorError::Setting { .. })));
        assert!(matches!(Tensor::stack(&none, 0), Err(TensorError::Setting { .. })));
        let deep = Tensor::<f32>::zeros([1; 8]);
        assert!(matches!(Tensor::stack(&[&deep], 0), Err(TensorError::RankTooLarge { rank: 9 })));
        let wide = Tensor::<f32>::zeros([0, 1 << 62]);
        assert!(matches!(Tensor::concat(&[&wide, &wide], 1), Err(TensorError::TooLarge { .. })));
        assert!(matches!(Tensor::concat(&[&Tensor::from(1.0)], 0), Err(TensorError::AxisOutOfRange { .. })));
    }
}
