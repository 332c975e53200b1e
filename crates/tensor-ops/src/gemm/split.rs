//! A product on several threads: C is cut into rectangles. Each thread packs for itself what its rectangle reads, so
//! that nobody waits; the cut weighs what is packed twice against threads that stand idle.

use super::{Product, on_this_thread};
use crate::matmul::Then;
use crate::{Real, pool};

/// Multiply-adds up to which a product runs on the calling thread: 2 µs at 130 per ns, a few times what waking the
/// pool costs.
const ALONE: usize = 1 << 18;

/// Columns of a rectangle are a multiple of this, so that threads share no line of the cache and panels are whole.
const COLUMNS: usize = 32;

/// Rows and columns of a rectangle.
///
/// The costs are in units of the time that 32 multiply-adds take: k times those for a rectangle's products, for a
/// row of A, which is copied, and for a column of B, which is copied or, three times slower, transposed. The bits are
/// the same for every cut, so it may depend on the number of threads.
fn cut<T>(x: &Product<T>, threads: usize) -> (usize, usize) {
    let per_column = if x.b_col == 1 { 2 } else { 7 };
    let mut best = (usize::MAX, x.m, x.n);
    for pieces in [threads, 2 * threads] {
        for across in 1..=pieces.min(64) {
            let columns = x.n.div_ceil(across).next_multiple_of(COLUMNS).min(x.n);
            let rows = x.m.div_ceil(pieces / across);
            let count = x.m.div_ceil(rows).saturating_mul(x.n.div_ceil(columns));
            let cost =
                rows.saturating_mul(columns).saturating_add(2 * rows).saturating_add(per_column * columns);
            let time = count.div_ceil(threads).saturating_mul(cost);
            if time < best.0 {
                best = (time, rows, columns);
            }
        }
    }
    (best.1, best.2)
}

/// # Safety
/// The contract of [`Product`].
pub(super) unsafe fn on_the_pool<T: Real>(x: &Product<T>, then: Option<Then<'_, T>>) {
    let work = x.m.saturating_mul(x.k).saturating_mul(x.n);
    let threads = if work <= ALONE { 1 } else { pool::threads() };
    if threads == 1 {
        // SAFETY: the caller's contract is the same.
        return unsafe { compute(x, x, then) };
    }
    let (rows, columns) = cut(x, threads);
    let (down, across) = (x.m.div_ceil(rows), x.n.div_ceil(columns));
    let whole = Shared(x);
    pool::for_each(down * across, |piece| {
        let x = whole.get();
        let (i, j) = (piece / across * rows, piece % across * columns);
        let part = Product {
            m: rows.min(x.m - i),
            n: columns.min(x.n - j),
            a: x.a.wrapping_add(i * x.a_row),
            b: x.b.wrapping_add(j * x.b_col),
            c: x.c.wrapping_add(i * x.c_row + j),
            bias: if x.bias.is_null() { x.bias } else { x.bias.wrapping_add(j) },
            ..*x
        };
        // SAFETY: rows and columns of `x`; no two pieces have an element of C in common.
        unsafe { compute(&part, x, then) };
    });
}

/// A part of the product `whole`, and what comes after it while its rows of C are near.
///
/// # Safety
/// The contract of [`Product`] for both, and nobody else uses the part's elements of C.
unsafe fn compute<T: Real>(part: &Product<T>, whole: &Product<T>, then: Option<Then<'_, T>>) {
    // SAFETY: the caller's contract is the same.
    unsafe { on_this_thread(part) };
    let Some(then) = then else { return };
    let first = (part.c.addr() - whole.c.addr()) / size_of::<T>();
    let (runs, length) = if part.n == part.c_row { (1, part.m * part.n) } else { (part.m, part.n) };
    for i in 0..runs {
        // SAFETY: one row of the part, or all of them where they lie one behind the other; the borrow ends with the call.
        let run = unsafe { std::slice::from_raw_parts_mut(part.c.add(i * part.c_row), length) };
        then(first + i * part.c_row, run);
    }
}

/// A product that several threads read.
struct Shared<'a, T>(&'a Product<T>);

impl<T> Shared<'_, T> {
    fn get(&self) -> &Product<T> {
        self.0
    }
}

// SAFETY: A, B and the bias are only read, and each element of C is written by one piece; `on_the_pool` borrows them all for as
// long as the pieces run.
unsafe impl<T: Sync + Send> Sync for Shared<'_, T> {}
