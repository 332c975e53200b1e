//! Counts, the table of them, and the same as JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use crate::run::Outcome;

/// What became of the cases, by suite and operation.
#[derive(Debug, Default)]
pub(crate) struct Report {
    suites: BTreeMap<String, BTreeMap<String, Counts>>,
}

/// What became of the cases of one operation, or of several.
#[derive(Debug, Default, Clone)]
pub(crate) struct Counts {
    passed: usize,
    failed: usize,
    unsupported: usize,
    /// Names and reasons.
    failures: Vec<(String, String)>,
    /// Names and reasons of single cases that are not supported.
    missing: Vec<(String, String)>,
    /// Names and remarks of cases that pass whatever comes out.
    notes: Vec<(String, String)>,
}

impl Counts {
    pub(crate) fn add(&mut self, case: &str, outcome: Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Noted(what) => {
                self.passed += 1;
                self.notes.push((case.to_string(), what));
            }
            Outcome::Failed(why) => {
                self.failed += 1;
                self.failures.push((case.to_string(), why));
            }
            Outcome::Unsupported(why) => {
                self.unsupported += 1;
                self.missing.push((case.to_string(), why));
            }
        }
    }

    pub(crate) fn add_unsupported(&mut self, cases: usize) {
        self.unsupported += cases;
    }

    fn is_supported(&self) -> bool {
        self.passed + self.failed > 0
    }

    fn sum<'a>(all: impl IntoIterator<Item = &'a Counts>) -> Counts {
        let mut sum = Counts::default();
        for counts in all {
            sum.passed += counts.passed;
            sum.failed += counts.failed;
            sum.unsupported += counts.unsupported;
        }
        sum
    }
}

impl Report {
    pub(crate) fn counts(&mut self, suite: &str, op: &str) -> &mut Counts {
        self.suites.entry(suite.to_string()).or_default().entry(op.to_string()).or_default()
    }

    fn all(&self) -> impl Iterator<Item = (&str, &str, &Counts)> {
        self.suites.iter().flat_map(|(suite, ops)| {
            ops.iter().map(move |(op, counts)| (suite.as_str(), op.as_str(), counts))
        })
    }

    fn total(&self) -> Counts {
        Counts::sum(self.suites.values().flat_map(BTreeMap::values))
    }

    /// Whether no case failed.
    pub(crate) fn is_clean(&self) -> bool {
        self.total().failed == 0
    }

    pub(crate) fn to_json(&self) -> Value {
        let of_op = |counts: &Counts| {
            let names: Vec<&str> = counts.failures.iter().map(|(name, _)| name.as_str()).collect();
            json!({
                "passed": counts.passed,
                "failed": counts.failed,
                "unsupported": counts.unsupported,
                "failures": names,
            })
        };
        let of_suite = |ops: &BTreeMap<String, Counts>| -> Value {
            ops.iter().map(|(op, counts)| (op.clone(), of_op(counts))).collect()
        };
        let suites: Value = self.suites.iter().map(|(suite, ops)| (suite.clone(), of_suite(ops))).collect();
        let total = self.total();
        json!({
            "suites": suites,
            "total": { "passed": total.passed, "failed": total.failed, "unsupported": total.unsupported },
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<36}{:>8}{:>8}", "operation", "passed", "failed")?;
        for (suite, op, counts) in self.all().filter(|(_, _, counts)| counts.is_supported()) {
            writeln!(f, "{:<36}{:>8}{:>8}", format!("{suite}/{op}"), counts.passed, counts.failed)?;
        }

        writeln!(f, "\n{:<36}{:>8}{:>8}{:>13}", "suite", "passed", "failed", "unsupported")?;
        let line = |f: &mut fmt::Formatter<'_>, name: &str, counts: &Counts, missing: usize| {
            let Counts { passed, failed, unsupported, .. } = counts;
            write!(f, "{name:<36}{passed:>8}{failed:>8}{unsupported:>13}")?;
            writeln!(f, "{}", if missing > 0 { format!(" in {missing} operations") } else { String::new() })
        };
        let missing = |counts: &&Counts| counts.unsupported > 0;
        for (suite, ops) in &self.suites {
            line(f, suite, &Counts::sum(ops.values()), ops.values().filter(missing).count())?;
        }
        let operations = self.all().map(|(_, _, counts)| counts);
        line(f, "total", &self.total(), operations.filter(missing).count())?;

        self.unsupported(f)?;
        self.list(f, "\nnot supported, in operations that are:", |counts| &counts.missing)?;
        self.list(f, "\nreported, not judged:", |counts| &counts.notes)?;
        self.list(f, "\nfailures:", |counts| &counts.failures)
    }
}

impl Report {
    /// The operations of which no case is supported, with their numbers of cases.
    fn unsupported(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (suite, ops) in &self.suites {
            let missing = ops.iter().filter(|(_, counts)| counts.unsupported > 0 && !counts.is_supported());
            let names: Vec<String> =
                missing.map(|(op, counts)| format!("{op} ({})", counts.unsupported)).collect();
            if !names.is_empty() {
                writeln!(f, "\nnot supported of {suite}: {}", names.join(", "))?;
            }
        }
        Ok(())
    }

    fn list(
        &self,
        f: &mut fmt::Formatter<'_>,
        heading: &str,
        lines: impl Fn(&Counts) -> &Vec<(String, String)>,
    ) -> fmt::Result {
        if self.all().any(|(_, _, counts)| !lines(counts).is_empty()) {
            writeln!(f, "{heading}")?;
        }
        for (suite, op, counts) in self.all() {
            for (case, what) in lines(counts) {
                writeln!(f, "{suite}/{op}/{case}: {what}")?;
            }
        }
        Ok(())
    }
}
