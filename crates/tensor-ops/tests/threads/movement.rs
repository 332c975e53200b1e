//! What moves elements about, and sorts them.

use tensor_ops::{Padding, Real, Tensor, TopK};

use crate::{Given, Row, SIZE, places, real};

const COLS: usize = SIZE[1];

pub(super) fn operations<T: Real>() -> Vec<Row<T>> {
    vec![
        ("transpose", |g| real(Ok(g.x.transpose()))),
        ("permute", |g| {
            let orders = [[0, 2, 1], [1, 0, 2], [2, 1, 0], [2, 0, 1]];
            g.cubes.iter().flat_map(|x| orders.iter().flat_map(|order| real(x.permute(order)))).collect()
        }),
        ("swap_axes", |g| g.cubes.iter().flat_map(|x| real(x.swap_axes(0, 1))).collect()),
        ("broadcast_to", |g| real(g.column.broadcast_to(SIZE))),
        ("concat", |g| {
            [0, 1].into_iter().flat_map(|axis| real(Tensor::concat(&[&g.x, &g.y], axis))).collect()
        }),
        ("stack", |g| [0, 2].into_iter().flat_map(|axis| real(Tensor::stack(&[&g.x, &g.y], axis))).collect()),
        ("slice", |g| real(g.x.slice(1, 1..))),
        ("pad", |g| {
            let paddings =
                [Padding::Constant(T::ONE), Padding::Reflect, Padding::Replicate, Padding::Circular];
            paddings.into_iter().flat_map(|padding| real(g.x.pad(&[(1, 2), (3, 1)], padding))).collect()
        }),
        ("flip", |g| real(g.x.flip(0)).into_iter().chain(real(g.x.flip([0, 1]))).collect()),
        ("roll", |g| real(g.x.roll(&[2, -1], &[0, 1]))),
        ("tile", |g| real(g.x.tile(&[2, 3]))),
        ("tile of a row", |g| real(g.row.tile(&[SIZE[0], 2]))),
        ("repeat", |g| [0, 1].into_iter().flat_map(|axis| real(g.x.repeat(3, axis))).collect()),
        ("triu", |g| real(g.x.triu(1))),
        ("tril", |g| real(g.x.tril(-1))),
        ("index_select", |g| {
            let picked = &g.index.as_slice()[..COLS];
            real(g.x.index_select(0, picked))
        }),
        ("index_select of columns", |g| real(g.x.transpose().index_select(1, &g.index.as_slice()[..COLS]))),
        ("gather", |g| real(g.x.gather(0, &g.index))),
        ("scatter_add", |g| real(g.x.scatter_add(0, &g.index, &g.y))),
        ("one_hot", |g| real(g.index.slice(1, ..2).unwrap().one_hot::<T>(SIZE[0]))),
        ("sort", |g| sorted(g, |x, axis| real(x.sort(axis)))),
        ("sort_descending", |g| sorted(g, |x, axis| real(x.sort_descending(axis)))),
        ("top_k", |g| sorted(g, |x, axis| places(x.top_k(TopK::largest(9), axis).map(|(_, at)| at)))),
        ("argsort", |g| sorted(g, |x, axis| places(x.argsort(axis)))),
    ]
}

fn sorted<T: Real>(g: &Given<T>, f: impl Fn(&Tensor<T>, isize) -> Vec<u64>) -> Vec<u64> {
    // Equal elements tell whether an order is stable.
    let coarse = g.x.round();
    [0, 1].into_iter().flat_map(|axis| f(&coarse, axis)).collect()
}
