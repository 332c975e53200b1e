//! How well predictions meet targets.

mod accuracy;
mod confusion;

pub use accuracy::{accuracy, predicted_classes};
pub use confusion::ConfusionMatrix;
