//! What a reduction does with two values, and the tree over parts.

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

/// One reduction, as a type, so that each loop is compiled for its own.
pub(super) trait Fold {
    /// Whether `of` looks at `c`.
    const CENTERED: bool = false;
    fn identity<T: Real>() -> T;
    fn of<T: Real>(x: T, c: T) -> T;
    fn join<T: Real>(a: T, b: T) -> T;
}

macro_rules! folds {
    ($($name:ident: $identity:expr, |$x:ident, $c:ident| $of:expr, |$a:ident, $b:ident| $join:expr $(, $centered:literal)?;)*) => {$(
        pub(super) struct $name;
        impl Fold for $name {
            $(const CENTERED: bool = $centered;)?
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
    Sum: T::ZERO, |x, _c| x, |a, b| a + b;
    Absolutes: T::ZERO, |x, _c| x.abs(), |a, b| a + b;
    Squares: T::ZERO, |x, _c| x * x, |a, b| a + b;
    Deviations: T::ZERO, |x, c| (x - c) * (x - c), |a, b| a + b, true;
    Product: T::ONE, |x, _c| x, |a, b| a * b;
    // Selects, not branches: a NaN that has come in stays, because nothing is larger than it.
    Max: -T::INFINITY, |x, _c| x, |a, b| if (b > a) | b.is_nan() { b } else { a };
    Min: T::INFINITY, |x, _c| x, |a, b| if (b < a) | b.is_nan() { b } else { a };
}

/// Joins values that come one by one in a binary tree: depth ⌈log2 n⌉, + 1 where n is no power of two. Its shape
/// depends on their number alone.
pub(super) struct Cascade<T> {
    /// The value of a complete subtree of 2^i leaves at i, for each bit i of `count`.
    subtrees: [T; usize::BITS as usize],
    count: usize,
}

impl<T: Real> Cascade<T> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Cascade { subtrees: [T::ZERO; usize::BITS as usize], count: 0 }
    }

    #[inline(always)]
    pub(super) fn push<F: Fold>(&mut self, mut value: T) {
        let level = self.count.trailing_ones() as usize;
        for subtree in &self.subtrees[..level] {
            value = F::join(*subtree, value);
        }
        self.subtrees[level] = value;
        self.count += 1;
    }

    #[inline(always)]
    pub(super) fn finish<F: Fold>(self) -> T {
        let (mut left, mut value) = (self.count, F::identity());
        while left > 0 {
            value = F::join(self.subtrees[left.trailing_zeros() as usize], value);
            left &= left - 1;
        }
        value
    }
}
