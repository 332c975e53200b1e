//! The optimizers of ai.onnx.preview.training: one step for several tensors, with what is remembered given and returned.

use nn_optim::{Adagrad, Adam, Momentum, Optimizer};
use tensor_ops::{Real, Tensor};

use super::{Answers, Given, answers, real, required, scalar, tensor};
use crate::case::{Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations =
    &[("Adagrad", real!(adagrad)), ("Adam", real!(adam)), ("Momentum", real!(momentum))];

fn adagrad<T: Real + Given>(case: &Case) -> Answers {
    let adagrad = Adagrad::new(0.0)
        .rate_decay(case.number("decay_factor", Some(0.0))?)
        .eps(case.number("epsilon", Some(0.0))?)
        .weight_decay(case.number("norm_coefficient", Some(0.0))?);
    let (rate, count) = given::<T>(case)?;
    step::<T>(case, &adagrad, count, rate)
}

fn adam<T: Real + Given>(case: &Case) -> Answers {
    if case.number("norm_coefficient_post", Some(0.0))? != 0.0 {
        return Err(Stop::Unsupported("Adam with a norm_coefficient_post"));
    }
    let adam = Adam::new(0.0)
        .betas(case.number("alpha", Some(0.9))?, case.number("beta", Some(0.999))?)
        .eps(case.number("epsilon", Some(0.0))?)
        .eps_hat()
        .weight_decay(case.number("norm_coefficient", Some(0.0))?);
    let (rate, count) = given::<T>(case)?;
    // ONNX corrects by the count T as it is, and not at all where it is 0.
    match count.checked_sub(1) {
        Some(before) => step::<T>(case, &adam, before, rate),
        None => step::<T>(case, &adam.without_bias_correction(), 0, rate),
    }
}

fn momentum<T: Real + Given>(case: &Case) -> Answers {
    let momentum = Momentum::summed(0.0, case.number("alpha", None)?)
        .dampening(1.0 - case.number("beta", None)?)
        .weight_decay(case.number("norm_coefficient", Some(0.0))?);
    let momentum = match case.text("mode", None)? {
        "standard" => momentum,
        "nesterov" => momentum.nesterov(),
        other => return Err(Stop::Unknown(format!("attribute mode is {other:?}, which is not known"))),
    };
    let (rate, count) = given::<T>(case)?;
    step::<T>(case, &momentum, count, rate)
}

/// R and T: the rate, and how many steps there were.
fn given<T: Real + Given>(case: &Case) -> Result<(f64, u64), Stop> {
    let rate = scalar::<T>(case, 0)?.ok_or_else(|| Stop::Unknown("input 0 is missing".into()))?;
    let count = required(case, 1)?.tensor.item()?;
    if count < 0.0 {
        return Err(Stop::Unknown(format!("the count of steps is {count}")));
    }
    Ok((rate.to_f64(), count as u64))
}

/// After R and T come all X, all G, and all of each that is remembered; the answers are all X, and all that is remembered.
fn step<T: Real + Given>(case: &Case, optimizer: &dyn Optimizer<T>, count: u64, rate: f64) -> Answers {
    let kinds = 2 + optimizer.memory();
    let places = case.inputs.len() - 2;
    if !places.is_multiple_of(kinds) {
        return Err(Stop::Unknown(format!("{places} tensors, expected {kinds} for each that is optimized")));
    }
    let tensors = places / kinds;
    let mut of_kinds = vec![Vec::new(); kinds - 1];
    for i in 0..tensors {
        let at = |kind: usize| tensor::<T>(case, 2 + kind * tensors + i);
        let (mut x, gradient) = (at(0)?, at(1)?);
        let memory = (2..kinds).map(at).collect::<Result<Vec<_>, Stop>>()?;
        let mut state: Vec<T> = memory.iter().flat_map(|vector| vector.as_slice()).copied().collect();
        optimizer.update(count, rate, &mut state, x.as_mut_slice(), gradient.as_slice());
        let shape = *x.shape();
        let vectors = state.chunks(shape.size().max(1)).map(|vector| Tensor::new(shape, vector.to_vec()));
        for (kind, tensor) in std::iter::once(Ok(x)).chain(vectors).enumerate() {
            of_kinds[kind].push(tensor?);
        }
    }
    answers(case, of_kinds.concat())
}
