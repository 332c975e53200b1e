//! Event files for TensorBoard, by hand: the format is a few lines, and no crate for it is kept up.
//!
//! A file is a row of records: the length (u64), its masked CRC-32C, the bytes, their masked CRC-32C, all little-endian (TFRecord). The
//! bytes are a protocol buffer `Event`: wall time, step, and a summary of tags with one number each.

use std::fs::{File, create_dir_all};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use nn_core::Scalar;

use crate::{Epoch, Flow, History, Now, Observer};

/// Writes what TensorBoard draws: loss, rate and accuracy of the batches every so many steps, and the figures of every epoch.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_optim::Adam;
/// use nn_train::{TensorBoard, Trainer};
/// let folder = std::env::temp_dir().join(format!("nn-events-{}", std::process::id()));
/// let set = nn_data::datasets::iris::<f32>();
/// let mut model: Model<f32> = Dense::new(3).init([4], 0)?;
/// Trainer::new(Adam::default(), SoftmaxCrossEntropy::new())
///     .observe(TensorBoard::in_folder(&folder)?)
///     .fit(&mut model, &set, &set)?;
/// assert_eq!(std::fs::read_dir(&folder)?.count(), 1);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TensorBoard {
    file: BufWriter<File>,
    every: u64,
    /// The first refusal of the system: nothing is written after it.
    failed: Option<io::Error>,
}

impl TensorBoard {
    /// A new event file in a folder, which is made where there is none; batches every 10 steps.
    ///
    /// # Errors
    /// What the system says.
    pub fn in_folder(folder: impl AsRef<Path>) -> io::Result<TensorBoard> {
        create_dir_all(&folder)?;
        let name = format!("events.out.tfevents.{:.0}.{}.nn", now(), std::process::id());
        let file = BufWriter::new(File::create(folder.as_ref().join(name))?);
        let mut board = TensorBoard { file, every: 10, failed: None };
        let mut event = Message::default();
        event.double(1, now());
        event.bytes(3, b"brain.Event:2");
        board.record(&event.0)?;
        Ok(board)
    }

    /// Sets how many steps lie between two that are written.
    #[must_use]
    pub fn every(self, steps: u64) -> Self {
        TensorBoard { every: steps.max(1), ..self }
    }

    /// The error that has ended the writing, if any. It ends no training.
    pub fn error(&self) -> Option<&io::Error> {
        self.failed.as_ref()
    }

    fn record(&mut self, data: &[u8]) -> io::Result<()> {
        let length = (data.len() as u64).to_le_bytes();
        self.file.write_all(&length)?;
        self.file.write_all(&masked(crc32c(&length)).to_le_bytes())?;
        self.file.write_all(data)?;
        self.file.write_all(&masked(crc32c(data)).to_le_bytes())
    }

    fn scalars(&mut self, step: u64, scalars: &[(&str, Option<f64>)]) {
        if self.failed.is_some() {
            return;
        }
        let mut summary = Message::default();
        for (tag, value) in scalars.iter().filter_map(|(tag, value)| Some((tag, (*value)?))) {
            let mut scalar = Message::default();
            scalar.bytes(1, tag.as_bytes());
            scalar.float(2, value as f32);
            summary.bytes(1, &scalar.0);
        }
        let mut event = Message::default();
        event.double(1, now());
        event.varint(2, step);
        event.bytes(5, &summary.0);
        self.failed = self.record(&event.0).err();
    }
}

impl<T: Scalar> Observer<T> for TensorBoard {
    fn step(&mut self, now: &Now<'_, T>) -> Flow {
        let step = &now.step;
        if step.number.is_multiple_of(self.every) {
            let scalars = [
                ("batch/loss", Some(step.loss)),
                ("batch/rate", Some(step.rate)),
                ("batch/accuracy", step.accuracy),
            ];
            self.scalars(step.number, &scalars);
        }
        Flow::Continue
    }

    fn epoch(&mut self, epoch: &Epoch, _: &Now<'_, T>) -> Flow {
        let (train, validation) = (epoch.train.unwrap_or(epoch.running), epoch.validation);
        let mut scalars = vec![
            ("loss/training", Some(train.loss)),
            ("loss/validation", validation.map(|v| v.loss)),
            ("accuracy/training", train.accuracy),
            ("accuracy/validation", validation.and_then(|v| v.accuracy)),
        ];
        let tags: Vec<String> = epoch.metrics.iter().map(|(name, _)| format!("metric/{name}")).collect();
        scalars.extend(tags.iter().zip(&epoch.metrics).map(|(tag, (_, value))| (tag.as_str(), Some(*value))));
        self.scalars(epoch.number, &scalars);
        let flushed = self.file.flush();
        self.failed = self.failed.take().or(flushed.err());
        Flow::Continue
    }

    fn end(&mut self, _: &History) {
        let flushed = self.file.flush();
        self.failed = self.failed.take().or(flushed.err());
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

/// A protocol buffer, written field by field.
#[derive(Debug, Default)]
struct Message(Vec<u8>);

impl Message {
    fn raw(&mut self, mut x: u64) {
        while x >= 0x80 {
            self.0.push(x as u8 | 0x80);
            x >>= 7;
        }
        self.0.push(x as u8);
    }

    /// The number of a field, and how it is written.
    fn key(&mut self, field: u64, wire: u64) {
        self.raw(field << 3 | wire);
    }

    fn varint(&mut self, field: u64, x: u64) {
        self.key(field, 0);
        self.raw(x);
    }

    fn double(&mut self, field: u64, x: f64) {
        self.key(field, 1);
        self.0.extend_from_slice(&x.to_le_bytes());
    }

    fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.key(field, 2);
        self.raw(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    fn float(&mut self, field: u64, x: f32) {
        self.key(field, 5);
        self.0.extend_from_slice(&x.to_le_bytes());
    }
}

/// CRC-32 with Castagnoli's polynomial, bit by bit: records are short.
fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg()))
    })
}

/// TFRecord's mask: a checksum over data that hold checksums is a bad one.
fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_castagnoli_s() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283); // RFC 3720 and every catalogue of CRCs
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa); // RFC 3720, B.4
    }

    #[test]
    fn varints() {
        let mut message = Message::default();
        message.varint(2, 300);
        assert_eq!(message.0, [0x10, 0xac, 0x02]);
    }
}
