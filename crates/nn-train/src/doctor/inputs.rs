//! A look at the inputs before the first step.

use nn_core::{Network, Scalar};
use nn_data::Dataset;

use super::rules::finding;
use super::{Finding, Rule};

/// Samples that are looked at.
const SAMPLES: usize = 300;

/// Inputs whose size is far from 1, or whose features differ by orders of magnitude. Numbers of an embedding are no sizes.
pub(super) fn look<T: Scalar>(network: &Network, set: &Dataset<T>) -> Option<Finding> {
    if network.nodes().first().is_some_and(|node| node.name() == "Embedding") {
        return None;
    }
    let width = set.sample_shape().size();
    let stride = set.len().div_ceil(SAMPLES);
    let rows = || set.inputs().as_slice().chunks_exact(width).step_by(stride);
    let count = rows().count() as f64;
    let (mut sums, mut squares) = (vec![0.0; width], vec![0.0; width]);
    for row in rows() {
        for (i, x) in row.iter().enumerate() {
            let x = x.to_f64();
            sums[i] += x;
            squares[i] += x * x;
        }
    }
    let rms = (squares.iter().sum::<f64>() / (count * width as f64)).sqrt();
    let deviation = |i: usize| (squares[i] / count - (sums[i] / count).powi(2)).max(0.0).sqrt();
    // Features that never change have no size.
    let deviations: Vec<f64> = (0..width).map(deviation).filter(|&d| d > 1e-6 * rms).collect();
    let (least, most) = deviations.iter().fold((f64::INFINITY, 0.0f64), |(a, b), &d| (a.min(d), b.max(d)));
    if rms > 5.0 {
        let what = format!(
            "the size (root mean square) of the inputs is {rms:.3}, and 1 is what layers are made for"
        );
        return Some(finding(Rule::InputsNotNormalised, 0, None, what));
    }
    if rms < 0.02 && rms > 0.0 {
        let what = format!(
            "the size (root mean square) of the inputs is {rms:.1e}, and 1 is what layers are made for"
        );
        return Some(finding(Rule::InputsNotNormalised, 0, None, what));
    }
    // Pixels at the border of an image hardly change; features of a table do.
    if width <= 64 && most > 1e3 * least {
        let what = format!("the deviations of the features reach from {least:.1e} to {most:.1e}");
        return Some(finding(Rule::InputsNotNormalised, 0, None, what));
    }
    None
}
