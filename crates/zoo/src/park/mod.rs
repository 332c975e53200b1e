//! The park: right gradients that a checker may stumble over.

mod curved;
mod kinks;
mod layers;
mod noise;
mod scales;
mod zero;

use crate::case::Right;

/// All right gradients.
pub(crate) fn all() -> impl Iterator<Item = &'static Right> {
    let groups: [&'static [Right]; 6] =
        [kinks::CASES, scales::CASES, zero::CASES, noise::CASES, curved::CASES, layers::CASES];
    groups.into_iter().flatten()
}
