//! How a check is done: its settings.

use std::fmt;
use std::sync::Arc;

use nn_core::Context;

use crate::TOLERANCE;

/// How far a long check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Looks at an element, along a direction or at a column of a Jacobian that are done.
    pub done: usize,
    /// Those that are known of. It grows where a look shows that another is needed, and is more than `done` until all is over.
    pub total: usize,
}

/// What is called while a check runs.
pub(crate) type Callback = Arc<dyn Fn(Progress) + Send + Sync>;

/// The settings of a check, and a method for each kind.
///
/// A free function is the method of `Check::new()` with its name, less a `check_` in front: `check_gradient(f, θ, a)` is
/// `Check::new().gradient(f, θ, a)`, and `model(&model, &batch)` is `Check::new().model(&model, &batch)`.
///
/// | setting | what it is when nothing is said |
/// |---|---|
/// | [`tolerance`](Check::tolerance) | 1e-7 |
/// | [`all`](Check::all), [`sample`](Check::sample), [`directions`](Check::directions) | all of up to 5,000 elements, else 1,000 and four directions |
/// | [`seed`](Check::seed) | 0 |
/// | [`context`](Check::context) | training in step 0 |
/// | [`without_input`](Check::without_input) | with it |
/// | [`progress`](Check::progress) | silent |
///
/// ```
/// use nn_check::{Check, Verdict};
/// let f = |t: &[f64]| t.iter().map(|t| t.sin()).sum::<f64>();
/// let theta: Vec<f64> = (0..1000).map(f64::from).collect();
/// let mut analytic: Vec<f64> = theta.iter().map(|t| t.cos()).collect();
/// assert!(Check::new().sample(100).gradient(f, &theta, &analytic).passes());
/// analytic[123] *= 1.0001;
/// assert_eq!(Check::new().all().gradient(f, &theta, &analytic).verdict(), Verdict::Wrong);
/// ```
#[derive(Clone)]
pub struct Check {
    pub(crate) tolerance: f64,
    pub(crate) seed: u64,
    pub(crate) budget: Budget,
    /// Of models.
    pub(crate) context: Context,
    /// Random directions; `None`: as many as the budget suggests.
    pub(crate) directions: Option<usize>,
    /// Whether a model's input is looked at, too.
    pub(crate) input: bool,
    pub(crate) progress: Option<Callback>,
}

/// How many elements are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Budget {
    /// All where they are at most [`SMALL`], else [`SAMPLED`] and some directions.
    Auto,
    All,
    Sample(usize),
}

/// Up to so many elements every one is looked at: with four forward passes each, seconds for a model of this size.
const SMALL: usize = 5000;
const SAMPLED: usize = 1000;
const DIRECTIONS: usize = 4;

impl Default for Check {
    fn default() -> Check {
        Check {
            tolerance: TOLERANCE,
            seed: 0,
            budget: Budget::Auto,
            context: Context::training(0, 0),
            directions: None,
            input: true,
            progress: None,
        }
    }
}

impl Check {
    /// The settings of the free functions.
    pub fn new() -> Check {
        Check::default()
    }

    /// The relative distance up to which a tensor passes, in place of [`TOLERANCE`]; a single element may be ten times as far off.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Check {
        self.tolerance = tolerance;
        self
    }

    /// Looks at every element, however many there are: some four values of the function each.
    #[must_use]
    pub fn all(mut self) -> Check {
        self.budget = Budget::All;
        self
    }

    /// Looks at some `n` elements, at sixteen of each tensor at least (or all of a smaller one), and at one in each of as many equal
    /// stretches of a tensor as it has elements in the sample.
    ///
    /// ```
    /// let f = |t: &[f64]| t.iter().map(|t| t * t).sum::<f64>();
    /// let (theta, gradient) = ([1.0; 10_000], [2.0; 10_000]);
    /// let report = nn_check::Check::new().sample(500).gradient(f, &theta, &gradient);
    /// assert_eq!((report.compared(), report.elements()), (500, 10_000));
    /// ```
    #[must_use]
    pub fn sample(mut self, n: usize) -> Check {
        self.budget = Budget::Sample(n);
        self
    }

    /// Compares the slopes along `k` random directions in each tensor that is not looked at as a whole, and halves the
    /// tensor where one is wrong, down to the elements that make it so.
    ///
    /// A direction v is normal in every element, so that an error δ of the gradient shows as a number drawn from N(0, ‖δ‖²); it stays
    /// hidden where that is less than round-off. [`Report::chance_of_missing`](crate::Report::chance_of_missing) says how likely that is.
    ///
    /// ```
    /// let f = |t: &[f64]| t.iter().map(|t| t.sin()).sum::<f64>();
    /// let theta: Vec<f64> = (0..10_000).map(f64::from).collect();
    /// let mut gradient: Vec<f64> = theta.iter().map(|t| t.cos()).collect();
    /// gradient[4321] += 0.01; // a hundred-thousandth of the gradient's norm
    /// let report = nn_check::Check::new().sample(8).directions(2).gradient(f, &theta, &gradient);
    /// assert_eq!(report.worst(1)[0].1.index, 4321);
    /// assert!(report.chance_of_missing(1e-4) < 1e-3);
    /// ```
    #[must_use]
    pub fn directions(mut self, k: usize) -> Check {
        self.directions = Some(k);
        self
    }

    /// How many of `elements` in `tensors` are looked at, and along how many directions in each tensor.
    pub(crate) fn plan(&self, elements: usize, tensors: usize) -> (usize, usize) {
        let (sample, directions) = match self.budget {
            Budget::Auto if elements > SMALL && self.directions.is_some() => (16 * tensors, 0),
            Budget::Auto if elements > SMALL => (SAMPLED, DIRECTIONS),
            Budget::Auto | Budget::All => (elements, 0),
            Budget::Sample(n) => (n, 0),
        };
        (sample.min(elements), self.directions.unwrap_or(directions))
    }

    /// The seed of what is drawn at random: samples and directions, the point at which a layer is checked, the weights of a model's outputs.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Check {
        self.seed = seed;
        self
    }

    /// The mode, seed and step in which a layer or a model is checked; without it, training in step 0. Whatever is random, as dropout is, is replayed
    /// while θ moves, for it is a function of these.
    ///
    /// ```
    /// use nn_core::{Batch, Context, Layer, Model, Rows, Target};
    /// use nn_layers::{BatchNorm, Dense, Dropout, MeanSquaredError, Sequential};
    /// let net = Sequential::new().push(BatchNorm::new()).push(Dropout::new(0.3)?).push(Dense::new(1));
    /// let model: Model<f32> = net.init([2], 0)?;
    /// let (x, t) = ([0.5, -1.0, 2.0, 0.1, 1.5, 0.7], [1.0, 0.0, -1.0]);
    /// let batch = Batch::new(Rows::new(&x, [2])?, Target::Values(Rows::new(&t, [1])?))?;
    /// for context in [Context::training(7, 3), Context::inference()] {
    ///     let check = nn_check::Check::new().context(context);
    ///     check.model_with_loss(&model, &MeanSquaredError::new(), &batch)?.assert();
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn context(mut self, context: Context) -> Check {
        self.context = context;
        self
    }

    /// Leaves out the gradient of a model's input: training does not use it.
    ///
    /// ```
    /// use nn_core::{Batch, Layer, Model, Rows, Target};
    /// use nn_layers::Dense;
    /// let model: Model<f32> = Dense::new(3).init([2], 0)?;
    /// let batch = Batch::new(Rows::new(&[0.5, -1.0], [2])?, Target::None(1))?;
    /// let report = nn_check::Check::new().without_input().model(&model, &batch)?;
    /// assert_eq!(report.tensors()[0].name, "weight");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn without_input(mut self) -> Check {
        self.input = false;
        self
    }

    /// Calls `callback` while a check runs, from any of its threads. Where `done` is `total` the check is over.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// let seen = Arc::new(Mutex::new(Vec::new()));
    /// let notes = seen.clone();
    /// let check = nn_check::Check::new().progress(move |p| notes.lock().unwrap().push((p.done, p.total)));
    /// check.gradient(|t| t.iter().sum(), &[0.0; 100], &[1.0; 100]).assert();
    /// let (last, before) = seen.lock().unwrap().split_last().map(|(l, b)| (*l, b.to_vec())).unwrap();
    /// assert!(last.0 == last.1 && last.0 >= 100);
    /// assert!(before.iter().all(|(done, total)| done < total));
    /// ```
    #[must_use]
    pub fn progress(mut self, callback: impl Fn(Progress) + Send + Sync + 'static) -> Check {
        self.progress = Some(Arc::new(callback));
        self
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Check { tolerance, seed, budget, context, directions, input, progress } = self;
        f.debug_struct("Check")
            .field("tolerance", tolerance)
            .field("seed", seed)
            .field("budget", budget)
            .field("context", context)
            .field("directions", directions)
            .field("input", input)
            .field("progress", &progress.is_some())
            .finish()
    }
}
