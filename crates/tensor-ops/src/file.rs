//! Named tensors in a file: the safetensors format, which PyTorch, JAX and Candle read and write.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, Metadata, SafeTensors, View};

use crate::random::{FNV_START, fnv1a};
use crate::{Real, Shape, Tensor, TensorError};

/// Metadata: the checksums of the tensors in the order of their names. Written and read here, and not shown.
const CHECKSUMS: &str = "tensor_ops.fnv1a";

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

    /// The tensor of this name, where T can hold its numbers: f32, half floats (F16, BF16) and 64-bit integers that T has exactly
    /// may be read as any T; f64 not as f32.
    ///
    /// # Errors
    /// [`FileError::Missing`], or [`FileError::Dtype`] where a number would be rounded, and for other types.
    pub fn get<T: Real>(&self, name: &str) -> Result<Tensor<T>, FileError> {
        if let Some(same) = self.tensors.get(name).and_then(Stored::same) {
            return Ok(same?);
        }
        let (stored, numbers) = self.numbers(name, T::NAME)?;
        let is_wide = stored.dtype == Dtype::F64 && size_of::<T>() == 4;
        let is_inexact = |x: &f64| stored.dtype == Dtype::I64 && T::from_f64(*x).to_f64() != *x;
        if is_wide || numbers.iter().any(is_inexact) {
            return Err(stored.refuse(name, T::NAME));
        }
        Ok(Tensor::new(stored.shape, numbers.into_iter().map(T::from_f64).collect())?)
    }

    /// As [`TensorFile::get`], with numbers that T cannot hold rounded to the nearest that it can.
    ///
    /// ```
    /// use tensor_ops::{Tensor, file::TensorFile};
    /// let mut file = TensorFile::default();
    /// file.insert("wide", &Tensor::from([0.1f64]));
    /// assert!(file.get::<f32>("wide").is_err());
    /// assert_eq!(file.get_rounded::<f32>("wide")?, Tensor::from([0.1f32]));
    /// # Ok::<(), tensor_ops::file::FileError>(())
    /// ```
    ///
    /// # Errors
    /// [`FileError::Missing`], or [`FileError::Dtype`] for other types than floats and 64-bit integers.
    pub fn get_rounded<T: Real>(&self, name: &str) -> Result<Tensor<T>, FileError> {
        if let Some(same) = self.tensors.get(name).and_then(Stored::same) {
            return Ok(same?);
        }
        let (stored, numbers) = self.numbers(name, T::NAME)?;
        Ok(Tensor::new(stored.shape, numbers.into_iter().map(T::from_f64).collect())?)
    }

    /// A tensor's numbers, exactly.
    fn numbers(&self, name: &str, expected: &'static str) -> Result<(&Stored, Vec<f64>), FileError> {
        let Some(stored) = self.tensors.get(name) else {
            return Err(FileError::Missing { name: name.to_string() });
        };
        let bytes = &stored.bytes;
        let numbers = match stored.dtype {
            Dtype::F64 => bytes.chunks_exact(8).map(|b| f64::from_le_bytes(array(b))).collect(),
            Dtype::F32 => bytes.chunks_exact(4).map(|b| f64::from(f32::from_le_bytes(array(b)))).collect(),
            Dtype::F16 => bytes.chunks_exact(2).map(|b| half(u16::from_le_bytes(array(b)))).collect(),
            // The upper half of an f32.
            Dtype::BF16 => bytes
                .chunks_exact(2)
                .map(|b| f64::from(f32::from_bits(u32::from(u16::from_le_bytes(array(b))) << 16)))
                .collect(),
            Dtype::I64 => {
                let whole = || bytes.chunks_exact(8).map(|b| i64::from_le_bytes(array(b)));
                if whole().any(|x| x.unsigned_abs() > 1 << 53) {
                    return Err(stored.refuse(name, expected));
                }
                whole().map(|x| x as f64).collect()
            }
            _ => return Err(stored.refuse(name, expected)),
        };
        Ok((stored, numbers))
    }

    /// Whether two tensors have the same type, shape and bytes.
    pub fn holds_the_same(&self, a: &str, b: &str) -> bool {
        self.tensors.get(a) == self.tensors.get(b)
    }

    /// What the numbers of the tensor of this name are: `"F32"`, `"BF16"`, `"I64"`.
    pub fn dtype(&self, name: &str) -> Option<String> {
        self.tensors.get(name).map(|stored| format!("{:?}", stored.dtype))
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

    /// The bytes of the file, with a checksum of every tensor.
    ///
    /// # Errors
    /// [`FileError::Format`], where the format cannot hold the header (100 MB).
    pub fn to_bytes(&self) -> Result<Vec<u8>, FileError> {
        let sums: Vec<String> =
            self.tensors.values().map(|stored| format!("{:016x}", stored.sum())).collect();
        let sums = [(CHECKSUMS.to_string(), sums.join(","))];
        let lines = self.metadata.iter().map(|(key, value)| (key.clone(), value.clone()));
        let metadata = lines.chain(sums).collect();
        safetensors::serialize(&self.tensors, Some(metadata)).map_err(FileError::format)
    }

    /// Reads the bytes of a file; every size that it claims is checked against what is there, and every tensor against its
    /// checksum, where this library has written the file. Of two entries of one name for the same bytes, which no writer makes, the
    /// later one counts; for other bytes they are refused, as a gap would remain.
    ///
    /// # Errors
    /// [`FileError::Format`] for anything but a whole and consistent safetensors file, [`FileError::Damaged`] for a tensor
    /// that does not match its checksum.
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
        if let Some(sums) = file.metadata.remove(CHECKSUMS) {
            let mut sums = sums.split(',').filter(|sum| !sum.is_empty());
            let matches = |stored: &Stored, sum: Option<&str>| sum == Some(&format!("{:016x}", stored.sum()));
            let damaged = file.tensors.iter().find(|(_, stored)| !matches(stored, sums.next()));
            if let Some((name, _)) = damaged {
                return Err(FileError::Damaged { name: name.clone() });
            }
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

/// A number of sixteen bits: sign, 5 bits of exponent, 10 of fraction (IEEE 754 binary16).
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

impl Stored {
    /// FNV-1a over the bytes.
    fn sum(&self) -> u64 {
        fnv1a(FNV_START, &self.bytes)
    }

    /// Numbers of the type T itself, by their bits: on the way through another type a signalling NaN would become a quiet one.
    fn same<T: Real>(&self) -> Option<Result<Tensor<T>, TensorError>> {
        let width = match self.dtype {
            Dtype::F32 => 4,
            Dtype::F64 => 8,
            _ => return None,
        };
        if width != size_of::<T>() {
            return None;
        }
        let number = |bytes: &[u8]| {
            let mut bits = [0; 8];
            bits[..width].copy_from_slice(bytes);
            T::from_bits(u64::from_le_bytes(bits))
        };
        Some(Tensor::new(self.shape, self.bytes.chunks_exact(width).map(number).collect()))
    }

    fn refuse(&self, name: &str, expected: &'static str) -> FileError {
        FileError::Dtype { name: name.to_string(), expected, found: format!("{:?}", self.dtype) }
    }
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
    /// A tensor's bytes are not those that were written.
    #[error("tensor {name:?} does not match its checksum: the file is damaged")]
    Damaged {
        /// The tensor.
        name: String,
    },
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
        file.insert("a", &Tensor::from([1.5f32, f32::NAN, -0.0, f32::from_bits(0x7f80_0001)]));
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
        for read in [again.get::<f32>("a"), again.get_rounded::<f32>("a")] {
            assert_eq!(read.unwrap().as_slice()[3].to_bits(), 0x7f80_0001, "a signalling NaN");
        }
        assert!(matches!(again.get::<f32>("c"), Err(FileError::Dtype { .. })));
        assert!(matches!(again.get::<f32>("d"), Err(FileError::Missing { .. })));
    }

    #[test]
    fn narrower_numbers_are_read_exactly() {
        let mut file = TensorFile::default();
        let mut insert = |name: &str, dtype, bytes: Vec<u8>| {
            let shape = Shape::from([bytes.len() / if dtype == Dtype::I64 { 8 } else { 2 }]);
            file.tensors.insert(name.into(), Stored { dtype, shape, bytes });
        };
        let half = |bits: &[u16]| bits.iter().flat_map(|b| b.to_le_bytes()).collect::<Vec<u8>>();
        insert("half", Dtype::F16, half(&[0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00, 0x3555]));
        insert("brain", Dtype::BF16, half(&[0x3f80, 0xc000, 0x3eab]));
        insert("whole", Dtype::I64, [3i64, -7].iter().flat_map(|x| x.to_le_bytes()).collect());
        insert("large", Dtype::I64, ((1i64 << 24) + 1).to_le_bytes().to_vec());
        insert("huge", Dtype::I64, i64::MAX.to_le_bytes().to_vec());
        insert("other", Dtype::U16, half(&[1]));
        let third = 1365.0 / 4096.0; // the nearest of half precision
        let expected = [1.0, -2.0, 65504.0, 2f64.powi(-24), 0.0, f64::INFINITY, third];
        assert_eq!(file.get::<f64>("half").unwrap().as_slice(), expected);
        assert_eq!(file.get::<f32>("half").unwrap().as_slice(), expected.map(|x| x as f32));
        assert_eq!(file.get::<f32>("brain").unwrap().as_slice(), [1.0, -2.0, 171.0 / 512.0]);
        assert_eq!(file.get::<f32>("whole").unwrap().as_slice(), [3.0, -7.0]);
        assert!(file.get::<f32>("large").is_err() && file.get::<f64>("large").is_ok());
        assert_eq!(file.get_rounded::<f32>("large").unwrap().as_slice(), [(1 << 24) as f32]);
        assert!(file.get_rounded::<f64>("huge").is_err() && file.get::<f64>("other").is_err());
        assert_eq!(file.dtype("brain").as_deref(), Some("BF16"));
    }

    /// An attached tensor too.
    #[test]
    fn a_changed_number_is_named() {
        let mut file = example();
        file.attach("z", &Tensor::from([1.0f32]));
        let mut bytes = file.to_bytes().unwrap();
        let at = bytes.windows(4).rposition(|b| b == 1.0f32.to_le_bytes()).unwrap();
        bytes[at] ^= 1;
        let error = TensorFile::from_bytes(&bytes).unwrap_err().to_string();
        assert!(error.contains("\"attached.z\"") && error.contains("damaged"), "{error}");
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
    fn a_name_stands_once_or_twice_for_the_same_bytes() {
        let read = |second: &str| {
            let entry = |offsets| format!(r#""a":{{"dtype":"F32","shape":[1],"data_offsets":{offsets}}}"#);
            let header = format!("{{{},{}}}", entry("[0,4]"), entry(second));
            let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
            bytes.extend(header.bytes());
            bytes.extend(vec![0; if second == "[0,4]" { 4 } else { 8 }]);
            TensorFile::from_bytes(&bytes)
        };
        assert_eq!(read("[0,4]").unwrap().names().count(), 1);
        assert!(read("[4,8]").is_err());
    }

    #[test]
    fn a_missing_folder_is_named() {
        let error = example().write("no/such/folder/x.safetensors").unwrap_err().to_string();
        assert!(error.contains("no/such/folder"), "{error}");
    }
}
