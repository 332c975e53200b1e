//! Pairs of vectors whose angle should be small or large.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape, simd};

use super::checks::{check_setting, check_values_of_shape, values};
use super::domain::Domain;
use super::stacked;
use super::sums::sum;

/// With c the cosine of the angle between the two vectors of a sample: 1 - c where the target is 1 (alike),
/// max(0, c - margin) where it is -1 (unlike).
///
/// | | shape |
/// |---|---|
/// | y | `(m, 2, ..)`: the two vectors of a sample, side by side |
/// | targets | `(m)` or `(m, 1)`: 1 or -1 |
///
/// One term a sample; the mean is over the batch. ∂c/∂x₁ = x₂/(‖x₁‖‖x₂‖) - c x₁/‖x₁‖², where 1e-12 is added to every squared
/// norm, so that a vector of zeros has a cosine of 0. (PyTorch's `CosineEmbeddingLoss`.)
///
/// A network that is fed `(m, 2, n)` makes such an output: a dense layer takes both vectors through the same weights.
///
/// ```
/// use nn_core::{Batch, Layer, Model, Rows, Target, Context};
/// use nn_layers::{CosineEmbedding, Dense, Sequential, Tanh};
/// let net = Sequential::new().push(Dense::new(8)).push(Tanh).push(Dense::new(3));
/// let mut twin: Model<f64> = net.init([2, 5], 0)?; // pairs of samples with 5 features
/// let x = [0.1; 2 * 2 * 5];
/// let alike = [1.0, -1.0];
/// let batch = Batch::new(Rows::new(&x, [2, 5])?, Target::Values(Rows::new(&alike, [1])?))?;
/// let mut ws = twin.workspace(2)?;
/// let loss = twin.loss_and_gradient(&batch, &CosineEmbedding::new(0.5), &Context::training(0, 0), &mut ws);
/// assert!((loss - (0.0 + 0.5) / 2.0).abs() < 1e-9, "the vectors of a pair are equal here");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "CosineEmbeddingLoss")]
#[derive(Debug, Clone, Copy, Default)]
pub struct CosineEmbedding {
    reduction: Reduction,
    margin: f64,
}

const NAME: &str = "CosineEmbedding";

/// Added to squared norms: PyTorch's constant.
const EPS: f64 = 1e-12;

impl CosineEmbedding {
    /// The mean over the batch, with the given margin in [-1, 1] (0 to 0.5 are usual).
    pub fn new(margin: f64) -> CosineEmbedding {
        CosineEmbedding { reduction: Reduction::Mean, margin }
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> CosineEmbedding {
        CosineEmbedding { reduction, ..self }
    }

    /// The term, and its derivative with respect to the cosine.
    fn term<T: Real>(&self, cosine: T, t: T) -> (T, T) {
        if t > T::ZERO {
            return (T::ONE - cosine, -T::ONE);
        }
        let above = cosine - T::from_f64(self.margin);
        (above.maximum(T::ZERO), if above >= T::ZERO { T::ONE } else { T::ZERO })
    }
}

/// The cosine of an angle, with the squared norms.
struct Angle<T> {
    cosine: T,
    squares: [T; 2],
}

impl<T: Real> Angle<T> {
    fn new([a, b]: [&[T]; 2]) -> Angle<T> {
        let eps = T::from_f64(EPS);
        let dot = |a: &[T], b: &[T]| {
            simd::dispatch(
                #[inline(always)]
                || {
                    sum(
                        a,
                        b,
                        #[inline(always)]
                        |_, a, b| a * b,
                    )
                },
            )
        };
        let (product, aa, bb) = (dot(a, b), dot(a, a), dot(b, b));
        let squares = [aa + eps, bb + eps];
        Angle { cosine: product / (squares[0].sqrt() * squares[1].sqrt()), squares }
    }
}

impl<T: Real> Loss<T> for CosineEmbedding {
    fn terms(&self, _: &Shape) -> usize {
        1
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        let margin = self.margin;
        check_setting(NAME, (-1.0..=1.0).contains(&margin), || {
            format!("margin is {margin}, expected a number in [-1, 1]")
        })?;
        stacked::part(NAME, output, 2, "[m, 2, ..]")?;
        check_values_of_shape(NAME, &Shape::SCALAR, output, samples, target, Domain::Sign)
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, _: &Shape, target: &Target<'_, T>) -> T {
        T::from_usize(stacked::samples(NAME, target))
    }

    fn value(&self, y: Rows<'_, T>, target: Target<'_, T>, terms: &mut [T]) {
        for (i, (term, t)) in terms.iter_mut().zip(values(NAME, target)).enumerate() {
            *term = self.term(Angle::new(stacked::parts(y.row(i))).cosine, *t).0;
        }
    }

    fn value_and_gradient(
        &self,
        y: Rows<'_, T>,
        target: Target<'_, T>,
        upstream: Upstream<'_, T>,
        terms: &mut [T],
        mut dy: RowsMut<'_, T>,
    ) {
        for (i, (term, t)) in terms.iter_mut().zip(values(NAME, target)).enumerate() {
            let [a, b] = stacked::parts(y.row(i));
            let Angle { cosine, squares } = Angle::new([a, b]);
            let (value, slope) = self.term(cosine, *t);
            *term = value;
            let factor = upstream.at(i) * slope;
            let across = factor / (squares[0].sqrt() * squares[1].sqrt());
            let (along_a, along_b) = (factor * cosine / squares[0], factor * cosine / squares[1]);
            let [da, db] = stacked::parts_mut(dy.row(i));
            for j in 0..a.len() {
                da[j] = across * b[j] - along_a * a[j];
                db[j] = across * a[j] - along_b * b[j];
            }
        }
    }
}

#[cfg(test)]
nn_check::loss_suite!(CosineEmbedding::new(0.1), output: [2, 5], batch: 6, targets: signs([]));
#[cfg(test)]
nn_check::loss_suite!(longer: CosineEmbedding::new(-0.5), output: [2, 3, 7], batch: 4, targets: signs([1]));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_refused() {
        let t = [1.0, 0.5];
        let check = |output: &[usize], t: &[f64], margin: f64| {
            let (target, loss) = (Target::Values(Rows::new(t, [1]).unwrap()), CosineEmbedding::new(margin));
            let output = Shape::new(output).unwrap();
            Loss::<f64>::check(&loss, &output, t.len(), &target).map_err(|error| error.to_string())
        };
        assert_eq!(
            check(&[3, 5], &t, 0.0).unwrap_err(),
            "CosineEmbedding: expected outputs of shape [m, 2, ..], got [m, 3, 5]"
        );
        assert_eq!(
            check(&[2, 5], &t, 0.0).unwrap_err(),
            "CosineEmbedding: target 1 is 0.5, expected -1 or 1"
        );
        assert!(check(&[2, 5], &t[..1], 2.0).unwrap_err().contains("margin is 2"));
        assert!(check(&[2, 5], &t[..1], 0.0).is_ok());
    }
}
