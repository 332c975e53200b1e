use super::*;
use crate::random::Stream;

/// (p, Φ⁻¹(p)) from mpmath with 60 digits.
#[allow(clippy::excessive_precision)]
const QUANTILES: [(f64, f64); 16] = [
    (0.5, 0.0),
    (0.49999999999, -2.5066284820303539022e-11),
    (0.3, -0.52440051270804081597),
    (0.076, -1.4325027208258116188),
    (0.074, -1.4466320671589785099),
    (0.01, -2.3263478740408410931),
    (1e-05, -4.2648907939228246102),
    (1e-10, -6.3613409024040561991),
    (1.5e-11, -6.6465708874771128614),
    (1.2e-11, -6.6793526565015223761),
    (1e-16, -8.2220822161304356152),
    (5.551115123125783e-17, -8.2923610758135955382),
    (1e-50, -14.933337534788488981),
    (1e-100, -21.273453560965324294),
    (1e-200, -30.205594179579643063),
    (1e-300, -37.047096299361199237),
];

/// Φ⁻¹ on the window at u = (2k + 1)/2^53 for k = 0, 2^50, 2^51 + 12345, 2^52 - 1, by bisection in mpmath with 60
/// digits; the setting is [mean, std, low, high].
#[allow(clippy::excessive_precision)]
const TRUNCATED: [([f64; 4], [f64; 4]); 14] = [
    (
        [0.0, 1.0, -1.0, 2.0],
        [-0.9999999999999996244, -0.3496414292924652304, 0.1711639180235325828, 1.999999999999998317],
    ),
    (
        [0.0, 1.0, -8.0, 8.0],
        [-7.979755303583916846, -0.674489750196080415, 6.871298944157051158e-12, 7.979755303583916846],
    ),
    (
        [0.0, 1.0, 3.0, f64::INFINITY],
        [3.000000000000000034, 3.086563482835175696, 3.205154920600511143, 8.968809087703900663],
    ),
    (
        [0.0, 1.0, f64::NEG_INFINITY, -5.0],
        [-9.857443330348275593, -5.260933604821160069, -5.132018332043266807, -5.000000000000000021],
    ),
    (
        [0.0, 1.0, 9.0, 9.5],
        [9.000000000000000012, 9.031191270577685254, 9.074779128626684149, 9.499999999999998768],
    ),
    (
        [0.0, 1.0, 29.5, f64::INFINITY],
        [29.5, 29.50973916319301124, 29.52346030015139506, 30.7187696972719794],
    ),
    (
        [0.0, 1.0, 30.5, f64::INFINITY],
        [30.5, 30.5094206404155306, 30.52269336090697382, 31.68040110969338756],
    ),
    ([0.0, 1.0, 30.5, 30.6], [30.5, 30.50891199268217264, 30.5211911543699473, 30.60000000000000135]),
    (
        [1.0, 2.0, -200.0, -150.0],
        [-150.9698759707281332, -150.0367121291822918, -150.0183571797766837, -150.0],
    ),
    (
        [0.0, 1.0, 1000.0, f64::INFINITY],
        [1000.0, 1000.00028768174339, 1000.000693146247195, 1000.036736089064216],
    ),
    (
        [0.0, 0.02, -0.04, 0.04],
        [-0.03999999999999996158, -0.01278223821742545034, 1.311730605777428938e-13, 0.03999999999999996158],
    ),
    ([5.0, 1.0, 5.0, 5.0000001], [5.0, 5.00000002500000007, 5.00000005000000014, 5.00000010000000028]),
    ([0.0, 1.0, 20.0, 20.0000005], [20.0, 20.00000012499953094, 20.00000024999937437, 20.00000049999999874]),
    (
        [0.0, 1.0, -31.00000001, -31.0],
        [-31.00000001000000083, -31.00000000750000033, -31.00000000500000003, -31.0],
    ),
];

#[test]
fn quantiles_agree_with_the_reference() {
    for (p, want) in QUANTILES {
        let got = quantile(p);
        assert!((got - want).abs() <= 1e-15 * want.abs(), "{p}: {got} for {want}");
        assert!((distribution(want) / p - 1.0).abs() <= 1e-15 * want.powi(2).max(1.0), "{p}");
    }
}

#[test]
fn truncated_quantiles_agree_with_the_reference() {
    for ([mean, std, low, high], want) in TRUNCATED {
        let law = Truncated::new(mean, std, [low, high]).unwrap();
        for (k, want) in [0, 1u64 << 50, (1 << 51) + 12345, (1 << 52) - 1].into_iter().zip(want) {
            let got = law.at(k << 12);
            let bound = 4.0 * f64::EPSILON * want.abs().max(std);
            assert!((got - want).abs() <= bound, "{law:?} at {k}: {got} for {want}");
        }
    }
}

/// Every answer lies in its window, grows with u, and no setting, however extreme, gives NaN.
#[test]
fn windows_at_the_edge_of_the_range() {
    let (inf, max, tiny) = (f64::INFINITY, f64::MAX, f64::MIN_POSITIVE);
    let windows = [
        [-inf, inf],
        [-max, max],
        [0.0, tiny],
        [1e8, 2e8],
        [1e8, inf],
        [1e160, 1e161],
        [max / 2.0, max],
        [-inf, -max],
        [30.0, 30.000000000000004],
        [1.0, 1.0000000000000002],
        [-1e-300, 1e-300],
        [29.999, 31.0],
        [-31.0, -29.999],
        [-50.0, 50.0],
    ];
    for window in windows {
        for (mean, std) in [(0.0, 1.0), (0.0, 1e-300), (1e-3, 1e300), (-1e300, 1.0), (1e300, 1e-5)] {
            let law = Truncated::new(mean, std, window).unwrap();
            let words = [0, 1 << 30, 1 << 60, 1 << 63, 3 << 62, u64::MAX];
            let x = words.map(|word| law.at(word));
            assert!(x.is_sorted() && x.iter().all(|x| (window[0]..=window[1]).contains(x)), "{law:?}: {x:?}");
        }
    }
}

#[test]
fn normal_numbers_have_the_moments_and_the_tails_of_the_distribution() {
    let n = if cfg!(miri) { 100 } else { 200_000 };
    let mut x = vec![0.0f64; n];
    Stream::new(3, 0, 0).normal(0, 2.0, 3.0, &mut x);
    let moment = |k: i32| x.iter().map(|x| ((x - 2.0) / 3.0).powi(k)).sum::<f64>() / n as f64;
    // Five standard errors; Var(z^k) is (2k - 1)!! - E(z^k)².
    let error = |variance: f64| 5.0 * (variance / n as f64).sqrt();
    for (k, want, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
        assert!((moment(k) - want).abs() < error(variance), "moment {k}: {}", moment(k));
    }
    for z in [-3.0, -1.0, 0.0, 0.5, 2.5] {
        let part = x.iter().filter(|x| (**x - 2.0) / 3.0 < z).count() as f64 / n as f64;
        let p = distribution(z);
        assert!((part - p).abs() < error(p * (1.0 - p)), "{part} below {z}, {p} expected");
    }
    assert_eq!(standard(0), -standard(1));
    assert!(standard(0) > 8.2 && standard(u64::MAX).abs() < 1e-15);
}

/// An element has the same bits wherever a fill begins, across the pieces of the pool too.
#[test]
fn a_fill_can_begin_anywhere() {
    let n = if cfg!(miri) { 20 } else { 20_000 };
    let stream = Stream::new(3, 4, 5);
    let mut all = vec![0.0f32; n];
    stream.normal(0, 0.0, 1.0, &mut all);
    for first in [0, 1, 7, n / 2 - 1, n - 1] {
        let mut part = vec![0.0f32; n - first];
        stream.normal(first as u64, 0.0, 1.0, &mut part);
        assert_eq!(part, all[first..]);
    }
    stream.uniform(u64::MAX, 0.0, 1.0, &mut all[..3]);
}
