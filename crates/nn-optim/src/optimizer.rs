//! What an optimizer is: a rule that moves θ along its gradient, and the numbers it remembers.

use std::fmt::Debug;

use tensor_ops::{Real, pool};

use crate::clip::{norm_and_factor, scale};
use crate::setting::SettingError;

/// The most numbers that an optimizer may remember for each parameter.
pub const MAX_MEMORY: usize = 4;

/// What an optimizer remembers of a part of θ: a slice as long as the part for each vector, and empty ones for the rest.
pub type Memory<'a, T> = [&'a mut [T]; MAX_MEMORY];

/// When and where an update happens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct At {
    /// The updates before this one. Steps that were skipped are none: what an optimizer remembers does not know of them.
    pub step: u64,
    /// The learning rate.
    pub rate: f64,
    /// The position in θ of the part's first number.
    pub first: usize,
}

/// A rule that updates a flat θ from its gradient. The optimizer itself holds settings only; what it remembers is a
/// flat slice of the caller's, so that it can be saved, moved and resumed like θ.
///
/// To write one, say [`memory`](Optimizer::memory), [`rate`](Optimizer::rate), [`check`](Optimizer::check) and
/// [`update_part`](Optimizer::update_part); the rest follows.
pub trait Optimizer<T: Real>: Debug + Send + Sync {
    /// How many numbers it remembers for each parameter, at most [`MAX_MEMORY`].
    fn memory(&self) -> usize;

    /// How many numbers it remembers for n parameters: [`Optimizer::memory`] vectors of n, one behind the other.
    fn state_len(&self, n: usize) -> usize {
        n * self.memory()
    }

    /// What it remembers before the first update of n parameters: 0, for most.
    fn init(&self, n: usize) -> Vec<T> {
        vec![T::ZERO; self.state_len(n)]
    }

    /// The learning rate that it was made with, for use without a schedule.
    fn rate(&self) -> f64;

    /// Checks the settings.
    ///
    /// # Errors
    /// [`SettingError`] names the setting, its value and what is allowed.
    fn check(&self) -> Result<(), SettingError>;

    /// Where θ may be cut into the parts of [`Optimizer::update_part`]. `None` is anywhere. An optimizer that looks at whole
    /// tensors gives their bounds: tensor i is `bounds[i]..bounds[i + 1]`, and a part is one tensor.
    fn bounds(&self) -> Option<&[usize]> {
        None
    }

    /// Whether any part of θ may be updated by itself. If not, θ has to be given as a whole, to [`Optimizer::update`].
    fn by_part(&self) -> bool {
        self.bounds().is_none()
    }

    /// The length of the only θ that it fits, where it was made for one.
    fn theta_len(&self) -> Option<usize> {
        self.bounds().map(|bounds| bounds.last().copied().unwrap_or(0))
    }

    /// One update of θ with learning rate `rate`; `step` is the number of updates before it.
    ///
    /// # Panics
    /// Where `gradient` is not as long as `theta`, or `state` not as long as [`Optimizer::state_len`] says, or
    /// [`Optimizer::bounds`] do not end with θ.
    #[track_caller]
    fn update(&self, step: u64, rate: f64, state: &mut [T], theta: &mut [T], gradient: &[T]) {
        assert_eq!(gradient.len(), theta.len(), "elements of the gradient");
        if let Some(bounds) = self.bounds() {
            return by_tensor(self, bounds, state, theta, |first, theta, memory| {
                let gradient = &gradient[first..][..theta.len()];
                self.update_part(At { step, rate, first }, memory, theta, gradient);
            });
        }
        in_pieces(self, state, (theta, &mut []), |first, theta, _, memory| {
            let gradient = &gradient[first..][..theta.len()];
            self.update_part(At { step, rate, first }, memory, theta, gradient);
        });
    }

    /// As [`Optimizer::update`], with the gradient scaled down to the Euclidean norm `max_norm` where it is longer: what
    /// [`clip_norm`](crate::clip_norm) and `update` do one after the other, with the bits of these. Each part is scaled
    /// just before its update, while it is in the cache. Returns the norm that the gradient had.
    ///
    /// # Panics
    /// As [`Optimizer::update`], and where `max_norm` is no number >= 0.
    ///
    /// ```
    /// use nn_optim::{Optimizer, Sgd};
    /// let (mut theta, mut gradient) = ([1.0f64, 1.0], [3.0, 4.0]);
    /// let norm = Sgd::new(0.1).update_clipped(0, 0.1, &mut [], &mut theta, &mut gradient, 1.0);
    /// assert_eq!(norm, 5.0);
    /// assert!((theta[0] - (1.0 - 0.1 * 0.6)).abs() < 1e-6);
    /// ```
    #[track_caller]
    fn update_clipped(
        &self,
        step: u64,
        rate: f64,
        state: &mut [T],
        theta: &mut [T],
        gradient: &mut [T],
        max_norm: f64,
    ) -> T {
        assert_eq!(gradient.len(), theta.len(), "elements of the gradient");
        if !self.by_part() {
            let norm = crate::clip_norm(gradient, max_norm);
            self.update(step, rate, state, theta, gradient);
            return norm;
        }
        let (norm, factor) = norm_and_factor(gradient, max_norm);
        in_pieces(self, state, (theta, gradient), |first, theta, gradient, memory| {
            if let Some(factor) = factor {
                scale(gradient, factor);
            }
            self.update_part(At { step, rate, first }, memory, theta, gradient);
        });
        norm
    }

    /// [`Optimizer::update`] for a part of θ, on the calling thread, in one pass: with the same part of each vector that it remembers, and
    /// empty slices for what there is not. For whoever has parts of the gradient at hand while they are in the cache.
    ///
    /// # Panics
    /// Where `gradient`, or a vector that is remembered, is not as long as `theta`: [`Optimizer::init`] makes the vectors.
    /// Where [`Optimizer::bounds`] says that this is no part.
    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]);
}

/// An optimizer behind a pointer is one, with everything that it may have overridden.
macro_rules! forward {
    ($pointer:ty) => {
        impl<T: Real, O: Optimizer<T> + ?Sized> Optimizer<T> for $pointer {
            fn memory(&self) -> usize {
                (**self).memory()
            }
            fn state_len(&self, n: usize) -> usize {
                (**self).state_len(n)
            }
            fn init(&self, n: usize) -> Vec<T> {
                (**self).init(n)
            }
            fn rate(&self) -> f64 {
                (**self).rate()
            }
            fn check(&self) -> Result<(), SettingError> {
                (**self).check()
            }
            fn bounds(&self) -> Option<&[usize]> {
                (**self).bounds()
            }
            fn by_part(&self) -> bool {
                (**self).by_part()
            }
            fn theta_len(&self) -> Option<usize> {
                (**self).theta_len()
            }
            #[track_caller]
            fn update(&self, step: u64, rate: f64, state: &mut [T], theta: &mut [T], gradient: &[T]) {
                (**self).update(step, rate, state, theta, gradient);
            }
            #[track_caller]
            fn update_clipped(
                &self,
                step: u64,
                rate: f64,
                state: &mut [T],
                theta: &mut [T],
                gradient: &mut [T],
                max_norm: f64,
            ) -> T {
                (**self).update_clipped(step, rate, state, theta, gradient, max_norm)
            }
            fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
                (**self).update_part(at, memory, theta, gradient);
            }
        }
    };
}

forward!(Box<O>);
forward!(&O);

/// Calls `update(first, ..)` for every piece of θ, with the same piece of the gradient (empty where that is) and of what
/// is remembered.
#[track_caller]
fn in_pieces<T: Real, O: Optimizer<T> + ?Sized>(
    optimizer: &O,
    state: &mut [T],
    (theta, gradient): (&mut [T], &mut [T]),
    update: impl Fn(usize, &mut [T], &mut [T], Memory<'_, T>) + Sync,
) {
    let n = theta.len();
    assert_state(optimizer, state, n);
    // The pieces begin where θ fills whole lines of the cache: a vector that lies across two of them costs two accesses, and vectors as
    // long as a line would all do (10⁷ numbers of Adam on one thread: 3.97 ms instead of 5.24). θ, and what else was allocated like it.
    let head = if n < ALIGNED_FROM { 0 } else { theta.as_ptr().align_offset(LINE).min(n) };
    let mut vectors = state.chunks_exact_mut(n.max(1));
    let mut vector = || vectors.next().map_or((&mut [][..], &mut [][..]), |vector| vector.split_at_mut(head));
    let piece = if n < LONG { PIECE } else { 2 * PIECE };
    let (theta_head, theta) = theta.split_at_mut(head);
    let (gradient_head, gradient) = gradient.split_at_mut(head.min(gradient.len()));
    let [m, s, third, fourth] = [vector(), vector(), vector(), vector()];
    if head > 0 {
        update(0, theta_head, gradient_head, [m.0, s.0, third.0, fourth.0]);
    }
    let parts = [theta, gradient, m.1, s.1, third.1, fourth.1].map(|vector| {
        let size = if vector.is_empty() { 0 } else { piece };
        (vector, size)
    });
    pool::split((n - head).div_ceil(piece), parts, |i, [theta, gradient, memory @ ..]| {
        update(head + i * piece, theta, gradient, memory);
    });
}

/// Calls `update(first, ..)` for every tensor, one after the other: each is divided among threads by itself.
#[track_caller]
fn by_tensor<T: Real, O: Optimizer<T> + ?Sized>(
    optimizer: &O,
    bounds: &[usize],
    state: &mut [T],
    theta: &mut [T],
    update: impl Fn(usize, &mut [T], Memory<'_, T>),
) {
    let n = theta.len();
    assert_state(optimizer, state, n);
    assert_eq!(bounds.last().copied().unwrap_or(0), n, "elements of θ, by the optimizer's tensors");
    for pair in bounds.windows(2) {
        let range = pair[0]..pair[1];
        let mut vectors = state.chunks_exact_mut(n.max(1));
        let mut vector = || vectors.next().map_or(&mut [][..], |vector| &mut vector[range.clone()]);
        let memory = [vector(), vector(), vector(), vector()];
        update(range.start, &mut theta[range.clone()], memory);
    }
}

#[track_caller]
fn assert_state<T: Real, O: Optimizer<T> + ?Sized>(optimizer: &O, state: &[T], n: usize) {
    let (expected, got) = (optimizer.state_len(n), state.len());
    assert!(
        got == expected,
        "the optimizer remembers {expected} numbers for {n} parameters, got a state of {got}: `Optimizer::init({n})` makes it"
    );
    let most = MAX_MEMORY;
    assert!(optimizer.memory() <= most, "an optimizer remembers at most {most} numbers a parameter");
}

/// What [`Optimizer::update_part`] promises to notice.
#[track_caller]
pub(crate) fn assert_part<T>(theta: &[T], gradient: &[T], memory: &[&mut [T]], vectors: usize) {
    let n = theta.len();
    assert_eq!(gradient.len(), n, "elements of the gradient");
    let lengths = || memory.iter().map(|vector| vector.len());
    assert!(
        lengths().take(vectors).all(|len| len == n),
        "the optimizer remembers {vectors} vectors of {n} here, got lengths {:?}: see `Optimizer::init`",
        lengths().collect::<Vec<_>>()
    );
}

/// Elements of a piece of work: 64 KB of f32, some microseconds at memory speed.
pub(crate) const PIECE: usize = 1 << 14;

/// Bytes of a line of the cache, and of the longest vectors.
const LINE: usize = 64;

/// Elements of θ from which on aligned pieces are worth a call more.
const ALIGNED_FROM: usize = 1 << 12;

/// Elements of θ from which on pieces are twice as long: enough of them are left, and fewer beginnings make 10⁶ numbers of Adam on two threads
/// 5% faster. Pieces of twice that gain nothing more.
const LONG: usize = 1 << 18;
