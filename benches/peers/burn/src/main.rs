//! burn with its backend "flex" as a peer for training steps and forward passes: the protocol of `benches/README.md`.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

use burn_autodiff::Autodiff;
use burn_core as burn; // the derive macro names it
use burn_core::module::{AutodiffModule, Module, Param};
use burn_core::tensor::backend::Backend;
use burn_core::tensor::{Int, Tensor, TensorData, activation::relu};
use burn_flex::Flex;
use burn_nn::Linear;
use burn_nn::loss::{CrossEntropyLoss, CrossEntropyLossConfig};
use burn_optim::adaptor::OptimizerAdaptor;
use burn_optim::{Adam, AdamConfig, GradientsParams, Optimizer, Sgd, SgdConfig};
use peer_protocol::{Input, Result, Work, serve};
use serde_json::Value;

type Train = Autodiff<Flex>;

fn main() -> Result<()> {
    serve("0.21 flex", "eager", |workload, inputs| {
        Ok(match workload["op"].as_str() {
            Some("infer") => {
                Box::new(Inference { x: tensor(&inputs[0]), network: Network::<Flex>::new(&inputs[1..]) })
            }
            _ => Box::new(Training::new(workload, inputs)),
        })
    })
}

fn tensor<B: Backend, const D: usize>(input: &Input) -> Tensor<B, D> {
    Tensor::from_data(TensorData::new(input.numbers.clone(), input.shape.clone()), &Default::default())
}

/// Dense layers with ReLU between them.
#[derive(Module, Debug)]
struct Network<B: Backend> {
    layers: Vec<Linear<B>>,
}

impl<B: Backend> Network<B> {
    /// burn keeps W as (in, out).
    fn new(parameters: &[Input]) -> Self {
        let layer = |pair: &[Input]| {
            let (rows, cols) = (pair[0].shape[0], pair[0].shape[1]);
            let w = &pair[0].numbers;
            let turned: Vec<f32> = (0..rows * cols).map(|i| w[i % rows * cols + i / rows]).collect();
            let weight = tensor(&Input { numbers: turned, shape: vec![cols, rows] });
            Linear { weight: Param::from_tensor(weight), bias: Some(Param::from_tensor(tensor(&pair[1]))) }
        };
        Network { layers: parameters.chunks(2).map(layer).collect() }
    }

    fn forward(&self, x: Tensor<B, 2>) -> Tensor<B, 2> {
        let mut y = self.layers[0].forward(x);
        for layer in &self.layers[1..] {
            y = layer.forward(relu(y));
        }
        y
    }

    /// θ as the harness orders it: W (out, in), b, layer after layer.
    fn theta(&self) -> Result<Vec<f32>> {
        let mut theta = Vec::new();
        for layer in &self.layers {
            theta.extend(numbers(layer.weight.val().transpose())?);
            if let Some(bias) = &layer.bias {
                theta.extend(numbers(bias.val())?);
            }
        }
        Ok(theta)
    }
}

fn numbers<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Result<Vec<f32>> {
    tensor.into_data().to_vec().map_err(|e| format!("{e:?}").into())
}

struct Inference {
    x: Tensor<Flex, 2>,
    network: Network<Flex>,
}

impl Work for Inference {
    fn restart(&mut self) -> Result<()> {
        Ok(())
    }

    fn call(&mut self) -> Result<()> {
        std::hint::black_box(self.network.forward(self.x.clone()));
        Ok(())
    }

    fn answer(&mut self, _: u64) -> Result<Vec<f32>> {
        numbers(self.network.forward(self.x.clone()))
    }
}

struct Training {
    x: Tensor<Train, 2>,
    labels: Tensor<Train, 1, Int>,
    loss: CrossEntropyLoss<Train>,
    start: Vec<Input>,
    rate: f64,
    optimizer: Rule,
    now: Option<Network<Train>>,
}

type Adapted<O> = OptimizerAdaptor<O, Network<Train>, Train>;

/// An optimizer that has not seen a gradient, and one that a step changes.
enum Rule {
    Sgd(Adapted<Sgd<Flex>>),
    Adam(Adapted<Adam>, AdamConfig),
}

impl Training {
    fn new(workload: &Value, mut inputs: Vec<Input>) -> Training {
        let start = inputs.split_off(2);
        let number = |value: &Value| value.as_f64().unwrap_or_default();
        let optimizer = if workload["optimizer"] == "sgd" {
            Rule::Sgd(SgdConfig::new().init())
        } else {
            let [beta1, beta2] = [0, 1].map(|i| number(&workload["betas"][i]) as f32);
            let config = AdamConfig::new().with_beta_1(beta1).with_beta_2(beta2);
            let config = config.with_epsilon(number(&workload["eps"]) as f32);
            Rule::Adam(config.init(), config)
        };
        let classes: Vec<i32> = inputs[1].numbers.iter().map(|class| *class as i32).collect();
        Training {
            x: tensor(&inputs[0]),
            labels: Tensor::from_data(TensorData::new(classes, inputs[1].shape.clone()), &Default::default()),
            loss: CrossEntropyLossConfig::new().init(&Default::default()),
            start,
            rate: number(&workload["rate"]),
            optimizer,
            now: None,
        }
    }

    fn step(&mut self) -> Result<Tensor<Train, 1>> {
        let network = self.now.take().ok_or("`restart` comes first")?;
        let value = self.loss.forward(network.forward(self.x.clone()), self.labels.clone());
        let gradients = GradientsParams::from_grads(value.backward(), &network);
        self.now = Some(match &mut self.optimizer {
            Rule::Sgd(rule) => rule.step(self.rate, network, gradients),
            Rule::Adam(rule, _) => rule.step(self.rate, network, gradients),
        });
        Ok(value)
    }
}

impl Work for Training {
    fn restart(&mut self) -> Result<()> {
        if let Rule::Adam(rule, config) = &mut self.optimizer {
            *rule = config.init();
        }
        self.now = None;
        self.now = Some(Network::new(&self.start));
        Ok(())
    }

    fn call(&mut self) -> Result<()> {
        self.step().map(drop)
    }

    fn answer(&mut self, steps: u64) -> Result<Vec<f32>> {
        let losses: Vec<_> = (0..steps).map(|_| self.step()).collect::<Result<_>>()?;
        let mut answer = match &self.now {
            Some(network) => network.valid().theta()?,
            None => Vec::new(),
        };
        for value in losses {
            answer.extend(numbers(value)?);
        }
        Ok(answer)
    }
}
