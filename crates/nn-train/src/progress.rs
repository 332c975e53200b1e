//! A progress bar on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use nn_core::Scalar;

use crate::{End, Epoch, Evaluation, Flow, History, Now, Observer};

/// Shows a training: on a terminal a bar (on the error stream) with loss, accuracy, rate, samples a second and the time left; and everywhere
/// a line for the first, the last, and every so many epochs.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_train::{Progress, Trainer};
/// let set = nn_data::datasets::iris::<f32>();
/// let mut model: Model<f32> = Dense::new(3).init([4], 0)?;
/// let trainer = Trainer::new(nn_optim::Adam::default(), SoftmaxCrossEntropy::new());
/// trainer.observe(Progress::every(5)).fit(&mut model, &set, &set)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Progress {
    /// `None` where there is no terminal.
    bar: Option<ProgressBar>,
    every: u64,
    is_quiet: bool,
    samples: u64,
    begun: Instant,
    drawn: Option<Instant>,
}

/// A bar that is drawn more often is not seen.
const PERIOD: Duration = Duration::from_millis(100);

impl Progress {
    /// A line every `every` epochs.
    pub fn every(every: u64) -> Progress {
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} steps, {eta} left, {msg}")
            .expect("a template that is part of this file");
        let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(0).with_style(style));
        Progress { bar, every: every.max(1), is_quiet: false, samples: 0, begun: Instant::now(), drawn: None }
    }

    /// Neither bar nor lines, but for a word where the training ends early.
    #[must_use]
    pub fn quiet(self) -> Self {
        Progress { bar: None, is_quiet: true, ..self }
    }

    fn print(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| println!("{line}")),
            None => println!("{line}"),
        }
    }
}

impl<T: Scalar> Observer<T> for Progress {
    fn begin(&mut self, _: &History) {
        (self.samples, self.begun, self.drawn) = (0, Instant::now(), None);
    }

    fn step(&mut self, now: &Now<'_, T>) -> Flow {
        let Some(bar) = &self.bar else { return Flow::Continue };
        let step = &now.step;
        self.samples += step.samples as u64;
        if self.drawn.is_none_or(|drawn| drawn.elapsed() >= PERIOD) {
            self.drawn = Some(Instant::now());
            let speed = self.samples as f64 / self.begun.elapsed().as_secs_f64();
            let accuracy = step.accuracy.map(|a| format!(", accuracy {a:.4}")).unwrap_or_default();
            bar.set_length(step.total);
            bar.set_position(step.number + 1);
            bar.set_message(format!(
                "loss {:.4}{accuracy}, rate {:.2e}, {speed:.0} samples/s",
                step.loss, step.rate
            ));
        }
        Flow::Continue
    }

    fn epoch(&mut self, epoch: &Epoch, now: &Now<'_, T>) -> Flow {
        let (count, total) = (epoch.number + 1, now.step.epochs);
        if !self.is_quiet && (count == 1 || count.is_multiple_of(self.every) || count == total) {
            let width = total.to_string().len();
            let mut line = format!("epoch {count:>width$}/{total}: training {}", describe(&epoch.running));
            if let Some(validation) = &epoch.validation {
                line += &format!(", validation {}", describe(validation));
            }
            for (name, value) in &epoch.metrics {
                line += &format!(", {name} {value:.4}");
            }
            self.print(&line);
        }
        Flow::Continue
    }

    fn end(&mut self, history: &History) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if history.end != End::Finished {
            self.print(&format!("ended after {} epochs: {:?}", history.epochs.len(), history.end));
        }
    }
}

fn describe(evaluation: &Evaluation) -> String {
    match evaluation.accuracy {
        Some(accuracy) => format!("loss {:.4} accuracy {accuracy:.4}", evaluation.loss),
        None => format!("loss {:.4}", evaluation.loss),
    }
}
