//! A network as a table: layers, shapes, parameters, operations, memory.

use std::fmt;

use crate::error::batched;
use crate::parts::Cut;
use crate::{MAX_INPUTS, Model, Network, Node, Scalar};

/// A table of a network's operations, to be printed: where each stands and what it is, the shape of its output, its parameters, and
/// its floating-point operations for a sample in the forward pass; below it the sums, and the memory of a training step.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, Relu, Sequential};
/// let net = Sequential::new().push(Dense::new(512)).push(Relu).push(Dense::new(10));
/// let model: Model<f32> = net.init([784], 0)?;
/// let table = model.summary().samples(64).to_string();
/// assert!(table.contains("0 (Dense)") && table.contains("[m, 512]") && table.contains("401,920"));
/// assert!(table.contains("Parameters: 407,050"));
/// println!("{table}");
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Summary<'a> {
    network: &'a Network,
    samples: usize,
    /// Of a number.
    bytes: usize,
}

impl<T: Scalar> Model<T> {
    /// The model as a table.
    pub fn summary(&self) -> Summary<'_> {
        Summary { bytes: size_of::<T>(), ..self.network().summary() }
    }
}

impl Network {
    /// The network as a table, with memory in f32.
    pub fn summary(&self) -> Summary<'_> {
        Summary { network: self, samples: 32, bytes: 4 }
    }

    /// The numbers of a training workspace, which need not be there.
    fn training_elements(&self, samples: usize) -> usize {
        let of_samples = |n: usize| samples.saturating_mul(n);
        let mut sum = self.theta.len(); // the gradient
        for (value, shape) in
            self.shapes.iter().enumerate().filter(|(value, _)| self.buffers[*value] == *value)
        {
            let sides = if value == 0 { 1 } else { 2 }; // the input is read where it is
            sum = sum.saturating_add(of_samples(sides * shape.size()));
        }
        for node in &self.nodes {
            let of_sample = node.saved.saturating_add(node.saved_back);
            sum = sum.saturating_add(of_samples(of_sample));
            sum = sum.saturating_add(node.summary).saturating_add(node.summary_back);
        }
        for slot in 0..MAX_INPUTS {
            let adds = self.nodes.iter().filter(|node| node.accumulates.get(slot) == Some(&true));
            let width = adds.map(|node| self.shapes[node.inputs[slot]].size()).max();
            sum = sum.saturating_add(of_samples(width.unwrap_or(0)));
        }
        let scratch =
            |node: &Node| samples.div_ceil(node.slab).saturating_mul(node.scratch).max(node.batch_scratch);
        sum = sum.saturating_add(self.nodes.iter().map(scratch).max().unwrap_or(0));
        sum.saturating_add(Cut::new(self, samples).scratch_len())
    }
}

impl Summary<'_> {
    /// Sets the samples of a training step, 32 otherwise.
    #[must_use]
    pub fn samples(self, samples: usize) -> Self {
        Summary { samples: samples.max(1), ..self }
    }

    /// Bytes of the buffers of a training step, θ and what the optimizer remembers not included.
    pub fn memory(&self) -> usize {
        self.network.training_elements(self.samples).saturating_mul(self.bytes)
    }

    /// Numbers of θ, of frozen parameters, and of what is observed.
    fn counts(&self) -> [usize; 3] {
        let all = self.network.state.len();
        let own = self.network.nodes.iter().filter(|node| !node.reuses);
        let frozen: usize = own.flat_map(|node| &node.frozen).map(ExactSizeIterator::len).sum();
        [self.network.theta.len(), frozen, all - frozen]
    }

    fn rows(&self) -> Vec<[String; 5]> {
        let Network { nodes, shapes, .. } = self.network;
        let place = |value: usize| match nodes.iter().find(|node| node.output == value) {
            Some(node) => name(node),
            None => "input".to_string(),
        };
        let row = |(i, node): (usize, &Node)| {
            let params: usize = node.params.iter().chain(&node.frozen).map(ExactSizeIterator::len).sum();
            let params = match (node.reuses, node.frozen.is_empty()) {
                (true, _) => "shared".to_string(),
                (_, false) => format!("{} frozen", grouped(params)),
                _ => grouped(params),
            };
            // In a chain everybody knows who reads whom.
            let is_chain = node.inputs == [if i == 0 { 0 } else { nodes[i - 1].output }];
            let from: Vec<String> = node.inputs.iter().map(|&value| place(value)).collect();
            let from = if is_chain { String::new() } else { from.join(", ") };
            [name(node), batched(&shapes[node.output]), params, grouped(node.flops), from]
        };
        nodes.iter().enumerate().map(row).collect()
    }
}

/// `3 (Dense)`, or `Dense` where it is the whole network.
fn name(node: &Node) -> String {
    if node.path.is_empty() { node.name.to_string() } else { format!("{} ({})", node.path, node.name) }
}

/// 1234567 as `1,234,567`.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in a unit that is easy to read.
fn memory(numbers: usize, bytes: usize) -> String {
    let mut size = numbers as f64 * bytes as f64;
    for unit in ["B", "kB", "MB"] {
        if size < 1000.0 {
            return if unit == "B" { format!("{size} B") } else { format!("{size:.1} {unit}") };
        }
        size /= 1000.0;
    }
    format!("{size:.1} GB")
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = ["Layer (type)", "Output shape", "Parameters", "Operations", "Reads"].map(String::from);
        let mut rows = self.rows();
        // The last column is for networks that are no chain.
        let columns = if rows.iter().all(|row| row[4].is_empty()) { 4 } else { 5 };
        rows.insert(0, heads);
        let mut widths = [0; 5];
        for (column, width) in widths.iter_mut().enumerate().take(columns) {
            *width = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        }
        let line = widths[..columns].iter().sum::<usize>() + 2 * (columns - 1);
        for (i, row) in rows.iter().enumerate() {
            let mut text = String::new();
            for (column, cell) in row.iter().enumerate().take(columns) {
                let width = widths[column];
                // Numbers stand at the right.
                let is_number = (2..4).contains(&column);
                text += &if is_number { format!("{cell:>width$}  ") } else { format!("{cell:<width$}  ") };
            }
            writeln!(f, "{}", text.trim_end())?;
            if i == 0 {
                writeln!(f, "{}", "=".repeat(line))?;
            }
        }
        writeln!(f, "{}", "=".repeat(line))?;
        let [theta, frozen, observed] = self.counts();
        write!(f, "Parameters: {}", grouped(theta + frozen))?;
        writeln!(
            f,
            " ({}); frozen: {}; observed: {}",
            memory(theta + frozen, self.bytes),
            grouped(frozen),
            grouped(observed)
        )?;
        let flops = self.network.nodes.iter().fold(0usize, |sum, node| sum.saturating_add(node.flops));
        writeln!(f, "Operations of the forward pass of a sample: {}", grouped(flops))?;
        let samples = self.samples;
        let inputs = batched(self.network.input_shape());
        writeln!(
            f,
            "Input: {inputs}; memory of a training step of {samples} samples, without θ and the optimizer's: {}",
            memory(self.memory(), 1)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            [grouped(7), grouped(999), grouped(1000), grouped(1234567)],
            ["7", "999", "1,000", "1,234,567"]
        );
        assert_eq!([memory(3, 4), memory(250, 4), memory(1 << 30, 8)], ["12 B", "1.0 kB", "8.6 GB"]);
    }
}
