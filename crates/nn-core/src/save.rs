//! Models in files: the names of PyTorch's state dict, in the safetensors format.

use std::path::Path;

use tensor_ops::file::{ATTACHED, FileError, TensorFile};
use tensor_ops::{Real, Shape};

use crate::model::fingerprint;
use crate::{AnyKernel, BindError, Layer, Layout, Model, Network, Op, Scalar};

/// Metadata: the shape of an input sample, the scalar type, the fingerprint of the numbers, and what is computed.
const SCALAR: &str = "nn.scalar";
const INPUT: &str = "nn.input_shape";
const FINGERPRINT: &str = "nn.fingerprint";
const ARCHITECTURE: &str = "nn.architecture";

impl<T: Scalar> Model<T> {
    /// Every number of the model by name, with the input shape, the [architecture](Network::architecture) and the fingerprint as
    /// metadata.
    #[doc(alias = "state_dict")]
    pub fn to_file(&self) -> TensorFile {
        let mut file = TensorFile::default();
        let network = self.network();
        for (layout, flat) in [(network.theta_layout(), self.theta()), (network.state_layout(), self.state())]
        {
            for entry in layout.entries() {
                file.insert_slice(&entry.name, entry.shape, &flat[entry.range()]);
            }
        }
        let lengths: Vec<String> = network.input_shape().iter().map(|n| n.to_string()).collect();
        file.set_metadata(INPUT, lengths.join(","));
        file.set_metadata(SCALAR, T::NAME);
        file.set_metadata(ARCHITECTURE, network.architecture());
        file.set_metadata(FINGERPRINT, format!("{:016x}", self.fingerprint()));
        file
    }

    /// Writes the model as a safetensors file; a reader finds the old file or the new, never a part.
    ///
    /// # Errors
    /// [`FileError::Io`] with the path.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), FileError> {
        self.to_file().write(path)
    }

    /// The model that [`Model::to_file`] wrote, for the same description, settings and all: for others there is
    /// [`Model::take_weights`], which looks at names and shapes alone. Nothing is loaded in part.
    ///
    /// # Errors
    /// [`LoadError`]: no input shape, names that are missing, unexpected or of another shape, another architecture, numbers of
    /// another type, numbers that do not match the fingerprint.
    pub fn from_file(layer: &dyn Layer, file: &TensorFile) -> Result<Model<T>, LoadError> {
        let input = file.metadata(INPUT).and_then(parse_shape).ok_or(LoadError::NoInputShape)?;
        let network = Network::bind(layer, input)?;
        network.compare_names(file)?;
        network.compare_architecture(file)?;
        let theta = collect(file, network.theta_layout())?;
        let state = collect(file, network.state_layout())?;
        let model = Model::from_parts(network.into(), theta, state);
        // The fingerprint is that of the numbers as they were saved. f32 read as f64 would go back without loss, but for
        // signalling NaNs: it is read once more.
        let found = match file.metadata(SCALAR) {
            Some("f32") => {
                let network = model.network();
                let again = |layout| collect::<f32>(file, layout);
                match (again(network.theta_layout()), again(network.state_layout())) {
                    (Ok(theta), Ok(state)) => fingerprint(&theta, &state),
                    _ => model.cast::<f32>().fingerprint(), // f32 that something else has stored as f64
                }
            }
            _ => model.fingerprint(),
        };
        match file.metadata(FINGERPRINT) {
            Some(wanted) if wanted != format!("{found:016x}") => Err(LoadError::Damaged),
            _ => Ok(model),
        }
    }

    /// Reads a model that [`Model::save`] wrote, for the same description.
    ///
    /// # Errors
    /// As [`Model::from_file`], and where the file cannot be read.
    pub fn load(layer: &dyn Layer, path: impl AsRef<Path>) -> Result<Model<T>, LoadError> {
        Model::from_file(layer, &TensorFile::read(path)?)
    }
}

impl Network {
    /// What is computed, a line for each operation in their order: where it stands, what it is, its [settings](crate::Op::settings), the
    /// values that it reads (0 is the input, i the output of line i from 1), and the shape of its output.
    ///
    /// ```
    /// use nn_core::Layer;
    /// use nn_layers::{Dense, LeakyRelu, Sequential};
    /// let network = Sequential::new().push(Dense::new(2)).push(LeakyRelu::new(0.1)).bind([3])?;
    /// let lines = "0 Dense [0] -> [2]\n1 LeakyRelu { slope: 0.1 } [1] -> [2]";
    /// assert_eq!(network.architecture(), lines);
    /// # Ok::<(), nn_core::BindError>(())
    /// ```
    pub fn architecture(&self) -> String {
        let line = |node: &crate::Node| {
            let settings = <dyn AnyKernel as Op>::settings(&*node.kernel);
            let more = match settings.strip_prefix(node.name) {
                Some(more) => more.to_string(),
                None => format!(" {settings}"),
            };
            format!("{} {}{more} {:?} -> {}", node.path, node.name, node.inputs, self.shapes[node.output])
        };
        self.nodes.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn compare_architecture(&self, file: &TensorFile) -> Result<(), LoadError> {
        let (Some(found), expected) = (file.metadata(ARCHITECTURE), self.architecture()) else {
            return Ok(()); // an older file
        };
        if found == expected {
            return Ok(());
        }
        let (mut found, mut expected) = (found.lines(), expected.lines());
        loop {
            let (a, b) = (found.next(), expected.next());
            if a != b || a.is_none() {
                let text = |line: Option<&str>| line.unwrap_or("nothing more").to_string();
                return Err(LoadError::Architecture { expected: text(b), found: text(a) });
            }
        }
    }

    /// Compares the tensors of a file with the layouts, and reports all differences at once.
    fn compare_names(&self, file: &TensorFile) -> Result<(), LoadError> {
        let entries = || self.theta_layout().entries().iter().chain(self.state_layout().entries());
        let mut missing = Vec::new();
        let mut misshapen = Vec::new();
        for entry in entries() {
            match file.shape(&entry.name) {
                None => missing.push(entry.name.clone()),
                Some(shape) if *shape != entry.shape => {
                    misshapen.push(crate::names::misshapen(entry, shape));
                }
                Some(_) => {}
            }
        }
        let is_ours = |name: &str| name.starts_with(ATTACHED) || entries().any(|entry| entry.name == name);
        let unexpected: Vec<String> = file.names().filter(|name| !is_ours(name)).map(String::from).collect();
        if missing.is_empty() && misshapen.is_empty() && unexpected.is_empty() {
            return Ok(());
        }
        Err(LoadError::Names { missing, unexpected, misshapen })
    }
}

fn collect<T: Real>(file: &TensorFile, layout: &Layout) -> Result<Vec<T>, FileError> {
    let mut flat = Vec::with_capacity(layout.len());
    for entry in layout.entries() {
        flat.extend(file.get::<T>(&entry.name)?.into_vec());
    }
    Ok(flat)
}

fn parse_shape(text: &str) -> Option<Shape> {
    let lengths: Option<Vec<usize>> =
        text.split(',').filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect();
    Shape::new(&lengths?).ok()
}

/// A model that could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file itself.
    #[error(transparent)]
    File(#[from] FileError),
    /// The description does not fit the input shape in the file.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// Written by something else.
    #[error(
        "the file names no input shape (metadata {INPUT:?}): was it saved by this library? `load_weights` reads any file of tensors"
    )]
    NoInputShape,
    /// The names in the file are not those of the network.
    #[error(
        "the file does not fit the network: missing {missing:?}, unexpected {unexpected:?}, misshapen {misshapen:?}; {}",
        crate::names::hint(missing, unexpected, misshapen)
    )]
    Names {
        /// Tensors of the network that the file lacks.
        missing: Vec<String>,
        /// Tensors of the file that the network has no place for.
        unexpected: Vec<String>,
        /// Tensors of another shape, with both shapes.
        misshapen: Vec<String>,
    },
    /// The names fit, but something else is computed from them.
    #[error("the file is of another network: {found:?} in the file, {expected:?} here")]
    Architecture {
        /// The first line of [`Network::architecture`] that differs.
        expected: String,
        /// That line in the file.
        found: String,
    },
    /// Two tensors of the file that are meant for one place, and differ.
    #[error("the tensors {first:?} and {second:?} of the file are both to be {name:?}, and differ")]
    Clash {
        /// The tensor of the network.
        name: String,
        /// The one tensor.
        first: String,
        /// The other.
        second: String,
    },
    /// The numbers are not those that were saved.
    #[error("the numbers in the file do not match its fingerprint: the file is damaged")]
    Damaged,
}
