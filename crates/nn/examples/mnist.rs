//! Trains 784-512-256-10 with ReLU and dropout on the folder of MNIST's (or Fashion-MNIST's) four IDX files, and writes a report.
//!
//! `cargo run --release --example mnist -- FOLDER`

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use nn::data::files::read_mnist;
use nn::prelude::*;
use nn::train::{Doctor, Progress, Report};

/// Train a perceptron on handwritten digits, or clothes.
#[derive(argh::FromArgs)]
struct Options {
    /// the folder of the four IDX files, compressed or not
    #[argh(positional)]
    folder: PathBuf,
    /// passes over the training set (default: 10)
    #[argh(option, default = "10")]
    epochs: u64,
    /// samples of a batch (default: 128)
    #[argh(option, default = "128")]
    batch: usize,
    /// the largest learning rate of Adam (default: 0.001)
    #[argh(option, default = "0.001")]
    rate: f64,
    /// probability that dropout drops a hidden unit (default: 0.2)
    #[argh(option, default = "0.2")]
    dropout: f64,
    /// seed of the first weights, dropout and the order of samples (default: 0)
    #[argh(option, default = "0")]
    seed: u64,
    /// a file for the report (default: none)
    #[argh(option)]
    report: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&argh::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let (train, test) = read_mnist::<f32>(&options.folder)?;
    // One mean and one deviation for all pixels: those at the border hardly change, and dividing by their own would make noise of them.
    let pixels = train.inputs().as_slice().iter();
    let n = pixels.len() as f64;
    let (sum, squares) =
        pixels.fold((0.0, 0.0), |(s, q), &x| (s + f64::from(x), q + f64::from(x) * f64::from(x)));
    let (mean, deviation) = (sum / n, (squares / n - (sum / n).powi(2)).sqrt());
    let scale = |set: Dataset<f32>| {
        set.map(|row| row.iter_mut().for_each(|x| *x = ((f64::from(*x) - mean) / deviation) as f32))
    };
    let (train, test) = (scale(train.0)?, scale(test.0)?);

    let hidden = |units| {
        Ok::<_, Box<dyn Error>>(
            Sequential::new().push(Dense::new(units)).push(Relu).push(Dropout::new(options.dropout)?),
        )
    };
    let net = Sequential::new().push(Flatten).push(hidden(512)?).push(hidden(256)?).push(Dense::new(10));
    let mut model: Model<f32> = net.init(train.sample_shape(), options.seed)?;
    let steps = options.epochs * train.len().div_ceil(options.batch) as u64;
    let start = Instant::now();
    let mut trainer = Trainer::new(Adam::new(options.rate), SoftmaxCrossEntropy::new())
        .batch_size(options.batch)
        .epochs(options.epochs)
        .seed(options.seed)
        .schedule(CosineAnnealing::new(options.rate, 0.0, steps)?)
        .doctor(Doctor::new())
        .observe(Progress::every(1));
    let history = trainer.fit(&mut model, &train, &test)?;
    let seconds = start.elapsed().as_secs_f64();
    for finding in &history.findings {
        println!("{finding}");
    }
    if let Some(path) = &options.report {
        Report::new("MNIST", &history).model(&model).confusion(&model, &test)?.write(path)?;
        println!("wrote {}", path.display());
    }
    println!("seconds: {seconds:.1}, of them {:.1} in steps", history.seconds());
    println!("test accuracy: {:.4}", history.accuracy().ok_or("no epoch")?);
    println!("fingerprint: {:016x}", model.fingerprint());
    Ok(())
}
