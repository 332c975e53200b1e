//! Penalties on large parameters, added to a loss.

use std::ops::Range;

use nn_core::{Layout, Model, Scalar};
use tensor_ops::{Real, simd};

use super::sums::sum;

/// λ₁ Σ |w| + λ₂ Σ w² over the parameters whose names match a pattern, with the gradient λ₁ sign(w) + 2 λ₂ w (0 for w = 0).
///
/// A pattern is a name in which `*` stands for any characters: `"*weight"` means all weights and no bias.
///
/// Factors differ between conventions; for the matrices W of a model, m samples:
///
/// | | adds to the loss | here |
/// |---|---|---|
/// | the course's L2 | λ/(2m) ‖W‖² | `Penalty::l2(λ / (2.0 * m), ..)` |
/// | the course's L1 | λ/(2m) ‖w‖₁ | `Penalty::l1(λ / (2.0 * m), ..)` |
/// | Keras' `l1_l2(l1, l2)` | l1 Σ‖w‖ + l2 Σ w² | `Penalty::elastic_net(l1, l2, ..)` |
/// | PyTorch's `weight_decay` with SGD | ½ λ ‖W‖² (its gradient is λ W) | `Penalty::l2(λ / 2.0, ..)` |
/// | scikit-learn's `ElasticNet` | α ρ ‖w‖₁ + ½ α (1 - ρ) ‖w‖² | `Penalty::elastic_net(α * ρ, α * (1.0 - ρ) / 2.0, ..)` |
///
/// ```
/// use nn_core::{Context, Batch, Layer, Model, Rows, Target};
/// use nn_layers::{Dense, MeanSquaredError, Penalty};
/// let mut model: Model<f64> = Dense::new(1).init([2], 0)?;
/// model.theta_mut().copy_from_slice(&[3.0, -4.0, 7.0]); // W and b
/// let penalty = Penalty::l2(0.1, "*weight").bind(model.network().theta_layout())?;
///
/// let (x, t) = ([1.0, 1.0], [6.0]);
/// let batch = Batch::new(Rows::new(&x, [2])?, Target::Values(Rows::new(&t, [1])?))?;
/// let mut ws = model.workspace(1)?;
/// let loss = model.loss_and_gradient(&batch, &MeanSquaredError::new(), &Context::training(0, 0), &mut ws);
/// let loss = loss + penalty.add_gradient(model.theta(), ws.gradient_mut());
/// assert!((loss - (0.0 + 0.1 * (9.0 + 16.0))).abs() < 1e-15);
/// assert_eq!(ws.gradient(), [0.1 * 2.0 * 3.0, 0.1 * 2.0 * -4.0, 0.0]);
///
/// let error = Penalty::l1(0.1, "*.weights").value(&model).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "penalty: no parameter matches \"*.weights\"; the parameters are weight, bias"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "kernel_regularizer")]
#[doc(alias = "regularizer")]
#[doc(alias = "l2")]
#[derive(Debug, Clone, PartialEq)]
pub struct Penalty {
    l1: f64,
    l2: f64,
    patterns: Vec<String>,
}

/// A penalty that cannot be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PenaltyError {
    /// A pattern that no name matches.
    #[error("penalty: no parameter matches {pattern:?}; the parameters are {}", names.join(", "))]
    Unknown {
        /// The pattern.
        pattern: String,
        /// The names that there are.
        names: Vec<String>,
    },
    /// A factor that is negative or not finite.
    #[error("penalty: the factor of the {norm} norm is {factor}, expected a finite number >= 0")]
    Factor {
        /// "L1" or "squared L2".
        norm: &'static str,
        /// The factor.
        factor: f64,
    },
}

impl Penalty {
    /// λ Σ |w| over the parameters that match the pattern.
    pub fn l1(lambda: f64, pattern: impl Into<String>) -> Penalty {
        Penalty::elastic_net(lambda, 0.0, pattern)
    }

    /// λ Σ w² over the parameters that match the pattern.
    pub fn l2(lambda: f64, pattern: impl Into<String>) -> Penalty {
        Penalty::elastic_net(0.0, lambda, pattern)
    }

    /// λ₁ Σ |w| + λ₂ Σ w² over the parameters that match the pattern. (Zou and Hastie, "Regularization and variable
    /// selection via the elastic net", 2005.)
    pub fn elastic_net(l1: f64, l2: f64, pattern: impl Into<String>) -> Penalty {
        Penalty { l1, l2, patterns: vec![pattern.into()] }
    }

    /// Takes in the parameters that match one more pattern; each parameter counts once.
    #[must_use]
    pub fn and(mut self, pattern: impl Into<String>) -> Penalty {
        self.patterns.push(pattern.into());
        self
    }

    /// The penalty for the parameters of a layout.
    ///
    /// # Errors
    /// [`PenaltyError::Unknown`] for a pattern that no name matches; [`PenaltyError::Factor`] for a bad factor.
    pub fn bind(&self, layout: &Layout) -> Result<BoundPenalty, PenaltyError> {
        for (norm, factor) in [("L1", self.l1), ("squared L2", self.l2)] {
            if !(factor >= 0.0 && factor.is_finite()) {
                return Err(PenaltyError::Factor { norm, factor });
            }
        }
        for pattern in &self.patterns {
            if !layout.entries().iter().any(|entry| matches(pattern, &entry.name)) {
                let names = layout.entries().iter().map(|entry| entry.name.clone()).collect();
                return Err(PenaltyError::Unknown { pattern: pattern.clone(), names });
            }
        }
        let is_chosen = |name: &str| self.patterns.iter().any(|pattern| matches(pattern, name));
        let chosen = layout.entries().iter().filter(|entry| is_chosen(&entry.name));
        let ranges = chosen.map(nn_core::Entry::range).collect();
        Ok(BoundPenalty { l1: self.l1, l2: self.l2, ranges, len: layout.len() })
    }

    /// The penalty of a model as it is.
    ///
    /// # Errors
    /// As [`Penalty::bind`].
    pub fn value<T: Scalar>(&self, model: &Model<T>) -> Result<T, PenaltyError> {
        Ok(self.bind(model.network().theta_layout())?.value(model.theta()))
    }

    /// Adds the penalty's gradient to that of a loss, which is as long as θ, and returns the penalty.
    ///
    /// # Errors
    /// As [`Penalty::bind`].
    ///
    /// # Panics
    /// Where the gradient is not as long as θ.
    pub fn add_gradient<T: Scalar>(&self, model: &Model<T>, gradient: &mut [T]) -> Result<T, PenaltyError> {
        Ok(self.bind(model.network().theta_layout())?.add_gradient(model.theta(), gradient))
    }
}

/// A [`Penalty`] that knows where its parameters lie in θ: what a loop of training steps keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct BoundPenalty {
    l1: f64,
    l2: f64,
    ranges: Vec<Range<usize>>,
    /// The length of θ.
    len: usize,
}

impl BoundPenalty {
    /// λ₁ Σ |w| + λ₂ Σ w².
    ///
    /// # Panics
    /// Where θ is not as long as the layout.
    pub fn value<T: Real>(&self, theta: &[T]) -> T {
        assert_eq!(theta.len(), self.len, "elements of θ");
        let (l1, l2) = (T::from_f64(self.l1), T::from_f64(self.l2));
        let mut total = T::ZERO;
        for range in &self.ranges {
            let w = &theta[range.clone()];
            simd::dispatch(
                #[inline(always)]
                || {
                    total += sum(
                        w,
                        w,
                        #[inline(always)]
                        |_, w, _| l1 * w.abs() + l2 * (w * w),
                    );
                },
            );
        }
        total
    }

    /// Adds λ₁ sign(w) + 2 λ₂ w to the gradient, and returns the value.
    ///
    /// # Panics
    /// Where θ or the gradient is not as long as the layout.
    pub fn add_gradient<T: Real>(&self, theta: &[T], gradient: &mut [T]) -> T {
        let value = self.value(theta);
        assert_eq!(gradient.len(), self.len, "elements of the gradient");
        let (l1, twice) = (T::from_f64(self.l1), T::from_f64(2.0 * self.l2));
        for range in &self.ranges {
            let (w, d) = (&theta[range.clone()], &mut gradient[range.clone()]);
            simd::dispatch(
                #[inline(always)]
                || {
                    for i in 0..w.len().min(d.len()) {
                        let sign = if w[i] == T::ZERO { T::ZERO } else { l1.copysign(w[i]) };
                        d[i] += sign + twice * w[i];
                    }
                },
            );
        }
        value
    }
}

/// Whether a name fits a pattern in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((before, after)) => name.strip_prefix(before).is_some_and(|rest| {
            let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            ends.into_iter().any(|at| matches(after, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BatchNorm, Dense, Sequential, Tanh};
    use nn_core::Layer;

    fn model() -> Model<f64> {
        let net = Sequential::new().push(Dense::new(7)).push(BatchNorm::new()).push(Tanh).push(Dense::new(3));
        net.init([5], 4).unwrap()
    }

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("*.weight", "0.weight") && matches("*weight", "weight") && matches("*", ""));
        assert!(matches("0.*.b*s", "0.1.2.bias") && matches("é*", "éa"));
        assert!(!matches("*.weight", "weight") && !matches("0.*", "10.bias") && !matches("*.w", "0.weight"));
    }

    #[test]
    fn the_gradient_is_that_of_the_value() {
        let model = model();
        for penalty in [
            Penalty::l1(0.3, "*.weight"),
            Penalty::l2(0.2, "*"),
            Penalty::elastic_net(0.1, 0.4, "0.*").and("3.bias").and("0.weight"),
        ] {
            let bound = penalty.bind(model.network().theta_layout()).unwrap();
            let theta: Vec<f64> = model.theta().iter().map(|w| w + 0.01).collect();
            let mut gradient = vec![1.0; theta.len()];
            assert_eq!(bound.add_gradient(&theta, &mut gradient), bound.value(&theta));
            gradient.iter_mut().for_each(|d| *d -= 1.0);
            nn_check::check_gradient(|theta| bound.value(theta), &theta, &gradient).assert();
        }
    }

    #[test]
    fn only_what_is_named_counts_and_once() {
        let model = model();
        let of = |name: &str| model.parameter(name).unwrap().1.iter().map(|w| w * w).sum::<f64>();
        let twice = Penalty::l2(1.0, "0.weight").and("0.w*").and("3.weight");
        let value = twice.value(&model).unwrap();
        assert!((value - of("0.weight") - of("3.weight")).abs() < 1e-14, "{value}");

        let mut gradient = vec![0.0; model.theta().len()];
        twice.add_gradient(&model, &mut gradient).unwrap();
        let bias = model.network().theta_layout().get("0.bias").unwrap().range();
        assert!(gradient[bias].iter().all(|d| *d == 0.0));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let model = model();
        let error = Penalty::l2(1.0, "*.weight").and("7.bias").value(&model).unwrap_err();
        assert!(matches!(&error, PenaltyError::Unknown { pattern, .. } if pattern == "7.bias"), "{error}");
        let error = Penalty::l1(-1.0, "*").value(&model).unwrap_err();
        assert_eq!(error, PenaltyError::Factor { norm: "L1", factor: -1.0 });
        assert!(Penalty::l2(f64::NAN, "*").value(&model).is_err());
    }
}
