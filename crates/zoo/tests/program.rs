//! The program: its last line, its exit code, and what it answers to another checker.

use std::io::Write;
use std::process::{Command, Stdio};

fn zoo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zoo"));
    command.args(arguments);
    command
}

#[test]
fn the_last_line_counts() {
    let output = zoo(&["--seeds", "2", "--only", "average pool"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.starts_with("caught 1 of 1, hinted right "), "{last}");
    assert!(last.ends_with(" of 1, false alarms 0 of 2"), "{last}");
}

#[test]
fn another_checker_is_answered() {
    let mut program =
        zoo(&["--serve"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program");
    let requests = [
        r#"{"cmd": "value", "theta": [1.0]}"#,
        r#"{"cmd": "start", "case": "x^20", "seed": 1}"#,
        r#"{"cmd": "value", "theta": [1.0, 1.0, 1.0, 1.0, 1.0]}"#,
        r#"{"cmd": "gradient", "theta": [1.0, -1.0, 0.0, 1.0, 1.0]}"#,
        r#"{"cmd": "check"}"#,
        r#"{"cmd": "start", "case": "none", "seed": 1}"#,
    ];
    program.stdin.take().unwrap().write_all(requests.join("\n").as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<&str> = text.lines().collect();
    assert_eq!(answers[0], r#"{"error":"no case was started"}"#);
    assert!(answers[1].starts_with(r#"{"theta":["#));
    assert_eq!(answers[2], r#"{"value":5.0}"#);
    assert_eq!(answers[3], r#"{"gradient":[20.0,-20.0,0.0,20.0,20.0]}"#);
    assert_eq!(answers[4], r#"{"verdict":"correct"}"#);
    assert_eq!(answers[5], r#"{"error":"no case none"}"#);
    assert!(output.status.success());
}
