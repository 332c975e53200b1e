//! A history as text for other programs: CSV, and one JSON object a line.

use std::fmt::Write;

use crate::{Epoch, History};

impl History {
    /// The epochs as CSV with a heading; what an epoch does not have is empty.
    ///
    /// ```
    /// use nn_core::{Layer, Model};
    /// use nn_layers::{Dense, MeanSquaredError};
    /// use nn_optim::Sgd;
    /// use nn_train::Trainer;
    /// let set = nn_data::datasets::diabetes::<f64>();
    /// let mut model: Model<f64> = Dense::new(1).init([10], 0)?;
    /// let history = Trainer::new(Sgd::new(1e-6), MeanSquaredError::new()).epochs(2).fit(&mut model, &set, None)?;
    /// let csv = history.to_csv();
    /// assert!(csv.starts_with("epoch,steps,samples,running_loss,running_accuracy,train_loss,"));
    /// assert_eq!(csv.lines().count(), 3);
    /// assert!(history.to_json_lines().starts_with("{\"epoch\":0,\"steps\":7,"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_csv(&self) -> String {
        let heading = self.last().map(columns).unwrap_or_default();
        let names: Vec<String> = heading.iter().map(|(name, _)| quoted(name)).collect();
        let mut text = names.join(",") + "\n";
        for epoch in &self.epochs {
            let cells = columns(epoch).into_iter().map(|(_, value)| value.unwrap_or_default());
            text += &cells.collect::<Vec<_>>().join(",");
            text.push('\n');
        }
        text
    }

    /// The epochs, one JSON object a line; what an epoch does not have, or what is no number, is `null`.
    pub fn to_json_lines(&self) -> String {
        let mut text = String::new();
        for epoch in &self.epochs {
            let fields = columns(epoch).into_iter().map(|(name, value)| {
                let value = value.filter(|value| value.parse::<f64>().is_ok_and(f64::is_finite));
                format!("{}:{}", json(&name), value.as_deref().unwrap_or("null"))
            });
            text += &format!("{{{}}}\n", fields.collect::<Vec<_>>().join(","));
        }
        text
    }
}

/// The columns of an epoch: shortest decimals that give the same bits.
fn columns(epoch: &Epoch) -> Vec<(String, Option<String>)> {
    let text = |x: f64| format!("{x:?}");
    let mut columns = vec![
        ("epoch".to_string(), Some(epoch.number.to_string())),
        ("steps".to_string(), Some(epoch.steps.to_string())),
        ("samples".to_string(), Some(epoch.samples.to_string())),
    ];
    for (name, evaluation) in
        [("running", Some(epoch.running)), ("train", epoch.train), ("validation", epoch.validation)]
    {
        columns.push((format!("{name}_loss"), evaluation.map(|e| text(e.loss))));
        columns.push((format!("{name}_accuracy"), evaluation.and_then(|e| e.accuracy).map(text)));
    }
    columns.extend(epoch.metrics.iter().map(|(name, value)| (name.clone(), Some(text(*value)))));
    columns.push(("rate".to_string(), Some(text(epoch.rate))));
    columns.push(("seconds".to_string(), Some(text(epoch.seconds))));
    columns
}

fn quoted(name: &str) -> String {
    match name.contains([',', '"', '\n']) {
        true => format!("\"{}\"", name.replace('"', "\"\"")),
        false => name.to_string(),
    }
}

/// A string of JSON (RFC 8259, section 7).
pub(crate) fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c)); // a string takes all
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Evaluation;

    #[test]
    fn names_are_quoted_and_bits_survive() {
        let running = Evaluation { loss: 0.1 + 0.2, accuracy: None };
        let epoch = Epoch {
            number: 3,
            steps: 9,
            samples: 2,
            running,
            train: None,
            validation: Some(Evaluation { loss: f64::NAN, accuracy: Some(1.0) }),
            metrics: vec![("a \"b\", c".to_string(), 2.5)],
            rate: 1e-300,
            seconds: 0.0,
        };
        let history = History { epochs: vec![epoch], ..History::default() };
        let csv = history.to_csv();
        let (heading, row) = csv.trim_end().split_once('\n').unwrap();
        assert!(heading.contains(",\"a \"\"b\"\", c\","), "{heading}");
        assert_eq!(row, "3,9,2,0.30000000000000004,,,,NaN,1.0,2.5,1e-300,0.0");
        let line = history.to_json_lines();
        assert!(
            line.contains("\"a \\\"b\\\", c\":2.5") && line.contains("\"validation_loss\":null"),
            "{line}"
        );
        assert!(line.contains("\"running_loss\":0.30000000000000004"));
        assert_eq!(json("\u{1}é\\"), "\"\\u0001é\\\\\"");
    }
}
