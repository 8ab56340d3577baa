//! Cells of tables that people open in a spreadsheet.

use std::borrow::Cow;

/// A cell that a spreadsheet takes as text: one that begins like a formula (`= + - @`, tab, carriage return) gets a `'` in front.
/// Plain numbers stay as they are.
pub fn safe(cell: &str) -> Cow<'_, str> {
    let risky = matches!(cell.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'));
    if risky && cell.parse::<f64>().is_err() { format!("'{cell}").into() } else { cell.into() }
}

#[cfg(test)]
mod tests {
    #[test]
    fn formulas_are_quoted_and_numbers_are_not() {
        for (cell, want) in [
            ("=1+1", "'=1+1"),
            ("-cmd", "'-cmd"),
            ("-1.5", "-1.5"),
            ("car", "car"),
            ("", ""),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
        ] {
            assert_eq!(super::safe(cell), want);
        }
    }
}
