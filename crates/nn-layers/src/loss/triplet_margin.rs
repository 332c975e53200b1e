//! An anchor that should be nearer to one vector than to another.

use nn_core::{Loss, LossError, Reduction, Rows, RowsMut, Target, Upstream};
use tensor_ops::{Real, Shape};

use super::checks::check_setting;
use super::stacked;

/// max(0, d(a, p) - d(a, n) + margin) for the anchor a, the positive p and the negative n of a sample, where
/// d(x, z) = ‖x - z + ε‖ is a distance of order 2 unless set.
///
/// | | shape |
/// |---|---|
/// | y | `(m, 3, ..)`: anchor, positive and negative, side by side |
/// | targets | none: [`Target::None`], or one for each sample, which is not looked at |
///
/// One term a sample; the mean is over the batch. Gradient of a distance: sign(x - z) |x - z|^(q-1) / d^(q-1) for order q,
/// 0 where d = 0. (Balntas et al., "Learning local feature descriptors with triplets and shallow convolutional neural networks",
/// 2016; PyTorch's `TripletMarginLoss`, whose ε is 1e-6.)
///
/// A network that is fed `(m, 3, n)` makes such an output: a dense layer takes all three vectors through the same weights.
///
/// ```
/// use nn_core::{Rows, Target, loss_value};
/// use nn_layers::TripletMargin;
/// let y = Rows::new(&[0.0, 0.0, 3.0, 4.0, 0.0, 5.5], [3, 2])?; // distances 5 and 5.5
/// let loss = loss_value(&TripletMargin::new(1.0), y, Target::None(1), None, &mut Vec::new());
/// assert!((loss - 0.5f64).abs() < 1e-5);
/// # Ok::<(), nn_core::BatchError>(())
/// ```
#[doc(alias = "TripletMarginLoss")]
#[derive(Debug, Clone, Copy)]
pub struct TripletMargin {
    reduction: Reduction,
    margin: f64,
    order: f64,
    eps: f64,
    swap: bool,
}

const NAME: &str = "TripletMargin";

impl TripletMargin {
    /// The mean over the batch, with the given margin (1 is usual) and Euclidean distances.
    pub fn new(margin: f64) -> TripletMargin {
        TripletMargin { reduction: Reduction::Mean, margin, order: 2.0, eps: 1e-6, swap: false }
    }

    /// Sets how the terms are reduced.
    #[must_use]
    pub fn reduction(self, reduction: Reduction) -> TripletMargin {
        TripletMargin { reduction, ..self }
    }

    /// Sets the order of the distances, from 1 up.
    #[must_use]
    pub fn order(self, order: f64) -> TripletMargin {
        TripletMargin { order, ..self }
    }

    /// Sets ε (1e-6 unless set).
    #[must_use]
    pub fn eps(self, eps: f64) -> TripletMargin {
        TripletMargin { eps, ..self }
    }

    /// Takes d(p, n) in the place of d(a, n) where it is smaller (Balntas et al., section 3.3).
    #[must_use]
    pub fn swap(self) -> TripletMargin {
        TripletMargin { swap: true, ..self }
    }

    /// d(x, z).
    fn distance<T: Real>(&self, x: &[T], z: &[T]) -> T {
        let (eps, order) = (T::from_f64(self.eps), T::from_f64(self.order));
        let sizes = x.iter().zip(z).map(|(x, z)| (*x - *z + eps).abs());
        match self.order {
            1.0 => sizes.sum(),
            2.0 => sizes.map(|size| size * size).sum::<T>().sqrt(),
            _ => sizes.map(|size| size.powf(order)).sum::<T>().powf(T::ONE / order),
        }
    }

    /// Adds factor · ∂d(x, z)/∂x to dx, and takes it from dz.
    fn add_gradient<T: Real>(&self, factor: T, x: &[T], z: &[T], distance: T, dx: &mut [T], dz: &mut [T]) {
        if distance == T::ZERO || factor == T::ZERO {
            return;
        }
        let (eps, less) = (T::from_f64(self.eps), T::from_f64(self.order - 1.0));
        for i in 0..x.len() {
            let difference = x[i] - z[i] + eps;
            let share = difference.abs() / distance;
            let size = match self.order {
                1.0 if difference == T::ZERO => T::ZERO,
                1.0 => T::ONE,
                2.0 => share,
                _ => share.powf(less),
            };
            let slope = factor * size.copysign(difference);
            dx[i] += slope;
            dz[i] += -slope;
        }
    }

    /// The distances of a sample: to the positive, to the negative, and whether that is the positive's.
    fn distances<T: Real>(&self, [anchor, positive, negative]: [&[T]; 3]) -> (T, T, bool) {
        let (near, far) = (self.distance(anchor, positive), self.distance(anchor, negative));
        let other = if self.swap { self.distance(positive, negative) } else { far };
        if other < far { (near, other, true) } else { (near, far, false) }
    }
}

impl Default for TripletMargin {
    /// A margin of 1.
    fn default() -> TripletMargin {
        TripletMargin::new(1.0)
    }
}

impl<T: Real> Loss<T> for TripletMargin {
    fn terms(&self, _: &Shape) -> usize {
        1
    }

    fn check(&self, output: &Shape, samples: usize, target: &Target<'_, T>) -> Result<(), LossError> {
        let TripletMargin { margin, order, eps, .. } = *self;
        check_setting(NAME, margin.is_finite(), || format!("margin is {margin}, expected a finite number"))?;
        let holds = order >= 1.0 && order.is_finite();
        check_setting(NAME, holds, || format!("order is {order}, expected a finite number >= 1"))?;
        check_setting(NAME, eps.is_finite(), || format!("eps is {eps}, expected a finite number"))?;
        stacked::part(NAME, output, 3, "[m, 3, ..]")?;
        let targets = stacked::samples(NAME, target);
        if targets != samples {
            let targets = format!("{targets} targets");
            return Err(LossError::Shape { loss: NAME, output: *output, samples, targets });
        }
        Ok(())
    }

    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, _: &Shape, target: &Target<'_, T>) -> T {
        T::from_usize(stacked::samples(NAME, target))
    }

    fn value(&self, y: Rows<'_, T>, _: Target<'_, T>, terms: &mut [T]) {
        let margin = T::from_f64(self.margin);
        for (i, term) in terms.iter_mut().enumerate() {
            let (near, far, _) = self.distances(stacked::parts(y.row(i)));
            *term = (near - far + margin).maximum(T::ZERO);
        }
    }

    fn value_and_gradient(
        &self,
        y: Rows<'_, T>,
        _: Target<'_, T>,
        upstream: Upstream<'_, T>,
        terms: &mut [T],
        mut dy: RowsMut<'_, T>,
    ) {
        let margin = T::from_f64(self.margin);
        dy.data().fill(T::ZERO);
        for (i, term) in terms.iter_mut().enumerate() {
            let [anchor, positive, negative] = stacked::parts(y.row(i));
            let (near, far, is_swapped) = self.distances([anchor, positive, negative]);
            let above = near - far + margin;
            *term = above.maximum(T::ZERO);
            let factor = if above >= T::ZERO { upstream.at(i) } else { T::ZERO };
            let [da, dp, dn] = stacked::parts_mut(dy.row(i));
            self.add_gradient(factor, anchor, positive, near, da, dp);
            match is_swapped {
                true => self.add_gradient(-factor, positive, negative, far, dp, dn),
                false => self.add_gradient(-factor, anchor, negative, far, da, dn),
            }
        }
    }
}

#[cfg(test)]
nn_check::loss_suite!(TripletMargin::new(1.0), output: [3, 5], batch: 6, targets: none());
#[cfg(test)]
nn_check::loss_suite!(swapped: TripletMargin::new(2.0).swap(), output: [3, 4], batch: 8, targets: none());
#[cfg(test)]
nn_check::loss_suite!(
    city_blocks: TripletMargin::new(1.0).order(1.0), output: [3, 2, 2], batch: 6, targets: none()
);
#[cfg(test)]
nn_check::loss_suite!(cubes: TripletMargin::new(1.0).order(3.0), output: [3, 4], batch: 6, targets: none());
