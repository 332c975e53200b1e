//! Keras' optimizers: ε elsewhere, the rate inside the velocity, weight decay decoupled everywhere.

use nn_optim::{Adadelta, Adagrad, Adam, AdamW, Adamax, Lion, Momentum, NAdam, RmsProp, Sgd};

use super::trajectory::trajectory;
use super::{Answers, betas};
use crate::case::{Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("Adadelta", |case| {
        let adadelta = Adadelta::new(rate(case)?).rho(case.number("rho", Some(0.95))?).eps(eps(case)?);
        trajectory(case, &adadelta.decoupled_weight_decay(decay(case)?))
    }),
    ("Adagrad", |case| {
        let adagrad = Adagrad::new(rate(case)?)
            .initial_accumulator(case.number("initial_accumulator", Some(0.1))?)
            .eps(eps(case)?)
            .eps_inside();
        trajectory(case, &adagrad.decoupled_weight_decay(decay(case)?))
    }),
    ("Adam", |case| {
        let (beta1, beta2) = betas(case)?;
        let adam = Adam::new(rate(case)?).betas(beta1, beta2).eps(eps(case)?).eps_hat();
        let adam = if case.flag("amsgrad", Some(false))? { adam.amsgrad() } else { adam };
        trajectory(case, &adam.decoupled_weight_decay(decay(case)?))
    }),
    ("AdamW", |case| {
        let (beta1, beta2) = betas(case)?;
        let adamw = AdamW::new(rate(case)?).betas(beta1, beta2).eps(eps(case)?).eps_hat();
        let adamw = if case.flag("amsgrad", Some(false))? { adamw.amsgrad() } else { adamw };
        trajectory(case, &adamw.weight_decay(case.number("weight_decay", Some(0.004))?))
    }),
    ("Adamax", |case| {
        let (beta1, beta2) = betas(case)?;
        let adamax = Adamax::new(rate(case)?).betas(beta1, beta2).eps(eps(case)?).eps_outside();
        trajectory(case, &adamax.decoupled_weight_decay(decay(case)?))
    }),
    ("Lion", |case| {
        let (beta1, beta2) = (case.number("beta1", Some(0.9))?, case.number("beta2", Some(0.99))?);
        trajectory(case, &Lion::new(rate(case)?).betas(beta1, beta2).decoupled_weight_decay(decay(case)?))
    }),
    ("Momentum", |case| trajectory(case, &momentum(case)?)),
    ("Nadam", |case| {
        let (beta1, beta2) = betas(case)?;
        let nadam = NAdam::new(rate(case)?).betas(beta1, beta2).eps(eps(case)?).momentum_decay(1.0);
        trajectory(case, &nadam.decoupled_weight_decay(decay(case)?))
    }),
    ("Nesterov", |case| trajectory(case, &momentum(case)?.nesterov())),
    ("RMSprop", |case| {
        let rmsprop = RmsProp::new(rate(case)?)
            .rho(case.number("rho", Some(0.9))?)
            .eps(eps(case)?)
            .eps_inside()
            .momentum(case.number("momentum", Some(0.0))?)
            .rate_in_momentum()
            .decoupled_weight_decay(decay(case)?);
        trajectory(case, &if case.flag("centered", Some(false))? { rmsprop.centered() } else { rmsprop })
    }),
    ("SGD", sgd),
    ("SGDdecoupled", sgd),
];

fn sgd(case: &Case) -> Answers {
    trajectory(case, &Sgd::new(rate(case)?).decoupled_weight_decay(decay(case)?))
}

fn momentum(case: &Case) -> Result<Momentum, Stop> {
    let momentum = Momentum::rate_in_velocity(rate(case)?, case.number("momentum", None)?);
    Ok(momentum.decoupled_weight_decay(decay(case)?))
}

fn rate(case: &Case) -> Result<f64, Stop> {
    case.number("lr", None)
}

fn eps(case: &Case) -> Result<f64, Stop> {
    case.number("eps", Some(1e-7))
}

fn decay(case: &Case) -> Result<f64, Stop> {
    case.number("weight_decay", Some(0.0))
}
