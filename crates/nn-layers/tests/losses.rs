//! Losses of batches that are divided among threads: no bit depends on the threads, nor on the company of a sample; a weight of 0
//! silences a sample, whatever its output is; and a later step allocates nothing.

use nn_core::{Loss, Reduction, Rows, Target, loss_value_and_gradient};
use nn_layers::{
    BinaryCrossEntropy, BinaryFocal, CosineEmbedding, CrossEntropy, Focal, GaussianNll, Hinge,
    HingeEmbedding, Huber, KlDivergence, MarginRanking, MeanAbsoluteError, MeanSquaredError,
    MultiLabelSoftMargin, MultiMargin, NegativeLogLikelihood, PoissonNll, SigmoidCrossEntropy, SmoothL1,
    SoftMargin, SoftmaxCrossEntropy, SquaredHinge, TripletMargin,
};
use tensor_ops::random::Stream;
use tensor_ops::{Shape, pool};

/// With 7 outputs and more a sample, several pieces of work, the last of them smaller.
const SAMPLES: usize = 2500;

fn uniform(key: u64, n: usize, low: f64, high: f64) -> Vec<f32> {
    let mut values = vec![0.0; n];
    Stream::new(1, key, 0).uniform(0, low, high, &mut values);
    values
}

/// A loss with what it takes.
struct Case {
    loss: Box<dyn Loss<f32>>,
    output: Shape,
    y: Vec<f32>,
    targets: Targets,
}

#[derive(Clone)]
enum Targets {
    Classes(Vec<usize>),
    Values(Vec<f32>, Shape),
    None,
}

impl Case {
    fn target(&self, first: usize, end: usize) -> Target<'_, f32> {
        match &self.targets {
            Targets::Classes(list) => {
                let each = list.len() / SAMPLES;
                Target::Classes(&list[first * each..end * each])
            }
            Targets::Values(values, shape) => {
                let each = shape.size();
                Target::Values(Rows::new(&values[first * each..end * each], *shape).expect("whole samples"))
            }
            Targets::None => Target::None(end - first),
        }
    }

    /// Loss, terms and gradient of a range of samples.
    fn run(&self, y: &[f32], first: usize, end: usize, weights: Option<&[f32]>) -> Outcome {
        let width = self.output.size();
        let rows = Rows::new(&y[first * width..end * width], self.output).expect("whole samples");
        let weights = weights.map(|weights| {
            let each = weights.len() / SAMPLES;
            &weights[first * each..end * each]
        });
        let (mut terms, mut dy) = (Vec::new(), vec![f32::NAN; rows.data().len()]);
        let target = self.target(first, end);
        let value = loss_value_and_gradient(&*self.loss, rows, target, weights, &mut terms, &mut dy);
        Outcome { value, terms, dy }
    }
}

#[derive(Debug, PartialEq)]
struct Outcome {
    value: f32,
    terms: Vec<f32>,
    dy: Vec<f32>,
}

/// Every loss, on outputs of one axis, of more than a vector of classes, and of two axes.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for output in [Shape::from([7]), Shape::from([40]), Shape::from([3, 5])] {
        let (n, classes) = (SAMPLES * output.size(), output[0]);
        let of_places = uniform(3, n / classes, 0.0, classes as f64);
        let list = of_places.iter().map(|x| (*x as usize).min(classes - 1)).collect();
        let signs: Vec<f32> = uniform(5, n, -1.0, 1.0).iter().map(|x| x.signum()).collect();
        let bits = signs.iter().map(|x| (x + 1.0) / 2.0).collect();
        let w: Vec<f64> = (0..classes).map(|i| 0.5 + i as f64).collect();
        let of_labels: Vec<f64> = (0..output[output.rank() - 1]).map(|i| 0.5 + i as f64).collect();
        let [classes, values, signs, bits] = [
            Targets::Classes(list),
            Targets::Values(uniform(4, n, 0.0, 1.0), output),
            Targets::Values(signs, output),
            Targets::Values(bits, output),
        ];
        let mut add = |loss: Box<dyn Loss<f32>>, low, high, targets: &Targets| {
            let y = uniform(1, n, low, high);
            cases.push(Case { loss, output, y, targets: targets.clone() });
        };
        let sum = Reduction::Sum;
        let softmax = || SoftmaxCrossEntropy::new().reduction(sum);
        add(Box::new(softmax().class_weights(w.clone()).ignore(1)), -4.0, 4.0, &classes);
        add(Box::new(softmax().label_smoothing(0.1).ignore(1)), -4.0, 4.0, &classes);
        add(Box::new(softmax().class_weights(w.clone())), -4.0, 4.0, &values);
        let entropy = || CrossEntropy::new().reduction(sum);
        add(Box::new(entropy().class_weights(w.clone()).ignore(1)), 0.01, 0.99, &classes);
        add(Box::new(entropy().label_smoothing(0.1)), 0.01, 0.99, &values);
        let nll = NegativeLogLikelihood::new().reduction(sum).class_weights(w.clone());
        add(Box::new(nll), -4.0, 4.0, &classes);
        add(Box::new(Focal::new(2.0).reduction(sum).class_weights(w.clone())), -4.0, 4.0, &classes);
        add(Box::new(Focal::new(2.0).reduction(sum).on_probabilities()), 0.01, 0.99, &classes);
        add(Box::new(MultiMargin::new().reduction(sum).class_weights(w.clone())), -4.0, 4.0, &classes);
        let sigmoid = SigmoidCrossEntropy::new().reduction(sum).positive_weights(of_labels.clone());
        add(Box::new(sigmoid), -4.0, 4.0, &values);
        let labels = MultiLabelSoftMargin::new().reduction(sum).label_weights(of_labels);
        add(Box::new(labels), -4.0, 4.0, &values);
        let binary = BinaryCrossEntropy::new().reduction(sum).positive_weight(2.0);
        add(Box::new(binary), 0.01, 0.99, &values);
        add(Box::new(BinaryFocal::new(1.5).reduction(sum)), -4.0, 4.0, &bits);
        add(Box::new(Hinge::new().reduction(sum)), -4.0, 4.0, &signs);
        add(Box::new(SquaredHinge::new().reduction(sum)), -4.0, 4.0, &signs);
        add(Box::new(HingeEmbedding::new(1.0).reduction(sum)), -4.0, 4.0, &signs);
        add(Box::new(SoftMargin::new().reduction(sum)), -4.0, 4.0, &signs);
        add(Box::new(KlDivergence::new().reduction(sum)), -4.0, 4.0, &values);
        add(Box::new(PoissonNll::new().reduction(sum)), -4.0, 4.0, &values);
        add(Box::new(MeanSquaredError::new().reduction(sum)), -4.0, 4.0, &values);
        add(Box::new(MeanAbsoluteError::new().reduction(sum)), -4.0, 4.0, &values);
        add(Box::new(Huber::new(0.7).reduction(sum)), -4.0, 4.0, &values);
        add(Box::new(SmoothL1::new(0.7).reduction(sum)), -4.0, 4.0, &values);
    }
    let signs: Vec<f32> = uniform(5, SAMPLES * 5, -1.0, 1.0).iter().map(|x| x.signum()).collect();
    let one = Targets::Values(signs[..SAMPLES].to_vec(), [1].into());
    let five = Targets::Values(signs, [5].into());
    let mut add = |loss: Box<dyn Loss<f32>>, output: [usize; 2], targets: &Targets| {
        let y = uniform(1, SAMPLES * output[0] * output[1], 0.1, 4.0);
        cases.push(Case { loss, output: output.into(), y, targets: targets.clone() });
    };
    let sum = Reduction::Sum;
    add(Box::new(CosineEmbedding::new(0.1).reduction(sum)), [2, 5], &one);
    add(Box::new(MarginRanking::new(0.1).reduction(sum)), [2, 5], &five);
    add(Box::new(GaussianNll::new().reduction(sum)), [2, 5], &five);
    add(Box::new(TripletMargin::new(1.0).reduction(sum)), [3, 10], &Targets::None);
    cases
}

/// No weights, one a sample, and one a term.
fn weightings(case: &Case) -> [Option<Vec<f32>>; 3] {
    let terms = SAMPLES * case.loss.terms(&case.output);
    [None, Some(uniform(9, SAMPLES, 0.5, 1.5)), Some(uniform(8, terms, 0.5, 1.5))]
}

#[test]
fn no_bit_depends_on_threads_or_company() {
    let before = pool::threads();
    for case in cases() {
        let (width, each) = (case.output.size(), case.loss.terms(&case.output));
        for weights in weightings(&case) {
            let weights = weights.as_deref();
            pool::set_threads(1);
            let all = case.run(&case.y, 0, SAMPLES, weights);
            for threads in [2, 4] {
                pool::set_threads(threads);
                assert_eq!(case.run(&case.y, 0, SAMPLES, weights), all, "{:?}, {threads} threads", case.loss);
            }
            for i in (0..SAMPLES).step_by(37).chain([SAMPLES - 1]) {
                let alone = case.run(&case.y, i, i + 1, weights);
                assert_eq!(alone.terms, all.terms[i * each..][..each], "{:?}, terms of {i}", case.loss);
                assert_eq!(alone.dy, all.dy[i * width..][..width], "{:?}, gradient of {i}", case.loss);
            }
        }
    }
    pool::set_threads(before);
}

#[test]
fn a_sample_of_weight_0_is_silent_whatever_it_is() {
    for case in cases() {
        let (width, each) = (case.output.size(), case.loss.terms(&case.output));
        for mut weights in weightings(&case).into_iter().flatten() {
            let of_sample = weights.len() / SAMPLES;
            let mut y = case.y.clone();
            let loud = [f32::NAN, f32::INFINITY, -f32::INFINITY];
            for i in (0..SAMPLES).step_by(7) {
                weights[i * of_sample..][..of_sample].fill(0.0);
                y[i * width..][..width].fill(loud[i % 3]);
            }
            let with = case.run(&y, 0, SAMPLES, Some(&weights));
            assert!(with.value.is_finite(), "{:?}: {}", case.loss, with.value);
            assert!(with.terms[..each].iter().chain(&with.dy[..width]).all(|x| *x == 0.0), "{:?}", case.loss);
            assert_eq!(with, case.run(&case.y, 0, SAMPLES, Some(&weights)), "{:?}", case.loss);
        }
    }
}

/// Of the first sample the first term weighs nothing, and its outputs are NaN: those at a distance of the number of terms.
#[test]
fn a_term_of_weight_0_is_silent_beside_others_of_its_sample() {
    for case in cases() {
        let (width, each) = (case.output.size(), case.loss.terms(&case.output));
        if each == 1 {
            continue;
        }
        let mut weights = vec![1.0; SAMPLES * each];
        weights[0] = 0.0;
        let mut y = case.y.clone();
        y[..width].iter_mut().step_by(each).for_each(|y| *y = f32::NAN);
        let outcome = case.run(&y, 0, SAMPLES, Some(&weights));
        assert!(outcome.value.is_finite(), "{:?}: {}", case.loss, outcome.value);
        assert!(outcome.dy.iter().all(|d| d.is_finite()), "{:?}: {:?}", case.loss, &outcome.dy[..width]);
    }
}

#[test]
fn a_later_loss_allocates_nothing() {
    for case in cases() {
        let rows = Rows::new(&case.y, case.output).expect("whole samples");
        let (target, weights) = (case.target(0, SAMPLES), uniform(9, SAMPLES, 0.5, 1.5));
        let (mut terms, mut dy) = (Vec::new(), vec![0.0; case.y.len()]);
        let mut step = || {
            loss_value_and_gradient(&*case.loss, rows, target, Some(&weights), &mut terms, &mut dy);
        };
        step();
        assert_eq!(nn_check::suite::count_allocations(step), 0, "{:?}", case.loss);
    }
}
