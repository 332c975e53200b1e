//! The way of θ over the steps of a case.

use nn_optim::{CosineAnnealing, ExponentialDecay, Optimizer, Schedule, clip_norm, clip_value};
use serde_json::Value;
use tensor_ops::{Shape, Tensor};

use super::Answers;
use crate::case::{Answer, Case, Entry, Stop};
use crate::problem::Problem;

/// Runs the optimizer on the problem of the case.
pub(super) fn trajectory(case: &Case, optimizer: &dyn Optimizer<f64>) -> Answers {
    optimizer.check()?;
    let (schedule, clip, steps) =
        (schedule(case, optimizer.rate())?, clip(case)?, case.count("steps", None)?);
    let Problem { parts, start: mut theta, mut evaluate } = Problem::new(case, steps)?;
    let mut state = optimizer.init(theta.len());
    let (mut way, mut losses, mut rates) = (vec![theta.clone()], Vec::new(), Vec::new());
    for step in 0..steps {
        let (loss, mut gradient) = evaluate(step, &theta)?;
        losses.extend(loss);
        match clip {
            Clip::Nothing => {}
            Clip::Norm(max) => drop(clip_norm(&mut gradient, max)),
            Clip::Value(max) => clip_value(&mut gradient, max),
        }
        let rate = schedule.rate(step as u64);
        rates.push(rate);
        optimizer.update(step as u64, rate, &mut state, &mut theta, &gradient);
        way.push(theta.clone());
    }

    let mut answers = vec![Answer::output("loss", losses.into()), Answer::output("lr", rates.into())];
    for output in case.outputs.iter().filter(|output| output.role == "trajectory") {
        answers.extend(part_of(&way, &parts, output)?);
    }
    Ok(answers)
}

/// The rows that an output asks for, of the part of θ that it names.
fn part_of(way: &[Vec<f64>], parts: &[(&str, Shape)], output: &Entry) -> Result<Option<Answer>, Stop> {
    let mut first = 0;
    for (name, shape) in parts {
        let range = first..first + shape.size();
        first = range.end;
        if output.name != format!("traj_{name}") {
            continue;
        }
        let steps = rows(&output.steps, way.len() - 1)?;
        let numbers = steps.iter().flat_map(|&step| way[step][range.clone()].iter().copied()).collect();
        let tensor = Tensor::new(shape.prepend(steps.len())?, numbers)?;
        return Ok(Some(Answer { role: "trajectory", name: output.name.clone(), tensor }));
    }
    Ok(None)
}

/// The steps that the rows of a trajectory belong to; step 0 is the start.
fn rows(steps: &Value, last: usize) -> Result<Vec<usize>, Stop> {
    let refuse =
        || Stop::Unknown(format!("the steps of a trajectory are {steps}, expected some of 0..{last}"));
    match steps {
        Value::String(text) if *text == format!("all 0..{last}") => Ok((0..=last).collect()),
        Value::Array(list) => {
            let step = |value: &Value| usize::try_from(value.as_u64()?).ok().filter(|&step| step <= last);
            list.iter().map(step).collect::<Option<Vec<usize>>>().ok_or_else(refuse)
        }
        _ => Err(refuse()),
    }
}

/// What happens to a gradient before it is used.
enum Clip {
    Nothing,
    Norm(f64),
    Value(f64),
}

fn clip(case: &Case) -> Result<Clip, Stop> {
    match case.text("clip", Some("nothing"))? {
        "nothing" => Ok(Clip::Nothing),
        "global L2 norm" => Ok(Clip::Norm(case.number("max_norm", None)?)),
        "element" => Ok(Clip::Value(case.number("max_value", None)?)),
        other => Err(Stop::Unknown(format!("attribute clip is {other:?}, which is not known"))),
    }
}

/// The attribute `schedule`, `CosineAnnealing(T_max=50, eta_min=0)`, or `lr_gamma`, lr·gammaᵏ.
fn schedule(case: &Case, start: f64) -> Result<Box<dyn Schedule>, Stop> {
    let text = case.text("schedule", Some(""))?;
    let gamma = case.number("lr_gamma", Some(1.0))?;
    if text.is_empty() {
        return Ok(Box::new(ExponentialDecay::new(start, gamma)?));
    }
    if gamma != 1.0 {
        return Err(Stop::Unknown("both a schedule and lr_gamma are given".into()));
    }
    let refuse = || Stop::Unknown(format!("attribute schedule is {text:?}, which is not known"));
    let settings = text.strip_prefix("CosineAnnealing(").and_then(|rest| rest.strip_suffix(')'));
    let (mut steps, mut end) = (None, 0.0);
    for setting in settings.ok_or_else(refuse)?.split(',') {
        match setting.trim().split_once('=') {
            Some(("T_max", value)) => steps = value.parse().ok(),
            Some(("eta_min", value)) => end = value.parse().map_err(|_| refuse())?,
            _ => return Err(refuse()),
        }
    }
    Ok(Box::new(CosineAnnealing::new(start, end, steps.ok_or_else(refuse)?)?))
}
