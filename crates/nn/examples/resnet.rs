//! ResNet-20 for images of 32 x 32, its blocks built from `Residual`, and a few steps of training on one batch of made-up images.

use std::error::Error;
use std::time::Instant;

use nn::prelude::*;
use nn::tensor::random::Stream;

/// Train ResNet-20 for a few steps.
#[derive(argh::FromArgs)]
struct Options {
    /// steps (default: 20)
    #[argh(option, default = "20")]
    steps: u64,
    /// images of the batch (default: 32)
    #[argh(option, default = "32")]
    batch: usize,
}

fn conv(channels: usize, stride: usize) -> Conv2d {
    Conv2d::new(channels, [3, 3]).stride([stride; 2]).padding(Padding::Explicit([1, 1])).without_bias()
}

/// Two convolutions with batch norm; the first may halve the image.
fn body(channels: usize, stride: usize) -> Sequential {
    let first = Sequential::new().push(conv(channels, stride)).push(BatchNorm::new()).push(Relu);
    first.push(conv(channels, 1)).push(BatchNorm::new())
}

/// He et al., "Deep residual learning for image recognition", 2016, section 4.2: three stages of three blocks. Where the shape
/// changes, a convolution of 1 x 1 takes the input along.
fn resnet_20(classes: usize) -> Sequential {
    let mut net = Sequential::new().push(conv(16, 1)).push(BatchNorm::new()).push(Relu);
    for (stage, channels) in [16, 32, 64].into_iter().enumerate() {
        for block in 0..3 {
            net = if stage > 0 && block == 0 {
                let along = Conv2d::new(channels, [1, 1]).stride([2, 2]).without_bias();
                let along = Sequential::new().push(along).push(BatchNorm::new());
                net.push(Parallel::sum().push(body(channels, 2)).push(along)).push(Relu)
            } else {
                net.push(Residual::new(body(channels, 1))).push(Relu)
            };
        }
    }
    net.push(GlobalAvgPool).push(Dense::new(classes))
}

fn main() -> Result<(), Box<dyn Error>> {
    let options: Options = argh::from_env();
    let mut model: Model<f32> = resnet_20(10).init([3, 32, 32], 0)?;
    println!("ResNet-20: {} parameters", model.theta().len());

    let mut x = vec![0.0; options.batch * 3 * 32 * 32];
    Stream::new(0, 0, 0).uniform(0, -1.0, 1.0, &mut x);
    let labels: Vec<usize> = (0..options.batch).map(|i| i % 10).collect();
    let batch = Batch::new(Rows::new(&x, [3, 32, 32])?, Target::Classes(&labels))?;

    let (loss, sgd) = (SoftmaxCrossEntropy::new(), Sgd::new(0.1));
    let mut state = Optimizer::<f32>::init(&sgd, model.theta().len());
    let mut ws = model.workspace(options.batch)?;
    println!("{} MB for a step", ws.elements() * 4 / 1_000_000);
    let (start, mut first, mut last) = (Instant::now(), None, 0.0);
    for number in 0..options.steps {
        let cx = Context::training(0, number);
        last = model.step(&batch, &loss, &cx, &mut ws, &mut state, &|part| {
            let at = nn::optim::At { step: number, rate: 0.1, first: part.first };
            sgd.update_part(at, part.memory, part.theta, part.gradient);
        });
        first.get_or_insert(last);
        println!("step {number}: loss {last:.4}");
    }
    println!("{:.1} ms a step", start.elapsed().as_secs_f64() * 1e3 / options.steps.max(1) as f64);
    if first.is_some_and(|first| options.steps > 5 && last >= first) {
        return Err("the loss does not fall".into());
    }
    Ok(())
}
