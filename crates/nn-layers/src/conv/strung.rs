//! Places strung together: short lines as one long one, what lies between them computed too and thrown away.

use tensor_ops::Real;
use tensor_ops::windows::Places;

/// Lines that lie one behind the other in both are one line.
pub(super) fn merged(mut p: Places) -> Places {
    if p.y_line == p.len && p.x_line == p.len {
        (p.len, p.lines) = (p.len * p.lines, 1);
        if p.y_plane == p.len && p.x_plane == p.len {
            (p.len, p.planes) = (p.len * p.planes, 1);
        }
    }
    p
}

/// The same places with all lines of a plane as one, and what lies between them in x, where that fills vectors better.
pub(super) fn strung(p: &Places) -> Option<Places> {
    /// Lanes of the widest vectors, of f32.
    const LANES: usize = 16;
    let len = (p.lines - 1).saturating_mul(p.x_line).saturating_add(p.len);
    let (one, many) = (len.div_ceil(LANES), p.lines.saturating_mul(p.len.div_ceil(LANES)));
    // The copy afterwards is worth some vectors too.
    (p.lines > 1 && one.saturating_mul(10) < many.saturating_mul(9)).then(|| Places {
        lines: 1,
        len,
        y_row: p.planes.saturating_mul(len),
        y: 0,
        y_plane: len,
        ..*p
    })
}

/// Copies the places of `whole` out of the lines strung together, for all channels.
pub(super) fn cut<T: Real>(whole: &Places, strung: &Places, from: &[T], to: &mut [T]) {
    for (from, to) in from.chunks_exact(strung.y_row).zip(to.chunks_exact_mut(whole.y_row)) {
        for plane in 0..whole.planes {
            for line in 0..whole.lines {
                let at = whole.y + plane * whole.y_plane + line * whole.y_line;
                let from = &from[plane * strung.y_plane + line * whole.x_line..][..whole.len];
                to[at..at + whole.len].copy_from_slice(from);
            }
        }
    }
}
