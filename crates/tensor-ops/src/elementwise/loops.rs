//! The loops. What calls them decides for which instructions they are compiled.

use super::plan::{Blocks, Plan, block_len};
use crate::pool::Sink;
use crate::{Element, Real};

/// out = f(x).
#[inline(always)]
pub(super) fn map<A: Copy, O: Copy>(x: &[A], out: &mut Sink<'_, O>, f: impl Fn(A) -> O) {
    out.map(x, f);
}

/// x = f(x).
#[inline(always)]
pub(super) fn map_in_place<A: Copy>(x: &mut [A], f: impl Fn(A) -> A) {
    for x in x {
        *x = f(*x);
    }
}

/// x = f(x) by a loop from one slice to another, through a block on the stack: a long text is compiled once, not twice.
pub(super) fn through_block<T: Element>(x: &mut [T], into: impl Fn(&[T], &mut Sink<'_, T>)) {
    let mut block = [T::default(); 512];
    for part in x.chunks_mut(block.len()) {
        let block = &mut block[..part.len()];
        block.copy_from_slice(part);
        into(block, &mut Sink::over(part));
    }
}

/// out = min(max(x, `low`), `high`), NaN where any of the three is.
#[inline(always)]
pub(super) fn clip<T: Real>(low: T, high: T, x: &[T], out: &mut Sink<'_, T>) {
    if low.is_nan() || high.is_nan() {
        return out.extend(std::iter::repeat(low + high));
    }
    // As `maximum` and `minimum` for bounds that are numbers, in half the instructions: NaN fails both comparisons.
    map(
        x,
        out,
        #[inline(always)]
        |x| {
            let x = if low >= x { low } else { x };
            if high <= x { high } else { x }
        },
    );
}

/// Elements `from..` of f(a, b), until `out` is full.
#[inline(always)]
pub(super) fn zip<A: Element, B: Element, O: Copy>(
    plan: &Plan<2>,
    from: usize,
    a: &[A],
    b: &[B],
    out: &mut Sink<'_, O>,
    f: impl Fn(A, B) -> O,
) {
    if plan.is_choppy() {
        let (mut a, mut b) = (Blocks::new(plan, 0, a), Blocks::new(plan, 1, b));
        let mut at = from;
        while out.left() > 0 {
            let len = out.left().min(block_len(plan));
            zip_row(a.get(at, len), b.get(at, len), out, &f);
            at += len;
        }
        return;
    }
    let mut rows = plan.rows_from(from);
    while out.left() > 0 {
        let len = out.left().min(rows.left());
        let (i, j) = (rows.at(0), rows.at(1));
        match (plan.row_stride(0), plan.row_stride(1)) {
            (_, 0) => {
                let b = b[j];
                map(
                    &a[i..i + len],
                    out,
                    #[inline(always)]
                    |a| f(a, b),
                );
            }
            (0, _) => {
                let a = a[i];
                map(
                    &b[j..j + len],
                    out,
                    #[inline(always)]
                    |b| f(a, b),
                );
            }
            _ => zip_row(&a[i..i + len], &b[j..j + len], out, &f),
        }
        rows.next_row();
    }
}

#[inline(always)]
fn zip_row<A: Copy, B: Copy, O: Copy>(a: &[A], b: &[B], out: &mut Sink<'_, O>, f: &impl Fn(A, B) -> O) {
    out.zip(a, b, f);
}

/// a = f(a, b), where `a` are the elements `from..` of the result.
#[inline(always)]
pub(super) fn zip_in_place<A: Copy, B: Element>(
    plan: &Plan<1>,
    from: usize,
    a: &mut [A],
    b: &[B],
    f: impl Fn(A, B) -> A,
) {
    if plan.is_choppy() {
        let mut b = Blocks::new(plan, 0, b);
        let mut at = from;
        for a in a.chunks_mut(block_len(plan)) {
            let b = b.get(at, a.len());
            at += a.len();
            for (a, &b) in a.iter_mut().zip(b) {
                *a = f(*a, b);
            }
        }
        return;
    }
    let mut rows = plan.rows_from(from);
    let mut rest = a;
    while !rest.is_empty() {
        let (a, tail) = rest.split_at_mut(rows.left().min(rest.len()));
        let j = rows.at(0);
        if plan.row_stride(0) == 0 {
            let b = b[j];
            map_in_place(
                a,
                #[inline(always)]
                |a| f(a, b),
            );
        } else {
            for (a, &b) in a.iter_mut().zip(&b[j..]) {
                *a = f(*a, b);
            }
        }
        rows.next_row();
        rest = tail;
    }
}

/// Elements `from..` of: a where the mask is true, b elsewhere.
#[inline(always)]
pub(super) fn select<T: Element>(
    plan: &Plan<3>,
    from: usize,
    mask: &[bool],
    a: &[T],
    b: &[T],
    out: &mut Sink<'_, T>,
) {
    let mut mask = Blocks::new(plan, 0, mask);
    let (mut a, mut b) = (Blocks::new(plan, 1, a), Blocks::new(plan, 2, b));
    let mut at = from;
    while out.left() > 0 {
        let len = out.left().min(block_len(plan));
        let operands = mask.get(at, len).iter().zip(a.get(at, len)).zip(b.get(at, len));
        out.extend(operands.map(
            #[inline(always)]
            |((&is_a, &a), &b)| std::hint::select_unpredictable(is_a, a, b),
        ));
        at += len;
    }
}
