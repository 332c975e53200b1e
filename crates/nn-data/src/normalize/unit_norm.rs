//! Every sample of length 1.

use tensor_ops::{Real, Tensor};

use crate::transform::sample_shape;
use crate::{DataError, Transform};

/// x ← x / ‖x‖ for each sample, by itself: nothing is fitted. A sample of zeros is left as it is. The lengths are lost, so
/// there is no inverse.
///
/// ```
/// use nn_data::{Transform, UnitNorm};
/// let unit = UnitNorm::L2.apply_tensor([[3.0, 4.0], [0.0, 0.0]].into())?;
/// assert_eq!(unit, [[0.6, 0.8], [0.0, 0.0]].into());
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnitNorm {
    /// Σ|x|.
    L1,
    /// √Σx².
    L2,
    /// max |x|.
    Max,
}

impl UnitNorm {
    fn of(self, x: &mut dyn Iterator<Item = f64>) -> f64 {
        match self {
            UnitNorm::L1 => x.map(f64::abs).sum(),
            UnitNorm::L2 => x.map(|x| x * x).sum::<f64>().sqrt(),
            UnitNorm::Max => x.map(f64::abs).fold(0.0, f64::max),
        }
    }
}

impl<T: Real> Transform<T> for UnitNorm {
    fn apply_tensor(&self, mut inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let width = sample_shape(&inputs)?.size().max(1);
        for row in inputs.as_mut_slice().chunks_exact_mut(width) {
            let mut norm = self.of(&mut row.iter().map(|x| x.to_f64()));
            let mut scale = 1.0;
            // Squares overflow and underflow long before numbers do: the largest is divided out first.
            if !norm.is_finite() || norm < f64::MIN_POSITIVE.sqrt() {
                scale = UnitNorm::Max.of(&mut row.iter().map(|x| x.to_f64()));
                if scale == 0.0 {
                    continue;
                }
                norm = self.of(&mut row.iter().map(|x| x.to_f64() / scale));
            }
            for x in row {
                *x = T::from_f64(x.to_f64() / scale / norm);
            }
        }
        Ok(inputs)
    }

    fn invert_tensor(&self, _: Tensor<T>) -> Result<Tensor<T>, DataError> {
        Err(DataError::NoInverse { transform: "UnitNorm" })
    }
}
