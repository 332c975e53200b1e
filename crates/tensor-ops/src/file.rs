//! Named tensors in a file: the safetensors format, which PyTorch, JAX and Candle read and write.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, Metadata, SafeTensors, View};

use crate::{Real, Shape, Tensor, TensorError};

/// What the names of attached tensors begin with.
pub const ATTACHED: &str = "attached.";

/// Named tensors and text metadata, as they stand in a safetensors file.
///
/// ```
/// use tensor_ops::{Tensor, file::TensorFile};
/// let mut file = TensorFile::default();
/// file.insert("0.weight", &Tensor::from([[1.0f32, 2.0]]));
/// file.set_metadata("made by", "an example");
/// let again = TensorFile::from_bytes(&file.to_bytes()?)?;
/// assert_eq!(again.get::<f32>("0.weight")?, Tensor::from([[1.0, 2.0]]));
/// # Ok::<(), tensor_ops::file::FileError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TensorFile {
    tensors: BTreeMap<String, Stored>,
    metadata: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq)]
struct Stored {
    dtype: Dtype,
    shape: Shape,
    /// Little-endian, row-major.
    bytes: Vec<u8>,
}

impl TensorFile {
    /// Adds a tensor, or replaces the one of this name.
    pub fn insert<T: Real>(&mut self, name: impl Into<String>, tensor: &Tensor<T>) {
        self.insert_slice(name, *tensor.shape(), tensor.as_slice());
    }

    /// Adds the elements of a tensor of this shape.
    ///
    /// # Panics
    /// Where `data` is not as long as `shape` has elements.
    #[track_caller]
    pub fn insert_slice<T: Real>(&mut self, name: impl Into<String>, shape: Shape, data: &[T]) {
        assert_eq!(shape.size(), data.len(), "elements of shape {shape}");
        let width = size_of::<T>();
        let bytes = data.iter().flat_map(|x| x.bits().to_le_bytes().into_iter().take(width)).collect();
        let dtype = if width == 4 { Dtype::F32 } else { Dtype::F64 };
        self.tensors.insert(name.into(), Stored { dtype, shape, bytes });
    }

    /// The tensor of this name. An f32 tensor may be read as f64, which is exact; not the other way round.
    ///
    /// # Errors
    /// [`FileError::Missing`], or [`FileError::Dtype`] for integers, half floats, or f64 read as f32.
    pub fn get<T: Real>(&self, name: &str) -> Result<Tensor<T>, FileError> {
        let Some(stored) = self.tensors.get(name) else {
            return Err(FileError::Missing { name: name.to_string() });
        };
        let data = match stored.dtype {
            Dtype::F32 => {
                stored.bytes.chunks_exact(4).map(|b| f64::from(f32::from_le_bytes(array(b)))).collect()
            }
            Dtype::F64 if size_of::<T>() == 8 => {
                stored.bytes.chunks_exact(8).map(|b| f64::from_le_bytes(array(b))).collect::<Vec<f64>>()
            }
            dtype => {
                return Err(FileError::Dtype {
                    name: name.to_string(),
                    expected: T::NAME,
                    found: format!("{dtype:?}"),
                });
            }
        };
        let data = data.into_iter().map(T::from_f64).collect();
        Ok(Tensor::new(stored.shape, data)?)
    }

    /// Adds a tensor that travels with others without being one of them, such as a fitted normalizer with a model.
    pub fn attach<T: Real>(&mut self, name: &str, tensor: &Tensor<T>) {
        self.insert(format!("{ATTACHED}{name}"), tensor);
    }

    /// The attached tensor of this name.
    ///
    /// # Errors
    /// As [`TensorFile::get`].
    pub fn attached<T: Real>(&self, name: &str) -> Result<Tensor<T>, FileError> {
        self.get(&format!("{ATTACHED}{name}"))
    }

    /// The names of the tensors, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// The shape of the tensor of this name.
    pub fn shape(&self, name: &str) -> Option<&Shape> {
        self.tensors.get(name).map(|stored| &stored.shape)
    }

    /// Sets one line of the metadata.
    pub fn set_metadata(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.metadata.insert(key.into(), value.into());
    }

    /// One line of the metadata.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// [`FileError::Format`], where the format cannot hold the header (100 MB).
    pub fn to_bytes(&self) -> Result<Vec<u8>, FileError> {
        let metadata = (!self.metadata.is_empty())
            .then(|| self.metadata.iter().map(|(k, v)| (k.clone(), v.clone())).collect());
        safetensors::serialize(&self.tensors, metadata).map_err(FileError::format)
    }

    /// Reads the bytes of a file; every size that it claims is checked against what is there.
    ///
    /// # Errors
    /// [`FileError::Format`] for anything but a whole and consistent safetensors file.
    pub fn from_bytes(bytes: &[u8]) -> Result<TensorFile, FileError> {
        let (_, header): (usize, Metadata) = SafeTensors::read_metadata(bytes).map_err(FileError::format)?;
        let parsed = SafeTensors::deserialize(bytes).map_err(FileError::format)?;
        let mut file = TensorFile::default();
        for (name, view) in parsed.tensors() {
            let shape = Shape::new(view.shape())?;
            let stored = Stored { dtype: view.dtype(), shape, bytes: view.data().to_vec() };
            file.tensors.insert(name, stored);
        }
        for (key, value) in header.metadata().iter().flatten() {
            file.metadata.insert(key.clone(), value.clone());
        }
        Ok(file)
    }

    /// Writes the file so that a reader finds the old contents or the new, never a part: a temporary file beside it
    /// is written, synced and renamed.
    ///
    /// # Errors
    /// [`FileError::Io`] with the path.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), FileError> {
        let path = path.as_ref();
        let bytes = self.to_bytes()?;
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.tmp", std::process::id()));
        let beside = path.with_file_name(name);
        let written = fs::File::create(&beside)
            .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&beside, path));
        written.map_err(|source| {
            let _ = fs::remove_file(&beside); // it may not exist; the first error is the one to report
            FileError::Io { path: path.to_path_buf(), source }
        })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`FileError::Io`] with the path; otherwise as [`TensorFile::from_bytes`].
    pub fn read(path: impl AsRef<Path>) -> Result<TensorFile, FileError> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|source| FileError::Io { path: path.to_path_buf(), source })?;
        TensorFile::from_bytes(&bytes)
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("chunks of N bytes")
}

impl View for &Stored {
    fn dtype(&self) -> Dtype {
        self.dtype
    }
    fn shape(&self) -> &[usize] {
        self.shape.as_slice()
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.bytes)
    }
    fn data_len(&self) -> usize {
        self.bytes.len()
    }
}

/// A file that could not be read, written or understood.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The operating system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The bytes are no safetensors file, or a broken one.
    #[error("not a valid safetensors file: {0}")]
    Format(String),
    /// A shape that a tensor cannot have.
    #[error(transparent)]
    Shape(#[from] TensorError),
    /// No tensor of this name.
    #[error("the file holds no tensor {name:?}")]
    Missing {
        /// The name asked for.
        name: String,
    },
    /// Numbers of another type than asked for.
    #[error("tensor {name:?} holds {found}, which cannot be read as {expected}")]
    Dtype {
        /// The tensor.
        name: String,
        /// The type asked for.
        expected: &'static str,
        /// The type in the file.
        found: String,
    },
}

impl FileError {
    fn format(error: safetensors::SafeTensorError) -> FileError {
        FileError::Format(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> TensorFile {
        let mut file = TensorFile::default();
        file.insert("a", &Tensor::from([1.5f32, f32::NAN, -0.0]));
        file.insert("b", &Tensor::<f64>::zeros([0, 3]));
        file.insert("c", &Tensor::from(std::f64::consts::PI));
        file.set_metadata("k", "v");
        file
    }

    #[test]
    fn every_bit_comes_back() {
        let again = TensorFile::from_bytes(&example().to_bytes().unwrap()).unwrap();
        assert_eq!(again, example());
        assert_eq!(again.get::<f64>("c").unwrap().as_slice(), [std::f64::consts::PI]);
        assert_eq!(again.get::<f32>("a").unwrap().as_slice()[2].to_bits(), (-0.0f32).to_bits());
        assert!(matches!(again.get::<f32>("c"), Err(FileError::Dtype { .. })));
        assert!(matches!(again.get::<f32>("d"), Err(FileError::Missing { .. })));
    }

    /// Every truncation and every flipped byte gives an error or a value, never a panic.
    #[test]
    fn broken_files_are_refused_without_a_panic() {
        let bytes = example().to_bytes().unwrap();
        for n in 0..bytes.len() {
            assert!(TensorFile::from_bytes(&bytes[..n]).is_err(), "the first {n} bytes");
            let mut flipped = bytes.clone();
            flipped[n] ^= 0x55;
            let _ = TensorFile::from_bytes(&flipped);
        }
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = example().write("no/such/folder/x.safetensors").unwrap_err().to_string();
        assert!(error.contains("no/such/folder"), "{error}");
    }
}
