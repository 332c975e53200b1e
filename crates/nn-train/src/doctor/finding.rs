//! What the doctor finds, in plain words.

use std::fmt;

/// What can be wrong with a training. `docs/doctor.md` of the project has a page on each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// Gradients grow from layer to layer on their way to the input.
    ExplodingGradients,
    /// Gradients fade from layer to layer on their way to the input.
    VanishingGradients,
    /// ReLUs that are 0 for every sample: nothing reaches their weights any more.
    DeadUnits,
    /// Sigmoids or tanhs at the flat ends of their curves.
    SaturatedUnits,
    /// A step changes weights by a share far above or below a thousandth.
    UpdateRatio,
    /// The first loss is not that of guessing.
    FirstLoss,
    /// Inputs are large, or of very different sizes.
    InputsNotNormalised,
    /// NaN or infinity.
    NonFinite,
    /// The loss stays where it began.
    LossStuck,
    /// The loss has come down, and stays where it is.
    Plateau,
    /// The validation loss rises while the training loss falls.
    Overfitting,
    /// The training set is learned by heart, and the validation set is guessed.
    ShuffledLabels,
    /// A class of the training set that no output names.
    ClassNeverPredicted,
}

impl Rule {
    /// All rules.
    pub const ALL: [Rule; 13] = [
        Rule::ExplodingGradients,
        Rule::VanishingGradients,
        Rule::DeadUnits,
        Rule::SaturatedUnits,
        Rule::UpdateRatio,
        Rule::FirstLoss,
        Rule::InputsNotNormalised,
        Rule::NonFinite,
        Rule::LossStuck,
        Rule::Plateau,
        Rule::Overfitting,
        Rule::ShuffledLabels,
        Rule::ClassNeverPredicted,
    ];

    /// The name of its section in `docs/doctor.md`.
    pub fn name(&self) -> &'static str {
        self.texts()[0]
    }

    /// What is likely behind it.
    pub fn cause(&self) -> &'static str {
        self.texts()[1]
    }

    /// What usually helps.
    pub fn cure(&self) -> &'static str {
        self.texts()[2]
    }

    fn texts(&self) -> [&'static str; 3] {
        match self {
            Rule::ExplodingGradients => [
                "exploding gradients",
                "weights that are too large for the depth: each layer multiplies the gradient",
                "initialise for the activation (He for ReLU, Xavier for tanh), add normalization or residual paths, clip the norm",
            ],
            Rule::VanishingGradients => [
                "vanishing gradients",
                "sigmoids or tanhs, or weights that are too small, in many layers: each divides the gradient",
                "use ReLU or GELU, initialise for the activation, add residual paths or normalization",
            ],
            Rule::DeadUnits => [
                "dead units",
                "a step that was too large has pushed biases far below 0, or the inputs are far from 0",
                "a smaller learning rate, a leaky ReLU, normalised inputs; units that are dead stay dead: begin anew",
            ],
            Rule::SaturatedUnits => [
                "saturated units",
                "weights or inputs that are too large: the activation's derivative is next to 0 there",
                "normalise the inputs, initialise for the activation, a smaller learning rate, weight decay",
            ],
            Rule::UpdateRatio => [
                "update ratio",
                "a learning rate that does not fit: about a thousandth of a weight is a usual step",
                "divide or multiply the learning rate so that the ratio comes near 1e-3; the rate finder helps",
            ],
            Rule::FirstLoss => [
                "first loss",
                "outputs that are far from 0 before anything is learned, or labels that are not what the loss takes",
                "smaller weights in the last layer, normalised inputs; look whether the outputs go through softmax twice",
            ],
            Rule::InputsNotNormalised => [
                "inputs not normalised",
                "raw values: features in their own units, pixels from 0 to 255",
                "`Standardizer::fit` on the training set, applied to every set",
            ],
            Rule::NonFinite => [
                "not finite",
                "a step that was too large; a logarithm or a division at 0; a value beyond what the type holds",
                "a smaller learning rate, clipping, warmup; `Divergence::GoBack` tries a smaller rate by itself",
            ],
            Rule::LossStuck => [
                "loss does not move",
                "a learning rate that is far too small, no gradient (all units dead or saturated), or targets that have nothing to do with the inputs",
                "ask whether it can overfit 20 samples; the rate finder; look at the other findings",
            ],
            Rule::Plateau => [
                "plateau",
                "a rate that is too large for the valley or too small for the plain, a saddle, or all that this network can do",
                "a schedule that lowers the rate; a larger network; at a saddle, momentum or another seed",
            ],
            Rule::Overfitting => [
                "overfitting",
                "the network learns the training set's samples instead of what they have in common",
                "early stopping, weight decay, dropout, augmentation, more data, a smaller network",
            ],
            Rule::ShuffledLabels => [
                "labels look shuffled",
                "targets that do not belong to their samples: one of the two was sorted or shuffled alone",
                "look at some samples beside their labels; split and shuffle inputs and targets together",
            ],
            Rule::ClassNeverPredicted => [
                "class never predicted",
                "a class that is rare beside the others, or that no feature tells from another",
                "balanced batches or class weights in the loss; the confusion matrix shows what it is taken for",
            ],
        }
    }
}

/// Something that the doctor has found. `Display` is a paragraph: what, where, the likely cause, the cure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The steps that were done.
    pub step: u64,
    /// The layer, parameter or class, where it is about one.
    pub place: Option<String>,
    /// What was seen, with its figures.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { rule, step, place, what } = self;
        write!(f, "{} (step {step}", rule.name())?;
        if let Some(place) = place {
            write!(f, ", {place}")?;
        }
        write!(f, "): {what}. Likely cause: {}. What helps: {}.", rule.cause(), rule.cure())
    }
}
