//! Line charts as SVG, in the few lines that curves of a training need: no crate that draws is one of the dependencies.

use std::fmt::Write;

/// A picture of some series over one axis.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chart {
    pub(crate) title: String,
    pub(crate) x: String,
    pub(crate) series: Vec<Series>,
    pub(crate) log_x: bool,
    pub(crate) log_y: bool,
    /// Whether the axis begins at 0, as lengths do.
    pub(crate) from_zero: bool,
}

/// Points in the order of x.
#[derive(Debug, Clone, Default)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
    /// Behind a smoother one.
    pub(crate) is_faint: bool,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
/// Left, top, right, bottom.
const MARGIN: [f64; 4] = [68.0, 40.0, 16.0, 44.0];
/// Colours that people with any kind of colour blindness tell apart (Okabe and Ito, 2008).
pub(crate) const COLORS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
/// Points of a series beyond which they are thinned out: a screen has no more columns.
const POINTS: usize = 1500;

/// An axis: from, to, and whether it is a logarithmic one.
#[derive(Debug, Clone, Copy)]
struct Scale {
    from: f64,
    to: f64,
    is_log: bool,
}

impl Scale {
    fn new(values: impl Iterator<Item = f64>, is_log: bool, from_zero: bool) -> Scale {
        let (mut from, mut to) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        if from_zero {
            from = from.min(0.0);
        }
        if from > to || from.is_nan() || to.is_nan() {
            (from, to) = if is_log { (0.1, 1.0) } else { (0.0, 1.0) };
        }
        if from == to {
            let room = if from == 0.0 { 1.0 } else { 0.1 * from.abs() };
            (from, to) = if is_log { (from / 2.0, to * 2.0) } else { (from - room, to + room) };
        }
        Scale { from, to, is_log }
    }

    /// Where in 0..1 a value lies.
    fn at(&self, value: f64) -> f64 {
        match self.is_log {
            true => (value / self.from).ln() / (self.to / self.from).ln(),
            false => (value - self.from) / (self.to - self.from),
        }
    }

    /// Round values along the axis.
    fn ticks(&self) -> Vec<f64> {
        if self.is_log {
            let (from, to) = (self.from.log10().ceil() as i32, self.to.log10().floor() as i32);
            if to > from {
                let stride = ((to - from) / 6 + 1) as usize;
                return (from..=to).step_by(stride).map(|e| 10f64.powi(e)).collect();
            }
            return vec![self.from, (self.from * self.to).sqrt(), self.to];
        }
        let rough = (self.to - self.from) / 5.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].iter().map(|f| f * power).find(|s| *s >= rough).unwrap_or(rough);
        let first = (self.from / step).ceil() as i64;
        let last = (self.to / step + 1e-9).floor() as i64;
        (first..=last).map(|i| i as f64 * step).collect()
    }
}

impl Chart {
    /// The picture; values that are not finite, or not above 0 on a logarithmic axis, are left out.
    pub(crate) fn svg(&self) -> String {
        let fits = |&(x, y): &(f64, f64)| {
            let is_fine = |value: f64, is_log: bool| value.is_finite() && (!is_log || value > 0.0);
            is_fine(x, self.log_x) && is_fine(y, self.log_y)
        };
        let points = || self.series.iter().flat_map(|s| &s.points).copied().filter(fits);
        let x = Scale::new(points().map(|p| p.0), self.log_x, false);
        let y = Scale::new(points().map(|p| p.1), self.log_y, self.from_zero && !self.log_y);
        let [left, top, right, bottom] = MARGIN;
        let (width, height) = (WIDTH - left - right, HEIGHT - top - bottom);
        let place = |(px, py): (f64, f64)| (left + width * x.at(px), top + height * (1.0 - y.at(py)));

        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"{0}\">\n\
             <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
             <text x=\"{left}\" y=\"22\" font-size=\"15\" fill=\"#222\">{0}</text>\n",
            escape(&self.title)
        );
        let mut line = |text: String| svg.push_str(&(text + "\n"));
        for tick in x.ticks() {
            let at = left + width * x.at(tick);
            line(format!(
                "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#555\">{}</text>",
                top + height + 18.0,
                number(tick)
            ));
        }
        for tick in y.ticks() {
            let at = top + height * (1.0 - y.at(tick));
            line(format!(
                "<path d=\"M{left} {at:.1}h{width}\" stroke=\"#ddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#555\">{}</text>",
                left - 8.0,
                at + 4.0,
                number(tick)
            ));
        }
        line(format!("<path d=\"M{left} {top}v{height}h{width}\" fill=\"none\" stroke=\"#555\"/>"));
        line(format!(
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\" fill=\"#222\">{}</text>",
            left + width / 2.0,
            HEIGHT - 8.0,
            escape(&self.x)
        ));
        let mut legend = WIDTH - right;
        for (i, series) in self.series.iter().enumerate().rev() {
            let color = COLORS[i % COLORS.len()];
            let stride = series.points.len().div_ceil(POINTS).max(1);
            let thinned = series.points.iter().enumerate().filter(|(i, _)| i % stride == 0).map(|(_, p)| *p);
            let placed: Vec<(f64, f64)> = thinned.filter(fits).map(place).collect();
            let mut path = String::new();
            for (i, (px, py)) in placed.iter().enumerate() {
                let _ = write!(path, "{}{px:.1} {py:.1}", if i == 0 { "M" } else { "L" }); // a string takes all
            }
            let opacity = if series.is_faint { 0.35 } else { 1.0 };
            line(format!(
                "<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" stroke-linejoin=\"round\" opacity=\"{opacity}\"/>"
            ));
            if placed.len() <= 30 {
                for (px, py) in placed {
                    line(format!("<circle cx=\"{px:.1}\" cy=\"{py:.1}\" r=\"2.5\" fill=\"{color}\"/>"));
                }
            }
            line(format!(
                "<text x=\"{legend:.1}\" y=\"22\" text-anchor=\"end\" fill=\"{color}\" font-weight=\"bold\">{}</text>",
                escape(&series.name)
            ));
            legend -= 8.0 * series.name.chars().count() as f64 + 16.0;
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// A number for an axis.
fn number(x: f64) -> String {
    match x.abs() {
        0.0 => "0".to_string(),
        a if (1e-3..1e5).contains(&a) => {
            let text = format!("{x:.4}");
            text.trim_end_matches('0').trim_end_matches('.').to_string()
        }
        _ => format!("{x:.0e}"),
    }
}

/// Text between tags.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_drawn_is_left_out() {
        let points = vec![(0.0, 1.0), (1.0, f64::NAN), (2.0, f64::INFINITY), (3.0, 0.0), (4.0, 100.0)];
        let series = Series { name: "a < b".into(), points, is_faint: false };
        let chart = Chart { title: "t".into(), series: vec![series], log_y: true, ..Chart::default() };
        let svg = chart.svg();
        assert!(svg.contains("a &lt; b") && !svg.contains("NaN") && !svg.contains("inf"));
        assert_eq!(svg.matches("<circle").count(), 2);
        assert!(Chart::default().svg().ends_with("</svg>\n"), "nothing to draw is no error");
        let one = Series { name: "1".into(), points: vec![(1.0, 0.0)], is_faint: false };
        assert!(!Chart { series: vec![one], ..Chart::default() }.svg().contains("NaN"));
    }

    #[test]
    fn ticks_are_round() {
        let scale = |from, to, is_log| Scale { from, to, is_log };
        assert_eq!(scale(0.0, 1.0, false).ticks(), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(scale(1e-4, 1.0, true).ticks(), [1e-4, 1e-3, 1e-2, 0.1, 1.0]);
        assert_eq!([0.25, 0.6000000000000001, 1e-5, 2e6].map(number), ["0.25", "0.6", "1e-5", "2e6"]);
    }
}
