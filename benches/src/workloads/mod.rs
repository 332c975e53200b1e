//! The rows of the table. Their names are a contract: `README.md` lists them.

mod elementwise;
mod moves;
mod products;
mod rows;
mod steps;
mod updates;

pub(crate) use steps::{names, training};

use crate::workload::Workload;

/// What no row can get wrong: its shapes are written beside it.
const FITS: &str = "the shapes of a workload fit";

/// All rows, in the order of the table.
pub(crate) fn all() -> Vec<Workload> {
    let rows =
        [products::rows(), elementwise::rows(), rows::rows(), moves::rows(), updates::rows(), steps::rows()];
    rows.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn no_two_rows_have_the_same_name_and_each_has_a_group() {
        let all = super::all();
        let names: BTreeSet<&str> = all.iter().map(|w| &w.name[..]).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|w| !w.groups.is_empty() && w.ask["op"].is_string()));
    }
}
