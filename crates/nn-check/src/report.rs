//! What a check found: by tensor and overall.

use std::fmt;

use tensor_ops::Shape;

use crate::numeric::Numeric;

/// The relative distance up to which a gradient passes.
pub const TOLERANCE: f64 = 1e-7;

/// The share of elements that may lie on kinks: of all tensors together, and of a single one, which may be small.
const MOST_EXCLUDED: f64 = 0.1;
const MOST_EXCLUDED_OF_A_TENSOR: f64 = 0.5;

/// The findings of a gradient check. `Display` prints them as a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    tensors: Vec<Tensor>,
}

/// The findings of one tensor.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Tensor {
    /// Its name: `"2.weight"`, or `"input"`.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// How many elements were compared.
    pub compared: usize,
    /// How many were not, because `f` has a kink there.
    pub excluded: usize,
    /// ‖a - n‖ / (‖a‖ + ‖n‖) over the compared elements; 0 where both vanish.
    pub distance: f64,
    /// The element with the largest difference.
    pub worst: Option<Element>,
    /// ‖a - n‖², ‖a‖² and ‖n‖², for the distance over several tensors.
    squares: [f64; 3],
    /// The square of how far round-off may have moved the numerical gradient.
    noise: f64,
}

/// One element of a gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Element {
    /// Its position in the tensor, row-major.
    pub index: usize,
    /// What the backward pass says.
    pub analytic: f64,
    /// What the differences say.
    pub numeric: f64,
}

impl Tensor {
    /// Whether both gradients vanish within round-off, so that agreement says nothing.
    pub fn is_vacuous(&self) -> bool {
        let [_, analytic, numeric] = self.squares;
        analytic.max(numeric) <= self.noise
    }

    /// Whether too many elements lie on kinks for the others to speak for the tensor.
    fn is_hidden_by_kinks(&self) -> bool {
        let elements = self.compared + self.excluded;
        elements > 0 && self.excluded as f64 > MOST_EXCLUDED_OF_A_TENSOR * elements as f64
    }

    fn passes(&self) -> bool {
        let [difference, ..] = self.squares;
        (self.distance <= TOLERANCE || difference <= self.noise) && !self.is_hidden_by_kinks()
    }
}

impl Report {
    pub(crate) fn add(&mut self, name: &str, shape: Shape, analytic: &[f64], numeric: &[Numeric]) {
        let mut tensor = Tensor {
            name: name.to_string(),
            shape,
            compared: 0,
            excluded: 0,
            distance: 0.0,
            worst: None,
            squares: [0.0; 3],
            noise: 0.0,
        };
        let mut largest = -1.0;
        for (index, (&analytic, numeric)) in analytic.iter().zip(numeric).enumerate() {
            let Some(slope) = numeric.slope else {
                tensor.excluded += 1;
                continue;
            };
            tensor.compared += 1;
            let difference = (analytic - slope).abs();
            for (sum, x) in tensor.squares.iter_mut().zip([difference, analytic, slope]) {
                *sum += x * x;
            }
            tensor.noise += numeric.noise * numeric.noise;
            // A NaN is the worst of all.
            if difference > largest || difference.is_nan() {
                largest = if difference.is_nan() { f64::INFINITY } else { difference };
                tensor.worst = Some(Element { index, analytic, numeric: slope });
            }
        }
        tensor.distance = distance(tensor.squares);
        self.tensors.push(tensor);
    }

    /// The findings by tensor.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }

    /// ‖a - n‖ / (‖a‖ + ‖n‖) over all tensors: the course's measure.
    pub fn distance(&self) -> f64 {
        distance(self.tensors.iter().fold([0.0; 3], |sum, t| [0, 1, 2].map(|i| sum[i] + t.squares[i])))
    }

    /// How many elements were compared.
    pub fn compared(&self) -> usize {
        self.tensors.iter().map(|t| t.compared).sum()
    }

    /// How many elements were left out because the function has a kink there.
    pub fn excluded(&self) -> usize {
        self.tensors.iter().map(|t| t.excluded).sum()
    }

    /// Whether the gradient is right: the distance is at most [`TOLERANCE`] for each tensor and overall (or the
    /// difference is within round-off), some tensor has a gradient to speak of, and few elements lie on kinks.
    pub fn passes(&self) -> bool {
        let elements = self.compared() + self.excluded();
        let difference: f64 = self.tensors.iter().map(|t| t.squares[0]).sum();
        let noise: f64 = self.tensors.iter().map(|t| t.noise).sum();
        (self.distance() <= TOLERANCE || difference <= noise)
            && self.tensors.iter().all(Tensor::passes)
            && self.tensors.iter().any(|t| !t.is_vacuous())
            && self.excluded() as f64 <= MOST_EXCLUDED * elements as f64
    }

    /// Returns where the gradient is right.
    ///
    /// # Panics
    /// With the table, where it is not.
    #[track_caller]
    pub fn assert(&self) {
        let is_wrong = |t: &Tensor| !t.passes() && !t.is_hidden_by_kinks();
        let why = if self.tensors.iter().any(is_wrong) {
            "the gradient is not that of the function"
        } else if self.excluded() > 0 {
            "too many elements lie on kinks to judge: move θ or the samples a little"
        } else {
            "there is no gradient to compare"
        };
        assert!(self.passes(), "{why}\n{self}");
    }
}

fn distance([difference, analytic, numeric]: [f64; 3]) -> f64 {
    let norms = analytic.sqrt() + numeric.sqrt();
    if norms == 0.0 { 0.0 } else { difference.sqrt() / norms }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "gradient check: distance {:.1e} over {} elements, {} on kinks left out",
            self.distance(),
            self.compared(),
            self.excluded()
        )?;
        let width = self.tensors.iter().map(|t| t.name.chars().count()).max().unwrap_or(0).max(6);
        writeln!(
            f,
            "{:width$}  {:>12}  {:>8}  worst element: analytic, numeric",
            "tensor", "shape", "distance"
        )?;
        for t in &self.tensors {
            let shape = t.shape.to_string();
            write!(f, "{:width$}  {shape:>12}  {:>8.1e}", t.name, t.distance)?;
            if let Some(worst) = t.worst {
                write!(f, "  [{}]: {:.9e}, {:.9e}", worst.index, worst.analytic, worst.numeric)?;
            }
            let remark = match (t.is_vacuous(), t.passes()) {
                _ if t.is_hidden_by_kinks() => "  <- most elements lie on kinks",
                (true, true) => "  (zero within round-off)",
                (false, true) => "",
                (_, false) => "  <- wrong",
            };
            writeln!(f, "{remark}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::check_gradient;

    fn reason(f: impl FnMut(&[f64]) -> f64, theta: &[f64], gradient: &[f64]) -> String {
        let report = check_gradient(f, theta, gradient);
        let caught = std::panic::catch_unwind(|| report.assert());
        *caught.unwrap_err().downcast::<String>().unwrap()
    }

    #[test]
    fn a_failure_says_why() {
        assert!(
            reason(|t| t[0] * 2.0, &[1.0], &[3.0]).starts_with("the gradient is not that of the function")
        );
        assert!(reason(|t| t[0].abs(), &[0.0], &[0.0]).starts_with("too many elements lie on kinks"));
        assert!(reason(|_| 1.0, &[1.0], &[0.0]).starts_with("there is no gradient to compare"));
    }
}
