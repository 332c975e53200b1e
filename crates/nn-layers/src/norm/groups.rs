//! What group norm and instance norm share: channels in groups, each group of a sample with a mean and a scale of its own.

use tensor_ops::{Real, Shape, simd};

use super::sums::{columns, moments, sums};

/// How a sample `(C, ..)` is cut: `groups` groups of `each` channels of `places` elements, one behind the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Groups {
    pub(super) groups: usize,
    each: usize,
    pub(super) places: usize,
}

impl Groups {
    /// For samples of a shape with a channel axis, whose length `groups` divides.
    pub(super) fn of(shape: &Shape, groups: usize) -> Groups {
        Groups { groups, each: shape[0] / groups, places: shape.size() / shape[0] }
    }

    pub(super) fn channels(&self) -> usize {
        self.groups * self.each
    }

    /// `[mean, 1/√(σ² + ε)]` of each group of each sample.
    pub(super) fn measure<T: Real>(&self, x: &[T], eps: f64, stats: &mut [[T; 2]]) {
        let (n, eps) = (self.each * self.places, T::from_f64(eps));
        simd::dispatch(
            #[inline(always)]
            || {
                for (x, stats) in x.chunks_exact(n).zip(stats) {
                    let (mean, var) = moments(x);
                    *stats = [mean, T::ONE / (var + eps).sqrt()];
                }
            },
        );
    }

    /// y = (x - mean)·inv·w + b, where w and b have a number for each channel.
    pub(super) fn scale<T: Real>(&self, x: &[T], stats: &[[T; 2]], affine: [Option<&[T]>; 2], y: &mut [T]) {
        simd::dispatch(
            #[inline(always)]
            || {
                for (i, y) in y.chunks_exact_mut(self.places).enumerate() {
                    let x = &x[i * self.places..][..self.places];
                    let [mean, inv] = stats[i / self.each];
                    let channel = i % self.channels();
                    let scale = affine[0].map_or(inv, |w| inv * w[channel]);
                    let shift = affine[1].map_or(T::ZERO, |b| b[channel]);
                    for j in 0..self.places {
                        y[j] = (x[j] - mean) * scale + shift;
                    }
                }
            },
        );
    }

    /// dx, where anybody wants it, and for every sample Σ dy·x̂ of each channel and then Σ dy of each channel.
    ///
    /// With g = dy·w and n elements in a group: dx = inv·(g - Σg/n - x̂·Σ(g·x̂)/n), without the sums where the statistics
    /// are constants.
    pub(super) fn pull_back<T: Real>(
        &self,
        [x, dy]: [&[T]; 2],
        stats: &[[T; 2]],
        w: Option<&[T]>,
        is_constant: bool,
        sums_of_dy: &mut [T],
        mut dx: Option<&mut [T]>,
    ) {
        let (channels, size) = (self.channels(), self.channels() * self.places);
        let n = T::from_usize(self.each * self.places);
        simd::dispatch(
            #[inline(always)]
            || {
                for (sample, kept) in sums_of_dy.chunks_exact_mut(2 * channels).enumerate() {
                    for group in 0..self.groups {
                        let [mean, inv] = stats[sample * self.groups + group];
                        let (mut sum, mut weighted) = (T::ZERO, T::ZERO);
                        let of_group = group * self.each..(group + 1) * self.each;
                        for c in of_group.clone() {
                            let at = sample * size + c * self.places;
                            let [of_dy, of_both] = sums(
                                [&x[at..][..self.places], &dy[at..][..self.places]],
                                #[inline(always)]
                                |[x, dy]| [dy, dy * ((x - mean) * inv)],
                            );
                            (kept[c], kept[channels + c]) = (of_both, of_dy);
                            let w = w.map_or(T::ONE, |w| w[c]);
                            sum += of_dy * w;
                            weighted += of_both * w;
                        }
                        let Some(dx) = &mut dx else { continue };
                        let (sum, weighted) =
                            if is_constant { (T::ZERO, T::ZERO) } else { (sum / n, weighted / n) };
                        for c in of_group {
                            let at = sample * size + c * self.places;
                            let (x, dy) = (&x[at..][..self.places], &dy[at..][..self.places]);
                            let dx = &mut dx[at..][..self.places];
                            let w = w.map_or(T::ONE, |w| w[c]);
                            for j in 0..self.places {
                                dx[j] = inv * (dy[j] * w - sum - (x[j] - mean) * inv * weighted);
                            }
                        }
                    }
                }
            },
        );
    }

    /// dw (parameter 0) or db from what `pull_back` kept, for the channels from `first` on.
    pub(super) fn gradient<T: Real>(&self, sums_of_dy: &[T], param: usize, first: usize, dtheta: &mut [T]) {
        let channels = self.channels();
        simd::dispatch(
            #[inline(always)]
            || {
                columns(
                    [sums_of_dy],
                    (2 * channels, param * channels + first),
                    &[],
                    &[[]; 0],
                    [dtheta],
                    #[inline(always)]
                    |[x], _, []| [x],
                );
            },
        );
    }
}
