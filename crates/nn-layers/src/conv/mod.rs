//! Convolutions over one to three spatial axes.

mod axis;
mod direct;
mod fast;
mod geometry;
mod layout;
mod strung;
mod sums;
mod transpose;
mod turned;

pub use axis::{Padding, PaddingMode};
pub use direct::{Conv, Conv1d, Conv2d, Conv3d};
pub use transpose::{ConvTranspose, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d};

use nn_core::BindErrorKind;
use tensor_ops::Shape;

/// What an error says of an axis that is too short: the channels may stand where the width should.
pub(crate) const CHANNELS_FIRST: &str = " (the channels are the first axis of a sample, as in [m, C, H, W])";

/// The channels and the `N` spatial lengths of a sample, with axes of length 1 in front up to three.
pub(crate) fn image<const N: usize>(input: &Shape) -> Result<(usize, [usize; 3]), BindErrorKind> {
    const EXPECTED: [&str; 4] = [
        "",
        "samples of shape [m, C, W]",
        "images of shape [m, C, H, W]",
        "samples of shape [m, C, D, H, W]",
    ];
    match input.as_slice() {
        [channels, spatial @ ..] if spatial.len() == N && (1..=3).contains(&N) => {
            Ok((*channels, front(spatial, 1)))
        }
        _ => Err(BindErrorKind::Rank { expected: EXPECTED[N.min(3)] }),
    }
}

/// Up to three numbers, one for each axis, with `fill` for the axes in front that are not there.
fn front<T: Copy>(numbers: &[T], fill: T) -> [T; 3] {
    let mut all = [fill; 3];
    all[3 - numbers.len()..].copy_from_slice(numbers);
    all
}

/// A shape of channels and the last `N` lengths.
pub(crate) fn shape<const N: usize>(first: &[usize], lengths: [usize; 3]) -> Result<Shape, BindErrorKind> {
    Ok(Shape::new(&[first, &lengths[3 - N..]].concat())?)
}
