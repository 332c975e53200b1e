//! Nothing is lost: the same bits after every interruption, and files that cannot be used are refused by name.

use std::fs;
use std::path::PathBuf;

use nn_core::{Layer, Model};
use nn_data::{Dataset, Standardizer, Transform, datasets};
use nn_layers::{BatchNorm, Dense, Dropout, Relu, Sequential, SoftmaxCrossEntropy};
use nn_optim::{Adam, ReduceOnPlateau};
use nn_train::{
    CheckpointError, Checkpoints, Divergence, EarlyStopping, Flow, Now, Observer, TrainError, Trainer,
};

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("nn-train-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn sets() -> (Dataset<f32>, Dataset<f32>) {
    let (train, test) = datasets::iris().split(0.7, 0).unwrap();
    let scale = Standardizer::fit(&train).unwrap();
    (scale.apply(train).unwrap().0, scale.apply(test).unwrap().0)
}

/// Observed state, randomness, memory: all that a checkpoint has to carry.
fn model() -> Model<f32> {
    let net = Sequential::new()
        .push(Dense::new(8))
        .push(BatchNorm::new())
        .push(Relu)
        .push(Dropout::new(0.2).unwrap())
        .push(Dense::new(3));
    net.init([4], 1).unwrap()
}

/// Everything on that has a state.
fn trainer<'a>(steps: u64) -> Trainer<'a, Adam, SoftmaxCrossEntropy, f32> {
    Trainer::new(Adam::new(0.02), SoftmaxCrossEntropy::new())
        .batch_size(20)
        .steps(steps)
        .accumulate(2)
        .average_weights(0.9)
        .clip_norm(2.0)
        .reduce_on_plateau(ReduceOnPlateau::new(0.02).unwrap().patience(0).factor(0.5).unwrap())
        .early_stopping(EarlyStopping::new(100))
        .on_divergence(Divergence::GoBack { factor: 0.5, most: 3 })
        .record_every(1)
}

const STEPS: u64 = 40; // 6 an epoch

#[test]
fn every_interruption_ends_with_the_same_bits() {
    let (train, test) = sets();
    let mut whole = model();
    let history = trainer(STEPS).fit(&mut whole, &train, &test).unwrap();
    for cut in 1..STEPS {
        let folder = Folder::new("every");
        let checkpoints = || Checkpoints::in_folder(&folder.0).every_steps(7);
        let mut first = model();
        trainer(cut).checkpoints(checkpoints()).fit(&mut first, &train, &test).unwrap();
        let mut second = model();
        let resumed = trainer(STEPS).checkpoints(checkpoints()).resume(&mut second, &train, &test).unwrap();
        assert_eq!(second.fingerprint(), whole.fingerprint(), "cut after {cut} steps");
        assert_eq!(resumed.steps, history.steps);
        let results =
            |h: &nn_train::History| h.epochs.iter().map(|e| (e.running, e.validation)).collect::<Vec<_>>();
        assert_eq!(results(&resumed), results(&history), "cut after {cut} steps");
    }
}

#[test]
fn the_last_k_are_kept_and_a_training_that_begins_wants_none() {
    let ((train, test), folder) = (sets(), Folder::new("keep"));
    let checkpoints = Checkpoints::in_folder(&folder.0).every_steps(4).keep(2);
    trainer(13).checkpoints(checkpoints.clone()).fit(&mut model(), &train, &test).unwrap();
    let names: Vec<String> = checkpoints
        .files()
        .unwrap()
        .iter()
        .map(|f| f.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["step-000000000013.checkpoint", "step-000000000012.checkpoint"]);
    let error = trainer(5).checkpoints(checkpoints).fit(&mut model(), &train, &test).unwrap_err();
    assert!(matches!(error, TrainError::Checkpoint(CheckpointError::Occupied { .. })), "{error}");
    let error = trainer(5).resume(&mut model(), &train, &test).unwrap_err();
    assert_eq!(error, TrainError::NoCheckpoints);
}

#[test]
fn a_torn_file_is_named_and_the_one_before_is_used() {
    let ((train, test), folder) = (sets(), Folder::new("torn"));
    let mut whole = model();
    trainer(STEPS).fit(&mut whole, &train, &test).unwrap();
    let checkpoints = Checkpoints::in_folder(&folder.0).every_steps(5);
    trainer(20).checkpoints(checkpoints.clone()).fit(&mut model(), &train, &test).unwrap();
    let files = checkpoints.files().unwrap();
    let bytes = fs::read(&files[0]).unwrap();
    fs::write(&files[0], &bytes[..bytes.len() / 2]).unwrap();
    // What a crash in the middle of a write leaves.
    let half = folder.0.join("step-000000000021.checkpoint.tmp");
    fs::write(&half, b"half").unwrap();
    let mut again = model();
    let history = trainer(STEPS).checkpoints(checkpoints.clone()).resume(&mut again, &train, &test).unwrap();
    assert_eq!(again.fingerprint(), whole.fingerprint());
    assert!(
        history.warnings[0].contains("step-000000000020.checkpoint is no whole checkpoint"),
        "{history:?}"
    );
    assert!(!half.exists());

    // All of them: an error that names each, and nothing is overwritten.
    for file in checkpoints.files().unwrap() {
        fs::write(file, b"x").unwrap();
    }
    let (before, mut model) = (model().fingerprint(), model());
    let error = trainer(STEPS).checkpoints(checkpoints).resume(&mut model, &train, &test).unwrap_err();
    assert_eq!(error.to_string().matches("is no whole checkpoint").count(), 3, "{error}");
    assert_eq!(model.fingerprint(), before);
}

#[test]
fn a_foreign_file_is_refused_by_what_differs() {
    let ((train, test), folder) = (sets(), Folder::new("foreign"));
    let checkpoints = || Checkpoints::in_folder(&folder.0);
    trainer(20).checkpoints(checkpoints()).fit(&mut model(), &train, &test).unwrap();
    let refusal = |mut trainer: Trainer<'_, Adam, SoftmaxCrossEntropy, f32>, set: &Dataset<f32>| {
        trainer.resume(&mut model(), set, &test).unwrap_err().to_string()
    };
    let error = refusal(trainer(30).seed(7).checkpoints(checkpoints()), &train);
    assert!(error.contains("\"seed: 0\" there, \"seed: 7\" here"), "{error}");
    let error = refusal(trainer(30).checkpoints(checkpoints()).batch_size(10), &train);
    assert!(error.contains("batch size"), "{error}");
    let error = refusal(trainer(30).checkpoints(checkpoints()), &train.take(60).unwrap());
    assert!(error.contains("samples"), "{error}");
    let mut moved = train.inputs().clone();
    moved.as_mut_slice()[5] += 1.0;
    let moved = Dataset::new(moved, train.targets().clone()).unwrap();
    let error = refusal(trainer(30).checkpoints(checkpoints()), &moved);
    assert!(error.contains("data: "), "{error}");
}

/// Takes the folder away in the middle.
struct Removes(PathBuf);
impl Observer<f32> for Removes {
    fn step(&mut self, now: &Now<'_, f32>) -> Flow {
        if now.step.number == 12 {
            fs::remove_dir_all(&self.0).unwrap();
        }
        Flow::Continue
    }
}

#[test]
fn a_folder_that_is_gone_ends_the_training_or_not() {
    let ((train, test), folder) = (sets(), Folder::new("gone"));
    let checkpoints = || Checkpoints::in_folder(&folder.0).every_steps(5);
    let mut stopped = model();
    let error = trainer(30)
        .checkpoints(checkpoints())
        .observe(Removes(folder.0.clone()))
        .fit(&mut stopped, &train, &test)
        .unwrap_err();
    let TrainError::Checkpoint(CheckpointError::Io { what: "write", path, .. }) = &error else {
        panic!("{error}")
    };
    assert!(path.ends_with("step-000000000015.checkpoint"));
    let (mut went_on, mut whole) = (model(), model());
    let history = trainer(30)
        .checkpoints(checkpoints().go_on_without())
        .observe(Removes(folder.0.clone()))
        .fit(&mut went_on, &train, &test)
        .unwrap();
    assert_eq!(history.warnings.len(), 4, "{:?}", history.warnings);
    assert!(history.warnings[0].starts_with("after step 15 no checkpoint: could not write"));
    trainer(30).fit(&mut whole, &train, &test).unwrap();
    assert_eq!(went_on.fingerprint(), whole.fingerprint());
    // A place that is no folder is refused before the first step.
    fs::write(&folder.0, b"a file").unwrap();
    let mut untouched = model();
    let error = trainer(30).checkpoints(checkpoints()).fit(&mut untouched, &train, &test).unwrap_err();
    assert!(matches!(error, TrainError::Checkpoint(CheckpointError::Io { what: "make", .. })), "{error}");
    assert_eq!(untouched.fingerprint(), model().fingerprint());
    fs::remove_file(&folder.0).unwrap();
}

/// A disk that is full: a file system of a few kilobytes, where the test may mount one.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_leaves_the_last_good_file() {
    let ((train, test), folder) = (sets(), Folder::new("full"));
    fs::create_dir_all(&folder.0).unwrap();
    let mount = |arguments: &[&str]| {
        std::process::Command::new(arguments[0])
            .args(&arguments[1..])
            .arg(&folder.0)
            .output()
            .is_ok_and(|o| o.status.success())
    };
    if !mount(&["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs"]) {
        println!("skipped: no right to mount a small file system");
        return;
    }
    let checkpoints = Checkpoints::in_folder(&folder.0).every_steps(5).keep(100);
    let error = trainer(200).checkpoints(checkpoints.clone()).fit(&mut model(), &train, &test).unwrap_err();
    let files = checkpoints.files().unwrap();
    let no_part = fs::read_dir(&folder.0).unwrap().count() == files.len();
    let resumed = trainer(1).checkpoints(checkpoints).resume(&mut model(), &train, &test);
    assert!(mount(&["umount"]));
    let TrainError::Checkpoint(CheckpointError::Io { what: "write", kind, .. }) = &error else {
        panic!("{error}")
    };
    assert_eq!(*kind, std::io::ErrorKind::StorageFull, "{error}");
    assert!(!files.is_empty() && no_part);
    assert!(resumed.unwrap().warnings.is_empty());
}

/// A resumed run may end where it is: nothing is trained twice.
#[test]
fn a_finished_training_is_resumed_to_itself() {
    let ((train, test), folder) = (sets(), Folder::new("finished"));
    let checkpoints = || Checkpoints::in_folder(&folder.0);
    let (mut first, mut second) = (model(), model());
    trainer(STEPS).checkpoints(checkpoints()).fit(&mut first, &train, &test).unwrap();
    let history = trainer(STEPS).checkpoints(checkpoints()).resume(&mut second, &train, &test).unwrap();
    assert_eq!(first.fingerprint(), second.fingerprint());
    assert_eq!(history.steps.len() as u64, STEPS);
}
