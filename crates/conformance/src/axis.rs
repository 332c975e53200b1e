//! The attribute `axis`.

use serde_json::Value;

use crate::case::{Case, Stop};

/// The attribute `axis`: an axis or a list of them, or null for all.
pub(crate) fn axis(case: &Case) -> Result<Option<Vec<isize>>, Stop> {
    case.setting("axis", Some(None), "an axis, a list of axes, or null", |value| match value {
        Value::Null => Some(None),
        Value::Array(_) => integers(value).map(Some),
        _ => Some(Some(vec![integer(value)?])),
    })
}

/// A list of integers.
pub(crate) fn integers(value: &Value) -> Option<Vec<isize>> {
    value.as_array()?.iter().map(integer).collect()
}

fn integer(value: &Value) -> Option<isize> {
    isize::try_from(value.as_i64()?).ok()
}
