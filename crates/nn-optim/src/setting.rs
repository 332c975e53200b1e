//! What settings are allowed, and the error that says so.

/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{optimizer}: {setting} = {value}, expected {expected}")]
pub struct SettingError {
    /// The optimizer or schedule.
    pub optimizer: &'static str,
    /// The setting.
    pub setting: &'static str,
    /// Its value.
    pub value: f64,
    /// What is allowed, in words.
    pub expected: &'static str,
}

/// A setting, its value, whether it is allowed, what is allowed.
pub(crate) type Setting = (&'static str, f64, bool, &'static str);

/// Checks one setting after the other.
pub(crate) fn check_all(optimizer: &'static str, settings: &[Setting]) -> Result<(), SettingError> {
    match settings.iter().find(|(_, _, is_allowed, _)| !is_allowed) {
        Some(&(setting, value, _, expected)) => Err(SettingError { optimizer, setting, value, expected }),
        None => Ok(()),
    }
}

/// Finite and at least 0.
pub(crate) fn is_size(x: f64) -> bool {
    x >= 0.0 && x.is_finite()
}

/// What [`is_size`] allows.
pub(crate) const SIZE: &str = "a finite number >= 0";

/// A rate, a small constant, a decay.
pub(crate) fn size(name: &'static str, x: f64) -> Setting {
    (name, x, is_size(x), SIZE)
}

/// How much of an average is kept.
pub(crate) fn kept(name: &'static str, x: f64) -> Setting {
    (name, x, (0.0..1.0).contains(&x), "a number in [0, 1)")
}

/// A share of a whole.
pub(crate) fn share(name: &'static str, x: f64) -> Setting {
    (name, x, (0.0..=1.0).contains(&x), "a number in [0, 1]")
}

/// How many steps something takes.
pub(crate) fn period(name: &'static str, steps: u64) -> Setting {
    (name, steps as f64, steps > 0, "at least 1")
}
