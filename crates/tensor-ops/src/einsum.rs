//! Sums of products by Einstein's convention: NumPy's `einsum` for one and two operands.
//!
//! An operand is brought to distinct labels (a repeated one is a diagonal), and summed over those that nobody else
//! has. Two operands then multiply as a batch of matrices, with every label in one of four groups:
//!
//! | group | in A | in B | in the result |
//! |---|---|---|---|
//! | batch | yes | yes | yes |
//! | contracted | yes | yes | no |
//! | free | yes | no | yes |
//! | free | no | yes | yes |
//!
//! so that `(batch, free of A, contracted) · (batch, contracted, free of B)` is one call of the batched matrix product.

mod parse;
mod part;
#[cfg(test)]
mod tests;

use parse::{Equation, Label};
use part::Part;

use crate::matmul::Update;
use crate::product::{Batched, Product};
use crate::{MAX_RANK, Real, Shape, Tensor, TensorError, View, alloc};

/// The sum of products that `subscripts` describe, as NumPy's `einsum`: `"ij,jk->ik"` is cᵢₖ = Σⱼ aᵢⱼ·bⱼₖ.
///
/// - One or two operands, a letter for each axis; blanks mean nothing.
/// - What does not stand on the right of `->` is summed over. Without `->` the result has the labels that occur once,
///   in alphabetical order (capitals first).
/// - A label twice in one operand takes the diagonal: `"ii->i"`, and `"ii"` is the trace.
/// - `...` stands for the axes without letters, which broadcast, and come first where there is no `->`.
/// - An axis of length 1 is repeated where another operand has the label with another length.
///
/// A label that only one of two operands has, and the result has not, is summed over before the product: `"ij,k->i"` is
/// (Σⱼ aᵢⱼ)·(Σₖ bₖ), with far fewer products than Σⱼₖ aᵢⱼ·bₖ, and equal to it but for rounding. Where such a sum overflows
/// or is infinite, it meets the sum of the others as a whole: with a = (1e308, 1e308) and b = 0, `"i,->"` is ∞·0 = NaN,
/// though each product is 0.
///
/// The order in which terms are added is that of [`Tensor::matmul`] and [`Tensor::sum`]; bits do not depend on the
/// number of threads.
///
/// # Errors
/// [`TensorError::Subscripts`], which names the label and its position, for subscripts that cannot be read, do not fit the
/// operands, or join axes of different lengths; [`TensorError::RankTooLarge`] and [`TensorError::TooLarge`] for a
/// result that cannot be.
///
/// ```
/// use tensor_ops::{Tensor, einsum};
/// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
/// let v = Tensor::from([1.0, 10.0]);
/// assert_eq!(einsum("ij,j->i", &[&a, &v])?, Tensor::from([21.0, 43.0]));
/// assert_eq!(einsum("ii", &[&a])?, Tensor::from(5.0));
/// assert_eq!(einsum("...ij->...ji", &[&a])?, Tensor::from([[1.0, 3.0], [2.0, 4.0]]));
/// let refused = einsum("ij,kj->ix", &[&a, &a]).unwrap_err();
/// assert_eq!(refused.to_string(), "einsum: label 'x' of the result is in no operand at position 8 of \"ij,kj->ix\"");
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
pub fn einsum<T: Real, S: AsRef<[T]>>(
    subscripts: &str,
    operands: &[&Tensor<T, S>],
) -> Result<Tensor<T>, TensorError> {
    let shapes: Vec<Shape> = operands.iter().map(|x| *x.shape()).collect();
    let equation = parse::equation(subscripts, &shapes)?;
    let mut parts = Vec::new();
    for (x, labels) in operands.iter().zip(&equation.operands) {
        let mut part = Part::diagonal(x.shape(), x.as_slice(), labels);
        part.drop_repeated(&equation);
        parts.push(part);
    }
    let shape = equation.shape(&equation.output)?;
    alloc::check::<T>(shape)?;
    match parts.as_mut_slice() {
        [a] => one(a, &equation, shape),
        [a, b] => {
            a.sum_out(|label| !b.has(label) && !equation.output.contains(&label))?;
            b.sum_out(|label| !a.has(label) && !equation.output.contains(&label))?;
            two(a, b, &equation, shape)
        }
        _ => unreachable!("the equation has one or two operands"),
    }
}

fn one<T: Real>(a: &mut Part<'_, T>, equation: &Equation, shape: Shape) -> Result<Tensor<T>, TensorError> {
    a.sum_out(|label| !equation.output.contains(&label))?;
    Ok(Tensor::from_parts(shape, a.arranged(&[&equation.output]).into_owned()))
}

fn two<T: Real>(
    a: &Part<'_, T>,
    b: &Part<'_, T>,
    equation: &Equation,
    shape: Shape,
) -> Result<Tensor<T>, TensorError> {
    let output = &equation.output;
    let is_contracted = |label: &Label| b.has(*label) && !output.contains(label);
    let contracted: Vec<Label> = a.labels().filter(is_contracted).collect();
    if contracted.is_empty() {
        let (x, y) = (a.arranged(&[output]), b.arranged(&[output]));
        let x = View::from_slice(a.spread(output)?, &x)?;
        return x.multiply(&View::from_slice(b.spread(output)?, &y)?);
    }
    let of = |keep: &dyn Fn(Label) -> bool| -> Vec<Label> {
        output.iter().copied().filter(|&label| keep(label)).collect()
    };
    let batch = of(&|label| a.has(label) && b.has(label));
    let (rows, cols) =
        (of(&|label| a.has(label) && !b.has(label)), of(&|label| b.has(label) && !a.has(label)));
    if let (Some(row), Some(col)) = (rows.first(), cols.first()) {
        // The operand whose labels come first is on the left: then the product often has the order of the result.
        if output.iter().position(|l| l == col) < output.iter().position(|l| l == row) {
            return two(b, a, equation, shape);
        }
    }
    // Each operand is read as it lies where its axes are in one of the two orders that a product can read; else it is
    // copied into that of the two which keeps its last axis.
    let is_transposed = |part: &Part<'_, T>, plain: [&[Label]; 3], other: [&[Label]; 3]| {
        !part.is_arranged(&plain) && (part.is_arranged(&other) || part.ends_with(other[2]))
    };
    let transpose_left = is_transposed(a, [&batch, &rows, &contracted], [&batch, &contracted, &rows]);
    let transpose_right = is_transposed(b, [&batch, &contracted, &cols], [&batch, &cols, &contracted]);
    let x = if transpose_left {
        a.arranged(&[&batch, &contracted, &rows])
    } else {
        a.arranged(&[&batch, &rows, &contracted])
    };
    let y = if transpose_right {
        b.arranged(&[&batch, &cols, &contracted])
    } else {
        b.arranged(&[&batch, &contracted, &cols])
    };
    let size = |labels: &[Label]| equation.shape(labels).map(|shape| shape.size());
    let mut strides = [[0; MAX_RANK]; 2];
    (strides[0][0], strides[1][0]) = (1, 1);
    let batched = Batched {
        batch: Shape::from([size(&batch)?]),
        strides,
        m: size(&rows)?,
        k: size(&contracted)?,
        n: size(&cols)?,
        product: Product { transpose_left, transpose_right },
    };
    let mut out = alloc::zeroed(shape)?;
    batched.run(&x, &y, Update::Assign, out.as_mut_slice());
    let order = [&batch[..], &rows, &cols].concat();
    let product = Part::diagonal(&equation.shape(&order)?, out.as_slice(), &order);
    if product.is_arranged(&[output]) {
        return Ok(out);
    }
    Ok(Tensor::from_parts(shape, product.arranged(&[output]).into_owned()))
}
