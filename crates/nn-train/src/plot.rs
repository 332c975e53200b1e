//! Curves of a training as SVG.

use plotters::prelude::*;

use crate::History;

/// A picture that could not be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlotError {
    /// No epochs to draw.
    #[error("a history without epochs has no curve")]
    Empty,
    /// The library that draws refused.
    #[error("drawing failed: {0}")]
    Draw(String),
}

/// The loss of both sets over the epochs, as the text of an SVG picture.
///
/// # Errors
/// [`PlotError::Empty`] for a history without epochs.
pub fn loss_curve(history: &History) -> Result<String, PlotError> {
    let draw = |error: &dyn std::fmt::Display| PlotError::Draw(error.to_string());
    let series = [
        ("training", BLUE, points(history, |epoch| epoch.train.loss)),
        ("validation", RED, points(history, |epoch| epoch.validation.loss)),
    ];
    let last = history.last().ok_or(PlotError::Empty)?.number as f64 + 1.0;
    let highest = series.iter().flat_map(|(_, _, points)| points.iter().map(|p| p.1)).fold(0.0, f64::max);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, (720, 440)).into_drawing_area();
        root.fill(&WHITE).map_err(|e| draw(&e))?;
        let mut chart = ChartBuilder::on(&root)
            .caption("loss", ("sans-serif", 20))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(56)
            .build_cartesian_2d(1.0..last.max(2.0), 0.0..(1.05 * highest).max(f64::MIN_POSITIVE))
            .map_err(|e| draw(&e))?;
        let mut mesh = chart.configure_mesh();
        let mesh = mesh.x_desc("epoch").x_label_formatter(&|x| format!("{x:.0}")).max_light_lines(1).draw();
        mesh.map_err(|e| draw(&e))?;
        for (name, color, points) in series {
            let line = LineSeries::new(points, color.stroke_width(2));
            let legend = move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color);
            chart.draw_series(line).map_err(|e| draw(&e))?.label(name).legend(legend);
        }
        let legend = chart.configure_series_labels().background_style(WHITE).border_style(BLACK).draw();
        legend.map_err(|e| draw(&e))?;
        root.present().map_err(|e| draw(&e))?;
    }
    Ok(svg)
}

fn points(history: &History, loss: impl Fn(&crate::Epoch) -> f64) -> Vec<(f64, f64)> {
    history.epochs.iter().map(|epoch| (epoch.number as f64 + 1.0, loss(epoch))).collect()
}
