//! Rows: as a table for people, as JSON for programs.

use std::fmt;

use serde_json::{Value, json};

use crate::measure::Samples;

/// What came out for one workload beside one peer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) workload: String,
    pub(crate) groups: Vec<String>,
    pub(crate) threads: usize,
    pub(crate) peer: String,
    pub(crate) ours: Samples,
    pub(crate) peers: Samples,
    /// Microseconds that the machine asks for.
    pub(crate) floor_us: Option<f64>,
    /// Bytes by which the resident memory of our process, and of the peer's, grows, where it was measured.
    pub(crate) growth: [Option<u64>; 2],
    /// How each side computed it.
    pub(crate) forms: [String; 2],
}

impl Row {
    /// How many times as long the peer takes: above 1 we are faster.
    pub(crate) fn ratio(&self) -> f64 {
        self.peers.median() / self.ours.median()
    }

    pub(crate) fn json(&self) -> Value {
        let mut json = json!({
            "workload": self.workload,
            "threads": self.threads,
            "ours_us": self.ours.median(),
            "peer": self.peer,
            "peer_us": self.peers.median(),
            "ratio": self.ratio(),
            "floor_us": self.floor_us,
            "ours_min_us": self.ours.min(),
            "peer_min_us": self.peers.min(),
            "ours_form": self.forms[0],
            "peer_form": self.forms[1],
        });
        for (key, growth) in ["ours_growth_bytes", "peer_growth_bytes"].into_iter().zip(self.growth) {
            if let Some(growth) = growth {
                json[key] = json!(growth);
            }
        }
        json
    }
}

/// The line above the rows.
pub(crate) const HEAD: &str =
    "workload                             threads      ours_us  peer             peer_us   ratio  floor_us";

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ours, peers) = (micros(self.ours.median()), micros(self.peers.median()));
        let floor = self.floor_us.map_or("-".to_string(), micros);
        let (name, peer) = (&self.workload, &self.peer);
        write!(
            f,
            "{name:<36} {:>7} {ours:>12}  {peer:<13} {peers:>10} {:>7.2} {floor:>9}",
            self.threads,
            self.ratio()
        )
    }
}

/// Three digits at least, and never more decimals than that.
pub(crate) fn micros(t: f64) -> String {
    let decimals = if t < 10.0 { 2 } else { usize::from(t < 100.0) };
    format!("{t:.decimals$}")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn row(group: &str, threads: usize, ours: f64, peers: f64) -> Row {
        Row {
            workload: format!("{group} x·Wᵀ 8x8x8"),
            groups: vec![group.to_string()],
            threads,
            peer: "torch".to_string(),
            ours: Samples(vec![ours, 9.0 * ours, 0.5 * ours]),
            peers: Samples(vec![peers]),
            floor_us: None,
            growth: [None; 2],
            forms: [String::new(), String::new()],
        }
    }

    #[test]
    fn json_has_the_keys_that_were_promised() {
        let json = Row { floor_us: Some(0.5), ..row("matmul", 2, 2.0, 3.0) }.json();
        assert_eq!(json["workload"], "matmul x·Wᵀ 8x8x8");
        assert_eq!((json["threads"].as_u64(), json["peer"].as_str()), (Some(2), Some("torch")));
        for (key, want) in
            [("ours_us", 2.0), ("peer_us", 3.0), ("ratio", 1.5), ("floor_us", 0.5), ("ours_min_us", 1.0)]
        {
            assert_eq!(json[key].as_f64(), Some(want), "{key}");
        }
        assert!(row("matmul", 1, 1.0, 1.0).json()["floor_us"].is_null());
    }

    #[test]
    fn columns_stand_below_their_heads() {
        let line = row("matmul", 2, 1234.5, 12.34).to_string();
        assert_eq!(line.chars().count(), HEAD.chars().count(), "\n{HEAD}\n{line}");
        assert!(line.contains("1234  torch") || line.contains("1235  torch"), "{line}");
        assert_eq!(
            (micros(1.234), micros(12.34), micros(123.4)),
            ("1.23".into(), "12.3".into(), "123".into())
        );
    }
}
