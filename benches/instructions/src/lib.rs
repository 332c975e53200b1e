//! Networks that are ready to be counted: on one thread, after the first calls, which allocate and find out what the
//! machine can do.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

use benches::network::{Inference, Rule, Start, Training};
use benches::values;

/// A network in training, and what it started from.
pub type Step = (Training, Start);

/// A network that predicts, and a batch for it.
pub type Pass = (Inference, Vec<f32>);

/// Dense layers of these widths with ReLU between them, and a batch of 64.
pub fn step(widths: &[usize], rule: Rule) -> Step {
    nn::set_threads(1);
    let (input, classes) = (widths[0], widths[widths.len() - 1]);
    let labels = (0..64).map(|i| i * 7 % classes).collect();
    let start = Start { theta: theta(widths), x: values(1, 64 * input), labels };
    let mut training = Training::new(widths, rule, &start);
    (0..3).for_each(|_| assert!(training.step(&start).is_finite()));
    (training, start)
}

/// The same for a forward pass of `batch` samples.
pub fn pass(widths: &[usize], batch: usize) -> Pass {
    nn::set_threads(1);
    let mut inference = Inference::new(widths, &theta(widths), batch);
    let x = values(1, batch * widths[0]);
    (0..3).for_each(|_| assert!(inference.forward(&x).iter().all(|y| y.is_finite())));
    (inference, x)
}

/// Plain gradient descent.
pub fn sgd() -> Rule {
    Rule::Sgd { rate: 0.01 }
}

/// Adam with its usual settings.
pub fn adam() -> Rule {
    Rule::Adam { rate: 1e-3, betas: [0.9, 0.999], eps: 1e-8 }
}

fn theta(widths: &[usize]) -> Vec<f32> {
    let n = widths.windows(2).map(|w| (w[0] + 1) * w[1]).sum();
    values(0, n).into_iter().map(|x| 0.05 * x).collect()
}
