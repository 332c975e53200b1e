//! A step in one go: what is computed together has the bits of what is computed one by one; nothing is allocated; and the
//! parallel regions are few.

use std::sync::{Arc, Mutex, PoisonError};

use nn_core::{
    BackPass, Batch, BindErrorKind, Context, Fan, InputGradient, Kernel, Layer, Local, Loss, Model, Op,
    ParamsMut, Pass, Plan, Rows, RowsMut, Target,
};
use nn_layers::{
    BatchNorm, Dense, Dropout, MeanSquaredError, Relu, Residual, Sequential, Sigmoid, SoftmaxCrossEntropy,
    Tanh, init,
};
use tensor_ops::random::Stream;
use tensor_ops::{Real, Shape, pool};

/// An activation that is computed by itself.
#[derive(Debug, Clone)]
struct Alone<K>(K);

impl<K: Op> Op for Alone<K> {
    fn name(&self) -> &'static str {
        self.0.name()
    }
    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        self.0.plan(inputs)
    }
    fn gain(&self) -> f64 {
        self.0.gain()
    }
}

impl<T: Real, K: Kernel<T>> Kernel<T> for Alone<K> {
    fn forward(&self, pass: &Pass<'_, T>, y: RowsMut<'_, T>, local: Local<'_, T>) {
        self.0.forward(pass, y, local);
    }
    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        self.0.backward_input(pass, dx, local);
    }
}

/// Activations in every place: after a product, before one, both, behind a sum that reads a value twice, and last.
fn network(alone: bool) -> Sequential {
    fn add<K>(net: Sequential, alone: bool, activation: K) -> Sequential
    where
        K: Kernel<f32> + Kernel<f64> + Clone,
    {
        if alone { net.push(Alone(activation)) } else { net.push(activation) }
    }
    let body = add(Sequential::new().push(Dense::new(30)), alone, Tanh).push(Dense::new(30));
    let net = add(Sequential::new().push(Dense::new(30)), alone, Relu).push(Residual::new(body));
    let net = add(net, alone, Sigmoid).push(Dense::new(20).without_bias()).push(BatchNorm::new());
    let net = add(net, alone, Relu).push(Dropout::new(0.2).expect("a rate"));
    add(net.push(Dense::new(40)), alone, Sigmoid)
}

fn values(key: u64, n: usize) -> Vec<f32> {
    let mut values = vec![0.0f32; n];
    Stream::new(3, key, 0).uniform(0, -1.0, 1.0, &mut values);
    values
}

/// The number of threads is one for the process, and so are the pool and its count of regions.
fn one_at_a_time<R>(f: impl FnOnce() -> R) -> R {
    static LOCK: Mutex<()> = Mutex::new(());
    let _alone = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let before = pool::threads();
    let result = f();
    pool::set_threads(before);
    result
}

#[test]
fn what_is_computed_together_has_the_bits_of_one_by_one() {
    let (x, t) = (values(0, 70 * 50), values(1, 70 * 40));
    let run = |alone, in_one_go: bool, threads, samples: usize| {
        pool::set_threads(threads);
        let mut model: Model<f32> = network(alone).init([50], 1).expect("a network");
        let mut ws = model.workspace(70).expect("a workspace");
        ws.fill(f32::NAN);
        let x = Rows::new(&x[..samples * 50], [50]).expect("whole samples");
        let t = Rows::new(&t[..samples * 40], [40]).expect("whole samples");
        let batch = Batch::new(x, Target::Values(t)).expect("a batch");
        let mut losses = Vec::new();
        for step in 0..3 {
            let (loss, cx) = (MeanSquaredError::new(), Context::training(4, step));
            losses.push(if in_one_go {
                model.step(&batch, &loss, &cx, &mut ws, &mut [], &|part| {
                    part.theta.iter_mut().zip(part.gradient).for_each(|(theta, g)| *theta -= 0.5 * *g);
                })
            } else {
                let value = model.loss_and_gradient(&batch, &loss, &cx, &mut ws);
                model.theta_mut().iter_mut().zip(ws.gradient()).for_each(|(theta, g)| *theta -= 0.5 * *g);
                value
            });
        }
        (losses, model.fingerprint())
    };
    one_at_a_time(|| {
        for samples in [70, 9] {
            let expected = run(true, false, 1, samples);
            assert!(expected.0[2] < expected.0[0], "{:?}", expected.0);
            for threads in [1, 2, 4] {
                for (alone, in_one_go) in [(true, true), (false, false), (false, true)] {
                    assert_eq!(
                        run(alone, in_one_go, threads, samples),
                        expected,
                        "{threads} threads, {samples} samples"
                    );
                }
            }
        }
    });
}

/// A step of 784-128-10, with memory for the update, as closure of the number of steps.
fn with_steps<R>(f: impl FnOnce(&mut dyn FnMut()) -> R) -> R {
    let net = Sequential::new().push(Dense::new(128)).push(Relu).push(Dense::new(10));
    let mut model: Model<f32> = net.init([784], 0).expect("a network");
    let mut ws = model.workspace(64).expect("a workspace");
    let mut memory = vec![0.0; 2 * model.theta().len()];
    let (x, labels) = (values(0, 64 * 784), (0..64).map(|i| i % 10).collect::<Vec<_>>());
    let x = Rows::new(&x, [784]).expect("whole samples");
    let batch = Batch::new(x, Target::Classes(&labels)).expect("a batch");
    let loss: &dyn Loss<f32> = &SoftmaxCrossEntropy::new();
    f(&mut || {
        model.step(&batch, loss, &Context::training(0, 0), &mut ws, &mut memory, &|part| {
            let [m, s, ..] = part.memory;
            assert_eq!(
                (m.len(), s.len(), part.gradient.len()),
                (part.theta.len(), part.theta.len(), part.theta.len())
            );
            for (((theta, m), s), g) in part.theta.iter_mut().zip(m).zip(s).zip(part.gradient) {
                *m += *g;
                *s += *g * *g;
                *theta -= 0.01 * *m;
            }
        });
    })
}

#[test]
fn a_step_allocates_nothing() {
    one_at_a_time(|| {
        with_steps(|step| {
            nn_check::suite::count_allocations(&mut *step);
            assert_eq!(nn_check::suite::count_allocations(&mut *step), 0);
        });
    });
}

/// The first layer's product, and all gradients with the update: the rest is too small to divide.
#[test]
fn a_step_of_a_small_network_opens_two_regions() {
    one_at_a_time(|| {
        pool::set_threads(2);
        with_steps(|step| {
            step();
            let before = pool::regions();
            step();
            assert_eq!(pool::regions() - before, 2);
        });
    });
}

/// The gradient of the output is read, not used up.
#[test]
fn a_second_backward_pass_gives_the_same_gradients() {
    one_at_a_time(|| {
        let model: Model<f32> = network(false).init([50], 1).expect("a network");
        let (x, dy) = (values(0, 4 * 50), values(1, 4 * 40));
        let (rows, cx) = (Rows::new(&x, [50]).expect("whole samples"), Context::training(0, 0));
        let (net, mut ws) = (model.network(), model.workspace(4).expect("a workspace"));
        net.forward(model.theta(), model.state(), rows, &cx, &mut ws);
        ws.output_gradient_mut(net).copy_from_slice(&dy);
        let mut gradient = |input| {
            net.backward(model.theta(), model.state(), rows, &cx, &mut ws, input);
            ws.gradient().to_vec()
        };
        let first = gradient(InputGradient::Skip);
        assert!(first.iter().any(|g| *g != 0.0));
        assert_eq!(gradient(InputGradient::Compute), first);
    });
}

#[test]
fn a_loss_that_is_no_number_changes_nothing() {
    one_at_a_time(|| {
        let mut model: Model<f32> = Dense::new(2).init([1], 0).expect("a network");
        let before = model.fingerprint();
        let mut ws = model.workspace(1).expect("a workspace");
        let x = Rows::new(&[f32::NAN], [1]).expect("a sample");
        let batch = Batch::new(x, Target::Classes(&[1])).expect("a batch");
        let cx = Context::training(0, 0);
        let loss =
            model.step(&batch, &SoftmaxCrossEntropy::new(), &cx, &mut ws, &mut [], &|_| panic!("an update"));
        assert!(loss.is_nan() && model.fingerprint() == before);
    });
}

/// y = w·s·x with an observed s, which every step doubles.
#[derive(Debug, Clone)]
struct Doubling {
    /// Whether dw reads s where it may have changed.
    late: bool,
}

impl Op for Doubling {
    fn name(&self) -> &'static str {
        "Doubling"
    }
    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let fan = Fan { inputs: 1, outputs: 1 };
        Ok(Plan::new(inputs[0]).param("w", [1], fan, Arc::new(init::Ones)).state("s", [1], 1.0).saved_back(1))
    }
}

impl<T: Real> Kernel<T> for Doubling {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        for (y, x) in y.data().iter_mut().zip(pass.x[0].data()) {
            *y = pass.theta[0][0] * pass.state[0][0] * *x;
        }
    }
    fn observe(&self, _: &Pass<'_, T>, mut state: ParamsMut<'_, T>) {
        let s = &mut state.get(0).expect("declared in `plan`")[0];
        *s = *s + *s;
    }
    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        local.saved.fill(pass.state[0][0]);
        for (dx, dy) in dx[0].data().iter_mut().zip(pass.dy.data()) {
            *dx = pass.theta[0][0] * pass.state[0][0] * *dy;
        }
    }
    fn backward_params(&self, pass: &BackPass<'_, T>, mut dtheta: ParamsMut<'_, T>, _: &mut [T]) {
        let s = if self.late { pass.state[0][0] } else { pass.saved_back[0] };
        let dot: T = pass.x[0].data().iter().zip(pass.dy.data()).map(|(x, dy)| *x * *dy).sum();
        dtheta.get(0).expect("declared in `plan`")[0] = s * dot;
    }
}

nn_check::suite!(a_parameter_beside_an_observed_tensor: Doubling { late: false }, input: [3], batch: 4);

/// An update of the state may be over before dθ: what reads it there is stopped, and not told another number.
#[test]
fn a_parameter_gradient_sees_no_state_that_may_have_changed() {
    for in_one_go in [true, false] {
        let step = || {
            let mut model: Model<f64> = Doubling { late: true }.init([1], 0).expect("a network");
            let mut ws = model.workspace(1).expect("a workspace");
            let x = Rows::new(&[2.0], [1]).expect("a sample");
            let batch = Batch::new(x, Target::Values(x)).expect("a batch");
            let (loss, cx) = (MeanSquaredError::new(), Context::training(0, 0));
            match in_one_go {
                true => model.step(&batch, &loss, &cx, &mut ws, &mut [], &|_| ()),
                false => model.loss_and_gradient(&batch, &loss, &cx, &mut ws),
            }
        };
        assert!(std::panic::catch_unwind(step).is_err(), "in one go: {in_one_go}");
    }
}
