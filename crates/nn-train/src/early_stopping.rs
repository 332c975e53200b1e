//! Ending a training that gets no better.

use nn_optim::SettingError;

/// Ends a training when what it watches on the validation set has not improved for some epochs, and gives the model back as it was
/// in its best one.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_optim::Adam;
/// use nn_train::{EarlyStopping, End, Trainer, evaluate};
/// let (train, test) = nn_data::datasets::iris::<f32>().split(0.6, 0)?;
/// let mut model: Model<f32> = Dense::new(3).init([4], 0)?;
/// let loss = SoftmaxCrossEntropy::new();
/// let history = Trainer::new(Adam::new(0.5), loss.clone())
///     .epochs(1000)
///     .early_stopping(EarlyStopping::new(3).min_change(1e-3))
///     .fit(&mut model, &train, &test)?;
/// assert_eq!(history.end, End::EarlyStopping);
/// let best = &history.epochs[history.best_epoch.unwrap() as usize];
/// assert_eq!(best.validation, Some(evaluate(&model, &loss, &test)?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct EarlyStopping {
    patience: u64,
    min_change: f64,
    metric: String,
    is_maximum: bool,
    restores: bool,
}

impl EarlyStopping {
    /// After this many epochs in a row that do not improve the validation loss. The best θ is restored.
    pub fn new(patience: u64) -> EarlyStopping {
        let metric = "loss".to_string();
        EarlyStopping { patience, min_change: 0.0, metric, is_maximum: false, restores: true }
    }

    /// Sets by how much an improvement must be better; 0 unless it is set.
    #[must_use]
    pub fn min_change(self, min_change: f64) -> Self {
        EarlyStopping { min_change, ..self }
    }

    /// Watches a metric that is to grow: `"accuracy"`, or the name of a [metric](crate::Trainer::metric).
    #[must_use]
    pub fn maximize(self, metric: impl Into<String>) -> Self {
        EarlyStopping { metric: metric.into(), is_maximum: true, ..self }
    }

    /// Watches a metric that is to fall.
    #[must_use]
    pub fn minimize(self, metric: impl Into<String>) -> Self {
        EarlyStopping { metric: metric.into(), is_maximum: false, ..self }
    }

    /// Leaves the model as the last epoch has it.
    #[must_use]
    pub fn keep_last(self) -> Self {
        EarlyStopping { restores: false, ..self }
    }

    pub(crate) fn metric(&self) -> &str {
        &self.metric
    }

    pub(crate) fn restores(&self) -> bool {
        self.restores
    }

    pub(crate) fn is_over(&self, bad: u64) -> bool {
        bad >= self.patience.max(1)
    }

    /// Whether `value` is better than the best so far. A NaN never is.
    pub(crate) fn is_better(&self, value: f64, best: Option<f64>) -> bool {
        match (best, self.is_maximum) {
            (None, _) => !value.is_nan(),
            (Some(best), true) => value > best + self.min_change,
            (Some(best), false) => value < best - self.min_change,
        }
    }

    pub(crate) fn check(&self) -> Result<(), SettingError> {
        if self.min_change >= 0.0 && self.min_change.is_finite() {
            return Ok(());
        }
        let (optimizer, setting, value) = ("early stopping", "min_change", self.min_change);
        Err(SettingError { optimizer, setting, value, expected: "a finite number >= 0" })
    }
}
