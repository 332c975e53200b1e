//! Reductions over any axes, and their kernels for bare rows.
//!
//! The functions on slices stay on the calling thread and allocate nothing; they are what layers call.
//!
//! ## How sums are ordered
//! A row of a matrix, or all of a tensor, is summed in 64 lanes: eight lines of 64 elements are joined in a tree, eight of
//! these straight, the lines of a rest one by one, the lanes in a tree, and the leaves of 4096 elements that result in a
//! binary tree. The sum over an axis with others behind it joins eight rows in a tree, 16 of these straight, 16 of these again, and then in a binary tree. So the order depends on the lengths alone: the bits
//! are the same on every instruction set and on any number of threads, and those of a row are the same alone and in a
//! matrix. The bound is that of [`pairwise_sum`] along every axis; NumPy's holds along the last one only.

mod columns;
mod engine;
mod extremes;
mod fold;
mod kernels;
mod layout;
mod masks;
mod positions;
mod rows;
mod scan;
mod slices;
mod softmax;
mod softmax_forms;
mod softmax_rows;
mod sum_to;
mod sums;
mod tiles;

pub(crate) use engine::{Form, rows_of_a_piece};
pub(crate) use fold::Op;
pub(crate) use kernel::ReduceKernel;
pub use scan::Scan;
pub use slices::{
    dot, log_softmax_rows, log_softmax_rows_in_place, max, pairwise_sum, softmax_backward_rows, softmax_rows,
    softmax_rows_in_place, sum_of_squares,
};

/// The kernels, compiled here for both scalar types, and not again by whoever calls them.
mod kernel {
    use super::engine::{self, Form};
    use super::fold::Op;
    use super::kernels::{self, Kernel};
    use super::softmax::Kind;
    use super::{positions, softmax_forms};

    /// What a scalar type brings along for reductions.
    pub trait ReduceKernel: Sized {
        /// Not a number.
        const NAN: Self;
        /// Squares below this lose digits to underflow.
        const SMALL_SQUARE: Self;
        /// A reduction of (outer, reduced, inner) to (outer, inner), on several threads.
        fn fold(op: Op, x: &[Self], form: Form, c: &[Self], out: &mut [Self]);
        /// A reduction of a row, on the calling thread.
        fn fold_row(op: Op, x: &[Self]) -> Self;
        /// Reductions of some rows of `cols` elements, on the calling thread.
        fn fold_rows(op: Op, x: &[Self], cols: usize, out: &mut [Self]);
        /// Positions of extremes, (outer, inner), on several threads.
        fn positions(op: Op, x: &[Self], form: Form, out: &mut [usize]);
        /// Σ xy.
        fn dot(x: &[Self], y: &[Self]) -> Self;
        /// Along an axis, on several threads; of `y` itself without an `x`.
        fn softmax(kind: Kind, x: Option<&[Self]>, form: Form, y: &mut [Self]);
        /// The same of `x`, into a vector of its own.
        fn softmax_of(kind: Kind, x: &[Self], form: Form) -> Vec<Self>;
        /// Of rows, on the calling thread.
        fn softmax_rows(kind: Kind, x: Option<&[Self]>, cols: usize, y: &mut [Self]);
        /// Of rows, on the calling thread.
        fn softmax_backward(y: &[Self], dy: &[Self], cols: usize, dx: &mut [Self]);
        /// Of rows, on several threads.
        fn logsumexp(x: &[Self], cols: usize, out: &mut [Self]);
        /// x / max(‖x‖₂, epsilon) of rows, on several threads.
        fn unit_rows(x: &[Self], cols: usize, epsilon: Self) -> Vec<Self>;
    }

    macro_rules! kernels {
        ($($t:ident)*) => {$(
            impl ReduceKernel for $t {
                const NAN: $t = $t::NAN;
                const SMALL_SQUARE: $t = $t::MIN_POSITIVE / $t::EPSILON;
                fn fold(op: Op, x: &[$t], form: Form, c: &[$t], out: &mut [$t]) {
                    engine::fold(op, x, form, c, out)
                }
                fn fold_row(op: Op, x: &[$t]) -> $t {
                    Kernel::of(op).row(x)
                }
                fn fold_rows(op: Op, x: &[$t], cols: usize, out: &mut [$t]) {
                    Kernel::of(op).each_row(x, cols, out)
                }
                fn positions(op: Op, x: &[$t], form: Form, out: &mut [usize]) {
                    positions::positions(op, x, form, out)
                }
                fn dot(x: &[$t], y: &[$t]) -> $t {
                    kernels::dot(x, y)
                }
                fn softmax(kind: Kind, x: Option<&[$t]>, form: Form, y: &mut [$t]) {
                    softmax_forms::softmax(kind, x, form, y)
                }
                fn softmax_of(kind: Kind, x: &[$t], form: Form) -> Vec<$t> {
                    softmax_forms::softmax_of(kind, x, form)
                }
                fn softmax_rows(kind: Kind, x: Option<&[$t]>, cols: usize, y: &mut [$t]) {
                    softmax_forms::rows(kind, x, cols, y)
                }
                fn softmax_backward(y: &[$t], dy: &[$t], cols: usize, dx: &mut [$t]) {
                    softmax_forms::backward(y, dy, cols, dx)
                }
                fn logsumexp(x: &[$t], cols: usize, out: &mut [$t]) {
                    softmax_forms::logsumexps(x, cols, out)
                }
                fn unit_rows(x: &[$t], cols: usize, epsilon: $t) -> Vec<$t> {
                    crate::norm::unit_rows(x, cols, epsilon)
                }
            }
        )*};
    }
    kernels!(f32 f64);
}

#[cfg(test)]
mod equal_bits;
#[cfg(test)]
pub(crate) mod oracle;
#[cfg(test)]
mod tests;
