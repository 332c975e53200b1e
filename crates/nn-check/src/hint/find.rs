//! From the numbers of a wrong tensor to what may be the matter.

use tensor_ops::Shape;

use super::{Hint, Missing, offset, order, place};
use crate::{Element, Verdict};

/// The numbers of a wrong tensor. Where only some elements were looked at, `index` says which, and what needs the order of a whole
/// tensor is not asked.
pub(crate) struct Case<'a> {
    pub(crate) shape: Shape,
    pub(crate) elements: &'a [Element],
    /// θ at these elements.
    pub(crate) theta: Vec<f64>,
    /// Samples of the batch.
    pub(crate) samples: Option<usize>,
    /// The numerical gradients of other tensors and parts with as many elements.
    pub(crate) others: Vec<Vec<f64>>,
    /// The numerical gradient without the first and without the last sample, where there are samples.
    pub(crate) without: Vec<(Missing, Vec<f64>)>,
}

impl Case<'_> {
    pub(crate) fn analytic(&self) -> Vec<f64> {
        self.elements.iter().map(|e| e.analytic).collect()
    }

    /// NaN at kinks.
    pub(crate) fn numeric(&self) -> Vec<f64> {
        self.elements.iter().map(|e| e.numeric).collect()
    }

    /// Whether every element is there, in order.
    pub(crate) fn is_whole(&self) -> bool {
        self.elements.len() == self.shape.size()
    }

    /// Whether `candidate` explains a: what remains is round-off, or a hundredth of a - n and a hundred-thousandth of both.
    pub(crate) fn explains(&self, candidate: &[f64]) -> bool {
        let (mut rest, mut size, mut noise, mut error, mut seen) = (0.0, 0.0, 0.0, 0.0, 0);
        for (e, c) in self.elements.iter().zip(candidate) {
            if e.numeric.is_nan() || c.is_nan() {
                continue;
            }
            seen += 1;
            rest += (e.analytic - c).powi(2);
            size += e.analytic.powi(2) + c.powi(2);
            noise += e.noise.powi(2);
            error += (e.analytic - e.numeric).powi(2);
        }
        seen > 0 && rest <= (1e-10 * size).min(1e-4 * error).max(noise.min(1e-4 * error))
    }

    /// Everything that fits, the most telling first.
    pub(crate) fn hints(&self) -> Vec<Hint> {
        let a = self.analytic();
        if a.iter().any(|a| !a.is_finite()) {
            return vec![Hint::NotFinite];
        }
        let n = self.numeric();
        if a.iter().all(|&a| a == 0.0) {
            return vec![Hint::Zero];
        }
        let mut hints = self.ratio(&n);
        hints.extend(order::hints(self));
        hints.extend(self.missing_sample());
        hints.extend(offset::hints(self, &hints));
        // A factor is everywhere.
        if !hints.iter().any(|hint| matches!(hint, Hint::Sign | Hint::BatchSize(_) | Hint::Ratio(_))) {
            hints.extend(place::hints(self));
        }
        hints
    }

    /// a = r n.
    fn ratio(&self, n: &[f64]) -> Vec<Hint> {
        let Some(r) = self.factor(n) else { return Vec::new() };
        let near = |x: f64| (r / x - 1.0).abs() <= 1e-4;
        let of_batch = self.samples.map(|m| m as f64).filter(|&m| m > 1.0 && (near(m) || near(1.0 / m)));
        if near(-1.0) {
            vec![Hint::Sign]
        } else if let Some(m) = of_batch {
            // A batch of two cannot be told from a factor of two.
            let either = m == 2.0;
            [Hint::BatchSize(r)].into_iter().chain(either.then_some(Hint::Ratio(r))).collect()
        } else if self.elements.len() > 1 || [2.0, 0.5, 3.0, 4.0, 0.25].map(f64::abs).iter().any(|&x| near(x))
        {
            // One element has a ratio in any case; only a simple one says something.
            vec![Hint::Ratio(r)]
        } else {
            Vec::new()
        }
    }

    /// r where a = r·`of` with some r other than 0.
    pub(crate) fn factor(&self, of: &[f64]) -> Option<f64> {
        let pairs = || self.elements.iter().zip(of).filter(|(e, n)| !e.numeric.is_nan() && n.is_finite());
        let (above, below) =
            pairs().fold((0.0, 0.0), |(above, below), (e, n)| (above + e.analytic * n, below + n * n));
        let r: f64 = above / below;
        if !r.is_finite() || r == 0.0 {
            return None;
        }
        let scaled: Vec<f64> = of.iter().map(|n| r * n).collect();
        self.explains(&scaled).then_some(r)
    }

    /// A gradient without the share of the first or the last sample, perhaps averaged over the others.
    fn missing_sample(&self) -> Vec<Hint> {
        let fits = |n: &[f64]| {
            self.explains(n)
                || self.samples.is_some_and(|m| {
                    let over_rest = m as f64 / (m as f64 - 1.0);
                    m > 1 && self.factor(n).is_some_and(|r| (r / over_rest - 1.0).abs() < 1e-4)
                })
        };
        self.without.iter().filter(|(_, n)| fits(n)).map(|(which, _)| Hint::Sample(*which)).collect()
    }

    pub(crate) fn wrong(&self) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(|e| e.verdict == Verdict::Wrong)
    }
}
