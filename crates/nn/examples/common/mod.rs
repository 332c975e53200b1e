//! What the experiments share: options, tables, pictures.
#![allow(dead_code)] // each experiment uses its own part of it

mod cells;
mod contour;
mod curve;
mod panel;
mod squeeze;

use std::path::PathBuf;

#[allow(unused_imports)] // one picture is made of them
pub(crate) use cells::Cells;
#[allow(unused_imports)] // some pictures leave the legend where it is
pub(crate) use panel::{Corner, Panel};
use plotters::prelude::*;

pub(crate) type Done = Result<(), Box<dyn std::error::Error>>;

/// An experiment: it prints its table and leaves its picture.
#[derive(argh::FromArgs)]
pub(crate) struct Options {
    /// the folder of the pictures (default: out)
    #[argh(option, default = "\"out\".into()")]
    out: PathBuf,
    /// the seed of everything random (default: 0)
    #[argh(option, default = "0")]
    pub(crate) seed: u64,
}

/// The options of the command line.
pub(crate) fn options() -> Options {
    argh::from_env()
}

/// Prints a table in Markdown, its columns aligned: words to the left, numbers to the right.
pub(crate) fn print_table<const N: usize>(head: [&str; N], rows: &[[String; N]]) {
    let is_number = |cell: &str| cell.starts_with(|c: char| c.is_ascii_digit() || "-+.—∞".contains(c));
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([head[column].chars().count(), 3]).max().unwrap_or(0)
    };
    let right: [bool; N] = std::array::from_fn(|i| rows.iter().all(|row| is_number(&row[i])));
    let line = |cells: [&str; N]| {
        for (i, cell) in cells.iter().enumerate() {
            let width = width(i);
            if right[i] { print!("| {cell:>width$} ") } else { print!("| {cell:<width$} ") }
        }
        println!("|");
    };
    line(head);
    for (i, right) in right.iter().enumerate() {
        let dashes = "-".repeat(width(i) + 1);
        print!("|{dashes}{}", if *right { ":" } else { "-" });
    }
    println!("|");
    rows.iter().for_each(|row| line(row.each_ref().map(String::as_str)));
    println!();
}

/// Pixels of the drawing for each of the picture: plotters rounds to whole ones, which is too coarse for curves.
const FINE: u32 = 4;

impl Options {
    /// Draws panels in rows of `columns` as NAME.svg, each of `width` × `height` pixels.
    pub(crate) fn draw(
        &self,
        name: &str,
        columns: usize,
        (width, height): (u32, u32),
        panels: &[Panel<'_>],
    ) -> Done {
        let rows = panels.len().div_ceil(columns);
        let (w, h) = (width * columns as u32, height * rows as u32);
        let mut svg = String::new();
        {
            let root = SVGBackend::with_string(&mut svg, (FINE * w, FINE * h)).into_drawing_area();
            root.fill(&WHITE)?;
            for (area, panel) in root.split_evenly((rows, columns)).iter().zip(panels) {
                panel.draw(area)?;
            }
            root.present()?;
        }
        let fine = format!(r#"width="{}" height="{}" "#, FINE * w, FINE * h);
        let svg = svg.replacen(&fine, &format!(r#"width="{w}" height="{h}" "#), 1);
        // What is said by default needs no saying: a third of the file.
        let svg = svg.replace(" opacity=\"1\"", "");
        self.save(name, &squeeze::squeeze(&svg))
    }

    /// Writes a picture as NAME.svg.
    pub(crate) fn save(&self, name: &str, svg: &str) -> Done {
        std::fs::create_dir_all(&self.out)?;
        let path = self.out.join(format!("{name}.svg"));
        std::fs::write(&path, svg)?;
        println!("{}", path.display());
        Ok(())
    }
}
