//! Brackets and lines around the cells of a tensor.

/// Where the cells of a tensor go.
pub(super) struct Layout<'a> {
    pub(super) shape: &'a [usize],
    /// Between two cells; what is left of it without blanks ends a line.
    pub(super) separator: &'a str,
    /// How many cells, or blocks, are shown at either end of an axis; all of them where there is no number.
    pub(super) edge: Option<usize>,
}

impl Layout<'_> {
    /// The positions of the elements that are shown, in order.
    pub(super) fn shown(&self) -> Vec<usize> {
        self.shape.iter().fold(vec![0], |starts, &n| {
            let indices: Vec<usize> = match self.gap(n) {
                Some(edge) => (0..edge).chain(n - edge..n).collect(),
                None => (0..n).collect(),
            };
            starts.iter().flat_map(|start| indices.iter().map(move |i| start * n + i)).collect()
        })
    }

    /// The text of `cells`, one for each position of [`Layout::shown`], whose lines but the first begin with `indent`
    /// blanks, in lines of `width`.
    pub(super) fn text(&self, cells: &[String], indent: usize, width: usize) -> String {
        self.block(0, &mut cells.iter(), indent + 1, width)
    }

    /// How many are shown before and behind the dots on an axis of length n, if anything is left out.
    fn gap(&self, n: usize) -> Option<usize> {
        self.edge.filter(|edge| n > 2 * edge)
    }

    fn block(
        &self,
        axis: usize,
        cells: &mut std::slice::Iter<'_, String>,
        indent: usize,
        width: usize,
    ) -> String {
        let Some(&n) = self.shape.get(axis) else {
            return cells.next().cloned().unwrap_or_default();
        };
        let gap = self.gap(n);
        let shown = gap.map_or(n, |edge| 2 * edge);
        let mut parts = Vec::with_capacity(shown + 1);
        for i in 0..shown {
            if gap == Some(i) {
                parts.push("...".to_string());
            }
            parts.push(self.block(axis + 1, cells, indent + 1, width.saturating_sub(1)));
        }
        let is_row = axis + 1 == self.shape.len();
        let inside = if is_row { self.row(&parts, indent, width) } else { self.stack(&parts, axis, indent) };
        format!("[{inside}]")
    }

    /// Cells side by side, in as many lines as it takes.
    fn row(&self, cells: &[String], indent: usize, width: usize) -> String {
        let (mut lines, mut line) = (String::new(), String::new());
        for (i, cell) in cells.iter().enumerate() {
            // One column stays free for the bracket or the comma behind the last cell.
            if indent + line.len() + cell.len() + 1 > width && !line.is_empty() {
                lines.push_str(line.trim_end());
                lines.push_str(&newline(1, indent));
                line.clear();
            }
            line.push_str(cell);
            if i + 1 < cells.len() {
                line.push_str(self.separator);
            }
        }
        lines + &line
    }

    /// Blocks below one another, the further apart the more axes they have.
    fn stack(&self, blocks: &[String], axis: usize, indent: usize) -> String {
        blocks.join(&format!("{}{}", self.separator.trim_end(), newline(self.shape.len() - axis - 1, indent)))
    }
}

fn newline(count: usize, indent: usize) -> String {
    format!("{}{:indent$}", "\n".repeat(count), "")
}
