//! Decimals as they mostly look in tables: digits with a point. Everything else is left to the standard library.

/// The largest number of digits behind the point: 10^27 is below 2^90.
const MOST: usize = 27;

/// 2^63 <= ⌊2^(63 + bits)/10^e⌋ < 2^64, with `bits` the length of 10^e in bits (0 for e = 0).
const RECIPROCALS: [(u64, i32); MOST + 1] = {
    let mut table = [(1 << 63, 0); MOST + 1];
    let mut power: u128 = 10;
    let mut e = 1;
    while e <= MOST {
        let bits = 128 - power.leading_zeros();
        // Long division: 2^(63 + bits) does not fit into 128 bits, its remainders do.
        let (mut quotient, mut remainder, mut i) = (0u64, 1u128, 0);
        while i < 63 + bits {
            remainder <<= 1;
            quotient <<= 1;
            if remainder >= power {
                remainder -= power;
                quotient |= 1;
            }
            i += 1;
        }
        table[e] = (quotient, bits as i32);
        power *= 10;
        e += 1;
    }
    table
};

/// The number at the beginning of `bytes` and its length, if it is `-?[0-9]+(\.[0-9]+)?` or `-?\.[0-9]+` of at most 19 digits behind its
/// first zeros,
/// is followed by `delimiter`, a line feed or nothing, and its rounding is clear. Correctly rounded, like `str::parse`.
#[inline]
pub(super) fn decimal(bytes: &[u8], delimiter: u8) -> Option<(f64, usize)> {
    common(bytes, delimiter).or_else(|| any(bytes, delimiter))
}

/// Bytes that `common` may look at: a sign, 7 digits, a point, 24 digits.
const WINDOW: usize = 33;

/// Most numbers, `-?[0-9]{1,7}\.[0-9]{1,18}`, and few branches: what lies behind the point is looked at in three eights at once,
/// whatever its length turns out to be.
#[inline(always)]
fn common(bytes: &[u8], delimiter: u8) -> Option<(f64, usize)> {
    let window: &[u8; WINDOW] = bytes.first_chunk()?;
    let eight = |at: usize| Some(digits_of(*window.get(at..)?.first_chunk()?));
    let negative = window[0] == b'-';
    let (whole, n) = eight(usize::from(negative))?;
    let point = usize::from(negative) + n;
    let ((a, i), (b, j), (c, k)) = (eight(point + 1)?, eight(point + 9)?, eight(point + 17)?);
    let (b, j) = if i == 8 { (b, j) } else { (0, 0) };
    let (c, k) = if j == 8 { (c, k) } else { (0, 0) };
    let (behind, end) = (i + j + k, point + 1 + i + j + k);
    let next = *window.get(end)?;
    let is_whole = (window[point] == b'.') & (next == delimiter || next == b'\n');
    if !is_whole || n == 0 || i == 0 || n + behind > 19 {
        return None;
    }
    let mantissa = ((whole * POWERS[i] + a) * POWERS[j] + b).wrapping_mul(POWERS[k]).wrapping_add(c);
    let x = scaled(mantissa, behind)?;
    Some((if negative { -x } else { x }, end))
}

/// The same digit by digit, or eight by eight, as they come.
fn any(bytes: &[u8], delimiter: u8) -> Option<(f64, usize)> {
    let negative = bytes.first() == Some(&b'-');
    let start = usize::from(negative);
    let (mut mantissa, mut at) = (0u64, start);
    let mut point = None;
    // Zeros at the beginning are no digits of the mantissa, which is 0 as long as nothing else has come.
    let (mut zeros, mut begun) = (0, false);
    loop {
        if let Some(eight) = bytes.get(at..at + 8).and_then(|eight| eight.try_into().ok()) {
            let (value, count) = digits_of(eight);
            // It may wrap around beyond 19 digits, which are refused below.
            mantissa = mantissa.wrapping_mul(POWERS[count]).wrapping_add(value);
            begun |= value != 0;
            zeros += if begun { 0 } else { count };
            at += count;
            if count == 8 {
                continue;
            }
        }
        let Some(&byte) = bytes.get(at) else { break };
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
            begun |= digit != 0;
            zeros += usize::from(!begun);
        } else if byte == b'.' && point.is_none() {
            point = Some(at);
        } else if byte == delimiter || byte == b'\n' {
            break;
        } else {
            return None;
        }
        at += 1;
    }
    let digits = at - start - usize::from(point.is_some());
    let behind = point.map_or(0, |point| at - point - 1);
    if digits == 0 || digits - zeros > 19 || behind > MOST {
        return None;
    }
    let x = scaled(mantissa, behind)?;
    Some((if negative { -x } else { x }, at))
}

const POWERS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The number that the digits at the beginning of eight bytes are, and how many they are: pairs, then fours, then all, each by
/// one multiplication for all parts (Lemire, as below, section 6). No branch depends on how many there are.
#[inline]
fn digits_of(bytes: [u8; 8]) -> (u64, usize) {
    const HIGH: u64 = 0xf0f0_f0f0_f0f0_f0f0;
    const THREES: u64 = 0x3030_3030_3030_3030;
    let x = u64::from_le_bytes(bytes);
    // A digit has the high half 3, also after 6 is added. A carry reaches only bytes behind one that is no digit.
    let others = ((x & HIGH) ^ THREES) | ((x.wrapping_add(0x0606_0606_0606_0606) & HIGH) ^ THREES);
    let count = others.trailing_zeros() / 8;
    // The digits to the end, zeros in front of them; two shifts, since one of 64 bits is none.
    let x = (x & 0x0f0f_0f0f_0f0f_0f0f) << (4 * (8 - count)) << (4 * (8 - count));
    let x = x.wrapping_mul(10 << 8 | 1) >> 8;
    let x = (x & 0x00ff_00ff_00ff_00ff).wrapping_mul(100 << 16 | 1) >> 16;
    ((x & 0x0000_ffff_0000_ffff).wrapping_mul(10_000 << 32 | 1) >> 32, count as usize)
}

/// m/10^e, correctly rounded, or `None` where 64 bits of the reciprocal do not decide. The idea of Eisel and Lemire (Lemire,
/// "Number parsing at a gigabyte per second", 2021, section 5), with what they go on to left to the standard library.
#[inline]
fn scaled(m: u64, e: usize) -> Option<f64> {
    if m == 0 {
        return Some(0.0);
    }
    let zeros = m.leading_zeros();
    let (reciprocal, bits) = RECIPROCALS[e];
    // The true product is at least this, and less than 2^64 more, since the reciprocal is less than 1 too small.
    let high = ((u128::from(m << zeros) * u128::from(reciprocal)) >> 64) as u64;
    // Bits of `high` (2^62 <= high < 2^64) beyond the 53 of a mantissa.
    let extra = 11 - high.leading_zeros();
    let (kept, rest, half) = (high >> extra, high & ((1 << extra) - 1), 1 << (extra - 1));
    // `rest` is exact up to 2: it must be clear of one half.
    if rest + 2 > half && rest <= half {
        return None;
    }
    let rounded = kept + u64::from(rest > half);
    // high·2^64 = value·2^(zeros + 63 + bits)
    let exponent = extra as i32 + 1 - zeros as i32 - bits;
    Some(rounded as f64 * f64::from_bits(((1023 + exponent) as u64) << 52))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn agrees(text: &str) -> bool {
        let want: f64 = text.parse().unwrap();
        let is_right = |(x, n): (f64, usize)| x.to_bits() == want.to_bits() && n == text.len();
        // With and without a window to look at.
        let padded = format!("{text},{}", "7".repeat(WINDOW));
        decimal(text.as_bytes(), b',').is_none_or(is_right)
            && decimal(padded.as_bytes(), b',').is_none_or(is_right)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn it_is_the_standard_librarys(mantissa: u64, digits in 0u32..20, point in 0usize..20, negative: bool) {
            let mantissa = (mantissa % 10u64.pow(digits.min(19))).to_string();
            let point = point.min(mantissa.len());
            let sign = if negative { "-" } else { "" };
            let whole = if point == 0 { "0" } else { &mantissa[..point] };
            let (decimal, integer) = (format!("{sign}{whole}.{}", &mantissa[point..]), format!("{sign}{mantissa}"));
            prop_assert!(agrees(&decimal) && agrees(&integer));
        }

        #[test]
        fn shortest_decimals_come_back(x in -1e6f64..1e6) {
            prop_assert!(agrees(&x.to_string()));
        }

        /// Half-way between two neighbours, and beside it.
        #[test]
        fn ties(x in 1u64 << 53..1 << 62) {
            let tie = (x >> 10 << 11) + (1 << 10);
            prop_assert!([tie - 1, tie, tie + 1].iter().all(|x| agrees(&x.to_string())));
        }
    }

    #[test]
    fn most_decimals_are_decided_here() {
        let decided = (0..10_000)
            .filter(|i| decimal((f64::from(*i) * 0.1234567).to_string().as_bytes(), b',').is_some());
        assert!(decided.count() > 9_900);
        for text in [
            "",
            "-",
            ".",
            "1.2.3",
            "1e5",
            " 1",
            "1 ",
            "--1",
            "+1",
            "nan",
            "12345678901234567890",
            "1234567890123456789012345678",
        ] {
            let value = decimal(text.as_bytes(), b',');
            assert!(value.is_none(), "{text:?} {value:?}");
        }
        assert_eq!(decimal(b"-0,5", b','), Some((-0.0, 2)));
        assert_eq!(decimal(b"2.50\n5", b','), Some((2.5, 4)));
        // 2^64 and 10^20 wrap around.
        assert!(["18446744073709551616", "100000000000000000000"].iter().all(|text| agrees(text)));
        assert_eq!(decimal(b"0000000000000000000000000012345678", b','), Some((12_345_678.0, 34)));
        assert!(
            ["0.00000000000000000001234567", "00000000.00012345678901234567"].iter().all(|text| agrees(text))
        );
        assert_eq!([decimal(b".5", b','), decimal(b"5.", b',')], [Some((0.5, 2)), Some((5.0, 2))]);
    }
}
