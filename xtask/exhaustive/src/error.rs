//! The error of one result, and the summary of many.

/// A value known to far more digits than a result has: (`high` + `low`)·2^`scale`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exact {
    pub(crate) high: f64,
    pub(crate) low: f64,
    /// Not 0 where the value, or its low part, may be below the normal numbers.
    pub(crate) scale: i32,
}

/// What is known after some inputs.
#[derive(Debug, Default, Clone)]
pub(crate) struct Summary {
    pub(crate) inputs: u64,
    /// The largest error in units in the last place, and the input that has it.
    pub(crate) largest: f64,
    pub(crate) at: f64,
    /// Results that are the exact value, rounded.
    pub(crate) exact: u64,
    /// What no number of units describes: a NaN, a wrong sign of zero, bits that differ between instruction sets.
    pub(crate) complaints: Vec<String>,
}

impl Summary {
    pub(crate) fn complain(&mut self, text: String) {
        if self.complaints.len() < 5 {
            self.complaints.push(text);
        }
    }

    pub(crate) fn merge(&mut self, other: Summary) {
        self.inputs += other.inputs;
        self.exact += other.exact;
        if other.largest > self.largest {
            (self.largest, self.at) = (other.largest, other.at);
        }
        other.complaints.into_iter().for_each(|text| self.complain(text));
    }

    /// The result `y` for `x`, where it should be `exact`.
    #[inline]
    pub(crate) fn record(&mut self, x: f64, y: f64, exact: Exact, format: Format) {
        self.inputs += 1;
        let Exact { high, low, scale } = exact;
        let special = high == 0.0 || high.is_infinite() || high.is_nan() || y.is_nan();
        if special || (y == 0.0 && y.is_sign_negative() != high.is_sign_negative()) {
            if y.to_bits() != high.to_bits() && !(y.is_nan() && high.is_nan()) {
                self.complain(format!("f({x:e}) is {y:e}, not {high:e}"));
            }
            self.exact += 1;
            return;
        }
        let exponent = exponent(high) + scale;
        let place = exponent.max(format.least) - format.mantissa - scale;
        // Infinity stands for the number after the largest one.
        let y = if y.is_infinite() { format.beyond.copysign(y) } else { y };
        let y = if scale == 0 { y } else { libm::scalbn(y, -scale) };
        let error = if exponent >= format.beyond_exponent {
            // Infinity is right, and the largest number is wrong by what is missing.
            if y.abs() == format.beyond { 0.0 } else { f64::INFINITY }
        } else {
            ((y - high) - low).abs() / libm::scalbn(1.0, place)
        };
        if error > self.largest {
            (self.largest, self.at) = (error, x);
        }
        self.exact += u64::from(error <= 0.5);
    }
}

/// A floating-point format: the bits of the mantissa, the exponent of the smallest normal number, and the power of two
/// after the largest number, as far as an f64 holds it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Format {
    mantissa: i32,
    least: i32,
    beyond: f64,
    beyond_exponent: i32,
}

pub(crate) const F32: Format =
    Format { mantissa: 23, least: -126, beyond: 2.0 * (1u128 << 127) as f64, beyond_exponent: 128 };
pub(crate) const F64: Format =
    Format { mantissa: 52, least: -1022, beyond: f64::INFINITY, beyond_exponent: 1024 };

fn exponent(x: f64) -> i32 {
    ((x.to_bits() >> 52) & 0x7ff) as i32 - 1023
}
