//! The findings of one tensor, judged.

use tensor_ops::{Real, Shape};

use crate::direction::{Seen, WrongSlope};
use crate::element::Scale;
use crate::numeric::{Outcome, root_mean_square};
use crate::{Band, Element, Hint, Verdict};

/// The share of a tensor's elements that may lie on kinks, or be lost in round-off. A tensor may be small.
const MOST_UNSEEN: f64 = 0.5;

/// The round-off of a tensor, relative to ‖a‖ + ‖n‖, above which agreement says nothing: the course's "look again".
const BLURRED: f64 = 1e-5;

/// An analytic gradient this small beside the largest of the report is the round-off of a backward pass whose terms cancel, as that of a
/// bias before a batch norm.
const CANCELLED: f64 = 1e-12;

/// How many of the worst elements a tensor remembers.
pub(crate) const WORST: usize = 16;

/// The findings of one tensor.
///
/// ```
/// use nn_check::Verdict;
/// let report = nn_check::check_gradient(|t| t[0] * t[1], &[2.0, 3.0], &[3.0, 2.0]);
/// let tensor = &report.tensors()[0];
/// assert_eq!((tensor.verdict(), tensor.compared, tensor.name.as_str()), (Verdict::Correct, 2, "theta"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tensor {
    /// Its name: `"2.weight"`, or `"input"`.
    pub name: String,
    /// What it is a gradient of, where a report has several parts: `"penalty"`.
    pub part: String,
    /// Its shape.
    pub shape: Shape,
    /// How many elements were compared.
    pub compared: usize,
    /// How many were not, because `f` has a kink there.
    pub excluded: usize,
    /// How many were not, or say nothing, because of round-off.
    pub inconclusive: usize,
    /// How many were not, because `f` is NaN or infinite there or to one side: none of them may be, for the tensor to pass.
    pub undefined: usize,
    /// How many are wrong.
    pub wrong: usize,
    /// ‖a - n‖ / (‖a‖ + ‖n‖) over the compared elements; 0 where both vanish.
    pub distance: f64,
    pub(crate) verdict: Verdict,
    pub(crate) hints: Vec<Hint>,
    /// The worst first.
    pub(crate) worst: Vec<Element>,
    /// What the squares are in units of: the largest number among those compared, so that none of 1e200 overflows, and none of 1e-200
    /// vanishes.
    pub(crate) unit: f64,
    /// ‖a - n‖², ‖a‖² and ‖n‖², for the distance over several tensors.
    pub(crate) squares: [f64; 3],
    /// The square of how far round-off may have moved the numerical gradient.
    pub(crate) noise: f64,
    /// Whether the function does not depend on this tensor at all.
    pub(crate) unreached: bool,
    /// For each random direction, how much it may be off before the verdict is wrong, relative to the norm of the gradient.
    pub(crate) directions: Vec<f64>,
    /// Whether it stands beside what is checked, and decides only where it is wrong.
    pub(crate) aside: bool,
    /// The slope along a direction, where it alone made the tensor wrong.
    pub(crate) decided: Option<WrongSlope>,
}

impl Tensor {
    /// The findings for the elements that were looked at. `largest` is the root mean square of the largest analytic gradient of the
    /// report. With them comes each element's own verdict.
    pub(crate) fn judge(
        name: &str,
        shape: Shape,
        analytic: &[f64],
        outcomes: &[(usize, Outcome)],
        tolerance: f64,
        largest: f64,
    ) -> (Tensor, Vec<Element>) {
        let finite = |x: &&f64| x.is_finite();
        let finite: Vec<f64> = analytic.iter().filter(finite).copied().collect();
        let typical = root_mean_square(&finite);
        let scale = Scale { tolerance, typical, largest: finite.iter().fold(0.0, |m, x| m.max(x.abs())) };
        let elements: Vec<Element> =
            outcomes.iter().map(|&(i, outcome)| Element::judge(i, analytic[i], outcome, &scale)).collect();
        let count = |verdict| elements.iter().filter(|e| e.verdict == verdict).count();
        let undefined = outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Undefined).count();
        let is_bent = |outcome: &Outcome| matches!(outcome, Outcome::Bend { .. } | Outcome::Kink);
        let mut tensor = Tensor {
            name: name.to_string(),
            part: String::new(),
            shape,
            compared: elements.iter().filter(|e| e.is_compared()).count(),
            excluded: elements
                .iter()
                .zip(outcomes)
                .filter(|(e, (_, outcome))| !e.is_compared() && is_bent(outcome))
                .count(),
            inconclusive: count(Verdict::Inconclusive) - undefined,
            undefined,
            wrong: count(Verdict::Wrong),
            distance: 0.0,
            verdict: Verdict::Vacuous,
            hints: Vec::new(),
            worst: Vec::new(),
            unit: unit(&elements),
            squares: [0.0; 3],
            noise: 0.0,
            unreached: false,
            directions: Vec::new(),
            aside: false,
            decided: None,
        };
        for e in elements.iter().filter(|e| e.is_compared()) {
            for (sum, x) in tensor.squares.iter_mut().zip([e.difference(), e.analytic, e.numeric]) {
                *sum += (x / tensor.unit).powi(2);
            }
            tensor.noise += (e.noise / tensor.unit).powi(2);
        }
        tensor.distance = distance(tensor.squares);
        let mut ranked: Vec<&Element> = elements.iter().collect();
        ranked.sort_by(|a, b| b.badness().total_cmp(&a.badness()).then(a.index.cmp(&b.index)));
        tensor.worst = ranked.into_iter().take(WORST).copied().collect();
        tensor.verdict = if count(Verdict::Wrong) > 0 {
            Verdict::Wrong
        } else {
            tensor.verdict_of_all(tolerance, typical <= CANCELLED * largest)
        };
        (tensor, elements)
    }

    /// The verdict where no single element is wrong.
    fn verdict_of_all(&self, tolerance: f64, is_cancelled: bool) -> Verdict {
        let [difference, analytic, numeric] = self.squares;
        let elements = (self.compared + self.excluded).max(self.worst.len()) as f64;
        // A NaN is no agreement.
        let agrees = self.distance <= tolerance || difference <= self.noise;
        if !agrees && self.compared > 0 {
            Verdict::Wrong
        } else if self.excluded as f64 > MOST_UNSEEN * elements {
            Verdict::Kink
        } else if elements == 0.0 {
            Verdict::Vacuous
        } else if self.compared == 0 || self.undefined > 0 {
            Verdict::Inconclusive
        } else if analytic.max(numeric) <= self.noise && (analytic == 0.0 || is_cancelled) {
            Verdict::Vacuous
        } else if self.noise.sqrt() > BLURRED * (analytic.sqrt() + numeric.sqrt())
            || self.inconclusive as f64 > MOST_UNSEEN * elements
        {
            Verdict::Inconclusive
        } else {
            Verdict::Correct
        }
    }

    /// What the comparison comes to. One element that is wrong is enough for `Wrong`, however small its share in the distance.
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// The course's band for the distance.
    pub fn band(&self) -> Band {
        Band::of(self.distance)
    }

    /// What may be the matter, the most telling first; empty unless the tensor is wrong.
    pub fn hints(&self) -> &[Hint] {
        &self.hints
    }

    /// The `k` worst elements (at most 16 are remembered), those that are wrong before the others.
    pub fn worst(&self, k: usize) -> &[Element] {
        &self.worst[..k.min(self.worst.len())]
    }

    /// Whether both gradients vanish within round-off, so that agreement says nothing.
    pub fn is_vacuous(&self) -> bool {
        self.verdict == Verdict::Vacuous
    }

    /// Whether the function has the same bits wherever this tensor is moved.
    pub fn is_unreached(&self) -> bool {
        self.unreached
    }

    /// How many random directions were compared.
    pub fn directions(&self) -> usize {
        self.directions.len()
    }

    /// Whether the elements that were compared are right, and a random direction shows that others are wrong.
    pub fn is_wrong_by_direction(&self) -> bool {
        self.decided.is_some()
    }

    pub(crate) fn add_directions(&mut self, seen: &Seen) {
        self.directions = seen.blur.clone();
        if let Some(slope) = seen.wrong {
            self.decided = (self.verdict != Verdict::Wrong).then_some(slope);
            self.verdict = Verdict::Wrong;
        }
    }

    pub(crate) fn chance_of_missing(&self, error: f64) -> f64 {
        if !self.is_sampled() {
            return 0.0;
        }
        // Less than so many standard deviations: Φ(x) - Φ(-x) = erf(x/√2).
        let chance = |limit: &f64| Real::erf(limit / (error * std::f64::consts::SQRT_2));
        self.directions.iter().map(chance).product()
    }

    /// Whether some of its elements were looked at, and others not.
    pub(crate) fn is_sampled(&self) -> bool {
        self.compared + self.excluded + self.inconclusive + self.undefined < self.shape.size()
    }

    /// The position of an element along each axis: element 7 of `[2, 5]` is at `[1, 2]`.
    pub fn position(&self, index: usize) -> Vec<usize> {
        let mut rest = index;
        let mut position: Vec<usize> = self
            .shape
            .iter()
            .rev()
            .map(|&n| {
                let at = rest % n.max(1);
                rest /= n.max(1);
                at
            })
            .collect();
        position.reverse();
        position
    }
}

/// The largest number among those compared, round-off included; 1 where there is none.
pub(crate) fn unit(elements: &[Element]) -> f64 {
    let numbers = elements.iter().filter(|e| e.is_compared()).flat_map(|e| [e.analytic, e.numeric, e.noise]);
    let largest = numbers.map(f64::abs).filter(|x| x.is_finite()).fold(0.0, f64::max);
    if largest > 0.0 { largest } else { 1.0 }
}

/// ‖a - n‖ / (‖a‖ + ‖n‖) from the three squares; 0 where both vanish.
pub(crate) fn distance([difference, analytic, numeric]: [f64; 3]) -> f64 {
    let norms = analytic.sqrt() + numeric.sqrt();
    if norms == 0.0 { 0.0 } else { difference.sqrt() / norms }
}
