//! Weight decay in its two forms.

use tensor_ops::Real;

use crate::setting::{Setting, size};

/// Weight decay, in the gradient or apart from it. Both may be set; both are 0 unless they are.
///
/// - λ of L2: g + λ θ takes the place of g, so that an adaptive optimizer scales the decay too (PyTorch's `weight_decay`).
/// - λ decoupled: θ (1 - α λ) takes the place of θ (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Decay {
    pub(crate) l2: f64,
    pub(crate) decoupled: f64,
}

impl Decay {
    pub(crate) fn settings(&self) -> [Setting; 2] {
        [size("weight_decay", self.l2), size("decoupled_weight_decay", self.decoupled)]
    }

    pub(crate) fn rule<T: Real>(&self, rate: f64) -> Shrink<T> {
        Shrink { l2: T::from_f64(self.l2), keep: T::from_f64(1.0 - rate * self.decoupled) }
    }
}

/// The decay of a step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shrink<T> {
    l2: T,
    /// 1 - α λ
    keep: T,
}

impl<T: Real> Shrink<T> {
    /// g + λ θ
    #[inline(always)]
    pub(crate) fn gradient(&self, g: T, theta: T) -> T {
        g + self.l2 * theta
    }

    /// θ (1 - α λ)
    #[inline(always)]
    pub(crate) fn theta(&self, theta: T) -> T {
        self.keep * theta
    }
}

/// The methods that set weight decay, for an optimizer with a field `decay`.
macro_rules! decay_settings {
    () => {
        /// Sets λ of the L2 term: g + λ θ takes the place of the gradient g.
        #[must_use]
        pub fn weight_decay(mut self, weight_decay: f64) -> Self {
            self.decay.l2 = weight_decay;
            self
        }

        /// Sets λ of decoupled decay: θ (1 - α λ) takes the place of θ, before the step.
        #[must_use]
        pub fn decoupled_weight_decay(mut self, weight_decay: f64) -> Self {
            self.decay.decoupled = weight_decay;
            self
        }
    };
}

pub(crate) use decay_settings;
