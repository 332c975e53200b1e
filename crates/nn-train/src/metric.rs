//! Metrics of the validation set after every epoch.

use std::fmt;

use nn_data::Targets;
use tensor_ops::{Real, Tensor};

use crate::metrics::{self, Average, ConfusionMatrix};

/// A number that outputs and targets of a whole set come to. It is NaN where it has no meaning.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_optim::Adam;
/// use nn_train::{Metric, Trainer};
/// let (train, test) = nn_data::datasets::iris::<f32>().split(0.6, 0)?;
/// let mut model: Model<f32> = Dense::new(3).init([4], 0)?;
/// let history = Trainer::new(Adam::new(0.05), SoftmaxCrossEntropy::new())
///     .metric(Metric::f1())
///     .metric(Metric::new("largest output", |outputs, _| {
///         outputs.as_slice().iter().fold(0.0, |max: f64, y| max.max(f64::from(*y)))
///     }))
///     .fit(&mut model, &train, &test)?;
/// assert!(history.last().unwrap().metric("F1").unwrap() > 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Metric<T> {
    name: String,
    of: Compute<T>,
}

type Compute<T> = Box<dyn Fn(&Tensor<T>, &Targets<T>) -> f64 + Send + Sync>;

impl<T> fmt::Debug for Metric<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metric").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<T: Real> Metric<T> {
    /// A metric of your own: a function of the outputs, `(m, ..)`, and their targets.
    pub fn new(
        name: impl Into<String>,
        of: impl Fn(&Tensor<T>, &Targets<T>) -> f64 + Send + Sync + 'static,
    ) -> Metric<T> {
        Metric { name: name.into(), of: Box::new(of) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn of(&self, outputs: &Tensor<T>, targets: &Targets<T>) -> f64 {
        (self.of)(outputs, targets)
    }

    /// `"top K"`: the share of samples whose class is among the k largest outputs.
    pub fn top_k(k: usize) -> Metric<T> {
        Metric::new(format!("top {k}"), move |outputs, targets| {
            labels(targets)
                .and_then(|(labels, _)| metrics::top_k_accuracy(outputs, labels, k).ok())
                .unwrap_or(f64::NAN)
        })
    }

    /// `"balanced accuracy"`: the mean of the classes' recalls.
    pub fn balanced_accuracy() -> Metric<T> {
        Metric::new("balanced accuracy", |outputs, targets| {
            confusion(outputs, targets).map_or(f64::NAN, |matrix| matrix.balanced_accuracy())
        })
    }

    /// `"precision"`, macro.
    pub fn precision() -> Metric<T> {
        Metric::new("precision", |outputs, targets| {
            confusion(outputs, targets).map_or(f64::NAN, |m| m.scores(Average::Macro, 0.0).precision)
        })
    }

    /// `"recall"`, macro.
    pub fn recall() -> Metric<T> {
        Metric::new("recall", |outputs, targets| {
            confusion(outputs, targets).map_or(f64::NAN, |m| m.scores(Average::Macro, 0.0).recall)
        })
    }

    /// `"F1"`, macro.
    pub fn f1() -> Metric<T> {
        Metric::new("F1", |outputs, targets| {
            confusion(outputs, targets).map_or(f64::NAN, |m| m.scores(Average::Macro, 0.0).f1)
        })
    }

    /// `"MAE"`, of real targets.
    pub fn mean_absolute_error() -> Metric<T> {
        Metric::values("MAE", |y, t| metrics::mean_absolute_error(y, t))
    }

    /// `"RMSE"`, of real targets.
    pub fn root_mean_squared_error() -> Metric<T> {
        Metric::values("RMSE", |y, t| metrics::root_mean_squared_error(y, t))
    }

    /// `"R²"`, of real targets.
    pub fn r2() -> Metric<T> {
        Metric::values("R²", |y, t| metrics::r2(y, t))
    }

    fn values(
        name: &str,
        of: impl Fn(&Tensor<T>, &Tensor<T>) -> Result<f64, metrics::MetricError> + Send + Sync + 'static,
    ) -> Metric<T> {
        Metric::new(name, move |outputs, targets| match targets {
            Targets::Values(values) => of(outputs, values).unwrap_or(f64::NAN),
            _ => f64::NAN,
        })
    }
}

fn labels<T>(targets: &Targets<T>) -> Option<(&[usize], usize)> {
    match targets {
        Targets::Classes { labels, classes } => Some((labels, *classes)),
        _ => None,
    }
}

/// Which classes are taken for which; `None` where the targets are no classes, or not one for each output.
pub(crate) fn confusion<T: Real>(outputs: &Tensor<T>, targets: &Targets<T>) -> Option<ConfusionMatrix> {
    let (labels, classes) = labels(targets)?;
    let [m, outputs_of_each] = *outputs.shape().as_slice() else { return None };
    if m != labels.len() {
        return None;
    }
    let predicted = metrics::predicted_classes(outputs);
    ConfusionMatrix::try_new(classes.max(outputs_of_each), &predicted, labels).ok()
}
