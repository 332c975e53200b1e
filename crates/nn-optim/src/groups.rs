//! Groups of parameters with settings of their own.

use tensor_ops::Real;

use crate::optimizer::{At, Memory, Optimizer, assert_part};
use crate::setting::{SettingError, check_all, size};
use crate::tensors::{Tensors, TensorsError};

/// An optimizer for each tensor of θ, chosen by the tensor's name: no decay on biases and norms, rates of their own, frozen ones.
///
/// In a pattern `*` stands for any letters. What is said later prevails. The learning rate of an update, which a schedule may
/// have set, is that of the first optimizer; the others follow in proportion to the rates they were made with.
/// The optimizers may be of different kinds, as `Box<dyn Optimizer<T>>`.
///
/// ```
/// use nn_optim::{AdamW, Groups, Optimizer, Tensors};
/// let tensors = Tensors::new([("0.weight", 0..4), ("0.bias", 4..6), ("1.weight", 6..8)])?;
/// let adamw = AdamW::new(0.1).weight_decay(0.1);
/// let groups = Groups::new(adamw, &tensors)
///     .group("*.bias", adamw.weight_decay(0.0))?
///     .scale_rate("0.*", 0.5)?
///     .freeze("1.*")?;
/// let (mut theta, mut state) = ([1.0f64; 8], groups.init(8));
/// groups.update(0, 0.1, &mut state, &mut theta, &[0.0; 8]);
/// assert_eq!(theta, [0.995, 0.995, 0.995, 0.995, 1.0, 1.0, 1.0, 1.0]);
/// assert!(groups.group("2.*", adamw).unwrap_err().to_string().contains("matches no tensor"));
/// # Ok::<(), nn_optim::TensorsError>(())
/// ```
#[doc(alias = "param_groups")]
#[derive(Debug, Clone)]
pub struct Groups<O> {
    tensors: Tensors,
    /// The first one is that of the tensors of which nothing was said.
    optimizers: Vec<O>,
    choices: Vec<Choice>,
}

/// What happens to a tensor.
#[derive(Debug, Clone, Copy)]
struct Choice {
    optimizer: usize,
    scale: f64,
    frozen: bool,
}

impl<O> Groups<O> {
    /// One optimizer for all tensors.
    pub fn new(optimizer: O, tensors: &Tensors) -> Groups<O> {
        let choice = Choice { optimizer: 0, scale: 1.0, frozen: false };
        Groups {
            tensors: tensors.clone(),
            optimizers: vec![optimizer],
            choices: vec![choice; tensors.bounds().len() - 1],
        }
    }

    /// Another optimizer for the tensors whose names match.
    ///
    /// # Errors
    /// [`TensorsError::NoMatch`].
    pub fn group(mut self, pattern: &str, optimizer: O) -> Result<Groups<O>, TensorsError> {
        self.optimizers.push(optimizer);
        let last = self.optimizers.len() - 1;
        self.change(pattern, |choice| choice.optimizer = last)
    }

    /// Multiplies the rates of the tensors whose names match.
    ///
    /// # Errors
    /// [`TensorsError::NoMatch`].
    pub fn scale_rate(self, pattern: &str, factor: f64) -> Result<Groups<O>, TensorsError> {
        self.change(pattern, |choice| choice.scale *= factor)
    }

    /// Leaves the tensors whose names match, and what is remembered of them, as they are. A norm that gradients
    /// are clipped to still counts theirs.
    ///
    /// # Errors
    /// [`TensorsError::NoMatch`].
    pub fn freeze(self, pattern: &str) -> Result<Groups<O>, TensorsError> {
        self.change(pattern, |choice| choice.frozen = true)
    }

    fn change(mut self, pattern: &str, change: impl Fn(&mut Choice)) -> Result<Groups<O>, TensorsError> {
        for i in self.tensors.matching(pattern)? {
            change(&mut self.choices[i]);
        }
        Ok(self)
    }
}

impl<T: Real, O: Optimizer<T>> Optimizer<T> for Groups<O> {
    fn memory(&self) -> usize {
        self.optimizers.iter().map(O::memory).max().unwrap_or(0)
    }

    fn init(&self, n: usize) -> Vec<T> {
        assert_eq!(n, self.tensors.len(), "elements of θ, by the tensors of the groups");
        let mut state = vec![T::ZERO; self.state_len(n)];
        for (i, optimizer) in self.optimizers.iter().enumerate() {
            let own = optimizer.init(n);
            for (vector, own) in own.chunks_exact(n.max(1)).enumerate() {
                for (choice, pair) in self.choices.iter().zip(self.tensors.bounds().windows(2)) {
                    if choice.optimizer == i {
                        state[vector * n..][pair[0]..pair[1]].copy_from_slice(&own[pair[0]..pair[1]]);
                    }
                }
            }
        }
        state
    }

    fn rate(&self) -> f64 {
        self.optimizers[0].rate()
    }

    fn check(&self) -> Result<(), SettingError> {
        self.optimizers.iter().try_for_each(O::check)?;
        let base = self.rate();
        for choice in &self.choices {
            let own = self.optimizers[choice.optimizer].rate();
            let follows: crate::setting::Setting = (
                "rate",
                base,
                base > 0.0 || own == base,
                "a number > 0, which the others are in proportion to",
            );
            check_all("Groups", &[size("scale_rate", choice.scale), follows])?;
        }
        Ok(())
    }

    fn bounds(&self) -> Option<&[usize]> {
        // Where one optimizer wants whole tensors, all get them.
        self.optimizers.iter().any(|optimizer| !optimizer.by_part()).then(|| self.tensors.bounds())
    }

    fn theta_len(&self) -> Option<usize> {
        Some(self.tensors.len())
    }

    fn update_part(&self, at: At, mut memory: Memory<'_, T>, theta: &mut [T], gradient: &[T]) {
        assert_part(theta, gradient, &memory, Optimizer::<T>::memory(self));
        let (mut theta, mut gradient, mut first) = (theta, gradient, at.first);
        let end = first + theta.len();
        assert!(end <= self.tensors.len(), "θ ends at {end}, the tensors of the groups before");
        let mut tensor = self.tensors.tensor_at(first);
        while first < end {
            let choice = self.choices[tensor];
            let len = self.tensors.bounds()[tensor + 1].min(end) - first;
            let own_theta = theta.split_off_mut(..len).unwrap_or_default();
            let own_gradient = gradient.split_off(..len).unwrap_or_default();
            let own_memory = memory
                .each_mut()
                .map(|vector| vector.split_off_mut(..len.min(vector.len())).unwrap_or_default());
            if !choice.frozen {
                let optimizer = &self.optimizers[choice.optimizer];
                let (own, base) = (optimizer.rate(), self.optimizers[0].rate());
                let scale = if own == base { choice.scale } else { choice.scale * own / base };
                let at = At { rate: at.rate * scale, first, ..at };
                optimizer.update_part(at, own_memory, own_theta, own_gradient);
            }
            (first, tensor) = (first + len, tensor + 1);
        }
    }
}
