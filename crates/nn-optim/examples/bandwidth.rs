//! Prints the bandwidth of every optimizer's update beside that of a plain copy: `cargo run --release -p nn-optim --example
//! bandwidth [NUMBERS] [f64] [NAME]`, 10⁷ numbers of f32 unless said otherwise.
//!
//! Bytes are those that must be moved: θ, g and each vector of the state are read, θ and the state written. A copy reads and writes as
//! many bytes as its length, on as many threads, in as many pieces as are fastest. Rounds of copy and update take turns; medians.

use std::hint::black_box;
use std::time::Instant;

use nn_optim::*;
use tensor_ops::random::Stream;
use tensor_ops::{Real, pool};

const ROUNDS: usize = 15;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let n = arguments.iter().find_map(|a| a.parse().ok()).unwrap_or(10_000_000);
    let name = arguments.iter().find(|a| *a != "f64" && a.parse::<usize>().is_err());
    let name = name.map_or("", String::as_str);
    match arguments.iter().any(|a| a == "f64") {
        true => table::<f64>(n, name),
        false => table::<f32>(n, name),
    }
}

fn table<T: Real>(n: usize, only: &str) {
    let tensors = Tensors::new([("a", 0..n / 3), ("b", n / 3..n)]).expect("no gap");
    let adamw = AdamW::default();
    let groups = Groups::new(adamw, &tensors).group("b", adamw.weight_decay(0.0)).expect("a name");
    let rows: Vec<(&str, Box<dyn Optimizer<T>>)> = vec![
        ("Sgd", Box::new(Sgd::new(1e-3))),
        ("Momentum", Box::new(Momentum::summed(1e-3, 0.9))),
        ("Nesterov", Box::new(Momentum::summed(1e-3, 0.9).nesterov())),
        ("RmsProp", Box::new(RmsProp::new(1e-3))),
        ("RmsProp centered, momentum", Box::new(RmsProp::new(1e-3).centered().momentum(0.9))),
        ("Adagrad", Box::new(Adagrad::new(1e-3))),
        ("Adadelta", Box::new(Adadelta::new(1e-3))),
        ("Adam", Box::new(Adam::new(1e-3))),
        ("Adam AMSGrad", Box::new(Adam::new(1e-3).amsgrad())),
        ("AdamW", Box::new(adamw)),
        ("Adamax", Box::new(Adamax::new(1e-3))),
        ("NAdam", Box::new(NAdam::new(1e-3))),
        ("RAdam", Box::new(RAdam::new(1e-3))),
        ("Lion", Box::new(Lion::new(1e-4))),
        ("Rprop", Box::new(Rprop::new(1e-4))),
        ("Groups of AdamW", Box::new(groups)),
        ("Lookahead of Adam", Box::new(Lookahead::new(Adam::new(1e-3), 1000, 0.5))),
        ("Averaged AdamW", Box::new(Averaged::exponential(adamw, 0.999))),
        ("Lamb", Box::new(Lamb::new(1e-3, &tensors))),
    ];
    let draw = |key| {
        let mut values = vec![T::ZERO; n];
        Stream::new(0, key, 0).uniform(0, -1.0, 1.0, &mut values);
        values
    };
    let (gradient, mut target) = (draw(0), vec![T::ZERO; n]);
    let word = size_of::<T>() as f64;
    for threads in [1, 2] {
        pool::set_threads(threads);
        println!("\n{n} numbers of {} bytes, {threads} threads\n", size_of::<T>());
        println!("| update | µs | GB/s | copy, GB/s | share |\n|---|---|---|---|---|");
        for (name, optimizer) in rows.iter().filter(|(name, _)| name.contains(only)) {
            let (mut theta, mut state) = (draw(1), optimizer.init(n));
            let (mut updates, mut copies) = (Vec::new(), Vec::new());
            for round in 0..ROUNDS + 1 {
                let step = 10 + round as u64;
                let copied = copy_time(&gradient, &mut target, threads);
                let start = Instant::now();
                optimizer.update(step, optimizer.rate(), &mut state, &mut theta, black_box(&gradient));
                if round > 0 {
                    updates.push(start.elapsed().as_secs_f64());
                    copies.push(copied);
                }
            }
            assert!(theta.iter().all(|x| x.is_finite()), "{name} is wrong");
            let (time, copy) = (median(updates), 2.0 * word * n as f64 / median(copies) / 1e9);
            // What is not touched in this step is not counted: Lookahead's slow weights.
            let vectors = optimizer.memory() - usize::from(name.starts_with("Lookahead"));
            // LAMB needs a norm before it moves: θ, m and s are read twice.
            let again = if *name == "Lamb" { 3 } else { 0 };
            let moved = (3 + 2 * vectors + again) as f64 * word * n as f64 / time / 1e9;
            let (us, share) = (time * 1e6, moved / copy);
            println!("| {name} | {us:.0} | {moved:.1} | {copy:.1} | {share:.2} |");
        }
    }
}

/// Seconds of the fastest way to cut a copy.
fn copy_time<T: Real>(from: &[T], to: &mut [T], threads: usize) -> f64 {
    let ways = [threads, 4 * threads, 64 * threads].map(|pieces| {
        let chunk = from.len().div_ceil(pieces);
        let start = Instant::now();
        pool::split(from.len().div_ceil(chunk), [(black_box(&mut *to), chunk)], |i, [to]| {
            to.copy_from_slice(&from[i * chunk..][..to.len()]);
        });
        start.elapsed().as_secs_f64()
    });
    ways.into_iter().fold(f64::INFINITY, f64::min)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
