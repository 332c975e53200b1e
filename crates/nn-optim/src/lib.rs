//! Optimizers on flat slices: no network in sight.
//!
//! | to | use |
//! |---|---|
//! | update θ from its gradient | [`Sgd`], [`Adam`], through the trait [`Optimizer`] |
//! | change the rate over time | a [`Schedule`]: [`Constant`], [`CosineAnnealing`], or any closure |
//! | bound a gradient | [`clip_norm`], [`clip_value`], or with the update [`Optimizer::update_clipped`] |
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

mod adam;
mod clip;
mod optimizer;
mod schedule;
mod sgd;

pub use adam::Adam;
pub use clip::{clip_norm, clip_value, gradient_norm};
pub use optimizer::{MAX_MEMORY, Optimizer, SettingError};
pub use schedule::{
    Anneal, Constant, CosineAnnealing, CosineRestarts, CyclicMode, CyclicRate, ExponentialDecay,
    InverseTimeDecay, LinearDecay, MultiStepDecay, Noam, OneCycle, PlateauState, PolynomialDecay,
    ReduceOnPlateau, Schedule, Sequence, StepDecay, Warmup,
};
pub use sgd::Sgd;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
