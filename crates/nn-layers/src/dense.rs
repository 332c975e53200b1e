//! The fully connected layer.

use std::ops::Range;
use std::sync::Arc;

use nn_core::{BackPass, BindErrorKind, Fan, Initializer, Kernel, Local, Op, Params, Pass, Plan, RowsMut};
use tensor_ops::matmul::{Matrix, Then, Update, affine, gemm};
use tensor_ops::{Real, Shape, simd};

use crate::init::{Constant, FitNext};

/// y = x Wᵀ + b, over the last axis.
///
/// | | shape |
/// |---|---|
/// | x | `(m, .., in)` |
/// | `weight` W | `(out, in)`, as in PyTorch |
/// | `bias` b | `(out)` |
/// | y | `(m, .., out)` |
///
/// Backward: dx = dy W, dW = dyᵀ x, db = Σ dy over samples. The number of inputs is taken from the input shape.
/// W starts as fits what follows ([`FitNext`]: Var(W) = 1/in, and 2/in before a rectifier), b with 0.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Dense;
/// let model: Model<f32> = Dense::new(3).init([5], 0)?;
/// assert_eq!(model.parameter("weight").unwrap().0, &[3, 5].into());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "Linear")]
#[doc(alias = "LazyLinear")]
#[doc(alias = "fully connected")]
#[derive(Debug, Clone)]
pub struct Dense {
    units: usize,
    inputs: Option<usize>,
    bias: bool,
    init: Arc<dyn Initializer>,
    init_bias: Arc<dyn Initializer>,
}

impl Dense {
    /// A layer with `units` outputs.
    pub fn new(units: usize) -> Dense {
        Dense { units, inputs: None, bias: true, init: Arc::new(FitNext), init_bias: Arc::new(Constant(0.0)) }
    }

    /// Says how many inputs there are, for those who want to be told where it is another number.
    ///
    /// ```
    /// use nn_core::Layer;
    /// use nn_layers::{Dense, Relu, Sequential};
    /// let net = Sequential::new().push(Dense::new(32)).push(Relu).push(Dense::new(10).inputs(64));
    /// let error = net.bind([784]).unwrap_err().to_string();
    /// assert_eq!(error, "layers.2 (Dense): expected 64 input features, got 32 (input shape [m, 32])");
    /// ```
    #[must_use]
    pub fn inputs(self, inputs: usize) -> Dense {
        Dense { inputs: Some(inputs), ..self }
    }

    /// Leaves out b.
    #[must_use]
    pub fn without_bias(self) -> Dense {
        Dense { bias: false, ..self }
    }

    /// Sets how W starts.
    #[must_use]
    pub fn init_weight(self, init: impl Initializer + 'static) -> Dense {
        Dense { init: Arc::new(init), ..self }
    }

    /// Sets how b starts.
    #[must_use]
    pub fn init_bias(self, init: impl Initializer + 'static) -> Dense {
        Dense { init_bias: Arc::new(init), ..self }
    }

    /// W as a matrix, `(out, in)`.
    fn weight<'a, T: Real>(&self, theta: &Params<'a, T>) -> Matrix<'a, T> {
        let w = theta.get(0).expect("declared in `plan`");
        Matrix::new(w, self.units, w.len() / self.units)
    }
}

impl Op for Dense {
    fn name(&self) -> &'static str {
        "Dense"
    }

    fn settings(&self) -> String {
        self.name().to_string() // the parameters show the rest
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let input = inputs[0];
        let Some(n) = input.last() else {
            return Err(BindErrorKind::Rank { expected: "samples with at least one axis" });
        };
        if let Some(expected) = self.inputs.filter(|expected| *expected != n) {
            return Err(BindErrorKind::Features { expected, got: n });
        }
        if self.units == 0 {
            return Err(BindErrorKind::Setting { what: "0 units".into() });
        }
        let mut output = input.as_slice().to_vec();
        output[input.rank() - 1] = self.units;
        let fan = Fan { inputs: n, outputs: self.units };
        let plan = Plan::new(Shape::new(&output)?)
            .param("weight", Shape::new(&[self.units, n])?, fan, self.init.clone())
            .flops(input.size().saturating_mul(self.units).saturating_mul(2))
            .min_rows(usize::MAX) // the product divides its work by itself
            .fuses()
            .by_rows();
        Ok(if self.bias { plan.param("bias", [self.units], fan, self.init_bias.clone()) } else { plan })
    }
}

impl<T: Real> Kernel<T> for Dense {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let w = self.weight(&pass.theta);
        let x = Matrix::new(pass.x[0].data(), y.data().len() / self.units, w.cols());
        let then = pass.then.map(|f| move |_: usize, part: &mut [T]| f.apply(part));
        affine(x, w.t(), pass.theta.get(1), y.data(), as_dyn(&then)); // y = f(x Wᵀ + b)
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let w = self.weight(&pass.theta);
        let (x, dy) = (pass.x[0].data(), pass.dy.data());
        let dy = Matrix::new(dy, dy.len() / self.units, self.units);
        let then = pass
            .below
            .map(|f| move |first: usize, part: &mut [T]| f.pull_back(&x[first..first + part.len()], part));
        affine(dy, w, None, dx[0].data(), as_dyn(&then)); // dx = dy W, times f' where x = f(..)
    }

    fn backward_rows(&self, pass: &BackPass<'_, T>, param: usize, rows: Range<usize>, dtheta: &mut [T]) {
        let samples = pass.dy.data().len() / self.units;
        if param == 1 {
            return sum_columns(pass.dy.data(), self.units, rows, dtheta); // db = Σ dy
        }
        let dy = Matrix::new(pass.dy.data(), samples, self.units).slice_cols(rows);
        let x = Matrix::new(pass.x[0].data(), samples, pass.x[0].data().len() / samples);
        gemm(dy.t(), x, Update::Assign, dtheta); // dW = dyᵀ x
    }
}

/// A closure as the product wants it.
fn as_dyn<T: Real>(f: &Option<impl Fn(usize, &mut [T]) + Sync>) -> Option<Then<'_, T>> {
    f.as_ref().map(|f| f as _)
}

/// The sum of the rows of `x`, `(m, n)`, over some columns, in the order of the rows.
fn sum_columns<T: Real>(x: &[T], n: usize, columns: Range<usize>, sums: &mut [T]) {
    /// So many sums stay in registers all the way down; more rows are read as they lie in memory.
    const NARROW: usize = 64;
    simd::dispatch(
        #[inline(always)]
        || {
            if columns.len() <= NARROW {
                let mut first = columns.start;
                first = sum_blocks::<T, 16>(x, n, first, columns.start, sums);
                first = sum_blocks::<T, 4>(x, n, first, columns.start, sums);
                sum_blocks::<T, 1>(x, n, first, columns.start, sums);
                return;
            }
            sums.fill(T::ZERO);
            for row in x.chunks_exact(n) {
                for (sum, x) in sums.iter_mut().zip(&row[columns.clone()]) {
                    *sum += *x;
                }
            }
        },
    );
}

/// As many blocks of W columns as there are from column `first` on; returns where it stopped.
#[inline(always)]
fn sum_blocks<T: Real, const W: usize>(
    x: &[T],
    n: usize,
    mut first: usize,
    start: usize,
    sums: &mut [T],
) -> usize {
    while first - start + W <= sums.len() {
        let mut sum = [T::ZERO; W];
        for row in x.chunks_exact(n) {
            let row = &row[first..first + W];
            for j in 0..W {
                sum[j] += row[j];
            }
        }
        sums[first - start..][..W].copy_from_slice(&sum);
        first += W;
    }
    first
}

#[cfg(test)]
nn_check::suite!(Dense::new(3), input: [5], batch: 4, refuses: [&[]]);
#[cfg(test)]
nn_check::suite!(without_bias_on_sequences: Dense::new(3).without_bias(), input: [2, 4], batch: 3);
