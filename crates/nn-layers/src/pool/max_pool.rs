//! The largest of every window.

use nn_core::{BackPass, BindError, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape, Tensor};

use super::window::{Grid, Windows, settings};
use super::{largest, sweep};

/// y = the largest x of a window, for windows over the last `N` axes, one to three.
///
/// | | shape of `MaxPool2d` |
/// |---|---|
/// | x | `(m, C, H, W)` |
/// | y | `(m, C, H', W')`, H' = ⌊(H + padding - dilation·(kH - 1) - 1) / stride⌋ + 1 |
///
/// [`ceil`](MaxPool::ceil) rounds up instead. Padding counts as -∞. Which tap was the largest is kept for backward: as much memory as y. Backward: dy goes to the first of the largest pixels in
/// row-major order. A NaN is larger than all, so it is not lost.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::MaxPool2d;
/// let model: Model<f32> = MaxPool2d::new([2, 2]).init([1, 2, 4], 0)?;
/// let y = model.predict(&[[[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 8.0, 7.0]]]].into())?;
/// assert_eq!(y, [[[[5.0, 8.0]]]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "MaxPooling2D")]
#[doc(alias = "MaxPooling1D")]
#[derive(Debug, Clone, Copy)]
pub struct MaxPool<const N: usize> {
    windows: Windows<N>,
}

/// [`MaxPool`] over sequences, `(m, C, W)`.
pub type MaxPool1d = MaxPool<1>;
/// [`MaxPool`] over images, `(m, C, H, W)`.
pub type MaxPool2d = MaxPool<2>;
/// [`MaxPool`] over volumes, `(m, C, D, H, W)`.
pub type MaxPool3d = MaxPool<3>;

impl<const N: usize> MaxPool<N> {
    /// Windows of these lengths, side by side.
    pub fn new(kernel: [usize; N]) -> MaxPool<N> {
        MaxPool { windows: Windows::new(kernel) }
    }

    settings!(MaxPool);

    /// Where the largest pixels stand: the position in its channel of each, row-major, in the shape of y. `x` has samples
    /// along its first axis.
    ///
    /// # Errors
    /// As [`bind`](nn_core::Layer::bind) for the shape of a sample.
    ///
    /// ```
    /// use nn_layers::MaxPool1d;
    /// let places = MaxPool1d::new([2]).positions(&[[[1.0, 5.0, 2.0, 0.0]]].into())?;
    /// assert_eq!(places.as_slice(), [1, 2]);
    /// # Ok::<(), nn_core::BindError>(())
    /// ```
    pub fn positions<T: Real>(&self, x: &Tensor<T>) -> Result<Tensor<usize>, BindError> {
        let sample = Shape::new(x.shape().as_slice().get(1..).unwrap_or_default());
        let error = |kind| BindError::new("", self.name(), &[sample.clone().unwrap_or_default()], kind);
        let grid = self.windows.over(&sample.clone().map_err(|e| error(e.into()))?).map_err(error)?;
        let output = grid.output::<N>().map_err(error)?;
        let shape =
            Shape::new(&[&[x.shape()[0]], output.as_slice()].concat()).map_err(|e| error(e.into()))?;
        let mut positions = vec![0; shape.size()];
        sweep::max_positions(&grid, x.as_slice(), &mut positions);
        Tensor::new(shape, positions).map_err(|e| error(e.into()))
    }

    fn grid(&self, input: &Shape) -> Grid {
        self.windows.over(input).expect("checked in `plan`")
    }
}

impl<const N: usize> Op for MaxPool<N> {
    fn name(&self) -> &'static str {
        ["MaxPool", "MaxPool1d", "MaxPool2d", "MaxPool3d"][N.min(3)]
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let grid = self.windows.over(&inputs[0])?;
        let output = grid.output::<N>()?;
        let plan = Plan::new(output).saved(output.size()).scratch(largest::max_scratch(&grid));
        Ok(plan.flops(grid.flops().saturating_mul(2)))
    }
}

impl<T: Real, const N: usize> Kernel<T> for MaxPool<N> {
    /// Keeps the number of the tap that was the largest.
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let grid = self.grid(pass.x[0].shape());
        largest::max(&grid, pass.x[0].data(), y.data(), local.saved, local.scratch);
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let grid = self.grid(pass.x[0].shape());
        largest::max_back(&grid, pass.saved, pass.dy.data(), dx[0].data());
    }
}

#[cfg(test)]
nn_check::suite!(
    MaxPool2d::new([2, 3]).stride([2, 1]).padding([1, 1]), input: [2, 5, 6], batch: 3,
    refuses: [&[5, 6], &[2, 5, 0], &[1, 2, 5, 6]]
);
#[cfg(test)]
nn_check::suite!(side_by_side: MaxPool2d::new([2, 2]), input: [3, 4, 6], batch: 3, refuses: [&[3, 1, 6]]);
#[cfg(test)]
nn_check::suite!(of_sequences: MaxPool1d::new([3]).stride([2]).dilation([2]).ceil(), input: [2, 10], batch: 2);
#[cfg(test)]
nn_check::suite!(of_volumes: MaxPool3d::new([2, 2, 2]).ceil(), input: [1, 3, 4, 5], batch: 2);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, Model};

    #[test]
    fn windows_that_do_not_fit_are_refused_with_the_numbers() {
        let error = MaxPool2d::new([2, 3]).bind([1, 4, 2]).unwrap_err().to_string();
        assert_eq!(
            error,
            "MaxPool2d: a window of 3 with dilation 1 reaches over 3 pixels, \
             but an axis of length 2 with padding 0 has 2 (the channels are the first axis of a sample, as in [m, C, H, W]) (input shape [m, 1, 4, 2])"
        );
        let error = MaxPool1d::new([2]).padding([2]).bind([1, 4]).unwrap_err().to_string();
        assert!(error.contains("padding of 2 has to be smaller than the 2 pixels"), "{error}");
        assert!(MaxPool1d::new([2]).positions(&Tensor::from([1.0, 2.0])).is_err());
    }

    #[test]
    fn a_nan_is_the_largest_and_padding_the_smallest() {
        let pool = MaxPool1d::new([3]).stride([1]).padding([1]);
        let model: Model<f64> = pool.init([1, 5], 0).unwrap();
        let y = model.predict(&[[[-2.0, -1.0, f64::NAN, 3.0, -4.0]]].into()).unwrap();
        assert_eq!((y.as_slice()[0], y.as_slice()[4]), (-1.0, 3.0));
        assert!(y.as_slice()[1..4].iter().all(|y| y.is_nan()));
    }
}
