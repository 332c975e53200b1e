//! What nn-check says of a problem.

use nn_check::{Report, Verdict};

/// A verdict, and the keys of the hints of the tensors that are wrong, each once.
#[derive(Debug, Clone)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) hints: Vec<&'static str>,
}

pub(crate) fn judge(report: &Report) -> Judgement {
    let wrong = report.tensors().iter().filter(|tensor| tensor.verdict() == Verdict::Wrong);
    let mut hints: Vec<&'static str> =
        wrong.flat_map(|tensor| tensor.hints()).map(|hint| hint.key()).collect();
    hints.sort_unstable();
    hints.dedup();
    Judgement { verdict: report.verdict(), hints }
}
