//! Curves in the unit square: what lies outside is cut off, what no eye can see is left out.

type Point = (f64, f64);

/// The parts of a curve that lie in the unit square.
pub(crate) fn inside(curve: &[Point]) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    for pair in curve.windows(2) {
        let Some((a, b)) = cut(pair[0], pair[1]) else { continue };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&a) => part.push(b),
            _ => parts.push(vec![a, b]),
        }
    }
    parts
}

/// The part of a segment in the unit square (Liang and Barsky, "A new concept and method for line clipping", 1984).
fn cut(a: Point, b: Point) -> Option<(Point, Point)> {
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for (start, step) in [(a.0, b.0 - a.0), (a.1, b.1 - a.1)] {
        for (way, room) in [(-step, start), (step, 1.0 - start)] {
            match () {
                () if way < 0.0 => from = from.max(room / way),
                () if way > 0.0 => to = to.min(room / way),
                () if room < 0.0 => return None,
                () => {}
            }
        }
    }
    let at = |t: f64| match t {
        0.0 => a,
        1.0 => b,
        t => (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1)),
    };
    (from <= to).then(|| (at(from), at(to)))
}

/// The curve without points that are nearer than `far` to the line between those that stay (Douglas and Peucker, 1973).
pub(crate) fn simplify(curve: &[Point], far: f64) -> Vec<Point> {
    let [first, .., last] = curve else { return curve.to_vec() };
    let distance = |p: &Point| {
        let (dx, dy) = (last.0 - first.0, last.1 - first.1);
        let (x, y) = (p.0 - first.0, p.1 - first.1);
        let along = ((x * dx + y * dy) / (dx * dx + dy * dy).max(1e-30)).clamp(0.0, 1.0);
        (x - along * dx).hypot(y - along * dy)
    };
    let farthest = (1..curve.len() - 1).max_by(|&i, &j| distance(&curve[i]).total_cmp(&distance(&curve[j])));
    match farthest.filter(|&i| distance(&curve[i]) > far) {
        Some(i) => {
            let mut kept = simplify(&curve[..=i], far);
            kept.pop();
            kept.extend(simplify(&curve[i..], far));
            kept
        }
        None => vec![*first, *last],
    }
}
