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
    /// What `is_plain` has found of this block.
    plain: Option<bool>,
    /// Whether nothing of the block has been looked at.
    pub(super) is_fresh: bool,
}

impl<R: Read> Lines<R> {
    /// With the first block.
    pub(super) fn new(input: R) -> io::Result<Lines<R>> {
        let buffer = Vec::new();
        let mut lines =
            Lines { input, buffer, at: 0, complete: 0, line: 1, ended: false, plain: None, is_fresh: true };
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
        self.buffer.drain(..self.at);
        (self.at, self.complete, self.is_fresh, self.plain) = (0, 0, true, None);
        while self.complete == 0 && !self.ended {
            let old = self.buffer.len();
            self.buffer.resize(old + BLOCK, 0);
            let n = read_up_to(&mut self.input, &mut self.buffer[old..])?;
            self.buffer.truncate(old + n);
            self.ended = n < BLOCK;
            let new = &self.buffer[old..];
            self.complete = match self.ended {
                true => self.buffer.len(),
                false => new.iter().rposition(|b| *b == b'\n').map_or(0, |at| old + at + 1),
            };
        }
        Ok(())
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
