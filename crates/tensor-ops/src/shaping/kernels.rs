//! The loops of this module, compiled here once for each element type and not in the crate of every user.

use super::layout::Layout;
use super::order::{self, Direction};
use super::pick::Picks;
use super::{join, pick, strided};

/// What every [`Element`](crate::Element) has; hidden behind it.
pub trait Kernels: Sized {
    /// The grid `layout` of `from`, in row-major order, in `to`.
    #[doc(hidden)]
    fn copy_grid(layout: &Layout, from: &[Self], to: &mut [Self]);
    /// The grid `layout` of `from`, `size` elements in row-major order.
    #[doc(hidden)]
    fn collect_grid(layout: &Layout, from: &[Self], size: usize) -> Vec<Self>;
    /// `from`, in row-major order, in the grid `layout` of `to`.
    #[doc(hidden)]
    fn assign_grid(layout: &Layout, from: &[Self], to: &mut [Self]);
    /// The picked elements of `from`, `size` of them, in row-major order.
    #[doc(hidden)]
    fn copy_picks(picks: &Picks, from: &[Self], size: usize) -> Vec<Self>;
    /// `times` rows, each made of one row of every part.
    #[doc(hidden)]
    fn join_rows(parts: &[&[Self]], times: usize) -> Vec<Self>;
    /// Sorts each row of `n` in a direction; equal elements keep their order.
    #[doc(hidden)]
    fn sort_rows(rows: &mut [Self], n: usize, direction: Direction);
    /// The positions of each row of `n`, sorted in a direction; equal elements keep their order.
    #[doc(hidden)]
    fn argsort_rows(rows: &[Self], n: usize, direction: Direction, to: &mut [usize]);
    /// The positions of the first `k` of each row of `n` sorted in a direction.
    #[doc(hidden)]
    fn top_k_rows(rows: &[Self], n: usize, k: usize, direction: Direction, to: &mut [usize]);
}

macro_rules! kernels {
    ($($element:ty)*) => {$(
        impl Kernels for $element {
            fn copy_grid(layout: &Layout, from: &[Self], to: &mut [Self]) {
                strided::copy(layout, from, to);
            }
            fn collect_grid(layout: &Layout, from: &[Self], size: usize) -> Vec<Self> {
                strided::copied(layout, from, size)
            }
            fn assign_grid(layout: &Layout, from: &[Self], to: &mut [Self]) {
                strided::assign(layout, from, to);
            }
            fn copy_picks(picks: &Picks, from: &[Self], size: usize) -> Vec<Self> {
                pick::copy(picks, from, size)
            }
            fn join_rows(parts: &[&[Self]], times: usize) -> Vec<Self> {
                join::rows(parts, times)
            }
            fn sort_rows(rows: &mut [Self], n: usize, direction: Direction) {
                order::sort_rows(rows, n, direction);
            }
            fn argsort_rows(rows: &[Self], n: usize, direction: Direction, to: &mut [usize]) {
                order::argsort_rows(rows, n, direction, to);
            }
            fn top_k_rows(rows: &[Self], n: usize, k: usize, direction: Direction, to: &mut [usize]) {
                order::top_k_rows(rows, n, k, direction, to);
            }
        }
    )*};
}

kernels!(f32 f64 bool usize);
