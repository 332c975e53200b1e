//! What can be wrong with a folder of cases.

use std::io;
use std::path::PathBuf;

use safetensors::SafeTensorError;

/// Cases that could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{}: not valid JSON: {source}", path.display())]
    Json { path: PathBuf, source: serde_json::Error },
    #[error("{}: not a valid safetensors file: {source}", path.display())]
    Tensors { path: PathBuf, source: SafeTensorError },
    /// The index is not of this format, or lacks something.
    #[error("{}: {what}", path.display())]
    Index { path: PathBuf, what: String },
    #[error("{}: case {case}: {what}", path.display())]
    Case { path: PathBuf, case: String, what: String },
    #[error("{}: no <suite>/<Op>/index.json with a case", path.display())]
    Empty { path: PathBuf },
    #[error("{}: no case of {filter}", path.display())]
    NoMatch { path: PathBuf, filter: String },
}
