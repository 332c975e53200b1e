//! scikit-learn's preprocessing: fitted on one set, applied to it and to another, and inverted.

use nn_data::{MaxAbs, MinMax, OneHot, Robust, Standardizer, Train, Transform, UnitNorm, Unknown};
use serde_json::Value;
use tensor_ops::Tensor;

use crate::case::{Answer, Case, Stop, number};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("MaxAbsScaler", |case| {
        no_clip(case)?;
        fitted(case, &MaxAbs::fit(&x_fit(case)?)?)
    }),
    ("MinMaxScaler", min_max),
    ("Normalizer", unit_norm),
    ("OneHot", one_hot),
    ("RobustScaler", robust),
    ("StandardScaler", standard),
];

fn x_fit(case: &Case) -> Result<Train<&Tensor<f64>>, Stop> {
    Ok(Train(&case.input("x_fit", "input")?.tensor))
}

/// What the library computes for both sets.
fn fitted(case: &Case, transform: &dyn Transform<f64>) -> Result<Vec<Answer>, Stop> {
    let y_fit = transform.apply_tensor(x_fit(case)?.0.clone())?;
    let y_new = transform.apply_tensor(case.input("x_new", "input")?.tensor.clone())?;
    let inverse = transform.invert_tensor(y_new.clone())?;
    Ok(vec![
        Answer::output("y_fit", y_fit),
        Answer::output("y_new", y_new),
        Answer::output("inverse_of_y_new", inverse),
    ])
}

/// What was fitted.
fn numbers(name: &str, values: &[f64]) -> Answer {
    Answer { role: "fitted", name: name.to_string(), tensor: Tensor::from(values.to_vec()) }
}

fn no_clip(case: &Case) -> Result<(), Stop> {
    match case.flag("clip", Some(false))? {
        true => Err(Stop::Unsupported("clipping of scaled features")),
        false => Ok(()),
    }
}

/// A list of two numbers.
fn pair(case: &Case, name: &str, default: [f64; 2]) -> Result<[f64; 2], Stop> {
    case.setting(name, Some(default), "two numbers", |value| match value {
        Value::Array(pair) if pair.len() == 2 => Some([number(&pair[0])?, number(&pair[1])?]),
        _ => None,
    })
}

fn min_max(case: &Case) -> Result<Vec<Answer>, Stop> {
    no_clip(case)?;
    let [low, high] = pair(case, "feature_range", [0.0, 1.0])?;
    fitted(case, &MinMax::fit_to(&x_fit(case)?, low, high)?)
}

fn robust(case: &Case) -> Result<Vec<Answer>, Stop> {
    let [low, high] = pair(case, "quantile_range", [25.0, 75.0])?;
    if case.flag("unit_variance", Some(false))? {
        return Err(Stop::Unsupported("robust scale in units of a normal deviation"));
    }
    let mut transform = Robust::fit_between(&x_fit(case)?, low / 100.0, high / 100.0)?;
    if !case.flag("with_centering", Some(true))? {
        transform = transform.uncentered();
    }
    if !case.flag("with_scaling", Some(true))? {
        transform = transform.unscaled();
    }
    let mut answers = fitted(case, &transform)?;
    answers.push(numbers("center", transform.median()));
    Ok(answers)
}

fn standard(case: &Case) -> Result<Vec<Answer>, Stop> {
    let all = Standardizer::fit(&x_fit(case)?)?;
    let mut transform = all.clone();
    if !case.flag("with_mean", Some(true))? {
        transform = transform.uncentered();
    }
    if !case.flag("with_std", Some(true))? {
        transform = transform.unscaled();
    }
    let mut answers = fitted(case, &transform)?;
    answers.push(numbers("mean", all.mean()));
    answers.push(numbers("scale", transform.deviation()));
    Ok(answers)
}

fn unit_norm(case: &Case) -> Result<Vec<Answer>, Stop> {
    let norm = match case.text("norm", Some("l2"))? {
        "l1" => UnitNorm::L1,
        "l2" => UnitNorm::L2,
        "max" => UnitNorm::Max,
        other => return Err(Stop::Unknown(format!("attribute norm is {other:?}, which is not known"))),
    };
    Ok(vec![Answer::output("y", norm.apply_tensor(case.input("x", "input")?.tensor.clone())?)])
}

fn one_hot(case: &Case) -> Result<Vec<Answer>, Stop> {
    let unknown = match case.text("handle_unknown", Some("error"))? {
        "error" => Unknown::Refuse,
        "ignore" => Unknown::Accept,
        other => {
            return Err(Stop::Unknown(format!("attribute handle_unknown is {other:?}, which is not known")));
        }
    };
    let transform = OneHot::of_classes(case.count("classes", None)?)?.unknown(unknown);
    let column = case.input("y", "input")?.tensor.clone().reshape(&[-1, 1])?;
    Ok(vec![Answer::output("onehot", transform.apply_tensor(column)?)])
}
