//! One row of the table: a name, inputs, our way to the answer, and what a peer is asked for.

use std::hint::black_box;
use std::time::Instant;

use nn::tensor::random::Stream;
use nn::tensor::{Shape, Tensor};
use serde_json::{Value, json};

use crate::compare::Tolerance;
use crate::measure::Side;

/// The inputs of a workload, in order.
pub(crate) type Inputs<'a> = &'a [Tensor<f32>];

/// A row. The constructors in `workloads` fill it; `name` is a contract.
pub(crate) struct Workload {
    pub(crate) name: String,
    /// The lines of the summary to which the row counts.
    pub(crate) groups: Vec<String>,
    /// What a peer is asked for: `op`, and the settings of the operation.
    pub(crate) ask: Value,
    pub(crate) inputs: Vec<Input>,
    pub(crate) result: Shape,
    pub(crate) ours: Ours,
    pub(crate) tolerance: Tolerance,
    /// Floating-point operations that no way to the answer can avoid; 0 where nobody counts them.
    pub(crate) flops: f64,
}

type Writes = dyn FnMut(Inputs<'_>, &mut Tensor<f32>);

/// Our way to the answer.
pub(crate) enum Ours {
    /// Writes to a result that was allocated before.
    Into(Box<Writes>),
    /// Allocates the result.
    Allocating(Box<dyn FnMut(Inputs<'_>) -> Tensor<f32>>),
}

impl Ours {
    pub(crate) fn into(f: impl FnMut(Inputs<'_>, &mut Tensor<f32>) + 'static) -> Ours {
        Ours::Into(Box::new(f))
    }

    pub(crate) fn allocating(f: impl FnMut(Inputs<'_>) -> Tensor<f32> + 'static) -> Ours {
        Ours::Allocating(Box::new(f))
    }

    /// As it stands in the table and in what a peer is asked for.
    pub(crate) fn form(&self) -> &'static str {
        match self {
            Ours::Into(_) => "into",
            Ours::Allocating(_) => "allocating",
        }
    }
}

/// A tensor of numbers uniform on [low, high).
#[derive(Clone, Copy)]
pub(crate) struct Input {
    shape: Shape,
    low: f64,
    high: f64,
}

impl Input {
    /// Numbers uniform on ±1.
    pub(crate) fn new(shape: impl Into<Shape>) -> Input {
        Input { shape: shape.into(), low: -1.0, high: 1.0 }
    }

    pub(crate) fn between(self, low: f64, high: f64) -> Input {
        Input { low, high, ..self }
    }

    /// The numbers of input `key` of a workload.
    fn draw(&self, key: u64) -> Tensor<f32> {
        let mut x = Tensor::zeros(self.shape);
        Stream::new(0, key, 0).uniform(0, self.low, self.high, x.as_mut_slice());
        x
    }
}

impl Workload {
    pub(crate) fn draw(&self) -> Vec<Tensor<f32>> {
        self.inputs.iter().zip(0..).map(|(input, key)| input.draw(key)).collect()
    }

    /// What a peer has to know: everything but the numbers.
    pub(crate) fn describe(&self) -> Value {
        let mut description = self.ask.clone();
        description["name"] = json!(self.name);
        description["form"] = json!(self.ours.form());
        description["shapes"] = self.inputs.iter().map(|input| json!(input.shape.as_slice())).collect();
        description["result"] = json!(self.result.as_slice());
        description
    }

    /// Bytes that have to be read, and bytes that have to be written.
    pub(crate) fn traffic(&self) -> [f64; 2] {
        let read: usize = self.inputs.iter().map(|input| input.shape.size()).sum();
        [read, self.result.size()].map(|n| 4.0 * n as f64)
    }

    /// Whether all words of one of the filter's alternatives occur in the name, or in its ASCII form.
    pub(crate) fn matches(&self, filter: &str) -> bool {
        let ascii = ascii(&self.name);
        let occurs = |word: &str| self.name.contains(word) || ascii.contains(word);
        filter.split(',').any(|words| words.split_whitespace().all(occurs))
    }
}

/// `x·Wᵀ` as `x Wt`, `dyᵀ·x` as `dyt x`, `NCHW→NHWC` as `NCHW NHWC`.
fn ascii(name: &str) -> String {
    name.replace(['·', '→'], " ").replace('ᵀ', "t").replace('³', "3")
}

/// Our side of a row, ready to run.
pub(crate) struct Subject {
    pub(crate) workload: Workload,
    pub(crate) inputs: Vec<Tensor<f32>>,
    out: Tensor<f32>,
}

impl Subject {
    pub(crate) fn new(workload: Workload, inputs: Vec<Tensor<f32>>) -> Self {
        // No answer is NaN: what was never written cannot pass.
        let out = Tensor::full(workload.result, f32::NAN);
        Subject { workload, inputs, out }
    }

    /// The answer of one call.
    pub(crate) fn answer(&mut self) -> &Tensor<f32> {
        match &mut self.workload.ours {
            Ours::Into(f) => f(&self.inputs, &mut self.out),
            Ours::Allocating(f) => self.out = f(&self.inputs),
        }
        &self.out
    }
}

impl Side for Subject {
    fn time(&mut self, warm_up: u64, reps: u64) -> Result<f64, String> {
        let inputs: Inputs<'_> = &self.inputs;
        let mut start = Instant::now();
        for rep in 0..warm_up + reps {
            if rep == warm_up {
                start = Instant::now();
            }
            match &mut self.workload.ours {
                Ours::Into(f) => f(black_box(inputs), black_box(&mut self.out)),
                Ours::Allocating(f) => drop(black_box(f(black_box(inputs)))),
            }
        }
        Ok(start.elapsed().as_nanos() as f64)
    }
}

#[cfg(test)]
mod tests {
    use crate::workloads;

    #[test]
    fn a_filter_may_be_written_in_ascii() {
        let count = |filter: &str| workloads::all().iter().filter(|w| w.matches(filter)).count();
        assert_eq!(count("x·Wᵀ 64x784x128"), 1);
        assert_eq!(count("matmul 64x784x128"), 3);
        assert_eq!(count("dyt x 64x784x128,dy W 64x784x128"), 2);
        assert_eq!(count("no such row"), 0);
        assert_eq!(count(""), workloads::all().len());
    }
}
