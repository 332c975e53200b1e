//! Second derivatives: dual numbers, Hessian-vector products, and the naming of critical points.

mod critical;
mod dual;
mod hessian;
mod network;

use tensor_ops::random::Stream;

/// A symmetric matrix with these eigenvalues, in a basis of random reflections (Householder).
fn with_spectrum(eigenvalues: &[f64], seed: u64) -> Vec<Vec<f64>> {
    let n = eigenvalues.len();
    let mut a: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| if i == j { eigenvalues[i] } else { 0.0 }).collect()).collect();
    for reflection in 0..3 {
        let u = unit(n, seed, reflection);
        // (I - 2uuᵀ) A (I - 2uuᵀ).
        for _ in 0..2 {
            for row in &mut a {
                let along: f64 = row.iter().zip(&u).map(|(a, u)| a * u).sum();
                row.iter_mut().zip(&u).for_each(|(a, u)| *a -= 2.0 * along * u);
            }
            a = (0..n).map(|i| (0..n).map(|j| a[j][i]).collect()).collect();
        }
    }
    // Exactly symmetric.
    (0..n).map(|i| (0..n).map(|j| a[i.min(j)][i.max(j)]).collect()).collect()
}

fn unit(n: usize, seed: u64, step: u64) -> Vec<f64> {
    let mut u = vec![0.0; n];
    Stream::new(seed, Stream::key("test"), step).normal(0, 0.0, 1.0, &mut u);
    let length = norm(&u);
    u.iter().map(|u| u / length).collect()
}

fn times(a: &[Vec<f64>], x: &[f64]) -> Vec<f64> {
    a.iter().map(|row| row.iter().zip(x).map(|(a, x)| a * x).sum()).collect()
}

fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}
