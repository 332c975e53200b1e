//! The battery of tests that every loss passes.

use nn_core::{Batch, Loss, Rows, Target, loss_value, loss_value_and_gradient};
use tensor_ops::random::Stream;
use tensor_ops::{Real, Shape};

use super::check_close;
use super::differences::Pair;
use crate::Check;

/// Gives a loss its battery of tests:
/// `loss_suite!(SoftmaxCrossEntropy::new(), output: [5], batch: 4, targets: classes(5));`.
///
/// Targets are `classes(n)`, `values(low, high)`, shaped as the outputs, `values_of(shape, low, high)`, `signs(shape)` (-1 and
/// 1), `bits(shape)` (0 and 1), or `none()`; `outputs: values(low, high)` restricts the outputs, which are
/// otherwise drawn from ±2. Checked, for `batch` samples and for one: the gradient; `value` equals the value of `value_and_gradient`; f32 agrees with
/// f64; targets that are too few or of the wrong kind are refused.
#[macro_export]
macro_rules! loss_suite {
    ($name:ident: $loss:expr, output: $output:expr, batch: $batch:expr, outputs: values($low:expr, $high:expr), targets: $kind:ident($($arg:expr),*) $(,)?) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[test]
            fn loss() {
                $crate::suite::loss(&$loss, $output.into(), $batch, ($low, $high), $crate::suite::$kind($($arg),*));
            }
        }
    };
    ($name:ident: $loss:expr, output: $output:expr, batch: $batch:expr, targets: $($targets:tt)*) => {
        $crate::loss_suite!($name: $loss, output: $output, batch: $batch, outputs: values(-2.0, 2.0), targets: $($targets)*);
    };
    ($loss:expr, output: $output:expr, batch: $batch:expr, $($rest:tt)*) => {
        $crate::loss_suite!(suite: $loss, output: $output, batch: $batch, $($rest)*);
    };
}

/// Targets for the tests of a loss.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Targets {
    /// Class numbers below this.
    Classes(usize),
    /// Numbers between these, shaped as the outputs.
    Values(f64, f64),
    /// Numbers between the last two, of this shape; rounded to one of them, or not.
    Shaped(Shape, f64, f64, bool),
    /// None.
    None,
}

/// Targets that are class numbers below `n`.
pub fn classes(n: usize) -> Targets {
    Targets::Classes(n)
}

/// Targets uniform on `[low, high)`.
pub fn values(low: f64, high: f64) -> Targets {
    Targets::Values(low, high)
}

/// Targets of this shape, uniform on `[low, high)`.
pub fn values_of(shape: impl Into<Shape>, low: f64, high: f64) -> Targets {
    Targets::Shaped(shape.into(), low, high, false)
}

/// Targets of this shape that are -1 or 1.
pub fn signs(shape: impl Into<Shape>) -> Targets {
    Targets::Shaped(shape.into(), -1.0, 1.0, true)
}

/// Targets of this shape that are 0 or 1.
pub fn bits(shape: impl Into<Shape>) -> Targets {
    Targets::Shaped(shape.into(), 0.0, 1.0, true)
}

/// No targets.
pub fn none() -> Targets {
    Targets::None
}

/// The battery of tests of a loss.
#[track_caller]
pub fn loss<L: Loss<f64> + Loss<f32>>(
    loss: &L,
    output: Shape,
    batch: usize,
    range: (f64, f64),
    kind: Targets,
) {
    // Batch size 1 is where a loop over the others, or a division by m - 1, shows.
    for batch in if batch > 1 { vec![batch, 1] } else { vec![batch] } {
        loss_on(loss, output, batch, range, kind);
    }
}

#[track_caller]
fn loss_on<L: Loss<f64> + Loss<f32>>(
    loss: &L,
    output: Shape,
    batch: usize,
    range: (f64, f64),
    kind: Targets,
) {
    let title = || format!("{:.60} on {batch} samples", format!("{loss:?}"));
    let draw = |key, n: usize, (low, high)| {
        let mut values = vec![0.0f64; n];
        Stream::new(23, key, 0).uniform(0, low, high, &mut values);
        values.iter_mut().for_each(|x| *x = f64::from(*x as f32)); // what f32 can hold too
        values
    };
    let n = batch * output.size();
    let y = draw(0, n, range);
    let terms = Loss::<f64>::terms(loss, &output);
    let shape = if let Targets::Shaped(shape, ..) = kind { shape } else { output };
    let target_values = match kind {
        Targets::Values(low, high) | Targets::Shaped(_, low, high, false) => {
            draw(1, batch * shape.size(), (low, high))
        }
        Targets::Shaped(_, low, high, true) => {
            let values = draw(1, batch * shape.size(), (low, high));
            values.iter().map(|&x| if x < (low + high) / 2.0 { low } else { high }).collect()
        }
        Targets::Classes(_) | Targets::None => Vec::new(),
    };
    let target_classes: Vec<usize> = match kind {
        Targets::Classes(n) => draw(1, batch * terms, (0.0, n as f64)).iter().map(|&x| x as usize).collect(),
        _ => Vec::new(),
    };
    let weights = draw(2, batch, (0.5, 1.5));
    for weights in [None, Some(&weights[..])] {
        let target = target(&target_classes, &target_values, shape, batch);
        loss.check(&output, batch, &target).unwrap_or_else(|error| panic!("{}: {error}", title()));

        let (mut terms, mut dy) = (Vec::new(), vec![f64::NAN; n]);
        let value = loss_value_and_gradient(loss, rows(&y, output), target, weights, &mut terms, &mut dy);
        let f = |y: &[f64]| loss_value(loss, rows(y, output), target, weights, &mut Vec::new());
        assert_eq!(f(&y), value, "{}: the value alone and with the gradient", title());
        let mut outputs = Batch::new(rows(&y, output), target).expect("as many targets as samples");
        outputs.weights = weights;
        let report = Check::new().loss_of(loss, &outputs);
        let report = report.unwrap_or_else(|error| panic!("{}: {error}", title()));
        assert!(report.passes(), "{}: {}\n{report}", title(), report.reason());

        let narrow = |x: &[f64]| -> Vec<f32> { x.iter().map(|&x| x as f32).collect() };
        let (y32, t32, w32) = (narrow(&y), narrow(&target_values), weights.map(narrow));
        let mut dy32 = vec![f32::NAN; n];
        let target32 = self::target(&target_classes, &t32, shape, batch);
        let value32 = loss_value_and_gradient(
            loss,
            rows(&y32, output),
            target32,
            w32.as_deref(),
            &mut Vec::new(),
            &mut dy32,
        );
        let wide: Vec<f64> = dy32.iter().copied().map(f64::from).collect();
        let value32 = f64::from(value32);
        let pairs = [
            Pair { name: "loss", left: &[value32], right: &[value] },
            Pair { name: "gradient", left: &wide, right: &dy },
        ];
        check_close(&pairs, || format!("{}: f32 is further from f64 than rounding explains", title()));
    }
    // One target too few, and targets of the other kind.
    let too_few = target(
        &target_classes[..target_classes.len().saturating_sub(1)],
        &target_values[..target_values.len().saturating_sub(shape.size())],
        shape,
        batch - 1,
    );
    assert!(loss.check(&output, batch, &too_few).is_err(), "{} targets for {batch} samples", batch - 1);
    if let Targets::Classes(n) = kind {
        let mut bad = target_classes.clone();
        let last = bad.len() - 1;
        bad[last] = n + 7;
        let error = Loss::<f64>::check(loss, &output, batch, &Target::Classes(&bad)).unwrap_err().to_string();
        assert!(error.contains(&format!("target {last}")) && error.contains(&(n + 7).to_string()), "{error}");
    }
}

fn rows<T>(data: &[T], shape: Shape) -> Rows<'_, T> {
    Rows::new(data, shape).expect("whole samples")
}

fn target<'a, T: Real>(classes: &'a [usize], values: &'a [T], shape: Shape, samples: usize) -> Target<'a, T> {
    match (classes, values) {
        ([], []) => Target::None(samples),
        ([], values) => Target::Values(rows(values, shape)),
        (classes, _) => Target::Classes(classes),
    }
}
