//! Curves in a plane, with noise around them.

use std::f64::consts::PI;

use tensor_ops::Real;

use super::{at_least, check, normal, of_classes, uniform};
use crate::{DataError, Dataset};

/// Two half circles that reach into each other: (cos t, sin t) and (1 - cos t, ½ - sin t), t uniform on [0, π].
///
/// # Errors
/// [`DataError::Empty`] for n = 0, [`DataError::Setting`] for noise that is negative or not finite.
///
/// ```
/// assert_eq!(nn_data::synthetic::moons::<f32>(101, 0.1, 0)?.class_counts().unwrap(), [51, 50]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
pub fn moons<T: Real>(n: usize, noise: f64, seed: u64) -> Result<Dataset<T>, DataError> {
    check(n, noise)?;
    curves("moons", n, 2, noise, seed, |class, u| {
        let (sin, cos) = (Real::sin(PI * u), Real::cos(PI * u));
        if class == 0 { [cos, sin] } else { [1.0 - cos, 0.5 - sin] }
    })
}

/// A circle of radius 1, and inside it one of radius `factor`.
///
/// # Errors
/// [`DataError::Empty`] for n = 0, [`DataError::Setting`] unless 0 < factor < 1, or for noise that is negative or not finite.
///
/// ```
/// let set = nn_data::synthetic::circles::<f64>(10, 0.5, 0.0, 0)?;
/// let x = &set.inputs().as_slice()[2..4]; // sample 1 is of class 1
/// assert!((x[0].hypot(x[1]) - 0.5).abs() < 1e-12);
/// # Ok::<(), nn_data::DataError>(())
/// ```
pub fn circles<T: Real>(n: usize, factor: f64, noise: f64, seed: u64) -> Result<Dataset<T>, DataError> {
    check(n, noise)?;
    if !(factor > 0.0 && factor < 1.0) {
        let what = "the radius of the inner circle";
        return Err(DataError::Setting { what, value: factor, expected: "more than 0, less than 1" });
    }
    curves("circles", n, 2, noise, seed, |class, u| {
        let r = if class == 0 { 1.0 } else { factor };
        [r * Real::cos(2.0 * PI * u), r * Real::sin(2.0 * PI * u)]
    })
}

/// `arms` spirals that wind once around 0: radius u, angle 2π·(u + class/arms), u uniform on [0, 1).
///
/// # Errors
/// [`DataError::Empty`] for n = 0, [`DataError::Setting`] for no arms, or noise that is negative or not finite.
///
/// ```
/// assert_eq!(nn_data::synthetic::spirals::<f32>(300, 3, 0.02, 0)?.class_counts().unwrap(), [100; 3]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
pub fn spirals<T: Real>(n: usize, arms: usize, noise: f64, seed: u64) -> Result<Dataset<T>, DataError> {
    check(n, noise)?;
    at_least("the number of arms", 1, arms, "at least 1")?;
    curves("spirals", n, arms, noise, seed, |class, u| {
        let angle = 2.0 * PI * (u + class as f64 / arms as f64);
        [u * Real::cos(angle), u * Real::sin(angle)]
    })
}

/// The course's planar problem, a flower whose petals are of both classes: radius 4·sin(4t), the angle t uniform on [0, 3.12)
/// for class 0 and [3.12, 6.24) for class 1; the point is (r sin t, r cos t). `noise` (the course: 0.2) is added to the
/// radius and to the angle within it.
///
/// # Errors
/// [`DataError::Empty`] for n = 0, [`DataError::Setting`] for noise that is negative or not finite.
///
/// ```
/// assert_eq!(nn_data::synthetic::flower::<f32>(400, 0.2, 1)?.class_counts().unwrap(), [200, 200]);
/// # Ok::<(), nn_data::DataError>(())
/// ```
pub fn flower<T: Real>(n: usize, noise: f64, seed: u64) -> Result<Dataset<T>, DataError> {
    check(n, noise)?;
    let (u, shift) = (uniform(seed, "flower", n), normal(seed, "flower noise", 2 * n));
    let point = |i: usize| {
        let t = 3.12 * ((i % 2) as f64 + u[i]) + noise * shift[2 * i];
        let r = 4.0 * Real::sin(4.0 * t) + noise * shift[2 * i + 1];
        [r * Real::sin(t), r * Real::cos(t)]
    };
    of_classes((0..n).flat_map(point).collect(), 2, 2)
}

/// Points at random on one curve a class.
fn curves<T: Real>(
    name: &str,
    n: usize,
    classes: usize,
    noise: f64,
    seed: u64,
    curve: impl Fn(usize, f64) -> [f64; 2],
) -> Result<Dataset<T>, DataError> {
    let (u, shift) = (uniform(seed, name, n), normal(seed, name, 2 * n));
    let point = |i: usize| {
        let [x, y] = curve(i % classes, u[i]);
        [x + noise * shift[2 * i], y + noise * shift[2 * i + 1]]
    };
    of_classes((0..n).flat_map(point).collect(), 2, classes)
}
