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

/// The loss of both sets over the epochs, as the text of an SVG picture. Losses that are not finite are left out.
///
/// # Errors
/// [`PlotError::Empty`] for a history without epochs.
pub fn loss_curve(history: &History) -> Result<String, PlotError> {
    let draw = |error: &dyn std::fmt::Display| PlotError::Draw(error.to_string());
    let series = [
        ("training", BLUE, points(history, |epoch| Some(epoch.train.unwrap_or(epoch.running).loss))),
        ("validation", RED, points(history, |epoch| epoch.metric("loss"))),
    ];
    let epochs = history.last().ok_or(PlotError::Empty)?.number + 1;
    let has_dots = epochs <= 20;
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
            .build_cartesian_2d(0.0..epochs as f64 + 0.5, 0.0..(1.05 * highest).max(f64::MIN_POSITIVE))
            .map_err(|e| draw(&e))?;
        let mut mesh = chart.configure_mesh();
        let mesh =
            mesh.x_desc("epoch").y_desc("loss").x_labels(epochs.clamp(1, 10) as usize + 1).max_light_lines(1);
        let mesh = mesh
            .x_label_formatter(&|x| if x.fract() == 0.0 { format!("{x:.0}") } else { String::new() })
            .draw();
        mesh.map_err(|e| draw(&e))?;
        for (name, color, points) in series {
            let points_of_dots = if has_dots { points.clone() } else { Vec::new() };
            let line = LineSeries::new(points, color.stroke_width(2));
            let legend = move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color);
            let dots = points_of_dots.into_iter().map(|point| Circle::new(point, 3, color.filled()));
            chart.draw_series(dots).map_err(|e| draw(&e))?;
            chart.draw_series(line).map_err(|e| draw(&e))?.label(name).legend(legend);
        }
        let mut legend = chart.configure_series_labels();
        let legend = legend
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE)
            .border_style(BLACK)
            .draw();
        legend.map_err(|e| draw(&e))?;
        root.present().map_err(|e| draw(&e))?;
    }
    Ok(svg)
}

fn points(history: &History, loss: impl Fn(&crate::Epoch) -> Option<f64>) -> Vec<(f64, f64)> {
    let all = history.epochs.iter().filter_map(|epoch| Some((epoch.number as f64 + 1.0, loss(epoch)?)));
    // The library that draws looks for labels of an infinite axis for ever.
    all.filter(|(_, loss)| loss.is_finite()).collect()
}
