//! How parameters start: rules for the variance of the first weights.
//!
//! A sum of n independent products keeps its scale over a layer if Var(W) = 1/n (the course's rule); half the units of
//! a ReLU layer are 0, which asks for 2/n; and a compromise between forward and backward takes the mean of both fans.

mod constant;
mod variance;

pub use constant::Constant;
pub use variance::{GlorotNormal, GlorotUniform, HeNormal, HeUniform, LeCunNormal, LeCunUniform};
