//! Element by element, with NumPy's broadcasting.
//!
//! | file | holds |
//! |---|---|
//! | `unary.rs`, `derivative.rs`, `clip.rs` | functions of each element: owned, into a tensor that is there, in place |
//! | `binary.rs`, `compare.rs`, `logic.rs` | functions of two elements and of three, over operands that broadcast |
//! | `map.rs`, `operators.rs` | any closure; `+ - * /` |
//! | `slices.rs` | the same functions over flat buffers |
//! | `tables.rs` | every function once for every element type, as a table of loops |
//! | `plan.rs`, `loops.rs`, `run.rs` | how operands of several shapes are walked; the loops; who runs them |
//!
//! A public method is generic and thin: it checks shapes and takes its loop from the table of the element type. The
//! loops are compiled here, once for f32 and once for f64, not in every crate that calls them.

mod binary;
mod clip;
mod compare;
mod derivative;
mod logic;
mod loops;
mod map;
mod operators;
mod plan;
mod run;
pub mod slices;
mod tables;
mod unary;

#[cfg(test)]
mod tests;

pub(crate) use tables::{ElementTables, RealTables};

use crate::{Shape, TensorError};

/// Refuses a place for the result that has another shape than the result.
fn check_output(op: &'static str, expected: &Shape, got: &Shape) -> Result<(), TensorError> {
    if expected == got {
        return Ok(());
    }
    Err(TensorError::Output { op, expected: *expected, got: *got })
}
