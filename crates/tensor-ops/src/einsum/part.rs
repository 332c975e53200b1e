//! An operand of `einsum` on its way into the product: elements with a label for each axis.

use std::borrow::Cow;

use super::parse::{Equation, Label};
use crate::shaping::arrange;
use crate::{Axes, MAX_RANK, Real, Shape, TensorError, View};

/// Elements with a label for each axis. No label occurs twice.
pub(super) struct Part<'a, T: Real> {
    /// Row-major.
    data: Cow<'a, [T]>,
    axes: Vec<(Label, usize)>,
}

impl<'a, T: Real> Part<'a, T> {
    /// The diagonal along every label that occurs more than once; a copy only where one does.
    pub(super) fn diagonal(shape: &Shape, data: &'a [T], labels: &[Label]) -> Part<'a, T> {
        let steps = shape.broadcast_strides(shape);
        let (mut axes, mut strides) = (Vec::<(Label, usize)>::new(), [0; MAX_RANK]);
        for (axis, &label) in labels.iter().enumerate() {
            match axes.iter().position(|(known, _)| *known == label) {
                Some(earlier) => strides[earlier] += steps[axis],
                None => {
                    strides[axes.len()] = steps[axis];
                    axes.push((label, shape[axis]));
                }
            }
        }
        if axes.len() == labels.len() {
            return Part { data: Cow::Borrowed(data), axes };
        }
        let lengths: Vec<usize> = axes.iter().map(|&(_, n)| n).collect();
        Part { data: Cow::Owned(arrange(data, &lengths, strides)), axes }
    }

    /// Leaves out axes of length 1 that another operand has in full: what they repeat is one element.
    pub(super) fn drop_repeated(&mut self, equation: &Equation) {
        self.axes.retain(|&(label, n)| n == equation.length(label));
    }

    pub(super) fn labels(&self) -> impl Iterator<Item = Label> {
        self.axes.iter().map(|&(label, _)| label)
    }

    pub(super) fn has(&self, label: Label) -> bool {
        self.labels().any(|known| known == label)
    }

    /// Sums over the labels that `is_summed` names.
    pub(super) fn sum_out(&mut self, is_summed: impl Fn(Label) -> bool) -> Result<(), TensorError> {
        let summed: Vec<isize> =
            (0..self.axes.len()).filter(|&i| is_summed(self.axes[i].0)).map(|i| i as isize).collect();
        if !summed.is_empty() {
            let sums = View::from_slice(shape_of(&self.axes), &self.data)?.sum(Axes::These(summed))?;
            self.axes.retain(|&(label, _)| !is_summed(label));
            self.data = Cow::Owned(sums.into_vec());
        }
        Ok(())
    }

    /// Whether the elements already lie in the order of `groups`, which axes of length 1 cannot disturb.
    pub(super) fn is_arranged(&self, groups: &[&[Label]]) -> bool {
        let is_long = |label: &Label| self.axes.iter().any(|(known, n)| known == label && *n != 1);
        self.labels().filter(|l| is_long(l)).eq(groups.concat().into_iter().filter(|l| is_long(l)))
    }

    /// Whether neighbours along the last of the labels lie side by side, so that elements are copied in runs.
    pub(super) fn ends_with(&self, labels: &[Label]) -> bool {
        self.axes.last().is_some_and(|(last, _)| labels.last() == Some(last))
    }

    /// The elements with the axes in the order of `groups`, which name all of them; other labels are passed over.
    pub(super) fn arranged(&self, groups: &[&[Label]]) -> Cow<'_, [T]> {
        if self.is_arranged(groups) {
            return Cow::Borrowed(&self.data);
        }
        let shape = shape_of(&self.axes);
        let steps = shape.broadcast_strides(&shape);
        let (mut lengths, mut strides) = (Vec::new(), [0; MAX_RANK]);
        for label in groups.concat() {
            if let Some(axis) = self.labels().position(|known| known == label) {
                strides[lengths.len()] = steps[axis];
                lengths.push(shape[axis]);
            }
        }
        Cow::Owned(arrange(&self.data, &lengths, strides))
    }

    /// The shape of these axes among those of `labels`, with length 1 for what is missing.
    pub(super) fn spread(&self, labels: &[Label]) -> Result<Shape, TensorError> {
        let length =
            |label: &Label| self.axes.iter().find(|(known, _)| known == label).map_or(1, |(_, n)| *n);
        Shape::new(&labels.iter().map(length).collect::<Vec<_>>())
    }
}

fn shape_of(axes: &[(Label, usize)]) -> Shape {
    Shape::collect(&axes.iter().map(|&(_, n)| n).collect::<Vec<_>>())
}
