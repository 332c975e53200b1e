//! The function that is checked, for one thread or for many.

use std::sync::{Mutex, PoisonError};

use tensor_ops::pool;

/// Which sample is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums)]
pub enum Missing {
    /// The first sample of the batch.
    First,
    /// The last one.
    Last,
}

/// A function of one flat vector.
pub(crate) type Eval<'a> = dyn FnMut(&[f64]) -> f64 + 'a;

/// The function of a worker.
pub(crate) type Own<'a> = Box<dyn FnMut(&[f64]) -> f64 + Send + 'a>;

/// Makes the function for one worker, with buffers of its own; with a sample left out where that is asked for.
pub(crate) type Make<'a> = dyn Fn(Option<Missing>) -> Own<'a> + Sync + 'a;

/// Who computes the function.
pub(crate) enum Function<'a> {
    /// This thread alone.
    One(&'a mut Eval<'a>),
    /// Every thread of the pool, each with a function of its own.
    Many(&'a Make<'a>),
}

/// Elements of a piece of work: a piece is what is reported as progress, too.
const PIECE: usize = 16;

impl Function<'_> {
    /// `job` for each item, at `point`. The results do not depend on who computes them.
    pub(crate) fn map<I: Sync, R: Send + Clone>(
        &mut self,
        point: &[f64],
        missing: Option<Missing>,
        items: &[I],
        done: &(dyn Fn(usize) + Sync),
        job: impl Fn(&mut Eval<'_>, &mut [f64], &I) -> R + Sync,
    ) -> Vec<R> {
        match self {
            Function::One(f) => {
                let mut point = point.to_vec();
                let mut results = Vec::with_capacity(items.len());
                for piece in items.chunks(PIECE) {
                    results.extend(piece.iter().map(|item| job(*f, &mut point, item)));
                    done(piece.len());
                }
                results
            }
            Function::Many(make) => {
                // A worker takes a function that another has left, or makes one.
                let idle = Mutex::new(Vec::new());
                let mut results: Vec<Option<R>> = vec![None; items.len()];
                let pieces = items.len().div_ceil(PIECE);
                pool::split(pieces, [(&mut results[..], PIECE)], |piece, [results]| {
                    let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let (mut f, mut point) = taken.unwrap_or_else(|| (make(missing), point.to_vec()));
                    for (result, item) in results.iter_mut().zip(&items[piece * PIECE..]) {
                        *result = Some(job(&mut *f, &mut point, item));
                    }
                    done(results.len());
                    idle.lock().unwrap_or_else(PoisonError::into_inner).push((f, point));
                });
                results.into_iter().flatten().collect()
            }
        }
    }

    /// `job` once, on this thread.
    pub(crate) fn once<R: Send + Clone>(
        &mut self,
        point: &[f64],
        missing: Option<Missing>,
        job: impl Fn(&mut Eval<'_>, &mut [f64]) -> R + Sync,
    ) -> R {
        self.map(point, missing, &[()], &|_| (), |f, point, ()| job(f, point)).remove(0)
    }
}
