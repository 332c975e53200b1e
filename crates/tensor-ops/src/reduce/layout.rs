//! Axes as the kernels see them: neighbours of one kind merged.

use super::engine::Form;
use super::fold::Op;
use crate::axes::Reduced;
use crate::{Axes, MAX_RANK, Real, Shape, Tensor, TensorError, alloc};

/// Runs of axes that are all reduced or all kept, with the product of their lengths; axes of length 1 belong to none.
pub(super) fn runs(shape: &Shape, is_reduced: &[bool; MAX_RANK]) -> Vec<(usize, bool)> {
    let mut runs: Vec<(usize, bool)> = Vec::new();
    for (&n, &reduced) in shape.iter().zip(is_reduced).filter(|(n, _)| **n != 1) {
        match runs.last_mut() {
            Some((product, kind)) if *kind == reduced => *product *= n,
            _ => runs.push((n, reduced)),
        }
    }
    runs
}

/// The last run of reduced axes between what lies before and behind it.
fn last_reduced(runs: &[(usize, bool)]) -> Option<(usize, Form)> {
    let at = runs.iter().rposition(|run| run.1)?;
    let product = |runs: &[(usize, bool)]| runs.iter().map(|run| run.0).product();
    Some((at, Form { outer: product(&runs[..at]), reduced: runs[at].0, inner: product(&runs[at + 1..]) }))
}

/// The reduction over checked axes; `c` as the kernel wants it.
///
/// Reduced axes with kept ones between them are reduced one run after the other, the last first, so the depth of a sum
/// is that of the runs together.
///
/// # Errors
/// [`TensorError::TooLarge`]: where `x` is empty, the result may be of any size.
pub(crate) fn reduce<T: Real>(
    op: Op,
    x: &[T],
    shape: &Shape,
    reduced: &Reduced,
    c: &[T],
) -> Result<Tensor<T>, TensorError> {
    let mut out = alloc::filled(reduced.result, T::ZERO)?;
    let mut runs = if x.is_empty() { Vec::new() } else { runs(shape, &reduced.is_reduced) };
    let mut op = op;
    let mut parts: Option<Vec<T>> = None;
    while let Some((at, form)) = last_reduced(&runs) {
        let from = parts.as_deref().unwrap_or(x);
        if runs.iter().filter(|run| run.1).count() == 1 {
            T::fold(op, from, form, c, &mut out);
            return Ok(Tensor::from_parts(reduced.result, out));
        }
        let mut next = vec![T::ZERO; form.outer * form.inner];
        T::fold(op, from, form, c, &mut next);
        runs.remove(at);
        (parts, op) = (Some(next), op.of_parts());
    }
    // Nothing to reduce over, or no elements: each result is `op` of the one element, or of none.
    let each = usize::from(!x.is_empty());
    T::fold(op, x, Form { outer: out.len(), reduced: each, inner: 1 }, c, &mut out);
    Ok(Tensor::from_parts(reduced.result, out))
}

impl Reduced {
    /// Whether no kept axis lies between reduced ones.
    pub(crate) fn is_one_run(&self, shape: &Shape) -> bool {
        runs(shape, &self.is_reduced).iter().filter(|run| run.1).count() <= 1
    }

    /// Whether the elements behind each result are a contiguous row.
    pub(crate) fn is_last_run(&self, shape: &Shape) -> bool {
        runs(shape, &self.is_reduced).iter().skip_while(|run| !run.1).all(|run| run.1)
    }
}

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    pub(crate) fn fold(&self, op: Op, axes: &Axes, name: &'static str) -> Result<Tensor<T>, TensorError> {
        let reduced = axes.resolve(self.shape(), name)?;
        reduce(op, self.as_slice(), self.shape(), &reduced, &[])
    }

    /// As [`Tensor::fold`] for reductions without identity, which refuse to choose from no elements.
    pub(crate) fn choose(&self, op: Op, axes: &Axes, name: &'static str) -> Result<Tensor<T>, TensorError> {
        self.fold(op, self.chosen_from(axes, name)?, name)
    }

    /// The axes, where none of them has length 0. One that has is refused even where there is no result, as in NumPy.
    pub(crate) fn chosen_from<'a>(&self, axes: &'a Axes, op: &'static str) -> Result<&'a Axes, TensorError> {
        let reduced = axes.resolve(self.shape(), op)?;
        if reduced.count(self.shape()) == 0 {
            return Err(TensorError::EmptyReduction { op, axes: axes.clone(), shape: *self.shape() });
        }
        Ok(axes)
    }

    /// The elements with the reduced axes last: a row for each result, and how many there are in it.
    pub(crate) fn with_rows<R>(
        &self,
        reduced: &Reduced,
        f: impl FnOnce(&[T], usize) -> R,
    ) -> Result<R, TensorError> {
        let width = reduced.count(self.shape());
        if reduced.is_last_run(self.shape()) || self.as_slice().is_empty() {
            return Ok(f(self.as_slice(), width));
        }
        let (mut order, tail): (Vec<usize>, Vec<usize>) =
            (0..self.shape().rank()).partition(|&axis| !reduced.is_reduced[axis]);
        order.extend(tail);
        let order: Vec<isize> = order.into_iter().map(|axis| axis as isize).collect();
        Ok(f(self.permute(&order)?.as_slice(), width))
    }
}

/// The form of one axis.
pub(crate) fn along(shape: &Shape, axis: isize, op: &'static str) -> Result<Form, TensorError> {
    let axis = shape.axis(axis, op)?;
    let (before, rest) = shape.as_slice().split_at(axis);
    let product = |lengths: &[usize]| lengths.iter().fold(1usize, |p, &n| p.saturating_mul(n));
    Ok(Form { outer: product(before), reduced: rest[0], inner: product(&rest[1..]) })
}

/// The form of one axis, or of all.
pub(crate) fn one_or_all(shape: &Shape, axes: &Axes, op: &'static str) -> Result<Form, TensorError> {
    let mut named = axes;
    while let Axes::Keep(inner) = named {
        named = inner;
    }
    match named {
        Axes::These(list) => match list[..] {
            [axis] => along(shape, axis, op),
            _ => Err(TensorError::Setting { op, what: format!("expected one axis or all, got {axes}") }),
        },
        _ => Ok(Form { outer: 1, reduced: shape.size(), inner: 1 }),
    }
}
