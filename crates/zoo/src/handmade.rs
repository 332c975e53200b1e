//! An operation written as three functions of the whole batch, for layers that the library does not have.

use std::sync::Arc;

use nn_core::{BackPass, BindErrorKind, Fan, Kernel, Local, Op, ParamsMut, Pass, Plan, RowsMut};
use nn_layers::init::Constant;
use tensor_ops::{Real, Shape};

use crate::scene::{Scene, narrow};

/// A name and the shape of a parameter, for samples of a shape.
pub(crate) type Parameter = (&'static str, fn(&Shape) -> Shape);

/// An operation as three functions. A wrong one differs from the right one in one of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handmade {
    pub(crate) name: &'static str,
    pub(crate) arity: usize,
    /// The shape of an output sample.
    pub(crate) output: fn(&Shape) -> Shape,
    pub(crate) params: &'static [Parameter],
    /// y.
    pub(crate) forward: fn(&Scene) -> Vec<f64>,
    /// dx of each input.
    pub(crate) input: fn(&Scene) -> Vec<Vec<f64>>,
    /// dθ of each parameter.
    pub(crate) learned: fn(&Scene) -> Vec<Vec<f64>>,
}

impl Handmade {
    /// An operation of one input that keeps its shape, without parameters, and with nothing in it yet.
    pub(crate) const BLANK: Handmade = Handmade {
        name: "blank",
        arity: 1,
        output: |x| *x,
        params: &[],
        forward: |s| s.x[0].clone(),
        input: |s| vec![s.dy.clone()],
        learned: |_| Vec::new(),
    };
}

impl Op for Handmade {
    fn name(&self) -> &'static str {
        self.name
    }

    fn arity(&self) -> usize {
        self.arity
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let input = &inputs[0];
        // Whole batches, since the functions see all samples.
        let plan = Plan::new((self.output)(input)).min_rows(usize::MAX);
        let fan = Fan { inputs: 1, outputs: 1 };
        let add = |plan: Plan, &(name, shape): &Parameter| {
            plan.param(name, shape(input), fan, Arc::new(Constant(0.8)))
        };
        Ok(self.params.iter().fold(plan, add))
    }
}

impl<T: Real> Kernel<T> for Handmade {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        narrow(&(self.forward)(&Scene::forward(pass)), y.data());
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let all = (self.input)(&Scene::backward(pass));
        for (to, from) in dx.iter_mut().zip(all).filter(|(to, _)| to.is_wanted()) {
            narrow(&from, to.data());
        }
    }

    fn backward_params(&self, pass: &BackPass<'_, T>, mut dtheta: ParamsMut<'_, T>, _: &mut [T]) {
        for (i, from) in (self.learned)(&Scene::backward(pass)).iter().enumerate() {
            narrow(from, dtheta.get(i).expect("declared in `plan`"));
        }
    }
}
