//! Numbers that make no sense: each is a mistake on the command line, told in one line that names the option.

use crate::common::run;

#[test]
fn numbers_that_make_no_sense_are_refused_in_one_line() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("--timeout", &["0", "-1", "nan", "inf", "1e300", "0.0000001", "soon", ""], &["syn-fetch"]),
        ("--retry-pause", &["0", "-0.5", "NaN", "1e18"], &["syn-fetch"]),
        ("--retry-for", &["-1", "nan", "inf", "18446744073709551615", "31536001"], &["syn-fetch", "syn-sink"]),
        ("--rps", &["0", "-1", "nan", "inf", "1e-300"], &["syn-fetch"]),
        ("--max-bytes-per-sec", &["0", "-1", "nan", "1e300"], &["syn-fetch"]),
        ("--page-size", &["0", "-1", "1001", "nan"], &["syn-fetch"]),
        ("--concurrency", &["0", "-1", "70000", "nan"], &["syn-fetch", "syn-sink"]),
        ("--shard", &["0/2", "3/2", "1/0", "-1/2", "nan"], &["syn-fetch", "syn-filter"]),
        ("--shard-bounds", &["0", "-1", "10001", "nan"], &["syn-fetch"]),
        ("--limit", &["-1", "nan", "1e3", "18446744073709551616"], &["syn-fetch", "syn-filter"]),
        ("--sample", &["-0.1", "1.1", "nan", "inf"], &["syn-filter"]),
        ("--seed", &["-1", "nan", "18446744073709551616"], &["syn-filter"]),
        ("--min-annotations", &["-1", "0", "nan"], &["syn-filter"]),
        ("--category-start", &["-1", "nan", "4294967296"], &["syn-convert"]),
        ("--shard-size", &["0", "-1", "nan", "99999999999T"], &["syn-sink"]),
        ("--max-file-bytes", &["0", "-1", "nan"], &["syn-sink"]),
        ("--max-total-bytes", &["0", "-1", "nan"], &["syn-sink"]),
        ("--storage", &["-1", "nan"], &["syn-sink"]),
        ("--threads", &["0", "-1", "1025", "nan"], &["syn-fetch", "syn-filter", "syn-convert", "syn-sink"]),
        ("--max-line-bytes", &["0", "-1", "nan", "1e9"], &["syn-fetch", "syn-filter", "syn-convert", "syn-sink"]),
    ];
    for (option, values, tools) in cases {
        for tool in *tools {
            for value in *values {
                let ran = run(tool, &[&format!("{option}={value}")], b"").exits(2).fails_with_one_line(tool);
                ran.says(option);
            }
        }
    }
}
