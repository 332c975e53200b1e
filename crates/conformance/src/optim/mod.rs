//! The optimizers and the clipping of PyTorch, and the optimizers of Keras.

mod clip;
mod keras;
mod torch;
mod trajectory;

use crate::case::{Answer, Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: &[Operations] = &[torch::OPERATIONS, clip::OPERATIONS];
pub(crate) const KERAS: Operations = keras::OPERATIONS;

type Answers = Result<Vec<Answer>, Stop>;

/// (β₁, β₂)
fn betas(case: &Case) -> Result<(f64, f64), Stop> {
    Ok((case.number("beta1", Some(0.9))?, case.number("beta2", Some(0.999))?))
}
