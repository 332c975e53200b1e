//! Data sets that come with the crate, so that nothing is downloaded.
//!
//! | function | samples | features | targets | source |
//! |---|---|---|---|---|
//! | [`digits`] | 1,797 | 64 | 10 classes | UCI, optical recognition of handwritten digits |

mod digits;

pub use digits::digits;
