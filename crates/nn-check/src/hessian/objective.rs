//! A model's loss on a batch as a plain function of θ, in f64.

use nn_core::{Batch, Context, InputGradient, Loss, Model, Rows, Scalar, Target, Workspace};
use tensor_ops::Shape;

use crate::CheckError;

/// J(θ) of a model on a batch, with all numbers cast to f64.
pub(crate) struct Objective<'a> {
    model: Model<f64>,
    samples: Samples<'a>,
    loss: &'a dyn Loss<f64>,
    cx: Context,
    ws: Workspace<f64>,
}

impl<'a> Objective<'a> {
    /// A network's layers are made for weights of about 1, so that ‖θ‖ says nothing about how far it must move where it is
    /// smaller: near the origin.
    pub(crate) const LEAST_LENGTH: f64 = 1.0;

    pub(crate) fn new<T: Scalar>(
        model: &Model<T>,
        loss: &'a dyn Loss<f64>,
        batch: &Batch<'a, T>,
        cx: Context,
    ) -> Result<Objective<'a>, CheckError> {
        let model = model.cast::<f64>();
        let samples = Samples::new(batch);
        let network = model.network();
        let wide = samples.batch()?;
        network.accepts(&wide.x, cx.mode)?;
        loss.check_batch(network.output_shape(), &wide)?;
        let ws = Workspace::training(network, batch.x.len())?;
        Ok(Objective { model, samples, loss, cx, ws })
    }

    pub(crate) fn theta(&self) -> &[f64] {
        self.model.theta()
    }

    pub(crate) fn value(&mut self) -> f64 {
        let batch = self.samples.batch().expect("taken before");
        let (network, state) = (self.model.network(), self.model.state());
        network.loss(self.model.theta(), state, &batch, self.loss, &self.cx, &mut self.ws)
    }

    pub(crate) fn gradient(&mut self, theta: &[f64]) -> Vec<f64> {
        let batch = self.samples.batch().expect("taken before");
        let (network, state, skip) = (self.model.network(), self.model.state(), InputGradient::Skip);
        network.loss_and_gradient(theta, state, &batch, self.loss, &self.cx, &mut self.ws, skip);
        self.ws.gradient().to_vec()
    }
}

/// A batch that owns its numbers.
struct Samples<'a> {
    x: Vec<f64>,
    shape: Shape,
    target: Wide<'a>,
    weights: Option<Vec<f64>>,
}

enum Wide<'a> {
    Classes(&'a [usize]),
    Values(Vec<f64>, Shape),
}

impl<'a> Samples<'a> {
    fn new<T: Scalar>(batch: &Batch<'a, T>) -> Samples<'a> {
        let cast = |x: &[T]| -> Vec<f64> { x.iter().map(|x| x.to_f64()).collect() };
        let target = match batch.target {
            Target::Classes(classes) => Wide::Classes(classes),
            Target::Values(rows) => Wide::Values(cast(rows.data()), *rows.shape()),
            _ => unreachable!("targets are classes or values"),
        };
        Samples { x: cast(batch.x.data()), shape: *batch.x.shape(), target, weights: batch.weights.map(cast) }
    }

    fn batch(&self) -> Result<Batch<'_, f64>, CheckError> {
        let target = match &self.target {
            Wide::Classes(classes) => Target::Classes(classes),
            Wide::Values(values, shape) => Target::Values(Rows::new(values, *shape)?),
        };
        let batch = Batch::new(Rows::new(&self.x, self.shape)?, target)?;
        Ok(match &self.weights {
            Some(weights) => batch.weighted(weights)?,
            None => batch,
        })
    }
}
