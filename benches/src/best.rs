//! Networks in a few lines: the best peer with its best number of threads against our best.

use std::collections::BTreeSet;
use std::fmt;

use crate::measure::Samples;
use crate::table::{Row, micros};

/// The groups of rows that are whole networks.
const GROUPS: [&str; 2] = ["steps", "inference"];

/// What came out for one network.
#[derive(Debug, PartialEq)]
struct Line {
    workload: String,
    ours: Best,
    peer: String,
    peers: Best,
    /// Our time over the floor on as many threads.
    over_floor: Option<f64>,
    /// Our time on one thread over that on two.
    two_over_one: Option<f64>,
}

/// A time in microseconds, and on how many threads it was reached.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Best {
    micros: f64,
    threads: usize,
}

/// A line for each network among the rows; `None` where there are none.
pub(crate) fn best(rows: &[Row]) -> Option<String> {
    let lines: Vec<String> = lines(rows).iter().map(Line::to_string).collect();
    let head = "best against best                    ours_us (threads)  best peer        peer_us (threads)   ratio  ours/floor  1T/2T";
    (!lines.is_empty()).then(|| format!("{head}\n{}", lines.join("\n")))
}

fn lines(rows: &[Row]) -> Vec<Line> {
    let rows: Vec<&Row> =
        rows.iter().filter(|row| GROUPS.iter().any(|group| row.groups.iter().any(|g| g == group))).collect();
    let mut names: Vec<&String> = Vec::new();
    for row in &rows {
        if !names.contains(&&row.workload) {
            names.push(&row.workload);
        }
    }
    names.into_iter().filter_map(|name| line(&rows, name)).collect()
}

fn line(rows: &[&Row], name: &str) -> Option<Line> {
    let rows = || rows.iter().filter(|row| row.workload == name);
    let threads: BTreeSet<usize> = rows().map(|row| row.threads).collect();
    let on_each = threads.into_iter().map(|n| our_time(rows().filter(|row| row.threads == n), n));
    let ours: Vec<Best> = on_each.collect();
    let shorter = |a: &&Best, b: &&Best| a.micros.total_cmp(&b.micros);
    let fastest = *ours.iter().min_by(shorter)?;
    let peer = rows().min_by(|a, b| a.peers.median().total_cmp(&b.peers.median()))?;
    let floor = rows().find(|row| row.threads == fastest.threads).and_then(|row| row.floor_us);
    let on = |threads: usize| ours.iter().find(|best| best.threads == threads).map(|best| best.micros);
    Some(Line {
        workload: name.to_string(),
        ours: fastest,
        peer: peer.peer.clone(),
        peers: Best { micros: peer.peers.median(), threads: peer.threads },
        over_floor: floor.map(|floor| fastest.micros / floor),
        two_over_one: on(1).zip(on(2)).map(|(one, two)| one / two),
    })
}

/// The median over the rounds beside all peers.
fn our_time<'a>(rows: impl Iterator<Item = &'a &'a Row>, threads: usize) -> Best {
    let samples: Vec<f64> = rows.flat_map(|row| row.ours.0.iter().copied()).collect();
    Best { micros: Samples(samples).median(), threads }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line { workload, ours, peer, peers, over_floor, two_over_one } = self;
        let number = |x: &Option<f64>| x.map_or("-".to_string(), |x| format!("{x:.2}"));
        write!(
            f,
            "{workload:<36} {:>7} ({})        {peer:<13}  {:>8} ({})        {:>6.2} {:>11} {:>6}",
            micros(ours.micros),
            ours.threads,
            micros(peers.micros),
            peers.threads,
            peers.micros / ours.micros,
            number(over_floor),
            number(two_over_one),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::row;

    #[test]
    fn the_best_peer_on_any_number_of_threads_counts() {
        let step = |threads, ours, peers, peer: &str| Row {
            workload: "step".into(),
            peer: peer.into(),
            ours: Samples(vec![ours]),
            floor_us: Some(2.0),
            ..row("steps", threads, ours, peers)
        };
        let rows = [
            step(1, 6.0, 30.0, "torch"),
            step(1, 8.0, 12.0, "jax"),
            step(2, 4.0, 20.0, "torch"),
            step(2, 4.0, 16.0, "jax"),
            row("matmul", 1, 1.0, 1.0),
        ];
        let found = lines(&rows);
        let want = Line {
            workload: "step".into(),
            ours: Best { micros: 4.0, threads: 2 },
            peer: "jax".into(),
            peers: Best { micros: 12.0, threads: 1 },
            over_floor: Some(2.0),
            two_over_one: Some(7.0 / 4.0),
        };
        assert_eq!(found, [want]);
        assert!(found[0].to_string().contains("3.00"), "{}", found[0]);
        assert_eq!(best(&rows[4..]), None);
    }
}
