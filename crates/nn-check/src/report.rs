//! What a check found: by tensor and overall.

use crate::tensor::distance;
use crate::{Band, Element, Hint, Tensor, Verdict};

/// The relative distance up to which a gradient passes: with errors of 1e-16 in f64, and of h² and 1e-16/h in a central difference,
/// a right gradient is well below, and an error in the formula well above.
pub const TOLERANCE: f64 = 1e-7;

/// The share of all elements that may lie on kinks, and the share that round-off may hide.
const MOST_EXCLUDED: f64 = 0.1;

/// The findings of a gradient check. `Display` prints them as a table.
///
/// ```
/// use nn_check::{Verdict, check_gradient};
/// let report = check_gradient(|t| t[0] * t[0] + t[1], &[3.0, 1.0], &[6.0, 2.0]); // the second should be 1
/// assert_eq!(report.verdict(), Verdict::Wrong);
/// assert!(report.to_string().contains("theta"));
/// assert_eq!(report.worst(1)[0].1.index, 1);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    pub(crate) tensors: Vec<Tensor>,
}

impl Report {
    /// The findings by tensor.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// What the check comes to.
    ///
    /// A wrong tensor decides; then too many kinks (more than a tenth of all elements, or half of a tensor's); then a tensor
    /// lost in round-off. `Vacuous` where every tensor is, or where nothing reaches one of them. A tensor whose gradient vanishes by
    /// cancellation, as that of a bias before a batch norm, does not keep the others from being correct; and the input of a model decides only
    /// where it is wrong.
    pub fn verdict(&self) -> Verdict {
        let counting = || self.tensors.iter().filter(|t| !t.aside || t.verdict == Verdict::Wrong);
        let any = |verdict| counting().any(|t| t.verdict == verdict);
        let excluded: usize = counting().map(|t| t.excluded).sum();
        let elements = counting().map(|t| t.compared).sum::<usize>() + excluded;
        // A tensor that vanishes by cancellation is nothing but round-off.
        let telling = counting().filter(|t| t.verdict != Verdict::Vacuous);
        let hidden: usize = telling.map(|t| t.inconclusive).sum();
        if any(Verdict::Wrong) {
            Verdict::Wrong
        } else if any(Verdict::Kink) || excluded as f64 > MOST_EXCLUDED * elements as f64 {
            Verdict::Kink
        } else if any(Verdict::Inconclusive) || hidden as f64 > MOST_EXCLUDED * elements as f64 {
            Verdict::Inconclusive
        } else if !any(Verdict::Correct) || counting().any(|t| t.unreached) {
            Verdict::Vacuous
        } else {
            Verdict::Correct
        }
    }

    /// Whether the gradient is right: the verdict is [`Verdict::Correct`].
    pub fn passes(&self) -> bool {
        self.verdict() == Verdict::Correct
    }

    /// ‖a - n‖ / (‖a‖ + ‖n‖) over all tensors: the course's measure.
    pub fn distance(&self) -> f64 {
        let unit = self.tensors.iter().fold(0.0, |m: f64, t| m.max(t.unit));
        let share = |t: &Tensor, i: usize| (t.squares[i].sqrt() * (t.unit / unit)).powi(2);
        distance(self.tensors.iter().fold([0.0; 3], |sum, t| [0, 1, 2].map(|i| sum[i] + share(t, i))))
    }

    /// The course's band for the distance.
    pub fn band(&self) -> Band {
        Band::of(self.distance())
    }

    /// How many elements were compared.
    pub fn compared(&self) -> usize {
        self.tensors.iter().map(|t| t.compared).sum()
    }

    /// How many elements were left out because the function has a kink there.
    pub fn excluded(&self) -> usize {
        self.tensors.iter().map(|t| t.excluded).sum()
    }

    /// How many elements say nothing because of round-off.
    pub fn inconclusive(&self) -> usize {
        self.tensors.iter().map(|t| t.inconclusive).sum()
    }

    /// How many elements could not be looked at because the function is NaN or infinite there, or to one side.
    pub fn undefined(&self) -> usize {
        self.tensors.iter().map(|t| t.undefined).sum()
    }

    /// How many elements there are, looked at or not.
    pub fn elements(&self) -> usize {
        self.tensors.iter().map(|t| t.shape.size()).sum()
    }

    /// A bound for the chance that a gradient that is wrong by `error`, relative to the norm of a tensor's gradient, does not get the
    /// verdict [`Verdict::Wrong`]: 0 where every element was looked at, 1 where a tensor was sampled and no random direction tells of
    /// the rest.
    ///
    /// An error δ shows along a normal direction as a number of N(0, ‖δ‖²). The verdict is wrong where that is more than τ, which is round-off and
    /// what the tolerance grants to a whole tensor; so it is missed with a chance of erf(τ/√2‖δ‖). Directions are independent,
    /// and the worst tensor counts. The chance is no less only for an error that spares the sample, and is spread so thin that each element
    /// passes by itself: others are found by these, too.
    ///
    /// ```
    /// let report = nn_check::check_gradient(|t| t[0] * t[1], &[2.0, 3.0], &[3.0, 2.0]);
    /// assert_eq!(report.chance_of_missing(1e-6), 0.0);
    /// ```
    pub fn chance_of_missing(&self, error: f64) -> f64 {
        self.tensors.iter().map(|t| t.chance_of_missing(error)).fold(0.0, f64::max)
    }

    /// The `k` worst elements of all tensors, with the tensors' names. Each tensor remembers its 16 worst.
    pub fn worst(&self, k: usize) -> Vec<(&str, &Element)> {
        let mut all: Vec<(&str, &Element)> =
            self.tensors.iter().flat_map(|t| t.worst.iter().map(|e| (t.name.as_str(), e))).collect();
        all.sort_by(|a, b| b.1.badness().total_cmp(&a.1.badness()));
        all.truncate(k);
        all
    }

    /// What may be the matter, with the names of the tensors.
    pub fn hints(&self) -> impl Iterator<Item = (&str, &Hint)> {
        self.tensors.iter().flat_map(|t| t.hints.iter().map(|hint| (t.name.as_str(), hint)))
    }

    /// The same report under a heading, which its tensors keep where reports are joined.
    ///
    /// ```
    /// let check = |f: fn(&[f64]) -> f64, d: f64| nn_check::check_gradient(f, &[2.0], &[d]);
    /// let report = check(|t| t[0] * t[0], 4.0).titled("loss").join(check(|t| 3.0 * t[0], 3.0).titled("penalty"));
    /// assert!(report.passes() && report.to_string().contains("penalty"));
    /// ```
    #[must_use]
    pub fn titled(mut self, part: &str) -> Report {
        self.tensors.iter_mut().for_each(|t| t.part = part.to_string());
        self
    }

    /// This report with the tensors of another behind.
    #[must_use]
    pub fn join(mut self, other: Report) -> Report {
        self.tensors.extend(other.tensors);
        self
    }

    /// Adds [`Hint::InputGradient`] where all tensors up to some layer are wrong, and all from it on right.
    pub(crate) fn blame_an_input(mut self) -> Report {
        let layer = |t: &Tensor| t.name.rsplit_once('.').map_or(String::new(), |(path, _)| path.to_string());
        let Some(first_right) = self.tensors.iter().position(|t| t.verdict != Verdict::Wrong) else {
            return self;
        };
        let (before, after) = self.tensors.split_at(first_right);
        let is_right = after.iter().all(|t| t.verdict == Verdict::Correct);
        // A layer that has both kinds has a mistake of its own.
        let own = before.last().is_some_and(|t| layer(t) == layer(&after[0]));
        // One tensor that is wrong alone is more likely wrong by itself.
        if is_right && !own && before.len() > 1 {
            let hint = Hint::InputGradient(layer(&after[0]));
            self.tensors[first_right - 1].hints.insert(0, hint);
        }
        self
    }

    /// Returns where the gradient is right.
    ///
    /// # Panics
    /// With the table, where it is not.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.passes(), "{}\n{self}", self.reason());
    }

    /// The verdict in words.
    pub(crate) fn reason(&self) -> String {
        match self.verdict() {
            Verdict::Correct => "the gradient is that of the function".to_string(),
            Verdict::Wrong => "the gradient is not that of the function".to_string(),
            Verdict::Kink => {
                "too many elements lie on kinks to judge: move θ or the samples a little".to_string()
            }
            Verdict::Inconclusive if self.undefined() > 0 => {
                let t = self.tensors.iter().find(|t| t.undefined > 0).expect("one of them");
                format!("the function is NaN or infinite at θ, or beside it, as {} of {} elements of {} move", t.undefined, t.compared + t.excluded + t.inconclusive + t.undefined, t.name)
            }
            Verdict::Inconclusive => {
                "round-off of the function hides the gradient: scale the function, or leave constants out of it"
                    .to_string()
            }
            Verdict::Vacuous => match self.tensors.iter().find(|t| t.unreached) {
                Some(t) if self.compared() > 0 => {
                    format!("there is no gradient to compare: the function does not depend on {}", t.name)
                }
                _ => "there is no gradient to compare".to_string(),
            },
        }
    }
}
