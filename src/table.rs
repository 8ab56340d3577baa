//! A plain table for a terminal.

use crate::text::{cut, pictured, width, wrapped};
use crate::tr;
use crate::words::Message;
use terminal_size::{Width, terminal_size};

/// Columns between two cells.
const GAP: usize = 2;
/// No column is cut to less.
const NARROWEST: usize = 8;
/// The columns of a terminal that does not say how many it has.
const USUAL: usize = 80;

/// Rows of text under column names. A long one can be written in blocks: [`Table::block`].
#[derive(Debug)]
pub struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
    /// Columns of ids: one that is cut is of no use.
    ids: Vec<bool>,
    /// Whether the last column is broken into lines instead of being cut.
    wraps: bool,
    /// Widths of the block before.
    widths: Vec<usize>,
    /// Columns of numbers, which stand to the right; known with the first block.
    numbers: Option<Vec<bool>>,
}

impl Table {
    /// With these columns.
    pub fn new(columns: &[&str]) -> Self {
        Self {
            heads: columns.iter().map(|c| heading(c)).collect(),
            rows: Vec::new(),
            ids: columns.iter().map(|c| matches!(*c, "id" | "submission_id")).collect(),
            wraps: false,
            widths: Vec::new(),
            numbers: None,
        }
    }

    /// The same; the last column is called so.
    #[must_use]
    pub fn with_last(mut self, head: &Message) -> Self {
        self.heads.push(head.spoken().to_owned());
        self
    }

    /// The same; the last column is broken into lines where it is too wide, and at `\n`.
    #[cfg(any(test, feature = "net"))]
    #[must_use]
    pub fn wrapping(mut self) -> Self {
        self.wraps = true;
        self
    }

    /// The same, without a line of column names.
    #[cfg(feature = "net")]
    #[must_use]
    pub fn without_heads(mut self) -> Self {
        self.numbers = Some(vec![false; self.heads.len()]);
        self
    }

    /// Adds a row; characters that could move the cursor or turn the text around become visible ones.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.iter().map(|cell| self.shown(cell)).collect());
    }

    fn shown(&self, cell: &str) -> String {
        if self.wraps { cell.split('\n').map(pictured).collect::<Vec<_>>().join("\n") } else { pictured(cell) }
    }

    /// As text, columns aligned, the widest cut so that a line fits the terminal.
    pub fn render(&mut self) -> String {
        self.block()
    }

    /// The rows since the last block as [`Table::render`] has them, and forgets them. Columns grow from block to block, and never
    /// shrink.
    pub fn block(&mut self) -> String {
        self.block_within(terminal_columns())
    }

    /// As text whose lines take no more than `wide`.
    fn block_within(&mut self, wide: usize) -> String {
        let rows = std::mem::take(&mut self.rows);
        let is_first = self.numbers.is_none();
        let columns = self.heads.len();
        let numbers = self.numbers.take().unwrap_or_else(|| (0..columns).map(|c| are_numbers(&rows, c)).collect());
        let all = || std::iter::once(&self.heads).chain(&rows);
        let widest = |c: usize| all().filter_map(|row| row.get(c)).flat_map(|cell| cell.split('\n')).map(width).max();
        let mut widths: Vec<usize> =
            (0..columns).map(|c| widest(c).unwrap_or(0).max(self.widths.get(c).copied().unwrap_or(0))).collect();
        let room = wide.saturating_sub(GAP * columns.saturating_sub(1));
        match widths.split_last_mut() {
            Some((last, others)) if self.wraps => {
                *last = (*last).min(room.saturating_sub(others.iter().sum()).max(NARROWEST));
            }
            _ => {
                let whole: Vec<bool> = numbers.iter().zip(&self.ids).map(|(number, id)| *number || *id).collect();
                narrow(&mut widths, &whole, room);
            }
        }
        let mut out = String::new();
        for row in std::iter::once(&self.heads).filter(|_| is_first).chain(&rows) {
            self.line(row, &widths, &numbers, &mut out);
        }
        (self.widths, self.numbers) = (widths, Some(numbers));
        out
    }

    fn line(&self, row: &[String], widths: &[usize], numbers: &[bool], out: &mut String) {
        let (mut line, mut more) = (String::new(), Vec::new());
        for (c, (cell, wide)) in row.iter().zip(widths).enumerate() {
            let cell = if self.wraps && c + 1 == widths.len() {
                let mut lines = wrapped(cell, *wide).into_iter();
                let first = lines.next().unwrap_or_default();
                more = lines.map(|text| (width(&line), text)).collect();
                first
            } else {
                cut(cell, *wide)
            };
            let blanks = " ".repeat(wide.saturating_sub(width(&cell)));
            let (before, after) = if numbers.get(c) == Some(&true) { (&*blanks, "") } else { ("", &*blanks) };
            line.extend([before, &cell, after, "  "]);
        }
        out.push_str(line.trim_end());
        out.push('\n');
        for (indent, text) in more {
            out.push_str(&format!("{}{text}", " ".repeat(indent)));
            out.push('\n');
        }
    }
}

/// Whether a column holds numbers and nothing else.
fn are_numbers(rows: &[Vec<String>], column: usize) -> bool {
    let mut cells = rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty()).peekable();
    let is_number = |cell: &String| cell.parse::<f64>().is_ok_and(f64::is_finite);
    cells.peek().is_some() && cells.all(is_number)
}

/// The heading of a column by its name. The fields of rows and of JSON have their own names in every language.
fn heading(name: &str) -> String {
    let words = match name {
        "id" => tr!("column-id"),
        "name" => tr!("column-name"),
        "title" => tr!("column-title"),
        "category" => tr!("column-category"),
        "project" => tr!("column-project"),
        "provider" => tr!("column-provider"),
        "is_default" => tr!("column-is-default"),
        "index" => tr!("column-index"),
        "tools" => tr!("column-tools"),
        "tool" => tr!("column-tool"),
        "check" => tr!("column-check"),
        "ok" => tr!("column-ok"),
        "detail" => tr!("column-detail"),
        "email" => tr!("column-email"),
        "class" => tr!("column-class"),
        "user" => tr!("column-user"),
        "status" => tr!("column-status"),
        "review" => tr!("column-review"),
        "tag" => tr!("column-tag"),
        "split" => tr!("column-split"),
        "created" => tr!("column-created"),
        "items" => tr!("column-items"),
        "objects" => tr!("column-objects"),
        "version" => tr!("column-version"),
        "role" => tr!("column-role"),
        "size" => tr!("column-size"),
        "path" => tr!("column-path"),
        "rows" => tr!("column-rows"),
        "plan" => tr!("column-plan"),
        "folder" => tr!("column-folder"),
        "files" => tr!("column-files"),
        "originals" => tr!("column-originals"),
        "first file" => tr!("column-first-file"),
        "format" => tr!("column-format"),
        "writes" => tr!("column-writes"),
        _ => return name.to_uppercase().replace('_', " "),
    };
    words.spoken().to_owned()
}

/// How wide the terminal is.
fn terminal_columns() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let asked = || terminal_size().map(|(Width(columns), _)| usize::from(columns));
    said.or_else(asked).filter(|columns| *columns > 0).unwrap_or(USUAL)
}

/// Takes from the widest column of text until all together are `most` at most, as far as that goes. A number that is cut is another
/// number, and stays `whole`, as ids do.
fn narrow(widths: &mut [usize], whole: &[bool], most: usize) {
    while widths.iter().sum::<usize>() > most {
        let texts = widths.iter_mut().zip(whole).filter(|(_, is_whole)| !**is_whole);
        match texts.map(|(width, _)| width).max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[&str], rows: &[&[&str]]) -> Table {
        let mut table = Table::new(columns);
        rows.iter().for_each(|row| table.row(row.iter().map(|cell| (*cell).to_owned()).collect()));
        table
    }

    #[test]
    fn columns_line_up() {
        let mut names = table(&["id", "task_title"], &[&["1", "도로"], &["한1", "a\u{1b}[2Jb"]]);
        assert_eq!(names.block_within(80), "ID   TASK TITLE\n1    도로\n한1  a␛[2Jb\n");
    }

    #[test]
    fn numbers_stand_to_the_right_and_are_never_cut() {
        let long = "a title that is much too long";
        let mut numbers =
            table(&["id", "title", "n"], &[&["1", long, "3"], &["123456789", "b", ""], &["42", "c", "-1.5"]]);
        let wide = "       ID  TITLE     N\n        1  a title…     3\n";
        assert_eq!(
            numbers.block_within(28).lines().take(2).collect::<Vec<_>>(),
            ["       ID  TITLE           N", "        1  a title th…     3",],
            "{wide}"
        );
        let mut narrow = table(&["id", "title"], &[&["12345678901234567890", long]]);
        assert!(narrow.block_within(20).contains("12345678901234567890  a title…"));
    }

    #[test]
    fn ids_are_never_cut() {
        let id = "0b7e6d1c-1b2a-4c3d-8e4f-000000000001";
        let mut jobs = table(&["id", "created"], &[&[id, "2026-11-29T17:24:02.17384461Z"]]);
        assert!(jobs.block_within(50).contains(&format!("{id}  2026-11-29T…")));
    }

    /// Korean, emoji of several code points, marks without end, and what would break a line.
    #[test]
    fn a_line_fits_the_terminal() {
        let titles = [
            "도로 표지판과 신호등을 찾는 아주 긴 이름의 프로젝트 (2026년 봄, 서울과 부산)",
            "a",
            "long in English, and even longer than that: a title that nobody would read to its end",
            "☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️☁️",
            "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦",
            "한글 자모: 도로 표지판 도로 표지판 도로 표지판",
            "a\nb\r\u{1b}[2J\u{9b}31m\u{202e}x\u{2028}y\tz",
        ];
        let marks = format!("e{}", "\u{301}".repeat(5000));
        for title in titles.iter().copied().chain([&*marks]) {
            for other in [titles[0], "short"] {
                for wide in [40, 80, 120] {
                    let mut table =
                        table(&["id", "title", "category"], &[&["4242", title, other], &["1", "\u{202e}x", ""]]);
                    let text = table.block_within(wide);
                    assert!(text.lines().all(|line| width(line) <= wide), "{wide}:\n{text}");
                    assert_eq!(text.lines().count(), 3, "{text}");
                    assert!(
                        text.contains("4242") && !text.contains(['\u{202e}', '\u{1b}', '\u{9b}', '\r', '\t']),
                        "{text}"
                    );
                }
            }
        }
    }

    #[test]
    fn blocks_have_one_head_and_grow() {
        let mut long = table(&["id", "title"], &[&["9", "도로"]]);
        assert_eq!(long.block_within(40), "ID  TITLE\n 9  도로\n");
        long.row(vec!["10000".into(), "a".into()]);
        assert_eq!(long.block_within(40), "10000  a\n");
        long.row(vec!["7".into(), "b".into()]);
        assert_eq!(long.block_within(40), "    7  b\n");
        assert_eq!(long.block_within(40), "");
    }

    #[test]
    fn the_last_column_can_be_broken_into_lines() {
        let mut told = table(&["check", "detail"], &[]).wrapping();
        told.row(vec!["disk".into(), "도로 표지판 and more than fits a line\n→ make room".into()]);
        let lines = "CHECK  DETAIL\ndisk   도로 표지판\n       and more than\n       fits a line\n       → make room\n";
        assert_eq!(told.block_within(20), lines);
    }
}
