//! The gradient checker's proof of power: a zoo of wrong gradients that it must catch, and a park of right ones that it
//! must not call wrong; `README.md` says how to run it.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod case;
mod draw;
mod handmade;
mod judge;
mod park;
mod problem;
mod run;
mod scene;
mod serve;
mod spoiled;
mod table;
#[cfg(test)]
mod tests;
mod wrong;

use std::process::ExitCode;

use argh::FromArgs;

use crate::run::Outcome;

/// Checks wrong gradients and right ones. Exit code 1: a wrong one was not caught, or a right one called wrong.
#[derive(FromArgs)]
struct Arguments {
    /// seeds of each right gradient (default 20); a wrong one has a quarter of them
    #[argh(option, default = "20")]
    seeds: u64,
    /// only cases with this text in their names
    #[argh(option, default = "String::new()")]
    only: String,
    /// print the whole report of every check first
    #[argh(switch)]
    reports: bool,
    /// answer requests of another checker on standard input (src/serve.rs)
    #[argh(switch)]
    serve: bool,
}

fn main() -> ExitCode {
    let arguments: Arguments = argh::from_env();
    if arguments.serve {
        return match serve::serve() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::from(2)
            }
        };
    }
    if arguments.reports {
        print_reports(&arguments);
    }
    let outcome = Outcome::of(arguments.seeds.div_ceil(4), arguments.seeds, &arguments.only);
    print!("{outcome}");
    if outcome.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn print_reports(arguments: &Arguments) {
    let wrong = wrong::all().map(|case| (case.name, case.build, arguments.seeds.div_ceil(4)));
    let right = park::all().map(|case| (case.name, case.build, arguments.seeds));
    for (name, build, seeds) in wrong.chain(right).filter(|(name, ..)| name.contains(&arguments.only)) {
        (0..seeds).for_each(|seed| println!("{name}, seed {seed}\n{}", build(seed).check()));
    }
}
