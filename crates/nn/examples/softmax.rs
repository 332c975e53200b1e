//! Softmax: is it only normalisation? What it does beyond that, and why it is one with cross-entropy.
//!
//! `cargo run --release --example softmax`

mod common;

use common::{Corner, Panel, print_table};
use nn::core::{loss_value, loss_value_and_gradient};
use nn::prelude::*;
use nn::tensor::TensorError;

const LOGITS: [f64; 4] = [2.0, 1.0, 0.0, -1.0];

fn main() -> common::Done {
    let options = common::options();
    normalisations()?;
    let temperature = temperatures()?;
    let gradient = gradients()?;
    let overflow = overflow()?;
    options.draw("softmax", 3, (360, 320), &[temperature, gradient, overflow])
}

/// Other ways to make numbers sum to 1, and what they lack.
fn normalisations() -> common::Done {
    println!(
        "Three ways to make four numbers sum to 1; the second line of each is the same scores plus 10.\n"
    );
    let by_sum = |z: &Tensor<f64>| z.divide(&z.sum(Axes::from(0).keepdims())?);
    let by_squares = |z: &Tensor<f64>| by_sum(&z.multiply(z)?);
    let z = Tensor::from(LOGITS);
    let shifted = z.map(|z| z + 10.0);
    let mut rows = Vec::new();
    for (name, x) in [("z", &z), ("z + 10", &shifted)] {
        rows.push(["z / Σ z".into(), name.into(), words(&by_sum(x)?)]);
        rows.push(["z² / Σ z²".into(), name.into(), words(&by_squares(x)?)]);
        rows.push(["softmax".into(), name.into(), words(&x.softmax(0)?)]);
    }
    rows.sort();
    print_table(["way", "of", "result"], &rows);
    Ok(())
}

fn words(x: &Tensor<f64>) -> String {
    x.as_slice().iter().map(|x| format!("{x:7.4}")).collect::<Vec<_>>().join(" ")
}

/// softmax(z / T): a small T makes the maximum, a large one equal shares.
fn temperatures() -> Result<Panel<'static>, Box<dyn std::error::Error>> {
    let share = |t: f64| Tensor::from(LOGITS).map(|z| z / t).softmax(0);
    let mut rows = Vec::new();
    for t in [0.1, 0.5, 1.0, 2.0, 10.0] {
        let p = share(t)?;
        // -Σ p ln p: the number of bits is this over ln 2.
        let entropy: f64 = p.as_slice().iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum();
        rows.push([format!("{t}"), words(&p), format!("{entropy:.4}")]);
    }
    print_table(["T", "softmax(z / T) of z = 2, 1, 0, -1", "entropy"], &rows);

    let mut panel = Panel::new("softmax(z / T)", "temperature T", "p").log_x().x(0.1, 100.0).y(0.0, 1.0);
    for (class, z) in LOGITS.iter().enumerate() {
        let at = |i: i32| 10f64.powf(f64::from(i) / 40.0);
        let points: Result<Vec<_>, TensorError> =
            (-40..=80).map(|i| Ok((at(i), share(at(i))?.as_slice()[class]))).collect();
        panel = panel.line(&format!("z = {z}"), points?);
    }
    Ok(panel)
}

/// How hard a wrong answer is pulled back: by cross-entropy, and by the square of p - t.
fn gradients() -> Result<Panel<'static>, Box<dyn std::error::Error>> {
    let (mut rows, mut cross, mut square) = (Vec::new(), Vec::new(), Vec::new());
    for i in -40..=80 {
        // Two classes; the wrong one leads by `gap`.
        let gap = f64::from(i) / 4.0;
        let z = [0.0, gap];
        let mut dz = [0.0; 2];
        let target = Target::Classes(&[0]);
        let loss = loss_value_and_gradient(
            &SoftmaxCrossEntropy::new(),
            Rows::new(&z, [2])?,
            target,
            None,
            &mut Vec::new(),
            &mut dz,
        );
        let p = Tensor::from(z).softmax(0)?;
        // ∂/∂z of Σ (p - t)²: 2 (p - t) through the Jacobian of softmax.
        let outer = Tensor::from([2.0 * (p.as_slice()[0] - 1.0), 2.0 * p.as_slice()[1]]);
        let through = p.softmax_backward(&outer, 0)?;
        cross.push((gap, -dz[0]));
        square.push((gap, -through.as_slice()[0]));
        if [-8.0, 0.0, 2.0, 8.0, 20.0].contains(&gap) {
            let [y, t] = [p.as_slice()[0], 1.0];
            rows.push([
                format!("{gap}"),
                format!("{y:.3e}"),
                format!("{loss:.4}"),
                format!("{:.6}", dz[0]),
                format!("{:.6}", y - t),
                format!("{:.1e}", through.as_slice()[0]),
            ]);
        }
    }
    print_table(["lead of the wrong class", "y", "loss", "gradient", "y - t", "of (y - t)²"], &rows);
    let panel = Panel::new("pull towards the right class", "lead of the wrong class", "-∂L/∂z");
    Ok(panel.legend(Corner::MiddleRight).line("cross-entropy", cross).line("squared error", square))
}

/// -ln softmax in f32, step by step, and in one piece.
fn overflow() -> Result<Panel<'static>, Box<dyn std::error::Error>> {
    let naive = |z: [f32; 2]| -(z[0].exp() / (z[0].exp() + z[1].exp())).ln();
    let stable = |z: [f32; 2]| Ok::<f32, TensorError>(-Tensor::from(z).softmax(0)?.as_slice()[0].ln());
    let fused = |z: [f32; 2]| {
        let rows = Rows::new(&z, [2])?;
        let target = Target::Classes(&[0]);
        Ok::<f32, nn::core::BatchError>(loss_value(
            &SoftmaxCrossEntropy::new(),
            rows,
            target,
            None,
            &mut Vec::new(),
        ))
    };
    let mut rows = Vec::new();
    let mut lines = [Vec::new(), Vec::new(), Vec::new()];
    for lead in 0..=160u8 {
        let z = [0.0, f32::from(lead)];
        let losses: [f32; 3] = [naive(z), stable(z)?, fused(z)?];
        if [0, 10, 88, 89, 103, 104, 160].contains(&lead) {
            let [a, b, c] = losses.map(|loss| format!("{loss}"));
            rows.push([lead.to_string(), a, b, c]);
        }
        for (line, loss) in lines.iter_mut().zip(losses) {
            line.push((f64::from(lead), f64::from(loss)));
        }
    }
    print_table(["lead", "naive", "stable softmax, then -ln", "fused"], &rows);
    let [naive, stable, fused] = lines;
    let panel = Panel::new("-ln softmax in f32: until infinity", "lead of the wrong class", "loss")
        .legend(Corner::UpperLeft);
    let panel = panel.y(0.0, 180.0).color(2).line("fused", fused);
    Ok(panel.color(0).line("stable, then -ln", stable).color(1).line("naive", naive))
}
