//! Who runs a loop: the calling thread, or several in pieces of a fixed size.
//!
//! Where a piece ends leaves no trace in an element, so the bits are the same on any number of threads.

use crate::pool;

/// Elements of a piece where memory sets the pace.
pub(super) const CHEAP: usize = 16 << 10;
/// Elements of a piece of a vectorised text of some ten to fifty operations.
pub(super) const HEAVY: usize = 4 << 10;
/// Elements of a piece where each costs a call.
pub(super) const SLOW: usize = 1 << 10;

/// Work of fewer pieces than this stays on the calling thread: it is done before another has begun.
const PIECES: usize = 4;

/// Elements that are made ready for writing at a time: 16 KiB of f32, so that they are still in the cache when written.
const BLOCK: usize = 4096;

/// A result of `len` elements; `f(from, part)` writes the elements from `from` on.
pub(super) fn collect<O: Copy + Default + Send>(
    len: usize,
    piece: usize,
    f: impl Fn(usize, &mut [O]) + Sync,
) -> Vec<O> {
    let _ = BLOCK;
    let mut out = vec![O::default(); len];
    fill(&mut out, piece, f);
    out
}

/// As [`collect`] into a result that is there.
pub(super) fn fill<O: Send>(out: &mut [O], piece: usize, f: impl Fn(usize, &mut [O]) + Sync) {
    let pieces = out.len().div_ceil(piece);
    if pieces == 0 {
        return;
    }
    if pieces < PIECES {
        return f(0, out);
    }
    pool::split(pieces, [(out, piece)], |i, [part]| f(i * piece, part));
}

/// As [`collect`] on the calling thread, for closures that may not leave it.
pub(super) fn collect_here<O: Copy + Default>(len: usize, f: impl Fn(usize, &mut [O])) -> Vec<O> {
    let mut out = Vec::with_capacity(len);
    while out.len() < len {
        let from = out.len();
        out.resize(len.min(from + BLOCK), O::default());
        f(from, &mut out[from..]);
    }
    out
}
