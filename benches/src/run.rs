//! A run: for each number of threads and each peer, every row of the table.

use std::path::Path;

use nn::tensor::Shape;

use crate::compare::compare;
use crate::files::{self, Folder};
use crate::floor::Floors;
use crate::measure::{Care, interleave};
use crate::peer::Peer;
use crate::protocol::{Connection, Prepared};
use crate::table::{HEAD, Row};
use crate::workload::{Subject, Workload};
use crate::workloads;

/// What was asked for on the command line.
pub(crate) struct Request<'a> {
    pub(crate) peers: Vec<&'a str>,
    pub(crate) threads: Vec<usize>,
    pub(crate) filter: &'a str,
    pub(crate) quick: bool,
    pub(crate) python: Option<&'a Path>,
}

/// The rows that were timed, and what went wrong with the others.
pub(crate) struct Outcome {
    pub(crate) rows: Vec<Row>,
    pub(crate) failures: Vec<String>,
}

/// Measures and prints row by row.
///
/// # Errors
/// Where a peer cannot be started, or nothing matches the filter; a row that fails is part of the outcome.
pub(crate) fn run(request: &Request<'_>) -> Result<Outcome, String> {
    if !workloads::all().iter().any(|w| w.matches(request.filter)) {
        return Err(format!("no workload matches {:?}; benches/README.md lists them", request.filter));
    }
    let folder = Folder::new()?;
    let mut outcome = Outcome { rows: Vec::new(), failures: Vec::new() };
    for &threads in &request.threads {
        nn::set_threads(threads);
        let mut floors = None;
        for spec in &request.peers {
            // A peer that is missing is missed before anything takes time.
            let mut peer = Peer::start(spec, threads, request.python)?;
            let peer = peer.connection();
            let floors = floors.get_or_insert_with(|| {
                let mut floors = Floors::new(threads);
                println!("\n{threads} threads: {}", floors.describe());
                floors
            });
            println!("beside {} {}\n\n{HEAD}", peer.name, peer.version);
            for workload in workloads::all().into_iter().filter(|w| w.matches(request.filter)) {
                let name = workload.name.clone();
                match row(workload, threads, peer, &folder, request.quick) {
                    Ok(Found::Row(mut row, subject)) => {
                        row.floor_us = Some(floors.of(&subject.workload));
                        println!("{row}");
                        outcome.rows.push(*row);
                    }
                    Ok(Found::Unsupported(why)) => println!("{name:<32} {} has none: {why}", peer.name),
                    Err(message) => {
                        println!("{name:<32} FAILED: {message}");
                        outcome.failures.push(format!("{name}, {threads} threads, {}: {message}", peer.name));
                    }
                }
            }
        }
    }
    Ok(outcome)
}

enum Found {
    Row(Box<Row>, Box<Subject>),
    Unsupported(String),
}

/// Compares the answers, then the times.
fn row(
    workload: Workload,
    threads: usize,
    peer: &mut Connection,
    folder: &Folder,
    quick: bool,
) -> Result<Found, String> {
    let drawn = workload.draw();
    let paths: Vec<_> = (0..drawn.len()).map(|i| folder.file(&i.to_string())).collect();
    for (path, input) in paths.iter().zip(&drawn) {
        files::write(path, input.as_slice())?;
    }
    let output = folder.file("output");
    // What an earlier row left behind is no answer.
    files::write(&output, &[])?;
    let form = match peer.prepare(&workload, threads, &paths, &output)? {
        Prepared::Ready(form) => form,
        Prepared::Unsupported(why) => return Ok(Found::Unsupported(why)),
    };

    let mut ours = Subject::new(workload, drawn);
    let answer = ours.answer().clone();
    let result: Shape = ours.workload.result;
    if *answer.shape() != result {
        return Err(format!("our answer has shape {}, not {result}", answer.shape()));
    }
    compare(answer.as_slice(), &files::read(&output)?, ours.workload.tolerance)?;

    let care = Care::new(quick, threads, peer.settle);
    let [our_times, peer_times] = interleave([&mut ours, peer], care)?;
    let row = Row {
        workload: ours.workload.name.clone(),
        groups: ours.workload.groups.clone(),
        threads,
        peer: peer.name.clone(),
        ours: our_times,
        peers: peer_times,
        floor_us: None,
        forms: [ours.workload.ours.form().to_string(), form],
    };
    Ok(Found::Row(Box::new(row), Box::new(ours)))
}
