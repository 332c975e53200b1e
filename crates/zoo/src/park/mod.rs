//! The park: right gradients that a checker may stumble over.

mod curved;
mod kinks;
mod layers;
mod noise;
mod scales;
mod zero;

use crate::case::Right;

// The zoo has some of these with a wrong gradient.
pub(crate) use curved::{narrow_bump, ripple};
pub(crate) use kinks::{absolute, some_at};
pub(crate) use noise::{computed_in_f32, noisy};
pub(crate) use scales::{sizes_of_slopes, wave};
pub(crate) use zero::{bowl, dead};

/// All right gradients.
pub(crate) fn all() -> impl Iterator<Item = &'static Right> {
    let groups: [&'static [Right]; 6] =
        [kinks::CASES, scales::CASES, zero::CASES, noise::CASES, curved::CASES, layers::CASES];
    groups.into_iter().flatten()
}
