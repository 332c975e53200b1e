//! NumPy's rules side by side: `dot` is the matrix product, `multiply` goes element by element, and lengths of 1 are stretched.
//!
//! `cargo run --release --example dot_and_multiply`

mod common;

use common::{Cells, print_table};
use nn::prelude::*;
use nn::tensor::TensorError;

type Binary = fn(&Tensor<f64>, &Tensor<f64>) -> Result<Tensor<f64>, TensorError>;

fn main() -> common::Done {
    let options = common::options();
    products()?;
    shapes()?;
    norms()?;
    options.save("dot_and_multiply", &pictures()?)
}

/// The products of two matrices and of two vectors.
fn products() -> common::Done {
    let (a, b) = (Tensor::from([[1.0, 2.0], [3.0, 4.0]]), Tensor::from([[10.0, 20.0], [30.0, 40.0]]));
    let (v, w) = (Tensor::from([1.0, 2.0, 3.0]), Tensor::from([4.0, 5.0, 6.0]));
    println!("a = {}, b = {}, v = {}, w = {}\n", flat(&a), flat(&b), flat(&v), flat(&w));
    let rows = [
        ["np.dot(a, b), a @ b".into(), "a.dot(&b)?".into(), flat(&a.dot(&b)?)],
        ["np.multiply(a, b), a * b".into(), "a.multiply(&b)?".into(), flat(&a.multiply(&b)?)],
        ["np.dot(v, w)".into(), "v.dot(&w)?".into(), flat(&v.dot(&w)?)],
        ["v * w".into(), "v.multiply(&w)?".into(), flat(&v.multiply(&w)?)],
        ["np.outer(v, w)".into(), "v.outer(&w)?".into(), flat(&v.outer(&w)?)],
        ["a.T".into(), "a.transpose()".into(), flat(&a.transpose())],
    ];
    print_table(["NumPy", "here", "result"], &rows);
    Ok(())
}

/// Which shapes fit, and what is said of those that do not.
fn shapes() -> common::Done {
    let dot: Binary = |a, b| a.dot(b);
    let multiply: Binary = |a, b| a.multiply(b);
    let cases: [(&str, Binary, &[usize], &[usize]); 9] = [
        ("dot", dot, &[2, 3], &[3, 4]),
        ("dot", dot, &[3], &[3]),
        ("dot", dot, &[2, 3], &[3]),
        ("dot", dot, &[5, 2, 3], &[3, 4]),
        ("dot", dot, &[2, 3], &[2, 3]),
        ("multiply", multiply, &[2, 3], &[2, 3]),
        ("multiply", multiply, &[3, 1], &[1, 4]),
        ("multiply", multiply, &[5, 2, 3], &[3]),
        ("multiply", multiply, &[2, 3], &[2]),
    ];
    let mut rows = Vec::new();
    for (name, product, a, b) in cases {
        let (a, b) = (Tensor::ones(Shape::try_from(a)?), Tensor::ones(Shape::try_from(b)?));
        let result = match product(&a, &b) {
            Ok(c) => c.shape().to_string(),
            Err(error) => error.to_string(),
        };
        rows.push([name.into(), a.shape().to_string(), b.shape().to_string(), result]);
    }
    print_table(["", "a", "b", "shape of the result, or the error"], &rows);
    Ok(())
}

/// The course's row normalisation: each row over its length.
fn norms() -> common::Done {
    let x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    let kept = x.norm(Norm::L2, Axes::from(1).keepdims())?;
    let dropped = x.norm(Norm::L2, 1)?;
    let unit = x.divide(&kept)?;
    let line = |name: &str, t: &Tensor<f64>| [name.into(), t.shape().to_string(), flat(t)];
    let rows = [
        line("x", &x),
        line("norm, axis 1, keepdims: √5 and 5", &kept),
        line("norm, axis 1", &dropped),
        line("x / norm with keepdims", &unit),
        line("its norms", &unit.norm(Norm::L2, 1)?),
        line("x / norm without: the wrong axis, silently", &x.divide(&dropped)?),
    ];
    print_table(["", "shape", "values"], &rows);
    Ok(())
}

/// The values in one line.
fn flat(x: &Tensor<f64>) -> String {
    let number = |x: &f64| format!("{}", (x * 1e4).round() / 1e4);
    match x.shape().as_slice() {
        [] => number(&x.as_slice()[0]),
        [_, columns] => {
            let row = |row: &[f64]| format!("[{}]", row.iter().map(number).collect::<Vec<_>>().join(", "));
            format!("[{}]", x.as_slice().chunks(*columns).map(row).collect::<Vec<_>>().join(", "))
        }
        _ => format!("[{}]", x.as_slice().iter().map(number).collect::<Vec<_>>().join(", ")),
    }
}

/// Three sums drawn as cells: what is stretched is pale.
fn pictures() -> Result<String, TensorError> {
    let grid = |rows: usize, cols: usize, values: &[f64]| Tensor::new([rows, cols], values.to_vec());
    let all = grid(3, 4, &(1..=12).map(f64::from).collect::<Vec<_>>())?;
    let (column, row) = (grid(3, 1, &[10.0, 20.0, 30.0])?, grid(1, 4, &[1.0, 2.0, 3.0, 4.0])?);
    let one = grid(1, 1, &[100.0])?;
    let mut cells = Cells::new(3, 4);
    for (name, a, b) in [
        ("(3, 4) + (): a number meets every element", &all, &one),
        ("(3, 1) + (4,): both are stretched", &column, &row),
        ("(3, 4) + (3, 1): one number for each row", &all, &column),
    ] {
        cells.sum(name, a, b)?;
    }
    Ok(cells.finish())
}
