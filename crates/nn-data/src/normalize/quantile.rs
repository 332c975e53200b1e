//! Quantiles with linear interpolation.

/// The quantile `q` in [0, 1] of ascending numbers, at least one: linear between ranks, NumPy's default (type 7 of
/// Hyndman and Fan, "Sample quantiles in statistical packages", 1996).
pub(super) fn quantile(sorted: &[f64], q: f64) -> f64 {
    let rank = q * (sorted.len() - 1) as f64;
    let below = (rank as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    let (a, b, t) = (sorted[below], sorted[above], rank - below as f64);
    // The difference of two finite numbers may overflow, their weighted sum does not.
    match (b - a).is_finite() {
        true => a + (b - a) * t,
        false => a * (1.0 - t) + b * t,
    }
}

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn linear_between_ranks() {
        let x = [1.0, 2.0, 4.0, 8.0];
        assert_eq!([0.0, 0.5, 1.0].map(|q| quantile(&x, q)), [1.0, 3.0, 8.0]);
        assert_eq!([0.25, 0.75].map(|q| quantile(&x, q)), [1.75, 5.0]);
        assert_eq!(quantile(&[5.0], 0.3), 5.0);
        assert_eq!(quantile(&[-f64::MAX, f64::MAX], 0.5), 0.0);
    }
}
