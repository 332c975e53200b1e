//! A batch in a buffer, and how rows come into it.

use tensor_ops::{Real, Shape, pool, simd};

use crate::Targets;

/// A batch in the buffer.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Selection<'b, T> {
    /// The number of samples.
    pub samples: usize,
    /// The samples, one after the other.
    pub inputs: &'b [T],
    /// Their targets.
    pub targets: SelectedTargets<'b, T>,
}

/// The targets of a batch.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum SelectedTargets<'b, T> {
    /// One class number a sample.
    Classes(&'b [usize]),
    /// Real values, with the shape of one sample's.
    Values(&'b [T], Shape),
}

/// A buffer with a batch, which [`Batches::ahead`](super::Batches::ahead) passes from thread to thread.
#[derive(Debug, Clone)]
pub struct Batch<T> {
    pub(super) samples: usize,
    pub(super) inputs: Vec<T>,
    pub(super) labels: Vec<usize>,
    pub(super) values: Vec<T>,
    /// The shape of a sample's values; `None` for classes.
    pub(super) target: Option<Shape>,
}

impl<T> Default for Batch<T> {
    fn default() -> Batch<T> {
        Batch { samples: 0, inputs: Vec::new(), labels: Vec::new(), values: Vec::new(), target: None }
    }
}

impl<T: Real> Batch<T> {
    /// With room for this many samples of `width` numbers and their targets.
    pub(super) fn with_room(samples: usize, width: usize, targets: &Targets<T>, mixes: bool) -> Batch<T> {
        let mut batch = Batch { inputs: Vec::with_capacity(samples * width), ..Batch::default() };
        batch.prepare(targets, mixes);
        match batch.target {
            Some(shape) => batch.values.reserve(samples * shape.size()),
            None => batch.labels.reserve(samples),
        }
        batch
    }

    /// Says what targets it has: those of the set, or probabilities where classes are mixed.
    pub(super) fn prepare(&mut self, targets: &Targets<T>, mixes: bool) {
        self.target = match targets {
            Targets::Values(values) => Shape::new(&values.shape().as_slice()[1..]).ok(),
            Targets::Classes { classes, .. } if mixes => Some([*classes].into()),
            Targets::Classes { .. } => None,
        };
    }

    /// The batch that is in the buffer.
    pub fn selection(&self) -> Selection<'_, T> {
        let targets = match self.target {
            Some(shape) => SelectedTargets::Values(&self.values, shape),
            None => SelectedTargets::Classes(&self.labels),
        };
        Selection { samples: self.samples, inputs: &self.inputs, targets }
    }
}

/// Bytes in a piece of a copy: half a batch of 64 images of MNIST, some 5 µs.
const PIECE: usize = 100_000;
/// Bytes that are copied between two hints: few enough that the hints do not wait for one another.
const STRIDE: usize = 256;

/// The rows `samples` of `count` rows, one after the other, on several threads. Rows lie anywhere in memory: while one is
/// copied the next is asked for.
pub(super) fn copy_rows<U: Copy + Default + Send + Sync>(
    rows: &[U],
    count: usize,
    samples: &[usize],
    out: &mut Vec<U>,
) {
    let width = rows.len() / count;
    out.resize(samples.len() * width, U::default());
    let of_piece = (PIECE / size_of_val(&rows[..width]).max(1)).max(1);
    let stride = (STRIDE / size_of::<U>().max(1)).max(1);
    let row_of = |i: usize| &rows[i * width..(i + 1) * width];
    pool::split(samples.len().div_ceil(of_piece), [(&mut out[..], of_piece * width)], |piece, [out]| {
        let samples = &samples[piece * of_piece..];
        for (k, out) in out.chunks_exact_mut(width.max(1)).enumerate() {
            let row = row_of(samples[k]);
            let next = samples.get(k + 1).map_or(row, |&i| row_of(i));
            for ((out, row), next) in out.chunks_mut(stride).zip(row.chunks(stride)).zip(next.chunks(stride))
            {
                simd::prefetch(next);
                out.copy_from_slice(row);
            }
        }
    });
}
