//! One case: what to do and what to expect, and which parts of it an operation has looked at.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};
use tensor_ops::{Shape, Tensor};

use crate::compare::Tolerance;

/// A case of a supported operation.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) attributes: Map<String, Value>,
    pub(crate) inputs: Vec<Entry>,
    pub(crate) outputs: Vec<Entry>,
    pub(crate) tolerance: Tolerance,
    /// How to judge, where it is not by comparing.
    pub(crate) check: Option<String>,
    pub(crate) expect: Option<String>,
    /// NaN entries of reference gradients are not to be checked.
    pub(crate) skips_nan_gradients: bool,
    /// The names of the attributes and inputs that were asked for.
    pub(crate) seen: RefCell<BTreeSet<String>>,
}

/// A tensor of a case. Integers and truth values are given as numbers.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// Its place in the list: an optional tensor that is left out has a place and no entry.
    pub(crate) place: usize,
    pub(crate) role: String,
    /// What a gradient is the gradient of.
    pub(crate) of: Option<String>,
    /// Which steps the rows of a trajectory belong to.
    pub(crate) steps: Value,
    pub(crate) kind: Kind,
    pub(crate) tensor: Tensor<f64>,
}

/// What the numbers of a tensor are in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// f64.
    Double,
    /// f32.
    Single,
    Integer,
    Boolean,
}

/// Why an operation gives no answers.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum Stop {
    /// The library returned an error, which is what some cases expect.
    #[error("the library refuses: {0}")]
    Refused(String),
    /// The case holds something that this program does not know, or lacks something.
    #[error("{0}")]
    Unknown(String),
    /// The library does not have what the case is about.
    #[error("the library has no {0}")]
    Unsupported(&'static str),
}

/// Errors of the library become [`Stop::Refused`].
macro_rules! refusals {
    ($($error:ty),*) => {$(
        impl From<$error> for Stop {
            fn from(error: $error) -> Stop {
                Stop::Refused(error.to_string())
            }
        }
    )*};
}

refusals!(
    tensor_ops::TensorError,
    nn_core::BindError,
    nn_core::BatchError,
    nn_core::LossError,
    nn_data::DataError,
    nn_optim::SettingError,
    nn_train::metrics::MetricError
);

impl Entry {
    /// Truth values.
    pub(crate) fn mask(&self) -> Result<Tensor<bool>, Stop> {
        if self.kind != Kind::Boolean {
            return Err(Stop::Unknown(format!("{} {} does not hold truth values", self.role, self.name)));
        }
        let values = self.tensor.as_slice().iter().map(|&x| x != 0.0).collect();
        Ok(Tensor::new(*self.tensor.shape(), values)?)
    }
}

/// What the library computed for an output of a case.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) role: &'static str,
    pub(crate) name: String,
    pub(crate) tensor: Tensor<f64>,
}

impl Answer {
    pub(crate) fn output(name: &str, tensor: Tensor<f64>) -> Answer {
        Answer { role: "output", name: name.to_string(), tensor }
    }

    /// The gradient with respect to the input or parameter `of`.
    pub(crate) fn gradient(of: &str, tensor: Tensor<f64>) -> Answer {
        Answer { role: "grad", name: format!("d{of}"), tensor }
    }
}

/// Attributes that explain and do not set anything.
const PROSE: [&str; 3] = ["note", "formula", "edge"];

impl Case {
    /// An attribute, if it is there; from now on it counts as seen.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Value> {
        self.seen.borrow_mut().insert(format!("attribute {name}"));
        self.attributes.get(name)
    }

    /// An attribute as `read` understands it, or the default where it is absent.
    pub(crate) fn setting<'a, T>(
        &'a self,
        name: &str,
        default: Option<T>,
        expected: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<T, Stop> {
        match self.attribute(name) {
            Some(value) => read(value)
                .ok_or_else(|| Stop::Unknown(format!("attribute {name} is {value}, expected {expected}"))),
            None => default.ok_or_else(|| Stop::Unknown(format!("attribute {name} is missing"))),
        }
    }

    pub(crate) fn text(&self, name: &str, default: Option<&'static str>) -> Result<&str, Stop> {
        self.setting(name, default, "a string", Value::as_str)
    }

    pub(crate) fn flag(&self, name: &str, default: Option<bool>) -> Result<bool, Stop> {
        self.setting(name, default, "true or false", Value::as_bool)
    }

    pub(crate) fn number(&self, name: &str, default: Option<f64>) -> Result<f64, Stop> {
        self.setting(name, default, "a number", number)
    }

    pub(crate) fn count(&self, name: &str, default: Option<usize>) -> Result<usize, Stop> {
        self.setting(name, default, "a whole number", |value| usize::try_from(value.as_u64()?).ok())
    }

    /// Refuses an attribute that is there and says something else.
    pub(crate) fn insist(&self, name: &str, only: &str) -> Result<(), Stop> {
        let expected = format!("{only:?}");
        self.setting(name, Some(()), &expected, |value| (value.as_str() == Some(only)).then_some(()))
    }

    /// An input of this name and role, if it is there.
    pub(crate) fn find(&self, name: &str, role: &str) -> Option<&Entry> {
        self.seen.borrow_mut().insert(format!("{role} {name}"));
        self.inputs.iter().find(|input| input.name == name && input.role == role)
    }

    /// The input at a place of the list, which is how ONNX knows its inputs.
    pub(crate) fn at(&self, place: usize) -> Option<&Entry> {
        let input = self.inputs.iter().find(|input| input.place == place)?;
        self.find(&input.name, &input.role)
    }

    pub(crate) fn input(&self, name: &str, role: &str) -> Result<&Entry, Stop> {
        self.find(name, role).ok_or_else(|| Stop::Unknown(format!("{role} {name} is missing")))
    }

    /// An input of this name, role and shape.
    pub(crate) fn input_of_shape(&self, name: &str, role: &str, shape: &Shape) -> Result<&Tensor<f64>, Stop> {
        let tensor = &self.input(name, role)?.tensor;
        match tensor.shape() == shape {
            true => Ok(tensor),
            false => {
                Err(Stop::Unknown(format!("{role} {name} has shape {}, expected {shape}", tensor.shape())))
            }
        }
    }

    /// The first attribute that the operation did not look at, and so does not know.
    pub(crate) fn unseen_attribute(&self) -> Option<String> {
        let names = self.attributes.keys().filter(|name| !PROSE.contains(&name.as_str()));
        self.unseen(names.map(|name| format!("attribute {name}")))
    }

    /// The first input that the operation did not look at.
    pub(crate) fn unseen_input(&self) -> Option<String> {
        self.unseen(self.inputs.iter().map(|input| format!("{} {}", input.role, input.name)))
    }

    fn unseen(&self, mut names: impl Iterator<Item = String>) -> Option<String> {
        names.find(|name| !self.seen.borrow().contains(name))
    }
}

/// A number of an index: JSON has no words for those that are not finite, so they are strings.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("nan") => Some(f64::NAN),
        Some("inf") => Some(f64::INFINITY),
        Some("-inf") => Some(f64::NEG_INFINITY),
        Some(_) => None,
        None => value.as_f64(),
    }
}
