//! Convolution over images.

use std::ops::Range;
use std::sync::Arc;

use nn_core::{BackPass, BindErrorKind, Fan, Initializer, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

use crate::init::{Constant, FitNext};

/// Cross-correlation over the last two axes, as "convolution" means everywhere in the field (the kernel is not flipped).
///
/// | | shape |
/// |---|---|
/// | x | `(m, C, H, W)` |
/// | `weight` W | `(out, C/groups, kH, kW)`, as in PyTorch |
/// | `bias` b | `(out)` |
/// | y | `(m, out, H', W')`, H' = ⌊(H + padding - dilation·(kH - 1) - 1) / stride⌋ + 1 |
///
/// `y[o, i, j] = b[o] + Σ W[o, c, p, q] · x[c, i·stride + p·dilation - before, j·stride + q·dilation - before]`, over
/// the channels c of o's group. Backward is the transpose of the same sum: dx collects along it, dW correlates dy with x.
///
/// This is the sum by its definition, the judge of faster forms.
///
/// ```
/// use nn_core::Layer;
/// use nn_layers::{Conv2d, Padding};
/// let net = Conv2d::new(8, [3, 3]).padding(Padding::Same).bind([1, 28, 28])?;
/// assert_eq!(net.output_shape(), &[8, 28, 28].into());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Conv2d {
    channels: usize,
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: Padding,
    mode: PaddingMode,
    dilation: [usize; 2],
    groups: usize,
    bias: bool,
    init: Arc<dyn Initializer>,
}

/// How far the kernel reaches beyond the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Padding {
    /// Not at all.
    Valid,
    /// So far that y is as large as x; needs stride 1. An odd total has one more behind, as in PyTorch.
    Same,
    /// This far on both sides of each axis.
    Explicit([usize; 2]),
}

/// What lies beyond the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PaddingMode {
    /// Zeros.
    Zeros,
    /// The image mirrored at its edge pixels, which are not repeated.
    Reflect,
    /// The edge pixels repeated.
    Replicate,
    /// The other side of the image.
    Circular,
}

impl Conv2d {
    /// A layer with `channels` output channels and a kernel of height and width `kernel`; stride 1, no padding.
    pub fn new(channels: usize, kernel: [usize; 2]) -> Conv2d {
        Conv2d {
            channels,
            kernel,
            stride: [1; 2],
            padding: Padding::Valid,
            mode: PaddingMode::Zeros,
            dilation: [1; 2],
            groups: 1,
            bias: true,
            init: Arc::new(FitNext),
        }
    }

    /// Sets the step from one place of y to the next.
    #[must_use]
    pub fn stride(self, stride: [usize; 2]) -> Conv2d {
        Conv2d { stride, ..self }
    }

    /// Sets how far the kernel reaches beyond the image.
    #[must_use]
    pub fn padding(self, padding: Padding) -> Conv2d {
        Conv2d { padding, ..self }
    }

    /// Sets what lies beyond the image.
    #[must_use]
    pub fn padding_mode(self, mode: PaddingMode) -> Conv2d {
        Conv2d { mode, ..self }
    }

    /// Sets the distance between neighbours in the kernel.
    #[must_use]
    pub fn dilation(self, dilation: [usize; 2]) -> Conv2d {
        Conv2d { dilation, ..self }
    }

    /// Splits input and output channels into groups that do not see each other.
    #[must_use]
    pub fn groups(self, groups: usize) -> Conv2d {
        Conv2d { groups, ..self }
    }

    /// Leaves out b.
    #[must_use]
    pub fn without_bias(self) -> Conv2d {
        Conv2d { bias: false, ..self }
    }

    /// Sets how W starts.
    #[must_use]
    pub fn init_weight(self, init: impl Initializer + 'static) -> Conv2d {
        Conv2d { init: Arc::new(init), ..self }
    }

    /// The numbers of one axis (0 is height).
    fn axis(&self, axis: usize, size: usize) -> Result<Axis, BindErrorKind> {
        let refuse = |what: String| Err(BindErrorKind::Setting { what });
        let (kernel, stride, dilation) = (self.kernel[axis], self.stride[axis], self.dilation[axis]);
        if kernel == 0 || stride == 0 || dilation == 0 {
            return refuse(format!(
                "kernel {kernel}, stride {stride} and dilation {dilation} must be positive"
            ));
        }
        let reach = (kernel - 1).saturating_mul(dilation);
        let (before, total) = match self.padding {
            Padding::Valid => (0, 0),
            Padding::Explicit(both) => (both[axis], both[axis].saturating_mul(2)),
            Padding::Same if stride == 1 => (reach / 2, reach),
            Padding::Same => return refuse(format!("\"same\" padding needs stride 1, got {stride}")),
        };
        // Mirroring needs more pixels than it fills, wrapping at least as many.
        let behind = total - before;
        let most = match self.mode {
            PaddingMode::Zeros | PaddingMode::Replicate => usize::MAX,
            PaddingMode::Reflect => size - 1,
            PaddingMode::Circular => size,
        };
        if behind > most {
            return refuse(format!("{:?} padding of {behind} on an axis of length {size}", self.mode));
        }
        match size.saturating_add(total).checked_sub(reach.saturating_add(1)) {
            Some(room) => {
                Ok(Axis { size, output: room / stride + 1, stride, dilation, before, mode: self.mode })
            }
            None => refuse(format!(
                "a kernel of {kernel} with dilation {dilation} reaches over {} pixels, \
                 but an axis of length {size} with padding {total} has {}",
                reach.saturating_add(1),
                size.saturating_add(total)
            )),
        }
    }

    fn geometry(&self, input: &Shape) -> Result<Geometry, BindErrorKind> {
        let &[channels, height, width] = input.as_slice() else {
            return Err(BindErrorKind::Rank { expected: "images of shape [m, C, H, W]" });
        };
        let groups = self.groups;
        let divides = |channels: usize| channels.is_multiple_of(groups);
        if groups == 0 || !divides(channels) || !divides(self.channels) || self.channels == 0 {
            let what = format!(
                "{groups} groups do not divide {channels} input and {} output channels",
                self.channels
            );
            return Err(BindErrorKind::Setting { what });
        }
        Ok(Geometry {
            y: self.axis(0, height)?,
            x: self.axis(1, width)?,
            kernel: self.kernel,
            inputs: channels / groups,
            outputs: self.channels / groups,
        })
    }

    fn bound(&self, input: &Shape) -> Geometry {
        self.geometry(input).expect("checked in `plan`")
    }
}

/// One axis of the geometry.
struct Axis {
    size: usize,
    output: usize,
    stride: usize,
    dilation: usize,
    before: usize,
    mode: PaddingMode,
}

impl Axis {
    /// The pixel that kernel position `k` sees from place `o` of the output; `None` for a zero beyond the edge.
    fn source(&self, o: usize, k: usize) -> Option<usize> {
        let at = (o * self.stride + k * self.dilation) as isize - self.before as isize;
        let (n, last) = (self.size as isize, self.size as isize - 1);
        let at = match self.mode {
            PaddingMode::Zeros if !(0..n).contains(&at) => return None,
            PaddingMode::Zeros => at,
            PaddingMode::Replicate => at.clamp(0, last),
            PaddingMode::Circular => at.rem_euclid(n),
            PaddingMode::Reflect => last - (last - at.abs()).abs(),
        };
        Some(at as usize)
    }
}

struct Geometry {
    y: Axis,
    x: Axis,
    kernel: [usize; 2],
    /// Channels of a group.
    inputs: usize,
    outputs: usize,
}

impl Geometry {
    /// Calls `f(output, weight, input)` with the positions in a sample of y, in W and in a sample of x of every
    /// product of the sum for the output channels `channels`.
    fn each_product(&self, channels: Range<usize>, mut f: impl FnMut(usize, usize, usize)) {
        let [kh, kw] = self.kernel;
        for o in channels {
            let group = o / self.outputs;
            for (i, j) in (0..self.y.output).flat_map(|i| (0..self.x.output).map(move |j| (i, j))) {
                let out = (o * self.y.output + i) * self.x.output + j;
                for c in 0..self.inputs {
                    let plane = (group * self.inputs + c) * self.y.size;
                    for p in 0..kh {
                        let Some(row) = self.y.source(i, p) else { continue };
                        for q in 0..kw {
                            let Some(col) = self.x.source(j, q) else { continue };
                            let weight = ((o * self.inputs + c) * kh + p) * kw + q;
                            f(out, weight, (plane + row) * self.x.size + col);
                        }
                    }
                }
            }
        }
    }

    /// Elements of one output channel, in W and in y.
    fn per_channel(&self) -> (usize, usize) {
        (
            self.inputs.saturating_mul(self.kernel[0]).saturating_mul(self.kernel[1]),
            self.y.output.saturating_mul(self.x.output),
        )
    }
}

impl Op for Conv2d {
    fn name(&self) -> &'static str {
        "Conv2d"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let g = self.geometry(&inputs[0])?;
        let (weights, places) = g.per_channel();
        let fan = Fan {
            inputs: weights,
            outputs: g.outputs.saturating_mul(self.kernel[0]).saturating_mul(self.kernel[1]),
        };
        let plan = Plan::new(Shape::new(&[self.channels, g.y.output, g.x.output])?)
            .param(
                "weight",
                Shape::new(&[self.channels, g.inputs, self.kernel[0], self.kernel[1]])?,
                fan,
                self.init.clone(),
            )
            .flops(self.channels.saturating_mul(weights).saturating_mul(places).saturating_mul(2))
            .by_rows();
        Ok(if self.bias { plan.param("bias", [self.channels], fan, Arc::new(Constant(0.0))) } else { plan })
    }
}

impl<T: Real> Kernel<T> for Conv2d {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let g = self.bound(pass.x[0].shape());
        let (_, places) = g.per_channel();
        for i in 0..y.len() {
            let (x, y) = (pass.x[0].row(i), y.row(i));
            for (o, channel) in y.chunks_exact_mut(places).enumerate() {
                channel.fill(pass.theta.get(1).map_or(T::ZERO, |bias| bias[o]));
            }
            let w = &pass.theta[0];
            g.each_product(0..self.channels, |at_y, at_w, at_x| y[at_y] += w[at_w] * x[at_x]);
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let g = self.bound(pass.x[0].shape());
        let w = &pass.theta[0];
        for i in 0..pass.dy.len() {
            let (dy, dx) = (pass.dy.row(i), dx[0].row(i));
            dx.fill(T::ZERO);
            g.each_product(0..self.channels, |at_y, at_w, at_x| dx[at_x] += w[at_w] * dy[at_y]);
        }
    }

    fn backward_rows(&self, pass: &BackPass<'_, T>, param: usize, channels: Range<usize>, dtheta: &mut [T]) {
        let g = self.bound(pass.x[0].shape());
        let (weights, places) = g.per_channel();
        if param == 1 {
            for (o, db) in channels.zip(dtheta) {
                let channel =
                    |i: usize| pass.dy.row(i)[o * places..(o + 1) * places].iter().copied().sum::<T>();
                *db = (0..pass.dy.len()).map(channel).sum();
            }
            return;
        }
        // All samples in their order, for each output channel.
        dtheta.fill(T::ZERO);
        let first = channels.start * weights;
        for i in 0..pass.dy.len() {
            let (x, dy) = (pass.x[0].row(i), pass.dy.row(i));
            g.each_product(channels.clone(), |at_y, at_w, at_x| dtheta[at_w - first] += dy[at_y] * x[at_x]);
        }
    }
}

#[cfg(test)]
nn_check::suite!(
    Conv2d::new(4, [3, 2]).stride([2, 1]).padding(Padding::Explicit([1, 1])).groups(2),
    input: [2, 5, 4], batch: 3, refuses: [&[5, 4], &[3, 5, 4], &[2, 0, 4]]
);
#[cfg(test)]
nn_check::suite!(
    same_and_dilated: Conv2d::new(2, [2, 4]).padding(Padding::Same).dilation([2, 1]).without_bias(),
    input: [1, 5, 6], batch: 2
);
#[cfg(test)]
nn_check::suite!(
    mirrored: Conv2d::new(2, [3, 3]).padding(Padding::Explicit([2, 1])).padding_mode(PaddingMode::Reflect),
    input: [1, 4, 4], batch: 2, refuses: [&[1, 2, 4]]
);
#[cfg(test)]
nn_check::suite!(
    wrapped: Conv2d::new(2, [3, 3]).padding(Padding::Explicit([1, 2])).padding_mode(PaddingMode::Circular),
    input: [1, 4, 4], batch: 2
);
#[cfg(test)]
nn_check::suite!(
    repeated: Conv2d::new(1, [3, 3]).padding(Padding::Explicit([1, 2])).padding_mode(PaddingMode::Replicate),
    input: [1, 4, 4], batch: 2
);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn a_kernel_larger_than_the_image_is_refused_with_the_numbers() {
        let error = Conv2d::new(1, [5, 3]).bind([1, 4, 4]).unwrap_err().to_string();
        assert_eq!(
            error,
            "Conv2d: a kernel of 5 with dilation 1 reaches over 5 pixels, \
             but an axis of length 4 with padding 0 has 4 (input shape [m, 1, 4, 4])"
        );
        let groups = Conv2d::new(3, [1, 1]).groups(2).bind([4, 4, 4]).unwrap_err().to_string();
        assert!(groups.contains("2 groups do not divide 4 input and 3 output channels"), "{groups}");
    }
}
