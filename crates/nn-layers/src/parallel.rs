//! Branches side by side.

use std::sync::Arc;

use nn_core::{BindError, BindErrorKind, Builder, Layer, MAX_INPUTS, Value};

use crate::{Add, Concat};

/// Several layers that read the same input; their outputs are added, or put one behind the other along an axis of a sample.
///
/// Parameters are named by the branch: `"0.weight"`, `"1.0.bias"`. A branch that is the identity is an empty `Sequential`.
///
/// ```
/// use nn_core::Layer;
/// use nn_layers::{Dense, Parallel, Relu, Sequential};
/// let deep = || Sequential::new().push(Dense::new(8)).push(Relu).push(Dense::new(3));
/// let wide_and_deep = Parallel::sum().push(Dense::new(3)).push(deep());
/// assert_eq!(wide_and_deep.bind([5])?.output_shape(), &[3].into());
/// let side_by_side = Parallel::concat(-1).push(Sequential::new()).push(deep());
/// assert_eq!(side_by_side.bind([5])?.output_shape(), &[8].into());
/// # Ok::<(), nn_core::BindError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Parallel {
    branches: Vec<Arc<dyn Layer>>,
    /// The axis to put outputs behind each other; they are added where there is none.
    axis: Option<isize>,
}

impl Parallel {
    /// y = Σ branch(x).
    pub fn sum() -> Parallel {
        Parallel { branches: Vec::new(), axis: None }
    }

    /// The outputs one behind the other along `axis` of a sample, negative from the end.
    pub fn concat(axis: isize) -> Parallel {
        Parallel { branches: Vec::new(), axis: Some(axis) }
    }

    /// Adds a branch.
    #[must_use]
    pub fn push(mut self, branch: impl Layer + 'static) -> Parallel {
        self.branches.push(Arc::new(branch));
        self
    }
}

impl Layer for Parallel {
    fn build(&self, net: &mut Builder, x: Value) -> Result<Value, BindError> {
        let branches = self.branches.iter().enumerate();
        let outputs = branches.map(|(i, branch)| net.child(&i.to_string(), &**branch, x));
        let outputs: Vec<Value> = outputs.collect::<Result<_, _>>()?;
        let Some((&first, rest)) = outputs.split_first() else {
            return Err(net.refuse("Parallel", &[x], BindErrorKind::Setting { what: "no branches".into() }));
        };
        match self.axis {
            None => rest.iter().try_fold(first, |sum, &y| net.apply(Add, &[sum, y])),
            // So many at a time as an operation takes.
            Some(axis) => rest.chunks(MAX_INPUTS - 1).try_fold(first, |all, more| {
                let inputs: Vec<Value> = [all].iter().chain(more).copied().collect();
                net.apply(Concat::new(axis, inputs.len()), &inputs)
            }),
        }
    }
}

#[cfg(test)]
use crate::{Dense, Sequential, Tanh};
#[cfg(test)]
nn_check::suite!(
    Parallel::sum().push(Dense::new(3)).push(Sequential::new().push(Tanh).push(Dense::new(3))).push(Dense::new(3)),
    input: [4], batch: 3, refuses: [&[]]
);
#[cfg(test)]
nn_check::suite!(
    six_side_by_side: (1..6).fold(Parallel::concat(0).push(Sequential::new()), |all, n| all.push(Dense::new(n))),
    input: [2], batch: 3
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_that_do_not_fit_are_refused() {
        let error = Parallel::sum().bind([2]).unwrap_err().to_string();
        assert_eq!(error, "Parallel: no branches (input shape [m, 2])");
        let apart = |all: Parallel| all.push(Dense::new(2)).push(Dense::new(3)).bind([4]).unwrap_err();
        assert!(apart(Parallel::sum()).to_string().contains("[m, 2] and [m, 3]"));
        let error = Sequential::new().push(Tanh).push(Parallel::concat(1).push(Tanh).push(Tanh)).bind([4]);
        assert!(error.unwrap_err().to_string().starts_with("layers.1 (Concat): "));
    }
}
