//! Our times of an earlier run beside those of this one.

use std::path::Path;
use std::{fmt, fs};

use serde_json::Value;

use crate::table::{Row, micros};

/// By how much both the median and the shortest time of a row must have changed before it is named. Runs of the same program on a
/// machine with nothing else to do differ by some percent, and short or cache-bound rows by more.
const NOISE: f64 = 1.1;

/// A row that is in both runs.
#[derive(Debug, PartialEq)]
struct Change {
    workload: String,
    threads: usize,
    /// Median and minimum, in microseconds.
    old: [f64; 2],
    new: [f64; 2],
}

impl Change {
    /// Above 1 we have become faster.
    fn ratio(&self) -> f64 {
        self.old[0] / self.new[0]
    }

    fn verdict(&self) -> &'static str {
        let ratios = [0, 1].map(|i| self.old[i] / self.new[i]);
        match ratios {
            [a, b] if a > NOISE && b > NOISE => "faster",
            [a, b] if a < 1.0 / NOISE && b < 1.0 / NOISE => "SLOWER",
            _ => "",
        }
    }
}

/// The rows of the run that was saved at `path`.
///
/// # Errors
/// Where there is no such run.
pub(crate) fn saved(path: &Path) -> Result<Vec<Value>, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let rows: Value = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    rows.as_array().cloned().ok_or(format!("{} holds no rows", path.display()))
}

/// The table of what changed since an earlier run.
pub(crate) fn against(old: &[Value], rows: &[Row]) -> String {
    let changes = changes(old, rows);
    let head = "against an earlier run               threads       old_us       new_us   old/new";
    let lines: Vec<String> = changes.iter().map(Change::to_string).collect();
    let count = |verdict: &str| changes.iter().filter(|change| change.verdict() == verdict).count();
    let end = format!(
        "{} rows, {} slower and {} faster beyond noise",
        changes.len(),
        count("SLOWER"),
        count("faster")
    );
    format!("{head}\n{}\n{end}", lines.join("\n"))
}

/// Where we were timed beside several peers, the first counts, in both runs.
fn changes(old: &[Value], rows: &[Row]) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for row in rows {
        let is_it = |o: &&Value| o["workload"] == row.workload[..] && o["threads"] == row.threads;
        let seen = changes.iter().any(|c| c.workload == row.workload && c.threads == row.threads);
        let Some(old) = old.iter().find(is_it).filter(|_| !seen) else { continue };
        let [Some(median), Some(min)] = ["ours_us", "ours_min_us"].map(|key| old[key].as_f64()) else {
            continue;
        };
        let new = [row.ours.median(), row.ours.min()];
        changes.push(Change {
            workload: row.workload.clone(),
            threads: row.threads,
            old: [median, min],
            new,
        });
    }
    changes
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [old, new] = [self.old, self.new].map(|times| micros(times[0]));
        let (workload, threads) = (&self.workload, self.threads);
        write!(f, "{workload:<36} {threads:>7} {old:>12} {new:>12} {:>9.2}  {}", self.ratio(), self.verdict())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::row;

    #[test]
    fn a_row_is_named_where_median_and_minimum_agree() {
        // The samples of `row` are t, 9 t and t/2.
        let saved = |ours: f64| [row("a", 1, ours, 1.0).json()];
        let verdict = |old: f64, new: f64| changes(&saved(old), &[row("a", 1, new, 1.0)])[0].verdict();
        assert_eq!([verdict(2.0, 1.0), verdict(1.0, 2.0), verdict(1.0, 1.05)], ["faster", "SLOWER", ""]);
        let torn = Change { workload: String::new(), threads: 1, old: [2.0, 1.0], new: [1.0, 1.0] };
        assert_eq!(torn.verdict(), "");
        assert!(changes(&saved(1.0), &[row("a", 2, 1.0, 1.0), row("b", 1, 1.0, 1.0)]).is_empty());
    }
}
