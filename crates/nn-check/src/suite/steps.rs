//! A step in one go beside the gradient alone.

use nn_core::{
    Batch, Layer, Loss, LossError, Mode, Model, Reduction, Rows, RowsMut, Target, ThetaPart, Upstream,
};
use tensor_ops::{Real, Shape};

use super::{bind, context};
use crate::layer::RandomPoint;

/// [`Model::step`] has the loss, the gradient and the observed state of [`Model::loss_and_gradient`], whatever becomes of θ
/// and whenever the state is updated.
#[track_caller]
pub fn steps(layer: &dyn Layer, input: Shape, batch: usize) {
    let network = bind(layer, input);
    let at = RandomPoint::new(&network, batch, 29);
    let x = Rows::new(&at.x, input).expect("whole samples");
    let target = Target::Values(Rows::new(&at.weights, *network.output_shape()).expect("whole samples"));
    let data = Batch::new(x, target).expect("a batch");
    let mut apart = Model::from_parts(network.into(), at.theta.clone(), at.state.clone());
    let mut at_once = apart.clone();
    let (mut ws, cx) = (apart.workspace(batch).expect("a workspace"), context(Mode::Training));
    let value = apart.loss_and_gradient(&data, &Linear, &cx, &mut ws);
    let gradient = ws.gradient().to_vec();

    ws.fill(f64::NAN);
    let spoil = |part: ThetaPart<'_, f64>| part.theta.fill(f64::NAN);
    assert_eq!(
        at_once.step(&data, &Linear, &cx, &mut ws, &mut [], &spoil),
        value,
        "loss of a step in one go"
    );
    assert_eq!(ws.gradient(), gradient, "gradient of a step in one go");
    assert_eq!(at_once.state(), apart.state(), "state after a step in one go");
}

/// Σ wᵢ yᵢ with the targets as weights.
#[derive(Debug)]
struct Linear;

impl<T: Real> Loss<T> for Linear {
    fn terms(&self, output: &Shape) -> usize {
        output.size()
    }
    fn check(&self, _: &Shape, _: usize, _: &Target<'_, T>) -> Result<(), LossError> {
        Ok(())
    }
    fn reduction(&self) -> Reduction {
        Reduction::Sum
    }
    fn divisor(&self, _: &Shape, _: &Target<'_, T>) -> T {
        T::ONE
    }
    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        let Target::Values(weights) = target else { unreachable!("made above") };
        for ((term, y), weight) in terms.iter_mut().zip(y.data()).zip(weights.data()) {
            *term = *weight * *y;
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
        Loss::value(self, y, target, terms);
        let Target::Values(weights) = target else { unreachable!("made above") };
        dy.data().copy_from_slice(weights.data());
        upstream.pull_back(dy.data(), 1);
    }
}
