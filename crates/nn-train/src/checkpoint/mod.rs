//! Checkpoints: all of a training in a file, so that no crash loses more than the last few steps.

mod codec;
mod content;
mod error;
mod file;

use std::path::{Path, PathBuf};
use std::time::Duration;

use nn_core::{Model, Scalar};

pub use error::CheckpointError;

use crate::trainer::{Good, State};

/// Where, how often and how many: the checkpoints of a [`Trainer`](crate::Trainer).
///
/// A checkpoint is θ, the observed state, what the optimizer remembers, all counters, the place in the data, the best model so far and
/// the history: everything that the rest of the training depends on, so [`resume`](crate::Trainer::resume) ends with the same bits. It
/// is written to a temporary file, synced and renamed, and has a checksum: a crash at any moment leaves the one before as it was.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_optim::Adam;
/// use nn_train::{Checkpoints, Trainer};
/// let folder = std::env::temp_dir().join(format!("nn-checkpoints-{}", std::process::id()));
/// let set = nn_data::datasets::iris::<f32>();
/// let first = || Dense::new(3).init::<f32>([4], 0);
/// let trainer = |steps| {
///     Trainer::new(Adam::new(0.05), SoftmaxCrossEntropy::new())
///         .batch_size(16)
///         .steps(steps)
///         .checkpoints(Checkpoints::in_folder(&folder).every_steps(5).keep(2))
/// };
/// let mut whole: Model<f32> = first()?;
/// Trainer::new(Adam::new(0.05), SoftmaxCrossEntropy::new()).batch_size(16).steps(60).fit(&mut whole, &set, None)?;
///
/// let mut model: Model<f32> = first()?;
/// trainer(33).resume(&mut model, &set, None)?; // ends in the middle of the fourth epoch
/// let mut model: Model<f32> = first()?; // another process
/// trainer(60).resume(&mut model, &set, None)?;
/// assert_eq!(model.fingerprint(), whole.fingerprint());
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoints {
    folder: PathBuf,
    every: Every,
    keep: usize,
    goes_on: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Every {
    Steps(u64),
    Epochs(u64),
    Time(Duration),
}

/// The end of a checkpoint's name; its beginning is the step.
const ENDING: &str = "checkpoint";

impl Checkpoints {
    /// After every epoch, the last 3 kept; one that cannot be written ends the training. The folder is made when the training begins.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Checkpoints {
        Checkpoints { folder: folder.into(), every: Every::Epochs(1), keep: 3, goes_on: false }
    }

    /// Writes one every so many steps.
    #[must_use]
    pub fn every_steps(self, steps: u64) -> Self {
        Checkpoints { every: Every::Steps(steps.max(1)), ..self }
    }

    /// Writes one every so many epochs.
    #[must_use]
    pub fn every_epochs(self, epochs: u64) -> Self {
        Checkpoints { every: Every::Epochs(epochs.max(1)), ..self }
    }

    /// Writes one after the step with which this time has passed since the last.
    #[must_use]
    pub fn every_time(self, time: Duration) -> Self {
        Checkpoints { every: Every::Time(time), ..self }
    }

    /// Sets how many are kept, at least 1.
    #[must_use]
    pub fn keep(self, last: usize) -> Self {
        Checkpoints { keep: last.max(1), ..self }
    }

    /// Lets the training go on where a checkpoint cannot be written, with a line in [`History::warnings`](crate::History::warnings).
    #[must_use]
    pub fn go_on_without(self) -> Self {
        Checkpoints { goes_on: true, ..self }
    }

    /// The checkpoints in the folder, the newest first.
    ///
    /// # Errors
    /// [`CheckpointError::Io`] where the folder cannot be read.
    pub fn files(&self) -> Result<Vec<PathBuf>, CheckpointError> {
        let refuse = |source| CheckpointError::io("read", &self.folder, source);
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(refuse)? {
            let path = entry.map_err(refuse)?.path();
            files.extend(step_of(&path).map(|step| (step, path)));
        }
        files.sort_by(|a, b| b.cmp(a));
        Ok(files.into_iter().map(|(_, path)| path).collect())
    }

    pub(crate) fn goes_on(&self) -> bool {
        self.goes_on
    }

    /// Whether one is due: after `steps` steps, which may end an epoch (`epochs` of them), so long after the last.
    pub(crate) fn is_due(&self, steps: u64, epochs: Option<u64>, since: impl Fn() -> Duration) -> bool {
        match self.every {
            Every::Steps(n) => steps.is_multiple_of(n),
            Every::Epochs(n) => epochs.is_some_and(|epochs| epochs.is_multiple_of(n)),
            Every::Time(time) => since() >= time,
        }
    }

    /// Makes the folder, and removes what a crash left half written. A training that does not resume wants no checkpoints there, which
    /// would be taken for its own.
    pub(crate) fn prepare(&self, resumes: bool) -> Result<(), CheckpointError> {
        let folder = &self.folder;
        std::fs::create_dir_all(folder).map_err(|source| CheckpointError::io("make", folder, source))?;
        let refuse = |source| CheckpointError::io("read", folder, source);
        for entry in std::fs::read_dir(folder).map_err(refuse)? {
            let path = entry.map_err(refuse)?.path();
            if path.extension().is_some_and(|e| e == "tmp") && step_of(&path.with_extension("")).is_some() {
                // Whoever cannot remove it will not be able to write either, and says so then.
                let _ = std::fs::remove_file(path);
            }
        }
        match self.files()?.first() {
            Some(file) if !resumes => Err(CheckpointError::Occupied { file: file.clone() }),
            _ => Ok(()),
        }
    }

    /// Writes one, and removes those that are no longer wanted.
    pub(crate) fn write<T: Scalar>(
        &self,
        identity: &str,
        model: &Model<T>,
        state: &State<T>,
        good: Option<&Good<T>>,
        seconds: f64,
    ) -> Result<(), CheckpointError> {
        let path = self.folder.join(format!("step-{:012}.{ENDING}", state.step));
        file::write(&path, &content::encode(identity, model, state, good, seconds))?;
        let mut kept = 0;
        for old in self.files()? {
            // Later ones are of a branch that a retreat has left.
            let is_later = step_of(&old) > Some(state.step);
            kept += usize::from(!is_later);
            if is_later || kept > self.keep {
                std::fs::remove_file(&old).map_err(|source| CheckpointError::io("remove", &old, source))?;
            }
        }
        Ok(())
    }

    /// Brings model and state to the newest checkpoint that can be used; both are left alone where there is none in the folder.
    pub(crate) fn restore<T: Scalar>(
        &self,
        identity: &str,
        model: &mut Model<T>,
        state: &mut State<T>,
    ) -> Result<(), CheckpointError> {
        let mut refused = Vec::new();
        for path in self.files()? {
            let read =
                file::read(&path).and_then(|bytes| content::decode(&path, &bytes, identity, model, state));
            match read {
                Ok((theta, observed, found)) => {
                    model.theta_mut().copy_from_slice(&theta);
                    model.state_mut().copy_from_slice(&observed);
                    *state = found;
                    state.history.warnings.extend(refused);
                    return Ok(());
                }
                Err(error) => refused.push(error.to_string()),
            }
        }
        if refused.is_empty() {
            return Ok(());
        }
        Err(CheckpointError::NoneUsable { folder: self.folder.clone(), refused })
    }
}

/// The step that a checkpoint's name tells.
fn step_of(path: &Path) -> Option<u64> {
    let name = path.file_name()?.to_str()?;
    name.strip_prefix("step-")?.strip_suffix(ENDING)?.strip_suffix('.')?.parse().ok()
}
