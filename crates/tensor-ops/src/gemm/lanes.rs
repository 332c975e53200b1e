//! What the kernels need of a vector register.

use super::tile::Kernel;
use crate::Real;

/// A vector register of `N` numbers of type `T`.
///
/// # Safety
/// Each function may be called only where the instructions of the implementation exist, with pointers to as many
/// elements as it reads or writes. All are inlined into functions compiled for those instructions.
pub(super) trait Lanes: Copy {
    type T: Real;
    /// Which of the first lanes exist in memory.
    type Mask: Copy;
    /// Lanes.
    const N: usize;
    /// The kernels, compiled for the instructions: `KERNELS[h - 1][w - 1]` makes a tile of h rows and w vectors. The
    /// number of heights is what the registers hold: 2h sums, two vectors of B and one number of A.
    const KERNELS: &'static [[Kernel<Self::T>; 2]];

    /// The mask of the first `n <= N` lanes.
    unsafe fn mask(n: usize) -> Self::Mask;
    unsafe fn zero() -> Self;
    /// `*p` in every lane.
    unsafe fn splat(p: *const Self::T) -> Self;
    unsafe fn load(p: *const Self::T) -> Self;
    /// Reads the lanes of the mask alone; the others are 0.
    unsafe fn load_first(p: *const Self::T, mask: Self::Mask) -> Self;
    unsafe fn store(self, p: *mut Self::T);
    /// Writes the lanes of the mask alone.
    unsafe fn store_first(self, p: *mut Self::T, mask: Self::Mask);
    unsafe fn add(self, other: Self) -> Self;
    /// self·b + c, rounded once where the instruction set can.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    /// `p`, of which the compiler knows nothing any more.
    #[inline(always)]
    fn opaque(p: *const Self::T) -> *const Self::T {
        p
    }
    /// Brings the line of `p` into the first-level cache; any address will do.
    unsafe fn prefetch(p: *const Self::T);
    /// N products more in each lane, for R rows: lane j of `sums[i]` and a(i, p)·b(j, p) for p in 0..N, in order, with
    /// a(i, p) at `a + i·a_row + p·a_col` and b(j, p) at `b + j·b_row + p`.
    #[inline(always)]
    unsafe fn add_block<const R: usize>(
        a: *const Self::T,
        a_row: usize,
        a_col: usize,
        b: *const Self::T,
        b_row: usize,
        mut sums: [Self; R],
    ) -> [Self; R] {
        // SAFETY: by the contract; `lines` has room for N <= 16 lines of N numbers.
        unsafe {
            let mut lines = [Self::zero(); 16];
            let lines = lines.as_mut_ptr().cast::<Self::T>();
            Self::transpose(b, b_row, Self::N, Self::N, lines, Self::N);
            for p in 0..Self::N {
                let line = Self::load(lines.add(p * Self::N));
                for i in 0..R {
                    sums[i] = Self::splat(a.add(i * a_row + p * a_col)).mul_add(line, sums[i]);
                }
            }
            sums
        }
    }
    /// Writes the transpose of the `height <= N` rows of `width` numbers that begin `stride` apart at `from`: line p at
    /// `to + p·step` has `N` numbers, those beyond `height` are 0.
    unsafe fn transpose(
        from: *const Self::T,
        stride: usize,
        height: usize,
        width: usize,
        to: *mut Self::T,
        step: usize,
    );
}

/// The table of the kernels made from the generic function `$f`, for these heights.
macro_rules! kernels {
    ($f:ident: $($h:literal)*) => { &[$([$f::<$h, 1>, $f::<$h, 2>]),*] };
}
pub(super) use kernels;

/// The functions of [`Lanes`] that are one instruction each, by the names of their intrinsics.
macro_rules! instructions {
    ($zero:ident, $splat:ident, $load:ident, $store:ident, $add:ident, $mul_add:ident) => {
        #[inline(always)]
        unsafe fn zero() -> Self {
            Self($zero())
        }
        #[inline(always)]
        unsafe fn splat(p: *const Self::T) -> Self {
            Self($splat(*p))
        }
        #[inline(always)]
        unsafe fn load(p: *const Self::T) -> Self {
            Self($load(p))
        }
        #[inline(always)]
        unsafe fn store(self, p: *mut Self::T) {
            $store(p, self.0)
        }
        #[inline(always)]
        unsafe fn add(self, other: Self) -> Self {
            Self($add(self.0, other.0))
        }
        #[inline(always)]
        unsafe fn mul_add(self, b: Self, c: Self) -> Self {
            Self($mul_add(self.0, b.0, c.0))
        }
        #[inline(always)]
        fn opaque(mut p: *const Self::T) -> *const Self::T {
            // SAFETY: no instruction at all.
            unsafe { std::arch::asm!("/* {p} */", p = inout(reg) p, options(pure, readonly, nostack, preserves_flags)) };
            p
        }
        #[inline(always)]
        unsafe fn prefetch(p: *const Self::T) {
            _mm_prefetch::<_MM_HINT_T0>(p.cast())
        }
    };
}
pub(super) use instructions;
