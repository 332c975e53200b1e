//! The gradient of a regularisation term, apart from the loss.

use nn_core::{Model, Scalar};

use crate::function::Who;
use crate::run::{Part, Task};
use crate::{Check, Report};

/// Compares `gradient`, that of a penalty on θ, with the numerical one, tensor by tensor and at the model's θ, under the
/// heading "penalty". Both functions are given θ in the model's layout.
///
/// Where the data loss and the penalty are added before the check, a mistake in the smaller one hides behind the larger: so check them
/// apart and [join](Report::join) the reports. Tensors that are not penalised, as biases often are, stand as vacuous and do no harm.
///
/// # Panics
/// Where `gradient` returns another number of elements than θ has.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Dense;
/// let model: Model<f32> = Dense::new(3).init([4], 0)?;
/// let weights = model.network().theta_layout().get("weight").unwrap().range(); // not the bias
/// let value = |theta: &[f64]| 0.05 * theta[weights.clone()].iter().map(|w| w * w).sum::<f64>();
/// let gradient = |theta: &[f64]| {
///     let mut d = vec![0.0; theta.len()];
///     weights.clone().for_each(|i| d[i] = 0.1 * theta[i]);
///     d
/// };
/// nn_check::penalty(&model, value, gradient).assert();
/// let forgotten = nn_check::penalty(&model, value, |theta| vec![0.0; theta.len()]);
/// assert!(!forgotten.passes());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[track_caller]
pub fn penalty<T: Scalar>(
    model: &Model<T>,
    value: impl FnMut(&[f64]) -> f64,
    gradient: impl FnOnce(&[f64]) -> Vec<f64>,
) -> Report {
    Check::new().penalty(model, value, gradient)
}

impl Check {
    /// As [`penalty`](crate::penalty()).
    ///
    /// # Panics
    /// Where `gradient` returns another number of elements than θ has.
    #[track_caller]
    pub fn penalty<T: Scalar>(
        &self,
        model: &Model<T>,
        mut value: impl FnMut(&[f64]) -> f64,
        gradient: impl FnOnce(&[f64]) -> Vec<f64>,
    ) -> Report {
        let model = model.cast::<f64>();
        let analytic = gradient(model.theta());
        assert_eq!(analytic.len(), model.theta().len(), "elements of the penalty's gradient and of θ");
        let task = Task {
            point: model.theta(),
            parts: Part::of_theta(model.network(), 0),
            analytic: &analytic,
            scale: 0.0,
            samples: None,
        };
        let mut report = self.run(&task, Who::One(&mut value)).titled("penalty");
        report.tensors.iter_mut().for_each(|t| t.unreached = false);
        report
    }
}
