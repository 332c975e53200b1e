//! The side-by-side harness: our operations and those of other libraries in one run. `README.md` has the rules;
//! `cargo xtask bench --peers …` is the usual way to call it.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod against;
mod best;
mod compare;
mod files;
mod floor;
mod measure;
mod memory;
mod peer;
mod profile;
mod protocol;
mod run;
mod serve;
mod summary;
mod table;
mod workload;
mod workloads;

use std::path::PathBuf;
use std::process::ExitCode;
use std::{fs, io, thread};

use argh::FromArgs;
use serde_json::Value;

/// Times our operations beside those of other libraries.
#[derive(FromArgs)]
struct Options {
    #[argh(subcommand)]
    command: Command,
}

#[derive(FromArgs)]
#[argh(subcommand)]
enum Command {
    Peers(Peers),
    Serve(Serve),
    List(List),
    Profile(Profile),
}

/// Runs the table beside peers. Exit code 1: answers differ, or a row could not be run; 2: nothing could be run.
#[derive(FromArgs)]
#[argh(subcommand, name = "peers")]
struct Peers {
    /// peers, with commas: torch, torch-compile, jax, numpy, candle, burn, self, or NAME=PROGRAM
    #[argh(positional)]
    peers: String,
    /// rounds of 2 ms, one in each place of memory, instead of three of 4 ms
    #[argh(switch)]
    quick: bool,
    /// only rows with all of these words in their names; a comma begins an alternative
    #[argh(option, default = "String::new()")]
    filter: String,
    /// write the rows to this file as JSON
    #[argh(option)]
    out: Option<PathBuf>,
    /// keep the rows in this file, for --against
    #[argh(option)]
    save: Option<PathBuf>,
    /// compare our times with those in this file
    #[argh(option)]
    against: Option<PathBuf>,
    /// measure by how much the resident memory grows in a step of a large network
    #[argh(switch)]
    memory: bool,
    /// numbers of threads, with commas (default: 1,2 where the machine has two cores)
    #[argh(option)]
    threads: Option<String>,
    /// the Python interpreter of the peers that are scripts
    #[argh(option)]
    python: Option<PathBuf>,
}

/// Speaks the protocol of peers.
#[derive(FromArgs)]
#[argh(subcommand, name = "serve")]
struct Serve {
    /// add this to an element of each answer
    #[argh(option, default = "0.0")]
    spoil: f32,
}

/// Lists the workloads.
#[derive(FromArgs)]
#[argh(subcommand, name = "list")]
struct List {}

/// Prints where the time of a training step goes.
#[derive(FromArgs)]
#[argh(subcommand, name = "profile")]
struct Profile {
    /// the name of the row: "step 784-128-10 Adam b64"
    #[argh(positional)]
    workload: String,
    /// numbers of threads, with commas (default: 1,2 where the machine has two cores)
    #[argh(option)]
    threads: Option<String>,
}

fn main() -> ExitCode {
    let options: Options = argh::from_env();
    let code = match options.command {
        Command::Peers(options) => peers(&options),
        Command::Serve(Serve { spoil }) => {
            serve::serve(io::stdin().lock(), io::stdout().lock(), spoil).map(|()| ExitCode::SUCCESS)
        }
        Command::Profile(Profile { workload, threads: list }) => {
            threads(list.as_deref()).and_then(|numbers| {
                for n in numbers {
                    println!("{}\n", profile::profile(&workload, n)?);
                }
                Ok(ExitCode::SUCCESS)
            })
        }
        Command::List(_) => {
            workloads::all().iter().for_each(|w| println!("{}", w.name));
            Ok(ExitCode::SUCCESS)
        }
    };
    code.unwrap_or_else(|message| {
        eprintln!("{message}");
        ExitCode::from(2)
    })
}

fn peers(options: &Peers) -> Result<ExitCode, String> {
    let request = run::Request {
        peers: options.peers.split(',').filter(|peer| !peer.is_empty()).collect(),
        threads: threads(options.threads.as_deref())?,
        filter: &options.filter,
        quick: options.quick,
        python: options.python.as_deref(),
    };
    if request.peers.is_empty() {
        return Err("no peer is named".to_string());
    }
    // A run that is missing is missed before anything takes time; and it may be replaced by this one.
    let old = options.against.as_deref().map(against::saved).transpose()?;
    let mut outcome = run::run(&request)?;
    println!("\n{}", summary::summary(&outcome.rows));
    if let Some(best) = best::best(&outcome.rows) {
        println!("\n{best}");
    }
    if options.memory {
        memory::measure(&request, &mut outcome.rows)?;
        println!("\n{}", memory::table(&outcome.rows).unwrap_or("no large network is among the rows".into()));
    }
    let rows: Value = outcome.rows.iter().map(table::Row::json).collect();
    for path in options.out.iter().chain(&options.save) {
        let parent = path.parent().map_or(Ok(()), fs::create_dir_all);
        let written = parent.and_then(|()| fs::write(path, format!("{rows:#}\n")));
        written.map_err(|e| format!("{}: {e}", path.display()))?;
    }
    if let Some(old) = &old {
        println!("\n{}", against::against(old, &outcome.rows));
    }
    if outcome.failures.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("\n{} rows FAILED\n{}", outcome.failures.len(), outcome.failures.join("\n"));
    Ok(ExitCode::FAILURE)
}

/// The numbers asked for, or 1 and 2 where the machine has them.
fn threads(list: Option<&str>) -> Result<Vec<usize>, String> {
    let Some(list) = list else {
        let cores = thread::available_parallelism().map_or(1, |n| n.get());
        return Ok((1..=cores.min(2)).collect());
    };
    let number = |text: &str| text.trim().parse().ok().filter(|&n: &usize| n > 0);
    let numbers: Option<Vec<usize>> = list.split(',').map(number).collect();
    numbers.ok_or_else(|| format!("--threads {list}: expected numbers such as 1,2"))
}
