//! `syn-convert --to template`, and every command of docs/cookbook.md against its golden files.

use crate::common::convert::{convert, texts};
use crate::common::golden::differences;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

/// The texts that the templates made: neither reports nor originals.
fn ok(args: &[&str], input: &str) -> BTreeMap<String, String> {
    let mut files = texts(args, input);
    files.retain(|path, text| !path.starts_with("metadata/") && !text.starts_with("-> "));
    files
}

/// The arguments of a shell line, which quotes with ' only.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (i, part) in line.split('\'').enumerate() {
        if i % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn every_command_of_the_cookbook_writes_its_golden_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let book = fs::read_to_string(root.join("docs/cookbook.md")).unwrap();
    let mut all = BTreeMap::new();
    let commands: Vec<&str> = book.lines().filter_map(|l| l.strip_prefix("syn-convert ")).collect();
    assert_eq!(commands.len(), 5);
    for command in commands {
        let args = words(command);
        let files = ok(&args.iter().map(String::as_str).collect::<Vec<_>>(), "");
        assert!(!files.is_empty(), "{command} writes nothing");
        for (path, text) in &files {
            if path.ends_with(".json") {
                serde_json::from_str::<Value>(text).unwrap_or_else(|e| panic!("{path}: {e}\n{text}"));
            }
            if path.ends_with(".xml") {
                let mut reader = quick_xml::Reader::from_str(text);
                while reader.read_event().unwrap_or_else(|e| panic!("{path}: {e}\n{text}"))
                    != quick_xml::events::Event::Eof
                {}
            }
            if path.ends_with(".csv") {
                let rows = ::csv::Reader::from_reader(text.as_bytes()).into_records().map(Result::unwrap).count();
                assert_eq!(rows + 1, text.lines().count(), "{text}");
            }
        }
        all.extend(files);
    }
    let all = all.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    let wrong = differences(&root.join("tests/cases/cookbook/out"), &all);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A template file that lives as long as the test.
fn template(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(".j2").tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

/// Renders one template; `more` are further arguments.
fn render(text: &str, path: &str, more: &[&str], input: &str) -> BTreeMap<String, String> {
    let file = template(text);
    let args = ["--to", "template", "--template", file.path().to_str().unwrap(), "--path", path];
    ok(&[&args, more].concat(), input)
}

fn fails(text: &str, path: &str, more: &[&str], input: &str) -> (i32, String) {
    let file = template(text);
    let name = file.path().to_str().unwrap();
    let ran = convert(&[&["--to", "template", "--template", name, "--path", path], more].concat(), input);
    (ran.code(), ran.stderr.replace(name, "T"))
}

/// A row with boxes of these classes.
fn row(id: u64, name: &str, classes: &[&str]) -> String {
    let heads: Vec<Value> = classes
        .iter()
        .enumerate()
        .map(|(i, c)| json!({"id": format!("a{i}"), "tool": "bounding_box", "classification": {"class": c, "n": i}}))
        .collect();
    let data: Vec<Value> = (0..classes.len())
        .map(|i| json!({"id": format!("a{i}"), "coordinate": {"x": i, "y": 2, "width": 30, "height": 4.5}}))
        .collect();
    let row = json!({"id": id, "data": {"extra": {"image_1": {"width": 100, "height": 50}},
        "annotations": {"image_1": heads}, "annotationsData": {"image_1": data}},
        "file": {"file_name_original": name}, "note": "a/../b"});
    format!("{row}\n")
}

#[test]
fn class_numbers_are_those_of_the_finished_list() {
    let input = row(1, "a.jpg", &["zebra", "car"]) + &row(2, "b.jpg", &["ant"]) + &row(3, "c.jpg", &[]);
    let text = "{% for a in annotations %}{{ a.class_id }} {% endfor %}";
    let files = render(text, "{{ stem }}.txt", &[], &input);
    assert_eq!(
        files,
        BTreeMap::from([("a.txt", "2 1 "), ("b.txt", "0 "), ("c.txt", "")].map(|(p, t)| (p.into(), t.into())))
    );
    let framed = format!(
        "{{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1,\"classes\":[\"zebra\"]}}\n{input}{{\"@stream\":\"end\",\"count\":3 }}\n"
    );
    let files = render(text, "{{ stem }}.txt", &[], &framed);
    assert_eq!((&*files["a.txt"], &*files["b.txt"]), ("0 2 ", "1 "));
    let files = render("{{ classes|join(',') }}", "{{ stem }}.txt", &[], &framed);
    assert!(files.values().all(|text| text == "zebra,ant,car"), "{files:?}");
}

#[test]
fn a_name_that_is_taken_is_seen_by_the_template() {
    let input = row(1, "그림.jpg", &["car"]) + &row(2, "x/그림.jpg", &["car"]);
    let files = render("{{ image.file_name }}", "t/{{ stem }}.txt", &[], &input);
    assert_eq!(
        files,
        BTreeMap::from([("t/그림.txt".into(), "그림.jpg".into()), ("t/그림__2.txt".into(), "그림__2.jpg".into())])
    );
}

#[test]
fn values_in_paths_stay_in_their_component_and_paths_do_not_collide() {
    let input = row(1, "a.jpg", &["../../etc", "..", "a/b"]) + &row(2, "b.jpg", &["a_b"]);
    let files = render("{{ class_id }}", "out/{{ class }}/{{ item.note }}.txt", &["--per", "annotation"], &input);
    assert_eq!(files.len(), 4, "{files:?}");
    assert!(files.keys().all(|p| p.split('/').count() == 3 && p.contains("/a_.._b")), "{files:?}");
    assert!(files.contains_key("out/a_b/a_.._b.txt") && files.contains_key("out/a_b/a_.._b__a0.txt"), "{files:?}");
    let files = render("x", "{{ split }}/{{ stem }}.txt", &[], &input);
    assert!(files.contains_key("unassigned/a.txt"), "{files:?}");
}

#[test]
fn values_are_escaped_by_the_extension_of_the_path() {
    let hostile = "<a> & \"그림\"\u{1}\n";
    let input = row(1, "a.jpg", &[hostile]);
    let text = "{{ annotations[0].class }}";
    let json = &render(text, "{% if id %}{{ stem }}.json{% endif %}", &[], &input)["a.json"];
    assert_eq!(serde_json::from_str::<String>(json).unwrap(), hostile.trim());
    assert_eq!(render(text, "{{ stem }}.xml", &[], &input)["a.xml"], "&lt;a&gt; &amp; &quot;그림&quot;\u{fffd}");
    assert_eq!(render(text, "{{ stem }}.txt", &[], &input)["a.txt"], hostile.trim());
    let cell =
        &render("{{ annotations[0].class|csv }}\n", "{{ stem }}.csv", &[], &row(1, "a.jpg", &["=1,\"x\"\ny"]))["a.csv"];
    assert_eq!(cell, "\"'=1,\"\"x\"\"\ny\"\n");
}

#[test]
fn a_dataset_is_looped_over_as_often_as_the_template_likes() {
    let input: String =
        (1..=300).map(|i| row(i, &format!("{i}.jpg"), &["car", "ant"][..(i % 3) as usize % 2 + 1])).collect();
    let text = "{{ items|length }}\n{% for i in items %}\n{{ i.id }}:{{ i.annotations|length }}\n{% endfor %}\n{% for i in items %}{{ i.stem }},{% endfor %}";
    let files = render(text, "all.txt", &["--per", "dataset"], &input);
    let lines: Vec<&str> = files["all.txt"].lines().collect();
    assert_eq!((lines.len(), lines[0], lines[1], lines[300]), (302, "300", "1:2", "300:1"));
    assert!(lines[301].starts_with("1,2,3,") && lines[301].ends_with("300,"));

    let files = render(text, "{{ split }}.txt", &["--per", "dataset", "--split", "0.8/0.2"], &input);
    let counts: Vec<usize> = files.values().map(|t| t.lines().next().unwrap().parse().unwrap()).collect();
    assert_eq!((files.len(), counts.iter().sum::<usize>()), (2, 300));

    let files = render("{% for i in items %}x{% endfor %}", "empty.txt", &["--per", "dataset", "--allow-partial"], "");
    assert_eq!(files["empty.txt"], "");
}

#[test]
fn a_class_is_given_its_items_with_its_annotations_only() {
    let input = row(1, "a.jpg", &["zebra", "ant", "zebra"]) + &row(2, "b.jpg", &["zebra"]) + &row(3, "c.jpg", &[]);
    let text = "{{ class_id }} {{ class }} {% for i in items %}{{ i.id }}:{% for a in i.annotations %}{{ a.id }}={{ a.class }};{% endfor %}{% endfor %}";
    let files = render(text, "{{ class }}.txt", &["--per", "class"], &input);
    assert_eq!(files["ant.txt"], "0 ant 1:a1=ant;");
    assert_eq!(files["zebra.txt"], "1 zebra 1:a0=zebra;a2=zebra;2:a0=zebra;");
    assert_eq!(files.len(), 2);
}

#[test]
fn several_outputs_and_annotations_left_out() {
    let (a, b) = (template("{{ id }}"), template("{{ annotations|length }}"));
    let emit = |path: &str, file: &tempfile::NamedTempFile| format!("{path}={}", file.path().display());
    let (one, two) = (emit("ids/{{ stem }}.txt", &a), emit("{% if id == 2 %}two{{ id }}.txt{% endif %}", &b));
    let input = row(1, "a.jpg", &["car"]) + &row(2, "b.jpg", &["car", "ant"]);
    let files = ok(&["--to", "template", "--emit", &one, "--emit", &two], &input);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["ids/a.txt", "ids/b.txt", "two2.txt"]);
    assert_eq!(files["two2.txt"], "2");

    let path = "{% if class == 'ant' %}{{ stem }}.txt{% endif %}";
    let file = template("x");
    let name = file.path().to_str().unwrap();
    let ran = convert(&["--to", "template", "--per", "annotation", "--template", name, "--path", path], &input);
    ran.says("3 annotations: 1 written, 2 skipped (UNSUPPORTED_ANNOTATION_TYPE 2)");
}

#[test]
fn mistakes_are_named_with_file_line_and_item() {
    let input = row(1, "a.jpg", &["car"]) + &row(2, "b.jpg", &["ant"]);
    let (code, said) = fails("a\n{% for %}", "{{ stem }}.txt", &[], &input);
    assert!(code == 2 && said.contains("T:2: syntax error"), "{code} {said}");
    let (code, said) = fails("x", "{{ stem", &[], &input);
    assert!(code == 2 && said.contains("path template {{ stem:1:"), "{code} {said}");
    let (code, said) = fails("x", "all.txt", &[], &input);
    assert!(code == 2 && said.contains("--per dataset"), "{code} {said}");
    let (code, _) = fails("x", "/etc/{{ stem }}", &[], &input);
    assert_eq!(code, 2);

    let bad = "\n{% if id == 2 %}{{ item.nothing }}{% endif %}";
    let (code, said) = fails(bad, "{{ stem }}.txt", &[], &input);
    assert!(code == 3 && said.contains("stdin:2: item 2: T:2: undefined value"), "{code} {said}");
    let (code, said) = fails(bad, "{{ stem }}.txt", &["--on-error", "skip"], &input);
    assert!(code == 7 && said.contains("2 annotations: 1 written, 1 failed"), "{code} {said}");
    let (code, said) = fails("{% for i in items %}{{ i.nothing }}{% endfor %}", "x.txt", &["--per", "dataset"], &input);
    assert!(code == 3 && said.contains("T:1: undefined value"), "{code} {said}");
    // No template reads a file.
    let (code, said) = fails("{% include '/etc/passwd' %}", "{{ stem }}.txt", &[], &input);
    assert!(code == 3 && said.contains("template not found"), "{code} {said}");
    let (code, said) = fails("x", "a/../{{ stem }}.txt", &[], &input);
    assert!(code == 3 && said.contains("unsafe path"), "{code} {said}");
    let (code, said) = fails(
        "{{ item }}",
        "{{ stem }}.txt",
        &[],
        &format!("{{\"id\":1,\"data\":{{}},\"x\":{}{}}}\n", "[".repeat(9000), "]".repeat(9000)),
    );
    assert!(code == 3 && said.contains("nests deeper"), "{code} {said}");
}

#[test]
fn the_row_is_there_as_it_came() {
    let input = "{\"id\":12345678901234567890123,\"data\":\"{}\",\"big\":18446744073709551615,\"b\":1,\"a\":{\"한\":[1.5,null,true]}}\n";
    let files =
        render("{{ id }} {{ item.big }} {{ item.a|tojson }} {{ item|list|join(',') }}", "{{ id }}.txt", &[], input);
    assert_eq!(
        files["12345678901234567890123.txt"],
        "12345678901234567890123 18446744073709551615 {\"한\":[1.5,null,true]} id,data,big,b,a"
    );
}

#[test]
fn no_output_takes_the_place_of_an_original() {
    let with_url = |row: String| row.replace(r#""file":{"#, r#""file":{"url":"https://example.com/x","#);
    let input = with_url(row(1, "a.jpg", &["car"])) + &with_url(row(2, "b.jpg", &["car"]));
    // Its own original, or one that came before: the output is renamed.
    let files = render("x", "images/{{ stem }}.jpg", &[], &input);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["images/a__1.jpg", "images/b__2.jpg"]);
    let files = render("x", "images/{{ stem }}.jpg", &["--images", "omit"], &input);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["images/a.jpg", "images/b.jpg"]);
    // One that comes later.
    let (code, message) = fails("x", "images/{{ 'b' if id == 1 else id }}.jpg", &[], &input);
    assert_eq!(code, 3, "{message}");
    assert!(message.contains("item 2: a template has written images/b.jpg"), "{message}");
}

#[test]
fn folders_that_differ_by_case_only_are_told_and_do_not_meet() {
    let input = row(1, "a.jpg", &["Cat", "cat"]) + &row(2, "b.jpg", &["cat", "CAT", "Cat"]);
    for (scope, path) in [
        ("annotation", "{{ class }}/{{ id }}_{{ index }}.txt"),
        ("class", "{{ class }}/all.txt"),
        ("annotation", "x/{{ class }}/y/{{ id }}_{{ index }}.txt"),
    ] {
        let file = template("x");
        let args = ["--to", "template", "--per", scope, "--template", file.path().to_str().unwrap(), "--path", path];
        let files = ok(&args, &input);
        assert_eq!(files.len(), if scope == "class" { 3 } else { 5 }, "{files:?}");
        let folder = |path: &String| path.rsplit_once('/').unwrap().0.to_owned();
        let folders: std::collections::BTreeSet<String> = files.keys().map(folder).collect();
        let folded: std::collections::BTreeSet<String> = folders.iter().map(|folder| folder.to_lowercase()).collect();
        assert_eq!((folders.len(), folded.len()), (3, 3), "{folders:?}");
        convert(&args, &input).exits(0).says("whose name differs from another's by case only");
        // As the sink compares them: it is one of those that refuse twins, and is not in every build.
        let folded: std::collections::BTreeSet<String> = files.keys().map(|path| path.to_lowercase()).collect();
        assert_eq!(folded.len(), files.len(), "{files:?}");
    }
    // The folders of originals and reports keep their names.
    let files = render("x", "Images/{{ stem }}.txt", &[], &row(1, "a.jpg", &["car"]));
    assert!(files.keys().all(|path| path.starts_with("Images_id_")), "{files:?}");
    let files = render("x", "{{ stem }}/{{ class }}.txt", &["--per", "annotation"], &row(1, "a.jpg", &["car", "bus"]));
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a/bus.txt", "a/car.txt"]);
}
