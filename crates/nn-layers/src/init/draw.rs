//! Drawing from a distribution, one number after the other.

use rand::Rng;
use rand_distr::{Distribution, Exp1, StandardNormal, StandardUniform, Uniform};

/// Normal.
pub(super) fn normal(mean: f64, deviation: f64, random: &mut dyn Rng, out: &mut [f64]) {
    out.fill_with(|| {
        let z: f64 = StandardNormal.sample(random);
        mean + deviation * z
    });
}

/// Uniform on [low, high].
pub(super) fn uniform(low: f64, high: f64, random: &mut dyn Rng, out: &mut [f64]) {
    let distribution = Uniform::new_inclusive(low, high).expect("a finite interval");
    out.fill_with(|| distribution.sample(random));
}

/// Normal, with what falls outside [low, high] drawn again.
pub(super) fn truncated(
    mean: f64,
    deviation: f64,
    [low, high]: [f64; 2],
    random: &mut dyn Rng,
    out: &mut [f64],
) {
    let (a, b) = ((low - mean) / deviation, (high - mean) / deviation);
    // A window of negative numbers is drawn as its mirror image.
    let sign = if b < 0.0 { -1.0 } else { 1.0 };
    let (a, b) = if b < 0.0 { (-b, -a) } else { (a, b) };
    out.fill_with(|| {
        let z = if a > 0.0 { tail(a, b, random) } else { centre(a, b, random) };
        // Rounding may step over a bound.
        (mean + sign * deviation * z).clamp(low, high)
    });
}

/// A standard normal number on [a, b], where 0 is inside.
fn centre(a: f64, b: f64, random: &mut dyn Rng) -> f64 {
    // Which of the two densities to draw from lies closer above: their areas are √(2π) and b - a.
    let is_narrow = b - a < (2.0 * std::f64::consts::PI).sqrt();
    loop {
        if is_narrow {
            let (u, v): (f64, f64) = (StandardUniform.sample(random), StandardUniform.sample(random));
            let z = a + (b - a) * u;
            if v <= (-0.5 * z * z).exp() {
                return z;
            }
        } else {
            let z: f64 = StandardNormal.sample(random);
            if (a..=b).contains(&z) {
                return z;
            }
        }
    }
}

/// A standard normal number on [a, b], a > 0: the density's tail lies under that of an exponential distribution, or of a
/// uniform one where the window is narrower than that. (Robert, "Simulation of truncated normal variables", 1995.)
fn tail(a: f64, b: f64, random: &mut dyn Rng) -> f64 {
    let rate = 0.5 * (a + (a * a + 4.0).sqrt());
    let is_narrow = b - a < 1.0 / rate;
    loop {
        let v: f64 = StandardUniform.sample(random);
        if is_narrow {
            let u: f64 = StandardUniform.sample(random);
            let z = a + (b - a) * u;
            if v <= (0.5 * (a * a - z * z)).exp() {
                return z;
            }
        } else {
            let e: f64 = Exp1.sample(random);
            let z = a + e / rate;
            if z <= b && v <= (-0.5 * (z - rate).powi(2)).exp() {
                return z;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tensor_ops::random::Stream;

    /// Every branch: mean and variance within five standard errors of what integrating the density gives.
    #[test]
    fn moments_of_truncated_normals() {
        for [low, high] in [[-2.0, 2.0], [-0.5, 0.25], [-10.0, 1.0], [1.0, 1.1], [2.0, 30.0], [-9.0, -3.0]] {
            let (mean, deviation, n) = (0.3, 1.5, 40_000);
            let mut drawn = vec![0.0; n];
            truncated(mean, deviation, [low, high], &mut Stream::new(1, 2, 3).rng(0), &mut drawn);
            assert!(drawn.iter().all(|x| (low..=high).contains(x)));
            let steps = 200_000;
            let mut sums = [0.0; 5];
            for i in 0..steps {
                let x: f64 = low + (high - low) * (f64::from(i) + 0.5) / f64::from(steps);
                let density = (-0.5 * ((x - mean) / deviation).powi(2)).exp();
                for (power, sum) in sums.iter_mut().enumerate() {
                    *sum += density * x.powi(power as i32);
                }
            }
            let m = sums.map(|sum| sum / sums[0]);
            let variance = m[2] - m[1] * m[1];
            let fourth = m[4] - 4.0 * m[3] * m[1] + 6.0 * m[2] * m[1].powi(2) - 3.0 * m[1].powi(4);
            let average = drawn.iter().sum::<f64>() / n as f64;
            let spread = drawn.iter().map(|x| (x - m[1]).powi(2)).sum::<f64>() / n as f64;
            let error = (variance / n as f64).sqrt();
            assert!(
                (average - m[1]).abs() < 5.0 * error,
                "[{low}, {high}]: mean {average}, expected {}",
                m[1]
            );
            let error = ((fourth - variance * variance) / n as f64).sqrt();
            assert!(
                (spread - variance).abs() < 5.0 * error,
                "[{low}, {high}]: {spread}, expected {variance}"
            );
        }
    }
}
