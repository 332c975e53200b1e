//! What is tried.

use tensor_ops::random::Stream;

use super::SearchError;

/// The values that a parameter may have.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Values {
    /// A number between two, all equally likely.
    Uniform(f64, f64),
    /// A number between two above 0, all orders of magnitude equally likely: for learning rates.
    LogUniform(f64, f64),
    /// One of these.
    OneOf(Vec<String>),
}

impl Values {
    /// [`Values::OneOf`] of anything that can be printed.
    pub fn one_of<S: ToString>(values: impl IntoIterator<Item = S>) -> Values {
        Values::OneOf(values.into_iter().map(|value| value.to_string()).collect())
    }

    /// The value at a place in [0, 1].
    fn at(&self, place: f64) -> Value {
        match self {
            Values::Uniform(from, to) => Value::Number(from + place * (to - from)),
            Values::LogUniform(from, to) => Value::Number(from * (to / from).powf(place)),
            Values::OneOf(values) => {
                let i = ((place * values.len() as f64) as usize).min(values.len() - 1);
                Value::Choice(values[i].clone())
            }
        }
    }
}

/// A parameter with its name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) values: Values,
}

impl Parameter {
    pub(super) fn check(&self) -> Result<(), SearchError> {
        let is_fine = match &self.values {
            Values::Uniform(from, to) => from.is_finite() && to.is_finite() && from <= to,
            Values::LogUniform(from, to) => *from > 0.0 && to.is_finite() && from <= to,
            Values::OneOf(values) => !values.is_empty(),
        };
        match is_fine {
            true => Ok(()),
            false => {
                Err(SearchError::Range { name: self.name.clone(), values: format!("{:?}", self.values) })
            }
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Number(f64),
    Choice(String),
}

/// One setting of all parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    index: usize,
    seed: u64,
    budget: u64,
    values: Vec<(String, Value)>,
}

impl Trial {
    /// Its number, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// A seed of its own.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What it may spend, in a unit of yours: 1, but for [`Search::halving`](super::Search::halving).
    pub fn budget(&self) -> u64 {
        self.budget
    }

    /// The value of a parameter that is a number.
    ///
    /// # Panics
    /// Where there is no such parameter.
    #[track_caller]
    pub fn number(&self, name: &str) -> f64 {
        match self.values.iter().find(|(known, _)| known == name) {
            Some((_, Value::Number(x))) => *x,
            _ => panic!("the search has no parameter {name:?} that is a number"),
        }
    }

    /// The value of a parameter that is one of several.
    ///
    /// # Panics
    /// Where there is no such parameter.
    #[track_caller]
    pub fn choice(&self, name: &str) -> &str {
        match self.values.iter().find(|(known, _)| known == name) {
            Some((_, Value::Choice(text))) => text,
            _ => panic!("the search has no parameter {name:?} that is one of several"),
        }
    }

    /// All parameters with their values, as text.
    pub fn settings(&self) -> Vec<(String, String)> {
        let text = |value: &Value| match value {
            Value::Number(x) => format!("{x:.4e}"),
            Value::Choice(text) => text.clone(),
        };
        self.values.iter().map(|(name, value)| (name.clone(), text(value))).collect()
    }

    pub(super) fn with_budget(&self, budget: u64) -> Trial {
        Trial { budget, ..self.clone() }
    }
}

/// Trial `index`: each parameter is a function of (seed, its name, index).
pub(super) fn draw(parameters: &[Parameter], seed: u64, index: usize, budget: u64) -> Trial {
    let place = |name: &str| {
        let mut place = [0.0];
        Stream::new(seed, Stream::key(name), 0).uniform(index as u64, 0.0, 1.0, &mut place);
        place[0]
    };
    let values = parameters.iter().map(|p| (p.name.clone(), p.values.at(place(&p.name)))).collect();
    Trial { index, seed: seed.wrapping_add(index as u64), budget, values }
}

/// Every combination, the last parameter changing fastest.
pub(super) fn grid(parameters: &[Parameter], points: usize, seed: u64) -> Vec<Trial> {
    let mut all: Vec<Vec<(String, Value)>> = vec![Vec::new()];
    for Parameter { name, values } in parameters {
        let values: Vec<Value> = match values {
            Values::OneOf(values) => values.iter().cloned().map(Value::Choice).collect(),
            range if points == 1 => vec![range.at(0.5)],
            range => (0..points).map(|i| range.at(i as f64 / (points - 1) as f64)).collect(),
        };
        let longer = |start: &Vec<(String, Value)>| {
            let start = start.clone();
            values
                .iter()
                .map(move |value| [start.clone(), vec![(name.clone(), value.clone())]].concat())
                .collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    let trial = |(index, values)| Trial { index, seed: seed.wrapping_add(index as u64), budget: 1, values };
    all.into_iter().enumerate().map(trial).collect()
}
