//! Holds the library against reference cases that NumPy, PyTorch and ONNX computed; `README.md` says how to run it.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod axis;
mod broadcast;
mod case;
mod compare;
mod error;
mod init;
mod layers;
mod losses;
mod metrics;
mod norm;
mod onnx;
mod ops;
mod optim;
mod pass;
mod preproc;
mod problem;
mod read;
mod report;
mod run;
mod sched;
mod tensors;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, panic};

use argh::FromArgs;

use crate::error::ReadError;
use crate::read::Folder;
use crate::report::Report;
use crate::run::{Operation, Operations};

/// Holds the library against reference cases. Exit code 1: a case failed; 2: the cases could not be read.
#[derive(FromArgs)]
struct Arguments {
    /// the folder of cases: SUITE/OP/index.json
    #[argh(positional)]
    dir: PathBuf,
    /// run one suite only
    #[argh(option)]
    suite: Option<String>,
    /// run the operation of this name only
    #[argh(option)]
    op: Option<String>,
    /// write the counts to this file as JSON
    #[argh(option)]
    json: Option<PathBuf>,
}

/// The suites of which the library has something.
const SUITES: [(&str, &[Operations]); 10] = [
    ("broadcast", &[broadcast::OPERATIONS]),
    ("layers", layers::OPERATIONS),
    ("losses", losses::OPERATIONS),
    ("metrics", &[metrics::OPERATIONS]),
    ("onnx", onnx::OPERATIONS),
    ("ops", ops::OPERATIONS),
    ("optim", optim::OPERATIONS),
    ("optim_keras", &[optim::KERAS]),
    ("preproc", &[preproc::OPERATIONS]),
    ("sched", &[sched::OPERATIONS]),
];

fn main() -> ExitCode {
    let arguments: Arguments = argh::from_env();
    match conformance(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs and prints; whether no case failed.
fn conformance(arguments: &Arguments) -> Result<bool, ReadError> {
    let folders = chosen(read::folders(&arguments.dir)?, arguments)?;
    let mut report = Report::default();
    // The message of a panic goes into the report.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let done = folders.iter().try_for_each(|folder| run_folder(folder, &mut report));
    panic::set_hook(hook);
    done?;

    let failed = |path: &Path| {
        let path = path.to_path_buf();
        |source: io::Error| ReadError::Io { path, source }
    };
    io::stdout().write_all(report.to_string().as_bytes()).map_err(failed(Path::new("standard output")))?;
    if let Some(path) = &arguments.json {
        fs::write(path, format!("{:#}\n", report.to_json())).map_err(failed(path))?;
    }
    Ok(report.is_clean())
}

/// The folders that the arguments ask for.
fn chosen(folders: Vec<Folder>, arguments: &Arguments) -> Result<Vec<Folder>, ReadError> {
    let Arguments { dir, suite, op, .. } = arguments;
    let matches = |filter: &Option<String>, name: &str| filter.as_ref().is_none_or(|filter| filter == name);
    let is_chosen = |folder: &Folder| matches(suite, &folder.suite) && matches(op, &folder.op);
    let chosen: Vec<Folder> = folders.into_iter().filter(is_chosen).collect();
    if chosen.iter().all(|folder| folder.len() == 0) {
        let part =
            |what: &str, filter: &Option<String>| filter.as_ref().map(|name| format!("{what} {name:?}"));
        let parts: Vec<String> =
            [part("suite", suite), part("operation", op)].into_iter().flatten().collect();
        return Err(ReadError::NoMatch { path: dir.clone(), filter: parts.join(" and ") });
    }
    Ok(chosen)
}

fn run_folder(folder: &Folder, report: &mut Report) -> Result<(), ReadError> {
    let counts = report.counts(&folder.suite, &folder.op);
    if folder.suite == "init" {
        folder.raw().for_each(|(name, case)| counts.add(name, init::run(case)));
        return Ok(());
    }
    let Some(operation) = find(&folder.suite, &folder.op) else {
        counts.add_unsupported(folder.len());
        return Ok(());
    };
    for case in folder.cases()? {
        counts.add(&case.name, run::run(&case, operation));
    }
    Ok(())
}

fn find(suite: &str, op: &str) -> Option<Operation> {
    let (_, tables) = SUITES.iter().find(|(name, _)| *name == suite)?;
    let mut operations = tables.iter().copied().flatten();
    operations.find(|(name, _)| *name == op).map(|(_, operation)| *operation)
}
