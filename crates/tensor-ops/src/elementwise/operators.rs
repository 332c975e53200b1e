//! `+` and `-` between tensors, `+ - * /` with a number.
//!
//! An operator panics where the named function would return an error, with its text, at the caller's line. What is
//! taken by value on the left lends its memory to the result, where the result has its shape.
//!
//! The named functions are called by path here: where the traits are in sight, `a.add(b)` means theirs.

use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use crate::{Real, Shape, Tensor, TensorError, View};

#[track_caller]
fn unwrap<R>(result: Result<R, TensorError>) -> R {
    match result {
        Ok(result) => result,
        Err(error) => panic!("{error}"),
    }
}

/// A number as a tensor of rank 0, on the stack.
fn scalar<T: Real>(x: &T) -> View<'_, T> {
    Tensor::from_parts(Shape::SCALAR, std::slice::from_ref(x))
}

/// Between tensors.
macro_rules! between {
    ($($op:ident $method:ident $op_assign:ident $method_assign:ident $name:ident $in_place:ident;)*) => {$(
        impl<T: Real, S: AsRef<[T]>, R: AsRef<[T]>> $op<&Tensor<T, R>> for &Tensor<T, S> {
            type Output = Tensor<T>;
            #[track_caller]
            fn $method(self, other: &Tensor<T, R>) -> Tensor<T> {
                unwrap(Tensor::$name(self, other))
            }
        }

        impl<T: Real, R: AsRef<[T]>> $op<&Tensor<T, R>> for Tensor<T> {
            type Output = Tensor<T>;
            #[track_caller]
            fn $method(mut self, other: &Tensor<T, R>) -> Tensor<T> {
                if self.shape().broadcast(other.shape(), stringify!($name)).as_ref() != Ok(self.shape()) {
                    return unwrap(Tensor::$name(&self, other));
                }
                unwrap(self.$in_place(other));
                self
            }
        }

        impl<T: Real, S: AsRef<[T]>> $op<Tensor<T>> for &Tensor<T, S> {
            type Output = Tensor<T>;
            #[track_caller]
            fn $method(self, other: Tensor<T>) -> Tensor<T> {
                unwrap(Tensor::$name(self, &other))
            }
        }

        impl<T: Real> $op<Tensor<T>> for Tensor<T> {
            type Output = Tensor<T>;
            #[track_caller]
            fn $method(self, other: Tensor<T>) -> Tensor<T> {
                self.$method(&other)
            }
        }

        impl<T: Real, S: AsRef<[T]> + AsMut<[T]>, R: AsRef<[T]>> $op_assign<&Tensor<T, R>> for Tensor<T, S> {
            #[track_caller]
            fn $method_assign(&mut self, other: &Tensor<T, R>) {
                unwrap(self.$in_place(other));
            }
        }
    )*};
}

between! {
    Add add AddAssign add_assign add add_in_place;
    Sub sub SubAssign sub_assign subtract subtract_in_place;
}

/// With a number on the right.
macro_rules! with_number {
    ($($op:ident $method:ident $op_assign:ident $method_assign:ident $name:ident $in_place:ident;)*) => {$(
        impl<T: Real, S: AsRef<[T]>> $op<T> for &Tensor<T, S> {
            type Output = Tensor<T>;
            fn $method(self, number: T) -> Tensor<T> {
                unwrap(Tensor::$name(self, &scalar(&number)))
            }
        }

        impl<T: Real> $op<T> for Tensor<T> {
            type Output = Tensor<T>;
            fn $method(mut self, number: T) -> Tensor<T> {
                unwrap(self.$in_place(&scalar(&number)));
                self
            }
        }

        impl<T: Real, S: AsRef<[T]> + AsMut<[T]>> $op_assign<T> for Tensor<T, S> {
            fn $method_assign(&mut self, number: T) {
                unwrap(self.$in_place(&scalar(&number)));
            }
        }
    )*};
}

with_number! {
    Add add AddAssign add_assign add add_in_place;
    Sub sub SubAssign sub_assign subtract subtract_in_place;
    Mul mul MulAssign mul_assign multiply multiply_in_place;
    Div div DivAssign div_assign divide divide_in_place;
}

/// With a number on the left, which the rules of the language allow for types by name only.
macro_rules! number_first {
    ($t:ty: $($op:ident $method:ident $name:ident;)*) => {$(
        impl<S: AsRef<[$t]>> $op<&Tensor<$t, S>> for $t {
            type Output = Tensor<$t>;
            fn $method(self, tensor: &Tensor<$t, S>) -> Tensor<$t> {
                unwrap(Tensor::$name(&scalar(&self), tensor))
            }
        }

        impl $op<Tensor<$t>> for $t {
            type Output = Tensor<$t>;
            fn $method(self, tensor: Tensor<$t>) -> Tensor<$t> {
                unwrap(Tensor::$name(&scalar(&self), &tensor))
            }
        }
    )*};
}

number_first! { f32: Add add add; Sub sub subtract; Mul mul multiply; Div div divide; }
number_first! { f64: Add add add; Sub sub subtract; Mul mul multiply; Div div divide; }

impl<T: Real, S: AsRef<[T]>> Neg for &Tensor<T, S> {
    type Output = Tensor<T>;
    // The operator is this function, whose name it shares.
    fn neg(self) -> Tensor<T> {
        Tensor::neg(self)
    }
}

impl<T: Real> Neg for Tensor<T> {
    type Output = Tensor<T>;
    fn neg(mut self) -> Tensor<T> {
        self.neg_in_place();
        self
    }
}
