//! The gradient of a loss by itself, with respect to the outputs.

use nn_core::{Batch, Loss, Rows, Target, loss_value, loss_value_and_gradient};

use crate::function::{Own, Who};
use crate::layer::left_out;
use crate::run::{Part, Task};
use crate::{Check, CheckError, Missing, Report};

/// Compares the gradient of a loss at outputs `y` with the numerical one.
///
/// # Errors
/// [`CheckError`] where the targets do not fit the outputs.
///
/// ```
/// use nn_core::{Rows, Target};
/// use nn_layers::SoftmaxCrossEntropy;
/// let y = [0.2, -1.0, 0.7, 1.5, 0.1, -0.3];
/// let report = nn_check::loss(&SoftmaxCrossEntropy::new(), Rows::new(&y, [3])?, Target::Classes(&[2, 0]))?;
/// report.assert();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn loss(loss: &dyn Loss<f64>, y: Rows<'_, f64>, target: Target<'_, f64>) -> Result<Report, CheckError> {
    Check::new().loss(loss, y, target)
}

impl Check {
    /// As [`loss`](crate::loss()).
    ///
    /// # Errors
    /// [`CheckError`] where the targets do not fit the outputs.
    pub fn loss(
        &self,
        loss: &dyn Loss<f64>,
        y: Rows<'_, f64>,
        target: Target<'_, f64>,
    ) -> Result<Report, CheckError> {
        self.loss_of(loss, &Batch::new(y, target)?)
    }

    /// As [`loss`](crate::loss()), of a batch whose `x` are the outputs: with the weights of its samples or terms.
    ///
    /// # Errors
    /// [`CheckError`] where the targets or the weights do not fit the outputs.
    ///
    /// ```
    /// use nn_core::{Batch, Rows, Target};
    /// use nn_layers::SoftmaxCrossEntropy;
    /// let y = Rows::new(&[0.2, -1.0, 0.7, 1.5, 0.1, -0.3], [3])?;
    /// let batch = Batch::new(y, Target::Classes(&[2, 0]))?.weighted(&[0.5, 2.0])?;
    /// nn_check::Check::new().loss_of(&SoftmaxCrossEntropy::new(), &batch)?.assert();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn loss_of(&self, loss: &dyn Loss<f64>, batch: &Batch<'_, f64>) -> Result<Report, CheckError> {
        let Batch { x: y, target, weights, .. } = *batch;
        loss.check_batch(y.shape(), batch)?;
        let (shape, samples) = (*y.shape(), y.len());
        let mut dy = vec![f64::NAN; y.data().len()];
        loss_value_and_gradient(loss, y, target, weights, &mut Vec::new(), &mut dy);
        let all = shape.prepend(samples).unwrap_or(shape);
        let part = Part { name: "output".to_string(), shape: all, range: 0..dy.len() };
        let task =
            Task { point: y.data(), parts: vec![part], analytic: &dy, scale: 0.0, samples: Some(samples) };
        let make = |missing: Option<Missing>| -> Own<'_> {
            let weights = match missing {
                None => weights.map(<[f64]>::to_vec),
                Some(_) => Some(left_out(weights.unwrap_or(&vec![1.0; samples]), samples, missing)),
            };
            let mut terms = Vec::new();
            Box::new(move |y| {
                let y = Rows::new(y, shape).expect("whole samples");
                loss_value(loss, y, target, weights.as_deref(), &mut terms)
            })
        };
        Ok(self.run(&task, Who::Many(&make)))
    }
}
