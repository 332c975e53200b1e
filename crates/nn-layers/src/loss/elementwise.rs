//! Losses with one term an output, each a function of that output and its target.

use nn_core::{LossError, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape, simd};

use super::checks::{check_values, values};
use super::domain::Domain;

/// A function of an output and its target, with its derivative. `elementwise_loss!` makes a loss of it.
pub(super) trait Elementwise: Copy {
    const NAME: &'static str;
    /// What a target may be.
    const TARGETS: Domain = Domain::Finite;

    /// Checks the settings.
    fn check_settings(&self) -> Result<(), LossError> {
        Ok(())
    }

    /// What an output has to be.
    fn outputs(&self) -> Option<Domain> {
        None
    }

    /// What a target may be, where settings decide.
    fn targets(&self) -> Domain {
        Self::TARGETS
    }

    /// What the mean divides by.
    fn divisor(&self, _samples: usize, elements: usize) -> usize {
        elements
    }

    /// The term, and its derivative with respect to y. Has to be `#[inline(always)]` and without branches.
    fn term<T: Real>(&self, y: T, t: T) -> (T, T);

    fn check<T: Real>(
        &self,
        output: &Shape,
        samples: usize,
        target: &Target<'_, T>,
    ) -> Result<(), LossError> {
        self.check_settings()?;
        check_values(Self::NAME, output, samples, target, self.targets())
    }

    fn terms<T: Real>(self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        let (y, t) = (y.data(), values(Self::NAME, target));
        let (y, t) = (&y[..terms.len()], &t[..terms.len()]);
        simd::dispatch(
            #[inline(always)]
            || {
                let loss = self; // a copy: nothing that is written can change it
                for i in 0..terms.len() {
                    terms[i] = loss.term(y[i], t[i]).0;
                }
            },
        );
    }

    fn terms_and_gradient<T: Real>(
        self,
        y: Rows<'_, T>,
        target: Target<'_, T>,
        upstream: Upstream<'_, T>,
        terms: &mut [T],
        mut dy: RowsMut<'_, T>,
    ) {
        let n = terms.len();
        let (y, t, dy) = (&y.data()[..n], &values(Self::NAME, target)[..n], &mut dy.data()[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                let loss = self;
                for i in 0..n {
                    (terms[i], dy[i]) = loss.term(y[i], t[i]);
                }
            },
        );
        upstream.pull_back(dy, 1);
    }
}

/// `Loss` for a struct with a field `reduction`, from its `Elementwise`.
macro_rules! elementwise_loss {
    ($loss:ident) => {
        impl $loss {
            /// Sets how the terms are reduced.
            #[must_use]
            pub fn reduction(mut self, reduction: nn_core::Reduction) -> $loss {
                self.reduction = reduction;
                self
            }
        }

        impl<T: tensor_ops::Real> nn_core::Loss<T> for $loss {
            fn terms(&self, output: &tensor_ops::Shape) -> usize {
                output.size()
            }
            fn check(
                &self,
                output: &tensor_ops::Shape,
                samples: usize,
                target: &nn_core::Target<'_, T>,
            ) -> Result<(), nn_core::LossError> {
                super::elementwise::Elementwise::check(self, output, samples, target)
            }
            fn check_outputs(&self, y: nn_core::Rows<'_, T>) -> Result<(), nn_core::LossError> {
                use super::elementwise::Elementwise;
                self.outputs().map_or(Ok(()), |domain| domain.check_outputs(Self::NAME, y))
            }
            fn reduction(&self) -> nn_core::Reduction {
                self.reduction
            }
            fn divisor(&self, output: &tensor_ops::Shape, target: &nn_core::Target<'_, T>) -> T {
                use super::elementwise::Elementwise;
                let elements = super::checks::values(Self::NAME, *target).len();
                T::from_usize(Elementwise::divisor(self, elements / output.size(), elements))
            }
            fn value(&self, y: nn_core::Rows<'_, T>, target: nn_core::Target<'_, T>, terms: &mut [T]) {
                super::elementwise::Elementwise::terms(*self, y, target, terms);
            }
            fn value_and_gradient(
                &self,
                y: nn_core::Rows<'_, T>,
                target: nn_core::Target<'_, T>,
                upstream: nn_core::Upstream<'_, T>,
                terms: &mut [T],
                dy: nn_core::RowsMut<'_, T>,
            ) {
                super::elementwise::Elementwise::terms_and_gradient(*self, y, target, upstream, terms, dy);
            }
        }
    };
}
pub(super) use elementwise_loss;
