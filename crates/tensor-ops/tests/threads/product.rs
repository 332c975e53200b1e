//! Matrix products in every form, and what is built upon them.

use tensor_ops::matmul::Update;
use tensor_ops::{Product, Real, Tensor, TensorError, einsum};

use crate::{Given, Row, SIZE, into, real};

const ROWS: usize = SIZE[0];

pub(super) fn operations<T: Real>() -> Vec<Row<T>> {
    vec![
        ("matmul NN", |g| real(g.x.matmul(&g.y.transpose()))),
        ("matmul NT", |g| real(g.x.matmul_with(&g.y, Product::NT))),
        ("matmul TN", |g| real(g.x.matmul_with(&g.y, Product::TN))),
        ("matmul TT", |g| real(g.x.matmul_with(&g.y.transpose(), Product::TT))),
        ("matmul with a vector", |g| real(g.x.matmul(&g.row))),
        ("matmul_into, accumulated", |g| {
            real(into([ROWS, ROWS], T::ONE, |out| {
                g.x.matmul_into(&g.y, Product::NT, Update::Accumulate, out)
            }))
        }),
        ("batched matmul NN", |g| batched(g, Product::NN)),
        ("batched matmul NT", |g| batched(g, Product::NT)),
        ("batched matmul TN", |g| batched(g, Product::TN)),
        ("batched matmul TT", |g| batched(g, Product::TT)),
        ("batched matmul, B shared", |g| {
            each(g, |x| {
                let n = x.shape()[1];
                x.matmul(&x.slice(0, 1..2)?.reshape(&[n as isize, n as isize])?)
            })
        }),
        ("einsum of two", |g| each(g, |x| einsum("bij,bkj->bik", &[x, x]))),
        ("einsum of one", |g| each(g, |x| einsum("bij->ji", &[x]))),
        ("einsum of columns", |g| real(einsum("ij,ik->jk", &[&g.x, &g.y]))),
        ("dot", |g| real(g.x.dot(&g.y.transpose()))),
        ("dot of vectors", |g| real(g.x.clone().flatten().dot(&g.y.view().flatten()))),
        ("inner", |g| real(g.x.inner(&g.y))),
        ("vdot", |g| real(g.x.vdot(&g.y).map(Tensor::from))),
        ("outer", |g| real(g.row.outer(&g.x.slice(0, ..2).unwrap()))),
        ("outer of long and short", |g| real(g.x.clone().flatten().outer(&g.column.slice(0, ..2).unwrap()))),
    ]
}

fn each<T: Real>(g: &Given<T>, f: impl Fn(&Tensor<T>) -> Result<Tensor<T>, TensorError>) -> Vec<u64> {
    g.batches.iter().flat_map(|x| real(f(x))).collect()
}

fn batched<T: Real>(g: &Given<T>, product: Product) -> Vec<u64> {
    each(g, |x| x.matmul_with(&x.tanh(), product))
}
