//! Convolutions and pools, with ONNX's conventions mapped to the library's.

use nn_core::{Context, Layer, Network, Rows, Scalar, Workspace};
use nn_layers::{AvgPool, Conv, ConvTranspose, GlobalAvgPool, GlobalMaxPool, LpPool, MaxPool, Padding};
use tensor_ops::{Shape, Tensor};

use super::{Answers, Given, answer, answers, integers, is_set, optional, real, tensor};
use crate::axis::counts;
use crate::case::{Answer, Case, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("AveragePool", real!(average_pool)),
    ("Conv", real!(conv)),
    ("ConvTranspose", real!(conv_transpose)),
    ("GlobalAveragePool", real!(global, &GlobalAvgPool)),
    ("GlobalMaxPool", real!(global, &GlobalMaxPool)),
    ("LpPool", real!(lp_pool)),
    ("MaxPool", real!(max_pool)),
    ("MaxUnpool", real!(max_unpool)),
];

/// Calls a function that is generic over the number of spatial axes.
macro_rules! spatial {
    ($x:expr, $function:ident::<$t:ty>($($argument:expr),*)) => {
        match $x.shape().rank() {
            3 => $function::<$t, 1>($($argument),*),
            4 => $function::<$t, 2>($($argument),*),
            5 => $function::<$t, 3>($($argument),*),
            _ => Err(Stop::Refused(format!("shape {} has no one to three spatial axes", $x.shape()))),
        }
    };
}

/// y of a layer whose θ are these tensors.
fn apply<T: Scalar>(layer: &dyn Layer, x: &Tensor<T>, theta: &[T]) -> Result<Tensor<T>, Stop> {
    let sample = Shape::new(&x.shape().as_slice()[1..])?;
    let network = Network::bind(layer, sample)?;
    if network.theta_layout().len() != theta.len() {
        return Err(Stop::Refused(format!("weights or bias do not fit samples of shape {sample}")));
    }
    let rows = Rows::new(x.as_slice(), sample)?;
    let mut ws = Workspace::inference(&network, rows.len())?;
    let y = network.forward(theta, &[], rows, &Context::inference(), &mut ws).data().to_vec();
    Ok(Tensor::new(Shape::new(&[&[rows.len()], network.output_shape().as_slice()].concat())?, y)?)
}

/// One number for each spatial axis.
fn setting<const N: usize>(case: &Case, name: &str, default: Option<usize>) -> Result<[usize; N], Stop> {
    case.setting(name, default.map(|n| [n; N]), "a whole number for each axis", |value| {
        counts(value)?.try_into().ok()
    })
}

/// The geometry that convolutions and pools have in common.
struct Windows<const N: usize> {
    kernel: [usize; N],
    strides: [usize; N],
    dilations: [usize; N],
}

impl<const N: usize> Windows<N> {
    fn of(case: &Case, kernel: Option<[usize; N]>) -> Result<Windows<N>, Stop> {
        let stated = match kernel {
            Some(kernel) => case.setting("kernel_shape", Some(kernel), "the lengths of W", |value| {
                counts(value)?.try_into().ok().filter(|stated| *stated == kernel)
            })?,
            None => setting(case, "kernel_shape", None)?,
        };
        Ok(Windows {
            kernel: stated,
            strides: setting(case, "strides", Some(1))?,
            dilations: setting(case, "dilations", Some(1))?,
        })
    }

    /// How far the windows reach over an axis.
    fn reach(&self, a: usize) -> usize {
        self.kernel[a].saturating_sub(1) * self.dilations[a] + 1
    }

    /// Padding before and behind each axis of x: said, or such that y has ⌈length / stride⌉ places.
    fn pads(&self, case: &Case, lengths: &[usize]) -> Result<[(usize, usize); N], Stop> {
        let stated = explicit(case)?;
        let same = |first_half: fn(usize) -> usize| {
            std::array::from_fn(|a| {
                let places = lengths[a].div_ceil(self.strides[a].max(1));
                let total = ((places - 1) * self.strides[a] + self.reach(a)).saturating_sub(lengths[a]);
                (first_half(total), total - first_half(total))
            })
        };
        match auto_pad(case)? {
            AutoPad::Explicit => Ok(stated.unwrap_or([(0, 0); N])),
            AutoPad::Valid => Ok([(0, 0); N]),
            AutoPad::SameUpper => Ok(same(|total| total / 2)),
            AutoPad::SameLower => Ok(same(|total| total.div_ceil(2))),
        }
    }
}

enum AutoPad {
    Explicit,
    Valid,
    SameUpper,
    SameLower,
}

fn auto_pad(case: &Case) -> Result<AutoPad, Stop> {
    match case.text("auto_pad", Some("NOTSET"))? {
        "NOTSET" => Ok(AutoPad::Explicit),
        "VALID" => Ok(AutoPad::Valid),
        "SAME_UPPER" => Ok(AutoPad::SameUpper),
        "SAME_LOWER" => Ok(AutoPad::SameLower),
        other => Err(Stop::Unknown(format!("attribute auto_pad is {other:?}, which is not known"))),
    }
}

/// The attribute `pads`: all beginnings, then all ends.
fn explicit<const N: usize>(case: &Case) -> Result<Option<[(usize, usize); N]>, Stop> {
    case.setting("pads", Some(None), "two whole numbers for each axis", |value| {
        let list = counts(value).filter(|list| list.len() == 2 * N)?;
        Some(Some(std::array::from_fn(|a| (list[a], list[N + a]))))
    })
}

/// The channels and spatial lengths of W.
fn weight_lengths<T: Given, const N: usize>(w: &Tensor<T>) -> Result<([usize; 2], [usize; N]), Stop> {
    match w.shape().as_slice() {
        [a, b, kernel @ ..] if kernel.len() == N => Ok(([*a, *b], kernel.try_into().expect("N numbers"))),
        _ => Err(Stop::Refused(format!("W has shape {} for {N} spatial axes", w.shape()))),
    }
}

fn conv<T: Scalar + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    spatial!(x, conv_over::<T>(case, &x))
}

fn conv_over<T: Scalar + Given, const N: usize>(case: &Case, x: &Tensor<T>) -> Answers {
    let w: Tensor<T> = tensor(case, 1)?;
    let ([channels, inputs], kernel) = weight_lengths(&w)?;
    let windows = Windows::<N>::of(case, Some(kernel))?;
    let groups = case.count("group", Some(1))?;
    if inputs * groups != x.shape()[1] {
        return Err(Stop::Refused(format!("W of {} and {groups} groups for x of {}", w.shape(), x.shape())));
    }
    let conv = Conv::new(channels, windows.kernel)
        .stride(windows.strides)
        .dilation(windows.dilations)
        .groups(groups)
        .padding(Padding::Sides(windows.pads(case, &x.shape().as_slice()[2..])?));
    let (conv, theta) = match optional::<T>(case, 2)? {
        Some(bias) => (conv, [w.as_slice(), bias.as_slice()].concat()),
        None => (conv.without_bias(), w.as_slice().to_vec()),
    };
    answer(case, apply(&conv, x, &theta)?)
}

fn conv_transpose<T: Scalar + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    spatial!(x, transpose_over::<T>(case, &x))
}

fn transpose_over<T: Scalar + Given, const N: usize>(case: &Case, x: &Tensor<T>) -> Answers {
    let w: Tensor<T> = tensor(case, 1)?;
    let ([inputs, outputs], kernel) = weight_lengths(&w)?;
    let windows = Windows::<N>::of(case, Some(kernel))?;
    let groups = case.count("group", Some(1))?;
    if inputs != x.shape()[1] {
        return Err(Stop::Refused(format!("W of {} for x of {}", w.shape(), x.shape())));
    }
    let mut more = setting(case, "output_padding", Some(0))?;
    let mut sides = explicit(case)?.unwrap_or([(0, 0); N]);
    let shape: Option<[usize; N]> =
        case.setting("output_shape", Some(None), "a whole number for each axis", |value| {
            Some(Some(counts(value)?.try_into().ok()?))
        })?;
    let mode = auto_pad(case)?;
    let same = matches!(mode, AutoPad::SameUpper | AutoPad::SameLower);
    for a in 0..N {
        let length = x.shape()[2 + a];
        let wanted = match shape {
            Some(shape) => Some(shape[a]),
            None if same => Some(length * windows.strides[a]),
            None => None,
        };
        if let Some(wanted) = wanted {
            let all = (length - 1) * windows.strides[a] + windows.reach(a) + more[a];
            // What is too much is cut off at both ends; what lacks comes behind.
            let total = all.saturating_sub(wanted);
            more[a] += wanted.saturating_sub(all);
            let before = if matches!(mode, AutoPad::SameUpper) { total / 2 } else { total.div_ceil(2) };
            sides[a] = (before, total - before);
        } else if matches!(mode, AutoPad::Valid) {
            sides[a] = (0, 0);
        }
    }
    let conv = ConvTranspose::new(outputs * groups, windows.kernel)
        .stride(windows.strides)
        .dilation(windows.dilations)
        .groups(groups)
        .padding(Padding::Sides(sides))
        .output_padding(more);
    let (conv, theta) = match optional::<T>(case, 2)? {
        Some(bias) => (conv, [w.as_slice(), bias.as_slice()].concat()),
        None => (conv.without_bias(), w.as_slice().to_vec()),
    };
    answer(case, apply(&conv, x, &theta)?)
}

/// A pool of the library with the windows of the case.
macro_rules! pool {
    ($pool:expr, $case:expr, $x:expr) => {{
        let windows = Windows::<N>::of($case, None)?;
        let pool = $pool(windows.kernel)
            .stride(windows.strides)
            .dilation(windows.dilations)
            .padding_sides(windows.pads($case, &$x.shape().as_slice()[2..])?);
        if is_set($case, "ceil_mode", false)? { pool.ceil() } else { pool }
    }};
}

fn average_pool<T: Scalar + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    spatial!(x, average_over::<T>(case, &x))
}

fn average_over<T: Scalar + Given, const N: usize>(case: &Case, x: &Tensor<T>) -> Answers {
    let pool = pool!(AvgPool::new, case, x);
    let counts_padding = is_set(case, "count_include_pad", false)?;
    answer(case, apply(&if counts_padding { pool } else { pool.without_padding() }, x, &[])?)
}

fn lp_pool<T: Scalar + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    spatial!(x, lp_over::<T>(case, &x))
}

fn lp_over<T: Scalar + Given, const N: usize>(case: &Case, x: &Tensor<T>) -> Answers {
    let p = case.number("p", Some(2.0))?;
    answer(case, apply(&pool!(|kernel| LpPool::new(p, kernel), case, x), x, &[])?)
}

fn max_pool<T: Scalar + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    spatial!(x, max_over::<T>(case, &x))
}

/// The positions are those in all of x, with the last spatial axis running slowest where `storage_order` is 1.
fn max_over<T: Scalar + Given, const N: usize>(case: &Case, x: &Tensor<T>) -> Answers {
    let pool = pool!(MaxPool::new, case, x);
    let by_columns = is_set(case, "storage_order", false)?;
    let y = apply(&pool, x, &[])?;
    let lengths = &x.shape().as_slice()[2..];
    let pixels: usize = lengths.iter().product();
    let positions = pool.positions(x)?;
    let per_channel = positions.shape().as_slice()[2..].iter().product::<usize>();
    let place = |(i, &at): (usize, &usize)| {
        let mut inside = at;
        if by_columns {
            let (mut rest, mut step) = (at, pixels);
            inside = 0;
            for &length in lengths.iter().rev() {
                step /= length;
                inside += rest % length * step;
                rest /= length;
            }
        }
        (i / per_channel * pixels + inside) as f64
    };
    let indices =
        Tensor::new(*positions.shape(), positions.as_slice().iter().enumerate().map(place).collect())?;
    let mut all = answers(case, vec![y])?;
    all.extend(
        case.outputs.iter().filter(|o| o.place == 1).map(|o| Answer::output(&o.name, indices.clone())),
    );
    Ok(all)
}

/// Zeros with every x at its position among the pixels that the windows cover; more zeros behind, where a larger shape is
/// asked for.
fn max_unpool<T: Scalar + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    spatial!(x, unpool_over::<T>(case, &x))
}

fn unpool_over<T: Scalar + Given, const N: usize>(case: &Case, x: &Tensor<T>) -> Answers {
    let windows = Windows::<N>::of(case, None)?;
    let pads = explicit(case)?.unwrap_or([(0, 0); N]);
    let mut lengths = x.shape().as_slice().to_vec();
    for a in 0..N {
        let all = (lengths[2 + a] - 1) * windows.strides[a] + windows.kernel[a];
        lengths[2 + a] = all.saturating_sub(pads[a].0 + pads[a].1);
    }
    let shape = Shape::new(&lengths)?;
    let positions: Tensor<usize> = tensor(case, 1)?;
    if positions.shape() != x.shape() {
        return Err(Stop::Refused(format!("indices of shape {} for x of {}", positions.shape(), x.shape())));
    }
    let flat = |n: usize| Shape::new(&[n]);
    let size = x.shape().size();
    let indices = Tensor::new(flat(size)?, positions.as_slice().to_vec())?;
    let zeros = Tensor::<T>::zeros(flat(shape.size())?);
    let y = zeros.scatter(0, &indices, &Tensor::new(flat(size)?, x.as_slice().to_vec())?)?;
    let y = Tensor::new(shape, y.as_slice().to_vec())?;
    let Some(wanted) = integers(case, 2) else { return answer(case, y) };
    let behind =
        |(&wanted, &length): (&isize, &usize)| Some((0, usize::try_from(wanted).ok()?.checked_sub(length)?));
    let more: Option<Vec<(usize, usize)>> = wanted.iter().zip(&lengths).map(behind).collect();
    match more.filter(|more| more.len() == lengths.len() && wanted.len() == lengths.len()) {
        Some(more) => answer(case, y.pad(&more, tensor_ops::Padding::Constant(T::ZERO))?),
        None => Err(Stop::Refused(format!("an output of {wanted:?} has no room for {shape}"))),
    }
}

/// One number for each channel, with axes of length 1 in the place of the spatial ones.
fn global<T: Scalar + Given>(case: &Case, pool: &dyn Layer) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    if x.shape().rank() < 2 {
        return Err(Stop::Refused(format!("shape {} has no channels", x.shape())));
    }
    let mut lengths = vec![1; x.shape().rank()];
    lengths[..2].copy_from_slice(&x.shape().as_slice()[..2]);
    let y = apply(pool, &x, &[])?;
    answer(case, Tensor::new(Shape::new(&lengths)?, y.as_slice().to_vec())?)
}
