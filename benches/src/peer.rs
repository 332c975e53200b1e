//! Starts peers: a peer is a process that speaks the protocol.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::protocol::Connection;

/// A peer that runs. It ends when it is dropped.
pub(crate) struct Peer {
    /// Closed before the process is waited for: the end of its input is what ends a peer.
    connection: Option<Connection>,
    child: Child,
}

impl Peer {
    /// Starts the peer that `spec` names, for this number of threads: `NAME` for the script `NAME_peer.py` or the package
    /// `NAME`, which is built first, `self` for this library in a process of its own, `NAME=PROGRAM ARGUMENTS` for any other.
    pub(crate) fn start(spec: &str, threads: usize, python: Option<&Path>) -> Result<Peer, String> {
        let (name, mut command) = command(spec, python)?;
        // What the runtimes of the peers read when they start; a script sets the number again by its library's own call.
        for variable in [
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "RAYON_NUM_THREADS",
            "NN_NUM_THREADS",
        ] {
            command.env(variable, threads.to_string());
        }
        command.env("NN_PEER_THREADS", threads.to_string());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|e| format!("peer {name}: {:?} could not be started: {e}", command.get_program()))?;
        let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(format!("peer {name}: no pipes"));
        };
        let mut peer = Peer { connection: None, child };
        peer.connection = Some(Connection::open(name, Box::new(BufReader::new(from)), Box::new(to))?);
        Ok(peer)
    }

    pub(crate) fn connection(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("it is taken on drop alone")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.connection = None;
        let _ = self.child.wait(); // it may have ended by itself, which was reported
    }
}

/// The name of the peer, and what starts it.
fn command<'a>(spec: &'a str, python: Option<&Path>) -> Result<(&'a str, Command), String> {
    if let Some((name, line)) = spec.split_once('=') {
        let mut words = line.split_whitespace();
        let mut command = Command::new(words.next().ok_or(format!("peer {name}: no program"))?);
        command.args(words);
        return Ok((name, command));
    }
    if spec == "self" {
        let mut command = Command::new(std::env::current_exe().map_err(|e| e.to_string())?);
        command.arg("serve");
        return Ok((spec, command));
    }
    let manifest = Path::new(PEERS).join(spec).join("Cargo.toml");
    if manifest.is_file() {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        command.args(["run", "--release", "--locked", "--manifest-path"]).arg(manifest);
        // As their authors advise, and as their own programs are built.
        command.env("RUSTFLAGS", "-C target-cpu=native");
        return Ok((spec, command));
    }
    let script = script(spec);
    if !script.is_file() {
        return Err(format!("peer {spec}: there is no {}", script.display()));
    }
    let python = python.ok_or(format!(
        "peer {spec} needs Python: `cargo xtask bench --setup-peers` prepares one, --python PATH or NN_PEER_PYTHON names another"
    ))?;
    let mut command = Command::new(python);
    command.arg(script);
    Ok((spec, command))
}

/// Where the peers lie.
const PEERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");

fn script(peer: &str) -> PathBuf {
    Path::new(PEERS).join(format!("{}_peer.py", peer.replace(['.', '-'], "_")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said_in_a_sentence() {
        let message = |spec, python| Peer::start(spec, 1, python).err().expect(spec);
        assert!(message("torch", None).contains("--setup-peers"));
        assert!(message("torch", Some(Path::new("no/python"))).contains("could not be started"));
        assert!(message("caffe", None).contains("caffe_peer.py"));
        assert!(message("x=no/program", None).contains("peer x: \"no/program\" could not be started"));
        assert!(message("x=", None).contains("no program"));
    }
}
