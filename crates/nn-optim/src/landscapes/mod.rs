//! Functions of few numbers on which optimizers show their manners: bowls, valleys, saddles, a plateau.
//!
//! Each has its formula, its gradient by hand, the usual start and the minima. Nothing here is needed to train; it is for tests,
//! pictures, and whoever writes an optimizer.
//!
//! ```
//! use nn_optim::landscapes::Landscape;
//! use nn_optim::{Lbfgs, Momentum, Optimizer};
//! let valley = Landscape::Rosenbrock;
//!
//! let momentum = Momentum::summed(1e-3, 0.9);
//! let (mut theta, mut g) = (valley.start::<f64>(), [0.0; 2]);
//! let mut state = momentum.init(2);
//! let mut steps = 0;
//! while valley.value_and_gradient(&theta, &mut g) > valley.goal() {
//!     momentum.update(steps, 1e-3, &mut state, &mut theta, &g);
//!     steps += 1;
//! }
//! assert!(steps < 5000);
//!
//! let mut theta = valley.start::<f64>();
//! let report = Lbfgs::new().minimize(&mut theta, |x, g| valley.value_and_gradient(x, g))?;
//! assert!(report.iterations < 50 && (theta[0] - 1.0).abs() < 1e-6);
//! # Ok::<(), nn_optim::LbfgsError>(())
//! ```

mod formulas;

use std::fmt;

use tensor_ops::Real;

/// A function to descend. Displayed by its name.
///
/// | landscape | f | start | minima |
/// |---|---|---|---|
/// | `Bowl` | ½ Σ λᵢ xᵢ², λ from 1 to κ in equal ratios | cos 1, cos 2, … | 0 |
/// | `Rosenbrock` | (1-x)² + 100 (y-x²)² | (-1.2, 1) | (1, 1) |
/// | `Beale` | Σ (cᵢ - x (1-yⁱ))², i = 1, 2, 3, c = 1.5, 2.25, 2.625 | (1, 1) | (3, ½) |
/// | `Himmelblau` | (x²+y-11)² + (x+y²-7)² | (0, 0) | four |
/// | `Saddle` | x² - y² | (1, 0.001) | none: falls without end |
/// | `MonkeySaddle` | x³ - 3 x y² | (1, 0.001) | none |
/// | `Plateau` | 1 - exp(-(x²+y²)/2) | (3, 2) | 0 |
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Landscape {
    /// f = ½ Σ λᵢ xᵢ² of `dim` numbers, λᵢ = κ^(i/(dim-1)): the condition number κ says how narrow it is.
    ///
    /// Gradient descent needs about κ/2 steps for each factor e, momentum √κ/2 (Polyak, "Some methods of speeding up the
    /// convergence of iteration methods", 1964).
    Bowl {
        /// How many numbers.
        dim: usize,
        /// κ, at least 1.
        condition: f64,
    },
    /// f = (1-x)² + 100 (y-x²)²: a bent valley whose floor hardly falls (Rosenbrock, "An automatic method for finding the
    /// greatest or least value of a function", 1960).
    Rosenbrock,
    /// f = Σ (cᵢ - x (1-yⁱ))²: a narrow valley between steep walls, flat towards large x (Beale 1958; Moré, Garbow and
    /// Hillstrom, "Testing unconstrained optimization software", 1981, problem 5).
    Beale,
    /// f = (x²+y-11)² + (x+y²-7)²: four minima of one depth; the start decides (Himmelblau, "Applied nonlinear programming",
    /// 1972).
    Himmelblau,
    /// f = x² - y²: on its ridge y = 0 the gradient leads to the saddle (0, 0), and no descent leaves it.
    Saddle,
    /// f = x³ - 3 x y²: three valleys meet, two for the legs and one for the tail, and the Hessian is 0 there (Hilbert and
    /// Cohn-Vossen, "Geometry and the imagination", section 29).
    MonkeySaddle,
    /// f = 1 - exp(-(x²+y²)/2): almost flat far from its minimum, where 0.0045 is the length of the gradient at the start;
    /// the form of Easom's function (1990) without its waves.
    Plateau,
}

impl Landscape {
    /// All of them, with a bowl of two numbers and κ = 100.
    pub const ALL: [Landscape; 7] = [
        Landscape::Bowl { dim: 2, condition: 100.0 },
        Landscape::Rosenbrock,
        Landscape::Beale,
        Landscape::Himmelblau,
        Landscape::Plateau,
        Landscape::Saddle,
        Landscape::MonkeySaddle,
    ];

    /// How many numbers the function takes.
    pub fn dim(&self) -> usize {
        match self {
            Landscape::Bowl { dim, .. } => *dim,
            _ => 2,
        }
    }

    /// Where a descent begins, in the literature or above.
    pub fn start<T: Real>(&self) -> Vec<T> {
        let start = match self {
            // No rate leaps from here into the minimum.
            Landscape::Bowl { dim, .. } => {
                return (1..=*dim).map(|i| T::from_f64((i as f64).cos())).collect();
            }
            Landscape::Rosenbrock => [-1.2, 1.0],
            Landscape::Beale => [1.0, 1.0],
            Landscape::Himmelblau => [0.0, 0.0],
            Landscape::Saddle | Landscape::MonkeySaddle => [1.0, 1e-3],
            Landscape::Plateau => [3.0, 2.0],
        };
        start.map(T::from_f64).to_vec()
    }

    /// A start exactly on the ridge of a saddle, from which the gradient does not lead away; `None` where there is no ridge.
    pub fn ridge<T: Real>(&self) -> Option<Vec<T>> {
        self.is_saddle().then(|| vec![T::ONE, T::ZERO])
    }

    /// Whether it falls without end, past a saddle at 0.
    pub fn is_saddle(&self) -> bool {
        matches!(self, Landscape::Saddle | Landscape::MonkeySaddle)
    }

    /// The minima, to the last digit of an f64; none of a saddle. f is 0 in each.
    pub fn minima(&self) -> Vec<Vec<f64>> {
        match self {
            Landscape::Bowl { dim, .. } => vec![vec![0.0; *dim]],
            Landscape::Rosenbrock => vec![vec![1.0, 1.0]],
            Landscape::Beale => vec![vec![3.0, 0.5]],
            Landscape::Himmelblau => [
                [3.0, 2.0],
                [-2.805_118_086_952_745, 3.131_312_518_250_573],
                [-3.779_310_253_377_747, -3.283_185_991_286_17],
                [3.584_428_340_330_492, -1.848_126_526_964_404],
            ]
            .map(Vec::from)
            .to_vec(),
            Landscape::Plateau => vec![vec![0.0, 0.0]],
            Landscape::Saddle | Landscape::MonkeySaddle => Vec::new(),
        }
    }

    /// The f at which a descent has arrived: 1e-6, the minima being 0; -1 for saddles, which are 0 where they are flat.
    pub fn goal<T: Real>(&self) -> T {
        T::from_f64(if self.is_saddle() { -1.0 } else { 1e-6 })
    }

    /// f.
    ///
    /// # Panics
    /// Where `x` does not have [`Landscape::dim`] numbers.
    ///
    /// ```
    /// use nn_optim::landscapes::Landscape;
    /// assert_eq!(Landscape::Himmelblau.value(&[3.0f32, 2.0]), 0.0);
    /// assert_eq!(Landscape::Himmelblau.value(&[0.0f32, 0.0]), 170.0);
    /// ```
    pub fn value<T: Real>(&self, x: &[T]) -> T {
        let mut unused = vec![T::ZERO; x.len()];
        self.value_and_gradient(x, &mut unused)
    }

    /// f, and its gradient in `g`: what [`Lbfgs::minimize`](crate::Lbfgs::minimize) asks for.
    ///
    /// # Panics
    /// Where `x` or `g` does not have [`Landscape::dim`] numbers.
    pub fn value_and_gradient<T: Real>(&self, x: &[T], g: &mut [T]) -> T {
        let dim = self.dim();
        assert!(
            x.len() == dim && g.len() == dim,
            "{self} has {dim} numbers, got {} and {}",
            x.len(),
            g.len()
        );
        if let Landscape::Bowl { condition, .. } = self {
            return formulas::bowl(*condition, x, g);
        }
        let at = [x[0], x[1]];
        let (value, gradient) = match self {
            Landscape::Rosenbrock => formulas::rosenbrock(at),
            Landscape::Beale => formulas::beale(at),
            Landscape::Himmelblau => formulas::himmelblau(at),
            Landscape::Saddle => formulas::saddle(at),
            Landscape::MonkeySaddle => formulas::monkey_saddle(at),
            Landscape::Plateau | Landscape::Bowl { .. } => formulas::plateau(at),
        };
        g.copy_from_slice(&gradient);
        value
    }
}

impl fmt::Display for Landscape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Landscape::Bowl { condition, .. } => write!(f, "bowl, κ = {condition}"),
            Landscape::Rosenbrock => f.write_str("Rosenbrock"),
            Landscape::Beale => f.write_str("Beale"),
            Landscape::Himmelblau => f.write_str("Himmelblau"),
            Landscape::Saddle => f.write_str("saddle"),
            Landscape::MonkeySaddle => f.write_str("monkey saddle"),
            Landscape::Plateau => f.write_str("plateau"),
        }
    }
}
