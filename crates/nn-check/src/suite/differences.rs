//! Numbers that should be equal and are not, as a table.

use std::fmt::Write;

use nn_core::Scalar;

/// Differences of a tensor that are shown.
const SHOWN: usize = 4;

/// A tensor that was computed twice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a, T> {
    pub(super) name: &'static str,
    pub(super) left: &'a [T],
    pub(super) right: &'a [T],
}

/// Panics with the title and a table where the bits are not equal. A NaN equals nothing.
#[track_caller]
pub(super) fn check_equal<T: Scalar>(
    pairs: &[Pair<'_, T>],
    sides: [&str; 2],
    title: impl FnOnce() -> String,
) {
    if let Some(table) = difference_table(pairs, sides, |_, a, b| a != b) {
        panic!("{}\n{table}", title());
    }
}

/// The first elements of each tensor that differ, and how many do; `None` where none does.
pub(super) fn difference_table<T: Scalar>(
    pairs: &[Pair<'_, T>],
    [left, right]: [&str; 2],
    is_off: impl Fn(&Pair<'_, T>, T, T) -> bool,
) -> Option<String> {
    let name = pairs.iter().map(|pair| pair.name.len()).max()?;
    let mut table =
        format!("{:name$}  {:>12}  {:>8}  {left:>22}  {right:>22}", "tensor", "differ", "element");
    let mut any = false;
    for pair in pairs {
        let elements = pair.left.iter().zip(pair.right).enumerate();
        let off: Vec<(usize, f64, f64)> = elements
            .filter(|(_, (a, b))| is_off(pair, **a, **b))
            .map(|(i, (a, b))| (i, a.to_f64(), b.to_f64()))
            .collect();
        if pair.left.len() != pair.right.len() {
            any = true;
            let (a, b) = (pair.left.len(), pair.right.len());
            let _ = write!(table, "\n{:name$}  {a} elements beside {b}", pair.name);
        }
        any |= !off.is_empty();
        for (k, (i, a, b)) in off.iter().take(SHOWN).enumerate() {
            let (title, count) = match k {
                0 => (pair.name, format!("{} of {}", off.len(), pair.left.len())),
                _ => ("", String::new()),
            };
            let _ = write!(table, "\n{title:name$}  {count:>12}  {i:>8}  {a:>22.15e}  {b:>22.15e}");
        }
    }
    any.then_some(table)
}
