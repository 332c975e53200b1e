//! Optimizers on flat slices: no network in sight.
//!
//! | to | use |
//! |---|---|
//! | update θ from its gradient | an [`Optimizer`]: [`Sgd`], [`Momentum`], [`RmsProp`], [`Adagrad`], [`Adadelta`], [`Adam`], [`AdamW`], [`Adamax`], [`NAdam`], [`RAdam`], [`Lion`], [`Rprop`], [`Lamb`], [`Muon`] |
//! | minimise a function without noise | [`Lbfgs`] |
//! | choose settings by the name of a parameter | [`Groups`], [`Tensors`] |
//! | wrap an optimizer | [`Averaged`], [`Lookahead`], [`Accumulated`] |
//! | change the rate over time | a [`Schedule`]: [`Constant`], [`CosineAnnealing`], or any closure |
//! | bound a gradient | [`clip_norm`], [`clip_value`], [`clip_norm_of`], [`clip_unit_norms`], or with the update [`Optimizer::update_clipped`] |
//! | notice gradients that are not finite | [`Guard`] |
//! | smooth a series | [`ExponentiallyWeightedAverage`] |
//! | see an optimizer on Rosenbrock's valley and others | [`landscapes`] |
//!
//! Fitting a line y = a x + b to points, by gradient descent on the squared error:
//!
//! ```
//! use nn_optim::{Adam, Optimizer};
//! let points = [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)];
//! let (adam, mut theta) = (Adam::new(0.1), [0.0f64; 2]);
//! let mut state = adam.init(theta.len());
//! for step in 0..500 {
//!     let mut gradient = [0.0; 2];
//!     for (x, y) in points {
//!         let error = theta[0] * x + theta[1] - y;
//!         gradient[0] += 2.0 * error * x;
//!         gradient[1] += 2.0 * error;
//!     }
//!     adam.update(step, 0.1, &mut state, &mut theta, &gradient);
//! }
//! assert!((theta[0] - 2.0).abs() < 1e-3 && (theta[1] - 1.0).abs() < 1e-3);
//! ```
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod accumulate;
mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod adamw;
mod average;
mod clip;
mod decay;
mod finite;
mod groups;
mod lamb;
pub mod landscapes;
mod lbfgs;
mod lion;
mod lookahead;
mod moments;
mod momentum;
mod muon;
mod nadam;
mod optimizer;
mod radam;
mod rmsprop;
mod rprop;
mod schedule;
mod series;
mod setting;
mod sgd;
mod tensors;

pub use accumulate::Accumulated;
pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamax::Adamax;
pub use adamw::AdamW;
pub use average::Averaged;
pub use clip::{
    clip_norm, clip_norm_of, clip_unit_norms, clip_unit_rows, clip_value, gradient_norm, gradient_norm_of,
};
pub use finite::{Guard, NonFinite, NonFinitePolicy, non_finite};
pub use groups::Groups;
pub use lamb::Lamb;
pub use lbfgs::{Lbfgs, LbfgsEnd, LbfgsError, LbfgsReport};
pub use lion::Lion;
pub use lookahead::Lookahead;
pub use momentum::Momentum;
pub use muon::Muon;
pub use nadam::NAdam;
pub use optimizer::{At, MAX_MEMORY, Memory, Optimizer};
pub use radam::RAdam;
pub use rmsprop::RmsProp;
pub use rprop::Rprop;
pub use schedule::{
    Anneal, Constant, CosineAnnealing, CosineRestarts, CyclicMode, CyclicRate, ExponentialDecay,
    InverseTimeDecay, LinearDecay, MultiStepDecay, Noam, OneCycle, PlateauState, PolynomialDecay,
    ReduceOnPlateau, Schedule, Sequence, StepDecay, Warmup,
};
pub use series::ExponentiallyWeightedAverage;
pub use setting::SettingError;
pub use sgd::Sgd;
pub use tensors::{Tensors, TensorsError};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
