//! Where each named tensor lies in a flat vector: θ, its gradient, and the observed state.

use std::ops::{Index, Range};

use tensor_ops::{Shape, TensorError};

/// A named tensor in a flat vector.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The path of the layer and the parameter's own name, as in a PyTorch state dict: `"2.weight"`.
    pub name: String,
    /// Its shape; the elements are row-major.
    pub shape: Shape,
    /// The first element's position.
    pub offset: usize,
}

impl Entry {
    /// The positions of its elements.
    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset + self.shape.size()
    }
}

/// The table of the named tensors in a flat vector, in order and without gaps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    entries: Vec<Entry>,
    len: usize,
}

impl Layout {
    /// Adds a tensor at the end, where the whole stays within what memory can address.
    pub(crate) fn push(&mut self, name: String, shape: Shape) -> Result<Range<usize>, TensorError> {
        let end = self.len.checked_add(shape.size()).filter(|&end| end <= isize::MAX as usize);
        let end = end.ok_or(TensorError::TooLarge { shape })?;
        let entry = Entry { name, shape, offset: self.len };
        self.len = end;
        self.entries.push(entry);
        Ok(self.entries[self.entries.len() - 1].range())
    }

    /// The length of the flat vector.
    #[doc(alias = "num_parameters")]
    #[doc(alias = "count_params")]
    #[allow(clippy::len_without_is_empty)] // a network without parameters is no special case
    pub fn len(&self) -> usize {
        self.len
    }

    /// The entries in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of this name.
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The entry that holds position `index`, and the position inside it.
    pub fn locate(&self, index: usize) -> Option<(&Entry, usize)> {
        let entry = self.entries.iter().find(|entry| entry.range().contains(&index))?;
        Some((entry, index - entry.offset))
    }
}

/// A layer's tensors in a flat vector, in the order in which the layer declared them: `theta[0]` is the first.
#[derive(Debug, Clone, Copy)]
pub struct Params<'a, T> {
    flat: &'a [T],
    spans: &'a [Range<usize>],
}

impl<'a, T> Params<'a, T> {
    pub(crate) fn new(flat: &'a [T], spans: &'a [Range<usize>]) -> Self {
        Params { flat, spans }
    }

    /// The `i`-th declared tensor; `None` where the layer declared fewer.
    pub fn get(&self, i: usize) -> Option<&'a [T]> {
        Some(&self.flat[self.spans.get(i)?.clone()])
    }
}

impl<T> Index<usize> for Params<'_, T> {
    type Output = [T];
    fn index(&self, i: usize) -> &[T] {
        &self.flat[self.spans[i].clone()]
    }
}

/// A layer's tensors in a flat vector, to be written; otherwise as [`Params`].
#[derive(Debug)]
pub struct ParamsMut<'a, T> {
    flat: &'a mut [T],
    /// The position of the first element of `flat` in the whole.
    first: usize,
    spans: &'a [Range<usize>],
}

impl<'a, T> ParamsMut<'a, T> {
    pub(crate) fn new(flat: &'a mut [T], spans: &'a [Range<usize>]) -> Self {
        ParamsMut { flat, first: 0, spans }
    }

    /// As `new`, where `flat` begins with element `first` of the whole.
    pub(crate) fn of_part(flat: &'a mut [T], first: usize, spans: &'a [Range<usize>]) -> Self {
        ParamsMut { flat, first, spans }
    }

    /// The `i`-th declared tensor; `None` where the layer declared fewer.
    pub fn get(&mut self, i: usize) -> Option<&mut [T]> {
        let span = self.spans.get(i)?;
        Some(&mut self.flat[span.start - self.first..span.end - self.first])
    }
}
