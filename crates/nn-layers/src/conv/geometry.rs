//! The shapes of a convolution, and its sum by the definition.

#[cfg(test)]
use std::ops::Range;

use nn_core::BindErrorKind;

use super::axis::Axis;

/// A convolution from `groups·inputs` channels to `groups·outputs`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    /// Depth, height and width.
    pub(super) axes: [Axis; 3],
    pub(super) groups: usize,
    /// Channels of a group.
    pub(super) inputs: usize,
    pub(super) outputs: usize,
}

impl Geometry {
    /// Refuses groups that do not divide the channels.
    pub(super) fn new(
        axes: [Axis; 3],
        groups: usize,
        inputs: usize,
        outputs: usize,
    ) -> Result<Geometry, BindErrorKind> {
        let divides = |channels: usize| channels > 0 && channels.is_multiple_of(groups);
        if groups == 0 || !divides(inputs) || !divides(outputs) {
            let what = format!("{groups} groups do not divide {inputs} input and {outputs} output channels");
            return Err(BindErrorKind::Setting { what });
        }
        Ok(Geometry { axes, groups, inputs: inputs / groups, outputs: outputs / groups })
    }

    fn product(&self, of: impl Fn(&Axis) -> usize) -> usize {
        self.axes.iter().fold(1, |product, axis| product.saturating_mul(of(axis)))
    }

    /// Pixels of a channel of the input.
    pub(super) fn pixels(&self) -> usize {
        self.product(|axis| axis.size)
    }

    /// Places of a channel of the output.
    pub(super) fn places(&self) -> usize {
        self.product(|axis| axis.output)
    }

    /// Weights between two channels.
    pub(super) fn taps(&self) -> usize {
        self.product(|axis| axis.kernel)
    }

    /// Floating-point operations for a sample.
    pub(super) fn flops(&self) -> usize {
        let weights = (self.groups * self.outputs).saturating_mul(self.inputs).saturating_mul(self.taps());
        weights.saturating_mul(self.places()).saturating_mul(2)
    }

    /// Calls `f(output, weight, input)` with the positions in a sample of y, in W and in a sample of x of every
    /// product of the sum for the output channels `channels`: seven loops, the judge of the fast forms.
    #[cfg(test)]
    pub(super) fn each_product(&self, channels: Range<usize>, mut f: impl FnMut(usize, usize, usize)) {
        let [z, y, x] = self.axes;
        for o in channels {
            let group = o / self.outputs;
            for at in 0..self.places() {
                let (i, j) = (at / x.output, at % x.output);
                let (h, i) = (i / y.output, i % y.output);
                for c in 0..self.inputs {
                    let plane = (group * self.inputs + c) * z.size;
                    for tap in 0..self.taps() {
                        let (p, q) = (tap / x.kernel, tap % x.kernel);
                        let (r, p) = (p / y.kernel, p % y.kernel);
                        let pixel = (z.source(h, r), y.source(i, p), x.source(j, q));
                        let (Some(depth), Some(row), Some(col)) = pixel else { continue };
                        let weight = (o * self.inputs + c) * self.taps() + tap;
                        let pixel = ((plane + depth) * y.size + row) * x.size + col;
                        f(o * self.places() + at, weight, pixel);
                    }
                }
            }
        }
    }
}
