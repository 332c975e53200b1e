//! How a check is done: its settings.

use std::fmt;
use std::sync::Arc;

use crate::TOLERANCE;

/// How far a long check has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Elements that have been looked at.
    pub done: usize,
    /// Elements that will be.
    pub total: usize,
}

/// What is called while a check runs.
pub(crate) type Callback = Arc<dyn Fn(Progress) + Send + Sync>;

/// The settings of a check. The free functions of this crate are `Check::new()` with a method of the same name.
///
/// ```
/// use nn_check::{Check, Verdict};
/// let f = |t: &[f64]| t.iter().map(|t| t.sin()).sum::<f64>();
/// let theta: Vec<f64> = (0..1000).map(f64::from).collect();
/// let mut analytic: Vec<f64> = theta.iter().map(|t| t.cos()).collect();
/// assert!(Check::new().tolerance(1e-8).gradient(f, &theta, &analytic).passes());
/// analytic[123] *= 1.0001;
/// assert_eq!(Check::new().gradient(f, &theta, &analytic).verdict(), Verdict::Wrong);
/// ```
#[derive(Clone)]
pub struct Check {
    pub(crate) tolerance: f64,
    pub(crate) seed: u64,
    pub(crate) progress: Option<Callback>,
}

impl Default for Check {
    fn default() -> Check {
        Check { tolerance: TOLERANCE, seed: 0, progress: None }
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

    /// The seed of what is drawn at random.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Check {
        self.seed = seed;
        self
    }

    /// Calls `callback` while a check runs, from any of its threads.
    ///
    /// ```
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    /// use std::sync::Arc;
    /// let seen = Arc::new(AtomicUsize::new(0));
    /// let counter = seen.clone();
    /// let check = nn_check::Check::new().progress(move |p| counter.store(p.done, Ordering::Relaxed));
    /// check.gradient(|t| t.iter().sum(), &[0.0; 100], &[1.0; 100]).assert();
    /// assert_eq!(seen.load(Ordering::Relaxed), 100);
    /// ```
    #[must_use]
    pub fn progress(mut self, callback: impl Fn(Progress) + Send + Sync + 'static) -> Check {
        self.progress = Some(Arc::new(callback));
        self
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Check { tolerance, seed, progress } = self;
        f.debug_struct("Check")
            .field("tolerance", tolerance)
            .field("seed", seed)
            .field("progress", &progress.is_some())
            .finish()
    }
}
