//! N-dimensional tensors with NumPy's rules for `f32` and `f64`.
//!
//! | you need | it is |
//! |---|---|
//! | an array of any rank up to 8 | [`Tensor`], with its [`Shape`]; borrowed: [`View`], [`ViewMut`] |
//! | functions of each element, broadcasting | [`Tensor::exp`], [`Tensor::add`], [`Tensor::greater`], [`Tensor::where_cond`], ... in three forms: owned, `_into`, `_in_place` |
//! | the same over flat buffers | [`slices`] |
//! | sums, means, extremes, positions over axes | [`Tensor::sum`], [`Tensor::max`], [`Tensor::argmax`], ..., over [`Axes`] |
//! | softmax, running sums | [`Tensor::softmax`], [`Tensor::log_softmax`], [`Tensor::logsumexp`], [`Tensor::cumsum`] |
//! | the transpose of broadcasting | [`Tensor::sum_to`] |
//! | another shape | [`Tensor::reshape`], [`Tensor::permute`], [`Tensor::concat`], [`Tensor::slice`], [`Tensor::pad`], ... |
//! | elements by position | [`Tensor::index_select`], [`Tensor::gather`], [`Tensor::scatter_add`], [`Tensor::one_hot`], [`Tensor::sort`], [`Tensor::top_k`] |
//! | norms | [`Tensor::norm`], [`Tensor::matrix_norm`] |
//! | a tensor from a rule or a range | [`Tensor::from_fn`], [`Tensor::eye`], [`Tensor::arange`], [`Tensor::linspace`] |
//! | random tensors | [`Tensor::randn`], [`Tensor::uniform`], [`Tensor::normal`], [`Tensor::truncated_normal`] |
//! | the matrix product | [`Tensor::matmul`], [`Tensor::matmul_with`]; on bare slices [`matmul::gemm`] |
//! | other products | [`Tensor::dot`], [`Tensor::inner`], [`Tensor::outer`], [`einsum`] |
//! | nalgebra's decompositions | [`Tensor::as_matrix`], and [`linalg`] both ways |
//! | work on several threads with equal bits | [`pool`] |
//! | random numbers that do not depend on execution order | [`random::Stream`] |
#![cfg_attr(feature = "ndarray", doc = "| arrays of the crate ndarray | [`nd`] both ways |")]
#![cfg_attr(feature = "safetensors", doc = "| tensors in a file | [`file::TensorFile`] |")]
//!
//! ```
//! use tensor_ops::{Axes, Norm, Tensor};
//! let x = Tensor::from([[3.0, 4.0], [6.0, 8.0]]);
//! let unit = x.divide(&x.norm(Norm::L2, Axes::from(1).keepdims())?)?;
//! assert_eq!(unit, Tensor::from([[0.6, 0.8], [0.6, 0.8]]));
//! # Ok::<(), tensor_ops::TensorError>(())
//! ```
#![deny(missing_docs)]

mod alloc;
mod axes;
mod create;
mod display;
mod einsum;
mod element;
mod elementwise;
mod error;
#[cfg(feature = "safetensors")]
pub mod file;
mod gemm;
mod index;
pub mod linalg;
mod math;
pub mod matmul;
mod matrix;
#[cfg(feature = "ndarray")]
pub mod nd;
mod norm;
pub mod pool;
mod product;
pub mod random;
mod real;
pub mod reduce;
#[cfg(feature = "serde")]
mod serial;
mod shape;
mod shaping;
pub mod simd;
mod tensor;
mod view;
mod walk;
pub mod windows;

pub use axes::Axes;
pub use einsum::einsum;
pub use element::Element;
pub use elementwise::slices;
pub use error::TensorError;
pub use norm::{MatrixNorm, Norm};
pub use product::Product;
pub use real::Real;
pub use shape::{MAX_RANK, Shape};
pub use shaping::{Padding, Slice, TopK};
pub use tensor::Tensor;
pub use view::{View, ViewMut};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
