//! Many inputs of type f64.

use tensor_ops::simd::Isa;

use crate::error::{F64, Summary};
use crate::functions::Function;
use crate::sweep::on_all_cores;

const BLOCK: u64 = 1 << 14;

/// Measures the edges and `samples` inputs: half of them with all bits random, so that every exponent occurs, half
/// dense in the range of the function.
pub(crate) fn run(function: &Function, samples: u64) -> Summary {
    let mut summary = Summary::default();
    inputs(function, &edges(), &mut summary);
    summary.merge(on_all_cores(samples.div_ceil(BLOCK), |n, summary| {
        let x: Vec<f64> =
            (n * BLOCK..samples.min((n + 1) * BLOCK)).map(|i| sample(i, function.range)).collect();
        inputs(function, &x, summary);
    }));
    summary
}

fn inputs(function: &Function, x: &[f64], summary: &mut Summary) {
    let results: Vec<Vec<f64>> = (Isa::available().iter())
        .filter(|&&isa| isa != Isa::Baseline || Isa::available().len() == 1)
        .map(|&isa| {
            let mut y = vec![0.0; x.len()];
            (function.f64)(isa, x, &mut y);
            y
        })
        .collect();
    for (i, &x) in x.iter().enumerate() {
        summary.record(x, results[0][i], (function.exact)(x), F64);
        for other in &results[1..] {
            let (y, other) = (results[0][i], other[i]);
            if y.to_bits() != other.to_bits() && !(y.is_nan() && other.is_nan()) {
                summary.complain(format!("f({x:e}) is {y:e} and {other:e} on two sets of instructions"));
            }
        }
    }
}

/// The `i`-th sample: the finaliser of SplitMix64 (Steele, Lea, Flood, 2014) as a function of `i`.
fn sample(i: u64, range: f64) -> f64 {
    let mut z = i.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    if i.is_multiple_of(2) { f64::from_bits(z) } else { range * (z as i64 as f64 / (1u64 << 63) as f64) }
}

/// Zeros, infinities, NaN, the ends of the format, powers of two and of ten, the places where a function overflows,
/// underflows, turns into a constant or changes its text, and the numbers beside each of them.
fn edges() -> Vec<f64> {
    let mut edges = vec![0.0, f64::INFINITY, f64::NAN, f64::MAX, f64::MIN_POSITIVE, 5e-324];
    edges.extend((-1074..1024).map(|n| libm::scalbn(1.0, n)));
    edges.extend((-308..309).map(|n| libm::exp10(n.into())));
    edges.extend([
        709.782_712_893_384,
        710.475_860_073_944,
        744.440_071_921_381_3,
        745.133_219_101_941_2,
        708.396_418_532_264_1,
        1023.5,
        1022.5,
        1075.0,
        0.75,
        1.5,
        5.921_587_195_794_508,
        6.0,
        37.5,
        38.485_2,
        38.57,
        39.0,
        36.7,
        37.43,
        19.06,
        0.881_4,
        0.414_213_562_373_095_1,
        0.292_893_218_813_452_4,
        0.707_106_781_186_547_5,
        std::f64::consts::SQRT_2,
        std::f64::consts::LN_2,
        std::f64::consts::LN_2 / 2.0,
        1.0 - 1e-16,
        50.0,
    ]);
    edges.iter().flat_map(|&x| [x, x.next_up(), x.next_down()]).flat_map(|x| [x, -x]).collect()
}
