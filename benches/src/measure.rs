//! Two sides in turns: a batch of ours, a batch of the peer's, and so on; medians over the rounds.

use std::thread;
use std::time::Duration;

/// One of the two that are compared.
pub(crate) trait Side {
    /// Nanoseconds of `reps` calls in a row, after `warm_up` calls that nobody times.
    ///
    /// # Errors
    /// With what went wrong on the other side of a pipe.
    fn time(&mut self, warm_up: u64, reps: u64) -> Result<f64, String>;
}

/// How carefully to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Care {
    /// Rounds with the operands in one place of memory.
    pub(crate) rounds: usize,
    /// Nanoseconds of a batch, or one call where that is longer.
    pub(crate) batch: f64,
    /// Nanoseconds of calls before a batch that nobody times, or one call where that is longer.
    pub(crate) warm_up: f64,
    /// Silence between turns.
    pub(crate) settle: Duration,
}

/// How often the operands of a row are put elsewhere in memory. Which pages they get, and how those lie to each other in
/// the caches, is luck that lasts as long as they do: up to a third of the time of a sum over 4 MB, as measured.
pub(crate) const PLACEMENTS: usize = 3;

impl Care {
    /// Threads that wait for their next parallel region spin for a while: ours for less than 1 ms, those of libgomp for the
    /// 300,000 turns of its `GOMP_SPINCOUNT`, 7 to 14 ms as measured. Whoever is next should have the cores for itself.
    const SPINNING_ENDS: Duration = Duration::from_millis(16);

    /// Threads that were asleep may wake up on one core, and share it until the scheduler moves one of them.
    const THREADS_SPREAD: f64 = 20e6;

    /// `settle` is what the peer asks for, if its threads spin longer.
    pub(crate) fn new(quick: bool, threads: usize, settle: Option<Duration>) -> Care {
        let (settle, warm_up) = match threads {
            1 => (Duration::from_millis(1), 1e6),
            _ => (settle.unwrap_or(Care::SPINNING_ENDS), Care::THREADS_SPREAD),
        };
        match quick {
            true => Care { rounds: 1, batch: 2e6, warm_up, settle },
            false => Care { rounds: 3, batch: 4e6, warm_up, settle },
        }
    }
}

/// Microseconds of a call, one number for each round.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Samples(pub(crate) Vec<f64>);

impl Samples {
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = ((sorted.len() - 1) / 2, sorted.len() / 2);
        (sorted[low] + sorted[high]) / 2.0
    }

    pub(crate) fn min(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

/// Times both in turns; who begins a round changes from round to round, side `first` in the first.
pub(crate) fn interleave(
    sides: [&mut dyn Side; 2],
    care: Care,
    first: usize,
) -> Result<[Samples; 2], String> {
    let mut samples = [(); 2].map(|()| Vec::with_capacity(care.rounds));
    let mut reps = [Reps { warm_up: 0, timed: 1 }; 2];
    for i in 0..2 {
        thread::sleep(care.settle);
        reps[i] = calibrate(&mut *sides[i], care)?;
    }
    for round in 0..care.rounds {
        for turn in 0..2 {
            let i = (first + round + turn) % 2;
            thread::sleep(care.settle);
            let nanoseconds = sides[i].time(reps[i].warm_up, reps[i].timed)?;
            samples[i].push(nanoseconds / reps[i].timed as f64 / 1e3);
        }
    }
    Ok(samples.map(Samples))
}

/// Calls of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reps {
    warm_up: u64,
    timed: u64,
}

/// As many calls as fill a batch.
fn calibrate(side: &mut dyn Side, care: Care) -> Result<Reps, String> {
    let mut reps = 1;
    loop {
        let nanoseconds = side.time(1, reps)?.max(1.0);
        let call = nanoseconds / reps as f64;
        if nanoseconds >= care.batch / 2.0 || reps >= 1 << 24 {
            let calls = |nanoseconds: f64| (nanoseconds / call).ceil().max(1.0) as u64;
            return Ok(Reps { warm_up: calls(care.warm_up), timed: calls(care.batch) });
        }
        reps = (reps as f64 * (care.batch / nanoseconds).clamp(2.0, 16.0)) as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A side whose calls take so many nanoseconds.
    struct Clock<'a>(f64, &'a mut Vec<u64>);

    impl Side for Clock<'_> {
        fn time(&mut self, _: u64, reps: u64) -> Result<f64, String> {
            self.1.push(reps);
            Ok(self.0 * reps as f64)
        }
    }

    const CARE: Care = Care { rounds: 5, batch: 2e6, warm_up: 1e6, settle: Duration::ZERO };

    #[test]
    fn batches_are_long_enough() {
        for (call, timed, warm_up) in [(1e3, 2_000, 1_000), (1e6, 2, 1), (1e8, 1, 1)] {
            let mut reps = Vec::new();
            let found = calibrate(&mut Clock(call, &mut reps), CARE).unwrap();
            assert_eq!(found, Reps { warm_up, timed });
        }
    }

    #[test]
    fn each_side_has_as_many_turns_and_its_own_times() {
        let (mut ours, mut peers) = (Vec::new(), Vec::new());
        let [a, b] = interleave([&mut Clock(1e6, &mut ours), &mut Clock(3e6, &mut peers)], CARE, 0).unwrap();
        assert_eq!((a, b), (Samples(vec![1e3; 5]), Samples(vec![3e3; 5])));
    }

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(Samples(vec![9.0, 1.0, 2.0]).median(), 2.0);
        assert_eq!(Samples(vec![4.0, 1.0, 2.0, 9.0]).median(), 3.0);
        assert_eq!(Samples(vec![4.0, 1.0]).min(), 1.0);
    }
}
