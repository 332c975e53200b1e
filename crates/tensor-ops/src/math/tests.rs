//! What must hold at the edges, and a sample of what `cargo xtask exhaustive` measures on every input.

use crate::Real;
use crate::simd::{Isa, dispatch_to};

/// `$x` goes to exactly `$y`, in bits; any NaN is NaN.
macro_rules! edges {
    ($t:ident: $($f:ident($x:expr) = $y:expr;)*) => {$({
        let (x, y): ($t, $t) = ($x, $y);
        let got = <$t as Real>::$f(x);
        let same = got.to_bits() == y.to_bits() || (got.is_nan() && y.is_nan());
        assert!(same, "{}({x:e}) of {} is {got:e}, not {y:e}", stringify!($f), stringify!($t));
    })*};
}

macro_rules! common_edges {
    ($t:ident) => {{
        const INF: $t = $t::INFINITY;
        const NAN: $t = $t::NAN;
        /// The smallest positive number.
        const TINY: $t = $t::from_bits(1);
        edges! { $t:
            exp(0.0) = 1.0; exp(-0.0) = 1.0; exp(INF) = INF; exp(-INF) = 0.0; exp(NAN) = NAN; exp($t::MAX) = INF;
            exp2(0.0) = 1.0; exp2(-0.0) = 1.0; exp2(INF) = INF; exp2(-INF) = 0.0; exp2(NAN) = NAN; exp2(10.0) = 1024.0;
            exp_m1(0.0) = 0.0; exp_m1(-0.0) = -0.0; exp_m1(INF) = INF; exp_m1(-INF) = -1.0; exp_m1(NAN) = NAN;
            exp_m1(TINY) = TINY; exp_m1(-TINY) = -TINY; exp_m1($t::MAX) = INF; exp_m1($t::MIN) = -1.0;
            ln(0.0) = -INF; ln(-0.0) = -INF; ln(1.0) = 0.0; ln(INF) = INF; ln(-INF) = NAN; ln(NAN) = NAN;
            ln(-1.0) = NAN; ln(-TINY) = NAN;
            ln_1p(0.0) = 0.0; ln_1p(-0.0) = -0.0; ln_1p(-1.0) = -INF; ln_1p(INF) = INF; ln_1p(-INF) = NAN;
            ln_1p(NAN) = NAN; ln_1p(-2.0) = NAN; ln_1p(TINY) = TINY; ln_1p(-TINY) = -TINY;
            log2(0.0) = -INF; log2(1.0) = 0.0; log2(0.125) = -3.0; log2(INF) = INF; log2(-1.0) = NAN; log2(NAN) = NAN;
            log10(0.0) = -INF; log10(1.0) = 0.0; log10(INF) = INF; log10(-1.0) = NAN; log10(NAN) = NAN;
            log10(1000.0) = 3.0;
            tanh(0.0) = 0.0; tanh(-0.0) = -0.0; tanh(INF) = 1.0; tanh(-INF) = -1.0; tanh(NAN) = NAN;
            tanh(TINY) = TINY; tanh(-TINY) = -TINY; tanh($t::MAX) = 1.0;
            erf(0.0) = 0.0; erf(-0.0) = -0.0; erf(INF) = 1.0; erf(-INF) = -1.0; erf(NAN) = NAN; erf(-TINY) = -TINY;
            sigmoid(0.0) = 0.5; sigmoid(-0.0) = 0.5; sigmoid(INF) = 1.0; sigmoid(-INF) = 0.0; sigmoid(NAN) = NAN;
            sigmoid($t::MAX) = 1.0; sigmoid($t::MIN) = 0.0;
            softplus(INF) = INF; softplus(-INF) = 0.0; softplus(NAN) = NAN; softplus($t::MIN) = 0.0;
            softplus(0.0) = std::$t::consts::LN_2; softplus($t::MAX) = $t::MAX;
            gelu(0.0) = 0.0; gelu(-0.0) = -0.0; gelu(INF) = INF; gelu(-INF) = -0.0; gelu(NAN) = NAN;
            gelu($t::MAX) = $t::MAX; gelu($t::MIN) = -0.0; gelu(-TINY) = -0.0;
        }
    }};
}

#[test]
fn edges_have_their_values() {
    common_edges!(f32);
    common_edges!(f64);
}

/// The last arguments with a finite and with a positive result, and those after them.
#[test]
fn overflow_and_underflow_come_where_they_must() {
    const TINY: f32 = f32::from_bits(1);
    const TINY_WIDE: f64 = f64::from_bits(1);
    // 150 ln 2 and 1075 ln 2, rounded towards 0: e to the minus these is just above half the smallest number.
    let (last, last_wide) = (-103.972_08f32, -745.133_219_101_941_1_f64);
    edges! { f32:
        exp(88.722_84) = f32::INFINITY; exp_m1(88.722_84) = f32::INFINITY; exp2(128.0) = f32::INFINITY;
        exp(last) = TINY; sigmoid(last) = TINY; softplus(last) = TINY; exp2(-149.0) = TINY;
        exp(last.next_down()) = 0.0; sigmoid(last.next_down()) = 0.0; softplus(last.next_down()) = 0.0;
        exp2((-150.0f32).next_up()) = TINY; exp2(-150.0) = 0.0;
    }
    edges! { f64:
        exp(709.782_712_893_384_1) = f64::INFINITY; exp_m1(709.782_712_893_384_1) = f64::INFINITY;
        exp2(1024.0) = f64::INFINITY;
        exp(last_wide) = TINY_WIDE; sigmoid(last_wide) = TINY_WIDE; softplus(last_wide) = TINY_WIDE;
        exp(last_wide.next_down()) = 0.0; sigmoid(last_wide.next_down()) = 0.0; softplus(last_wide.next_down()) = 0.0;
        exp2(-1074.0) = TINY_WIDE; exp2((-1075.0f64).next_up()) = TINY_WIDE; exp2(-1075.0) = 0.0;
    }
    for y in [Real::exp(88.722_83_f32), Real::exp_m1(88.722_83_f32), Real::exp2(128.0f32.next_down())] {
        assert!(y.is_finite() && y > 3.4e38, "{y:e}");
    }
    for y in [Real::exp(709.782_712_893_384_f64), Real::exp_m1(709.782_712_893_384_f64)] {
        assert!(y.is_finite() && y > 1.797e308, "{y:e}");
    }
}

/// The error in units in the last place, with the spacing of the subnormal numbers at least.
fn ulp(y: f32, exact: f64) -> f64 {
    let exponent = ((exact.to_bits() >> 52) & 0x7ff) as i32 - 1023;
    let beyond = 2f64.powi(128);
    let y = if y.is_infinite() { beyond.copysign(y.into()) } else { y.into() };
    (y - exact.clamp(-beyond, beyond)).abs() / 2f64.powi(exponent.max(-126) - 23)
}

macro_rules! against_libm {
    ($($f:ident, $reference:expr;)*) => {
        /// Every 8,209th `f32`, from subnormal to NaN, and a fine walk from -10 to 10.
        #[test]
        fn f32_is_right_to_two_units() {
            let step = if cfg!(miri) { 8_209 * 7_919 } else { 8_209 };
            let all = (0..=u32::MAX).step_by(step).map(f32::from_bits);
            let x: Vec<f32> = all.chain((-10_000..10_000).step_by(step / 8_209).map(|i| i as f32 * 0.001)).collect();
            $(
                let reference: fn(f64) -> f64 = $reference;
                for &x in &x {
                    let (y, exact) = (Real::$f(x), reference(x.into()));
                    if exact.is_nan() || exact.is_infinite() || exact == 0.0 {
                        assert!(y == exact as f32 || y.is_nan() && exact.is_nan(), "{}({x:e}) is {y:e}", stringify!($f));
                    } else {
                        assert!(ulp(y, exact) <= 2.0, "{}({x:e}) is {y:e}, not {exact:e}", stringify!($f));
                    }
                }
            )*
        }

        /// `libm` itself is right to about one unit, hence the 4; but its argument is rounded in the formula of gelu, which
        /// costs x² units.
        #[test]
        fn f64_agrees_with_libm() {
            let step = if cfg!(miri) { 2003 } else { 1 };
            $(
                let reference: fn(f64) -> f64 = $reference;
                for x in (-20_000..20_000).step_by(step).map(|i| f64::from(i) * 0.000_731) {
                    let (y, near) = (Real::$f(x), reference(x));
                    let bound = if stringify!($f) == "gelu" { 4.0 + x * x } else { 4.0 };
                    let good = (y - near).abs() <= bound * f64::EPSILON * near.abs() || y.is_nan() && near.is_nan() || y == near;
                    assert!(good, "{}({x:e}) is {y:e}, not {near:e}", stringify!($f));
                }
            )*
        }

        /// A vector of any length holds what its elements give alone, whatever it is compiled for.
        #[test]
        fn every_set_of_instructions_has_the_same_bits() {
            let n = if cfg!(miri) { 40 } else { 2_000 };
            let x: Vec<f32> = (0..n).map(|i| f32::from_bits(i * (u32::MAX / n))).collect();
            let wide: Vec<f64> = x.iter().map(|&x| f64::from(x) * 1.000_000_1).collect();
            $(
                for &isa in Isa::available() {
                    let (mut y, mut y_wide) = (x.clone(), wide.clone());
                    dispatch_to(isa, #[inline(always)] || for y in &mut y { *y = Real::$f(*y) });
                    dispatch_to(isa, #[inline(always)] || for y in &mut y_wide { *y = Real::$f(*y) });
                    for (&x, y) in x.iter().zip(y) {
                        let alone = Real::$f(x);
                        assert!(y.to_bits() == alone.to_bits() || y.is_nan() && alone.is_nan(), "{}({x:e})", stringify!($f));
                    }
                    for (&x, y) in wide.iter().zip(y_wide) {
                        let alone = Real::$f(x);
                        assert!(y.to_bits() == alone.to_bits() || y.is_nan() && alone.is_nan(), "{}({x:e})", stringify!($f));
                    }
                }
            )*
        }
    };
}

against_libm! {
    exp, libm::exp;
    exp2, libm::exp2;
    exp_m1, libm::expm1;
    ln, libm::log;
    ln_1p, libm::log1p;
    log2, libm::log2;
    log10, libm::log10;
    tanh, libm::tanh;
    erf, libm::erf;
    sigmoid, |x| { let e = libm::exp(-x.abs()); (if x < 0.0 { e } else { 1.0 }) / (1.0 + e) };
    softplus, |x| if x.is_nan() { x } else { x.max(0.0) + libm::log1p(libm::exp(-x.abs())) };
    gelu, |x| if x == f64::NEG_INFINITY { -0.0 } else { 0.5 * x * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2) };
}
