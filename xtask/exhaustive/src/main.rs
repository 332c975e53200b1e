//! The accuracy of the elementary functions of `tensor-ops`, measured: every `f32`, and many `f64`.
//!
//! The error of a result is its distance from the exact value in units in the last place: the spacing of the numbers of
//! the type at the exact value, that of the subnormal numbers at least.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Instant;

mod double;
mod error;
mod functions;
mod reference;
mod samples;
mod sweep;

use error::Summary;
use functions::{FUNCTIONS, Function};

/// What is promised, in units in the last place.
const BOUND_F32: f64 = 2.0;
const BOUND_F64: f64 = 3.0;

/// Measures the error of every function on all 2³² inputs of type f32, and on samples of type f64.
#[derive(argh::FromArgs)]
struct Options {
    /// only the functions whose name is this
    #[argh(option)]
    function: Option<String>,
    /// only this type: f32 or f64
    #[argh(option)]
    only: Option<String>,
    /// the number of inputs of type f64 a function (default 100,000,000)
    #[argh(option, default = "100_000_000")]
    samples: u64,
}

fn main() -> ExitCode {
    let options: Options = argh::from_env();
    let chosen: Vec<&Function> =
        FUNCTIONS.iter().filter(|f| options.function.as_ref().is_none_or(|name| f.name == name)).collect();
    if chosen.is_empty() {
        eprintln!("no such function; there are {}", FUNCTIONS.map(|f| f.name).join(", "));
        return ExitCode::FAILURE;
    }
    println!("| function | type | inputs | largest error, ULP | at | correctly rounded | seconds |");
    println!("|---|---|---|---|---|---|---|");
    let mut good = true;
    for function in chosen {
        if options.only.as_deref() != Some("f64") {
            good &= report(function.name, "f32", BOUND_F32, || sweep::run(function));
        }
        if options.only.as_deref() != Some("f32") {
            good &= report(function.name, "f64", BOUND_F64, || samples::run(function, options.samples));
        }
    }
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints a line of the table, and complaints; whether all is well.
fn report(name: &str, of: &str, bound: f64, measure: impl FnOnce() -> Summary) -> bool {
    let start = Instant::now();
    let s = measure();
    println!(
        "| {name} | {of} | {} | {:.3} | {:e} | {:.2}% | {:.1} |",
        s.inputs,
        s.largest,
        s.at,
        100.0 * s.exact as f64 / s.inputs as f64,
        start.elapsed().as_secs_f64(),
    );
    for complaint in &s.complaints {
        eprintln!("{name} of {of}: {complaint}");
    }
    if s.largest > bound {
        eprintln!("{name} of {of}: {} ULP are more than {bound}", s.largest);
    }
    s.complaints.is_empty() && s.largest <= bound
}
