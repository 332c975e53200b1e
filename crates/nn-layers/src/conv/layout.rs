//! How a padded image lies in memory so that every tap of a kernel is a window of it: one run of neighbours for a line of y.
//!
//! With stride s, tap k of an axis sees the padded pixels o·s + k·dilation: those of one remainder modulo s. So an axis is split
//! into its remainders, *slots*, and within a slot the window of tap k begins ⌊k·dilation / s⌋ places in. An image that is not
//! padded and has stride 1 lies like that already.

use tensor_ops::Real;

use super::axis::{Axis, PaddingMode};
use super::geometry::Geometry;

/// One axis, split into slots.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    axis: Axis,
    /// Taps k and k + period are in the same slot.
    period: usize,
    /// Slots that some tap sees, at most `period`.
    pub(super) slots: usize,
    /// Places of a slot: as many as y has, and `shift` more.
    pub(super) len: usize,
    /// Where the window of the last tap begins.
    pub(super) shift: usize,
}

impl Split {
    fn new(axis: Axis) -> Split {
        let period = axis.stride / gcd(axis.stride, axis.dilation);
        let shift = (axis.kernel - 1) * axis.dilation / axis.stride;
        Split { axis, period, slots: period.min(axis.kernel), len: axis.output + shift, shift }
    }

    /// The slot of a tap, and where its window begins there.
    pub(super) fn window(&self, tap: usize) -> (usize, usize) {
        (tap % self.period, tap * self.axis.dilation / self.axis.stride)
    }

    /// The taps of a slot.
    pub(super) fn taps(&self, slot: usize) -> impl Iterator<Item = usize> + use<> {
        (slot..self.axis.kernel).step_by(self.period)
    }

    /// The pixel at place t of a slot.
    pub(super) fn pixel(&self, slot: usize, t: usize) -> Option<usize> {
        self.axis.pixel(t * self.axis.stride + self.remainder(slot))
    }

    fn remainder(&self, slot: usize) -> usize {
        slot * self.axis.dilation % self.axis.stride
    }

    /// The places of a slot that are pixels by themselves, and the first of these pixels; where there is something else than zeros
    /// beyond the edge, all places matter.
    pub(super) fn inside(&self, slot: usize) -> (usize, usize) {
        let (before, stride) = (self.axis.before, self.axis.stride);
        let remainder = self.remainder(slot);
        let low = before.saturating_sub(remainder).div_ceil(stride);
        let high = (self.axis.size + before).saturating_sub(remainder).div_ceil(stride);
        (low.min(self.len), high.min(self.len).max(low.min(self.len)))
    }

    /// The places of a slot whose gradients matter.
    pub(super) fn matters(&self, slot: usize) -> (usize, usize) {
        if self.axis.mode == PaddingMode::Zeros { self.inside(slot) } else { (0, self.len) }
    }

    pub(super) fn stride(&self) -> usize {
        self.axis.stride
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// All axes, split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) splits: [Split; 3],
    /// Slots of a channel, and places of a slot.
    pub(super) slots: usize,
    pub(super) slot: usize,
    /// The image lies like this already.
    pub(super) is_image: bool,
}

impl Layout {
    pub(super) fn new(g: &Geometry) -> Layout {
        let splits = g.axes.map(Split::new);
        let is_image =
            splits.iter().all(|s| s.axis.stride == 1 && s.axis.before == 0 && s.len == s.axis.size);
        let slots = splits.iter().map(|s| s.slots).product();
        Layout { splits, slots, slot: splits.iter().fold(1, |n, s| n.saturating_mul(s.len)), is_image }
    }

    /// Elements of a channel.
    pub(super) fn channel(&self) -> usize {
        self.slots.saturating_mul(self.slot)
    }

    /// The slots along each axis of slot number `i`.
    pub(super) fn slot_at(&self, i: usize) -> [usize; 3] {
        let [_, y, x] = self.splits;
        [i / (y.slots * x.slots), i / x.slots % y.slots, i % x.slots]
    }

    /// Calls `f(place in the layout, first place of the line in x, slot along x)` for every line of a channel, with None for lines of
    /// zeros.
    fn each_line(&self, mut f: impl FnMut(usize, Option<usize>, usize)) {
        let [z, y, x] = self.splits;
        for i in 0..self.slots {
            let [p, q, r] = self.slot_at(i);
            for depth in 0..z.len {
                let plane = z.pixel(p, depth);
                for height in 0..y.len {
                    let row = plane.zip(y.pixel(q, height)).map(|(plane, row)| plane * y.axis.size + row);
                    let line = i * self.slot + (depth * y.len + height) * x.len;
                    f(line, row.map(|row| row * x.axis.size), r);
                }
            }
        }
    }

    /// Lays out the channels of a sample.
    pub(super) fn lay_out<T: Real>(&self, image: &[T], channels: usize, out: &mut [T]) {
        let pixels = image.len() / channels;
        let x = self.splits[2];
        for (image, out) in image.chunks_exact(pixels).zip(out.chunks_exact_mut(self.channel())) {
            self.each_line(|line, row, slot| {
                let to = &mut out[line..line + x.len];
                let Some(row) = row else { return to.fill(T::ZERO) };
                let (low, high) = x.inside(slot);
                let from = &image[row..row + x.axis.size];
                for t in (0..low).chain(high..x.len) {
                    to[t] = x.pixel(slot, t).map_or(T::ZERO, |pixel| from[pixel]);
                }
                if low < high {
                    let first = x.pixel(slot, low).expect("inside");
                    match x.axis.stride {
                        1 => to[low..high].copy_from_slice(&from[first..first + high - low]),
                        step => gather(&from[first..], step, &mut to[low..high]),
                    }
                }
            });
        }
    }

    /// Adds every place of the channels of a sample to the pixel that it shows.
    pub(super) fn gather_back<T: Real>(&self, laid_out: &[T], channels: usize, image: &mut [T]) {
        let pixels = image.len() / channels;
        let x = self.splits[2];
        image.fill(T::ZERO);
        for (image, laid_out) in image.chunks_exact_mut(pixels).zip(laid_out.chunks_exact(self.channel())) {
            self.each_line(|line, row, slot| {
                let Some(row) = row else { return };
                let (low, high) = x.inside(slot);
                let from = &laid_out[line..line + x.len];
                let to = &mut image[row..row + x.axis.size];
                for t in (0..low).chain(high..x.len) {
                    if let Some(pixel) = x.pixel(slot, t) {
                        to[pixel] += from[t];
                    }
                }
                if low < high {
                    let first = x.pixel(slot, low).expect("inside");
                    for (to, from) in to[first..].iter_mut().step_by(x.axis.stride).zip(&from[low..high]) {
                        *to += *from;
                    }
                }
            });
        }
    }
}

/// Every `step`th element.
fn gather<T: Real>(from: &[T], step: usize, to: &mut [T]) {
    for (to, from) in to.iter_mut().zip(from.iter().step_by(step)) {
        *to = *from;
    }
}
