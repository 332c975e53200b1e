//! The functions, each with what it is compared to.

use tensor_ops::Real;
use tensor_ops::simd::{Isa, dispatch_to};

use crate::error::Exact;
use crate::reference as r;

/// One row of the table.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// The loop that users get, compiled for a set of instructions.
    pub(crate) f32: fn(Isa, &[f32], &mut [f32]),
    pub(crate) f64: fn(Isa, &[f64], &mut [f64]),
    /// In f64, for results of type f32: right to a few of its units, 2⁻⁵⁰.
    pub(crate) close: fn(f64) -> f64,
    /// In twice the digits of f64.
    pub(crate) exact: fn(f64) -> Exact,
    /// The inputs of type f64 are dense up to this absolute value: where the values are neither trivial nor infinite.
    pub(crate) range: f64,
}

macro_rules! functions {
    ($($name:ident: $close:expr, $exact:expr, $range:literal;)*) => {
        pub(crate) const FUNCTIONS: [Function; [$(stringify!($name)),*].len()] = [$(Function {
            name: stringify!($name),
            f32: |isa, x, y| dispatch_to(isa, #[inline(always)] || {
                for (y, &x) in y.iter_mut().zip(x) { *y = Real::$name(x) }
            }),
            f64: |isa, x, y| dispatch_to(isa, #[inline(always)] || {
                for (y, &x) in y.iter_mut().zip(x) { *y = Real::$name(x) }
            }),
            close: $close,
            exact: $exact,
            range: $range,
        }),*];
    };
}

functions! {
    exp: libm::exp, r::exp, 750.0;
    ln: libm::log, r::ln, 4.0;
    tanh: libm::tanh, r::tanh, 22.0;
    sigmoid: sigmoid, r::sigmoid, 750.0;
    erf: libm::erf, r::erf, 7.0;
    gelu: |x| if x == f64::NEG_INFINITY { -0.0 } else { 0.5 * x * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2) }, r::gelu, 40.0;
    softplus: |x| x.max(0.0) + libm::log1p(libm::exp(-x.abs())), r::softplus, 750.0;
    exp_m1: libm::expm1, r::exp_m1, 40.0;
    ln_1p: libm::log1p, r::ln_1p, 4.0;
    exp2: libm::exp2, r::exp2, 1080.0;
    log2: libm::log2, r::log2, 4.0;
    log10: libm::log10, r::log10, 4.0;
}

fn sigmoid(x: f64) -> f64 {
    let e = libm::exp(-x.abs());
    if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}
