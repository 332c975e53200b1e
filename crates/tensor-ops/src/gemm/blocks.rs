//! The loops around the micro-kernel: blocks that fit the caches (Goto and van de Geijn, "Anatomy of high-performance
//! matrix multiplication", 2008), and the choice of what is packed.
//!
//! Nothing here moves a bit: element (i, j) is a sum in order within each of the steps of k, and these depend on k
//! alone.

use super::Product;
use super::lanes::Lanes;
use super::pack::{self, PAD};
use super::rows::add_rows;
use super::tile::Tile;
use crate::Real;
use crate::matrix::Update;

/// Products summed in registers before they are added to C. A packed panel of B (KC x two vectors) takes 32 KB of
/// AVX-512 vectors and stays in the first-level cache. What is longer is cut into equal parts.
const KC: usize = 256;
/// Tiles of A in a block of rows: of 14 rows of f32 and KC columns 570 KB, for the second-level cache.
const MC: usize = 40;
/// Panels of B packed at a time: 256 KB. A line of B is read 1 KB at a time then.
const PANELS: usize = 8;

pub(super) fn tune(i: usize, default: usize) -> usize {
    static T: std::sync::OnceLock<[Option<usize>; 10]> = std::sync::OnceLock::new();
    T.get_or_init(|| {
        std::array::from_fn(|i| std::env::var(format!("T{i}")).ok().and_then(|s| s.parse().ok()))
    })[i]
        .unwrap_or(default)
}

/// A range cut into nearly equal parts: the first of them may be one longer than the last.
#[derive(Clone, Copy)]
struct Parts {
    size: usize,
    longer: usize,
    count: usize,
}

impl Parts {
    /// As few parts as there are with at most `most` elements.
    #[inline(always)]
    fn at_most(most: usize, length: usize) -> Parts {
        let count = length.div_ceil(most);
        Parts { size: length / count, longer: length % count, count }
    }

    /// Where part i begins.
    #[inline(always)]
    fn start(&self, i: usize) -> usize {
        i * self.size + i.min(self.longer)
    }
}

/// What is packed, and in which order the tiles of a block are made.
#[derive(Clone, Copy)]
struct Plan {
    /// B that lies by columns must be; B by rows is read in place where the second-level cache holds it.
    pack_b: bool,
    /// A, where many panels will read it.
    pack_a: bool,
    /// A tile's rows of C before the next tile's, where all of B is in the first-level cache anyway.
    along_rows: bool,
}

impl Plan {
    #[inline(always)]
    fn new<T>(x: &Product<T>, panel: usize, tile: usize, k: usize) -> Plan {
        let by_columns = x.b_col != 1;
        let pack_b = by_columns || (x.m > 2 * tile && x.k * x.b_row * size_of::<T>() > tune(2, 1 << 20));
        let pack_a = x.n > 4 * panel && x.k * x.m * size_of::<T>() > 1 << 16;
        Plan { pack_b, pack_a, along_rows: !pack_b && k * x.n * size_of::<T>() <= 1 << 14 }
    }
}

/// The product on the calling thread.
///
/// # Safety
/// The contract of [`Product`], and the instructions of V exist.
#[inline(always)]
pub(super) unsafe fn drive<V: Lanes>(x: &Product<V::T>) {
    let panel = 2 * V::N;
    let steps = Parts::at_most(tune(0, KC), x.k);
    let longest = steps.start(1);
    if x.b_col == 1 && (x.m == 1 || (x.k <= 2 && x.n >= 512)) {
        for s in 0..steps.count {
            // SAFETY: the caller's contract is the same.
            unsafe { add_rows::<V>(x, steps.start(s), steps.start(s + 1) - steps.start(s)) };
        }
        return;
    }
    let tiles = Parts::at_most(V::KERNELS.len(), x.m);
    let blocks = Parts::at_most(tune(1, MC), tiles.count);
    let plan = Plan::new(x, panel, V::KERNELS.len(), longest);
    let rows = tiles.start(blocks.start(1));
    let group = tune(4, PANELS).min(x.n.div_ceil(panel)) * panel;
    let size_b = if plan.pack_b { longest * group } else { 0 };
    let size_a = if plan.pack_a { rows * (longest + PAD) } else { 0 };
    if size_a + size_b == 0 {
        // SAFETY: the caller's contract is the same; nothing is packed.
        return unsafe { make::<V>(x, plan, steps, tiles, blocks, group, [std::ptr::null_mut(); 2]) };
    }
    // The buffer leaves its place while it is used: a closure would not be compiled for the instructions of V.
    let mut buffer = V::T::with_pack_buffer(std::mem::take);
    let line = 64 / size_of::<V::T>();
    if buffer.len() < size_a + size_b + line {
        buffer.resize(size_a + size_b + line, V::T::ZERO);
    }
    let start = buffer.as_mut_ptr();
    let b = start.wrapping_add(start.align_offset(64).min(line));
    // SAFETY: the caller's contract is the same; `b` is less than a line behind the start of the buffer.
    unsafe { make::<V>(x, plan, steps, tiles, blocks, group, [b.wrapping_add(size_b), b]) };
    V::T::with_pack_buffer(|place| *place = buffer);
}

/// # Safety
/// As above, and what the plan packs has room at `packed`.
#[inline(always)]
unsafe fn make<V: Lanes>(
    x: &Product<V::T>,
    plan: Plan,
    steps: Parts,
    tiles: Parts,
    blocks: Parts,
    group: usize,
    [packed_a, packed_b]: [*mut V::T; 2],
) {
    for block in 0..blocks.count {
        let (first, end) = (blocks.start(block), blocks.start(block + 1));
        let row = tiles.start(first);
        for step in 0..steps.count {
            let p = steps.start(step);
            let k = steps.start(step + 1) - p;
            let assign = x.update == Update::Assign && step == 0;
            // SAFETY: all are rows, columns and products of `x`, or places that `drive` made.
            unsafe {
                let mut a = Block {
                    from: x.a.add(row * x.a_row + p * x.a_col),
                    row: x.a_row,
                    col: x.a_col,
                    tiled: false,
                };
                if plan.pack_a && x.a_col == 1 {
                    pack::copy_rows(a.from, a.row, tiles.start(end) - row, k, packed_a, k + PAD);
                    a = Block { from: packed_a, row: k + PAD, col: 1, tiled: false };
                } else if plan.pack_a {
                    let ends = (first..end).map(|t| tiles.start(t + 1) - row);
                    pack::copy_columns::<V>(a.from, a.col, k, packed_a, ends);
                    a = Block { from: packed_a, row: 1, col: 0, tiled: true };
                }
                let mut j = 0;
                while j < x.n {
                    let width = group.min(x.n - j);
                    let row_kernel = x.m == 1 && x.b_col != 1;
                    let mut b = (x.b.add(p * x.b_row + j * x.b_col).cast_mut(), x.b_row, 2 * V::N);
                    if plan.pack_b && !row_kernel {
                        pack::panels::<V>(x, p, k, j, width, packed_b);
                        b = (packed_b, 2 * V::N, 2 * V::N * k);
                    }
                    let panels = width.div_ceil(2 * V::N);
                    let count = panels * (end - first);
                    let (mut t, mut q) = (first, 0);
                    for _ in 0..count {
                        let (i, height) = (tiles.start(t) - row, tiles.start(t + 1) - tiles.start(t));
                        let column = q * 2 * V::N;
                        let width = (2 * V::N).min(width - column);
                        let vectors = width.div_ceil(V::N);
                        let mut tile = Tile {
                            k,
                            a: a.from.add(i * if a.tiled { k } else { a.row }),
                            a_row: a.row,
                            a_col: if a.tiled { height } else { a.col },
                            b: b.0.wrapping_add(q * b.2),
                            b_row: b.1,
                            c: x.c.add((row + i) * x.c_row + j + column),
                            c_row: x.c_row,
                            last: (width - 1) % V::N + 1,
                            assign,
                        };
                        if row_kernel && width == 2 * V::N {
                            tile.b = x.b.add(p * x.b_row + (j + column) * x.b_col);
                            tile.b_row = x.b_col;
                            V::ROW(&tile);
                        } else {
                            if row_kernel {
                                pack::panels::<V>(x, p, k, j + column, width, packed_b);
                                (tile.b, tile.b_row) = (packed_b, 2 * V::N);
                            }
                            V::KERNELS[height - 1][vectors - 1](&tile);
                        }
                        if plan.along_rows {
                            q += 1;
                            if q == panels {
                                (q, t) = (0, t + 1);
                            }
                        } else {
                            t += 1;
                            if t == end {
                                (t, q) = (first, q + 1);
                            }
                        }
                    }
                    j += width;
                }
            }
        }
    }
}

/// Where a block of A lies: row i at `from + i·row`, or, in tiles, the tile that begins with row i at `from + i·k`.
#[derive(Clone, Copy)]
struct Block<T> {
    from: *const T,
    row: usize,
    col: usize,
    tiled: bool,
}
