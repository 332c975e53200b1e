//! A pass through the network that a layer is bound to, with the numbers of a case.

use nn_core::{Context, InputGradient, Layer, Layout, Network, Rows, Workspace};
use tensor_ops::{Shape, Tensor};

use crate::case::{Answer, Case, Stop};

/// A layer bound to samples of a case.
pub(crate) struct Bound {
    network: Network,
    theta: Vec<f64>,
    state: Vec<f64>,
    /// The axes of a sample: the last ones of the inputs.
    rank: usize,
}

impl Bound {
    /// Binds to the samples of `x`, which have up to `rank` axes. θ and the observed state are the library's
    /// own until [`Bound::take_params`] and [`Bound::take_state`].
    pub(crate) fn new(layer: &dyn Layer, x: &Tensor<f64>, rank: usize) -> Result<Bound, Stop> {
        let rank = rank.min(x.shape().rank());
        let sample = &x.shape().as_slice()[x.shape().rank() - rank..];
        let network = Network::bind(layer, Shape::new(sample)?)?;
        let (theta, state) = (network.initial_theta(0), network.initial_state());
        Ok(Bound { network, theta, state, rank })
    }

    /// Takes every parameter from the case.
    pub(crate) fn take_params(&mut self, case: &Case) -> Result<(), Stop> {
        take(case, "param", self.network.theta_layout(), &mut self.theta)
    }

    /// Takes every observed tensor from the case.
    pub(crate) fn take_state(&mut self, case: &Case) -> Result<(), Stop> {
        take(case, "buffer", self.network.state_layout(), &mut self.state)
    }

    /// Samples that the network takes in this mode.
    pub(crate) fn rows<'a>(&self, x: &'a Tensor<f64>, cx: &Context) -> Result<Rows<'a, f64>, Stop> {
        let sample = &x.shape().as_slice()[x.shape().rank().saturating_sub(self.rank)..];
        let rows = Rows::new(x.as_slice(), Shape::new(sample)?)?;
        self.network.accepts(&rows, cx.mode)?;
        Ok(rows)
    }

    /// y; in training the state is observed.
    pub(crate) fn forward(&mut self, x: &Tensor<f64>, cx: &Context) -> Result<Tensor<f64>, Stop> {
        let rows = self.rows(x, cx)?;
        let mut ws = Workspace::training(&self.network, rows.len())?;
        self.forward_in(x, rows, cx, &mut ws)
    }

    /// y, dx and the gradient of every parameter, for the case's `dy`; in training the state is observed.
    pub(crate) fn forward_and_backward(
        &mut self,
        case: &Case,
        x: &Tensor<f64>,
        cx: &Context,
    ) -> Result<Vec<Answer>, Stop> {
        let rows = self.rows(x, cx)?;
        let mut ws = Workspace::training(&self.network, rows.len())?;
        // Backward is a function of the state that forward saw.
        let state = self.state.clone();
        let y = self.forward_in(x, rows, cx, &mut ws)?;
        let dy = case.input_of_shape("dy", "upstream", y.shape())?;

        ws.output_gradient_mut(&self.network).copy_from_slice(dy.as_slice());
        self.network.backward(&self.theta, &state, rows, cx, &mut ws, InputGradient::Compute);
        let dx = ws.input_gradient(&self.network).expect("asked for").data().to_vec();
        let mut answers = vec![Answer::output("y", y), Answer::gradient("x", Tensor::new(*x.shape(), dx)?)];
        for entry in self.network.theta_layout().entries() {
            let gradient = Tensor::new(entry.shape, ws.gradient()[entry.range()].to_vec())?;
            answers.push(Answer::gradient(&entry.name, gradient));
        }
        Ok(answers)
    }

    /// y and dx for a given dy.
    pub(crate) fn pull_back(
        &mut self,
        x: &Tensor<f64>,
        dy: &Tensor<f64>,
        cx: &Context,
    ) -> Result<[Tensor<f64>; 2], Stop> {
        let rows = self.rows(x, cx)?;
        let mut ws = Workspace::training(&self.network, rows.len())?;
        let y = self.forward_in(x, rows, cx, &mut ws)?;
        ws.output_gradient_mut(&self.network).copy_from_slice(dy.as_slice());
        self.network.backward(&self.theta, &self.state, rows, cx, &mut ws, InputGradient::Compute);
        let dx = ws.input_gradient(&self.network).expect("asked for").data().to_vec();
        Ok([y, Tensor::new(*x.shape(), dx)?])
    }

    fn forward_in(
        &mut self,
        x: &Tensor<f64>,
        rows: Rows<'_, f64>,
        cx: &Context,
        ws: &mut Workspace<f64>,
    ) -> Result<Tensor<f64>, Stop> {
        let y = self.network.forward(&self.theta, &self.state, rows, cx, ws).data().to_vec();
        self.network.observe(&self.theta, &mut self.state, rows, cx, ws);
        // As many axes before those of a sample as x has.
        let mut lengths = x.shape().as_slice()[..x.shape().rank() - self.rank].to_vec();
        lengths.extend(self.network.output_shape().iter());
        Ok(Tensor::new(Shape::new(&lengths)?, y)?)
    }

    /// The observed state as it is now.
    pub(crate) fn state(&self) -> Result<Vec<Answer>, Stop> {
        let answer = |entry: &nn_core::Entry| {
            let tensor = Tensor::new(entry.shape, self.state[entry.range()].to_vec())?;
            Ok(Answer { role: "buffer_after", name: format!("{}_after", entry.name), tensor })
        };
        self.network.state_layout().entries().iter().map(answer).collect()
    }
}

/// Fills a flat vector with the tensors of the case that have this role; each has to be there, in its shape.
fn take(case: &Case, role: &str, layout: &Layout, flat: &mut [f64]) -> Result<(), Stop> {
    for entry in layout.entries() {
        let tensor = case.input_of_shape(&entry.name, role, &entry.shape)?;
        flat[entry.range()].copy_from_slice(tensor.as_slice());
    }
    Ok(())
}
