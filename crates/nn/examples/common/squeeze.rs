//! Smaller SVG: many tiles or dots of one colour become one path.

use std::collections::BTreeMap;
use std::fmt::Write;

/// The same picture, a fraction as long.
pub(crate) fn squeeze(svg: &str) -> String {
    let mut out = String::new();
    // Attributes of the path, and its steps. Pale tiles do not overlap, so their order among themselves does not matter.
    let mut tiles: BTreeMap<String, String> = BTreeMap::new();
    let mut dots: Option<(String, String)> = None;
    for line in svg.lines() {
        let tile = tile(line);
        if tile.is_none() {
            for (paint, steps) in std::mem::take(&mut tiles) {
                let _ = writeln!(out, "<path d=\"{steps}\" {paint}/>");
            }
        }
        let dot = dot(line);
        if let Some((paint, steps)) =
            dots.take_if(|(paint, _)| dot.as_ref().is_none_or(|(other, _)| other != paint))
        {
            let _ = writeln!(out, "<path d=\"{steps}\" {paint}/>");
        }
        match (tile, dot) {
            (Some((paint, step)), _) => tiles.entry(paint).or_default().push_str(&step),
            (_, Some((paint, step))) => dots.get_or_insert((paint, String::new())).1.push_str(&step),
            _ => out.extend([line, "\n"]),
        }
    }
    out
}

/// The value of an attribute.
fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let from = line.find(&format!(" {name}=\""))? + name.len() + 3;
    line[from..].split('"').next()
}

/// A pale rectangle without a frame: its paint, and a closed path.
fn tile(line: &str) -> Option<(String, String)> {
    let of = |name| value(line, name);
    let is_tile = line.starts_with("<rect") && of("opacity") == Some("0.25") && of("stroke") == Some("none");
    let [x, y, w, h, fill] = [of("x")?, of("y")?, of("width")?, of("height")?, of("fill")?];
    is_tile.then(|| (format!("fill=\"{fill}\" opacity=\"0.25\""), format!("M{x} {y}h{w}v{h}h-{w}z")))
}

/// A filled circle: a line of no length with a round pen.
fn dot(line: &str) -> Option<(String, String)> {
    let of = |name| value(line, name);
    let is_dot = line.starts_with("<circle")
        && of("stroke") == Some("none")
        && matches!(of("opacity"), None | Some("1"));
    let [x, y, fill] = [of("cx")?, of("cy")?, of("fill")?];
    let width = 2 * of("r")?.parse::<u32>().ok()?;
    is_dot.then(|| {
        let paint = format!("stroke=\"{fill}\" stroke-width=\"{width}\" stroke-linecap=\"round\"");
        (paint, format!("M{x} {y}h0"))
    })
}
