//! A wrong gradient of the zoo, a right one of the park.

use crate::problem::Problem;

/// A wrong gradient.
pub(crate) struct Wrong {
    /// `"dense/transposed"`: the kind of layer and the bug.
    pub(crate) name: &'static str,
    /// What is wrong.
    pub(crate) what: &'static str,
    /// The hint that names this kind of bug, where one is defined.
    pub(crate) hint: Option<&'static str>,
    /// The problem for a seed.
    pub(crate) build: fn(u64) -> Problem,
}

/// A right gradient that a checker may stumble over.
pub(crate) struct Right {
    /// `"kinks/relu at 0"`.
    pub(crate) name: &'static str,
    pub(crate) expect: Expect,
    /// The problem for a seed.
    pub(crate) build: fn(u64) -> Problem,
}

/// What a good checker says of a right gradient. `Wrong` is a false alarm whatever is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// That it is right.
    Correct,
    /// That it is right or that there is nothing to compare.
    Zero,
    /// Anything but `Wrong`: the function has no derivative here, or no precision.
    NotWrong,
}

/// A wrong gradient without a hint that names its bug.
pub(crate) const fn wrong(name: &'static str, what: &'static str, build: fn(u64) -> Problem) -> Wrong {
    Wrong { name, what, hint: None, build }
}

/// A wrong gradient with the hint that names its bug.
pub(crate) const fn hinted(
    name: &'static str,
    hint: &'static str,
    what: &'static str,
    build: fn(u64) -> Problem,
) -> Wrong {
    Wrong { name, what, hint: Some(hint), build }
}

/// A right gradient.
pub(crate) const fn right(name: &'static str, expect: Expect, build: fn(u64) -> Problem) -> Right {
    Right { name, expect, build }
}
