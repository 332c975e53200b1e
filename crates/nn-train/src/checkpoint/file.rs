//! The frame of a checkpoint: what it is, how long, the contents, a checksum over all of it.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use tensor_ops::random::{FNV_START, fnv1a};

use super::CheckpointError;

/// The first bytes; the digit is the version of the contents.
const MAGIC: &[u8; 8] = b"nn-ckpt1";
const HEAD: usize = MAGIC.len() + 8;
const SUM: usize = 8;

/// Writes it so that a reader finds the old file or the new, never a part: whatever happens in between.
pub(super) fn write(path: &Path, contents: &[u8]) -> Result<(), CheckpointError> {
    let bytes = frame(contents);
    let mut name = path.as_os_str().to_os_string();
    name.push(".tmp");
    let beside = Path::new(&name);
    let written = File::create(beside)
        .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(beside, path))
        .and_then(|()| sync_folder(path));
    written.map_err(|source| {
        let _ = fs::remove_file(beside); // it may not exist; the first error is the one to report
        CheckpointError::io("write", path, source)
    })
}

/// The name is on the disk too.
#[cfg(unix)]
fn sync_folder(path: &Path) -> std::io::Result<()> {
    match path.parent() {
        Some(folder) if folder != Path::new("") => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Other systems cannot open a folder.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// The contents, of a file that is whole.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    let bytes = fs::read(path).map_err(|source| CheckpointError::io("read", path, source))?;
    contents(&bytes).map(<[u8]>::to_vec).map_err(|what| CheckpointError::torn(path, what))
}

fn frame(contents: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD + contents.len() + SUM);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&(contents.len() as u64).to_le_bytes());
    bytes.extend_from_slice(contents);
    let sum = fnv1a(FNV_START, &bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

fn contents(bytes: &[u8]) -> Result<&[u8], String> {
    if bytes.len() < HEAD + SUM || !bytes.starts_with(MAGIC) {
        return Err("it does not begin as one".to_string());
    }
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes"));
    let (expected, got) = (number(MAGIC.len()), (bytes.len() - HEAD - SUM) as u64);
    if expected != got {
        return Err(format!("it has {got} bytes of {expected}"));
    }
    let end = bytes.len() - SUM;
    match fnv1a(FNV_START, &bytes[..end]) == number(end) {
        true => Ok(&bytes[HEAD..end]),
        false => Err("it does not match its checksum".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_and_a_flipped_bit_are_refused() {
        let bytes = frame(b"all of a training");
        assert_eq!(contents(&bytes).unwrap(), b"all of a training");
        for n in 0..bytes.len() {
            assert!(contents(&bytes[..n]).is_err(), "the first {n} bytes");
            let mut flipped = bytes.clone();
            flipped[n] ^= 1;
            assert!(contents(&flipped).is_err(), "byte {n}");
        }
    }
}
