//! Random smooth functions at random scales: a right gradient is never called wrong, and a wrong one never right.

use nn_check::{Check, Report, Verdict, check_gradient};
use tensor_ops::random::Stream;

/// f(θ) = A Σ wₖ g(Σ aₖᵢ θᵢ/sᵢ) + C, with a smooth g, sizes sᵢ of the θᵢ, and noise.
struct Smooth {
    amplitude: f64,
    constant: f64,
    noise: f64,
    kind: usize,
    sizes: Vec<f64>,
    outer: Vec<f64>,
    inner: Vec<f64>,
}

const TERMS: usize = 3;

impl Smooth {
    fn new(seed: u64, n: usize) -> (Smooth, Vec<f64>) {
        let draw = |key, n: usize, low, high| {
            let mut out = vec![0.0; n];
            Stream::new(seed, key, 0).uniform(0, low, high, &mut out);
            out
        };
        let theta = draw(2, n, -1.5, 1.5);
        let f = Smooth {
            amplitude: 1.0,
            constant: 0.0,
            noise: 0.0,
            kind: seed as usize % 4,
            sizes: vec![1.0; n],
            outer: draw(0, TERMS, -1.0, 1.0),
            inner: draw(1, TERMS * n, -1.0, 1.0),
        };
        (f, theta)
    }

    fn g(&self, z: f64) -> (f64, f64) {
        match self.kind {
            0 => (z.sin(), z.cos()),
            1 => (z.tanh(), 1.0 - z.tanh().powi(2)),
            2 => (z.exp(), z.exp()),
            _ => (z * z * z - z, 3.0 * z * z - 1.0),
        }
    }

    fn z(&self, theta: &[f64], k: usize) -> f64 {
        let row = &self.inner[k * theta.len()..];
        theta.iter().zip(&self.sizes).zip(row).map(|((t, s), a)| a * t / s).sum()
    }

    fn value(&self, theta: &[f64]) -> f64 {
        let sum: f64 = (0..TERMS).map(|k| self.outer[k] * self.g(self.z(theta, k)).0).sum();
        let f = self.amplitude * sum;
        f + self.noise * f.abs() * hash(theta) + self.constant
    }

    fn gradient(&self, theta: &[f64]) -> Vec<f64> {
        let n = theta.len();
        let d = |i: usize| -> f64 {
            let terms =
                (0..TERMS).map(|k| self.outer[k] * self.g(self.z(theta, k)).1 * self.inner[k * n + i]);
            self.amplitude * terms.sum::<f64>() / self.sizes[i]
        };
        (0..n).map(d).collect()
    }

    fn check(&self, theta: &[f64], gradient: &[f64]) -> Report {
        check_gradient(|t| self.value(t), theta, gradient)
    }
}

/// Uniform on ±0.5, another number for every θ.
fn hash(theta: &[f64]) -> f64 {
    let mix = |h: u64, x: &f64| (h ^ x.to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31);
    let h = theta.iter().fold(7, mix).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (h >> 11) as f64 / 2f64.powi(53) - 0.5
}

const SEEDS: u64 = 150;
const N: usize = 5;

/// Verdicts of the right gradient and of one with an element off, over all seeds.
fn counts(change: impl Fn(u64, &mut Smooth, &mut Vec<f64>), error: f64) -> [[usize; 5]; 2] {
    let mut counts = [[0; 5]; 2];
    for seed in 0..SEEDS {
        let (mut f, mut theta) = Smooth::new(seed, N);
        change(seed, &mut f, &mut theta);
        let right = f.gradient(&theta);
        let mut wrong = right.clone();
        let largest = (0..N).max_by(|&i, &j| right[i].abs().total_cmp(&right[j].abs())).unwrap();
        wrong[largest] *= 1.0 + error;
        for (which, gradient) in [right, wrong].iter().enumerate() {
            let report = f.check(&theta, gradient);
            let verdict = report.verdict();
            assert!(which == 1 || verdict != Verdict::Wrong, "seed {seed}: a right gradient\n{report}");
            assert!(which == 0 || verdict != Verdict::Correct, "seed {seed}: a wrong gradient\n{report}");
            let order =
                [Verdict::Correct, Verdict::Wrong, Verdict::Kink, Verdict::Inconclusive, Verdict::Vacuous];
            if verdict == Verdict::Inconclusive && std::env::var("SHOW").is_ok() {
                println!("{seed}: {report}");
            }
            counts[which][order.iter().position(|v| *v == verdict).unwrap()] += 1;
        }
    }
    println!("{counts:?}");
    counts
}

#[track_caller]
fn all_told_apart(change: impl Fn(u64, &mut Smooth, &mut Vec<f64>)) {
    let [right, wrong] = counts(change, 1e-4);
    assert_eq!(right[0] as u64, SEEDS, "right gradients that are said to be: {right:?}");
    assert_eq!(wrong[1] as u64, SEEDS, "wrong gradients that are said to be: {wrong:?}");
}

#[test]
fn plain_functions() {
    all_told_apart(|_, _, _| ());
}

#[test]
fn amplitudes_from_the_smallest_to_the_largest() {
    all_told_apart(|seed, f, _| f.amplitude = 10f64.powi((seed % 41) as i32 * 5 - 100));
}

#[test]
fn huge_and_tiny_parameters() {
    all_told_apart(|seed, f, theta| {
        let size = [1e8, 1e-8, 1e4, 1e-4, 1e-6, 1e6, 1e-12][seed as usize % 7];
        f.sizes.fill(size);
        theta.iter_mut().for_each(|t| *t *= size);
    });
}

/// θ of 1e8 in a function that knows only its distance from there, and θ of 1e-8 where 1 would be as good.
#[test]
fn parameters_whose_size_says_nothing_of_the_function() {
    let [right, wrong] = counts(
        |seed, f, theta| {
            let shift = [1e5, 1e3, 1e4][seed as usize % 3];
            theta[0] += shift;
            f.inner.iter_mut().step_by(N).for_each(|a| *a *= 0.7);
            // exp of thousands is no number.
            f.kind = 0;
        },
        1e-4,
    );
    assert!(right[0] as u64 == SEEDS && wrong[1] as u64 == SEEDS, "{right:?} {wrong:?}");
    all_told_apart(|_, _, theta| theta.iter_mut().for_each(|t| *t *= 1e-8));
}

#[test]
fn parameters_of_mixed_sizes() {
    all_told_apart(|_, f, theta| {
        for (i, size) in [1e3, 1e-3, 1.0, 30.0, 0.1].into_iter().enumerate() {
            f.sizes[i] = size;
            theta[i] *= size;
        }
    });
}

/// Round-off of the sum hides the gradient at last; before, the ladder finds longer steps.
#[test]
fn constants_that_are_added() {
    let [right, wrong] = counts(|_, f, _| f.constant = 1e3, 1e-4);
    assert!(right[0] as u64 == SEEDS && wrong[1] as u64 == SEEDS, "{right:?} {wrong:?}");
    for constant in [1e6, 1e9, 1e12, 1e15, 1e18] {
        let [right, _] = counts(|_, f, _| f.constant = constant, 0.3);
        assert!(constant < 1e12 || right[3] as u64 > SEEDS * 9 / 10, "{constant}: {right:?}");
    }
}

#[test]
fn noise_is_no_mistake_and_hides_none_that_is_larger() {
    for noise in [1e-12, 1e-10, 1e-9, 1e-7, 1e-5] {
        let [right, wrong] = counts(|_, f, _| f.noise = noise, 1e-2);
        assert!(noise > 1e-9 || right[0] as u64 > SEEDS * 8 / 10, "{noise}: {right:?}");
        assert!(noise > 1e-9 || wrong[1] as u64 > SEEDS * 95 / 100, "{noise}: {wrong:?}");
    }
}

/// A function that computes in f32 is flat between neighbours.
#[test]
fn functions_in_single_precision() {
    for seed in 0..SEEDS {
        let (f, theta) = Smooth::new(seed, N);
        let right = f.gradient(&theta);
        let narrow = |t: &[f64]| {
            let t: Vec<f64> = t.iter().map(|t| f64::from(*t as f32)).collect();
            f64::from(f.value(&t) as f32)
        };
        let verdict = check_gradient(narrow, &theta, &right).verdict();
        assert!(matches!(verdict, Verdict::Correct | Verdict::Inconclusive), "seed {seed}: {verdict}");
        let wrong: Vec<f64> = right.iter().map(|d| 1.1 * d).collect();
        assert_ne!(check_gradient(narrow, &theta, &wrong).verdict(), Verdict::Correct, "seed {seed}");
    }
}

/// One element of a thousand, off by 1e-4: 1e-6 of the tensor's distance.
#[test]
fn one_element_of_many() {
    let theta: Vec<f64> = (0..1000).map(|i| (i as f64 * 0.37).sin()).collect();
    let f = |t: &[f64]| t.iter().map(|t| (t + 0.2).powi(3)).sum::<f64>();
    let right: Vec<f64> = theta.iter().map(|t| 3.0 * (t + 0.2).powi(2)).collect();
    check_gradient(f, &theta, &right).assert();
    for at in [0, 17, 999] {
        let mut wrong = right.clone();
        wrong[at] *= 1.0001;
        let report = Check::new().gradient(f, &theta, &wrong);
        assert_eq!(report.verdict(), Verdict::Wrong, "{report}");
        assert_eq!(report.worst(1)[0].1.index, at);
        assert!(report.hints().any(|(_, hint)| *hint == nn_check::Hint::Element(at)), "{report}");
    }
}

#[test]
fn kinks_at_and_beside_the_point() {
    for seed in 0..SEEDS {
        let (f, mut theta) = Smooth::new(seed, N);
        let distance = [0.0, 1e-9, 1e-7, 1e-5, 1e-3, 0.1][seed as usize % 6];
        theta[0] = distance;
        let bent = |t: &[f64]| f.value(t) + 0.3 * t[0].abs();
        let mut right = f.gradient(&theta);
        right[0] += 0.3;
        let report = check_gradient(bent, &theta, &right);
        assert!(!matches!(report.verdict(), Verdict::Wrong | Verdict::Vacuous), "seed {seed}\n{report}");
        assert_eq!(report.excluded(), usize::from(distance < 1e-8), "seed {seed}, {distance}\n{report}");
    }
}
