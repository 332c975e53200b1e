//! Element by element, with NumPy's broadcasting.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::walk::Walk;
use crate::{Real, Tensor, TensorError};

impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// `f` of every element.
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// assert_eq!(Tensor::from([1.0, 4.0]).map(f64::sqrt), Tensor::from([1.0, 2.0]));
    /// ```
    pub fn map(&self, f: impl Fn(T) -> T) -> Tensor<T> {
        Tensor::from_parts(*self.shape(), self.as_slice().iter().map(|&x| f(x)).collect())
    }

    /// `f(a, b)` of the elements of two tensors that broadcast together; `op` is the name that an error will carry.
    ///
    /// # Errors
    /// [`TensorError::Broadcast`].
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let (column, row) = (Tensor::from([[3.0], [4.0]]), Tensor::from([4.0, 3.0]));
    /// let y = column.zip_map(&row, "hypot", f64::hypot)?;
    /// assert_eq!(y.as_slice()[0], 5.0);
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    pub fn zip_map(
        &self,
        other: &Tensor<T, impl AsRef<[T]>>,
        op: &'static str,
        f: impl Fn(T, T) -> T,
    ) -> Result<Tensor<T>, TensorError> {
        let (a, b) = (self.as_slice(), other.as_slice());
        if self.shape() == other.shape() {
            let data = a.iter().zip(b).map(|(&a, &b)| f(a, b)).collect();
            return Ok(Tensor::from_parts(*self.shape(), data));
        }
        let shape = self.shape().broadcast(other.shape(), op)?;
        let strides = [self.shape().broadcast_strides(&shape), other.shape().broadcast_strides(&shape)];
        let data = Walk::new(shape, strides).map(|[i, j]| f(a[i], b[j])).collect();
        Ok(Tensor::from_parts(shape, data))
    }
}

/// One method a function of two operands.
macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident = $f:expr;)*) => {
        impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
            $($(#[$doc])*
            ///
            /// # Errors
            /// [`TensorError::Broadcast`] where the shapes do not broadcast together.
            pub fn $name(&self, other: &Tensor<T, impl AsRef<[T]>>) -> Result<Tensor<T>, TensorError> {
                self.zip_map(other, stringify!($name), $f)
            })*
        }
    };
}

impl<T: Real, S: AsRef<[T]> + AsMut<[T]>> Tensor<T, S> {
    /// a + b in the place of a.
    ///
    /// # Errors
    /// [`TensorError::Broadcast`] where b does not broadcast to the shape of a.
    pub fn add_in_place(&mut self, other: &Tensor<T, impl AsRef<[T]>>) -> Result<(), TensorError> {
        let shape = *self.shape();
        if shape.broadcast(other.shape(), "add_in_place")? != shape {
            return Err(TensorError::Broadcast { op: "add_in_place", left: shape, right: *other.shape() });
        }
        let walk = Walk::new(shape, [other.shape().broadcast_strides(&shape)]);
        self.as_mut_slice().iter_mut().zip(walk).for_each(|(a, [i])| *a += other.as_slice()[i]);
        Ok(())
    }
}

/// The comparison that the documentation of `Element` shows.
impl<T: Real, S: AsRef<[T]>> Tensor<T, S> {
    /// Whether a > b, element by element.
    ///
    /// # Errors
    /// [`TensorError::Broadcast`] where the shapes do not broadcast together.
    pub fn greater(&self, other: &Tensor<T, impl AsRef<[T]>>) -> Result<Tensor<bool>, TensorError> {
        let shape = self.shape().broadcast(other.shape(), "greater")?;
        let strides = [self.shape().broadcast_strides(&shape), other.shape().broadcast_strides(&shape)];
        let data = Walk::new(shape, strides).map(|[i, j]| self.as_slice()[i] > other.as_slice()[j]).collect();
        Ok(Tensor::from_parts(shape, data))
    }
}

binary! {
    /// a + b, element by element.
    add = |a, b| a + b;
    /// a - b, element by element.
    subtract = |a, b| a - b;
    /// a · b, element by element (the Hadamard product).
    ///
    /// ```
    /// use tensor_ops::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(x.multiply(&Tensor::from([10.0, 0.0]))?, Tensor::from([[10.0, 0.0], [30.0, 0.0]]));
    /// # Ok::<(), tensor_ops::TensorError>(())
    /// ```
    multiply = |a, b| a * b;
    /// a / b, element by element, by IEEE 754: x/0 is infinite, 0/0 is NaN.
    divide = |a, b| a / b;
    /// aᵇ, element by element, by IEEE 754: a⁰ = 1 and 1ᵇ = 1 even for NaN.
    power = |a: T, b| a.powf(b);
    /// The larger of a and b; NaN if either is NaN.
    maximum = |a: T, b| a.maximum(b);
    /// The smaller of a and b; NaN if either is NaN.
    minimum = |a: T, b| a.minimum(b);
}

/// `+` and `-` between tensors, which panics where the shapes do not broadcast, and between a tensor and a number.
macro_rules! operators {
    ($($trait:ident $op:ident $name:ident $f:expr;)*) => {$(
        impl<T: Real> $trait for &Tensor<T> {
            type Output = Tensor<T>;
            #[track_caller]
            fn $op(self, other: &Tensor<T>) -> Tensor<T> {
                match self.$name(other) {
                    Ok(result) => result,
                    Err(error) => panic!("{error}"),
                }
            }
        }

        impl<T: Real> $trait<T> for &Tensor<T> {
            type Output = Tensor<T>;
            fn $op(self, number: T) -> Tensor<T> {
                let f: fn(T, T) -> T = $f;
                self.map(|x| f(x, number))
            }
        }
    )*};
}

operators! {
    Add add add |a, b| a + b;
    Sub sub subtract |a, b| a - b;
}

impl<T: Real> Mul<T> for &Tensor<T> {
    type Output = Tensor<T>;
    fn mul(self, factor: T) -> Tensor<T> {
        self.map(|x| x * factor)
    }
}

impl<T: Real> Div<T> for &Tensor<T> {
    type Output = Tensor<T>;
    fn div(self, divisor: T) -> Tensor<T> {
        self.map(|x| x / divisor)
    }
}

impl<T: Real> Neg for &Tensor<T> {
    type Output = Tensor<T>;
    fn neg(self) -> Tensor<T> {
        self.map(|x| -x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;
    use proptest::prelude::*;

    /// The definition, by index arithmetic on every axis.
    fn naive(a: &Tensor<f64>, b: &Tensor<f64>, out: &Shape) -> Vec<f64> {
        let element = |t: &Tensor<f64>, index: &[usize]| {
            let skip = index.len() - t.shape().rank();
            let mut at = 0;
            for (axis, &n) in t.shape().iter().enumerate() {
                at = at * n + if n == 1 { 0 } else { index[skip + axis] };
            }
            t.as_slice()[at]
        };
        let mut result = Vec::new();
        for flat in 0..out.size() {
            let (mut rest, mut index) = (flat, vec![0; out.rank()]);
            for axis in (0..out.rank()).rev() {
                index[axis] = rest % out[axis];
                rest /= out[axis];
            }
            result.push(element(a, &index) - 2.0 * element(b, &index));
        }
        result
    }

    fn counting(shape: Shape) -> Tensor<f64> {
        Tensor::new(shape, (0..shape.size()).map(|i| i as f64 + 0.5).collect()).unwrap()
    }

    proptest! {
        #[test]
        fn broadcasting_is_numpys(full in prop::collection::vec(0usize..4, 0..5), ones in prop::collection::vec(0u8..3, 5), cut in 0usize..5) {
            // Two operands made from one shape: some axes set to 1 in either, leading axes dropped in one.
            let pick = |which: u8| full.iter().zip(&ones).map(|(&n, &o)| if o == which { 1 } else { n }).collect::<Vec<_>>();
            let (a, b) = (pick(0), pick(1));
            let b = &b[cut.min(b.len())..];
            let (a, b) = (counting(Shape::new(&a).unwrap()), counting(Shape::new(b).unwrap()));
            let y = a.zip_map(&b, "test", |a, b| a - 2.0 * b).unwrap();
            prop_assert_eq!(y.as_slice(), naive(&a, &b, y.shape()));
        }
    }

    #[test]
    #[should_panic(expected = "add: shapes [2] and [3] do not broadcast together")]
    fn operators_panic_with_the_text_of_the_error() {
        let _ = &Tensor::from([1.0, 2.0]) + &Tensor::from([1.0, 2.0, 3.0]);
    }
}
