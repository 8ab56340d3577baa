//! Lines that want out of the destination, or over one another.

use crate::util::*;

#[test]
fn hostile_paths_end_the_run_before_anything_is_written() {
    for path in [
        "../x",
        "/etc/passwd",
        "a/../../x",
        "a\\b",
        "C:x",
        "a//b",
        "a/",
        "",
        ".",
        "a\u{0}b",
        "a\nb",
        "x\u{202e}gpj.exe",
        &"n".repeat(300),
        &"d/".repeat(600),
    ] {
        for dest in ["out", "x.tar", "x.zip", "-"] {
            let p = place();
            let ran = p.run(&[dest], framed(&[&text("ok", "1"), &text(path, "evil")])).exits(3).one_line();
            assert!(ran.stderr.contains("stdin:3: unsafe path"), "{path:?}{ran}");
            assert!(!String::from_utf8_lossy(&ran.stdout).contains("evil"), "{path:?}");
            p.assert_empty();
        }
    }
}

#[test]
fn names_that_only_look_odd_are_kept() {
    let p = place();
    let odd = [
        "1. 자연/그림 1.json",
        "%2e%2e/x",
        "a..b/...c",
        "CON",
        "nul.txt",
        "trailing. ",
        "-rf",
        "~",
        "$HOME",
        &"d/".repeat(200),
    ];
    let odd: Vec<String> =
        odd.iter().map(|o| if o.ends_with('/') { format!("{o}x") } else { (*o).to_owned() }).collect();
    let lines: Vec<_> = odd.iter().map(|o| text(o, o)).collect();
    p.run(&["out"], framed(&lines.iter().map(String::as_str).collect::<Vec<_>>())).exits(0);
    let files = tree(&p.path("out"));
    for name in &odd {
        assert_eq!(files[name.as_str()], name.as_bytes());
    }
    for archive in ["x.tar", "x.zip"] {
        p.run(&[archive], framed(&lines.iter().map(String::as_str).collect::<Vec<_>>())).exits(0);
        assert!(crate::archive::contents(&p.path(archive)).1 == files, "{archive}");
    }
}

#[test]
fn the_same_path_twice_is_an_error_that_names_it() {
    for (first, second) in
        [("a/x.txt", "a/x.txt"), ("a/x.txt", "a/X.TXT"), ("caf\u{e9}", "cafe\u{301}"), ("a", "a/b"), ("a/b", "a")]
    {
        let p = place();
        let ran =
            p.run(&["out"], framed(&[&text(first, "1"), &text("between", ""), &text(second, "2")])).exits(3).one_line();
        let name = synpipe::file_line::RelPath::new(second).unwrap();
        assert!(ran.stderr.contains("stdin:4") && ran.stderr.contains(name.as_str()), "{ran}");
        p.assert_empty();
    }
    let p = place();
    let part = r#"{"path":"a","text":"1","more":true}"#;
    p.run(&["out"], framed(&[part, r#"{"path":"a","text":"2"}"#, part])).exits(3).says("given before");
    p.assert_empty();
}

#[test]
fn bad_lines_say_what_is_wrong() {
    for (line, say) in [
        (r#"{"path":"a"}"#, "exactly one of"),
        (r#"{"path":"a","text":"","url":"http://h/x"}"#, "exactly one of"),
        (r#"{"path":"a","base64":"*"}"#, "base64"),
        (r#"{"path":"a","url":"http://h/x","more":true}"#, "more"),
        (r#"{"path":"a","url":"/media/x"}"#, "--base-url"),
        (r#"{"path":"a","url":"http://[bad?X-Amz-Signature=SECRET"}"#, "not valid"),
        (r#"{"path":"a","text":"x""#, "stdin:2"),
        ("not json", "stdin:2"),
        (r#"{"id":1,"data":{}}"#, "syn-convert --to"),
        (r#"{"text":"x"}"#, "path"),
    ] {
        let p = place();
        let ran = p.run(&["out"], format!("{BEGIN}\n{line}\n{END}\n")).exits(3).one_line().says(say);
        assert!(!ran.stderr.contains("SECRET"), "{ran}");
        p.assert_empty();
    }
}

#[test]
fn a_part_that_goes_on_as_a_url_is_refused() {
    let p = place();
    let lines = [r#"{"path":"a","text":"1","more":true}"#, r#"{"path":"a","url":"http://h/x?token=SECRET"}"#];
    let ran = p.run(&["out"], framed(&lines)).exits(3).says("cannot continue it");
    assert!(!ran.stderr.contains("SECRET"));
    p.assert_empty();
}
