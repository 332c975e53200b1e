//! The house rules, as code. Each rule is a function of what it looks at, so that its test can show it something wrong.

mod arrows;
mod crates;
mod layers;
mod unsafe_code;

use std::fs;
use std::path::{Path, PathBuf};

/// A file with its path from the root.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

pub(crate) fn run(root: &Path) -> Result<(), String> {
    let mut sources = Vec::new();
    for part in ["crates", "benches", "xtask"] {
        collect(root, &root.join(part), &mut sources).map_err(|e| format!("{part}: {e}"))?;
    }
    let metadata = arrows::metadata(root)?;
    let mut findings = Vec::new();
    findings.extend(layers::without_suite(&sources));
    findings.extend(layers::without_bench(&sources));
    findings.extend(crates::incomplete(&sources));
    findings.extend(crates::not_compiled(&sources));
    findings.extend(crates::too_long(&sources));
    findings.extend(unsafe_code::outside_its_rooms(&sources));
    findings.extend(arrows::wrong_way(&metadata));
    if findings.is_empty() {
        println!("tidy: {} files, nothing to say", sources.len());
        return Ok(());
    }
    Err(format!("tidy: {} findings\n{}", findings.len(), findings.join("\n")))
}

/// Every text file of the project below `dir`, build results left out.
fn collect(root: &Path, dir: &Path, sources: &mut Vec<Source>) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(dir)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            if !path.ends_with("target") {
                collect(root, &path, sources)?;
            }
        } else if path.extension().is_some_and(|e| e == "rs" || e == "toml" || e == "md") {
            let text = fs::read_to_string(&path)?;
            sources.push(Source { path: path.strip_prefix(root).unwrap_or(&path).to_path_buf(), text });
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) fn source(path: &str, text: &str) -> Source {
    Source { path: path.into(), text: text.into() }
}
