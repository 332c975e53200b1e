//! The harness as a program, beside itself: what it writes, and that a wrong answer is no small matter.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_benches");

fn peers(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).arg("peers").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_row_beside_ourselves_is_written_as_json() {
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("peers.json");
    let path = out.to_str().unwrap();
    let filter = "x Wt 8x8x8,softmax 64x10";
    let run = peers(&["self", "--quick", "--filter", filter, "--threads", "1,2", "--out", path]);
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
    let rows: Value = serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 6, "softmax, log_softmax and a product, twice");
    assert_eq!(rows[0]["workload"], "matmul x·Wᵀ 8x8x8");
    assert_eq!((&rows[0]["threads"], &rows[5]["threads"]), (&Value::from(1), &Value::from(2)));
    for row in rows {
        let number = |key: &str| row[key].as_f64().unwrap_or_else(|| panic!("{key} of {row}"));
        assert!((number("ratio") - number("peer_us") / number("ours_us")).abs() < 1e-9);
        assert!(number("floor_us") > 0.0 && row["peer"] == "self");
    }
    assert!(text(&run.stdout).contains("geometric mean"));
}

#[test]
fn a_wrong_answer_fails_its_row_and_the_run() {
    let wrong = format!("wrong={PROGRAM} serve --spoil 0.5");
    let run = peers(&[&wrong, "--quick", "--filter", "exp 1000", "--threads", "1"]);
    assert_eq!(run.status.code(), Some(1), "{}", text(&run.stdout));
    let (stdout, stderr) = (text(&run.stdout), text(&run.stderr));
    assert!(
        stdout.contains("FAILED: the answers differ in 1 of 1000 elements, most in element 999"),
        "{stdout}"
    );
    assert!(stderr.contains("exp 1000, 1 threads, wrong"), "{stderr}");
}

#[test]
fn nothing_to_run_is_said_in_one_sentence() {
    for (arguments, part) in [
        (&["torch"][..], "peer torch needs Python"),
        (&["self", "--filter", "no such row"], "no workload matches"),
        (&["self", "--against", "no/such.json"], "no/such.json: "),
        (&["self", "--threads", "zero"], "--threads zero"),
        (&[""], "no peer is named"),
    ] {
        let run = peers(arguments);
        assert_eq!(run.status.code(), Some(2), "{arguments:?}");
        let stderr = text(&run.stderr);
        assert!(stderr.contains(part) && stderr.lines().count() == 1, "{stderr}");
    }
}

#[test]
fn steps_and_their_answers_are_compared_and_kept() {
    let saved = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("saved/steps.json");
    let path = saved.to_str().unwrap();
    let quick = ["--quick", "--threads", "1", "--filter", "step 2-8-2"];
    let run = peers(&[&["self", "--save", path], &quick[..]].concat());
    assert!(run.status.success(), "{}{}", text(&run.stdout), text(&run.stderr));
    assert!(text(&run.stdout).contains("best against best"), "{}", text(&run.stdout));
    let run = peers(&[&["self", "--against", path], &quick[..]].concat());
    assert!(text(&run.stdout).contains("1 rows, "), "{}{}", text(&run.stdout), text(&run.stderr));
    // The last number of the answer is a loss.
    let wrong = format!("wrong={PROGRAM} serve --spoil 0.001");
    let run = peers(&[&[&wrong[..]], &quick[..]].concat());
    assert!(text(&run.stdout).contains("FAILED: losses: "), "{}", text(&run.stdout));
}
