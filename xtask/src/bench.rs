//! The benchmarks: criterion's, or side by side with other libraries.

use std::path::PathBuf;
use std::process::Command;

use crate::{StatusOk, cargo, root};

/// The criterion benchmarks, or those whose name contains FILTER. With --peers: our operations beside other libraries' (benches/README.md).
#[derive(argh::FromArgs)]
#[argh(subcommand, name = "bench")]
pub(crate) struct Bench {
    /// part of a criterion benchmark's name: `bench 784-128-10`
    #[argh(positional, arg_name = "filter")]
    criterion: Option<String>,
    /// run beside these peers: torch, torch-compile, jax, numpy, candle, burn, self, with commas; NAME=PROGRAM for others
    #[argh(option)]
    peers: Option<String>,
    /// with --peers: fewer and shorter rounds
    #[argh(switch)]
    quick: bool,
    /// with --peers, --save or --against: only rows with one of these words, parted by commas, in their names
    #[argh(option)]
    filter: Option<String>,
    /// with --peers: write the rows to this file as JSON
    #[argh(option)]
    out: Option<PathBuf>,
    /// keep the rows as target/bench/NAME.json; without --peers they are ours beside ourselves
    #[argh(option, arg_name = "name")]
    save: Option<String>,
    /// compare our times with those of the run that was saved under this name
    #[argh(option, arg_name = "name")]
    against: Option<String>,
    /// count the instructions of small networks, with callgrind (benches/instructions); with --save and --against
    #[argh(switch)]
    instructions: bool,
    /// with --peers: by how much resident memory grows in a step of a large network
    #[argh(switch)]
    memory: bool,
    /// print where the time of this training step goes: "step 784-128-10 Adam b64"; with --profile list the names of all
    #[argh(option, arg_name = "workload")]
    profile: Option<String>,
    /// with --peers or --profile: numbers of threads (default 1,2)
    #[argh(option)]
    threads: Option<String>,
    /// with --peers: the Python interpreter (default: NN_PEER_PYTHON, or target/peers)
    #[argh(option)]
    python: Option<PathBuf>,
    /// make a virtual environment in target/peers and install the peers, with --python or python3
    #[argh(switch)]
    setup_peers: bool,
}

pub(crate) fn run(options: &Bench) -> Result<(), String> {
    if options.setup_peers {
        setup(options.python.clone().unwrap_or_else(|| "python3".into()))?;
    }
    if options.instructions {
        return instructions(options);
    }
    if let Some(workload) = &options.profile {
        let mut command =
            cargo(["run", "--quiet", "--release", "--package", "benches", "--", "profile", workload]);
        command.args(options.threads.iter().flat_map(|threads| ["--threads", threads]));
        return command.status_ok();
    }
    // Beside ourselves the ratios show the noise of the run.
    let alone = (options.save.is_some() || options.against.is_some()).then_some("self");
    match options.peers.as_deref().or(alone) {
        Some(peers) => beside(peers, options),
        None if options.setup_peers => Ok(()),
        None if options.quick
            || options.filter.is_some()
            || options.out.is_some()
            || options.memory
            || options.threads.is_some() =>
        {
            Err("--quick, --filter, --out, --memory and --threads belong to --peers, --save or --against (and --threads \
                 to --profile); criterion's benchmarks are chosen by a word alone: `cargo xtask bench 784-128-10`"
                .to_string())
        }
        None => cargo(["bench", "--package", "benches", "--"]).args(&options.criterion).status_ok(),
    }
}

fn instructions(options: &Bench) -> Result<(), String> {
    let mut command = cargo(["bench", "--manifest-path"]);
    command.arg(root().join("benches/instructions/Cargo.toml")).arg("--").args(&options.criterion);
    for (flag, name) in [("--save-baseline", &options.save), ("--baseline", &options.against)] {
        command.args(name.as_ref().map(|name| format!("{flag}={name}")));
    }
    command.status_ok()
}

fn beside(peers: &str, options: &Bench) -> Result<(), String> {
    let mut command = cargo(["run", "--quiet", "--release", "--package", "benches", "--", "peers", peers]);
    if let Some(word) = &options.criterion {
        return Err(format!("with --peers the filter is an option: --filter {word}"));
    }
    for (flag, given) in [("--quick", options.quick), ("--memory", options.memory)] {
        command.args(given.then_some(flag));
    }
    for (flag, name) in [("--save", &options.save), ("--against", &options.against)] {
        let path = |name: &String| root().join("target/bench").join(format!("{name}.json"));
        if let Some(path) = name.as_ref().map(path) {
            command.arg(flag).arg(path);
        }
    }
    for (flag, value) in [("--filter", &options.filter), ("--threads", &options.threads)] {
        command.args(value.iter().flat_map(|value| [flag, value]));
    }
    // Paths are the caller's, not this workspace's.
    if let Some(out) = &options.out {
        command.arg("--out").arg(std::path::absolute(out).map_err(|e| e.to_string())?);
    }
    if let Some(python) = python(options)? {
        command.arg("--python").arg(python);
    }
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        // The harness has said why.
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => Err(format!("{command:?} could not be started: {error}")),
    }
}

/// The interpreter that was named, or the one of the virtual environment if there is one.
fn python(options: &Bench) -> Result<Option<PathBuf>, String> {
    if options.setup_peers {
        return Ok(Some(installed()));
    }
    let named = options.python.clone().or_else(|| std::env::var_os("NN_PEER_PYTHON").map(PathBuf::from));
    match named {
        // A bare name is looked up on the path.
        Some(python) if python.components().count() > 1 => {
            std::path::absolute(python).map(Some).map_err(|e| e.to_string())
        }
        Some(python) => Ok(Some(python)),
        None => Ok(Some(installed()).filter(|python| python.is_file())),
    }
}

/// The interpreter of the virtual environment.
fn installed() -> PathBuf {
    root().join("target/peers").join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

fn setup(python: PathBuf) -> Result<(), String> {
    Command::new(python).args(["-m", "venv"]).arg(root().join("target/peers")).status_ok()?;
    let mut pip = Command::new(installed());
    pip.args(["-m", "pip", "install", "--requirement"]).arg(root().join("benches/peers/requirements.txt"));
    pip.status_ok()
}
