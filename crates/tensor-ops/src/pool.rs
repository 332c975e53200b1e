//! A small fork-join pool: workers spin briefly before they park.
//!
//! Work is cut into *pieces*; who computes a piece is decided at run time and leaves no trace in the result. A cut may depend on the
//! number of threads only where each result is computed within one piece, whichever; sums are cut by the problem alone.
//! Hence equal bits on any number of threads.
//!
//! - A region inside a region, or one started while another thread's region runs, is computed in place.
//! - A panic in a piece reaches the caller, after every worker has left the region.
//! - A worker joins a region only while it is open. A worker that comes late, is asleep, or does not exist costs nothing:
//!   the caller computes all pieces itself.
//! - A process made by `fork` has no workers: its regions run on the calling thread, with the same results, also
//!   where the fork fell into a region of another thread. Two locks remain that another thread may have held in that
//!   instant, each for some nanoseconds: as with any lock, `exec` soon, or fork before the first region.
//! - Nothing happens on drop; workers end with the process.
//!
//! The number of threads is `NN_NUM_THREADS`, or else the number of cores; [`set_threads`] changes it.
#![allow(unsafe_code)]

mod parts;

pub(crate) use parts::{Sink, collect, collect_here};
pub use parts::{split, split_at};

use std::any::Any;
use std::cell::{Cell, UnsafeCell};
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};
use std::sync::{Condvar, Mutex, OnceLock, PoisonError};
use std::thread;

/// The most threads a region can use.
pub const MAX_THREADS: usize = 1 << COUNT_BITS >> 1;

/// Turns a worker spins before it parks: 50 to 500 µs, by what a `pause` costs on the machine; longer than the gaps
/// between the regions of a training step.
const SPINS: usize = 10_000;

/// `Pool::entry` is (region number << COUNT_BITS+1) | (closed << COUNT_BITS) | workers inside.
const COUNT_BITS: u32 = 10;
const COUNT: usize = (1 << COUNT_BITS) - 1;
const CLOSED: usize = 1 << COUNT_BITS;
const NEXT_REGION: usize = CLOSED << 1;

/// What the workers of a region share. The pointer is valid while the region has workers inside.
#[derive(Clone, Copy)]
struct Job {
    task: *const (dyn Fn(usize) + Sync),
    pieces: usize,
}

struct Pool {
    /// Held by the one thread whose region runs.
    caller: Mutex<()>,
    entry: AtomicUsize,
    job: UnsafeCell<Option<Job>>,
    next_piece: AtomicUsize,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    /// Threads that a region may use, the caller included.
    threads: AtomicUsize,
    cores: usize,
    spawned: Mutex<usize>,
    /// Workers that sleep until the next region.
    sleepers: AtomicUsize,
    sleep: Mutex<()>,
    wake: Condvar,
    /// Where workers beyond the number of threads sleep, whom no region wakes.
    leave: Condvar,
    /// The process that has the workers.
    process: u32,
    regions: AtomicU64,
}

// SAFETY: `job` is the one field that is not `Sync` by itself. It is written by the thread that holds `caller`, while
// the region is closed and has no workers inside, and read by workers that have entered the open region: their
// compare-exchange on `entry` (Acquire) reads from the store that opened it (Release).
unsafe impl Sync for Pool {}
// SAFETY: as above; nothing in a pool belongs to the thread that made it.
unsafe impl Send for Pool {}

static POOL: OnceLock<Pool> = OnceLock::new();

thread_local! {
    /// Whether this thread is computing a piece right now.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

fn pool() -> &'static Pool {
    POOL.get_or_init(|| Pool {
        caller: Mutex::new(()),
        entry: AtomicUsize::new(CLOSED),
        job: UnsafeCell::new(None),
        next_piece: AtomicUsize::new(0),
        panic: Mutex::new(None),
        threads: AtomicUsize::new(default_threads()),
        cores: cores(),
        spawned: Mutex::new(0),
        sleepers: AtomicUsize::new(0),
        sleep: Mutex::new(()),
        wake: Condvar::new(),
        leave: Condvar::new(),
        process: std::process::id(),
        regions: AtomicU64::new(0),
    })
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, |n| n.get())
}

fn default_threads() -> usize {
    let asked = std::env::var("NN_NUM_THREADS").ok().and_then(|s| s.trim().parse::<usize>().ok());
    // A value that is no positive number is as good as none: there is nobody to report it to.
    asked.filter(|&n| n > 0).unwrap_or_else(cores).min(MAX_THREADS)
}

/// The number of threads that regions use.
///
/// ```
/// assert!(tensor_ops::pool::threads() >= 1);
/// ```
pub fn threads() -> usize {
    pool().threads.load(Relaxed)
}

/// Sets the number of threads that regions use from now on; 0 means the default, and [`MAX_THREADS`] is the most.
/// Results do not depend on it. More threads than cores are slower than as many.
///
/// ```
/// tensor_ops::pool::set_threads(2);
/// assert_eq!(tensor_ops::pool::threads(), 2);
/// ```
pub fn set_threads(n: usize) {
    let pool = pool();
    pool.threads.store(if n == 0 { default_threads() } else { n.min(MAX_THREADS) }, Relaxed);
    // The lock makes sure that a worker without leave is either asleep by now or sees the new number.
    drop(pool.sleep.lock().unwrap_or_else(PoisonError::into_inner));
    pool.leave.notify_all();
    // Those that have lost their leave go to sleep where no region wakes them.
    pool.wake.notify_all();
}

/// How many regions have been opened to other threads in this process: what a step costs beside its arithmetic. Regions
/// that were computed in place are not counted.
///
/// ```
/// let before = tensor_ops::pool::regions();
/// tensor_ops::pool::in_place(|| tensor_ops::pool::for_each(8, |_| ()));
/// assert_eq!(tensor_ops::pool::regions(), before);
/// ```
pub fn regions() -> u64 {
    pool().regions.load(Relaxed)
}

/// Runs `f` on this thread alone: every region inside it is computed in place, with the same results. For a server
/// that has its own threads, and for measurements.
///
/// ```
/// let here = std::thread::current().id();
/// tensor_ops::pool::in_place(|| {
///     tensor_ops::pool::for_each(8, |_| assert_eq!(std::thread::current().id(), here));
/// });
/// ```
pub fn in_place<R>(f: impl FnOnce() -> R) -> R {
    /// Restores the flag, also when `f` panics.
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            INSIDE.set(self.0);
        }
    }
    let _restore = Restore(INSIDE.replace(true));
    f()
}

/// Calls `task(i)` for every `i < pieces`, on several threads, in no particular order.
///
/// # Panics
/// With the panic of a piece, once every thread has left the region; and for more than `isize::MAX` pieces.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// let sum = AtomicUsize::new(0);
/// tensor_ops::pool::for_each(10, |i| { sum.fetch_add(i, Ordering::Relaxed); });
/// assert_eq!(sum.into_inner(), 45);
/// ```
pub fn for_each(pieces: usize, task: impl Fn(usize) + Sync) {
    // The counter of pieces runs on for a while behind the last one, and must not come round.
    assert!(pieces <= isize::MAX as usize, "{pieces} pieces");
    let pool = pool();
    let threads = pool.threads.load(Relaxed);
    if pieces <= 1 || threads == 1 || INSIDE.get() {
        return (0..pieces).for_each(task);
    }
    // A poisoned lock says that a piece panicked in an earlier region, which is over.
    let held = match pool.caller.try_lock() {
        Ok(held) => held,
        Err(std::sync::TryLockError::Poisoned(held)) => held.into_inner(),
        Err(std::sync::TryLockError::WouldBlock) => return (0..pieces).for_each(task),
    };
    pool.spawn(threads - 1);
    pool.regions.fetch_add(1, Relaxed);
    let outcome = pool.run(pieces, &task);
    drop(held);
    if let Err(panic) = outcome {
        resume_unwind(panic);
    }
}

impl Pool {
    /// Makes sure of `workers` workers, or as many as the system grants.
    fn spawn(&'static self, workers: usize) {
        let mut spawned = self.spawned.lock().unwrap_or_else(PoisonError::into_inner);
        while *spawned < workers {
            let number = *spawned;
            let name = format!("nn-worker-{number}");
            if thread::Builder::new().name(name).spawn(move || self.work(number)).is_err() {
                return;
            }
            *spawned += 1;
        }
    }

    /// Runs a region; the caller holds `self.caller`.
    fn run(&self, pieces: usize, task: &(dyn Fn(usize) + Sync)) -> Result<(), Box<dyn Any + Send>> {
        // SAFETY: this only forgets the lifetime of `task`. Workers call it only between entering the region and
        // leaving it, and this function does not return before the last of them has left.
        let task = unsafe {
            std::mem::transmute::<*const (dyn Fn(usize) + Sync + '_), *const (dyn Fn(usize) + Sync + 'static)>(
                task,
            )
        };
        // SAFETY: the region is closed and empty (it is so at first, and `run` leaves it so), and `self.caller` is
        // held, so that nobody else reads or writes `job`.
        unsafe { *self.job.get() = Some(Job { task, pieces }) };
        self.next_piece.store(0, Relaxed);
        let closed = self.entry.load(Relaxed);
        self.entry.store((closed & !CLOSED).wrapping_add(NEXT_REGION), SeqCst);
        let wanted = self.sleepers.load(SeqCst).min(pieces - 1);
        // To wake somebody is a call of the system already, so that one more to know the process does not count.
        if wanted > 0 && !self.is_forked() {
            // The lock makes sure that a worker is either asleep by now or will see the open region.
            drop(self.sleep.lock().unwrap_or_else(PoisonError::into_inner));
            (0..wanted).for_each(|_| self.wake.notify_one());
        }

        self.compute(Job { task, pieces });

        self.entry.fetch_or(CLOSED, AcqRel);
        let mut turns = 0;
        while self.entry.load(Acquire) & COUNT != 0 {
            turns += 1;
            if turns < self.spins() {
                spin_loop();
            } else if self.is_forked() {
                // Those who were inside stayed behind in the other process.
                self.entry.fetch_and(!COUNT, AcqRel);
            } else {
                thread::yield_now();
            }
        }
        match self.panic.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(panic) => Err(panic),
            None => Ok(()),
        }
    }

    /// Whether this process is a copy of the one that has the workers.
    fn is_forked(&self) -> bool {
        self.process != std::process::id()
    }

    /// Takes pieces until none is left. A panic ends the region early and is kept for the caller.
    fn compute(&self, job: Job) {
        // SAFETY: the caller of this function is inside the region, see `run`.
        let task = unsafe { &*job.task };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            in_place(|| {
                loop {
                    let piece = self.next_piece.fetch_add(1, Relaxed);
                    if piece >= job.pieces {
                        return;
                    }
                    task(piece);
                }
            })
        }));
        if let Err(panic) = outcome {
            self.next_piece.store(job.pieces, Relaxed);
            let mut first = self.panic.lock().unwrap_or_else(PoisonError::into_inner);
            if first.is_none() {
                *first = Some(panic);
            } else {
                // Dropping what was thrown might throw again, and nothing may unwind out of an open region.
                std::mem::forget(panic);
            }
        }
    }

    /// The life of worker `number`.
    fn work(&self, number: usize) {
        let mut seen = 0;
        loop {
            let entry = self.wait(seen, number);
            seen = entry >> (COUNT_BITS + 1);
            if self.enter(entry) {
                // SAFETY: this worker is inside an open region, so `job` was written before and is not written now.
                let job = unsafe { (*self.job.get()).expect("an open region has a job") };
                self.compute(job);
                self.entry.fetch_sub(1, Release);
            }
        }
    }

    /// Waits for an open region that this worker has not seen: spins, sleeps until a region opens, and spins again,
    /// because the region that woke it may be over, and the next one near.
    fn wait(&self, seen: usize, number: usize) -> usize {
        let has_leave = || number + 1 < self.threads.load(Relaxed);
        let is_new = |entry: usize| entry & CLOSED == 0 && entry >> (COUNT_BITS + 1) != seen && has_leave();
        loop {
            let spins = if has_leave() { self.spins() } else { 0 };
            for _ in 0..spins {
                let entry = self.entry.load(Acquire);
                if is_new(entry) {
                    return entry;
                }
                spin_loop();
            }
            let asleep = self.sleep.lock().unwrap_or_else(PoisonError::into_inner);
            if !has_leave() {
                drop(self.leave.wait(asleep).unwrap_or_else(PoisonError::into_inner));
                continue;
            }
            // Announced before the last look at `entry`, as the caller opens it before its look at `sleepers`: with
            // both in one order (SeqCst), at least one of the two sees the other.
            self.sleepers.fetch_add(1, SeqCst);
            if !is_new(self.entry.load(SeqCst)) {
                drop(self.wake.wait(asleep).unwrap_or_else(PoisonError::into_inner));
            }
            self.sleepers.fetch_sub(1, SeqCst);
        }
    }

    /// How long to spin: not at all where threads share cores, for then a thread that spins keeps another from working.
    fn spins(&self) -> usize {
        if self.threads.load(Relaxed) > self.cores { 1 } else { SPINS }
    }

    /// Enters the region seen as `entry`, unless it has closed or another has begun.
    fn enter(&self, mut entry: usize) -> bool {
        let region = entry & !COUNT;
        while entry & !COUNT == region && entry & COUNT < COUNT {
            match self.entry.compare_exchange_weak(entry, entry + 1, Acquire, Relaxed) {
                Ok(_) => return true,
                Err(now) => entry = now,
            }
        }
        false
    }
}
