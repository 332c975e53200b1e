//! How a tensor reads.

use std::fmt;

use crate::Tensor;

impl<T: fmt::Debug, S: AsRef<[T]>> fmt::Debug for Tensor<T, S> {
    /// The shape and up to 32 elements.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let x = self.as_slice();
        write!(f, "Tensor<{}>{} ", std::any::type_name::<T>(), self.shape())?;
        if x.len() <= 32 {
            write!(f, "{x:?}")
        } else {
            write!(f, "[{:?}, {:?}, {:?}, .. , {:?}]", x[0], x[1], x[2], x.last())
        }
    }
}
