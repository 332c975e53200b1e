//! Reductions over first, middle, last, several and all axes; what runs along an axis; norms.

use tensor_ops::{Axes, Norm, Real, Tensor, TensorError};

use crate::{Given, Row, places, real};

/// Over every choice of axes of every form.
fn over<T: Real, R>(g: &Given<T>, f: impl Fn(&Tensor<T>, Axes) -> R) -> Vec<R> {
    let axes = || [Axes::All, 0.into(), 1.into(), 2.into(), [0, 1].into(), [0, 2].into(), [1, 2].into()];
    g.cubes.iter().flat_map(|x| axes().map(|axes| f(x, axes))).collect()
}

/// Over one axis or all, which is what a position can be counted in.
fn one_or_all<T: Real, R>(g: &Given<T>, f: impl Fn(&Tensor<T>, Axes) -> R) -> Vec<R> {
    g.cubes.iter().flat_map(|x| [Axes::All, 0.into(), 1.into(), 2.into()].map(|axes| f(x, axes))).collect()
}

/// Along every axis of every form.
fn along<T: Real>(g: &Given<T>, f: impl Fn(&Tensor<T>, isize) -> Result<Tensor<T>, TensorError>) -> Vec<u64> {
    g.cubes.iter().flat_map(|x| [0, 1, 2].map(|axis| real(f(x, axis)))).flatten().collect()
}

fn reals<T: Real>(all: Vec<Result<Tensor<T>, TensorError>>) -> Vec<u64> {
    all.into_iter().flat_map(real).collect()
}

fn all_places(all: Vec<Result<Tensor<usize>, TensorError>>) -> Vec<u64> {
    all.into_iter().flat_map(places).collect()
}

pub(super) fn operations<T: Real>() -> Vec<Row<T>> {
    vec![
        ("sum", |g| reals(over(g, |x, axes| x.sum(axes)))),
        ("prod", |g| {
            [Axes::All, 0.into(), 1.into()].into_iter().flat_map(|axes| real(g.near_one.prod(axes))).collect()
        }),
        ("mean", |g| reals(over(g, |x, axes| x.mean(axes)))),
        ("var", |g| reals(over(g, |x, axes| x.var(axes, 1)))),
        ("std", |g| reals(over(g, |x, axes| x.std(axes, 0)))),
        ("max", |g| reals(over(g, |x, axes| x.max(axes)))),
        ("min", |g| reals(over(g, |x, axes| x.min(axes)))),
        ("logsumexp", |g| reals(over(g, |x, axes| x.logsumexp(axes)))),
        ("norm L1", |g| reals(over(g, |x, axes| x.norm(Norm::L1, axes)))),
        ("norm L2", |g| reals(over(g, |x, axes| x.norm(Norm::L2, axes)))),
        ("norm Max", |g| reals(over(g, |x, axes| x.norm(Norm::Max, axes)))),
        ("norm P", |g| reals(over(g, |x, axes| x.norm(Norm::P(3.0), axes)))),
        ("count_nonzero", |g| all_places(over(g, |x, axes| x.relu().count_nonzero(axes)))),
        ("argmax", |g| all_places(one_or_all(g, |x, axes| x.argmax(axes)))),
        ("argmin", |g| all_places(one_or_all(g, |x, axes| x.argmin(axes)))),
        ("softmax", |g| along(g, |x, axis| x.softmax(axis))),
        ("log_softmax", |g| along(g, |x, axis| x.log_softmax(axis))),
        ("softmax_backward", |g| along(g, |x, axis| x.softmax_backward(x, axis))),
        ("softmax_in_place", |g| {
            along(g, |x, axis| {
                let mut x = x.clone();
                x.softmax_in_place(axis)?;
                Ok(x)
            })
        }),
        ("cumsum", |g| along(g, |x, axis| x.cumsum(axis))),
        ("cumprod", |g| [0, 1].into_iter().flat_map(|axis| real(g.near_one.cumprod(axis))).collect()),
        ("normalize", |g| along(g, |x, axis| x.normalize(Norm::L2, axis, T::ZERO))),
        ("normalize L1", |g| along(g, |x, axis| x.normalize(Norm::L1, axis, T::ZERO))),
        ("sum_to a row", |g| real(g.x.sum_to(*g.row.shape()))),
        ("sum_to a column", |g| real(g.x.sum_to(*g.column.shape()))),
    ]
}
