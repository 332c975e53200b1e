//! dW from images with their channels last: dW\[o, p, q, (r, c)\] = Σ dy\[o, place\] · x\[place + (p, q, r), c\].
//!
//! The taps along a line and the channels stand side by side there, so that they fill vectors where lines of places are short, and each
//! number of dy meets a vector: a product like that of the forward pass. The images are turned once for each step.

use std::ops::Range;

use tensor_ops::Real;
use tensor_ops::windows::{Places, Tap, Windows, multiply, turn};

use super::geometry::Geometry;

/// Places of y in one product; more are added in further ones.
const PLACES: usize = 64;
/// Lanes of the widest vectors, of f32.
const LANES: usize = 16;

/// A convolution whose images are turned for dW.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turned {
    g: Geometry,
    /// Padded pixels that windows see, axis by axis.
    lengths: [usize; 3],
}

impl Turned {
    /// Where that fills vectors better by a fifth than lines of places do: turning costs something too, and with 16 channels and lines of 32
    /// the product was slower. Groups share no lanes; a kernel of one tap gains nothing.
    pub(super) fn of(g: &Geometry) -> Option<Turned> {
        let along = &g.axes[2];
        let whole = |n: usize| n.div_ceil(LANES).saturating_mul(LANES);
        let lanes = along.kernel.saturating_mul(g.inputs);
        let here = lanes.saturating_mul(whole(along.output));
        let there = along.output.saturating_mul(whole(lanes));
        let fills = here.saturating_mul(5) >= there.saturating_mul(6);
        let lengths = g.axes.map(|a| {
            let reach = (a.kernel - 1).saturating_mul(a.dilation).saturating_add(1);
            (a.output - 1).saturating_mul(a.stride).saturating_add(reach)
        });
        (g.groups == 1 && g.taps() > 1 && along.dilation == 1 && fills).then_some(Turned { g: *g, lengths })
    }

    /// Elements of a sample's turned image.
    pub(super) fn image_len(&self) -> usize {
        self.lengths.iter().fold(self.g.inputs, |n, &len| n.saturating_mul(len))
    }

    /// A sample's image with its padding, channels last.
    pub(super) fn turn_image<T: Real>(&self, image: &[T], out: &mut [T]) {
        let (channels, pixels) = (self.g.inputs, self.g.pixels());
        let [z, y, x] = &self.g.axes;
        let [_, tall, wide] = self.lengths;
        for (line, out) in out.chunks_exact_mut(wide * channels).enumerate() {
            let row = z.pixel(line / tall).zip(y.pixel(line % tall));
            let Some((plane, row)) = row else {
                out.fill(T::ZERO);
                continue;
            };
            let first = (plane * y.size + row) * x.size;
            for (i, out) in out.chunks_exact_mut(channels).enumerate() {
                let Some(pixel) = x.pixel(i) else {
                    out.fill(T::ZERO);
                    continue;
                };
                let from = image[first + pixel..].iter().step_by(pixels);
                for (out, from) in out.iter_mut().zip(from) {
                    *out = *from;
                }
            }
        }
    }

    /// dW of the output channels `rows` over all samples.
    pub(super) fn weights<T: Real>(&self, images: &[T], dy: &[T], rows: Range<usize>, dw: &mut [T]) {
        let g = &self.g;
        let channels = g.inputs;
        let [z, y, x] = &g.axes;
        let [_, tall, wide] = self.lengths;
        let (line, plane) = (wide * channels, tall * wide * channels);
        let lanes = x.kernel * channels;
        let per_row = g.taps() * channels;
        let places = Places {
            planes: z.kernel,
            lines: y.kernel,
            len: lanes,
            y_row: per_row,
            y_plane: y.kernel * lanes,
            x_plane: z.dilation * plane,
            y_line: lanes,
            x_line: y.dilation * line,
            ..Places::default()
        };
        let samples = images.chunks_exact(self.image_len()).zip(dy.chunks_exact(g.outputs * g.places()));
        let mut room = [Tap::default(); PLACES];
        for (sample, (image, dy)) in samples.enumerate() {
            let dy = &dy[rows.start * g.places()..];
            for depth in 0..z.output {
                for first in (0..x.output).step_by(PLACES) {
                    let count = PLACES.min(x.output - first);
                    for (j, tap) in room[..count].iter_mut().enumerate() {
                        *tap = Tap { w: first + j, x: (first + j) * x.stride * channels };
                    }
                    let windows = Windows {
                        w: &dy[depth * y.output * x.output..],
                        rows: rows.len(),
                        w_row: g.places(),
                        w_channel: x.output,
                        x: &image[depth * z.stride * plane..],
                        channels: y.output,
                        x_channel: y.stride * line,
                        taps: &room[..count],
                    };
                    multiply(&windows, &places, None, sample + depth + first > 0, dw);
                }
            }
        }
        for dw in dw.chunks_exact_mut(per_row) {
            turn(dw, g.taps());
        }
    }
}
