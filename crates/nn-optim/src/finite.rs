//! Gradients that are NaN or infinite: a report, and what is to be done.

use tensor_ops::{Real, pool, simd};

use crate::optimizer::PIECE;
use crate::tensors::Tensors;

/// A gradient with elements that are NaN or infinite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {step}: {count} elements of the gradient are NaN or infinite, the first is number {first}{}", of(.parameter))]
pub struct NonFinite {
    /// The step, counted from 0.
    pub step: u64,
    /// The tensor of the first one, where the names are known.
    pub parameter: Option<String>,
    /// The position of the first one in θ.
    pub first: usize,
    /// How many there are.
    pub count: usize,
}

fn of(parameter: &Option<String>) -> String {
    parameter.as_ref().map(|name| format!(", of {name:?}")).unwrap_or_default()
}

/// What to do about a gradient that is not finite. θ and the state are left alone in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum NonFinitePolicy {
    /// An error.
    #[default]
    Error,
    /// No update; the skipped step is counted by [`Guard::skipped`], and not among the updates that the optimizer is told of.
    Skip,
}

/// Looks at every gradient before its update.
///
/// ```
/// use nn_optim::{Adam, Guard, NonFinitePolicy, Optimizer, Tensors};
/// let (adam, mut theta) = (Adam::default(), [1.0f64, 1.0]);
/// let mut state = adam.init(2);
/// let mut guard = Guard::new(NonFinitePolicy::Skip);
/// let mut updates = 0;
/// for (step, gradient) in [[1.0, f64::NAN], [1.0, 1.0]].into_iter().enumerate() {
///     if guard.admits(step as u64, &gradient)? {
///         adam.update(updates, 0.001, &mut state, &mut theta, &gradient);
///         updates += 1; // not where a step is skipped: the optimizer's memory would be younger than it says
///     }
/// }
/// assert_eq!(guard.skipped(), 1);
///
/// let names = Tensors::new([("weight", 0..1), ("bias", 1..2)])?;
/// let mut guard = Guard::new(NonFinitePolicy::Error).names(&names);
/// assert_eq!(
///     guard.admits(7, &[1.0, f64::NAN]).unwrap_err().to_string(),
///     "step 7: 1 elements of the gradient are NaN or infinite, the first is number 1, of \"bias\""
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Guard {
    policy: NonFinitePolicy,
    names: Option<Tensors>,
    skipped: u64,
    last: Option<NonFinite>,
}

impl Guard {
    /// A guard that acts by this policy.
    pub fn new(policy: NonFinitePolicy) -> Guard {
        Guard { policy, ..Guard::default() }
    }

    /// Sets the names for the reports.
    #[must_use]
    pub fn names(self, tensors: &Tensors) -> Guard {
        Guard { names: Some(tensors.clone()), ..self }
    }

    /// Whether the update may go on. One pass over the gradient, on all threads.
    ///
    /// # Errors
    /// [`NonFinite`] with [`NonFinitePolicy::Error`].
    pub fn admits<T: Real>(&mut self, step: u64, gradient: &[T]) -> Result<bool, NonFinite> {
        let Some(mut report) = non_finite(step, gradient) else {
            return Ok(true);
        };
        report.parameter =
            self.names.as_ref().and_then(|names| names.name_at(report.first)).map(str::to_string);
        match self.policy {
            NonFinitePolicy::Error => Err(report),
            NonFinitePolicy::Skip => {
                self.skipped += 1;
                self.last = Some(report);
                Ok(false)
            }
        }
    }

    /// How many steps were skipped.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The report of the last step that was skipped.
    pub fn last(&self) -> Option<&NonFinite> {
        self.last.as_ref()
    }
}

/// What is not finite in a gradient, without names; `None` where all of it is.
///
/// ```
/// let report = nn_optim::non_finite(3, &[0.0, f32::INFINITY, f32::NAN]).unwrap();
/// assert_eq!((report.step, report.first, report.count), (3, 1, 2));
/// ```
pub fn non_finite<T: Real>(step: u64, gradient: &[T]) -> Option<NonFinite> {
    // So many counts at most, which need no memory of the heap.
    const COUNTS: usize = 1024;
    let size = gradient.len().div_ceil(COUNTS).max(PIECE);
    let pieces = gradient.len().div_ceil(size);
    let mut counts = [0; COUNTS];
    let part = |i: usize| &gradient[i * size..gradient.len().min((i + 1) * size)];
    pool::split(pieces, [(&mut counts[..pieces], 1)], |i, [count]| count[0] = count_in(part(i)));
    let piece = counts.iter().position(|&count| count > 0)?;
    let first = part(piece).iter().position(|g| !g.is_finite())?;
    Some(NonFinite { step, parameter: None, first: piece * size + first, count: counts.iter().sum() })
}

fn count_in<T: Real>(part: &[T]) -> usize {
    simd::dispatch(
        #[inline(always)]
        || {
            let mut finite = 0;
            for &g in part {
                finite += usize::from(g.abs() < T::INFINITY);
            }
            part.len() - finite
        },
    )
}
