//! A checkpoint that could not be written or used.

use std::io;
use std::path::{Path, PathBuf};

/// A checkpoint that could not be written or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The system refused: a full disk, a folder that is gone.
    #[error("could not {what} {}: {message}", path.display())]
    Io {
        /// "write", "read", "make" or "remove".
        what: &'static str,
        /// The file or the folder.
        path: PathBuf,
        /// What kind of refusal it is.
        kind: io::ErrorKind,
        /// What the system said.
        message: String,
    },
    /// No checkpoint, or a part of one.
    #[error("{} is no whole checkpoint: {what}", path.display())]
    Torn {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A checkpoint of another training.
    #[error("{} is of another training: {found:?} there, {expected:?} here", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The first line of its settings that differs.
        found: String,
        /// That line here.
        expected: String,
    },
    /// A training that begins where another one has its checkpoints.
    #[error(
        "{} is there already: `resume` goes on from it; a training that begins wants a folder without checkpoints",
        file.display()
    )]
    Occupied {
        /// The newest one.
        file: PathBuf,
    },
    /// There are checkpoints, and none can be used.
    #[error("no checkpoint in {} can be used:\n{}", folder.display(), refused.join("\n"))]
    NoneUsable {
        /// The folder.
        folder: PathBuf,
        /// Why, for each of them.
        refused: Vec<String>,
    },
}

impl CheckpointError {
    pub(super) fn io(what: &'static str, path: &Path, source: io::Error) -> CheckpointError {
        let (kind, message) = (source.kind(), source.to_string());
        CheckpointError::Io { what, path: path.to_path_buf(), kind, message }
    }

    pub(super) fn torn(path: &Path, what: impl Into<String>) -> CheckpointError {
        CheckpointError::Torn { path: path.to_path_buf(), what: what.into() }
    }
}
