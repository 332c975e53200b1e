//! The program on folders of a few cases: counts, JSON and exit codes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};

/// A folder of cases that goes away with the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new(test: &str) -> Temporary {
        let dir = std::env::temp_dir().join(format!("conformance-run-{}-{test}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        Temporary(dir)
    }

    /// Writes the cases of an operation: the numbers of a tensor stand in the place of its key.
    fn write(&self, suite: &str, op: &str, mut cases: Value) {
        let mut tensors = Vec::new();
        for case in cases.as_array_mut().unwrap() {
            let name = case["name"].as_str().unwrap().to_string();
            for list in ["inputs", "outputs"] {
                for entry in case[list].as_array_mut().unwrap() {
                    let numbers: Vec<f64> = serde_json::from_value(entry["numbers"].take()).unwrap();
                    let key = format!("{name}/{}", entry["name"].as_str().unwrap());
                    entry["key"] = json!(key);
                    entry["dtype"] = json!("F64");
                    entry["shape"] = json!([numbers.len()]);
                    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
                    tensors.push((key, numbers.len(), bytes));
                }
            }
        }
        let views = tensors
            .iter()
            .map(|(key, n, bytes)| (key, TensorView::new(Dtype::F64, vec![*n], bytes).unwrap()));
        let folder = self.0.join(suite).join(op);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("data.safetensors"), safetensors::serialize(views, None).unwrap()).unwrap();
        let index = json!({
            "format": "nnconf/1", "suite": suite, "op": op, "tensors": "data.safetensors", "cases": cases,
        });
        fs::write(folder.join("index.json"), index.to_string()).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        run(&self.0, arguments)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // the system clears what stays
    }
}

fn run(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_conformance")).arg(dir).args(arguments).output().unwrap()
}

fn sum(name: &str, attributes: Value, b: &[f64], y: Option<&[f64]>) -> Value {
    let mut case = json!({
        "name": name, "attributes": attributes, "rtol": 1e-12, "atol": 1e-13, "outputs": [],
        "inputs": [
            {"name": "a", "role": "input", "numbers": [1.0, 2.0]},
            {"name": "b", "role": "input", "numbers": b},
        ],
    });
    match y {
        Some(y) => case["outputs"] = json!([{"name": "y", "role": "output", "numbers": y}]),
        None => case["expect"] = json!("error"),
    }
    case
}

/// Four cases that pass or fail as their names say, and one of an operation that nobody has.
fn example(test: &str) -> Temporary {
    let dir = Temporary::new(test);
    let add = || json!({"fn": "add"});
    let mut noted = sum("noted", add(), &[3.0, 4.0], Some(&[0.0, 0.0]));
    noted["check"] = json!("report");
    dir.write(
        "broadcast",
        "elementwise",
        json!([
            sum("right", add(), &[3.0, 4.0], Some(&[4.0, 6.0])),
            sum("wrong", add(), &[3.0, 4.0], Some(&[4.0, 6.5])),
            sum("refused", add(), &[3.0, 4.0, 5.0], None),
            sum("not refused", add(), &[3.0, 4.0], None),
            sum("unknown value", json!({"fn": "hypot"}), &[3.0, 4.0], Some(&[4.0, 6.0])),
            sum("unknown attribute", json!({"fn": "add", "where": 1}), &[3.0, 4.0], Some(&[4.0, 6.0])),
            noted,
        ]),
    );
    dir.write("broadcast", "teleport", json!([sum("far", add(), &[], Some(&[]))]));
    dir
}

#[test]
fn cases_are_counted_and_failures_explained() {
    let dir = example("counts");
    let json_path = dir.0.join("counts.json");
    let output = dir.run(&["--json", json_path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let counts: Value = serde_json::from_slice(&fs::read(&json_path).unwrap()).unwrap();
    let failures = ["wrong", "not refused", "unknown value", "unknown attribute"];
    let expected = json!({
        "suites": {"broadcast": {
            "elementwise": {"passed": 3, "failed": 4, "unsupported": 0, "failures": failures},
            "teleport": {"passed": 0, "failed": 0, "unsupported": 1, "failures": []},
        }},
        "total": {"passed": 3, "failed": 4, "unsupported": 1},
    });
    assert_eq!(counts, expected);

    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "broadcast/elementwise/wrong: y: 1 of 2 elements differ, worst at [1]: got 6.0, expected 6.5",
        "not refused: expected an error",
        "unknown value: attribute fn is \"hypot\"",
        "unknown attribute: attribute where",
        "broadcast/elementwise/noted: y: 2 of 2",
        "in 1 operations",
        "not supported of broadcast: teleport (1)",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(!text.contains("broadcast/teleport"), "an operation without a supported case has no line");
}

#[test]
fn filters_choose_and_have_to_match() {
    let dir = example("filters");
    assert_eq!(dir.run(&["--op", "teleport"]).status.code(), Some(0), "nothing failed");
    assert_eq!(dir.run(&["--suite", "broadcast", "--op", "elementwise"]).status.code(), Some(1));
    for arguments in [["--op", "nothing"], ["--suite", "nothing"]] {
        let output = dir.run(&arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8(output.stderr).unwrap().contains("\"nothing\""));
    }
}

#[test]
fn what_cannot_be_read_is_an_error_and_no_panic() {
    let dir = example("unreadable");
    let path = dir.0.join("broadcast/elementwise/data.safetensors");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let empty = Temporary::new("empty");
    for (dir, file) in [
        (dir.0.clone(), "data.safetensors"),
        (dir.0.join("nowhere"), "nowhere"),
        (empty.0.clone(), "conformance-run"),
    ] {
        let output = run(&dir, &[]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(
            error.starts_with("error: ") && error.contains(file) && !error.contains("panicked"),
            "{error}"
        );
    }
}
