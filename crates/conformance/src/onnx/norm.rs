//! Norms and dropout: the library's layers, with ONNX's conventions mapped to theirs.

use nn_core::{Context, Layer, Mode, Network, Rows, Scalar, Workspace};
use nn_layers::{BatchNorm, Dropout, GroupNorm, InstanceNorm, LayerNorm, LocalResponseNorm, RmsNorm};
use tensor_ops::{Axes, Shape, Tensor};

use super::{Answers, Given, answer, answers, integer, is_set, numbers, optional, real, scalar, tensor};
use crate::case::{Answer, Case, Stop};
use crate::layers::norm::dropped;
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("BatchNormalization", real!(batch_normalization)),
    ("Dropout", real!(dropout)),
    ("GroupNormalization", real!(group_normalization)),
    ("InstanceNormalization", real!(instance_normalization)),
    ("LRN", real!(lrn)),
    ("LayerNormalization", real!(layer_normalization)),
    ("MeanVarianceNormalization", real!(mean_variance_normalization)),
    ("RMSNormalization", real!(rms_normalization)),
];

/// y of a layer whose θ and observed state are these tensors, for samples with the last `rank` axes of `x`, and the state after
/// a pass in this mode.
fn run<T: Scalar>(
    layer: &dyn Layer,
    x: &Tensor<T>,
    rank: usize,
    [params, state]: [&[&Tensor<T>]; 2],
    mode: Mode,
) -> Result<(Tensor<T>, Vec<T>), Stop> {
    let Some(first) = x.shape().rank().checked_sub(rank) else {
        return Err(Stop::Refused(format!("shape {} has too few axes", x.shape())));
    };
    let sample = Shape::new(&x.shape().as_slice()[first..])?;
    let network = Network::bind(layer, sample)?;
    let flat =
        |tensors: &[&Tensor<T>]| tensors.iter().flat_map(|t| t.as_slice().to_vec()).collect::<Vec<T>>();
    let (theta, mut state) = (flat(params), flat(state));
    let expected = (network.theta_layout().len(), network.state_layout().len());
    if (theta.len(), state.len()) != expected {
        return Err(Stop::Refused(format!("scale, bias or statistics do not fit samples of shape {sample}")));
    }
    let rows = Rows::new(x.as_slice(), sample)?;
    network.accepts(&rows, mode)?;
    let cx = Context { mode, seed: 0, step: 0 };
    let mut ws = Workspace::inference(&network, rows.len())?;
    let y = network.forward(&theta, &state, rows, &cx, &mut ws).data().to_vec();
    network.observe(&theta, &mut state, rows, &cx, &ws);
    Ok((Tensor::new(*x.shape(), y)?, state))
}

/// As `run`, for a layer that observes nothing.
fn apply<T: Scalar>(
    layer: &dyn Layer,
    x: &Tensor<T>,
    rank: usize,
    params: &[&Tensor<T>],
) -> Result<Tensor<T>, Stop> {
    Ok(run(layer, x, rank, [params, &[]], Mode::Training)?.0)
}

fn epsilon(case: &Case, default: f64) -> Result<f64, Stop> {
    case.number("epsilon", Some(default))
}

/// The type that a norm is computed in: the one of the numbers, or f32, which is what it is here.
fn stash_type(case: &Case) -> Result<(), Stop> {
    const FLOAT: isize = 1;
    match integer(case, "stash_type", Some(FLOAT))? {
        FLOAT => Ok(()),
        other => Err(Stop::Unknown(format!("attribute stash_type is {other}, expected {FLOAT}"))),
    }
}

/// An input of one number for each channel.
fn of_channels<T: Given>(case: &Case, place: usize, x: &Tensor<T>) -> Result<Tensor<T>, Stop> {
    let numbers: Tensor<T> = tensor(case, place)?;
    match x.shape().rank() > 1 && numbers.shape().as_slice() == [x.shape()[1]] {
        true => Ok(numbers),
        false => {
            Err(Stop::Refused(format!("input {place} has shape {} for x of {}", numbers.shape(), x.shape())))
        }
    }
}

/// The running statistics are momentum·old + (1 - momentum)·new, with the biased variance: the library's are the other way
/// round, and unbiased. So it is asked for those of the batch alone.
fn batch_normalization<T: Scalar + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let momentum = case.number("momentum", Some(0.9))?;
    let norm = BatchNorm::new().eps(epsilon(case, 1e-5)?).momentum(1.0);
    let rank = x.shape().rank().saturating_sub(1);
    let inputs = (1..5).map(|place| of_channels(case, place, &x)).collect::<Result<Vec<_>, Stop>>()?;
    let [weight, bias, mean, var] = &inputs[..] else { unreachable!("four places") };
    let count = Tensor::from(T::ZERO);
    let trains = match case.attribute("is_test").is_some() {
        // Before opset 7; a training pass had other outputs then.
        true if is_set(case, "is_test", false)? => false,
        true => return Err(Stop::Unknown("attribute is_test is 0, expected 1".into())),
        false => is_set(case, "training_mode", false)?,
    };
    let mode = if trains { Mode::Training } else { Mode::Inference };
    let (y, state) = run(&norm, &x, rank, [&[weight, bias], &[mean, var, &count]], mode)?;
    if !trains {
        return answer(case, y);
    }
    let (channels, n) = (mean.shape()[0], (x.shape().size() / mean.shape()[0]) as f64);
    let running = |old: &Tensor<T>, new: &[T], factor: f64| {
        let (keep, factor) = (T::from_f64(momentum), T::from_f64((1.0 - momentum) * factor));
        let of_channel = |(old, new): (&T, &T)| *old * keep + *new * factor;
        Tensor::new(*old.shape(), old.as_slice().iter().zip(new).map(of_channel).collect())
    };
    let mean = running(mean, &state[..channels], 1.0)?;
    let var = running(var, &state[channels..2 * channels], (n - 1.0) / n)?;
    answers(case, vec![y, mean, var])
}

/// Scale and bias were one for each group before opset 21.
fn group_normalization<T: Scalar + Given>(case: &Case) -> Answers {
    stash_type(case)?;
    let (x, groups) = (tensor::<T>(case, 0)?, case.count("num_groups", None)?);
    let norm = GroupNorm::new(groups).eps(epsilon(case, 1e-5)?);
    let channels = x.shape().as_slice().get(1).copied().unwrap_or(0);
    let of_channels = |place| {
        let numbers: Tensor<T> = tensor(case, place)?;
        match groups > 0 && groups < channels && numbers.shape().as_slice() == [groups] {
            true => Ok(numbers.repeat(channels / groups, 0)?),
            false => of_channels(case, place, &x),
        }
    };
    let params = [&of_channels(1)?, &of_channels(2)?];
    answer(case, apply(&norm, &x, x.shape().rank().saturating_sub(1), &params)?)
}

fn instance_normalization<T: Scalar + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let norm = InstanceNorm::new().with_affine().eps(epsilon(case, 1e-5)?);
    let params = [&of_channels(case, 1, &x)?, &of_channels(case, 2, &x)?];
    answer(case, apply(&norm, &x, x.shape().rank().saturating_sub(1), &params)?)
}

/// The number of axes from the attribute `axis` on, and their lengths.
fn from_axis(case: &Case, shape: &Shape) -> Result<(usize, Shape), Stop> {
    let axis = shape.axis(integer(case, "axis", Some(-1))?, "normalization")?;
    Ok((shape.rank() - axis, Shape::new(&shape.as_slice()[axis..])?))
}

fn layer_normalization<T: Scalar + Given>(case: &Case) -> Answers {
    stash_type(case)?;
    let x: Tensor<T> = tensor(case, 0)?;
    let ((axes, row), eps) = (from_axis(case, x.shape())?, epsilon(case, 1e-5)?);
    let norm = LayerNorm::new().axes(axes).eps(eps);
    let weight = tensor::<T>(case, 1)?.broadcast_to(row)?;
    let y = match optional::<T>(case, 2)? {
        Some(bias) => apply(&norm, &x, x.shape().rank(), &[&weight, &bias.broadcast_to(row)?])?,
        None => apply(&norm.without_bias(), &x, x.shape().rank(), &[&weight])?,
    };
    // The layer keeps these to itself.
    let over = || Axes::These((1..=axes as isize).map(|axis| -axis).collect()).keepdims();
    let inverse = x.var(over(), 0)?.add(&Tensor::from(T::from_f64(eps)))?.sqrt();
    let inverse = Tensor::from(T::ONE).divide(&inverse)?;
    answers(case, vec![y, x.mean(over())?, inverse])
}

fn rms_normalization<T: Scalar + Given>(case: &Case) -> Answers {
    stash_type(case)?;
    let x: Tensor<T> = tensor(case, 0)?;
    let (axes, row) = from_axis(case, x.shape())?;
    let norm = RmsNorm::new().axes(axes).eps(epsilon(case, 1e-5)?);
    let weight = tensor::<T>(case, 1)?.broadcast_to(row)?;
    answer(case, apply(&norm, &x, x.shape().rank(), &[&weight])?)
}

/// A window of an even number of channels reaches further to the front in PyTorch and here, to the back in ONNX: then channels
/// are taken in the opposite order.
fn lrn<T: Scalar + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let size = case.count("size", None)?;
    let norm = LocalResponseNorm::new(size)
        .alpha(case.number("alpha", Some(1e-4))?)
        .beta(case.number("beta", Some(0.75))?)
        .k(case.number("bias", Some(1.0))?);
    let rank = x.shape().rank().saturating_sub(1);
    if size.is_multiple_of(2) {
        return answer(case, apply(&norm, &x.flip(1)?, rank, &[])?.flip(1)?);
    }
    answer(case, apply(&norm, &x, rank, &[])?)
}

/// A layer norm over axes that are brought to the end. ONNX adds 1e-9 to the standard deviation.
fn mean_variance_normalization<T: Scalar + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    let axes = case.setting("axes", Some(vec![0, 2, 3]), "a list of axes", crate::axis::integers)?;
    let axes = axes.iter().map(|&axis| x.shape().axis(axis, "normalization"));
    let axes = axes.collect::<Result<Vec<usize>, _>>()?;
    let (last, mut order): (Vec<isize>, Vec<isize>) =
        (0..x.shape().rank() as isize).partition(|&axis| axes.contains(&(axis as usize)));
    order.extend(&last);
    let norm = LayerNorm::new().axes(last.len()).without_affine().eps(1e-18);
    let y = apply(&norm, &x.permute(&order)?, x.shape().rank(), &[])?;
    let mut back = vec![0; order.len()];
    for (place, &axis) in order.iter().enumerate() {
        back[axis as usize] = place as isize;
    }
    answer(case, y.permute(&back)?)
}

/// In training under the mask of the reference, which is its second output, or where its first is not 0: no two generators draw
/// the same. The attribute `seed` is for the generator.
fn dropout<T: Scalar + Given>(case: &Case) -> Answers {
    let x: Tensor<T> = tensor(case, 0)?;
    integer(case, "seed", Some(0))?;
    let ratio = match scalar::<T>(case, 1)? {
        Some(ratio) => ratio.to_f64(),
        None => case.number("ratio", Some(0.5))?,
    };
    let trains = scalar::<bool>(case, 2)?.unwrap_or(false);
    let ones = Tensor::<f64>::ones(*x.shape());
    if !trains {
        let layer = Dropout::new(ratio).map_err(|error| Stop::Refused(error.to_string()))?;
        let (y, _) = run(&layer, &x, x.shape().rank(), [&[], &[]], Mode::Inference)?;
        return masked(case, numbers(&y)?, ones);
    }
    let output = |place| case.outputs.iter().find(|output| output.place == place);
    let Some(of_mask) = output(1).or(output(0)) else { return Ok(Vec::new()) };
    let mask = of_mask.tensor.as_slice().iter().map(|&value| value != 0.0).collect();
    let mask = Tensor::new(*of_mask.tensor.shape(), mask)?;
    let [y, _] = dropped(ratio, &mask, &numbers(&x)?, &ones)?;
    // What the library dropped, by its own account.
    let [kept, _] = dropped(ratio, &mask, &ones, &ones)?;
    let kept = kept.as_slice().iter().map(|&kept| f64::from(kept != 0.0)).collect();
    masked(case, y, Tensor::new(*x.shape(), kept)?)
}

fn masked(case: &Case, y: Tensor<f64>, mask: Tensor<f64>) -> Answers {
    let tensors = [y, mask];
    let outputs = case.outputs.iter().filter_map(|output| Some((output, tensors.get(output.place)?)));
    Ok(outputs.map(|(output, tensor)| Answer::output(&output.name, tensor.clone())).collect())
}
