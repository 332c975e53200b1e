//! Losses that are functions of the difference of output and target: the course's L1 and L2.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape};

macro_rules! difference_loss {
    ($(#[$doc:meta])* $loss:ident, $name:literal, term = $term:expr, derivative = $derivative:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default)]
        pub struct $loss {
            reduction: Reduction,
        }

        impl $loss {
            /// The mean over all elements.
            pub fn new() -> $loss {
                $loss::default()
            }

            /// Sets how the terms are reduced.
            #[must_use]
            pub fn reduction(self, reduction: Reduction) -> $loss {
                $loss { reduction }
            }
        }

        impl<T: Real> Loss<T> for $loss {
            fn terms(&self, output: &Shape) -> usize {
                output.size()
            }

            fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
                super::check_values($name, output, samples, target).map(drop)
            }

            fn reduction(&self) -> Reduction {
                self.reduction
            }

            fn divisor(&self, _: &Shape, target: &Target<'_, T>) -> T {
                T::from_usize(super::values($name, *target).len())
            }

            fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
                let term = $term;
                let t = super::values($name, target);
                for ((out, y), t) in terms.iter_mut().zip(y.data()).zip(t) {
                    *out = term(*y - *t);
                }
            }

            fn value_and_gradient(
                &self,
                y: Rows<'_, T>,
                target: Target<'_, T>,
                upstream: Upstream<'_, T>,
                terms: &mut [T],
                mut dy: RowsMut<'_, T>,
            ) {
                let (term, derivative) = ($term, $derivative);
                let (y, t, dy) = (y.data(), super::values($name, target), dy.data());
                for i in 0..y.len() {
                    terms[i] = term(y[i] - t[i]);
                    dy[i] = upstream.at(i) * derivative(y[i] - t[i]);
                }
            }
        }
    };
}

difference_loss! {
    /// Σ (y - t)² / n over all n elements of the batch; the course's L2 loss Σ (y - t)² by [`Reduction::Sum`].
    ///
    /// y and t have the same shape, `(m, ..)`. Gradient: 2 (y - t) / n.
    ///
    /// ```
    /// use nn_core::{Rows, Target, loss_value};
    /// use nn_layers::MeanSquaredError;
    /// let (y, t) = (Rows::new(&[1.0, 2.0], [1])?, Rows::new(&[0.0, 4.0], [1])?);
    /// let loss = loss_value(&MeanSquaredError::new(), y, Target::Values(t), None, &mut Vec::new());
    /// assert_eq!(loss, 2.5);
    /// # Ok::<(), nn_core::BatchError>(())
    /// ```
    MeanSquaredError, "MeanSquaredError",
    term = |d: T| d * d,
    derivative = |d: T| d + d
}

difference_loss! {
    /// Σ |y - t| / n over all n elements of the batch; the course's L1 loss Σ |y - t| by [`Reduction::Sum`].
    ///
    /// y and t have the same shape, `(m, ..)`. Gradient: sign(y - t) / n, with 0 where y = t.
    ///
    /// ```
    /// use nn_core::{Reduction, Rows, Target, loss_value};
    /// use nn_layers::MeanAbsoluteError;
    /// let (y, t) = (Rows::new(&[1.0, 2.0], [1])?, Rows::new(&[0.0, 4.0], [1])?);
    /// let loss = MeanAbsoluteError::new().reduction(Reduction::Sum);
    /// assert_eq!(loss_value(&loss, y, Target::Values(t), None, &mut Vec::new()), 3.0);
    /// # Ok::<(), nn_core::BatchError>(())
    /// ```
    MeanAbsoluteError, "MeanAbsoluteError",
    term = |d: T| d.abs(),
    derivative = |d: T| if d > T::ZERO { T::ONE } else if d < T::ZERO { -T::ONE } else { d }
}

#[cfg(test)]
nn_check::loss_suite!(squared: MeanSquaredError::new(), output: [2, 3], batch: 4, targets: values(-1.0, 1.0));
#[cfg(test)]
nn_check::loss_suite!(absolute: MeanAbsoluteError::new(), output: [3], batch: 4, targets: values(-1.0, 1.0));
#[cfg(test)]
nn_check::loss_suite!(
    summed: MeanSquaredError::new().reduction(Reduction::Sum), output: [3], batch: 4, targets: values(-1.0, 1.0)
);
