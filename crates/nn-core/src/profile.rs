//! Where the time of a step goes: per operation and phase.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The phases of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// y = f(θ, x), with the activation that is computed along.
    Forward,
    /// dx, with the activation below that is pulled back along.
    BackwardInput,
    /// dθ, and the update of θ where it goes along: the sum over all threads, for here the operations share a region.
    BackwardParams,
}

const PHASES: usize = 3;

/// Times since [`Workspace::start_profile`](crate::Workspace::start_profile), per operation and phase.
///
/// Times are those that the calling thread saw go by, but for [`Phase::BackwardParams`], where operations share a parallel
/// region and the times of all threads are added up; that region's own time is [`Profile::params_region`].
#[derive(Debug, Default)]
pub struct Profile {
    /// Nanoseconds, by node and phase.
    nodes: Vec<[AtomicU64; PHASES]>,
    loss: AtomicU64,
    region: AtomicU64,
}

impl Profile {
    pub(crate) fn new(nodes: usize) -> Profile {
        Profile { nodes: (0..nodes).map(|_| Default::default()).collect(), ..Profile::default() }
    }

    /// The time of operation `node` of [`Network::nodes`](crate::Network::nodes).
    ///
    /// # Panics
    /// Where there is no such node.
    pub fn node(&self, node: usize, phase: Phase) -> Duration {
        Duration::from_nanos(self.nodes[node][phase as usize].load(Relaxed))
    }

    /// The time of the loss and its gradient.
    pub fn loss(&self) -> Duration {
        Duration::from_nanos(self.loss.load(Relaxed))
    }

    /// The time of the region in which all parameter gradients are computed.
    pub fn params_region(&self) -> Duration {
        Duration::from_nanos(self.region.load(Relaxed))
    }
}

/// What a piece of work is counted as.
#[derive(Clone, Copy)]
pub(crate) enum Part {
    Node(usize, Phase),
    Loss,
    ParamsRegion,
}

/// Runs `f`, on the clock where there is one.
#[inline]
pub(crate) fn timed<R>(profile: Option<&Profile>, part: Part, f: impl FnOnce() -> R) -> R {
    let Some(profile) = profile else { return f() };
    let start = Instant::now();
    let result = f();
    let slot = match part {
        Part::Node(node, phase) => &profile.nodes[node][phase as usize],
        Part::Loss => &profile.loss,
        Part::ParamsRegion => &profile.region,
    };
    slot.fetch_add(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX), Relaxed);
    result
}
