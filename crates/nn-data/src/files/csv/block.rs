//! A block of plain lines that are nothing but numbers, on several threads.

use std::sync::Mutex;

use tensor_ops::{Real, pool};

use super::decimal::decimal;

/// Pieces of a block: 128 KB of 1 MB, some hundred microseconds each.
const PIECES: usize = 8;

/// The numbers of some lines.
#[derive(Debug)]
pub(super) struct Numbers<T> {
    pub(super) inputs: Vec<T>,
    pub(super) targets: Vec<T>,
    /// Lines with numbers, and line feeds in all.
    pub(super) lines: usize,
    pub(super) feeds: u64,
}

/// What a line is made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout<'a> {
    pub(super) delimiter: u8,
    /// The columns of features; those behind are of targets.
    pub(super) features: usize,
    pub(super) targets: usize,
    /// For each cell of a line its column, if it has one.
    pub(super) plan: &'a [Option<usize>],
}

/// All pieces in their order, or `None` where something is no number: then somebody who can say what has to look at it. Meanwhile
/// one thread does something else first: it reads what comes next.
pub(super) fn numbers<T: Real>(
    bytes: &[u8],
    layout: Layout<'_>,
    meanwhile: impl FnMut() + Send,
) -> Option<Vec<Numbers<T>>> {
    let mut cuts = vec![0];
    for piece in 1..PIECES {
        let from = (piece * bytes.len() / PIECES).max(cuts[piece - 1]);
        let feed = bytes[from..].iter().position(|b| *b == b'\n');
        cuts.push(feed.map_or(bytes.len(), |at| from + at + 1));
    }
    cuts.push(bytes.len());
    let done: Vec<Mutex<Option<Numbers<T>>>> = (0..PIECES).map(|_| Mutex::new(None)).collect();
    let meanwhile = Mutex::new(meanwhile);
    pool::for_each(PIECES + 1, |piece| {
        let Some(piece) = piece.checked_sub(1) else {
            if let Ok(mut meanwhile) = meanwhile.lock() {
                meanwhile();
            }
            return;
        };
        let numbers = lines(&bytes[cuts[piece]..cuts[piece + 1]], layout);
        if let Ok(mut place) = done[piece].lock() {
            *place = numbers;
        }
    });
    done.into_iter().map(|piece| piece.into_inner().ok().flatten()).collect()
}

fn lines<T: Real>(bytes: &[u8], layout: Layout<'_>) -> Option<Numbers<T>> {
    let Layout { delimiter, features, targets, plan } = layout;
    // A guess: about as many bytes as the numbers have as text.
    let capacity = bytes.len() / size_of::<T>() / 2;
    let mut out = Numbers { inputs: Vec::with_capacity(capacity), targets: Vec::new(), lines: 0, feeds: 0 };
    let mut row = vec![T::ZERO; features + targets];
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\n' {
            at += 1;
            out.feeds += 1;
            continue;
        }
        for (cell, column) in plan.iter().enumerate() {
            let length = match column {
                Some(column) => {
                    let (x, length) =
                        decimal(&bytes[at..], delimiter).or_else(|| other(&bytes[at..], delimiter))?;
                    row[*column] = T::from_f64(x);
                    if !row[*column].is_finite() {
                        return None;
                    }
                    length
                }
                None => {
                    let length = length(&bytes[at..], delimiter);
                    // A quote may hold delimiters and line feeds.
                    if bytes[at..at + length].iter().any(|b| matches!(b, b'"' | b'\r')) {
                        return None;
                    }
                    length
                }
            };
            at += length;
            let ends = bytes.get(at).is_none_or(|b| *b == b'\n');
            if ends != (cell + 1 == plan.len()) {
                return None;
            }
            out.feeds += u64::from(ends && at < bytes.len());
            at += 1;
        }
        out.inputs.extend_from_slice(&row[..features]);
        out.targets.extend_from_slice(&row[features..]);
        out.lines += 1;
    }
    Some(out)
}

/// The length of a cell.
fn length(bytes: &[u8], delimiter: u8) -> usize {
    bytes.iter().position(|b| *b == delimiter || *b == b'\n').unwrap_or(bytes.len())
}

/// A number that is no plain decimal, and the length of its cell.
#[cold]
fn other(bytes: &[u8], delimiter: u8) -> Option<(f64, usize)> {
    let length = length(bytes, delimiter);
    let x = std::str::from_utf8(&bytes[..length]).ok()?.trim().parse().ok()?;
    Some((x, length))
}
