//! The book of a search: a line for each trial, written when it ends. A line that a crash has cut is done again.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Outcome, SearchError, Trial};

#[derive(Debug)]
pub(super) struct Book {
    file: Option<(PathBuf, File)>,
    /// Number, budget, and what it came to: a value or an error.
    known: Vec<(usize, u64, Result<f64, String>)>,
}

impl Book {
    /// The first line of the file says which search it is of.
    pub(super) fn open(path: Option<&Path>, identity: &str) -> Result<Book, SearchError> {
        let Some(path) = path else { return Ok(Book { file: None, known: Vec::new() }) };
        let refuse = |source: std::io::Error| SearchError::Io {
            path: path.to_path_buf(),
            message: source.to_string(),
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(refuse(error)),
        };
        let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(refuse)?;
        let mut lines = text.split_inclusive('\n');
        match lines.next() {
            None => file.write_all(format!("{identity}\n").as_bytes()).map_err(refuse)?,
            Some(found) if found.trim_end() != identity => {
                return Err(SearchError::Foreign {
                    path: path.to_path_buf(),
                    found: found.trim_end().to_string(),
                });
            }
            Some(_) => {}
        }
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").map_err(refuse)?; // behind half a line
        }
        let known = lines.filter(|line| line.ends_with('\n')).filter_map(parse).collect();
        Ok(Book { file: Some((path.to_path_buf(), file)), known })
    }

    /// What a trial came to before.
    pub(super) fn known(&self, trial: &Trial) -> Option<Outcome> {
        let (.., result) = self
            .known
            .iter()
            .find(|(index, budget, _)| (*index, *budget) == (trial.index(), trial.budget()))?;
        Some(Outcome::of(trial, result.clone().map_err(Into::into)))
    }

    pub(super) fn add(&mut self, outcome: &Outcome) -> Result<(), SearchError> {
        let Some((path, file)) = &mut self.file else { return Ok(()) };
        let error = outcome.error.as_deref().unwrap_or_default().replace(['\n', '\t'], " ");
        let value = outcome.value.map_or("failed".to_string(), |value| format!("{value:?}"));
        let settings: Vec<String> =
            outcome.trial.settings().into_iter().map(|(name, text)| format!("{name}={text}")).collect();
        let (index, budget) = (outcome.trial.index(), outcome.trial.budget());
        let line = format!("{index}\t{budget}\t{value}\t{error}\t{}\n", settings.join(" "));
        let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
        written.map_err(|source| SearchError::Io { path: path.clone(), message: source.to_string() })
    }
}

fn parse(line: &str) -> Option<(usize, u64, Result<f64, String>)> {
    let mut cells = line.trim_end_matches('\n').split('\t');
    let (index, budget) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
    let (value, error) = (cells.next()?, cells.next()?);
    let result = match value {
        "failed" => Err(error.to_string()),
        value => Ok(value.parse().ok()?),
    };
    Some((index, budget, result))
}
