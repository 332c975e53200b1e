//! A report as an aligned table.

use std::fmt;

use crate::{Hint, Report, Tensor, Verdict};

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
        if self.undefined() > 0 {
            write!(f, ", {} where the function is not finite", self.undefined())?;
        }
        writeln!(f)?;
        if self.tensors.iter().any(Tensor::is_sampled) {
            match self.tensors.iter().map(|t| t.directions()).max() {
                Some(k) if k > 0 => {
                    write!(f, "up to {k} random directions in each tensor that was sampled: ")?
                }
                _ => write!(f, "no random directions in the tensors that were sampled: ")?,
            }
            let chance = self.chance_of_missing(1e-4);
            writeln!(f, "an error of 1e-4 of its gradient is missed with a chance of {chance:.0e} at most")?;
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
        if let Some(slope) = self.decided {
            write!(
                f,
                "  a random direction: {:.9e}, {:.9e} ± {:.0e}",
                slope.analytic, slope.numeric, slope.noise
            )?;
            write!(f, "  (no single element of those compared is wrong)")?;
        }
        let wrong = self.worst.iter().filter(|e| e.verdict == Verdict::Wrong).count().clamp(1, SHOWN);
        let wrong = if self.decided.is_some() { 0 } else { wrong };
        for (i, e) in self.worst(wrong).iter().enumerate() {
            if i > 0 {
                let margin = name + shape + 43;
                write!(f, "\n{:margin$}", "")?;
            }
            let position = self.position(e.index);
            write!(f, "  {position:?}: {:.9e}, {:.9e} ± {:.0e}", e.analytic, e.numeric, e.noise)?;
        }
        if self.wrong > SHOWN {
            write!(f, "  ({} are wrong)", self.wrong)?;
        }
        if self.unreached {
            write!(f, "  (nothing reaches it)")?;
        }
        if self.excluded > 0 {
            write!(f, "  ({} on kinks)", self.excluded)?;
        }
        writeln!(f)?;
        self.hints.iter().try_for_each(|hint| writeln!(f, "{:name$}  hint: {}", "", self.words(hint)))
    }
}

impl Tensor {
    /// A hint in the words that fit the shape.
    fn words(&self, hint: &Hint) -> String {
        let (one, many) = if self.shape.rank() == 1 { ("element", "elements") } else { ("row", "rows") };
        match hint {
            Hint::Element(i) => format!("few elements differ, {:?} most", self.position(*i)),
            Hint::Rows(at) if at.len() == 1 => format!("only {one} {} differs", at.start),
            Hint::Rows(at) => format!("only {many} {} to {} differ", at.start, at.end - 1),
            Hint::Permuted if self.shape.rank() == 1 => "its elements are in another order".to_string(),
            Hint::Permuted => "its rows or columns are in another order".to_string(),
            _ => hint.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Check, Verdict, check_gradient, check_jacobian};

    fn reason(f: impl FnMut(&[f64]) -> f64, theta: &[f64], gradient: &[f64]) -> String {
        let report = check_gradient(f, theta, gradient);
        let caught = std::panic::catch_unwind(|| report.assert());
        *caught.unwrap_err().downcast::<String>().unwrap()
    }

    /// Beside 1e10 round-off hides what is wrong with any single element, and does not hide 8,000 of them.
    #[test]
    fn a_direction_that_decided_is_named() {
        let f = |t: &[f64]| t.iter().map(|t| t.sin()).sum::<f64>();
        let theta: Vec<f64> = (0..8000).map(f64::from).collect();
        let wrong: Vec<f64> = theta.iter().map(|t| t.cos() * (1.0 + 1e-4)).collect();
        let report = Check::new().sample(1).directions(3).gradient(|t| 1e10 + f(t), &theta, &wrong);
        let (tensor, text) = (&report.tensors()[0], report.to_string());
        assert!(tensor.verdict() == Verdict::Wrong && tensor.wrong == 0, "{text}");
        assert!(tensor.is_wrong_by_direction() && text.contains("a random direction: "), "{text}");
        // Where an element is wrong it is the element that is shown.
        let mut wrong: Vec<f64> = theta.iter().map(|t| t.cos()).collect();
        wrong[4321] += 0.1;
        let report = Check::new().directions(3).gradient(f, &theta, &wrong);
        assert!(!report.tensors()[0].is_wrong_by_direction(), "{report}");
        assert!(report.to_string().contains("[4321]: "), "{report}");
    }

    /// A vector has no rows.
    #[test]
    fn hints_have_the_words_of_the_shape() {
        let f = |t: &[f64]| t.iter().map(|t| t.sin()).sum::<f64>();
        let theta: Vec<f64> = (0..12).map(f64::from).collect();
        let mut d: Vec<f64> = theta.iter().map(|t| t.cos()).collect();
        (3..7).for_each(|i| d[i] += 0.1 + 0.01 * (i * i) as f64);
        let text = check_gradient(f, &theta, &d).to_string();
        assert!(text.contains("only elements 3 to 6 differ") && !text.contains("row"), "{text}");
        let mut d: Vec<f64> = theta.iter().map(|t| t.cos()).collect();
        d.swap(2, 5);
        let report = check_gradient(f, &theta, &d);
        assert!(report.to_string().contains("its elements are in another order"), "{report}");
        assert!(report.hints().all(|(_, hint)| !hint.to_string().contains("row")), "{report}");
        let text =
            check_jacobian(|x| vec![x[0], x[1], x[0] + x[1]], &[1.0, 2.0], &[1.0, 0.0, 0.0, 1.0, 7.0, 3.0])
                .to_string();
        assert!(text.contains("only row 2 differs"), "{text}");
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
