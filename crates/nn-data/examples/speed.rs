//! How long data take: `cargo run --release -p nn-data --example speed -- csv FILE | mnist FOLDER`.
//!
//! Milliseconds, the median of seven runs.

use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Instant;

use flate2::bufread::GzDecoder;
use nn_data::files::{Csv, read_idx, read_mnist};
use nn_data::{Batches, Standardizer, Train, Transform};
use tensor_ops::Tensor;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["csv", file] => csv(file),
        ["portions", file] => portions(file),
        ["mnist", folder] => mnist(Path::new(folder)),
        _ => Err("expected `csv FILE`, `portions FILE` or `mnist FOLDER`".into()),
    }
}

fn median(what: &str, mut run: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let mut times = Vec::new();
    for _ in 0..7 {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!("{what:<40} {:>9.1} ms", times[3]);
    Ok(times[3])
}

fn csv(file: &str) -> Result<(), Box<dyn Error>> {
    median("Csv::read, f64", || {
        black_box(Csv::new().read::<f64>(file)?);
        Ok(())
    })?;
    Ok(())
}

/// A pass in constant memory: look at the peak with `/usr/bin/time -v`.
fn portions(file: &str) -> Result<(), Box<dyn Error>> {
    let csv = Csv::new();
    let schema = csv.schema(file)?;
    let mut rows = csv.rows(file, &schema)?;
    let mut lines = 0;
    while let Some(table) = rows.next::<f64>(10_000)? {
        lines += table.inputs().shape()[0];
    }
    println!("{lines} lines in portions of 10,000");
    Ok(())
}

fn mnist(folder: &Path) -> Result<(), Box<dyn Error>> {
    let images = folder.join("train-images-idx3-ubyte.gz");
    let bare = median("bare decompression", || {
        let mut bytes = Vec::new();
        GzDecoder::new(BufReader::new(File::open(&images)?)).read_to_end(&mut bytes)?;
        black_box(bytes);
        Ok(())
    })?;
    let read = median("read_idx, f32", || {
        black_box(read_idx::<f32>(&images)?);
        Ok(())
    })?;
    println!("  {:.2} times", read / bare);

    let (train, _) = read_mnist::<f32>(folder)?;
    let x = train.inputs().as_slice();
    let mut copy = vec![0.0; 64 * 784];
    let plain = median("plain copy in batches of 64", || {
        for batch in x.chunks(64 * 784) {
            copy[..batch.len()].copy_from_slice(batch);
            black_box(&mut copy);
        }
        Ok(())
    })?;
    let mut batches = Batches::mini(&train, 64, 0)?;
    let mut epoch = 0;
    let walked = median("shuffled epoch, batches of 64", || {
        epoch += 1;
        batches.enter(epoch, 0);
        while let Some(batch) = batches.next() {
            black_box(batch.inputs);
        }
        Ok(())
    })?;
    println!("  {:.2} times", walked / plain);

    let x = Tensor::new([60_000, 784], x.to_vec())?;
    let mut fitted = None;
    median("Standardizer::fit", || {
        fitted = Some(Standardizer::fit(&Train(&x))?);
        Ok(())
    })?;
    let scale = fitted.ok_or("fitted")?;
    let mut x = Some(x);
    median("Standardizer::apply_tensor, in place", || {
        x = x.take().map(|x| scale.apply_tensor(x)).transpose()?;
        Ok(())
    })?;
    Ok(())
}
