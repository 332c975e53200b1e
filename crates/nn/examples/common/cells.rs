//! Broadcasting as a picture: tensors as grids of cells, the repeated ones pale.

use std::fmt::Write;

use nn::tensor::{Tensor, TensorError};

/// Pixels of a cell.
const CELL: usize = 34;

/// Rows of "a + b = c", each of one grid of the same size.
pub(crate) struct Cells {
    rows: usize,
    cols: usize,
    body: String,
    y: usize,
}

impl Cells {
    /// For grids of so many cells.
    pub(crate) fn new(rows: usize, cols: usize) -> Cells {
        Cells { rows, cols, body: String::new(), y: 16 }
    }

    /// Draws a + b = c, both stretched to the whole grid.
    pub(crate) fn sum(&mut self, title: &str, a: &Tensor<f64>, b: &Tensor<f64>) -> Result<(), TensorError> {
        let c = a.add(b)?;
        text(&mut self.body, 16, self.y + 12, "start", title);
        let (mut x, top) = (16, self.y + 24);
        for (i, tensor) in [a, b, &c].into_iter().enumerate() {
            if i > 0 {
                let sign = ["+", "="][i - 1];
                text(&mut self.body, x + 16, top + self.rows * CELL / 2 + 5, "middle", sign);
                x += 32;
            }
            self.grid(x, top, tensor, i)?;
            x += self.cols * CELL;
        }
        self.y = top + self.rows * CELL + 22;
        Ok(())
    }

    fn grid(&mut self, x: usize, y: usize, tensor: &Tensor<f64>, color: usize) -> Result<(), TensorError> {
        let stretched = tensor.broadcast_to([self.rows, self.cols])?;
        let own = tensor.shape().as_slice();
        for i in 0..self.rows {
            for j in 0..self.cols {
                let is_own = i < own[0] && j < own[1];
                let (left, top) = (x + j * CELL, y + i * CELL);
                let fill = ["#0072b2", "#d55e00", "#009e73"][color];
                let opacity = if is_own { 0.4 } else { 0.08 };
                let _ = writeln!(
                    self.body,
                    "<rect x=\"{left}\" y=\"{top}\" width=\"{CELL}\" height=\"{CELL}\" fill=\"{fill}\" fill-opacity=\"{opacity}\" \
                     stroke=\"#ffffff\"/>"
                );
                let value = stretched.as_slice()[i * self.cols + j].to_string();
                text(&mut self.body, left + CELL / 2, top + CELL / 2 + 5, "middle", &value);
            }
        }
        Ok(())
    }

    /// The picture as SVG.
    pub(crate) fn finish(self) -> String {
        let (width, height) = (3 * self.cols * CELL + 2 * 32 + 32, self.y);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"14\">\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.body
        )
    }
}

fn text(body: &mut String, x: usize, y: usize, anchor: &str, words: &str) {
    let _ = writeln!(body, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{words}</text>");
}
