//! What moves elements about without computing with them, for every [`Element`](crate::Element).
//!
//! Two kernels carry nearly all of it: [`strided`] reads any grid of a tensor by one stride an axis (permute, slice,
//! flip, broadcast, tile), [`pick`] reads by a table of positions an axis (select, roll, pad, repeat).

mod broadcast;
mod flip;
mod gather;
mod join;
pub(crate) mod kernels;
mod layout;
mod one_hot;
mod order;
mod pad;
mod permute;
mod pick;
mod reshaping;
mod roll;
mod scatter;
mod select;
mod slice;
mod slice_assign;
mod sort;
mod split;
mod strided;
#[cfg(test)]
mod testing;
mod tile;
mod top_k;
mod transposition;
mod triangle;

pub use pad::Padding;
pub use slice::Slice;
pub(crate) use strided::arrange;
pub use top_k::TopK;
