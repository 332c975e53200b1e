//! Every crate explains itself, keeps the lint table, and has small files.

use std::path::Path;

use super::Source;

/// Lines from which on a file is no longer one idea.
const LONGEST: usize = 450;

/// Crates without README, `deny(missing_docs)` or the workspace's lints.
pub(crate) fn incomplete(sources: &[Source]) -> Vec<String> {
    let find = |path: &Path| sources.iter().find(|s| s.path == path);
    let mut findings = Vec::new();
    for manifest in sources.iter().filter(|s| s.path.ends_with("Cargo.toml")) {
        let dir = manifest.path.parent().unwrap_or(Path::new(""));
        let mut miss = |what: &str| findings.push(format!("{}: {what}", dir.display()));
        if find(&dir.join("README.md")).is_none_or(|s| s.text.lines().count() < 3) {
            miss("no README.md, or one that says nothing");
        }
        if !manifest.text.contains("[lints]\nworkspace = true") {
            miss("Cargo.toml does not take the workspace's lints");
        }
        match find(&dir.join("src/lib.rs")).or_else(|| find(&dir.join("src/main.rs"))) {
            Some(root) if root.text.contains("#![deny(missing_docs)]") => {}
            _ => miss("no `#![deny(missing_docs)]` in lib.rs or main.rs"),
        }
    }
    findings
}

/// Files that no `mod` names: they are not compiled, and their tests never run.
pub(crate) fn not_compiled(sources: &[Source]) -> Vec<String> {
    let is_code = |s: &&Source| s.path.extension().is_some_and(|e| e == "rs");
    let in_src = sources.iter().filter(is_code).filter(|s| s.path.iter().any(|part| part == "src"));
    let mut findings = Vec::new();
    for source in in_src {
        let stem = source.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("");
        // `a/mod.rs` is named as `a`; a root is named by Cargo.
        let parent = source.path.parent().unwrap_or(Path::new(""));
        let name =
            if stem == "mod" { parent.file_name().and_then(|n| n.to_str()).unwrap_or("") } else { stem };
        let root: &Path = source.path.ancestors().find(|a| a.ends_with("src")).unwrap_or(parent);
        let declared = format!("mod {name};");
        let names_it = |s: &&Source| s.path.starts_with(root) && s.text.contains(&declared);
        if !["lib", "main"].contains(&stem) && sources.iter().filter(is_code).find(names_it).is_none() {
            findings.push(format!("{}: no `mod {name};` names this file", source.path.display()));
        }
    }
    findings
}

/// Files that should be several.
pub(crate) fn too_long(sources: &[Source]) -> Vec<String> {
    let code = sources.iter().filter(|s| s.path.extension().is_some_and(|e| e == "rs"));
    code.map(|s| (s, s.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(s, lines)| {
            format!("{}: {lines} lines, more than {LONGEST}: is it one idea?", s.path.display())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    #[test]
    fn an_incomplete_crate_is_found() {
        let manifest = source("crates/a/Cargo.toml", "[package]\n");
        assert_eq!(incomplete(&[manifest]).len(), 3);
        let whole = [
            source("crates/a/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n"),
            source("crates/a/README.md", "# a\n\nSays what it is.\n"),
            source("crates/a/src/lib.rs", "#![deny(missing_docs)]\n"),
        ];
        assert_eq!(incomplete(&whole), Vec::<String>::new());
    }

    #[test]
    fn a_forgotten_file_is_found() {
        let sources = [
            source("a/src/lib.rs", "mod b;\npub mod c;\n"),
            source("a/src/b.rs", ""),
            source("a/src/c/mod.rs", "mod d;"),
            source("a/src/c/d.rs", ""),
            source("a/src/e.rs", ""),
            source("a/tests/f.rs", ""),
        ];
        assert_eq!(not_compiled(&sources), ["a/src/e.rs: no `mod e;` names this file"]);
    }

    #[test]
    fn a_long_file_is_found() {
        let long = "x\n".repeat(LONGEST + 1);
        assert_eq!(too_long(&[source("a.rs", &long), source("b.rs", "x\n"), source("c.md", &long)]).len(), 1);
    }
}
