//! What a checkpoint holds, one thing after the other. Both directions stand side by side.

use std::path::Path;

use nn_core::{Model, Scalar};
use nn_optim::PlateauState;

use super::CheckpointError;
use super::codec::{Decoder, Encoder};
use crate::trainer::{Best, Good, Running, State};
use crate::{Epoch, Evaluation, Finding, History, Retreat, Rule, StepRecord};

type Result<T> = std::result::Result<T, String>;

pub(super) fn encode<T: Scalar>(
    identity: &str,
    model: &Model<T>,
    state: &State<T>,
    good: Option<&Good<T>>,
    seconds: f64,
) -> Vec<u8> {
    let mut out = Encoder::default();
    out.text(identity);
    out.numbers(model.theta());
    out.numbers(model.state());
    encode_state(&mut out, state, seconds);
    out.option(good, |out, good| {
        out.numbers(&good.theta);
        out.numbers(&good.observed);
        encode_state(out, &good.state, good.state.spent);
    });
    out.bytes
}

/// θ, the observed state and the rest, where they fit.
#[allow(clippy::type_complexity)] // one caller, which takes it apart
pub(super) fn decode<T: Scalar>(
    path: &Path,
    bytes: &[u8],
    identity: &str,
    model: &Model<T>,
    fresh: &State<T>,
) -> std::result::Result<(Vec<T>, Vec<T>, State<T>), CheckpointError> {
    let torn = |what: String| CheckpointError::torn(path, what);
    let mut from = Decoder { bytes };
    let found = from.text().map_err(torn)?;
    if let Some((found, expected)) = difference(&found, identity) {
        return Err(CheckpointError::Foreign { path: path.to_path_buf(), found, expected });
    }
    let mut read = || -> Result<_> {
        let (theta, observed) = (from.numbers()?, from.numbers()?);
        let mut state = decode_state(&mut from, fresh)?;
        state.good = from.option(|from| {
            let (theta, observed) = (from.numbers()?, from.numbers()?);
            Ok(Box::new(Good { theta, observed, state: decode_state(from, fresh)? }))
        })?;
        if !from.bytes.is_empty() {
            return Err("there is more behind its end".to_string());
        }
        Ok((theta, observed, state))
    };
    let (theta, observed, state): (Vec<T>, Vec<T>, State<T>) = read().map_err(torn)?;
    let fits = theta.len() == model.theta().len() && observed.len() == model.state().len();
    if !fits || state.memory.len() != fresh.memory.len() || state.sum.len() != fresh.sum.len() {
        return Err(torn("its vectors have other lengths".to_string()));
    }
    Ok((theta, observed, state))
}

/// The first line that differs.
fn difference(found: &str, expected: &str) -> Option<(String, String)> {
    if found == expected {
        return None;
    }
    let (mut found, mut expected) = (found.lines(), expected.lines());
    loop {
        let (a, b) = (found.next(), expected.next());
        if a != b || a.is_none() {
            let text = |line: Option<&str>| line.unwrap_or("nothing more").to_string();
            return Some((text(a), text(b)));
        }
    }
}

fn encode_state<T: Scalar>(out: &mut Encoder, state: &State<T>, seconds: f64) {
    out.u64(state.step);
    out.u64(state.epoch);
    out.u64(state.position);
    out.u64(state.updates);
    out.numbers(&state.memory);
    out.numbers(&state.sum);
    out.u64(state.summed);
    out.f64(state.running.loss);
    out.u64(state.running.hits);
    out.u64(state.running.samples);
    out.f64(state.running.seconds);
    out.f64(state.first_loss);
    out.f64(state.rate);
    out.option(state.plateau, |out, plateau| {
        out.f64(plateau.rate);
        out.f64(plateau.best);
        out.u64(plateau.bad);
        out.u64(plateau.cooling);
    });
    out.u64(state.bad);
    out.option(state.best.as_ref(), |out, best| {
        out.f64(best.value);
        out.u64(best.epoch);
        out.numbers(&best.theta);
        out.numbers(&best.state);
    });
    out.f64(state.factor);
    out.f64(seconds);
    encode_history(out, &state.history);
}

fn decode_state<T: Scalar>(from: &mut Decoder<'_>, fresh: &State<T>) -> Result<State<T>> {
    let (step, epoch, position) = (from.u64()?, from.u64()?, from.u64()?);
    let updates = from.u64()?;
    let (memory, sum, summed) = (from.numbers()?, from.numbers()?, from.u64()?);
    let running =
        Running { loss: from.f64()?, hits: from.u64()?, samples: from.u64()?, seconds: from.f64()? };
    let (first_loss, rate) = (from.f64()?, from.f64()?);
    let saved = from.option(|from| Ok((from.f64()?, from.f64()?, from.u64()?, from.u64()?)))?;
    // A plateau that was not asked for this time is forgotten, and one that is new begins anew.
    let plateau = fresh.plateau.map(|mut plateau: PlateauState| {
        if let Some(saved) = saved {
            (plateau.rate, plateau.best, plateau.bad, plateau.cooling) = saved;
        }
        plateau
    });
    let bad = from.u64()?;
    let best = from.option(|from| {
        Ok(Best { value: from.f64()?, epoch: from.u64()?, theta: from.numbers()?, state: from.numbers()? })
    })?;
    let (factor, spent) = (from.f64()?, from.f64()?);
    let history = decode_history(from)?;
    Ok(State {
        step,
        epoch,
        position,
        updates,
        memory,
        sum,
        summed,
        running,
        first_loss,
        rate,
        plateau,
        bad,
        best,
        factor,
        history,
        spent,
        good: None,
    })
}

fn encode_history(out: &mut Encoder, history: &History) {
    out.list(&history.epochs, |out, epoch| {
        out.u64(epoch.number);
        out.u64(epoch.steps);
        out.u64(epoch.samples);
        encode_evaluation(out, &epoch.running);
        out.option(epoch.train.as_ref(), encode_evaluation);
        out.option(epoch.validation.as_ref(), encode_evaluation);
        out.list(&epoch.metrics, |out, (name, value)| {
            out.text(name);
            out.f64(*value);
        });
        out.f64(epoch.rate);
        out.f64(epoch.seconds);
    });
    out.list(&history.steps, |out, step| {
        out.u64(step.step);
        [step.loss, step.rate, step.gradient_norm].into_iter().for_each(|x| out.f64(x));
    });
    out.list(&history.retreats, |out, retreat| {
        out.u64(retreat.step);
        out.u64(retreat.to);
        out.f64(retreat.factor);
    });
    out.list(&history.findings, |out, found| {
        out.text(found.rule.name());
        out.u64(found.step);
        out.option(found.place.as_ref(), |out, place| out.text(place));
        out.text(&found.what);
    });
    out.list(&history.warnings, |out, warning| out.text(warning));
}

fn decode_history(from: &mut Decoder<'_>) -> Result<History> {
    let epochs = from.list(|from| {
        Ok(Epoch {
            number: from.u64()?,
            steps: from.u64()?,
            samples: from.u64()?,
            running: decode_evaluation(from)?,
            train: from.option(decode_evaluation)?,
            validation: from.option(decode_evaluation)?,
            metrics: from.list(|from| Ok((from.text()?, from.f64()?)))?,
            rate: from.f64()?,
            seconds: from.f64()?,
        })
    })?;
    let steps = from.list(|from| {
        let (step, loss, rate, gradient_norm) = (from.u64()?, from.f64()?, from.f64()?, from.f64()?);
        Ok(StepRecord { step, loss, rate, gradient_norm })
    })?;
    let retreats =
        from.list(|from| Ok(Retreat { step: from.u64()?, to: from.u64()?, factor: from.f64()? }))?;
    let findings = from.list(|from| {
        let name = from.text()?;
        let rule = Rule::ALL.into_iter().find(|rule| rule.name() == name);
        let rule = rule.ok_or_else(|| format!("a finding by the rule {name:?}"))?;
        Ok(Finding { rule, step: from.u64()?, place: from.option(Decoder::text)?, what: from.text()? })
    })?;
    let warnings = from.list(Decoder::text)?;
    Ok(History { epochs, steps, retreats, findings, warnings, ..History::default() })
}

fn encode_evaluation(out: &mut Encoder, evaluation: &Evaluation) {
    out.f64(evaluation.loss);
    out.option(evaluation.accuracy, |out, accuracy| out.f64(accuracy));
}

fn decode_evaluation(from: &mut Decoder<'_>) -> Result<Evaluation> {
    Ok(Evaluation { loss: from.f64()?, accuracy: from.option(Decoder::f64)? })
}
