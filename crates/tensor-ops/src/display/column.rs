//! One format for all numbers of a tensor, by the rules of NumPy's `arrayprint`.

use std::fmt::Debug;

/// Digits behind the point where nobody says how many.
const DIGITS: usize = 8;

/// An element, told apart by what it says of itself: a tensor shows what its type can show, and asks for no more.
enum Value {
    Single(f32),
    Double(f64),
    Other(String),
}

/// Evaluates an expression for a number of either type; `$other` for anything else.
macro_rules! number {
    ($value:expr, $x:ident => $number:expr, $text:ident => $other:expr) => {
        match $value {
            Value::Single($x) => $number,
            Value::Double($x) => $number,
            Value::Other($text) => $other,
        }
    };
}

impl Value {
    fn of<T: Debug>(x: &T) -> Value {
        // The text of a number leads back to exactly that number.
        let text = format!("{x:?}");
        match std::any::type_name::<T>() {
            "f32" => text.parse().map_or(Value::Other(text), Value::Single),
            "f64" => text.parse().map_or(Value::Other(text), Value::Double),
            "bool" => Value::Other(if text == "true" { "True".to_string() } else { "False".to_string() }),
            _ => Value::Other(text),
        }
    }

    fn is_finite(&self) -> bool {
        number!(self, x => x.is_finite(), _text => true)
    }

    /// `nan`, `inf` or `-inf`.
    fn special(&self) -> String {
        number!(self, x => if x.is_nan() { "nan".to_string() } else { x.to_string() }, text => text.clone())
    }

    /// What stands before and behind the point, without a power of ten.
    fn positional(&self, precision: Option<usize>) -> (String, String) {
        let text = number!(self, x => match precision {
            Some(digits) => format!("{x:.digits$}"),
            None => {
                let shortest = format!("{x}");
                let digits = split(&shortest, '.').1.len();
                if digits <= DIGITS {
                    // Of two shortest texts that are equally near, NumPy takes the even one.
                    let even = format!("{x:.digits$}");
                    if even.parse() == Ok(*x) { even } else { shortest }
                } else {
                    format!("{x:.DIGITS$}").trim_end_matches('0').to_string()
                }
            }
        }, text => text.clone());
        split(&text, '.')
    }

    /// What stands before and behind the point, and the exponent with its sign and at least two digits.
    fn scientific(&self, precision: Option<usize>) -> (String, String, String) {
        let text = number!(self, x => match precision {
            Some(digits) => format!("{x:.digits$e}"),
            None => {
                let shortest = format!("{x:e}");
                if split(&split(&shortest, 'e').0, '.').1.len() <= DIGITS {
                    shortest
                } else {
                    let (mantissa, exponent) = split(&format!("{x:.DIGITS$e}"), 'e');
                    format!("{}e{exponent}", mantissa.trim_end_matches('0'))
                }
            }
        }, text => text.clone());
        let (mantissa, exponent) = split(&text, 'e');
        let (whole, digits) = split(&mantissa, '.');
        let (sign, exponent) = exponent.strip_prefix('-').map_or(("+", &exponent[..]), |e| ("-", e));
        (whole, digits, format!("{sign}{exponent:0>2}"))
    }
}

fn split(text: &str, at: char) -> (String, String) {
    let (before, behind) = text.split_once(at).unwrap_or((text, ""));
    (before.to_string(), behind.to_string())
}

/// The one element of a scalar, as NumPy prints a number by itself: all of its digits.
pub(super) fn scalar<T: Debug>(x: &T, precision: Option<usize>) -> String {
    let value = Value::of(x);
    if !value.is_finite() || matches!(value, Value::Other(_)) {
        return value.special();
    }
    let is_far = match value {
        Value::Single(x) => x != 0.0 && !(1e-4..1e6).contains(&f64::from(x.abs())),
        Value::Double(x) => x != 0.0 && !(1e-4..1e16).contains(&x.abs()),
        Value::Other(_) => false,
    };
    if precision.is_some() || !is_far {
        let (whole, digits) = number!(&value, x => match precision {
            Some(digits) => split(&format!("{x:.digits$}"), '.'),
            None => split(&format!("{x}"), '.'),
        }, text => (text.clone(), String::new()));
        let is_bare = digits.is_empty() && precision.is_some();
        return if is_bare { whole } else { format!("{whole}.{digits:0<1}") };
    }
    let (mantissa, exponent) =
        number!(&value, x => split(&format!("{x:e}"), 'e'), text => (text.clone(), String::new()));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(("+", &exponent[..]), |e| ("-", e));
    format!("{mantissa}e{sign}{exponent:0>2}")
}

/// The common format of a tensor's elements.
#[derive(Debug)]
pub(super) enum Column {
    /// `left` characters before the point and `right` behind it, filled up with blanks.
    Positional { left: usize, right: usize, precision: Option<usize> },
    /// `digits` behind the point, and an exponent of `exponent` characters.
    Scientific { left: usize, digits: usize, exponent: usize },
    /// Anything but numbers with a point, at the right.
    Text { width: usize },
}

impl Column {
    pub(super) fn new<'a, T: Debug + 'a>(
        elements: impl Iterator<Item = &'a T>,
        precision: Option<usize>,
        rank: usize,
    ) -> Column {
        let all: Vec<Value> = elements.map(Value::of).collect();
        if matches!(all.first(), Some(Value::Other(_))) {
            let width = all.iter().map(|x| x.special().len()).max().unwrap_or(0);
            // NumPy leaves room for `False` also where there is none, unless the mask is a scalar.
            let is_mask = std::any::type_name::<T>() == "bool" && rank > 0;
            return Column::Text { width: if is_mask { 5 } else { width } };
        }
        let finite: Vec<&Value> = all.iter().filter(|x| x.is_finite()).collect();
        let max = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or(0);
        // The longest of what is no number, which may stand in the place of the point and behind it.
        let special = max(&mut all.iter().filter(|x| !x.is_finite()).map(|x| x.special().len()));
        if is_wide(&finite) {
            let parts: Vec<_> = finite.iter().map(|x| x.scientific(precision)).collect();
            let digits = max(&mut parts.iter().map(|(_, digits, _)| digits.len()));
            let exponent = max(&mut parts.iter().map(|(_, _, exponent)| exponent.len()));
            let left = max(&mut parts.iter().map(|(whole, ..)| whole.len()));
            let left = left.max(special.saturating_sub(digits + exponent + 2));
            Column::Scientific { left, digits, exponent }
        } else {
            let parts: Vec<_> = finite.iter().map(|x| x.positional(precision)).collect();
            let right = max(&mut parts.iter().map(|(_, digits)| digits.len()));
            let left = max(&mut parts.iter().map(|(whole, _)| whole.len()));
            Column::Positional { left: left.max(special.saturating_sub(right + 1)), right, precision }
        }
    }

    /// The text of an element, as wide as all others.
    pub(super) fn cell<T: Debug>(&self, x: &T) -> String {
        let value = Value::of(x);
        match *self {
            Column::Text { width } => format!("{:>width$}", value.special()),
            Column::Positional { left, right, .. } if !value.is_finite() => {
                format!("{:>1$}", value.special(), left + right + 1)
            }
            Column::Scientific { left, digits, exponent } if !value.is_finite() => {
                format!("{:>1$}", value.special(), left + digits + exponent + 2)
            }
            Column::Positional { left, right, precision } => {
                let (whole, digits) = value.positional(precision);
                format!("{whole:>left$}.{digits:<right$}")
            }
            Column::Scientific { left, digits, exponent } => {
                // With more digits than tell it apart, a number shows its own, as in NumPy.
                let (whole, behind, power) = value.scientific(Some(digits));
                let (sign, power) = power.split_at(1);
                format!("{whole:>left$}.{behind}e{sign}{power:0>0$}", exponent - 1)
            }
        }
    }
}

/// Whether numbers need powers of ten: NumPy's rule, in the type of the numbers. From 10^6 on, f32 has no digits left
/// behind the point.
fn is_wide(finite: &[&Value]) -> bool {
    macro_rules! rule {
        ($variant:ident, $largest:literal) => {{
            let sizes = finite.iter().filter_map(|x| match x {
                Value::$variant(x) if *x != 0.0 => Some(x.abs()),
                _ => None,
            });
            let (low, high) = sizes.fold((None, 0.0), |(low, high), x| match low {
                Some(low) if low < x => (Some(low), if x > high { x } else { high }),
                _ => (Some(x), if x > high { x } else { high }),
            });
            low.is_some_and(|low| high >= $largest || low < 1e-4 || high / low > 1000.0)
        }};
    }
    rule!(Single, 1e6) || rule!(Double, 1e8)
}
