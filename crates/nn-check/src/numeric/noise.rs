//! How much round-off a function has. It is measured: what a function is worth says little where large terms cancel in it.

use tensor_ops::random::Stream;

const LINES: u64 = 3;
const POINTS: usize = 10;

/// The standard deviation of round-off in `f` near `point`. Along a line of close points a smooth function is nearly a polynomial of
/// low degree; what its high differences show is noise. (Moré and Wild, "Estimating computational noise", 2011.)
pub(crate) fn round_off(f: &mut dyn FnMut(&[f64]) -> f64, point: &[f64]) -> f64 {
    let largest = point.iter().fold(0f64, |m, x| m.max(x.abs()));
    let typical = root_mean_square(point);
    // Close enough for f to be smooth at the scale of the point: of its numbers, of 1 (first weights of zero), or of a
    // fraction of large numbers, as in sin(θ - 1e8).
    let mut spacings = vec![Spacing { of_one: 1e-9, of_x: 1e-9 }];
    if largest > 1e3 {
        spacings.push(Spacing { of_one: 1e-11, of_x: 1e-11 });
    }
    if typical > 0.0 && typical < 1e-3 {
        spacings.push(Spacing { of_one: 1e-9 * typical, of_x: 0.0 });
    }
    let measured = spacings.iter().map(|spacing| along_lines(f, point, *spacing));
    measured.fold(f64::INFINITY, f64::min)
}

pub(crate) fn root_mean_square(x: &[f64]) -> f64 {
    let largest = x.iter().fold(0f64, |m, x| m.max(x.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest * (x.iter().map(|x| (x / largest).powi(2)).sum::<f64>() / x.len() as f64).sqrt()
}

/// The distance of two neighbours: the larger of `of_one` and `of_x`·|x|.
#[derive(Clone, Copy)]
struct Spacing {
    of_one: f64,
    of_x: f64,
}

fn along_lines(f: &mut dyn FnMut(&[f64]) -> f64, point: &[f64], mut spacing: Spacing) -> f64 {
    // A function with steps, such as one that computes in f32, is flat between close points: then they lie too close.
    const MOST_EQUAL: usize = LINES as usize * (POINTS - 1) / 2;
    // The height of its steps: points further apart may climb the same number of steps from one to the next, and show no noise.
    let mut quantum = f64::INFINITY;
    for _ in 0..5 {
        let mut equal = 0;
        let mut steps = f64::INFINITY;
        let mut estimates = [0.0; LINES as usize];
        for line in 0..LINES {
            let values = values(f, point, spacing, line);
            let changes = values.windows(2).map(|pair| (pair[1] - pair[0]).abs());
            equal += changes.clone().filter(|&change| change == 0.0).count();
            steps = changes.filter(|&change| change > 0.0).fold(steps, f64::min);
            // The higher differences of a smooth function vanish faster; those of noise do not.
            estimates[line as usize] = difference_noise(&values, 4).min(difference_noise(&values, 6));
        }
        if equal <= MOST_EQUAL {
            // The median: a line may cross a kink.
            estimates.sort_by(f64::total_cmp);
            let rounding = if quantum.is_finite() { quantum / 12f64.sqrt() } else { 0.0 };
            return estimates[LINES as usize / 2].max(rounding);
        }
        quantum = quantum.min(steps);
        spacing = Spacing { of_one: 100.0 * spacing.of_one, of_x: 100.0 * spacing.of_x };
    }
    0.0 // constant, as far as can be seen
}

/// The standard deviation of round-off in `f` along a line, at points on both sides of `x`. Medians leave out the few differences in which a
/// kink lies.
pub(crate) fn round_off_along(f: &mut dyn FnMut(f64) -> f64, x: f64, spacing: f64) -> f64 {
    const HALF: i32 = 10;
    /// The median of |z| for a normal z.
    const MEDIAN: f64 = 0.6745;
    let values: Vec<f64> = (-HALF..=HALF).map(|k| f(x + f64::from(k) * spacing)).collect();
    let estimate = |order: usize| {
        let mut sizes: Vec<f64> = differences(&values, order).iter().map(|d| d.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        sizes[sizes.len() / 2] / MEDIAN / variance(order).sqrt()
    };
    // Noise has the same size in all differences, and in a smooth function the higher ones are smaller.
    let [a, b, c] = [4, 6, 8].map(estimate);
    let is_noise = b > 0.3 * a && c > 0.3 * b;
    if is_noise { a.min(b).min(c) } else { 0.0 }
}

fn values(f: &mut dyn FnMut(&[f64]) -> f64, point: &[f64], spacing: Spacing, line: u64) -> [f64; POINTS] {
    let mut direction = vec![0.0f64; point.len()];
    Stream::new(0, Stream::key("round-off"), line).uniform(0, -1.0, 1.0, &mut direction);
    let mut moved = vec![0.0; point.len()];
    std::array::from_fn(|k| {
        for ((moved, &x), d) in moved.iter_mut().zip(point).zip(&direction) {
            *moved = x + k as f64 * d * spacing.of_one.max(spacing.of_x * x.abs());
        }
        f(&moved)
    })
}

/// The standard deviation of noise that explains the differences of this order.
fn difference_noise(values: &[f64], order: usize) -> f64 {
    root_mean_square(&differences(values, order)) / variance(order).sqrt()
}

fn differences(values: &[f64], order: usize) -> Vec<f64> {
    let mut table = values.to_vec();
    for _ in 0..order {
        table = table.windows(2).map(|pair| pair[1] - pair[0]).collect();
    }
    table
}

/// The variance of a difference of order k, of one value's: (2k)!/(k!)².
fn variance(order: usize) -> f64 {
    (1..=order).map(|i| (order + i) as f64 / i as f64).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_measured_whatever_its_source() {
        let smooth = |t: &[f64]| (t[0] * t[1]).sin() + t[2];
        let hash =
            |x: f64| (x.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) as f64 / 2f64.powi(53) - 0.5;
        let at = [0.3, -1.2, 0.7];
        let own = round_off(&mut |t| smooth(t), &at);
        assert!((1e-18..1e-15).contains(&own), "{own}");
        let added = round_off(&mut |t| smooth(t) + 1e-9 * hash(smooth(t)), &at);
        assert!((1e-10..1e-9).contains(&added), "{added}");
        // Steps of 1.2e-4, flat between close points.
        let cancelled = round_off(&mut |t| (smooth(t) + 1e12) - 1e12, &at);
        assert!((1e-5..1e-3).contains(&cancelled), "{cancelled}");
        let narrow = round_off(&mut |t| f64::from((t[0] as f32 * t[1] as f32).sin() + t[2] as f32), &at);
        assert!((3e-9..3e-7).contains(&narrow), "{narrow}");
        let huge = round_off(&mut |t| (t[0] - 1e8).sin(), &[1e8]);
        assert!(huge < 1e-8, "{huge}");
        assert_eq!(round_off(&mut |_| 1.0, &at), 0.0);
        // Points that climb the same number of steps from one to the next: slopes of any size meet such lines.
        for k in 0..200 {
            let slope = 1.0 + 0.01 * f64::from(k);
            let stairs = round_off(&mut |t| (slope * (t[0] + t[1] + t[2]) * 1e6).round() / 1e6, &at);
            assert!((5e-8..2e-6).contains(&stairs), "{slope}: {stairs}");
        }
    }
}
