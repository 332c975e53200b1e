//! The parts of the contract that no layer uses yet, on a layer made for it: what forward keeps, what `backward_input`
//! keeps for `backward_params`, scratch for both kinds of calls, and an input that nobody wants a gradient for.

use std::sync::Arc;

use nn_core::{
    BackPass, BindErrorKind, Context, Fan, Initializer, InputGradient, Kernel, Layer, Local, Model, Op,
    ParamsMut, Pass, Plan, Rows, RowsMut,
};
use tensor_ops::{Real, Shape};

/// y = sin(a x), with one a for each feature; cos(a x) is kept in forward, and dy·cos(a x) shared between the gradients.
#[derive(Debug, Clone)]
struct Wave;

#[derive(Debug)]
struct Half;

impl Initializer for Half {
    fn fill(&self, _: &Shape, _: Fan, _: &mut dyn rand::Rng, out: &mut [f64]) {
        out.fill(0.5);
    }
}

impl Op for Wave {
    fn name(&self) -> &'static str {
        "Wave"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let n = inputs[0].size();
        let fan = Fan { inputs: 1, outputs: 1 };
        let plan = Plan::new(inputs[0]).param("a", [n], fan, Arc::new(Half));
        Ok(plan.saved(n).saved_back(n).scratch(n).batch_scratch(n))
    }
}

impl<T: Real> Kernel<T> for Wave {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let (n, a) = (y.width(), &pass.theta[0]);
        for (i, x) in pass.x[0].data().iter().enumerate() {
            local.scratch[i % n] = a[i % n] * *x;
            let z = local.scratch[i % n].to_f64();
            y.data()[i] = T::from_f64(z.sin());
            local.saved[i] = T::from_f64(z.cos());
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let n = pass.dy.width();
        for (i, dy) in pass.dy.data().iter().enumerate() {
            local.saved[i] = *dy * pass.saved[i];
            if dx[0].is_wanted() {
                dx[0].data()[i] = local.saved[i] * pass.theta[0][i % n];
            }
        }
    }

    fn backward_params(&self, pass: &BackPass<'_, T>, mut dtheta: ParamsMut<'_, T>, scratch: &mut [T]) {
        scratch.fill(T::ZERO);
        let n = scratch.len();
        for (i, x) in pass.x[0].data().iter().enumerate() {
            scratch[i % n] += pass.saved_back[i] * *x;
        }
        dtheta.get(0).expect("declared in `plan`").copy_from_slice(scratch);
    }
}

nn_check::suite!(Wave, input: [2, 3], batch: 5);

/// The first layer's dx is skipped, and what its `backward_input` keeps is there all the same.
#[test]
fn a_gradient_that_nobody_wants_is_not_asked_for() {
    let model: Model<f64> = Wave.init([3], 0).unwrap();
    let x = [0.1, -0.4, 2.0, 1.0, 0.3, -1.5];
    let rows = Rows::new(&x, [3]).unwrap();
    let gradient = |input| {
        let mut ws = model.workspace(2).unwrap();
        ws.fill(f64::NAN);
        let (network, cx) = (model.network(), Context::training(0, 0));
        network.forward(model.theta(), model.state(), rows, &cx, &mut ws);
        ws.output_gradient_mut(network).fill(1.0);
        network.backward(model.theta(), model.state(), rows, &cx, &mut ws, input);
        assert_eq!(ws.input_gradient(network).is_some(), input == InputGradient::Compute);
        ws.gradient().to_vec()
    };
    assert!(gradient(InputGradient::Skip).iter().all(|g| g.is_finite()));
    assert_eq!(gradient(InputGradient::Skip), gradient(InputGradient::Compute));
}
