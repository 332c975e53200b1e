//! The loops. What calls them decides for which instructions they are compiled.

use super::plan::{Blocks, Plan, block_len};
use crate::Element;

/// out = f(x).
#[inline(always)]
pub(super) fn map<A: Copy, O>(x: &[A], out: &mut [O], f: impl Fn(A) -> O) {
    for (y, &x) in out.iter_mut().zip(x) {
        *y = f(x);
    }
}

/// x = f(x).
#[inline(always)]
pub(super) fn map_in_place<A: Copy>(x: &mut [A], f: impl Fn(A) -> A) {
    for x in x {
        *x = f(*x);
    }
}

/// x = f(x) by a loop from one slice to another, through a block on the stack: a long text is compiled once, not twice.
pub(super) fn through_block<T: Element>(x: &mut [T], into: fn(&[T], &mut [T])) {
    let mut block = [T::default(); 512];
    for part in x.chunks_mut(block.len()) {
        let block = &mut block[..part.len()];
        block.copy_from_slice(part);
        into(block, part);
    }
}

/// Elements `from..` of f(a, b), as many as `out` has.
#[inline(always)]
pub(super) fn zip<A: Element, B: Element, O>(
    plan: &Plan<2>,
    from: usize,
    a: &[A],
    b: &[B],
    out: &mut [O],
    f: impl Fn(A, B) -> O,
) {
    if plan.is_choppy() {
        let (mut a, mut b) = (Blocks::new(plan, 0, a), Blocks::new(plan, 1, b));
        let mut at = from;
        for out in out.chunks_mut(block_len(plan)) {
            let (a, b) = (a.get(at, out.len()), b.get(at, out.len()));
            at += out.len();
            zip_row(a, b, out, &f);
        }
        return;
    }
    let mut rows = plan.rows_from(from);
    let mut rest = out;
    while !rest.is_empty() {
        let (out, tail) = rest.split_at_mut(rows.left().min(rest.len()));
        let (i, j) = (rows.at(0), rows.at(1));
        match (plan.row_stride(0), plan.row_stride(1)) {
            (_, 0) => {
                let b = b[j];
                for (y, &a) in out.iter_mut().zip(&a[i..]) {
                    *y = f(a, b);
                }
            }
            (0, _) => {
                let a = a[i];
                for (y, &b) in out.iter_mut().zip(&b[j..]) {
                    *y = f(a, b);
                }
            }
            _ => zip_row(&a[i..], &b[j..], out, &f),
        }
        rows.next_row();
        rest = tail;
    }
}

#[inline(always)]
fn zip_row<A: Copy, B: Copy, O>(a: &[A], b: &[B], out: &mut [O], f: &impl Fn(A, B) -> O) {
    for ((y, &a), &b) in out.iter_mut().zip(a).zip(b) {
        *y = f(a, b);
    }
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
    out: &mut [T],
) {
    let mut mask = Blocks::new(plan, 0, mask);
    let (mut a, mut b) = (Blocks::new(plan, 1, a), Blocks::new(plan, 2, b));
    let mut at = from;
    for out in out.chunks_mut(block_len(plan)) {
        let (mask, a, b) = (mask.get(at, out.len()), a.get(at, out.len()), b.get(at, out.len()));
        at += out.len();
        for (((y, &m), &a), &b) in out.iter_mut().zip(mask).zip(a).zip(b) {
            *y = if m { a } else { b };
        }
    }
}
