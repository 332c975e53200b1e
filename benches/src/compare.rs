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

/// How θ after some steps is compared: ‖ours - peer's‖ ≤ distance·‖ours - start‖. Element by element would be no fair test, since
/// an optimizer may divide by a gradient that is all rounding error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Way {
    /// Elements of θ; what follows in an answer are losses.
    pub(crate) theta: usize,
    pub(crate) distance: f64,
}

/// Compares θ over the way from its start, and the losses element by element.
pub(crate) fn compare_trained<'a>(
    start: impl Iterator<Item = &'a f32>,
    ours: &[f32],
    peers: &[f32],
    way: Way,
    losses: Tolerance,
) -> Result<(), String> {
    if ours.len() != peers.len() {
        return Err(format!("{} elements are ours, {} the peer's", ours.len(), peers.len()));
    }
    let ((a, our_losses), (b, their_losses)) = (ours.split_at(way.theta), peers.split_at(way.theta));
    compare(our_losses, their_losses, losses).map_err(|e| format!("losses: {e}"))?;
    let square = |x: f32, y: f32| (f64::from(x) - f64::from(y)).powi(2);
    let apart: f64 = a.iter().zip(b).map(|(x, y)| square(*x, *y)).sum();
    let gone: f64 = start.zip(a).map(|(x, y)| square(*x, *y)).sum();
    let distance = (apart / gone).sqrt();
    // NaN is no agreement.
    if distance <= way.distance {
        return Ok(());
    }
    Err(format!("the ways of θ differ by {distance:.1e} of their length, {:.0e} is allowed", way.distance))
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

    #[test]
    fn theta_is_compared_over_the_way_that_it_went() {
        let way = Way { theta: 3, distance: 1e-2 };
        let (start, ours) = ([1.0, 2.0, 3.0], [1.1, 2.1, 2.9, 0.7]);
        let compare = |peers: &[f32]| compare_trained(start.iter(), &ours, peers, way, Tolerance::ELEMENT);
        assert_eq!(compare(&ours), Ok(()));
        assert_eq!(compare(&[1.1001, 2.1, 2.9, 0.7]), Ok(()));
        let untrained = compare(&[1.0, 2.0, 3.0, 0.7]).unwrap_err();
        assert!(untrained.contains("differ by 1.0e0 of their length"), "{untrained}");
        assert!(compare(&[1.1, 2.1, 2.9, 0.71]).unwrap_err().starts_with("losses: "));
        assert!(compare(&[1.1, f32::NAN, 2.9, 0.7]).is_err());
        assert!(compare(&ours[1..]).is_err());
    }
}
