//! Transposed convolution.

use std::ops::Range;
use std::sync::Arc;

use nn_core::{BackPass, BindErrorKind, Fan, Initializer, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

use super::axis::{Axis, Padding, PaddingMode};
use super::fast::Fast;
use super::geometry::Geometry;
use super::sums::sum_channels;
use super::{image, shape};
use crate::init::{Constant, FitNext};

/// The transpose of a convolution over the last `N` axes, one to three: what [`Conv`](crate::Conv) does backward, as a layer that makes
/// images larger.
///
/// | | shape of `ConvTranspose2d` |
/// |---|---|
/// | x | `(m, C, H, W)` |
/// | `weight` W | `(C, out/groups, kH, kW)`, as in PyTorch |
/// | `bias` b | `(out)` |
/// | y | `(m, out, H', W')`, H' = (H - 1)·stride - padding + dilation·(kH - 1) + output padding + 1 |
///
/// `y[o, i·stride + p·dilation - before, ..] += W[c, o, p, ..] · x[c, i, ..]` for all c of o's group, i and p, and b. Backward is a
/// convolution of dy with W; dW correlates x with dy. The output padding, places behind the last one that a kernel reaches,
/// tells apart the sizes of x that a convolution with a stride takes to one size of y.
///
/// ```
/// use nn_core::Layer;
/// use nn_layers::{ConvTranspose2d, Padding};
/// let twice = ConvTranspose2d::new(8, [3, 3]).stride([2, 2]).padding(Padding::Explicit([1, 1]));
/// assert_eq!(twice.clone().output_padding([1, 1]).bind([16, 7, 7])?.output_shape(), &[8, 14, 14].into());
/// assert_eq!(twice.bind([16, 7, 7])?.output_shape(), &[8, 13, 13].into());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "Conv2DTranspose")]
#[doc(alias = "Deconvolution")]
#[derive(Debug, Clone)]
pub struct ConvTranspose<const N: usize> {
    channels: usize,
    kernel: [usize; N],
    stride: [usize; N],
    padding: Padding<N>,
    output_padding: [usize; N],
    dilation: [usize; N],
    groups: usize,
    bias: bool,
    init: Arc<dyn Initializer>,
}

/// [`ConvTranspose`] over sequences, `(m, C, W)`.
pub type ConvTranspose1d = ConvTranspose<1>;
/// [`ConvTranspose`] over images, `(m, C, H, W)`.
pub type ConvTranspose2d = ConvTranspose<2>;
/// [`ConvTranspose`] over volumes, `(m, C, D, H, W)`.
pub type ConvTranspose3d = ConvTranspose<3>;

impl<const N: usize> ConvTranspose<N> {
    /// A layer with `channels` output channels and a kernel of these lengths; stride 1, no padding.
    pub fn new(channels: usize, kernel: [usize; N]) -> ConvTranspose<N> {
        ConvTranspose {
            channels,
            kernel,
            stride: [1; N],
            padding: Padding::Valid,
            output_padding: [0; N],
            dilation: [1; N],
            groups: 1,
            bias: true,
            init: Arc::new(FitNext),
        }
    }

    /// Sets the step in y from one pixel of x to the next.
    #[must_use]
    pub fn stride(self, stride: [usize; N]) -> ConvTranspose<N> {
        ConvTranspose { stride, ..self }
    }

    /// Sets how many places of y are cut off at its edges. `Same`, for stride 1, makes y as large as x.
    #[must_use]
    pub fn padding(self, padding: Padding<N>) -> ConvTranspose<N> {
        ConvTranspose { padding, ..self }
    }

    /// Sets how many places more y has behind; fewer than the stride or the dilation.
    #[must_use]
    pub fn output_padding(self, output_padding: [usize; N]) -> ConvTranspose<N> {
        ConvTranspose { output_padding, ..self }
    }

    /// Sets the distance between neighbours in the kernel.
    #[must_use]
    pub fn dilation(self, dilation: [usize; N]) -> ConvTranspose<N> {
        ConvTranspose { dilation, ..self }
    }

    /// Splits input and output channels into groups that do not see each other.
    #[must_use]
    pub fn groups(self, groups: usize) -> ConvTranspose<N> {
        ConvTranspose { groups, ..self }
    }

    /// Leaves out b.
    #[must_use]
    pub fn without_bias(self) -> ConvTranspose<N> {
        ConvTranspose { bias: false, ..self }
    }

    /// Sets how W starts.
    #[must_use]
    pub fn init_weight(self, init: impl Initializer + 'static) -> ConvTranspose<N> {
        ConvTranspose { init: Arc::new(init), ..self }
    }

    /// The convolution from y to x that this is the transpose of: its `size` is y's, its `output` x's.
    fn geometry(&self, input: &Shape) -> Result<Geometry, BindErrorKind> {
        let (channels, lengths) = image::<N>(input)?;
        let mut axes = [Axis::NONE; 3];
        for a in 0..N {
            axes[3 - N + a] = self.axis(a, lengths[3 - N + a])?;
        }
        let g = Geometry::new(axes, self.groups, channels, self.channels)?;
        Ok(Geometry { inputs: g.outputs, outputs: g.inputs, ..g })
    }

    fn axis(&self, a: usize, length: usize) -> Result<Axis, BindErrorKind> {
        let refuse = |what: String| BindErrorKind::Setting { what };
        let (kernel, stride, dilation) = (self.kernel[a], self.stride[a], self.dilation[a]);
        Axis::positive(kernel, stride, dilation)?;
        let more = self.output_padding[a];
        if more >= stride.max(dilation) {
            let what = format!(
                "output padding {more} has to be smaller than stride {stride} or dilation {dilation}"
            );
            return Err(refuse(what));
        }
        let reach = (kernel - 1).saturating_mul(dilation);
        let sides = self.padding.sides(a, reach, stride).map_err(refuse)?;
        let (all, cut) = (
            (length - 1).saturating_mul(stride).saturating_add(reach + 1 + more),
            sides.0.saturating_add(sides.1),
        );
        let Some(size) = all.checked_sub(cut).filter(|&size| size > 0) else {
            return Err(refuse(format!("padding {cut} cuts off all {all} places of an axis")));
        };
        // The places behind belong to no window, so the size does not have to be a whole number of strides.
        Ok(Axis { size, output: length, kernel, stride, dilation, before: sides.0, mode: PaddingMode::Zeros })
    }

    fn bound(&self, input: &Shape) -> Fast {
        Fast::new(self.geometry(input).expect("checked in `plan`"))
    }
}

impl<const N: usize> Op for ConvTranspose<N> {
    fn name(&self) -> &'static str {
        ["ConvTranspose", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"][N.min(3)]
    }

    fn settings(&self) -> String {
        // The parameters show the rest.
        let ConvTranspose { stride, padding, output_padding, dilation, groups, .. } = self;
        format!(
            "{} {{ stride: {stride:?}, padding: {padding:?}, output_padding: {output_padding:?}, dilation: {dilation:?}, groups: {groups} }}",
            self.name()
        )
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let input = &inputs[0];
        if input.size() == 0 {
            return Err(BindErrorKind::EmptySample { which: "input" });
        }
        let g = self.geometry(input)?;
        let fast = Fast::new(g);
        // PyTorch counts a kernel of another layout, (C, out/groups, ..), and so its fans are these.
        let fan =
            Fan { inputs: g.outputs.saturating_mul(g.taps()), outputs: g.inputs.saturating_mul(g.taps()) };
        let weight = shape::<N>(&[g.outputs * g.groups, g.inputs], g.axes.map(|axis| axis.kernel))?;
        let plan = Plan::new(shape::<N>(&[self.channels], g.axes.map(|axis| axis.size))?)
            .param("weight", weight, fan, self.init.clone())
            .saved_back(fast.image_len())
            .scratch(fast.scratch_len())
            .flops(g.flops())
            .fuses()
            .by_rows();
        Ok(if self.bias { plan.param("bias", [self.channels], fan, Arc::new(Constant(0.0))) } else { plan })
    }
}

impl<T: Real, const N: usize> Kernel<T> for ConvTranspose<N> {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let fast = self.bound(pass.x[0].shape());
        for i in 0..y.len() {
            fast.pull_back(&pass.theta[0], pass.theta.get(1), pass.x[0].row(i), y.row(i), local.scratch);
            if let Some(then) = pass.then {
                then.apply(y.row(i));
            }
        }
    }

    /// Keeps dy as it is laid out.
    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let fast = self.bound(pass.x[0].shape());
        let len = fast.image_len();
        for i in 0..pass.dy.len() {
            let image = fast.lay_out(pass.dy.row(i), &mut local.saved[i * len..(i + 1) * len]);
            if !dx[0].is_wanted() {
                continue;
            }
            fast.forward(&pass.theta[0], None, image, dx[0].row(i), local.scratch);
            if let Some(below) = pass.below {
                below.pull_back(pass.x[0].row(i), dx[0].row(i));
            }
        }
    }

    fn backward_rows(&self, pass: &BackPass<'_, T>, param: usize, channels: Range<usize>, dtheta: &mut [T]) {
        let fast = self.bound(pass.x[0].shape());
        if param == 1 {
            return sum_channels(pass.dy.data(), pass.dy.width(), fast.g.pixels(), channels, dtheta);
        }
        let images = if fast.image_len() == 0 { pass.dy.data() } else { pass.saved_back };
        fast.weights(images, pass.x[0].data(), channels, dtheta);
    }
}

#[cfg(test)]
nn_check::suite!(
    ConvTranspose2d::new(4, [3, 2]).stride([2, 3]).padding(Padding::Explicit([1, 0])).output_padding([1, 2]).groups(2),
    input: [2, 3, 4], batch: 3, refuses: [&[3, 4], &[3, 3, 4], &[2, 0, 4]]
);
#[cfg(test)]
nn_check::suite!(
    of_sequences: ConvTranspose1d::new(3, [3]).dilation([2]).padding(Padding::Sides([(1, 2)])).without_bias(),
    input: [2, 5], batch: 2
);
#[cfg(test)]
nn_check::suite!(
    of_volumes: ConvTranspose3d::new(1, [2, 2, 1]).stride([2, 1, 1]), input: [2, 2, 3, 2], batch: 2
);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn settings_that_do_not_fit_are_refused_with_the_numbers() {
        let conv = ConvTranspose1d::new(1, [2]);
        let error = conv.clone().output_padding([1]).bind([1, 4]).unwrap_err().to_string();
        assert!(error.contains("output padding 1 has to be smaller than stride 1 or dilation 1"), "{error}");
        let error = conv.padding(Padding::Explicit([3])).bind([1, 4]).unwrap_err().to_string();
        assert!(error.contains("padding 6 cuts off all 5 places of an axis"), "{error}");
    }
}
