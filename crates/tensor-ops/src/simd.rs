//! One text, every instruction set: a loop is compiled several times, and the best form for this machine is called.
//!
//! The compiler vectorises plain loops over slices by itself. What it lacks is leave to use more than the baseline of
//! the target; [`dispatch`] gives it. This is one of the rooms where unsafe code may stand: the calls into functions
//! compiled for more than the baseline.
//!
//! A multiply-add written as [`Real::mul_add`](crate::Real::mul_add) is rounded once everywhere, in one instruction
//! where the processor has it and by a function call where it has not. So a loop without sums has the same bits on
//! every machine; a sum has the bits of the number of lanes that its text names. Wherever equal bits are promised, a
//! NaN counts as equal to any NaN: which of several an operation passes on is the processor's business.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// Sets of instructions that a text is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isa {
    /// 512-bit vectors with masks: AVX-512 F, BW, DQ and VL.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 256-bit vectors with fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every processor of the target has: SSE2 on x86-64, NEON on AArch64.
    Baseline,
}

impl Isa {
    /// The best set of this machine.
    pub fn best() -> Isa {
        *Isa::available().first().unwrap_or(&Isa::Baseline)
    }

    /// The sets of this machine, the best first.
    ///
    /// ```
    /// use tensor_ops::simd::Isa;
    /// assert_eq!(Isa::available().last(), Some(&Isa::Baseline));
    /// ```
    pub fn available() -> &'static [Isa] {
        #[cfg(target_arch = "x86_64")]
        {
            if has_avx512() {
                return &[Isa::Avx512, Isa::Avx2, Isa::Baseline];
            }
            if has_avx2() {
                return &[Isa::Avx2, Isa::Baseline];
            }
        }
        &[Isa::Baseline]
    }
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    has_avx2()
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
}

/// Calls `f`, compiled for the best instructions of this machine.
///
/// `f` and what it calls must be inlined to profit: write `#[inline(always)]` before the closure and on the functions
/// in its loop, and let the loop be a `for` loop. A closure handed to an adaptor such as `for_each` or `map` may be
/// compiled apart, for the baseline, where every multiply-add is a function call.
///
/// ```
/// use tensor_ops::simd::dispatch;
/// let (x, mut y) = ([1.0f32; 100], [2.0f32; 100]);
/// dispatch(#[inline(always)] || {
///     for (y, x) in y.iter_mut().zip(&x) {
///         *y = x.mul_add(0.5, *y);
///     }
/// });
/// assert_eq!(y, [2.5; 100]);
/// ```
#[inline]
pub fn dispatch<R>(f: impl FnOnce() -> R) -> R {
    match best() {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: `best` names only what this machine has.
        Isa::Avx512 => unsafe { avx512(f) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        Isa::Avx2 => unsafe { avx2(f) },
        Isa::Baseline => f(),
    }
}

/// [`Isa::best`], asked once: a call of a short loop must not spend its time on asking six questions.
#[inline]
fn best() -> Isa {
    #[cfg(target_arch = "x86_64")]
    {
        /// 1 to 3 as below; 0 before it is known.
        static BEST: AtomicU8 = AtomicU8::new(0);
        match BEST.load(Relaxed) {
            1 => Isa::Avx512,
            2 => Isa::Avx2,
            3 => Isa::Baseline,
            _ => {
                let best = Isa::best();
                let number = match best {
                    Isa::Avx512 => 1,
                    Isa::Avx2 => 2,
                    Isa::Baseline => 3,
                };
                BEST.store(number, Relaxed);
                best
            }
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    Isa::Baseline
}

/// Asks for bytes that are read soon, without waiting for them: for rows in random places, which no processor foresees. A hint,
/// on x86-64 alone.
///
/// ```
/// let rows = vec![1.0f32; 1000];
/// tensor_ops::simd::prefetch(&rows[500..564]);
/// ```
#[inline(always)]
pub fn prefetch<T>(soon: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = soon.as_ptr().cast::<i8>();
        for byte in (0..size_of_val(soon)).step_by(64) {
            // SAFETY: the instruction belongs to every x86-64, and reads nothing that a program could see.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.wrapping_add(byte)) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = soon;
}

/// As [`dispatch`] for a set of instructions by name: for tests and measurements.
///
/// # Panics
/// Where this machine does not have them.
#[inline]
pub fn dispatch_to<R>(isa: Isa, f: impl FnOnce() -> R) -> R {
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => {
            assert!(has_avx512(), "this machine has no AVX-512");
            // SAFETY: the instructions that `avx512` is compiled for have just been found.
            unsafe { avx512(f) }
        }
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => {
            assert!(has_avx2(), "this machine has no AVX2 with FMA");
            // SAFETY: as above.
            unsafe { avx2(f) }
        }
        Isa::Baseline => f(),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
fn avx512<R>(f: impl FnOnce() -> R) -> R {
    f()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<R>(f: impl FnOnce() -> R) -> R {
    f()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_computes_the_same_bits() {
        let x: Vec<f32> = (0..1000).map(|i| i as f32 * 0.37).collect();
        let f = |isa| {
            let mut y = x.clone();
            dispatch_to(
                isa,
                #[inline(always)]
                || {
                    for y in &mut y {
                        *y = y.mul_add(1.1, 0.3);
                    }
                },
            );
            y
        };
        for &isa in Isa::available() {
            assert_eq!(f(isa), f(Isa::Baseline), "{isa:?}");
        }
    }
}
