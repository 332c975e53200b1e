//! Prints how many steps each optimizer needs on each landscape: `cargo run --release -p nn-optim --example landscapes`.
//!
//! Every cell is the best of eleven learning rates, in f64, and at saddles that of 0.01. "stays" is right on the ridge of a saddle: the gradient leads to
//! the saddle, and nothing leads away from it.

mod race;

use nn_optim::landscapes::Landscape;
use race::Outcome;

const MOST: u64 = 100_000;

fn main() {
    let columns: Vec<(String, Landscape, Vec<f64>)> = Landscape::ALL
        .into_iter()
        .flat_map(|landscape| {
            let ridge =
                landscape.ridge().map(|start| (format!("{landscape}, on its ridge"), landscape, start));
            [Some((landscape.to_string(), landscape, landscape.start())), ridge]
        })
        .flatten()
        .collect();
    let heads: Vec<&str> = columns.iter().map(|(name, ..)| &name[..]).collect();
    println!("| | {} |", heads.join(" | "));
    println!("|---|{}", "---|".repeat(columns.len()));
    for racer in race::all::<f64>() {
        let cells = columns.iter().map(|(_, landscape, start)| race::race(&racer, *landscape, start, MOST));
        print(racer.name, cells);
    }
    print("Lbfgs", columns.iter().map(|(_, landscape, start)| race::lbfgs(*landscape, start, MOST)));
}

fn print(name: &str, cells: impl Iterator<Item = Outcome>) {
    let cells = cells.map(|outcome| match outcome {
        Outcome::Arrives { steps, rate: Some(rate) } => format!("{steps} ({rate})"),
        Outcome::Arrives { steps, rate: None } => format!("{steps}"),
        Outcome::Stays => "stays".to_string(),
        Outcome::Late => "-".to_string(),
    });
    println!("| `{name}` | {} |", cells.collect::<Vec<_>>().join(" | "));
}
