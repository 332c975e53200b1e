//! Where the time of a step goes: per layer and phase, beside the peak of the machine.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use benches::network::Training;
use nn::core::Phase;
use nn::tensor::pool;

use crate::floor::Floors;
use crate::workloads::{names, training};

/// How long a workload is watched.
const WATCHED: Duration = Duration::from_secs(1);

/// The profile of the step with this name on so many threads, as text.
pub(crate) fn profile(name: &str, threads: usize) -> Result<String, String> {
    let (mut training, start) = training(name).ok_or_else(|| {
        format!("{name:?} is no training step that can be profiled; these are:\n  {}", names().join("\n  "))
    })?;
    pool::set_threads(threads);
    let floors = Floors::new(threads);
    for _ in 0..3 {
        training.step(&start);
    }

    let (regions, from, mut steps) = (pool::regions(), Instant::now(), 0);
    while from.elapsed() < WATCHED {
        training.step(&start);
        steps += 1;
    }
    let micros = from.elapsed().as_secs_f64() * 1e6 / f64::from(steps);
    let regions = (pool::regions() - regions) as f64 / f64::from(steps);
    training.start_profile();
    for _ in 0..steps {
        training.step(&start);
    }
    Ok(table(&training, &floors, name, threads, steps, micros, regions, start.labels.len()))
}

#[allow(clippy::too_many_arguments)] // what the head of the table says
fn table(
    training: &Training,
    floors: &Floors,
    name: &str,
    threads: usize,
    steps: u32,
    micros: f64,
    regions: f64,
    batch: usize,
) -> String {
    let profile = training.profile().expect("it was started");
    let per_step = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(steps);
    let mut text = format!(
        "{name}, threads: {threads}; {micros:.1} µs a step, {regions:.1} parallel regions, peak {:.0} GFLOP/s\n\n",
        floors.peak() / 1e3
    );
    let _ = writeln!(
        text,
        "{:24}{:>10}{:>10}{:>9}{:>12}",
        "layer and phase", "µs", "GFLOP/s", "of peak", "bytes"
    );
    let mut line = |what: &str, micros: f64, flops: f64, bytes: f64, threads: f64| {
        let rate = flops / micros / 1e3;
        let share = 100.0 * rate * threads / (floors.peak() / 1e3);
        let _ = match flops > 0.0 {
            true => writeln!(text, "{what:24}{micros:>10.2}{rate:>10.1}{share:>8.0}%{bytes:>12.0}"),
            false => writeln!(text, "{what:24}{micros:>10.2}"),
        };
    };
    let (nodes, theta) = (training.network().nodes(), training.network().theta_layout());
    for (i, node) in nodes.iter().enumerate() {
        let flops = (node.flops() * batch) as f64;
        let prefix = format!("{}.", node.path());
        let own: usize =
            theta.entries().iter().filter(|e| e.name.starts_with(&prefix)).map(|e| e.range().len()).sum();
        if own == 0 && per_step(profile.node(i, Phase::Forward)) == 0.0 {
            continue; // computed with the layer before
        }
        let title = |phase: &str| format!("{} {} {phase}", node.path(), node.name());
        let bytes = 4.0 * own as f64;
        line(&title("forward"), per_step(profile.node(i, Phase::Forward)), flops, bytes, 1.0);
        if i > 0 {
            line(&title("dx"), per_step(profile.node(i, Phase::BackwardInput)), flops, bytes, 1.0);
        }
        // All threads' times are added up here.
        let dtheta = per_step(profile.node(i, Phase::BackwardParams));
        line(&title("dθ, update *"), dtheta, flops, 4.0 * bytes, threads as f64);
    }
    line("loss", per_step(profile.loss()), 0.0, 0.0, 1.0);
    line("all dθ and updates", per_step(profile.params_region()), 0.0, 0.0, 1.0);
    text + "\n* in one region with the others: the times of all threads added up. Bytes are those of the parameters.
An activation without a row of its own is computed with the layer before it. A layer that stays on one thread has its share of the peak of all."
}
