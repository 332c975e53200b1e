//! What is said of a file whose tensors are not those of a network.

use tensor_ops::Shape;

use crate::Entry;

/// A tensor of another shape, with both shapes.
pub(crate) fn misshapen(entry: &Entry, found: &Shape) -> String {
    let mut reversed = found.as_slice().to_vec();
    reversed.reverse();
    let is_transposed = found.rank() > 1 && reversed == entry.shape.as_slice();
    let transposed = if is_transposed { TRANSPOSED } else { "" };
    format!("{} (expected {}, found {found}{transposed})", entry.name, entry.shape)
}

const TRANSPOSED: &str = ", its axes the other way round";

/// What can be done about names and shapes that differ.
pub(crate) fn hint(missing: &[String], unexpected: &[String], misshapen: &[String]) -> String {
    let mut hints = Vec::new();
    if let Some((theirs, ours)) = other_prefix(missing, unexpected) {
        hints.push(match (theirs, ours) {
            (theirs, "") => {
                format!("the file's names begin with {theirs:?}: strip it with `Weights::rename`")
            }
            ("", ours) => format!("the file's names lack {ours:?} in front: add it with `Weights::rename`"),
            (theirs, ours) => {
                format!(
                    "the file's names begin with {theirs:?} in the place of {ours:?}: see `Weights::rename`"
                )
            }
        });
    }
    if misshapen.iter().any(|what| what.contains(TRANSPOSED)) {
        hints.push(
            "weights are (outputs, inputs) here, as in PyTorch: transpose those of the file".to_string(),
        );
    }
    hints.push(
        "`load_weights` with `Weights` renames, and allows what is missing, unexpected or misshapen"
            .to_string(),
    );
    hints.join("; ")
}

/// What the names of the file begin with in the place of what the network's begin with, where that alone is the difference
/// for every missing tensor.
fn other_prefix<'a>(missing: &'a [String], unexpected: &'a [String]) -> Option<(&'a str, &'a str)> {
    let first = missing.first()?;
    let mut pairs = unexpected.iter().map(|theirs| {
        let shared = shared_end(first, theirs);
        (&theirs[..theirs.len() - shared], &first[..first.len() - shared])
    });
    pairs.find(|(theirs, ours)| {
        *theirs != *ours
            && missing.iter().all(|name| {
                let rest = name.strip_prefix(ours);
                rest.is_some_and(|rest| unexpected.iter().any(|u| u.strip_prefix(theirs) == Some(rest)))
            })
    })
}

/// The length of the longest end that two names share, which begins behind a dot or is a whole name.
fn shared_end(a: &str, b: &str) -> usize {
    let starts = std::iter::once(0).chain(a.match_indices('.').map(|(at, _)| at + 1));
    let mut ends = starts.map(|at| &a[at..]);
    let of_b = |end: &&str| b.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    ends.find(of_b).map_or(0, str::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn a_prefix_is_found() {
        let ours = names(&["0.weight", "0.bias", "2.weight"]);
        let theirs = names(&["net.0.bias", "net.0.weight", "net.2.weight", "step"]);
        assert_eq!(other_prefix(&ours, &theirs), Some(("net.", "")));
        assert_eq!(other_prefix(&theirs[..3], &ours), Some(("", "net.")));
        let renamed = names(&["body.0.weight", "body.0.bias"]);
        let other = names(&["trunk.0.weight", "trunk.0.bias"]);
        assert_eq!(other_prefix(&renamed, &other), Some(("trunk.", "body.")));
        assert!(hint(&ours, &theirs, &[]).starts_with("the file's names begin with \"net.\": strip it"));
    }

    #[test]
    fn other_names_have_no_prefix() {
        let ours = names(&["0.weight", "0.bias"]);
        assert_eq!(other_prefix(&ours, &names(&["fc1.weight", "fc2.bias"])), None);
        assert_eq!(other_prefix(&ours, &[]), None);
        assert_eq!(other_prefix(&[], &ours), None);
        assert!(hint(&ours, &[], &[]).starts_with("`load_weights`"));
    }

    #[test]
    fn axes_the_other_way_round_are_seen() {
        let entry = Entry { name: "0.weight".into(), shape: [8, 4].into(), offset: 0 };
        let what = misshapen(&entry, &[4, 8].into());
        assert_eq!(what, "0.weight (expected [8, 4], found [4, 8], its axes the other way round)");
        assert!(hint(&[], &[], &[what]).contains("transpose"));
        assert_eq!(misshapen(&entry, &[4, 4].into()), "0.weight (expected [8, 4], found [4, 4])");
    }
}
