//! Reductions over axes: y is spread over x again by broadcasting.

use tensor_ops::{Axes, Norm, Shape, Tensor};

use super::{Answers, Computed, answers, input, upstream};
use crate::axis::{axes, axis, integer};
use crate::case::{Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("amax", |case| reduce(case, |x, axes| x.max(axes), |r| shared(r, r.x))),
    ("amin", |case| reduce(case, |x, axes| x.min(axes), |r| shared(r, r.x))),
    ("cumsum", cumsum),
    ("log_softmax", log_softmax),
    ("logsumexp", |case| reduce(case, |x, axes| x.logsumexp(axes), |r| r.dy.multiply(&(r.x - r.y).exp()))),
    ("mean", |case| {
        reduce(case, |x, axes| x.mean(axes), |r| r.dy.broadcast_to(*r.x.shape()).map(|dy| &dy / r.n))
    }),
    ("norm_inf", |case| reduce(case, |x, axes| x.norm(Norm::Max, axes), norm_inf)),
    ("norm_l1", |case| reduce(case, |x, axes| x.norm(Norm::L1, axes), |r| r.dy.multiply(&r.x.sign()))),
    ("norm_l2", |case| {
        reduce(case, |x, axes| x.norm(Norm::L2, axes), |r| r.dy.multiply(&quotient(r.x, r.y)?))
    }),
    ("normalize_l2", normalize),
    ("softmax", softmax),
    ("prod", |case| reduce(case, |x, axes| x.prod(axes), |r| r.dy.multiply(&product_of_others(r)?))),
    ("std_biased", |case| {
        reduce(case, |x, axes| x.std(axes, 0), |r| r.dy.multiply(&quotient(&(&centred(r)? / r.n), r.y)?))
    }),
    ("std_unbiased", |case| {
        reduce(
            case,
            |x, axes| x.std(axes, 1),
            |r| r.dy.multiply(&quotient(&(&centred(r)? / (r.n - 1.0)), r.y)?),
        )
    }),
    ("sum", |case| reduce(case, |x, axes| x.sum(axes), |r| r.dy.broadcast_to(*r.x.shape()))),
    ("var_biased", |case| {
        reduce(case, |x, axes| x.var(axes, 0), |r| r.dy.multiply(&(&centred(r)? * (2.0 / r.n))))
    }),
    ("var_unbiased", |case| {
        reduce(case, |x, axes| x.var(axes, 1), |r| r.dy.multiply(&(&centred(r)? * (2.0 / (r.n - 1.0)))))
    }),
];

/// What a backward pass reads: `y` and `dy` broadcast to `x`.
struct Reduced<'a> {
    x: &'a Tensor<f64>,
    y: &'a Tensor<f64>,
    dy: &'a Tensor<f64>,
    /// The axes, kept with length 1.
    axes: Axes,
    /// How many elements one of y is made from.
    n: f64,
}

fn reduce(
    case: &Case,
    forward: impl Fn(&Tensor<f64>, Axes) -> Computed,
    backward: impl Fn(&Reduced<'_>) -> Computed,
) -> Answers {
    let x = input(case, "x")?;
    let y = forward(x, axes(case)?)?;
    let kept = axis(case)?.map_or(Axes::All, Axes::These).keepdims();
    let spread = forward(x, kept.clone())?;
    let n = x.shape().size() as f64 / spread.shape().size() as f64;
    let dy = upstream(case, &y)?.clone().reshape(&lengths(spread.shape()))?;
    let dx = backward(&Reduced { x, y: &spread, dy: &dy, axes: kept, n })?;
    answers(y, [("x", dx)])
}

fn lengths(shape: &Shape) -> Vec<isize> {
    shape.iter().map(|&n| n as isize).collect()
}

/// dy in equal shares to the elements of `of` that are y.
fn shared(r: &Reduced<'_>, of: &Tensor<f64>) -> Computed {
    let ones = of.equal(r.y)?.where_cond(&Tensor::from(1.0), &Tensor::from(0.0))?;
    ones.multiply(&r.dy.divide(&ones.sum(r.axes.clone())?)?)
}

fn norm_inf(r: &Reduced<'_>) -> Computed {
    shared(r, &r.x.abs())?.multiply(&r.x.sign())
}

/// a/b, and 0 where b = 0: the subgradient that PyTorch chooses at the tip of a norm.
fn quotient(a: &Tensor<f64>, b: &Tensor<f64>) -> Computed {
    let zero = Tensor::from(0.0);
    b.equal(&zero)?.where_cond(&zero, &a.divide(b)?)
}

fn centred(r: &Reduced<'_>) -> Computed {
    r.x.subtract(&r.x.mean(r.axes.clone())?)
}

/// The product of all elements but one, at the place of that one. Dividing y by x would not do: an element may be 0.
fn product_of_others(r: &Reduced<'_>) -> Computed {
    let (zero, one) = (Tensor::from(0.0), Tensor::from(1.0));
    let is_zero = r.x.equal(&zero)?;
    let zeros = is_zero.where_cond(&one, &zero)?.sum(r.axes.clone())?;
    let rest = is_zero.where_cond(&one, r.x)?;
    let product = rest.prod(r.axes.clone())?;
    // Another zero makes the product of the others 0; the only one leaves the product of the rest.
    let beside_a_number = zeros.equal(&zero)?.where_cond(&product.divide(&rest)?, &zero)?;
    let beside_a_zero = zeros.equal(&one)?.where_cond(&product, &zero)?;
    is_zero.where_cond(&beside_a_zero, &beside_a_number)
}

/// y₀ = x₀, y₁ = x₀ + x₁, ...: x₀ is in all of them, and the gradients are summed from the other end.
fn cumsum(case: &Case) -> Answers {
    let (x, axis) = (input(case, "x")?, case.setting("axis", None, "an axis", integer)?);
    let y = x.cumsum(axis)?;
    let dx = upstream(case, &y)?.flip(axis)?.cumsum(axis)?.flip(axis)?;
    answers(y, [("x", dx)])
}

/// y = x/max(|x|, ε): dx = (dy - y·⟨y, dy⟩)/|x|, and dy/ε where the norm is below ε.
fn normalize(case: &Case) -> Answers {
    let (x, eps) = (input(case, "x")?, case.number("eps", Some(1e-12))?);
    let axes = match axis(case)? {
        Some(axes) => Axes::These(axes).keepdims(),
        None => return Err(Stop::Unknown("attribute axis is missing".into())),
    };
    let y = x.normalize(Norm::L2, axes.clone(), eps)?;
    let dy = upstream(case, &y)?;
    let (norm, eps) = (x.norm(Norm::L2, axes.clone())?, Tensor::from(eps));
    let along = y.multiply(&dy.multiply(&y)?.sum(axes)?)?;
    let across = norm.greater(&eps)?.where_cond(&(dy - &along), dy)?;
    answers(y, [("x", across.divide(&norm.maximum(&eps)?)?)])
}

/// dx = y·(dy - ⟨y, dy⟩)
fn softmax(case: &Case) -> Answers {
    let (x, axis) = (input(case, "x")?, case.setting("axis", None, "an axis", integer)?);
    let y = x.softmax(axis)?;
    let dx = y.softmax_backward(upstream(case, &y)?, axis)?;
    answers(y, [("x", dx)])
}

/// dx = dy - softmax(x)·Σdy
fn log_softmax(case: &Case) -> Answers {
    let (x, axis) = (input(case, "x")?, case.setting("axis", None, "an axis", integer)?);
    let y = x.log_softmax(axis)?;
    let dy = upstream(case, &y)?;
    let dx = dy - &y.exp().multiply(&dy.sum(Axes::from(axis).keepdims())?)?;
    answers(y, [("x", dx)])
}
