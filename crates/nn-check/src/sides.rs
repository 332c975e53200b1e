//! A network from both sides: J as a function of θ, and as one of the samples.

use std::sync::Arc;

use nn_core::{InputGradient, Network, Rows, Workspace};
use tensor_ops::random::Stream;

use crate::function::{Own, Who};
use crate::layer::rows;
use crate::meter::Meter;
use crate::run::{Part, Task};
use crate::{Check, Hint, Missing, Report, Verdict};

/// How far samples are moved, relative to the larger of 1 and their numbers, where they lie on kinks.
const MOVED: f64 = 0.01;

/// J(x, θ) of a worker.
pub(crate) type Own2<'a> = Box<dyn FnMut(&[f64], &[f64]) -> f64 + Send + 'a>;

/// What a backward pass says.
pub(crate) struct Gradients {
    dx: Vec<f64>,
    dtheta: Vec<f64>,
}

impl Gradients {
    pub(crate) fn of(ws: &Workspace<f64>, network: &Network) -> Gradients {
        let dx = ws.input_gradient(network).map_or(Vec::new(), |dx| dx.data().to_vec());
        Gradients { dx, dtheta: ws.gradient().to_vec() }
    }
}

/// J of a network.
pub(crate) struct Sides<'a> {
    pub(crate) network: &'a Network,
    pub(crate) theta: &'a [f64],
    pub(crate) x: Rows<'a, f64>,
    /// How large the terms of J are, where they may cancel.
    pub(crate) scale: f64,
    /// J of a worker, with a sample left out where that is asked for.
    pub(crate) make: &'a (dyn Fn(Option<Missing>) -> Own2<'a> + Sync + 'a),
    /// The backward pass at these samples.
    pub(crate) gradients: &'a (dyn Fn(&[f64], InputGradient) -> Gradients + 'a),
}

impl Check {
    /// The input before θ, whose gradient is computed as training does: without dx.
    pub(crate) fn sides(&self, sides: &Sides<'_>) -> Report {
        let meter = Meter::new(&self.progress);
        let input = (self.input && sides.takes_numbers(self)).then(|| self.input_side(sides, &meter));
        let dtheta = (sides.gradients)(sides.x.data(), InputGradient::Skip).dtheta;
        let task = Task {
            point: sides.theta,
            parts: Part::of_theta(sides.network, 0),
            analytic: &dtheta,
            scale: sides.scale,
            samples: Some(sides.x.len()),
        };
        let (make, x) = (sides.make, sides.x.data());
        let make = |missing: Option<Missing>| -> Own<'_> {
            let mut j = make(missing);
            Box::new(move |theta| j(x, theta))
        };
        let mut report = self.run_along(&task, Who::Many(&make), &meter);
        meter.end();
        if let Some(mut input) = input {
            // Where there is a θ to speak for the model.
            input.tensors.iter_mut().for_each(|t| t.aside = !report.tensors.is_empty());
            // θ is not all there is.
            if input.verdict() == Verdict::Wrong {
                report.tensors.iter_mut().for_each(|t| t.hints.retain(|hint| *hint != Hint::OneTensor));
            }
            report = input.join(report);
        }
        report.blame_an_input()
    }

    fn input_side(&self, sides: &Sides<'_>, meter: &Arc<Meter>) -> Report {
        let here = self.input_at(sides, sides.x.data(), meter);
        // In a network kinks may coincide: a sample of zeros without biases bends every unit, and what the backward pass says there by
        // convention, 0, need not lie between the slopes to both sides. A layer by itself has no such excuse.
        let is_wrong = here.verdict() == Verdict::Wrong;
        if here.verdict() != Verdict::Kink && (!is_wrong || sides.network.nodes().len() == 1) {
            return here;
        }
        let mut moved = vec![0.0; sides.x.data().len()];
        Stream::new(self.seed, Stream::key("moved samples"), 0).uniform(0, -MOVED, MOVED, &mut moved);
        moved.iter_mut().zip(sides.x.data()).for_each(|(moved, x)| *moved = x + *moved * x.abs().max(1.0));
        let beside = self.input_at(sides, &moved, meter);
        if is_wrong && beside.verdict() == Verdict::Wrong { here } else { beside }
    }

    fn input_at(&self, sides: &Sides<'_>, x: &[f64], meter: &Arc<Meter>) -> Report {
        let (shape, samples) = (*sides.x.shape(), sides.x.len());
        let dx = (sides.gradients)(x, InputGradient::Compute).dx;
        let all = shape.prepend(samples).unwrap_or(shape);
        let part = Part { name: "input".to_string(), shape: all, range: 0..x.len() };
        let task =
            Task { point: x, parts: vec![part], analytic: &dx, scale: sides.scale, samples: Some(samples) };
        let (make, theta) = (sides.make, sides.theta);
        let make = |missing: Option<Missing>| -> Own<'_> {
            let mut j = make(missing);
            Box::new(move |x| j(x, theta))
        };
        self.run_along(&task, Who::Many(&make), meter)
    }
}

impl Sides<'_> {
    /// Whether the network takes any number: where it reads indices, there is nothing between two of them.
    fn takes_numbers(&self, check: &Check) -> bool {
        let between: Vec<f64> = self.x.data().iter().map(|x| x + 0.25).collect();
        self.network.accepts(&rows(&between, *self.x.shape()), check.context.mode).is_ok()
    }
}
