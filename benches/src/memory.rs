//! By how much the resident memory of a process grows at most when a network is made and takes its first steps.

use std::fs;
use std::path::Path;

use crate::files::{self, Folder};
use crate::peer::Peer;
use crate::protocol::Prepared;
use crate::run::Request;
use crate::table::Row;
use crate::workload::Workload;
use crate::workloads;

/// Networks whose update moves fewer bytes say more of a runtime than of a step.
const LARGE: f64 = 64e6;

/// Bytes, as Linux tells them of this process; `None` elsewhere.
pub(crate) fn resident(key: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    Some(1024 * line.split_whitespace().nth(1)?.parse::<u64>().ok()?)
}

/// The growth while `f` runs: the peak during it (`VmHWM`, which begins anew) less what was resident before (`VmRSS`).
pub(crate) fn growth(f: impl FnOnce()) -> Option<u64> {
    fs::write("/proc/self/clear_refs", "5").ok()?;
    let before = resident("VmRSS")?;
    f();
    Some(resident("VmHWM")?.saturating_sub(before))
}

/// Adds ours and the peer's to the rows of large networks, each measured in a process that does nothing else.
pub(crate) fn measure(request: &Request<'_>, rows: &mut [Row]) -> Result<(), String> {
    let folder = Folder::new()?;
    for workload in workloads::all() {
        let moves = |w: &Workload| w.steps.is_some_and(|steps| steps.update.iter().sum::<f64>() > LARGE);
        if !moves(&workload) {
            continue;
        }
        for row in rows.iter_mut().filter(|row| row.workload == workload.name) {
            let of = |spec: &str| of(spec, &workload, row.threads, request.python, &folder);
            let spec = request.peers.iter().find(|spec| spec.split('=').next() == Some(&row.peer));
            row.growth = [of("self")?, of(spec.unwrap_or(&"self"))?];
        }
    }
    Ok(())
}

fn of(
    spec: &str,
    workload: &Workload,
    threads: usize,
    python: Option<&Path>,
    folder: &Folder,
) -> Result<Option<u64>, String> {
    let mut peer = Peer::start(spec, threads, python)?;
    let paths = folder.inputs(&workload.draw())?;
    let output = folder.file("output");
    files::write(&output, &[])?;
    match peer.connection().prepare(workload, threads, &paths, &output, true)? {
        Prepared::Ready { growth, .. } => Ok(growth),
        Prepared::Unsupported(_) => Ok(None),
    }
}

/// The rows that have it, in megabytes; `None` where none has.
pub(crate) fn table(rows: &[Row]) -> Option<String> {
    let megabytes = |x: Option<u64>| x.map_or("-".to_string(), |x| format!("{:.0}", x as f64 / 1e6));
    let lines = rows.iter().filter(|row| row.growth != [None; 2]).map(|row| {
        let [ours, peers] = row.growth;
        let share = ours.zip(peers).map_or("-".to_string(), |(a, b)| format!("{:.2}", a as f64 / b as f64));
        format!(
            "{:<36} {:>7} {:>12}  {:<13} {:>10} {share:>11}",
            row.workload,
            row.threads,
            megabytes(ours),
            row.peer,
            megabytes(peers)
        )
    });
    let lines: Vec<String> = lines.collect();
    let head =
        "growth of resident memory            threads      ours_MB  peer             peer_MB  ours/peer";
    (!lines.is_empty()).then(|| format!("{head}\n{}", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn what_is_touched_is_counted_even_if_it_is_given_back() {
        const SIZE: usize = 32 << 20;
        // Not every container lets a process begin its peak anew.
        let Some(growth) = growth(|| drop(std::hint::black_box(vec![1u8; SIZE]))) else { return };
        assert!(growth as usize > SIZE / 2, "{growth}");
    }
}
