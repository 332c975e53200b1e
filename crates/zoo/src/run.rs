//! Runs the zoo and the park, and counts.

use std::collections::BTreeMap;

use crate::case::{Expect, Right, Wrong};
use nn_check::Verdict;

use crate::judge::{Judgement, judge};

/// How often each verdict was given, in the order in which they first were.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdicts(Vec<(Verdict, usize)>);

impl Verdicts {
    fn add(&mut self, verdict: Verdict) {
        match self.0.iter_mut().find(|(known, _)| *known == verdict) {
            Some((_, n)) => *n += 1,
            None => self.0.push((verdict, 1)),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Verdict, usize)> {
        self.0.iter().copied()
    }

    /// How often it was one of which this holds.
    fn count(&self, holds: impl Fn(Verdict) -> bool) -> usize {
        self.iter().filter(|&(verdict, _)| holds(verdict)).map(|(_, n)| n).sum()
    }

    pub(crate) fn of(&self, verdict: Verdict) -> usize {
        self.count(|given| given == verdict)
    }

    pub(crate) fn all(&self) -> usize {
        self.count(|_| true)
    }
}

/// What became of a wrong gradient.
pub(crate) struct Catch {
    pub(crate) case: &'static Wrong,
    pub(crate) verdicts: Verdicts,
    /// How often each hint was given.
    pub(crate) hints: BTreeMap<&'static str, usize>,
}

/// What became of a right one.
pub(crate) struct Visit {
    pub(crate) case: &'static Right,
    pub(crate) verdicts: Verdicts,
}

impl Catch {
    pub(crate) fn of(case: &'static Wrong, seeds: u64) -> Catch {
        let (mut verdicts, mut hints) = (Verdicts::default(), BTreeMap::new());
        for seed in 0..seeds {
            let Judgement { verdict, hints: given } = judge(&(case.build)(seed).check());
            verdicts.add(verdict);
            given.into_iter().for_each(|hint| *hints.entry(hint).or_default() += 1);
        }
        Catch { case, verdicts, hints }
    }

    /// Whether the verdict was `Wrong` for every seed.
    pub(crate) fn is_caught(&self) -> bool {
        self.verdicts.of(Verdict::Wrong) == self.verdicts.all()
    }

    /// Whether the expected hint, where there is one, was given for every seed.
    pub(crate) fn is_hinted(&self) -> bool {
        self.case.hint.is_some_and(|hint| self.hints.get(hint) == Some(&self.verdicts.all()))
    }
}

impl Visit {
    pub(crate) fn of(case: &'static Right, seeds: u64) -> Visit {
        let mut verdicts = Verdicts::default();
        for seed in 0..seeds {
            verdicts.add(judge(&(case.build)(seed).check()).verdict);
        }
        Visit { case, verdicts }
    }

    /// How often it was called wrong.
    pub(crate) fn false_alarms(&self) -> usize {
        self.verdicts.of(Verdict::Wrong)
    }

    /// How often a verdict was not what a good checker says, false alarms included.
    pub(crate) fn unexpected(&self) -> usize {
        let is_fine = |verdict: Verdict| match self.case.expect {
            Expect::Correct => verdict == Verdict::Correct,
            Expect::Zero => matches!(verdict, Verdict::Correct | Verdict::Vacuous),
            Expect::NotWrong => verdict != Verdict::Wrong,
        };
        self.verdicts.count(|verdict| !is_fine(verdict))
    }
}

/// Zoo and park together.
pub(crate) struct Outcome {
    pub(crate) zoo: Vec<Catch>,
    pub(crate) park: Vec<Visit>,
}

impl Outcome {
    /// Runs the cases whose names contain `only`.
    pub(crate) fn of(zoo_seeds: u64, park_seeds: u64, only: &str) -> Outcome {
        let zoo = crate::wrong::all().filter(|case| case.name.contains(only));
        let park = crate::park::all().filter(|case| case.name.contains(only));
        Outcome {
            zoo: zoo.map(|case| Catch::of(case, zoo_seeds)).collect(),
            park: park.map(|case| Visit::of(case, park_seeds)).collect(),
        }
    }

    pub(crate) fn caught(&self) -> usize {
        self.zoo.iter().filter(|catch| catch.is_caught()).count()
    }

    /// Cases with the hint that is expected, and those of which one is.
    pub(crate) fn hinted(&self) -> (usize, usize) {
        let with = self.zoo.iter().filter(|catch| catch.case.hint.is_some()).count();
        (self.zoo.iter().filter(|catch| catch.is_hinted()).count(), with)
    }

    /// Runs of right gradients that were called wrong, and all of them.
    pub(crate) fn false_alarms(&self) -> (usize, usize) {
        (
            self.park.iter().map(Visit::false_alarms).sum(),
            self.park.iter().map(|visit| visit.verdicts.all()).sum(),
        )
    }

    /// Whether every wrong gradient was caught, and no right one called wrong.
    pub(crate) fn is_clean(&self) -> bool {
        self.caught() == self.zoo.len() && self.false_alarms().0 == 0
    }
}
