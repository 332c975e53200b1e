//! Weights for the outputs of a sample, each of which is a yes or no of its own.

use nn_core::LossError;
use tensor_ops::Shape;

use super::checks::check_setting;

/// One weight for all outputs, one for each place of the last axis, or one for each output of a sample.
#[derive(Debug, Clone)]
pub(super) struct LabelWeights(Vec<f64>);

impl LabelWeights {
    pub(super) fn new(weights: Vec<f64>) -> LabelWeights {
        LabelWeights(weights)
    }

    pub(super) fn check(&self, loss: &'static str, what: &str, output: &Shape) -> Result<(), LossError> {
        let (n, last, size) = (self.0.len(), output.last().unwrap_or(1), output.size());
        let holds = (n == 1 || n == last || n == size) && self.0.iter().all(|w| w.is_finite() && *w >= 0.0);
        check_setting(loss, holds, || {
            let counts = if last == size { format!("1 or {size}") } else { format!("1, {last} or {size}") };
            format!("expected {counts} finite {what} >= 0, got {:?}", self.0)
        })
    }

    /// The weights of the first outputs, which those of the others repeat.
    #[inline(always)]
    pub(super) fn of(weights: &Option<LabelWeights>) -> &[f64] {
        weights.as_ref().map_or(&[1.0], |weights| &weights.0)
    }
}
