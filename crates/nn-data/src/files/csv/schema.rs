//! What the columns of a table are.

/// The columns of a table: what a file is read as, and what another file has to be read as to get the same numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schema {
    /// The columns that become features, in the order of the file.
    pub features: Vec<Column>,
    /// The columns that become targets: one of classes, or any number of real values.
    pub targets: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// Its name, or its number from 1 where the file has no names.
    pub name: String,
    /// What its cells are.
    pub kind: Kind,
}

/// What the cells of a column are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Numbers.
    Number,
    /// Categories: a cell becomes the position of its text in this list. In numerical order where all of them are
    /// numbers, else in the order of their bytes.
    Category(Vec<String>),
}

/// What becomes of a cell that is empty, or says that its value is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Missing {
    /// [`ReadError::Cell`](crate::files::ReadError::Cell), with its place.
    #[default]
    Refuse,
    /// Its line is left out.
    DropLine,
    /// NaN, for an [`Imputer`](crate::Imputer). A missing target is refused all the same.
    Keep,
}

/// Orders categories, and says for each where it went; those without `used` are left out.
pub(in crate::files) fn ordered(names: Vec<String>, used: &[bool]) -> (Vec<String>, Vec<usize>) {
    let number = |name: &String| name.parse::<f64>().ok().filter(|x| x.is_finite());
    let are_numbers = names.iter().all(|name| number(name).is_some());
    let mut order: Vec<usize> = (0..names.len()).filter(|&i| used[i]).collect();
    order.sort_by(|&a, &b| {
        let by_text = || names[a].cmp(&names[b]);
        match (are_numbers, number(&names[a]), number(&names[b])) {
            (true, Some(x), Some(y)) => x.total_cmp(&y).then_with(by_text),
            _ => by_text(),
        }
    });
    let mut place = vec![usize::MAX; names.len()];
    order.iter().enumerate().for_each(|(at, &i)| place[i] = at);
    (order.into_iter().map(|i| names[i].clone()).collect(), place)
}
