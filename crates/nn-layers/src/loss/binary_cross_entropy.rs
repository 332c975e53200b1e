//! Cross-entropy of probabilities, the course's formula.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape};

/// -1/n Σ (t ln y + (1 - t) ln(1 - y)) over all n elements of the batch, for probabilities y in [0, 1]: the cost of the
/// course, "divided by m so that the batch size does not matter".
///
/// y and t have the same shape, `(m, ..)`, t in [0, 1]. Gradient: (y - t) / (y (1 - y)) / n.
///
/// Safe at y = 0 and 1 by PyTorch's convention: logarithms are not taken below -100, and y (1 - y) not below 1e-12
/// (the f32 next to it, in f64 too).
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::BinaryCrossEntropy;
/// let (y, t) = (Rows::new(&[0.5f64, 1.0], [1])?, Rows::new(&[1.0, 1.0], [1])?);
/// let loss = loss_value(&BinaryCrossEntropy::new(), y, Target::Values(t), None, &mut Vec::new());
/// assert!((loss - 2f64.ln() / 2.0).abs() < 1e-15);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct BinaryCrossEntropy {
    reduction: Reduction,
}

const NAME: &str = "BinaryCrossEntropy";

impl BinaryCrossEntropy {
    /// The mean over all elements.
    pub fn new() -> BinaryCrossEntropy {
        BinaryCrossEntropy::default()
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> BinaryCrossEntropy {
        BinaryCrossEntropy { reduction }
    }
}

/// A logarithm of 0 would make an infinite loss of a saturated output.
fn term<T: Real>(y: T, t: T) -> T {
    let floor = T::from_f64(-100.0);
    let (ln_y, ln_rest) = (y.ln().maximum(floor), (-y).ln_1p().maximum(floor));
    -(t * ln_y + (T::ONE - t) * ln_rest)
}

impl<T: Real> Loss<T> for BinaryCrossEntropy {
    fn terms(&self, output: &Shape) -> usize {
        output.size()
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        let rows = super::check_values(NAME, output, samples, target)?;
        let is_probability = |t: &T| *t >= T::ZERO && *t <= T::ONE;
        match rows.data().iter().position(|t| !is_probability(t)) {
            Some(position) => {
                let value = rows.data()[position].to_f64();
                Err(LossError::Value { loss: NAME, position, value, expected: "a number in [0, 1]" })
            }
            None => Ok(()),
        }
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, _: &Shape, target: &Target<'_, T>) -> T {
        T::from_usize(super::values(NAME, *target).len())
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        for ((out, y), t) in terms.iter_mut().zip(y.data()).zip(super::values(NAME, target)) {
            *out = term(*y, *t);
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
        let (y, t, dy) = (y.data(), super::values(NAME, target), dy.data());
        let floor = T::from_f64(f64::from(1e-12f32));
        for i in 0..y.len() {
            terms[i] = term(y[i], t[i]);
            dy[i] = upstream.at(i) * (y[i] - t[i]) / (y[i] * (T::ONE - y[i])).maximum(floor);
        }
    }
}

#[cfg(test)]
nn_check::loss_suite!(
    BinaryCrossEntropy::new(), output: [2, 3], batch: 4, outputs: values(0.05, 0.95), targets: values(0.0, 1.0)
);
