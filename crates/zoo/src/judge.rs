//! What nn-check says of a problem.

use std::fmt;

use nn_check::Report;

/// The verdict of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Correct,
    Wrong,
    Kink,
    Inconclusive,
    Vacuous,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Correct => "correct",
            Verdict::Wrong => "wrong",
            Verdict::Kink => "kink",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Vacuous => "vacuous",
        })
    }
}

/// A verdict, and the keys of the hints of the tensors that are wrong.
#[derive(Debug, Clone)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) hints: Vec<&'static str>,
}

pub(crate) fn judge(report: &Report) -> Judgement {
    let verdict = if report.passes() {
        Verdict::Correct
    } else if report.tensors().iter().all(nn_check::Tensor::is_vacuous) {
        Verdict::Vacuous
    } else if report.excluded() > 0 {
        Verdict::Kink
    } else {
        Verdict::Wrong
    };
    Judgement { verdict, hints: Vec::new() }
}
