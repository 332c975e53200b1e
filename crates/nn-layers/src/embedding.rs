//! A table of vectors that are looked up by number.

use std::ops::Range;
use std::sync::Arc;

use nn_core::{BackPass, BindErrorKind, Fan, Initializer, Kernel, Local, Op, ParamsMut, Pass, Plan, RowsMut};
use rand::Rng;
use tensor_ops::{Real, Shape};

/// `y = W[x]`: for each index the row of the table with this number.
///
/// | | shape |
/// |---|---|
/// | x | `(m, ..)`, whole numbers in 0..n |
/// | `weight` W | `(n, dim)`, as in PyTorch |
/// | y | `(m, .., dim)` |
///
/// **Indices are numbers of the network's own type**: exact as far as f32 counts, 2²⁴ = 16,777,216, which is why no longer table
/// is taken. What is no whole number in 0..n (negative ones too) is refused by [`Network::accepts`](nn_core::Network::accepts),
/// and so by `predict` and at the beginning of `fit`, where the layer reads the network's input, or what layers such as
/// [`Reshape`](crate::Reshape) have made of it that only move numbers. Of what another layer computed, nobody can say it before; there the
/// row of what is no index is NaN.
///
/// Backward: `dW[i]` = Σ dy over the places with index i. The row of the
/// [`padding`](Embedding::padding) index starts as 0 and has a gradient of 0, so that it stays as it is. An index has no gradient: dx = 0.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::Embedding;
/// let model: Model<f32> = Embedding::new(1000, 16).init([8], 0)?; // texts of 8 words
/// let text = [[3.0, 17.0, 999.0, 3.0, 0.0, 0.0, 0.0, 0.0]];
/// assert_eq!(model.predict(&text.into())?.shape(), &[1, 8, 16].into());
/// let error = model.predict(&[[1000.0; 8]].into()).unwrap_err();
/// assert!(error.to_string().contains("holds 1000, expected an index: a whole number below 1000"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "lookup")]
#[derive(Debug, Clone)]
pub struct Embedding {
    count: usize,
    dim: usize,
    padding: Option<usize>,
    by_frequency: bool,
    init: Arc<dyn Initializer>,
}

/// f32 holds every whole number up to here.
const MOST: usize = 1 << 24;

impl Embedding {
    /// A table of `count` vectors with `dim` numbers, which start as normal numbers with mean 0 and variance 1.
    pub fn new(count: usize, dim: usize) -> Embedding {
        Embedding { count, dim, padding: None, by_frequency: false, init: Arc::new(Normal) }
    }

    /// Sets the index that stands where there is nothing.
    #[must_use]
    pub fn padding(self, index: usize) -> Embedding {
        Embedding { padding: Some(index), ..self }
    }

    /// Divides the gradient of each row by how often its index occurs in the batch.
    #[must_use]
    pub fn scale_by_frequency(self) -> Embedding {
        Embedding { by_frequency: true, ..self }
    }

    /// Sets how W starts; the row of the padding index is 0 all the same.
    #[must_use]
    pub fn init_weight(self, init: impl Initializer + 'static) -> Embedding {
        Embedding { init: Arc::new(init), ..self }
    }

    /// The row of an index, if it is one.
    fn row<T: Real>(&self, x: T) -> Option<usize> {
        let at = x.to_f64();
        (at >= 0.0 && at < self.count as f64 && at.fract() == 0.0).then_some(at as usize)
    }

    /// Adds dy to the gradients of some rows, which are zero; calls `seen` for every index among them.
    fn gather<T: Real>(
        &self,
        pass: &BackPass<'_, T>,
        rows: Range<usize>,
        dw: &mut [T],
        mut seen: impl FnMut(usize),
    ) {
        for (x, dy) in pass.x[0].data().iter().zip(pass.dy.data().chunks_exact(self.dim)) {
            let row = self.row(*x).filter(|row| rows.contains(row) && Some(*row) != self.padding);
            let Some(row) = row else { continue };
            seen(row);
            for (dw, dy) in dw[(row - rows.start) * self.dim..][..self.dim].iter_mut().zip(dy) {
                *dw += *dy;
            }
        }
    }
}

/// Normal numbers with mean 0 and variance 1.
#[derive(Debug)]
struct Normal;

impl Initializer for Normal {
    fn fill(&self, _: &Shape, _: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        use rand_distr::{Distribution, StandardNormal};
        out.iter_mut().for_each(|x| *x = StandardNormal.sample(random));
    }
}

/// Another initialiser, and one row of zeros.
#[derive(Debug)]
struct WithoutRow {
    init: Arc<dyn Initializer>,
    row: usize,
}

impl Initializer for WithoutRow {
    fn fill(&self, shape: &Shape, fan: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        self.fill_before(1.0, shape, fan, random, out);
    }

    fn fill_before(&self, gain: f64, shape: &Shape, fan: Fan, random: &mut dyn Rng, out: &mut [f64]) {
        self.init.fill_before(gain, shape, fan, random, out);
        let dim = out.len() / shape[0];
        out[self.row * dim..][..dim].fill(0.0);
    }

    fn check(&self, shape: &Shape) -> Result<(), String> {
        self.init.check(shape)
    }
}

impl Op for Embedding {
    fn name(&self) -> &'static str {
        "Embedding"
    }

    fn settings(&self) -> String {
        format!("Embedding {{ padding: {:?}, by_frequency: {} }}", self.padding, self.by_frequency)
    }

    fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
        let Embedding { count, dim, padding, .. } = *self;
        let refuse = |what| Err(BindErrorKind::Setting { what });
        if count == 0 || dim == 0 {
            return refuse(format!("a table of shape [{count}, {dim}]"));
        }
        if count > MOST {
            return refuse(format!("a table of {count} rows; indices in f32 are exact up to {MOST}"));
        }
        if let Some(index) = padding.filter(|&index| index >= count) {
            return refuse(format!("padding index {index} of a table of {count} rows"));
        }
        let mut output = inputs[0].as_slice().to_vec();
        output.push(dim);
        let fan = Fan { inputs: count, outputs: dim };
        let init: Arc<dyn Initializer> = match padding {
            Some(row) => Arc::new(WithoutRow { init: self.init.clone(), row }),
            None => self.init.clone(),
        };
        let plan = Plan::new(Shape::new(&output)?).indices(count).param(
            "weight",
            Shape::new(&[count, dim])?,
            fan,
            init,
        );
        // How often an index occurs is a matter of the whole batch, and has to be kept somewhere.
        Ok(if self.by_frequency { plan.batch_scratch(count) } else { plan.by_rows() })
    }
}

impl<T: Real> Kernel<T> for Embedding {
    fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
        for (x, y) in pass.x[0].data().iter().zip(y.data().chunks_exact_mut(self.dim)) {
            match self.row(*x) {
                Some(row) => y.copy_from_slice(&pass.theta[0][row * self.dim..][..self.dim]),
                None => y.fill(T::from_f64(f64::NAN)),
            }
        }
    }

    fn backward_input(&self, _: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
        dx[0].data().fill(T::ZERO);
    }

    fn backward_rows(&self, pass: &BackPass<'_, T>, _: usize, rows: Range<usize>, dtheta: &mut [T]) {
        dtheta.fill(T::ZERO);
        self.gather(pass, rows, dtheta, |_| ());
    }

    /// Only where gradients are divided by how often an index occurs.
    fn backward_params(&self, pass: &BackPass<'_, T>, mut dtheta: ParamsMut<'_, T>, count: &mut [T]) {
        let dw = dtheta.get(0).expect("declared in `plan`");
        let count = &mut count[..self.count];
        dw.fill(T::ZERO);
        count.fill(T::ZERO);
        self.gather(pass, 0..self.count, dw, |row| count[row] += T::ONE);
        for (dw, count) in dw.chunks_exact_mut(self.dim).zip(count) {
            let share = T::ONE / count.maximum(T::ONE);
            dw.iter_mut().for_each(|dw| *dw *= share);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Parallel, Reshape, Sequential};
    use nn_core::{BatchError, Context, InputGradient, Layer, Mode, Network, Rows, Workspace};

    /// Numbers in ±1 as indices below 4: random points are none.
    #[derive(Debug, Clone)]
    struct Indices;

    impl Op for Indices {
        fn name(&self) -> &'static str {
            "Indices"
        }
        fn plan(&self, inputs: &[Shape]) -> Result<Plan, BindErrorKind> {
            Ok(Plan::new(inputs[0]))
        }
    }

    impl<T: Real> Kernel<T> for Indices {
        fn forward(&self, pass: &Pass<'_, T>, mut y: RowsMut<'_, T>, _: Local<'_, T>) {
            for (y, x) in y.data().iter_mut().zip(pass.x[0].data()) {
                *y = (*x * T::from_f64(2.0) + T::from_f64(1.999)).floor();
            }
        }
        fn backward_input(&self, pass: &BackPass<'_, T>, dx: &mut [RowsMut<'_, T>], _: Local<'_, T>) {
            for (dx, dy) in dx[0].data().iter_mut().zip(pass.dy.data()) {
                *dx = *dy * T::ZERO;
            }
        }
    }

    /// The rows, and beside them the input itself: indices alone have no gradient, and a check would say so.
    fn of_numbers(embedding: Embedding) -> Parallel {
        let rows = Sequential::new().push(Indices).push(embedding).push(Reshape::new([-1]));
        Parallel::concat(0).push(rows).push(Reshape::new([-1]))
    }

    nn_check::suite!(of_numbers(Embedding::new(4, 3)), input: [2, 3], batch: 4);
    nn_check::suite!(one_index: of_numbers(Embedding::new(5, 2)), input: [], batch: 6);
    // A padding index of which no point makes use: its gradient is 0 and not the derivative.
    nn_check::suite!(padded: of_numbers(Embedding::new(6, 2).padding(5)), input: [3], batch: 3);

    fn gradient(embedding: Embedding, x: &[f64], dim: usize) -> Vec<f64> {
        let network = embedding.bind([x.len()]).unwrap();
        let theta = network.initial_theta(0);
        let mut ws = Workspace::training(&network, 1).unwrap();
        let (x, cx) = (Rows::new(x, [x.len()]).unwrap(), Context::training(0, 0));
        network.forward(&theta, &[], x, &cx, &mut ws);
        let dy: Vec<f64> = (1..=x.width() * dim).map(|i| i as f64).collect();
        ws.output_gradient_mut(&network).copy_from_slice(&dy);
        network.backward(&theta, &[], x, &cx, &mut ws, InputGradient::Skip);
        ws.gradient().to_vec()
    }

    #[test]
    fn repeated_indices_add_up_and_padding_stays() {
        let x = [2.0, 0.0, 2.0, 1.0];
        assert_eq!(gradient(Embedding::new(3, 1), &x, 1), [2.0, 4.0, 4.0]);
        assert_eq!(gradient(Embedding::new(3, 1).padding(2), &x, 1), [2.0, 4.0, 0.0]);
        assert_eq!(gradient(Embedding::new(4, 1).scale_by_frequency(), &x, 1), [2.0, 4.0, 2.0, 0.0]);
        assert_eq!(gradient(Embedding::new(2, 2), &[1.0, 1.0], 2), [0.0, 0.0, 4.0, 6.0]);
        let theta: Vec<f64> = Embedding::new(3, 2).padding(1).bind([1]).unwrap().initial_theta(0);
        assert!(theta[2..4] == [0.0; 2] && !theta[..2].contains(&0.0) && !theta[4..].contains(&0.0));
    }

    #[test]
    fn what_is_no_index_is_refused_and_the_layer_named() {
        let network = Network::bind(&Sequential::new().push(Embedding::new(4, 2)), [2].into()).unwrap();
        for wrong in [4.0, -1.0, 0.5, f32::NAN, f32::INFINITY] {
            let x = [0.0, 3.0, 1.0, wrong];
            let error = network.accepts(&Rows::new(&x, [2]).unwrap(), Mode::Training).unwrap_err();
            assert!(matches!(error, BatchError::Index { sample: 1, below: 4, .. }), "{error}");
            assert!(error.to_string().starts_with("layers.0 (Embedding): sample 1 holds "), "{error}");
        }
        assert!(network.accepts(&Rows::new(&[0.0, 3.0], [2]).unwrap(), Mode::Training).is_ok());
        let moved = Sequential::new().push(Reshape::new([2, 1])).push(crate::Permute::new([1, 0]));
        let moved = moved.push(crate::Flatten).push(crate::Identity).push(Embedding::new(4, 2));
        let error = moved.bind([2]).unwrap().accepts(&Rows::new(&[0.0, 7.0], [2]).unwrap(), Mode::Inference);
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with("layers.4 (Embedding): sample 0 holds 7"), "{error}");
        let hidden = of_numbers(Embedding::new(2, 1)).init::<f64>([1], 0).unwrap();
        assert!(hidden.predict(&[[0.9]].into()).unwrap().as_slice()[0].is_nan());
    }

    /// With a padding index the rule is asked as without one, and told what follows.
    #[test]
    fn a_padded_table_starts_by_the_rule_of_any_other() {
        let uniform = crate::init::Uniform::new(1.0, -1.0);
        let error = Embedding::new(3, 2).padding(0).init_weight(uniform).bind([1]).unwrap_err().to_string();
        assert!(error.contains("weight starts badly"), "{error}");

        let start = |embedding: Embedding| -> Vec<f64> {
            let net = Sequential::new().push(embedding.init_weight(crate::init::FitNext)).push(crate::Relu);
            net.bind([1]).unwrap().initial_theta(0)
        };
        let (padded, plain) = (start(Embedding::new(3, 2).padding(0)), start(Embedding::new(3, 2)));
        assert_eq!((&padded[..2], &padded[2..]), (&[0.0; 2][..], &plain[2..]));
    }

    #[test]
    fn tables_that_cannot_be_are_refused() {
        for wrong in [Embedding::new(0, 1), Embedding::new(1, 0), Embedding::new(MOST + 1, 1)] {
            assert!(wrong.bind([1]).is_err());
        }
        assert!(Embedding::new(3, 1).padding(3).bind([1]).is_err());
    }
}
