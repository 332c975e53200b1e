//! Who runs a loop: the calling thread, or several.
//!
//! Every element is computed by itself: where a piece ends leaves no trace, so pieces may depend on the number of threads.

use crate::pool;
use crate::pool::Sink;

/// The least that a thread is given where memory sets the pace, in elements.
pub(super) const CHEAP: usize = 16 << 10;
/// The same for a vectorised text of some ten to fifty operations.
pub(super) const HEAVY: usize = 4 << 10;
/// The same where each element costs a call.
pub(super) const SLOW: usize = 1 << 10;

/// Work of less than this many such pieces stays on the calling thread: it is done before another has begun.
const PIECES: usize = 4;

/// A result of `len` elements; `f(from, sink)` writes those from `from` on.
pub(super) fn collect<O: Copy + Send>(
    len: usize,
    piece: usize,
    f: impl Fn(usize, &mut Sink<'_, O>) + Sync,
) -> Vec<O> {
    if len == 0 {
        Vec::new()
    } else if len.div_ceil(piece) < PIECES {
        pool::collect_here(len, f)
    } else {
        pool::collect(len, share(len, piece), f)
    }
}

/// As [`collect`] into a result that is there.
pub(super) fn fill<O: Copy + Send>(out: &mut [O], piece: usize, f: impl Fn(usize, &mut Sink<'_, O>) + Sync) {
    in_place(out, piece, |from, part| f(from, &mut Sink::over(part)));
}

/// `f(from, part)` changes the elements from `from` on.
pub(super) fn in_place<O: Send>(x: &mut [O], piece: usize, f: impl Fn(usize, &mut [O]) + Sync) {
    let pieces = x.len().div_ceil(piece);
    if pieces == 0 {
        return;
    }
    if pieces < PIECES {
        return f(0, x);
    }
    let piece = share(x.len(), piece);
    let pieces = x.len().div_ceil(piece);
    pool::split(pieces, [(x, piece)], |i, [part]| f(i * piece, part));
}

/// One piece a thread: next time each finds its part in its own cache. Small pieces that go to whoever comes first cost
/// as much as the second thread gains (ReLU of 10⁶ numbers in f32 on two threads: 72 µs, so 38 µs).
fn share(len: usize, piece: usize) -> usize {
    len.div_ceil(pool::threads()).next_multiple_of(1024).max(piece)
}
