//! Data that is made: small problems to learn from, with noise, of exactly `n` samples.
//!
//! | function | features | targets | hard because |
//! |---|---|---|---|
//! | [`blobs`] | any | classes | normal clouds overlap |
//! | [`moons`], [`circles`] | 2 | 2 classes | no straight line parts them |
//! | [`spirals`] | 2 | classes | they wind around each other |
//! | [`flower`] | 2 | 2 classes | petals, the course's planar problem |
//! | [`xor`], [`checkerboard`] | 2 | 2 classes | each feature alone says nothing |
//! | [`sine`] | 1 | real value | it bends |
//! | [`linear`] | any | real value | it is not: a least-squares judge |
//! | [`friedman`] | 5 or more | real value | products, squares, features that say nothing |
//!
//! Sample i is a function of the arguments and the seed, the same on every platform. Classes alternate, so that their sizes differ
//! by one at most and every batch has all of them. `noise` is the standard deviation of what is added to each number.

mod classes;
mod planar;
mod regression;

pub use classes::{blobs, checkerboard, xor};
pub use planar::{circles, flower, moons, spirals};
pub use regression::{friedman, linear, linear_weights, sine};

use tensor_ops::random::Stream;
use tensor_ops::{Real, Tensor};

use crate::{DataError, Dataset, Targets};

fn check(n: usize, noise: f64) -> Result<(), DataError> {
    if n == 0 {
        return Err(DataError::Empty { what: "a synthetic data set", shape: [0].into() });
    }
    at_least_0("the noise", noise)
}

fn at_least_0(what: &'static str, value: f64) -> Result<(), DataError> {
    match value >= 0.0 && value.is_finite() {
        true => Ok(()),
        false => Err(DataError::Setting { what, value, expected: "a finite number >= 0" }),
    }
}

fn at_least(what: &'static str, least: usize, value: usize, expected: &'static str) -> Result<(), DataError> {
    match value >= least {
        true => Ok(()),
        false => Err(DataError::Setting { what, value: value as f64, expected }),
    }
}

/// `n` numbers uniform on [0, 1) or normal, of a stream of their own.
fn uniform(seed: u64, name: &str, n: usize) -> Vec<f64> {
    let mut x = vec![0.0; n];
    Stream::new(seed, Stream::key(name), 0).uniform(0, 0.0, 1.0, &mut x);
    x
}

fn normal(seed: u64, name: &str, n: usize) -> Vec<f64> {
    let mut x = vec![0.0; n];
    Stream::new(seed, Stream::key(name), 1).normal(0, 0.0, 1.0, &mut x);
    x
}

/// Sample i of class i mod `classes`.
fn of_classes<T: Real>(inputs: Vec<f64>, features: usize, classes: usize) -> Result<Dataset<T>, DataError> {
    let labels: Vec<usize> = (0..inputs.len() / features).map(|i| i % classes).collect();
    Dataset::new(tensor(inputs, features)?, Targets::Classes { labels, classes })
}

fn of_values<T: Real>(inputs: Vec<f64>, features: usize, values: Vec<f64>) -> Result<Dataset<T>, DataError> {
    Dataset::new(tensor(inputs, features)?, Targets::Values(tensor(values, 1)?))
}

fn tensor<T: Real>(numbers: Vec<f64>, width: usize) -> Result<Tensor<T>, DataError> {
    let shape = [numbers.len() / width, width];
    Ok(Tensor::new(shape, numbers.into_iter().map(T::from_f64).collect())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Make = fn(usize, f64, u64) -> Result<Dataset<f64>, DataError>;

    /// Add a row, inherit the tests.
    const ALL: [(&str, usize, Make); 10] = [
        ("blobs", 3, |n, noise, seed| blobs(n, 4, 3, noise, seed)),
        ("moons", 2, moons),
        ("circles", 2, |n, noise, seed| circles(n, 0.5, noise, seed)),
        ("spirals", 2, |n, noise, seed| spirals(n, 3, noise, seed)),
        ("flower", 2, flower),
        ("xor", 2, xor),
        ("checkerboard", 2, |n, noise, seed| checkerboard(n, 4, noise, seed)),
        ("sine", 1, sine),
        ("linear", 4, |n, noise, seed| linear(n, 4, noise, seed)),
        ("friedman", 6, |n, noise, seed| friedman(n, 6, noise, seed)),
    ];

    #[test]
    fn exactly_n_and_a_function_of_the_seed() {
        for (name, features, make) in ALL {
            for n in [1, 2, 7, 100] {
                let set = make(n, 0.1, 1).unwrap();
                assert_eq!(set.inputs().shape().as_slice(), [n, features], "{name}");
                assert_eq!(set, make(n, 0.1, 1).unwrap(), "{name}");
                assert_ne!(set, make(n, 0.1, 2).unwrap(), "{name}");
                if let Some(counts) = set.class_counts() {
                    let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
                    assert!(most - least <= 1, "{name}: {counts:?}");
                }
            }
            assert_ne!(make(9, 0.0, 1).unwrap(), make(9, 0.5, 1).unwrap(), "{name}");
            assert!(make(0, 0.1, 1).is_err() && make(9, -1.0, 1).is_err(), "{name}");
            assert!(make(9, f64::NAN, 1).is_err() && make(9, f64::INFINITY, 1).is_err(), "{name}");
        }
    }
}
