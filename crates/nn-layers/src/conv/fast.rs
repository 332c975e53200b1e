//! The three sums of a convolution as products with windows: forward, backward to the image, backward to the weights.
//!
//! The image is laid out once ([`Layout`]), then read where it lies: for a kernel of 3 x 3 an im2col would write nine times as
//! much. The gradient of the image is again such a product, of dy with a margin, slot by slot.

use std::ops::Range;

use tensor_ops::Real;
use tensor_ops::windows::{Places, Tap, Windows, correlate, multiply};

use super::geometry::Geometry;
use super::layout::Layout;
use super::strung::{cut, merged, strung};

/// Taps in one product; more are added in further ones.
const TAPS: usize = 64;

/// A convolution with the layouts that its sums need.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fast {
    pub(super) g: Geometry,
    layout: Layout,
}

impl Fast {
    pub(super) fn new(g: Geometry) -> Fast {
        Fast { g, layout: Layout::new(&g) }
    }

    /// Elements of a sample's laid out image; none where it lies like that already.
    pub(super) fn image_len(&self) -> usize {
        if self.layout.is_image {
            0
        } else {
            (self.g.groups * self.g.inputs).saturating_mul(self.layout.channel())
        }
    }

    /// Elements of scratch for [`Fast::forward`] and for [`Fast::pull_back`].
    pub(super) fn scratch_len(&self) -> usize {
        let strung = |places: Places, channels: usize| match strung(&places) {
            Some(strung) => channels.saturating_mul(strung.y_row),
            None => 0,
        };
        let channels = self.g.groups * self.g.inputs;
        let margin = if self.has_margin() { self.margin_len() } else { 0 };
        let back = match self.writes_image() {
            true => strung(self.slot_places(0), channels),
            false => channels.saturating_mul(self.layout.channel()),
        };
        strung(self.places(), self.g.groups * self.g.outputs).max(margin.saturating_add(back))
    }

    /// A sample's image as the sums want it, in `out` where it has to be laid out.
    pub(super) fn lay_out<'a, T: Real>(&self, image: &'a [T], out: &'a mut [T]) -> &'a [T] {
        if self.layout.is_image {
            return image;
        }
        self.layout.lay_out(image, self.g.groups * self.g.inputs, out);
        out
    }

    /// Taps of the whole kernel from number `first` on, no more than there is room for.
    fn taps(&self, first: usize, room: &mut [Tap; TAPS]) -> usize {
        let [z, y, x] = self.layout.splits;
        let kernel = self.g.axes.map(|axis| axis.kernel);
        let count = (self.g.taps() - first).min(TAPS);
        for (i, tap) in room[..count].iter_mut().enumerate() {
            let w = first + i;
            let (p, a) = z.window(w / (kernel[1] * kernel[2]));
            let (q, b) = y.window(w / kernel[2] % kernel[1]);
            let (r, c) = x.window(w % kernel[2]);
            let slot = (p * y.slots + q) * x.slots + r;
            *tap = Tap { w, x: slot * self.layout.slot + (a * y.len + b) * x.len + c };
        }
        count
    }

    /// The places of y, and what they see of the layout.
    fn places(&self) -> Places {
        let [z, y, x] = self.g.axes.map(|axis| axis.output);
        let [_, tall, wide] = self.layout.splits.map(|split| split.len);
        merged(Places {
            planes: z,
            lines: y,
            len: x,
            y_row: self.g.places(),
            y_plane: y * x,
            x_plane: tall * wide,
            y_line: x,
            x_line: wide,
            ..Places::default()
        })
    }

    /// y = W * x + b for one sample.
    pub(super) fn forward<T: Real>(
        &self,
        w: &[T],
        bias: Option<&[T]>,
        image: &[T],
        y: &mut [T],
        scratch: &mut [T],
    ) {
        let places = self.places();
        let Some(strung) = strung(&places) else { return self.forward_to(w, bias, image, &places, y) };
        let out = &mut scratch[..self.g.groups * self.g.outputs * strung.y_row];
        self.forward_to(w, bias, image, &strung, out);
        cut(&places, &strung, out, y);
    }

    fn forward_to<T: Real>(&self, w: &[T], bias: Option<&[T]>, image: &[T], places: &Places, y: &mut [T]) {
        let (g, x_channel) = (&self.g, self.layout.channel());
        let mut room = [Tap::default(); TAPS];
        for first in (0..g.taps()).step_by(TAPS) {
            let taps = self.taps(first, &mut room);
            for (group, y) in y.chunks_exact_mut(g.outputs * places.y_row).enumerate() {
                let windows = Windows {
                    w: &w[group * g.outputs * g.inputs * g.taps()..],
                    rows: g.outputs,
                    w_row: g.inputs * g.taps(),
                    w_channel: g.taps(),
                    x: &image[group * g.inputs * x_channel..],
                    channels: g.inputs,
                    x_channel,
                    taps: &room[..taps],
                };
                let bias = bias.map(|bias| &bias[group * g.outputs..][..g.outputs]).filter(|_| first == 0);
                multiply(&windows, places, bias, first > 0, y);
            }
        }
    }

    /// dx for one sample; with another name the forward pass of the transpose. `bias` is added to every channel of dx.
    pub(super) fn pull_back<T: Real>(
        &self,
        w: &[T],
        bias: Option<&[T]>,
        dy: &[T],
        dx: &mut [T],
        scratch: &mut [T],
    ) {
        let g = &self.g;
        let margin = if self.has_margin() { self.margin_len() } else { 0 };
        let (with_margin, rest) = scratch.split_at_mut(margin);
        let dy = if self.has_margin() {
            self.add_margin(dy, with_margin);
            &*with_margin
        } else {
            dy
        };
        let channels = g.groups * g.inputs;
        if self.writes_image() {
            let places = self.slot_places(0);
            let Some(strung) = strung(&places) else {
                return self.pull_back_slot(0, w, bias, dy, &places, dx);
            };
            let out = &mut rest[..channels * strung.y_row];
            self.pull_back_slot(0, w, bias, dy, &strung, out);
            return cut(&places, &strung, out, dx);
        }
        let laid_out = &mut rest[..channels * self.layout.channel()];
        for slot in 0..self.layout.slots {
            self.pull_back_slot(slot, w, None, dy, &self.slot_places(slot), laid_out);
        }
        self.layout.gather_back(laid_out, channels, dx);
        if let Some(bias) = bias {
            for (dx, bias) in dx.chunks_exact_mut(g.pixels()).zip(bias) {
                dx.iter_mut().for_each(|dx| *dx += *bias);
            }
        }
    }

    /// The places of a slot whose gradients matter, in the layout or in the image where the one is written into the other, and
    /// what they see of dy with its margin.
    fn slot_places(&self, i: usize) -> Places {
        let [z, y, x] = self.layout.splits;
        let direct = self.writes_image();
        let channel = if direct { self.g.pixels() } else { self.layout.channel() };
        let [rows, cols] = if direct { [self.g.axes[1].size, self.g.axes[2].size] } else { [y.len, x.len] };
        let [_, tall, wide] = self.margins();
        let slot = self.layout.slot_at(i);
        let [(z0, z1), (y0, y1), (x0, x1)] = [z.matters(slot[0]), y.matters(slot[1]), x.matters(slot[2])];
        merged(Places {
            planes: z1 - z0,
            lines: y1 - y0,
            len: x1 - x0,
            y_row: channel,
            y: if direct { 0 } else { i * self.layout.slot + (z0 * rows + y0) * cols + x0 },
            x: (z0 * tall + y0) * wide + x0,
            y_plane: rows * cols,
            x_plane: tall * wide,
            y_line: cols,
            x_line: wide,
        })
    }

    /// The gradient of one slot.
    fn pull_back_slot<T: Real>(
        &self,
        i: usize,
        w: &[T],
        bias: Option<&[T]>,
        dy: &[T],
        places: &Places,
        dx: &mut [T],
    ) {
        let g = &self.g;
        let [z, y, x] = self.layout.splits;
        let slot = self.layout.slot_at(i);
        let margin = self.margins();
        let kernel = g.axes.map(|axis| axis.kernel);
        let mut room = [Tap::default(); TAPS];
        let (mut count, mut done) = (0, false);
        let run = |taps: &[Tap], more: bool, dx: &mut [T]| {
            let dy_channel = margin.iter().product::<usize>();
            for (group, dx) in dx.chunks_exact_mut(g.inputs * places.y_row).enumerate() {
                let windows = Windows {
                    w: &w[group * g.outputs * g.inputs * g.taps()..],
                    rows: g.inputs,
                    w_row: g.taps(),
                    w_channel: g.inputs * g.taps(),
                    x: &dy[group * g.outputs * dy_channel..],
                    channels: g.outputs,
                    x_channel: dy_channel,
                    taps,
                };
                let bias = bias.map(|bias| &bias[group * g.inputs..][..g.inputs]).filter(|_| !more);
                multiply(&windows, places, bias, more, dx);
            }
        };
        for p in z.taps(slot[0]) {
            for q in y.taps(slot[1]) {
                for r in x.taps(slot[2]) {
                    let [a, b, c] = [z.window(p).1, y.window(q).1, x.window(r).1];
                    let [a, b, c] = [z.shift - a, y.shift - b, x.shift - c];
                    let at = (a * margin[1] + b) * margin[2] + c;
                    room[count] = Tap { w: (p * kernel[1] + q) * kernel[2] + r, x: at };
                    count += 1;
                    if count == TAPS {
                        run(&room, done, dx);
                        (count, done) = (0, true);
                    }
                }
            }
        }
        if count > 0 {
            run(&room[..count], done, dx);
        }
    }

    /// dW of the output channels `rows` over all samples; `images` are laid out where that is not their own form.
    pub(super) fn weights<T: Real>(&self, images: &[T], dy: &[T], rows: Range<usize>, dw: &mut [T]) {
        let g = &self.g;
        let (places, x_channel) = (self.places(), self.layout.channel());
        let (dy_sample, x_sample) = (g.groups * g.outputs * g.places(), g.groups * g.inputs * x_channel);
        let per_row = g.inputs * g.taps();
        let mut room = [Tap::default(); TAPS];
        for first in (0..g.taps()).step_by(TAPS) {
            let taps = self.taps(first, &mut room);
            let mut row = rows.start;
            while row < rows.end {
                let group = row / g.outputs;
                let end = rows.end.min((group + 1) * g.outputs);
                let windows = Windows {
                    w: &[],
                    rows: end - row,
                    w_row: per_row,
                    w_channel: g.taps(),
                    x: &images[group * g.inputs * x_channel..],
                    channels: g.inputs,
                    x_channel,
                    taps: &room[..taps],
                };
                let samples = (dy.len() / dy_sample, dy_sample, x_sample);
                let dw = &mut dw[(row - rows.start) * per_row..];
                correlate(&windows, &places, samples, &dy[row * g.places()..], dw);
                row = end;
            }
        }
    }

    /// Whether the gradient of the layout is that of the image, place for place.
    fn writes_image(&self) -> bool {
        self.layout.splits.iter().zip(&self.g.axes).all(|(split, axis)| {
            let (low, high) = split.matters(0);
            split.stride() == 1 && low == axis.before && high - low == axis.size
        })
    }

    fn has_margin(&self) -> bool {
        self.layout.splits.iter().any(|split| split.shift > 0)
    }

    /// The lengths of dy with a margin of as many zeros as windows are shifted, on both sides.
    fn margins(&self) -> [usize; 3] {
        std::array::from_fn(|a| self.g.axes[a].output + 2 * self.layout.splits[a].shift)
    }

    fn margin_channel(&self) -> usize {
        self.margins().iter().fold(1, |n, &len| n.saturating_mul(len))
    }

    fn margin_len(&self) -> usize {
        (self.g.groups * self.g.outputs).saturating_mul(self.margin_channel())
    }

    fn add_margin<T: Real>(&self, dy: &[T], out: &mut [T]) {
        let [depth, height, width] = self.g.axes.map(|axis| axis.output);
        let [_, tall, wide] = self.margins();
        let [z, y, x] = self.layout.splits.map(|split| split.shift);
        out.fill(T::ZERO);
        let channels =
            dy.chunks_exact(depth * height * width).zip(out.chunks_exact_mut(self.margin_channel()));
        for (dy, out) in channels {
            for (i, line) in dy.chunks_exact(width).enumerate() {
                let at = ((z + i / height) * tall + y + i % height) * wide + x;
                out[at..at + width].copy_from_slice(line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::axis::{Axis, PaddingMode};
    use super::*;
    use proptest::prelude::*;

    /// Small integers, so that every order of summation gives the same, exact sum.
    fn values(n: usize, modulus: usize) -> Vec<f64> {
        (0..n).map(|i| (i * 7 % modulus) as f64 - 3.0).collect()
    }

    fn axis() -> impl Strategy<Value = Axis> {
        let sizes = (1usize..9, 1usize..5, 1usize..4, 1usize..4, 0usize..4, 0usize..4);
        let modes = prop::sample::select(vec![
            PaddingMode::Zeros,
            PaddingMode::Zeros,
            PaddingMode::Reflect,
            PaddingMode::Replicate,
            PaddingMode::Circular,
        ]);
        (sizes, modes).prop_filter_map("no such axis", |((n, k, s, d, before, behind), mode)| {
            Axis::new(n, [k, s, d], (before, behind), mode).ok()
        })
    }

    proptest! {
        /// The three sums over random geometry against the seven loops.
        #[test]
        fn all_sums_are_those_of_the_definition(
            axes in [axis(), axis(), axis()], flat in 0usize..3,
            groups in 1usize..4, inputs in 1usize..4, outputs in 1usize..4, samples in 1usize..3, long: bool,
        ) {
            let mut axes = axes;
            axes[..flat].fill(Axis::NONE);
            if long && flat == 2 {
                // More taps than one product takes.
                axes[2] = Axis::new(150, [70, 2, 1], (3, 4), PaddingMode::Zeros).unwrap();
            }
            let g = Geometry::new(axes, groups, groups * inputs, groups * outputs).unwrap();
            let fast = Fast::new(g);
            let (nx, ny) = (groups * inputs * g.pixels(), groups * outputs * g.places());
            let w = values(groups * outputs * inputs * g.taps(), 11);
            let (x, dy, bias) = (values(samples * nx, 13), values(samples * ny, 7), values(groups * outputs, 5));
            let mut dw = vec![0.0; w.len()];
            let len = fast.image_len();
            let mut images = vec![f64::NAN; samples * len];
            for s in 0..samples {
                let (x, dy) = (&x[s * nx..][..nx], &dy[s * ny..][..ny]);
                let mut want: Vec<f64> = bias.iter().flat_map(|&b| vec![b; g.places()]).collect();
                let mut want_dx = vec![0.0; nx];
                g.each_product(0..groups * outputs, |at_y, at_w, at_x| {
                    want[at_y] += w[at_w] * x[at_x];
                    want_dx[at_x] += w[at_w] * dy[at_y];
                    dw[at_w] += x[at_x] * dy[at_y];
                });
                let (mut y, mut dx) = (vec![f64::NAN; ny], vec![f64::NAN; nx]);
                fast.forward(&w, Some(&bias), fast.lay_out(x, &mut images[s * len..][..len]), &mut y, &mut vec![f64::NAN; fast.scratch_len()]);
                prop_assert_eq!(&y, &want);
                fast.pull_back(&w, None, dy, &mut dx, &mut vec![f64::NAN; fast.scratch_len()]);
                prop_assert_eq!(&dx, &want_dx);
            }
            let images = if len == 0 { &x } else { &images };
            let middle = groups * outputs / 2;
            let mut got = vec![f64::NAN; w.len()];
            let (low, high) = got.split_at_mut(middle * inputs * g.taps());
            fast.weights(images, &dy, 0..middle, low);
            fast.weights(images, &dy, middle..groups * outputs, high);
            prop_assert_eq!(&got, &dw);
            if let Some(turned) = super::super::turned::Turned::of(&g) {
                let len = turned.image_len();
                let mut images = vec![f64::NAN; samples * len];
                for (x, image) in x.chunks_exact(nx).zip(images.chunks_exact_mut(len)) {
                    turned.turn_image(x, image);
                }
                let mut got = vec![f64::NAN; w.len()];
                let (low, high) = got.split_at_mut(middle * inputs * g.taps());
                turned.weights(&images, &dy, 0..middle, low);
                turned.weights(&images, &dy, middle..groups * outputs, high);
                prop_assert_eq!(&got, &dw);
            }
        }
    }
}
