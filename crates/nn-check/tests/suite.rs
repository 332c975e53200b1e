//! What a battery of tests says of layers and losses that are wrong: one line that names layer, mode and test, and a table.

use nn_check::suite;
use nn_core::{
    BackPass, BindErrorKind, Kernel, Layer, Local, Loss, LossError, Op, Pass, Plan, Reduction, Rows, RowsMut,
    Target, Upstream,
};
use tensor_ops::{Real, Shape};

/// y = x², with one thing wrong.
#[derive(Debug, Clone)]
enum Square {
    Right,
    Derivative,
    /// A sample's output depends on where it stands.
    Place,
    /// In f32 it computes with three digits.
    Digits,
}

impl Op for Square {
    fn name(&self) -> &'static str {
        "Square"
    }
    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        Ok(Plan::new(inputs[0]))
    }
}

impl<T: Real> Kernel<T> for Square {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let n = y.len();
        for i in 0..n {
            for (y, x) in y.row(i).iter_mut().zip(pass.x[0].row(i)) {
                *y = *x * *x;
                match self {
                    Square::Place => *y += T::from_f64(1e-3 * i as f64),
                    Square::Digits if T::from_f64(1e-10) + T::ONE == T::ONE => {
                        *y = T::from_f64((y.to_f64() * 1e3).round() / 1e3);
                    }
                    _ => {}
                }
            }
        }
    }
    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let two = T::from_f64(if matches!(self, Square::Derivative) { 3.0 } else { 2.0 });
        for ((dx, dy), x) in dx[0].data().iter_mut().zip(pass.dy.data()).zip(pass.x[0].data()) {
            *dx = two * *x * *dy;
        }
    }
}

fn failure(test: impl FnOnce()) -> String {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(test));
    *caught.expect_err("the test fails").downcast::<String>().expect("a text")
}

/// The line in front has all of these, and columns stand below each other.
#[track_caller]
fn expect(text: &str, words: &[&str], columns: &[&str]) {
    let (line, table) = text.split_once('\n').expect("a line and a table");
    for word in words {
        assert!(line.contains(word), "{word:?} is not in the first line of\n{text}");
    }
    for column in columns {
        assert!(table.contains(column), "{column:?} is not in the table of\n{text}");
    }
    assert!(text.lines().count() < 20 && text.len() < 3000, "a dump:\n{text}");
}

#[test]
fn failures_name_layer_mode_and_test() {
    type Test = fn(&dyn Layer, Shape, usize);
    let run = |layer: Square, test: Test| move || test(&layer, [3].into(), 4);
    suite::gradients(&Square::Right, [3].into(), 4);
    suite::precision(&Square::Right, [3].into(), 4);
    let text = failure(run(Square::Derivative, suite::gradients));
    expect(
        &text,
        &["Derivative", "in training", "gradients"],
        &["verdict", "input", "hint: a constant factor"],
    );
    let text = failure(run(Square::Place, suite::joined_batches));
    expect(
        &text,
        &["Place", "in inference", "joined_batches", "sample 1"],
        &["alone", "in company", "3 of 3"],
    );
    let text = failure(run(Square::Place, suite::threads));
    expect(&text, &["Place", "in training", "threads"], &["output", " of 12"]);
    let text = failure(run(Square::Digits, suite::precision));
    expect(&text, &["Digits", "in training", "precision"], &["f32", "f64", "output"]);
    let text = failure(|| suite::refuses(&Square::Right, &[7]));
    assert!(text.contains("Right") && text.contains("refuses"), "{text}");
}

/// Σ y² / (m - 1).
#[derive(Debug, Clone)]
struct Spread;

impl<T: Real> Loss<T> for Spread {
    fn terms(&self, _: &Shape) -> usize {
        1
    }
    fn check(&self, _: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        match target {
            Target::None(n) if *n == samples && samples > 0 => Ok(()),
            _ => Err(LossError::Kind { loss: "Spread", expected: "none" }),
        }
    }
    fn reduction(&self) -> Reduction {
        Reduction::Mean
    }
    fn divisor(&self, _: &Shape, target: &Target<'_, T>) -> T {
        let Target::None(samples) = target else { return T::ONE };
        T::from_usize(samples - 1)
    }
    fn value(&self, y: Rows<'_, T>, _: Target<'_, T>, terms: &mut [T]) {
        for (i, term) in terms.iter_mut().enumerate() {
            *term = y.row(i)[0] * y.row(i)[0];
        }
    }
    fn value_and_gradient(
        &self,
        y: Rows<'_, T>,
        target: Target<'_, T>,
        upstream: Upstream<'_, T>,
        terms: &mut [T],
        mut dy: RowsMut<'_, T>,
    ) {
        self.value(y, target, terms);
        for (i, dy) in dy.data().iter_mut().enumerate() {
            *dy = upstream.at(i) * T::from_f64(2.0) * y.row(i)[0];
        }
    }
}

/// It is right for four samples, and NaN for one.
#[test]
fn losses_are_tried_with_one_sample() {
    let text = failure(|| suite::loss(&Spread, [1].into(), 4, (-2.0, 2.0), suite::none()));
    assert!(text.contains("Spread on 1 samples"), "{text}");
}
