//! A right operation or loss of the library whose gradient is spoiled the way a bug would.

use std::sync::Arc;

use nn_core::{
    BackPass, Batch, BindErrorKind, Kernel, Local, Loss, LossError, Op, ParamsMut, Pass, Plan, Reduction,
    Rows, RowsMut, Target, Upstream,
};
use tensor_ops::{Real, Shape};

use crate::scene::{Scene, narrow, wide};

/// Changes right gradients, one for each input or parameter, into wrong ones.
pub(crate) type Spoil = fn(&Scene, &mut [Vec<f64>]);

/// A right operation with a wrong backward.
#[derive(Debug, Clone)]
pub(crate) struct Spoiled<K> {
    right: K,
    input: Option<Spoil>,
    learned: Option<Spoil>,
}

impl<K> Spoiled<K> {
    /// `right` with another dx.
    pub(crate) fn input(right: K, spoil: Spoil) -> Spoiled<K> {
        Spoiled { right, input: Some(spoil), learned: None }
    }

    /// `right` with another dθ.
    pub(crate) fn learned(right: K, spoil: Spoil) -> Spoiled<K> {
        Spoiled { right, input: None, learned: Some(spoil) }
    }
}

impl<K: Op> Op for Spoiled<K> {
    fn name(&self) -> &'static str {
        self.right.name()
    }

    fn arity(&self) -> usize {
        self.right.arity()
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let mut plan = self.right.plan(inputs)?.min_rows(usize::MAX);
        // What is spoiled is asked for as a whole, and after it is computed alone.
        (plan.fuses, plan.by_rows) = (false, false);
        Ok(plan)
    }
}

impl<T: Real, K: Kernel<T>> Kernel<T> for Spoiled<K> {
    fn summarize(&self, pass: &Pass<'_, T>, summary: &mut [T], scratch: &mut [T]) {
        self.right.summarize(pass, summary, scratch);
    }

    fn forward(&self, pass: &Pass<'_, T>, y: RowsMut<'_, T>, local: Local<'_, T>) {
        self.right.forward(pass, y, local);
    }

    fn summarize_back(&self, pass: &BackPass<'_, T>, summary: &mut [T], scratch: &mut [T]) {
        self.right.summarize_back(pass, summary, scratch);
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        self.right.backward_input(pass, dx, local);
        let Some(spoil) = self.input else { return };
        // An input without a wanted gradient has rows of length 0; what the bug would do there is of no effect.
        let mut all: Vec<Vec<f64>> = dx.iter_mut().map(|dx| wide(dx.data())).collect();
        spoil(&Scene::backward(pass), &mut all);
        for (to, from) in dx.iter_mut().zip(&all).filter(|(to, _)| to.is_wanted()) {
            narrow(from, to.data());
        }
    }

    fn backward_params(&self, pass: &BackPass<'_, T>, mut dtheta: ParamsMut<'_, T>, scratch: &mut [T]) {
        let shapes: Vec<Shape> = pass.x.iter().map(|x| *x.shape()).collect();
        let plan = self.right.plan(&shapes).expect("bound");
        if !plan.by_rows && self.learned.is_none() {
            return self.right.backward_params(pass, dtheta, scratch);
        }
        // A gradient that is not by rows cannot be lent and read again: its spoiler begins with zeros.
        let mut all: Vec<Vec<f64>> = Vec::new();
        for (i, param) in plan.params.iter().enumerate() {
            let mut right = vec![T::ZERO; param.shape.size()];
            if plan.by_rows {
                self.right.backward_rows(pass, i, 0..param.shape[0], &mut right);
            }
            all.push(wide(&right));
        }
        if let Some(spoil) = self.learned {
            let mut scene = Scene::backward(pass);
            scene.before = (0..).map_while(|i| dtheta.get(i).map(|d| wide(d))).collect();
            spoil(&scene, &mut all);
        }
        for (i, from) in all.iter().enumerate() {
            narrow(from, dtheta.get(i).expect("declared in `plan`"));
        }
    }
}

/// What the gradient of a loss is spoiled with.
#[derive(Debug)]
pub(crate) struct LossScene<'a> {
    /// The number of samples.
    pub(crate) m: usize,
    /// The outputs, `(m, n)`.
    pub(crate) y: &'a [f64],
    /// What they are compared with.
    pub(crate) target: Target<'a, f64>,
    /// The factor of each term: 1/divisor of a mean.
    pub(crate) scale: f64,
}

impl LossScene<'_> {
    /// The elements of an output.
    pub(crate) fn n(&self) -> usize {
        self.y.len() / self.m
    }

    /// Target `i` of those that are values.
    pub(crate) fn value(&self, i: usize) -> f64 {
        match self.target {
            Target::Values(rows) => rows.data()[i],
            _ => panic!("a loss on values"),
        }
    }

    /// The class of sample `i`.
    pub(crate) fn class(&self, i: usize) -> usize {
        match self.target {
            Target::Classes(classes) => classes[i],
            _ => panic!("a loss on classes"),
        }
    }
}

/// Changes the right gradient of a loss into a wrong one.
pub(crate) type SpoilLoss = fn(&LossScene<'_>, &mut [f64]);

/// A right loss with a wrong gradient.
#[derive(Debug, Clone)]
pub(crate) struct SpoiledLoss {
    right: Arc<dyn Loss<f64>>,
    spoil: SpoilLoss,
}

impl SpoiledLoss {
    pub(crate) fn new(right: impl Loss<f64> + 'static, spoil: SpoilLoss) -> SpoiledLoss {
        SpoiledLoss { right: Arc::new(right), spoil }
    }
}

impl Loss<f64> for SpoiledLoss {
    fn terms(&self, output: &Shape) -> usize {
        self.right.terms(output)
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, f64>) -> Result<(), LossError> {
        self.right.check(output, samples, target)
    }

    fn check_batch(&self, output: &Shape, batch: &Batch<'_, f64>) -> Result<(), LossError> {
        self.right.check_batch(output, batch)
    }

    fn reduction(&self) -> Reduction {
        self.right.reduction()
    }

    fn divisor(&self, output: &Shape, target: &Target<'_, f64>) -> f64 {
        self.right.divisor(output, target)
    }

    fn value(&self, y: Rows<'_, f64>, target: Target<'_, f64>, terms: &mut [f64]) {
        self.right.value(y, target, terms);
    }

    fn value_and_gradient(
        &self,
        y: Rows<'_, f64>,
        target: Target<'_, f64>,
        upstream: Upstream<'_, f64>,
        terms: &mut [f64],
        mut dy: RowsMut<'_, f64>,
    ) {
        let out = RowsMut::new(dy.data(), *y.shape()).expect("whole samples");
        self.right.value_and_gradient(y, target, upstream, terms, out);
        let scene = LossScene { m: y.len(), y: y.data(), target, scale: upstream.at(0) };
        (self.spoil)(&scene, dy.data());
    }
}
