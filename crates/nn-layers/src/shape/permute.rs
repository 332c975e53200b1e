//! The axes of a sample in another order.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{MAX_RANK, Real, Shape};

/// Axis i of a sample of y is axis `order[i]` of a sample of x, counted from the end when negative; the sample axis stays first.
/// Backward: dx is dy with the axes put back.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Permute;
/// // Channels last becomes channels first.
/// let model: Model<f64> = Permute::new([1, 0]).init([3, 2], 0)?;
/// let y = model.predict(&[[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]].into())?;
/// assert_eq!(y, [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Permute {
    order: Vec<isize>,
}

impl Permute {
    /// The order of the axes of a sample, each once; axis 0 is the first after the sample axis.
    pub fn new(order: impl Into<Vec<isize>>) -> Permute {
        Permute { order: order.into() }
    }

    /// For each axis of y, the axis of x; `plan` has checked them.
    fn axes(&self) -> ([usize; MAX_RANK], usize) {
        let (mut axes, rank) = ([0; MAX_RANK], self.order.len());
        for (axis, &at) in axes.iter_mut().zip(&self.order) {
            *axis = at.rem_euclid(rank as isize) as usize;
        }
        (axes, rank)
    }
}

/// The distance between neighbours on each axis.
fn steps(shape: &Shape) -> [usize; MAX_RANK] {
    let (mut steps, mut step) = ([0; MAX_RANK], 1);
    for axis in (0..shape.rank()).rev() {
        steps[axis] = step;
        step *= shape[axis];
    }
    steps
}

/// The grid of `from` with these lengths and distances, in row-major order in `to`.
fn copy<T: Copy>(lengths: &[usize], steps: &[usize], from: &[T], to: &mut [T]) {
    match (lengths, steps) {
        ([], _) => to.copy_from_slice(&from[..1]),
        (&[n], [1]) => to.copy_from_slice(&from[..n]),
        ([_], &[step, ..]) => {
            for (to, from) in to.iter_mut().zip(from.iter().step_by(step)) {
                *to = *from;
            }
        }
        ([n, lengths @ ..], [step, steps @ ..]) => {
            let each = to.len() / n;
            for (i, to) in to.chunks_exact_mut(each).enumerate() {
                copy(lengths, steps, &from[i * step..], to);
            }
        }
        _ => unreachable!("as many distances as lengths"),
    }
}

impl Op for Permute {
    fn name(&self) -> &'static str {
        "Permute"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let x = inputs[0];
        let (mut lengths, mut seen) = (Vec::new(), vec![false; x.rank()]);
        for &axis in &self.order {
            let axis = x.axis(axis, "Permute")?;
            lengths.push(x[axis]);
            seen[axis] = true;
        }
        if lengths.len() != x.rank() || seen.contains(&false) {
            let what = format!("{:?} does not name each axis of a sample once", self.order);
            return Err(BindErrorKind::Setting { what });
        }
        Ok(Plan::new(Shape::new(&lengths)?).moves())
    }
}

impl<T: Real> Kernel<T> for Permute {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let (x, shape, width) = (pass.x[0], *y.shape(), y.width());
        let ((axes, rank), of_x) = (self.axes(), steps(x.shape()));
        let distances = axes.map(|axis| of_x[axis]);
        for (x, y) in x.data().chunks_exact(width).zip(y.data().chunks_exact_mut(width)) {
            copy(shape.as_slice(), &distances[..rank], x, y);
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let (dy, shape, width) = (pass.dy, *dx[0].shape(), dx[0].width());
        let ((axes, rank), of_dy) = (self.axes(), steps(dy.shape()));
        let mut distances = [0; MAX_RANK];
        for i in 0..rank {
            distances[axes[i]] = of_dy[i];
        }
        for (dy, dx) in dy.data().chunks_exact(width).zip(dx[0].data().chunks_exact_mut(width)) {
            copy(shape.as_slice(), &distances[..rank], dy, dx);
        }
    }
}

#[cfg(test)]
nn_check::suite!(
    Permute::new([2, 0, -2]), input: [2, 3, 4], batch: 3, refuses: [&[2, 3], &[2, 3, 4, 5], &[]]
);
#[cfg(test)]
nn_check::suite!(nothing_to_do: Permute::new([0, 1]), input: [2, 3], batch: 2);
#[cfg(test)]
nn_check::suite!(numbers: Permute::new([]), input: [], batch: 2);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;
    use tensor_ops::Tensor;

    #[test]
    fn elements_go_where_tensors_put_them() {
        let x = Tensor::new([2, 2, 3, 4], (0..48).map(f64::from).collect()).unwrap();
        for order in [[2, 0, 1], [1, 2, 0], [0, 2, 1], [2, 1, 0]] {
            let model = Permute::new(order).init::<f64>([2, 3, 4], 0).unwrap();
            let mut all = vec![0];
            all.extend(order.map(|axis| axis + 1));
            assert_eq!(model.predict(&x).unwrap(), x.permute(&all).unwrap());
        }
        assert!(Permute::new([0, 0]).bind([2, 3]).is_err());
    }
}
