//! Smoothing by exponentially weighted averages: how far back β looks, and what bias correction repairs.
//!
//! `cargo run --release --example moving_averages`

mod common;

use std::f64::consts::PI;

use common::{Corner, Panel, print_table};
use nn::optim::ExponentiallyWeightedAverage;
use nn::tensor::random::Stream;

/// Days of the series, which begins in winter.
const DAYS: usize = 365;
/// Standard deviation of the noise, in degrees.
const NOISE: f64 = 4.0;

fn main() -> common::Done {
    let options = common::options();
    let season: Vec<f64> = (0..DAYS).map(|day| 15.0 - 10.0 * (2.0 * PI * day as f64 / 365.0).cos()).collect();
    let mut noise = vec![0.0; DAYS];
    Stream::new(options.seed, Stream::key("weather"), 0).normal(0, 0.0, NOISE, &mut noise);
    let mut long = vec![0.0; 100_000];
    Stream::new(options.seed, Stream::key("noise"), 0).normal(0, 0.0, 1.0, &mut long);
    let measured: Vec<f64> = season.iter().zip(&noise).map(|(season, noise)| season + noise).collect();

    let mut rows = Vec::new();
    let mut year = Panel::new("a year of temperatures", "day", "degrees").legend(Corner::UpperLeft);
    let mut weeks = Panel::new("the first weeks: with and without (thin) correction", "day", "degrees")
        .legend(Corner::LowerRight);
    year = year.color(6).thin("measured", by_day(&measured));
    for (color, beta) in [0.5, 0.9, 0.98].into_iter().enumerate() {
        let average = ExponentiallyWeightedAverage::new(beta)?;
        let corrected = average.of(&measured);
        let plain = average.without_bias_correction().of(&measured);
        let name = format!("β = {beta}");
        year = year.color(color).line(&name, by_day(&corrected));
        weeks = weeks.color(color).line(&name, by_day(&corrected[..60]));
        weeks = weeks.color(color).thin("", by_day(&plain[..60]));

        let window = average.window();
        // A long series of nothing but noise: how much of its deviation is left.
        let kept = deviation(&average.of(&long)) / deviation(&long);
        // The season alone: how many days late its highest day comes.
        let lag = highest(&average.of(&season)) - highest(&season);
        rows.push([
            format!("{beta}"),
            format!("{window:.0}"),
            format!("{:.3}", beta.powf(window)),
            format!("{:.3}", 1.0 - beta.powf(window)),
            format!("{kept:.2}"),
            format!("{:.2}", ((1.0 - beta) / (1.0 + beta)).sqrt()),
            format!("{lag:.0}"),
            format!("{:.2}", plain[0]),
            format!("{:.2}", corrected[0]),
        ]);
    }
    println!("1/e = {:.3}; on the first day {:.2} degrees were measured.\n", (-1f64).exp(), measured[0]);
    let head = [
        "β",
        "1/(1-β)",
        "β^(1/(1-β))",
        "weight of window",
        "noise kept",
        "√((1-β)/(1+β))",
        "lag (days)",
        "v₁",
        "v₁/(1-β)",
    ];
    print_table(head, &rows);

    let weight = |beta: f64| move |age: i32| (f64::from(age), beta.powi(age));
    let memory = Panel::new("what weight a number still has", "age (days)", "βᵃᵍᵉ")
        .y(0.0, 1.0)
        .line("β = 0.5", (0..=120).map(weight(0.5)).collect())
        .line("β = 0.9", (0..=120).map(weight(0.9)).collect())
        .line("β = 0.98", (0..=120).map(weight(0.98)).collect())
        .color(6)
        .thin("1/e", vec![(0.0, (-1f64).exp()), (120.0, (-1f64).exp())]);
    options.draw("moving_averages", 3, (400, 340), &[year, weeks, memory])
}

fn by_day(series: &[f64]) -> Vec<(f64, f64)> {
    series.iter().enumerate().map(|(day, &x)| (day as f64, x)).collect()
}

fn deviation(x: &[f64]) -> f64 {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    (x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64).sqrt()
}

fn highest(x: &[f64]) -> f64 {
    let day = (0..x.len()).max_by(|&a, &b| x[a].total_cmp(&x[b]));
    day.unwrap_or(0) as f64
}
