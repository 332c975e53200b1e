//! Runs one case and judges the answers.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::case::{Answer, Case, Entry, Stop};
use crate::compare::{Nan, compare};

/// What the library computes for a case.
pub(crate) type Operation = fn(&Case) -> Result<Vec<Answer>, Stop>;

/// The operations of a suite, by the names of the reference cases.
pub(crate) type Operations = &'static [(&'static str, Operation)];

/// How a case ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    Passed,
    /// Passed whatever came out, which is worth seeing.
    Noted(String),
    Failed(String),
    /// The library does not have this.
    Unsupported(String),
}

/// Runs a case. A panic fails it with its message.
pub(crate) fn run(case: &Case, operation: Operation) -> Outcome {
    match catch_unwind(AssertUnwindSafe(|| operation(case))) {
        Ok(result) => judge(case, result).unwrap_or_else(Outcome::Failed),
        Err(payload) => Outcome::Failed(format!("panic: {}", message(&*payload))),
    }
}

fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("(no message)")
}

fn judge(case: &Case, result: Result<Vec<Answer>, Stop>) -> Result<Outcome, String> {
    let expects_error = match case.expect.as_deref() {
        None => false,
        Some("error") => true,
        Some(other) => return Err(format!("expect is {other:?}, which is not known")),
    };
    // The library documents NumPy's and PyTorch's conventions, so a convention is compared like anything else.
    let only_notes = match case.check.as_deref() {
        None | Some("compare" | "convention" | "compare_onnx_training_semantics") => false,
        // The answer is made under the mask of the reference, so that it can be compared.
        Some("dropout_given_mask" | "dropout_zero_or_scaled") => false,
        Some("report") => true,
        Some(other) => return Err(format!("check is {other:?}, which is not known")),
    };
    if let Err(Stop::Unknown(what)) = result {
        return Err(what);
    }
    if let Err(stop @ Stop::Unsupported(_)) = result {
        return Ok(Outcome::Unsupported(stop.to_string()));
    }
    if let Some(attribute) = case.unseen_attribute() {
        return Err(format!("{attribute} is not known"));
    }
    let answers = match result {
        Ok(_) if expects_error => return Err("expected an error, got values".into()),
        Err(_) if expects_error && case.outputs.is_empty() => return Ok(Outcome::Passed),
        Err(_) if expects_error => return Err("expects an error, but lists outputs".into()),
        Err(stop) if only_notes => return Ok(Outcome::Noted(stop.to_string())),
        Err(stop) => return Err(stop.to_string()),
        Ok(answers) => answers,
    };
    if let Some(input) = case.unseen_input() {
        return Err(format!("{input} is not known"));
    }
    if case.outputs.is_empty() {
        return Err("lists no output to compare".into());
    }
    let mut differences = Vec::new();
    for output in &case.outputs {
        let answer = answer(&answers, output)?;
        // The shape counts even where every number is NaN.
        let skips = case.skips_nan_gradients && output.role == "grad";
        let nan = if skips { Nan::Skip } else { Nan::Compare };
        if let Err(difference) = compare(&answer.tensor, &output.tensor, case.tolerance, nan) {
            differences.push(format!("{}: {difference}", output.name));
        }
    }
    match (differences.is_empty(), only_notes) {
        (true, true) => Ok(Outcome::Noted("within the tolerance".into())),
        (true, false) => Ok(Outcome::Passed),
        (false, true) => Ok(Outcome::Noted(differences.join("; "))),
        (false, false) => Err(differences.join("; ")),
    }
}

/// The answer to an output of the case.
fn answer<'a>(answers: &'a [Answer], output: &Entry) -> Result<&'a Answer, String> {
    let Entry { name, role, of, .. } = output;
    let found = answers.iter().find(|answer| answer.name == *name && answer.role == role);
    // The name of what an answer belongs to stands in the name of the answer.
    let names = |of: &String| [format!("d{of}"), format!("grad_{of}"), format!("{of}_after")].contains(name);
    let belongs = of.as_ref().is_none_or(names);
    found.filter(|_| belongs).ok_or_else(|| {
        let of = of.as_ref().map(|of| format!(" of {of}")).unwrap_or_default();
        format!("output {name} ({role}{of}) is not known")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Kind;
    use crate::compare::Tolerance;
    use tensor_ops::Tensor;

    /// A case that wants y = [1, NaN].
    fn case(check: Option<&str>, expect: Option<&str>) -> Case {
        let output = Entry {
            name: "y".into(),
            place: 0,
            role: "output".into(),
            of: None,
            steps: serde_json::Value::Null,
            kind: Kind::Double,
            tensor: [1.0, f64::NAN].into(),
        };
        Case {
            name: "case".into(),
            attributes: Default::default(),
            inputs: Vec::new(),
            outputs: if expect.is_some() { Vec::new() } else { vec![output] },
            tolerance: Tolerance { rtol: 0.0, atol: 0.0 },
            check: check.map(str::to_string),
            expect: expect.map(str::to_string),
            skips_nan_gradients: true,
            seen: Default::default(),
        }
    }

    fn answers(y: [f64; 2]) -> Result<Vec<Answer>, Stop> {
        Ok(vec![Answer::output("y", Tensor::from(y))])
    }

    #[test]
    fn a_panic_fails_whatever_is_expected() {
        let failed = |message: &str| Outcome::Failed(format!("panic: {message}"));
        for (check, expect) in [(None, None), (Some("report"), None), (None, Some("error"))] {
            assert_eq!(run(&case(check, expect), |_| panic!("so it goes")), failed("so it goes"));
            assert_eq!(run(&case(check, expect), |case| panic!("in {}", case.name)), failed("in case"));
        }
    }

    #[test]
    fn an_error_is_expected_or_fails() {
        let refuse: Operation = |_| Err(Stop::Refused("too small".into()));
        let unknown: Operation = |_| Err(Stop::Unknown("a word".into()));
        assert_eq!(run(&case(None, Some("error")), refuse), Outcome::Passed);
        assert!(matches!(run(&case(None, Some("error")), unknown), Outcome::Failed(_)));
        assert!(matches!(run(&case(None, Some("error")), |_| answers([1.0, 1.0])), Outcome::Failed(_)));
        assert!(matches!(run(&case(None, None), refuse), Outcome::Failed(_)));
        assert!(matches!(run(&case(Some("report"), None), refuse), Outcome::Noted(_)));
        assert!(matches!(run(&case(Some("report"), None), unknown), Outcome::Failed(_)));
    }

    #[test]
    fn what_the_library_does_not_have_neither_passes_nor_fails() {
        let missing: Operation = |_| Err(Stop::Unsupported("word for it"));
        let unsupported = Outcome::Unsupported("the library has no word for it".into());
        for (check, expect) in [(None, None), (Some("report"), None), (None, Some("error"))] {
            assert_eq!(run(&case(check, expect), missing), unsupported);
        }
    }

    #[test]
    fn nan_is_skipped_in_gradients_alone() {
        let nan: Operation = |_| answers([1.0, f64::NAN]);
        let number: Operation = |_| answers([1.0, 2.0]);
        assert_eq!(run(&case(Some("convention"), None), nan), Outcome::Passed);
        assert!(matches!(run(&case(Some("convention"), None), number), Outcome::Failed(_)), "y is an output");
        let mut of_gradient = case(None, None);
        of_gradient.outputs[0].role = "grad".into();
        let gradient: Operation =
            |_| Ok(vec![Answer { role: "grad", name: "y".into(), tensor: [1.0, 2.0].into() }]);
        assert_eq!(run(&of_gradient, gradient), Outcome::Passed);
    }

    #[test]
    fn an_output_without_an_answer_fails() {
        assert!(matches!(run(&case(None, None), |_| Ok(Vec::new())), Outcome::Failed(_)));
        assert!(matches!(run(&case(Some("report"), None), |_| Ok(Vec::new())), Outcome::Failed(_)));
        let mut without_outputs = case(None, None);
        without_outputs.outputs.clear();
        assert!(matches!(run(&without_outputs, |_| answers([1.0, 1.0])), Outcome::Failed(_)));
    }
}
