//! Answers are compared before times are.

/// Two answers x and y agree where |x - y| ≤ absolute + relative·max(|x|, |y|), element by element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tolerance {
    pub(crate) relative: f32,
    pub(crate) absolute: f32,
}

impl Tolerance {
    /// Equal to the bit, but for the sign of zero and the payload of NaN: for what only moves numbers.
    pub(crate) const EXACT: Tolerance = Tolerance { relative: 0.0, absolute: 0.0 };
    /// Functions of single elements: some 20 units in the last place.
    pub(crate) const ELEMENT: Tolerance = Tolerance { relative: 2e-6, absolute: 1e-6 };

    /// Sums of `n` terms of size up to 1, in any order: a rounding error is 2⁻²⁴ times a partial sum of size √(n/3), and n of them
    /// with random signs are some 2⁻²⁴·n; this is three times that. Longer sums are pairwise on every side.
    pub(crate) fn sum_of(n: usize) -> Tolerance {
        Tolerance { relative: 1e-5, absolute: 1e-6 + 2e-7 * n.min(10_000) as f32 }
    }
}

/// Says where the answers differ most, if anywhere they should not.
pub(crate) fn compare(ours: &[f32], peers: &[f32], tolerance: Tolerance) -> Result<(), String> {
    if ours.len() != peers.len() {
        return Err(format!("{} elements are ours, {} the peer's", ours.len(), peers.len()));
    }
    let excess = |x: f32, y: f32| {
        if x == y || x.is_nan() && y.is_nan() {
            return 0.0;
        }
        let allowed = tolerance.absolute + tolerance.relative * x.abs().max(y.abs());
        let excess = (x - y).abs() / allowed;
        // A number against NaN, and two infinities, are as wrong as can be.
        if excess.is_nan() { f32::INFINITY } else { excess }
    };
    let wrong = ours.iter().zip(peers).enumerate().filter(|(_, (x, y))| excess(**x, **y) > 1.0);
    let count = wrong.clone().count();
    match wrong.max_by(|(_, (a, b)), (_, (c, d))| excess(**a, **b).total_cmp(&excess(**c, **d))) {
        None => Ok(()),
        Some((i, (x, y))) => Err(format!(
            "the answers differ in {count} of {} elements, most in element {i}: ours {x}, the peer's {y}",
            ours.len()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_found_and_named() {
        let x = [1.0, f32::NAN, f32::INFINITY, 0.0];
        assert_eq!(compare(&x, &x, Tolerance::EXACT), Ok(()));
        assert_eq!(compare(&[1.0], &[1.000001], Tolerance::ELEMENT), Ok(()));
        let wrong = [[1.1, 2.0], [f32::NAN, 2.0], [f32::INFINITY, 2.0]];
        for wrong in wrong {
            let message = compare(&[1.0, 2.0], &wrong, Tolerance::ELEMENT).unwrap_err();
            assert!(message.contains("1 of 2 elements, most in element 0"), "{message}");
        }
        assert!(compare(&[f32::INFINITY], &[f32::NEG_INFINITY], Tolerance::ELEMENT).is_err());
        assert!(compare(&[1.0], &[1.0, 1.0], Tolerance::ELEMENT).is_err());
    }

    #[test]
    fn a_missing_term_is_found() {
        for n in [1, 1024, 1 << 20] {
            assert!(Tolerance::sum_of(n).absolute < 0.01, "{n}");
        }
    }
}
