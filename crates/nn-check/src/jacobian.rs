//! Functions with several outputs: the whole Jacobian, and its products with a vector from either side.

use std::collections::HashMap;

use tensor_ops::Shape;

use crate::explain::hints_of_all;
use crate::numeric::{Line, Outcome, root_mean_square, round_off};
use crate::{Check, Report, Tensor};

/// Compares `analytic`, the Jacobian ∂fᵢ/∂xⱼ in the shape `[outputs, inputs]`, row-major, with the numerical one.
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
    /// As [`check_jacobian`]. Every element is looked at; all outputs share the values of `f`.
    ///
    /// # Panics
    /// As [`check_jacobian`].
    #[track_caller]
    pub fn jacobian(&self, mut f: impl FnMut(&[f64]) -> Vec<f64>, x: &[f64], analytic: &[f64]) -> Report {
        let outputs = f(x).len();
        assert_eq!(
            analytic.len(),
            outputs * x.len(),
            "elements of the Jacobian of {outputs} outputs by {} inputs",
            x.len()
        );
        self.table("jacobian", [outputs, x.len()].into(), &mut f, x, analytic)
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
        self.gradient(|x| f(x).iter().zip(v).map(|(f, v)| f * v).sum(), x, analytic)
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
        self.table("jvp", [outputs].into(), &mut along, &[0.0], analytic)
    }

    /// A Jacobian, column by column.
    fn table(
        &self,
        name: &str,
        shape: Shape,
        f: &mut dyn FnMut(&[f64]) -> Vec<f64>,
        x: &[f64],
        analytic: &[f64],
    ) -> Report {
        let here = f(x);
        let (outputs, inputs) = (here.len(), x.len());
        let mut known = HashMap::new();
        let mut value = |x: &[f64], i: usize| -> f64 {
            let bits: Vec<u64> = x.iter().map(|x| x.to_bits()).collect();
            let all = known.entry(bits).or_insert_with(|| f(x));
            assert_eq!(all.len(), outputs, "outputs of the function, which had others before");
            all[i]
        };
        let noise: Vec<f64> = (0..outputs)
            .map(|i| round_off(&mut |x| value(x, i), x).max(0.5 * f64::EPSILON * here[i].abs()))
            .collect();
        let finite: Vec<f64> = analytic.iter().copied().filter(|a| a.is_finite()).collect();
        let (weight, typical) = (root_mean_square(&finite), root_mean_square(x));
        let mut outcomes: Vec<(usize, Outcome)> = Vec::with_capacity(analytic.len());
        for j in 0..inputs {
            // All outputs are read from the same values, which the next column does not need.
            let mut known = HashMap::new();
            let mut moved = x.to_vec();
            for i in 0..outputs {
                let mut along = |at: f64| {
                    moved[j] = at;
                    known.entry(at.to_bits()).or_insert_with(|| f(&moved))[i]
                };
                let mut line = Line { f: &mut along, x: x[j], here: here[i], noise: noise[i], typical };
                let (index, first) = (i * inputs + j, line.first_look());
                let is_settled = first.settles(analytic[index], weight);
                let outcome = if is_settled { first } else { line.ladder(analytic[index], weight) };
                outcomes.push((index, outcome));
            }
        }
        outcomes.sort_by_key(|(index, _)| *index);
        let (mut tensor, elements) = Tensor::judge(name, shape, analytic, &outcomes, self.tolerance, weight);
        tensor.hints = hints_of_all(&tensor, &elements);
        Report { tensors: vec![tensor] }
    }
}
