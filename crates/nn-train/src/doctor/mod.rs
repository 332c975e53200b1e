//! The doctor: cheap statistics while a model trains, and findings in plain words.

mod finding;
mod inputs;
mod non_finite;
mod overfit;
mod rules;
mod stats;

use nn_check::{CriticalTest, PointKind};
use nn_core::{Loss, Model, Scalar, Workspace};
use nn_data::Dataset;

pub use finding::{Finding, Rule};
pub(crate) use non_finite::first_place;
pub use overfit::{Overfit, overfits};
pub use stats::{LayerStats, TensorStats, UnitStats};

use crate::History;
use crate::batch::batch_of;

/// Looks at a training every so many steps and after every epoch. It changes nothing: the bits are the same with it and without.
///
/// What it finds stands in [`History::findings`], each finding once for each place; its figures in [`History::layers`]. The project's
/// `docs/doctor.md` has a page on every [`Rule`].
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_optim::Sgd;
/// use nn_train::{Doctor, Rule, Trainer};
/// let set = nn_data::datasets::wine::<f32>(); // in its own units
/// let mut model: Model<f32> = Dense::new(3).init([13], 0)?;
/// let history = Trainer::new(Sgd::new(1e-7), SoftmaxCrossEntropy::new())
///     .doctor(Doctor::new())
///     .fit(&mut model, &set, None)?;
/// assert_eq!(history.findings[0].rule, Rule::InputsNotNormalised);
/// println!("{}", history.findings[0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Doctor {
    every: u64,
    loss: Option<Box<dyn Loss<f64>>>,
}

impl Default for Doctor {
    fn default() -> Doctor {
        Doctor::new()
    }
}

impl Doctor {
    /// A visit every 100 steps, which costs less than a hundredth of the time of a step.
    pub fn new() -> Doctor {
        Doctor { every: 100, loss: None }
    }

    /// Sets how many steps lie between visits.
    #[must_use]
    pub fn every(self, steps: u64) -> Self {
        Doctor { every: steps.max(1), ..self }
    }

    /// Looks at a plateau more closely, once: whether it is a saddle, by the curvature of the loss
    /// ([`nn_check::critical_point`]), for which it needs the trainer's loss in f64.
    #[must_use]
    pub fn look_at_plateaus(self, loss: impl Loss<f64> + 'static) -> Self {
        Doctor { loss: Some(Box::new(loss)), ..self }
    }

    pub(crate) fn is_due(&self, step: u64) -> bool {
        step.is_multiple_of(self.every)
    }
}

/// The doctor at work.
#[derive(Debug)]
pub(crate) struct Visits<T> {
    /// θ before a step that is looked at.
    moved: Vec<T>,
    alive: Vec<stats::Alive>,
    /// How often each class was predicted in the epoch so far.
    pub(crate) predicted: Vec<u64>,
    counts: Option<Vec<usize>>,
    /// What the largest class of the validation set comes to.
    chance: Option<f64>,
}

/// Samples on which a plateau is looked at more closely.
const PLATEAU: usize = 256;

impl<T: Scalar> Visits<T> {
    pub(crate) fn new(train: &Dataset<T>, validation: Option<&Dataset<T>>) -> Visits<T> {
        let share = |counts: Vec<usize>| {
            let most = counts.iter().copied().max().unwrap_or(0);
            most as f64 / counts.iter().sum::<usize>().max(1) as f64
        };
        let counts = train.class_counts();
        Visits {
            moved: Vec::new(),
            alive: Vec::new(),
            predicted: vec![0; counts.as_ref().map_or(0, Vec::len)],
            counts,
            chance: validation.and_then(|set| set.class_counts()).map(share),
        }
    }

    /// Before the first step.
    pub(crate) fn begin(&self, model: &Model<T>, train: &Dataset<T>, history: &mut History) {
        history.findings.extend(inputs::look(model.network(), train));
    }

    /// Before a step that will be looked at.
    pub(crate) fn before(&mut self, model: &Model<T>) {
        self.moved.clear();
        self.moved.extend_from_slice(model.theta());
    }

    /// After it.
    pub(crate) fn after(
        &mut self,
        step: u64,
        model: &Model<T>,
        ws: &Workspace<T>,
        first_loss: f64,
        history: &mut History,
    ) {
        let tensors = stats::tensors(model, ws.gradient(), &mut self.moved);
        let units = stats::units(model, ws, &mut self.alive);
        let now = history.last().map_or(first_loss, |epoch| epoch.running.loss);
        let is_learning = now > 0.5 * first_loss;
        let mut findings = rules::units(step, &units);
        findings.extend(rules::depth(step, &tensors));
        findings.extend(rules::updates(step, &tensors, is_learning));
        add(history, findings);
        history.layers.push(LayerStats { step, tensors, units });
    }

    /// After the first step.
    pub(crate) fn first(&self, loss: f64, of: &dyn std::fmt::Debug, history: &mut History) {
        // Of other losses nobody knows what guessing costs.
        let name = format!("{of:?}");
        let is_entropy = name.starts_with("SoftmaxCrossEntropy") || name.starts_with("NegativeLogLikelihood");
        if let Some(counts) = self.counts.as_ref().filter(|_| is_entropy) {
            add(history, rules::first_loss(loss, counts.len()).into_iter().collect());
        }
    }

    /// After an epoch, which is the last of the history.
    pub(crate) fn epoch(
        &mut self,
        doctor: &Doctor,
        step: u64,
        model: &Model<T>,
        train: &Dataset<T>,
        first_loss: f64,
        history: &mut History,
    ) {
        let mut findings = rules::curves(step, history, first_loss, self.chance);
        if let Some(counts) = self.counts.as_ref().filter(|_| history.epochs.len() > 1) {
            findings.extend(rules::classes(step, counts, &self.predicted));
        }
        self.predicted.fill(0);
        let is_new = !history.findings.iter().any(|known| known.rule == Rule::Plateau);
        if let (Some(plateau), Some(loss)) =
            (findings.iter_mut().find(|found| found.rule == Rule::Plateau && is_new), &doctor.loss)
        {
            plateau.what += &nature(model, &**loss, train);
        }
        add(history, findings);
    }
}

/// Adds what is not there yet.
pub(crate) fn add(history: &mut History, findings: Vec<Finding>) {
    for found in findings {
        let is_known = |known: &Finding| known.rule == found.rule && known.place == found.place;
        if !history.findings.iter().any(is_known) {
            history.findings.push(found);
        }
    }
}

/// What kind of point θ is, in words.
fn nature<T: Scalar>(model: &Model<T>, loss: &dyn Loss<f64>, train: &Dataset<T>) -> String {
    let few = train.take(PLATEAU);
    let point =
        few.ok().and_then(|few| CriticalTest::new().steps(40).model(model, loss, &batch_of(&few).ok()?).ok());
    match point.map(|point| (point.kind(), point.curvature())) {
        None => String::new(),
        Some((PointKind::Slope, curvature)) => {
            format!("; θ is on a slope, with the curvature of a {curvature}: a smaller rate goes on down")
        }
        Some((kind, _)) => format!("; θ is at a {kind}, by the curvature of the loss on {PLATEAU} samples"),
    }
}
