//! Reads folders of reference cases: the format nnconf/1.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use safetensors::tensor::Dtype;
use serde_json::{Map, Value};

use crate::case::{Case, Entry, Kind, number};
use crate::compare::Tolerance;
use crate::error::ReadError;
use crate::tensors::{Tensors, numbers, view};

/// A safetensors file without tensors: the length of the header, and an empty header.
const NO_TENSORS: [u8; 10] = *b"\x02\0\0\0\0\0\0\0{}";

/// The cases of one operation.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) suite: String,
    pub(crate) op: String,
    /// The cases as they stand in the index: those of an operation that is not supported are only counted.
    raw: Vec<Value>,
    path: PathBuf,
    tensors: Tensors,
}

/// Every folder below `dir`, in the order of their names.
pub(crate) fn folders(dir: &Path) -> Result<Vec<Folder>, ReadError> {
    let mut folders = Vec::new();
    for suite in subfolders(dir)? {
        // A suite without tensors may have its index right here.
        for folder in std::iter::once(suite.clone()).chain(subfolders(&suite)?) {
            // Tensors without an index are an index that was lost.
            if ["index.json", "data.safetensors"].iter().any(|file| folder.join(file).exists()) {
                folders.push(Folder::open(&folder)?);
            }
        }
    }
    match folders.iter().any(|folder| !folder.raw.is_empty()) {
        true => Ok(folders),
        false => Err(ReadError::Empty { path: dir.to_path_buf() }),
    }
}

fn subfolders(dir: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let failed = |source| ReadError::Io { path: dir.to_path_buf(), source };
    let entries = fs::read_dir(dir).map_err(failed)?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let mut paths: Vec<PathBuf> = paths.into_iter().filter(|path| path.is_dir()).collect();
    paths.sort();
    Ok(paths)
}

fn read(path: &Path) -> Result<Vec<u8>, ReadError> {
    fs::read(path).map_err(|source| ReadError::Io { path: path.to_path_buf(), source })
}

impl Folder {
    /// Reads a folder, and checks that every tensor which the index names is there.
    pub(crate) fn open(folder: &Path) -> Result<Folder, ReadError> {
        let path = folder.join("index.json");
        let mut index: Value = serde_json::from_slice(&read(&path)?)
            .map_err(|source| ReadError::Json { path: path.clone(), source })?;
        let wrong = |what: String| ReadError::Index { path: path.clone(), what };
        if index["format"] != "nnconf/1" {
            return Err(wrong(format!("the format is {}, expected \"nnconf/1\"", index["format"])));
        }
        let text = |field: &str| {
            let text = index[field].as_str().map(str::to_string);
            text.ok_or_else(|| wrong(format!("{field} is {}, expected a string", index[field])))
        };
        let (suite, op) = (text("suite")?, text("op")?);
        let tensors = match &index["tensors"] {
            Value::Null => Tensors { path: path.clone(), bytes: NO_TENSORS.to_vec() },
            _ => {
                let path = folder.join(text("tensors")?);
                Tensors { bytes: read(&path)?, path }
            }
        };
        let Value::Array(raw) = index["cases"].take() else {
            return Err(wrong("there is no list of cases".into()));
        };
        let folder = Folder { suite, op, raw, path, tensors };
        folder.check()?;
        Ok(folder)
    }

    pub(crate) fn len(&self) -> usize {
        self.raw.len()
    }

    /// The cases as they stand in the index, with their names.
    pub(crate) fn raw(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.raw.iter().map(|raw| (raw["name"].as_str().unwrap_or_default(), raw))
    }

    fn check(&self) -> Result<(), ReadError> {
        let file = self.tensors.parsed()?;
        let mut names = BTreeSet::new();
        for (i, raw) in self.raw.iter().enumerate() {
            let Some(name) = raw["name"].as_str() else {
                return Err(self.wrong(&format!("number {i}"), "it has no name".into()));
            };
            if !names.insert(name) {
                return Err(self.wrong(name, "there are two of this name".into()));
            }
            // An optional tensor that is left out stands as null.
            let entries = [&raw["inputs"], &raw["outputs"]].into_iter().filter_map(Value::as_array).flatten();
            for entry in entries.filter(|entry| !entry.is_null()) {
                view(&file, entry).map_err(|what| self.wrong(name, what))?;
            }
        }
        Ok(())
    }

    fn wrong(&self, case: &str, what: String) -> ReadError {
        ReadError::Case { path: self.path.clone(), case: case.to_string(), what }
    }

    /// The cases with their tensors.
    pub(crate) fn cases(&self) -> Result<Vec<Case>, ReadError> {
        let file = self.tensors.parsed()?;
        let case = |raw: &Value| {
            let name = raw["name"].as_str().unwrap_or_default();
            self::case(&self.suite, &file, raw).map_err(|what| self.wrong(name, what))
        };
        self.raw.iter().map(case).collect()
    }
}

fn case(suite: &str, file: &SafeTensors<'_>, raw: &Value) -> Result<Case, String> {
    let size = |field: &str| match number(&raw[field]) {
        Some(x) if x >= 0.0 && x.is_finite() => Ok(x),
        _ => Err(format!("{field} is {}, expected a finite number >= 0", raw[field])),
    };
    let attributes: Map<String, Value> =
        raw["attributes"].as_object().cloned().ok_or("there are no attributes")?;
    let entries = |field: &str, role: &str| -> Result<Vec<Entry>, String> {
        let list = raw[field].as_array().ok_or_else(|| format!("there is no list of {field}"))?;
        // The tensors of ONNX have no roles: there is one.
        let role = (suite == "onnx").then_some(role);
        let given = list.iter().enumerate().filter(|(_, raw)| !raw.is_null());
        given.map(|(place, raw)| entry(file, raw, place, role)).collect()
    };
    Ok(Case {
        name: text(raw, "name")?,
        attributes,
        inputs: entries("inputs", "input")?,
        outputs: entries("outputs", "output")?,
        tolerance: Tolerance { rtol: size("rtol")?, atol: size("atol")? },
        check: optional_text(raw, "check")?,
        expect: optional_text(raw, "expect")?,
        skips_nan_gradients: !raw["nan_policy"].is_null(),
        seen: Default::default(),
    })
}

fn entry(file: &SafeTensors<'_>, raw: &Value, place: usize, role: Option<&str>) -> Result<Entry, String> {
    let view = view(file, raw)?;
    Ok(Entry {
        name: text(raw, "name")?,
        place,
        role: match role {
            Some(role) => role.to_string(),
            None => text(raw, "role")?,
        },
        of: optional_text(raw, "of")?,
        steps: raw["steps"].clone(),
        kind: match view.dtype() {
            Dtype::F64 => Kind::Double,
            Dtype::F32 => Kind::Single,
            Dtype::BOOL => Kind::Boolean,
            _ => Kind::Integer,
        },
        tensor: numbers(&view)?,
    })
}

fn text(raw: &Value, field: &str) -> Result<String, String> {
    optional_text(raw, field)?.ok_or_else(|| format!("{field} is missing"))
}

fn optional_text(raw: &Value, field: &str) -> Result<Option<String>, String> {
    match &raw[field] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        other => Err(format!("{field} is {other}, expected a string")),
    }
}

#[cfg(test)]
mod tests;
