//! Many matrix products of one size: the work is split over the batch or within each product.

use super::Product;
use crate::matmul::{Matrix, Update, gemm};
use crate::{MAX_RANK, Real, Shape, pool};

/// Multiplications from which on a product has work enough to be split within itself; as in `matmul.rs`.
const LARGE: usize = 1 << 18;

/// Multiplications in a piece of a batch of small products: a few µs, ten times what it costs to hand out a piece.
const PIECE: usize = 1 << 16;

/// A batch of products C[i] = A[i]·B[i], each (m, k) · (k, n) -> (m, n), with the matrices of a repeated operand found
/// by strides.
pub(crate) struct Batched {
    pub(crate) batch: Shape,
    /// Distances in A and B along each axis of the batch, in whole matrices; 0 where an operand repeats.
    pub(crate) strides: [[usize; MAX_RANK]; 2],
    pub(crate) m: usize,
    pub(crate) k: usize,
    pub(crate) n: usize,
    pub(crate) product: Product,
}

impl Batched {
    /// All products of the batch, written over or added to C of shape (batch, m, n).
    ///
    /// The bits of a product are those of a single call of [`gemm`], however the batch is split.
    pub(crate) fn run<T: Real>(&self, a: &[T], b: &[T], update: Update, c: &mut [T]) {
        let &Batched { batch, m, k, n, .. } = self;
        if c.is_empty() {
            return;
        }
        if k == 0 {
            if update == Update::Assign {
                c.fill(T::ZERO);
            }
            return;
        }
        let count = batch.size();
        let is_shared = self.strides[1][..batch.rank()].iter().all(|&step| step == 0);
        if is_shared && !self.product.transpose_left && a.len() == count * m * k {
            // One B for all: the rows of all A are rows of one tall matrix. A row has the same bits in any company.
            return gemm(Matrix::new(a, count * m, k), self.right(b, 0), update, c);
        }
        let one = |i: usize, c: &mut [T]| {
            let [i, j] = self.matrices(i);
            gemm(self.left(a, i), self.right(b, j), update, c);
        };
        let work = m.saturating_mul(k).saturating_mul(n);
        if work >= LARGE && count < 4 * pool::threads() {
            return c.chunks_exact_mut(m * n).enumerate().for_each(|(i, c)| one(i, c));
        }
        let each = if work.saturating_mul(count) < LARGE { count } else { (PIECE / work).max(1) };
        pool::split(count.div_ceil(each), [(c, each * m * n)], |piece, [c]| {
            for (q, c) in c.chunks_exact_mut(m * n).enumerate() {
                one(piece * each + q, c);
            }
        });
    }

    fn left<'a, T>(&self, a: &'a [T], i: usize) -> Matrix<'a, T> {
        matrix(a, i, self.m, self.k, self.product.transpose_left)
    }

    fn right<'a, T>(&self, b: &'a [T], j: usize) -> Matrix<'a, T> {
        matrix(b, j, self.k, self.n, self.product.transpose_right)
    }

    /// Which matrices of A and B make product `i` of the batch.
    fn matrices(&self, mut i: usize) -> [usize; 2] {
        let mut at = [0; 2];
        for axis in (0..self.batch.rank()).rev() {
            let index = i % self.batch[axis];
            i /= self.batch[axis];
            at[0] += index * self.strides[0][axis];
            at[1] += index * self.strides[1][axis];
        }
        at
    }
}

/// Matrix `i` of a stack, of shape (rows, cols) once the transposition is done.
fn matrix<T>(data: &[T], i: usize, rows: usize, cols: usize, is_transposed: bool) -> Matrix<'_, T> {
    let data = &data[i * rows * cols..(i + 1) * rows * cols];
    if is_transposed { Matrix::new(data, cols, rows).t() } else { Matrix::new(data, rows, cols) }
}
