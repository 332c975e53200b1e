//! One number for every channel.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape, simd};

use super::sweep;
use super::window::{Axis, Grid};

/// y = the mean of each channel: the end of a network of convolutions, in the place of a wide dense layer.
///
/// | | shape |
/// |---|---|
/// | x | `(m, C, ..)` |
/// | y | `(m, C)` |
///
/// Backward: every pixel gets its share of dy. (Lin, Chen and Yan, "Network in network", 2014, section 3.2.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::GlobalAvgPool;
/// let model: Model<f32> = GlobalAvgPool.init([2, 3], 0)?;
/// assert_eq!(model.predict(&[[[1.0, 2.0, 3.0], [4.0, 4.0, 4.0]]].into())?, [[2.0, 4.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "GlobalAveragePooling2D")]
#[doc(alias = "GlobalAveragePooling1D")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // nothing to set, ever
pub struct GlobalAvgPool;

/// y = the largest of each channel.
///
/// | | shape |
/// |---|---|
/// | x | `(m, C, ..)` |
/// | y | `(m, C)` |
///
/// Backward: dy goes to the first of the largest pixels.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::GlobalMaxPool;
/// let model: Model<f32> = GlobalMaxPool.init([2, 3], 0)?;
/// assert_eq!(model.predict(&[[[1.0, 2.0, 3.0], [4.0, 4.0, 4.0]]].into())?, [[3.0, 4.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "GlobalMaxPooling2D")]
#[doc(alias = "GlobalMaxPooling1D")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // nothing to set, ever
pub struct GlobalMaxPool;

/// One cell for every channel, however many axes it has.
fn grid(input: &Shape) -> Result<Grid, BindErrorKind> {
    let [channels, spatial @ ..] = input.as_slice() else {
        return Err(BindErrorKind::Rank {
            expected: "samples with a channel axis and others behind it, [m, C, ..]",
        });
    };
    let mut axes = [Axis::Cells { size: 1, output: 1 }; 3];
    axes[2] = Axis::Cells { size: spatial.iter().product(), output: 1 };
    Ok(Grid { channels: *channels, axes })
}

fn bound(input: &Shape) -> Grid {
    grid(input).expect("checked in `plan`")
}

fn plan(inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
    let grid = grid(&inputs[0])?;
    Ok(Plan::new([grid.channels]).flops(grid.flops()))
}

impl Op for GlobalAvgPool {
    fn name(&self) -> &'static str {
        "GlobalAvgPool"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        plan(inputs)
    }
}

impl<T: Real> Kernel<T> for GlobalAvgPool {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let pixels = bound(pass.x[0].shape()).sizes().0;
        let (x, n) = (pass.x[0].data(), T::from_usize(pixels));
        for (x, y) in x.chunks_exact(pixels).zip(y.data()) {
            *y = sum(x) / n;
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let pixels = bound(pass.x[0].shape()).sizes().0;
        let n = T::from_usize(pixels);
        for (dx, dy) in dx[0].data().chunks_exact_mut(pixels).zip(pass.dy.data()) {
            dx.fill(*dy / n);
        }
    }
}

/// Σ x in 64 lanes, which are added in pairs.
fn sum<T: Real>(x: &[T]) -> T {
    const LANES: usize = 64;
    simd::dispatch(
        #[inline(always)]
        || {
            let mut sums = [T::ZERO; LANES];
            let (blocks, rest) = x.as_chunks::<LANES>();
            for block in blocks {
                for l in 0..LANES {
                    sums[l] += block[l];
                }
            }
            for (l, &x) in rest.iter().enumerate() {
                sums[l] += x;
            }
            let mut half = LANES / 2;
            while half > 0 {
                for l in 0..half {
                    sums[l] += sums[l + half];
                }
                half /= 2;
            }
            sums[0]
        },
    )
}

impl Op for GlobalMaxPool {
    fn name(&self) -> &'static str {
        "GlobalMaxPool"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        plan(inputs)
    }
}

impl<T: Real> Kernel<T> for GlobalMaxPool {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        sweep::max(&bound(pass.x[0].shape()), pass.x[0].data(), y.data());
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let x = pass.x[0];
        sweep::max_back(&bound(x.shape()), x.data(), pass.dy.data(), dx[0].data());
    }
}

#[cfg(test)]
nn_check::suite!(GlobalAvgPool, input: [2, 5, 4], batch: 3, refuses: [&[], &[2, 0]]);
#[cfg(test)]
nn_check::suite!(avg_of_sequences: GlobalAvgPool, input: [3, 7], batch: 2);
#[cfg(test)]
nn_check::suite!(largest: GlobalMaxPool, input: [2, 5, 4], batch: 3, refuses: [&[], &[2, 0]]);
