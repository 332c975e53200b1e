//! What a function that computes or spoils a gradient sees: the whole batch, in f64.

use nn_core::{BackPass, Mode, Params, Pass, Rows};
use tensor_ops::{Real, Shape};

/// Everything that a pass of an operation reads. In backward for parameters θ is not to be seen, as in any kernel.
#[derive(Debug)]
pub(crate) struct Scene {
    /// The number of samples.
    pub(crate) m: usize,
    pub(crate) mode: Mode,
    /// The learned tensors.
    pub(crate) theta: Vec<Vec<f64>>,
    /// The inputs, each `(m, ..)`.
    pub(crate) x: Vec<Vec<f64>>,
    /// The shape of a sample of each input.
    pub(crate) shapes: Vec<Shape>,
    /// The output, `(m, ..)`; empty in forward.
    pub(crate) y: Vec<f64>,
    /// The gradient with respect to the output; empty in forward.
    pub(crate) dy: Vec<f64>,
    /// What the buffers of dθ hold before they are assigned, which nobody should look at; empty elsewhere.
    pub(crate) before: Vec<Vec<f64>>,
}

impl Scene {
    pub(crate) fn forward<T: Real>(pass: &Pass<'_, T>) -> Scene {
        Scene {
            m: pass.x[0].len(),
            mode: pass.cx.mode,
            theta: tensors(&pass.theta),
            x: pass.x.iter().map(rows).collect(),
            shapes: pass.x.iter().map(|x| *x.shape()).collect(),
            y: Vec::new(),
            dy: Vec::new(),
            before: Vec::new(),
        }
    }

    pub(crate) fn backward<T: Real>(pass: &BackPass<'_, T>) -> Scene {
        Scene {
            m: pass.x[0].len(),
            mode: pass.cx.mode,
            theta: tensors(&pass.theta),
            x: pass.x.iter().map(rows).collect(),
            shapes: pass.x.iter().map(|x| *x.shape()).collect(),
            y: rows(&pass.y),
            dy: rows(&pass.dy),
            before: Vec::new(),
        }
    }

    /// The elements of a sample of the first input.
    pub(crate) fn width(&self) -> usize {
        self.x[0].len() / self.m
    }

    /// The elements of a sample of the output.
    pub(crate) fn output_width(&self) -> usize {
        self.dy.len() / self.m
    }

    /// `f(x, y, dy)` of each element, for operations that keep the shape.
    pub(crate) fn each(&self, f: impl Fn(f64, f64, f64) -> f64) -> Vec<f64> {
        self.dy.iter().enumerate().map(|(i, &dy)| f(self.x[0][i], self.y[i], dy)).collect()
    }
}

pub(crate) fn wide<T: Real>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.to_f64()).collect()
}

pub(crate) fn narrow<T: Real>(from: &[f64], to: &mut [T]) {
    assert_eq!(from.len(), to.len(), "elements of a gradient");
    to.iter_mut().zip(from).for_each(|(to, from)| *to = T::from_f64(*from));
}

fn rows<T: Real>(rows: &Rows<'_, T>) -> Vec<f64> {
    wide(rows.data())
}

fn tensors<T: Real>(params: &Params<'_, T>) -> Vec<Vec<f64>> {
    (0..).map_while(|i| params.get(i)).map(wide).collect()
}
