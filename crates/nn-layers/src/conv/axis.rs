//! One spatial axis of a convolution: how far the kernel reaches, and what lies beyond the edge.

use nn_core::BindErrorKind;

/// How far the kernel reaches beyond the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Padding<const N: usize> {
    /// Not at all.
    Valid,
    /// So far that y is as large as x; needs stride 1. An odd total has one more behind, as in PyTorch.
    Same,
    /// This far on both sides of each axis.
    Explicit([usize; N]),
    /// This far before and behind each axis.
    Sides([(usize, usize); N]),
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

impl<const N: usize> Padding<N> {
    /// Before and behind an axis along which the kernel reaches over `reach` pixels more than one.
    pub(super) fn sides(&self, axis: usize, reach: usize, stride: usize) -> Result<(usize, usize), String> {
        match *self {
            Padding::Valid => Ok((0, 0)),
            Padding::Explicit(both) => Ok((both[axis], both[axis])),
            Padding::Sides(sides) => Ok(sides[axis]),
            Padding::Same if stride == 1 => Ok((reach / 2, reach - reach / 2)),
            Padding::Same => Err(format!("\"same\" padding needs stride 1, got {stride}")),
        }
    }
}

/// One axis of the geometry: `output` places, each of which sees `kernel` of `size` pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) size: usize,
    pub(super) output: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) dilation: usize,
    pub(super) before: usize,
    pub(super) mode: PaddingMode,
}

impl Axis {
    /// An axis that is not there.
    pub(super) const NONE: Axis =
        Axis { size: 1, output: 1, kernel: 1, stride: 1, dilation: 1, before: 0, mode: PaddingMode::Zeros };

    /// Refuses what is 0.
    pub(super) fn positive(kernel: usize, stride: usize, dilation: usize) -> Result<(), BindErrorKind> {
        if kernel > 0 && stride > 0 && dilation > 0 {
            return Ok(());
        }
        let what = format!("kernel {kernel}, stride {stride} and dilation {dilation} have to be positive");
        Err(BindErrorKind::Setting { what })
    }

    /// ⌊(size + padding - dilation·(kernel - 1) - 1) / stride⌋ + 1 places.
    pub(super) fn new(
        size: usize,
        [kernel, stride, dilation]: [usize; 3],
        (before, behind): (usize, usize),
        mode: PaddingMode,
    ) -> Result<Axis, BindErrorKind> {
        let refuse = |what: String| Err(BindErrorKind::Setting { what });
        Axis::positive(kernel, stride, dilation)?;
        // Mirroring needs more pixels than it fills, wrapping at least as many.
        let most = match mode {
            PaddingMode::Zeros | PaddingMode::Replicate => usize::MAX,
            PaddingMode::Reflect => size.saturating_sub(1),
            PaddingMode::Circular => size,
        };
        let widest = before.max(behind);
        if widest > most {
            return refuse(format!("{mode:?} padding of {widest} on an axis of length {size}"));
        }
        let (total, reach) = (before.saturating_add(behind), (kernel - 1).saturating_mul(dilation));
        match size.saturating_add(total).checked_sub(reach.saturating_add(1)) {
            Some(room) => {
                Ok(Axis { size, output: room / stride + 1, kernel, stride, dilation, before, mode })
            }
            None => refuse(format!(
                "a kernel of {kernel} with dilation {dilation} reaches over {} pixels, \
                 but an axis of length {size} with padding {total} has {}{}",
                reach.saturating_add(1),
                size.saturating_add(total),
                super::CHANNELS_FIRST
            )),
        }
    }

    /// The pixel that kernel position `k` sees from place `o` of the output; `None` for a zero beyond the edge.
    #[cfg(test)]
    pub(super) fn source(&self, o: usize, k: usize) -> Option<usize> {
        self.pixel(o * self.stride + k * self.dilation)
    }

    /// The pixel at a place of the padded axis; `None` for a zero beyond the edge.
    pub(super) fn pixel(&self, padded: usize) -> Option<usize> {
        let at = padded as isize - self.before as isize;
        let (n, last) = (self.size as isize, self.size as isize - 1);
        let at = match self.mode {
            PaddingMode::Zeros if !(0..n).contains(&at) => return None,
            PaddingMode::Zeros => at,
            PaddingMode::Replicate => at.clamp(0, last),
            PaddingMode::Circular => at.rem_euclid(n),
            // Behind what windows see, where a layout has places left over, there may be no mirror image.
            PaddingMode::Reflect => (last - (last - at.abs()).abs()).max(0),
        };
        Some(at as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_no_tap_reads_is_a_pixel_all_the_same() {
        let axis = Axis::new(4, [4, 3, 1], (0, 3), PaddingMode::Reflect).unwrap();
        let pixels: Vec<_> = (0..9).map(|place| axis.pixel(place)).collect();
        assert_eq!(pixels, [0, 1, 2, 3, 2, 1, 0, 0, 0].map(Some));
    }
}
