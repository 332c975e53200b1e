//! The mean of every window.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

use super::window::{Grid, Span, Windows, settings};
use super::{lines, spread, sweep};

/// y = the mean of x over a window, for windows over the last `N` axes, one to three.
///
/// | | shape of `AvgPool2d` |
/// |---|---|
/// | x | `(m, C, H, W)` |
/// | y | `(m, C, H', W')`, H' = ⌊(H + padding - dilation·(kH - 1) - 1) / stride⌋ + 1 |
///
/// [`ceil`](AvgPool::ceil) rounds up instead. The sum is divided by the number of pixels and zeros of padding in the window, as in
/// PyTorch; [`without_padding`](AvgPool::without_padding) counts pixels alone, and [`divisor`](AvgPool::divisor) is a number in
/// the place of both. Backward: every pixel gets its share of dy.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::AvgPool1d;
/// let pool = AvgPool1d::new([3]).stride([1]).padding([1]);
/// let x = [[[3.0, 6.0, 9.0]]];
/// let model: Model<f32> = pool.init([1, 3], 0)?;
/// assert_eq!(model.predict(&x.into())?, [[[3.0, 6.0, 5.0]]].into());
/// let model: Model<f32> = pool.without_padding().init([1, 3], 0)?;
/// assert_eq!(model.predict(&x.into())?, [[[4.5, 6.0, 7.5]]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "AveragePooling2D")]
#[doc(alias = "AveragePooling1D")]
#[derive(Debug, Clone, Copy)]
pub struct AvgPool<const N: usize> {
    windows: Windows<N>,
    counts_padding: bool,
    divisor: Option<usize>,
}

/// [`AvgPool`] over sequences, `(m, C, W)`.
pub type AvgPool1d = AvgPool<1>;
/// [`AvgPool`] over images, `(m, C, H, W)`.
pub type AvgPool2d = AvgPool<2>;
/// [`AvgPool`] over volumes, `(m, C, D, H, W)`.
pub type AvgPool3d = AvgPool<3>;

impl<const N: usize> AvgPool<N> {
    /// Windows of these lengths, side by side.
    pub fn new(kernel: [usize; N]) -> AvgPool<N> {
        AvgPool { windows: Windows::new(kernel), counts_padding: true, divisor: None }
    }

    settings!(AvgPool);

    /// Divides by the number of pixels in a window.
    #[must_use]
    pub fn without_padding(self) -> AvgPool<N> {
        AvgPool { counts_padding: false, ..self }
    }

    /// Divides by this number, whatever is in a window.
    #[must_use]
    pub fn divisor(self, divisor: usize) -> AvgPool<N> {
        AvgPool { divisor: Some(divisor), ..self }
    }

    fn grid(&self, input: &Shape) -> Grid {
        self.windows.over(input).expect("checked in `plan`")
    }

    /// What the sum of a window is divided by.
    fn count(&self, grid: Grid) -> impl Fn([usize; 3], [Span; 3]) -> usize + use<N> {
        let AvgPool { counts_padding, divisor, .. } = *self;
        move |place, spans| match (divisor, counts_padding) {
            (Some(divisor), _) => divisor,
            // A window may see no pixel, where dilation is larger than what it looks at.
            (None, false) => sweep::seen(place, spans).max(1),
            (None, true) => (0..3).map(|a| grid.axes[a].padded_count(place[a])).product(),
        }
    }
}

impl<const N: usize> Op for AvgPool<N> {
    fn name(&self) -> &'static str {
        ["AvgPool", "AvgPool1d", "AvgPool2d", "AvgPool3d"][N.min(3)]
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let grid = self.windows.over(&inputs[0])?;
        if self.divisor == Some(0) {
            return Err(BindErrorKind::Setting { what: "divisor 0".into() });
        }
        Ok(Plan::new(grid.output::<N>()?).scratch(spread::mean_scratch(&grid)).flops(grid.flops()))
    }
}

impl<T: Real, const N: usize> Kernel<T> for AvgPool<N> {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let grid = self.grid(pass.x[0].shape());
        lines::mean(&grid, self.count(grid), pass.x[0].data(), y.data());
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let grid = self.grid(pass.x[0].shape());
        lines::mean_back(&grid, self.count(grid), pass.dy.data(), dx[0].data(), local.scratch);
    }
}

#[cfg(test)]
nn_check::suite!(
    AvgPool2d::new([2, 3]).stride([2, 1]).padding([1, 1]).ceil(), input: [2, 4, 6], batch: 3,
    refuses: [&[5, 6], &[2, 5, 0], &[1, 2, 5, 6]]
);
#[cfg(test)]
nn_check::suite!(side_by_side: AvgPool2d::new([2, 2]), input: [3, 4, 6], batch: 3, refuses: [&[3, 1, 6]]);
#[cfg(test)]
nn_check::suite!(
    of_sequences: AvgPool1d::new([3]).stride([2]).dilation([2]).padding([2]).without_padding(),
    input: [2, 9], batch: 2
);
#[cfg(test)]
nn_check::suite!(of_volumes: AvgPool3d::new([2, 2, 2]).divisor(5).ceil(), input: [1, 3, 4, 5], batch: 2);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn a_divisor_of_0_is_refused() {
        let error = AvgPool1d::new([2]).divisor(0).bind([1, 4]).unwrap_err().to_string();
        assert_eq!(error, "AvgPool1d: divisor 0 (input shape [m, 1, 4])");
    }
}
