//! What a reduction does with two values, and the trees over many.

use crate::Real;

/// The reductions that have a kernel: an associative operation with an identity, after a function of each element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// Σx.
    Sum,
    /// Σ|x|.
    Absolutes,
    /// Σx².
    Squares,
    /// Σ(x - c)², c a number for each result.
    Deviations,
    /// Πx.
    Product,
    /// max x, NaN if any is NaN.
    Max,
    /// min x, NaN if any is NaN.
    Min,
}

impl Op {
    /// What joins the results of parts.
    pub(crate) fn of_parts(self) -> Op {
        match self {
            Op::Sum | Op::Absolutes | Op::Squares | Op::Deviations => Op::Sum,
            Op::Product | Op::Max | Op::Min => self,
        }
    }
}

/// One reduction, as a type, so that each loop is compiled for its own. `c` is a number that some of them want, one for
/// each result or one for all.
pub(super) trait Fold {
    /// Whether `of` looks at `c`.
    const WANTS_C: bool = false;
    /// Whether the loops are compiled for every instruction set. The rarer ones are not: compiled for two more sets they
    /// cost seconds of every cold build, and they save a fifth to a third of the time (1024x1024 along rows, f32:
    /// product 55 and Σ|x| 58 beside the 44 of the sum). The bits are the same.
    const EVERY_ISA: bool = false;
    fn identity<T: Real>() -> T;
    fn of<T: Real>(x: T, c: T) -> T;
    fn join<T: Real>(a: T, b: T) -> T;

    /// What becomes of the result of all.
    #[inline(always)]
    fn last<T: Real>(value: T, _c: T) -> T {
        value
    }

    /// Calls `f`, compiled for what [`Fold::EVERY_ISA`] says.
    #[inline(always)]
    fn dispatch<R>(f: impl FnOnce() -> R) -> R {
        if Self::EVERY_ISA { crate::simd::dispatch(f) } else { f() }
    }

    /// A power of two of them in a binary tree of neighbours, so that they are read in the order in which they lie.
    #[inline(always)]
    fn tree<T: Real, const K: usize>(mut values: [T; K]) -> T {
        let mut left = K;
        while left > 1 {
            left /= 2;
            for k in 0..left {
                values[k] = Self::join(values[2 * k], values[2 * k + 1]);
            }
        }
        values[0]
    }

    /// A lane joined with a tree of values.
    #[inline(always)]
    fn meet<T: Real, const K: usize>(lane: T, values: [T; K]) -> T {
        Self::join(lane, Self::tree(values))
    }

    /// The last four of a row's lanes, as [`Fold::narrowed`] leaves them.
    #[inline(always)]
    fn across<T: Real>(lanes: [T; 4]) -> T {
        Self::join(Self::join(lanes[0], lanes[2]), Self::join(lanes[1], lanes[3]))
    }

    /// 16 lanes down to 4 in a binary tree of halves, so that whole vectors meet.
    #[inline(always)]
    fn narrowed<T: Real>(mut lanes: [T; 16]) -> [T; 4] {
        halve::<T, Self, 8>(&mut lanes);
        halve::<T, Self, 4>(&mut lanes);
        [lanes[0], lanes[1], lanes[2], lanes[3]]
    }
}

/// Joins the second `N` lanes to the first: loops of a length that the compiler knows.
#[inline(always)]
pub(super) fn halve<T: Real, F: Fold + ?Sized, const N: usize>(lanes: &mut [T]) {
    for l in 0..N {
        lanes[l] = F::join(lanes[l], lanes[l + N]);
    }
}

macro_rules! folds {
    ($($name:ident: $identity:expr, |$x:ident, $c:ident| $of:expr, |$a:ident, $b:ident| $join:expr
        $(, $flag:ident)*;)*) => {$(
        pub(super) struct $name;
        impl Fold for $name {
            $(const $flag: bool = true;)*
            #[inline(always)]
            fn identity<T: Real>() -> T {
                $identity
            }
            #[inline(always)]
            fn of<T: Real>($x: T, $c: T) -> T {
                $of
            }
            #[inline(always)]
            fn join<T: Real>($a: T, $b: T) -> T {
                $join
            }
        }
    )*};
}

folds! {
    Sum: T::ZERO, |x, _c| x, |a, b| a + b, EVERY_ISA;
    Absolutes: T::ZERO, |x, _c| x.abs(), |a, b| a + b;
    // Σx² with c = 0.
    Deviations: T::ZERO, |x, c| (x - c) * (x - c), |a, b| a + b, WANTS_C, EVERY_ISA;
    Product: T::ONE, |x, _c| x, |a, b| a * b;
    // This one passes over NaN.
    Largest: -T::INFINITY, |x, _c| x, |a, b| if b > a { b } else { a };
}

/// The largest with c = 1, the smallest with c = -1; NaN, which has to be looked for apart: one test for all values of a
/// tree.
pub(super) struct Extreme;

impl Fold for Extreme {
    const WANTS_C: bool = true;
    const EVERY_ISA: bool = true;
    #[inline(always)]
    fn identity<T: Real>() -> T {
        -T::INFINITY
    }
    #[inline(always)]
    fn of<T: Real>(x: T, c: T) -> T {
        c * x
    }
    #[inline(always)]
    fn last<T: Real>(value: T, c: T) -> T {
        c * value
    }
    // A NaN in `a` stays, because nothing compares with it.
    #[inline(always)]
    fn join<T: Real>(a: T, b: T) -> T {
        let plain = Largest::join(a, b);
        if b.is_nan() { b } else { plain }
    }
    #[inline(always)]
    fn tree<T: Real, const K: usize>(values: [T; K]) -> T {
        if has_nan(&values) { T::NAN } else { Largest::tree(values) }
    }
    // A NaN in the lane stays here too, whatever the plain tree makes of one.
    #[inline(always)]
    fn meet<T: Real, const K: usize>(lane: T, values: [T; K]) -> T {
        let plain = Largest::join(lane, Largest::tree(values));
        if has_nan(&values) { T::NAN } else { plain }
    }
}

#[inline(always)]
fn has_nan<T: Real, const K: usize>(values: &[T; K]) -> bool {
    let mut any = false;
    for k in 0..K {
        any |= values[k].is_nan();
    }
    any
}

/// Joins values that come one by one in a binary tree: depth ⌈log2 n⌉, + 1 where n is no power of two. Its shape
/// depends on their number alone.
pub(super) struct Cascade<T> {
    /// The value of a complete subtree of 2^i leaves at i, for each bit i of `count`.
    subtrees: [T; usize::BITS as usize],
    count: usize,
}

impl<T: Real> Cascade<T> {
    pub(super) fn new() -> Self {
        Cascade { subtrees: [T::ZERO; usize::BITS as usize], count: 0 }
    }

    pub(super) fn push(&mut self, mut value: T, join: impl Fn(T, T) -> T) {
        let level = self.count.trailing_ones() as usize;
        for subtree in &self.subtrees[..level] {
            value = join(*subtree, value);
        }
        self.subtrees[level] = value;
        self.count += 1;
    }

    /// The value of all, of which there is at least one.
    pub(super) fn finish(self, join: impl Fn(T, T) -> T) -> T {
        let mut left = self.count;
        let mut value = self.subtrees[left.trailing_zeros() as usize];
        left &= left - 1;
        while left > 0 {
            value = join(self.subtrees[left.trailing_zeros() as usize], value);
            left &= left - 1;
        }
        value
    }
}
