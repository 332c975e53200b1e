//! The pool as its users see it.

use std::collections::HashSet;
use std::panic::catch_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread;

use tensor_ops::pool::{for_each, set_threads, split, threads};

/// The thread count is global, and so are these tests' expectations of it.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn with_threads<R>(n: usize, f: impl FnOnce() -> R) -> R {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let before = threads();
    set_threads(n);
    let result = f();
    set_threads(before);
    result
}

const ROUNDS: usize = if cfg!(miri) { 5 } else { 2000 };

#[test]
fn every_piece_is_computed_once() {
    for n in [1, 2, 3, 4, 8] {
        with_threads(n, || {
            for round in 0..ROUNDS {
                let mut counts = vec![0u32; 1 + round % 67];
                split(counts.len(), [(&mut counts, 1)], |_, [c]| c[0] += 1);
                assert!(counts.iter().all(|&c| c == 1), "{n} threads, round {round}: {counts:?}");
            }
        });
    }
}

#[test]
fn several_threads_take_part() {
    with_threads(2, || {
        let ids = Mutex::new(HashSet::new());
        // A single region may end before a worker has woken; many do not.
        for _ in 0..1000 {
            for_each(8, |_| {
                ids.lock().unwrap().insert(thread::current().id());
                thread::sleep(std::time::Duration::from_micros(50));
            });
            if ids.lock().unwrap().len() == 2 {
                return;
            }
        }
        panic!("the worker never took part");
    });
}

#[test]
fn a_region_inside_a_region_runs_in_place() {
    with_threads(4, || {
        let mut table = vec![0; 64];
        split(8, [(&mut table, 8)], |i, [row]| {
            split(8, [(row, 1)], |j, [cell]| cell[0] = 8 * i + j);
        });
        assert_eq!(table, (0..64).collect::<Vec<_>>());
    });
}

#[test]
fn regions_of_several_threads_do_not_mix() {
    with_threads(4, || {
        thread::scope(|s| {
            for t in 0..4 {
                s.spawn(move || {
                    for _ in 0..ROUNDS / 4 {
                        let mut out = [0; 16];
                        split(16, [(&mut out, 1)], |i, [o]| o[0] = t * 100 + i);
                        assert!(out.iter().enumerate().all(|(i, &o)| o == t * 100 + i));
                    }
                });
            }
        });
    });
}

#[test]
fn a_panic_in_a_worker_reaches_the_caller_and_the_pool_goes_on() {
    with_threads(4, || {
        for bad in 0..8 {
            let caught = catch_unwind(|| for_each(8, |i| assert!(i != bad, "piece {i} failed")));
            let message = *caught.unwrap_err().downcast::<String>().unwrap();
            assert_eq!(message, format!("piece {bad} failed"));
        }
        let mut out = [0; 100];
        split(100, [(&mut out, 1)], |i, [o]| o[0] = i);
        assert!(out.iter().enumerate().all(|(i, &o)| i == o));
    });
}

#[test]
fn sleeping_workers_wake_up() {
    with_threads(3, || {
        for _ in 0..if cfg!(miri) { 2 } else { 20 } {
            thread::sleep(std::time::Duration::from_millis(2));
            let mut out = [0; 9];
            split(9, [(&mut out, 1)], |i, [o]| o[0] = i * i);
            assert_eq!(out[8], 64);
        }
    });
}

/// Piece numbers times such lengths do not fit in a usize.
#[test]
fn absurd_chunk_lengths_give_the_first_piece_everything() {
    for chunk in [usize::MAX, usize::MAX / 2 + 2, isize::MAX as usize] {
        let mut out = [0u8; 4];
        split(3, [(&mut out, chunk)], |i, [part]| {
            assert_eq!(part.len(), if i == 0 { 4 } else { 0 });
            part.fill(1);
        });
        assert_eq!(out, [1; 4]);
    }
}

#[test]
#[should_panic(expected = "do not cover")]
fn chunks_that_leave_elements_out_are_refused() {
    split(2, [(&mut [0; 9][..], 4)], |_, _| ());
}
