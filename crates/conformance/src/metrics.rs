//! scikit-learn's metrics.

use nn_train::metrics::{
    self, Average, ConfusionMatrix, Scores, log_loss, max_error, mean_absolute_error, mean_squared_error, r2,
    roc_auc, roc_auc_one_vs_rest, root_mean_squared_error, top_k_accuracy,
};
use tensor_ops::Tensor;

use crate::case::{Answer, Case, Stop, number};
use crate::run::Operations;

pub(crate) const OPERATIONS: Operations = &[
    ("Confusion", confusion),
    ("LogLoss", |case| {
        let loss = log_loss(&probabilities(case, "proba")?, &classes(case, "y_true")?)?;
        Ok(vec![scalar("log_loss", loss)])
    }),
    ("PRF", scores),
    ("Regression", regression),
    ("RocAuc", auc),
    ("TopK", top_k),
];

fn scalar(name: &str, value: f64) -> Answer {
    Answer::output(name, Tensor::from(value))
}

fn tensor<'a>(case: &'a Case, name: &str) -> Result<&'a Tensor<f64>, Stop> {
    Ok(&case.input(name, "input")?.tensor)
}

/// An input of class numbers.
fn classes(case: &Case, name: &str) -> Result<Vec<usize>, Stop> {
    let class = |&x: &f64| match x >= 0.0 && x == x.trunc() {
        true => Ok(x as usize),
        false => Err(Stop::Unknown(format!("{name} holds {x}, which is no class number"))),
    };
    tensor(case, name)?.as_slice().iter().map(class).collect()
}

/// Probabilities of all classes; of two, those of class 1 may stand alone.
fn probabilities(case: &Case, name: &str) -> Result<Tensor<f64>, Stop> {
    let given = tensor(case, name)?;
    if given.shape().rank() != 1 {
        return Ok(given.clone());
    }
    let pairs = given.as_slice().iter().flat_map(|p| [1.0 - p, *p]).collect();
    Ok(Tensor::new([given.shape()[0], 2], pairs)?)
}

/// As many classes as the case says, or as occur.
fn matrix(case: &Case) -> Result<ConfusionMatrix, Stop> {
    let (labels, predicted) = (classes(case, "y_true")?, classes(case, "y_pred")?);
    let occur = labels.iter().chain(&predicted).max().map_or(0, |c| c + 1);
    Ok(ConfusionMatrix::try_new(case.count("classes", Some(occur))?, &predicted, &labels)?)
}

fn confusion(case: &Case) -> Result<Vec<Answer>, Stop> {
    let matrix = matrix(case)?;
    let n = matrix.classes();
    let counts = Tensor::from_fn([n, n], |at| matrix.count(at[0], at[1]) as f64);
    Ok(vec![
        Answer::output("matrix", counts),
        scalar("accuracy", matrix.accuracy()),
        scalar("balanced_accuracy", matrix.balanced_accuracy()),
    ])
}

fn scores(case: &Case) -> Result<Vec<Answer>, Stop> {
    let matrix = matrix(case)?;
    let zero = case.setting("zero_division", Some(0.0), "0, 1 or nan", |value| match value.as_str() {
        Some("warn") => Some(0.0),
        _ => number(value),
    })?;
    let average = case.setting("average", Some(Some("binary")), "a string or null", |value| match value {
        serde_json::Value::Null => Some(None),
        _ => Some(Some(value.as_str()?)),
    })?;
    let scores = match average {
        Some("micro") => matrix.scores(Average::Micro, zero),
        Some("macro") => matrix.scores(Average::Macro, zero),
        Some("weighted") => matrix.scores(Average::Weighted, zero),
        Some("binary") => {
            let class = case.count("pos_label", Some(1))?;
            let of_class = matrix.per_class(zero).get(class).copied();
            of_class.ok_or_else(|| Stop::Unknown(format!("class {class} does not occur")))?
        }
        Some(other) => {
            return Err(Stop::Unknown(format!("attribute average is {other:?}, which is not known")));
        }
        None => return Ok(per_class(&matrix, zero)),
    };
    let Scores { precision, recall, f1, .. } = scores;
    Ok(vec![scalar("precision", precision), scalar("recall", recall), scalar("f1", f1)])
}

/// Of the classes that occur.
fn per_class(matrix: &ConfusionMatrix, zero: f64) -> Vec<Answer> {
    let n = matrix.classes();
    let occurs = |c: &usize| (0..n).any(|o| matrix.count(*c, o) + matrix.count(o, *c) > 0);
    let all = matrix.per_class(zero);
    let of = |score: fn(&Scores) -> f64| (0..n).filter(occurs).map(|c| score(&all[c])).collect();
    vec![
        Answer::output("precision", of(|s| s.precision)),
        Answer::output("recall", of(|s| s.recall)),
        Answer::output("f1", of(|s| s.f1)),
        Answer::output("support", of(|s| s.support as f64)),
    ]
}

fn regression(case: &Case) -> Result<Vec<Answer>, Stop> {
    let (predicted, targets) = (tensor(case, "y_pred")?, tensor(case, "y_true")?);
    Ok(vec![
        scalar("mse", mean_squared_error(predicted, targets)?),
        scalar("rmse", root_mean_squared_error(predicted, targets)?),
        scalar("mae", mean_absolute_error(predicted, targets)?),
        scalar("r2", r2(predicted, targets)?),
        scalar("max_error", max_error(predicted, targets)?),
    ])
}

fn auc(case: &Case) -> Result<Vec<Answer>, Stop> {
    let (labels, score) = (classes(case, "y_true")?, tensor(case, "score")?);
    let average = match case.text("average", Some("macro"))? {
        "macro" => Average::Macro,
        "weighted" => Average::Weighted,
        other => return Err(Stop::Unknown(format!("attribute average is {other:?}, which is not known"))),
    };
    let auc = match case.text("multi_class", Some("raise"))? {
        "ovo" => return Err(Stop::Unsupported("ROC-AUC of one class against one other")),
        _ if score.shape().rank() == 2 => roc_auc_one_vs_rest(score, &labels, average)?,
        _ => roc_auc(score.as_slice(), &labels.iter().map(|&label| label == 1).collect::<Vec<_>>())?,
    };
    Ok(vec![scalar("auc", auc)])
}

fn top_k(case: &Case) -> Result<Vec<Answer>, Stop> {
    let (labels, k) = (classes(case, "y_true")?, case.count("k", Some(2))?);
    let share = top_k_accuracy(tensor(case, "score")?, &labels, k)?;
    let count = if case.flag("normalize", Some(true))? { 1.0 } else { labels.len() as f64 };
    let first = metrics::predicted_classes(tensor(case, "score")?);
    Ok(vec![
        scalar(&format!("top{k}_accuracy"), share * count),
        scalar("accuracy", metrics::accuracy(&first, &labels)),
    ])
}
