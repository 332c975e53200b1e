//! PyTorch's operations on tensors: values, and gradients. The library differentiates nothing by itself; the
//! gradients are put together from its operations as the author of a layer would do it.

mod binary;
mod movement;
mod product;
mod reduce;
mod unary;

use tensor_ops::{Tensor, TensorError};

use crate::case::{Answer, Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: &[Operations] =
    &[binary::OPERATIONS, movement::OPERATIONS, product::OPERATIONS, reduce::OPERATIONS, unary::OPERATIONS];

type Answers = Result<Vec<Answer>, Stop>;
type Computed = Result<Tensor<f64>, TensorError>;

fn input<'a>(case: &'a Case, name: &str) -> Result<&'a Tensor<f64>, Stop> {
    Ok(&case.input(name, "input")?.tensor)
}

/// dL/dy, of the shape of y.
fn upstream<'a>(case: &'a Case, y: &Tensor<f64>) -> Result<&'a Tensor<f64>, Stop> {
    case.input_of_shape("dy", "upstream", y.shape())
}

/// y, and the gradient with respect to each input that is named.
fn answers<const N: usize>(y: Tensor<f64>, gradients: [(&str, Tensor<f64>); N]) -> Answers {
    let gradients = gradients.map(|(of, gradient)| Answer::gradient(of, gradient));
    Ok([Answer::output("y", y)].into_iter().chain(gradients).collect())
}
