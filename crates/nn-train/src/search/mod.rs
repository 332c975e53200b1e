//! Hyper-parameter search: random, over a grid, and by successive halving.

mod file;
mod outcome;
mod space;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tensor_ops::pool;

pub use outcome::{Outcome, SearchError, SearchReport};
pub use space::{Trial, Values};

use space::Parameter;

/// Tries settings and keeps the book. What is tried is a function of the seed and the trial's number, so a search can be repeated, made
/// longer, and resumed from its file; trials run on several threads, each of them on one core, with the same results.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Relu, Sequential, SoftmaxCrossEntropy};
/// use nn_optim::Adam;
/// use nn_train::{Search, Trainer, Values};
/// let (train, test) = nn_data::datasets::iris::<f32>().split(0.7, 0)?;
/// let search = Search::random(8)
///     .parameter("rate", Values::LogUniform(1e-4, 1.0))
///     .parameter("units", Values::one_of(["4", "16"]))
///     .threads(2);
/// let report = search.run(|trial| {
///     let units = trial.choice("units").parse()?;
///     let net = Sequential::new().push(Dense::new(units)).push(Relu).push(Dense::new(3));
///     let mut model: Model<f32> = net.init([4], trial.seed())?;
///     let mut trainer = Trainer::new(Adam::new(trial.number("rate")), SoftmaxCrossEntropy::new());
///     let history = trainer.epochs(5).fit(&mut model, &train, &test)?;
///     Ok(history.validation().unwrap().loss) // what is to be small
/// })?;
/// let best = report.best().unwrap();
/// assert!(best.trial.number("rate") > 1e-3);
/// println!("{report}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Search {
    kind: Kind,
    parameters: Vec<Parameter>,
    seed: u64,
    threads: usize,
    file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Random { trials: usize },
    Grid { points: usize },
    Halving { trials: usize, budget: u64, factor: u64 },
}

/// What a trial returns: what is to be small, or why there is nothing.
pub type TrialResult = Result<f64, Box<dyn std::error::Error + Send + Sync>>;

impl Search {
    fn new(kind: Kind) -> Search {
        Search { kind, parameters: Vec::new(), seed: 0, threads: 1, file: None }
    }

    /// So many trials, each parameter drawn by itself (Bergstra and Bengio, "Random search for hyper-parameter optimization", 2012).
    pub fn random(trials: usize) -> Search {
        Search::new(Kind::Random { trials })
    }

    /// Every combination: of all choices, and of so many points of each range, its ends among them.
    pub fn grid(points: usize) -> Search {
        Search::new(Kind::Grid { points: points.max(1) })
    }

    /// Random trials with a small [budget](Trial::budget), of epochs, say; the best 1/`factor` of them with a budget `factor` times as
    /// large, and so on until one is left (Jamieson and Talwalkar, "Non-stochastic best arm identification", 2016).
    pub fn halving(trials: usize, budget: u64, factor: u64) -> Search {
        Search::new(Kind::Halving { trials, budget: budget.max(1), factor: factor.max(2) })
    }

    /// Adds a parameter.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, values: Values) -> Self {
        self.parameters.push(Parameter { name: name.into(), values });
        self
    }

    /// Sets the seed of what is tried.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Search { seed, ..self }
    }

    /// Sets how many trials run at a time, each on one core; 1 unless it is set: then a trial has all cores.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Search { threads: threads.max(1), ..self }
    }

    /// Writes each result to a file as soon as it is known, and takes from it what a search before has done.
    #[must_use]
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        Search { file: Some(path.into()), ..self }
    }

    /// Runs it. A trial that fails has no value, and its error in the report.
    ///
    /// # Errors
    /// [`SearchError`] for a range that is none, a file of another search, or one that cannot be written.
    pub fn run(&self, trial: impl Fn(&Trial) -> TrialResult + Sync) -> Result<SearchReport, SearchError> {
        self.parameters.iter().try_for_each(Parameter::check)?;
        let book = file::Book::open(self.file.as_deref(), &self.identity())?;
        let book = Mutex::new(book);
        let mut outcomes = Vec::new();
        let (mut trials, factor) = match self.kind {
            Kind::Random { trials } => (self.drawn(trials, 1), None),
            Kind::Grid { points } => (space::grid(&self.parameters, points, self.seed), None),
            Kind::Halving { trials, budget, factor } => (self.drawn(trials, budget), Some(factor)),
        };
        while !trials.is_empty() {
            let mut rung = self.run_all(&trials, &trial, &book)?;
            trials.clear();
            if let Some(factor) = factor {
                let mut order: Vec<&Outcome> =
                    rung.iter().filter(|o| o.value.is_some_and(|v| !v.is_nan())).collect();
                order.sort_by(|a, b| a.value.unwrap_or(f64::NAN).total_cmp(&b.value.unwrap_or(f64::NAN)));
                // One alone has won.
                let kept =
                    if rung.len() > 1 { rung.len().div_ceil(factor as usize).min(order.len()) } else { 0 };
                trials.extend(order[..kept].iter().map(|o| o.trial.with_budget(o.trial.budget() * factor)));
            }
            outcomes.append(&mut rung);
        }
        Ok(SearchReport { outcomes })
    }

    fn drawn(&self, trials: usize, budget: u64) -> Vec<Trial> {
        (0..trials).map(|number| space::draw(&self.parameters, self.seed, number, budget)).collect()
    }

    /// All trials, in any order; results stand in theirs.
    fn run_all(
        &self,
        trials: &[Trial],
        run: &(impl Fn(&Trial) -> TrialResult + Sync),
        book: &Mutex<file::Book>,
    ) -> Result<Vec<Outcome>, SearchError> {
        let results: Mutex<Vec<Option<Outcome>>> = Mutex::new(vec![None; trials.len()]);
        let (next, failed) = (AtomicUsize::new(0), Mutex::new(None));
        let lock = |e: std::sync::PoisonError<_>| e.into_inner();
        let work = || {
            while let Some((i, trial)) = {
                let i = next.fetch_add(1, Ordering::Relaxed);
                trials.get(i).map(|trial| (i, trial))
            } {
                let known = book.lock().unwrap_or_else(|e| e.into_inner()).known(trial);
                let outcome = known.unwrap_or_else(|| {
                    let outcome = Outcome::of(trial, run(trial));
                    let written = book.lock().unwrap_or_else(|e| e.into_inner()).add(&outcome);
                    if let Err(error) = written {
                        *failed.lock().unwrap_or_else(|e| e.into_inner()) = Some(error);
                    }
                    outcome
                });
                results.lock().unwrap_or_else(lock)[i] = Some(outcome);
            }
        };
        if self.threads == 1 {
            work();
        } else {
            std::thread::scope(|scope| {
                for _ in 0..self.threads.min(trials.len()) {
                    scope.spawn(|| pool::in_place(work));
                }
            });
        }
        if let Some(error) = failed.into_inner().unwrap_or_else(|e| e.into_inner()) {
            return Err(error);
        }
        let results = results.into_inner().unwrap_or_else(|e| e.into_inner());
        Ok(results.into_iter().map(|outcome| outcome.expect("every trial was taken")).collect())
    }

    /// What a file of results belongs to.
    fn identity(&self) -> String {
        let parameters = self.parameters.iter().map(|p| format!("{} {:?}", p.name, p.values));
        // The number of trials may grow.
        let kind = match self.kind {
            Kind::Random { .. } => "random".to_string(),
            Kind::Grid { points } => format!("grid {points}"),
            Kind::Halving { trials, budget, factor } => format!("halving {trials} {budget} {factor}"),
        };
        format!("{kind}; seed {}; {}", self.seed, parameters.collect::<Vec<_>>().join("; "))
    }
}
