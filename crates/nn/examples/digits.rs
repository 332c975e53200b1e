//! Trains 64-64-10 with ReLU on handwritten digits, proves the gradient, and keeps the model.

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use nn::prelude::*;
use nn::tensor::file::TensorFile;
use nn::train::metrics::{ConfusionMatrix, predicted_classes};
use nn::train::{Progress, plot};

/// Train a small network on handwritten digits.
#[derive(argh::FromArgs)]
struct Options {
    /// passes over the training set (default: 30)
    #[argh(option, default = "30")]
    epochs: u64,
    /// samples of a batch (default: 32)
    #[argh(option, default = "32")]
    batch: usize,
    /// learning rate of Adam (default: 0.001)
    #[argh(option, default = "0.001")]
    rate: f64,
    /// seed of the split, the first weights and the order of samples (default: 0)
    #[argh(option, default = "0")]
    seed: u64,
    /// threads; the result does not depend on it (default and 0: NN_NUM_THREADS, or all cores)
    #[argh(option)]
    threads: Option<usize>,
    /// folder for the model and the loss curve (default: out)
    #[argh(option, default = "PathBuf::from(\"out\")")]
    out: PathBuf,
}

/// Samples on which the gradient is checked.
const CHECKED: usize = 16;

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
    if options.epochs == 0 {
        return Err("--epochs 0 would train nothing".into());
    }
    if let Some(threads) = options.threads {
        nn::set_threads(threads);
    }
    // Before the training, which would be lost if there were no place for its results.
    std::fs::create_dir_all(&options.out).map_err(|e| format!("--out {}: {e}", options.out.display()))?;

    let (train, test) = datasets::digits().split(0.75, options.seed)?;
    let raw_test = test.inputs().clone();
    let scale = Standardizer::fit(&train)?;
    let (train, test) = (scale.apply(train)?, scale.apply(test)?);
    println!("digits: {} for training, {} for testing", train.len(), test.len());

    let net = Sequential::new().push(Dense::new(64)).push(Relu).push(Dense::new(10));
    let mut model: Model<f32> = net.init([64], options.seed)?;
    let loss = SoftmaxCrossEntropy::new();
    let start = Instant::now();
    let history = Trainer::new(Adam::new(options.rate), loss.clone())
        .batch_size(options.batch)
        .epochs(options.epochs)
        .seed(options.seed)
        .observe(Progress::every(5))
        .fit(&mut model, &train, &test)?;
    println!(
        "{} epochs in {:.2} s, {:.2} s of them in steps, on {} threads",
        options.epochs,
        start.elapsed().as_secs_f64(),
        history.seconds(),
        nn::threads()
    );

    let predictions = predicted_classes(&model.predict(test.inputs())?);
    let Targets::Classes { labels, classes } = test.targets() else { unreachable!("digits are classes") };
    let confusion = ConfusionMatrix::new(*classes, &predictions, labels);
    println!("\n{confusion}\n");

    let report = nn::check::model_with_loss(&model, &loss, &batch_of(&train.take(CHECKED)?)?)?;
    print!("{report}");
    if !report.passes() {
        return Err("the gradient check failed".into());
    }

    let curve = options.out.join("loss.svg");
    std::fs::write(&curve, plot::loss_curve(&history)?).map_err(|e| format!("{}: {e}", curve.display()))?;
    let path = options.out.join("digits.safetensors");
    let mut file = model.to_file();
    scale.attach_to(&mut file);
    file.write(&path)?;

    // Everything that a prediction needs is in the file: numbers of pixels go in, the same bits come out.
    let file = TensorFile::read(&path)?;
    let (again, scale): (Model<f32>, _) = (Model::from_file(&net, &file)?, Standardizer::from_file(&file)?);
    let reloaded = again.predict(&scale.apply_tensor(raw_test)?)?;
    if reloaded != model.predict(test.inputs())? {
        return Err("the reloaded model predicts other bits".into());
    }
    println!("wrote {} and {}; reloaded, it predicts the same bits", curve.display(), path.display());

    println!("test accuracy: {:.4}", confusion.accuracy());
    println!("gradient distance: {:.1e}", report.distance());
    println!("fingerprint: {:016x}", model.fingerprint());
    Ok(())
}
