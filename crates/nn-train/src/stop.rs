//! Ending a training from outside.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that ends a training in order, from another thread or a signal: the step is finished, a checkpoint is written where there
/// are any, and `fit` returns what it has.
///
/// ```
/// use nn_core::{Layer, Model};
/// use nn_layers::{Dense, SoftmaxCrossEntropy};
/// use nn_optim::Sgd;
/// use nn_train::{End, StopFlag, Trainer};
/// let flag = StopFlag::new();
/// let raiser = flag.clone();
/// std::thread::spawn(move || raiser.raise());
/// let set = nn_data::datasets::iris::<f32>();
/// let mut model: Model<f32> = Dense::new(3).init([4], 0)?;
/// let history = Trainer::new(Sgd::new(0.01), SoftmaxCrossEntropy::new())
///     .epochs(u64::MAX)
///     .stop_flag(&flag)
///     .fit(&mut model, &set, None)?;
/// assert_eq!(history.end, End::Interrupted);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// A flag that is down.
    pub fn new() -> StopFlag {
        StopFlag::default()
    }

    /// A flag that Ctrl-C raises: the first time for the program; a second Ctrl-C ends the program at once.
    ///
    /// # Errors
    /// Where the system, or another handler in this program, has it otherwise.
    #[cfg(feature = "ctrl-c")]
    pub fn on_ctrl_c() -> Result<StopFlag, ctrlc::Error> {
        let flag = StopFlag::new();
        let raised = flag.clone();
        ctrlc::try_set_handler(move || {
            if raised.is_raised() {
                std::process::exit(130); // 128 + SIGINT, as shells have it
            }
            raised.raise();
        })?;
        Ok(flag)
    }

    /// Raises it.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it is raised.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
