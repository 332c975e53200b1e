//! `+ - * /` between dual numbers, and between a dual number and a constant.

use std::iter::{Product, Sum};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use super::{Dual, Number};

impl<N: Number> Add for Dual<N> {
    type Output = Dual<N>;
    fn add(self, y: Dual<N>) -> Dual<N> {
        Dual { value: self.value + y.value, slope: self.slope + y.slope }
    }
}

impl<N: Number> Sub for Dual<N> {
    type Output = Dual<N>;
    fn sub(self, y: Dual<N>) -> Dual<N> {
        Dual { value: self.value - y.value, slope: self.slope - y.slope }
    }
}

/// (xy)′ = x′y + xy′.
impl<N: Number> Mul for Dual<N> {
    type Output = Dual<N>;
    fn mul(self, y: Dual<N>) -> Dual<N> {
        Dual { value: self.value * y.value, slope: self.slope * y.value + self.value * y.slope }
    }
}

/// (x/y)′ = (x′ - (x/y) y′) / y.
impl<N: Number> Div for Dual<N> {
    type Output = Dual<N>;
    fn div(self, y: Dual<N>) -> Dual<N> {
        let value = self.value / y.value;
        Dual { value, slope: (self.slope - value * y.slope) / y.value }
    }
}

impl<N: Number> Neg for Dual<N> {
    type Output = Dual<N>;
    fn neg(self) -> Dual<N> {
        Dual { value: -self.value, slope: -self.slope }
    }
}

impl<N: Number> Add<f64> for Dual<N> {
    type Output = Dual<N>;
    fn add(self, c: f64) -> Dual<N> {
        Dual { value: self.value + c, slope: self.slope }
    }
}

impl<N: Number> Sub<f64> for Dual<N> {
    type Output = Dual<N>;
    fn sub(self, c: f64) -> Dual<N> {
        Dual { value: self.value - c, slope: self.slope }
    }
}

impl<N: Number> Mul<f64> for Dual<N> {
    type Output = Dual<N>;
    fn mul(self, c: f64) -> Dual<N> {
        Dual { value: self.value * c, slope: self.slope * c }
    }
}

impl<N: Number> Div<f64> for Dual<N> {
    type Output = Dual<N>;
    fn div(self, c: f64) -> Dual<N> {
        Dual { value: self.value / c, slope: self.slope / c }
    }
}

/// A constant before a dual number.
macro_rules! constant_first {
    ($($operator:ident::$method:ident),*) => {$(
        impl<N: Number> $operator<Dual<N>> for f64 {
            type Output = Dual<N>;
            fn $method(self, x: Dual<N>) -> Dual<N> {
                Dual::from(self).$method(x)
            }
        }
    )*};
}

constant_first!(Add::add, Sub::sub, Mul::mul, Div::div);

macro_rules! assigning {
    ($($operator:ident::$method:ident is $by:ident::$with:ident),*) => {$(
        impl<N: Number> $operator for Dual<N> {
            fn $method(&mut self, y: Dual<N>) {
                *self = $by::$with(*self, y);
            }
        }
        impl<N: Number> $operator<f64> for Dual<N> {
            fn $method(&mut self, c: f64) {
                *self = $by::$with(*self, c);
            }
        }
    )*};
}

assigning!(
    AddAssign::add_assign is Add::add,
    SubAssign::sub_assign is Sub::sub,
    MulAssign::mul_assign is Mul::mul,
    DivAssign::div_assign is Div::div
);

impl<N: Number> Sum for Dual<N> {
    fn sum<I: Iterator<Item = Dual<N>>>(terms: I) -> Dual<N> {
        terms.fold(Dual::from(0.0), |sum, x| sum + x)
    }
}

impl<'a, N: Number> Sum<&'a Dual<N>> for Dual<N> {
    fn sum<I: Iterator<Item = &'a Dual<N>>>(terms: I) -> Dual<N> {
        terms.copied().sum()
    }
}

impl<N: Number> Product for Dual<N> {
    fn product<I: Iterator<Item = Dual<N>>>(factors: I) -> Dual<N> {
        factors.fold(Dual::from(1.0), |product, x| product * x)
    }
}
