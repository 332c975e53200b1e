//! The lines of a sample along one of its axes, as rows: where the axis is not the last, some neighbours at a time are
//! brought together and back.

use nn_core::{BindErrorKind, Plan};
use tensor_ops::{Real, Shape};

/// Neighbours that are brought together: a cache line of f32.
const TOGETHER: usize = 16;

/// Lines of `n` elements that lie `step` apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines {
    n: usize,
    step: usize,
}

impl Lines {
    /// Along an axis of a sample.
    fn new(shape: &Shape, axis: usize) -> Lines {
        Lines { n: shape[axis], step: shape.as_slice()[axis + 1..].iter().product() }
    }

    /// Along an axis that `plan` has checked.
    pub(super) fn along(shape: &Shape, axis: isize) -> Lines {
        Lines::new(shape, shape.axis(axis, "lines").expect("checked in `plan`"))
    }

    /// The plan of an operation on lines that reads at most two tensors at a time.
    pub(super) fn plan(shape: &Shape, axis: isize, name: &'static str) -> Result<Plan, BindErrorKind> {
        let lines = Lines::new(shape, shape.axis(axis, name)?);
        let scratch = if lines.step == 1 { 0 } else { 3 * lines.n.saturating_mul(lines.together()) };
        Ok(Plan::new(*shape).flops(shape.size().saturating_mul(5)).scratch(scratch))
    }

    fn together(self) -> usize {
        self.step.min(TOGETHER)
    }

    /// `f(read, n, write)` of rows of n elements: all of them, or some neighbours at a time.
    pub(super) fn each<T: Real, const N: usize>(
        self,
        read: [&[T]; N],
        write: &mut [T],
        scratch: &mut [T],
        f: impl Fn([&[T]; N], usize, &mut [T]),
    ) {
        let Lines { n, step } = self;
        if step == 1 {
            return f(read, n, write);
        }
        let (out, rows) = scratch.split_at_mut(n * self.together());
        for block in (0..write.len()).step_by(n * step) {
            for first in (0..step).step_by(TOGETHER) {
                let width = TOGETHER.min(step - first);
                let at = block + first;
                for (x, rows) in read.iter().zip(rows.chunks_exact_mut(n * self.together())) {
                    for k in 0..n {
                        for c in 0..width {
                            rows[c * n + k] = x[at + k * step + c];
                        }
                    }
                }
                let mut parts = rows.chunks_exact(n * self.together());
                let rows = read.map(|_| &parts.next().expect("as many as are read")[..n * width]);
                f(rows, n, &mut out[..n * width]);
                for k in 0..n {
                    for c in 0..width {
                        write[at + k * step + c] = out[c * n + k];
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A running sum along each axis, by rows and by the definition.
    #[test]
    fn lines_are_rows() {
        let shape = Shape::new(&[2, 3, 5, 19]).unwrap();
        let x: Vec<f64> = (0..shape.size()).map(|i| (i * i % 101) as f64).collect();
        for axis in 0..4 {
            let plan = Lines::plan(&shape, axis, "test").unwrap();
            let (lines, mut y) = (Lines::along(&shape, axis), vec![f64::NAN; x.len()]);
            lines.each([&x, &x], &mut y, &mut vec![f64::NAN; plan.scratch], |[x, again], n, y| {
                assert!(x == again && x.len().is_multiple_of(n));
                for (x, y) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)) {
                    (0..n).for_each(|k| y[k] = x[..=k].iter().sum());
                }
            });
            for i in 0..x.len() {
                let place = i / lines.step % lines.n;
                let sum: f64 = (0..=place).map(|k| x[i - k * lines.step]).sum();
                assert_eq!(y[i], sum, "element {i} along axis {axis}");
            }
        }
    }
}
