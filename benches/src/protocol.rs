//! What is said to a peer, and what it answers: one JSON object a line, over its standard input and output.
//!
//! `benches/README.md` has the protocol in full.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::measure::Side;
use crate::workload::Workload;

/// The two ends of a conversation with a peer.
pub(crate) struct Connection {
    /// As the peer is called in the table.
    pub(crate) name: String,
    /// As the peer introduces itself.
    pub(crate) version: String,
    /// How long its threads spin after a call, where it says so.
    pub(crate) settle: Option<Duration>,
    to: Box<dyn Write>,
    from: Box<dyn BufRead>,
}

/// How a peer answers to a workload.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Prepared {
    /// The answer is in the file.
    Ready {
        /// How it was computed, in the peer's words.
        form: String,
        /// Bytes by which the peer's resident memory grew, if it was asked and can tell.
        growth: Option<u64>,
    },
    /// The peer has no such operation, and says why.
    Unsupported(String),
}

impl Connection {
    /// Asks the peer who it is.
    pub(crate) fn open(name: &str, from: Box<dyn BufRead>, to: Box<dyn Write>) -> Result<Self, String> {
        let (name, version) = (name.to_string(), String::new());
        let mut connection = Connection { name, version, settle: None, to, from };
        let answer = connection.ask(&json!({"cmd": "hello"}))?;
        connection.version = answer["version"].as_str().unwrap_or("of unknown version").to_string();
        connection.settle = answer["settle_ms"].as_u64().map(Duration::from_millis);
        Ok(connection)
    }

    /// Has the peer read the inputs, warm up, and write its answer; with `memory`, tell what that took.
    pub(crate) fn prepare(
        &mut self,
        workload: &Workload,
        threads: usize,
        inputs: &[PathBuf],
        output: &Path,
        memory: bool,
    ) -> Result<Prepared, String> {
        let answer = self.ask(&json!({
            "cmd": "prepare",
            "workload": workload.describe(),
            "threads": threads,
            "inputs": inputs,
            "output": output,
            "memory": memory,
        }))?;
        let text = |key: &str| answer[key].as_str().map(String::from);
        Ok(match text("unsupported") {
            Some(why) => Prepared::Unsupported(why),
            None => {
                let form = text("form").unwrap_or_default();
                Prepared::Ready { form, growth: answer["growth"].as_u64() }
            }
        })
    }

    /// Says a line and waits for the answer to it.
    fn ask(&mut self, message: &Value) -> Result<Value, String> {
        let cmd = message["cmd"].as_str().unwrap_or_default();
        let broken = |what: &str| format!("peer {}: {what} instead of an answer to `{cmd}`", self.name);
        let mut line = message.to_string();
        line.push('\n');
        let said = self.to.write_all(line.as_bytes()).and_then(|()| self.to.flush());
        said.map_err(|e| broken(&e.to_string()))?;
        let mut line = String::new();
        match self.from.read_line(&mut line) {
            Err(e) => return Err(broken(&e.to_string())),
            Ok(0) => return Err(broken("it ended")),
            Ok(_) => {}
        }
        let answer: Value = serde_json::from_str(&line).map_err(|_| broken(&format!("{:?}", line.trim())))?;
        match (answer["ok"].as_bool(), answer["error"].as_str()) {
            (Some(true), _) => Ok(answer),
            (Some(false), Some(error)) => Err(format!("peer {}: {error}", self.name)),
            _ => Err(broken(line.trim())),
        }
    }
}

impl Side for Connection {
    fn time(&mut self, warm_up: u64, reps: u64) -> Result<f64, String> {
        let answer = self.ask(&json!({"cmd": "time", "warm_up": warm_up, "reps": reps}))?;
        let nanoseconds = answer["ns"].as_f64().filter(|ns| *ns > 0.0);
        nanoseconds.ok_or_else(|| format!("peer {}: {answer} names no time", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A conversation with a peer that says these lines, whatever it hears.
    fn peer(says: &'static str) -> Result<Connection, String> {
        Connection::open("fake", Box::new(says.as_bytes()), Box::new(std::io::sink()))
    }

    #[test]
    fn an_answer_is_understood() {
        let says = "{\"ok\": true, \"version\": \"1.2\", \"settle_ms\": 80}\n{\"ok\": true, \"ns\": 250.0}\n";
        let mut fake = peer(says).unwrap();
        assert_eq!((&fake.version[..], fake.settle), ("1.2", Some(Duration::from_millis(80))));
        assert_eq!(fake.time(0, 2), Ok(250.0));
        assert!(fake.time(0, 2).unwrap_err().contains("fake: it ended"));
    }

    #[test]
    fn nonsense_is_an_error_that_names_the_peer_and_the_question() {
        for (says, part) in [
            ("", "it ended instead of an answer to `hello`"),
            ("Traceback\n", "\"Traceback\" instead of"),
            ("{}\n", "{} instead of"),
            ("{\"ok\": false, \"error\": \"no module\"}\n", "peer fake: no module"),
        ] {
            let message = peer(says).err().expect(says);
            assert!(message.contains("fake") && message.contains(part), "{message}");
        }
        let mut fake = peer("{\"ok\": true}\n{\"ok\": true, \"ns\": \"fast\"}\n").unwrap();
        assert!(fake.time(0, 1).unwrap_err().contains("names no time"));
    }
}
