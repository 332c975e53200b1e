//! PyTorch's optimizers, and the course's form of momentum.

use nn_optim::{Adadelta, Adagrad, Adam, AdamW, Adamax, Momentum, NAdam, RAdam, RmsProp, Rprop, Sgd};

use super::betas;
use super::trajectory::trajectory;
use crate::case::{Case, Stop};
use crate::run::Operations;

/// An optimizer with the decay of the case: `decoupled` says in which form.
macro_rules! decayed {
    ($case:expr, $optimizer:expr) => {
        match $case.flag("decoupled", Some(false))? {
            false => $optimizer.weight_decay(decay($case)?),
            true => $optimizer.decoupled_weight_decay(decay($case)?),
        }
    };
}

pub(crate) const OPERATIONS: Operations = &[
    ("Adadelta", |case| {
        let adadelta = Adadelta::new(rate(case)?).rho(case.number("rho", Some(0.9))?).eps(eps(case, 1e-6)?);
        trajectory(case, &adadelta.weight_decay(decay(case)?))
    }),
    ("Adagrad", |case| {
        let adagrad = Adagrad::new(rate(case)?)
            .initial_accumulator(case.number("initial_accumulator", Some(0.0))?)
            .rate_decay(case.number("lr_decay", Some(0.0))?)
            .eps(eps(case, 1e-10)?);
        trajectory(case, &adagrad.weight_decay(decay(case)?))
    }),
    ("Adam", |case| {
        let (beta1, beta2) = betas(case)?;
        let adam = Adam::new(rate(case)?).betas(beta1, beta2).eps(eps(case, 1e-8)?);
        let adam = if case.flag("amsgrad", Some(false))? { adam.amsgrad() } else { adam };
        trajectory(case, &decayed!(case, adam))
    }),
    ("AdamW", |case| {
        let (beta1, beta2) = betas(case)?;
        let adamw = AdamW::new(rate(case)?).betas(beta1, beta2).eps(eps(case, 1e-8)?);
        let adamw = if case.flag("amsgrad", Some(false))? { adamw.amsgrad() } else { adamw };
        trajectory(case, &adamw.weight_decay(case.number("weight_decay", Some(0.01))?))
    }),
    ("Adamax", |case| {
        let (beta1, beta2) = betas(case)?;
        let adamax = Adamax::new(rate(case)?).betas(beta1, beta2).eps(eps(case, 1e-8)?);
        trajectory(case, &adamax.weight_decay(decay(case)?))
    }),
    ("Momentum", |case| {
        let momentum = momentum(case)?.dampening(case.number("dampening", Some(0.0))?);
        trajectory(case, &if case.flag("nesterov", Some(false))? { momentum.nesterov() } else { momentum })
    }),
    ("MomentumEMA", |case| {
        let momentum = Momentum::averaged(rate(case)?, case.number("beta", None)?);
        let corrects = case.flag("bias_correction", Some(false))?;
        let momentum = if corrects { momentum.bias_correction() } else { momentum };
        trajectory(case, &momentum.weight_decay(decay(case)?))
    }),
    ("NAdam", |case| {
        let (beta1, beta2) = betas(case)?;
        let nadam = NAdam::new(rate(case)?).betas(beta1, beta2).eps(eps(case, 1e-8)?);
        let nadam = nadam.momentum_decay(case.number("momentum_decay", Some(0.004))?);
        trajectory(case, &decayed!(case, nadam))
    }),
    ("Nesterov", |case| trajectory(case, &momentum(case)?.nesterov())),
    ("RAdam", |case| {
        let (beta1, beta2) = betas(case)?;
        let radam = RAdam::new(rate(case)?).betas(beta1, beta2).eps(eps(case, 1e-8)?);
        trajectory(case, &decayed!(case, radam))
    }),
    ("RMSprop", |case| {
        let rmsprop = RmsProp::new(rate(case)?)
            .rho(case.number("alpha", Some(0.99))?)
            .eps(eps(case, 1e-8)?)
            .momentum(case.number("momentum", Some(0.0))?)
            .weight_decay(decay(case)?);
        trajectory(case, &if case.flag("centered", Some(false))? { rmsprop.centered() } else { rmsprop })
    }),
    ("Rprop", |case| {
        let factors = (case.number("eta_minus", Some(0.5))?, case.number("eta_plus", Some(1.2))?);
        let steps = (case.number("step_min", Some(1e-6))?, case.number("step_max", Some(50.0))?);
        trajectory(case, &Rprop::new(rate(case)?).factors(factors.0, factors.1).step_bounds(steps.0, steps.1))
    }),
    ("SGD", |case| trajectory(case, &Sgd::new(rate(case)?).weight_decay(decay(case)?))),
];

fn momentum(case: &Case) -> Result<Momentum, Stop> {
    let momentum = Momentum::summed(rate(case)?, case.number("momentum", None)?);
    Ok(momentum.weight_decay(decay(case)?))
}

fn rate(case: &Case) -> Result<f64, Stop> {
    case.number("lr", None)
}

fn eps(case: &Case, default: f64) -> Result<f64, Stop> {
    case.number("eps", Some(default))
}

fn decay(case: &Case) -> Result<f64, Stop> {
    case.number("weight_decay", Some(0.0))
}
