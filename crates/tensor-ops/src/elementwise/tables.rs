//! Every function once for every element type: tables of loops.
//!
//! A table is a `static` in this crate, so its loops are compiled here. Functions whose text the compiler vectorises
//! are compiled for every instruction set; those that call the crate `libm` for each element are compiled once.

use super::loops::{clip, map, map_in_place, select, through_block, zip, zip_in_place};
use super::plan::Plan;
use super::run::{self, CHEAP, HEAVY, SLOW};
use crate::pool::Sink;
use crate::simd::dispatch;
use crate::{Element, Real};

/// A function of one element.
#[derive(Debug)]
pub struct Unary<T> {
    pub(super) into: fn(&[T], &mut Sink<'_, T>),
    pub(super) in_place: fn(&mut [T]),
    /// Elements of a piece of work for one thread.
    pub(super) piece: usize,
}

/// A function of two elements. The number is where in the result the elements begin.
#[derive(Debug)]
pub struct Binary<T> {
    pub(super) into: fn(&Plan<2>, usize, &[T], &[T], &mut Sink<'_, T>),
    pub(super) in_place: fn(&Plan<1>, usize, &mut [T], &[T]),
    pub(super) piece: usize,
}

type Select<T> = fn(&Plan<3>, usize, &[bool], &[T], &[T], &mut Sink<'_, T>);

type Compare<T> = fn(&Plan<2>, usize, &[T], &[T], &mut Sink<'_, bool>);

/// What every element type can do.
#[derive(Debug)]
pub struct ElementTable<T> {
    pub(super) equal: Compare<T>,
    pub(super) not_equal: Compare<T>,
    pub(super) greater: Compare<T>,
    pub(super) greater_equal: Compare<T>,
    pub(super) select: Select<T>,
}

/// The table of an element type.
#[doc(hidden)]
pub trait ElementTables: Sized + 'static {
    /// Comparisons and selection.
    fn element_table() -> &'static ElementTable<Self>;
}

/// The table of a real type, and how to run what is in it: here, so that this too is compiled in this crate.
#[doc(hidden)]
pub trait RealTables: Sized + 'static {
    /// Functions of numbers.
    fn real_table() -> &'static RealTable<Self>;
    /// The remainder of a division that rounds towards 0.
    fn fmod(self, divisor: Self) -> Self;
    /// f(x).
    fn unary(f: &Unary<Self>, x: &[Self]) -> Vec<Self>;
    /// out = f(x).
    fn unary_into(f: &Unary<Self>, x: &[Self], out: &mut [Self]);
    /// x = f(x).
    fn unary_in_place(f: &Unary<Self>, x: &mut [Self]);
    /// f(a, b) of `len` elements.
    fn binary(f: &Binary<Self>, plan: &Plan<2>, a: &[Self], b: &[Self], len: usize) -> Vec<Self>;
    /// out = f(a, b).
    fn binary_into(f: &Binary<Self>, plan: &Plan<2>, a: &[Self], b: &[Self], out: &mut [Self]);
    /// a = f(a, b).
    fn binary_in_place(f: &Binary<Self>, plan: &Plan<1>, a: &mut [Self], b: &[Self]);
}

/// A loop of two operands for every instruction set.
macro_rules! fast_zip {
    ($f:expr) => {
        |plan, from, a, b, out| {
            dispatch(
                #[inline(always)]
                || zip(plan, from, a, b, out, $f),
            )
        }
    };
}

impl<T: Element> ElementTable<T> {
    const fn new() -> Self {
        ElementTable {
            equal: fast_zip!(|a: T, b: T| a == b),
            not_equal: fast_zip!(|a: T, b: T| a != b),
            greater: fast_zip!(|a: T, b: T| a > b),
            greater_equal: fast_zip!(|a: T, b: T| a >= b),
            select: |plan, from, mask, a, b, out| {
                dispatch(
                    #[inline(always)]
                    || select(plan, from, mask, a, b, out),
                )
            },
        }
    }
}

/// Functions of numbers by cost: `cheap` ones are vectorised in both forms; `heavy` ones are long texts without
/// branches, vectorised in one form; `slow` ones call a function for each element.
macro_rules! real_table {
    (
        cheap { $($cheap:ident = $cheap_f:expr;)* }
        heavy { $($heavy:ident = $heavy_f:expr;)* }
        slow { $($slow:ident = $slow_f:expr;)* }
        binary { $($binary:ident = $binary_f:expr;)* }
        slow_binary { $($slow_binary:ident = $slow_binary_f:expr;)* }
    ) => {
        /// What real numbers can do.
        #[derive(Debug)]
        pub struct RealTable<T> {
            $(pub(super) $cheap: Unary<T>,)*
            $(pub(super) $heavy: Unary<T>,)*
            $(pub(super) $slow: Unary<T>,)*
            $(pub(super) $binary: Binary<T>,)*
            $(pub(super) $slow_binary: Binary<T>,)*
            pub(super) is_nan: fn(&[T], &mut Sink<'_, bool>),
            pub(super) is_inf: fn(&[T], &mut Sink<'_, bool>),
            pub(super) is_finite: fn(&[T], &mut Sink<'_, bool>),
            pub(super) clip: fn(T, T, &[T], &mut Sink<'_, T>),
            pub(super) clip_in_place: fn(T, T, &mut [T]),
        }

        impl<T: Real> RealTable<T> {
            const fn new() -> Self {
                RealTable {
                    $($cheap: Unary {
                        into: |x, out| dispatch(#[inline(always)] || map(x, out, $cheap_f)),
                        in_place: |x| dispatch(#[inline(always)] || map_in_place(x, $cheap_f)),
                        piece: CHEAP,
                    },)*
                    $($heavy: Unary {
                        into: |x, out| dispatch(#[inline(always)] || map(x, out, $heavy_f)),
                        in_place: |x| through_block(x, T::real_table().$heavy.into),
                        piece: HEAVY,
                    },)*
                    $($slow: Unary {
                        into: |x, out| map(x, out, $slow_f),
                        in_place: |x| map_in_place(x, $slow_f),
                        piece: SLOW,
                    },)*
                    $($binary: Binary {
                        into: fast_zip!($binary_f),
                        in_place: |plan, from, a, b| {
                            dispatch(#[inline(always)] || zip_in_place(plan, from, a, b, $binary_f))
                        },
                        piece: CHEAP,
                    },)*
                    $($slow_binary: Binary {
                        into: |plan, from, a, b, out| zip(plan, from, a, b, out, $slow_binary_f),
                        in_place: |plan, from, a, b| zip_in_place(plan, from, a, b, $slow_binary_f),
                        piece: SLOW,
                    },)*
                    is_nan: |x, out| dispatch(#[inline(always)] || map(x, out, |x: T| x.is_nan())),
                    is_inf: |x, out| dispatch(#[inline(always)] || map(x, out, |x: T| x.abs() == T::INFINITY)),
                    is_finite: |x, out| dispatch(#[inline(always)] || map(x, out, |x: T| x.abs() < T::INFINITY)),
                    clip: |min, max, x, out| dispatch(#[inline(always)] || clip(min, max, x, out)),
                    clip_in_place: |min, max, x| through_block(x, |x, out| clip(min, max, x, out)),
                }
            }
        }
    };
}

real_table! {
    cheap {
        abs = |x: T| x.abs();
        sign = sign;
        neg = |x: T| -x;
        reciprocal = |x: T| T::ONE / x;
        sqrt = |x: T| x.sqrt();
        rsqrt = |x: T| T::ONE / x.sqrt();
        square = |x: T| x * x;
        floor = |x: T| x.floor();
        ceil = |x: T| x.ceil();
        round = |x: T| x.round_ties_even();
        relu = |x: T| if x > T::ZERO || x.is_nan() { x } else { T::ZERO };
        sigmoid_derivative = |s: T| s * (T::ONE - s);
        tanh_derivative = |y: T| T::ONE - y * y;
        relu_derivative = relu_derivative;
        sqrt_derivative = |y: T| T::ONE / (y + y);
    }
    // A long closure is inlined only when told to, and compiled apart each multiply-add would be a call.
    heavy {
        exp = #[inline(always)] |x: T| x.exp();
        exp2 = #[inline(always)] |x: T| x.exp2();
        expm1 = #[inline(always)] |x: T| x.exp_m1();
        ln = #[inline(always)] |x: T| x.ln();
        log1p = #[inline(always)] |x: T| x.ln_1p();
        log2 = #[inline(always)] |x: T| x.log2();
        log10 = #[inline(always)] |x: T| x.log10();
        tanh = #[inline(always)] |x: T| x.tanh();
        erf = #[inline(always)] |x: T| x.erf();
        sigmoid = #[inline(always)] |x: T| x.sigmoid();
        softplus = #[inline(always)] |x: T| x.softplus();
        gelu = #[inline(always)] |x: T| x.gelu();
        gelu_derivative = #[inline(always)] |x: T| gelu_derivative(x);
        erf_derivative = #[inline(always)] |x: T| T::from_f64(std::f64::consts::FRAC_2_SQRT_PI) * (-x * x).exp();
    }
    slow {
        sin = |x: T| x.sin();
        cos = |x: T| x.cos();
        tan = |x: T| x.tan();
        asin = |x: T| x.asin();
        acos = |x: T| x.acos();
        atan = |x: T| x.atan();
        sinh = |x: T| x.sinh();
        cosh = |x: T| x.cosh();
        asinh = |x: T| x.asinh();
        acosh = |x: T| x.acosh();
        atanh = |x: T| x.atanh();
    }
    binary {
        add = |a: T, b: T| a + b;
        subtract = |a: T, b: T| a - b;
        multiply = |a: T, b: T| a * b;
        divide = |a: T, b: T| a / b;
        maximum = |a: T, b: T| a.maximum(b);
        minimum = |a: T, b: T| a.minimum(b);
    }
    slow_binary {
        power = |a: T, b: T| a.powf(b);
        fmod = |a: T, b: T| a.fmod(b);
        remainder = remainder;
    }
}

/// As NumPy's `sign`: 0 for both zeros, NaN for NaN.
#[inline(always)]
fn sign<T: Real>(x: T) -> T {
    // Neither below nor above: 0 or NaN, which x + 0 keeps, but for the sign of -0.
    let rest = if x < T::ZERO { -T::ONE } else { x + T::ZERO };
    if x > T::ZERO { T::ONE } else { rest }
}

#[inline(always)]
fn relu_derivative<T: Real>(x: T) -> T {
    let step = if x > T::ZERO { T::ONE } else { T::ZERO };
    if x.is_nan() { x } else { step }
}

/// Φ(x) + xφ(x).
#[inline(always)]
fn gelu_derivative<T: Real>(x: T) -> T {
    // Beyond 40 Φ is 0 or 1, and φ is 0, in f64 too; within, nothing overflows.
    let bound = T::from_f64(40.0);
    let x = x.maximum(-bound).minimum(bound);
    // gelu(x) = xΦ(x) has all digits of Φ in both tails; where x is so small that it may lose them, Φ is ½.
    let ratio = x.gelu() / x;
    let is_tiny = x.abs() < T::from_f64(1e-30);
    let cdf = if is_tiny { T::from_f64(0.5) } else { ratio };
    let density = T::from_f64(FRAC_1_SQRT_2PI) * (T::from_f64(-0.5) * x * x).exp();
    x.mul_add(density, cdf)
}

/// 1/√(2π).
const FRAC_1_SQRT_2PI: f64 = 0.398_942_280_401_432_7;

/// As Python's `%` and NumPy's `remainder`: a - b⌊a/b⌋, exact but for one rounding.
fn remainder<T: Real>(a: T, b: T) -> T {
    let r = a.fmod(b);
    if r == T::ZERO {
        r.copysign(b)
    } else if (r < T::ZERO) != (b < T::ZERO) && !r.is_nan() {
        r + b
    } else {
        r
    }
}

macro_rules! tables {
    ($($t:ty)*) => {$(
        impl ElementTables for $t {
            fn element_table() -> &'static ElementTable<$t> {
                static TABLE: ElementTable<$t> = ElementTable::new();
                &TABLE
            }
        }
    )*};
}

tables!(f32 f64 bool usize);

macro_rules! real_tables {
    ($($t:ty)*) => {$(
        impl RealTables for $t {
            fn real_table() -> &'static RealTable<$t> {
                static TABLE: RealTable<$t> = RealTable::new();
                &TABLE
            }
            fn fmod(self, divisor: $t) -> $t {
                self % divisor
            }
            fn unary(f: &Unary<$t>, x: &[$t]) -> Vec<$t> {
                run::collect(x.len(), f.piece, |from, out| (f.into)(&x[from..from + out.left()], out))
            }
            fn unary_into(f: &Unary<$t>, x: &[$t], out: &mut [$t]) {
                run::fill(out, f.piece, |from, out| (f.into)(&x[from..from + out.left()], out));
            }
            fn unary_in_place(f: &Unary<$t>, x: &mut [$t]) {
                run::in_place(x, f.piece, |_, x| (f.in_place)(x));
            }
            fn binary(f: &Binary<$t>, plan: &Plan<2>, a: &[$t], b: &[$t], len: usize) -> Vec<$t> {
                run::collect(len, f.piece, |from, out| (f.into)(plan, from, a, b, out))
            }
            fn binary_into(f: &Binary<$t>, plan: &Plan<2>, a: &[$t], b: &[$t], out: &mut [$t]) {
                run::fill(out, f.piece, |from, out| (f.into)(plan, from, a, b, out));
            }
            fn binary_in_place(f: &Binary<$t>, plan: &Plan<1>, a: &mut [$t], b: &[$t]) {
                run::in_place(a, f.piece, |from, a| (f.in_place)(plan, from, a, b));
            }
        }
    )*};
}

real_tables!(f32 f64);
