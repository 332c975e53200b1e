//! One diagram: curves, dots, lines of equal height, coloured regions.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::{Done, FINE, contour, curve};

/// Where the legend stands.
pub(crate) use plotters::chart::SeriesLabelPosition as Corner;

type Function<'a> = Box<dyn Fn(f64, f64) -> f64 + 'a>;

/// Colours that colour-blind readers can tell apart too (Okabe and Ito, "Color universal design", 2008).
const COLORS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(90, 90, 90),
];

/// Share of a panel that is about a third of a pixel.
const INVISIBLE: f64 = 1e-3;

struct Series {
    name: String,
    color: RGBColor,
    points: Vec<(f64, f64)>,
    style: Style,
}

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Line,
    Thin,
    Dots,
    LineAndDots,
}

/// One diagram of a picture, described before it is drawn. A logarithmic axis leaves out what is not positive.
pub(crate) struct Panel<'a> {
    title: String,
    names: [String; 2],
    log: [bool; 2],
    range: [Option<(f64, f64)>; 2],
    corner: Corner,
    series: Vec<Series>,
    contours: Option<(Function<'a>, Vec<f64>)>,
    regions: Option<Function<'a>>,
    next_color: usize,
}

impl<'a> Panel<'a> {
    pub(crate) fn new(title: &str, x: &str, y: &str) -> Panel<'a> {
        Panel {
            title: title.into(),
            names: [x.into(), y.into()],
            log: [false; 2],
            range: [None; 2],
            corner: Corner::UpperRight,
            series: Vec::new(),
            contours: None,
            regions: None,
            next_color: 0,
        }
    }

    pub(crate) fn log_x(mut self) -> Self {
        self.log[0] = true;
        self
    }

    pub(crate) fn log_y(mut self) -> Self {
        self.log[1] = true;
        self
    }

    /// Shows this part; without it, all of the series.
    pub(crate) fn x(mut self, from: f64, to: f64) -> Self {
        self.range[0] = Some((from, to));
        self
    }

    /// As [`Panel::x`].
    pub(crate) fn y(mut self, from: f64, to: f64) -> Self {
        self.range[1] = Some((from, to));
        self
    }

    pub(crate) fn legend(mut self, corner: Corner) -> Self {
        self.corner = corner;
        self
    }

    /// The next series has this of the seven colours.
    pub(crate) fn color(mut self, number: usize) -> Self {
        self.next_color = number;
        self
    }

    /// A curve. A series without a name is not in the legend.
    pub(crate) fn line(self, name: &str, points: Vec<(f64, f64)>) -> Self {
        self.add(name, points, Style::Line)
    }

    /// A curve that stays in the background.
    pub(crate) fn thin(self, name: &str, points: Vec<(f64, f64)>) -> Self {
        self.add(name, points, Style::Thin)
    }

    pub(crate) fn dots(self, name: &str, points: Vec<(f64, f64)>) -> Self {
        self.add(name, points, Style::Dots)
    }

    /// A curve through dots: few measurements, or a path step by step.
    pub(crate) fn path(self, name: &str, points: Vec<(f64, f64)>) -> Self {
        self.add(name, points, Style::LineAndDots)
    }

    fn add(mut self, name: &str, points: Vec<(f64, f64)>, style: Style) -> Self {
        let color = COLORS[self.next_color % COLORS.len()];
        self.next_color += 1;
        self.series.push(Series { name: name.into(), color, points, style });
        self
    }

    /// Lines on which f(x, y) equals each of the levels. Needs both ranges.
    pub(crate) fn contours(mut self, levels: Vec<f64>, f: impl Fn(f64, f64) -> f64 + 'a) -> Self {
        self.contours = Some((Box::new(f), levels));
        self
    }

    /// Colours the plane by the whole number that f(x, y) gives, paler than the series of that colour. Needs both ranges.
    pub(crate) fn regions(mut self, f: impl Fn(f64, f64) -> f64 + 'a) -> Self {
        self.regions = Some(Box::new(f));
        self
    }

    /// What lies on an axis: the number, or its logarithm.
    fn scale(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let scale = |axis: usize, v: f64| if self.log[axis] { v.log10() } else { v };
        (scale(0, x), scale(1, y))
    }

    fn unscale(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let unscale = |axis: usize, v: f64| if self.log[axis] { 10f64.powf(v) } else { v };
        (unscale(0, x), unscale(1, y))
    }

    /// Points as shares of the ranges, those without a place left out.
    fn shares(&self, points: &[(f64, f64)], [(x0, x1), (y0, y1)]: [(f64, f64); 2]) -> Vec<(f64, f64)> {
        let scaled = points.iter().map(|&p| self.scale(p)).filter(|(x, y)| x.is_finite() && y.is_finite());
        scaled.map(|(x, y)| ((x - x0) / (x1 - x0), (y - y0) / (y1 - y0))).collect()
    }

    /// The part of an axis that is shown, in its scale.
    fn shown(&self, axis: usize) -> (f64, f64) {
        let pick = |p: (f64, f64)| if axis == 0 { p.0 } else { p.1 };
        if let Some((from, to)) = self.range[axis] {
            return (pick(self.scale((from, from))), pick(self.scale((to, to))));
        }
        let points = self.series.iter().flat_map(|s| s.points.iter().map(|&p| self.scale(p)));
        let values = points.filter(|p| p.0.is_finite() && p.1.is_finite()).map(pick);
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
        let room = if axis == 0 { 0.0 } else { 0.04 * (high - low) };
        // plotters looks for labels of an empty axis for ever.
        if low < high { (low - room, high + room) } else { (low.min(1e9) - 1.0, low.min(1e9) + 1.0) }
    }

    pub(super) fn draw<B: DrawingBackend>(&self, area: &DrawingArea<B, Shift>) -> Done
    where
        B::ErrorType: 'static,
    {
        let px = FINE as i32;
        let font = |size: i32| ("sans-serif", size * px);
        let ranges = [self.shown(0), self.shown(1)];
        let [(x0, x1), (y0, y1)] = ranges;
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, font(16))
            .margin(8 * px)
            .margin_right(18 * px)
            .x_label_area_size(36 * px)
            .y_label_area_size(50 * px)
            .build_cartesian_2d(x0..x1, y0..y1)?;
        if let Some(f) = &self.regions {
            chart.draw_series(
                self.tiles(f, ranges)
                    .into_iter()
                    .map(|(corners, color)| Rectangle::new(corners, color.mix(0.25).filled())),
            )?;
        }
        let formats = self.log.map(|log| move |v: &f64| label(*v, log));
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(if self.contours.is_some() {
                TRANSPARENT.into()
            } else {
                BLACK.mix(0.1).stroke_width(FINE)
            })
            .x_labels(6)
            .y_labels(8)
            .label_style(font(12))
            .axis_desc_style(font(13))
            .x_label_formatter(&formats[0])
            .y_label_formatter(&formats[1])
            .x_desc(&self.names[0])
            .y_desc(&self.names[1])
            .draw()?;
        let place = |(u, v): (f64, f64)| (x0 + u * (x1 - x0), y0 + v * (y1 - y0));
        let smooth = |chain: &[(f64, f64)]| -> Vec<(f64, f64)> {
            curve::simplify(chain, INVISIBLE).into_iter().map(place).collect()
        };
        if let Some((f, levels)) = &self.contours {
            let f = |u: f64, v: f64| {
                let (x, y) = self.unscale(place((u, v)));
                f(x, y)
            };
            let grey = RGBColor(190, 190, 190).stroke_width(FINE);
            for chain in levels.iter().flat_map(|level| contour::lines(&f, *level)) {
                chart.draw_series([PathElement::new(smooth(&chain), grey)])?;
            }
        }
        for series in &self.series {
            let (color, style) = (series.color, series.style);
            let points = self.shares(&series.points, ranges);
            let width = if style == Style::Thin { FINE } else { 2 * FINE };
            let shade = if style == Style::Thin { color.mix(0.45) } else { color.to_rgba() };
            if matches!(style, Style::Dots | Style::LineAndDots) {
                let seen = points.iter().filter(|(u, v)| (0.0..=1.0).contains(u) && (0.0..=1.0).contains(v));
                chart.draw_series(seen.map(|&p| Circle::new(place(p), 5 * px / 2, color.filled())))?;
            }
            let parts = if style == Style::Dots { Vec::new() } else { curve::inside(&points) };
            let lines = parts.iter().map(|part| PathElement::new(smooth(part), shade.stroke_width(width)));
            let drawn = chart.draw_series(lines)?;
            if !series.name.is_empty() {
                let mark = move |(x, y)| Rectangle::new([(x, y - px), (x + 16 * px, y + px)], color.filled());
                drawn.label(&series.name).legend(mark);
            }
        }
        if self.series.iter().any(|series| !series.name.is_empty()) {
            chart
                .configure_series_labels()
                .position(self.corner.clone())
                .background_style(WHITE.mix(0.85))
                .border_style(BLACK.mix(0.3))
                .label_font(font(12))
                .legend_area_size(22 * px)
                .margin(8 * px)
                .draw()?;
        }
        Ok(())
    }

    /// The regions as bars of equal colour, row by row.
    fn tiles(
        &self,
        f: &Function<'a>,
        [(x0, x1), (y0, y1)]: [(f64, f64); 2],
    ) -> Vec<([(f64, f64); 2], RGBColor)> {
        const CELLS: usize = 100;
        let (dx, dy) = ((x1 - x0) / CELLS as f64, (y1 - y0) / CELLS as f64);
        let mut tiles: Vec<([(f64, f64); 2], RGBColor)> = Vec::new();
        for j in 0..CELLS {
            let bottom = y0 + j as f64 * dy;
            for i in 0..CELLS {
                let left = x0 + i as f64 * dx;
                let (x, y) = self.unscale((left + dx / 2.0, bottom + dy / 2.0));
                let color = COLORS[f(x, y) as usize % COLORS.len()];
                match tiles.last_mut() {
                    Some((corners, last)) if i > 0 && *last == color => corners[1].0 = left + dx,
                    _ => tiles.push(([(left, bottom), (left + dx, bottom + dy)], color)),
                }
            }
        }
        tiles
    }
}

/// A number at an axis; of logarithms the whole ones. (Adding 0 turns -0 into 0.)
fn label(value: f64, log: bool) -> String {
    match (log, value.round()) {
        (true, whole) if (value - whole).abs() > 1e-9 => String::new(),
        (true, whole) if (-3.0..=3.0).contains(&whole) => format!("{}", 10f64.powf(whole)),
        (true, whole) => format!("1e{whole}"),
        (false, _) if value.abs() > 1e-9 && !(1e-3..1e6).contains(&value.abs()) => format!("{value:.0e}"),
        (false, _) => format!("{}", (value * 1e6).round() / 1e6 + 0.0),
    }
}
