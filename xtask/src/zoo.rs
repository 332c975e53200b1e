//! The gradient checker's proof of power: crates/zoo.

use crate::{StatusOk, cargo};

/// Wrong gradients that the checker must catch, and right ones that it must not call wrong (crates/zoo).
#[derive(argh::FromArgs, Default)]
#[argh(subcommand, name = "zoo")]
pub(crate) struct Zoo {
    /// seeds of each right gradient (default 20); a wrong one has a quarter of them
    #[argh(option)]
    seeds: Option<u64>,
    /// only cases with this text in their names
    #[argh(option)]
    only: Option<String>,
    /// print the whole report of every check first
    #[argh(switch)]
    reports: bool,
}

pub(crate) fn run(options: &Zoo) -> Result<(), String> {
    let mut command = cargo(["run", "--quiet", "--release", "--package", "zoo", "--"]);
    if let Some(seeds) = options.seeds {
        command.args(["--seeds", &seeds.to_string()]);
    }
    command.args(options.only.iter().flat_map(|only| ["--only", only]));
    command.args(options.reports.then_some("--reports"));
    command.status_ok()
}
