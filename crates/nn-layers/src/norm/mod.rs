//! Layers that bring values to a common scale, and the sums that they are made of.

mod batch_norm;
mod channels;
mod group_norm;
mod groups;
mod instance_norm;
mod layer_norm;
mod local_response_norm;
mod rms_norm;
mod rows;
mod sums;

pub use batch_norm::BatchNorm;
pub use group_norm::GroupNorm;
pub use instance_norm::InstanceNorm;
pub use layer_norm::LayerNorm;
pub use local_response_norm::LocalResponseNorm;
pub use rms_norm::RmsNorm;

use nn_core::BindErrorKind;

/// Refuses an ε that is no small positive number.
fn check_eps(eps: f64) -> Result<(), BindErrorKind> {
    match eps >= 0.0 && eps.is_finite() {
        true => Ok(()),
        false => Err(BindErrorKind::Setting { what: format!("eps {eps} is not a finite number >= 0") }),
    }
}

/// The weight of what is new in a running average.
#[derive(Debug, Clone, Copy)]
enum Momentum {
    Exponential(f64),
    /// The average of all so far.
    Cumulative,
}

impl Momentum {
    fn check(self) -> Result<(), BindErrorKind> {
        match self {
            Momentum::Exponential(p) if !(0.0..=1.0).contains(&p) => {
                Err(BindErrorKind::Setting { what: format!("momentum {p} is not in [0, 1]") })
            }
            _ => Ok(()),
        }
    }

    /// The weight of batch number `count`, from 1.
    fn weight<T: tensor_ops::Real>(self, count: T) -> T {
        match self {
            Momentum::Exponential(momentum) => T::from_f64(momentum),
            Momentum::Cumulative => T::ONE / count,
        }
    }
}
