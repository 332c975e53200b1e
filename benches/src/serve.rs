//! This library as a peer. Beside itself it must come out at a ratio of 1: the test of the harness.

use std::io::{BufRead, Write};
use std::path::Path;

use nn::tensor::{Shape, Tensor};
use serde_json::{Value, json};

use crate::measure::Side;
use crate::workload::Subject;
use crate::{files, workloads};

/// Speaks the protocol until its input ends. `spoil` is added to the last element of each answer, for tests of the
/// comparison.
pub(crate) fn serve(from: impl BufRead, mut to: impl Write, spoil: f32) -> Result<(), String> {
    let mut prepared = None;
    for line in from.lines() {
        let line = line.map_err(|e| e.to_string())?;
        let answer = match serde_json::from_str::<Value>(&line) {
            Ok(message) => answer(&message, &mut prepared, spoil),
            Err(error) => Err(error.to_string()),
        };
        let answer = answer.unwrap_or_else(|error| json!({"ok": false, "error": error}));
        writeln!(to, "{answer}").and_then(|()| to.flush()).map_err(|e| e.to_string())?;
    }
    Ok(())
}

fn answer(message: &Value, prepared: &mut Option<Subject>, spoil: f32) -> Result<Value, String> {
    match message["cmd"].as_str() {
        Some("hello") => Ok(json!({"ok": true, "version": env!("CARGO_PKG_VERSION")})),
        Some("prepare") => {
            let name = message["workload"]["name"].as_str().unwrap_or_default();
            let Some(workload) = workloads::all().into_iter().find(|w| w.name == name) else {
                return Ok(json!({"ok": true, "unsupported": format!("no workload {name:?}")}));
            };
            nn::set_threads(message["threads"].as_u64().unwrap_or(1) as usize);
            let mut subject = Subject::new(workload, read_inputs(message)?);
            let steps = message["workload"]["steps"].as_u64().unwrap_or(0);
            let growth = if message["memory"] == true { subject.growth(steps as usize) } else { None };
            let mut answer = subject.answer()?.clone();
            if let Some(last) = answer.as_mut_slice().last_mut() {
                *last += spoil;
            }
            let output = Path::new(message["output"].as_str().ok_or("no output")?);
            files::write(output, answer.as_slice())?;
            let form = subject.workload.ours.form();
            *prepared = Some(subject);
            Ok(json!({"ok": true, "form": form, "growth": growth}))
        }
        Some("time") => {
            let subject = prepared.as_mut().ok_or("nothing is prepared")?;
            let number = |key: &str| message[key].as_u64().unwrap_or(1);
            Ok(json!({"ok": true, "ns": subject.time(number("warm_up"), number("reps"))?}))
        }
        _ => Err(format!("{message} is no command")),
    }
}

fn read_inputs(message: &Value) -> Result<Vec<Tensor<f32>>, String> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let pairs = list(&message["inputs"]).into_iter().zip(list(&message["workload"]["shapes"]));
    let tensors = pairs.map(|(path, shape)| {
        let lengths: Vec<usize> =
            list(&shape).iter().filter_map(|n| n.as_u64()).map(|n| n as usize).collect();
        let shape = Shape::new(&lengths).map_err(|e| e.to_string())?;
        let path = path.as_str().ok_or("an input is a path")?.to_string();
        Tensor::new(shape, files::read(Path::new(&path))?).map_err(|e| e.to_string())
    });
    tensors.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_command_is_answered() {
        let mut said = Vec::new();
        serve("{\"cmd\": \"dance\"}\nnonsense\n{\"cmd\": \"time\"}\n".as_bytes(), &mut said, 0.0).unwrap();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(said.lines().filter(|line| line.contains("\"ok\":false")).count(), 3, "{said}");
    }
}
