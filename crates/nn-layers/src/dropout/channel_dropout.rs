//! Dropout of whole channels.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Mode, Op, Pass, Plan, RowsMut};
use rand::Rng;
use tensor_ops::random::Stream;
use tensor_ops::{Real, Shape};

use super::{DropoutError, Probability};

/// In training each channel of each sample is set to 0 with probability p, and the others are scaled by 1/(1-p); in
/// inference nothing happens. The elements of a feature map say much the same, so that dropping some of them drops little.
///
/// | | shape |
/// |---|---|
/// | x, y | `(m, C)` or `(m, C, ..)` |
///
/// PyTorch's Dropout1d, Dropout2d and Dropout3d. Backward: the same mask and scale on dy; it is a function of
/// (seed, step, layer, channel of the batch). (Tompson et al., "Efficient object localization using convolutional networks",
/// 2015, section 3.2.)
///
/// ```
/// use nn_core::{Context, Layer, Rows, Workspace};
/// use nn_layers::ChannelDropout;
/// let network = ChannelDropout::new(0.5)?.bind([2, 2])?;
/// let x = [1.0, 2.0, 3.0, 4.0];
/// let mut ws = Workspace::inference(&network, 1)?;
/// let y = network.forward(&[], &[], Rows::new(&x, [2, 2])?, &Context::training(0, 0), &mut ws);
/// assert!(y.data()[..2] == [0.0; 2] || y.data()[..2] == [2.0, 4.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "Dropout2d")]
#[doc(alias = "SpatialDropout2D")]
#[derive(Debug, Clone, Copy)]
pub struct ChannelDropout {
    p: Probability,
}

impl ChannelDropout {
    /// Drops each channel with probability `p`.
    ///
    /// # Errors
    /// [`DropoutError::Probability`] where p is not in [0, 1].
    pub fn new(p: f64) -> Result<ChannelDropout, DropoutError> {
        Ok(ChannelDropout { p: Probability::new(p)? })
    }

    /// y = x · mask / (1 - p), for channels `first..` of the batch, each of `places` elements.
    fn apply<T: Real>(&self, random: Stream, first: usize, places: usize, x: &[T], y: &mut [T]) {
        let scale = T::from_f64(1.0 / (1.0 - self.p.0));
        let mut rng = random.rng(first as u64);
        for (x, y) in x.chunks_exact(places).zip(y.chunks_exact_mut(places)) {
            if u64::from(rng.next_u32()) < self.p.threshold() {
                y.fill(T::ZERO);
                continue;
            }
            for (y, x) in y.iter_mut().zip(x) {
                *y = *x * scale;
            }
        }
    }
}

impl Op for ChannelDropout {
    fn name(&self) -> &'static str {
        "ChannelDropout"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        match inputs[0].rank() {
            0 => Err(BindErrorKind::Rank { expected: "samples with a channel axis" }),
            _ => Ok(Plan::new(inputs[0])),
        }
    }
}

impl<T: Real> Kernel<T> for ChannelDropout {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let (x, channels) = (pass.x[0].data(), y.shape()[0]);
        match pass.cx.mode {
            Mode::Inference => y.data().copy_from_slice(x),
            Mode::Training => {
                self.apply(pass.random, pass.first * channels, y.width() / channels, x, y.data());
            }
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let (dy, channels) = (pass.dy, pass.dy.shape()[0]);
        match pass.cx.mode {
            Mode::Inference => dx[0].data().copy_from_slice(dy.data()),
            Mode::Training => {
                let places = dy.width() / channels;
                self.apply(pass.random, pass.first * channels, places, dy.data(), dx[0].data());
            }
        }
    }
}

#[cfg(test)]
nn_check::suite!(ChannelDropout::new(0.4).unwrap(), input: [3, 2, 2], batch: 4, refuses: [&[]]);

#[cfg(test)]
mod tests {
    use super::*;
    use nn_core::{Context, Layer, Rows, Workspace};

    fn channels(p: f64) -> Vec<[f64; 5]> {
        let net = ChannelDropout::new(p).unwrap().bind([10, 5]).unwrap();
        let x = vec![1.0; 100 * 50];
        let mut ws = Workspace::inference(&net, 100).unwrap();
        let y = net.forward(&[], &[], Rows::new(&x, [10, 5]).unwrap(), &Context::training(1, 2), &mut ws);
        y.data().as_chunks().0.to_vec()
    }

    #[test]
    fn channels_go_or_stay_as_a_whole_and_at_the_rate() {
        let all = channels(0.25);
        assert!(all.iter().all(|c| *c == [0.0; 5] || *c == [1.0 / 0.75; 5]));
        let dropped = all.iter().filter(|c| c[0] == 0.0).count() as f64;
        // Five standard deviations of a binomial count of 1000.
        assert!((dropped - 250.0).abs() < 5.0 * (1000.0f64 * 0.25 * 0.75).sqrt(), "{dropped}");
        assert!(channels(0.0).iter().all(|c| *c == [1.0; 5]));
        assert!(channels(1.0).iter().all(|c| *c == [0.0; 5]));
    }
}
