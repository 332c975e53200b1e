//! The next batch is made while the present one is used.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use tensor_ops::pool;

/// What a worker thread makes, in its order: see [`ahead`].
#[derive(Debug)]
pub struct Ahead<'s, B> {
    filled: Receiver<&'s mut B>,
    empty: SyncSender<&'s mut B>,
    current: Option<&'s mut B>,
}

/// Calls `run` with a view of what `fill` makes on a thread of its own: while one of the two buffers is used the other is
/// filled. `fill` says whether it has filled its buffer; at the first `false` it has ended. The order is that of the calls of `fill`, whatever
/// the threads do.
///
/// For portions of a file that does not fit into memory, and for whatever else takes time to make;
/// [`Batches::ahead`](crate::Batches::ahead) is this for batches. Nothing is allocated for a buffer that goes round. An error of
/// `fill` belongs into the buffer; a panic comes back from here. The worker computes on one thread: the pool is for whoever trains.
///
/// ```
/// # #[cfg(feature = "csv")] {
/// use nn_data::files::Csv;
/// let text = "x\n1\n2\n3\n4\n5\n";
/// let csv = Csv::new();
/// let schema = csv.read_from::<f64>(text.as_bytes(), "text")?.schema().clone();
/// let mut rows = csv.rows_from(text.as_bytes(), "text", &schema)?;
/// let fill = |portion: &mut Option<_>| {
///     *portion = rows.next::<f64>(2).transpose();
///     portion.is_some()
/// };
/// let lines = nn_data::ahead(&mut [None, None], fill, |portions| {
///     let mut lines = Vec::new();
///     while let Some(portion) = portions.next() {
///         match portion.take() {
///             Some(Ok(table)) => lines.push(table.inputs().shape()[0]),
///             Some(Err(error)) => return Err(error),
///             None => {}
///         }
///     }
///     Ok(lines)
/// })?;
/// assert_eq!(lines, [2, 2, 1]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ahead<B: Send, R>(
    buffers: &mut [B; 2],
    mut fill: impl FnMut(&mut B) -> bool + Send,
    run: impl FnOnce(&mut Ahead<'_, B>) -> R,
) -> R {
    thread::scope(|scope| {
        let (empty, to_fill) = sync_channel(2);
        let (done, filled) = sync_channel(2);
        for buffer in buffers {
            // There is room for both.
            let _ = empty.send(buffer);
        }
        scope.spawn(move || {
            pool::in_place(|| {
                while let Ok(buffer) = to_fill.recv() {
                    if !fill(buffer) || done.send(buffer).is_err() {
                        break;
                    }
                }
            });
        });
        run(&mut Ahead { filled, empty, current: None })
    })
}

impl<B> Ahead<'_, B> {
    /// The next buffer; `None` behind the last. The one before goes back to be filled again.
    // Not `Iterator`: the buffer is lent.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<&mut B> {
        if let Some(used) = self.current.take() {
            // Nobody takes it any more where the end has been reached.
            let _ = self.empty.send(used);
        }
        self.current = self.filled.recv().ok();
        self.current.as_deref_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_in_its_order_and_a_run_may_end_early() {
        let run = |most: usize| {
            let mut made = 0;
            let fill = |buffer: &mut u64| {
                *buffer = made;
                made += 1;
                made <= 100
            };
            let seen = ahead(&mut [0, 0], fill, |ahead| {
                let mut seen = Vec::new();
                while seen.len() < most
                    && let Some(number) = ahead.next()
                {
                    seen.push(*number);
                }
                if most > 100 {
                    assert!(ahead.next().is_none() && ahead.next().is_none(), "the end stays the end");
                }
                seen
            });
            (seen, made)
        };
        assert_eq!(run(1000).0, (0..100).collect::<Vec<u64>>());
        let (seen, made) = run(5);
        assert!(seen == [0, 1, 2, 3, 4] && made <= 8, "two are made ahead, and not the rest: {made}");
    }

    #[test]
    #[should_panic = "a scoped thread panicked"]
    fn a_panic_comes_back() {
        ahead(&mut [0, 0], |_| panic!("in fill"), |ahead| assert!(ahead.next().is_none()));
    }
}
