//! The table in a few lines: for each group of rows the geometric mean and the minimum of the ratios.

use std::fmt;

use crate::table::Row;

/// The rows of a group with the same peer and number of threads.
#[derive(Debug, PartialEq)]
struct Line {
    group: String,
    threads: usize,
    peer: String,
    rows: usize,
    geometric_mean: f64,
    minimum: f64,
    slowest: String,
    /// Rows in which the peer is faster.
    below_one: usize,
}

/// The groups in the order of their first rows.
pub(crate) fn summary(rows: &[Row]) -> String {
    let lines: Vec<String> = lines(rows).iter().map(Line::to_string).collect();
    format!(
        "group                            threads  peer          rows  geometric mean  minimum  below 1  slowest\n{}",
        lines.join("\n")
    )
}

fn lines(rows: &[Row]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut groups: Vec<&String> = Vec::new();
    for group in rows.iter().flat_map(|row| &row.groups) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    for group in groups {
        let first = lines.len();
        for row in rows.iter().filter(|row| row.groups.contains(group)) {
            let is_it = |line: &Line| line.threads == row.threads && line.peer == row.peer;
            let at = lines[first..].iter().position(is_it).map_or(lines.len(), |at| first + at);
            if at == lines.len() {
                lines.push(Line {
                    group: group.clone(),
                    threads: row.threads,
                    peer: row.peer.clone(),
                    rows: 0,
                    geometric_mean: 1.0,
                    minimum: f64::INFINITY,
                    slowest: String::new(),
                    below_one: 0,
                });
            }
            lines[at].add(row);
        }
    }
    lines
}

impl Line {
    fn add(&mut self, row: &Row) {
        let (n, ratio) = (self.rows as f64, row.ratio());
        self.geometric_mean = ((self.geometric_mean.ln() * n + ratio.ln()) / (n + 1.0)).exp();
        self.rows += 1;
        self.below_one += usize::from(ratio < 1.0);
        if ratio < self.minimum {
            (self.minimum, self.slowest) = (ratio, row.workload.clone());
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line { group, threads, peer, rows, geometric_mean, minimum, slowest, below_one } = self;
        write!(
            f,
            "{group:<32} {threads:>7}  {peer:<13} {rows:>4} {geometric_mean:>15.2} {minimum:>8.2} {below_one:>8}  {slowest}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::row;

    #[test]
    fn groups_threads_and_peers_are_kept_apart() {
        let mut both = row("a", 1, 1.0, 8.0);
        both.groups.push("b".to_string());
        let other = Row { peer: "jax".to_string(), ..row("a", 1, 1.0, 0.5) };
        let lines = lines(&[row("a", 1, 1.0, 2.0), row("a", 2, 1.0, 3.0), both, other]);
        let found: Vec<_> = lines.iter().map(|l| (&l.group[..], l.threads, &l.peer[..], l.rows)).collect();
        assert_eq!(
            found,
            [("a", 1, "torch", 2), ("a", 2, "torch", 1), ("a", 1, "jax", 1), ("b", 1, "torch", 1)]
        );
        assert!((lines[0].geometric_mean - 4.0).abs() < 1e-12, "the geometric mean of 2 and 8");
        assert_eq!((lines[0].minimum, lines[0].below_one, lines[2].below_one), (2.0, 0, 1));
    }
}
