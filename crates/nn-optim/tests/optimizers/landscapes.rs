//! The landscapes themselves, and every optimizer on every one of them.

use nn_optim::landscapes::Landscape;
use proptest::prelude::*;
use tensor_ops::Real;

#[path = "../../examples/landscapes/race.rs"]
mod race;

use race::Outcome;

const MOST: u64 = 100_000;

fn all() -> impl Iterator<Item = Landscape> {
    let bowls = [(1, 10.0), (2, 1.0), (5, 1e4)].map(|(dim, condition)| Landscape::Bowl { dim, condition });
    Landscape::ALL.into_iter().chain(bowls)
}

proptest! {
    #[test]
    fn gradients_are_those_of_the_values(at in prop::collection::vec(-2.0f64..2.0, 5)) {
        for landscape in all() {
            let x = &at[..landscape.dim()];
            let mut g = vec![0.0; x.len()];
            let value = landscape.value_and_gradient(x, &mut g);
            prop_assert_eq!(value, landscape.value(x));
            let report = nn_check::check_gradient(|x| landscape.value(x), x, &g);
            prop_assert!(report.passes(), "{landscape}: {report}");
        }
    }
}

#[test]
fn minima_are_flat_and_zero_and_saddles_have_none() {
    for landscape in all() {
        let mut g = vec![0.0; landscape.dim()];
        for minimum in landscape.minima() {
            let value = landscape.value_and_gradient(&minimum, &mut g);
            assert!(value < 1e-25 && g.iter().all(|g| g.abs() < 1e-12), "{landscape}: {value} {g:?}");
        }
        assert_eq!(landscape.minima().is_empty(), landscape.is_saddle());
        let start = landscape.start::<f64>();
        assert!(landscape.value(&start) > landscape.goal(), "{landscape} begins at its goal");
        let narrow = landscape.value(&landscape.start::<f32>());
        assert!((f64::from(narrow) - landscape.value(&start)).abs() < 1e-4, "{landscape}");
        if let Some(ridge) = landscape.ridge() {
            landscape.value_and_gradient(&ridge, &mut g);
            assert!(g[0] != 0.0 && g[1] == 0.0, "{landscape}: {g:?}");
        }
    }
}

/// Every optimizer reaches every minimum and leaves every saddle; from the ridge of x² - y² none does.
fn everybody_arrives<T: Real>() {
    for landscape in Landscape::ALL {
        let start: Vec<T> = landscape.start();
        let mut outcomes: Vec<_> = race::all()
            .iter()
            .map(|racer| (racer.name, race::race(racer, landscape, &start, MOST)))
            .collect();
        outcomes.push(("Lbfgs", race::lbfgs(landscape, &start, MOST)));
        for (name, outcome) in outcomes {
            assert!(matches!(outcome, Outcome::Arrives { .. }), "{name} on {landscape}: {outcome:?}");
        }
    }
    let ridge: Vec<T> = Landscape::Saddle.ridge().unwrap();
    for racer in race::all() {
        assert_eq!(race::race(&racer, Landscape::Saddle, &ridge, 2000), Outcome::Stays, "{}", racer.name);
    }
    assert_eq!(race::lbfgs(Landscape::Saddle, &ridge, 2000), Outcome::Stays);
}

#[test]
fn everybody_arrives_in_f64() {
    everybody_arrives::<f64>();
}

#[test]
fn everybody_arrives_in_f32() {
    everybody_arrives::<f32>();
}
