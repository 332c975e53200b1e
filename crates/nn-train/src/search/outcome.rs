//! What trials came to.

use std::fmt;
use std::path::PathBuf;

use super::{Trial, TrialResult};
use crate::chart::{Chart, Series};

/// What a trial came to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Outcome {
    /// What was tried.
    pub trial: Trial,
    /// What it came to; `None` where it failed.
    pub value: Option<f64>,
    /// Why it failed.
    pub error: Option<String>,
}

impl Outcome {
    pub(super) fn of(trial: &Trial, result: TrialResult) -> Outcome {
        let (value, error) = match result {
            Ok(value) => (Some(value), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Outcome { trial: trial.clone(), value, error }
    }
}

/// All trials of a search. `Display` is a table, the best first.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SearchReport {
    /// In the order of their numbers; by successive halving rung by rung.
    pub outcomes: Vec<Outcome>,
}

impl SearchReport {
    /// The outcome with the lowest value, among those with the largest budget that any trial had.
    pub fn best(&self) -> Option<&Outcome> {
        let most = self.outcomes.iter().filter(|o| o.value.is_some()).map(|o| o.trial.budget()).max()?;
        self.ranked().into_iter().find(|outcome| outcome.trial.budget() == most)
    }

    fn ranked(&self) -> Vec<&Outcome> {
        let value = |outcome: &Outcome| outcome.value.filter(|v| !v.is_nan()).unwrap_or(f64::INFINITY);
        let mut ranked: Vec<&Outcome> = self.outcomes.iter().collect();
        ranked.sort_by(|a, b| value(a).total_cmp(&value(b)));
        ranked
    }

    /// The values over a parameter that is a number, as the text of an SVG picture.
    pub fn svg(&self, parameter: &str, is_log: bool) -> String {
        let mut points: Vec<(f64, f64)> = self
            .outcomes
            .iter()
            .filter_map(|outcome| Some((outcome.trial.number(parameter), outcome.value?)))
            .collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let series = vec![Series { name: String::new(), points, is_faint: false }];
        Chart { title: "value".into(), x: parameter.into(), series, log_x: is_log, ..Chart::default() }.svg()
    }
}

impl fmt::Display for SearchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>6} {:>8} {:>12}", "trial", "budget", "value")?;
        for outcome in self.ranked() {
            let value = outcome.value.map_or("failed".to_string(), |value| format!("{value:.6}"));
            write!(f, "\n{:>6} {:>8} {value:>12}", outcome.trial.index(), outcome.trial.budget())?;
            for (name, text) in outcome.trial.settings() {
                write!(f, "  {name}={text}")?;
            }
            if let Some(error) = &outcome.error {
                write!(f, "  {error}")?;
            }
        }
        Ok(())
    }
}

/// A search that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// A range without values.
    #[error("parameter {name:?} has no values: {values}")]
    Range {
        /// The parameter.
        name: String,
        /// Its range.
        values: String,
    },
    /// A file that is of another search.
    #[error("{} holds results of another search: {found:?}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its first line.
        found: String,
    },
    /// The system refused.
    #[error("{}: {message}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        message: String,
    },
}
