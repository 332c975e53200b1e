//! Cheap statistics of every layer.

use nn_core::{Model, Scalar, Workspace};
use nn_optim::gradient_norm;

/// A learned tensor after a step.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TensorStats {
    /// Its name.
    pub name: String,
    /// The number of its elements, and its rank.
    pub len: usize,
    /// Of its shape.
    pub rank: usize,
    /// ‖w‖ before the step.
    pub weight_norm: f64,
    /// ‖dw‖.
    pub gradient_norm: f64,
    /// ‖Δw‖ of the step.
    pub update_norm: f64,
}

impl TensorStats {
    /// ‖Δw‖ / ‖w‖.
    pub fn update_ratio(&self) -> f64 {
        self.update_norm / self.weight_norm
    }

    /// The root mean square of an element's gradient.
    pub(super) fn gradient(&self) -> f64 {
        self.gradient_norm / (self.len as f64).sqrt()
    }
}

/// An activation after a step.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct UnitStats {
    /// Where it stands and what it is: `"1 (Relu)"`.
    pub name: String,
    /// The share of units that were 0 for all samples of the last visits: of a ReLU.
    pub dead: f64,
    /// The share of outputs at the flat ends: of a sigmoid or a tanh.
    pub saturated: f64,
}

/// All layers after a step.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LayerStats {
    /// The step, from 0.
    pub step: u64,
    /// The learned tensors, in the order of θ.
    pub tensors: Vec<TensorStats>,
    /// The activations, in the order in which they run.
    pub units: Vec<UnitStats>,
}

/// Which units of an activation have fired in the last visits.
#[derive(Debug, Clone)]
pub(super) struct Alive {
    /// A ring of bit sets: one a visit.
    pub(super) visits: Vec<Vec<bool>>,
}

/// Visits after which a unit that never fired is called dead.
const WINDOW: usize = 3;

/// Samples of a batch that are looked at; more would say the same.
const SAMPLES: usize = 128;

/// Statistics of the tensors; `moved` is θ before the step, and holds Δθ afterwards.
pub(super) fn tensors<T: Scalar>(model: &Model<T>, gradient: &[T], moved: &mut [T]) -> Vec<TensorStats> {
    let layout = model.network().theta_layout();
    let mut stats: Vec<TensorStats> = Vec::with_capacity(layout.entries().len());
    for entry in layout.entries() {
        let range = entry.range();
        stats.push(TensorStats {
            name: entry.name.clone(),
            len: range.len(),
            rank: entry.shape.rank(),
            weight_norm: gradient_norm(&moved[range.clone()]).to_f64(),
            gradient_norm: gradient_norm(&gradient[range]).to_f64(),
            update_norm: 0.0,
        });
    }
    tensor_ops::simd::dispatch(
        #[inline(always)]
        || {
            let theta = &model.theta()[..moved.len()];
            for i in 0..moved.len() {
                moved[i] = theta[i] - moved[i];
            }
        },
    );
    for (stats, entry) in stats.iter_mut().zip(layout.entries()) {
        stats.update_norm = gradient_norm(&moved[entry.range()]).to_f64();
    }
    stats
}

/// Statistics of the activations, as the step has left them in the workspace.
pub(super) fn units<T: Scalar>(
    model: &Model<T>,
    ws: &Workspace<T>,
    alive: &mut Vec<Alive>,
) -> Vec<UnitStats> {
    let (network, mut units) = (model.network(), Vec::new());
    alive.resize(network.nodes().len(), Alive { visits: Vec::new() });
    let last = network.nodes().len() - 1;
    for (i, node) in network.nodes().iter().enumerate() {
        let is_relu = matches!(node.name(), "Relu" | "Relu6");
        // Beyond these an output's derivative is below 4% of its largest.
        let flat = match node.name() {
            "Sigmoid" => Some((0.01, 0.99)),
            "Tanh" => Some((-0.98, 0.98)),
            _ => None,
        };
        // The flat ends are where an output that is a probability belongs.
        if i == last || !(is_relu || flat.is_some()) {
            continue;
        }
        let Some(y) = ws.output_of(network, i).filter(|y| !y.is_empty()) else { continue };
        let y = y.slice(0..y.len().min(SAMPLES));
        let name = format!("{} ({})", node.path(), node.name());
        let (mut dead, mut saturated) = (0.0, 0.0);
        if let Some((low, high)) = flat {
            let (low, high) = (T::from_f64(low), T::from_f64(high));
            let mut count = 0usize;
            for &y in y.data() {
                count += usize::from(y < low) + usize::from(y > high);
            }
            saturated = count as f64 / y.data().len() as f64;
        } else {
            let visits = &mut alive[i].visits;
            if visits.len() == WINDOW {
                visits.remove(0);
            }
            let mut fired = vec![false; y.width()];
            for row in y.data().chunks_exact(y.width().max(1)) {
                for (fired, y) in fired.iter_mut().zip(row) {
                    *fired |= *y > T::ZERO;
                }
            }
            visits.push(fired);
            let is_dead = |unit: usize| visits.iter().all(|fired| !fired[unit]);
            let count = (0..y.width()).filter(|&unit| is_dead(unit)).count();
            if visits.len() == WINDOW {
                dead = count as f64 / y.width() as f64;
            }
        }
        units.push(UnitStats { name, dead, saturated });
    }
    units
}
