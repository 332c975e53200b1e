//! Tensors as CSV.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use tensor_ops::{Real, Tensor};

use super::ReadError;

/// Writes a tensor `(m)` or `(m, n)`, such as predictions, as CSV: a line of names, then a line a sample. A number is the
/// shortest decimal that reads back to the same bits.
///
/// # Errors
/// [`ReadError::Format`] for another rank or another number of names than columns, [`ReadError::Io`].
pub fn write_csv<T: Real>(
    path: impl AsRef<Path>,
    names: &[&str],
    tensor: &Tensor<T>,
) -> Result<(), ReadError> {
    let name = path.as_ref().display().to_string();
    let mut output = BufWriter::new(File::create(path).map_err(ReadError::io(&name))?);
    write_csv_to(&mut output, &name, names, tensor)?;
    output.flush().map_err(ReadError::io(&name))
}

/// As [`write_csv`], to any writer; `name` is what errors call it.
///
/// # Errors
/// As [`write_csv`].
///
/// ```
/// let mut text = Vec::new();
/// nn_data::files::write_csv_to(&mut text, "text", &["a", "b, c"], &[[1.0, 0.1]].into())?;
/// assert_eq!(text, b"a,\"b, c\"\n1,0.1\n");
/// # Ok::<(), nn_data::files::ReadError>(())
/// ```
pub fn write_csv_to<T: Real>(
    output: &mut dyn Write,
    name: &str,
    names: &[&str],
    tensor: &Tensor<T>,
) -> Result<(), ReadError> {
    let columns = match *tensor.shape().as_slice() {
        [_] => 1,
        [_, n] => n,
        _ => {
            return Err(ReadError::format(name, format!("a tensor of shape {} is no table", tensor.shape())));
        }
    };
    if names.len() != columns || columns == 0 {
        return Err(ReadError::format(name, format!("{} names for {columns} columns", names.len())));
    }
    let quote = |name: &&str| match name.contains(['"', ',', '\n', '\r']) || name.is_empty() {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_string(),
    };
    let io = ReadError::io(name);
    writeln!(output, "{}", names.iter().map(quote).collect::<Vec<_>>().join(",")).map_err(&io)?;
    for row in tensor.as_slice().chunks_exact(columns) {
        for (j, x) in row.iter().enumerate() {
            let end = if j + 1 == columns { '\n' } else { ',' };
            write!(output, "{x}{end}").map_err(&io)?;
        }
    }
    Ok(())
}
