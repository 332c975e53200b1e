//! candle as a peer for training steps and forward passes: the protocol of `benches/README.md`.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

use candle_core::{Device, Tensor, Var};
use candle_nn::{AdamW, Linear, Module, Optimizer, ParamsAdamW, SGD, loss};
use peer_protocol::{Input, Result, Work, serve};

fn main() -> Result<()> {
    serve("0.11", "eager", |workload, inputs| {
        let number = |key: &str| workload[key].as_f64().unwrap_or_default();
        let betas = |i: usize| workload["betas"][i].as_f64().unwrap_or_default();
        Ok(match workload["op"].as_str() {
            Some("infer") => {
                let inputs: Vec<Tensor> = inputs.into_iter().map(tensor).collect::<Result<_>>()?;
                Box::new(Inference { x: inputs[0].clone(), layers: layers(&inputs[1..]) })
            }
            _ if workload["optimizer"] == "sgd" => training::<SGD>(number("rate"), inputs)?,
            // Adam without decay.
            _ => {
                let [beta1, beta2] = [betas(0), betas(1)];
                let settings =
                    ParamsAdamW { lr: number("rate"), beta1, beta2, eps: number("eps"), weight_decay: 0.0 };
                training::<AdamW>(settings, inputs)?
            }
        })
    })
}

fn tensor(input: Input) -> Result<Tensor> {
    Ok(Tensor::from_vec(input.numbers, input.shape, &Device::Cpu)?)
}

fn layers(parameters: &[Tensor]) -> Vec<Linear> {
    let pairs = parameters.chunks(2);
    pairs.map(|pair| Linear::new(pair[0].clone(), pair.get(1).cloned())).collect()
}

/// Dense layers with ReLU between them.
fn forward(layers: &[Linear], x: &Tensor) -> candle_core::Result<Tensor> {
    let mut y = layers[0].forward(x)?;
    for layer in &layers[1..] {
        y = layer.forward(&y.relu()?)?;
    }
    Ok(y)
}

struct Inference {
    x: Tensor,
    layers: Vec<Linear>,
}

impl Work for Inference {
    fn restart(&mut self) -> Result<()> {
        Ok(())
    }

    fn call(&mut self) -> Result<()> {
        std::hint::black_box(forward(&self.layers, &self.x)?);
        Ok(())
    }

    fn answer(&mut self, _: u64) -> Result<Vec<f32>> {
        Ok(forward(&self.layers, &self.x)?.flatten_all()?.to_vec1()?)
    }
}

struct Training<O: Optimizer> {
    x: Tensor,
    labels: Tensor,
    start: Vec<Tensor>,
    settings: O::Config,
    now: Option<Now<O>>,
}

/// What a step changes.
struct Now<O> {
    parameters: Vec<Var>,
    layers: Vec<Linear>,
    optimizer: O,
}

fn training<O: Optimizer + 'static>(settings: O::Config, inputs: Vec<Input>) -> Result<Box<dyn Work>>
where
    O::Config: Clone,
{
    let tensors: Vec<Tensor> = inputs.into_iter().map(tensor).collect::<Result<_>>()?;
    let [x, labels, start @ ..] = &tensors[..] else { return Err("too few inputs".into()) };
    let labels = labels.to_dtype(candle_core::DType::U32)?;
    Ok(Box::new(Training::<O> { x: x.clone(), labels, start: start.to_vec(), settings, now: None }))
}

impl<O: Optimizer> Training<O> {
    fn step(&mut self) -> Result<Tensor> {
        let now = self.now.as_mut().ok_or("`restart` comes first")?;
        let value = loss::cross_entropy(&forward(&now.layers, &self.x)?, &self.labels)?;
        now.optimizer.backward_step(&value)?;
        Ok(value)
    }
}

impl<O: Optimizer> Work for Training<O>
where
    O::Config: Clone,
{
    fn restart(&mut self) -> Result<()> {
        self.now = None;
        let vars: Vec<Var> = self.start.iter().map(copy).collect::<Result<_>>()?;
        let tensors: Vec<Tensor> = vars.iter().map(|var| var.as_tensor().clone()).collect();
        let optimizer = O::new(vars.clone(), self.settings.clone())?;
        self.now = Some(Now { parameters: vars, layers: layers(&tensors), optimizer });
        Ok(())
    }

    fn call(&mut self) -> Result<()> {
        self.step().map(drop)
    }

    fn answer(&mut self, steps: u64) -> Result<Vec<f32>> {
        let losses: Vec<Tensor> = (0..steps).map(|_| self.step()).collect::<Result<_>>()?;
        let mut numbers = Vec::new();
        for var in self.now.iter().flat_map(|now| &now.parameters) {
            numbers.extend(var.flatten_all()?.to_vec1::<f32>()?);
        }
        for value in losses {
            numbers.push(value.to_scalar()?);
        }
        Ok(numbers)
    }
}

fn copy(tensor: &Tensor) -> Result<Var> {
    Ok(Var::from_tensor(&tensor.copy()?)?)
}
