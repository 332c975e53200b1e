//! Equal bits on any number of threads, for every operation that may use several.
//!
//! The number of threads is global, and a region that finds the pool taken runs in place, with one thread. So nothing
//! else may run beside these tests: they have a process of their own, and a lock.

mod elementwise;
mod movement;
mod product;
mod reduction;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tensor_ops::pool::{for_each, set_threads};
use tensor_ops::random::Stream;
use tensor_ops::{Element, Real, Tensor, TensorError};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// An operation by name, and the bits of its results.
type Row<T> = (&'static str, fn(&Given<T>) -> Vec<u64>);

/// Rows and columns of a matrix above every threshold, of no round size.
const SIZE: [usize; 2] = if cfg!(miri) { [3, 5] } else { [303, 251] };

/// What operations are given.
struct Given<T> {
    /// Two matrices, in which no number is special.
    x: Tensor<T>,
    y: Tensor<T>,
    /// A row and a column that broadcast to the matrices.
    row: Tensor<T>,
    column: Tensor<T>,
    mask: Tensor<bool>,
    /// Numbers of rows of the matrices, in their shape.
    index: Tensor<usize>,
    /// Forms whose first, middle or last axis is the long one.
    cubes: Vec<Tensor<T>>,
    /// Many small matrices, and few large ones.
    batches: [Tensor<T>; 2],
    /// A matrix the elements of which do not overflow in a product of them all.
    near_one: Tensor<T>,
}

fn draw<T: Real, const N: usize>(shape: [usize; N], key: u64) -> Tensor<T> {
    Tensor::normal(shape, 0.0, 1.5, &Stream::new(3, key, 0)).unwrap()
}

impl<T: Real> Given<T> {
    fn new() -> Given<T> {
        let [rows, cols] = SIZE;
        let (x, y) = (draw(SIZE, 0), draw(SIZE, 1));
        let cubes: &[[usize; 3]] = if cfg!(miri) {
            &[[2, 3, 4]]
        } else {
            &[[7, 90, 122], [2, 3, 15_001], [1, 15_001, 5], [3001, 2, 13]]
        };
        let batches = if cfg!(miri) { [[4, 2, 2], [2, 3, 3]] } else { [[301, 17, 17], [3, 131, 131]] };
        let places = (0..rows * cols).map(|i| (i * 7919 + i / 13) % rows).collect();
        Given {
            mask: x.greater(&y).unwrap(),
            index: Tensor::new(SIZE, places).unwrap(),
            row: draw([cols], 2),
            column: draw([rows, 1], 3),
            cubes: cubes.iter().map(|&shape| draw(shape, 4)).collect(),
            batches: batches.map(|shape| draw(shape, 5)),
            near_one: Tensor::uniform(SIZE, 0.99, 1.01, &Stream::new(3, 6, 0)).unwrap(),
            x,
            y,
        }
    }
}

/// Every NaN is the same NaN: which of several an operation gives is the processor's business.
fn real<T: Real>(y: Result<Tensor<T>, TensorError>) -> Vec<u64> {
    y.unwrap().as_slice().iter().map(|x| if x.is_nan() { u64::MAX } else { x.bits() }).collect()
}

/// The bits of positions.
fn places(y: Result<Tensor<usize>, TensorError>) -> Vec<u64> {
    y.unwrap().as_slice().iter().map(|&at| at as u64).collect()
}

/// The bits of a mask.
fn truths(y: Result<Tensor<bool>, TensorError>) -> Vec<u64> {
    y.unwrap().as_slice().iter().map(|&is| u64::from(is)).collect()
}

/// `f` writes into a tensor of one shape and type, full of `start`.
fn into<T: Element, const N: usize>(
    shape: [usize; N],
    start: T,
    f: impl FnOnce(&mut Tensor<T>) -> Result<(), TensorError>,
) -> Result<Tensor<T>, TensorError> {
    let mut out = Tensor::full(shape, start);
    f(&mut out)?;
    Ok(out)
}

fn alone<R>(f: impl FnOnce() -> R) -> R {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let result = f();
    set_threads(0);
    result
}

/// A single region may end before a worker has woken; many do not.
fn two_threads_take_part() {
    set_threads(2);
    let ids = Mutex::new(HashSet::new());
    for _ in 0..1000 {
        for_each(8, |_| {
            ids.lock().unwrap().insert(thread::current().id());
            thread::sleep(Duration::from_micros(50));
        });
        if ids.lock().unwrap().len() == 2 {
            return;
        }
    }
    panic!("the worker never took part");
}

fn check<T: Real>(rows: Vec<Row<T>>) {
    alone(|| {
        two_threads_take_part();
        let given = Given::new();
        for (name, operation) in rows {
            set_threads(1);
            let one = operation(&given);
            assert!(!one.is_empty(), "{name} has no result");
            for threads in [2, 3, 4, 8] {
                set_threads(threads);
                assert!(operation(&given) == one, "{name} of {} on {threads} threads", T::NAME);
            }
        }
    });
}

macro_rules! equal_bits {
    ($($table:ident $f32:ident $f64:ident;)*) => {$(
        #[test]
        fn $f32() {
            check(crate::$table::operations::<f32>());
        }

        #[test]
        fn $f64() {
            check(crate::$table::operations::<f64>());
        }
    )*};
}

equal_bits! {
    elementwise elements_in_f32 elements_in_f64;
    movement movement_in_f32 movement_in_f64;
    product products_in_f32 products_in_f64;
    reduction reductions_in_f32 reductions_in_f64;
}
