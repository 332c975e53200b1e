//! LAMB: Adam with steps in proportion to the norm of each tensor, for large batches.

use tensor_ops::reduce::{pairwise_sum, sum_of_squares};
use tensor_ops::{Real, pool, simd};

use crate::moments::Moments;
use crate::optimizer::{At, Memory, Optimizer, PIECE, assert_part};
use crate::setting::{SettingError, check_all, kept, size};
use crate::tensors::Tensors;

/// LAMB (You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", 2020, algorithm 2, φ(x) = x).
///
/// For each tensor, with t = step + 1:
///
/// - m ← β₁ m + (1-β₁) g, s ← β₂ s + (1-β₂) g²
/// - u = m/(1-β₁ᵗ) / (√(s/(1-β₂ᵗ)) + ε) + λ θ
/// - θ ← θ - α ‖θ‖/‖u‖ u, or θ - α u where one of the norms is 0
///
/// Defaults: α = 0.001, β₁ = 0.9, β₂ = 0.999, ε = 1e-6, λ = 0.01. The state is m, then s. It looks at whole tensors, so it cannot be
/// applied by part (see [`Optimizer::bounds`]).
///
/// ```
/// use nn_optim::{Lamb, Optimizer, Tensors};
/// let tensors = Tensors::new([("weight", 0..2), ("bias", 2..3)])?;
/// let lamb = Lamb::new(0.1, &tensors).weight_decay(0.0);
/// let (mut theta, mut state) = ([3.0f64, 4.0, 0.0], lamb.init(3));
/// lamb.update(0, 0.1, &mut state, &mut theta, &[1.0, 1.0, 1.0]);
/// assert!((theta[0] - (3.0 - 0.1 * 5.0 / 2f64.sqrt())).abs() < 1e-5);
/// assert!((theta[2] + 0.1).abs() < 1e-6);
/// # Ok::<(), nn_optim::TensorsError>(())
/// ```
#[doc(alias = "LAMB")]
#[derive(Debug, Clone, PartialEq)]
pub struct Lamb {
    rate: f64,
    betas: (f64, f64),
    eps: f64,
    weight_decay: f64,
    tensors: Tensors,
}

impl Lamb {
    /// LAMB with learning rate α.
    pub fn new(rate: f64, tensors: &Tensors) -> Lamb {
        Lamb { rate, betas: (0.9, 0.999), eps: 1e-6, weight_decay: 0.01, tensors: tensors.clone() }
    }

    /// Sets β₁ and β₂.
    #[must_use]
    pub fn betas(self, beta1: f64, beta2: f64) -> Lamb {
        Lamb { betas: (beta1, beta2), ..self }
    }

    /// Sets ε.
    #[must_use]
    pub fn eps(self, eps: f64) -> Lamb {
        Lamb { eps, ..self }
    }

    /// Sets λ, which is a part of u.
    #[must_use]
    pub fn weight_decay(self, weight_decay: f64) -> Lamb {
        Lamb { weight_decay, ..self }
    }
}

impl<T: Real> Optimizer<T> for Lamb {
    fn memory(&self) -> usize {
        2
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        check_all(
            "Lamb",
            &[
                size("rate", self.rate),
                kept("beta1", self.betas.0),
                kept("beta2", self.betas.1),
                size("eps", self.eps),
                size("weight_decay", self.weight_decay),
            ],
        )
    }

    fn bounds(&self) -> Option<&[usize]> {
        Some(self.tensors.bounds())
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, 2);
        assert_tensor(&self.tensors, at.first, theta.len());
        let [m, s, ..] = memory;
        let direction = Direction::<T>::new(self, at);
        // So many sums at most, which need no memory of the heap; how many is a function of the length alone.
        const SUMS: usize = 512;
        let n = theta.len();
        let piece = n.div_ceil(SUMS).max(PIECE);
        let pieces = n.div_ceil(piece);
        let (mut of_theta, mut of_u) = ([T::ZERO; SUMS], [T::ZERO; SUMS]);
        let (theta_sums, u_sums) = (&mut of_theta[..pieces], &mut of_u[..pieces]);
        let parts = [(&mut *theta, piece), (&mut *m, piece), (&mut *s, piece), (theta_sums, 1), (u_sums, 1)];
        pool::split(pieces, parts, |i, [theta, m, s, theta_sum, u_sum]| {
            theta_sum[0] = sum_of_squares(theta);
            u_sum[0] = direction.advance(theta, &gradient[i * piece..][..theta.len()], m, s);
        });
        let norm = |sums: &[T]| pairwise_sum(&sums[..pieces]).sqrt();
        let (norm_theta, norm_u) = (norm(&of_theta), norm(&of_u));
        let trust = if norm_theta > T::ZERO && norm_u > T::ZERO { norm_theta / norm_u } else { T::ONE };
        let rate = T::from_f64(at.rate) * trust;
        pool::split(pieces, [(theta, piece), (m, piece), (s, piece)], |_, [theta, m, s]| {
            direction.descend(rate, theta, m, s);
        });
    }
}

#[track_caller]
pub(crate) fn assert_tensor(tensors: &Tensors, first: usize, len: usize) {
    let bounds = tensors.bounds();
    let is_tensor = bounds.windows(2).any(|pair| pair[0] == first && pair[1] == first + len);
    assert!(is_tensor, "a part of θ from {first} on of {len}, expected one of the optimizer's tensors");
}

/// The constants of u.
struct Direction<T> {
    moments: Moments<T>,
    /// 1/(1-β₁ᵗ), 1/√(1-β₂ᵗ)
    corrections: [T; 2],
    eps: T,
    decay: T,
}

impl<T: Real> Direction<T> {
    fn new(lamb: &Lamb, at: At) -> Direction<T> {
        let ((beta1, beta2), t) = (lamb.betas, at.step as f64 + 1.0);
        let corrections = [1.0 / (1.0 - beta1.powf(t)), 1.0 / (1.0 - beta2.powf(t)).sqrt()];
        Direction {
            moments: Moments::new(lamb.betas),
            corrections: corrections.map(T::from_f64),
            eps: T::from_f64(lamb.eps),
            decay: T::from_f64(lamb.weight_decay),
        }
    }

    /// u
    #[inline(always)]
    fn at(&self, theta: T, m: T, s: T) -> T {
        self.corrections[0] * m / (s.sqrt() * self.corrections[1] + self.eps) + self.decay * theta
    }

    /// The new m and s, and Σu².
    fn advance(&self, theta: &[T], g: &[T], m: &mut [T], s: &mut [T]) -> T {
        // The sum has lanes by name, so that it has equal bits on every instruction set. It reads only, which the compiler
        // vectorises, from a block that the loop before has left in the nearest cache.
        const LANES: usize = 32;
        const BLOCK: usize = 1024;
        let n = theta.len();
        let (g, m, s) = (&g[..n], &mut m[..n], &mut s[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                let mut sums = [T::ZERO; LANES];
                for first in (0..n).step_by(BLOCK) {
                    let end = n.min(first + BLOCK);
                    for i in first..end {
                        self.moments.observe(g[i], &mut m[i], &mut s[i]);
                    }
                    let (theta, rest) = theta[first..end].as_chunks::<LANES>();
                    let (m, m_rest) = m[first..end].as_chunks::<LANES>();
                    let (s, s_rest) = s[first..end].as_chunks::<LANES>();
                    for chunk in 0..theta.len() {
                        for lane in 0..LANES {
                            let u = self.at(theta[chunk][lane], m[chunk][lane], s[chunk][lane]);
                            sums[lane] += u * u;
                        }
                    }
                    for (lane, &theta) in rest.iter().enumerate() {
                        let u = self.at(theta, m_rest[lane], s_rest[lane]);
                        sums[lane] += u * u;
                    }
                }
                pairwise_sum(&sums)
            },
        )
    }

    /// θ ← θ - rate·u, with u computed once more: cheaper than to keep it.
    fn descend(&self, rate: T, theta: &mut [T], m: &[T], s: &[T]) {
        let n = theta.len();
        let (m, s) = (&m[..n], &s[..n]);
        simd::dispatch(
            #[inline(always)]
            || {
                for i in 0..n {
                    theta[i] -= rate * self.at(theta[i], m[i], s[i]);
                }
            },
        );
    }
}
