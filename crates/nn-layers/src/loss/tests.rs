//! What holds of every loss, and is looked at for all of them together.

use nn_core::{Loss, Reduction, Rows, Target, loss_value};
use tensor_ops::Shape;

use crate::*;

/// A loss on values, with the shape of an output, that of a target, and a good target.
struct OnValues {
    loss: Box<dyn Loss<f64>>,
    output: Shape,
    target: Shape,
    good: f64,
}

fn row(loss: impl Loss<f64> + 'static, shapes: (Shape, Shape), good: f64) -> OnValues {
    OnValues { loss: Box::new(loss), output: shapes.0, target: shapes.1, good }
}

fn on_values() -> [OnValues; 20] {
    let wide = ([3].into(), [3].into());
    let stacked = ([2, 3].into(), [3].into());
    [
        row(BinaryCrossEntropy::new(), wide, 1.0),
        row(BinaryFocal::new(2.0), wide, 1.0),
        row(CosineEmbedding::new(0.0), ([2, 3].into(), Shape::SCALAR), -1.0),
        row(CrossEntropy::new(), wide, 0.5),
        row(GaussianNll::new(), stacked, 1.0),
        row(Hinge::new(), wide, 1.0),
        row(HingeEmbedding::new(1.0), wide, -1.0),
        row(Huber::new(1.0), wide, 1.0),
        row(KlDivergence::new(), wide, 0.5),
        row(KlDivergence::new().log_target(), wide, -0.5),
        row(MarginRanking::new(0.1), stacked, 1.0),
        row(MeanAbsoluteError::new(), wide, 1.0),
        row(MeanSquaredError::new(), wide, 1.0),
        row(MultiLabelSoftMargin::new(), wide, 1.0),
        row(PoissonNll::new(), wide, 2.0),
        row(SigmoidCrossEntropy::new(), wide, 0.5),
        row(SmoothL1::new(1.0), wide, 1.0),
        row(SoftMargin::new(), wide, 1.0),
        row(SoftmaxCrossEntropy::new(), wide, 0.5),
        row(SquaredHinge::new(), wide, -1.0),
    ]
}

#[test]
fn a_target_that_is_nan_is_refused_and_named() {
    for OnValues { loss, output, target, good } in on_values() {
        let mut t = vec![good; 2 * target.size()];
        let check = |t: &[f64]| loss.check(&output, 2, &Target::Values(Rows::new(t, target).unwrap()));
        assert!(check(&t).is_ok(), "{loss:?}: {:?}", check(&t));
        let last = t.len() - 1;
        t[last] = f64::NAN;
        let error = check(&t).unwrap_err().to_string();
        assert!(error.contains(&format!("target {last} is NaN, expected")), "{error}");
        let error = loss.check(&output, 2, &Target::None(2)).unwrap_err().to_string();
        assert!(error.contains("expected"), "{error}");
    }
}

#[test]
fn settings_outside_their_range_are_refused() {
    let t = [1.0; 3];
    let refuses = |loss: &dyn Loss<f64>, target: Target<'_, f64>, output: &[usize], what: &str| {
        let error = loss.check(&Shape::new(output).unwrap(), 1, &target).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    let (values, classes) = (Target::Values(Rows::new(&t, [3]).unwrap()), Target::Classes(&[1]));
    refuses(&Huber::new(0.0), values, &[3], "delta is 0, expected a number > 0");
    refuses(&SmoothL1::new(-1.0), values, &[3], "beta is -1, expected a finite number >= 0");
    refuses(&PoissonNll::new().eps(-1.0), values, &[3], "eps is -1");
    refuses(&GaussianNll::new().eps(0.0), values, &[2, 3], "eps is 0");
    refuses(&HingeEmbedding::new(f64::NAN), values, &[3], "margin is NaN");
    refuses(&BinaryFocal::new(-1.0), values, &[3], "gamma is -1");
    refuses(&BinaryFocal::new(1.0).balance(2.0), values, &[3], "balance is 2");
    refuses(&Focal::new(f64::INFINITY), classes, &[3], "gamma is inf");
    refuses(&MultiMargin::new().class_weights([1.0, 2.0]), classes, &[3], "expected 3 finite class weights");
    refuses(&NegativeLogLikelihood::new(), Target::Classes(&[5]), &[3], "target 0 (from 0) is class 5");
    refuses(&TripletMargin::new(1.0).order(0.5), Target::None(1), &[3, 2], "order is 0.5");
    refuses(&TripletMargin::new(1.0), Target::None(2), &[3, 2], "do not fit 2 targets");
    refuses(&SoftmaxCrossEntropy::new().label_smoothing(1.5), classes, &[3], "smoothing 1.5");
}

#[test]
fn a_mean_over_nothing_is_nan_and_a_sum_0() {
    let (y, target) = (Rows::new(&[-1.0, -2.0], [2]).unwrap(), Target::Classes(&[1]));
    let value = |loss: &dyn Loss<f64>| loss_value(loss, y, target, None, &mut Vec::new());
    assert!(value(&SoftmaxCrossEntropy::new().ignore(1)).is_nan());
    assert!(value(&NegativeLogLikelihood::new().ignore(1)).is_nan());
    assert!(value(&Focal::new(2.0).ignore(1)).is_nan());
    assert_eq!(value(&NegativeLogLikelihood::new().ignore(1).reduction(Reduction::Sum)), 0.0);
}
