//! What kind of mistake it may be.

mod find;
mod offset;
mod order;
mod place;

use std::fmt;
use std::ops::Range;

pub use crate::function::Missing;
pub(crate) use find::Case;

/// What may be the matter with a wrong gradient: a is the analytic one, n the numerical one, of one tensor.
///
/// Several hints may fit the same numbers, and then all of them are given.
///
/// ```
/// use nn_check::{Hint, check_gradient};
/// let f = |t: &[f64]| t[0] * t[0] + t[0] * t[1];
/// let report = check_gradient(f, &[2.0, 3.0], &[-7.0, -2.0]); // it should be [7, 2]
/// let hints: Vec<_> = report.hints().collect();
/// assert_eq!(hints, [("theta", &Hint::Sign)]);
/// assert_eq!(hints[0].1.to_string(), "the sign is wrong: a = -n");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Hint {
    /// a is 0, n is not.
    Zero,
    /// a has elements that are no numbers: something is read before it is written, or added to what was never assigned.
    NotFinite,
    /// a = -n.
    Sign,
    /// a = r n with r the batch size or its inverse.
    BatchSize(f64),
    /// a = r n.
    Ratio(f64),
    /// a lies in memory as n transposed does: two axes are exchanged.
    Transposed,
    /// The rows of a, or its columns, are those of n in another order.
    Permuted,
    /// a is n without the share of a sample.
    Sample(Missing),
    /// a - n = c θ: an L2 term is missing in one of them (θ/m·λ), or there twice.
    Penalty(f64),
    /// a - n is a multiple of another part of the gradient, or the same in every row or every column: a term too much or too few.
    Term,
    /// Only these positions of the first axis differ: the rows of a matrix, the elements of a vector.
    Rows(Range<usize>),
    /// Only this element differs, or very few, of which this is the worst. Row-major.
    Element(usize),
    /// Every other tensor is right.
    OneTensor,
    /// All tensors before this layer are wrong, and all from it on right: what it hands back to them, its dx, may be what is wrong, or
    /// that of a layer without parameters just before it. [`layer`](crate::layer()) tells.
    InputGradient(String),
}

impl Hint {
    /// One word for tables and programs: `"transposed"`.
    ///
    /// ```
    /// assert_eq!(nn_check::Hint::Ratio(2.0).key(), "ratio");
    /// ```
    pub fn key(&self) -> &'static str {
        match self {
            Hint::Zero => "zero",
            Hint::NotFinite => "nan",
            Hint::Sign => "sign",
            Hint::BatchSize(_) => "batch",
            Hint::Ratio(_) => "ratio",
            Hint::Transposed => "transposed",
            Hint::Permuted => "permuted",
            Hint::Sample(_) => "sample",
            Hint::Penalty(_) => "penalty",
            Hint::Term => "term",
            Hint::Rows(_) => "rows",
            Hint::Element(_) => "element",
            Hint::OneTensor => "tensor",
            Hint::InputGradient(_) => "dx",
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Hint::Zero => f.write_str("the analytic gradient is 0: is it computed at all?"),
            Hint::NotFinite => {
                f.write_str("not a number: read before it is written, or accumulated instead of assigned")
            }
            Hint::Sign => f.write_str("the sign is wrong: a = -n"),
            Hint::BatchSize(r) if *r > 1.0 => write!(f, "a = {r:.6} n: not divided by the batch size"),
            Hint::BatchSize(r) => write!(f, "a = {r:.6} n: divided by the batch size once too often"),
            Hint::Ratio(r) if (r - 1.0).abs() < 1e-3 => {
                write!(
                    f,
                    "a constant factor: a = (1 {} {:.2e}) n",
                    if *r < 1.0 { '-' } else { '+' },
                    (r - 1.0).abs()
                )
            }
            Hint::Ratio(r) => write!(f, "a constant factor: a = {r:.6} n"),
            Hint::Transposed => f.write_str("a is n with two axes exchanged: transposed"),
            Hint::Permuted => f.write_str("the numbers of n in another order, along an axis"),
            Hint::Sample(Missing::First) => f.write_str("the first sample's share is missing"),
            Hint::Sample(Missing::Last) => f.write_str("the last sample's share is missing"),
            Hint::Penalty(c) if *c < 0.0 => write!(f, "a = n - {:.6} θ: an L2 term is missing", -c),
            Hint::Penalty(c) => write!(f, "a = n + {c:.6} θ: an L2 term too much, or twice"),
            Hint::Term => f.write_str("a term too much or too few: a - n has a pattern of its own"),
            Hint::Rows(rows) if rows.len() == 1 => {
                write!(f, "only position {} of the first axis differs", rows.start)
            }
            Hint::Rows(rows) => {
                write!(f, "only positions {} to {} of the first axis differ", rows.start, rows.end - 1)
            }
            Hint::Element(i) => write!(f, "few elements differ, element {i} most"),
            Hint::OneTensor => f.write_str("every other tensor is right"),
            Hint::InputGradient(layer) => {
                write!(
                    f,
                    "all is right from layer {layer} on: its dx may be wrong, or that of a layer between"
                )
            }
        }
    }
}
