//! Products with windows of a slice: what convolutions are made of.
//!
//! A convolution is a product of its weights with a matrix whose rows are windows of the image, one for each channel and tap of
//! the kernel. These functions read the windows where they lie.

use crate::Real;
use crate::gemm::windows::{correlate_on, multiply_on};
use crate::simd::Isa;

/// A tap of a kernel: where its number stands in the weights between two channels, and how far its window begins from the
/// first one of the channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::exhaustive_structs)] // plain data
pub struct Tap {
    /// In W.
    pub w: usize,
    /// In x.
    pub x: usize,
}

/// Weights and the windows that they meet. Distances are in elements.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_structs)] // plain data
pub struct Windows<'a, T> {
    /// W: the number of row i, channel c and tap t stands at `i·w_row + c·w_channel + taps[t].w`.
    pub w: &'a [T],
    /// Rows of W: channels of y.
    pub rows: usize,
    /// The distance of rows in W.
    pub w_row: usize,
    /// The distance of channels in W.
    pub w_channel: usize,
    /// x: the windows of channel c begin at `c·x_channel + taps[t].x`.
    pub x: &'a [T],
    /// Channels of x.
    pub channels: usize,
    /// The distance of channels in x.
    pub x_channel: usize,
    /// The taps between two channels.
    pub taps: &'a [Tap],
}

/// Places of y: planes of lines of `len` neighbours, and the pixels of x that the first tap of a kernel sees from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::exhaustive_structs)] // plain data
pub struct Places {
    /// Planes.
    pub planes: usize,
    /// Lines of a plane.
    pub lines: usize,
    /// Places of a line.
    pub len: usize,
    /// The distance of rows, which are channels, in y.
    pub y_row: usize,
    /// Where the first place stands in y and in x.
    pub y: usize,
    /// As above.
    pub x: usize,
    /// The distance of planes in y and in x.
    pub y_plane: usize,
    /// As above.
    pub x_plane: usize,
    /// The distance of lines in y and in x.
    pub y_line: usize,
    /// As above.
    pub x_line: usize,
}

/// (n - 1)·step for the last of n things.
fn last(n: usize, step: usize) -> usize {
    (n - 1).saturating_mul(step)
}

impl<T> Windows<'_, T> {
    fn is_empty(&self, places: &Places, samples: usize) -> bool {
        let Places { planes, lines, len, .. } = *places;
        [self.rows, self.channels, self.taps.len(), planes, lines, len, samples].contains(&0)
    }

    /// Panics where something lies beyond its slice, or there is nothing.
    #[track_caller]
    pub(crate) fn check(
        &self,
        places: &Places,
        (samples, y_sample, x_sample): (usize, usize, usize),
        [w, y]: [usize; 2],
    ) {
        assert!(!self.is_empty(places, samples));
        let p = places;
        let furthest = |of: fn(&Tap) -> usize| self.taps.iter().map(of).max().unwrap_or(0);
        let sum = |terms: &[usize]| terms.iter().fold(0, |sum: usize, &term| sum.saturating_add(term));
        let at_w =
            sum(&[last(self.rows, self.w_row), last(self.channels, self.w_channel), furthest(|t| t.w)]);
        let at_x = sum(&[
            last(self.channels, self.x_channel),
            furthest(|t| t.x),
            p.x,
            last(p.planes, p.x_plane),
            last(p.lines, p.x_line),
            p.len - 1,
            last(samples, x_sample),
        ]);
        let at_y = sum(&[
            last(self.rows, p.y_row),
            p.y,
            last(p.planes, p.y_plane),
            last(p.lines, p.y_line),
            p.len - 1,
            last(samples, y_sample),
        ]);
        assert!(at_w < w, "element {at_w} of {w} weights");
        assert!(at_x < self.x.len(), "element {at_x} of {} of x", self.x.len());
        assert!(at_y < y, "element {at_y} of {y} of y");
    }
}

/// `y[i, place] = bias[i] + Σ W[i, c, t] · x[c, t, place]`, or the sum added to y where `accumulate` says so; then there is no bias.
///
/// An element's sum has one order, that of channels and their taps, whatever the other places and rows are.
///
/// # Panics
/// Where rows, taps or places lie beyond their slices.
///
/// ```
/// use tensor_ops::windows::{Places, Tap, Windows, multiply};
/// let (w, x, mut y) = ([1.0, -1.0], [1.0, 4.0, 9.0, 16.0], [0.0; 3]);
/// let taps = [Tap { w: 0, x: 1 }, Tap { w: 1, x: 0 }]; // x[j + 1] - x[j]
/// let windows = Windows { w: &w, rows: 1, w_row: 2, w_channel: 2, x: &x, channels: 1, x_channel: 4, taps: &taps };
/// multiply(&windows, &Places { planes: 1, lines: 1, len: 3, ..Places::default() }, None, false, &mut y);
/// assert_eq!(y, [3.0, 5.0, 7.0]);
/// ```
#[track_caller]
pub fn multiply<T: Real>(
    windows: &Windows<'_, T>,
    places: &Places,
    bias: Option<&[T]>,
    accumulate: bool,
    y: &mut [T],
) {
    if !windows.is_empty(places, 1) {
        multiply_on(Isa::best(), windows, places, bias, accumulate, y);
    }
}

/// `dW[i, c, t] = Σ y[i, place] · x[c, t, place]` over the places of all samples, of which there are `samples.0`, `samples.1` apart in y
/// and `samples.2` in x. `windows.w` is not read.
///
/// # Panics
/// As [`multiply`].
///
/// ```
/// use tensor_ops::windows::{Places, Tap, Windows, correlate};
/// let (dy, x, mut dw) = ([1.0, 0.0, 2.0], [1.0, 4.0, 9.0, 16.0], [0.0; 2]);
/// let taps = [Tap { w: 0, x: 1 }, Tap { w: 1, x: 0 }];
/// let windows = Windows { w: &[], rows: 1, w_row: 2, w_channel: 2, x: &x, channels: 1, x_channel: 4, taps: &taps };
/// correlate(&windows, &Places { planes: 1, lines: 1, len: 3, ..Places::default() }, (1, 0, 0), &dy, &mut dw);
/// assert_eq!(dw, [4.0 + 32.0, 1.0 + 18.0]);
/// ```
#[track_caller]
pub fn correlate<T: Real>(
    windows: &Windows<'_, T>,
    places: &Places,
    samples: (usize, usize, usize),
    y: &[T],
    dw: &mut [T],
) {
    if !windows.is_empty(places, samples.0) {
        correlate_on(Isa::best(), windows, places, samples, y, dw);
    }
}

/// The transpose of a matrix of `rows` rows, in its place.
///
/// # Panics
/// Where the elements are no whole number of columns.
///
/// ```
/// let mut matrix = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// tensor_ops::windows::turn(&mut matrix, 2);
/// assert_eq!(matrix, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
/// ```
#[track_caller]
pub fn turn<T: Real>(matrix: &mut [T], rows: usize) {
    if rows < 2 || matrix.len() <= rows {
        return;
    }
    assert!(matrix.len().is_multiple_of(rows), "{} elements in {rows} rows", matrix.len());
    let cols = matrix.len() / rows;
    T::with_pack_buffer(|copy| {
        copy.clear();
        copy.extend_from_slice(matrix);
        for (j, to) in matrix.chunks_exact_mut(rows).enumerate() {
            for (i, to) in to.iter_mut().enumerate() {
                *to = copy[i * cols + j];
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Small integers, so that every order of summation gives the same, exact sum.
    fn values<T: Real>(n: usize, modulus: usize) -> Vec<T> {
        (0..n).map(|i| T::from_f64((i * 7 % modulus) as f64 - 3.0)).collect()
    }

    fn agree<T: Real>(rows: usize, channels: usize, lines: usize, len: usize) {
        let taps = [Tap { w: 0, x: 0 }, Tap { w: 2, x: 3 }, Tap { w: 1, x: 1 }];
        let (pitch, samples) = (len + 2, 2);
        let x_channel = 2 * (lines + 1) * pitch + 4;
        let (w_row, y_row) = (channels * 3 + 1, 2 * lines * len);
        let (w, x) = (values::<T>(rows * w_row, 11), values::<T>(samples * channels * x_channel, 13));
        let (y, bias) = (values::<T>(samples * rows * y_row, 7), values::<T>(rows, 5));
        let windows = Windows { w: &w, rows, w_row, w_channel: 3, x: &x, channels, x_channel, taps: &taps };
        let places = Places {
            planes: 2,
            lines,
            len,
            y_row,
            y: 0,
            x: 1,
            y_plane: lines * len,
            x_plane: (lines + 1) * pitch,
            y_line: len,
            x_line: pitch,
        };
        let mut want_y = vec![T::ZERO; rows * y_row];
        let mut want_w = vec![T::ZERO; rows * w_row];
        for i in 0..rows {
            for (p, l, j) in
                (0..2).flat_map(|p| (0..lines).flat_map(move |l| (0..len).map(move |j| (p, l, j))))
            {
                let at_y = i * y_row + (p * lines + l) * len + j;
                want_y[at_y] = bias[i];
                for c in 0..channels {
                    for tap in taps {
                        let at_w = i * w_row + c * 3 + tap.w;
                        let at_x = c * x_channel + tap.x + 1 + (p * (lines + 1) + l) * pitch + j;
                        want_y[at_y] += w[at_w] * x[at_x];
                        for s in 0..samples {
                            want_w[at_w] += y[s * rows * y_row + at_y] * x[s * channels * x_channel + at_x];
                        }
                    }
                }
            }
        }
        for &isa in Isa::available() {
            let mut got = vec![T::from_f64(f64::NAN); rows * y_row];
            multiply_on(isa, &windows, &places, Some(&bias), false, &mut got);
            assert!(got == want_y, "{isa:?} {rows} {channels} {lines} {len}");
            multiply_on(isa, &windows, &places, None, true, &mut got);
            let doubled = |i: usize| want_y[i] + want_y[i] - bias[i / y_row];
            assert!((0..got.len()).all(|i| got[i] == doubled(i)), "{isa:?} twice");
            let mut dw = vec![T::ZERO; rows * w_row];
            let apart = (samples, rows * y_row, channels * x_channel);
            correlate_on(isa, &windows, &places, apart, &y, &mut dw);
            assert!(dw == want_w, "{isa:?} {rows} {channels} {lines} {len} backward");
        }
    }

    #[test]
    fn every_instruction_set_agrees_with_the_definition() {
        for rows in if cfg!(miri) { 1..4 } else { 1..30 } {
            for (channels, lines, len) in [(1, 1, 1), (2, 3, 5), (3, 2, 16), (1, 2, 39), (2, 5, 33)] {
                agree::<f32>(rows, channels, lines, len);
                agree::<f64>(rows, channels, lines, len);
            }
        }
    }

    #[test]
    fn what_lies_beyond_is_refused() {
        let (w, x) = ([1.0; 4], [1.0; 8]);
        let taps = [Tap { w: 1, x: 2 }];
        let all =
            Windows { w: &w, rows: 2, w_row: 2, w_channel: 2, x: &x, channels: 1, x_channel: 8, taps: &taps };
        let places = Places { planes: 1, lines: 1, len: 6, y_row: 6, ..Places::default() };
        let run = |windows: Windows<'_, f64>, places: Places, n: usize| {
            std::panic::catch_unwind(|| multiply(&windows, &places, None, false, &mut vec![0.0; n])).is_ok()
        };
        assert!(run(all, places, 12));
        assert!(!run(all, places, 11));
        assert!(!run(Windows { rows: 3, ..all }, places, 18));
        assert!(!run(all, Places { len: 7, y_row: 7, ..places }, 14));
        assert!(!run(Windows { channels: 2, ..all }, places, 12));
        assert!(!run(all, Places { lines: usize::MAX, x_line: 2, ..places }, 12));
    }
}
