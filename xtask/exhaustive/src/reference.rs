//! The functions in twice the digits of f64, by plain series and continued fractions: the judge of those of `tensor-ops`.

use std::f64::consts::LOG2_E;
use std::sync::LazyLock;

use crate::double::Double;
use crate::error::Exact;

const ONE: Double = Double::new(1.0, 0.0);
const LN_2: Double = Double::new(std::f64::consts::LN_2, 2.319_046_813_846_299_6e-17);
const LN_10: Double = Double::new(std::f64::consts::LN_10, -2.170_756_223_382_249_4e-16);
const SQRT_2: Double = Double::new(std::f64::consts::SQRT_2, -9.667_293_313_452_913e-17);
/// 1/√(2π).
const PHI_0: Double = Double::new(0.398_942_280_401_432_7, -2.492_327_202_277_73e-17);

/// 1/1!, 1/2!, …
static FACTORIALS: LazyLock<[Double; 27]> = LazyLock::new(|| {
    let mut term = ONE;
    std::array::from_fn(|k| {
        term = term / ((k + 1) as f64).into();
        term
    })
});

/// 1/1!!, 1/3!!, 1/5!!, …
static ODD_FACTORIALS: LazyLock<[Double; 64]> = LazyLock::new(|| {
    let mut term = ONE;
    std::array::from_fn(|k| {
        term = term / ((2 * k + 1) as f64).into();
        term
    })
});

/// Σ cₖ·xᵏ.
#[inline(always)]
fn sum(x: Double, c: &[Double]) -> Double {
    c.iter().rev().fold(0.0.into(), |sum, &c| sum * x + c)
}

/// (v, n) with eˣ = (1 + v)·2ⁿ, |x - n·ln 2| at most ½ ln 2, and the relative error of v (not of 1 + v) small:
/// Taylor's series, whose 28th term is below 2⁻¹¹⁰ of the first.
#[inline(always)]
fn exp_parts(x: Double) -> (Double, i32) {
    let n = (x.high * LOG2_E).round();
    let r = x - Double::product(n, LN_2.high) - Double::product(n, LN_2.low);
    (r * sum(r, &FACTORIALS[..]), n as i32)
}

fn power(n: i32) -> f64 {
    libm::scalbn(1.0, n)
}

/// ln(1 + f) for 1 + f in [√½, √2]: a Newton step on e^y - 1 = f from the result of 53 bits.
fn ln_near_one(f: Double) -> Double {
    let y = Double::from(libm::log1p(f.high));
    let step = (f - exp_m1_double(y)) / (ONE + f);
    // The next term of Newton's step is step²/2, below 2⁻¹⁰⁴ of the result.
    y + step
}

/// ln x of a positive finite x, `f` = x - 1.
fn ln_double(x: Double, f: Double) -> Double {
    if (0.71..1.41).contains(&x.high) {
        return ln_near_one(f);
    }
    let (m, mut n) = libm::frexp(x.high);
    n -= i32::from(m < std::f64::consts::FRAC_1_SQRT_2);
    // In two steps, since 2⁻ⁿ may be out of range.
    let half = power(-n / 2);
    let m = x.times_power(half).times_power(power(-n - -n / 2));
    LN_2 * f64::from(n).into() + ln_near_one(m - ONE)
}

/// A value that is not subnormal.
fn plain(value: Double) -> Exact {
    Exact { high: value.high, low: value.low, scale: 0 }
}

fn special(value: f64) -> Exact {
    Exact { high: value, low: 0.0, scale: 0 }
}

fn scaled(value: Double, scale: i32) -> Exact {
    Exact { high: value.high, low: value.low, scale }
}

/// (1 + v)·2ⁿ for every x, and values too small or too large for any format where eˣ is.
fn exp_of(x: Double) -> (Double, i32) {
    let (v, n) = exp_parts(x);
    (ONE + v, n)
}

pub(crate) fn exp(x: f64) -> Exact {
    match x {
        f64::INFINITY => special(x),
        f64::NEG_INFINITY => special(0.0),
        _ if x.is_nan() => special(x),
        _ => {
            let (e, n) = exp_of(x.clamp(-1100.0, 1100.0).into());
            scaled(e, n)
        }
    }
}

pub(crate) fn exp2(x: f64) -> Exact {
    if x.is_nan() || x.is_infinite() {
        return exp(x);
    }
    let x = x.clamp(-1100.0, 1100.0);
    let n = x.round();
    let (e, m) = exp_of(LN_2 * (x - n).into());
    scaled(e, m + n as i32)
}

pub(crate) fn exp_m1(x: f64) -> Exact {
    if x == 0.0 || x.is_nan() || x == f64::INFINITY {
        return special(x);
    }
    if x > 200.0 {
        return exp(x);
    }
    if x.abs() < 1e-200 {
        // x + x²/2: with the first term exact there is no low part that could be lost.
        return special(x);
    }
    plain(exp_m1_double(x.max(-200.0).into()))
}

/// eˣ - 1 for |x| up to some hundred.
fn exp_m1_double(x: Double) -> Double {
    let (v, n) = exp_parts(x);
    if n == 0 { v } else { (ONE + v).times_power(power(n)) - ONE }
}

pub(crate) fn ln(x: f64) -> Exact {
    match x {
        0.0 => special(f64::NEG_INFINITY),
        f64::INFINITY => special(x),
        1.0 => special(0.0),
        _ if !(x > 0.0) => special(f64::NAN),
        _ => plain(ln_double(x.into(), Double::sum(x, -1.0))),
    }
}

/// ln x/`base` where ln x is a number.
fn to_base(x: f64, base: Double) -> Exact {
    let y = ln(x);
    if y.high == 0.0 || !y.high.is_finite() { y } else { plain(Double::new(y.high, y.low) / base) }
}

pub(crate) fn log2(x: f64) -> Exact {
    to_base(x, LN_2)
}

pub(crate) fn log10(x: f64) -> Exact {
    to_base(x, LN_10)
}

pub(crate) fn ln_1p(x: f64) -> Exact {
    match x {
        -1.0 => special(f64::NEG_INFINITY),
        f64::INFINITY => special(x),
        _ if !(x > -1.0) => special(f64::NAN),
        // x - x²/2.
        _ if x.abs() < 1e-200 => special(x),
        _ => plain(ln_double(Double::sum(1.0, x), x.into())),
    }
}

pub(crate) fn tanh(x: f64) -> Exact {
    if x.is_nan() || x.abs() < 1e-150 {
        // x - x³/3.
        return special(x);
    }
    let g = exp_m1_double(Double::from(2.0 * x.abs().min(60.0)));
    let y = g / (g + 2.0.into());
    plain(if x < 0.0 { -y } else { y })
}

pub(crate) fn sigmoid(x: f64) -> Exact {
    if x.is_nan() {
        return special(x);
    }
    if x == f64::NEG_INFINITY {
        return special(0.0);
    }
    let (e, n) = exp_of((-x.abs()).max(-1100.0).into());
    let below = ONE + e.times_power(power(n));
    if x < 0.0 { scaled(e / below, n) } else { plain(ONE / below) }
}

pub(crate) fn softplus(x: f64) -> Exact {
    match x {
        f64::INFINITY => return special(x),
        f64::NEG_INFINITY => return special(0.0),
        _ if x.is_nan() => return special(x),
        _ => {}
    }
    let (e, n) = exp_of((-x.abs()).max(-1100.0).into());
    let (small, half) = (e.times_power(power(n)), Double::from(0.5));
    if x < -40.0 {
        // ln(1 + e) = e·(1 - e/2 + …), whose next term is below 2⁻¹¹⁴.
        return scaled(e * (ONE - half * small), n);
    }
    plain(Double::from(x.max(0.0)) + ln_double(ONE + small, small))
}

/// (q, n) with 1 - Φ(a) = q·2ⁿ for a ≥ 0, `square` = a²: below 3 by ½ - φ(a)·Σ a²ᵏ⁺¹/(2k+1)!!, beyond by the continued
/// fraction of Mills' ratio, 1/(a + 1/(a + 2/(a + 3/(a + …)))), whose 140 convergents reach 2⁻¹⁰⁰ from 3 on.
fn upper_tail(a: Double, square: Double) -> (Double, i32) {
    let (e, n) = exp_of(square.times_power(-0.5));
    let phi = e * PHI_0;
    if a.high < 3.0 {
        let below = phi.times_power(power(n)) * a * sum(square, &ODD_FACTORIALS[..]);
        return (Double::from(0.5) - below, 0);
    }
    // From the inside to the outside, the fraction as a quotient p/q.
    let (mut p, mut q) = (a, ONE);
    for k in (1..140).rev() {
        (p, q) = (a * p + q * f64::from(k).into(), p);
        // Powers of two keep both in range.
        let by = power(-libm::ilogb(p.high));
        (p, q) = (p.times_power(by), q.times_power(by));
    }
    (phi * q / p, n)
}

pub(crate) fn erf(x: f64) -> Exact {
    if x.is_nan() || x == 0.0 {
        return special(x);
    }
    let a = x.abs().min(30.0);
    let y = if a < 1e-150 {
        // 2/√π·x; scaled, since the low part of a small x may be lost.
        let (m, n) = libm::frexp(x);
        return scaled(Double::from(m) * PHI_0 * SQRT_2.times_power(2.0), n);
    } else if a < 1.0 {
        let square = Double::product(a, a).times_power(2.0);
        let (e, n) = exp_of(square.times_power(-0.5));
        let phi = (e * PHI_0).times_power(power(n));
        phi.times_power(2.0) * SQRT_2 * a.into() * sum(square, &ODD_FACTORIALS[..])
    } else {
        let (q, n) = upper_tail(SQRT_2 * a.into(), Double::product(a, a).times_power(2.0));
        ONE - q.times_power(2.0 * power(n))
    };
    plain(if x < 0.0 { -y } else { y })
}

/// x·Φ(x), and its limit -0 for -∞.
pub(crate) fn gelu(x: f64) -> Exact {
    if x.is_nan() || x == 0.0 || x == f64::INFINITY {
        return special(x);
    }
    if x == f64::NEG_INFINITY {
        return special(-0.0);
    }
    let a = x.abs().min(60.0);
    let (q, n) = upper_tail(a.into(), Double::product(a, a));
    let (m, k) = libm::frexp(x);
    if x < 0.0 {
        return scaled(Double::from(m) * q, n + k);
    }
    scaled(Double::from(m) * (ONE - q.times_power(power(n))), k)
}
