//! A line of pixels with room for padding on both sides, parted into as many *phases* as a step has pixels: pixel i is the one
//! number i / stride of phase i % stride. There the pixels that tap r of all places sees stand side by side, and loops over places vectorise.
//!
//! Lengths are whole blocks, so that no loop ends with single elements; what lies behind the last place is computed and left.

use tensor_ops::Real;

use super::window::Axis;

/// Elements of a block: lanes of the widest vectors, of f32.
const BLOCK: usize = 16;

/// The last axis of a pool.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strip {
    pub(super) output: usize,
    pub(super) kernel: usize,
    stride: usize,
    dilation: usize,
    /// Padding before the first pixel.
    pub(super) before: usize,
    /// Pixels that windows see, at most all.
    pub(super) used: usize,
    /// Places in whole blocks.
    pub(super) places: usize,
    /// Elements of a phase.
    phase: usize,
}

impl Strip {
    pub(super) fn new(axis: &Axis) -> Strip {
        let (size, output) = (axis.size(), axis.output());
        let (kernel, dilation) = (axis.kernel(), axis.dilation());
        let (stride, before) = match *axis {
            Axis::Windows { stride, before, .. } => (stride, before),
            Axis::Cells { .. } => (1, 0),
        };
        let places = blocks(output);
        let phase = blocks(places.saturating_add((kernel - 1).saturating_mul(dilation) / stride));
        let used = size.min(phase.saturating_mul(stride).saturating_sub(before));
        Strip { output, kernel, stride, dilation, before, used, places, phase }
    }

    /// Elements of a line with its padding, and of all its phases.
    pub(super) fn len(&self) -> usize {
        self.phase.saturating_mul(self.stride)
    }

    /// Where the pixels that tap `r` sees begin among the phases.
    #[inline(always)]
    pub(super) fn seen(&self, r: usize) -> usize {
        let at = r * self.dilation;
        at % self.stride * self.phase + at / self.stride
    }

    /// The phases of a line.
    #[inline(always)]
    pub(super) fn part<T: Real>(&self, line: &[T], phases: &mut [T]) {
        match self.stride {
            1 => phases[..self.phase].copy_from_slice(&line[..self.phase]),
            2 => part_by::<T, 2>(line, phases, self.phase),
            3 => part_by::<T, 3>(line, phases, self.phase),
            stride => {
                for s in 0..stride {
                    for j in 0..self.phase {
                        phases[s * self.phase + j] = line[j * stride + s];
                    }
                }
            }
        }
    }

    /// The line of some phases.
    #[inline(always)]
    pub(super) fn join<T: Real>(&self, phases: &[T], line: &mut [T]) {
        match self.stride {
            1 => line[..self.phase].copy_from_slice(&phases[..self.phase]),
            2 => {
                let (even, odd) = phases[..2 * self.phase].split_at(self.phase);
                let pairs = &mut line.as_chunks_mut::<2>().0[..even.len()];
                for j in 0..even.len() {
                    pairs[j] = [even[j], odd[j]];
                }
            }
            stride => {
                for s in 0..stride {
                    for j in 0..self.phase {
                        line[j * stride + s] = phases[s * self.phase + j];
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn part_by<T: Real, const S: usize>(line: &[T], phases: &mut [T], phase: usize) {
    let steps = &line.as_chunks::<S>().0[..phase];
    for s in 0..S {
        let phase = &mut phases[s * phase..][..steps.len()];
        for j in 0..steps.len() {
            phase[j] = steps[j][s];
        }
    }
}

fn blocks(n: usize) -> usize {
    n.div_ceil(BLOCK).saturating_mul(BLOCK)
}
