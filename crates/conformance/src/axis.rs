//! The attributes that name axes.

use serde_json::Value;
use tensor_ops::Axes;

use crate::case::{Case, Stop};

/// The attribute `axis`: an axis or a list of them, or null for all.
pub(crate) fn axis(case: &Case) -> Result<Option<Vec<isize>>, Stop> {
    case.setting("axis", Some(None), "an axis, a list of axes, or null", |value| match value {
        Value::Null => Some(None),
        Value::Array(_) => integers(value).map(Some),
        _ => Some(Some(vec![integer(value)?])),
    })
}

/// The attributes `axis` and `keepdims`.
pub(crate) fn axes(case: &Case) -> Result<Axes, Stop> {
    let axes = axis(case)?.map_or(Axes::All, Axes::These);
    Ok(if case.flag("keepdims", Some(false))? { axes.keepdims() } else { axes })
}

/// A list of integers.
pub(crate) fn integers(value: &Value) -> Option<Vec<isize>> {
    value.as_array()?.iter().map(integer).collect()
}

/// A list of lengths or positions.
pub(crate) fn counts(value: &Value) -> Option<Vec<usize>> {
    value.as_array()?.iter().map(|n| usize::try_from(n.as_u64()?).ok()).collect()
}

pub(crate) fn integer(value: &Value) -> Option<isize> {
    isize::try_from(value.as_i64()?).ok()
}
