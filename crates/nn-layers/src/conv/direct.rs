//! Convolution.

use std::ops::Range;
use std::sync::Arc;

use nn_core::{BackPass, BindErrorKind, Fan, Initializer, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

use super::axis::{Axis, Padding, PaddingMode};
use super::fast::Fast;
use super::geometry::Geometry;
use super::sums::sum_channels;
use super::turned::Turned;
use super::{image, shape};
use crate::init::{Constant, FitNext};

/// Cross-correlation over the last `N` axes, one to three, as "convolution" means everywhere in the field (the kernel is not
/// flipped). [`Conv1d`], [`Conv2d`] and [`Conv3d`] are its names.
///
/// | | shape of `Conv2d` |
/// |---|---|
/// | x | `(m, C, H, W)` |
/// | `weight` W | `(out, C/groups, kH, kW)`, as in PyTorch |
/// | `bias` b | `(out)` |
/// | y | `(m, out, H', W')`, H' = ⌊(H + padding - dilation·(kH - 1) - 1) / stride⌋ + 1 |
///
/// `Conv1d` has no H, `Conv3d` a depth before it.
///
/// `y[o, i, j] = b[o] + Σ W[o, c, p, q] · x[c, i·stride + p·dilation - before, j·stride + q·dilation - before]`, over
/// the channels c of o's group. Backward is the transpose of the same sum: dx collects along it, dW correlates dy with x.
/// As many groups as channels is a depthwise convolution.
///
/// An image with padding or a stride is copied once, padding included. dW wants such a copy of every sample, as it is or with its channels last:
/// as much memory as x with its padding. Backward takes the same of dy, and of dx where there is a stride, as scratch of each piece of work.
///
/// ```
/// use nn_core::Layer;
/// use nn_layers::{Conv1d, Conv2d, Padding};
/// let net = Conv2d::new(8, [3, 3]).padding(Padding::Same).bind([1, 28, 28])?;
/// assert_eq!(net.output_shape(), &[8, 28, 28].into());
/// let net = Conv1d::new(4, [5]).stride([2]).padding(Padding::Explicit([2])).groups(2).bind([2, 100])?;
/// assert_eq!(net.output_shape(), &[4, 50].into());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "Convolution")]
#[doc(alias = "Conv1D")]
#[doc(alias = "Conv2D")]
#[doc(alias = "Conv3D")]
#[doc(alias = "Convolution2D")]
#[doc(alias = "DepthwiseConv2D")]
#[derive(Debug, Clone)]
pub struct Conv<const N: usize> {
    channels: usize,
    inputs: Option<usize>,
    kernel: [usize; N],
    stride: [usize; N],
    padding: Padding<N>,
    mode: PaddingMode,
    dilation: [usize; N],
    groups: usize,
    bias: bool,
    init: Arc<dyn Initializer>,
}

/// [`Conv`] over sequences, `(m, C, W)`.
pub type Conv1d = Conv<1>;
/// [`Conv`] over images, `(m, C, H, W)`.
pub type Conv2d = Conv<2>;
/// [`Conv`] over volumes, `(m, C, D, H, W)`.
pub type Conv3d = Conv<3>;

impl<const N: usize> Conv<N> {
    /// A layer with `channels` output channels and a kernel of these lengths; stride 1, no padding.
    pub fn new(channels: usize, kernel: [usize; N]) -> Conv<N> {
        Conv {
            channels,
            inputs: None,
            kernel,
            stride: [1; N],
            padding: Padding::Valid,
            mode: PaddingMode::Zeros,
            dilation: [1; N],
            groups: 1,
            bias: true,
            init: Arc::new(FitNext),
        }
    }

    /// Says how many input channels there are, for those who want to be told where it is another number: images with the channels
    /// last, for one.
    ///
    /// ```
    /// use nn_core::Layer;
    /// let error = nn_layers::Conv2d::new(8, [3, 3]).inputs(1).bind([28, 28, 1]).unwrap_err().to_string();
    /// assert_eq!(
    ///     error,
    ///     "Conv2d: expected 1 input channels, got 28 (the channels are the first axis of a sample, as in [m, C, H, W]) (input shape [m, 28, 28, 1])"
    /// );
    /// ```
    #[must_use]
    pub fn inputs(self, channels: usize) -> Conv<N> {
        Conv { inputs: Some(channels), ..self }
    }

    /// Sets the step from one place of y to the next.
    #[must_use]
    pub fn stride(self, stride: [usize; N]) -> Conv<N> {
        Conv { stride, ..self }
    }

    /// Sets how far the kernel reaches beyond the image.
    #[must_use]
    pub fn padding(self, padding: Padding<N>) -> Conv<N> {
        Conv { padding, ..self }
    }

    /// Sets what lies beyond the image.
    #[must_use]
    pub fn padding_mode(self, mode: PaddingMode) -> Conv<N> {
        Conv { mode, ..self }
    }

    /// Sets the distance between neighbours in the kernel.
    #[must_use]
    pub fn dilation(self, dilation: [usize; N]) -> Conv<N> {
        Conv { dilation, ..self }
    }

    /// Splits input and output channels into groups that do not see each other.
    #[must_use]
    pub fn groups(self, groups: usize) -> Conv<N> {
        Conv { groups, ..self }
    }

    /// Leaves out b.
    #[must_use]
    pub fn without_bias(self) -> Conv<N> {
        Conv { bias: false, ..self }
    }

    /// Sets how W starts.
    #[must_use]
    pub fn init_weight(self, init: impl Initializer + 'static) -> Conv<N> {
        Conv { init: Arc::new(init), ..self }
    }

    fn geometry(&self, input: &Shape) -> Result<Geometry, BindErrorKind> {
        let (channels, lengths) = image::<N>(input)?;
        if let Some(expected) = self.inputs.filter(|expected| *expected != channels) {
            let what = format!("expected {expected} input channels, got {channels}{}", super::CHANNELS_FIRST);
            return Err(BindErrorKind::Setting { what });
        }
        let mut axes = [Axis::NONE; 3];
        for a in 0..N {
            let (kernel, stride, dilation) = (self.kernel[a], self.stride[a], self.dilation[a]);
            Axis::positive(kernel, stride, dilation)?;
            let sides = self.padding.sides(a, (kernel - 1).saturating_mul(dilation), stride);
            let sides = sides.map_err(|what| BindErrorKind::Setting { what })?;
            let at = 3 - N + a;
            axes[at] = Axis::new(lengths[at], [kernel, stride, dilation], sides, self.mode)?;
        }
        Geometry::new(axes, self.groups, channels, self.channels)
    }

    fn bound(&self, input: &Shape) -> Fast {
        Fast::new(self.geometry(input).expect("checked in `plan`"))
    }
}

impl<const N: usize> Op for Conv<N> {
    fn name(&self) -> &'static str {
        ["Conv", "Conv1d", "Conv2d", "Conv3d"][N.min(3)]
    }

    fn settings(&self) -> String {
        // The parameters show the rest.
        let Conv { stride, padding, mode, dilation, groups, .. } = self;
        format!(
            "{} {{ stride: {stride:?}, padding: {padding:?}, mode: {mode:?}, dilation: {dilation:?}, groups: {groups} }}",
            self.name()
        )
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let g = self.geometry(&inputs[0])?;
        let (fast, turned) = (Fast::new(g), Turned::of(&g));
        let fan =
            Fan { inputs: g.inputs.saturating_mul(g.taps()), outputs: g.outputs.saturating_mul(g.taps()) };
        let weight = shape::<N>(&[self.channels, g.inputs], g.axes.map(|axis| axis.kernel))?;
        let plan = Plan::new(shape::<N>(&[self.channels], g.axes.map(|axis| axis.output))?)
            .param("weight", weight, fan, self.init.clone())
            .saved(if turned.is_none() { fast.image_len() } else { 0 })
            .saved_back(turned.map_or(0, |turned| turned.image_len()))
            .scratch(fast.scratch_len().saturating_add(if turned.is_some() { fast.image_len() } else { 0 }))
            .flops(g.flops())
            .fuses()
            .by_rows();
        Ok(if self.bias { plan.param("bias", [self.channels], fan, Arc::new(Constant(0.0))) } else { plan })
    }
}

impl<T: Real, const N: usize> Kernel<T> for Conv<N> {
    /// Keeps the images as they are laid out, unless dW has them turned.
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let fast = self.bound(pass.x[0].shape());
        let (len, turned) = (fast.image_len(), Turned::of(&fast.g).is_some());
        let (spare, scratch) = local.scratch.split_at_mut(if turned { len } else { 0 });
        for i in 0..y.len() {
            let room = if turned { &mut *spare } else { &mut local.saved[i * len..(i + 1) * len] };
            let image = fast.lay_out(pass.x[0].row(i), room);
            fast.forward(&pass.theta[0], pass.theta.get(1), image, y.row(i), scratch);
            if let Some(then) = pass.then {
                then.apply(y.row(i));
            }
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let fast = self.bound(pass.x[0].shape());
        if let Some(turned) = Turned::of(&fast.g) {
            for (i, room) in local.saved.chunks_exact_mut(turned.image_len()).enumerate() {
                turned.turn_image(pass.x[0].row(i), room);
            }
        }
        for i in 0..if dx[0].is_wanted() { pass.dy.len() } else { 0 } {
            fast.pull_back(&pass.theta[0], None, pass.dy.row(i), dx[0].row(i), local.scratch);
            if let Some(below) = pass.below {
                below.pull_back(pass.x[0].row(i), dx[0].row(i));
            }
        }
    }

    fn backward_rows(&self, pass: &BackPass<'_, T>, param: usize, channels: Range<usize>, dtheta: &mut [T]) {
        let fast = self.bound(pass.x[0].shape());
        let dy = pass.dy.data();
        if param == 1 {
            return sum_channels(dy, pass.dy.width(), fast.g.places(), channels, dtheta);
        }
        if let Some(turned) = Turned::of(&fast.g) {
            return turned.weights(pass.saved_back, dy, channels, dtheta);
        }
        let images = if fast.image_len() == 0 { pass.x[0].data() } else { pass.saved };
        fast.weights(images, dy, channels, dtheta);
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
nn_check::suite!(
    of_sequences: Conv1d::new(6, [4]).stride([3]).padding(Padding::Sides([(1, 2)])).dilation([2]).groups(3),
    input: [3, 11], batch: 3, refuses: [&[3, 1, 11], &[3, 3]]
);
#[cfg(test)]
nn_check::suite!(
    of_volumes: Conv3d::new(2, [2, 3, 2]).stride([2, 1, 1]).padding(Padding::Explicit([1, 1, 0])),
    input: [2, 3, 3, 4], batch: 2, refuses: [&[2, 3, 4], &[2, 3, 3, 1]]
);
#[cfg(test)]
nn_check::suite!(
    depthwise: Conv2d::new(3, [3, 3]).padding(Padding::Same).groups(3), input: [3, 5, 6], batch: 2
);
#[cfg(test)]
nn_check::suite!(pointwise: Conv2d::new(3, [1, 1]), input: [5, 4, 3], batch: 3);

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
             but an axis of length 4 with padding 0 has 4 (the channels are the first axis of a sample, as in [m, C, H, W]) (input shape [m, 1, 4, 4])"
        );
        let groups = Conv2d::new(3, [1, 1]).groups(2).bind([4, 4, 4]).unwrap_err().to_string();
        assert!(groups.contains("2 groups do not divide 4 input and 3 output channels"), "{groups}");
        let same =
            Conv1d::new(1, [3]).stride([2]).padding(Padding::Same).bind([1, 9]).unwrap_err().to_string();
        assert!(same.contains("\"same\" padding needs stride 1, got 2"), "{same}");
        let rank = Conv3d::new(1, [1, 1, 1]).bind([1, 9]).unwrap_err().to_string();
        assert!(rank.starts_with("Conv3d: expected samples of shape [m, C, D, H, W]"), "{rank}");
    }
}
