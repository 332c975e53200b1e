//! Products with windows of a slice in the place of a matrix: the micro-kernels of convolutions, and the loops around them.
//!
//! Nothing is copied: a row of the right-hand operand is a window, and windows overlap, so what several of them read is in the
//! first-level cache. Element (i, j) of y is a sum over channels and taps in their order, fused where there is an instruction
//! for it; an element of dW is a sum in as many lanes as 64 bytes hold, over all places in their order, whose lanes are added
//! in pairs. So bits depend neither on tiles nor on the instruction set, where it has fused multiply-adds.

use super::blocks::Parts;
use super::lanes::Lanes;
use super::tile::rows;
use crate::Real;
use crate::simd::Isa;
use crate::windows::{Places, Tap, Windows};

/// A tile of y and what it is the sum of. Distances are in elements.
#[derive(Debug)]
pub(super) struct Tile<T> {
    channels: usize,
    taps: *const Tap,
    tap_count: usize,
    w: *const T,
    w_row: usize,
    w_channel: usize,
    x_channel: usize,
    /// Where the vectors begin, in x and in the first row of y, and how many of their lanes there are.
    x: [*const T; WIDEST],
    y: [*mut T; WIDEST],
    lanes: [usize; WIDEST],
    y_row: usize,
    /// A number for each row, or null.
    bias: *const T,
    /// y += rather than y =.
    accumulate: bool,
}

/// The most vectors in a row of a tile.
const WIDEST: usize = 8;

/// A compiled kernel of a tile of y.
pub(super) type Kernel<T> = unsafe fn(&Tile<T>);

/// A tile of dW and what it correlates.
#[derive(Debug)]
pub(super) struct Dots<T> {
    y: *const T,
    y_row: usize,
    x: [*const T; DOTS],
    /// Samples, planes and lines: how many, and how far apart in y and in x.
    levels: [(usize, usize, usize); 3],
    len: usize,
    /// Lanes of every sum, row after row.
    out: *mut T,
    /// Adds to what is there.
    accumulate: bool,
}

/// Columns in a tile of dW.
pub(super) const DOTS: usize = 4;

/// A compiled kernel of a tile of dW.
pub(super) type DotKernel<T> = unsafe fn(&Dots<T>);

/// The kernels of an instruction set.
pub(super) trait Kernels: Lanes {
    /// `TILES[h - 1]` makes a tile of h rows and 1, 2 or [`Kernels::wide`] vectors.
    const TILES: &'static [[Kernel<Self::T>; 3]];
    /// `SUMS[h - 1][w - 1]` makes a tile of dW of h rows and w columns.
    const SUMS: &'static [[DotKernel<Self::T>; DOTS]];

    /// Vectors in the widest tile: multiply-adds take some cycles, and a tile of few rows needs as many sums as others.
    fn wide(rows: usize) -> usize {
        [2, 8, 4, 4][if rows < 4 { rows } else { 0 }]
    }
}

/// The table of the kernels made from the generic function `$f`, for these heights with their widest widths.
macro_rules! tiles {
    ($f:ident: $($h:literal $wide:literal),*) => { &[$([$f::<$h, 1>, $f::<$h, 2>, $f::<$h, $wide>]),*] };
}
/// The same for tiles of dW.
macro_rules! sums {
    ($f:ident: $($h:literal)*) => { &[$([$f::<$h, 1>, $f::<$h, 2>, $f::<$h, 3>, $f::<$h, 4>]),*] };
}
pub(super) use {sums, tiles};

/// # Safety
/// The tile's pointers reach its elements, y's are nobody else's, and the instructions of V exist.
#[inline(always)]
pub(super) unsafe fn multiply<V: Lanes, const H: usize, const W: usize>(tile: &Tile<V::T>) {
    // SAFETY: by the contract.
    unsafe {
        let mut sums = [[V::zero(); W]; H];
        let mut masks = [V::mask(1); W];
        let mut x = [std::ptr::null(); W];
        for v in 0..W {
            (masks[v], x[v]) = (V::mask(tile.lanes[v]), tile.x[v]);
        }
        rows!(H, i => {
            for v in 0..W {
                if tile.accumulate {
                    sums[i][v] = V::load_first(tile.y[v].add(i * tile.y_row), masks[v]);
                } else if !tile.bias.is_null() {
                    sums[i][v] = V::splat(tile.bias.add(i));
                }
            }
        });
        let mut w = tile.w;
        for _ in 0..tile.channels {
            for t in 0..tile.tap_count {
                let tap = &*tile.taps.add(t);
                let first = w.wrapping_add(tap.w);
                let mut line = [V::zero(); W];
                for v in 0..W {
                    line[v] = V::load_first(x[v].wrapping_add(tap.x), masks[v]);
                }
                // Five rows a pointer, as the addresses of `gemm::tile`.
                let fifths = [first, first.wrapping_add(5 * tile.w_row), first.wrapping_add(10 * tile.w_row)];
                rows!(H, i => {
                    let number = V::splat(fifths[i / 5].wrapping_add(i % 5 * tile.w_row));
                    for v in 0..W {
                        sums[i][v] = number.mul_add(line[v], sums[i][v]);
                    }
                });
            }
            w = w.wrapping_add(tile.w_channel);
            for v in 0..W {
                x[v] = x[v].wrapping_add(tile.x_channel);
            }
        }
        rows!(H, i => {
            for v in 0..W {
                sums[i][v].store_first(tile.y[v].add(i * tile.y_row), masks[v]);
            }
        });
    }
}

/// # Safety
/// As [`multiply`]; `out` has room for the lanes of H·W sums.
#[inline(always)]
pub(super) unsafe fn correlate<V: Lanes, const H: usize, const W: usize>(dots: &Dots<V::T>) {
    let lanes = lanes::<V::T>();
    let [samples, planes, lines] = dots.levels;
    // Where a register holds fewer lanes than the sum has, one part of them after the other.
    for part in (0..lanes).step_by(V::N) {
        // SAFETY: by the contract.
        unsafe {
            let mut sums = [[V::zero(); W]; H];
            if dots.accumulate {
                rows!(H, i => {
                    for v in 0..W {
                        sums[i][v] = V::load(dots.out.add((i * W + v) * lanes + part));
                    }
                });
            }
            for s in 0..samples.0 {
                for p in 0..planes.0 {
                    for l in 0..lines.0 {
                        let y = dots.y.wrapping_add(s * samples.1 + p * planes.1 + l * lines.1);
                        let step = s * samples.2 + p * planes.2 + l * lines.2;
                        let mut x = [std::ptr::null(); W];
                        for v in 0..W {
                            x[v] = dots.x[v].wrapping_add(step);
                        }
                        let mut j = part;
                        while j + V::N <= dots.len {
                            let mut line = [V::zero(); W];
                            for v in 0..W {
                                line[v] = V::load(x[v].add(j));
                            }
                            rows!(H, i => {
                                let number = V::load(y.add(i * dots.y_row + j));
                                for v in 0..W {
                                    sums[i][v] = number.mul_add(line[v], sums[i][v]);
                                }
                            });
                            j += lanes;
                        }
                        if j < dots.len {
                            let mask = V::mask(dots.len - j);
                            let mut line = [V::zero(); W];
                            for v in 0..W {
                                line[v] = V::load_first(x[v].add(j), mask);
                            }
                            rows!(H, i => {
                                let number = V::load_first(y.add(i * dots.y_row + j), mask);
                                for v in 0..W {
                                    sums[i][v] = number.mul_add(line[v], sums[i][v]);
                                }
                            });
                        }
                    }
                }
            }
            rows!(H, i => {
                for v in 0..W {
                    sums[i][v].store(dots.out.add((i * W + v) * lanes + part));
                }
            });
        }
    }
}

/// Lanes of a sum of dW.
const fn lanes<T>() -> usize {
    64 / size_of::<T>()
}

/// The loops of y = W * x for one kind of vector.
///
/// # Safety
/// The operands reach as far as [`Windows::check`] has checked, and the instructions of V exist.
unsafe fn all_tiles<V: Kernels>(
    x: &Windows<'_, V::T>,
    places: &Places,
    bias: Option<&[V::T]>,
    accumulate: bool,
    y: *mut V::T,
) {
    let heights = Parts::at_most(V::TILES.len(), x.rows);
    let wide = V::wide(heights.start(1));
    let vectors = places.len.div_ceil(V::N);
    let mut tile = Tile {
        channels: x.channels,
        taps: x.taps.as_ptr(),
        tap_count: x.taps.len(),
        w: x.w.as_ptr(),
        w_row: x.w_row,
        w_channel: x.w_channel,
        x_channel: x.x_channel,
        x: [x.x.as_ptr(); WIDEST],
        y: [y; WIDEST],
        lanes: [0; WIDEST],
        y_row: places.y_row,
        bias: std::ptr::null(),
        accumulate,
    };
    let all = places.planes * places.lines * vectors;
    let mut next = 0;
    while next < all {
        let left = all - next;
        let width = if left >= wide { wide } else { left.min(2) };
        for v in 0..width {
            let (line, vector) = ((next + v) / vectors, (next + v) % vectors);
            let (plane, line) = (line / places.lines, line % places.lines);
            let at_x = places.x + plane * places.x_plane + line * places.x_line + vector * V::N;
            let at_y = places.y + plane * places.y_plane + line * places.y_line + vector * V::N;
            tile.x[v] = x.x.as_ptr().wrapping_add(at_x);
            tile.y[v] = y.wrapping_add(at_y);
            tile.lanes[v] = (places.len - vector * V::N).min(V::N);
        }
        let which = if width <= 2 { width - 1 } else { 2 };
        let start = tile.y;
        for h in 0..heights.count {
            let (first, end) = (heights.start(h), heights.start(h + 1));
            tile.w = x.w.as_ptr().wrapping_add(first * x.w_row);
            tile.bias = bias.map_or(std::ptr::null(), |bias| bias.as_ptr().wrapping_add(first));
            for v in 0..width {
                tile.y[v] = start[v].wrapping_add(first * places.y_row);
            }
            // SAFETY: by the contract; the kernel's height and width are those of the tile. (Heights differ only above
            // 3, where all are equally wide.)
            unsafe { V::TILES[end - first - 1][which](&tile) };
        }
        next += width;
    }
}

/// Elements of y that a tile of dW reads before it goes to the next columns: a half of the first-level cache in f32.
const NEAR: usize = 1 << 12;
/// Columns whose lanes are kept meanwhile: for six rows 200 KB of the second-level cache.
const KEPT: usize = 512;

/// The same for dW.
///
/// A few samples of y at a time meet all columns, so that they are read from the first-level cache; the lanes of the sums wait.
///
/// # Safety
/// As [`all_tiles`].
unsafe fn all_dots<V: Kernels>(
    x: &Windows<'_, V::T>,
    places: &Places,
    (samples, y_sample, x_sample): (usize, usize, usize),
    y: &[V::T],
    dw: *mut V::T,
) {
    let lanes = lanes::<V::T>();
    let heights = Parts::at_most(V::SUMS.len(), x.rows);
    let columns = x.channels * x.taps.len();
    let of_sample = heights.start(1) * places.planes * places.lines * places.len;
    let group = (NEAR / of_sample).max(1);
    let place = |column: usize| (column / x.taps.len(), &x.taps[column % x.taps.len()]);
    let size = columns.min(KEPT) * heights.start(1) * lanes;
    // The buffer leaves its place while it is used, as in `blocks`.
    let mut buffer = V::T::with_pack_buffer(std::mem::take);
    if buffer.len() < size {
        buffer.resize(size, V::T::ZERO);
    }
    for begin in (0..columns).step_by(KEPT) {
        let end = columns.min(begin + KEPT);
        for h in 0..heights.count {
            let (top, height) = (heights.start(h), heights.start(h + 1) - heights.start(h));
            for sample in (0..samples).step_by(group) {
                for first in (begin..end).step_by(DOTS) {
                    let width = DOTS.min(end - first);
                    let mut starts = [x.x.as_ptr(); DOTS];
                    for v in 0..width {
                        let (channel, tap) = place(first + v);
                        let at = places.x + channel * x.x_channel + tap.x + sample * x_sample;
                        starts[v] = x.x.as_ptr().wrapping_add(at);
                    }
                    let dots = Dots {
                        y: y.as_ptr().wrapping_add(places.y + top * places.y_row + sample * y_sample),
                        y_row: places.y_row,
                        x: starts,
                        levels: [
                            (group.min(samples - sample), y_sample, x_sample),
                            (places.planes, places.y_plane, places.x_plane),
                            (places.lines, places.y_line, places.x_line),
                        ],
                        len: places.len,
                        out: buffer[(first - begin) * height * lanes..].as_mut_ptr(),
                        accumulate: sample > 0,
                    };
                    // SAFETY: by the contract; the buffer has room for the lanes of all columns up to `end`.
                    unsafe { V::SUMS[height - 1][width - 1](&dots) };
                }
            }
            for column in begin..end {
                let first = column - (column - begin) % DOTS;
                let width = DOTS.min(end - first);
                let (channel, tap) = place(column);
                for i in 0..height {
                    let sum = (first - begin) * height + i * width + column - first;
                    let total = total(&mut buffer[sum * lanes..][..lanes]);
                    // SAFETY: an element of dW, by the contract.
                    unsafe { *dw.add((top + i) * x.w_row + channel * x.w_channel + tap.w) = total };
                }
            }
        }
    }
    V::T::with_pack_buffer(|place| *place = buffer);
}

/// The lanes of a sum, added in pairs.
fn total<T: Real>(lanes: &mut [T]) -> T {
    let mut half = lanes.len() / 2;
    while half > 0 {
        for l in 0..half {
            lanes[l] += lanes[l + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// Calls a function for the vectors of an instruction set, for f32 or f64.
macro_rules! on {
    ($isa:expr, $t:ty, $function:ident($x:expr $(, $argument:expr)*; $out:expr)) => {
        match ($isa, size_of::<$t>() == 4) {
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512, true) => $function::<super::avx512::F32x16>(cast($x) $(, $argument)*, $out.cast()),
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx512, false) => $function::<super::avx512::F64x8>(cast($x) $(, $argument)*, $out.cast()),
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx2, true) => $function::<super::avx2::F32x8>(cast($x) $(, $argument)*, $out.cast()),
            #[cfg(target_arch = "x86_64")]
            (Isa::Avx2, false) => $function::<super::avx2::F64x4>(cast($x) $(, $argument)*, $out.cast()),
            (Isa::Baseline, true) => $function::<super::portable::Array<f32, 4>>(cast($x) $(, $argument)*, $out.cast()),
            (Isa::Baseline, false) => $function::<super::portable::Array<f64, 2>>(cast($x) $(, $argument)*, $out.cast()),
        }
    };
}

/// The same windows, where `T` and `U` are one type under two names.
fn cast<'a, T, U>(x: &'a Windows<'a, T>) -> &'a Windows<'a, U> {
    assert!(size_of::<T>() == size_of::<U>());
    // SAFETY: `Real` is f32 or f64, told apart by their size; the callers go by it.
    unsafe { &*std::ptr::from_ref(x).cast::<Windows<'a, U>>() }
}

/// The same numbers.
fn cast_slice<T, U>(x: &[T]) -> &[U] {
    assert!(size_of::<T>() == size_of::<U>());
    // SAFETY: as in `cast`.
    unsafe { std::slice::from_raw_parts(x.as_ptr().cast(), x.len()) }
}

/// [`crate::windows::multiply`] by the instructions named.
#[track_caller]
pub(crate) fn multiply_on<T: Real>(
    isa: Isa,
    x: &Windows<'_, T>,
    places: &Places,
    bias: Option<&[T]>,
    accumulate: bool,
    y: &mut [T],
) {
    assert!(Isa::available().contains(&isa), "this machine has no {isa:?}");
    x.check(places, (1, 0, 0), [x.w.len(), y.len()]);
    assert!(bias.is_none_or(|bias| bias.len() == x.rows), "a bias for each of {} rows", x.rows);
    // SAFETY: everything lies in its slice, y is borrowed mutably, and the instructions exist.
    unsafe { on!(isa, T, all_tiles(x, places, bias.map(cast_slice), accumulate; y.as_mut_ptr())) }
}

/// [`crate::windows::correlate`] by the instructions named.
#[track_caller]
pub(crate) fn correlate_on<T: Real>(
    isa: Isa,
    x: &Windows<'_, T>,
    places: &Places,
    samples: (usize, usize, usize),
    y: &[T],
    dw: &mut [T],
) {
    assert!(Isa::available().contains(&isa), "this machine has no {isa:?}");
    x.check(places, samples, [dw.len(), y.len()]);
    // SAFETY: as above.
    unsafe { on!(isa, T, all_dots(x, places, samples, cast_slice(y); dw.as_mut_ptr())) }
}
