//! The micro-kernels: a tile of C whose sums stay in registers.

use super::lanes::Lanes;

/// A compiled micro-kernel.
pub(super) type Kernel<T> = unsafe fn(&Tile<T>);

/// A tile of C and what it is the product of. Distances are in elements.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile<T> {
    /// Products to sum.
    pub(super) k: usize,
    /// A(i, p) is at `a + i·a_row + p·a_col`.
    pub(super) a: *const T,
    pub(super) a_row: usize,
    pub(super) a_col: usize,
    /// B(p, j) is at `b + p·b_row + j`.
    pub(super) b: *const T,
    pub(super) b_row: usize,
    /// C(i, j) is at `c + i·c_row + j`.
    pub(super) c: *mut T,
    pub(super) c_row: usize,
    /// Columns in the last vector, 1 to `N`.
    pub(super) last: usize,
    /// C = A·B, rather than A·B added to what is at `from`.
    pub(super) assign: bool,
    /// What is added, (i, j) of it at `from + i·from_row + j`: C itself, or one row for all.
    pub(super) from: *const T,
    pub(super) from_row: usize,
}

/// For each row of a tile, written out: sums that a loop indexes would lie in memory where the compiler finds the loop
/// too long to unroll.
macro_rules! rows {
    ($height:ident, $i:ident => $body:block) => {
        rows!($height, $i => $body: 0 1 2 3 4 5 6 7 8 9 10 11 12 13)
    };
    ($height:ident, $i:ident => $body:block: $($row:literal)*) => {
        $(if $row < $height {
            let $i = $row;
            $body
        })*
    };
}

pub(super) use rows;

/// The micro-kernel: H x W·N sums in registers, each over p in order, then one addition to C.
///
/// A step over p reads W vectors of B and H numbers of A for H·W multiply-adds. With 14 x 2 vectors of AVX-512 these are
/// 16 reads for 28 multiply-adds, where the processor can do as many reads as multiply-adds: what
/// bounds it is arithmetic.
///
/// # Safety
/// The tile's pointers reach its elements, C's are nobody else's, and the instructions of V exist.
#[inline(always)]
pub(super) unsafe fn multiply<V: Lanes, const H: usize, const W: usize>(tile: &Tile<V::T>) {
    // SAFETY: by the contract.
    unsafe {
        let mask = V::mask(tile.last);
        let mut sums = [[V::zero(); W]; H];
        let (mut a, mut b) = (Rows::<V>::new(tile), tile.b);
        expect_sums::<V, H, W>(tile);
        for _ in 0..tile.k {
            let mut line = [V::zero(); W];
            for w in 0..W {
                line[w] =
                    if w + 1 < W { V::load(b.add(w * V::N)) } else { V::load_first(b.add(w * V::N), mask) };
            }
            add_products::<V, H, W>(&mut sums, &a, tile.a_row, line);
            b = b.wrapping_add(tile.b_row);
            a.step::<W>(tile);
        }
        write_sums::<V, H, W>(tile, sums);
    }
}

/// Where the rows of a tile of A stand. Five rows a pointer: [x], [x + s], [x + 2s], [x + 3s], [x + 4s] are what an
/// address can say with s and 3s in registers, of which there are not enough for a pointer a row. The pointers are
/// opaque, or the compiler would find each row by an addition to the one before: fourteen in a chain, which are
/// slower than a narrow tile's multiply-adds.
#[derive(Clone, Copy)]
struct Rows<V: Lanes>([*const V::T; 3]);

impl<V: Lanes> Rows<V> {
    #[inline(always)]
    fn new(tile: &Tile<V::T>) -> Self {
        Rows([0, 5, 10].map(|i| tile.a.wrapping_add(i * tile.a_row)))
    }
    /// To the next column.
    #[inline(always)]
    fn step<const W: usize>(&mut self, tile: &Tile<V::T>) {
        for g in 0..3 {
            let next = self.0[g].wrapping_add(tile.a_col);
            self.0[g] = if W == 1 { V::opaque(next) } else { next };
        }
    }
}

/// Brings the lines of C near while the sums are made, where these take longer than asking.
#[inline(always)]
unsafe fn expect_sums<V: Lanes, const H: usize, const W: usize>(tile: &Tile<V::T>) {
    if tile.k >= 128 {
        rows!(H, i => {
            for w in 0..W {
                // SAFETY: any address will do.
                unsafe { V::prefetch(tile.c.wrapping_add(i * tile.c_row + w * V::N)) };
            }
        });
    }
}

#[inline(always)]
unsafe fn add_products<V: Lanes, const H: usize, const W: usize>(
    sums: &mut [[V; W]; H],
    a: &Rows<V>,
    a_row: usize,
    line: [V; W],
) {
    rows!(H, i => {
        // SAFETY: row i of the tile, by the caller's contract.
        let x = unsafe { V::splat(a.0[i / 5].wrapping_add(i % 5 * a_row)) };
        for w in 0..W {
            // SAFETY: the instructions exist by the caller's contract.
            sums[i][w] = unsafe { x.mul_add(line[w], sums[i][w]) };
        }
    });
}

#[inline(always)]
unsafe fn write_sums<V: Lanes, const H: usize, const W: usize>(tile: &Tile<V::T>, sums: [[V; W]; H]) {
    // SAFETY: by the caller's contract.
    unsafe {
        let mask = V::mask(tile.last);
        rows!(H, i => {
            for w in 0..W {
                let (to, sum) = (tile.c.add(i * tile.c_row + w * V::N), sums[i][w]);
                let from = tile.from.wrapping_add(i * tile.from_row + w * V::N);
                if w + 1 < W {
                    (if tile.assign { sum } else { V::load(from).add(sum) }).store(to);
                } else {
                    (if tile.assign { sum } else { V::load_first(from, mask).add(sum) }).store_first(to, mask);
                }
            }
        });
    }
}
