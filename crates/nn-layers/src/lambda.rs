//! A layer made of two closures.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

type Forward = dyn Fn(&[f64], &mut [f64]) + Send + Sync;
type Backward = dyn Fn([&[f64]; 3], &mut [f64]) + Send + Sync;

/// y = f(x) with a function f and its derivative, both written as closures: to try something, without a type of its own.
///
/// The closures compute in f64, whatever type the network has, and on copies: a layer that is here to stay is faster with an
/// [`Op`] and a [`Kernel`] of its own. They are called for one sample after another, on any thread, and have to be pure.
/// Whether the second fits the first is what `nn-check` tells.
///
/// ```
/// use nn_core::Layer;
/// use nn_layers::{Dense, Lambda, Sequential};
/// let sine = Lambda::elementwise("Sine", f64::sin, |x, _, dy| dy * x.cos());
/// nn_check::layer(&sine, [3], 4)?.assert();
/// let network = Sequential::new().push(Dense::new(3)).push(sine).bind([2])?;
///
/// // Of whole samples: the sum of three numbers, and its gradient.
/// let sum = Lambda::new(
///     "Sum", [3], [1],
///     |x, y| y[0] = x.iter().sum(),
///     |[_x, _y, dy], dx| dx.fill(dy[0]),
/// );
/// nn_check::layer(&sum, [3], 4)?.assert();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Lambda {
    name: &'static str,
    /// The shapes of a sample of x and y; any shape for a function of each element.
    shapes: Option<[Shape; 2]>,
    forward: Arc<Forward>,
    backward: Arc<Backward>,
}

impl fmt::Debug for Lambda {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lambda")
            .field("name", &self.name)
            .field("shapes", &self.shapes)
            .finish_non_exhaustive()
    }
}

impl Lambda {
    /// A function of samples of shape `input` whose values have the shape `output`: `forward(x, y)` writes all of y, and
    /// `backward([x, y, dy], dx)` all of dx = (∂y/∂x)ᵀ dy.
    pub fn new(
        name: &'static str,
        input: impl Into<Shape>,
        output: impl Into<Shape>,
        forward: impl Fn(&[f64], &mut [f64]) + Send + Sync + 'static,
        backward: impl Fn([&[f64]; 3], &mut [f64]) + Send + Sync + 'static,
    ) -> Lambda {
        let shapes = Some([input.into(), output.into()]);
        Lambda { name, shapes, forward: Arc::new(forward), backward: Arc::new(backward) }
    }

    /// A function of each element, for samples of any shape: y = `f(x)`, and dx = `backward(x, y, dy)`.
    pub fn elementwise(
        name: &'static str,
        f: impl Fn(f64) -> f64 + Send + Sync + 'static,
        backward: impl Fn(f64, f64, f64) -> f64 + Send + Sync + 'static,
    ) -> Lambda {
        let forward = move |x: &[f64], y: &mut [f64]| {
            for (y, x) in y.iter_mut().zip(x) {
                *y = f(*x);
            }
        };
        let backward = move |[x, y, dy]: [&[f64]; 3], dx: &mut [f64]| {
            for (i, dx) in dx.iter_mut().enumerate() {
                *dx = backward(x[i], y[i], dy[i]);
            }
        };
        Lambda { name, shapes: None, forward: Arc::new(forward), backward: Arc::new(backward) }
    }
}

/// Lends `n` numbers of the calling thread, which keeps them for the next call.
fn with_numbers(n: usize, f: impl FnOnce(&mut [f64])) {
    thread_local! {
        static NUMBERS: Cell<Vec<f64>> = const { Cell::new(Vec::new()) };
    }
    // A closure that itself runs a network finds none here, and begins anew.
    let mut numbers = NUMBERS.take();
    numbers.resize(numbers.len().max(n), 0.0);
    f(&mut numbers[..n]);
    NUMBERS.set(numbers);
}

fn widen<T: Real>(from: &[T], to: &mut [f64]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = from.to_f64();
    }
}

fn narrow<T: Real>(from: &[f64], to: &mut [T]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = T::from_f64(*from);
    }
}

impl Op for Lambda {
    fn name(&self) -> &'static str {
        self.name
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        match self.shapes {
            None => Ok(Plan::new(inputs[0])),
            Some([input, output]) if input == inputs[0] => Ok(Plan::new(output)),
            Some([input, _]) => {
                Err(BindErrorKind::Setting { what: format!("expected samples of shape {input}") })
            }
        }
    }
}

impl<T: Real> Kernel<T> for Lambda {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let width = pass.x[0].width();
        with_numbers(width + y.width(), |numbers| {
            let (x, out) = numbers.split_at_mut(width);
            for i in 0..pass.x[0].len() {
                widen(pass.x[0].row(i), x);
                (self.forward)(x, out);
                narrow(out, y.row(i));
            }
        });
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let (of_x, of_y) = (pass.x[0].width(), pass.dy.width());
        with_numbers(2 * (of_x + of_y), |numbers| {
            let (x, numbers) = numbers.split_at_mut(of_x);
            let (out, numbers) = numbers.split_at_mut(of_x);
            let (y, dy) = numbers.split_at_mut(of_y);
            for i in 0..pass.dy.len() {
                widen(pass.x[0].row(i), x);
                widen(pass.y.row(i), y);
                widen(pass.dy.row(i), dy);
                (self.backward)([x, y, dy], out);
                narrow(out, dx[0].row(i));
            }
        });
    }
}

#[cfg(test)]
nn_check::suite!(
    Lambda::elementwise("Square", |x| x * x, |x, _, dy| 2.0 * x * dy),
    input: [2, 3], batch: 4
);
#[cfg(test)]
nn_check::suite!(
    of_samples: Lambda::new(
        "Product", [3], [],
        |x, y| y[0] = x[0] * x[1] * x[2],
        |[x, _, dy], dx| {
            for i in 0..3 {
                dx[i] = dy[0] * x[(i + 1) % 3] * x[(i + 2) % 3];
            }
        },
    ),
    input: [3], batch: 4, refuses: [&[2], &[3, 1]]
);
