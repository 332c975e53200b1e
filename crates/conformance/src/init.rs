//! Initialisers: what is drawn against the moments, bounds and distributions of the formulas.
//!
//! A case holds no tensors: it says which scheme, for which shape, and what a tensor of it, and a hundred together, must be like.

use nn_core::{Fan, Initializer};
use nn_layers::init::{Gain, Orthogonal, Scaled, TruncatedNormal};
use serde_json::Value;
use tensor_ops::Shape;
use tensor_ops::random::Stream;

use crate::run::Outcome;

/// Tensors that are judged together.
const MANY: u64 = 100;

/// Judges a case as it stands in the index.
pub(crate) fn run(case: &Value) -> Outcome {
    match judge(case) {
        Ok(()) => Outcome::Passed,
        Err(why) => Outcome::Failed(why),
    }
}

fn judge(case: &Value) -> Result<(), String> {
    let scheme = case["scheme"].as_str().ok_or("no scheme")?;
    let lengths = case["shape_torch_layout"].as_array().ok_or("no shape")?;
    let lengths: Option<Vec<usize>> = lengths.iter().map(|n| usize::try_from(n.as_u64()?).ok()).collect();
    let shape = Shape::new(&lengths.ok_or("a shape of whole numbers")?).map_err(|e| e.to_string())?;
    let fan = Fan::of_weight(&shape);
    for (name, ours) in [("fan_in", fan.inputs), ("fan_out", fan.outputs)] {
        if case[name].as_u64().is_some_and(|theirs| theirs != ours as u64) {
            return Err(format!("{name} is {}, ours is {ours}", case[name]));
        }
    }
    let init = initializer(scheme, case)?;
    init.check(&shape)?;
    let name = case["name"].as_str().unwrap_or_default();
    let draw = |number: u64| {
        let mut values = vec![0.0; shape.size()];
        init.fill(&shape, fan, &mut Stream::new(number, Stream::key(name), 0).rng(0), &mut values);
        values
    };
    if scheme == "orthogonal" {
        return orthogonal(case, &shape, draw);
    }
    let one = draw(0);
    moments(case, &one, "tolerance_one_tensor")?;
    moments(case, &(0..MANY).flat_map(draw).collect::<Vec<f64>>(), "tolerance_100_tensors")
}

fn initializer(scheme: &str, case: &Value) -> Result<Box<dyn Initializer>, String> {
    let setting = |name: &str| case["params"][name].as_f64().ok_or(format!("no {name}"));
    match scheme {
        "orthogonal" => return Ok(Box::new(Orthogonal::new().gain(case["gain"].as_f64().ok_or("no gain")?))),
        "trunc_normal" => {
            let [mean, std, a, b] = [setting("mean")?, setting("std")?, setting("a")?, setting("b")?];
            return Ok(Box::new(TruncatedNormal::new(mean, std, a, b)));
        }
        // Var of the uniform distribution on ±1/√n is 1/(3n).
        "torch_linear_default" => return Ok(Box::new(Scaled::new().gain(3f64.sqrt().recip()).uniform())),
        _ => {}
    }
    let gain = match (case["nonlinearity"].as_str(), case["slope"].as_f64()) {
        (None | Some("linear"), _) => Gain::Linear,
        (Some("tanh"), _) => Gain::Tanh,
        (Some("relu"), _) => Gain::Relu,
        (Some("selu"), _) => Gain::Selu,
        (Some("leaky_relu"), Some(slope)) => Gain::LeakyRelu(slope),
        (other, _) => return Err(format!("nonlinearity {other:?} is not known")),
    };
    if let Some(theirs) = case["gain"].as_f64()
        && (gain.value() - theirs).abs() > 1e-12
    {
        return Err(format!("the gain is {theirs}, ours is {}", gain.value()));
    }
    let scaled = Scaled::new().gain(gain);
    let mut words = scheme.split('_');
    let scaled = match (words.next(), case["mode"].as_str()) {
        (Some("xavier"), None) => scaled.fan_mean(),
        (Some("lecun"), None) | (Some("kaiming"), Some("fan_in")) => scaled,
        (Some("kaiming"), Some("fan_out")) => scaled.fan_out(),
        _ => return Err(format!("scheme {scheme:?} is not known")),
    };
    match words.next() {
        Some("normal") => Ok(Box::new(scaled)),
        Some("uniform") => Ok(Box::new(scaled.uniform())),
        _ => Err(format!("scheme {scheme:?} is not known")),
    }
}

/// Mean, variance, bounds, and the largest distance from the distribution function (Kolmogorov and Smirnov).
fn moments(case: &Value, values: &[f64], tolerances: &str) -> Result<(), String> {
    let expected = &case["expected"];
    let number =
        |of: &Value, name: &str| of[name].as_f64().ok_or(format!("{tolerances}: no number {name:?}"));
    let tolerances_of = &case[tolerances];
    if tolerances_of["n"].as_u64() != Some(values.len() as u64) {
        return Err(format!("{tolerances} is for {} numbers, got {}", tolerances_of["n"], values.len()));
    }
    let n = values.len() as f64;
    let (mean, variance) = (number(expected, "mean")?, number(expected, "variance")?);
    let found = values.iter().sum::<f64>() / n;
    if (found - mean).abs() > number(tolerances_of, "mean_abs_tol")? {
        return Err(format!("{tolerances}: mean {found}, expected {mean}"));
    }
    let found = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    if (found / variance - 1.0).abs() > number(tolerances_of, "variance_rel_tol")? {
        return Err(format!("{tolerances}: variance {found}, expected {variance}"));
    }
    let bounds = match &expected["bound"] {
        Value::Null => [f64::NEG_INFINITY, f64::INFINITY],
        Value::Number(bound) => bound.as_f64().map(|bound| [-bound, bound]).ok_or("a bound")?,
        pair => match [pair[0].as_f64(), pair[1].as_f64()] {
            [Some(low), Some(high)] => [low, high],
            _ => return Err(format!("bound is {pair}")),
        },
    };
    if let Some(x) =
        values.iter().find(|x| !(bounds[0] * (1.0 + 1e-12)..=bounds[1] * (1.0 + 1e-12)).contains(*x))
    {
        return Err(format!("{tolerances}: {x} is outside {bounds:?}"));
    }
    let distribution = distribution(case)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let distance = sorted.iter().enumerate().fold(0.0f64, |distance, (i, &x)| {
        let p = distribution(x);
        distance.max((p - i as f64 / n).abs()).max(((i + 1) as f64 / n - p).abs())
    });
    let most = number(tolerances_of, "ks_max")?;
    match distance <= most {
        true => Ok(()),
        false => Err(format!("{tolerances}: {distance} away from the distribution, at most {most}")),
    }
}

/// The distribution function.
fn distribution(case: &Value) -> Result<Box<dyn Fn(f64) -> f64>, String> {
    let setting = |name: &str| case["params"][name].as_f64().ok_or(format!("no {name}"));
    // Φ, to the accuracy of erf: far below the distances that are judged.
    let normal = |z: f64| {
        let mut y = [z / std::f64::consts::SQRT_2];
        tensor_ops::slices::erf_in_place(&mut y);
        0.5 * (1.0 + y[0])
    };
    match case["distribution"].as_str() {
        Some("uniform") => {
            let bound = setting("bound")?;
            Ok(Box::new(move |x| ((x + bound) / (2.0 * bound)).clamp(0.0, 1.0)))
        }
        Some("normal") => {
            let std = setting("std")?;
            Ok(Box::new(move |x| normal(x / std)))
        }
        Some("truncnormal") => {
            let [mean, std, a, b] = [setting("mean")?, setting("std")?, setting("a")?, setting("b")?];
            let (low, high) = (normal((a - mean) / std), normal((b - mean) / std));
            Ok(Box::new(move |x| (normal((x - mean) / std) - low) / (high - low)))
        }
        other => Err(format!("distribution {other:?} is not known")),
    }
}

/// W Wᵀ = gain² I, or Wᵀ W where there are more rows; and over many draws each entry has mean 0 and variance gain²/n, n the
/// longer side.
fn orthogonal(case: &Value, shape: &Shape, draw: impl Fn(u64) -> Vec<f64>) -> Result<(), String> {
    const DRAWS: u64 = 2000;
    let gain = case["gain"].as_f64().ok_or("no gain")?;
    let (rows, cols) = (shape[0], shape.size() / shape[0]);
    let (long, short) = (rows.max(cols), rows.min(cols));
    let (mut sums, mut squares) = (vec![0.0; rows * cols], vec![0.0; rows * cols]);
    for number in 0..DRAWS {
        let w = draw(number);
        let at = |i: usize, k: usize| if rows <= cols { w[i * cols + k] } else { w[k * cols + i] };
        for i in 0..short {
            for j in 0..short {
                let product: f64 = (0..long).map(|k| at(i, k) * at(j, k)).sum();
                let expected = if i == j { gain * gain } else { 0.0 };
                if (product - expected).abs() > 1e-10 {
                    return Err(format!("the product of lines {i} and {j} is {product}, not {expected}"));
                }
            }
        }
        for (i, x) in w.iter().enumerate() {
            sums[i] += x;
            squares[i] += x * x;
        }
    }
    let variance = gain * gain / long as f64;
    for i in 0..rows * cols {
        let (mean, square) = (sums[i] / DRAWS as f64, squares[i] / DRAWS as f64);
        // Five standard errors; the fourth moment of an entry is at most three times its variance squared.
        if mean.abs() > 5.0 * (variance / DRAWS as f64).sqrt() {
            return Err(format!("entry {i} has mean {mean} over {DRAWS} draws"));
        }
        if (square - variance).abs() > 5.0 * variance * (2.0 / DRAWS as f64).sqrt() {
            return Err(format!("entry {i} has variance {square} over {DRAWS} draws, expected {variance}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A case of U(±bound), with the tolerances of five standard errors for 4 × 500 numbers.
    fn case(bound: f64, scheme: &str) -> Value {
        let variance = bound * bound / 3.0;
        let tolerance = |n: f64| {
            json!({
                "n": n as u64,
                "mean_abs_tol": 5.0 * (variance / n).sqrt(),
                "variance_rel_tol": 5.0 * (0.8 / n).sqrt(),
                "ks_max": 2.4 / n.sqrt(),
            })
        };
        json!({
            "name": "case", "scheme": scheme, "shape_torch_layout": [4, 500], "distribution": "uniform",
            "params": { "bound": bound },
            "expected": { "mean": 0.0, "variance": variance, "bound": bound },
            "tolerance_one_tensor": tolerance(2000.0), "tolerance_100_tensors": tolerance(200_000.0),
            "fan_in": 500, "fan_out": 4,
        })
    }

    #[test]
    fn a_wrong_variance_a_wrong_fan_and_a_wrong_word_fail() {
        let bound = (3.0f64 / 500.0).sqrt();
        assert_eq!(run(&case(bound, "lecun_uniform")), Outcome::Passed);
        for wrong in [case(1.02 * bound, "lecun_uniform"), case(0.98 * bound, "lecun_uniform")] {
            assert!(matches!(run(&wrong), Outcome::Failed(_)));
        }
        assert!(matches!(run(&case(bound, "lecun_normal")), Outcome::Failed(_)));
        assert!(matches!(run(&case(bound, "lecun_triangle")), Outcome::Failed(_)));
        let mut wrong = case(bound, "lecun_uniform");
        wrong["fan_in"] = json!(4);
        assert!(matches!(run(&wrong), Outcome::Failed(_)));
    }
}
