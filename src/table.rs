//! A plain table for a terminal.

use crate::text::{cut, visible, width};
use std::fs::File;
use std::process::{Command, Stdio};

/// Columns between two cells.
const GAP: usize = 2;
/// No column is cut to less.
const NARROWEST: usize = 8;

/// Rows of text under column names.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// With these columns.
    pub fn new(columns: &[&str]) -> Self {
        Self { rows: vec![columns.iter().map(|c| c.to_uppercase().replace('_', " ")).collect()] }
    }

    /// Adds a row; characters that could move the cursor or turn the text around become spaces.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.iter().map(|cell| visible(cell)).collect());
    }

    /// As text, columns aligned, the widest cut so that a line fits the terminal.
    pub fn render(&self) -> String {
        self.render_within(terminal_columns())
    }

    /// As text whose lines take no more than `wide`.
    fn render_within(&self, wide: usize) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let mut widths: Vec<usize> = (0..columns)
            .map(|c| self.rows.iter().filter_map(|r| r.get(c)).map(|t| width(t)).max().unwrap_or(0))
            .collect();
        narrow(&mut widths, wide.saturating_sub(GAP * columns.saturating_sub(1)));
        let mut out = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, wide) in row.iter().zip(&widths) {
                let cell = cut(cell, *wide);
                line.push_str(&cell);
                line.extend(std::iter::repeat_n(' ', wide - width(&cell) + GAP));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// How wide the terminal is; 80 when that cannot be found out. The standard library does not know, so `stty` is asked.
fn terminal_columns() -> usize {
    const USUAL: usize = 80;
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = || {
        let terminal = File::open("/dev/tty").ok()?;
        let size = Command::new("stty").arg("size").stdin(terminal).stderr(Stdio::null()).output().ok()?;
        String::from_utf8_lossy(&size.stdout).split_whitespace().nth(1)?.parse().ok()
    };
    said.or_else(asked).filter(|columns| *columns > 0).unwrap_or(USUAL)
}

/// Takes from the widest until all together are `most` at most, as far as that goes.
fn narrow(widths: &mut [usize], most: usize) {
    while widths.iter().sum::<usize>() > most {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&["id", "task_title"]);
        table.row(vec!["1".into(), "도로".into()]);
        table.row(vec!["한1".into(), "a\u{1b}[2Jb".into()]);
        assert_eq!(table.render_within(80), "ID   TASK TITLE\n1    도로\n한1  a [2Jb\n");
    }

    #[test]
    fn a_line_fits_the_terminal() {
        let long = "도로 표지판과 신호등을 찾는 아주 긴 이름의 프로젝트 (2026년 봄, 서울과 부산)";
        for title in
            [long, "a", "long in English, and even longer than that: a title that nobody would read to its end"]
        {
            for other in [long, "short"] {
                let mut table = Table::new(&["id", "title", "category"]);
                table.row(vec!["4242".into(), title.into(), other.into()]);
                table.row(vec!["1".into(), "\u{202e}x".into(), String::new()]);
                for wide in [40, 60, 80, 200] {
                    let text = table.render_within(wide);
                    assert!(text.lines().all(|line| width(line) <= wide), "{wide}:\n{text}");
                    assert!(text.contains("4242") && !text.contains('\u{202e}'), "{text}");
                }
            }
        }
    }
}
