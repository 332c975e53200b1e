//! A fixed factor.

use nn_core::{BackPass, BindErrorKind, Kernel, Local, Op, Pass, Plan, Pointwise, RowsMut};
use tensor_ops::{Real, Shape};

/// y = c·x with a fixed number c, any shape. Backward: dx = c·dy. It is computed in place beside a product.
///
/// A factor that is learned is the γ of a norm, such as [`RmsNorm`](crate::RmsNorm), or a [`Dense`](crate::Dense).
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Scale;
/// let model: Model<f64> = Scale::new(1.0 / 255.0).init([2], 0)?;
/// assert_eq!(model.predict(&[[0.0, 255.0]].into())?, [[0.0, 1.0]].into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    factor: f64,
}

impl Scale {
    /// Multiplies by `factor`.
    pub fn new(factor: f64) -> Scale {
        Scale { factor }
    }

    fn times<T: Real>(&self, x: &[T], y: &mut [T]) {
        let factor = T::from_f64(self.factor);
        for (y, x) in y.iter_mut().zip(x) {
            *y = factor * *x;
        }
    }
}

impl Op for Scale {
    fn name(&self) -> &'static str {
        "Scale"
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        match self.factor.is_finite() {
            true => Ok(Plan::new(inputs[0])),
            false => Err(BindErrorKind::Setting { what: format!("factor {} is not finite", self.factor) }),
        }
    }
}

impl<T: Real> Kernel<T> for Scale {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        self.times(pass.x[0].data(), y.data());
    }

    fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        self.times(pass.dy.data(), dx[0].data());
    }

    fn pointwise(&self) -> Option<&dyn Pointwise<T>> {
        Some(self)
    }
}

impl<T: Real> Pointwise<T> for Scale {
    fn apply(&self, y: &mut [T]) {
        let factor = T::from_f64(self.factor);
        for y in y {
            *y *= factor;
        }
    }

    fn pull_back(&self, _: &[T], dy: &mut [T]) {
        self.apply(dy);
    }
}

#[cfg(test)]
nn_check::suite!(Scale::new(-2.5), input: [2, 3], batch: 4);
#[cfg(test)]
nn_check::suite!(
    beside_products: crate::Sequential::new().push(crate::Dense::new(4)).push(Scale::new(0.3)).push(crate::Dense::new(2)),
    input: [3], batch: 4
);
