//! Channels that become pixels.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

/// `y[c, i·r + p, j·r + q] = x[c·r² + p·r + q, i, j]`: r² channels become one, r times as high and as wide.
///
/// | | shape |
/// |---|---|
/// | x | `(m, C·r², H, W)` |
/// | y | `(m, C, H·r, W·r)` |
///
/// Behind a convolution it is the cheap way to make images larger. (Shi et al., "Real-time single image and video
/// super-resolution using an efficient sub-pixel convolutional neural network", 2016, equation 4, in PyTorch's order of channels.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::PixelShuffle;
/// let model: Model<f32> = PixelShuffle::new(2).init([4, 1, 1], 0)?;
/// let y = model.predict(&[[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]].into())?;
/// assert_eq!(y, [[[[1.0, 2.0], [3.0, 4.0]]]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelShuffle {
    factor: usize,
}

impl PixelShuffle {
    /// Makes images `factor` times as high and as wide.
    pub fn new(factor: usize) -> PixelShuffle {
        PixelShuffle { factor }
    }

    /// Calls `f(position in y, position in x)` for the elements of a sample of y.
    fn each(&self, output: &Shape, mut f: impl FnMut(usize, usize)) {
        let (r, [channels, height, width]) = (self.factor, [output[0], output[1], output[2]]);
        let mut at = 0;
        for c in 0..channels {
            for row in 0..height {
                for col in 0..width {
                    let channel = (c * r + row % r) * r + col % r;
                    f(at, (channel * (height / r) + row / r) * (width / r) + col / r);
                    at += 1;
                }
            }
        }
    }
}

impl Op for PixelShuffle {
    fn name(&self) -> &'static str {
        "PixelShuffle"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let &[channels, height, width] = inputs[0].as_slice() else {
            return Err(BindErrorKind::Rank { expected: "images of shape [m, C, H, W]" });
        };
        let r = self.factor;
        let square = r.saturating_mul(r);
        if r == 0 || !channels.is_multiple_of(square) {
            let what = format!("factor {r} needs a multiple of {square} channels, got {channels}");
            return Err(BindErrorKind::Setting { what });
        }
        Ok(Plan::new(Shape::new(&[channels / square, height.saturating_mul(r), width.saturating_mul(r)])?))
    }
}

impl<T: Real> Kernel<T> for PixelShuffle {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let shape = *y.shape();
        for i in 0..y.len() {
            let (x, y) = (pass.x[0].row(i), y.row(i));
            self.each(&shape, |to, from| y[to] = x[from]);
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        for i in 0..pass.dy.len() {
            let (dy, dx) = (pass.dy.row(i), dx[0].row(i));
            self.each(pass.dy.shape(), |from, to| dx[to] = dy[from]);
        }
    }
}

#[cfg(test)]
nn_check::suite!(
    PixelShuffle::new(2), input: [8, 3, 2], batch: 3, refuses: [&[8, 3], &[6, 3, 2], &[8, 0, 2]]
);
