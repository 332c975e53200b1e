//! Clouds and squares.

use tensor_ops::Real;

use super::{at_least, check, normal, of_classes, uniform};
use crate::{DataError, Dataset};

/// Normal clouds of this deviation around `classes` centres, which lie uniformly in [-10, 10] of each of `features` features.
///
/// # Errors
/// [`DataError::Empty`] for n = 0, [`DataError::Setting`] for no classes or features, or a deviation that is negative or not
/// finite.
///
/// ```
/// let set = nn_data::synthetic::blobs::<f32>(300, 3, 2, 1.0, 0)?;
/// assert_eq!(set.class_counts().unwrap(), [100, 100, 100]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
pub fn blobs<T: Real>(
    n: usize,
    classes: usize,
    features: usize,
    deviation: f64,
    seed: u64,
) -> Result<Dataset<T>, DataError> {
    check(n, deviation)?;
    at_least("the number of classes", 1, classes, "at least 1")?;
    at_least("the number of features", 1, features, "at least 1")?;
    let centres = uniform(seed, "blobs centres", classes * features);
    let mut x = normal(seed, "blobs", n * features);
    for (at, x) in x.iter_mut().enumerate() {
        let (class, feature) = (at / features % classes, at % features);
        *x = 20.0 * centres[class * features + feature] - 10.0 + deviation * *x;
    }
    of_classes(x, features, classes)
}

/// Four squares: class 1 where exactly one of the two features is positive, each uniform on [-1, 1].
///
/// # Errors
/// [`DataError::Empty`] for n = 0, [`DataError::Setting`] for noise that is negative or not finite.
///
/// ```
/// let set = nn_data::synthetic::xor::<f64>(100, 0.0, 0)?;
/// assert!(set.inputs().as_slice().chunks(2).enumerate().all(|(i, x)| (x[0] * x[1] < 0.0) == (i % 2 == 1)));
/// # Ok::<(), nn_data::DataError>(())
/// ```
pub fn xor<T: Real>(n: usize, noise: f64, seed: u64) -> Result<Dataset<T>, DataError> {
    checkerboard(n, 2, noise, seed)
}

/// A board of `cells` by `cells` squares over [-1, 1]², alternately of class 0 and 1.
///
/// # Errors
/// [`DataError::Empty`] for n = 0, [`DataError::Setting`] for fewer than 2 cells, or noise that is negative or not finite.
///
/// ```
/// assert_eq!(nn_data::synthetic::checkerboard::<f32>(64, 4, 0.0, 0)?.len(), 64);
/// # Ok::<(), nn_data::DataError>(())
/// ```
pub fn checkerboard<T: Real>(n: usize, cells: usize, noise: f64, seed: u64) -> Result<Dataset<T>, DataError> {
    check(n, noise)?;
    at_least("the number of cells", 2, cells, "at least 2")?;
    let (places, inside) =
        (uniform(seed, "checkerboard squares", 2 * n), uniform(seed, "checkerboard", 2 * n));
    let shift = normal(seed, "checkerboard noise", 2 * n);
    let cell = |u: f64, cells: usize| ((u * cells as f64) as usize).min(cells - 1);
    let mut x = Vec::with_capacity(2 * n);
    for i in 0..n {
        // A column at random, then one of the rows that have the class of the sample there: row + column even is class 0.
        let column = cell(places[2 * i], cells);
        let first = (column + i % 2) % 2;
        let row = first + 2 * cell(places[2 * i + 1], (cells - first).div_ceil(2));
        for (feature, square) in [column, row].into_iter().enumerate() {
            // Away from 0 and 1, so that a point does not lie on a border.
            let within = (inside[2 * i + feature]).clamp(1e-9, 1.0 - 1e-9);
            x.push((square as f64 + within) / cells as f64 * 2.0 - 1.0 + noise * shift[2 * i + feature]);
        }
    }
    of_classes(x, 2, 2)
}
