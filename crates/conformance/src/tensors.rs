//! The tensors of a folder: a safetensors file, read as numbers of 64 bits.

use std::path::PathBuf;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::Value;
use tensor_ops::{Shape, Tensor};

use crate::error::ReadError;

/// The bytes of a safetensors file.
#[derive(Debug)]
pub(crate) struct Tensors {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

impl Tensors {
    /// The file with its sizes checked against what is there.
    pub(crate) fn parsed(&self) -> Result<SafeTensors<'_>, ReadError> {
        SafeTensors::deserialize(&self.bytes)
            .map_err(|source| ReadError::Tensors { path: self.path.clone(), source })
    }
}

/// The tensor that an entry of an index names; what is wrong with either, in words.
pub(crate) fn view<'a>(file: &SafeTensors<'a>, entry: &Value) -> Result<TensorView<'a>, String> {
    let key = entry["key"].as_str().ok_or("an entry has no key")?;
    let view = file.tensor(key).map_err(|_| format!("tensor {key:?} is missing"))?;
    let shape = view.shape();
    let (dtype, stated) = (format!("{:?}", view.dtype()), &entry["dtype"]);
    if *stated != dtype.as_str() {
        return Err(format!("tensor {key:?} holds {dtype}, the index says {stated}"));
    }
    let is_stated = entry["shape"].as_array().is_some_and(|lengths| {
        lengths.len() == shape.len() && lengths.iter().zip(shape).all(|(l, n)| l.as_u64() == Some(*n as u64))
    });
    match is_stated {
        true => Ok(view),
        false => Err(format!("tensor {key:?} has shape {shape:?}, the index says {}", entry["shape"])),
    }
}

/// The numbers of a tensor. Integers become the nearest number of 64 bits, which class numbers are exactly.
pub(crate) fn numbers(view: &TensorView<'_>) -> Result<Tensor<f64>, String> {
    let data = match view.dtype() {
        Dtype::F64 => each(view, f64::from_le_bytes),
        Dtype::F32 => each(view, |bytes| f64::from(f32::from_le_bytes(bytes))),
        Dtype::I64 => each(view, |bytes| i64::from_le_bytes(bytes) as f64),
        Dtype::I32 => each(view, |bytes| f64::from(i32::from_le_bytes(bytes))),
        Dtype::BOOL | Dtype::U8 => each(view, |[byte]| f64::from(byte)),
        dtype => return Err(format!("a tensor of {dtype:?}, which the format does not have")),
    };
    let shape = Shape::new(view.shape()).map_err(|error| error.to_string())?;
    Tensor::new(shape, data).map_err(|error| error.to_string())
}

fn each<const N: usize>(view: &TensorView<'_>, read: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    view.data().as_chunks().0.iter().map(|bytes| read(*bytes)).collect()
}
