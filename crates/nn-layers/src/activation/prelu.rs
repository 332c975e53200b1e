//! The rectified linear unit whose negative side is learned.

use std::sync::Arc;

use nn_core::{BackPass, BindErrorKind, Fan, Initializer, Kernel, Local, Op, ParamsMut, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape, simd};

use super::sweep;
use crate::init::{Constant, Gain};

/// y = x where x > 0, and w·x elsewhere, with one learned slope w, or one for each channel: the first axis of a sample.
///
/// | | shape |
/// |---|---|
/// | x, y | `(m, ..)`; with a slope for each channel `(m, C, ..)` |
/// | `weight` w | `(1)` or `(C)`, as in PyTorch |
///
/// Backward: dx = dy where x > 0, and w·dy elsewhere; dw = Σ dy·x over all places with x ≤ 0, of the channel. w starts with
/// ¼ and should not be decayed. (He et al., "Delving deep into rectifiers", 2015, equations 1 and 3.)
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Prelu;
/// let model: Model<f64> = Prelu::new().init([2], 0)?;
/// assert_eq!(model.predict(&[[-4.0, 4.0]].into())?, [[-1.0, 4.0]].into());
/// let model: Model<f64> = Prelu::per_channel().init([3, 8, 8], 0)?;
/// assert_eq!(model.parameter("weight").unwrap().1, [0.25; 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "PReLU")]
#[derive(Debug, Clone)]
pub struct Prelu {
    per_channel: bool,
    init: Arc<dyn Initializer>,
}

impl Default for Prelu {
    fn default() -> Prelu {
        Prelu { per_channel: false, init: Arc::new(Constant(0.25)) }
    }
}

impl Prelu {
    /// One slope for all elements.
    pub fn new() -> Prelu {
        Prelu::default()
    }

    /// A slope for each channel; their number is taken from the input shape.
    pub fn per_channel() -> Prelu {
        Prelu { per_channel: true, ..Prelu::default() }
    }

    /// Sets how w starts.
    #[must_use]
    pub fn init_weight(self, init: impl Initializer + 'static) -> Prelu {
        Prelu { init: Arc::new(init), ..self }
    }
}

impl Op for Prelu {
    fn name(&self) -> &'static str {
        "Prelu"
    }

    fn settings(&self) -> String {
        self.name().to_string() // the parameter shows the rest
    }

    fn gain(&self) -> f64 {
        Gain::LeakyRelu(0.25).value() // with the slope that it starts with, unless told otherwise
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let channels = match inputs[0].as_slice() {
            _ if !self.per_channel => 1,
            [channels, ..] => *channels,
            [] => return Err(BindErrorKind::Rank { expected: "samples with a channel axis" }),
        };
        let fan = Fan { inputs: 1, outputs: 1 };
        Ok(Plan::new(inputs[0])
            .param("weight", [channels], fan, self.init.clone())
            .flops(inputs[0].size().saturating_mul(2))
            .saved_back(channels)) // dw of each sample, in the sweep that makes dx
    }
}

impl<T: Real> Kernel<T> for Prelu {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let width = y.width();
        each_run([pass.x[0].data()], &pass.theta[0], width, y.data(), |[x], w, y| {
            sweep::pull(
                [x, x, w],
                y,
                #[inline(always)]
                move |y, x, w| y * if x > T::ZERO { T::ONE } else { w },
            );
        });
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], local: Local<'_, T>) {
        let w = &pass.theta[0];
        let (x, dy, places) = (pass.x[0].data(), pass.dy.data(), pass.dy.width() / w.len());
        if places == 1 {
            sweep::pull(
                [dy, x, x],
                local.saved,
                #[inline(always)]
                move |dy, x, _| dy * if x > T::ZERO { T::ZERO } else { x },
            );
        } else {
            let runs = x.chunks_exact(places).zip(dy.chunks_exact(places));
            for (dw, (x, dy)) in local.saved.iter_mut().zip(runs) {
                *dw = sum_below(x, dy);
            }
        }
        if dx[0].is_wanted() {
            each_run([dy, x], w, pass.dy.width(), dx[0].data(), |[dy, x], w, dx| {
                sweep::pull(
                    [dy, x, w],
                    dx,
                    #[inline(always)]
                    move |dy, x, w| dy * if x > T::ZERO { T::ONE } else { w },
                );
            });
        }
    }

    fn backward_params(&self, pass: &BackPass<'_, T>, mut dtheta: ParamsMut<'_, T>, _: &mut [T]) {
        let dw = dtheta.get(0).expect("declared in `plan`");
        dw.fill(T::ZERO);
        for of_sample in pass.saved_back.chunks_exact(dw.len()) {
            for (dw, of_sample) in dw.iter_mut().zip(of_sample) {
                *dw += *of_sample;
            }
        }
    }
}

/// Calls `f(read, w, write)` for runs of elements of samples of `width` elements, with the slope of each element in w.
fn each_run<T: Real, const N: usize>(
    read: [&[T]; N],
    slopes: &[T],
    width: usize,
    write: &mut [T],
    f: impl Fn([&[T]; N], &[T], &mut [T]),
) {
    let without_places = slopes.len() == width;
    // One slope makes a run of all samples.
    let run = if slopes.len() == 1 { write.len() } else { width / slopes.len() };
    let run = if without_places { width } else { run };
    let mut repeated = [T::ZERO; RUN];
    for (i, write) in write.chunks_mut(run).enumerate() {
        let read = read.map(|read| &read[i * run..][..run]);
        if without_places {
            f(read, slopes, write);
            continue;
        }
        repeated[..run.min(RUN)].fill(slopes[i % slopes.len()]);
        for (j, write) in write.chunks_mut(RUN).enumerate() {
            f(read.map(|read| &read[j * RUN..][..write.len()]), &repeated[..write.len()], write);
        }
    }
}

/// Elements of a run that are computed at a time.
const RUN: usize = 512;

/// Sums of an order that is the same on every set of instructions.
const LANES: usize = 16;

/// Σ dy·x over the places with x ≤ 0.
fn sum_below<T: Real>(x: &[T], dy: &[T]) -> T {
    simd::dispatch(
        #[inline(always)]
        || {
            let mut lanes = [T::ZERO; LANES];
            let (x_blocks, x_rest) = x.as_chunks::<LANES>();
            let (dy_blocks, dy_rest) = dy.as_chunks::<LANES>();
            for (x, dy) in x_blocks.iter().zip(dy_blocks) {
                for l in 0..LANES {
                    lanes[l] += dy[l] * if x[l] > T::ZERO { T::ZERO } else { x[l] };
                }
            }
            let mut sum = T::ZERO;
            for (x, dy) in x_rest.iter().zip(dy_rest) {
                sum += *dy * if *x > T::ZERO { T::ZERO } else { *x };
            }
            for lane in lanes {
                sum += lane;
            }
            sum
        },
    )
}

#[cfg(test)]
nn_check::suite!(Prelu::new(), input: [2, 37], batch: 4);
#[cfg(test)]
nn_check::suite!(per_channel: Prelu::per_channel(), input: [3, 3], batch: 3, refuses: [&[]]);
#[cfg(test)]
nn_check::suite!(per_channel_of_images: Prelu::per_channel(), input: [3, 2, 9], batch: 2);
#[cfg(test)]
nn_check::suite!(per_feature: Prelu::per_channel(), input: [5], batch: 3);
