//! Muon: momentum whose steps are made orthogonal, for matrices.

use tensor_ops::matmul::{Matrix, Update, gemm};
use tensor_ops::reduce::sum_of_squares;
use tensor_ops::{Real, simd};

use crate::lamb::assert_tensor;
use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, kept, size};
use crate::tensors::{Tensors, TensorsError};

/// Muon (Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024; `torch.optim.Muon`).
///
/// For each matrix of r rows and c columns:
///
/// - B ← μ B + (1-μ) G
/// - U = μ B + (1-μ) G, Nesterov's; without it U = B
/// - O = the nearest orthogonal matrix to U, roughly: 5 steps of X ← a X + (b A + c A²) X with A = X Xᵀ, from
///   X = U/max(‖U‖, 1e-7) on and (a, b, c) = (3.4445, -4.775, 2.0315); singular values of X from 0.002 to 1 end between 0.68 and
///   1.21, smaller ones below
/// - θ ← θ (1 - α λ) - α √max(1, r/c) O
///
/// Defaults, PyTorch's: α = 0.001, μ = 0.95, λ = 0.1. The state is B. PyTorch iterates in bfloat16; here it is the type of θ. Only matrices
/// can be updated: give the rest another optimizer, with [`Groups`](crate::Groups). A kernel of a convolution counts as the matrix of its
/// output channels, which PyTorch refuses. It allocates four matrices a step.
///
/// **Its cost** is 5·(4 n² w + 2 n³) operations for a matrix of n by w, n <= w, whatever the batch; a training step has 6 n w for each
/// sample. For square matrices that is the work of 5 n samples. Measured on two cores, f32: 1.5 ms for 128 x 784, ten times a whole step
/// with 64 samples of the network 784-128-10; 12 ms for 512 x 512, where AdamW takes 0.04. It pays where batches are large
/// against the width.
///
/// ```
/// use nn_optim::{Adam, Groups, Muon, Optimizer, Tensors};
/// let tensors = Tensors::with_shapes([("weight", vec![2, 2]), ("bias", vec![2])])?;
/// let muon: Box<dyn Optimizer<f64>> = Box::new(Muon::new(0.1, &tensors, "weight")?.weight_decay(0.0));
/// let groups = Groups::new(muon, &tensors).group("bias", Box::new(Adam::new(0.01)))?;
/// let (mut theta, mut state) = ([0.0; 6], groups.init(6));
/// groups.update(0, 0.1, &mut state, &mut theta, &[5.0, 0.0, 0.0, 5.0, 1.0, -1.0]);
/// assert!(theta[0] < -0.06 && theta[0] == theta[3] && theta[1] == 0.0);
/// assert!((theta[4] + 0.01).abs() < 1e-9);
/// # Ok::<(), nn_optim::TensorsError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Muon {
    rate: f64,
    beta: f64,
    nesterov: bool,
    weight_decay: f64,
    iterations: usize,
    tensors: Tensors,
}

/// (a, b, c): the polynomial that grows small singular values fastest without letting any leave the neighbourhood of 1 (Jordan).
const COEFFICIENTS: [f64; 3] = [3.4445, -4.775, 2.0315];

impl Muon {
    /// Muon with learning rate α for the tensors whose names match the pattern.
    ///
    /// # Errors
    /// [`TensorsError`] where none matches, or one is not known to be a matrix: [`Tensors::with_shapes`] tells shapes.
    pub fn new(rate: f64, tensors: &Tensors, pattern: &str) -> Result<Muon, TensorsError> {
        for i in tensors.matching(pattern)? {
            if tensors.matrix(i).is_none() {
                let name = tensors.names().nth(i).unwrap_or_default().to_string();
                return Err(TensorsError::NoMatrix { name });
            }
        }
        let tensors = tensors.clone();
        Ok(Muon { rate, beta: 0.95, nesterov: true, weight_decay: 0.1, iterations: 5, tensors })
    }

    /// Sets μ.
    #[must_use]
    pub fn momentum(self, beta: f64) -> Muon {
        Muon { beta, ..self }
    }

    /// Leaves out the look ahead.
    #[must_use]
    pub fn without_nesterov(self) -> Muon {
        Muon { nesterov: false, ..self }
    }

    /// Sets λ, which is decoupled.
    #[must_use]
    pub fn weight_decay(self, weight_decay: f64) -> Muon {
        Muon { weight_decay, ..self }
    }

    /// Sets how often the polynomial is applied.
    #[must_use]
    pub fn iterations(self, iterations: usize) -> Muon {
        Muon { iterations, ..self }
    }
}

impl<T: Real> Optimizer<T> for Muon {
    fn memory(&self) -> usize {
        1
    }

    fn rate(&self) -> f64 {
        self.rate
    }

    fn check(&self) -> Result<(), SettingError> {
        let decay = size("weight_decay", self.weight_decay);
        check_all("Muon", &[size("rate", self.rate), kept("momentum", self.beta), decay])
    }

    fn bounds(&self) -> Option<&[usize]> {
        Some(self.tensors.bounds())
    }

    fn update_part(&self, at: At, memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, 1);
        if theta.is_empty() {
            return; // no tensor begins here
        }
        assert_tensor(&self.tensors, at.first, theta.len());
        let Some((rows, cols)) = self.tensors.matrix(self.tensors.tensor_at(at.first)) else {
            let name = self.tensors.name_at(at.first).unwrap_or_default();
            panic!("Muon: tensor {name:?} is no matrix: give it another optimizer with `Groups`");
        };
        let [b, ..] = memory;
        let [beta, rest] = [self.beta, 1.0 - self.beta].map(T::from_f64);
        let [of_b, of_g] = if self.nesterov { [beta, rest] } else { [T::ONE, T::ZERO] };
        let n = theta.len();
        let (gradient, b) = (&gradient[..n], &mut b[..n]);
        let mut u = vec![T::ZERO; n];
        simd::dispatch(
            #[inline(always)]
            || {
                for i in 0..n {
                    b[i] = beta * b[i] + rest * gradient[i];
                    u[i] = of_b * b[i] + of_g * gradient[i];
                }
            },
        );
        orthogonalize(&mut u, rows, cols, self.iterations);
        let keep = T::from_f64(1.0 - at.rate * self.weight_decay);
        let rate = T::from_f64(at.rate * (rows as f64 / cols as f64).max(1.0).sqrt());
        simd::dispatch(
            #[inline(always)]
            || {
                for i in 0..n {
                    theta[i] = keep * theta[i] - rate * u[i];
                }
            },
        );
    }
}

/// X of (rows, cols), by the polynomial. The products are of the shorter side.
fn orthogonalize<T: Real>(x: &mut [T], rows: usize, cols: usize, iterations: usize) {
    let [a, b, c] = COEFFICIENTS.map(T::from_f64);
    let scale = T::ONE / sum_of_squares(x).sqrt().maximum(T::from_f64(1e-7));
    crate::clip::scale(x, scale);
    let short = rows.min(cols);
    let (mut gram, mut square) = (vec![T::ZERO; short * short], vec![T::ZERO; short * short]);
    let mut next = vec![T::ZERO; x.len()];
    for _ in 0..iterations {
        let view = Matrix::new(x, rows, cols);
        let (left, right) = if rows <= cols { (view, view.t()) } else { (view.t(), view) };
        gemm(left, right, Update::Assign, &mut gram);
        let of_gram = Matrix::new(&gram, short, short);
        gemm(of_gram, of_gram, Update::Assign, &mut square);
        for (square, gram) in square.iter_mut().zip(&gram) {
            *square = b * *gram + c * *square;
        }
        // Its own transpose, so it may stand on either side of X.
        let polynomial = Matrix::new(&square, short, short);
        let (left, right) = if rows <= cols { (polynomial, view) } else { (view, polynomial) };
        gemm(left, right, Update::Assign, &mut next);
        for (x, next) in x.iter_mut().zip(&next) {
            *x = a * *x + *next;
        }
    }
}
