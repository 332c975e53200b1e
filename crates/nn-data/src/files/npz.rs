//! NumPy's `.npz`: a ZIP archive of `.npy` files.

use std::fs;
use std::io::Read;
use std::path::Path;

use tensor_ops::{Real, Tensor};

use super::ReadError;
use super::bytes::expect_end;
use super::npy::read_npy_from;

/// Length of the record at the end of an archive, without its comment.
const END: usize = 22;
/// Length of an entry of the directory, without its names.
const ENTRY: usize = 46;
/// Length of the header before the bytes of an entry, without its names.
const LOCAL: usize = 30;

/// The arrays of a `.npz` file with their names, in the order of the archive: `numpy.savez`, and with the feature `gzip`
/// `numpy.savez_compressed`. Checksums are checked. Archives beyond 4 GB (ZIP64) are refused.
///
/// The whole file is read into memory. The format is PKWARE's APPNOTE 6.3, sections 4.3.7 to 4.3.16.
///
/// # Errors
/// [`ReadError`] for a file that is not there, no such archive, damaged, or with an array that [`read_npy`](super::read_npy)
/// does not read.
pub fn read_npz<T: Real>(path: impl AsRef<Path>) -> Result<Vec<(String, Tensor<T>)>, ReadError> {
    let name = path.as_ref().display().to_string();
    let bytes = fs::read(path).map_err(ReadError::io(&name))?;
    read_npz_from(&bytes, &name)
}

/// As [`read_npz`], from bytes; `name` is what errors call them.
///
/// # Errors
/// As [`read_npz`].
pub fn read_npz_from<T: Real>(bytes: &[u8], name: &str) -> Result<Vec<(String, Tensor<T>)>, ReadError> {
    let wrong = |what: &str| ReadError::format(name, what);
    // The record at the end may be followed by a comment of up to 65,535 bytes.
    let earliest = bytes.len().saturating_sub(END + 0xffff);
    let end = (earliest..(bytes.len() + 1).saturating_sub(END)).rev();
    let end = end.into_iter().find(|&at| bytes[at..].starts_with(b"PK\x05\x06"));
    let end = end.ok_or_else(|| wrong("no ZIP archive: it has no record at its end"))?;
    let number = |at, n| little(bytes, at, n).ok_or_else(|| wrong("an archive that points outside itself"));
    let (count, mut at) = (number(end + 10, 2)?, number(end + 16, 4)?);
    let mut arrays = Vec::new();
    for _ in 0..count {
        if number(at, 4)? != 0x0201_4b50 {
            return Err(wrong("an archive whose directory is damaged"));
        }
        let (flags, method) = (number(at + 8, 2)?, number(at + 10, 2)?);
        let (checksum, packed, size) = (number(at + 16, 4)?, number(at + 20, 4)?, number(at + 24, 4)?);
        let names = [number(at + 28, 2)?, number(at + 30, 2)?, number(at + 32, 2)?];
        let local = number(at + 42, 4)?;
        if flags & 1 != 0 || [packed, size, local].contains(&0xffff_ffff) {
            return Err(wrong("an archive that is encrypted or beyond 4 GB"));
        }
        let entry = bytes.get(at + ENTRY..at + ENTRY + names[0]);
        let entry = entry.ok_or_else(|| wrong("an archive that points outside itself"))?;
        let entry = std::str::from_utf8(entry).map_err(|_| wrong("an entry whose name is no text"))?;
        let from = local + LOCAL + number(local + 26, 2)? + number(local + 28, 2)?;
        let data = bytes.get(from..from.saturating_add(packed));
        let data = data.ok_or_else(|| wrong("an archive that points outside itself"))?;
        let full = format!("{name}:{entry}");
        let mut input = Checked { input: unpacked(data, method, &full)?, crc: !0 };
        let tensor = read_npy_from(&mut input, &full)?;
        expect_end(&mut input, &full)?;
        if !input.crc != checksum as u32 {
            return Err(ReadError::format(&full, "its checksum is another one"));
        }
        arrays.push((entry.strip_suffix(".npy").unwrap_or(entry).to_string(), tensor));
        at += ENTRY + names.iter().sum::<usize>();
    }
    Ok(arrays)
}

/// `n` bytes as a number, if they are there.
fn little(bytes: &[u8], at: usize, n: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(n)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

fn unpacked<'a>(data: &'a [u8], method: usize, name: &str) -> Result<Box<dyn Read + 'a>, ReadError> {
    match method {
        0 => Ok(Box::new(data)),
        #[cfg(feature = "gzip")]
        8 => Ok(Box::new(flate2::bufread::DeflateDecoder::new(data))),
        #[cfg(not(feature = "gzip"))]
        8 => Err(ReadError::format(name, "compressed, which needs the feature `gzip`")),
        other => {
            Err(ReadError::format(name, format!("compressed by method {other}, which is not supported")))
        }
    }
}

/// Computes the checksum of what is read through it.
struct Checked<'a> {
    input: Box<dyn Read + 'a>,
    crc: u32,
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.input.read(buffer)?;
        for byte in &buffer[..n] {
            self.crc = self.crc >> 8 ^ CRC[((self.crc ^ u32::from(*byte)) & 0xff) as usize];
        }
        Ok(n)
    }
}

/// CRC-32 of every byte, with the reflected polynomial 0xedb88320 (APPNOTE 4.4.7).
const CRC: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut crc, mut bit) = (byte as u32, 0);
        while bit < 8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
};
