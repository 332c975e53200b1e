//! Everything that must hold before a change lands.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::{Conformance, StatusOk, cargo, conformance, root, tidy};

pub(crate) fn run() -> Result<(), String> {
    step("tests", || cargo(["test", "--workspace"]).status_ok())?;
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
    step("the main job on 1, 2 and 4 threads", main_job)
}

fn step(name: &str, run: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    println!("== {name}");
    let start = Instant::now();
    run()?;
    println!("== {name}: done in {:.0} s", start.elapsed().as_secs_f64());
    Ok(())
}

/// They lie beside the repository, and are no part of it.
fn reference_cases() -> Result<(), String> {
    let dir = match std::env::var_os("NN_CONFORMANCE_DIR") {
        Some(dir) => dir.into(),
        None => root().join("../shared/conformance"),
    };
    if !dir.is_dir() {
        println!("skipped: no folder {} (NN_CONFORMANCE_DIR names another)", dir.display());
        return Ok(());
    }
    conformance(&Conformance { dir, suite: None, op: None, json: None })
}

/// The promise of equal bits, on the program that a newcomer runs first.
fn main_job() -> Result<(), String> {
    let mut last_lines = BTreeSet::new();
    for threads in ["1", "2", "4"] {
        let mut command =
            cargo(["run", "--quiet", "--release", "--package", "nn", "--example", "digits", "--", "--out"]);
        let output = command.arg("target/digits").env("NN_NUM_THREADS", threads).output();
        let output = output.map_err(|e| e.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let last: Vec<&str> = text.lines().rev().take(3).collect();
        println!("{threads} threads: {}", last.iter().rev().copied().collect::<Vec<_>>().join(", "));
        if !output.status.success() {
            return Err(format!("digits failed\n{}", String::from_utf8_lossy(&output.stderr)));
        }
        last_lines.insert(last.join("\n"));
    }
    if last_lines.len() == 1 { Ok(()) } else { Err("the result depends on the number of threads".into()) }
}
