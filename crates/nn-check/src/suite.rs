//! The battery of tests that every layer passes, and, beside it, the one of every loss.

mod differences;
mod loss;

pub use loss::{Targets, bits, classes, loss, none, signs, values, values_of};

use std::sync::{Mutex, PoisonError};

use nn_core::{Batch, Context, InputGradient, Layer, Loss, Mode, Model, Network, Rows, Scalar, Workspace};
use tensor_ops::{Shape, pool};

use crate::Check;
use crate::layer::RandomPoint;
use differences::{Pair, check_equal, difference_table};

/// Gives a layer its battery of tests: `suite!(Dense::new(3), input: [5], batch: 4);`.
///
/// - gradients of the input and of every parameter, in training and in inference, to 1e-7 in f64;
/// - joined batches give joined outputs: a sample has the same bits alone and in company;
/// - a smaller batch through a used workspace has the bits of a fresh one;
/// - equal bits on 1, 2 and 4 threads, and for any size of the pieces of work;
/// - f32 agrees with f64;
/// - a second step allocates nothing (with the feature `count-allocations`);
/// - with `refuses: [&[7], ..]`: samples of these shapes are refused, and the error names the shape.
///
/// A second suite in the same file takes a name: `suite!(wide: Dense::new(300), input: [5], batch: 4);`.
#[macro_export]
macro_rules! suite {
    ($name:ident: $layer:expr, input: $input:expr, batch: $batch:expr $(, refuses: [$($shape:expr),*])? $(,)?) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $crate::__layer_tests!($layer, $input, $batch; gradients, joined_batches, smaller_batches, threads, precision);
            $crate::__allocation_test!($layer, $input, $batch);

            $(#[test]
            fn refuses() {
                $($crate::suite::refuses(&$layer, $shape);)*
            })?
        }
    };
    ($layer:expr, input: $input:expr, batch: $batch:expr $(, refuses: [$($shape:expr),*])? $(,)?) => {
        $crate::suite!(suite: $layer, input: $input, batch: $batch $(, refuses: [$($shape),*])?);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __layer_tests {
    ($layer:expr, $input:expr, $batch:expr; $($test:ident),*) => {
        $(#[test]
        fn $test() {
            $crate::suite::$test(&$layer, $input.into(), $batch);
        })*
    };
}

#[doc(hidden)]
#[macro_export]
#[cfg(feature = "count-allocations")]
macro_rules! __allocation_test {
    ($layer:expr, $input:expr, $batch:expr) => {
        #[test]
        fn allocations() {
            $crate::suite::allocations(&$layer, $input.into(), $batch);
        }
    };
}

/// Without the counter there is nothing to test, and the list of tests says so.
#[doc(hidden)]
#[macro_export]
#[cfg(not(feature = "count-allocations"))]
macro_rules! __allocation_test {
    ($layer:expr, $input:expr, $batch:expr) => {
        #[test]
        #[ignore = "needs the feature `count-allocations` of nn-check"]
        fn allocations() {}
    };
}

const MODES: [Mode; 2] = [Mode::Training, Mode::Inference];

fn context(mode: Mode) -> Context {
    Context { mode, seed: 3, step: 5 }
}

#[track_caller]
fn bind(layer: &dyn Layer, input: Shape) -> Network {
    match Network::bind(layer, input) {
        Ok(network) => network,
        Err(error) => panic!("{error}"), // not in a closure, which would not know the caller's line
    }
}

/// Gradients of the input and of every parameter, in both modes, at three random points.
#[track_caller]
pub fn gradients(layer: &dyn Layer, input: Shape, batch: usize) {
    for mode in MODES {
        for seed in 0..3 {
            match Check::new().context(context(mode)).seed(seed).layer(layer, input, batch) {
                Ok(report) if report.passes() => {}
                Ok(report) => {
                    let title = title(layer, Some(mode), "gradients");
                    panic!("{title}: at point {seed}, {}\n{report}", report.reason());
                }
                Err(error) => panic!("{}: {error}", title(layer, Some(mode), "gradients")),
            }
        }
    }
}

/// What the line in front of a failure says first.
fn title(layer: &dyn Layer, mode: Option<Mode>, test: &str) -> String {
    let name: String = format!("{layer:?}").chars().take(60).collect();
    let mode = match mode {
        Some(Mode::Training) => "in training",
        Some(_) => "in inference",
        None => "in both modes",
    };
    format!("{name} {mode}, {test}")
}

/// Everything a step computes, as bits.
struct Step<T> {
    y: Vec<T>,
    dx: Vec<T>,
    dtheta: Vec<T>,
    state: Vec<T>,
}

impl<T: Scalar> Step<T> {
    /// Beside another step.
    fn beside<'a>(&'a self, other: &'a Step<T>) -> [Pair<'a, T>; 4] {
        [
            Pair { name: "output", left: &self.y, right: &other.y },
            Pair { name: "input gradient", left: &self.dx, right: &other.dx },
            Pair { name: "parameter gradient", left: &self.dtheta, right: &other.dtheta },
            Pair { name: "state", left: &self.state, right: &other.state },
        ]
    }
}

/// The numbers of a step for samples `x` and output gradient `dy`.
struct Problem<'a, T> {
    network: &'a Network,
    theta: &'a [T],
    state: &'a [T],
    cx: Context,
}

impl<T: Scalar> Problem<'_, T> {
    fn step(&self, x: &[T], dy: &[T], ws: &mut Workspace<T>) -> Step<T> {
        let Problem { network, theta, state, cx } = self;
        let x = Rows::new(x, *network.input_shape()).expect("whole samples");
        let y = network.forward(theta, state, x, cx, ws).data().to_vec();
        let mut after = state.to_vec();
        network.observe(theta, &mut after, x, cx, ws);
        ws.output_gradient_mut(network).copy_from_slice(dy);
        network.backward(theta, state, x, cx, ws, InputGradient::Compute);
        Step {
            y,
            dx: ws.input_gradient(network).expect("asked for").data().to_vec(),
            dtheta: ws.gradient().to_vec(),
            state: after,
        }
    }

    fn fresh_step(&self, x: &[T], dy: &[T]) -> Step<T> {
        let capacity = x.len() / self.network.input_shape().size();
        self.step(x, dy, &mut Workspace::training(self.network, capacity).expect("a workspace"))
    }
}

/// A sample has the same bits alone and in company (in inference, where no layer may mix samples unless it says so).
#[track_caller]
pub fn joined_batches(layer: &dyn Layer, input: Shape, batch: usize) {
    let network = bind(layer, input);
    if network.mixes_samples(Mode::Inference) {
        return;
    }
    let at = RandomPoint::new(&network, batch, 7);
    let cx = context(Mode::Inference);
    let problem = Problem { network: &network, theta: &at.theta, state: &at.state, cx };
    let (wx, wy) = (network.input_shape().size(), network.output_shape().size());
    let all = problem.fresh_step(&at.x, &at.weights);
    for i in 0..batch {
        let alone = problem.fresh_step(&at.x[i * wx..][..wx], &at.weights[i * wy..][..wy]);
        let pairs = [
            Pair { name: "output", left: &alone.y, right: &all.y[i * wy..][..wy] },
            Pair { name: "input gradient", left: &alone.dx, right: &all.dx[i * wx..][..wx] },
        ];
        let title = || title(layer, Some(Mode::Inference), "joined_batches");
        check_equal(&pairs, ["alone", "in company"], || {
            format!("{}: sample {i} has other bits alone than in a batch of {batch}", title())
        });
    }
}

/// A smaller batch through a used workspace has the bits of a fresh one.
#[track_caller]
pub fn smaller_batches(layer: &dyn Layer, input: Shape, batch: usize) {
    let network = bind(layer, input);
    let at = RandomPoint::new(&network, batch, 11);
    let (wx, wy) = (network.input_shape().size(), network.output_shape().size());
    for mode in MODES {
        let problem = Problem { network: &network, theta: &at.theta, state: &at.state, cx: context(mode) };
        let mut used = Workspace::training(&network, batch).expect("a workspace");
        for m in (1..=batch).rev() {
            let (x, dy) = (&at.x[..m * wx], &at.weights[..m * wy]);
            let rows = Rows::new(x, *network.input_shape()).expect("whole samples");
            if network.accepts(&rows, mode).is_ok() {
                let (again, fresh) = (problem.step(x, dy, &mut used), problem.fresh_step(x, dy));
                check_equal(&again.beside(&fresh), ["used workspace", "fresh one"], || {
                    let title = title(layer, Some(mode), "smaller_batches");
                    format!(
                        "{title}: {m} samples have other bits in a workspace that larger batches have used"
                    )
                });
                used.fill(f64::NAN);
            }
        }
    }
}

/// Equal bits on 1, 2 and 4 threads, and for any size of the pieces of work.
#[track_caller]
pub fn threads(layer: &dyn Layer, input: Shape, batch: usize) {
    /// The number of threads is one for the process, and so is the pool: other suites wait.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let before = pool::threads();
    let mut network = bind(layer, input);
    let at = RandomPoint::new(&network, batch, 13);
    for mode in MODES {
        let mut expected = None;
        for slab in [batch, 1, 2, 3] {
            network.set_slab(slab);
            let problem =
                Problem { network: &network, theta: &at.theta, state: &at.state, cx: context(mode) };
            for threads in [1, 2, 4] {
                pool::set_threads(threads);
                let step = problem.fresh_step(&at.x, &at.weights);
                let expected = expected.get_or_insert_with(|| problem.fresh_step(&at.x, &at.weights));
                check_equal(&step.beside(expected), ["these threads", "one thread"], || {
                    let title = title(layer, Some(mode), "threads");
                    format!("{title}: other bits on {threads} threads, in pieces of {slab} samples")
                });
            }
        }
    }
    pool::set_threads(before);
}

/// f32 agrees with f64 to some hundred roundings of the largest number of each result.
#[track_caller]
pub fn precision(layer: &dyn Layer, input: Shape, batch: usize) {
    let network = bind(layer, input);
    let at = RandomPoint::new(&network, batch, 17);
    let narrow = |x: &[f64]| -> Vec<f32> { x.iter().map(|&x| x as f32).collect() };
    // Both start from the same numbers, those that f32 can hold.
    let wide = |x: &[f64]| -> Vec<f64> { narrow(x).into_iter().map(f64::from).collect() };
    for mode in MODES {
        let cx = context(mode);
        let (theta, state) = (wide(&at.theta), wide(&at.state));
        let in_f64 = Problem { network: &network, theta: &theta, state: &state, cx }
            .fresh_step(&wide(&at.x), &wide(&at.weights));
        let (theta, state) = (narrow(&at.theta), narrow(&at.state));
        let in_f32 = Problem { network: &network, theta: &theta, state: &state, cx }
            .fresh_step(&narrow(&at.x), &narrow(&at.weights));
        let widened = |x: &[f32]| -> Vec<f64> { x.iter().copied().map(f64::from).collect() };
        let in_f32 = Step {
            y: widened(&in_f32.y),
            dx: widened(&in_f32.dx),
            dtheta: widened(&in_f32.dtheta),
            state: widened(&in_f32.state),
        };
        check_close(&in_f32.beside(&in_f64), || {
            format!(
                "{}: f32 is further from f64 than rounding explains",
                title(layer, Some(mode), "precision")
            )
        });
    }
}

/// f32 on the left, f64 on the right.
#[track_caller]
fn check_close(pairs: &[Pair<'_, f64>], title: impl Fn() -> String) {
    const ROUNDINGS: f64 = 200.0;
    let bound =
        |wide: &[f64]| ROUNDINGS * f64::from(f32::EPSILON) * wide.iter().fold(1e-3f64, |m, x| m.max(x.abs()));
    let is_off = |pair: &Pair<'_, f64>, a: f64, b: f64| (a - b).is_nan() || (a - b).abs() > bound(pair.right);
    if let Some(table) = difference_table(pairs, ["f32", "f64"], is_off) {
        panic!("{}\n{table}", title());
    }
}

/// A second step allocates nothing, on the thread that runs it.
#[cfg(feature = "count-allocations")]
#[track_caller]
pub fn allocations(layer: &dyn Layer, input: Shape, batch: usize) {
    let network = bind(layer, input);
    let at = RandomPoint::new(&network, batch, 19);
    let x = Rows::new(&at.x, input).expect("whole samples");
    let cx = context(Mode::Training);
    let mut state = at.state.clone();
    let mut ws = Workspace::training(&network, batch).expect("a workspace");
    let mut step = || {
        network.forward(&at.theta, &at.state, x, &cx, &mut ws);
        network.observe(&at.theta, &mut state, x, &cx, &ws);
        ws.output_gradient_mut(&network).copy_from_slice(&at.weights);
        network.backward(&at.theta, &at.state, x, &cx, &mut ws, InputGradient::Compute);
    };
    step();
    let count = count_allocations(step);
    let title = || title(layer, Some(Mode::Training), "allocations");
    assert_eq!(count, 0, "{}: allocations of the second step", title());
}

/// How often `f` allocates, with everything computed on this thread.
#[cfg(feature = "count-allocations")]
pub fn count_allocations(f: impl FnOnce()) -> u64 {
    // The counter counts this thread's allocations only.
    allocation_counter::measure(|| pool::in_place(f)).count_total
}

/// Samples of this shape are refused, and the error names the shape.
#[track_caller]
pub fn refuses(layer: &dyn Layer, shape: &[usize]) {
    let shape = Shape::new(shape).expect("a shape");
    let title = title(layer, None, "refuses");
    let Err(error) = Network::bind(layer, shape) else {
        panic!("{title}: samples of shape {shape} are taken")
    };
    let error = error.to_string();
    let named: String = shape.iter().map(|n| format!(", {n}")).collect();
    assert!(error.contains(&format!("[m{named}]")), "{title}: the error does not name {shape}: {error}");
}

/// Trains a model for some steps of plain gradient descent: for tests that need a θ that has moved.
pub fn descend<T: Scalar>(
    model: &mut Model<T>,
    batch: &Batch<'_, T>,
    loss: &dyn Loss<T>,
    rate: f64,
    steps: u64,
) {
    let mut ws = model.workspace(batch.x.len()).expect("a workspace for the batch");
    for step in 0..steps {
        model.loss_and_gradient(batch, loss, &Context::training(0, step), &mut ws);
        for (theta, d) in model.theta_mut().iter_mut().zip(ws.gradient()) {
            *theta -= T::from_f64(rate) * *d;
        }
    }
}
