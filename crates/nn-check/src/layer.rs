//! The gradients of a layer by itself: of its input and of every parameter.

use nn_core::{Entry, InputGradient, Layer, Network, Rows, Workspace};
use tensor_ops::Shape;
use tensor_ops::random::Stream;

use crate::function::{Own, Who};
use crate::run::{Part, Task};
use crate::{Check, CheckError, Missing, Report};

/// Compares dx and dθ of a layer with the numerical gradient of J = Σ wᵢ yᵢ, for fixed random weights w, at a random
/// input, θ and state, in training mode. [`Check::context`] has other modes, [`Check::seed`] other points.
///
/// # Errors
/// [`CheckError`] where the layer does not take `batch` samples of shape `input`.
///
/// ```
/// # use nn_core::*;
/// # use tensor_ops::{Real, Shape};
/// /// y = x³.
/// #[derive(Debug, Clone)]
/// struct Cube;
/// # impl Op for Cube {
/// #     fn name(&self) -> &'static str { "Cube" }
/// #     fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> { Ok(Plan::new(inputs[0])) }
/// # }
/// impl<T: Real> Kernel<T> for Cube {
///     fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
///         for (y, &x) in y.data().iter_mut().zip(pass.x[0].data()) { *y = x * x * x; }
///     }
///     fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
///         let three = T::from_f64(3.0);
///         for ((dx, &dy), &x) in dx[0].data().iter_mut().zip(pass.dy.data()).zip(pass.x[0].data()) {
///             *dx = dy * three * x * x;
///         }
///     }
/// }
/// nn_check::layer(&Cube, [4], 3)?.assert();
/// # Ok::<(), nn_check::CheckError>(())
/// ```
pub fn layer(layer: &dyn Layer, input: impl Into<Shape>, batch: usize) -> Result<Report, CheckError> {
    Check::new().layer(layer, input, batch)
}

impl Check {
    /// As [`layer`](crate::layer()), in the mode of [`Check::context`], at a point drawn from [`Check::seed`].
    ///
    /// # Errors
    /// [`CheckError`] where the layer does not take `batch` samples of shape `input`.
    ///
    /// ```
    /// use nn_core::Context;
    /// use nn_layers::BatchNorm;
    /// for context in [Context::training(0, 0), Context::inference()] {
    ///     nn_check::Check::new().context(context).seed(1).layer(&BatchNorm::new(), [3], 4)?.assert();
    /// }
    /// # Ok::<(), nn_check::CheckError>(())
    /// ```
    pub fn layer(
        &self,
        layer: &dyn Layer,
        input: impl Into<Shape>,
        batch: usize,
    ) -> Result<Report, CheckError> {
        let cx = self.context;
        let network = Network::bind(layer, input.into())?;
        let RandomPoint { x, theta, state, weights } = RandomPoint::new(&network, batch, self.seed);
        let shape = *network.input_shape();
        network.accepts(&rows(&x, shape), cx.mode)?;
        let mut ws = Workspace::training(&network, batch)?;

        // NaN wherever something is read before it is written.
        ws.fill(f64::NAN);
        network.forward(&theta, &state, rows(&x, shape), &cx, &mut ws);
        ws.output_gradient_mut(&network).copy_from_slice(&weights);
        network.backward(&theta, &state, rows(&x, shape), &cx, &mut ws, InputGradient::Compute);
        let dx = ws.input_gradient(&network).expect("asked for").data();
        let analytic = [dx, ws.gradient()].concat();
        // Terms may cancel in J, so its own size says too little about round-off.
        let y = network.forward(&theta, &state, rows(&x, shape), &cx, &mut ws).data();
        let scale = y.iter().zip(&weights).map(|(y, w)| (y * w).abs()).sum();

        let all = shape.prepend(batch).unwrap_or(shape);
        let mut parts = vec![Part { name: "input".to_string(), shape: all, range: 0..x.len() }];
        parts.extend(Part::of_theta(&network, x.len()));
        let point = [&x[..], &theta].concat();
        let task = Task { point: &point, parts, analytic: &analytic, scale, samples: Some(batch) };
        let make = |missing| -> Own<'_> {
            let (mut ws, weights) = (ws.clone(), left_out(&weights, batch, missing));
            let (network, state) = (&network, &state);
            Box::new(move |point| {
                let (x, theta) = point.split_at(batch * shape.size());
                let y = network.forward(theta, state, rows(x, shape), &cx, &mut ws).data();
                y.iter().zip(&weights).map(|(y, w)| y * w).sum()
            })
        };
        Ok(self.run(&task, Who::Many(&make)))
    }
}

/// Weights with those of a sample set to 0.
pub(crate) fn left_out(weights: &[f64], samples: usize, missing: Option<Missing>) -> Vec<f64> {
    let (mut weights, each) = (weights.to_vec(), weights.len() / samples);
    match missing {
        Some(Missing::First) => weights[..each].fill(0.0),
        Some(Missing::Last) => weights[(samples - 1) * each..].fill(0.0),
        None => {}
    }
    weights
}

impl Part {
    /// The tensors of θ, which begins at position `start` of the point.
    pub(crate) fn of_theta(network: &Network, start: usize) -> Vec<Part> {
        let part = |entry: &Entry| {
            let range = entry.range();
            Part {
                name: entry.name.clone(),
                shape: entry.shape,
                range: start + range.start..start + range.end,
            }
        };
        network.theta_layout().entries().iter().map(part).collect()
    }
}

pub(crate) fn rows(x: &[f64], shape: Shape) -> Rows<'_, f64> {
    Rows::new(x, shape).expect("whole samples")
}

/// Where a layer is checked.
pub(crate) struct RandomPoint {
    /// Uniform on ±1.
    pub(crate) x: Vec<f64>,
    /// The initial values, moved by up to 0.3, so that nothing is 0 by accident.
    pub(crate) theta: Vec<f64>,
    /// Uniform on [0.5, 1.5]: a running variance is positive.
    pub(crate) state: Vec<f64>,
    /// One for each output: uniform on ±1.
    pub(crate) weights: Vec<f64>,
}

impl RandomPoint {
    pub(crate) fn new(network: &Network, batch: usize, seed: u64) -> RandomPoint {
        let draw = |key, n: usize, low, high| {
            let mut values = vec![0.0; n];
            Stream::new(seed, key, 0).uniform(0, low, high, &mut values);
            values
        };
        let mut theta: Vec<f64> = network.initial_theta(seed);
        let moves = draw(1, theta.len(), -0.3, 0.3);
        theta.iter_mut().zip(moves).for_each(|(theta, by)| *theta += by);
        RandomPoint {
            x: draw(0, batch * network.input_shape().size(), -1.0, 1.0),
            theta,
            state: draw(2, network.state_layout().len(), 0.5, 1.5),
            weights: draw(3, batch * network.output_shape().size(), -1.0, 1.0),
        }
    }
}
