//! The loops around the micro-kernel: blocks that fit the caches (Goto and van de Geijn, "Anatomy of high-performance
//! matrix multiplication", 2008), and the choice of what is packed.
//!
//! Nothing here moves a bit: element (i, j) is a sum in order within each of the steps of k, and these depend on k
//! alone.

use super::Product;
use super::columns::{FEW, add_columns};
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

/// A range cut into nearly equal parts: the first of them may be one longer than the last.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    size: usize,
    longer: usize,
    pub(super) count: usize,
}

impl Parts {
    /// As few parts as there are with at most `most` elements.
    #[inline(always)]
    pub(super) fn at_most(most: usize, length: usize) -> Parts {
        let count = length.div_ceil(most);
        Parts { size: length / count, longer: length % count, count }
    }

    /// Where part i begins.
    #[inline(always)]
    pub(super) fn start(&self, i: usize) -> usize {
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
        let pack_b = by_columns || (x.m > 2 * tile && x.k * x.b_row * size_of::<T>() > (1 << 20));
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
    let steps = Parts::at_most(KC, x.k);
    let few = x.m <= FEW && x.n >= 4 * V::N && x.k >= 4 * V::N;
    let by_rows = x.b_col == 1 && (x.m == 1 || (x.k <= 2 && x.n >= 512));
    let by_columns = x.b_col != 1 && (x.m == 1 || few);
    if by_rows || by_columns {
        let mut x = *x;
        if !x.bias.is_null() {
            for i in 0..x.m {
                // SAFETY: a bias has n numbers, and row i of C is nobody else's.
                unsafe { x.c.add(i * x.c_row).copy_from_nonoverlapping(x.bias, x.n) };
            }
            (x.bias, x.update) = (std::ptr::null(), Update::Accumulate);
        }
        // SAFETY: the caller's contract is the same.
        return unsafe { if by_rows { add_rows::<V>(&x, steps) } else { add_columns::<V>(&x, steps) } };
    }
    let longest = steps.start(1);
    let tiles = Parts::at_most(V::KERNELS.len(), x.m);
    let blocks = Parts::at_most(MC, tiles.count);
    let plan = Plan::new(x, panel, V::KERNELS.len(), longest);
    let width = (PANELS * panel).min(x.n.next_multiple_of(panel));
    let size_b = if plan.pack_b { longest * width } else { 0 };
    let size_a = if plan.pack_a { tiles.start(blocks.start(1)) * (longest + PAD) } else { 0 };
    let work = Loops { plan, steps, tiles, blocks, width };
    if size_a + size_b == 0 {
        // SAFETY: the caller's contract is the same; nothing is packed.
        return unsafe { work.run::<V>(x, std::ptr::null_mut(), std::ptr::null_mut()) };
    }
    // The buffer leaves its place while it is used: a closure would not be compiled for the instructions of V.
    let mut buffer = V::T::with_pack_buffer(std::mem::take);
    let line = 64 / size_of::<V::T>();
    if buffer.len() < size_a + size_b + line {
        buffer.resize(size_a + size_b + line, V::T::ZERO);
    }
    let start = buffer.as_mut_ptr();
    let packed_b = start.wrapping_add(start.align_offset(64).min(line));
    // SAFETY: the caller's contract is the same; `packed_b` is at most a line behind the start of the buffer.
    unsafe { work.run::<V>(x, packed_b.wrapping_add(size_b), packed_b) };
    V::T::with_pack_buffer(|place| *place = buffer);
}

#[derive(Clone, Copy)]
struct Loops {
    plan: Plan,
    steps: Parts,
    tiles: Parts,
    /// Of tiles.
    blocks: Parts,
    /// Columns of B at a time, whole panels.
    width: usize,
}

/// Where a block of A lies: row i at `from + i·row`, or, in tiles, the tile that begins with row i at `from + i·k`.
#[derive(Clone, Copy)]
struct BlockOfA<T> {
    from: *const T,
    row: usize,
    col: usize,
    tiled: bool,
}

impl Loops {
    /// # Safety
    /// The contract of [`Product`], the instructions of V exist, and there is room for what the plan packs.
    #[inline(always)]
    unsafe fn run<V: Lanes>(&self, x: &Product<V::T>, packed_a: *mut V::T, packed_b: *mut V::T) {
        let Loops { plan, steps, tiles, blocks, .. } = *self;
        for block in 0..blocks.count {
            let (first, end) = (blocks.start(block), blocks.start(block + 1));
            let row = tiles.start(first);
            for step in 0..steps.count {
                let p = steps.start(step);
                let k = steps.start(step + 1) - p;
                // SAFETY: rows and products of `x`, and room for them by the contract.
                unsafe {
                    let from = x.a.add(row * x.a_row + p * x.a_col);
                    let mut a = BlockOfA { from, row: x.a_row, col: x.a_col, tiled: false };
                    if plan.pack_a && x.a_col == 1 {
                        pack::copy_rows(from, x.a_row, tiles.start(end) - row, k, packed_a, k + PAD);
                        a = BlockOfA { from: packed_a, row: k + PAD, col: 1, tiled: false };
                    } else if plan.pack_a {
                        let ends = (first..end).map(|t| tiles.start(t + 1) - row);
                        pack::copy_columns::<V>(from, x.a_col, k, packed_a, ends);
                        a = BlockOfA { from: packed_a, row: 1, col: 0, tiled: true };
                    }
                    self.multiply_block::<V>(x, step, first, end, a, packed_b);
                }
            }
        }
    }

    /// Tiles `first..end` of rows, with all columns, for a step of k.
    ///
    /// # Safety
    /// As above, and `a` has the block.
    #[inline(always)]
    unsafe fn multiply_block<V: Lanes>(
        &self,
        x: &Product<V::T>,
        step: usize,
        first: usize,
        end: usize,
        a: BlockOfA<V::T>,
        packed_b: *mut V::T,
    ) {
        let panel = 2 * V::N;
        let p = self.steps.start(step);
        let k = self.steps.start(step + 1) - p;
        let row = self.tiles.start(first);
        let mut j = 0;
        while j < x.n {
            let width = self.width.min(x.n - j);
            // SAFETY: rows, columns and products of `x`, and what was packed for them.
            unsafe {
                let mut b = (x.b.add(p * x.b_row + j * x.b_col), x.b_row, panel * x.b_col);
                if self.plan.pack_b {
                    pack::panels::<V>(x, p, k, j, width, packed_b);
                    b = (packed_b.cast_const(), panel, panel * k);
                }
                let panels = width.div_ceil(panel);
                for i in 0..panels * (end - first) {
                    let (t, q) = if self.plan.along_rows {
                        (first + i / panels, i % panels)
                    } else {
                        (first + i % (end - first), i / (end - first))
                    };
                    let i = self.tiles.start(t) - row;
                    let height = self.tiles.start(t + 1) - row - i;
                    let width = panel.min(width - q * panel);
                    let c = x.c.add((row + i) * x.c_row + j + q * panel);
                    let is_first = step == 0;
                    let (from, from_row) = if is_first && !x.bias.is_null() {
                        (x.bias.add(j + q * panel), 0)
                    } else {
                        (c.cast_const(), x.c_row)
                    };
                    let tile = Tile {
                        k,
                        a: a.from.add(i * if a.tiled { k } else { a.row }),
                        a_row: a.row,
                        a_col: if a.tiled { height } else { a.col },
                        b: b.0.add(q * b.2),
                        b_row: b.1,
                        c,
                        c_row: x.c_row,
                        last: (width - 1) % V::N + 1,
                        assign: x.update == Update::Assign && is_first && x.bias.is_null(),
                        from,
                        from_row,
                    };
                    V::KERNELS[height - 1][width.div_ceil(V::N) - 1](&tile);
                }
            }
            j += width;
        }
    }
}
