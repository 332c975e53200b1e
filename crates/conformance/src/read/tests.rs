//! What is wrong with a folder is said with the name of the file, and never by a panic.

use std::fs;
use std::path::PathBuf;

use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};

use super::*;

/// A folder of cases that goes away with the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new(test: &str) -> Temporary {
        let dir = std::env::temp_dir().join(format!("conformance-{}-{test}", std::process::id()));
        fs::create_dir_all(dir.join("suite/Op")).unwrap();
        Temporary(dir)
    }

    fn write(&self, index: &[u8], tensors: &[u8]) -> Result<Vec<Folder>, ReadError> {
        fs::write(self.0.join("suite/Op/index.json"), index).unwrap();
        fs::write(self.0.join("suite/Op/data.safetensors"), tensors).unwrap();
        folders(&self.0)
    }

    /// What is wrong with the folder or its cases.
    fn error(&self, index: &Value, tensors: &[u8]) -> ReadError {
        match self.write(index.to_string().as_bytes(), tensors) {
            Ok(folders) => folders[0].cases().unwrap_err(),
            Err(error) => error,
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0); // the system clears what stays
    }
}

fn tensors() -> Vec<u8> {
    let bytes: Vec<u8> = [1.5f64, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
    let flags = TensorView::new(Dtype::BOOL, vec![3], &[1, 0, 1]).unwrap();
    let x = TensorView::new(Dtype::F64, vec![2, 1], &bytes).unwrap();
    safetensors::serialize([("a/x", x), ("a/flags", flags)], None).unwrap()
}

fn index() -> Value {
    json!({
        "format": "nnconf/1", "suite": "suite", "op": "Op", "tensors": "data.safetensors",
        "cases": [{
            "name": "a", "attributes": {"n": 1}, "rtol": 1e-9, "atol": 0.1,
            "inputs": [{"name": "x", "role": "input", "key": "a/x", "dtype": "F64", "shape": [2, 1]}],
            "outputs": [{"name": "flags", "role": "output", "key": "a/flags", "dtype": "BOOL", "shape": [3]}],
        }],
    })
}

#[test]
fn a_right_folder_is_read() {
    let dir = Temporary::new("right");
    let folders = dir.write(index().to_string().as_bytes(), &tensors()).unwrap();
    let [case] = &folders[0].cases().unwrap()[..] else { panic!("one case") };
    assert_eq!((case.name.as_str(), case.tolerance.rtol, case.tolerance.atol), ("a", 1e-9, 0.1));
    assert_eq!(case.inputs[0].tensor, [[1.5], [-2.0]].into());
    assert_eq!(case.outputs[0].tensor, [1.0, 0.0, 1.0].into());
}

#[test]
fn tensors_of_onnx_are_known_by_their_places() {
    let dir = Temporary::new("places");
    let mut index = index();
    index["suite"] = json!("onnx");
    let case = &mut index["cases"][0];
    case["inputs"].as_array_mut().unwrap().insert(0, json!(null));
    case["inputs"][1].as_object_mut().unwrap().remove("role");
    case["outputs"][0].as_object_mut().unwrap().remove("role");
    let folders = dir.write(index.to_string().as_bytes(), &tensors()).unwrap();
    let [case] = &folders[0].cases().unwrap()[..] else { panic!("one case") };
    assert!(case.at(0).is_none() && case.at(2).is_none(), "what is left out has no entry");
    let (x, flags) = (case.at(1).unwrap(), &case.outputs[0]);
    assert_eq!((x.name.as_str(), x.role.as_str(), x.kind), ("x", "input", Kind::Double));
    assert_eq!((flags.role.as_str(), flags.kind), ("output", Kind::Boolean));
    assert_eq!(flags.mask().unwrap(), [true, false, true].into());
    assert!(x.mask().is_err(), "numbers are no truth values");
    assert_eq!(case.unseen_input(), None);
}

#[test]
fn each_error_names_the_file_and_what_is_wrong() {
    let dir = Temporary::new("errors");
    let replaced = |pointer: &str, value: Value| {
        let mut index = index();
        *index.pointer_mut(pointer).unwrap() = value;
        index
    };
    let expect = |pointer: &str, value: Value, parts: &[&str]| {
        let text = dir.error(&replaced(pointer, value), &tensors()).to_string();
        assert!(parts.iter().all(|part| text.contains(part)), "{pointer}: {text}");
    };
    expect("/format", json!("nnconf/2"), &["Op/index.json", "nnconf/2", "nnconf/1"]);
    expect("/suite", json!(1), &["Op/index.json", "suite is 1"]);
    expect("/tensors", json!("other.safetensors"), &["Op/other.safetensors"]);
    expect("/tensors", json!(null), &["Op/index.json", "case a", "a/x", "missing"]);
    expect("/cases", json!(3), &["Op/index.json", "no list of cases"]);
    expect("/cases", json!([]), &["no <suite>/<Op>/index.json with a case"]);
    expect("/cases", json!([1]), &["Op/index.json", "number 0", "no name"]);
    expect("/cases", json!([{"name": "b"}, {"name": "b"}]), &["case b", "two of this name"]);
    expect("/cases/0/inputs/0/key", json!("a/z"), &["Op/index.json", "case a", "a/z", "missing"]);
    expect("/cases/0/inputs/0/dtype", json!("F32"), &["a/x", "F64", "F32"]);
    expect("/cases/0/inputs/0/shape", json!([1, 2]), &["a/x", "[2, 1]", "[1,2]"]);
    expect("/cases/0/rtol", json!("inf"), &["case a", "rtol", "inf"]);
    expect("/cases/0/atol", json!(-1), &["case a", "atol", "-1"]);
    expect("/cases/0/outputs", json!(null), &["case a", "no list of outputs"]);
    expect("/cases/0/outputs/0/role", json!(null), &["case a", "role is missing"]);
}

#[test]
fn files_that_are_missing_or_cut_short_are_refused() {
    let dir = Temporary::new("cut");
    let (index, tensors) = (index().to_string(), tensors());
    for n in 0..tensors.len() {
        let error = dir.write(index.as_bytes(), &tensors[..n]).unwrap_err();
        assert!(matches!(error, ReadError::Tensors { .. }) && error.to_string().contains("data.safetensors"));
    }
    for n in 0..index.len() {
        let error = dir.write(&index.as_bytes()[..n], &tensors).unwrap_err();
        assert!(matches!(error, ReadError::Json { .. }) && error.to_string().contains("index.json"));
    }
    fs::remove_file(dir.0.join("suite/Op/index.json")).unwrap();
    assert!(matches!(folders(&dir.0), Err(ReadError::Io { path, .. }) if path.ends_with("Op/index.json")));
    fs::remove_dir_all(dir.0.join("suite")).unwrap();
    assert!(matches!(folders(&dir.0), Err(ReadError::Empty { .. })));
    let nowhere = folders(&dir.0.join("nowhere"));
    assert!(matches!(nowhere, Err(ReadError::Io { path, .. }) if path.ends_with("nowhere")));
}

/// Every value of an index replaced by every kind of value: an error or cases, never a panic.
#[test]
fn nonsense_in_an_index_does_not_panic() {
    let dir = Temporary::new("nonsense");
    let pointers = [
        "",
        "/format",
        "/suite",
        "/op",
        "/tensors",
        "/cases",
        "/cases/0",
        "/cases/0/name",
        "/cases/0/attributes",
        "/cases/0/rtol",
        "/cases/0/inputs",
        "/cases/0/inputs/0",
        "/cases/0/inputs/0/name",
        "/cases/0/inputs/0/key",
        "/cases/0/inputs/0/dtype",
        "/cases/0/inputs/0/shape",
        "/cases/0/inputs/0/shape/0",
    ];
    let values =
        [json!(null), json!(true), json!(-7), json!(1e300), json!("x"), json!([]), json!([[1]]), json!({})];
    for (pointer, value) in
        pointers.iter().flat_map(|pointer| values.iter().map(move |value| (pointer, value)))
    {
        let mut index = index();
        *index.pointer_mut(pointer).unwrap() = value.clone();
        if let Ok(folders) = dir.write(index.to_string().as_bytes(), &tensors()) {
            let _ = folders[0].cases();
        }
    }
}
