//! Other transforms for other features.

use tensor_ops::{Real, Tensor};

use crate::transform::{check_features, dimensions, sample_shape};
use crate::{DataError, Samples, Train, Transform};

/// Transforms of some features each, side by side: the features that they make, in the order of the parts, and behind them
/// the features that no part names, as they are: `(m, n)` becomes `(m, n')`.
///
/// ```
/// use nn_data::{Columns, OneHot, Standardizer, Train, Transform};
/// use tensor_ops::Tensor;
/// let train = Train(Tensor::from([[7.0, 1.0, 0.0], [8.0, 3.0, 2.0]]));
/// let columns = Columns::fit(&train)?.on(&[1], Standardizer::fit)?.on(&[2], OneHot::fit)?.done();
/// let y = columns.apply(train.clone())?.0;
/// assert_eq!(y, [[-1.0, 1.0, 0.0, 7.0], [1.0, 0.0, 1.0, 8.0]].into());
/// assert_eq!(columns.invert_tensor(y)?, train.0);
/// # Ok::<(), nn_data::DataError>(())
/// ```
#[derive(Debug)]
pub struct Columns<T> {
    parts: Vec<Part<T>>,
    rest: Vec<usize>,
    width: usize,
}

#[derive(Debug)]
struct Part<T> {
    columns: Vec<usize>,
    transform: Box<dyn Transform<T>>,
    /// The number of features that it makes.
    made: usize,
}

/// [`Columns`] that are being fitted.
#[derive(Debug)]
pub struct ColumnsFit<'a, T> {
    train: &'a Tensor<T>,
    columns: Columns<T>,
}

impl<T: Real> Columns<T> {
    /// Begins with all features untouched.
    ///
    /// # Errors
    /// [`DataError::Empty`] for no samples.
    pub fn fit(train: &Train<impl Samples<T>>) -> Result<ColumnsFit<'_, T>, DataError> {
        let train = train.samples();
        let (_, width) = dimensions(train)?;
        Ok(ColumnsFit { train, columns: Columns { parts: Vec::new(), rest: (0..width).collect(), width } })
    }

    fn made(&self) -> usize {
        self.parts.iter().map(|part| part.made).sum::<usize>() + self.rest.len()
    }
}

impl<T: Real> ColumnsFit<'_, T> {
    /// What `fit` makes of these features, which no part before has named.
    ///
    /// # Errors
    /// [`DataError::Column`] for a feature that is not there or named twice, and those of `fit`.
    pub fn on<F: Transform<T> + 'static>(
        mut self,
        columns: &[usize],
        fit: impl FnOnce(&Train<Tensor<T>>) -> Result<F, DataError>,
    ) -> Result<Self, DataError> {
        let Columns { rest, parts, width } = &mut self.columns;
        for &column in columns {
            let place = rest.iter().position(|&c| c == column);
            rest.remove(place.ok_or(DataError::Column { column, features: *width })?);
        }
        let selected = Train(gather(self.train, *width, columns)?);
        let transform = fit(&selected)?;
        let made = sample_shape(&transform.apply_tensor(selected.0)?)?.size();
        parts.push(Part { columns: columns.to_vec(), transform: Box::new(transform), made });
        Ok(self)
    }

    /// The fitted parts.
    pub fn done(self) -> Columns<T> {
        self.columns
    }
}

impl<T: Real> Transform<T> for Columns<T> {
    fn apply_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        check_features(&inputs, self.width)?;
        let made = self.made();
        let mut out = Tensor::zeros([inputs.shape()[0], made]);
        let mut first = 0;
        for part in &self.parts {
            let y = part.transform.apply_tensor(gather(&inputs, self.width, &part.columns)?)?;
            scatter(&y, part.made, &mut out, made, first..first + part.made);
            first += part.made;
        }
        let rest = gather(&inputs, self.width, &self.rest)?;
        scatter(&rest, self.rest.len(), &mut out, made, first..made);
        Ok(out)
    }

    fn invert_tensor(&self, inputs: Tensor<T>) -> Result<Tensor<T>, DataError> {
        let made = self.made();
        check_features(&inputs, made)?;
        let mut out = Tensor::zeros([inputs.shape()[0], self.width]);
        let mut first = 0;
        for part in &self.parts {
            let columns: Vec<usize> = (first..first + part.made).collect();
            let x = part.transform.invert_tensor(gather(&inputs, made, &columns)?)?;
            scatter(&x, part.columns.len(), &mut out, self.width, part.columns.iter().copied());
            first += part.made;
        }
        let columns: Vec<usize> = (first..made).collect();
        let rest = gather(&inputs, made, &columns)?;
        scatter(&rest, self.rest.len(), &mut out, self.width, self.rest.iter().copied());
        Ok(out)
    }
}

/// Some columns of samples of `width` features, as `(m, columns)`.
fn gather<T: Real>(x: &Tensor<T>, width: usize, columns: &[usize]) -> Result<Tensor<T>, DataError> {
    let rows = x.as_slice().chunks_exact(width);
    let picked = rows.flat_map(|row| columns.iter().map(|&j| row[j])).collect();
    Ok(Tensor::new([x.shape()[0], columns.len()], picked)?)
}

/// Puts rows of `from` numbers at columns of rows of `to` numbers.
fn scatter<T: Real>(
    x: &Tensor<T>,
    from: usize,
    out: &mut Tensor<T>,
    to: usize,
    columns: impl Iterator<Item = usize> + Clone,
) {
    if from == 0 {
        return;
    }
    for (row, out) in x.as_slice().chunks_exact(from).zip(out.as_mut_slice().chunks_exact_mut(to)) {
        row.iter().zip(columns.clone()).for_each(|(x, j)| out[j] = *x);
    }
}
