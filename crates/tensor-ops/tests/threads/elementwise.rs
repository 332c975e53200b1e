//! Functions of each element, in three forms where they have them.

use tensor_ops::random::Stream;
use tensor_ops::{Real, Tensor};

use crate::{Given, Row, SIZE, into, places, real, truths};

macro_rules! unary {
    ($rows:ident: $($name:ident)*) => {
        $($rows.push((stringify!($name), |g| real(Ok(g.x.$name()))));)*
    };
}

macro_rules! binary {
    ($rows:ident: $($name:ident)*) => {
        $($rows.push((stringify!($name), |g| {
            let all = [g.x.$name(&g.y), g.x.$name(&g.row), g.column.$name(&g.x), g.column.$name(&g.row)];
            all.into_iter().flat_map(real).collect()
        }));)*
    };
}

macro_rules! masks {
    ($rows:ident: $($name:ident)*) => {
        $($rows.push((stringify!($name), |g| {
            let all = [g.x.$name(&g.y), g.x.$name(&g.row), g.column.$name(&g.x), g.column.$name(&g.row)];
            all.into_iter().flat_map(truths).collect()
        }));)*
    };
}

pub(super) fn operations<T: Real>() -> Vec<Row<T>> {
    let mut rows: Vec<Row<T>> = Vec::new();
    unary! { rows:
        abs sign neg reciprocal sqrt rsqrt square exp exp2 expm1 ln log1p log2 log10
        sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh floor ceil round erf sigmoid softplus relu gelu
        sigmoid_derivative tanh_derivative relu_derivative softplus_derivative gelu_derivative erf_derivative sqrt_derivative
    }
    binary! { rows: add subtract multiply divide power maximum minimum remainder fmod }
    masks! { rows: equal not_equal less less_equal greater greater_equal }
    rows.extend(forms());
    rows.extend(chosen());
    rows.extend(drawn());
    rows
}

fn forms<T: Real>() -> [Row<T>; 10] {
    fn changed<T: Real>(g: &Given<T>, f: impl FnOnce(&mut Tensor<T>)) -> Vec<u64> {
        let mut x = g.x.clone();
        f(&mut x);
        real(Ok(x))
    }
    [
        ("exp_into", |g| real(into(SIZE, T::ZERO, |out| g.x.exp_into(out)))),
        ("sin_into", |g| real(into(SIZE, T::ZERO, |out| g.x.sin_into(out)))),
        ("exp_in_place", |g| changed(g, |x| x.exp_in_place())),
        ("sin_in_place", |g| changed(g, |x| x.sin_in_place())),
        ("add_into", |g| real(into(SIZE, T::ZERO, |out| g.column.add_into(&g.row, out)))),
        ("power_into", |g| real(into(SIZE, T::ZERO, |out| g.x.power_into(&g.y, out)))),
        ("add_in_place", |g| changed(g, |x| x.add_in_place(&g.row).unwrap())),
        ("power_in_place", |g| changed(g, |x| x.power_in_place(&g.column).unwrap())),
        ("clip_in_place", |g| changed(g, |x| x.clip_in_place(-T::ONE, T::ONE))),
        ("operators", |g| real(Ok(&g.x * T::from_f64(0.3) + &g.row - &g.column))),
    ]
}

fn chosen<T: Real>() -> [Row<T>; 13] {
    [
        ("is_nan", |g| truths(Ok(g.x.ln().is_nan()))),
        ("is_inf", |g| truths(Ok(g.x.is_inf()))),
        ("is_finite", |g| truths(Ok(g.x.ln().is_finite()))),
        ("less_into", |g| truths(into(SIZE, true, |out| g.column.less_into(&g.row, out)))),
        ("logical_and", |g| truths(g.mask.logical_and(&g.row.is_finite()))),
        ("logical_or", |g| truths(g.mask.logical_or(&g.column.greater(&g.row).unwrap()))),
        ("logical_xor", |g| truths(g.mask.logical_xor(&g.x.less(&g.row).unwrap()))),
        ("logical_not", |g| truths(Ok(g.mask.logical_not()))),
        ("where_cond", |g| real(g.mask.where_cond(&g.x, &g.row))),
        ("where_cond of columns", |g| real(g.mask.where_cond(&g.column, &g.y))),
        ("where_cond of positions", |g| places(g.mask.where_cond(&g.index, &Tensor::from(7)))),
        ("where_cond_into", |g| {
            real(into(SIZE, T::ZERO, |out| g.mask.where_cond_into(&g.column, &g.row, out)))
        }),
        ("clip", |g| real(Ok(g.x.clip(-T::ONE, T::ONE)))),
    ]
}

/// Random fills; their order of elements is the stream's.
fn drawn<T: Real>() -> [Row<T>; 5] {
    const STREAM: fn() -> Stream = || Stream::new(5, 6, 7);
    [
        ("uniform", |_| real(Tensor::<T>::uniform(SIZE, -1.0, 2.0, &STREAM()))),
        ("normal", |_| real(Tensor::<T>::normal(SIZE, 1.0, 2.0, &STREAM()))),
        ("truncated_normal", |_| real(Tensor::<T>::truncated_normal(SIZE, 0.0, 1.0, -0.5, 2.0, &STREAM()))),
        ("rand", |_| real(Ok(Tensor::<T>::rand(SIZE, 1)))),
        ("permutation", |_| places(Tensor::permutation(SIZE[0], &STREAM()))),
    ]
}
