//! The node tests of ONNX: forward, in the type of number that a case stores. Integers are computed in f64, which
//! holds those of the cases exactly.

mod activation;
mod binary;
mod conv;
mod index;
mod linear;
mod loss;
mod norm;
mod optimizer;
mod reduce;
mod shape;
mod slice;
mod unary;

use tensor_ops::{Element, Real, Tensor};

use crate::case::{Answer, Case, Entry, Kind, Stop};
use crate::run::Operations;

pub(crate) const OPERATIONS: &[Operations] = &[
    activation::OPERATIONS,
    binary::OPERATIONS,
    conv::OPERATIONS,
    index::OPERATIONS,
    linear::OPERATIONS,
    loss::OPERATIONS,
    norm::OPERATIONS,
    optimizer::OPERATIONS,
    reduce::OPERATIONS,
    shape::OPERATIONS,
    slice::OPERATIONS,
    unary::OPERATIONS,
];

type Answers = Result<Vec<Answer>, Stop>;

/// An element type that the numbers of a case can be given as.
trait Given: Element {
    fn given(x: f64) -> Self;
    fn number(self) -> f64;
}

impl Given for f32 {
    fn given(x: f64) -> f32 {
        x as f32
    }
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Given for f64 {
    fn given(x: f64) -> f64 {
        x
    }
    fn number(self) -> f64 {
        self
    }
}

impl Given for bool {
    fn given(x: f64) -> bool {
        x != 0.0
    }
    fn number(self) -> f64 {
        f64::from(self)
    }
}

impl Given for usize {
    fn given(x: f64) -> usize {
        x as usize
    }
    fn number(self) -> f64 {
        self as f64
    }
}

/// A function of a case that is generic over `Real`, for numbers of the type that the input at a place has (the
/// first, unless said).
macro_rules! real {
    ($function:ident $(, $($argument:expr),+)?) => { crate::onnx::real!(@0 $function $(, $($argument),+)?) };
    (@$place:literal $function:ident $(, $($argument:expr),+)?) => {
        |case| match crate::onnx::kind(case, $place)? {
            crate::case::Kind::Single => $function::<f32>(case $(, $($argument),+)?),
            _ => $function::<f64>(case $(, $($argument),+)?),
        }
    };
}

/// The same for a function that is generic over every type of element, `bool` too.
macro_rules! any {
    ($function:ident) => { crate::onnx::any!(@0 $function) };
    (@$place:literal $function:ident) => {
        |case| match crate::onnx::kind(case, $place)? {
            crate::case::Kind::Single => $function::<f32>(case),
            crate::case::Kind::Boolean => $function::<bool>(case),
            _ => $function::<f64>(case),
        }
    };
}

use {any, real};

fn required(case: &Case, place: usize) -> Result<&Entry, Stop> {
    case.at(place).ok_or_else(|| Stop::Unknown(format!("input {place} is missing")))
}

fn kind(case: &Case, place: usize) -> Result<Kind, Stop> {
    Ok(required(case, place)?.kind)
}

/// The input at a place.
fn tensor<T: Given>(case: &Case, place: usize) -> Result<Tensor<T>, Stop> {
    given(&required(case, place)?.tensor)
}

/// The input at a place, where there is one.
fn optional<T: Given>(case: &Case, place: usize) -> Result<Option<Tensor<T>>, Stop> {
    case.at(place).map(|entry| given(&entry.tensor)).transpose()
}

/// Every input.
fn all<T: Given>(case: &Case) -> Result<Vec<Tensor<T>>, Stop> {
    case.inputs.iter().map(|input| tensor(case, input.place)).collect()
}

fn given<T: Given>(x: &Tensor<f64>) -> Result<Tensor<T>, Stop> {
    Ok(Tensor::new(*x.shape(), x.as_slice().iter().map(|&x| T::given(x)).collect())?)
}

/// The whole numbers of an input, where there is one.
fn whole(case: &Case, place: usize) -> Option<Vec<i64>> {
    // A number at the end of i64, which ONNX writes for "up to the end", becomes that end again.
    case.at(place).map(|entry| entry.tensor.as_slice().iter().map(|&x| x as i64).collect())
}

/// The whole numbers of an input as axes, lengths or positions.
fn integers(case: &Case, place: usize) -> Option<Vec<isize>> {
    whole(case, place).map(|list| list.into_iter().map(|n| n as isize).collect())
}

/// The whole numbers of an input that has to be there.
fn list(case: &Case, place: usize) -> Result<Vec<isize>, Stop> {
    integers(case, place).ok_or_else(|| Stop::Unknown(format!("input {place} is missing")))
}

/// The one number of an input, of any rank.
fn scalar<T: Given>(case: &Case, place: usize) -> Result<Option<T>, Stop> {
    match optional::<T>(case, place)? {
        Some(x) => Ok(Some(x.item()?)),
        None => Ok(None),
    }
}

/// An attribute that is 0 or 1.
fn is_set(case: &Case, name: &str, default: bool) -> Result<bool, Stop> {
    case.setting(name, Some(default), "0 or 1", |value| match value.as_i64()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    })
}

fn integer(case: &Case, name: &str, default: Option<isize>) -> Result<isize, Stop> {
    case.setting(name, default, "an integer", crate::axis::integer)
}

/// A setting of f32 as f32 has it: the decimals of the index are its own.
fn number<T: Real>(case: &Case, name: &str, default: f64) -> Result<Tensor<T>, Stop> {
    Ok(Tensor::from(T::from_f64(case.number(name, Some(default))?)))
}

/// Answers to the outputs in their order.
fn answers<T: Given>(case: &Case, tensors: Vec<Tensor<T>>) -> Answers {
    let mut answers = Vec::new();
    for output in &case.outputs {
        if let Some(tensor) = tensors.get(output.place) {
            answers.push(Answer::output(&output.name, numbers(tensor)?));
        }
    }
    Ok(answers)
}

fn answer<T: Given>(case: &Case, tensor: Tensor<T>) -> Answers {
    answers(case, vec![tensor])
}

fn numbers<T: Given>(x: &Tensor<T>) -> Result<Tensor<f64>, Stop> {
    Ok(Tensor::new(*x.shape(), x.as_slice().iter().map(|x| x.number()).collect())?)
}

/// The same elements under another shape.
fn reshaped<T: Element>(x: Tensor<T>, lengths: &[usize]) -> Result<Tensor<T>, Stop> {
    Ok(x.reshape(&lengths.iter().map(|&n| n as isize).collect::<Vec<_>>())?)
}
