//! Weights from elsewhere: tensors by name, such as the state dict of a PyTorch module.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use tensor_ops::Tensor;
use tensor_ops::file::{ATTACHED, FileError, TensorFile};

use crate::{LoadError, Model, Scalar};

/// What [`Model::load_weights`] is to put up with. Nothing, at first: every tensor of the network must be in the file in its shape, every
/// tensor of the file must have a place, and every number must be one that the model's scalar type holds exactly (half floats
/// and f32 in any model, f64 in one of f64).
///
/// ```
/// use nn_core::{Layer, Model, Weights};
/// use nn_layers::{Dense, Sequential};
/// use tensor_ops::{Tensor, file::TensorFile};
/// let mut model: Model<f32> = Sequential::new().push(Dense::new(1)).init([2], 0)?;
/// let mut file = TensorFile::default(); // as PyTorch's safetensors.torch.save_file(module.state_dict(), ..) makes it
/// file.insert("layers.0.weight", &Tensor::from([[1.0f32, 2.0]]));
/// file.insert("layers.0.bias", &Tensor::from([3.0f32]));
/// file.insert("head.weight", &Tensor::from([4.0f32]));
///
/// let weights = Weights::new().rename(|name| name.trim_start_matches("layers.").to_string());
/// let error = model.take_weights(&file, &weights).unwrap_err().to_string();
/// assert!(error.contains(r#"unexpected ["head.weight"]"#), "{error}");
/// let report = model.take_weights(&file, &weights.allow_unexpected())?;
/// assert_eq!((model.theta(), report.loaded.len()), (&[1.0, 2.0, 3.0][..], 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct Weights {
    missing: bool,
    unexpected: bool,
    misshapen: bool,
    rounding: bool,
    rename: Option<Arc<Rename>>,
}

/// What a tensor of the file is called here.
type Rename = dyn Fn(&str) -> String + Send + Sync;

impl fmt::Debug for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Weights")
            .field("missing", &self.missing)
            .field("unexpected", &self.unexpected)
            .field("misshapen", &self.misshapen)
            .field("rounding", &self.rounding)
            .finish_non_exhaustive()
    }
}

impl Weights {
    /// Everything must fit.
    pub fn new() -> Weights {
        Weights::default()
    }

    /// Tensors of the network that the file lacks stay as they are.
    #[must_use]
    pub fn allow_missing(self) -> Weights {
        Weights { missing: true, ..self }
    }

    /// Tensors of the file that the network has no place for are passed over.
    #[must_use]
    pub fn allow_unexpected(self) -> Weights {
        Weights { unexpected: true, ..self }
    }

    /// Tensors that have another shape in the file stay as they are: a new head on an old body.
    #[must_use]
    pub fn allow_misshapen(self) -> Weights {
        Weights { misshapen: true, ..self }
    }

    /// Numbers of f64 are rounded to f32 where the model is one of f32.
    #[must_use]
    pub fn allow_rounding(self) -> Weights {
        Weights { rounding: true, ..self }
    }

    /// Sets what a tensor of the file is called here. Two may get the same name if they hold the same numbers, as those of a PyTorch
    /// module that is used in two places do.
    #[must_use]
    pub fn rename(self, rename: impl Fn(&str) -> String + Send + Sync + 'static) -> Weights {
        Weights { rename: Some(Arc::new(rename)), ..self }
    }
}

/// What became of the tensors of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WeightReport {
    /// Tensors of the network that were read.
    pub loaded: Vec<String>,
    /// Tensors of the network that the file lacks.
    pub missing: Vec<String>,
    /// Tensors of the file, by their names there, that the network has no place for.
    pub unexpected: Vec<String>,
    /// Tensors of another shape, with both shapes.
    pub misshapen: Vec<String>,
    /// Tensors whose numbers were rounded.
    pub rounded: Vec<String>,
}

impl fmt::Display for WeightReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tensors loaded", self.loaded.len())?;
        let others = [
            ("missing", &self.missing),
            ("unexpected", &self.unexpected),
            ("misshapen", &self.misshapen),
            ("rounded", &self.rounded),
        ];
        for (what, names) in others.into_iter().filter(|(_, names)| !names.is_empty()) {
            write!(f, "; {what}: {}", names.join(", "))?;
        }
        Ok(())
    }
}

impl<T: Scalar> Model<T> {
    /// Reads learned and observed tensors by name from a safetensors file, whoever wrote it. Either everything that is to be loaded is
    /// loaded, or the model stays as it was.
    ///
    /// # Errors
    /// As [`Model::take_weights`], and where the file cannot be read.
    #[doc(alias = "load_state_dict")]
    pub fn load_weights(
        &mut self,
        path: impl AsRef<Path>,
        weights: &Weights,
    ) -> Result<WeightReport, LoadError> {
        self.take_weights(&TensorFile::read(path)?, weights)
    }

    /// As [`Model::load_weights`], from a file in memory.
    ///
    /// # Errors
    /// [`LoadError::Names`] for what `weights` does not allow, all of it; [`LoadError::File`] for numbers of another type;
    /// [`LoadError::Clash`].
    pub fn take_weights(&mut self, file: &TensorFile, weights: &Weights) -> Result<WeightReport, LoadError> {
        let network = self.network();
        let names = names(file, weights)?;
        let mut report = WeightReport::default();
        let mut found: Vec<(String, Tensor<T>)> = Vec::new();
        let entries = || network.theta_layout().entries().iter().chain(network.state_layout().entries());
        for entry in entries() {
            let Some(name) = names.get(&entry.name) else {
                report.missing.push(entry.name.clone());
                continue;
            };
            let shape = file.shape(name).expect("a name of the file");
            if *shape != entry.shape {
                report.misshapen.push(crate::names::misshapen(entry, shape));
                continue;
            }
            let tensor = match file.get(name) {
                Err(FileError::Dtype { .. }) if weights.rounding => {
                    report.rounded.push(entry.name.clone());
                    file.get_rounded(name)?
                }
                other => other?,
            };
            report.loaded.push(entry.name.clone());
            found.push((entry.name.clone(), tensor));
        }
        let has_place = |name: &str| entries().any(|entry| entry.name == name);
        report.unexpected =
            names.iter().filter(|(ours, _)| !has_place(ours)).map(|(_, theirs)| theirs.clone()).collect();
        let fits = (weights.missing || report.missing.is_empty())
            && (weights.unexpected || report.unexpected.is_empty())
            && (weights.misshapen || report.misshapen.is_empty());
        if !fits {
            let WeightReport { missing, unexpected, misshapen, .. } = report;
            return Err(LoadError::Names { missing, unexpected, misshapen });
        }
        for (name, tensor) in found {
            self.parameter_mut(&name).expect("a name of the network").copy_from_slice(tensor.as_slice());
        }
        Ok(report)
    }
}

/// The tensors of the file: what they are called here, and there.
fn names(file: &TensorFile, weights: &Weights) -> Result<BTreeMap<String, String>, LoadError> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for theirs in file.names().filter(|name| !name.starts_with(ATTACHED)) {
        let ours = weights.rename.as_ref().map_or_else(|| theirs.to_string(), |rename| rename(theirs));
        if let Some(first) = names.insert(ours.clone(), theirs.to_string())
            && !file.holds_the_same(&first, theirs)
        {
            return Err(LoadError::Clash { name: ours, first, second: theirs.to_string() });
        }
    }
    Ok(names)
}
