//! The norm of every window.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

use super::window::{Grid, Windows, settings};

/// y = (Σ |x|^p)^(1/p) over a window, for windows over the last `N` axes, one to three.
///
/// | | shape of `LpPool2d` |
/// |---|---|
/// | x | `(m, C, H, W)` |
/// | y | `(m, C, H', W')`, as of [`MaxPool`](crate::MaxPool) |
///
/// For p = 1 it is the sum of the magnitudes, and for p → ∞ it becomes the largest of them. Backward: dx = dy · sign(x) · (|x| /
/// y)^(p-1), and 0 where y is 0. PyTorch leaves out the magnitude, so for an odd p and negative x it has another result (or
/// NaN); ONNX has this one.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::LpPool1d;
/// let model: Model<f64> = LpPool1d::new(2.0, [2]).init([1, 4], 0)?;
/// assert_eq!(model.predict(&[[[3.0, -4.0, 0.0, 0.0]]].into())?, [[[5.0, 0.0]]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "LPPool2d")]
#[derive(Debug, Clone, Copy)]
pub struct LpPool<const N: usize> {
    p: f64,
    windows: Windows<N>,
}

/// [`LpPool`] over sequences, `(m, C, W)`.
pub type LpPool1d = LpPool<1>;
/// [`LpPool`] over images, `(m, C, H, W)`.
pub type LpPool2d = LpPool<2>;
/// [`LpPool`] over volumes, `(m, C, D, H, W)`.
pub type LpPool3d = LpPool<3>;

impl<const N: usize> LpPool<N> {
    /// The norm with exponent `p`, at least 1, over windows of these lengths, side by side.
    pub fn new(p: f64, kernel: [usize; N]) -> LpPool<N> {
        LpPool { p, windows: Windows::new(kernel) }
    }

    settings!(LpPool);

    fn grid(&self, input: &Shape) -> Grid {
        self.windows.over(input).expect("checked in `plan`")
    }
}

impl<const N: usize> Op for LpPool<N> {
    fn name(&self) -> &'static str {
        ["LpPool", "LpPool1d", "LpPool2d", "LpPool3d"][N.min(3)]
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let grid = self.windows.over(&inputs[0])?;
        if !(self.p >= 1.0 && self.p.is_finite()) {
            let what = format!("exponent {} is not a finite number >= 1", self.p);
            return Err(BindErrorKind::Setting { what });
        }
        // A power costs as much as some tens of additions.
        Ok(Plan::new(grid.output::<N>()?).flops(grid.flops().saturating_mul(32)))
    }
}

impl<T: Real, const N: usize> Kernel<T> for LpPool<N> {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let grid = self.grid(pass.x[0].shape());
        let ((pixels, places), p) = (grid.sizes(), T::from_f64(self.p));
        for (x, y) in pass.x[0].data().chunks_exact(pixels).zip(y.data().chunks_exact_mut(places)) {
            grid.each(|at, _, spans| {
                let mut sum = T::ZERO;
                grid.each_pixel(spans, |pixel| sum += power(x[pixel].abs(), p));
                y[at] = root(sum, p);
            });
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let grid = self.grid(pass.x[0].shape());
        let ((pixels, places), p) = (grid.sizes(), T::from_f64(self.p));
        let (x, y, dy) = (pass.x[0].data(), pass.y.data(), pass.dy.data());
        dx[0].data().fill(T::ZERO);
        for (c, dx) in dx[0].data().chunks_exact_mut(pixels).enumerate() {
            let (x, y, dy) = (&x[c * pixels..], &y[c * places..], &dy[c * places..]);
            grid.each(|at, _, spans| {
                if y[at] != T::ZERO {
                    grid.each_pixel(spans, |pixel| {
                        let slope = power(x[pixel].abs() / y[at], p - T::ONE);
                        // sign(0) = 0, also for p = 1, where the slope is 1.
                        let sign = if x[pixel] == T::ZERO { T::ZERO } else { T::ONE.copysign(x[pixel]) };
                        dx[pixel] += dy[at] * sign * slope;
                    });
                }
            });
        }
    }
}

/// x^p: 1 and 2 are worth a case of their own.
fn power<T: Real>(x: T, p: T) -> T {
    if p == T::ONE {
        x
    } else if p == T::ONE + T::ONE {
        x * x
    } else {
        x.powf(p)
    }
}

fn root<T: Real>(x: T, p: T) -> T {
    if p == T::ONE {
        x
    } else if p == T::ONE + T::ONE {
        x.sqrt()
    } else {
        x.powf(T::ONE / p)
    }
}

#[cfg(test)]
nn_check::suite!(
    LpPool2d::new(3.0, [2, 3]).stride([2, 1]).padding([1, 1]), input: [2, 5, 6], batch: 3,
    refuses: [&[5, 6], &[2, 5, 0], &[1, 2, 5, 6]]
);
#[cfg(test)]
nn_check::suite!(of_sequences: LpPool1d::new(2.0, [3]).stride([2]).dilation([2]).ceil(), input: [2, 10], batch: 2);
#[cfg(test)]
nn_check::suite!(of_volumes: LpPool3d::new(1.0, [2, 2, 2]), input: [1, 3, 4, 5], batch: 2);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn an_exponent_that_makes_no_norm_is_refused() {
        for p in [0.5, f64::NAN, f64::INFINITY] {
            let error = LpPool1d::new(p, [2]).bind([1, 4]).unwrap_err().to_string();
            assert!(error.contains("is not a finite number >= 1"), "{error}");
        }
    }
}
