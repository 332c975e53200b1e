//! The outcome as a table.

use std::fmt;

use crate::case::Expect;
use crate::run::{Catch, Outcome, Verdicts, Visit};
use nn_check::Verdict;

const VERDICTS: [Verdict; 5] =
    [Verdict::Correct, Verdict::Wrong, Verdict::Kink, Verdict::Inconclusive, Verdict::Vacuous];

fn width<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0)
}

/// `"5 wrong"`, or all that were given.
fn summary(verdicts: &Verdicts) -> String {
    let parts: Vec<String> = verdicts.iter().map(|(verdict, n)| format!("{n} {verdict}")).collect();
    parts.join(", ")
}

/// The hint that is expected and how often it was given, and what else was.
fn hints(catch: &Catch) -> String {
    let all: Vec<String> = catch.hints.iter().map(|(hint, n)| format!("{n} {hint}")).collect();
    all.join(", ")
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.zoo.is_empty() {
            zoo(f, &self.zoo)?;
        }
        if !self.park.is_empty() {
            park(f, &self.park)?;
        }
        let (hinted, with_hint) = self.hinted();
        let (alarms, runs) = self.false_alarms();
        let (caught, all) = (self.caught(), self.zoo.len());
        writeln!(
            f,
            "caught {caught} of {all}, hinted right {hinted} of {with_hint}, false alarms {alarms} of {runs}"
        )
    }
}

fn zoo(f: &mut fmt::Formatter<'_>, zoo: &[Catch]) -> fmt::Result {
    let name = width(zoo.iter().map(|catch| catch.case.name));
    let what = width(zoo.iter().map(|catch| catch.case.what));
    let columns = ("wrong gradient", "what is wrong", "caught", "hint", "hints given");
    writeln!(
        f,
        "{:name$}  {:what$}  {:6}  {:10}  {}",
        columns.0, columns.1, columns.2, columns.3, columns.4
    )?;
    for catch in zoo {
        let caught =
            if catch.is_caught() { "yes".into() } else { format!("NO: {}", summary(&catch.verdicts)) };
        let hint = match catch.case.hint {
            None => "-".into(),
            Some(hint) if catch.is_hinted() => hint.to_string(),
            Some(hint) => format!("NOT {hint}"),
        };
        let row = format!(
            "{:name$}  {:what$}  {caught:6}  {hint:10}  {}",
            catch.case.name,
            catch.case.what,
            hints(catch)
        );
        writeln!(f, "{}", row.trim_end())?;
    }
    writeln!(f)
}

fn park(f: &mut fmt::Formatter<'_>, park: &[Visit]) -> fmt::Result {
    let name = width(park.iter().map(|visit| visit.case.name));
    write!(f, "{:name$}  {:10}", "right gradient", "expected")?;
    VERDICTS.iter().try_for_each(|verdict| write!(f, "  {verdict:>12}"))?;
    writeln!(f, "  remark")?;
    let line = |f: &mut fmt::Formatter<'_>,
                name_of: &str,
                expect: &str,
                of: &dyn Fn(Verdict) -> usize,
                remark: &str| {
        let mut row = format!("{name_of:name$}  {expect:10}");
        VERDICTS.iter().for_each(|&verdict| row += &format!("  {:>12}", of(verdict)));
        writeln!(f, "{}", format!("{row}  {remark}").trim_end())
    };
    for visit in park {
        let expect = match visit.case.expect {
            Expect::Correct => "correct",
            Expect::Zero => "nothing",
            Expect::NotWrong => "not wrong",
        };
        let remark = match (visit.false_alarms(), visit.unexpected()) {
            (0, 0) => "",
            (0, _) => "unexpected",
            _ => "FALSE ALARM",
        };
        line(f, visit.case.name, expect, &|verdict| visit.verdicts.of(verdict), remark)?;
    }
    let groups = [("correct", Expect::Correct), ("nothing", Expect::Zero), ("not wrong", Expect::NotWrong)];
    for (text, expect) in groups {
        let sum = |verdict| {
            park.iter()
                .filter(|visit| visit.case.expect == expect)
                .map(|visit| visit.verdicts.of(verdict))
                .sum()
        };
        line(f, "all", text, &sum, "")?;
    }
    let unexpected: usize = park.iter().map(Visit::unexpected).sum();
    writeln!(f, "{unexpected} verdicts other than expected\n")
}
