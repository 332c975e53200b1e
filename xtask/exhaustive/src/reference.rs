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

/// 1/1!, 1/2!, … in front of Taylor's terms.
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
        _ if x < 0.0 || x.is_nan() => special(f64::NAN),
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
        _ if x < -1.0 || x.is_nan() => special(f64::NAN),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::FUNCTIONS;

    /// Values of mpmath with 40 digits, `mp.nstr(f(mp.mpf(x)), 40)`, where x is the f64 that the literal names.
    const VALUES: &[(&str, f64, &str)] = &[
        ("exp", 1.5, "4.481689070338064822602055460119275819006"),
        ("exp", -0.3, "7.408182206817178742916082359446519848763e-1"),
        ("exp", -40.7, "2.109670288477495058027829183995632984698e-18"),
        ("exp", -740.0, "4.188739880048048939457540001583652882413e-322"),
        ("exp", 700.25, "1.30229973669917839353354223861921660135e+304"),
        ("exp2", 0.3, "1.231144413344916275025146360092407093706"),
        ("exp2", -1070.6, "5.21538822502948015101871039174817267589e-323"),
        ("exp2", 1000.9, "1.999505762440850205535928298892979508757e+301"),
        ("exp_m1", 1e-10, "1.000000000050000036433863985807669644231e-10"),
        ("exp_m1", -0.3, "-2.591817793182821257083917640553480151237e-1"),
        ("exp_m1", 0.4, "4.918246976412703509500155133532379754644e-1"),
        ("exp_m1", 30.5, "1.76190179513546314121609847609319352406e+13"),
        ("exp_m1", -5.25, "-9.947524816008186157235064706586208931937e-1"),
        ("ln", 1.0000000001, "1.000000082690370990819669408035763778612e-10"),
        ("ln", 0.708, "-3.453111852884173438967648316883872610029e-1"),
        ("ln", 1.5, "4.05465108108164381978013115464349136572e-1"),
        ("ln", 1e-310, "-7.138013788281541651006446006623883741382e+2"),
        ("ln", 1e300, "6.907755278982137052579021966605136811507e+2"),
        ("ln_1p", 1e-12, "9.999999999994999798866479626090620527069e-13"),
        ("ln_1p", -0.2928932188134525, "-3.465735902799726648551524182986116243847e-1"),
        ("ln_1p", 0.4142, "3.465640001880033876444715630343878793899e-1"),
        ("ln_1p", -0.999999, "-1.381551055793551843959215091770485736611e+1"),
        ("ln_1p", 1e200, "4.605170185988091367733314131493832027217e+2"),
        ("log2", 3.0, "1.58496250072115618145373894394781650876"),
        ("log2", 0.999999, "-1.442695762278450446629966188826032996219e-6"),
        ("log10", 3.0, "4.771212547196624372950279032551153092001e-1"),
        ("log10", 1e-5, "-4.99999999999999996447338508230199730083"),
        ("tanh", 1e-8, "9.999999999999999875892274967951385830706e-9"),
        ("tanh", 0.3, "2.913126124515908956581600157693989482617e-1"),
        ("tanh", -1.7, "-9.354090706030989749708952904394216003281e-1"),
        ("tanh", 18.5, "9.999999999999998293390474851186986770194e-1"),
        ("erf", 1e-9, "1.128379167095512643797282808602332738708e-9"),
        ("erf", 0.3, "3.286267594591274161896179853182030332585e-1"),
        ("erf", -0.97, "-8.298702930356670529170403757416431699649e-1"),
        ("erf", 1.7, "9.837904585907745608413129458089250032857e-1"),
        ("erf", 2.2, "9.981371537020181101414413611467212216039e-1"),
        ("erf", 5.5, "9.999999999999926421520820256019369316376e-1"),
        ("sigmoid", 0.3, "5.744425168116589844380388032340603229396e-1"),
        ("sigmoid", -3.5, "2.931223075135631886528955811418158389418e-2"),
        ("sigmoid", -744.0, "7.67194470417997907394977430442188785721e-324"),
        ("sigmoid", 30.0, "9.999999999999064237703116070104616043735e-1"),
        ("softplus", 0.3, "8.543552444685271124369953506964028304882e-1"),
        ("softplus", -0.88, "3.469761000189524118070981487027071919849e-1"),
        ("softplus", -39.9, "4.695157572631196337616189298934275971999e-18"),
        ("softplus", -40.5, "2.576757109154980944804565347696084318712e-18"),
        ("softplus", -744.0, "7.67194470417997907394977430442188785721e-324"),
        ("softplus", 25.0, "2.500000000001388794386486758310226446074e+1"),
        ("gelu", 1e-9, "5.000000003989423115422284564569041357102e-10"),
        ("gelu", 0.3, "1.853734266566857830614872058986224349736e-1"),
        ("gelu", -0.4, "-1.378313033558703376855261422068086007242e-1"),
        ("gelu", -2.9, "-5.410858571113711423386458214528659473828e-3"),
        ("gelu", -3.1, "-2.999569960976905552028374344888221112806e-3"),
        ("gelu", -12.5, "-4.665705373597141721532295422539263610626e-35"),
        ("gelu", -38.0, "-1.096462776826138037173368782995423555971e-314"),
        ("gelu", 4.5, "4.499984710470938714728192406478641078144"),
    ];

    /// (v, n) with v·2ⁿ the number that the text names.
    fn parse(text: &str) -> (Double, i32) {
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let mut v = Double::from(0.0);
        for digit in digits.bytes().filter(u8::is_ascii_digit) {
            v = v * 10.0.into() + f64::from(digit - b'0').into();
        }
        let fraction = digits.split_once('.').map_or(0, |(_, fraction)| fraction.len() as i32);
        // Sixteenths of ten, so that no step leaves the range of f64.
        let tens = exponent.parse::<i32>().unwrap() - fraction;
        let ratio = Double::from(10.0 / 16.0);
        for _ in 0..tens.abs() {
            v = if tens > 0 { v * ratio } else { v / ratio };
        }
        (if text.starts_with('-') { -v } else { v }, 4 * tens)
    }

    #[test]
    fn agrees_with_mpmath_to_ninety_bits() {
        for &(name, x, text) in VALUES {
            let function = FUNCTIONS.iter().find(|f| f.name == name).unwrap();
            let (v, n) = parse(text);
            let got = (function.exact)(x);
            let want = v.times_power(power(n - got.scale));
            let error = (want - Double::new(got.high, got.low)).high / want.high;
            assert!(error.abs() < power(-90), "{name}({x:e}): {got:?} instead of {text}: {error:e}");
        }
    }

    /// 2⁻⁵⁰ is what a result of type f32 needs to be judged to 2⁻²⁶ of its unit.
    #[test]
    fn the_judge_of_f32_agrees_with_that_of_f64() {
        for function in &FUNCTIONS {
            for i in -4000..4000 {
                let x = f64::from(i as f32 * 0.0213);
                let (close, exact) = ((function.close)(x), (function.exact)(x));
                let exact = libm::scalbn(exact.high, exact.scale);
                // The argument of erfc is rounded, which costs x² units.
                let bound = if function.name == "gelu" { 4.0 + x * x } else { 4.0 } * f64::EPSILON;
                let good = close == exact || close.is_nan() && exact.is_nan();
                let good = good || (close - exact).abs() <= bound * exact.abs() || exact.abs() < 1e-300;
                assert!(good, "{}({x:e}): {close:e} and {exact:e}", function.name);
            }
        }
    }
}
