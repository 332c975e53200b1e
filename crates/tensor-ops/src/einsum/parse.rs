//! Reading the subscripts of `einsum`, and giving every axis of every operand its label.

use crate::{Shape, TensorError};

/// The name of an axis: a letter, or the place of an axis under `...`, counted from the last of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Label {
    Letter(char),
    Ellipsis(usize),
}

/// Subscripts that fit the shapes of their operands.
#[derive(Debug)]
pub(super) struct Equation {
    /// The label of every axis of every operand.
    pub(super) operands: Vec<Vec<Label>>,
    pub(super) output: Vec<Label>,
    /// Each label once, with its length.
    lengths: Vec<(Label, usize)>,
}

impl Equation {
    pub(super) fn length(&self, label: Label) -> usize {
        self.lengths.iter().find(|(known, _)| *known == label).map_or(1, |(_, n)| *n)
    }

    pub(super) fn shape(&self, labels: &[Label]) -> Result<Shape, TensorError> {
        Shape::new(&labels.iter().map(|&label| self.length(label)).collect::<Vec<_>>())
    }
}

/// Labels as they are written, each with its position.
#[derive(Debug, Default)]
struct Term {
    start: usize,
    letters: Vec<(char, usize)>,
    /// How many letters stand before `...`, and where it stands.
    ellipsis: Option<(usize, usize)>,
}

fn refuse(subscripts: &str, position: usize, what: String) -> TensorError {
    TensorError::Subscripts { op: "einsum", subscripts: subscripts.to_string(), position, what }
}

pub(super) fn equation(subscripts: &str, shapes: &[Shape]) -> Result<Equation, TensorError> {
    let refuse = |position, what| Err(refuse(subscripts, position, what));
    let (inputs, output) = terms(subscripts)?;
    if !(1..=2).contains(&shapes.len()) {
        let what = format!("takes one or two operands, got {}", shapes.len());
        return Err(TensorError::Setting { op: "einsum", what });
    }
    if inputs.len() != shapes.len() {
        return refuse(
            inputs.last().map_or(0, |term| term.start),
            format!("{} operands are named, {} given, the last", inputs.len(), shapes.len()),
        );
    }
    let mut equation = Equation { operands: Vec::new(), output: Vec::new(), lengths: Vec::new() };
    let mut dots = 0;
    for (number, (term, shape)) in inputs.iter().zip(shapes).enumerate() {
        // A shape that claims more than memory can hold would overflow the arithmetic below.
        Shape::new(shape.as_slice())?;
        let free = shape.rank().checked_sub(term.letters.len());
        let dotted = match (free, term.ellipsis) {
            (Some(0), None) => 0,
            (Some(free), Some(_)) => free,
            _ => {
                let (letters, rank) = (term.letters.len(), shape.rank());
                let what = format!("{letters} labels for shape {shape} of rank {rank} (operand {number})");
                return refuse(term.start, what);
            }
        };
        dots = dots.max(dotted);
        let labels = term.labels(dotted);
        for (axis, &(label, position)) in labels.iter().enumerate() {
            let n = shape[axis];
            let is_repeated = labels[..axis].iter().position(|(earlier, _)| *earlier == label);
            if let Some(earlier) = is_repeated.filter(|&earlier| shape[earlier] != n) {
                let what = format!(
                    "label {} has lengths {} and {n} in shape {shape} (operand {number})",
                    name(label),
                    shape[earlier]
                );
                return refuse(position, what);
            }
            match equation.lengths.iter_mut().find(|(known, _)| *known == label) {
                None => equation.lengths.push((label, n)),
                Some((_, known)) if *known == 1 => *known = n,
                Some((_, known)) if n == 1 || *known == n => {}
                Some((_, known)) => {
                    let what = format!(
                        "label {} has length {known} in shape {} and {n} in shape {shape}",
                        name(label),
                        shapes[0]
                    );
                    return refuse(position, what);
                }
            }
        }
        equation.operands.push(labels.into_iter().map(|(label, _)| label).collect());
    }
    equation.output = match output {
        None => implicit(&equation.operands, dots),
        Some(output) => {
            if output.ellipsis.is_none() && dots > 0 {
                return refuse(output.start, format!("the result lacks `...` for {dots} broadcast axes"));
            }
            let labels = output.labels(dots);
            for (i, &(label, position)) in labels.iter().enumerate() {
                if labels[..i].iter().any(|(earlier, _)| *earlier == label) {
                    return refuse(position, format!("label {} is twice in the result", name(label)));
                }
                if !equation.operands.iter().any(|operand| operand.contains(&label)) {
                    return refuse(position, format!("label {} of the result is in no operand", name(label)));
                }
            }
            labels.into_iter().map(|(label, _)| label).collect()
        }
    };
    Ok(equation)
}

/// The labels of a result that is not written down: the broadcast axes, then what occurs once.
fn implicit(operands: &[Vec<Label>], dots: usize) -> Vec<Label> {
    let all: Vec<Label> = operands.concat();
    let is_letter = |label: &Label| matches!(label, Label::Letter(_));
    let is_single = |label: &Label| all.iter().filter(|other| *other == label).count() == 1;
    let mut letters: Vec<Label> = all.iter().copied().filter(|l| is_letter(l) && is_single(l)).collect();
    letters.sort_unstable();
    (0..dots).rev().map(Label::Ellipsis).chain(letters).collect()
}

impl Term {
    /// One label for each axis, where `...` stands for `dotted` axes.
    fn labels(&self, dotted: usize) -> Vec<(Label, usize)> {
        let letter = |&(letter, position): &(char, usize)| (Label::Letter(letter), position);
        let (before, position) = self.ellipsis.unwrap_or((self.letters.len(), 0));
        let dots = (0..dotted).rev().map(|i| (Label::Ellipsis(i), position));
        let (head, tail) = self.letters.split_at(before);
        head.iter().map(letter).chain(dots).chain(tail.iter().map(letter)).collect()
    }
}

fn name(label: Label) -> String {
    match label {
        Label::Letter(letter) => format!("{letter:?}"),
        Label::Ellipsis(i) => format!("`...` (axis {i} from its end)"),
    }
}

/// The terms on the left of `->`, and the one on its right if there is one.
fn terms(subscripts: &str) -> Result<(Vec<Term>, Option<Term>), TensorError> {
    let mut inputs = Vec::new();
    let mut term = Term::default();
    let mut is_output = false;
    let mut at = 0;
    while let Some(symbol) = subscripts[at..].chars().next() {
        let refuse = |what| Err(refuse(subscripts, at, what));
        let rest = &subscripts[at..];
        let mut width = symbol.len_utf8();
        if symbol.is_ascii_alphabetic() {
            term.letters.push((symbol, at));
        } else if symbol == ',' && !is_output {
            inputs.push(std::mem::replace(&mut term, Term { start: at + 1, ..Term::default() }));
        } else if rest.starts_with("->") && !is_output {
            width = 2;
            is_output = true;
            inputs.push(std::mem::replace(&mut term, Term { start: at + 2, ..Term::default() }));
        } else if rest.starts_with("...") {
            width = 3;
            if term.ellipsis.replace((term.letters.len(), at)).is_some() {
                return refuse("a second `...` in one term".to_string());
            }
        } else if !symbol.is_whitespace() {
            return refuse(format!("unexpected {symbol:?}"));
        }
        at += width;
    }
    if is_output {
        return Ok((inputs, Some(term)));
    }
    inputs.push(term);
    Ok((inputs, None))
}
