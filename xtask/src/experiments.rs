//! The experiments of the book: every example of `nn` that draws.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::{StatusOk, cargo, root};

/// Runs every experiment of the book, and says how long each took and what it drew.
#[derive(argh::FromArgs)]
#[argh(subcommand, name = "experiments")]
pub(crate) struct Experiments {
    /// only those whose names contain this
    #[argh(positional)]
    filter: Option<String>,
    /// the folder of the pictures (default: out)
    #[argh(option, default = "\"out\".into()")]
    out: PathBuf,
}

pub(crate) fn run(options: &Experiments) -> Result<(), String> {
    let names = names(&root().join("crates/nn/examples")).map_err(|e| format!("crates/nn/examples: {e}"))?;
    let chosen = names.into_iter().filter(|name| name.contains(options.filter.as_deref().unwrap_or("")));
    let out = std::path::absolute(&options.out).map_err(|e| e.to_string())?;
    let mut report = Vec::new();
    for name in chosen {
        cargo(["build", "--quiet", "--release", "--package", "nn", "--example", &name]).status_ok()?;
        println!("== {name}");
        let start = Instant::now();
        let mut command =
            cargo(["run", "--quiet", "--release", "--package", "nn", "--example", &name, "--", "--out"]);
        command.arg(&out).status_ok()?;
        let seconds = start.elapsed().as_secs_f64();
        let picture = out.join(format!("{name}.svg"));
        let size = std::fs::metadata(&picture).map_err(|e| format!("{}: {e}", picture.display()))?.len();
        report.push(format!("{name:<28} {seconds:>6.1} s   {name}.svg, {} kB", size.div_ceil(1000)));
    }
    println!("{}", report.join("\n"));
    Ok(())
}

/// The examples that use the experiments' common ground, in alphabetical order.
fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "rs")
            && std::fs::read_to_string(&path)?.contains("\nmod common;")
        {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}
