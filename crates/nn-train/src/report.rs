//! A training on one page: `report.html`, which needs nothing but itself.

use std::fmt::Write;
use std::path::Path;

use nn_core::{Model, Scalar};
use nn_data::Dataset;

use crate::chart::{Chart, Series, escape};
use crate::metric::confusion;
use crate::metrics::ConfusionMatrix;
use crate::plot::{PlotError, gradient_chart, loss_chart, metric_chart, steps_chart};
use crate::{History, TrainError};

/// A page with the curves of a training, its figures, the layers, the confusion matrix and what the doctor found. No script, nothing that
/// is loaded from elsewhere.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_optim::Adam;
/// use nn_train::{Doctor, Report, Trainer};
/// let (train, test) = nn_data::datasets::iris::<f32>().split(0.7, 0)?;
/// let mut model: Model<f32> = Dense::new(3).init([4], 0)?;
/// let mut trainer = Trainer::new(Adam::new(0.05), SoftmaxCrossEntropy::new()).doctor(Doctor::new());
/// let history = trainer.fit(&mut model, &train, &test)?;
/// let page = Report::new("Iris", &history).settings(&trainer).model(&model).confusion(&model, &test)?.to_html();
/// assert!(page.starts_with("<!doctype html>") && page.contains(&format!("{:016x}", model.fingerprint())));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Report<'h> {
    title: String,
    history: &'h History,
    facts: Vec<(String, String)>,
    confusion: Option<ConfusionMatrix>,
}

impl<'h> Report<'h> {
    /// A page with this title.
    pub fn new(title: impl Into<String>, history: &'h History) -> Report<'h> {
        Report { title: title.into(), history, facts: Vec::new(), confusion: None }
    }

    /// Adds a line to the table of facts.
    #[must_use]
    pub fn fact(mut self, name: impl Into<String>, value: impl std::fmt::Display) -> Self {
        self.facts.push((name.into(), value.to_string()));
        self
    }

    /// Adds the settings of a trainer.
    #[must_use]
    pub fn settings(self, trainer: &dyn std::fmt::Debug) -> Self {
        self.fact("settings", format!("{trainer:?}"))
    }

    /// Adds the model: its parameters, its operations, its fingerprint.
    #[must_use]
    pub fn model<T: Scalar>(self, model: &Model<T>) -> Self {
        let nodes = model.network().nodes().iter().map(|node| format!("{} {}", node.path(), node.name()));
        self.fact("fingerprint", format!("{:016x}", model.fingerprint()))
            .fact("parameters", model.theta().len())
            .fact("operations", nodes.collect::<Vec<_>>().join(", "))
    }

    /// Adds the confusion matrix of a data set of classes.
    ///
    /// # Errors
    /// [`TrainError::Batch`] where the set does not fit the model.
    pub fn confusion<T: Scalar>(mut self, model: &Model<T>, set: &Dataset<T>) -> Result<Self, TrainError> {
        let refuse = |source| TrainError::Batch { set: "given", source };
        let outputs = model.predict(set.inputs()).map_err(refuse)?;
        self.confusion = confusion(&outputs, set.targets());
        Ok(self)
    }

    /// Writes the page.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, path: impl AsRef<Path>) -> std::io::Result<()> {
        std::fs::write(path, self.to_html())
    }

    /// The page.
    pub fn to_html(&self) -> String {
        let mut html = format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title>\n<style>{STYLE}</style></head>\n<body>\n\
             <h1>{0}</h1>\n",
            escape(&self.title)
        );
        html += &self.findings();
        html += "<h2>Curves</h2>\n<div class=\"curves\">\n";
        for chart in self.charts() {
            html += &chart.svg();
        }
        html += "</div>\n";
        html += &self.epochs();
        html += &self.layers();
        html += &self.matrix();
        html += "<h2>Facts</h2>\n<table class=\"facts\">\n";
        let mut facts = self.facts.clone();
        facts.push(("end".to_string(), format!("{:?}", self.history.end)));
        facts.push(("seconds of steps".to_string(), format!("{:.2}", self.history.seconds())));
        facts.extend(self.history.warnings.iter().map(|warning| ("warning".to_string(), warning.clone())));
        for (name, value) in facts {
            html += &format!("<tr><th>{}</th><td>{}</td></tr>\n", escape(&name), escape(&value));
        }
        html += "</table>\n</body></html>\n";
        html
    }

    fn findings(&self) -> String {
        if self.history.findings.is_empty() {
            return String::new();
        }
        let mut html = "<h2>What the doctor found</h2>\n<ul class=\"findings\">\n".to_string();
        for found in &self.history.findings {
            let place = found.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
            html += &format!(
                "<li><b>{}</b> (step {}{}): {}.<br>Likely cause: {}.<br>What helps: {}.</li>\n",
                found.rule.name(),
                found.step,
                escape(&place),
                escape(&found.what),
                escape(found.rule.cause()),
                escape(found.rule.cure())
            );
        }
        html + "</ul>\n"
    }

    fn charts(&self) -> Vec<Chart> {
        let history = self.history;
        let names = history.last().map(|epoch| epoch.metrics.iter().map(|(name, _)| name.clone()));
        let names = ["accuracy".to_string()].into_iter().chain(names.into_iter().flatten());
        let mut charts: Vec<Result<Chart, PlotError>> = vec![loss_chart(history)];
        charts.extend(names.map(|name| metric_chart(history, &name)));
        charts.push(steps_chart(history, "loss of a batch", |step| step.loss));
        charts.push(steps_chart(history, "learning rate", |step| step.rate));
        charts.push(gradient_chart(history));
        // A curve that there is nothing of is left out.
        let mut charts: Vec<Chart> = charts.into_iter().flatten().collect();
        charts.extend(self.ratios());
        charts
    }

    /// ‖Δw‖/‖w‖ of the weights over the steps.
    fn ratios(&self) -> Option<Chart> {
        let first = self.history.layers.first()?;
        let weights = first.tensors.iter().enumerate().filter(|(_, tensor)| tensor.rank > 1);
        let series = weights.map(|(i, tensor)| Series {
            name: tensor.name.clone(),
            points: self
                .history
                .layers
                .iter()
                .filter_map(|visit| Some((visit.step as f64, visit.tensors.get(i)?.update_ratio())))
                .collect(),
            is_faint: false,
        });
        // More would not be told apart.
        let series: Vec<Series> = series.take(6).collect();
        let (title, x) = ("update / weight".to_string(), "step".to_string());
        (!series.is_empty()).then(|| Chart { title, x, series, log_y: true, ..Chart::default() })
    }

    fn epochs(&self) -> String {
        let Some(last) = self.history.last() else { return String::new() };
        let mut html = "<h2>Epochs</h2>\n<table><tr><th>epoch</th><th>loss</th><th>accuracy</th><th>validation loss</th><th>validation accuracy</th>".to_string();
        last.metrics.iter().for_each(|(name, _)| html += &format!("<th>{}</th>", escape(name)));
        html += "<th>rate</th><th>seconds</th></tr>\n";
        let cell =
            |value: Option<f64>| format!("<td>{}</td>", value.map(|v| format!("{v:.4}")).unwrap_or_default());
        for epoch in &self.history.epochs {
            let best = if self.history.best_epoch == Some(epoch.number) { " class=\"best\"" } else { "" };
            let _ = write!(html, "<tr{best}><td>{}</td>", epoch.number + 1); // a string takes all
            html += &cell(Some(epoch.running.loss));
            html += &cell(epoch.running.accuracy);
            html += &cell(epoch.metric("loss"));
            html += &cell(epoch.metric("accuracy"));
            epoch.metrics.iter().for_each(|(_, value)| html += &cell(Some(*value)));
            html += &format!("<td>{:.2e}</td><td>{:.2}</td></tr>\n", epoch.rate, epoch.seconds);
        }
        html + "</table>\n"
    }

    fn layers(&self) -> String {
        let Some(last) = self.history.layers.last() else { return String::new() };
        let mut html = format!(
            "<h2>Layers, at step {}</h2>\n<table><tr><th>tensor</th><th>numbers</th><th>‖w‖</th><th>‖dw‖</th><th>‖Δw‖/‖w‖</th></tr>\n",
            last.step
        );
        for tensor in &last.tensors {
            html += &format!(
                "<tr><td>{}</td><td>{}</td><td>{:.3e}</td><td>{:.3e}</td><td>{:.1e}</td></tr>\n",
                escape(&tensor.name),
                tensor.len,
                tensor.weight_norm,
                tensor.gradient_norm,
                tensor.update_ratio()
            );
        }
        html += "</table>\n";
        if !last.units.is_empty() {
            html += "<table><tr><th>activation</th><th>dead units</th><th>saturated outputs</th></tr>\n";
            for unit in &last.units {
                html += &format!(
                    "<tr><td>{}</td><td>{:.1}%</td><td>{:.1}%</td></tr>\n",
                    escape(&unit.name),
                    100.0 * unit.dead,
                    100.0 * unit.saturated
                );
            }
            html += "</table>\n";
        }
        html
    }

    fn matrix(&self) -> String {
        let Some(matrix) = &self.confusion else { return String::new() };
        let classes = matrix.classes();
        let mut html = format!(
            "<h2>Confusion matrix</h2>\n<p>Accuracy {:.4}. A row is a class, a column what it was taken for.</p>\n<table class=\"matrix\"><tr><th></th>",
            matrix.accuracy()
        );
        (0..classes).for_each(|class| html += &format!("<th>{class}</th>"));
        html += "</tr>\n";
        for label in 0..classes {
            let row: usize = (0..classes).map(|class| matrix.count(label, class)).sum();
            html += &format!("<tr><th>{label}</th>");
            for class in 0..classes {
                let count = matrix.count(label, class);
                let share = count as f64 / row.max(1) as f64;
                let hue = if class == label { "0,114,178" } else { "213,94,0" };
                // A square root shows mistakes that are rare.
                html +=
                    &format!("<td style=\"background:rgba({hue},{:.2})\">{count}</td>", 0.8 * share.sqrt());
            }
            html += "</tr>\n";
        }
        html + "</table>\n"
    }
}

const STYLE: &str = "body{font-family:sans-serif;color:#222;max-width:1480px;margin:2em auto;padding:0 1em}\
h1{font-size:1.5em}h2{font-size:1.15em;margin-top:1.6em}\
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.5em 0}\
th,td{border:1px solid #ddd;padding:.25em .6em;text-align:right}th{background:#f5f5f5}\
.facts th,.facts td{text-align:left;vertical-align:top}.curves{display:flex;flex-wrap:wrap;gap:8px}\
.curves svg{max-width:100%;height:auto;border:1px solid #eee}.findings li{margin:.6em 0;line-height:1.4}\
.best{background:#eaf4fb}.matrix td{min-width:2.4em}";
