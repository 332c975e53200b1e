//! A search is a function of its seed, on any number of threads, and goes on from its file.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use nn_core::{Layer, Model};
use nn_layers::{Dense, Relu, Sequential, SoftmaxCrossEntropy};
use nn_optim::Adam;
use nn_train::{Search, SearchError, Trainer, Trial, TrialResult, Values};

fn space(search: Search) -> Search {
    search.parameter("rate", Values::LogUniform(1e-4, 1.0)).parameter("units", Values::one_of([4, 16]))
}

/// Lowest at a rate of 1e-2 and 16 units; a larger budget is better.
fn value(trial: &Trial) -> TrialResult {
    let units: f64 = trial.choice("units").parse()?;
    Ok((trial.number("rate").log10() + 2.0).abs() + (16.0 - units) + 1.0 / trial.budget() as f64)
}

#[test]
fn random_trials_are_a_function_of_the_seed() {
    let report = |seed, threads, n| space(Search::random(n)).seed(seed).threads(threads).run(value).unwrap();
    let one = report(1, 1, 20);
    assert_eq!(one, report(1, 4, 20));
    assert_eq!(one.outcomes[..10], report(1, 1, 10).outcomes[..]);
    assert_ne!(one, report(2, 1, 20));
    let rates: Vec<f64> = one.outcomes.iter().map(|o| o.trial.number("rate")).collect();
    assert!(rates.iter().all(|r| (1e-4..1.0).contains(r)));
    assert!(rates.iter().any(|r| *r < 1e-3) && rates.iter().any(|r| *r > 0.1), "{rates:?}");
    assert_eq!(one.best().unwrap().trial.choice("units"), "16");
    assert!(one.svg("rate", true).starts_with("<svg"));
}

#[test]
fn a_grid_is_every_combination() {
    let report = space(Search::grid(5)).run(value).unwrap();
    assert_eq!(report.outcomes.len(), 10);
    let best = &report.best().unwrap().trial;
    assert!((best.number("rate") - 1e-2).abs() < 1e-12 && best.choice("units") == "16");
    assert_eq!(report.outcomes[0].trial.number("rate"), 1e-4);
    assert_eq!(report.outcomes[9].trial.number("rate"), 1.0);
}

#[test]
fn halving_gives_more_to_the_better() {
    let report = space(Search::halving(9, 2, 3)).run(value).unwrap();
    let rungs: Vec<u64> = report.outcomes.iter().map(|o| o.trial.budget()).collect();
    assert_eq!(rungs, [2, 2, 2, 2, 2, 2, 2, 2, 2, 6, 6, 6, 18]);
    let lowest =
        report.outcomes[..9].iter().min_by(|a, b| a.value.unwrap().total_cmp(&b.value.unwrap())).unwrap();
    assert_eq!(report.best().unwrap().trial.index(), lowest.trial.index());
    assert_eq!(report.best().unwrap().trial.budget(), 18);
}

#[test]
fn a_search_goes_on_from_its_file() {
    let path = std::env::temp_dir().join(format!("nn-search-{}", std::process::id()));
    let _ = fs::remove_file(&path);
    let count = AtomicUsize::new(0);
    let counted = |trial: &Trial| {
        count.fetch_add(1, Ordering::Relaxed);
        if trial.index() == 3 { Err("no\tluck".into()) } else { value(trial) }
    };
    let search = |n| space(Search::random(n)).file(&path).threads(2);
    search(6).run(counted).unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 6);
    // The last line is cut by a crash.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, &text[..text.len() - 5]).unwrap();
    let report = search(9).run(counted).unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 6 + 1 + 3);
    assert_eq!(report.outcomes.len(), 9);
    assert_eq!(report.outcomes[3].error.as_deref(), Some("no luck"), "{report}");
    assert_eq!(report.outcomes.iter().filter(|o| o.value.is_some()).count(), 8);
    let error = search(9).seed(7).run(counted).unwrap_err();
    assert!(matches!(error, SearchError::Foreign { .. }), "{error}");
    fs::remove_file(&path).unwrap();
    let error = Search::random(1).parameter("rate", Values::LogUniform(0.0, 1.0)).run(value).unwrap_err();
    assert!(error.to_string().contains("\"rate\" has no values"), "{error}");
}

#[test]
fn trainings_in_parallel_have_the_bits_of_one_after_the_other() {
    let (train, test) = nn_data::datasets::iris::<f32>().split(0.7, 0).unwrap();
    let run = |threads| {
        let search = Search::random(6).parameter("rate", Values::LogUniform(1e-3, 0.3)).threads(threads);
        let report = search.run(|trial| {
            let net = Sequential::new().push(Dense::new(8)).push(Relu).push(Dense::new(3));
            let mut model: Model<f32> = net.init([4], trial.seed())?;
            let mut trainer = Trainer::new(Adam::new(trial.number("rate")), SoftmaxCrossEntropy::new());
            Ok(trainer.fit(&mut model, &train, &test)?.validation().unwrap().loss)
        });
        report.unwrap()
    };
    assert_eq!(run(1), run(3));
}
