//! What is minimised: terms per sample, reduced to one number.

use std::fmt::Debug;
use std::ops::Range;

use tensor_ops::{Real, Shape, simd};

use crate::error::batched;
use crate::{BatchError, Rows, RowsMut};

/// What the outputs are compared with.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Target<'a, T> {
    /// Class numbers, the same count for each sample (one, unless the output has axes behind the classes).
    Classes(&'a [usize]),
    /// Real values, one row a sample.
    Values(Rows<'a, T>),
    /// Nothing, for this number of samples: the outputs are compared with each other, as in a triplet.
    None(usize),
}

impl<'a, T> Target<'a, T> {
    /// The targets of a range of `all` samples.
    pub(crate) fn slice(&self, range: Range<usize>, all: usize) -> Target<'a, T> {
        match self {
            Target::Classes(classes) => {
                let each = classes.len() / all;
                Target::Classes(&classes[range.start * each..range.end * each])
            }
            Target::Values(rows) => Target::Values(rows.slice(range)),
            Target::None(_) => Target::None(range.len()),
        }
    }
}

/// How the terms become one number. There is no setting for a loss without a reduction, which is its terms: the functions that
/// reduce, such as [`loss_value`](crate::loss_value), leave them in their `terms`, each times its weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Reduction {
    /// The sum of the terms divided by [`Loss::divisor`], so that the batch size does not matter.
    #[default]
    Mean,
    /// The sum of the terms.
    Sum,
}

/// The gradient that reaches each term of a loss: a common scale, times a weight where there are weights.
#[derive(Debug, Clone, Copy)]
pub struct Upstream<'a, T> {
    scale: T,
    /// With the number of terms that share a weight.
    weights: Option<(&'a [T], usize)>,
}

impl<'a, T: Real> Upstream<'a, T> {
    /// The same for every term: 1/divisor for a mean, 1 for a sum.
    pub fn uniform(scale: T) -> Self {
        Upstream { scale, weights: None }
    }

    /// `scale * weights[i]` for the `each` terms of weight i.
    pub fn weighted(scale: T, weights: &'a [T], each: usize) -> Self {
        Upstream { scale, weights: Some((weights, each)) }
    }

    /// What reaches term `i`.
    #[inline(always)]
    pub fn at(&self, i: usize) -> T {
        self.weights.map_or(self.scale, |(weights, each)| self.scale * weights[i / each])
    }

    /// What reaches term `i`, times a derivative of that term: 0 where nothing reaches it, whatever the derivative is.
    #[inline(always)]
    pub fn times(&self, i: usize, derivative: T) -> T {
        let upstream = self.at(i);
        if upstream == T::ZERO { T::ZERO } else { upstream * derivative }
    }

    /// dy = upstream · dy, where dy holds the derivatives of the terms, `outputs` of them side by side for each term; 0 where nothing
    /// reaches a term.
    pub fn pull_back(&self, dy: &mut [T], outputs: usize) {
        let (each, weights) = match self.weights {
            Some((weights, each)) => (each * outputs, weights),
            None => (dy.len().max(1), &[T::ONE][..]),
        };
        for (dy, weight) in dy.chunks_mut(each).zip(weights) {
            let factor = self.scale * *weight;
            if factor == T::ZERO {
                dy.fill(T::ZERO); // not 0 · NaN
                continue;
            }
            simd::dispatch(
                #[inline(always)]
                || {
                    for dy in &mut *dy {
                        *dy = factor * *dy;
                    }
                },
            );
        }
    }

    /// What reaches a range of terms, which begins and ends with a weight.
    pub(crate) fn slice(&self, terms: Range<usize>) -> Self {
        let weights =
            self.weights.map(|(weights, each)| (&weights[terms.start / each..terms.end / each], each));
        Upstream { weights, ..*self }
    }
}

/// A loss: a function of an output and its target, one or more terms a sample.
///
/// To write one, say `terms`, `check`, `reduction`, `divisor`, `value` and `value_and_gradient`; `docs/custom-loss.md` has a whole one.
/// A step calls [`check_batch`](Loss::check_batch) once before it begins, so the other functions may rely on what `check` has accepted.
///
/// ```
/// use nn_core::{Loss, Target};
/// use nn_layers::SoftmaxCrossEntropy;
/// let loss: &dyn Loss<f32> = &SoftmaxCrossEntropy::new();
/// let error = loss.check(&[3].into(), 2, &Target::Classes(&[0, 7])).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "SoftmaxCrossEntropy: target 1 (from 0) is class 7, but the outputs have 3 classes"
/// );
/// ```
///
/// One of your own, the sum of the outputs, which needs no targets (as in dreaming up an image that a network likes):
///
/// ```
/// use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream, loss_value};
/// use tensor_ops::{Real, Shape};
/// #[derive(Debug)]
/// struct Sum;
/// impl<T: Real> Loss<T> for Sum {
///     fn terms(&self, output: &Shape) -> usize {
///         output.size()
///     }
///     fn check(&self, _: &Shape, _: usize, _: &Target<'_, T>) -> Result<(), LossError> {
///         Ok(())
///     }
///     fn reduction(&self) -> Reduction {
///         Reduction::Sum
///     }
///     fn divisor(&self, _: &Shape, _: &Target<'_, T>) -> T {
///         T::ONE
///     }
///     fn value(&self, y: Rows<'_, T>, _: Target<'_, T>, terms: &mut [T]) {
///         terms.copy_from_slice(y.data());
///     }
///     fn value_and_gradient(
///         &self, y: Rows<'_, T>, _: Target<'_, T>, upstream: Upstream<'_, T>, terms: &mut [T], mut dy: RowsMut<'_, T>,
///     ) {
///         terms.copy_from_slice(y.data());
///         for (i, dy) in dy.data().iter_mut().enumerate() {
///             *dy = upstream.at(i); // ∂loss/∂term, times ∂term/∂y = 1
///         }
///     }
/// }
/// let y = Rows::new(&[1.0, 2.0, 4.0], [3])?;
/// assert_eq!(loss_value(&Sum, y, Target::None(1), None, &mut Vec::new()), 7.0);
/// nn_check::loss(&Sum, y, Target::None(1))?.assert();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no loss on numbers of type `{T}`",
    label = "not a `Loss<{T}>`",
    note = "is a `?` or an `.unwrap()` missing? a loss of your own implements `nn_core::Loss` (docs/custom-loss.md)"
)]
pub trait Loss<T: Real>: Debug + Send + Sync {
    /// The number of terms of a sample whose output has this shape.
    fn terms(&self, output: &Shape) -> usize;

    /// Checks that targets fit outputs of this shape: kind, number, and the range of class numbers.
    ///
    /// # Errors
    /// [`LossError`], with the position of the first bad target.
    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError>;

    /// Checks that a whole batch fits outputs of this shape: its targets, and its weights if it has any.
    ///
    /// # Errors
    /// As [`Loss::check`]; [`LossError::Weights`] for another number of weights than samples or terms, or one that is
    /// not finite.
    fn check_batch(&self, output: &Shape, batch: &Batch<'_, T>) -> Result<(), LossError> {
        let samples = batch.x.len();
        self.check(output, samples, &batch.target)?;
        let Some(weights) = batch.weights else { return Ok(()) };
        let terms = samples * self.terms(output);
        let refuse = |what| Err(LossError::Weights { what });
        if weights.len() != samples && weights.len() != terms {
            return refuse(format!("{} for {samples} samples with {terms} terms", weights.len()));
        }
        match weights.iter().position(|w| !w.is_finite()) {
            Some(at) => refuse(format!("number {at} is {}, expected a finite number", weights[at])),
            None => Ok(()),
        }
    }

    /// Checks outputs of a loss that is not defined for every number: probabilities, variances. A training step does not
    /// ask, for there such an output shows as a loss that is NaN, which changes nothing; this is for outputs that come
    /// from elsewhere.
    ///
    /// # Errors
    /// [`LossError::Output`] with the first bad output.
    fn check_outputs(&self, y: Rows<'_, T>) -> Result<(), LossError> {
        let _ = y;
        Ok(())
    }

    /// How the terms are reduced.
    fn reduction(&self) -> Reduction;

    /// What the mean divides by.
    fn divisor(&self, output: &Shape, target: &Target<'_, T>) -> T;

    /// The terms for a range of samples, `(m, terms)`.
    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]);

    /// The terms, and dy = upstream · ∂terms/∂y, in one pass, for a range of samples. A sample's terms must not depend on the range
    /// it comes in.
    fn value_and_gradient(
        &self,
        y: Rows<'_, T>,
        target: Target<'_, T>,
        upstream: Upstream<'_, T>,
        terms: &mut [T],
        dy: RowsMut<'_, T>,
    );
}

/// A loss that was chosen at run time is a loss.
impl<T: Real, L: Loss<T> + ?Sized> Loss<T> for Box<L> {
    fn terms(&self, output: &Shape) -> usize {
        (**self).terms(output)
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        (**self).check(output, samples, target)
    }

    fn check_batch(&self, output: &Shape, batch: &Batch<'_, T>) -> Result<(), LossError> {
        (**self).check_batch(output, batch)
    }

    fn check_outputs(&self, y: Rows<'_, T>) -> Result<(), LossError> {
        (**self).check_outputs(y)
    }

    fn reduction(&self) -> Reduction {
        (**self).reduction()
    }

    fn divisor(&self, output: &Shape, target: &Target<'_, T>) -> T {
        (**self).divisor(output, target)
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        (**self).value(y, target, terms);
    }

    fn value_and_gradient(
        &self,
        y: Rows<'_, T>,
        target: Target<'_, T>,
        upstream: Upstream<'_, T>,
        terms: &mut [T],
        dy: RowsMut<'_, T>,
    ) {
        (**self).value_and_gradient(y, target, upstream, terms, dy);
    }
}

/// Targets that do not fit an output.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LossError {
    /// A loss on class numbers got values, or the other way round.
    #[error("{loss}: expected {expected} as targets")]
    Kind {
        /// The loss.
        loss: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// Another number of targets, or targets of another shape.
    #[error("{loss}: {samples} outputs of shape {} do not fit {targets}", batched(output))]
    Shape {
        /// The loss.
        loss: &'static str,
        /// The shape of an output sample.
        output: Shape,
        /// The number of samples.
        samples: usize,
        /// What the targets are.
        targets: String,
    },
    /// A class number outside the range.
    #[error("{loss}: target {position} (from 0) is class {class}, but the outputs have {classes} classes")]
    Class {
        /// The loss.
        loss: &'static str,
        /// The position of the target.
        position: usize,
        /// Its class number.
        class: usize,
        /// The number of classes.
        classes: usize,
    },
    /// A target value that the loss is not defined for.
    #[error("{loss}: target {position} is {value}, expected {expected}")]
    Value {
        /// The loss.
        loss: &'static str,
        /// The position of the target.
        position: usize,
        /// The value.
        value: f64,
        /// What it should be.
        expected: &'static str,
    },
    /// Outputs of a shape that the loss cannot take.
    #[error("{loss}: expected outputs of shape {expected}, got {}", batched(output))]
    OutputShape {
        /// The loss.
        loss: &'static str,
        /// The shape of an output sample.
        output: Shape,
        /// What it takes, with the sample axis in front.
        expected: &'static str,
    },
    /// An output that the loss is not defined for.
    #[error("{loss}: output {element} of sample {sample} is {value}, expected {expected}")]
    Output {
        /// The loss.
        loss: &'static str,
        /// The sample, from 0.
        sample: usize,
        /// The position in the sample, from 0.
        element: usize,
        /// The value.
        value: f64,
        /// What it should be.
        expected: &'static str,
    },
    /// Weights that do not fit the terms of the loss.
    #[error("weights of the batch: {what}")]
    Weights {
        /// What is wrong, with the numbers.
        what: String,
    },
    /// A setting that does not fit the output.
    #[error("{loss}: {what}")]
    Setting {
        /// The loss.
        loss: &'static str,
        /// What is wrong, with the numbers.
        what: String,
    },
}

/// Samples with their targets, and weights where not all count alike.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Batch<'a, T> {
    /// The samples.
    pub x: Rows<'a, T>,
    /// Their targets.
    pub target: Target<'a, T>,
    /// Factors of the terms of the loss: one a sample, or one a term. They leave the divisor of a mean as it is. What weighs 0 is
    /// silent: its term and its gradient are 0, also where the output is NaN or infinite.
    pub weights: Option<&'a [T]>,
}

impl<'a, T: Real> Batch<'a, T> {
    /// Samples with their targets.
    ///
    /// # Errors
    /// [`BatchError::Empty`] without samples; [`BatchError::Targets`] where the numbers differ.
    pub fn new(x: Rows<'a, T>, target: Target<'a, T>) -> Result<Batch<'a, T>, BatchError> {
        if x.is_empty() {
            return Err(BatchError::Empty);
        }
        let (targets, fits) = match target {
            Target::Classes(classes) => {
                (classes.len(), !classes.is_empty() && classes.len().is_multiple_of(x.len()))
            }
            Target::Values(rows) => (rows.len(), rows.len() == x.len()),
            Target::None(samples) => (samples, samples == x.len()),
        };
        if !fits {
            return Err(BatchError::Targets { inputs: x.len(), targets });
        }
        Ok(Batch { x, target, weights: None })
    }

    /// The same batch with weights, one a sample or one a term of the loss.
    ///
    /// # Errors
    /// [`BatchError::Targets`] where there is no whole number of weights a sample.
    pub fn weighted(self, weights: &'a [T]) -> Result<Batch<'a, T>, BatchError> {
        if weights.is_empty() || !weights.len().is_multiple_of(self.x.len()) {
            return Err(BatchError::Targets { inputs: self.x.len(), targets: weights.len() });
        }
        Ok(Batch { weights: Some(weights), ..self })
    }
}
