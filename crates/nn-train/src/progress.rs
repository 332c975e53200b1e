//! A progress bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::{Epoch, Evaluation, Observer, Step};

/// Shows a training: on a terminal a bar (on the error stream), and everywhere a line for the first, the last, and
/// every so many epochs.
#[derive(Debug)]
pub struct Progress {
    /// `None` where there is no terminal.
    bar: Option<ProgressBar>,
    every: u64,
}

impl Progress {
    /// A line every `every` epochs.
    pub fn every(every: u64) -> Progress {
        let style = ProgressStyle::with_template("{bar:32} {pos}/{len} steps, {eta} left, loss {msg}")
            .expect("a template that is part of this file");
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(0).with_style(style));
        Progress { bar, every: every.max(1) }
    }
}

impl Observer for Progress {
    fn step(&mut self, step: &Step) {
        if let Some(bar) = &self.bar {
            bar.set_length(step.total);
            bar.set_position(step.number + 1);
            bar.set_message(format!("{:.4}", step.loss));
        }
    }

    fn epoch(&mut self, epoch: &Epoch, total: u64) {
        let count = epoch.number + 1;
        let is_last = count == total;
        if count == 1 || count.is_multiple_of(self.every) || is_last {
            let width = total.to_string().len();
            let line = format!(
                "epoch {count:>width$}/{total}: training {}, validation {}",
                describe(&epoch.train),
                describe(&epoch.validation)
            );
            match &self.bar {
                Some(bar) => bar.suspend(|| println!("{line}")),
                None => println!("{line}"),
            }
        }
        if let Some(bar) = self.bar.as_ref().filter(|_| is_last) {
            bar.finish_and_clear();
        }
    }
}

fn describe(evaluation: &Evaluation) -> String {
    match evaluation.accuracy {
        Some(accuracy) => format!("loss {:.4} accuracy {accuracy:.4}", evaluation.loss),
        None => format!("loss {:.4}", evaluation.loss),
    }
}
