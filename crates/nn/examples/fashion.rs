//! A small convolutional network with batch norm and dropout on MNIST or Fashion-MNIST, from a folder of their four files.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use nn::data::files::read_mnist;
use nn::prelude::*;
use nn::train::{Progress, Report};

/// Train a small convolutional network on MNIST or Fashion-MNIST.
#[derive(argh::FromArgs)]
struct Options {
    /// folder with the four IDX files, with or without .gz
    #[argh(positional)]
    folder: PathBuf,
    /// passes over the training set (default: 5)
    #[argh(option, default = "5")]
    epochs: u64,
    /// samples of a batch (default: 64)
    #[argh(option, default = "64")]
    batch: usize,
    /// learning rate of Adam at the beginning; it falls to 0 along a cosine (default: 0.002)
    #[argh(option, default = "0.002")]
    rate: f64,
    /// seed of the first weights, the dropout and the order of samples (default: 0)
    #[argh(option, default = "0")]
    seed: u64,
    /// a file for the report (default: none)
    #[argh(option)]
    report: Option<PathBuf>,
    /// threads; the result does not depend on it (default and 0: NN_NUM_THREADS, or all cores)
    #[argh(option)]
    threads: Option<usize>,
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

/// Images as `(m, 1, 28, 28)` of 0 to 1.
fn images(data: Dataset<f32>) -> Result<Dataset<f32>, Box<dyn Error>> {
    let m = data.len();
    let x = data.inputs().as_slice().iter().map(|x| x / 255.0).collect::<Vec<f32>>();
    Ok(Dataset::new(Tensor::new([m, 1, 28, 28], x)?, data.targets().clone())?)
}

fn conv(channels: usize) -> Sequential {
    let conv = Conv2d::new(channels, [3, 3]).padding(Padding::Explicit([1, 1])).without_bias();
    Sequential::new().push(conv).push(BatchNorm::new()).push(Relu)
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    if let Some(threads) = options.threads {
        nn::set_threads(threads);
    }
    let (train, test) = read_mnist::<f32>(&options.folder)?;
    let (train, test) = (images(train.0)?, images(test.0)?);
    println!("{} images for training, {} for testing", train.len(), test.len());

    let net = Sequential::new()
        .push(conv(16))
        .push(MaxPool2d::new([2, 2]))
        .push(conv(32))
        .push(MaxPool2d::new([2, 2]))
        .push(Flatten)
        .push(Dropout::new(0.25)?)
        .push(Dense::new(128))
        .push(Relu)
        .push(Dropout::new(0.25)?)
        .push(Dense::new(10));
    let mut model: Model<f32> = net.init([1, 28, 28], options.seed)?;
    let steps = (options.epochs * train.len().div_ceil(options.batch) as u64).max(1);
    let mut trainer = Trainer::new(Adam::new(options.rate), SoftmaxCrossEntropy::new())
        .batch_size(options.batch)
        .epochs(options.epochs)
        .seed(options.seed)
        .schedule(CosineAnnealing::new(options.rate, 0.0, steps)?)
        .observe(Progress::every(1));
    let history = trainer.fit(&mut model, &train, &test)?;
    let seconds = history.seconds() / options.epochs.max(1) as f64;
    println!("{seconds:.2} s an epoch, in steps, on {} threads", nn::threads());

    if let Some(path) = &options.report {
        Report::new("A small convolutional network", &history)
            .model(&model)
            .confusion(&model, &test)?
            .write(path)?;
        println!("wrote {}", path.display());
    }
    println!("test accuracy: {:.4}", history.accuracy().ok_or("no epoch")?);
    println!("fingerprint: {:016x}", model.fingerprint());
    Ok(())
}
