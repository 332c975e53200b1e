//! Softmax in pieces: by rows, and along an axis with others behind it.

use super::engine::{Form, fold, rows_of_a_piece};
use super::fold::{Cascade, Op};
use super::kernels::{self, Kernel};
use super::rows::{CHUNK, SHORT};
use super::softmax::Kind;
use super::softmax_rows::{backward as backward_of, logarithms, powers, scale, scaled, shifted, short_rows};
use crate::pool::Sink;
use crate::simd::dispatch;
use crate::{Real, pool};

/// Exponentials of a piece of work: some 10 µs.
const PIECE: usize = 1 << 13;
/// Elements of a group of rows, where they are no more: room that costs little to clear.
const FEW: usize = 1024;

/// Of `y` itself without an `x`.
pub(super) fn softmax<T: Real>(kind: Kind, x: Option<&[T]>, form: Form, y: &mut [T]) {
    if y.is_empty() {
        return;
    }
    if form.inner > 1 {
        return along_columns(kind, x, form, y);
    }
    let piece = piece(form.reduced, y.len());
    pool::split(y.len().div_ceil(piece), [(y, piece)], |i, [y]| {
        rows(kind, x.map(|x| &x[i * piece..i * piece + y.len()]), form.reduced, y);
    });
}

/// The same of `x`, into a vector of its own, which rows of at most a chunk reach when they are done.
pub(super) fn softmax_of<T: Real>(kind: Kind, x: &[T], form: Form) -> Vec<T> {
    if form.inner > 1 || x.is_empty() {
        let mut y = x.to_vec();
        softmax(kind, None, form, &mut y);
        return y;
    }
    let cols = form.reduced;
    pool::collect(x.len(), piece(cols, x.len()), |from, sink| {
        let x = &x[from..][..sink.left()];
        if !(SHORT..=CHUNK).contains(&cols) {
            rows(kind, Some(x), cols, sink.filled(T::ZERO, x.len()));
        } else {
            let mut room = [T::ZERO; CHUNK];
            for x in x.chunks(rows_of_a_group(cols, CHUNK) * cols) {
                let group = Group::measure(x, cols, &mut room);
                group.finish(kind, x, &room[..x.len()], cols, sink);
            }
        }
    })
}

/// Elements of a piece of whole rows.
fn piece(cols: usize, len: usize) -> usize {
    rows_of_a_piece(len / cols, cols, PIECE) * cols
}

/// At most 16 rows that have room beside each other, so that what was just computed is still in the first-level cache.
fn rows_of_a_group(cols: usize, room: usize) -> usize {
    (room / cols).clamp(1, SHORT)
}

/// Rows on the calling thread, of `y` itself without an `x`.
pub(super) fn rows<T: Real>(kind: Kind, x: Option<&[T]>, cols: usize, y: &mut [T]) {
    if cols < SHORT {
        short_rows(kind == Kind::LogSoftmax, x, cols, y);
    } else if cols <= FEW && y.len() <= 2 * FEW {
        by_groups(kind, x, cols, y, &mut [T::ZERO; FEW]);
    } else if cols <= CHUNK {
        by_groups(kind, x, cols, y, &mut [T::ZERO; CHUNK]);
    } else {
        let mut room = [T::ZERO; CHUNK];
        for (r, y) in y.chunks_exact_mut(cols).enumerate() {
            long_row(kind, x.map(|x| &x[r * cols..][..cols]), y, &mut room);
        }
    }
}

fn by_groups<T: Real>(kind: Kind, x: Option<&[T]>, cols: usize, y: &mut [T], room: &mut [T]) {
    let size = rows_of_a_group(cols, room.len()) * cols;
    for (i, y) in y.chunks_mut(size).enumerate() {
        let room = &mut room[..y.len()];
        match x {
            Some(x) => {
                let x = &x[i * size..][..y.len()];
                Group::measure(x, cols, room).finish(kind, x, room, cols, &mut Sink::over(y));
            }
            None => {
                let group = Group::measure(y, cols, room);
                if kind == Kind::LogSoftmax {
                    room.copy_from_slice(y);
                }
                group.finish(kind, room, room, cols, &mut Sink::over(y));
            }
        }
    }
}

/// At most 16 rows of at most a chunk: max x and Σ exp(x - max x) of each.
struct Group<T> {
    max: [T; SHORT],
    sums: [T; SHORT],
}

impl<T: Real> Group<T> {
    /// Leaves the exponentials in `room`.
    fn measure(x: &[T], cols: usize, room: &mut [T]) -> Self {
        let n = x.len() / cols;
        let (mut max, mut sums) = ([T::ZERO; SHORT], [T::ONE; SHORT]);
        Kernel::of(Op::Max).rows(x, cols, &[], &mut max[..n]);
        powers(x, cols, &max, &mut room[..x.len()]);
        Kernel::of(Op::Sum).rows(&room[..x.len()], cols, &[], &mut sums[..n]);
        Group { max, sums }
    }

    /// From x and its powers to the result.
    fn finish(mut self, kind: Kind, x: &[T], powers: &[T], cols: usize, y: &mut Sink<'_, T>) {
        match kind {
            Kind::Softmax => {
                // A sum is at least 1, so its reciprocal cannot overflow.
                self.sums.iter_mut().for_each(|sum| *sum = T::ONE / *sum);
                scaled(powers, cols, &self.sums, y);
            }
            Kind::LogSoftmax => {
                logarithms(&mut self.sums);
                shifted(x, cols, &self.max, &self.sums, y);
            }
        }
    }
}

/// A row of more than a chunk, of `y` itself without an `x`. The chunks of the sum are summed while they are still in the
/// first-level cache.
fn long_row<T: Real>(kind: Kind, x: Option<&[T]>, y: &mut [T], room: &mut [T; CHUNK]) {
    let max = Kernel::of(Op::Max).row(x.unwrap_or(y));
    let mut cascade = Cascade::new();
    for at in (0..y.len()).step_by(CHUNK) {
        let part = at..y.len().min(at + CHUNK);
        let (n, room) = (part.len(), &mut room[..part.len()]);
        let powers_here: &[T] = match (kind, x) {
            (Kind::Softmax, Some(x)) => {
                powers(&x[part.clone()], n, &[max], &mut y[part.clone()]);
                &y[part]
            }
            (Kind::Softmax, None) => {
                room.copy_from_slice(&y[part.clone()]);
                powers(room, n, &[max], &mut y[part.clone()]);
                &y[part]
            }
            (Kind::LogSoftmax, _) => {
                powers(&x.unwrap_or(y)[part], n, &[max], room);
                room
            }
        };
        cascade.push(Kernel::of(Op::Sum).row(powers_here), |a, b| a + b);
    }
    let sum = cascade.finish(|a, b| a + b);
    if kind == Kind::Softmax {
        return scale(y, T::ONE / sum);
    }
    let mut ln = [sum; SHORT];
    logarithms(&mut ln);
    for at in (0..y.len()).step_by(CHUNK) {
        let part = at..y.len().min(at + CHUNK);
        let x = match x {
            Some(x) => &x[part.clone()],
            None => {
                room[..part.len()].copy_from_slice(&y[part.clone()]);
                &room[..part.len()]
            }
        };
        shifted(x, x.len(), &[max], &ln, &mut Sink::over(&mut y[part]));
    }
}

/// ln Σ exp for each row of `cols` elements; -∞ where there are none.
pub(super) fn logsumexps<T: Real>(x: &[T], cols: usize, out: &mut [T]) {
    if cols == 0 || out.is_empty() {
        return out.fill(-T::INFINITY);
    }
    let piece = rows_of_a_piece(out.len(), cols, PIECE).next_multiple_of(SHORT);
    pool::split(out.len().div_ceil(piece), [(out, piece)], |i, [out]| {
        let mut room = [T::ZERO; CHUNK];
        let n = rows_of_a_group(cols, CHUNK);
        for (g, out) in out.chunks_mut(n).enumerate() {
            let x = &x[(i * piece + g * n) * cols..][..out.len() * cols];
            let mut group = if cols <= CHUNK {
                Group::measure(x, cols, &mut room)
            } else {
                let max = Kernel::of(Op::Max).row(x);
                let mut cascade = Cascade::new();
                for x in x.chunks(CHUNK) {
                    let room = &mut room[..x.len()];
                    powers(x, x.len(), &[max], room);
                    cascade.push(Kernel::of(Op::Sum).row(room), |a, b| a + b);
                }
                Group { max: [max; SHORT], sums: [cascade.finish(|a, b| a + b); SHORT] }
            };
            logarithms(&mut group.sums);
            for (out, (&max, &ln)) in out.iter_mut().zip(group.max.iter().zip(&group.sums)) {
                // All -∞, one +∞ or a NaN is the answer itself, where the shift would give NaN.
                *out = if max.is_finite() { max + ln } else { max };
            }
        }
    });
}

/// Maxima and sums of whole rows of columns, and passes over all elements between them.
fn along_columns<T: Real>(kind: Kind, x: Option<&[T]>, form: Form, y: &mut [T]) {
    if let Some(x) = x {
        y.copy_from_slice(x);
    }
    let mut max = vec![T::ZERO; form.outer * form.inner];
    let mut sums = max.clone();
    fold(Op::Max, y, form, &[], &mut max);
    match kind {
        Kind::Softmax => {
            powers_of_columns(y, form, &max);
            fold(Op::Sum, y, form, &[], &mut sums);
            sums.iter_mut().for_each(|s| *s = T::ONE / *s);
            each_row(
                y,
                form,
                &sums,
                #[inline(always)]
                |y, scale| y * scale,
            );
        }
        Kind::LogSoftmax => {
            let mut powers = y.to_vec();
            powers_of_columns(&mut powers, form, &max);
            fold(Op::Sum, &powers, form, &[], &mut sums);
            sums.iter_mut().for_each(|s| *s = s.ln());
            minus(y, form, &max);
            minus(y, form, &sums);
        }
    }
}

/// y = exp(y - max), a max for each column.
fn powers_of_columns<T: Real>(y: &mut [T], form: Form, max: &[T]) {
    each_row(
        y,
        form,
        max,
        #[inline(always)]
        |y, max| (y - max).exp(),
    );
}

/// y = y - n, a number for each column.
fn minus<T: Real>(y: &mut [T], form: Form, numbers: &[T]) {
    each_row(
        y,
        form,
        numbers,
        #[inline(always)]
        |y, n| y - n,
    );
}

/// `f` of every element and the number of its line; numbers are (outer, inner).
fn each_row<T: Real>(y: &mut [T], form: Form, numbers: &[T], f: impl Fn(T, T) -> T + Sync) {
    let Form { reduced, inner, .. } = form;
    let rows = PIECE.div_ceil(inner);
    pool::split(y.len().div_ceil(rows * inner), [(y, rows * inner)], |i, [y]| {
        dispatch(
            #[inline(always)]
            || {
                for (r, y) in y.chunks_exact_mut(inner).enumerate() {
                    let line = (i * rows + r) / reduced * inner;
                    for (y, &n) in y.iter_mut().zip(&numbers[line..line + inner]) {
                        *y = f(*y, n);
                    }
                }
            },
        );
    });
}

/// dx = y (dy - Σ dy y) of rows, on the calling thread.
pub(super) fn backward<T: Real>(y: &[T], dy: &[T], cols: usize, dx: &mut [T]) {
    let size = rows_of_a_group(cols, CHUNK) * cols;
    for (i, dx) in dx.chunks_mut(size).enumerate() {
        let range = i * size..i * size + dx.len();
        let (y, dy) = (&y[range.clone()], &dy[range]);
        let mut dots = [T::ZERO; SHORT];
        if cols <= CHUNK {
            kernels::dots(y, dy, cols, &mut dots[..dx.len() / cols]);
        } else {
            dots[0] = kernels::dot(y, dy);
        }
        backward_of(y, dy, cols, &dots, dx);
    }
}
