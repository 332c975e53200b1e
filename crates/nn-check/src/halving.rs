//! From a direction along which a slope is wrong to the elements that make it so.

use std::ops::Range;

/// Ranges this short are looked at element by element.
const SHORT: usize = 8;

/// Ranges that are followed at a time, the worst ones: what is wrong everywhere need not be halved everywhere.
const FOLLOWED: usize = 8;

/// Halves `range`, and the halves that are off, down to the elements; some of them where they are many. `excess` says for each range how many
/// times the difference is what round-off explains: more than 1 is off.
pub(crate) fn halve(range: Range<usize>, mut excess: impl FnMut(&[Range<usize>]) -> Vec<f64>) -> Vec<usize> {
    let (mut ranges, mut found) = (vec![range], Vec::new());
    while !ranges.is_empty() {
        let (short, long): (Vec<_>, Vec<_>) = ranges.into_iter().partition(|r| r.len() <= SHORT);
        found.extend(short.into_iter().flatten());
        let halves = long.into_iter().flat_map(|r| {
            let middle = r.start + r.len() / 2;
            [r.start..middle, middle..r.end]
        });
        let halves: Vec<Range<usize>> = halves.collect();
        let excesses = excess(&halves);
        let mut off: Vec<_> = halves.into_iter().zip(excesses).filter(|(_, excess)| *excess > 1.0).collect();
        off.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranges = off.into_iter().take(FOLLOWED).map(|(range, _)| range).collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_are_off_are_followed_to_their_elements() {
        let wrong = [3, 700];
        let found = halve(0..1000, |ranges| {
            ranges.iter().map(|r| if wrong.iter().any(|i| r.contains(i)) { 2.0 } else { 0.5 }).collect()
        });
        assert!(wrong.iter().all(|i| found.contains(i)) && found.len() <= 16, "{found:?}");
    }
}
