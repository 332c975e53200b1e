//! The loss of a batch: its terms in pieces, reduced to one number, and with it the gradients.

use tensor_ops::reduce::pairwise_sum;
use tensor_ops::{Real, Shape, pool};

use crate::profile::{Part, timed};
use crate::run::InputGradient;
use crate::{
    Batch, Context, Loss, LossError, Network, Reduction, Rows, RowsMut, Scalar, Target, Upstream, Workspace,
};

/// The loss of outputs `y`: its terms, weighted, and reduced to one number. `terms` grows to the number of terms the
/// first time; afterwards it holds them, weighted: the loss without a reduction.
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::MeanSquaredError;
/// let (y, t) = (Rows::new(&[1.0, 2.0], [1])?, Rows::new(&[0.0, 4.0], [1])?);
/// let mut terms = Vec::new();
/// assert_eq!(loss_value(&MeanSquaredError::new(), y, Target::Values(t), None, &mut terms), 2.5);
/// assert_eq!(terms, [1.0, 4.0]);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
///
/// # Panics
/// Without samples, or where targets or weights do not fit; [`Loss::check_batch`] tells before.
pub fn loss_value<T: Real>(
    loss: &dyn Loss<T>,
    y: Rows<'_, T>,
    target: Target<'_, T>,
    weights: Option<&[T]>,
    terms: &mut Vec<T>,
) -> T {
    assert!(!y.is_empty(), "a loss needs at least one sample");
    assert_fits(loss.check(y.shape(), y.len(), &target));
    checked_value(loss, y, target, weights, terms)
}

/// [`loss_value`] of targets that have been checked: a step checks its batch once, before it begins.
fn checked_value<T: Real>(
    loss: &dyn Loss<T>,
    y: Rows<'_, T>,
    target: Target<'_, T>,
    weights: Option<&[T]>,
    terms: &mut Vec<T>,
) -> T {
    let each = loss.terms(y.shape());
    terms.resize(y.len() * each, T::ZERO);
    loss.value(y, target, terms);
    reduce(divisor(loss, y.shape(), &target), weights, y.len(), terms)
}

/// As [`loss_value`], and assigns dy, the gradient with respect to the outputs, in the same pass.
///
/// # Panics
/// As [`loss_value`], and where `dy` is not as long as `y`.
pub fn loss_value_and_gradient<T: Real>(
    loss: &dyn Loss<T>,
    y: Rows<'_, T>,
    target: Target<'_, T>,
    weights: Option<&[T]>,
    terms: &mut Vec<T>,
    dy: &mut [T],
) -> T {
    assert!(!y.is_empty(), "a loss needs at least one sample");
    assert_fits(loss.check(y.shape(), y.len(), &target));
    assert_eq!(dy.len(), y.data().len(), "elements of the gradient with respect to the outputs");
    checked_value_and_gradient(loss, y, target, weights, terms, dy)
}

/// [`loss_value_and_gradient`] of targets that have been checked.
fn checked_value_and_gradient<T: Real>(
    loss: &dyn Loss<T>,
    y: Rows<'_, T>,
    target: Target<'_, T>,
    weights: Option<&[T]>,
    terms: &mut Vec<T>,
    dy: &mut [T],
) -> T {
    let (m, shape, each) = (y.len(), *y.shape(), loss.terms(y.shape()));
    terms.resize(m * each, T::ZERO);
    let divisor = divisor(loss, &shape, &target);
    // A mean over nothing has no gradient.
    let scale = if divisor == T::ZERO { T::ZERO } else { T::ONE / divisor };
    let upstream = match weights {
        Some(weights) => Upstream::weighted(scale, weights, terms_of_a_weight(terms.len(), m, weights.len())),
        None => Upstream::uniform(scale),
    };
    let slab = (SLAB / shape.size()).max(1);
    let parts = [(&mut terms[..], slab * each), (dy, slab * shape.size())];
    pool::split(m.div_ceil(slab), parts, |piece, [terms, dy]| {
        let rows = piece * slab..(piece * slab + slab).min(m);
        let upstream = upstream.slice(rows.start * each..rows.end * each);
        let target = target.slice(rows.clone(), m);
        loss.value_and_gradient(y.slice(rows.clone()), target, upstream, terms, RowsMut::of(&mut *dy, shape));
        if let Some(weights) = weights {
            silence(&weights[rows.start * weights.len() / m..rows.end * weights.len() / m], rows.len(), dy);
        }
    });
    reduce(divisor, weights, m, terms)
}

/// Samples that weigh nothing have no gradient, also where a loss has multiplied NaN by 0.
fn silence<T: Real>(weights: &[T], samples: usize, dy: &mut [T]) {
    let (each, width) = (weights.len() / samples, dy.len() / samples);
    for (weights, dy) in weights.chunks_exact(each).zip(dy.chunks_exact_mut(width)) {
        if weights.iter().all(|weight| *weight == T::ZERO) {
            dy.fill(T::ZERO);
        }
    }
}

/// Outputs of a piece of work: some microseconds.
const SLAB: usize = 1 << 13;

impl Network {
    /// The loss of a batch, without gradients.
    ///
    /// # Panics
    /// Where the batch does not fit; see [`Network::accepts`] and [`Loss::check_batch`].
    #[track_caller]
    pub fn loss<T: Scalar>(
        &self,
        theta: &[T],
        state: &[T],
        batch: &Batch<'_, T>,
        loss: &dyn Loss<T>,
        cx: &Context,
        ws: &mut Workspace<T>,
    ) -> T {
        assert_fits(loss.check_batch(self.output_shape(), batch));
        let mut terms = std::mem::take(&mut ws.terms);
        let y = self.forward(theta, state, batch.x, cx, ws);
        let value = checked_value(loss, y, batch.target, batch.weights, &mut terms);
        ws.terms = terms;
        value
    }

    /// The loss of a batch and dθ, which is left in the workspace: a pure function of θ and state.
    ///
    /// # Panics
    /// As [`Network::loss`].
    #[allow(clippy::too_many_arguments)] // θ and state apart from the rest are what the function is pure in
    #[track_caller]
    pub fn loss_and_gradient<T: Scalar>(
        &self,
        theta: &[T],
        state: &[T],
        batch: &Batch<'_, T>,
        loss: &dyn Loss<T>,
        cx: &Context,
        ws: &mut Workspace<T>,
        input: InputGradient,
    ) -> T {
        let value = self.value_and_output_gradient(theta, state, batch, loss, cx, ws);
        self.backward(theta, state, batch.x, cx, ws, input);
        value
    }

    /// Forward, and the loss with its gradient with respect to the output.
    #[track_caller]
    pub(crate) fn value_and_output_gradient<T: Scalar>(
        &self,
        theta: &[T],
        state: &[T],
        batch: &Batch<'_, T>,
        loss: &dyn Loss<T>,
        cx: &Context,
        ws: &mut Workspace<T>,
    ) -> T {
        assert!(ws.trains, "a workspace for inference has no gradients");
        assert_fits(loss.check_batch(self.output_shape(), batch));
        let mut terms = std::mem::take(&mut ws.terms);
        let mut dy = std::mem::take(&mut ws.grads[self.output]);
        // The workspace is lent to y.
        let profile = ws.profile.clone();
        let y = self.forward(theta, state, batch.x, cx, ws);
        let n = y.data().len();
        let value = timed(profile.as_deref(), Part::Loss, || {
            checked_value_and_gradient(loss, y, batch.target, batch.weights, &mut terms, &mut dy[..n])
        });
        ws.terms = terms;
        ws.grads[self.output] = dy;
        value
    }
}

#[track_caller]
fn assert_fits(checked: Result<(), LossError>) {
    if let Err(error) = checked {
        panic!("{error}");
    }
}

fn terms_of_a_weight(terms: usize, samples: usize, weights: usize) -> usize {
    assert!(weights == samples || weights == terms, "{weights} weights for {samples} samples, {terms} terms");
    terms / weights
}

/// What the sum of the terms is divided by: 1 unless a mean is asked for.
fn divisor<T: Real>(loss: &dyn Loss<T>, output: &Shape, target: &Target<'_, T>) -> T {
    match loss.reduction() {
        Reduction::Sum => T::ONE,
        Reduction::Mean => loss.divisor(output, target),
    }
}

fn reduce<T: Real>(divisor: T, weights: Option<&[T]>, samples: usize, terms: &mut [T]) -> T {
    if let Some(weights) = weights {
        let each = terms_of_a_weight(terms.len(), samples, weights.len());
        for (terms, weight) in terms.chunks_exact_mut(each).zip(weights) {
            if *weight == T::ZERO {
                terms.fill(T::ZERO); // not 0 · NaN
            } else {
                terms.iter_mut().for_each(|term| *term *= *weight);
            }
        }
    }
    pairwise_sum(terms) / divisor
}
