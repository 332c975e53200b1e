//! Data sets that come with the crate, so that nothing is downloaded. For made ones see [`synthetic`](crate::synthetic).
//!
//! | function | samples | features | targets | source |
//! |---|---|---|---|---|
//! | [`digits`] | 1,797 | 64 | 10 classes | UCI, optical recognition of handwritten digits |
//! | [`iris`] | 150 | 4 | 3 classes | Fisher 1936 |
//! | [`wine`] | 178 | 13 | 3 classes | UCI, wine recognition |
//! | [`breast_cancer`] | 569 | 30 | 2 classes | UCI, breast cancer Wisconsin (diagnostic) |
//! | [`diabetes`] | 442 | 10 | real values | Efron et al. 2004 |
//!
//! Each is a CSV file of scikit-learn's data (BSD-3-Clause), compressed by `gzip -9n`, whose checksum is checked when it is
//! unpacked; the SHA-256 of the CSV file stands beside the function.

mod digits;
mod tables;

pub use digits::digits;
pub use tables::{breast_cancer, diabetes, iris, wine};
