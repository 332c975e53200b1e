//! Values side by side: where branches meet and stay apart.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, MAX_INPUTS, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

/// The inputs one behind the other along an axis of a sample; all other axes are equal. Backward: each dx is its part of dy.
///
/// | | shape |
/// |---|---|
/// | x₁, x₂, .. | `(m, .., nᵢ, ..)` |
/// | y | `(m, .., Σnᵢ, ..)` |
///
/// It takes several inputs, so it stands in a block's [`build`](nn_core::Layer::build), in a [`Graph`](crate::Graph), or, by itself, at the
/// end of [`Parallel::concat`](crate::Parallel::concat).
///
/// ```
/// use nn_core::Layer;
/// use nn_layers::{Concat, Dense, Graph};
/// let net = Graph::new()
///     .add("a", Dense::new(2), "input")
///     .add("b", Dense::new(3), "input")
///     .join("both", Concat::new(-1, 2), ["a", "b"]);
/// assert_eq!(net.bind([4])?.output_shape(), &[5].into());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[doc(alias = "Concatenate")]
#[derive(Debug, Clone, Copy)]
pub struct Concat {
    axis: isize,
    inputs: usize,
}

impl Concat {
    /// Along `axis` of a sample, negative from the end, for this many inputs: one to four.
    pub fn new(axis: isize, inputs: usize) -> Concat {
        Concat { axis, inputs }
    }

    /// The elements of an input between two turns of the others: those of the axis and the ones after it.
    fn run(&self, shape: &Shape) -> usize {
        let axis = shape.axis(self.axis, "Concat").expect("checked in `plan`");
        shape.as_slice()[axis..].iter().product()
    }
}

impl Op for Concat {
    fn name(&self) -> &'static str {
        "Concat"
    }

    fn arity(&self) -> usize {
        self.inputs
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let Some(first) = inputs.first() else {
            return Err(BindErrorKind::Arity { takes: MAX_INPUTS, got: 0 });
        };
        let axis = first.axis(self.axis, "Concat")?;
        let mut lengths = first.as_slice().to_vec();
        for input in &inputs[1..] {
            let fits = input.rank() == first.rank()
                && input.iter().zip(first.iter()).enumerate().all(|(i, (a, b))| i == axis || a == b);
            if !fits {
                let what = format!("expected the same shapes but for axis {axis} of a sample");
                return Err(BindErrorKind::Setting { what });
            }
            lengths[axis] = lengths[axis].saturating_add(input[axis]);
        }
        Ok(Plan::new(Shape::new(&lengths)?))
    }
}

impl<T: Real> Kernel<T> for Concat {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let all: usize = pass.x.iter().map(|x| self.run(x.shape())).sum();
        for (i, mut y) in y.data().chunks_exact_mut(all).enumerate() {
            for x in pass.x {
                let n = self.run(x.shape());
                let (of_x, rest) = y.split_at_mut(n);
                of_x.copy_from_slice(&x.data()[i * n..(i + 1) * n]);
                y = rest;
            }
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let all: usize = pass.x.iter().map(|x| self.run(x.shape())).sum();
        let mut first = 0;
        for (x, dx) in pass.x.iter().zip(dx) {
            let n = self.run(x.shape());
            if dx.is_wanted() {
                for (dx, dy) in dx.data().chunks_exact_mut(n).zip(pass.dy.data().chunks_exact(all)) {
                    dx.copy_from_slice(&dy[first..first + n]);
                }
            }
            first += n;
        }
    }
}

#[cfg(test)]
use crate::{Dense, Graph, Tanh};
#[cfg(test)]
nn_check::suite!(
    Graph::new()
        .add("a", Dense::new(3), "input")
        .add("b", Tanh, "input")
        .join("all", Concat::new(1, 3), ["a", "b", "input"]),
    input: [2, 4], batch: 3
);
#[cfg(test)]
nn_check::suite!(along_the_first_axis: Graph::new().join("twice", Concat::new(0, 2), ["input", "input"]), input: [2, 3], batch: 3);
