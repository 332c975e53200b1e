//! The two averages that Adam and its kin remember.

use tensor_ops::Real;

/// The constants of m ← β₁ m + (1-β₁) g, s ← β₂ s + (1-β₂) g².
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moments<T> {
    betas: [T; 2],
    rests: [T; 2],
}

impl<T: Real> Moments<T> {
    pub(crate) fn new((beta1, beta2): (f64, f64)) -> Moments<T> {
        Moments { betas: [beta1, beta2].map(T::from_f64), rests: [1.0 - beta1, 1.0 - beta2].map(T::from_f64) }
    }

    #[inline(always)]
    pub(crate) fn observe(&self, g: T, m: &mut T, s: &mut T) {
        *m = self.betas[0] * *m + self.rests[0] * g;
        *s = self.betas[1] * *s + self.rests[1] * g * g;
    }
}
