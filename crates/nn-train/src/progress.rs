//! A progress bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use nn_core::Scalar;

use crate::{Epoch, Evaluation, Flow, History, Now, Observer};

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

impl<T: Scalar> Observer<T> for Progress {
    fn step(&mut self, now: &Now<'_, T>) -> Flow {
        if let Some(bar) = &self.bar {
            bar.set_length(now.step.total);
            bar.set_position(now.step.number + 1);
            bar.set_message(format!("{:.4}", now.step.loss));
        }
        Flow::Continue
    }

    fn epoch(&mut self, epoch: &Epoch, now: &Now<'_, T>) -> Flow {
        let (count, total) = (epoch.number + 1, now.step.epochs);
        if count == 1 || count.is_multiple_of(self.every) || count == total {
            let width = total.to_string().len();
            let mut line = format!("epoch {count:>width$}/{total}: training {}", describe(&epoch.running));
            if let Some(validation) = &epoch.validation {
                line += &format!(", validation {}", describe(validation));
            }
            match &self.bar {
                Some(bar) => bar.suspend(|| println!("{line}")),
                None => println!("{line}"),
            }
        }
        Flow::Continue
    }

    fn end(&mut self, _: &History) {
        if let Some(bar) = &self.bar {
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
