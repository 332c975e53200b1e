//! The gated linear unit.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape, slices};

use super::sweep;

/// y = a·σ(b), where a is the first half of x along one axis of the sample, by default the last, and b the second.
///
/// | | shape |
/// |---|---|
/// | x | `(m, .., 2n, ..)` |
/// | y | `(m, .., n, ..)` |
///
/// Backward: da = dy·σ(b), db = dy·a·σ(b)(1 - σ(b)). (Dauphin et al., "Language modeling with gated convolutional
/// networks", 2017.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Glu;
/// let model: Model<f64> = Glu::new().init([4], 0)?;
/// assert_eq!(model.predict(&[[1.0, 2.0, 0.0, -1e4]].into())?, [[0.5, 0.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "GLU")]
#[derive(Debug, Clone, Copy)]
pub struct Glu {
    axis: isize,
}

impl Default for Glu {
    fn default() -> Glu {
        Glu { axis: -1 }
    }
}

impl Glu {
    /// Along the last axis, whose length is even.
    pub fn new() -> Glu {
        Glu::default()
    }

    /// Along another axis of the sample, counted from the end when negative.
    #[must_use]
    pub fn axis(self, axis: isize) -> Glu {
        Glu { axis }
    }

    /// The number of elements of a and of b that lie together.
    fn run(&self, y: &Shape) -> usize {
        let axis = y.axis(self.axis, "Glu").expect("checked in `plan`");
        y.as_slice()[axis..].iter().product()
    }
}

impl Op for Glu {
    fn name(&self) -> &'static str {
        "Glu"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let axis = inputs[0].axis(self.axis, "Glu")?;
        let mut output = inputs[0].as_slice().to_vec();
        let n = output[axis];
        super::insist(n.is_multiple_of(2), || format!("axis {} of length {n} has no two halves", self.axis))?;
        output[axis] = n / 2;
        let output = Shape::new(&output)?;
        Ok(Plan::new(output).flops(output.size().saturating_mul(20)))
    }
}

impl<T: Real> Kernel<T> for Glu {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let run = self.run(y.shape());
        for (x, y) in pass.x[0].data().chunks_exact(2 * run).zip(y.data().chunks_exact_mut(run)) {
            let (a, b) = x.split_at(run);
            sweep::by_blocks([a, b], y, |[a, b], y| {
                slices::sigmoid(b, y);
                sweep::combine(
                    a,
                    y,
                    #[inline(always)]
                    move |a, s| a * s,
                );
            });
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let run = self.run(pass.y.shape());
        let (x, dy) = (pass.x[0].data().chunks_exact(2 * run), pass.dy.data().chunks_exact(run));
        for ((x, dy), dx) in x.zip(dy).zip(dx[0].data().chunks_exact_mut(2 * run)) {
            let (a, b) = x.split_at(run);
            let (da, db) = dx.split_at_mut(run);
            slices::sigmoid(b, da);
            sweep::pull(
                [dy, a, da],
                db,
                #[inline(always)]
                move |dy, a, s| dy * a * s * (T::ONE - s),
            );
            sweep::combine(
                dy,
                da,
                #[inline(always)]
                move |dy, s| dy * s,
            );
        }
    }
}

#[cfg(test)]
nn_check::suite!(Glu::new(), input: [2, 6], batch: 4, refuses: [&[], &[5]]);
#[cfg(test)]
nn_check::suite!(along_a_first_axis: Glu::new().axis(0), input: [4, 3], batch: 2, refuses: [&[3, 4]]);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Layer, Model};

    /// Where b is large, a is what remains.
    #[test]
    fn halves_are_those_of_the_axis() {
        let x = [[[1.0, 2.0], [3.0, 4.0], [1e4, 1e4], [1e4, 1e4]]].into();
        let first: Model<f64> = Glu::new().axis(0).init([4, 2], 0).unwrap();
        assert_eq!(first.predict(&x).unwrap(), [[[1.0, 2.0], [3.0, 4.0]]].into());
        let last: Model<f64> = Glu::new().init([4, 2], 0).unwrap();
        assert_eq!(last.predict(&x).unwrap().as_slice()[2..], [1e4, 1e4]);
    }
}
