//! What the peers in Rust share: the protocol of `benches/README.md`, for training steps and forward passes.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;
use std::{fs, io};

use serde_json::{Value, json};

/// Whatever goes wrong is reported with the row.
pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The numbers of a file, and their shape.
pub struct Input {
    /// Row after row.
    pub numbers: Vec<f32>,
    /// The lengths of the axes.
    pub shape: Vec<usize>,
}

/// A workload, ready to run.
pub trait Work {
    /// Back to before the first call, or, the first time, to where there is everything that a call needs.
    fn restart(&mut self) -> Result<()>;

    /// What is timed.
    fn call(&mut self) -> Result<()>;

    /// What is compared, `steps` steps after `restart`; 0 steps for what has no state.
    fn answer(&mut self, steps: u64) -> Result<Vec<f32>>;
}

/// Answers until standard input ends. `prepare` is given the workload and its inputs.
pub fn serve(
    version: &str,
    form: &str,
    prepare: impl Fn(&Value, Vec<Input>) -> Result<Box<dyn Work>>,
) -> Result<()> {
    let mut work: Option<Box<dyn Work>> = None;
    for line in io::stdin().lock().lines() {
        let message: Value = serde_json::from_str(&line?)?;
        let answer = match message["cmd"].as_str() {
            Some("hello") => Ok(json!({"ok": true, "version": version})),
            Some("prepare") if !["step", "infer"].map(Value::from).contains(&message["workload"]["op"]) => {
                Ok(json!({"ok": true, "unsupported": message["workload"]["op"]}))
            }
            Some("prepare") => {
                work = None; // its memory is free before the next is made
                prepared(&message, &prepare).map(|(ready, growth)| {
                    work = Some(ready);
                    json!({"ok": true, "form": form, "growth": growth})
                })
            }
            Some("time") => match &mut work {
                Some(work) => time(&mut **work, &message).map(|ns| json!({"ok": true, "ns": ns})),
                None => Err("nothing is prepared".into()),
            },
            _ => Err(format!("{message} is no command").into()),
        };
        println!("{}", answer.unwrap_or_else(|e| json!({"ok": false, "error": e.to_string()})));
        io::stdout().flush()?;
    }
    Ok(())
}

type Ready = (Box<dyn Work>, Option<u64>);

fn prepared(message: &Value, prepare: impl Fn(&Value, Vec<Input>) -> Result<Box<dyn Work>>) -> Result<Ready> {
    let workload = &message["workload"];
    let steps = workload["steps"].as_u64().unwrap_or(0);
    let mut work = prepare(workload, inputs(message)?)?;
    let mut growth = None;
    if message["memory"] == true {
        let before = peak_anew();
        work.restart()?;
        (0..steps).try_for_each(|_| work.call())?;
        growth = before.and_then(|before| Some(resident("VmHWM")? - before));
    }
    work.restart()?;
    let answer = work.answer(steps)?;
    let bytes: Vec<u8> = answer.iter().flat_map(|x| x.to_le_bytes()).collect();
    fs::write(message["output"].as_str().unwrap_or_default(), bytes)?;
    Ok((work, growth))
}

fn time(work: &mut dyn Work, message: &Value) -> Result<u64> {
    let number = |key: &str| message[key].as_u64().unwrap_or(1);
    work.restart()?;
    (0..number("warm_up")).try_for_each(|_| work.call())?;
    let start = Instant::now();
    (0..number("reps")).try_for_each(|_| work.call())?;
    Ok(start.elapsed().as_nanos() as u64)
}

fn inputs(message: &Value) -> Result<Vec<Input>> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let pairs = list(&message["inputs"]).into_iter().zip(list(&message["workload"]["shapes"]));
    let inputs = pairs.map(|(path, shape)| {
        let bytes = fs::read(path.as_str().unwrap_or_default())?;
        let numbers = bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        Ok(Input { numbers, shape: serde_json::from_value(shape)? })
    });
    inputs.collect()
}

/// Bytes, from what Linux says of this process.
fn resident(key: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(key))?;
    Some(1024 * line.split_whitespace().nth(1)?.parse::<u64>().ok()?)
}

/// Has the peak of the resident memory begin anew, and gives what is resident now.
fn peak_anew() -> Option<u64> {
    fs::write("/proc/self/clear_refs", "5").ok()?;
    resident("VmRSS")
}
