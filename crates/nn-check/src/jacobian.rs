//! Functions with several outputs: the whole Jacobian, and its products with a vector from either side.

use tensor_ops::Shape;

use crate::columns::Columns;
use crate::explain::hints_of_one;
use crate::function::{Function, Who};
use crate::gradient::flat;
use crate::meter::Meter;
use crate::rows;
use crate::{Check, Report, Verdict};

/// Compares `analytic`, the Jacobian ∂fᵢ/∂xⱼ in the shape `[outputs, inputs]`, row-major, with the numerical one. Each row is judged by
/// itself, so that a large output does not excuse a small one.
///
/// # Panics
/// Where `analytic` has not as many elements as `f(x)` times `x`, or `f` changes the number of its outputs.
///
/// ```
/// // Polar to Cartesian.
/// let f = |x: &[f64]| vec![x[0] * x[1].cos(), x[0] * x[1].sin()];
/// let (r, phi) = (2.0f64, 0.3f64);
/// let jacobian = [phi.cos(), -r * phi.sin(), phi.sin(), r * phi.cos()];
/// nn_check::check_jacobian(f, &[r, phi], &jacobian).assert();
/// ```
#[track_caller]
pub fn check_jacobian(f: impl FnMut(&[f64]) -> Vec<f64>, x: &[f64], analytic: &[f64]) -> Report {
    Check::new().jacobian(f, x, analytic)
}

/// Compares `analytic`, the vector-Jacobian product vᵀ ∂f/∂x with one number for each input, with the numerical gradient of vᵀf: what
/// a backward pass computes.
///
/// # Panics
/// Where `analytic` is not as long as `x`, or `v` not as long as `f(x)`.
///
/// ```
/// let f = |x: &[f64]| vec![x[0] * x[1], x[0].exp()];
/// let (x, v) = ([0.5f64, 3.0], [2.0, -1.0]);
/// nn_check::check_vjp(f, &x, &v, &[2.0 * x[1] - x[0].exp(), 2.0 * x[0]]).assert();
/// ```
#[track_caller]
pub fn check_vjp(f: impl FnMut(&[f64]) -> Vec<f64>, x: &[f64], v: &[f64], analytic: &[f64]) -> Report {
    Check::new().vjp(f, x, v, analytic)
}

/// Compares `analytic`, the Jacobian-vector product ∂f/∂x v with one number for each output, with the numerical derivative of f along v.
///
/// # Panics
/// Where `v` is not as long as `x`, or `analytic` not as long as `f(x)`.
///
/// ```
/// let f = |x: &[f64]| vec![x[0] * x[1], x[0].exp()];
/// let (x, v) = ([0.5f64, 3.0], [2.0, -1.0]);
/// nn_check::check_jvp(f, &x, &v, &[2.0 * x[1] - x[0], 2.0 * x[0].exp()]).assert();
/// ```
#[track_caller]
pub fn check_jvp(f: impl FnMut(&[f64]) -> Vec<f64>, x: &[f64], v: &[f64], analytic: &[f64]) -> Report {
    Check::new().jvp(f, x, v, analytic)
}

impl Check {
    /// As [`check_jacobian`]. All outputs share the values of `f`, so a column costs what an element of a gradient does, and
    /// [`Check::sample`] counts columns. Of more than 5,000 a thousand are looked at, and along random directions in all of x every row
    /// is compared; where one is wrong, x is halved down to the columns that make it so.
    ///
    /// # Panics
    /// As [`check_jacobian`].
    ///
    /// ```
    /// // y = (Σ x, Σ x²) of 2,000 numbers.
    /// let f = |x: &[f64]| vec![x.iter().sum(), x.iter().map(|x| x * x).sum()];
    /// let x: Vec<f64> = (0..2000).map(|i| (i as f64).sin()).collect();
    /// let mut jacobian: Vec<f64> = [vec![1.0; 2000], x.iter().map(|x| 2.0 * x).collect()].concat();
    /// let check = nn_check::Check::new().sample(30).directions(2);
    /// check.jacobian(f, &x, &jacobian).assert();
    /// jacobian[2000 + 1234] += 0.01;
    /// let report = check.jacobian(f, &x, &jacobian);
    /// assert_eq!(report.tensors()[0].position(report.worst(1)[0].1.index), [1, 1234]);
    /// ```
    #[track_caller]
    pub fn jacobian(&self, mut f: impl FnMut(&[f64]) -> Vec<f64>, x: &[f64], analytic: &[f64]) -> Report {
        let outputs = f(x).len();
        self.matrix("jacobian", outputs, Who::One(&mut f), x, analytic)
    }

    /// As [`Check::jacobian`], on every thread of the pool: for functions that cost more than some microseconds. The report is the same on
    /// any number of threads.
    ///
    /// # Panics
    /// As [`check_jacobian`].
    ///
    /// ```
    /// let f = |x: &[f64]| x.iter().map(|x| x.exp()).collect::<Vec<f64>>();
    /// let (x, mut jacobian) = ([0.0; 30], [0.0; 900]);
    /// (0..30).for_each(|i| jacobian[31 * i] = 1.0);
    /// let check = nn_check::Check::new();
    /// assert_eq!(check.jacobian_parallel(f, &x, &jacobian), check.jacobian(f, &x, &jacobian));
    /// ```
    #[track_caller]
    pub fn jacobian_parallel(
        &self,
        f: impl Fn(&[f64]) -> Vec<f64> + Sync,
        x: &[f64],
        analytic: &[f64],
    ) -> Report {
        let outputs = f(x).len();
        self.matrix("jacobian", outputs, Who::Many(&|_| Box::new(|x: &[f64]| f(x))), x, analytic)
    }

    /// As [`check_vjp`].
    ///
    /// # Panics
    /// As [`check_vjp`].
    #[track_caller]
    pub fn vjp(
        &self,
        mut f: impl FnMut(&[f64]) -> Vec<f64>,
        x: &[f64],
        v: &[f64],
        analytic: &[f64],
    ) -> Report {
        let outputs = f(x).len();
        assert_eq!(v.len(), outputs, "elements of v and outputs of the function");
        assert_eq!(analytic.len(), x.len(), "elements of the product and inputs of the function");
        let mut weighted = |x: &[f64]| f(x).iter().zip(v).map(|(f, v)| f * v).sum();
        self.run(&flat("vjp", x, analytic), Who::One(&mut weighted))
    }

    /// As [`check_jvp`].
    ///
    /// # Panics
    /// As [`check_jvp`].
    #[track_caller]
    pub fn jvp(
        &self,
        mut f: impl FnMut(&[f64]) -> Vec<f64>,
        x: &[f64],
        v: &[f64],
        analytic: &[f64],
    ) -> Report {
        let outputs = f(x).len();
        assert_eq!(v.len(), x.len(), "elements of v and inputs of the function");
        assert_eq!(analytic.len(), outputs, "elements of the product and outputs of the function");
        let mut along = |t: &[f64]| {
            let moved: Vec<f64> = x.iter().zip(v).map(|(x, v)| x + t[0] * v).collect();
            f(&moved)
        };
        self.matrix("jvp", outputs, Who::One(&mut along), &[0.0], analytic)
    }

    /// A Jacobian, column by column. That of a function of one number is a vector, of which every element is a row.
    #[track_caller]
    fn matrix(
        &self,
        name: &str,
        outputs: usize,
        who: Who<'_, Vec<f64>>,
        x: &[f64],
        analytic: &[f64],
    ) -> Report {
        let inputs = x.len();
        assert_eq!(
            analytic.len(),
            outputs * inputs,
            "elements of the Jacobian of {outputs} outputs by {inputs} inputs"
        );
        let meter = Meter::new(&self.progress);
        let (sample, directions) = self.plan(inputs, 1);
        let mut columns = Columns::new(self, x, outputs, analytic, Function::new(who, meter.clone()));
        columns.look_at(crate::sample::positions(inputs, sample, self.seed, name));
        let mut seen = Vec::new();
        if sample < inputs {
            // What is no number needs no sample to be seen.
            columns.look_at(columns.strange());
            seen = columns.look_along(directions);
        }
        // Some hints need all of it.
        let mut judged = rows::judge(name, self.tolerance, &columns);
        if judged.0.verdict == Verdict::Wrong && columns.are_few() {
            columns.look_at((0..inputs).collect());
            judged = rows::judge(name, self.tolerance, &columns);
        }
        let (mut tensor, elements) = judged;
        if sample < inputs {
            rows::add_directions(&mut tensor, &seen, self.tolerance);
        }
        if name == "jvp" {
            tensor.shape = Shape::from(outputs);
        }
        tensor.hints = hints_of_one(&tensor, &elements, None);
        meter.end();
        Report { tensors: vec![tensor] }
    }
}
