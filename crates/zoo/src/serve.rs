//! Cases as functions, for checkers in other languages: one JSON object a line, both ways.
//!
//! | request | answer |
//! |---|---|
//! | `{"cmd": "list"}` | `{"zoo": [{"name", "what"}], "park": [{"name", "expect"}]}` |
//! | `{"cmd": "start", "case": NAME, "seed": N}` | `{"theta": [..]}`, where the case is checked |
//! | `{"cmd": "value", "theta": [..]}` | `{"value": x}` of the case that was started |
//! | `{"cmd": "gradient", "theta": [..]}` | `{"gradient": [..]}`, right or wrong; `null` is NaN |
//! | `{"cmd": "check"}` | `{"verdict": ..}`: what nn-check says |

use std::io::{self, BufRead, Write};

use serde_json::{Value, json};

use crate::case::Expect;
use crate::judge::judge;
use crate::problem::Problem;

/// Answers until standard input ends.
pub(crate) fn serve() -> io::Result<()> {
    let (input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let mut problem = None;
    for line in input.lines() {
        let answer = answer(&line?, &mut problem).unwrap_or_else(|error| json!({ "error": error }));
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

fn answer(line: &str, problem: &mut Option<Problem>) -> Result<Value, String> {
    let request: Value = serde_json::from_str(line).map_err(|e| e.to_string())?;
    let started = problem.as_ref().ok_or("no case was started");
    match request["cmd"].as_str() {
        Some("list") => Ok(list()),
        Some("start") => {
            let name = request["case"].as_str().ok_or("no name of a case")?;
            let seed = request["seed"].as_u64().ok_or("no seed")?;
            let build = crate::wrong::all().find(|case| case.name == name).map(|case| case.build);
            let build =
                build.or_else(|| crate::park::all().find(|case| case.name == name).map(|case| case.build));
            let new = problem.insert(build.ok_or(format!("no case {name}"))?(seed));
            Ok(json!({ "theta": new.flat().theta }))
        }
        Some("value") => Ok(json!({ "value": (started?.flat().f)(&theta(&request)?) })),
        Some("gradient") => Ok(json!({ "gradient": (started?.flat().gradient)(&theta(&request)?) })),
        Some("check") => Ok(json!({ "verdict": judge(&started?.check()).verdict.to_string() })),
        other => Err(format!("no command {other:?}")),
    }
}

fn theta(request: &Value) -> Result<Vec<f64>, String> {
    let numbers = request["theta"].as_array().ok_or("no theta")?;
    numbers.iter().map(|x| x.as_f64().ok_or(format!("{x} is no number"))).collect()
}

fn list() -> Value {
    let zoo = crate::wrong::all().map(|case| json!({ "name": case.name, "what": case.what }));
    let park = crate::park::all().map(|case| {
        let expect = match case.expect {
            Expect::Correct => "correct",
            Expect::Zero => "nothing",
            Expect::NotWrong => "not wrong",
        };
        json!({ "name": case.name, "expect": expect })
    });
    json!({ "zoo": zoo.collect::<Vec<_>>(), "park": park.collect::<Vec<_>>() })
}
