//! Everything that must hold before a change lands.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::Value;

use crate::zoo::{self, Zoo};
use crate::{Conformance, StatusOk, cargo, conformance, rooms, root, tidy};

pub(crate) fn run() -> Result<(), String> {
    step("tests", || cargo(["test", "--workspace"]).status_ok())?;
    step("sanitizers", rooms::run)?;
    step("formatting", || cargo(["fmt", "--all", "--check"]).status_ok())?;
    step("lints", || {
        cargo(["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])
            .status_ok()
    })?;
    step("docs", || {
        cargo(["doc", "--workspace", "--no-deps", "--all-features"])
            .env("RUSTDOCFLAGS", "-D warnings")
            .status_ok()
    })?;
    step("the facade without features", || {
        cargo(["check", "--package", "nn", "--no-default-features"]).status_ok()
    })?;
    step("house rules", || tidy::run(root()))?;
    step("reference cases", reference_cases)?;
    step("wrong and right gradients", || zoo::run(&Zoo::default()))?;
    step("the main job", main_job)
}

fn step(name: &str, run: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    println!("== {name}");
    let start = Instant::now();
    run()?;
    println!("== {name}: done in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// Reference cases that pass: a number that only grows.
const PASSING: u64 = 2459;

/// They lie beside the repository, and are no part of it.
fn reference_cases() -> Result<(), String> {
    let dir = match std::env::var_os("NN_CONFORMANCE_DIR") {
        Some(dir) => PathBuf::from(dir), // a folder that was named must be there
        None => root().join("../shared/conformance"),
    };
    if !dir.is_dir() && std::env::var_os("NN_CONFORMANCE_DIR").is_none() {
        println!("skipped: no folder {} (NN_CONFORMANCE_DIR names another)", dir.display());
        return Ok(());
    }
    let json = root().join("target/conformance.json");
    conformance(&Conformance { dir, suite: None, op: None, json: Some(json.clone()) })?;
    // Cases that nobody supports any more fail nothing.
    let text = fs::read_to_string(&json).map_err(|e| format!("{}: {e}", json.display()))?;
    let counts: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    match counts["total"]["passed"].as_u64() {
        Some(passed) if passed >= PASSING => Ok(()),
        passed => Err(format!("{passed:?} reference cases pass, {PASSING} did before")),
    }
}

/// The promises of the front page, on the program that a newcomer runs first: equal bits on 1, 2 and 4 threads (with a
/// batch large enough to be split), a gradient that is right, and the accuracy of scikit-learn's network of this size.
fn main_job() -> Result<(), String> {
    let mut accuracies = Vec::new();
    for seed in ["0", "1", "2"] {
        let lines = digits("2", &["--seed", seed])?;
        let distance = number(&lines, "gradient distance: ")?;
        if distance.is_nan() || distance >= 1e-7 {
            return Err(format!("the gradient distance {distance} is not below 1e-7"));
        }
        accuracies.push(number(&lines, "test accuracy: ")?);
    }
    accuracies.sort_by(f64::total_cmp);
    if accuracies[1] < 0.965 {
        return Err(format!("the median of the accuracies {accuracies:?} is below 0.965"));
    }
    for batch in ["32", "256"] {
        let runs = ["1", "2", "4"].map(|threads| digits(threads, &["--batch", batch]));
        let runs = runs.into_iter().collect::<Result<BTreeSet<_>, _>>()?;
        if runs.len() > 1 {
            return Err(format!("with batches of {batch} the result depends on the number of threads"));
        }
    }
    Ok(())
}

/// The last three lines of the main job.
fn digits(threads: &str, arguments: &[&str]) -> Result<Vec<String>, String> {
    let mut command = cargo(["run", "--quiet", "--release", "--package", "nn", "--example", "digits", "--"]);
    command.args(["--out", "target/digits"]).args(arguments).env("NN_NUM_THREADS", threads);
    let output = command.output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(format!("{command:?} failed\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let mut last: Vec<String> = text.lines().rev().take(3).map(String::from).collect();
    last.reverse();
    if !last.last().is_some_and(|line| line.starts_with("fingerprint: ")) {
        return Err(format!("the last line is no fingerprint: {last:?}"));
    }
    println!("{threads} threads {}: {}", arguments.join(" "), last.join(", "));
    Ok(last)
}

fn number(lines: &[String], label: &str) -> Result<f64, String> {
    let text = lines.iter().find_map(|line| line.strip_prefix(label));
    text.and_then(|text| text.parse().ok()).ok_or(format!("no line {label:?} with a number"))
}
