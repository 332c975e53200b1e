//! The exponentially weighted average of a series of numbers.

use crate::setting::{SettingError, check_all, kept};

/// v ← β v + (1-β) x, which is about the mean of the last 1/(1-β) numbers; with bias correction v/(1-βᵗ) after t of them.
///
/// Without the correction the average begins at 0 and is too small for about 1/(1-β) numbers. It is plain data:
/// [`ExponentiallyWeightedAverage::state`] and [`ExponentiallyWeightedAverage::resume`] save and restore it.
///
/// ```
/// use nn_optim::ExponentiallyWeightedAverage;
/// let mut average = ExponentiallyWeightedAverage::new(0.9)?;
/// assert_eq!(average.value(), None);
/// assert_eq!(average.push(5.0), 5.0, "of one number the average is that number");
/// assert!((average.push(7.0) - (0.9 * 5.0 + 7.0) / 1.9).abs() < 1e-12);
/// assert!((average.window() - 10.0).abs() < 1e-12);
/// # Ok::<(), nn_optim::SettingError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExponentiallyWeightedAverage {
    beta: f64,
    corrects_bias: bool,
    v: f64,
    count: u64,
}

impl ExponentiallyWeightedAverage {
    /// With weight β on the past, and bias correction.
    ///
    /// # Errors
    /// [`SettingError`] where β is not in [0, 1).
    pub fn new(beta: f64) -> Result<ExponentiallyWeightedAverage, SettingError> {
        check_all("ExponentiallyWeightedAverage", &[kept("beta", beta)])?;
        Ok(ExponentiallyWeightedAverage { beta, corrects_bias: true, v: 0.0, count: 0 })
    }

    /// Leaves out the bias correction.
    #[must_use]
    pub fn without_bias_correction(self) -> ExponentiallyWeightedAverage {
        ExponentiallyWeightedAverage { corrects_bias: false, ..self }
    }

    /// The effective window 1/(1-β): the weight of a number that old is about 1/e of that of the last.
    pub fn window(&self) -> f64 {
        1.0 / (1.0 - self.beta)
    }

    /// Takes the next number and returns the average.
    pub fn push(&mut self, x: f64) -> f64 {
        self.v = self.beta * self.v + (1.0 - self.beta) * x;
        self.count += 1;
        self.corrected()
    }

    /// The average, where there was a number.
    pub fn value(&self) -> Option<f64> {
        (self.count > 0).then(|| self.corrected())
    }

    fn corrected(&self) -> f64 {
        let weight = if self.corrects_bias { 1.0 - self.beta.powf(self.count as f64) } else { 1.0 };
        self.v / weight
    }

    /// The average of every beginning of a series, as a smoothed curve.
    ///
    /// ```
    /// let average = nn_optim::ExponentiallyWeightedAverage::new(0.5)?;
    /// assert_eq!(average.of(&[1.0, 4.0]), [1.0, 3.0]);
    /// # Ok::<(), nn_optim::SettingError>(())
    /// ```
    pub fn of(mut self, series: &[f64]) -> Vec<f64> {
        series.iter().map(|&x| self.push(x)).collect()
    }

    /// What it remembers: v without correction, and how many numbers came.
    pub fn state(&self) -> (f64, u64) {
        (self.v, self.count)
    }

    /// Goes on from a state.
    #[must_use]
    pub fn resume(self, (v, count): (f64, u64)) -> ExponentiallyWeightedAverage {
        ExponentiallyWeightedAverage { v, count, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_weighted_mean_by_its_definition() {
        let (beta, series) = (0.8f64, [3.0, -1.0, 4.0, 1.0, -5.0, 9.0]);
        let average = ExponentiallyWeightedAverage::new(beta).unwrap();
        for (t, got) in average.of(&series).into_iter().enumerate() {
            let weights: Vec<f64> = (0..=t).map(|i| beta.powi((t - i) as i32)).collect();
            let sum: f64 = weights.iter().zip(&series).map(|(w, x)| w * x).sum();
            assert!((got - sum / weights.iter().sum::<f64>()).abs() < 1e-12);
        }
    }

    #[test]
    fn it_goes_on_from_its_state() {
        let mut whole = ExponentiallyWeightedAverage::new(0.9).unwrap().without_bias_correction();
        whole.push(2.0);
        let mut resumed =
            ExponentiallyWeightedAverage::new(0.9).unwrap().without_bias_correction().resume(whole.state());
        assert_eq!(whole.push(3.0), resumed.push(3.0));
        assert_eq!(whole, resumed);
        assert!((whole.value().unwrap() - (0.9 * 0.2 + 0.3)).abs() < 1e-15);
        assert!(ExponentiallyWeightedAverage::new(1.0).is_err());
    }
}
