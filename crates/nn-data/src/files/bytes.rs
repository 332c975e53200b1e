//! Bytes of a file, and numbers made of them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use tensor_ops::{Real, Shape, Tensor};

use super::ReadError;

/// Bytes that are read and converted at once: enough to be fast, and little beside any file that matters.
const BLOCK: usize = 1 << 16;

/// A file and its name.
pub(super) fn open(path: &Path) -> Result<(BufReader<File>, String), ReadError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(ReadError::io(&name))?;
    Ok((BufReader::with_capacity(BLOCK, file), name))
}

/// The bytes, decompressed where they begin as gzip does (RFC 1952: 1f 8b).
pub(super) fn plain<'a>(mut input: impl BufRead + 'a, name: &str) -> Result<Box<dyn Read + 'a>, ReadError> {
    let start = loop {
        match input.fill_buf() {
            Ok(bytes) => break bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ReadError::io(name)(error)),
        }
    };
    match start {
        #[cfg(feature = "gzip")]
        [0x1f, 0x8b, ..] => Ok(Box::new(flate2::bufread::GzDecoder::new(input))),
        #[cfg(not(feature = "gzip"))]
        [0x1f, 0x8b, ..] => Err(ReadError::format(name, "compressed, which needs the feature `gzip`")),
        _ => Ok(Box::new(input)),
    }
}

/// The bytes of a file, decompressed on a thread of their own where they are compressed: a few blocks ahead of whoever reads.
pub(super) fn plain_ahead(input: BufReader<File>, name: &str) -> Result<Box<dyn Read>, ReadError> {
    #[cfg(feature = "gzip")]
    {
        let mut input = input;
        if input.fill_buf().is_ok_and(|start| start.starts_with(&[0x1f, 0x8b])) {
            return Ok(Box::new(ahead::Ahead::new(flate2::bufread::GzDecoder::new(input))));
        }
        plain(input, name)
    }
    #[cfg(not(feature = "gzip"))]
    plain(input, name)
}

#[cfg(feature = "gzip")]
mod ahead {
    use std::io::{self, Read};
    use std::sync::mpsc::{Receiver, sync_channel};
    use std::thread;

    use super::{BLOCK, read_up_to};

    /// Blocks that may wait: enough that neither side stands still, and 1 MB together.
    const WAITING: usize = 16;

    /// What a thread has read. It ends with the input, with an error, or when nobody listens any more.
    pub(super) struct Ahead {
        blocks: Receiver<io::Result<Vec<u8>>>,
        block: Vec<u8>,
        at: usize,
    }

    impl Ahead {
        pub(super) fn new(mut input: impl Read + Send + 'static) -> Ahead {
            let (sender, blocks) = sync_channel(WAITING);
            thread::spawn(move || {
                loop {
                    let mut block = vec![0; BLOCK];
                    let result = read_up_to(&mut input, &mut block).map(|n| {
                        block.truncate(n);
                        block
                    });
                    let goes_on = result.as_ref().is_ok_and(|block| !block.is_empty());
                    if sender.send(result).is_err() || !goes_on {
                        break;
                    }
                }
            });
            Ahead { blocks, block: Vec::new(), at: 0 }
        }
    }

    impl Read for Ahead {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.at == self.block.len() {
                // The thread has ended behind an empty block or an error.
                self.block = self.blocks.recv().unwrap_or(Ok(Vec::new()))?;
                self.at = 0;
            }
            let n = buffer.len().min(self.block.len() - self.at);
            buffer[..n].copy_from_slice(&self.block[self.at..self.at + n]);
            self.at += n;
            Ok(n)
        }
    }
}

/// How the numbers of a file are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    /// One byte, 0 or 1.
    Bool,
}

impl Number {
    pub(super) fn bytes(self) -> usize {
        match self {
            Number::I8 | Number::U8 | Number::Bool => 1,
            Number::I16 | Number::U16 => 2,
            Number::I32 | Number::U32 | Number::F32 => 4,
            Number::I64 | Number::U64 | Number::F64 => 8,
        }
    }

    /// Converts whole numbers, the most significant byte first or last.
    fn convert<T: Real>(self, big_endian: bool, bytes: &[u8], out: &mut Vec<T>) {
        macro_rules! each {
            ($t:ty) => {{
                const N: usize = size_of::<$t>();
                let chunks = bytes.as_chunks::<N>().0;
                match big_endian {
                    true => out.extend(chunks.iter().map(|b| T::from_f64(<$t>::from_be_bytes(*b) as f64))),
                    false => out.extend(chunks.iter().map(|b| T::from_f64(<$t>::from_le_bytes(*b) as f64))),
                }
            }};
        }
        match self {
            Number::I8 => each!(i8),
            Number::I16 => each!(i16),
            Number::I32 => each!(i32),
            Number::I64 => each!(i64),
            Number::U8 => each!(u8),
            Number::U16 => each!(u16),
            Number::U32 => each!(u32),
            Number::U64 => each!(u64),
            Number::F32 => each!(f32),
            Number::F64 => each!(f64),
            Number::Bool => out.extend(bytes.iter().map(|b| T::from_usize(usize::from(*b != 0)))),
        }
    }
}

/// Exactly the numbers of a shape, block by block, so that a header alone makes nothing grow.
pub(super) fn numbers<T: Real>(
    input: &mut dyn Read,
    name: &str,
    lengths: &[usize],
    number: Number,
    big_endian: bool,
) -> Result<Tensor<T>, ReadError> {
    let count = lengths.iter().try_fold(1usize, |product, n| product.checked_mul(*n));
    let shape = Shape::new(lengths).map_err(ReadError::data(name))?;
    let count =
        count.ok_or_else(|| ReadError::format(name, format!("the shape {lengths:?} is too large")))?;
    let size = number.bytes();
    let mut values: Vec<T> = Vec::with_capacity(count.min(BLOCK / size));
    let mut block = vec![0; BLOCK];
    while values.len() < count {
        let wanted = (count - values.len()).min(BLOCK / size) * size;
        let found = read_up_to(input, &mut block[..wanted]).map_err(ReadError::io(name))?;
        number.convert(big_endian, &block[..found / size * size], &mut values);
        if found < wanted {
            return Err(ReadError::Truncated { file: name.into(), expected: count, found: values.len() });
        }
    }
    Tensor::new(shape, values).map_err(ReadError::data(name))
}

/// Refuses bytes behind the end. Of gzip this also checks the checksum, which stands there.
pub(super) fn expect_end(input: &mut dyn Read, name: &str) -> Result<(), ReadError> {
    match read_up_to(input, &mut [0]).map_err(ReadError::io(name))? {
        0 => Ok(()),
        _ => Err(ReadError::format(name, "goes on behind the last element")),
    }
}

/// Fills the buffer as far as there are bytes.
pub(super) fn read_up_to(input: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
