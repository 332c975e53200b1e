//! How a tensor reads: as NumPy's arrays do.
//!
//! `Display` is NumPy's `print`, `Debug` its `repr`: nested brackets, aligned columns, at most eight digits behind the
//! point, powers of ten where the numbers differ too much in size, and `...` for what lies between the three first and
//! last of each axis of a tensor of more than 1000 elements.

mod column;
mod layout;
#[cfg(test)]
mod tests;

use std::fmt::{self, Formatter};

use column::Column;
use layout::Layout;

use crate::Tensor;

/// Elements above which a tensor is summarised, and how many are shown at either end of an axis; NumPy's defaults.
const THRESHOLD: usize = 1000;
const EDGE: usize = 3;
/// The width of a page; NumPy's default.
const WIDTH: usize = 75;

/// As NumPy prints: `{}` with at most eight digits behind the point, `{:.3}` with exactly three, `{:#}` without leaving
/// anything out.
///
/// ```
/// use tensor_ops::Tensor;
/// let x = Tensor::from([[1.0, 2.5], [-3.0, 100.0]]);
/// assert_eq!(x.to_string(), "[[  1.    2.5]\n [ -3.  100. ]]");
/// assert_eq!(format!("{x:.2}"), "[[  1.00   2.50]\n [ -3.00 100.00]]");
/// assert_eq!(Tensor::from([true, false]).to_string(), "[ True False]");
/// assert_eq!(Tensor::<f32>::zeros([2000]).to_string(), "[0. 0. 0. ... 0. 0. 0.]");
/// ```
impl<T: fmt::Debug, S: AsRef<[T]>> fmt::Display for Tensor<T, S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let ([x], 0) = (self.as_slice(), self.shape().rank()) {
            return f.write_str(&column::scalar(x, f.precision()));
        }
        f.write_str(&text(self, f.precision(), !f.alternate(), " ", 0, WIDTH))
    }
}

/// As NumPy's `repr`: `Tensor(...)`, with the type where it is not Rust's own choice (f64 for numbers with a point), and
/// with the shape where it cannot be seen.
///
/// ```
/// use tensor_ops::Tensor;
/// let x = Tensor::from([[1.0f32, 2.0], [3.0, 4.0]]);
/// assert_eq!(format!("{x:?}"), "Tensor([[1., 2.],\n        [3., 4.]], dtype=f32)");
/// assert_eq!(format!("{:?}", Tensor::<f64>::zeros([0, 3])), "Tensor([], shape=[0, 3], dtype=f64)");
/// ```
// No bound but that of the trait, so that `derive(Debug)` works on what holds a tensor.
impl<T: fmt::Debug, S: AsRef<[T]>> fmt::Debug for Tensor<T, S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let prefix = "Tensor(";
        let inside = text(self, f.precision(), true, ", ", prefix.len(), WIDTH - ")".len());
        let (dtype, size) = (std::any::type_name::<T>(), self.shape().size());
        let mut extras = Vec::new();
        if size > THRESHOLD || (size == 0 && self.shape().rank() > 1) {
            extras.push(format!("shape={}", self.shape()));
        }
        if dtype == "f32" || size == 0 {
            extras.push(format!("dtype={dtype}"));
        }
        if extras.is_empty() {
            return write!(f, "{prefix}{inside})");
        }
        let (text, extras) = (format!("{prefix}{inside},"), extras.join(", "));
        let last = text.len() - text.rfind('\n').map_or(0, |at| at + 1);
        let is_full = last + extras.len() + ") ".len() > WIDTH;
        let gap = if is_full { format!("\n{:1$}", "", prefix.len()) } else { " ".to_string() };
        write!(f, "{text}{gap}{extras})")
    }
}

fn text<T: fmt::Debug, S: AsRef<[T]>>(
    x: &Tensor<T, S>,
    precision: Option<usize>,
    may_summarise: bool,
    separator: &str,
    indent: usize,
    width: usize,
) -> String {
    let data = x.as_slice();
    if data.is_empty() {
        return "[]".to_string();
    }
    let edge = (may_summarise && data.len() > THRESHOLD).then_some(EDGE);
    let layout = Layout { shape: x.shape().as_slice(), separator, edge };
    let shown = layout.shown();
    let column = Column::new(shown.iter().map(|&at| &data[at]), precision, x.shape().rank());
    let cells: Vec<String> = shown.iter().map(|&at| column.cell(&data[at])).collect();
    layout.text(&cells, indent, width)
}
