//! Forward and backward of every layer: one row each.
#![allow(missing_docs)] // criterion's macros

use benches::values;
use criterion::{Criterion, criterion_group, criterion_main};
use nn::core::{InputGradient, Network};
use nn::layers::{
    Add, AlphaDropout, Celu, ChannelDropout, Elu, GaussianNoise, GeluTanh, Glu, HardShrink, HardSigmoid,
    HardSwish, HardTanh, Identity, InstanceNorm, Lambda, LeakyRelu, LocalResponseNorm, LogSigmoid,
    LogSoftmax, Mish, Pad, Permute, PixelShuffle, Prelu, Relu6, Scale, Selu, Silu, SoftShrink, Softmin,
    Softplus, Softsign, TanhShrink, Threshold, Upsample,
};
use nn::prelude::*;

fn row(c: &mut Criterion, name: &str, layer: &dyn Layer, input: impl Into<Shape>, batch: usize) {
    let input = input.into();
    row_on(c, name, layer, input, batch, values(0, batch * input.size()));
}

fn row_on(
    c: &mut Criterion,
    name: &str,
    layer: &dyn Layer,
    input: impl Into<Shape>,
    batch: usize,
    x: Vec<f32>,
) {
    let network = Network::bind(layer, input.into()).expect("a layer that fits its input");
    let (theta, state) = (network.initial_theta::<f32>(0), network.initial_state::<f32>());
    let x = Rows::new(&x, *network.input_shape()).expect("whole samples");
    let dy = values(1, batch * network.output_shape().size());
    let mut ws = Workspace::training(&network, batch).expect("a workspace");
    let cx = Context::training(0, 0);
    let y = network.forward(&theta, &state, x, &cx, &mut ws);
    assert!(y.data().iter().all(|y| y.is_finite()), "{name} is wrong");

    let mut group = c.benchmark_group(format!("layer {name}"));
    group.bench_function("forward", |bench| {
        bench.iter(|| {
            network.forward(&theta, &state, x, &cx, &mut ws);
        })
    });
    group.bench_function("backward", |bench| {
        bench.iter(|| {
            ws.output_gradient_mut(&network).copy_from_slice(&dy);
            network.backward(&theta, &state, x, &cx, &mut ws, InputGradient::Compute);
        })
    });
    group.finish();
}

fn layers(c: &mut Criterion) {
    row(c, "Dense 784-128 b64", &Dense::new(128), [784], 64);
    row(c, "Conv2d 8 3x3 16x16 b8", &Conv2d::new(8, [3, 3]), [4, 16, 16], 8);
    row(c, "Upsample 2x2 4x16x16 b8", &Upsample::nearest([2, 2]), [4, 16, 16], 8);
    row(c, "PixelShuffle 2 16x16x16 b8", &PixelShuffle::new(2), [16, 16, 16], 8);
    activations(c);
    row(c, "BatchNorm 256 b64", &BatchNorm::new(), [256], 64);
    row(c, "BatchNorm 64x32x32 b16", &BatchNorm::new(), [64, 32, 32], 16);
    row(c, "LayerNorm 1024 b1024", &LayerNorm::new(), [1024], 1024);
    row(c, "RmsNorm 1024 b1024", &RmsNorm::new(), [1024], 1024);
    row(c, "GroupNorm 8 of 64x32x32 b16", &GroupNorm::new(8), [64, 32, 32], 16);
    row(c, "InstanceNorm 64x32x32 b16", &InstanceNorm::new(), [64, 32, 32], 16);
    row(c, "LocalResponseNorm 5 of 64x32x32 b16", &LocalResponseNorm::new(5), [64, 32, 32], 16);
    row(c, "Dropout 1024 b64", &Dropout::new(0.5).expect("a probability"), [1024], 64);
    row(c, "AlphaDropout 1024 b64", &AlphaDropout::new(0.5).expect("a probability"), [1024], 64);
    row(c, "ChannelDropout 32x32 b64", &ChannelDropout::new(0.5).expect("a probability"), [32, 32], 64);
    row(c, "GaussianNoise 1024 b64", &GaussianNoise::new(0.5).expect("a deviation"), [1024], 64);
    row(c, "Flatten 1024 b64", &Flatten, [32, 32], 64);
    row(c, "Reshape 1024 b64", &Reshape::new([-1, 16]), [32, 32], 64);
    row(c, "Permute 32x32 b64", &Permute::new([1, 0]), [32, 32], 64);
    row(c, "Pad 32x32 b64", &Pad::reflect([(2, 2), (2, 2)]), [32, 32], 64);
    row(c, "Identity 1024 b64", &Identity, [1024], 64);
    row(c, "Scale 1024 b64", &Scale::new(0.5), [1024], 64);
    let square = Lambda::elementwise("Square", |x| x * x, |x, _, dy| 2.0 * x * dy);
    row(c, "Lambda 1024 b64", &square, [1024], 64);
    // An addition takes two inputs, so it is timed in the block that has it.
    row(c, "Add, by a Residual of Flatten, 1024 b64", &Residual::new(Flatten), [1024], 64);
    row(c, "Residual 1024 b64", &Residual::new(Relu), [1024], 64);
    let indices = (0..64 * 16).map(|i| (i * 7919 % 10_000) as f32).collect();
    row_on(c, "Embedding 10000x64, 16 b64", &Embedding::new(10_000, 64), [16], 64, indices);
    // Nor do values side by side, which come with branches.
    let branches = Parallel::concat(0).push(Relu).push(Sequential::new());
    row(c, "Concat, by a Parallel, 2 x 512 b64", &branches, [512], 64);
    row(c, "Parallel sum 1024 b64", &Parallel::sum().push(Relu).push(Tanh), [1024], 64);
    row(c, "Repeat 4 x 64-64 b64", &Repeat::new(4, Dense::new(64)), [64], 64);
    row(c, "Shared 4 x 64-64 b64", &Repeat::new(4, Shared::new("cell", Dense::new(64))), [64], 64);
    row(c, "Frozen 784-128 b64", &Frozen::new(Dense::new(128)), [784], 64);
    let graph = Graph::new().add("a", Relu, "input").join("sum", Add, ["a", "input"]);
    row(c, "Graph 1024 b64", &graph, [1024], 64);
    let mlp = Sequential::new().push(Dense::new(64)).push(Relu).push(Dense::new(10));
    row(c, "Sequential 64-64-10 b64", &mlp, [64], 64);
}

fn activations(c: &mut Criterion) {
    row(c, "Relu 1024 b64", &Relu, [1024], 64);
    row(c, "Sigmoid 1024 b64", &Sigmoid, [1024], 64);
    row(c, "Tanh 1024 b64", &Tanh, [1024], 64);
    row(c, "Relu6 1024 b64", &Relu6, [1024], 64);
    row(c, "LeakyRelu 1024 b64", &LeakyRelu::default(), [1024], 64);
    row(c, "Prelu 1024 b64", &Prelu::new(), [1024], 64);
    row(c, "Prelu of channels 8x128 b64", &Prelu::per_channel(), [8, 128], 64);
    row(c, "Elu 1024 b64", &Elu::default(), [1024], 64);
    row(c, "Celu 1024 b64", &Celu::default(), [1024], 64);
    row(c, "Selu 1024 b64", &Selu, [1024], 64);
    row(c, "Gelu 1024 b64", &Gelu, [1024], 64);
    row(c, "GeluTanh 1024 b64", &GeluTanh, [1024], 64);
    row(c, "Silu 1024 b64", &Silu, [1024], 64);
    row(c, "Mish 1024 b64", &Mish, [1024], 64);
    row(c, "HardSwish 1024 b64", &HardSwish, [1024], 64);
    row(c, "HardSigmoid 1024 b64", &HardSigmoid::new(), [1024], 64);
    row(c, "HardTanh 1024 b64", &HardTanh::default(), [1024], 64);
    row(c, "HardShrink 1024 b64", &HardShrink::default(), [1024], 64);
    row(c, "SoftShrink 1024 b64", &SoftShrink::default(), [1024], 64);
    row(c, "TanhShrink 1024 b64", &TanhShrink, [1024], 64);
    row(c, "Threshold 1024 b64", &Threshold::new(0.1, 0.0), [1024], 64);
    row(c, "LogSigmoid 1024 b64", &LogSigmoid, [1024], 64);
    row(c, "Softplus 1024 b64", &Softplus::new(), [1024], 64);
    row(c, "Softsign 1024 b64", &Softsign, [1024], 64);
    row(c, "Glu 2048 b64", &Glu::new(), [2048], 64);
    row(c, "Softmax 1024 b64", &Softmax::new(), [1024], 64);
    row(c, "Softmax of channels 64x16 b64", &Softmax::new().axis(0), [64, 16], 64);
    row(c, "LogSoftmax 1024 b64", &LogSoftmax::new(), [1024], 64);
    row(c, "Softmin 1024 b64", &Softmin::new(), [1024], 64);
}

criterion_group!(benches, layers);
criterion_main!(benches);
