//! What a model is judged by while it trains.

use nn_data::{Dataset, Test};

/// The validation set of [`Trainer::fit`](crate::Trainer::fit): a set, a part of the training set, or none.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_optim::Adam;
/// use nn_train::{Trainer, Validation};
/// let set = nn_data::datasets::iris::<f32>();
/// let mut model: Model<f32> = Dense::new(3).init([4], 0)?;
/// let mut trainer = Trainer::new(Adam::new(0.05), SoftmaxCrossEntropy::new());
/// let history = trainer.fit(&mut model, &set, Validation::Split(0.2))?;
/// assert_eq!(history.last().unwrap().samples, 120);
/// assert!(trainer.fit(&mut model, &set, None)?.validation().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub enum Validation<'d, T> {
    /// None: no evaluation.
    #[default]
    None,
    /// This set.
    Set(&'d Dataset<T>),
    /// This fraction of the training set, which is then not trained on: drawn by the trainer's seed.
    Split(f64),
}

impl<'d, T> From<&'d Dataset<T>> for Validation<'d, T> {
    fn from(set: &'d Dataset<T>) -> Self {
        Validation::Set(set)
    }
}

impl<'d, T> From<&'d Test<Dataset<T>>> for Validation<'d, T> {
    fn from(set: &'d Test<Dataset<T>>) -> Self {
        Validation::Set(set)
    }
}

impl<'d, T> From<Option<&'d Dataset<T>>> for Validation<'d, T> {
    fn from(set: Option<&'d Dataset<T>>) -> Self {
        set.map_or(Validation::None, Validation::Set)
    }
}
