//! PyTorch's learning-rate schedules, and the course's.

use nn_optim::{
    Anneal, CosineAnnealing, CosineRestarts, CyclicMode, CyclicRate, ExponentialDecay, InverseTimeDecay,
    LinearDecay, MultiStepDecay, Noam, OneCycle, PolynomialDecay, ReduceOnPlateau, Schedule, Sequence,
    StepDecay, Warmup,
};
use serde_json::Value;

use crate::case::{Answer, Case, Stop};
use crate::run::Operations;

type Answers = Result<Vec<Answer>, Stop>;

pub(crate) const OPERATIONS: Operations = &[
    ("ConstantLR", |case| {
        let (rate, first) = (rate(case)?, rate(case)? * case.number("factor", None)?);
        let steps = steps(case, "total_iters", None)?;
        series(case, &Sequence::new(move |_| first).then(steps, move |_| rate))
    }),
    ("CosineAnnealingLR", |case| {
        series(case, &CosineAnnealing::new(rate(case)?, least(case)?, steps(case, "T_max", None)?)?)
    }),
    ("CosineAnnealingWarmRestarts", |case| {
        let (first, growth) = (steps(case, "T_0", None)?, steps(case, "T_mult", Some(1))?);
        series(case, &CosineRestarts::new(rate(case)?, least(case)?, first, growth)?)
    }),
    ("CyclicLR", cyclic),
    ("ExponentialLR", |case| series(case, &ExponentialDecay::new(rate(case)?, case.number("gamma", None)?)?)),
    ("InverseTime", inverse_time),
    ("LinearLR", |case| {
        let rate = rate(case)?;
        let (start, end) = (case.number("start_factor", None)?, case.number("end_factor", Some(1.0))?);
        series(case, &LinearDecay::new(rate * start, rate * end, steps(case, "total_iters", None)?)?)
    }),
    ("LinearWarmup", |case| {
        let rate = rate(case)?;
        let warmup = Warmup::new(steps(case, "warmup_steps", None)?, move |_| rate);
        let from_zero = case.flag("start_at_zero", Some(false))?;
        series(case, &if from_zero { warmup.from(0.0)? } else { warmup })
    }),
    ("MultiStepLR", |case| {
        let milestones = case.setting("milestones", None, "a list of steps", |value| {
            value.as_array()?.iter().map(Value::as_u64).collect::<Option<Vec<u64>>>()
        })?;
        series(case, &MultiStepDecay::new(rate(case)?, &milestones, case.number("gamma", None)?)?)
    }),
    ("Noam", |case| {
        let (width, warmup) = (case.count("model_dim", None)?, steps(case, "warmup_steps", None)?);
        series(case, &Noam::new(rate(case)?, width, warmup)?)
    }),
    ("OneCycleLR", one_cycle),
    ("PolynomialLR", |case| {
        let (steps, power) = (steps(case, "total_iters", None)?, case.number("power", Some(1.0))?);
        series(case, &PolynomialDecay::new(rate(case)?, 0.0, steps, power)?)
    }),
    ("ReduceLROnPlateau", plateau),
    ("StepLR", |case| {
        let (period, gamma) = (steps(case, "step_size", None)?, case.number("gamma", None)?);
        series(case, &StepDecay::new(rate(case)?, period, gamma)?)
    }),
    ("WarmupCosine", |case| {
        let (warmup, total) = (steps(case, "warmup_steps", None)?, steps(case, "total_steps", None)?);
        let cosine = CosineAnnealing::new(rate(case)?, least(case)?, total.saturating_sub(warmup))?;
        series(case, &Warmup::new(warmup, cosine).from(case.number("start_factor", None)?)?)
    }),
];

fn rate(case: &Case) -> Result<f64, Stop> {
    case.number("lr", None)
}

fn least(case: &Case) -> Result<f64, Stop> {
    case.number("eta_min", Some(0.0))
}

fn steps(case: &Case, name: &str, default: Option<usize>) -> Result<u64, Stop> {
    Ok(case.count(name, default)? as u64)
}

/// The rates of the first n steps.
fn series(case: &Case, schedule: &dyn Schedule) -> Answers {
    let rates: Vec<f64> = (0..steps(case, "n", None)?).map(|step| schedule.rate(step)).collect();
    Ok(vec![Answer::output("lr", rates.into())])
}

fn cyclic(case: &Case) -> Answers {
    rate(case)?; // PyTorch's optimizer has one, which the schedule overrides
    let gamma = case.number("gamma", Some(1.0))?;
    let mode = match case.text("mode", Some("triangular"))? {
        "triangular" => CyclicMode::Triangular,
        "triangular2" => CyclicMode::Triangular2,
        "exp_range" => CyclicMode::ExpRange(gamma),
        other => return Err(Stop::Unknown(format!("attribute mode is {other:?}, which is not known"))),
    };
    let up = case.count("step_size_up", Some(2000))?;
    let down = case.count("step_size_down", Some(up))?;
    let (low, high) = (case.number("base_lr", None)?, case.number("max_lr", None)?);
    series(case, &CyclicRate::new(low, high, up as u64, down as u64, mode)?)
}

fn inverse_time(case: &Case) -> Answers {
    let decay = InverseTimeDecay::new(rate(case)?, case.number("decay", None)?)?;
    let (period, staircase) = (steps(case, "decay_steps", Some(1))?, case.flag("staircase", Some(false))?);
    series(case, &decay.every(period, staircase)?)
}

fn one_cycle(case: &Case) -> Answers {
    rate(case)?; // as in `cyclic`
    let anneal = match case.text("anneal", Some("cos"))? {
        "cos" => Anneal::Cosine,
        "linear" => Anneal::Linear,
        other => return Err(Stop::Unknown(format!("attribute anneal is {other:?}, which is not known"))),
    };
    let schedule = OneCycle::new(case.number("max_lr", None)?, steps(case, "total_steps", None)?)?
        .up(case.number("pct_start", Some(0.3))?)?
        .divisors(case.number("div_factor", Some(25.0))?, case.number("final_div_factor", Some(1e4))?)?
        .momenta(case.number("base_momentum", Some(0.85))?, case.number("max_momentum", Some(0.95))?)?
        .anneal(anneal);
    let schedule = if case.flag("three_phase", Some(false))? { schedule.three_phases() } else { schedule };
    let mut answers = series(case, &schedule)?;
    let momenta: Vec<f64> = (0..steps(case, "n", None)?).map(|step| schedule.momentum(step)).collect();
    answers.push(Answer::output("momentum", momenta.into()));
    Ok(answers)
}

fn plateau(case: &Case) -> Answers {
    let plateau = ReduceOnPlateau::new(rate(case)?)?
        .factor(case.number("factor", Some(0.1))?)?
        .patience(steps(case, "patience", Some(10))?)
        .cooldown(steps(case, "cooldown", Some(0))?)
        .min_rate(case.number("min_lr", Some(0.0))?)?;
    let eps = case.number("eps", Some(1e-8))?;
    if eps != 1e-8 {
        return Err(Stop::Unsupported("ReduceOnPlateau with another eps"));
    }
    let threshold = case.number("threshold", Some(1e-4))?;
    let plateau = match case.text("threshold_mode", Some("rel"))? {
        "rel" => plateau.threshold(threshold)?,
        "abs" => plateau.absolute_threshold(threshold)?,
        other => {
            return Err(Stop::Unknown(format!("attribute threshold_mode is {other:?}, which is not known")));
        }
    };
    let mut plateau = match case.text("mode", Some("min"))? {
        "min" => plateau,
        "max" => plateau.maximize(),
        other => return Err(Stop::Unknown(format!("attribute mode is {other:?}, which is not known"))),
    };
    case.count("n", Some(0))?;
    let metrics = case.input("metric", "input")?.tensor.as_slice();
    let rates: Vec<f64> = metrics.iter().map(|&metric| plateau.observe(metric)).collect();
    Ok(vec![Answer::output("lr", rates.into())])
}
