//! Memory divided among the pieces of a region: slices that are there, and results that need not be written twice.
//!
//! To clear a result first costs a third of a sum, also where each block is cleared in the first-level cache just before
//! it is computed: the stores themselves set the pace there (f32 on one thread: 10⁶ sums take 105 µs by a [`Sink`],
//! 118 to 136 µs in cleared blocks of 1,024 or 4,096; ReLU of 10³ takes 40 ns, and 70 to 79 ns). A [`Sink`] counts what
//! has been written, as a `Vec` does, so a vector is handed out only when it is full.

use std::mem::MaybeUninit;

use super::for_each;

/// Splits each slice of `parts` into `pieces` chunks of the given length and calls `task(i, chunks i)` on several
/// threads. The last chunks may be shorter or empty; a chunk length of 0 gives an empty chunk to every piece.
///
/// # Panics
/// Where `pieces` chunks do not cover a slice, and with the panic of a piece.
///
/// ```
/// let (mut squares, mut cubes) = ([0; 5], [0; 5]);
/// tensor_ops::pool::split(3, [(&mut squares[..], 2), (&mut cubes[..], 2)], |i, [s, c]| {
///     for (j, (s, c)) in s.iter_mut().zip(c).enumerate() {
///         let x = 2 * i + j;
///         (*s, *c) = (x * x, x * x * x);
///     }
/// });
/// assert_eq!((squares, cubes), ([0, 1, 4, 9, 16], [0, 1, 8, 27, 64]));
/// ```
pub fn split<T: Send, const N: usize>(
    pieces: usize,
    parts: [(&mut [T], usize); N],
    task: impl Fn(usize, [&mut [T]; N]) + Sync,
) {
    for (part, chunk) in &parts {
        assert!(
            *chunk == 0 || chunk.saturating_mul(pieces) >= part.len(),
            "{pieces} chunks of {chunk} do not cover {} elements",
            part.len()
        );
    }
    let parts = parts.map(|(part, chunk)| Part { start: part.as_mut_ptr(), len: part.len(), chunk });
    for_each(pieces, |i| {
        task(
            i,
            parts.each_ref().map(|part| {
                let from = i.saturating_mul(part.chunk).min(part.len);
                let to = from.saturating_add(part.chunk).min(part.len);
                // SAFETY: from <= to <= len, so the chunk lies in the slice that was borrowed mutably for the whole
                // call. Chunks of different pieces do not overlap: without a bound piece i would end at (i + 1)·chunk,
                // where piece i + 1 begins; bounds of isize::MAX and less, and saturation far above them, only move
                // both to the end of the slice. `for_each` calls each i once, and returns after all of them.
                unsafe { std::slice::from_raw_parts_mut(part.start.add(from), to - from) }
            }),
        )
    });
}

/// As [`split`], with parts of any length: piece i gets elements `bounds[i]..bounds[i + 1]` of each slice. A slice with
/// empty bounds gives an empty part to every piece.
///
/// # Panics
/// Where bounds are not `pieces + 1` ascending numbers within the slice, and with the panic of a piece.
///
/// ```
/// let mut x = [1, 2, 3, 4, 5];
/// tensor_ops::pool::split_at(2, [(&mut x[..], &[0, 1, 5])], |i, [part]| part.fill(i));
/// assert_eq!(x, [0, 1, 1, 1, 1]);
/// ```
pub fn split_at<T: Send, const N: usize>(
    pieces: usize,
    parts: [(&mut [T], &[usize]); N],
    task: impl Fn(usize, [&mut [T]; N]) + Sync,
) {
    for (part, bounds) in &parts {
        let ascend = bounds.windows(2).all(|pair| pair[0] <= pair[1]);
        let fits = bounds.is_empty() || (bounds.len() == pieces + 1 && bounds[pieces] <= part.len());
        assert!(ascend && fits, "bounds of {pieces} pieces of {} elements", part.len());
    }
    let parts =
        parts.map(|(part, bounds)| (Part { start: part.as_mut_ptr(), len: part.len(), chunk: 0 }, bounds));
    for_each(pieces, |i| {
        task(
            i,
            parts.each_ref().map(|(part, bounds)| {
                let (from, to) = if bounds.is_empty() { (0, 0) } else { (bounds[i], bounds[i + 1]) };
                // SAFETY: from <= to <= len by the assertion, so the part lies in the slice that was borrowed mutably for
                // the whole call, and parts of different pieces do not overlap. `for_each` calls each i once, and
                // returns after all of them.
                unsafe { std::slice::from_raw_parts_mut(part.start.add(from), to - from) }
            }),
        )
    });
}

struct Part<T> {
    start: *mut T,
    len: usize,
    chunk: usize,
}

// SAFETY: a `Part` stands for a `&mut [T]` of which each thread takes chunks of its own; sending `&mut [T]` to
// another thread asks for `T: Send`.
unsafe impl<T: Send> Sync for Part<T> {}

/// A part of a result, filled from the front.
// Invariant: the first `filled` slots hold values.
#[derive(Debug)]
pub(crate) struct Sink<'a, T> {
    slots: &'a mut [MaybeUninit<T>],
    filled: usize,
}

impl<'a, T: Copy> Sink<'a, T> {
    /// A place where there are values already, which will be replaced.
    pub(crate) fn over(place: &'a mut [T]) -> Self {
        let slots = std::ptr::from_mut(place) as *mut [MaybeUninit<T>];
        // SAFETY: `MaybeUninit<T>` has the layout of `T`, and the borrow is handed on. The slots are private, and what
        // is written to them are values, so `place` holds values at any time.
        Sink { slots: unsafe { &mut *slots }, filled: 0 }
    }

    /// How many elements are still to be written.
    #[inline(always)]
    pub(crate) fn left(&self) -> usize {
        self.slots.len() - self.filled
    }

    /// Writes the elements one after the other, no more than there is room for.
    #[inline(always)]
    pub(crate) fn extend(&mut self, elements: impl Iterator<Item = T>) {
        let mut written = 0;
        for (slot, x) in self.slots[self.filled..].iter_mut().zip(elements) {
            slot.write(x);
            written += 1;
        }
        self.filled += written;
    }

    /// Writes f of the elements of `x`, no more than there is room for.
    ///
    /// A loop, where [`Sink::extend`] over an adaptor would do: a long `f` is not inlined into `next` of an adaptor, and
    /// compiled apart it has only the instructions of the baseline. GELU in f64 took 78 ns an element that way.
    #[inline(always)]
    pub(crate) fn map<A: Copy>(&mut self, x: &[A], f: impl Fn(A) -> T) {
        let n = x.len().min(self.left());
        for (slot, &x) in self.slots[self.filled..][..n].iter_mut().zip(&x[..n]) {
            slot.write(f(x));
        }
        self.filled += n;
    }

    /// Writes f of the pairs of elements of `a` and `b`, no more than there is room for.
    #[inline(always)]
    pub(crate) fn zip<A: Copy, B: Copy>(&mut self, a: &[A], b: &[B], f: impl Fn(A, B) -> T) {
        let n = a.len().min(b.len()).min(self.left());
        for ((slot, &a), &b) in self.slots[self.filled..][..n].iter_mut().zip(&a[..n]).zip(&b[..n]) {
            slot.write(f(a, b));
        }
        self.filled += n;
    }

    /// As [`Sink::extend`], of a slice.
    #[inline]
    pub(crate) fn extend_from_slice(&mut self, elements: &[T]) {
        let n = elements.len().min(self.left());
        // SAFETY: `MaybeUninit<T>` has the layout of `T`, and every `T` is one.
        let elements = unsafe { &*(std::ptr::from_ref(&elements[..n]) as *const [MaybeUninit<T>]) };
        self.slots[self.filled..][..n].copy_from_slice(elements);
        self.filled += n;
    }

    /// Writes `n` copies of one element, and hands them out to be changed.
    ///
    /// # Panics
    /// Where there is no room for so many.
    pub(crate) fn filled(&mut self, x: T, n: usize) -> &mut [T] {
        let slots = &mut self.slots[self.filled..][..n];
        slots.fill(MaybeUninit::new(x));
        self.filled += n;
        // SAFETY: `MaybeUninit<T>` has the layout of `T`, and each of these slots has just been given a value.
        unsafe { &mut *(std::ptr::from_mut(slots) as *mut [T]) }
    }
}

/// A vector of `len` elements, written in pieces of `chunk` elements on several threads; `task(from, sink)` writes those
/// from `from` on until the sink is full.
///
/// # Panics
/// Where a sink is not full in the end, and with the panic of a task.
pub(crate) fn collect<T: Copy + Send>(
    len: usize,
    chunk: usize,
    task: impl Fn(usize, &mut Sink<'_, T>) + Sync,
) -> Vec<T> {
    let pieces = len.div_ceil(chunk);
    complete(len, |slots| {
        split(pieces, [(slots, chunk)], |i, [slots]| run(slots, i * chunk, &task));
    })
}

/// As [`collect`], on the calling thread in one piece.
pub(crate) fn collect_here<T: Copy>(len: usize, task: impl FnOnce(usize, &mut Sink<'_, T>)) -> Vec<T> {
    complete(len, |slots| run(slots, 0, task))
}

/// A vector of `len` elements of which `write` has written every one: through [`run`], which makes sure of it.
fn complete<T>(len: usize, write: impl FnOnce(&mut [MaybeUninit<T>])) -> Vec<T> {
    let mut result = Vec::with_capacity(len);
    write(&mut result.spare_capacity_mut()[..len]);
    // SAFETY: the capacity is at least `len`. Both callers are in this file: each hands every slot to `run`, which
    // returns only when the slots that it was given are filled; and `split` returns only when all pieces have.
    unsafe { result.set_len(len) };
    result
}

fn run<T: Copy>(slots: &mut [MaybeUninit<T>], from: usize, task: impl FnOnce(usize, &mut Sink<'_, T>)) {
    let (start, len) = (slots.as_ptr(), slots.len());
    let mut sink = Sink { slots, filled: 0 };
    task(from, &mut sink);
    // A task could have put another sink in the place of this one.
    assert!(sink.slots.as_ptr() == start && sink.filled == len, "elements that were not written");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_result_is_handed_out() {
        let squares = collect(10, 3, |from, sink| sink.extend((from..).map(|i| i * i)));
        assert_eq!(squares, (0..10).map(|i| i * i).collect::<Vec<_>>());
        assert_eq!(collect_here(2, |_, sink| sink.extend([1.5; 2].into_iter())), [1.5, 1.5]);
        let halves = |_, sink: &mut Sink<'_, f32>| sink.filled(1.0, 2).iter_mut().for_each(|x| *x /= 2.0);
        assert_eq!(collect(4, 2, halves), [0.5; 4]);
        assert!(collect::<u8>(0, 3, |_, _| ()).is_empty());
        let mut place = [1, 2, 3];
        Sink::over(&mut place).extend([7, 8].into_iter());
        assert_eq!(place, [7, 8, 3]);
        assert_eq!(collect(5, 3, |_, sink| sink.extend_from_slice(&[1, 2, 3, 4])), [1, 2, 3, 1, 2]);
    }

    #[test]
    fn parts_of_any_length_are_disjoint_and_bad_bounds_are_refused() {
        let (mut x, mut y) = (vec![0; 1000], vec![0; 10]);
        let bounds = [0, 0, 500, 501, 990];
        split_at(4, [(&mut x[..], &bounds[..]), (&mut y[..], &[][..])], |i, [x, y]| {
            assert!(y.is_empty());
            x.iter_mut().for_each(|x| *x += i + 1);
        });
        for (i, x) in x.iter().enumerate() {
            assert_eq!(
                *x,
                if i < 500 {
                    2
                } else if i < 501 {
                    3
                } else if i < 990 {
                    4
                } else {
                    0
                }
            );
        }
        for bad in [&[0, 4, 3][..], &[0, 1, 11], &[0, 1], &[0, 1, 2, 3]] {
            let call = || split_at(2, [(&mut vec![0; 10][..], bad)], |_, _| ());
            assert!(std::panic::catch_unwind(call).is_err(), "{bad:?}");
        }
    }

    #[test]
    #[should_panic(expected = "elements that were not written")]
    fn a_result_with_a_gap_is_not() {
        let _ = collect(10, 3, |from, sink| sink.extend(from..8));
    }

    #[test]
    #[should_panic(expected = "elements that were not written")]
    fn nor_an_empty_one() {
        let _ = collect_here::<f64>(1, |_, _| ());
    }
}
