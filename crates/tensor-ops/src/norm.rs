//! Norms of vectors along axes, and of matrices.

use nalgebra::{DMatrix, DVector};

use crate::reduce::{Op, rows_of_a_piece};
use crate::simd::dispatch;
use crate::{Axes, Real, Tensor, TensorError, pool};

#[cfg(test)]
mod tests;

/// The order of a norm.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Norm {
    /// Σ|x|.
    L1,
    /// √Σx², the Euclidean norm.
    L2,
    /// max|x|, 0 over no elements.
    Max,
    /// min|x|.
    Min,
    /// The number of elements that are not 0.
    Count,
    /// (Σ|x|ᵖ)^(1/p) for any p but 0; a norm in the strict sense from p = 1 on. Computed in f64 and rounded once; 1, 2, ∞
    /// and -∞ are [`Norm::L1`], [`Norm::L2`], [`Norm::Max`] and [`Norm::Min`].
    P(f64),
}

/// The order of a norm of a matrix as an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MatrixNorm {
    /// The largest sum of |x| down a column.
    L1,
    /// The largest singular value.
    Spectral,
    /// The largest sum of |x| along a row.
    Max,
    /// √Σx².
    Frobenius,
    /// The sum of the singular values.
    Nuclear,
    /// The smallest sum of |x| down a column.
    MinL1,
    /// The smallest singular value.
    MinSpectral,
    /// The smallest sum of |x| along a row.
    MinMax,
}

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// The norm of the elements over the axes, taken as one vector.
    ///
    /// The L2 norm and those of order p do not overflow or underflow where the result does not: a sum of powers that
    /// leaves the range is computed anew from x / max|x|, or x / min|x| for p < 0. The sums have the bound of
    /// [`pairwise_sum`](crate::reduce::pairwise_sum).
    ///
    /// # Errors
    /// An axis out of range or named twice; for [`Norm::Min`] no elements; for [`Norm::P`] an order that is 0 or NaN.
    ///
    /// ```
    /// use tensor_ops::{Axes, Norm, Tensor};
    /// let x = Tensor::from([[1.0f64, 2.0], [3.0, 4.0]]);
    /// let lengths = x.norm(Norm::L2, Axes::from(1).keepdims())?; // the course's row norms
    /// assert_eq!(lengths, Tensor::from([[5f64.sqrt()], [5.0]]));
    /// let unit_rows = x.divide(&lengths)?;
    /// assert!((unit_rows.norm(Norm::L2, 1)?.as_slice()[0] - 1.0).abs() < 1e-15);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn norm(&self, order: Norm, axes: impl Into<Axes>) -> Result<Tensor<T>, TensorError> {
        self.norm_as(order, &axes.into(), "norm")
    }

    fn norm_as(&self, order: Norm, axes: &Axes, op: &'static str) -> Result<Tensor<T>, TensorError> {
        match order {
            Norm::L1 => self.fold(Op::Absolutes, axes, op),
            Norm::L2 => self.euclidean(axes, op),
            Norm::Max => {
                let (mut most, least) = (self.fold(Op::Max, axes, op)?, self.fold(Op::Min, axes, op)?);
                for (m, &l) in most.as_mut_slice().iter_mut().zip(least.as_slice()) {
                    // Over no elements these are -∞ and +∞.
                    *m = m.maximum(-l).maximum(T::ZERO);
                }
                Ok(most)
            }
            Norm::Min => self.map(|x| x.abs()).choose(Op::Min, axes, op),
            Norm::Count => {
                let counts = self.map(|x| if x == T::ZERO { T::ZERO } else { T::ONE });
                counts.fold(Op::Sum, axes, op)
            }
            Norm::P(1.0) => self.norm_as(Norm::L1, axes, op),
            Norm::P(2.0) => self.norm_as(Norm::L2, axes, op),
            Norm::P(f64::INFINITY) => self.norm_as(Norm::Max, axes, op),
            Norm::P(f64::NEG_INFINITY) => self.norm_as(Norm::Min, axes, op),
            Norm::P(p) if p != 0.0 && !p.is_nan() => Ok(power_norm(&self.cast(), p, axes, op)?.cast()),
            Norm::P(p) => {
                let what = format!("the order {p}, expected a number other than 0");
                Err(TensorError::Setting { op, what })
            }
        }
    }

    fn euclidean(&self, axes: &Axes, op: &'static str) -> Result<Tensor<T>, TensorError> {
        let mut out = self.fold(Op::Squares, axes, op)?;
        let Some(far) = Far::find(self, out.as_slice(), Norm::Max, axes, op)? else {
            out.as_mut_slice().iter_mut().for_each(|sum| *sum = sum.sqrt());
            return Ok(out);
        };
        let scaled = far.sums(|| self.divide(&far.scale)?.fold(Op::Squares, axes, op))?;
        far.finish(&mut out, &scaled, T::sqrt);
        Ok(out)
    }

    /// x / max(‖x‖, ε) along the axes: vectors of length 1 in the same directions. With ε = 0 this is the plain
    /// quotient, NaN for a vector of zeros; PyTorch's `F.normalize` has ε = 1e-12, which leaves it at zeros.
    ///
    /// # Errors
    /// As [`Tensor::norm`].
    ///
    /// ```
    /// use tensor_ops::{Norm, Tensor};
    /// let x = Tensor::from([[3.0, 4.0], [0.0, 0.0]]);
    /// assert_eq!(x.normalize(Norm::L2, 1, 1e-12)?, Tensor::from([[0.6, 0.8], [0.0, 0.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn normalize(
        &self,
        order: Norm,
        axes: impl Into<Axes>,
        epsilon: T,
    ) -> Result<Tensor<T>, TensorError> {
        let axes = axes.into().keepdims();
        let reduced = axes.resolve(self.shape(), "normalize")?;
        let cols: usize = self.shape().size().checked_div(reduced.result.size()).unwrap_or(0);
        if order == Norm::L2 && cols > 0 && reduced.is_last_run(self.shape()) {
            return Ok(Tensor::from_parts(*self.shape(), T::unit_rows(self.as_slice(), cols, epsilon)));
        }
        let mut norm = self.norm_as(order, &axes, "normalize")?;
        norm.as_mut_slice().iter_mut().for_each(|n| *n = n.maximum(epsilon));
        self.divide(&norm)
    }

    /// The norm of a rank-2 tensor as a linear operator.
    ///
    /// # Errors
    /// [`TensorError::Rank`] for another rank; [`TensorError::EmptyReduction`] where one of the smallest is to
    /// be chosen from none. The others are 0 without elements, as in NumPy.
    ///
    /// ```
    /// use tensor_ops::{MatrixNorm, Tensor};
    /// let x = Tensor::from([[3.0, 0.0], [0.0, -4.0]]);
    /// assert_eq!(x.matrix_norm(MatrixNorm::Spectral)?, 4.0);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn matrix_norm(&self, order: MatrixNorm) -> Result<T, TensorError> {
        let shape = *self.shape();
        if shape.rank() != 2 {
            return Err(TensorError::Rank { op: "matrix_norm", expected: "a matrix (rank 2)", shape });
        }
        let of_all = |x: Tensor<T>| x.as_slice()[0];
        let is_empty = shape.size() == 0;
        Ok(match order {
            MatrixNorm::Frobenius => of_all(self.norm(Norm::L2, Axes::All)?),
            MatrixNorm::L1 | MatrixNorm::Max | MatrixNorm::Spectral | MatrixNorm::Nuclear if is_empty => {
                T::ZERO
            }
            MatrixNorm::MinSpectral if is_empty => {
                return Err(TensorError::EmptyReduction { op: "matrix_norm", axes: Axes::All, shape });
            }
            MatrixNorm::L1 => of_all(self.norm(Norm::L1, 0)?.max(Axes::All)?),
            MatrixNorm::Max => of_all(self.norm(Norm::L1, 1)?.max(Axes::All)?),
            MatrixNorm::MinL1 => of_all(self.norm(Norm::L1, 0)?.min(Axes::All)?),
            MatrixNorm::MinMax => of_all(self.norm(Norm::L1, 1)?.min(Axes::All)?),
            MatrixNorm::Spectral => self.singular_values(|values| values.max()),
            MatrixNorm::MinSpectral => self.singular_values(|values| values.min()),
            MatrixNorm::Nuclear => self.singular_values(|values| values.sum()),
        })
    }

    /// `f` of the singular values of a matrix with elements; NaN where one of them is not finite.
    fn singular_values(&self, f: impl Fn(DVector<f64>) -> f64) -> T {
        // A NaN would keep the iteration from ending.
        if self.as_slice().iter().any(|x| !x.is_finite()) {
            return T::from_f64(f64::NAN);
        }
        let values = self.as_slice().iter().map(|x| x.to_f64());
        let matrix = DMatrix::from_row_iterator(self.shape()[0], self.shape()[1], values);
        T::from_f64(f(matrix.singular_values()))
    }
}

/// (Σ|x|ᵖ)^(1/p), p finite and not 0.
fn power_norm(x: &Tensor<f64>, p: f64, axes: &Axes, op: &'static str) -> Result<Tensor<f64>, TensorError> {
    let power = |x: f64| Real::powf(x.abs(), p);
    let root = |sum: f64| Real::powf(sum, 1.0 / p);
    let mut out = x.map(power).fold(Op::Sum, axes, op)?;
    // The term of this element is the largest.
    let leading = if p > 0.0 { Norm::Max } else { Norm::Min };
    let Some(far) = Far::find(x, out.as_slice(), leading, axes, op)? else {
        out.as_mut_slice().iter_mut().for_each(|sum| *sum = root(*sum));
        return Ok(out);
    };
    let scaled = far.sums(|| x.divide(&far.scale)?.map(power).fold(Op::Sum, axes, op))?;
    far.finish(&mut out, &scaled, root);
    Ok(out)
}

/// Results some of whose sums of powers have left the range.
struct Far<T: Real> {
    /// The |x| whose power is the largest of each sum, with the reduced axes left behind.
    leading: Tensor<T>,
    /// What to divide by: 1 where the sum is in range, or `leading` is 0 or not finite and so the norm itself.
    scale: Tensor<T>,
}

impl<T: Real> Far<T> {
    /// None where all sums are in range, or there is nothing to sum.
    fn find(
        x: &Tensor<T, impl AsRef<[T]>>,
        sums: &[T],
        leading: Norm,
        axes: &Axes,
        op: &'static str,
    ) -> Result<Option<Far<T>>, TensorError> {
        if x.as_slice().is_empty() || !sums.iter().any(|&sum| is_out_of_range(sum)) {
            return Ok(None);
        }
        let leading = x.norm_as(leading, &axes.clone().keepdims(), op)?;
        let mut scale = leading.clone();
        for (scale, &sum) in scale.as_mut_slice().iter_mut().zip(sums) {
            if !is_out_of_range(sum) || *scale == T::ZERO || !scale.is_finite() {
                *scale = T::ONE;
            }
        }
        Ok(Some(Far { leading, scale }))
    }

    /// The sums of what has been divided by `scale`, unless the vectors out of range are all zeros or not finite.
    fn sums(
        &self,
        sums: impl FnOnce() -> Result<Tensor<T>, TensorError>,
    ) -> Result<Option<Tensor<T>>, TensorError> {
        let is_scaled = self.scale.as_slice().iter().any(|&scale| scale != T::ONE);
        is_scaled.then(sums).transpose()
    }

    /// Turns plain sums into norms.
    fn finish(&self, out: &mut Tensor<T>, scaled: &Option<Tensor<T>>, root: impl Fn(T) -> T) {
        let (leading, scale) = (self.leading.as_slice(), self.scale.as_slice());
        for (i, out) in out.as_mut_slice().iter_mut().enumerate() {
            *out = match scaled {
                _ if !is_out_of_range(*out) => root(*out),
                Some(scaled) if leading[i] == scale[i] => root(scaled.as_slice()[i]) * scale[i],
                // Divided by 1, if at all.
                _ => leading[i],
            };
        }
    }
}

/// Whether a sum of powers has overflowed, or may have lost digits to underflow.
#[inline(always)]
fn is_out_of_range<T: Real>(sum: T) -> bool {
    !(T::SMALL_SQUARE <= sum && sum < T::INFINITY)
}

/// √Σx², given the plain sum of the squares; scaled by the largest |x| where that has left the range.
fn length<T: Real>(sum: T, x: &[T]) -> T {
    if !is_out_of_range(sum) {
        return sum.sqrt();
    }
    let largest = T::fold_row(Op::Max, x).maximum(-T::fold_row(Op::Min, x));
    if largest == T::ZERO || !largest.is_finite() {
        return largest;
    }
    let scaled: Vec<T> = x.iter().map(|&x| x / largest).collect();
    T::fold_row(Op::Squares, &scaled).sqrt() * largest
}

/// x / max(‖x‖₂, ε) of rows: some are divided while they are still in the cache.
pub(crate) fn unit_rows<T: Real>(x: &[T], cols: usize, epsilon: T) -> Vec<T> {
    let piece = rows_of_a_piece(x.len() / cols, cols, 1 << 15) * cols;
    let group = (4096 / cols).clamp(1, 16) * cols;
    pool::collect(x.len(), piece, |from, sink| {
        for x in x[from..][..sink.left()].chunks(group) {
            let mut norms = [T::ZERO; 16];
            T::fold_rows(Op::Squares, x, cols, &mut norms[..x.len() / cols]);
            for (norm, x) in norms.iter_mut().zip(x.chunks_exact(cols)) {
                *norm = length(*norm, x).maximum(epsilon);
            }
            dispatch(
                #[inline(always)]
                || {
                    for (x, &norm) in x.chunks_exact(cols).zip(&norms) {
                        sink.map(
                            x,
                            #[inline(always)]
                            |x| x / norm,
                        );
                    }
                },
            );
        }
    })
}
