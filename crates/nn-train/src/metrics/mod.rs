//! How well predictions meet targets. The conventions are those of scikit-learn, 0/0 included.
//!
//! | of | metric |
//! |---|---|
//! | classes | [`accuracy`], [`ConfusionMatrix`] with [balanced accuracy](ConfusionMatrix::balanced_accuracy), [precision, recall, F1](ConfusionMatrix::scores), also [for each class](ConfusionMatrix::per_class) |
//! | scores and probabilities of classes | [`log_loss`], [`top_k_accuracy`], [`roc_auc`], [`roc_auc_one_vs_rest`] |
//! | real values | [`mean_squared_error`], [`root_mean_squared_error`], [`mean_absolute_error`], [`max_error`], [`r2`] |

mod accuracy;
mod auc;
mod confusion;
mod error;
mod probability;
mod regression;
mod scores;

pub use accuracy::{accuracy, predicted_classes};
pub use auc::{roc_auc, roc_auc_one_vs_rest};
pub use confusion::ConfusionMatrix;
pub use error::MetricError;
pub use probability::{log_loss, top_k_accuracy};
pub use regression::{max_error, mean_absolute_error, mean_squared_error, r2, root_mean_squared_error};
pub use scores::{Average, Scores};
