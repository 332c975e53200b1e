//! Convolutions and pools one by one: forward, dx and dW.

use std::hint::black_box;

use nn::core::{InputGradient, Network};
use nn::layers::{AvgPool2d, MaxPool2d, Padding};
use nn::prelude::*;
use nn::tensor::{Shape, Tensor};
use serde_json::json;

use crate::compare::Tolerance;
use crate::workload::{Input, Inputs, Ours, Runs, Workload};

/// Samples of a batch.
const BATCH: usize = 16;

/// A convolution of square images with a square kernel.
#[derive(Debug, Clone, Copy)]
struct Case {
    channels: [usize; 2],
    kernel: usize,
    stride: usize,
    padding: usize,
    groups: usize,
    size: usize,
}

const fn case(
    [inputs, outputs]: [usize; 2],
    [kernel, stride, padding]: [usize; 3],
    groups: usize,
    size: usize,
) -> Case {
    Case { channels: [inputs, outputs], kernel, stride, padding, groups, size }
}

const CONVOLUTIONS: [Case; 4] = [
    case([64, 64], [3, 1, 1], 1, 32),
    case([256, 64], [1, 1, 0], 1, 14),
    case([32, 32], [5, 1, 2], 32, 56),
    case([3, 64], [7, 2, 3], 1, 112),
];

/// Pools of 64 channels: kernel, stride and padding, and the length of an image.
const POOLS: [([usize; 3], usize); 2] = [([2, 2, 0], 56), ([3, 2, 1], 56)];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Forward,
    Dx,
    Dw,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Way::Forward => "forward",
            Way::Dx => "dx",
            Way::Dw => "dW",
        }
    }
}

pub(super) fn rows() -> Vec<Workload> {
    let mut rows = Vec::new();
    for case in CONVOLUTIONS {
        rows.extend([Way::Forward, Way::Dx, Way::Dw].map(|way| convolution(case, way)));
    }
    for (pool, size) in POOLS {
        for op in ["max_pool2d", "avg_pool2d"] {
            rows.extend([Way::Forward, Way::Dx].map(|way| pooling(op, pool, size, way)));
        }
    }
    rows
}

impl Case {
    fn layer(self) -> Conv2d {
        Conv2d::new(self.channels[1], [self.kernel; 2])
            .stride([self.stride; 2])
            .padding(Padding::Explicit([self.padding; 2]))
            .groups(self.groups)
    }

    fn name(self) -> String {
        let Case { channels: [inputs, outputs], kernel, stride, size, .. } = self;
        let what = match self.groups == inputs {
            true => format!("depthwise {inputs}"),
            false => format!("{inputs}→{outputs}"),
        };
        let stride = if stride == 1 { String::new() } else { format!(" stride {stride}") };
        format!("conv2d {kernel}x{kernel}{stride} {what} {size}x{size} b{BATCH}")
    }
}

fn convolution(case: Case, way: Way) -> Workload {
    let Case { channels: [inputs, outputs], kernel, stride, padding, groups, size } = case;
    let places = (size + 2 * padding - kernel) / stride + 1;
    let per_place = inputs / groups * kernel * kernel;
    let (image, weight) = ([BATCH, inputs, size, size], [outputs, inputs / groups, kernel, kernel]);
    let result = [BATCH, outputs, places, places];
    let (given, answer, terms): (Vec<Input>, Shape, usize) = match way {
        Way::Forward => {
            (vec![Input::new(image), Input::new(weight), Input::new(outputs)], result.into(), per_place)
        }
        Way::Dx => {
            (vec![Input::new(weight), Input::new(result)], image.into(), outputs / groups * kernel * kernel)
        }
        Way::Dw => (vec![Input::new(image), Input::new(result)], weight.into(), BATCH * places * places),
    };
    Workload {
        name: format!("{} {}", case.name(), way.name()),
        groups: vec!["convolutions".to_string()],
        ask: json!({
            "op": "layer", "layer": "conv2d", "pass": way.name(), "stride": stride, "padding": padding,
            "groups": groups, "image": image, "weight": weight,
        }),
        inputs: given,
        result: answer,
        ours: Ours::runs(move |given| Box::new(Single::convolution(case, way, given))),
        tolerance: Tolerance::sum_of(terms),
        flops: (2 * BATCH * outputs * places * places * per_place) as f64,
        steps: None,
    }
}

fn pooling(op: &'static str, [kernel, stride, padding]: [usize; 3], size: usize, way: Way) -> Workload {
    let places = (size + 2 * padding - kernel) / stride + 1;
    let (image, result) = ([BATCH, 64, size, size], [BATCH, 64, places, places]);
    let (given, answer) = match way {
        Way::Forward => (vec![Input::new(image)], result),
        _ => (vec![Input::new(image), Input::new(result)], image),
    };
    Workload {
        name: format!("{op} {kernel}x{kernel} stride {stride} 64x{size}x{size} b{BATCH} {}", way.name()),
        groups: vec!["pools".to_string()],
        ask: json!({
            "op": "layer", "layer": op, "pass": way.name(), "kernel": kernel, "stride": stride, "padding": padding,
        }),
        inputs: given,
        result: answer.into(),
        ours: Ours::runs(move |given| {
            let (kernel, stride) = ([kernel; 2], [stride; 2]);
            let padding = [padding; 2];
            let layer: Box<dyn Layer> = match op {
                "max_pool2d" => Box::new(MaxPool2d::new(kernel).stride(stride).padding(padding)),
                _ => Box::new(AvgPool2d::new(kernel).stride(stride).padding(padding)),
            };
            Box::new(Single::new(&*layer, &[], given[0].clone(), given.get(1), way))
        }),
        tolerance: Tolerance::sum_of(kernel * kernel),
        flops: 0.0,
        steps: None,
    }
}

/// One layer, ready to go one way.
struct Single {
    network: Network,
    theta: Vec<f32>,
    state: Vec<f32>,
    ws: Workspace<f32>,
    x: Tensor<f32>,
    way: Way,
}

impl Single {
    fn convolution(case: Case, way: Way, given: Inputs<'_>) -> Single {
        let zeros = |shape: [usize; 4]| Tensor::<f32>::zeros(shape);
        let Case { channels: [inputs, outputs], kernel, groups, size, .. } = case;
        let (layer, bare) = (case.layer(), case.layer().without_bias());
        match way {
            Way::Forward => {
                let theta = [given[1].as_slice(), given[2].as_slice()].concat();
                Single::new(&layer, &theta, given[0].clone(), None, way)
            }
            // Frozen weights have no gradient.
            Way::Dx => {
                let x = zeros([BATCH, inputs, size, size]);
                Single::new(&Frozen::new(bare), given[0].as_slice(), x, given.get(1), way)
            }
            Way::Dw => {
                let w = zeros([outputs, inputs / groups, kernel, kernel]);
                Single::new(&bare, w.as_slice(), given[0].clone(), given.get(1), way)
            }
        }
    }

    /// `numbers` are the layer's parameters, or its state where it is frozen.
    fn new(layer: &dyn Layer, numbers: &[f32], x: Tensor<f32>, dy: Option<&Tensor<f32>>, way: Way) -> Single {
        let sample = Shape::new(&x.shape().as_slice()[1..]).expect("an image");
        let network = Network::bind(layer, sample).expect("a layer that fits its input");
        let mut theta = network.initial_theta::<f32>(0);
        let mut state = network.initial_state::<f32>();
        if theta.is_empty() { &mut state } else { &mut theta }.copy_from_slice(numbers);
        let ws = match way {
            Way::Forward => Workspace::inference(&network, BATCH),
            _ => Workspace::training(&network, BATCH),
        };
        let mut single = Single { ws: ws.expect("a workspace"), network, theta, state, x, way };
        if let Some(dy) = dy {
            single.forward(&Context::training(0, 0));
            single.ws.output_gradient_mut(&single.network).copy_from_slice(dy.as_slice());
        }
        single
    }

    fn forward(&mut self, cx: &Context) -> &[f32] {
        let Single { network, theta, state, ws, x, .. } = self;
        let x = Rows::new(x.as_slice(), *network.input_shape()).expect("whole samples");
        network.forward(theta, state, x, cx, ws).data()
    }
}

impl Runs for Single {
    fn call(&mut self) {
        let wanted = match self.way {
            Way::Forward => {
                black_box(self.forward(&Context::inference()));
                return;
            }
            Way::Dx => InputGradient::Compute,
            Way::Dw => InputGradient::Skip,
        };
        let cx = Context::training(0, 0);
        let Single { network, theta, state, ws, x, .. } = self;
        let x = Rows::new(x.as_slice(), *network.input_shape()).expect("whole samples");
        network.backward(theta, state, black_box(x), &cx, ws, wanted);
    }

    fn answer(&mut self) -> Vec<f32> {
        self.call();
        match self.way {
            Way::Forward => self.forward(&Context::inference()).to_vec(),
            Way::Dx => self.ws.input_gradient(&self.network).expect("computed").data().to_vec(),
            Way::Dw => self.ws.gradient().to_vec(),
        }
    }
}
