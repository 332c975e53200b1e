//! Larger images by repetition or by interpolation.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

/// Makes each of the axes behind the channels a whole number of times as long.
///
/// | | shape |
/// |---|---|
/// | x | `(m, C, ..)`, one to three axes behind the channels |
/// | y | the same, each of these axes times its factor |
///
/// [`nearest`](Upsample::nearest) repeats: `y[o] = x[⌊o / factor⌋]`. [`linear`](Upsample::linear), bilinear over images, weighs the two
/// nearest pixels of each axis by their distance to the middle of y's pixel in x, (o + ½) / factor - ½; at the edge it repeats. That is
/// PyTorch's `align_corners=False`. Backward is the transpose of the same sum.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Upsample;
/// let x = [[[0.0, 4.0]]];
/// let model: Model<f32> = Upsample::nearest([2]).init([1, 2], 0)?;
/// assert_eq!(model.predict(&x.into())?, [[[0.0, 0.0, 4.0, 4.0]]].into());
/// let model: Model<f32> = Upsample::linear([2]).init([1, 2], 0)?;
/// assert_eq!(model.predict(&x.into())?, [[[0.0, 1.0, 3.0, 4.0]]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "UpSampling2D")]
#[doc(alias = "interpolate")]
#[derive(Debug, Clone)]
pub struct Upsample {
    factors: Vec<usize>,
    mode: UpsampleMode,
}

/// What stands between the pixels of x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpsampleMode {
    /// The nearest of them.
    Nearest,
    /// Both neighbours along each axis, weighed by their distances.
    Linear,
}

/// The two pixels of an axis that a place sees, and their weights.
type Pair = [(usize, f64); 2];

impl Upsample {
    /// Repeats pixels, so many times along each axis.
    pub fn nearest(factors: impl Into<Vec<usize>>) -> Upsample {
        Upsample { factors: factors.into(), mode: UpsampleMode::Nearest }
    }

    /// Interpolates between pixels, so many places for each along each axis.
    pub fn linear(factors: impl Into<Vec<usize>>) -> Upsample {
        Upsample { factors: factors.into(), mode: UpsampleMode::Linear }
    }

    fn pair(&self, o: usize, factor: usize, size: usize) -> Pair {
        match self.mode {
            UpsampleMode::Nearest => [(o / factor, 1.0), (o / factor, 0.0)],
            UpsampleMode::Linear => {
                let at = ((o as f64 + 0.5) / factor as f64 - 0.5).max(0.0);
                let low = (at as usize).min(size - 1);
                let share = at - low as f64;
                [(low, 1.0 - share), ((low + 1).min(size - 1), share)]
            }
        }
    }

    /// Calls `f(place of y, pixel of x, weight)` for every weight of a channel that is not 0.
    fn each(&self, input: &Shape, mut f: impl FnMut(usize, usize, f64)) {
        let mut axes = [(1, 1); 3];
        for (axis, (&size, &factor)) in
            axes.iter_mut().rev().zip(input.as_slice()[1..].iter().zip(&self.factors).rev())
        {
            *axis = (size, factor);
        }
        let [z, y, x] = axes;
        let mut at = 0;
        for h in 0..z.0 * z.1 {
            let depth = self.pair(h, z.1, z.0);
            for i in 0..y.0 * y.1 {
                let height = self.pair(i, y.1, y.0);
                for j in 0..x.0 * x.1 {
                    let width = self.pair(j, x.1, x.0);
                    for corner in 0..8 {
                        let (p, q, r) = (depth[corner / 4], height[corner / 2 % 2], width[corner % 2]);
                        let weight = p.1 * q.1 * r.1;
                        if weight != 0.0 {
                            f(at, (p.0 * y.0 + q.0) * x.0 + r.0, weight);
                        }
                    }
                    at += 1;
                }
            }
        }
    }
}

impl Op for Upsample {
    fn name(&self) -> &'static str {
        "Upsample"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let mut lengths = inputs[0].as_slice().to_vec();
        let axes = self.factors.len();
        if lengths.len() != axes + 1 || !(1..=3).contains(&axes) {
            let what = format!(
                "{axes} factors take samples with a channel axis and {axes} more (1 to 3), got {} axes",
                lengths.len()
            );
            return Err(BindErrorKind::Setting { what });
        }
        for (length, &factor) in lengths[1..].iter_mut().zip(&self.factors) {
            if factor == 0 {
                return Err(BindErrorKind::Setting { what: "factor 0".into() });
            }
            *length = length.saturating_mul(factor);
        }
        let output = Shape::new(&lengths)?;
        let reads = if self.mode == UpsampleMode::Linear { 1 << (axes + 1) } else { 1 };
        Ok(Plan::new(output).flops(output.size().saturating_mul(reads)))
    }
}

impl<T: Real> Kernel<T> for Upsample {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let (input, channels) = (*pass.x[0].shape(), pass.x[0].shape()[0]);
        let (pixels, places) = (input.size() / channels, y.shape().size() / channels);
        y.data().fill(T::ZERO);
        for (x, y) in pass.x[0].data().chunks_exact(pixels).zip(y.data().chunks_exact_mut(places)) {
            self.each(&input, |at, pixel, weight| y[at] += T::from_f64(weight) * x[pixel]);
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let (input, channels) = (*pass.x[0].shape(), pass.x[0].shape()[0]);
        let (pixels, places) = (input.size() / channels, pass.dy.width() / channels);
        dx[0].data().fill(T::ZERO);
        for (dy, dx) in pass.dy.data().chunks_exact(places).zip(dx[0].data().chunks_exact_mut(pixels)) {
            self.each(&input, |at, pixel, weight| dx[pixel] += T::from_f64(weight) * dy[at]);
        }
    }
}

#[cfg(test)]
nn_check::suite!(
    Upsample::nearest([2, 3]), input: [2, 3, 2], batch: 3, refuses: [&[3, 2], &[2, 0, 2], &[1, 2, 3, 2]]
);
#[cfg(test)]
nn_check::suite!(bilinear: Upsample::linear([3, 2]), input: [2, 3, 4], batch: 3);
#[cfg(test)]
nn_check::suite!(of_volumes: Upsample::linear([1, 2, 2]), input: [1, 2, 3, 1], batch: 2);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::Layer;

    #[test]
    fn factors_that_do_not_fit_are_refused() {
        let error = Upsample::nearest([2]).bind([1, 3, 3]).unwrap_err().to_string();
        assert!(error.contains("1 factors take samples with a channel axis and 1 more"), "{error}");
        assert!(Upsample::linear([0]).bind([1, 3]).unwrap_err().to_string().contains("factor 0"));
    }
}
