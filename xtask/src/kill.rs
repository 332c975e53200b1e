//! Trainings that are killed, and what their continuations end with.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::{StatusOk, cargo, root};

/// Kills a training at random moments (SIGKILL), resumes it, and compares its result with that of a training that was never stopped.
#[derive(argh::FromArgs)]
#[argh(subcommand, name = "kill")]
pub(crate) struct Kill {
    /// how many trainings (default 100)
    #[argh(option, default = "100")]
    times: u64,
    /// seed of the moments (default 0)
    #[argh(option, default = "0")]
    seed: u64,
}

pub(crate) fn run(options: &Kill) -> Result<(), String> {
    cargo(["build", "--quiet", "--release", "--package", "nn-train", "--example", "resume"]).status_ok()?;
    let program = root().join("target/release/examples/resume");
    let folder = root().join("target/kill");
    let start = Instant::now();
    let expected = finish(&program, &fresh(&folder)?)?;
    let whole = start.elapsed();
    println!("never stopped, in {:.2} s: {}", whole.as_secs_f64(), expected.join(", "));
    let mut random = Random(options.seed);
    let (mut equal, mut in_writing, mut kills) = (0, 0, 0);
    for time in 1..=options.times {
        let folder = fresh(&folder)?;
        // One training may be killed several times before it comes to its end.
        for _ in 0..1 + random.below(3) {
            let moment = whole.mul_f64(random.below(1000) as f64 / 1000.0);
            kills += u64::from(killed_after(&program, &folder, moment)?);
            in_writing += u64::from(has_half_a_file(&folder));
        }
        let found = finish(&program, &folder)?;
        match found == expected {
            true => equal += 1,
            false => println!("training {time}: {}", found.join(", ")),
        }
    }
    println!("{kills} kills, {in_writing} of them in the middle of writing a checkpoint");
    println!("resumed equal {equal} of {}", options.times);
    if equal == options.times {
        Ok(())
    } else {
        Err("a training that was killed ended otherwise".to_string())
    }
}

fn fresh(folder: &Path) -> Result<PathBuf, String> {
    let _ = std::fs::remove_dir_all(folder); // it may not exist
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder.to_path_buf())
}

fn start(program: &Path, folder: &Path) -> Result<Child, String> {
    let mut command = Command::new(program);
    command.arg(folder).stdout(Stdio::piped());
    command.spawn().map_err(|e| format!("{}: {e}", program.display()))
}

/// Whether it was still running when it was killed, at this moment.
fn killed_after(program: &Path, folder: &Path, moment: Duration) -> Result<bool, String> {
    let mut child = start(program, folder)?;
    std::thread::sleep(moment);
    let was_running = child.try_wait().map_err(|e| e.to_string())?.is_none();
    child.kill().map_err(|e| e.to_string())?; // SIGKILL: nothing in the program is asked
    child.wait().map_err(|e| e.to_string())?;
    Ok(was_running)
}

/// What a training that is let alone ends with.
fn finish(program: &Path, folder: &Path) -> Result<Vec<String>, String> {
    let output = start(program, folder)?.wait_with_output().map_err(|e| e.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).lines().map(String::from).collect()),
        false => Err(format!("{} failed: {}", program.display(), output.status)),
    }
}

fn has_half_a_file(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).any(|path| path.extension().is_some_and(|e| e == "tmp"))
}

/// SplitMix64 (Steele, Lea and Flood, 2014): moments need no better numbers, and xtask no crate for them.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }
}
