//! The numbers that a target, or an output, may be.

use nn_core::{LossError, Rows};
use tensor_ops::{Real, simd};

/// A set of numbers; NaN is in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Domain {
    Finite,
    /// [0, 1].
    Probability,
    /// Finite, or -∞: the logarithm of a probability that may be 0.
    LogProbability,
    /// -1 and 1.
    Sign,
    /// 0 and 1.
    Bit,
    /// [0, ∞).
    NonNegative,
}

impl Domain {
    #[inline(always)]
    fn contains<T: Real>(self, x: T) -> bool {
        match self {
            Domain::Finite => x.is_finite(),
            Domain::Probability => x >= T::ZERO && x <= T::ONE,
            Domain::LogProbability => x < T::INFINITY,
            Domain::Sign => x == T::ONE || x == -T::ONE,
            Domain::Bit => x == T::ZERO || x == T::ONE,
            Domain::NonNegative => x >= T::ZERO && x < T::INFINITY,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Domain::Finite => "a finite number",
            Domain::Probability => "a number in [0, 1]",
            Domain::LogProbability => "the logarithm of a probability",
            Domain::Sign => "-1 or 1",
            Domain::Bit => "0 or 1",
            Domain::NonNegative => "a finite number >= 0",
        }
    }

    /// The first number outside: a pass that the compiler vectorises, and a search where it found something.
    fn first_outside<T: Real>(self, values: &[T]) -> Option<usize> {
        let is_inside = match self {
            Domain::Finite => all(
                values,
                #[inline(always)]
                |x| Domain::Finite.contains(x),
            ),
            Domain::Probability => all(
                values,
                #[inline(always)]
                |x| Domain::Probability.contains(x),
            ),
            Domain::LogProbability => all(
                values,
                #[inline(always)]
                |x| Domain::LogProbability.contains(x),
            ),
            Domain::Sign => all(
                values,
                #[inline(always)]
                |x| Domain::Sign.contains(x),
            ),
            Domain::Bit => all(
                values,
                #[inline(always)]
                |x| Domain::Bit.contains(x),
            ),
            Domain::NonNegative => all(
                values,
                #[inline(always)]
                |x| Domain::NonNegative.contains(x),
            ),
        };
        if is_inside { None } else { values.iter().position(|&x| !self.contains(x)) }
    }

    /// Targets have to be inside.
    pub(super) fn check_targets<T: Real>(self, loss: &'static str, values: &[T]) -> Result<(), LossError> {
        match self.first_outside(values) {
            Some(position) => {
                let value = values[position].to_f64();
                Err(LossError::Value { loss, position, value, expected: self.name() })
            }
            None => Ok(()),
        }
    }

    /// Outputs have to be inside.
    pub(super) fn check_outputs<T: Real>(self, loss: &'static str, y: Rows<'_, T>) -> Result<(), LossError> {
        match self.first_outside(y.data()) {
            Some(at) => {
                let (sample, element) = (at / y.width(), at % y.width());
                let value = y.data()[at].to_f64();
                Err(LossError::Output { loss, sample, element, value, expected: self.name() })
            }
            None => Ok(()),
        }
    }
}

fn all<T: Real>(values: &[T], is_inside: impl Fn(T) -> bool) -> bool {
    simd::dispatch(
        #[inline(always)]
        || {
            let mut outside = 0u32;
            for &x in values {
                outside |= u32::from(!is_inside(x));
            }
            outside == 0
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bad_number_is_named() {
        let mut values = vec![1.0f32; 100];
        values[70] = f32::NAN;
        values[80] = -3.0;
        for domain in [Domain::Finite, Domain::Probability, Domain::LogProbability, Domain::NonNegative] {
            let error = domain.check_targets("L", &values).unwrap_err().to_string();
            assert_eq!(error, format!("L: target 70 is NaN, expected {}", domain.name()));
        }
        values[70] = 0.5;
        let error = Domain::Sign.check_targets("L", &values).unwrap_err().to_string();
        assert_eq!(error, "L: target 70 is 0.5, expected -1 or 1");
        let y = Rows::new(&values, [10]).unwrap();
        let error = Domain::Probability.check_outputs("L", y).unwrap_err().to_string();
        assert_eq!(error, "L: output 0 of sample 8 is -3, expected a number in [0, 1]");
        assert!(Domain::LogProbability.check_targets("L", &[-f64::INFINITY]).is_ok());
        assert!(Domain::Finite.check_targets("L", &[-f64::INFINITY]).is_err());
    }
}
