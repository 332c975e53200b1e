//! The function that is checked, for one thread or for many.

use std::sync::{Arc, Mutex, PoisonError};

use tensor_ops::pool;

use crate::meter::Meter;

/// Which sample is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums)]
pub enum Missing {
    /// The first sample of the batch.
    First,
    /// The last one.
    Last,
}

/// A function of one flat vector: its value, or all of its outputs.
pub(crate) type Eval<'a, Y = f64> = dyn FnMut(&[f64]) -> Y + 'a;

/// The function of a worker.
pub(crate) type Own<'a, Y = f64> = Box<dyn FnMut(&[f64]) -> Y + Send + 'a>;

/// Makes the function for one worker, with buffers of its own; with a sample left out where that is asked for.
pub(crate) type Make<'a, Y = f64> = dyn Fn(Option<Missing>) -> Own<'a, Y> + Sync + 'a;

/// Who computes the function.
pub(crate) enum Who<'a, Y = f64> {
    /// This thread alone.
    One(&'a mut Eval<'a, Y>),
    /// Every thread of the pool, each with a function of its own.
    Many(&'a Make<'a, Y>),
}

/// The function, who computes it, and who counts.
pub(crate) struct Function<'a, Y = f64> {
    pub(crate) who: Who<'a, Y>,
    pub(crate) meter: Arc<Meter>,
    /// Functions that are not in use: a worker takes one, or makes one.
    idle: Mutex<Vec<Worker<'a, Y>>>,
}

/// A function with the sample that it leaves out, and a point that it is given: every job leaves that as it was.
type Worker<'a, Y> = (Option<Missing>, Own<'a, Y>, Vec<f64>);

/// Elements of a piece of work: a piece is what is reported as progress, too.
const PIECE: usize = 16;

impl<'a, Y> Function<'a, Y> {
    pub(crate) fn new(who: Who<'a, Y>, meter: Arc<Meter>) -> Function<'a, Y> {
        Function { who, meter, idle: Mutex::new(Vec::new()) }
    }

    /// `job` for each item, at `point`. The results do not depend on who computes them.
    pub(crate) fn map<I: Sync, R: Send + Clone>(
        &mut self,
        point: &[f64],
        missing: Option<Missing>,
        items: &[I],
        job: impl Fn(&mut Eval<'_, Y>, &mut [f64], &I) -> R + Sync,
    ) -> Vec<R> {
        let meter = &self.meter;
        meter.begin(items.len());
        match &mut self.who {
            Who::One(f) => {
                let mut point = point.to_vec();
                let mut results = Vec::with_capacity(items.len());
                for piece in items.chunks(PIECE) {
                    results.extend(piece.iter().map(|item| job(*f, &mut point, item)));
                    meter.done(piece.len());
                }
                results
            }
            Who::Many(make) => {
                let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                let mut results: Vec<Option<R>> = vec![None; items.len()];
                let pieces = items.len().div_ceil(PIECE);
                pool::split(pieces, [(&mut results[..], PIECE)], |piece, [results]| {
                    let taken = {
                        let mut idle = idle();
                        let fits =
                            |worker: &Worker<'_, Y>| worker.0 == missing && worker.2.len() == point.len();
                        idle.iter().rposition(fits).map(|at| idle.swap_remove(at))
                    };
                    let (_, mut f, mut at) =
                        taken.unwrap_or_else(|| (missing, make(missing), point.to_vec()));
                    for (result, item) in results.iter_mut().zip(&items[piece * PIECE..]) {
                        *result = Some(job(&mut *f, &mut at, item));
                    }
                    meter.done(results.len());
                    idle().push((missing, f, at));
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
        job: impl Fn(&mut Eval<'_, Y>, &mut [f64]) -> R + Sync,
    ) -> R {
        self.map(point, missing, &[()], |f, point, ()| job(f, point)).remove(0)
    }
}
