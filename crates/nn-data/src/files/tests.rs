//! Round trips, and what damaged files give.

use proptest::prelude::*;
use tensor_ops::{Real, Tensor};

use super::*;

/// `numpy.save` of `numpy.arange(6, dtype='>i2').reshape(2, 3)` in Fortran's order.
fn columns_first() -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    let header = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }";
    bytes.extend(format!("{header:<117}\n").bytes());
    bytes.extend([0, 3, 1, 4, 2, 5].iter().flat_map(|x: &i16| x.to_be_bytes()));
    bytes
}

fn npy<T: Real>(x: &Tensor<T>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_npy_to(&mut bytes, x).unwrap();
    bytes
}

/// An archive of one array, stored.
fn npz(x: &Tensor<f32>) -> Vec<u8> {
    let data = npy(x);
    let crc = data.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    });
    let number = |n: u32| n.to_le_bytes();
    let sizes = [number(!crc), number(data.len() as u32), number(data.len() as u32)].concat();
    let name = b"x.npy";
    let mut bytes = [&b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0"[..], &sizes, &[5, 0, 0, 0], name, &data].concat();
    let directory = bytes.len() as u32;
    bytes.extend([&b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0"[..], &sizes, &[5, 0], &[0; 16], name].concat());
    let length = bytes.len() as u32 - directory;
    bytes.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    bytes.extend([number(length), number(directory)].concat());
    bytes.extend([0, 0]);
    bytes
}

fn idx() -> Vec<u8> {
    let mut bytes = vec![0, 0, 0x0b, 2, 0, 0, 0, 2, 0, 0, 0, 3];
    bytes.extend((0..6i16).flat_map(i16::to_be_bytes));
    bytes
}

/// The IDX file by gzip, or nothing where that is not supported.
fn compressed() -> Vec<u8> {
    #[cfg(feature = "gzip")]
    {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&idx()).unwrap();
        encoder.finish().unwrap()
    }
    #[cfg(not(feature = "gzip"))]
    Vec::new()
}

#[test]
fn what_others_have_written_is_read() {
    let want = Tensor::from([[0.0f32, 1.0, 2.0], [3.0, 4.0, 5.0]]);
    assert_eq!(read_npy_from::<f32>(&mut &columns_first()[..], "a").unwrap(), want);
    assert_eq!(read_idx_from::<f32>(&idx()[..], "a").unwrap(), want);
    let arrays = read_npz_from::<f32>(&npz(&want), "a").unwrap();
    assert_eq!(arrays, [("x".to_string(), want)]);
}

proptest! {
    #[test]
    fn npy_there_and_back(shape in prop::collection::vec(0usize..5, 0..4), seed: u64) {
        let x = Tensor::<f64>::randn(tensor_ops::Shape::new(&shape).unwrap(), seed);
        prop_assert_eq!(&read_npy_from::<f64>(&mut &npy(&x)[..], "a").unwrap(), &x);
        let x = x.cast::<f32>();
        prop_assert_eq!(&read_npy_from::<f32>(&mut &npy(&x)[..], "a").unwrap(), &x);
        prop_assert_eq!((npy(&x).len() - 4 * x.as_slice().len()) % 64, 0);
    }

    #[cfg(feature = "csv")]
    #[test]
    fn csv_there_and_back(m in 1usize..20, n in 1usize..5, seed: u64, scale in -300i32..300) {
        let x: Vec<f64> = Tensor::<f64>::randn([m, n], seed).as_slice().iter().map(|x| x * 10f64.powi(scale)).collect();
        let x = Tensor::new([m, n], x).unwrap();
        let names = ["a", "b \"c\"", "d,e", "f\ng"];
        let mut text = Vec::new();
        write_csv_to(&mut text, "a", &names[..n], &x).unwrap();
        let table = Csv::new().read_from::<f64>(&text[..], "a").unwrap();
        prop_assert_eq!(table.inputs(), &x);
        prop_assert!(table.schema().features.iter().map(|c| c.name.as_str()).eq(names[..n].iter().copied()));
    }
}

/// Every truncation and every flipped bit of a small file of each format is an error or a value, and never a panic.
#[test]
fn damage_is_no_panic() {
    let x = Tensor::from([[1.0f32, -2.5], [3.0, 4.0]]);
    let text = b"a,b,kind\n1,2,x\n3,,\"y\"\n-4.5,1e3,x\n".to_vec();
    let files = [npy(&x), columns_first(), npz(&x), idx(), text, compressed()];
    let read_all = |bytes: &[u8]| {
        let _ = read_npy_from::<f32>(&mut &bytes[..], "a").is_ok();
        let _ = read_npz_from::<f32>(bytes, "a").is_ok();
        let _ = read_idx_from::<f32>(bytes, "a").is_ok();
        #[cfg(feature = "csv")]
        for csv in
            [Csv::new(), Csv::new().classes("kind").missing(Missing::Keep), Csv::new().without_header()]
        {
            let _ = csv.read_from::<f32>(bytes, "a").is_ok();
        }
    };
    for file in &files {
        for end in 0..file.len() {
            read_all(&file[..end]);
        }
        for bit in 0..file.len() * 8 {
            let mut damaged = file.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            read_all(&damaged);
        }
    }
    for end in 0..files[0].len() {
        assert!(read_npy_from::<f32>(&mut &files[0][..end], "a").is_err(), "{end}");
    }
    for end in 0..files[3].len() {
        assert!(read_idx_from::<f32>(&files[3][..end], "a").is_err(), "{end}");
    }
}

/// A header that claims 2^47 elements costs no more memory than one that is honest.
#[test]
fn claims_are_not_believed() {
    let huge = [0, 0, 8, 3, 0x7f, 0xff, 0xff, 0xff, 0, 1, 0, 0, 0, 0, 0, 1, 1, 2, 3];
    let error = read_idx_from::<f64>(&huge[..], "huge").unwrap_err();
    assert!(matches!(error, ReadError::Truncated { found: 3, .. }), "{error}");
    let beyond = [&[0, 0, 8, 4][..], &[0xff; 16]].concat();
    assert!(matches!(
        read_idx_from::<f64>(&beyond[..], "beyond"),
        Err(ReadError::Data { .. } | ReadError::Format { .. })
    ));
    let long = [&idx()[..], &[0]].concat();
    assert!(matches!(read_idx_from::<f64>(&long[..], "long"), Err(ReadError::Format { .. })));
}

/// MNIST and its like, where they are: in `NN_DATA_DIR`, or in `../shared/data` beside the workspace.
#[cfg(feature = "gzip")]
#[test]
fn mnist_is_read_completely() {
    let folder = std::env::var("NN_DATA_DIR").unwrap_or_else(|_| "../../../shared/data".into());
    for name in ["mnist", "fashion-mnist"] {
        let folder = std::path::Path::new(&folder).join(name);
        if !folder.exists() {
            eprintln!("skipped: there is no {}", folder.display());
            continue;
        }
        let (train, test) = read_mnist::<f32>(folder).unwrap();
        assert_eq!((train.inputs().shape().as_slice(), test.len()), (&[60_000, 28, 28][..], 10_000));
        let counts = (train.class_counts().unwrap(), test.class_counts().unwrap());
        match name {
            "mnist" => assert_eq!(counts.0, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
            _ => assert_eq!(counts, (vec![6000; 10], vec![1000; 10])),
        }
    }
}

#[cfg(feature = "csv")]
mod csv {
    use super::super::*;
    use crate::Targets;

    fn error(csv: &Csv, text: &str) -> String {
        csv.read_from::<f64>(text.as_bytes(), "t.csv").unwrap_err().to_string()
    }

    #[test]
    fn errors_name_line_and_column() {
        let csv = Csv::new();
        assert_eq!(error(&csv, "a,b\n1,2\n3\n"), "t.csv, line 3: 1 cells, expected 2");
        let cell = error(&csv, "a,b\n1,2\n3,\n");
        assert!(cell.starts_with("t.csv, line 3, column \"b\": \"\", expected a value"), "{cell}");
        let number = error(&csv.clone().number("b"), "a,b\n1,2\n3,x\n");
        assert_eq!(number, "t.csv, line 3, column \"b\": \"x\", expected a finite number");
        let target = error(&csv.clone().classes("c"), "a,b\n1,2\n");
        assert_eq!(target, "t.csv: 0 columns are named \"c\", expected one; there are: a, b");
        assert!(error(&csv.clone().classes("a"), "a,b,a\n1,2,3\n").starts_with("t.csv: 2 columns"));
        assert_eq!(error(&csv, "a,b\n"), "t.csv: no lines");
        assert_eq!(error(&csv, ""), "t.csv: no features");
        assert!(error(&csv.clone().number("a"), "a\ninf\n").ends_with("expected a finite number"));
        let late = format!("a\n{}x\n", "1\n".repeat(1000));
        assert!(error(&csv, &late).contains("line 1002") && error(&csv, &late).contains("declare it"));
        let both = error(&csv.classes("a").values("b"), "a,b,c\n1,2,3\n");
        assert!(both.contains("targets are"), "{both}");
    }

    #[test]
    fn categories_have_the_same_numbers_in_every_file() {
        let csv = Csv::new().classes("kind").delimiter(b';');
        let table =
            csv.read_from::<f64>("x;color;kind\n1; red ;10\n2;blue;9\n3;red;10\n".as_bytes(), "t").unwrap();
        assert_eq!(table.inputs(), &[[1.0, 1.0], [2.0, 0.0], [3.0, 1.0]].into());
        let classes = Targets::Classes { labels: vec![1, 0, 1], classes: 2 };
        assert_eq!(table.targets(), Some(&classes), "numbers are ordered as numbers: 9, 10");
        // Other columns, another order, and only one of the colors.
        let mut rows =
            csv.rows_from("kind;more;color;x\n10;0;red;5\n".as_bytes(), "t", table.schema()).unwrap();
        let test = rows.next::<f64>(10).unwrap().unwrap();
        assert_eq!((test.inputs(), test.schema()), (&[[5.0, 1.0]].into(), table.schema()));
        assert!(rows.next::<f64>(10).unwrap().is_none());
        let mut rows = csv.rows_from("kind;color;x\n10;green;5\n".as_bytes(), "t", table.schema()).unwrap();
        assert!(rows.next::<f64>(1).unwrap_err().to_string().contains("one of the categories"));
    }

    /// Blocks of plain lines, then quotes, across the borders of blocks.
    #[test]
    fn lines_are_the_same_whoever_reads_them() {
        let line = |i: usize, quote: &str| {
            format!("{quote}{i}{quote},{}.{},word {}\n", i * 7 % 100, i % 1000, i % 3)
        };
        let plain = |n: usize| (0..n).map(|i| line(i, "")).collect::<String>();
        let quoted = |from: usize, to: usize| (from..to).map(|i| line(i, "\"")).collect::<String>();
        let read = |text: &str| Csv::new().read_from::<f64>(text.as_bytes(), "t");
        let n = 150_000;
        let all = read(&format!("a,b,c\n{}", plain(n))).unwrap();
        assert_eq!(all.inputs().shape().as_slice(), [n, 3]);
        assert_eq!(all.inputs().as_slice()[3 * (n - 1)..], [n as f64 - 1.0, 93.999, 2.0]);
        let mixed = format!("a,b,c\n{}{}", plain(100_000), quoted(100_000, n));
        assert_eq!(read(&mixed).unwrap(), all);
        assert_eq!(
            read(&format!("\u{feff}a,b,c\n{}", plain(n).trim_end())).unwrap(),
            all,
            "no last line feed, a mark"
        );
        assert_eq!(read(&format!("a,b,c\r\n{}", plain(n).replace('\n', "\r\n"))).unwrap(), all);
        for text in [format!("a,b,c\n{}", plain(n)), mixed] {
            let cell = read(&format!("{text}1,x,y\n")).unwrap_err().to_string();
            assert!(cell.starts_with("t, line 150002, column \"b\": \"x\""), "{cell}");
            let cells = read(&format!("{text}1,2\n")).unwrap_err().to_string();
            assert_eq!(cells, "t, line 150002: 2 cells, expected 3");
        }
    }

    /// Tables of numbers alone are read on several threads, block by block; the judge is the crate `csv`, by a quote in front.
    #[test]
    fn numbers_are_the_same_on_any_thread() {
        let line = |i: usize| format!("{}.{:03},-{i},{}e-3\n", i * 7 % 100, i % 1000, i % 13);
        let body = |n: usize| (0..n).map(line).collect::<String>();
        let csv = Csv::new().values("b");
        let read = |text: &str| csv.read_from::<f32>(text.as_bytes(), "t");
        let n = 200_000;
        let judge = read(&format!("a,b,\"c\"\n{}", body(n))).unwrap();
        let text = format!("a,b,c\n{}", body(n));
        assert_eq!(read(&text).unwrap(), judge);
        assert_eq!(tensor_ops::pool::in_place(|| read(&text).unwrap()), judge);
        let schema = judge.schema().clone();
        for portion in [3000, 77_777, n] {
            let mut rows = csv.rows_from(text.as_bytes(), "t", &schema).unwrap();
            let mut values = Vec::new();
            while let Some(table) = rows.next::<f32>(portion).unwrap() {
                assert!(table.inputs().shape()[0] <= portion);
                values.extend_from_slice(table.inputs().as_slice());
            }
            assert_eq!(values, judge.inputs().as_slice());
        }
        // An empty line in the middle counts, and a gap is found by whoever can name its line.
        let gap = format!("{text}\n1,2,\n{}", body(50_000));
        assert!(read(&gap).unwrap_err().to_string().starts_with("t, line 200003, column \"c\": \"\""));
        let kept = csv.clone().missing(Missing::DropLine).read_from::<f32>(gap.as_bytes(), "t").unwrap();
        assert_eq!(kept.inputs().shape()[0], n + 50_000);
    }

    #[test]
    fn missing_values_are_what_was_asked_for() {
        let text = "a,b,y\n1,NA,1\n?,2,2\n3,4,\n5,6,7\n";
        let csv = Csv::new().values("y");
        let drop = csv.clone().missing(Missing::DropLine).read_from::<f64>(text.as_bytes(), "t").unwrap();
        assert_eq!(drop.into_dataset().unwrap().inputs(), &[[5.0, 6.0]].into());
        let keep = csv.missing(Missing::Keep);
        assert!(error(&keep, text).contains("a target, which cannot be missing"));
        let table = keep.read_from::<f64>("a,b,y\n1,NA,1\n".as_bytes(), "t").unwrap();
        assert!(table.inputs().as_slice()[1].is_nan() && table.into_dataset().is_err());
    }
}
