//! What holds for every optimizer.

use nn_optim::{
    Adagrad, Adam, AdamW, Adamax, At, Groups, Lamb, Lbfgs, Lion, Momentum, Muon, NAdam, Optimizer, RmsProp,
    Rprop, Sgd, Tensors, clip_norm,
};
use tensor_ops::pool;

use crate::{rows, run, values};

#[test]
fn a_zero_gradient_leaves_theta_unless_there_is_decay() {
    let theta = values(0, 10);
    for row in rows::all() {
        let after = run(&*row.optimizer, &theta, &vec![vec![0.0; 10]; 5]);
        assert_eq!(after != theta, row.decays, "{:?}", row.optimizer);
    }
    let matrix = Tensors::with_shapes([("w", [2, 5])]).unwrap();
    let (lamb, muon) = (Lamb::new(0.1, &matrix), Muon::new(0.1, &matrix, "*").unwrap());
    let free = Groups::new(AdamW::new(0.1).weight_decay(0.0), &matrix);
    let whole: [(Box<dyn Optimizer<f64>>, bool); 6] = [
        (Box::new(lamb.clone()), true),
        (Box::new(lamb.weight_decay(0.0)), false),
        (Box::new(muon.clone()), true),
        (Box::new(muon.weight_decay(0.0)), false),
        (Box::new(Groups::new(AdamW::new(0.1), &matrix)), true),
        (Box::new(free), false),
    ];
    for (optimizer, decays) in whole {
        let after = run(&*optimizer, &theta, &vec![vec![0.0; 10]; 5]);
        assert_eq!(after != theta, decays, "{optimizer:?}");
    }
    let mut after = theta.clone();
    Lbfgs::new()
        .minimize(&mut after, |_, g| {
            g.fill(0.0);
            1.0
        })
        .unwrap();
    assert_eq!(after, theta);
}

#[test]
fn a_rate_of_zero_leaves_theta() {
    for optimizer in rows::all_for::<f64>(10) {
        let (mut theta, mut state) = (values(0, 10), optimizer.init(10));
        for step in 0..7 {
            optimizer.update(step, 0.0, &mut state, &mut theta, &values(step + 1, 10));
        }
        assert_eq!(theta, values(0, 10), "{optimizer:?}");
    }
}

#[test]
fn a_bowl_is_descended() {
    for optimizer in rows::all_for::<f64>(3) {
        let start = vec![1.0, -2.0, 0.5];
        let mut theta = start.clone();
        let mut state = optimizer.init(3);
        let scales = [1.0, 3.0, 0.5];
        let value = |theta: &[f64]| theta.iter().zip(scales).map(|(x, s)| s * x * x).sum::<f64>();
        for step in 0..2000 {
            let gradient: Vec<f64> = theta.iter().zip(scales).map(|(x, s)| s * x).collect();
            optimizer.update(step, optimizer.rate(), &mut state, &mut theta, &gradient);
        }
        assert!(value(&theta) < 1e-2 * value(&start), "{optimizer:?}: {theta:?}");
    }
}

#[test]
fn equal_bits_on_any_number_of_threads() {
    // Several pieces of work, the last one partial.
    let n = 100_000;
    let (theta, gradients) = (values(0, n), vec![values(1, n), values(2, n), values(3, n)]);
    for optimizer in rows::all_for(n) {
        pool::set_threads(1);
        let alone = run(&*optimizer, &theta, &gradients);
        for threads in [2, 3, 4] {
            pool::set_threads(threads);
            assert_eq!(run(&*optimizer, &theta, &gradients), alone, "{optimizer:?} on {threads} threads");
        }
    }
}

/// Longer than one piece of work, so that several threads take part.
#[test]
fn clipping_with_the_update_has_the_bits_of_one_after_the_other() {
    for n in [7, 40_000] {
        for (optimizer, max_norm) in rows::all_for(n).iter().flat_map(|o| [(o, 0.3), (o, 1e9)]) {
            let (theta, g) = (values(0, n), values(1, n));
            let (mut apart, mut together) = (theta.clone(), theta);
            let (mut clipped, mut gradient) = (g.clone(), g);
            let mut memory = [optimizer.init(n), optimizer.init(n)];
            for step in 0..3 {
                let norm = clip_norm(&mut clipped, max_norm);
                optimizer.update(step, 0.01, &mut memory[0], &mut apart, &clipped);
                let (state, theta) = (&mut memory[1], &mut together);
                let as_one = optimizer.update_clipped(step, 0.01, state, theta, &mut gradient, max_norm);
                assert_eq!(
                    (norm, &apart, &clipped),
                    (as_one, &together, &gradient),
                    "{optimizer:?}, {n}, {max_norm}"
                );
            }
            assert_eq!(memory[0], memory[1]);
        }
    }
}

/// An optimizer remembers nothing but its state: another one with the same settings goes on with equal bits.
#[test]
fn a_new_optimizer_goes_on_from_a_saved_state() {
    let (theta, gradients) = (values(0, 7), (1..9).map(|k| values(k, 7)).collect::<Vec<_>>());
    for (first, second) in rows::all_for::<f64>(7).into_iter().zip(rows::all_for(7)) {
        let (mut moved, mut state) = (theta.clone(), first.init(7));
        for (step, gradient) in gradients.iter().enumerate() {
            let optimizer = if step < 4 { &first } else { &second };
            optimizer.update(step as u64, optimizer.rate(), &mut state, &mut moved, gradient);
            // Through bytes, as a file has them.
            let bytes: Vec<[u8; 8]> = state.iter().map(|x| x.to_le_bytes()).collect();
            state = bytes.into_iter().map(f64::from_le_bytes).collect();
        }
        assert_eq!(moved, run(&*first, &theta, &gradients), "{first:?}");
    }
}

/// The parts may be cut anywhere, and come in any order: here the last one first.
#[test]
fn parts_are_the_whole() {
    let n = 101;
    for optimizer in rows::all_for::<f64>(n).into_iter().filter(|optimizer| optimizer.by_part()) {
        let (mut theta, mut state) = (values(0, n), optimizer.init(n));
        let rate = optimizer.rate();
        for step in 0..5 {
            let gradient = values(step + 1, n);
            for (first, end) in [(77, 101), (30, 77), (0, 30)] {
                let mut vectors = state.chunks_exact_mut(n);
                let mut vector = || vectors.next().map_or(&mut [][..], |vector| &mut vector[first..end]);
                let memory = [vector(), vector(), vector(), vector()];
                let at = At { step, rate, first };
                optimizer.update_part(at, memory, &mut theta[first..end], &gradient[first..end]);
            }
        }
        let gradients: Vec<_> = (1..6).map(|k| values(k, n)).collect();
        assert_eq!(theta, run(&*optimizer, &values(0, n), &gradients), "{optimizer:?}");
    }
}

#[test]
fn single_precision_follows_double() {
    let n = 40;
    for (double, single) in rows::all_for::<f64>(n).into_iter().zip(rows::all_for::<f32>(n)) {
        let (mut x, mut state) = (values(0, n), double.init(n));
        let (mut y, mut state_y) = (x.iter().map(|&x| x as f32).collect::<Vec<_>>(), single.init(n));
        for step in 0..20 {
            let g = values(step + 1, n);
            let narrow: Vec<f32> = g.iter().map(|&g| g as f32).collect();
            double.update(step, double.rate(), &mut state, &mut x, &g);
            single.update(step, single.rate(), &mut state_y, &mut y, &narrow);
        }
        for (x, y) in x.iter().zip(&y) {
            assert!((x - f64::from(*y)).abs() < 1e-4, "{double:?}: {x} {y}");
        }
    }
}

/// Where θ lies in memory decides how it is cut, so that vectors fill lines of the cache: no bit may depend on it.
#[test]
fn equal_bits_wherever_theta_lies() {
    let n = 20_000;
    let gradients = [values(1, n), values(2, n)];
    for optimizer in rows::all_for::<f64>(n) {
        let want = run(&*optimizer, &values(0, n), &gradients);
        for offset in 0..8 {
            let (mut room, mut state) = (vec![0.0; n + offset], optimizer.init(n));
            let theta = &mut room[offset..];
            theta.copy_from_slice(&values(0, n));
            for (step, gradient) in gradients.iter().enumerate() {
                optimizer.update(step as u64, optimizer.rate(), &mut state, theta, gradient);
            }
            assert_eq!(*theta, want, "{optimizer:?}, {offset} numbers further");
        }
    }
}

/// Longer than what other tests have, cut otherwise.
#[test]
fn a_long_theta_is_one_part_cut_in_pieces() {
    let n = 300_001;
    let (adam, g, mut theta) = (Adam::new(0.1), values(1, n), values(0, n));
    let (mut alone, mut state) = (theta.clone(), adam.init(n));
    let mut own = state.clone();
    adam.update(5, 0.1, &mut state, &mut theta, &g);
    let (m, s) = own.split_at_mut(n);
    adam.update_part(At { step: 5, rate: 0.1, first: 0 }, [m, s, &mut [], &mut []], &mut alone, &g);
    assert_eq!((theta, state), (alone, own));
}

/// Numbers that change places are updated as they would be in their own; LAMB's tensors change places with them.
#[test]
fn a_permutation_commutes() {
    let (n, steps) = (12, 8);
    // By thirds and halves, as the groups of `all_for` are: within a group any number may take any place.
    let order = [2, 0, 3, 1, 5, 4, 9, 11, 6, 8, 7, 10];
    let permuted = |x: &[f64]| -> Vec<f64> { order.iter().map(|&i| x[i]).collect() };
    let gradients: Vec<Vec<f64>> = (1..=steps).map(|k| values(k, n)).collect();
    let moved: Vec<Vec<f64>> = gradients.iter().map(|g| permuted(g)).collect();
    for optimizer in rows::all_for::<f64>(n) {
        let then = permuted(&run(&*optimizer, &values(0, n), &gradients));
        let first = run(&*optimizer, &permuted(&values(0, n)), &moved);
        if optimizer.by_part() {
            assert_eq!(first, then, "{optimizer:?}");
            continue;
        }
        // The norm of a tensor is summed in another order.
        let apart = first.iter().zip(&then).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart < 1e-13, "{optimizer:?}: {apart}");
    }
}

/// Rules that divide by the size of the gradient do not see its scale, the others go as much further.
#[test]
fn every_rule_has_its_law_of_scale() {
    let theta = values(0, 8);
    let matrix = Tensors::with_shapes([("w", [2, 4])]).unwrap();
    let gradients: Vec<Vec<f64>> = (1..10).map(|k| values(k, 8)).collect();
    // Powers of two change no digit of a product.
    for c in [0.125, 8.0, 1024.0] {
        let scaled: Vec<Vec<f64>> = gradients.iter().map(|g| g.iter().map(|g| g * c).collect()).collect();
        let free: Vec<Box<dyn Optimizer<f64>>> = vec![
            Box::new(Adam::new(0.05).eps(0.0)),
            Box::new(Adam::new(0.05).eps(0.0).amsgrad()),
            Box::new(AdamW::new(0.05).eps(0.0)),
            Box::new(Adamax::new(0.05).eps(0.0)),
            Box::new(NAdam::new(0.05).eps(0.0)),
            Box::new(RmsProp::new(0.05).eps(0.0)),
            Box::new(RmsProp::new(0.05).eps(0.0).centered().momentum(0.5)),
            Box::new(Adagrad::new(0.05).eps(0.0)),
            Box::new(Lion::new(0.05)),
            Box::new(Rprop::new(0.05)),
            Box::new(Lamb::new(0.05, &matrix).eps(0.0)),
        ];
        for optimizer in free {
            let (a, b) = (run(&*optimizer, &theta, &gradients), run(&*optimizer, &theta, &scaled));
            let apart = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(apart < 1e-12, "{optimizer:?}, {c}: {apart}");
        }
        // Its norm has 1e-7 added.
        let muon = Muon::new(0.05, &matrix, "*").unwrap();
        let (a, b) = (run(&muon, &theta, &gradients), run(&muon, &theta, &scaled));
        assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-5), "{c}: {a:?} {b:?}");
        // Plain descent and its averages go c times as far, to the bit.
        for (one, slower) in [
            (Momentum::summed(0.5, 0.9), Momentum::summed(0.5 / c, 0.9)),
            (Momentum::averaged(0.5, 0.9).nesterov(), Momentum::averaged(0.5 / c, 0.9).nesterov()),
        ] {
            assert_eq!(run(&one, &theta, &gradients), run(&slower, &theta, &scaled), "{one:?}, {c}");
        }
        assert_eq!(run(&Sgd::new(0.5), &theta, &gradients), run(&Sgd::new(0.5 / c), &theta, &scaled));
    }
}

#[test]
fn settings_out_of_range_are_named() {
    fn message(optimizer: impl Optimizer<f32>) -> String {
        optimizer.check().unwrap_err().to_string()
    }
    assert_eq!(message(Adam::new(0.1).betas(0.9, 1.0)), "Adam: beta2 = 1, expected a number in [0, 1)");
    assert_eq!(message(Sgd::new(-1.0)), "Sgd: rate = -1, expected a finite number >= 0");
    assert!(message(Sgd::new(f64::NAN)).contains("rate = NaN"));
    assert!(message(Sgd::new(0.1).decoupled_weight_decay(-1.0)).contains("decoupled_weight_decay"));
    assert!(message(Rprop::new(0.0)).contains("rate = 0"));
    assert!(message(Momentum::summed(0.1, 0.9).dampening(2.0)).contains("dampening = 2"));
    let tensors = Tensors::default();
    assert!(message(Lamb::new(f64::INFINITY, &tensors)).contains("Lamb: rate"));
}

#[test]
#[should_panic(
    expected = "the optimizer remembers 2 vectors of 3 here, got lengths [0, 0, 0, 0]: see `Optimizer::init`"
)]
fn a_memory_that_was_forgotten_is_named() {
    let at = At { step: 0, rate: 0.1, first: 0 };
    Adam::new(0.1).update_part(at, Default::default(), &mut [1.0f32; 3], &[1.0; 3]);
}
