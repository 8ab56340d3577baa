//! Rows whose id came before.

use crate::common::convert::convert;

#[test]
fn ids_that_come_again_are_counted() {
    let row = |id: &str, more: &str| format!("{{\"id\":{id}{more},\"data\":{{\"annotations\":{{}}}}}}\n");
    let begin = |project: u64, target: &str| {
        format!(
            "{{\"@stream\":\"begin\",\"kind\":\"items\",\"target\":\"{target}\",\"project\":{{\"id\":{project}}}}}\n"
        )
    };
    let stream = |project: u64, target: &str, rows: &str| {
        format!("{}{rows}{{\"@stream\":\"end\",\"count\":{}}}\n", begin(project, target), rows.lines().count())
    };
    let a = |rows: &str| stream(42, "assignment", rows);
    let (one, two, text) = (row("1", ""), row("2", ""), row("\"a-1\"", ""));
    let long = row("12345678901234567890123", "");
    for (input, again) in [
        (a(&format!("{one}{two}{text}{long}")), 0),
        (a(&format!("{one}{one}")), 1),
        (format!("{}{}", a(&format!("{one}{two}")), a(&format!("{two}{one}{two}"))), 3),
        (a(&format!("{one}{two}{text}")).repeat(2), 3),
        (a(&text).repeat(3), 2),
        (a(&long).repeat(2), 1),
        // A number and a text are one id.
        (format!("{}{}", a(&one), a(&row("\"1\"", ""))), 1),
        (format!("{}{}", a(&row("-1", "")), a(&one)), 0),
        // Lists of their own.
        (format!("{}{}", a(&one), stream(43, "assignment", &one)), 0),
        (format!("{}{}", a(&text), stream(43, "assignment", &text)), 0),
        (format!("{}{}", a(&one), stream(42, "task", &one)), 0),
        (format!("{}{}{}", a(&one), stream(43, "assignment", &one), a(&one)), 1),
        // Events of ground truth.
        (stream(42, "ground_truth", &format!("{}{}", row("1", ",\"pgh_id\":8"), row("1", ",\"pgh_id\":7"))), 0),
        (stream(42, "ground_truth", &format!("{}{}", row("1", ",\"pgh_id\":8"), row("2", ",\"pgh_id\":8"))), 1),
        (stream(42, "assignment", &format!("{}{}", row("1", ",\"pgh_id\":null"), row("2", ",\"pgh_id\":null"))), 0),
    ] {
        let ran = convert(&["--to", "json"], &input).exits(0);
        let told = format!("{again} row{} an id that came before", if again == 1 { " repeats" } else { "s repeat" });
        assert_eq!(ran.stderr.contains(&told), again > 0, "{input}{}", ran.stderr);
        assert_eq!(ran.stderr.contains("syn-filter --latest"), again > 0);
        let strict = convert(&["--to", "json", "--strict"], &input).exits(if again > 0 { 3 } else { 0 });
        assert_eq!(strict.stderr.contains("with --strict"), again > 0, "{}", strict.stderr);
    }
}
