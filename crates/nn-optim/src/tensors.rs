//! Which tensor lies where in θ: names and lengths, as plain data.

use std::ops::Range;

/// The named tensors in a flat θ, one behind the other and without gaps. Those of a model are made by `tensors_of(&model)` of
/// `nn-train`, which is in the facade's prelude.
///
/// ```
/// use nn_optim::Tensors;
/// let tensors = Tensors::new([("0.weight", 0..6), ("0.bias", 6..8)])?;
/// assert_eq!(tensors.name_at(7), Some("0.bias"));
/// // Where an optimizer wants to know rows, with the shapes.
/// let tensors = Tensors::with_shapes([("0.weight", vec![2, 3]), ("0.bias", vec![2])])?;
/// assert_eq!(tensors.len(), 8);
/// # Ok::<(), nn_optim::TensorsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tensors {
    names: Vec<String>,
    /// Where each begins, and where the last one ends.
    bounds: Vec<usize>,
    /// Elements of a row: everything but the first axis. 0 where that is not known, or the tensor is no matrix.
    rows: Vec<usize>,
    /// Whether shapes were told.
    has_shapes: bool,
}

/// Names, ranges or patterns that do not fit together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorsError {
    /// A tensor does not begin where the one before ends.
    #[error("tensor {name:?} lies at {range:?}, expected it to begin at {expected}, behind the one before")]
    Range {
        /// The tensor.
        name: String,
        /// Where it is said to lie.
        range: Range<usize>,
        /// Where the one before ends.
        expected: usize,
    },
    /// Two tensors have one name.
    #[error("there are two tensors named {name:?}")]
    Twice {
        /// The name.
        name: String,
    },
    /// A pattern that no name matches.
    #[error("pattern {pattern:?} matches no tensor, the names are: {}", .names.join(", "))]
    NoMatch {
        /// The pattern.
        pattern: String,
        /// The names there are.
        names: Vec<String>,
    },
    /// A tensor that had to be a matrix.
    #[error("tensor {name:?} is not known to be a matrix: use `Tensors::with_shapes`, or leave it out")]
    NoMatrix {
        /// The tensor.
        name: String,
    },
}

impl Tensors {
    /// Names and where each lies, in order.
    ///
    /// # Errors
    /// [`TensorsError`] where a range does not begin where the one before ends, the first at 0, or a name comes twice.
    pub fn new<S: Into<String>>(
        tensors: impl IntoIterator<Item = (S, Range<usize>)>,
    ) -> Result<Tensors, TensorsError> {
        Tensors::collect(tensors.into_iter().map(|(name, range)| (name.into(), range, 0)))
    }

    /// Names and shapes, in order. The first axis of a tensor of two or more counts its rows: the outputs of a dense layer or a
    /// convolution.
    ///
    /// # Errors
    /// [`TensorsError`] where a name comes twice.
    pub fn with_shapes<S: Into<String>, L: AsRef<[usize]>>(
        tensors: impl IntoIterator<Item = (S, L)>,
    ) -> Result<Tensors, TensorsError> {
        let mut end = 0;
        let tensors = Tensors::collect(tensors.into_iter().map(|(name, shape)| {
            let shape = shape.as_ref();
            let first = end;
            end += shape.iter().product::<usize>();
            let row = if shape.len() > 1 { shape[1..].iter().product() } else { 0 };
            (name.into(), first..end, row)
        }))?;
        Ok(Tensors { has_shapes: true, ..tensors })
    }

    fn collect(parts: impl Iterator<Item = (String, Range<usize>, usize)>) -> Result<Tensors, TensorsError> {
        let mut tensors = Tensors { bounds: vec![0], ..Tensors::default() };
        for (name, range, row) in parts {
            let expected = tensors.len();
            if range.start != expected || range.end < range.start {
                return Err(TensorsError::Range { name, range, expected });
            }
            if tensors.names.contains(&name) {
                return Err(TensorsError::Twice { name });
            }
            tensors.names.push(name);
            tensors.bounds.push(range.end);
            tensors.rows.push(row);
        }
        Ok(tensors)
    }

    /// The length of θ.
    #[allow(clippy::len_without_is_empty)] // no tensors are no special case
    pub fn len(&self) -> usize {
        self.bounds.last().copied().unwrap_or(0)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The tensor that position `index` of θ belongs to.
    pub fn name_at(&self, index: usize) -> Option<&str> {
        self.names.get(self.tensor_at(index)).map(String::as_str)
    }

    /// Where each tensor begins, and where the last one ends.
    pub(crate) fn bounds(&self) -> &[usize] {
        &self.bounds
    }

    /// The number of the tensor that position `index` belongs to; beyond the last one where it is outside θ.
    pub(crate) fn tensor_at(&self, index: usize) -> usize {
        // Empty tensors end where they begin, and are passed over.
        self.bounds[1..].partition_point(|&end| end <= index)
    }

    /// (rows, elements of a row) of tensor i, where it is a matrix.
    pub(crate) fn matrix(&self, i: usize) -> Option<(usize, usize)> {
        let (row, len) = (self.rows[i], self.bounds[i + 1] - self.bounds[i]);
        (row > 0).then(|| (len / row, row))
    }

    /// The elements of a unit of tensor i: a row of a matrix, all of what is none. `None` where shapes were not told.
    pub(crate) fn unit(&self, i: usize) -> Option<usize> {
        let all = self.bounds[i + 1] - self.bounds[i];
        self.has_shapes.then(|| self.matrix(i).map_or(all, |(_, row)| row).max(1))
    }

    /// The numbers of the tensors whose names match: a `*` stands for any letters, also none, also dots.
    pub(crate) fn matching(&self, pattern: &str) -> Result<Vec<usize>, TensorsError> {
        let found: Vec<usize> = (0..self.names.len()).filter(|&i| matches(pattern, &self.names[i])).collect();
        if found.is_empty() {
            return Err(TensorsError::NoMatch { pattern: pattern.into(), names: self.names.clone() });
        }
        Ok(found)
    }
}

/// Whether a name is a pattern's text, with any letters in the place of each `*`.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(name) = name.strip_prefix(head) else {
        return false;
    };
    // The first place where the next text fits leaves the most for what follows; the last text has to end the name.
    let mut texts: Vec<&str> = rest.split('*').collect();
    let last = texts.pop().unwrap_or_default();
    let mut left = name;
    for text in texts {
        match left.find(text) {
            Some(place) => left = &left[place + text.len()..],
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_letters() {
        let yes =
            [("*", ""), ("*.bias", "0.1.bias"), ("0.*", "0.weight"), ("*norm*weight", "2.norm.1.weight")];
        let no = [("", "a"), ("*.bias", "bias"), ("0.*", "10.weight"), ("a*a", "a"), ("*b*b*", "ab")];
        assert!(yes.iter().all(|(pattern, name)| matches(pattern, name)));
        assert!(!no.iter().any(|(pattern, name)| matches(pattern, name)));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let gap = Tensors::new([("a", 0..2), ("b", 3..4)]).unwrap_err().to_string();
        assert_eq!(gap, "tensor \"b\" lies at 3..4, expected it to begin at 2, behind the one before");
        assert_eq!(Tensors::new([("a", 0..1), ("a", 1..2)]), Err(TensorsError::Twice { name: "a".into() }));
        let error = Tensors::new([("0.weight", 0..2), ("0.bias", 2..3)]).unwrap().matching("*.bais");
        assert_eq!(
            error.unwrap_err().to_string(),
            "pattern \"*.bais\" matches no tensor, the names are: 0.weight, 0.bias"
        );
    }

    #[test]
    fn a_position_belongs_to_the_tensor_that_has_elements_there() {
        let tensors = Tensors::new([("none", 0..0), ("a", 0..2), ("no", 2..2), ("b", 2..3)]).unwrap();
        assert_eq!([0, 1, 2, 3].map(|i| tensors.name_at(i)), [Some("a"), Some("a"), Some("b"), None]);
    }
}
