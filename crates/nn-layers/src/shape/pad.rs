//! More places before and after those of each axis, or fewer.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, RowsMut};
use tensor_ops::{Real, Shape};

/// Adds places to the last axes of a sample, or takes them away where a number is negative.
///
/// `pads` has a pair (before, after) for each of these axes, in their order: `[(top, bottom), (left, right)]` for images
/// `(m, C, H, W)`. PyTorch's `pad` lists the same from the last axis to the first. For (a b c d), padded by two:
///
/// | | |
/// |---|---|
/// | [`constant`](Pad::constant) | `v v a b c d v v` |
/// | [`reflect`](Pad::reflect) | `c b a b c d c b`, at most the length less 1 |
/// | [`replicate`](Pad::replicate) | `a a a b c d d d` |
/// | [`circular`](Pad::circular) | `c d a b c d a b`, at most the length |
///
/// Backward: each dx is the sum of dy over the places where x went.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Pad;
/// let model: Model<f64> = Pad::reflect([(2, -1)]).init([3], 0)?;
/// assert_eq!(model.predict(&[[1.0, 2.0, 3.0]].into())?, [[3.0, 2.0, 1.0, 2.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "ZeroPad2d")]
#[doc(alias = "ZeroPadding2D")]
#[doc(alias = "ReflectionPad2d")]
#[derive(Debug, Clone)]
pub struct Pad {
    pads: Vec<(isize, isize)>,
    fill: Fill,
}

#[derive(Debug, Clone, Copy)]
enum Fill {
    Constant(f64),
    Reflect,
    Replicate,
    Circular,
}

impl Pad {
    /// Places with a value of their own.
    pub fn constant(pads: impl Into<Vec<(isize, isize)>>, value: f64) -> Pad {
        Pad { pads: pads.into(), fill: Fill::Constant(value) }
    }

    /// The axis in a mirror at its ends, which are not repeated.
    pub fn reflect(pads: impl Into<Vec<(isize, isize)>>) -> Pad {
        Pad { pads: pads.into(), fill: Fill::Reflect }
    }

    /// The ends of the axis again and again.
    pub fn replicate(pads: impl Into<Vec<(isize, isize)>>) -> Pad {
        Pad { pads: pads.into(), fill: Fill::Replicate }
    }

    /// The other end of the axis: of what is left of it, where places are taken away.
    pub fn circular(pads: impl Into<Vec<(isize, isize)>>) -> Pad {
        Pad { pads: pads.into(), fill: Fill::Circular }
    }

    /// The length of an axis of `n` places after padding.
    fn length(&self, n: usize, (before, after): (isize, isize)) -> Result<usize, String> {
        let crop = |pad: isize| pad.min(0).unsigned_abs();
        let (added, taken) = ((before.max(0) as usize, after.max(0) as usize), (crop(before), crop(after)));
        let left = n.checked_sub(taken.0.saturating_add(taken.1));
        let length = left.map(|left| left.saturating_add(added.0).saturating_add(added.1));
        let (Some(left), Some(length)) = (left, length.filter(|&length| length > 0)) else {
            return Err(format!("takes {taken:?} of {n} places away"));
        };
        let most = match self.fill {
            Fill::Constant(_) | Fill::Replicate => usize::MAX,
            Fill::Reflect => n - 1,
            Fill::Circular => left,
        };
        match added.0.max(added.1) > most {
            true => Err(format!("{:?} padding of {added:?} on an axis of length {n}", self.fill)),
            false => Ok(length),
        }
    }

    /// Which of `n` places stands at place `at` of the padded axis; none for the constant.
    fn source(&self, at: usize, n: usize, (before, after): (isize, isize)) -> Option<usize> {
        let (at, n) = (at as isize - before, n as isize);
        let last = n - 1;
        let at = match self.fill {
            Fill::Constant(_) if !(0..n).contains(&at) => return None,
            Fill::Constant(_) => at,
            Fill::Replicate => at.clamp(0, last),
            Fill::Reflect => last - (last - at.abs()).abs(),
            Fill::Circular => {
                let (low, high) = ((-before).max(0), n - (-after).max(0));
                low + (at - low).rem_euclid(high - low)
            }
        };
        Some(at as usize)
    }

    /// How many places of the axis lie side by side from place `at` of the padded axis on.
    fn run(&self, at: usize, n: usize, (before, after): (isize, isize)) -> usize {
        let (at, n) = (at as isize - before, n as isize);
        let end = if matches!(self.fill, Fill::Circular) { n - (-after).max(0) } else { n };
        if at >= 0 && at < end { (end - at) as usize } else { 1 }
    }

    /// Calls `f` for every run of places of a padded block with where it begins, the first place it comes from (none for
    /// the constant) and how many it has. `input` and `output` are the lengths of the padded axes.
    fn each_run(
        &self,
        axis: usize,
        [input, output]: [&[usize]; 2],
        [x, y]: [usize; 2],
        f: &mut impl FnMut(usize, Option<usize>, usize),
    ) {
        let ([n, inputs @ ..], [m, outputs @ ..]) = (input, output) else { return f(y, Some(x), 1) };
        let (n, m, pad) = (*n, *m, self.pads[axis]);
        let steps = [inputs.iter().product::<usize>(), outputs.iter().product::<usize>()];
        let mut at = 0;
        while at < m {
            let source = self.source(at, n, pad);
            if inputs.is_empty() {
                let len = self.run(at, n, pad).min(m - at);
                f(y + at, source.map(|s| x + s), len);
                at += len;
                continue;
            }
            match source {
                None => f(y + at * steps[1], None, steps[1]),
                Some(s) => {
                    let starts = [x + s * steps[0], y + at * steps[1]];
                    self.each_run(axis + 1, [inputs, outputs], starts, f);
                }
            }
            at += 1;
        }
    }
}

impl Op for Pad {
    fn name(&self) -> &'static str {
        "Pad"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let mut lengths = inputs[0].as_slice().to_vec();
        let refuse = |what| BindErrorKind::Setting { what };
        let Some(first) = lengths.len().checked_sub(self.pads.len()) else {
            let what = format!("pads {} axes, of a sample that has {}", self.pads.len(), lengths.len());
            return Err(refuse(what));
        };
        for (n, &pad) in lengths[first..].iter_mut().zip(&self.pads) {
            *n = self.length(*n, pad).map_err(refuse)?;
        }
        Ok(Plan::new(Shape::new(&lengths)?))
    }
}

impl<T: Real> Kernel<T> for Pad {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        let (x, shape) = (pass.x[0].data(), *y.shape());
        let first = shape.rank() - self.pads.len();
        let lengths = [&pass.x[0].shape().as_slice()[first..], &shape.as_slice()[first..]];
        let sizes = lengths.map(|lengths| lengths.iter().product::<usize>());
        let value = if let Fill::Constant(value) = self.fill { T::from_f64(value) } else { T::ZERO };
        for (x, y) in x.chunks_exact(sizes[0]).zip(y.data().chunks_exact_mut(sizes[1])) {
            self.each_run(0, lengths, [0, 0], &mut |to, from, n| match from {
                Some(from) => y[to..to + n].copy_from_slice(&x[from..from + n]),
                None => y[to..to + n].fill(value),
            });
        }
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        let (dy, shape) = (pass.dy.data(), *dx[0].shape());
        let first = shape.rank() - self.pads.len();
        let lengths = [&shape.as_slice()[first..], &pass.dy.shape().as_slice()[first..]];
        let sizes = lengths.map(|lengths| lengths.iter().product::<usize>());
        for (dx, dy) in dx[0].data().chunks_exact_mut(sizes[0]).zip(dy.chunks_exact(sizes[1])) {
            dx.fill(T::ZERO);
            self.each_run(0, lengths, [0, 0], &mut |to, from, n| {
                let Some(from) = from else { return };
                for (dx, dy) in dx[from..from + n].iter_mut().zip(&dy[to..to + n]) {
                    *dx += *dy;
                }
            });
        }
    }
}

#[cfg(test)]
nn_check::suite!(Pad::constant([(1, 2), (3, -1)], 0.5), input: [2, 3, 4], batch: 3, refuses: [&[4]]);
#[cfg(test)]
nn_check::suite!(mirrored: Pad::reflect([(1, 2), (2, 0)]), input: [3, 4], batch: 3, refuses: [&[2, 4]]);
#[cfg(test)]
nn_check::suite!(repeated: Pad::replicate([(5, 2), (-1, 0), (0, 3)]), input: [2, 3, 4], batch: 2);
#[cfg(test)]
nn_check::suite!(wrapped: Pad::circular([(3, -1), (-1, 2)]), input: [4, 3], batch: 2, refuses: [&[3, 3]]);
#[cfg(test)]
nn_check::suite!(nothing_left: Pad::replicate([(-2, 1)]), input: [2], batch: 2, refuses: [&[1]]);
#[cfg(test)]
nn_check::suite!(of_nothing: Pad::constant([], 0.0), input: [2], batch: 2);
