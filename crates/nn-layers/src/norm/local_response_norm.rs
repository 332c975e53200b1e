//! Local response normalisation.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape, simd};

/// yᵢ = xᵢ / dᵢ^β with dᵢ = k + α/n · Σ xⱼ² over the n channels j around channel i, at each place by itself.
///
/// | | shape |
/// |---|---|
/// | x, y | `(m, C)` or `(m, C, ..)` |
///
/// The channels are i - ⌊n/2⌋ to i + ⌊(n-1)/2⌋, as far as there are such; α is divided by n, as in PyTorch and ONNX and unlike the
/// paper. Backward: dxⱼ = dyⱼ/dⱼ^β - 2αβ/n · xⱼ Σ dyᵢ·yᵢ/dᵢ over the channels i around which j lies.
/// (Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012, section 3.3.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::LocalResponseNorm;
/// let model: Model<f64> = LocalResponseNorm::new(1).alpha(1.0).beta(1.0).init([2], 0)?;
/// assert!((model.predict(&[[1.0, 3.0]].into())?.as_slice()[1] - 0.3).abs() < 1e-15); // 3/(1 + 3²)
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct LocalResponseNorm {
    size: usize,
    alpha: f64,
    beta: f64,
    k: f64,
}

impl LocalResponseNorm {
    /// Over `size` neighbouring channels, with α = 1e-4, β = 0.75 and k = 1.
    pub fn new(size: usize) -> LocalResponseNorm {
        LocalResponseNorm { size, alpha: 1e-4, beta: 0.75, k: 1.0 }
    }

    /// Sets α.
    #[must_use]
    pub fn alpha(self, alpha: f64) -> LocalResponseNorm {
        LocalResponseNorm { alpha, ..self }
    }

    /// Sets β.
    #[must_use]
    pub fn beta(self, beta: f64) -> LocalResponseNorm {
        LocalResponseNorm { beta, ..self }
    }

    /// Sets k.
    #[must_use]
    pub fn k(self, k: f64) -> LocalResponseNorm {
        LocalResponseNorm { k, ..self }
    }

    /// Adds the channels i - `before` to i + `after` of `terms` to each channel i of `sums`.
    #[inline(always)]
    fn add_windows<T: Real>(&self, terms: &[T], places: usize, [before, after]: [usize; 2], sums: &mut [T]) {
        let channels = terms.len() / places;
        for i in 0..channels {
            let sums = &mut sums[i * places..][..places];
            for j in i.saturating_sub(before)..channels.min(i.saturating_add(after).saturating_add(1)) {
                let terms = &terms[j * places..][..places];
                for p in 0..places {
                    sums[p] += terms[p];
                }
            }
        }
    }

    /// How many channels before and after a channel count.
    fn reach(&self) -> [usize; 2] {
        [self.size / 2, (self.size - 1) / 2]
    }
}

/// d^-β; exp and ln are vectorised.
#[inline(always)]
fn power<T: Real>(d: T, beta: T) -> T {
    (-beta * d.ln()).exp()
}

impl Op for LocalResponseNorm {
    fn name(&self) -> &'static str {
        "LocalResponseNorm"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let LocalResponseNorm { size, alpha, beta, k } = *self;
        if inputs[0].rank() == 0 {
            return Err(BindErrorKind::Rank { expected: "samples with a channel axis" });
        }
        let refuse = |what| Err(BindErrorKind::Setting { what });
        if size == 0 {
            return refuse("a window of 0 channels".into());
        }
        if let Some(number) = [alpha, beta, k].into_iter().find(|x| !(x.is_finite() && *x >= 0.0)) {
            return refuse(format!("alpha, beta and k are finite numbers >= 0, got {number}"));
        }
        let n = inputs[0].size();
        let window = size.min(inputs[0][0]);
        Ok(Plan::new(inputs[0]).saved(n).scratch(n).flops(n.saturating_mul(window.saturating_add(16))))
    }
}

impl<T: Real> Kernel<T> for LocalResponseNorm {
    /// Keeps d.
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, local: Local<'_, T>) {
        let (x, size) = (pass.x[0].data(), y.width());
        let (places, y) = (size / y.shape()[0], y.data());
        let factor = T::from_f64(self.alpha / self.size as f64);
        let (k, beta) = (T::from_f64(self.k), T::from_f64(self.beta));
        simd::dispatch(
            #[inline(always)]
            || {
                for ((x, y), d) in
                    x.chunks_exact(size).zip(y.chunks_exact_mut(size)).zip(local.saved.chunks_exact_mut(size))
                {
                    let squares = &mut local.scratch[..size];
                    for i in 0..size {
                        squares[i] = x[i] * x[i] * factor;
                        d[i] = k;
                    }
                    self.add_windows(squares, places, self.reach(), d);
                    for i in 0..size {
                        y[i] = x[i] * power(d[i], beta);
                    }
                }
            },
        );
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let size = pass.dy.width();
        let places = size / pass.dy.shape()[0];
        let factor = T::from_f64(-2.0 * self.alpha * self.beta / self.size as f64);
        let beta = T::from_f64(self.beta);
        let [before, after] = self.reach();
        let (dx, dy, y) = (dx[0].data(), pass.dy.data(), pass.y.data());
        simd::dispatch(
            #[inline(always)]
            || {
                for (sample, dx) in dx.chunks_exact_mut(size).enumerate() {
                    let at = sample * size;
                    let (x, y) = (&pass.x[0].data()[at..][..size], &y[at..][..size]);
                    let (dy, d) = (&dy[at..][..size], &pass.saved[at..][..size]);
                    let terms = &mut local.scratch[..size];
                    for i in 0..size {
                        terms[i] = dy[i] * y[i] / d[i];
                        dx[i] = T::ZERO;
                    }
                    // Channel j lies around i where i does around j, with before and after exchanged.
                    self.add_windows(terms, places, [after, before], dx);
                    for i in 0..size {
                        dx[i] = dx[i] * x[i] * factor + dy[i] * power(d[i], beta);
                    }
                }
            },
        );
    }
}

#[cfg(test)]
nn_check::suite!(LocalResponseNorm::new(3).alpha(0.5), input: [5, 2], batch: 3, refuses: [&[]]);
#[cfg(test)]
nn_check::suite!(even_and_wide: LocalResponseNorm::new(4).alpha(1.0).beta(0.5).k(2.0), input: [3], batch: 4);
