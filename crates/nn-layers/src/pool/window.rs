//! Which pixels a place of a pool sees, axis by axis.

use nn_core::BindErrorKind;
use tensor_ops::Shape;

use crate::conv::CHANNELS_FIRST;
use crate::conv::{image, shape};

/// The settings of a pool whose windows all have one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Windows<const N: usize> {
    pub(super) kernel: [usize; N],
    /// As the kernel where there is none.
    pub(super) stride: Option<[usize; N]>,
    pub(super) padding: [(usize, usize); N],
    pub(super) dilation: [usize; N],
    pub(super) ceil: bool,
}

/// One axis of a pool.
#[derive(Debug, Clone, Copy)]
pub(super) enum Axis {
    /// Windows of one size.
    Windows {
        size: usize,
        output: usize,
        kernel: usize,
        stride: usize,
        dilation: usize,
        /// Padding before, and before and behind.
        before: usize,
        total: usize,
    },
    /// So many cells that cover the axis: cell i from ⌊i·size/output⌋ to ⌈(i + 1)·size/output⌉.
    Cells { size: usize, output: usize },
}

/// What a place sees of an axis: `count` pixels from `first` on, `step` apart, by the taps from number `tap` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: usize,
    pub(super) step: usize,
    pub(super) count: usize,
    pub(super) tap: usize,
}

impl<const N: usize> Windows<N> {
    pub(super) fn new(kernel: [usize; N]) -> Windows<N> {
        Windows { kernel, stride: None, padding: [(0, 0); N], dilation: [1; N], ceil: false }
    }

    /// The grid over samples of this shape.
    pub(super) fn over(&self, input: &Shape) -> Result<Grid, BindErrorKind> {
        let (channels, lengths) = image::<N>(input)?;
        let mut axes = [Axis::Cells { size: 1, output: 1 }; 3];
        for a in 0..N {
            axes[3 - N + a] = self.axis(a, lengths[3 - N + a])?;
        }
        Ok(Grid { channels, axes })
    }

    fn axis(&self, a: usize, size: usize) -> Result<Axis, BindErrorKind> {
        let refuse = |what: String| Err(BindErrorKind::Setting { what });
        let (kernel, dilation) = (self.kernel[a], self.dilation[a]);
        let stride = self.stride.map_or(kernel, |stride| stride[a]);
        if kernel == 0 || stride == 0 || dilation == 0 {
            return refuse(format!(
                "kernel {kernel}, stride {stride} and dilation {dilation} have to be positive"
            ));
        }
        let (before, behind) = self.padding[a];
        let reach = (kernel - 1).saturating_mul(dilation).saturating_add(1);
        if before.max(behind) >= reach {
            return refuse(format!(
                "padding of {} has to be smaller than the {reach} pixels that a window reaches over",
                before.max(behind)
            ));
        }
        let total = before + behind;
        let padded = size.saturating_add(total);
        // Rounding up, a window may reach beyond the padding, as long as less than a stride of it does.
        let more = if self.ceil { stride - 1 } else { 0 };
        let Some(room) = padded.saturating_add(more).checked_sub(reach) else {
            return refuse(format!(
                "a window of {kernel} with dilation {dilation} reaches over {reach} pixels, \
                 but an axis of length {size} with padding {total} has {padded}{CHANNELS_FIRST}"
            ));
        };
        let mut output = room / stride + 1;
        // No window begins behind the image.
        if self.ceil && (output - 1) * stride >= size + before {
            output -= 1;
        }
        Ok(Axis::Windows { size, output, kernel, stride, dilation, before, total })
    }
}

impl Axis {
    pub(super) fn size(&self) -> usize {
        match *self {
            Axis::Windows { size, .. } | Axis::Cells { size, .. } => size,
        }
    }

    pub(super) fn output(&self) -> usize {
        match *self {
            Axis::Windows { output, .. } | Axis::Cells { output, .. } => output,
        }
    }

    /// The pixels of place `o`.
    pub(super) fn span(&self, o: usize) -> Span {
        match *self {
            Axis::Windows { size, kernel, stride, dilation, before, .. } => {
                // The taps k with 0 <= at + k·dilation < size.
                let at = (o * stride) as isize - before as isize;
                let skipped = if at < 0 { at.unsigned_abs().div_ceil(dilation) } else { 0 };
                let end = (size as isize - at).max(0).unsigned_abs().div_ceil(dilation).min(kernel);
                let count = end.saturating_sub(skipped);
                let first = if count == 0 { 0 } else { (at + (skipped * dilation) as isize) as usize };
                Span { first, step: dilation, count, tap: skipped }
            }
            Axis::Cells { size, output } => {
                let first = o * size / output;
                Span { first, step: 1, count: ((o + 1) * size).div_ceil(output) - first, tap: 0 }
            }
        }
    }

    /// Taps of a window.
    pub(super) fn kernel(&self) -> usize {
        match *self {
            Axis::Windows { kernel, .. } => kernel,
            Axis::Cells { .. } => 1,
        }
    }

    /// The distance of taps.
    pub(super) fn dilation(&self) -> usize {
        match *self {
            Axis::Windows { dilation, .. } => dilation,
            Axis::Cells { .. } => 1,
        }
    }

    /// Where the window of place `o` begins; before the image, where it is negative.
    pub(super) fn start(&self, o: usize) -> isize {
        match *self {
            Axis::Windows { stride, before, .. } => (o * stride) as isize - before as isize,
            Axis::Cells { .. } => self.span(o).first as isize,
        }
    }

    /// Whether windows touch, do not overlap, and lie inside the image.
    pub(super) fn is_side_by_side(&self) -> bool {
        match *self {
            Axis::Windows { size, output, kernel, stride, dilation, total, .. } => {
                kernel == stride && dilation == 1 && total == 0 && output * kernel <= size
            }
            Axis::Cells { size, output } => size == output,
        }
    }

    /// The same for windows of two pixels.
    pub(super) fn is_pairs(&self) -> bool {
        self.kernel() == 2 && self.is_side_by_side()
    }

    /// The first place whose window lies inside the image, and the first behind them that does not.
    pub(super) fn inside(&self) -> (usize, usize) {
        match *self {
            Axis::Windows { size, output, kernel, stride, dilation, before, .. } => {
                let from = before.div_ceil(stride).min(output);
                let room = (size + before).checked_sub((kernel - 1) * dilation + 1);
                (from, room.map_or(0, |room| room / stride + 1).clamp(from, output))
            }
            Axis::Cells { output, .. } => (0, output),
        }
    }

    /// How many taps of place `o` lie in the image or its padding.
    pub(super) fn padded_count(&self, o: usize) -> usize {
        match *self {
            Axis::Windows { size, kernel, stride, dilation, total, .. } => {
                (size + total).saturating_sub(o * stride).div_ceil(dilation).min(kernel)
            }
            Axis::Cells { .. } => self.span(o).count,
        }
    }
}

/// The windows over all channels of a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) channels: usize,
    /// Depth, height and width.
    pub(super) axes: [Axis; 3],
}

impl Grid {
    /// Cells over samples of this shape; an axis without a number keeps its length.
    pub(super) fn of_cells<const N: usize>(
        input: &Shape,
        cells: [Option<usize>; N],
    ) -> Result<Grid, BindErrorKind> {
        let (channels, lengths) = image::<N>(input)?;
        let mut axes = [Axis::Cells { size: 1, output: 1 }; 3];
        for (a, cells) in cells.iter().enumerate() {
            let size = lengths[3 - N + a];
            let output = cells.unwrap_or(size);
            if output == 0 {
                return Err(BindErrorKind::Setting { what: "0 cells along an axis".into() });
            }
            axes[3 - N + a] = Axis::Cells { size, output };
        }
        Ok(Grid { channels, axes })
    }

    /// Pixels and places of a channel.
    pub(super) fn sizes(&self) -> (usize, usize) {
        let product = |of: fn(&Axis) -> usize| self.axes.iter().map(of).product();
        (product(Axis::size), product(Axis::output))
    }

    /// The shape of a sample of the output.
    pub(super) fn output<const N: usize>(&self) -> Result<Shape, BindErrorKind> {
        shape::<N>(&[self.channels], self.axes.map(|axis| axis.output()))
    }

    /// Reads of a sample's forward pass.
    pub(super) fn flops(&self) -> usize {
        let reads = |axis: &Axis| match *axis {
            Axis::Windows { output, kernel, .. } => output.saturating_mul(kernel),
            Axis::Cells { size, output } => size.max(output),
        };
        self.axes.iter().fold(self.channels, |product, axis| product.saturating_mul(reads(axis)))
    }

    /// Calls `f` for every place of a channel with its position and its spans.
    #[inline(always)]
    pub(super) fn each(&self, mut f: impl FnMut(usize, [usize; 3], [Span; 3])) {
        let [z, y, x] = self.axes;
        let mut at = 0;
        for h in 0..z.output() {
            for i in 0..y.output() {
                let (depth, height) = (z.span(h), y.span(i));
                for j in 0..x.output() {
                    f(at, [h, i, j], [depth, height, x.span(j)]);
                    at += 1;
                }
            }
        }
    }

    /// Calls `f` with the position in its channel of every pixel of a window, in row-major order.
    #[inline(always)]
    pub(super) fn each_pixel(&self, [depth, height, width]: [Span; 3], mut f: impl FnMut(usize)) {
        let [_, y, x] = self.axes;
        for p in 0..depth.count {
            let plane = (depth.first + p * depth.step) * y.size();
            for q in 0..height.count {
                let row = (plane + height.first + q * height.step) * x.size();
                for r in 0..width.count {
                    f(row + width.first + r * width.step);
                }
            }
        }
    }
}

/// The methods of a pool whose windows all have one size.
macro_rules! settings {
    ($pool:ident) => {
        /// Sets the step from one window to the next; without it windows lie side by side.
        #[must_use]
        pub fn stride(mut self, stride: [usize; N]) -> $pool<N> {
            self.windows.stride = Some(stride);
            self
        }

        /// Sets how far windows reach beyond the image on both sides of each axis.
        #[must_use]
        pub fn padding(self, padding: [usize; N]) -> $pool<N> {
            self.padding_sides(padding.map(|n| (n, n)))
        }

        /// Sets how far windows reach beyond the image before and behind each axis.
        #[must_use]
        pub fn padding_sides(mut self, padding: [(usize, usize); N]) -> $pool<N> {
            self.windows.padding = padding;
            self
        }

        /// Sets the distance between neighbours in a window.
        #[must_use]
        pub fn dilation(mut self, dilation: [usize; N]) -> $pool<N> {
            self.windows.dilation = dilation;
            self
        }

        /// Adds a last window where pixels are left over, if it begins before the padding behind.
        #[must_use]
        pub fn ceil(mut self) -> $pool<N> {
            self.windows.ceil = true;
            self
        }
    };
}
pub(super) use settings;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_counts_are_those_of_the_definition() {
        for size in 1..8 {
            for kernel in 1..5 {
                for (stride, dilation, before, behind) in
                    [(1, 1, 0, 0), (2, 1, 1, 0), (3, 2, 1, 2), (2, 3, 2, 2), (4, 1, 0, 1)]
                {
                    for ceil in [false, true] {
                        let windows = Windows::<1> {
                            kernel: [kernel],
                            stride: Some([stride]),
                            padding: [(before, behind)],
                            dilation: [dilation],
                            ceil,
                        };
                        let Ok(axis) = windows.axis(0, size) else { continue };
                        for o in 0..axis.output() {
                            let taps = (0..kernel).map(|k| o * stride + k * dilation);
                            let padded = taps.clone().filter(|&at| at < size + before + behind).count();
                            let seen: Vec<usize> = taps
                                .filter(|&at| at >= before && at < size + before)
                                .map(|at| at - before)
                                .collect();
                            let span = axis.span(o);
                            let got: Vec<usize> =
                                (0..span.count).map(|k| span.first + k * span.step).collect();
                            assert_eq!(got, seen, "{windows:?} of {size} at {o}");
                            assert_eq!(axis.padded_count(o), padded, "{windows:?} of {size} at {o}");
                        }
                    }
                }
            }
        }
    }
}
