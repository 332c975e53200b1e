//! NumPy's `.npy`: one array a file.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::Path;

use tensor_ops::{Real, Shape, Tensor};

use super::ReadError;
use super::bytes::{Number, expect_end, numbers, open, read_up_to};

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// The longest header that is read; NumPy's own bound for files of unknown origin is 10,000.
const LONGEST_HEADER: usize = 1 << 16;

/// The array of a `.npy` file as a tensor: integers, floats of 32 and 64 bits and booleans, of either byte order and either
/// order of axes, up to rank 8. Every number becomes the nearest one of `T`.
///
/// The format is that of NumPy's "A simple file format for NumPy arrays" (NEP 1), versions 1 to 3.
///
/// # Errors
/// [`ReadError`] for a file that is not there, of another format or type, truncated or too long.
pub fn read_npy<T: Real>(path: impl AsRef<Path>) -> Result<Tensor<T>, ReadError> {
    let (mut input, name) = open(path.as_ref())?;
    let tensor = read_npy_from(&mut input, &name)?;
    expect_end(&mut input, &name)?;
    Ok(tensor)
}

/// As [`read_npy`], from any reader, which is left behind the last element; `name` is what errors call it.
///
/// # Errors
/// As [`read_npy`].
///
/// ```
/// use nn_data::files::{read_npy_from, write_npy_to};
/// use tensor_ops::Tensor;
/// let x = Tensor::from([[1.5f32, -2.0], [0.1, 3.0]]);
/// let mut bytes = Vec::new();
/// write_npy_to(&mut bytes, &x)?;
/// assert_eq!(read_npy_from::<f32>(&mut &bytes[..], "bytes")?, x);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_npy_from<T: Real>(input: &mut dyn Read, name: &str) -> Result<Tensor<T>, ReadError> {
    let wrong = |what: &str| ReadError::format(name, what);
    let mut start = [0; 8];
    let found = read_up_to(input, &mut start).map_err(ReadError::io(name))?;
    if found < 8 || start[..6] != *MAGIC {
        return Err(wrong("no .npy file: it does not begin with \\x93NUMPY and a version"));
    }
    let mut length = [0; 4];
    let digits = match start[6] {
        1 => 2,
        2 | 3 => 4,
        other => return Err(ReadError::format(name, format!("version {other} of .npy is not known"))),
    };
    let found = read_up_to(input, &mut length[..digits]).map_err(ReadError::io(name))?;
    let length = u32::from_le_bytes(length) as usize;
    if found < digits || length > LONGEST_HEADER {
        return Err(ReadError::format(
            name,
            format!("a header of {length} bytes, of at most {LONGEST_HEADER}"),
        ));
    }
    let mut header = vec![0; length];
    if read_up_to(input, &mut header).map_err(ReadError::io(name))? < length {
        return Err(wrong("ends inside its header"));
    }
    let header = std::str::from_utf8(&header).map_err(|_| wrong("a header that is no text"))?;
    let Header { number, big_endian, columns_first, mut lengths } = Header::parse(header)
        .map_err(|what| ReadError::format(name, format!("the header {:?}: {what}", header.trim_end())))?;
    if !columns_first {
        return numbers(input, name, &lengths, number, big_endian);
    }
    // The first axis runs fastest: the axes in the other order, row-major.
    lengths.reverse();
    let tensor = numbers::<T>(input, name, &lengths, number, big_endian)?;
    let axes: Vec<isize> = (0..lengths.len() as isize).rev().collect();
    tensor.permute(&axes).map_err(ReadError::data(name))
}

struct Header {
    number: Number,
    big_endian: bool,
    columns_first: bool,
    lengths: Vec<usize>,
}

impl Header {
    /// Reads a Python dictionary with three entries: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
    fn parse(text: &str) -> Result<Header, String> {
        let body =
            text.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}')).ok_or("no dictionary")?;
        let (mut descr, mut order, mut shape) = (None, None, None);
        let mut rest = body.trim_start();
        while !rest.is_empty() {
            let (key, after) = quoted(rest)?;
            let after = after.trim_start().strip_prefix(':').ok_or("no colon behind a key")?.trim_start();
            rest = match key {
                "descr" => {
                    let (value, after) = quoted(after).map_err(|_| "records are not supported")?;
                    descr = Some(value);
                    after
                }
                "fortran_order" => {
                    let (value, after) = match (after.strip_prefix("True"), after.strip_prefix("False")) {
                        (Some(after), _) => (true, after),
                        (_, Some(after)) => (false, after),
                        _ => return Err("fortran_order is neither True nor False".into()),
                    };
                    order = Some(value);
                    after
                }
                "shape" => {
                    let after = after.strip_prefix('(').ok_or("the shape is no tuple")?;
                    let (value, after) = after.split_once(')').ok_or("the shape does not end")?;
                    shape = Some(value);
                    after
                }
                other => return Err(format!("the key {other:?} is not known")),
            };
            rest = rest.trim_start();
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        }
        let (Some(descr), Some(columns_first), Some(shape)) = (descr, order, shape) else {
            return Err("expected descr, fortran_order and shape".into());
        };
        // `(3,)` and `(3, 4,)` end in a comma; Python 2 wrote `3L`.
        let lengths = shape.trim().trim_end_matches(',').split(',').map(str::trim).filter(|n| !n.is_empty());
        let length = |n: &str| n.trim_end_matches('L').parse().map_err(|_| format!("{n:?} is no length"));
        let lengths = lengths.map(length).collect::<Result<Vec<usize>, String>>()?;
        let big_endian = match descr.chars().next() {
            Some('>') => true,
            Some('<' | '|' | '=') => false,
            _ => return Err(format!("the type {descr:?} has no byte order")),
        };
        let number = match &descr[1..] {
            "i1" => Number::I8,
            "i2" => Number::I16,
            "i4" => Number::I32,
            "i8" => Number::I64,
            "u1" => Number::U8,
            "u2" => Number::U16,
            "u4" => Number::U32,
            "u8" => Number::U64,
            "f4" => Number::F32,
            "f8" => Number::F64,
            "b1" => Number::Bool,
            _ => return Err(format!("numbers of type {descr:?} are not supported")),
        };
        Ok(Header { number, big_endian, columns_first, lengths })
    }
}

/// A string in quotes at the beginning, and what comes behind it.
fn quoted(text: &str) -> Result<(&str, &str), String> {
    let quote =
        text.chars().next().filter(|c| ['\'', '"'].contains(c)).ok_or("no string where one is due")?;
    text[1..].split_once(quote).ok_or_else(|| "a string that does not end".into())
}

/// Writes a tensor as a `.npy` file that `numpy.load` reads, of the tensor's own type.
///
/// # Errors
/// [`ReadError::Io`].
pub fn write_npy<T: Real>(path: impl AsRef<Path>, tensor: &Tensor<T>) -> Result<(), ReadError> {
    let name = path.as_ref().display().to_string();
    let file = File::create(path).map_err(ReadError::io(&name))?;
    let mut output = BufWriter::new(file);
    write_npy_to(&mut output, tensor).and_then(|()| output.flush()).map_err(ReadError::io(&name))
}

/// As [`write_npy`], to any writer.
///
/// # Errors
/// Those of the writer.
pub fn write_npy_to<T: Real>(output: &mut dyn Write, tensor: &Tensor<T>) -> std::io::Result<()> {
    let header = header::<T>(tensor.shape());
    output.write_all(MAGIC)?;
    output.write_all(&[1, 0])?;
    // At most 8 lengths of 20 digits: far below 65,536.
    output.write_all(&(header.len() as u16).to_le_bytes())?;
    output.write_all(header.as_bytes())?;
    let size = size_of::<T>();
    let mut block = Vec::with_capacity(1 << 16);
    for part in tensor.as_slice().chunks((1 << 16) / size) {
        block.clear();
        part.iter().for_each(|x| block.extend_from_slice(&x.bits().to_le_bytes()[..size]));
        output.write_all(&block)?;
    }
    Ok(())
}

/// Padded so that the numbers begin at a multiple of 64 bytes.
fn header<T: Real>(shape: &Shape) -> String {
    let lengths: Vec<String> = shape.iter().map(|n| format!("{n},")).collect();
    let dictionary = format!(
        "{{'descr': '<f{}', 'fortran_order': False, 'shape': ({}), }}",
        size_of::<T>(),
        lengths.join(" ")
    );
    let before = MAGIC.len() + 4;
    let padded = (before + dictionary.len() + 1).next_multiple_of(64) - before - 1;
    format!("{dictionary:padded$}\n")
}
