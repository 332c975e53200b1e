//! A report as an aligned table.

use std::fmt;

use crate::{Report, Tensor, Verdict};

/// Wrong elements that the table shows of a tensor.
const SHOWN: usize = 4;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let looked = self.compared() + self.excluded();
        write!(f, "gradient check: {}, distance {:.1e}", self.verdict(), self.distance())?;
        write!(f, " ({}) over {} elements", self.band(), self.compared())?;
        if looked < self.elements() {
            write!(f, " of {}", self.elements())?;
        }
        write!(f, ", {} on kinks left out", self.excluded())?;
        if self.inconclusive() > 0 {
            write!(f, ", {} lost in round-off", self.inconclusive())?;
        }
        writeln!(f)?;
        let directions = self.tensors.iter().map(|t| t.directions()).max().unwrap_or(0);
        if directions > 0 {
            let chance = self.chance_of_missing(1e-4);
            write!(f, "up to {directions} random directions in each tensor that was sampled: ")?;
            writeln!(
                f,
                "an error of 1e-4 of its gradient stays hidden with a chance of {chance:.0e} at most"
            )?;
        }
        let name = width(self.tensors.iter().map(|t| t.name.chars().count()), "tensor");
        let shape = width(self.tensors.iter().map(|t| t.shape.to_string().len()), "shape");
        let mut part = "";
        for (i, t) in self.tensors.iter().enumerate() {
            if t.part != part || i == 0 {
                part = &t.part;
                if !part.is_empty() {
                    writeln!(f, "{part}:")?;
                }
                writeln!(
                    f,
                    "{:name$}  {:>shape$}  {:>8}  {:>8}  {:>5}  {:12}  worst element: analytic, numeric ± noise",
                    "tensor", "shape", "compared", "distance", "band", "verdict"
                )?;
            }
            t.row(f, name, shape)?;
        }
        Ok(())
    }
}

fn width(lengths: impl Iterator<Item = usize>, title: &str) -> usize {
    lengths.max().unwrap_or(0).max(title.len())
}

impl Tensor {
    fn row(&self, f: &mut fmt::Formatter<'_>, name: usize, shape: usize) -> fmt::Result {
        let lengths = self.shape.to_string();
        write!(f, "{:name$}  {lengths:>shape$}  {:>8}", self.name, self.compared)?;
        write!(f, "  {:>8.1e}  {:>5}  {:12}", self.distance, self.band(), self.verdict)?;
        let wrong = self.worst.iter().filter(|e| e.verdict == Verdict::Wrong).count().clamp(1, SHOWN);
        for (i, e) in self.worst(wrong).iter().enumerate() {
            if i > 0 {
                let margin = name + shape + 43;
                write!(f, "\n{:margin$}", "")?;
            }
            let position = self.position(e.index);
            write!(f, "  {position:?}: {:.9e}, {:.9e} ± {:.0e}", e.analytic, e.numeric, e.noise)?;
        }
        if self.unreached {
            write!(f, "  (nothing reaches it)")?;
        }
        if self.excluded > 0 {
            write!(f, "  ({} on kinks)", self.excluded)?;
        }
        writeln!(f)?;
        self.hints.iter().try_for_each(|hint| writeln!(f, "{:name$}  hint: {hint}", ""))
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
        let begins = |text: String, with: &str| assert!(text.starts_with(with), "{text}");
        begins(reason(|t| t[0] * 2.0, &[1.0], &[3.0]), "the gradient is not that of the function");
        begins(reason(|t| t[0].abs(), &[0.0], &[0.0]), "too many elements lie on kinks");
        begins(reason(|_| 1.0, &[1.0], &[0.0]), "there is no gradient to compare");
        begins(reason(|t| 1e12 + 1e-9 * t[0], &[1.0], &[1e-9]), "round-off of the function hides");
    }
}
