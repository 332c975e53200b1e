//! The bytes of a table, block by block, as long as they are plain: no quotes, and lines that end in a line feed.

use std::io::{self, Read};

use crate::files::bytes::read_up_to;

/// Bytes of a block: what types are inferred from lies in the first.
const BLOCK: usize = 1 << 20;

/// A buffer with whole lines in it.
#[derive(Debug)]
pub(super) struct Lines<R> {
    pub(super) input: R,
    pub(super) buffer: Vec<u8>,
    /// Where the next line begins.
    pub(super) at: usize,
    /// The end of the last whole line.
    pub(super) complete: usize,
    /// The number of the next line, from 1.
    pub(super) line: u64,
    pub(super) ended: bool,
    /// The next block, behind what is left of this one, and whether the input ends with it: read while this one was looked at.
    next: Option<(Vec<u8>, bool)>,
    /// What it was read into before.
    spare: Vec<u8>,
    /// What `is_plain` has found of this block.
    plain: Option<bool>,
    /// Whether nothing of the block has been looked at.
    pub(super) is_fresh: bool,
}

impl<R: Read> Lines<R> {
    /// With the first block.
    pub(super) fn new(input: R) -> io::Result<Lines<R>> {
        let buffer = Vec::new();
        let mut lines = Lines {
            input,
            buffer,
            at: 0,
            complete: 0,
            line: 1,
            ended: false,
            next: None,
            spare: Vec::new(),
            plain: None,
            is_fresh: true,
        };
        lines.fill()?;
        // The byte order mark of UTF-8 belongs to no cell.
        if lines.buffer.starts_with(b"\xef\xbb\xbf") {
            lines.at = 3;
            lines.complete = lines.complete.max(3);
        }
        Ok(lines)
    }

    /// Reads until a further line is whole or the input has ended. What is consumed is dropped.
    pub(super) fn fill(&mut self) -> io::Result<()> {
        match self.next.take() {
            Some((next, ended)) => {
                self.spare = std::mem::replace(&mut self.buffer, next);
                self.ended = ended;
            }
            None => drop(self.buffer.drain(..self.at)),
        }
        (self.at, self.complete, self.is_fresh, self.plain) = (0, 0, true, None);
        // What no line feed has been found in.
        let mut seen = 0;
        loop {
            self.complete = match self.ended {
                true => self.buffer.len(),
                false => {
                    let feed = self.buffer[seen..].iter().rposition(|b| *b == b'\n');
                    feed.map_or(0, |at| seen + at + 1)
                }
            };
            if self.complete > 0 || self.ended {
                return Ok(());
            }
            seen = self.buffer.len();
            self.ended = append(&mut self.input, &mut self.buffer)?;
        }
    }

    /// The whole lines of this block, and a task that reads the next block: for one call, by any thread.
    pub(super) fn ahead(&mut self) -> (&[u8], impl FnMut() -> io::Result<()>) {
        let Lines { input, buffer, at, complete, ended, next, spare, .. } = self;
        let left = &buffer[*complete..];
        let task = move || {
            if *ended || next.is_some() {
                return Ok(());
            }
            let mut block = std::mem::take(spare);
            block.clear();
            block.extend_from_slice(left);
            let ends = append(input, &mut block)?;
            *next = Some((block, ends));
            Ok(())
        };
        (&buffer[*at..*complete], task)
    }

    /// All bytes that have been read and not been consumed.
    pub(super) fn rest(&self) -> Vec<u8> {
        match &self.next {
            Some((next, _)) => [&self.buffer[self.at..self.complete], next].concat(),
            None => self.buffer[self.at..].to_vec(),
        }
    }

    /// Whether a line feed is the end of a line and a delimiter the end of a cell, everywhere in this block.
    pub(super) fn is_plain(&mut self) -> bool {
        let Lines { plain, buffer, at, .. } = self;
        *plain.get_or_insert_with(|| !buffer[*at..].contains(&b'"') && !buffer[*at..].contains(&b'\r'))
    }

    /// Steps over empty lines to the next one; false behind the last.
    pub(super) fn find(&mut self) -> io::Result<bool> {
        loop {
            while self.at < self.complete && self.buffer[self.at] == b'\n' {
                self.at += 1;
                self.line += 1;
            }
            if self.at < self.complete {
                return Ok(true);
            }
            if self.ended {
                return Ok(false);
            }
            self.fill()?;
        }
    }
}

/// Reads a block behind what is there; whether the input has ended.
fn append(input: &mut impl Read, buffer: &mut Vec<u8>) -> io::Result<bool> {
    let old = buffer.len();
    buffer.resize(old + BLOCK, 0);
    let n = read_up_to(input, &mut buffer[old..])?;
    buffer.truncate(old + n);
    Ok(n < BLOCK)
}
