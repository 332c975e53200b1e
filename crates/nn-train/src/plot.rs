//! Curves of a training as SVG pictures.
//!
//! ```
//! use nn_core::{Layer, Model};
//! use nn_layers::{Dense, SoftmaxCrossEntropy};
//! use nn_optim::Adam;
//! use nn_train::{Trainer, plot};
//! let (train, test) = nn_data::datasets::iris::<f32>().split(0.7, 0)?;
//! let mut model: Model<f32> = Dense::new(3).init([4], 0)?;
//! let history = Trainer::new(Adam::new(0.05), SoftmaxCrossEntropy::new()).fit(&mut model, &train, &test)?;
//! for picture in [plot::loss_curve(&history)?, plot::metric_curve(&history, "accuracy")?, plot::rate_curve(&history)?] {
//!     assert!(picture.starts_with("<svg"));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::chart::{Chart, Series};
use crate::{Epoch, History};

/// A picture that could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlotError {
    /// No epochs to draw.
    #[error("a history without epochs has no curve")]
    Empty,
    /// No steps to draw.
    #[error("no steps were recorded: `Trainer::record_every`")]
    NoSteps,
    /// A metric that no epoch has.
    #[error("no epoch has the metric {name:?}")]
    Unknown {
        /// Its name.
        name: String,
    },
}

/// The loss of both sets over the epochs, as the text of an SVG picture. Losses that are not finite are left out.
///
/// # Errors
/// [`PlotError::Empty`] for a history without epochs.
pub fn loss_curve(history: &History) -> Result<String, PlotError> {
    Ok(loss_chart(history)?.svg())
}

pub(crate) fn loss_chart(history: &History) -> Result<Chart, PlotError> {
    history.last().ok_or(PlotError::Empty)?;
    let train = series(history, "training", |epoch| Some(epoch.train.unwrap_or(epoch.running).loss));
    let validation = series(history, "validation", |epoch| epoch.metric("loss"));
    Ok(chart("loss", "epoch", [train, validation]))
}

/// A metric over the epochs: `"accuracy"`, with that of the training set, or one of the trainer's [metrics](crate::Trainer::metric).
///
/// # Errors
/// [`PlotError::Empty`] for a history without epochs, [`PlotError::Unknown`] for a metric that no epoch has.
pub fn metric_curve(history: &History, name: &str) -> Result<String, PlotError> {
    Ok(metric_chart(history, name)?.svg())
}

pub(crate) fn metric_chart(history: &History, name: &str) -> Result<Chart, PlotError> {
    history.last().ok_or(PlotError::Empty)?;
    let validation = series(history, "validation", |epoch| epoch.metric(name));
    let train = match name {
        "accuracy" => series(history, "training", |epoch| epoch.train.unwrap_or(epoch.running).accuracy),
        _ => Series::default(),
    };
    if train.points.is_empty() && validation.points.is_empty() {
        return Err(PlotError::Unknown { name: name.to_string() });
    }
    Ok(Chart { from_zero: false, ..chart(name, "epoch", [train, validation]) })
}

/// The learning rate over the steps.
///
/// # Errors
/// [`PlotError::NoSteps`] where no steps were [recorded](crate::Trainer::record_every).
pub fn rate_curve(history: &History) -> Result<String, PlotError> {
    Ok(steps_chart(history, "learning rate", |step| step.rate)?.svg())
}

/// The norm of the gradient over the steps, on a logarithmic axis.
///
/// # Errors
/// [`PlotError::NoSteps`] where no steps were [recorded](crate::Trainer::record_every).
pub fn gradient_curve(history: &History) -> Result<String, PlotError> {
    Ok(gradient_chart(history)?.svg())
}

pub(crate) fn gradient_chart(history: &History) -> Result<Chart, PlotError> {
    let chart = steps_chart(history, "norm of the gradient", |step| step.gradient_norm)?;
    Ok(Chart { log_y: true, ..chart })
}

pub(crate) fn steps_chart(
    history: &History,
    name: &str,
    of: impl Fn(&crate::StepRecord) -> f64,
) -> Result<Chart, PlotError> {
    if history.steps.is_empty() {
        return Err(PlotError::NoSteps);
    }
    let points = history.steps.iter().map(|step| (step.step as f64, of(step))).collect();
    Ok(chart(name, "step", [Series { name: String::new(), points, is_faint: false }]))
}

fn chart(title: &str, x: &str, series: impl IntoIterator<Item = Series>) -> Chart {
    let series = series.into_iter().filter(|series| !series.points.is_empty()).collect();
    Chart { title: title.to_string(), x: x.to_string(), series, from_zero: true, ..Chart::default() }
}

fn series(history: &History, name: &str, of: impl Fn(&Epoch) -> Option<f64>) -> Series {
    let point = |epoch: &Epoch| Some((epoch.number as f64 + 1.0, of(epoch)?));
    Series {
        name: name.to_string(),
        points: history.epochs.iter().filter_map(point).collect(),
        is_faint: false,
    }
}
