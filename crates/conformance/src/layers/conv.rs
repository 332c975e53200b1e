//! Convolutions and pools.

use nn_core::{Layer, Op};
use nn_layers::{
    AdaptiveAvgPool, AdaptiveMaxPool, AvgPool, Conv, ConvTranspose, MaxPool, Padding, PaddingMode,
};
use serde_json::Value;
use tensor_ops::Tensor;

use super::{Answers, agree, stateless, x};
use crate::axis::counts;
use crate::case::{Answer, Case, Stop};
use crate::run::Operations;

pub(super) const OPERATIONS: Operations = &[
    ("AdaptiveAvgPool1d", |case| adaptive(case, AdaptiveAvgPool::<1>::keeping)),
    ("AdaptiveAvgPool2d", |case| adaptive(case, AdaptiveAvgPool::<2>::keeping)),
    ("AdaptiveAvgPool3d", |case| adaptive(case, AdaptiveAvgPool::<3>::keeping)),
    ("AdaptiveMaxPool1d", |case| adaptive(case, AdaptiveMaxPool::<1>::keeping)),
    ("AdaptiveMaxPool2d", |case| adaptive(case, AdaptiveMaxPool::<2>::keeping)),
    ("AdaptiveMaxPool3d", |case| adaptive(case, AdaptiveMaxPool::<3>::keeping)),
    ("AvgPool1d", avg_pool::<1>),
    ("AvgPool2d", avg_pool::<2>),
    ("AvgPool3d", avg_pool::<3>),
    ("Conv1d", conv::<1>),
    ("Conv2d", conv::<2>),
    ("Conv3d", conv::<3>),
    ("ConvTranspose1d", conv_transpose::<1>),
    ("ConvTranspose2d", conv_transpose::<2>),
    ("ConvTranspose3d", conv_transpose::<3>),
    ("MaxPool1d", max_pool::<1>),
    ("MaxPool2d", max_pool::<2>),
    ("MaxPool3d", max_pool::<3>),
];

/// `N` numbers in a list, or one for all.
fn numbers<const N: usize>(value: &Value) -> Option<[usize; N]> {
    match value.is_array() {
        true => counts(value)?.try_into().ok(),
        false => Some([usize::try_from(value.as_u64()?).ok()?; N]),
    }
}

fn setting<const N: usize>(case: &Case, name: &str, default: Option<usize>) -> Result<[usize; N], Stop> {
    case.setting(name, default.map(|n| [n; N]), "a whole number for each axis", numbers)
}

/// A stride; without one windows lie side by side.
fn stride<const N: usize>(case: &Case) -> Result<Option<[usize; N]>, Stop> {
    case.setting("stride", Some(None), "a whole number for each axis or null", |value| match value {
        Value::Null => Some(None),
        value => Some(Some(numbers(value)?)),
    })
}

/// The names of the spatial axes, from the last.
fn layouts<const N: usize>() -> (&'static str, &'static str) {
    [("NCW", "[out,in/groups,kW]"), ("NCHW", "[out,in/groups,kH,kW]"), ("NCDHW", "[out,in/groups,kD,kH,kW]")]
        [N - 1]
}

fn in_channels<const N: usize>(case: &Case) -> Result<(), Stop> {
    let channels = x(case)?.shape().as_slice().iter().rev().nth(N);
    agree("in_channels", case.count("in_channels", None)?, channels.copied())
}

fn conv<const N: usize>(case: &Case) -> Answers {
    let (layout, weights) = layouts::<N>();
    case.insist("layout", layout)?;
    case.insist("weight_layout", weights)?;
    let expected = "numbers, \"same\" or \"valid\"";
    let padding = case.setting("padding", Some(Padding::Valid), expected, |value| match value.as_str() {
        Some("same") => Some(Padding::Same),
        Some("valid") => Some(Padding::Valid),
        Some(_) => None,
        None => Some(Padding::Explicit(numbers(value)?)),
    })?;
    let mode = match case.text("padding_mode", Some("zeros"))? {
        "zeros" => PaddingMode::Zeros,
        "reflect" => PaddingMode::Reflect,
        "replicate" => PaddingMode::Replicate,
        "circular" => PaddingMode::Circular,
        other => {
            return Err(Stop::Unknown(format!("attribute padding_mode is {other:?}, which is not known")));
        }
    };
    let conv = Conv::<N>::new(case.count("out_channels", None)?, setting(case, "kernel", None)?)
        .stride(setting(case, "stride", Some(1))?)
        .dilation(setting(case, "dilation", Some(1))?)
        .groups(case.count("groups", Some(1))?)
        .padding(padding)
        .padding_mode(mode);
    let conv = if case.flag("bias", Some(true))? { conv } else { conv.without_bias() };
    in_channels::<N>(case)?;
    stateless(case, &conv, N + 1)
}

fn conv_transpose<const N: usize>(case: &Case) -> Answers {
    case.insist("layout", layouts::<N>().0)?;
    case.insist("weight_layout", "[in,out/groups,k...]")?;
    let conv = ConvTranspose::<N>::new(case.count("out_channels", None)?, setting(case, "kernel", None)?)
        .stride(setting(case, "stride", Some(1))?)
        .padding(Padding::Explicit(setting(case, "padding", Some(0))?))
        .output_padding(setting(case, "output_padding", Some(0))?)
        .dilation(setting(case, "dilation", Some(1))?)
        .groups(case.count("groups", Some(1))?);
    let conv = if case.flag("bias", Some(true))? { conv } else { conv.without_bias() };
    in_channels::<N>(case)?;
    stateless(case, &conv, N + 1)
}

fn max_pool<const N: usize>(case: &Case) -> Answers {
    let pool = MaxPool::<N>::new(setting(case, "kernel", None)?)
        .padding(setting(case, "padding", Some(0))?)
        .dilation(setting(case, "dilation", Some(1))?);
    let pool = stride(case)?.map_or(pool, |stride| pool.stride(stride));
    let pool = if case.flag("ceil_mode", Some(false))? { pool.ceil() } else { pool };
    let x = x(case)?;
    let mut answers = stateless(case, &pool, N + 1)?;
    // Without a sample axis x is one sample.
    let lengths = x.shape().as_slice();
    let batched = match lengths.len() > N + 1 {
        true => x.clone(),
        false => Tensor::new(tensor_ops::Shape::new(&[&[1], lengths].concat())?, x.as_slice().to_vec())?,
    };
    let positions = pool.positions(&batched)?;
    let numbers = positions.as_slice().iter().map(|&at| at as f64).collect();
    let shape = *answers[0].tensor.shape();
    answers.push(Answer::output("indices", Tensor::new(shape, numbers)?));
    Ok(answers)
}

fn avg_pool<const N: usize>(case: &Case) -> Answers {
    let pool = AvgPool::<N>::new(setting(case, "kernel", None)?).padding(setting(case, "padding", Some(0))?);
    let pool = stride(case)?.map_or(pool, |stride| pool.stride(stride));
    let pool = if case.flag("ceil_mode", Some(false))? { pool.ceil() } else { pool };
    let pool = if case.flag("count_include_pad", Some(true))? { pool } else { pool.without_padding() };
    let divisor =
        case.setting("divisor_override", Some(None), "a whole number or null", |value| match value {
            Value::Null => Some(None),
            value => Some(Some(usize::try_from(value.as_u64()?).ok()?)),
        })?;
    stateless(case, &divisor.map_or(pool, |divisor| pool.divisor(divisor)), N + 1)
}

fn adaptive<L: Layer + Op, const N: usize>(case: &Case, new: fn([Option<usize>; N]) -> L) -> Answers {
    let size = |value: &Value| match value {
        Value::Null => Some(None),
        value => Some(Some(usize::try_from(value.as_u64()?).ok()?)),
    };
    let cells =
        case.setting("output_size", None, "a whole number or null for each axis", |value| {
            match value.as_array() {
                Some(list) => list.iter().map(size).collect::<Option<Vec<_>>>()?.try_into().ok(),
                None => Some([size(value)?; N]),
            }
        })?;
    stateless(case, &new(cells), N + 1)
}
