//! One row of the table: a name, inputs, our way to the answer, and what a peer is asked for.

use std::hint::black_box;
use std::time::Instant;

use nn::tensor::random::Stream;
use nn::tensor::{Shape, Tensor};
use serde_json::{Value, json};

use crate::compare::{Tolerance, Way, compare, compare_trained};
use crate::measure::Side;
use crate::memory::growth;

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
    /// Of training steps alone.
    pub(crate) steps: Option<Steps>,
}

/// What only training steps have. Their answer is θ after some steps, then the loss before each of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Steps {
    /// Bytes that an update of θ has to read, and to write.
    pub(crate) update: [f64; 2],
    pub(crate) way: Way,
}

type Writes = dyn FnMut(Inputs<'_>, &mut Tensor<f32>);
type Makes = dyn Fn(Inputs<'_>) -> Box<dyn Runs>;

/// Our way to the answer.
pub(crate) enum Ours {
    /// Writes to a result that was allocated before.
    Into(Box<Writes>),
    /// Allocates the result.
    Allocating(Box<dyn FnMut(Inputs<'_>) -> Tensor<f32>>),
    /// Has a state, which is made from the inputs once.
    Runs(Box<Makes>),
}

/// A computation with a state of its own.
pub(crate) trait Runs {
    /// Puts the state back to where it began: before each batch of calls, outside of what is timed.
    fn restart(&mut self) {}

    fn call(&mut self);

    /// What is compared, after `restart`.
    fn answer(&mut self) -> Vec<f32>;
}

impl Ours {
    pub(crate) fn into(f: impl FnMut(Inputs<'_>, &mut Tensor<f32>) + 'static) -> Ours {
        Ours::Into(Box::new(f))
    }

    pub(crate) fn allocating(f: impl FnMut(Inputs<'_>) -> Tensor<f32> + 'static) -> Ours {
        Ours::Allocating(Box::new(f))
    }

    pub(crate) fn runs(f: impl Fn(Inputs<'_>) -> Box<dyn Runs> + 'static) -> Ours {
        Ours::Runs(Box::new(f))
    }

    /// As it stands in the table and in what a peer is asked for.
    pub(crate) fn form(&self) -> &'static str {
        match self {
            Ours::Into(_) => "into",
            Ours::Allocating(_) => "allocating",
            Ours::Runs(_) => "state kept",
        }
    }
}

/// A tensor of numbers uniform on [low, high), or of such numbers rounded down.
#[derive(Clone, Copy)]
pub(crate) struct Input {
    shape: Shape,
    low: f64,
    high: f64,
    whole: bool,
}

impl Input {
    /// Numbers uniform on ±1.
    pub(crate) fn new(shape: impl Into<Shape>) -> Input {
        Input { shape: shape.into(), low: -1.0, high: 1.0, whole: false }
    }

    /// The classes of `n` samples: whole numbers below `classes`.
    pub(crate) fn classes(n: usize, classes: usize) -> Input {
        Input { whole: true, ..Input::new(n).between(0.0, classes as f64) }
    }

    pub(crate) fn between(self, low: f64, high: f64) -> Input {
        Input { low, high, ..self }
    }

    /// The numbers of input `key` of a workload.
    fn draw(&self, key: u64) -> Tensor<f32> {
        let mut x: Tensor<f32> = Tensor::zeros(self.shape);
        Stream::new(0, key, 0).uniform(0, self.low, self.high, x.as_mut_slice());
        if self.whole {
            // The largest number below `high` may be rounded to it.
            x.as_mut_slice().iter_mut().for_each(|x| *x = x.floor().min(self.high as f32 - 1.0));
        }
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

    /// Whether an answer of ours and one of a peer's agree.
    pub(crate) fn compare(&self, inputs: Inputs<'_>, ours: &[f32], peers: &[f32]) -> Result<(), String> {
        match &self.steps {
            None => compare(ours, peers, self.tolerance),
            Some(steps) => {
                let start = inputs[2..].iter().flat_map(Tensor::as_slice);
                compare_trained(start, ours, peers, steps.way, self.tolerance)
            }
        }
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
    runs: Option<Box<dyn Runs>>,
}

impl Subject {
    pub(crate) fn new(workload: Workload, inputs: Vec<Tensor<f32>>) -> Self {
        // No answer is NaN: what was never written cannot pass.
        let out = Tensor::full(workload.result, f32::NAN);
        let runs = match &workload.ours {
            Ours::Runs(make) => Some(make(&inputs)),
            _ => None,
        };
        Subject { workload, inputs, out, runs }
    }

    /// Bytes by which the resident memory grows when what has a state is made and called so many times.
    pub(crate) fn growth(&mut self, calls: usize) -> Option<u64> {
        let runs = self.runs.as_mut()?;
        growth(|| {
            runs.restart();
            (0..calls).for_each(|_| runs.call());
        })
    }

    /// The answer of one call, or of the first calls of what has a state.
    ///
    /// # Errors
    /// Where there are not as many numbers as the workload says.
    pub(crate) fn answer(&mut self) -> Result<&Tensor<f32>, String> {
        match (&mut self.workload.ours, &mut self.runs) {
            (_, Some(runs)) => {
                runs.restart();
                let answer = Tensor::new(self.workload.result, runs.answer());
                self.out = answer.map_err(|e| format!("our answer: {e}"))?;
            }
            (Ours::Into(f), _) => f(&self.inputs, &mut self.out),
            (Ours::Allocating(f), _) => self.out = f(&self.inputs),
            (Ours::Runs(_), None) => unreachable!("`new` makes it"),
        }
        Ok(&self.out)
    }
}

impl Side for Subject {
    fn time(&mut self, warm_up: u64, reps: u64) -> Result<f64, String> {
        let inputs: Inputs<'_> = &self.inputs;
        if let Some(runs) = &mut self.runs {
            runs.restart();
        }
        let mut start = Instant::now();
        for rep in 0..warm_up + reps {
            if rep == warm_up {
                start = Instant::now();
            }
            match (&mut self.workload.ours, &mut self.runs) {
                (_, Some(runs)) => runs.call(),
                (Ours::Into(f), _) => f(black_box(inputs), black_box(&mut self.out)),
                (Ours::Allocating(f), _) => drop(black_box(f(black_box(inputs)))),
                (Ours::Runs(_), None) => unreachable!("`new` makes it"),
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
