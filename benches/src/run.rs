//! A run: for each number of threads and each peer, every row of the table.

use std::path::Path;

use crate::files::{self, Folder};
use crate::floor::Floors;
use crate::measure::{Care, PLACEMENTS, Samples, interleave};
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
            for (number, workload) in workloads::all().iter().enumerate() {
                if !workload.matches(request.filter) {
                    continue;
                }
                let name = &workload.name;
                match row(number, threads, peer, &folder, request.quick) {
                    Ok(Found::Row(mut row)) => {
                        row.floor_us = Some(floors.of(workload));
                        println!("{row}");
                        outcome.rows.push(row);
                    }
                    Ok(Found::Unsupported(why)) => println!("{name:<36} {} has none: {why}", peer.name),
                    Err(message) => {
                        println!("{name:<36} FAILED: {message}");
                        outcome.failures.push(format!("{name}, {threads} threads, {}: {message}", peer.name));
                    }
                }
            }
        }
    }
    Ok(outcome)
}

/// Microseconds of a call from which on one place of memory is enough: so long a call goes through so much memory that where it
/// lies is no luck.
const LONG: f64 = 30e3;

enum Found {
    Row(Row),
    Unsupported(String),
}

/// Workload `number`: the answers are compared, then the times, in each place of memory.
fn row(
    number: usize,
    threads: usize,
    peer: &mut Connection,
    folder: &Folder,
    quick: bool,
) -> Result<Found, String> {
    let care = Care::new(quick, threads, peer.settle);
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    // Kept until the end, so that the next lies elsewhere.
    let mut places = Vec::new();
    let mut form = String::new();
    for place in 0..PLACEMENTS {
        let workload = workloads::all().swap_remove(number);
        let mut subject = match prepare(workload, threads, peer, folder)? {
            (subject, Prepared::Ready { form: how, .. }) => {
                form = how;
                subject
            }
            (_, Prepared::Unsupported(why)) => return Ok(Found::Unsupported(why)),
        };
        let [a, b] = interleave([&mut subject, peer], care, place)?;
        let slowest = a.median().max(b.median());
        ours.extend(a.0);
        peers.extend(b.0);
        places.push(subject);
        if slowest > LONG {
            break;
        }
    }
    let workload = &places[0].workload;
    Ok(Found::Row(Row {
        workload: workload.name.clone(),
        groups: workload.groups.clone(),
        threads,
        peer: peer.name.clone(),
        ours: Samples(ours),
        peers: Samples(peers),
        floor_us: None,
        growth: [None; 2],
        forms: [workload.ours.form().to_string(), form],
    }))
}

/// Both sides get the inputs, and agree on the answer.
fn prepare(
    workload: Workload,
    threads: usize,
    peer: &mut Connection,
    folder: &Folder,
) -> Result<(Subject, Prepared), String> {
    let drawn = workload.draw();
    let paths = folder.inputs(&drawn)?;
    let output = folder.file("output");
    // What an earlier row left behind is no answer.
    files::write(&output, &[])?;
    let prepared = peer.prepare(&workload, threads, &paths, &output, false)?;
    let mut subject = Subject::new(workload, drawn);
    if matches!(prepared, Prepared::Ready { .. }) {
        let answer = subject.answer()?.clone();
        let result = subject.workload.result;
        if *answer.shape() != result {
            return Err(format!("our answer has shape {}, not {result}", answer.shape()));
        }
        subject.workload.compare(&subject.inputs, answer.as_slice(), &files::read(&output)?)?;
    }
    Ok((subject, prepared))
}
