//! A short run, and that the tools of the zoo spoil nothing by themselves.

use std::collections::BTreeSet;

use nn_check::check_gradient;
use nn_layers::{Conv2d, Dense, Softmax, SoftmaxCrossEntropy};

use crate::problem::Problem;
use crate::run::{Catch, Outcome, Visit};
use crate::spoiled::{Spoiled, SpoiledLoss};
use crate::{park, wrong};

#[test]
fn every_wrong_gradient_is_caught_and_none_of_the_right_ones() {
    let outcome = Outcome::of(1, 2, "");
    let missed: Vec<_> = outcome.zoo.iter().filter(|c| !c.is_caught()).map(|c| c.case.name).collect();
    let alarms: Vec<_> = outcome.park.iter().filter(|v| v.false_alarms() > 0).map(|v| v.case.name).collect();
    assert!(outcome.is_clean(), "missed {missed:?}, false alarms {alarms:?}");
}

#[test]
fn every_name_stands_for_one_case() {
    let names: Vec<&str> =
        wrong::all().map(|case| case.name).chain(park::all().map(|case| case.name)).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn a_right_gradient_in_the_zoo_is_not_caught_and_a_wrong_one_in_the_park_is_an_alarm() {
    let right = |seed| Problem::plain(vec![1.0 + seed as f64], |x| x[0] * x[0], |x| vec![2.0 * x[0]]);
    let wrong = |seed| Problem::plain(vec![1.0 + seed as f64], |x| x[0] * x[0], |x| vec![3.0 * x[0]]);
    let case = Box::leak(Box::new(crate::case::wrong("right", "nothing", right)));
    assert!(!Catch::of(case, 2).is_caught());
    let expect = crate::case::Expect::Correct;
    let case = Box::leak(Box::new(crate::case::right("wrong", expect, wrong)));
    assert_eq!((Visit::of(case, 2).false_alarms(), Visit::of(case, 2).unexpected()), (2, 2));
}

#[test]
fn what_is_not_spoiled_is_right() {
    let dense = Spoiled::learned(Dense::new(3), |_, _| {});
    Problem::layer(dense, [4], 5, 0).check().assert();
    Problem::layer(Spoiled::learned(Conv2d::new(2, [2, 2]), |_, _| {}), [1, 3, 3], 2, 0).check().assert();
    Problem::layer(Spoiled::input(Softmax::new(), |_, _| {}), [4], 3, 0).check().assert();
    let loss = SpoiledLoss::new(SoftmaxCrossEntropy::new(), |_, _| {});
    wrong::cross_entropy(0, loss).check().assert();
}

/// What another checker is given is the same problem: its gradient is right where ours is.
#[test]
fn a_problem_as_one_function_keeps_its_gradient() {
    for name in ["conv", "batch norm", "batch norm in inference", "cross-entropy", "every layer, training"] {
        let case = park::all().find(|case| case.name == name).expect("a case of this name");
        let problem = (case.build)(3);
        let flat = problem.flat();
        check_gradient(&flat.f, &flat.theta, &(flat.gradient)(&flat.theta)).assert();
    }
    let problem = (wrong::all().find(|case| case.name == "dense/sign").expect("a case").build)(3);
    let flat = problem.flat();
    assert!(!check_gradient(&flat.f, &flat.theta, &(flat.gradient)(&flat.theta)).passes());
}
