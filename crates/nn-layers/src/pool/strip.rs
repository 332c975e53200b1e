//! A line of pixels with room for padding on both sides, parted into as many *phases* as a step has pixels: pixel i is the one
//! number i / stride of phase i % stride. There the pixels that tap r of all places sees stand side by side, and loops over places vectorise.
//!
//! Lengths are whole blocks, so that no loop ends with single elements; what lies behind the last place is computed and left.

use tensor_ops::Real;

use super::window::Axis;

/// Elements of a block: lanes of the widest vectors, of f32.
pub(super) const BLOCK: usize = 16;

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
            2 => {
                let (even, odd) = phases[..2 * self.phase].split_at_mut(self.phase);
                let (even, odd) = (even.as_chunks_mut::<BLOCK>().0, odd.as_chunks_mut::<BLOCK>().0);
                let pairs = line.as_chunks::<{ 2 * BLOCK }>().0;
                for ((even, odd), pairs) in even.iter_mut().zip(odd).zip(pairs) {
                    let mut parted = [[T::ZERO; BLOCK]; 2];
                    for l in 0..BLOCK {
                        parted[0][l] = pairs[2 * l];
                        parted[1][l] = pairs[2 * l + 1];
                    }
                    [*even, *odd] = parted;
                }
            }
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
                let pairs = line.as_chunks_mut::<2>().0[..self.phase].iter_mut();
                for ((pair, even), odd) in pairs.zip(even).zip(odd) {
                    *pair = [*even, *odd];
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

fn blocks(n: usize) -> usize {
    n.div_ceil(BLOCK).saturating_mul(BLOCK)
}
