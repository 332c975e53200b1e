//! A small file, written by the same crate.

use std::sync::Arc;

use ::parquet::basic::Compression;
use ::parquet::data_type::{BoolType, ByteArrayType, DoubleType, Int64Type};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
use bytes::Bytes;
use tensor_ops::Tensor;

use super::*;
use crate::Targets;

/// Two row groups of three rows.
fn file(compression: Compression) -> Vec<u8> {
    let message = "message m { required int64 id; optional double x; required boolean b; required binary kind (utf8); }";
    let schema = Arc::new(parse_message_type(message).unwrap());
    let properties = Arc::new(WriterProperties::builder().set_compression(compression).build());
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    for group in 0..2 {
        let mut rows = writer.next_row_group().unwrap();
        let mut column = rows.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&[1, 2, 3 + group], None, None).unwrap();
        column.close().unwrap();
        let mut column = rows.next_column().unwrap().unwrap();
        column.typed::<DoubleType>().write_batch(&[0.5, -2.5], Some(&[1, 0, 1]), None).unwrap();
        column.close().unwrap();
        let mut column = rows.next_column().unwrap().unwrap();
        column.typed::<BoolType>().write_batch(&[true, false, true], None, None).unwrap();
        column.close().unwrap();
        let mut column = rows.next_column().unwrap().unwrap();
        let kinds = if group == 0 { ["dog", "cat", "dog"] } else { ["cat", "bee", "dog"] };
        column.typed::<ByteArrayType>().write_batch(&kinds.map(ByteArray::from), None, None).unwrap();
        column.close().unwrap();
        rows.close().unwrap();
    }
    writer.close().unwrap();
    bytes
}

fn read(parquet: &Parquet, bytes: &[u8]) -> Result<Table<f64>, ReadError> {
    let bytes = Bytes::copy_from_slice(bytes);
    catch_unwind(AssertUnwindSafe(|| parquet.table(bytes, "t")))
        .unwrap_or_else(|_| Err(ReadError::format("t", "damaged")))
}

#[test]
fn features_and_targets_are_what_was_asked_for() {
    for compression in [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::GZIP(Default::default())]
    {
        let bytes = file(compression);
        let table = read(&Parquet::new().classes("kind").skip("id"), &bytes).unwrap();
        let inputs = table.inputs().as_slice();
        assert!(inputs[2].is_nan() && inputs[8].is_nan());
        assert_eq!((&inputs[..2], &inputs[3..6]), (&[0.5, 1.0][..], &[0.0, -2.5, 1.0][..]));
        assert_eq!(table.targets(), Some(&Targets::Classes { labels: vec![2, 1, 2, 1, 0, 2], classes: 3 }));
        assert_eq!(
            table.schema().targets[0].kind,
            Kind::Category(vec!["bee".into(), "cat".into(), "dog".into()])
        );
        let table = read(&Parquet::new().values("id").skip("x"), &bytes).unwrap();
        assert_eq!(table.inputs().shape().as_slice(), [6, 2]);
        let ids = Tensor::from([[1.0], [2.0], [3.0], [1.0], [2.0], [4.0]]);
        assert_eq!(table.targets(), Some(&Targets::Values(ids)));
        assert!(table.into_dataset().is_ok());
    }
    let bytes = file(Compression::UNCOMPRESSED);
    let classes = read(&Parquet::new().classes("id"), &bytes).unwrap();
    assert_eq!(classes.targets(), Some(&Targets::Classes { labels: vec![0, 1, 2, 0, 1, 3], classes: 4 }));
    assert!(read(&Parquet::new().classes("x"), &bytes).unwrap_err().to_string().contains("is null"));
    assert!(matches!(read(&Parquet::new().values("y"), &bytes), Err(ReadError::Column { count: 0, .. })));
    assert!(read(&Parquet::new().classes("id").values("x"), &bytes).is_err());
}

#[test]
fn damage_is_no_panic() {
    let bytes = file(Compression::SNAPPY);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    for end in 0..bytes.len() {
        assert!(read(&Parquet::new(), &bytes[..end]).is_err(), "{end}");
        let mut flipped = bytes.clone();
        flipped[end] ^= 1 << (end % 8);
        let _ = read(&Parquet::new(), &flipped);
    }
    std::panic::set_hook(hook);
}
