//! `cargo xtask`: the project's own commands.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

mod bench;
mod ci;
mod experiments;
mod rooms;
mod tidy;
mod zoo;

/// The project's own commands.
#[derive(argh::FromArgs)]
struct Options {
    #[argh(subcommand)]
    command: Task,
}

#[derive(argh::FromArgs)]
#[argh(subcommand)]
enum Task {
    Ci(Ci),
    Tidy(Tidy),
    Bench(bench::Bench),
    Conformance(Conformance),
    Rooms(Rooms),
    Exhaustive(Exhaustive),
    Zoo(zoo::Zoo),
    Experiments(experiments::Experiments),
}

/// Everything that must hold before a change lands: tests, formatting, lints, docs, house rules, reference cases.
#[derive(argh::FromArgs)]
#[argh(subcommand, name = "ci")]
struct Ci {}

/// The house rules, as code.
#[derive(argh::FromArgs)]
#[argh(subcommand, name = "tidy")]
struct Tidy {}

/// The reference cases of other libraries.
#[derive(argh::FromArgs)]
#[argh(subcommand, name = "conformance")]
struct Conformance {
    /// a folder of cases: SUITE/OP/index.json and data.safetensors
    #[argh(positional)]
    dir: PathBuf,
    /// only this suite
    #[argh(option)]
    suite: Option<String>,
    /// only this operation
    #[argh(option)]
    op: Option<String>,
    /// write the counts as JSON to this file
    #[argh(option)]
    json: Option<PathBuf>,
}

/// The rooms of unsafe code under Miri, where it is installed, and AddressSanitizer.
#[derive(argh::FromArgs)]
#[argh(subcommand, name = "rooms")]
struct Rooms {}
/// The error of the elementary functions: on every f32, and on many f64.
#[derive(argh::FromArgs)]
#[argh(subcommand, name = "exhaustive")]
struct Exhaustive {
    /// only this function
    #[argh(option)]
    function: Option<String>,
    /// only this type: f32 or f64
    #[argh(option)]
    only: Option<String>,
    /// the number of inputs of type f64 (default 100,000,000)
    #[argh(option)]
    samples: Option<u64>,
}

fn main() -> ExitCode {
    let options: Options = argh::from_env();
    let done = match options.command {
        Task::Ci(_) => ci::run(),
        Task::Tidy(_) => tidy::run(root()),
        Task::Bench(options) => bench::run(&options),
        Task::Conformance(options) => conformance(&options),
        Task::Rooms(_) => rooms::run(),
        Task::Exhaustive(options) => exhaustive(options),
        Task::Zoo(options) => zoo::run(&options),
        Task::Experiments(options) => experiments::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn conformance(options: &Conformance) -> Result<(), String> {
    if !options.dir.is_dir() {
        return Err(format!("{}: no such folder", options.dir.display()));
    }
    let mut command = cargo(["run", "--quiet", "--release", "--package", "conformance", "--"]);
    // The path is the caller's, not this workspace's.
    command.arg(std::path::absolute(&options.dir).map_err(|e| e.to_string())?);
    for (flag, value) in [("--suite", &options.suite), ("--op", &options.op)] {
        command.args(value.iter().flat_map(|value| [flag, value]));
    }
    if let Some(json) = &options.json {
        command.arg("--json").arg(std::path::absolute(json).map_err(|e| e.to_string())?);
    }
    command.status_ok()
}

fn exhaustive(options: Exhaustive) -> Result<(), String> {
    let mut command = cargo(["run", "--quiet", "--release", "--package", "exhaustive", "--"]);
    let samples = options.samples.map(|n| n.to_string());
    for (flag, value) in [("--function", options.function), ("--only", options.only), ("--samples", samples)]
    {
        command.args(value.iter().flat_map(|value| [flag, value]));
    }
    command.status_ok()
}

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root")
}

/// A cargo command in the root.
fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

trait StatusOk {
    /// Runs the command; an error says which one failed.
    fn status_ok(&mut self) -> Result<(), String>;
}

impl StatusOk for Command {
    fn status_ok(&mut self) -> Result<(), String> {
        match self.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("{self:?} failed: {status}")),
            Err(error) => Err(format!("{self:?} could not be started: {error}")),
        }
    }
}
