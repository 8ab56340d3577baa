//! What holds for any input, in every format: everything seen is accounted for, nothing panics, what is written can be read, lies
//! in the image, and does not depend on the number of threads.

use base64::Engine;
use clap::Parser;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use synpipe::cli::convert::Args;
use synpipe::convert::engine::run::run;
use synpipe::convert::formats as registry;
use synpipe::convert::formats::FORMATS;
use synpipe::stream::{Reader, Writer};

/// Everything written, by path.
type Files = BTreeMap<String, Vec<u8>>;

/// Output shared with the run.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Gives a few bytes at a time, so that a short input is many batches.
struct Drip(io::Cursor<Vec<u8>>);

impl Read for Drip {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = into.len().min(700);
        self.0.read(&mut into[..n])
    }
}

/// The bytes of the output, or the error.
fn convert(options: &[&str], input: &str, threads: usize) -> Result<Vec<u8>, String> {
    let args = Args::try_parse_from([&["syn-convert", "--to"], options].concat()).map_err(|e| e.to_string())?;
    let options = args.options().map_err(|e| e.to_string())?;
    let (name, format) = registry::build(args.to.as_deref().unwrap_or_default(), &options)?;
    let input = io::Cursor::new(input.as_bytes().to_vec());
    let reader = Reader::from_read("input", Drip(input), 1 << 20).map_err(|e| e.to_string())?;
    let sink = Sink::default();
    run(name, format, options, reader, Writer::to(Box::new(sink.clone())), threads).map_err(|e| e.to_string())?;
    let bytes = sink.0.lock().map_err(|e| e.to_string())?.clone();
    Ok(bytes)
}

fn files(output: &[u8]) -> Files {
    let mut files = Files::new();
    let mut complete = HashSet::new();
    for line in output.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
        let line: Value = serde_json::from_slice(line).expect("a line of JSON");
        let Some(path) = line["path"].as_str() else { continue };
        synpipe::path::RelPath::new(path).expect("a safe path");
        assert!(!complete.contains(path), "{path} is written twice");
        if line["more"] != true {
            complete.insert(path.to_owned());
        }
        let bytes = match (&line["text"], &line["base64"]) {
            (Value::String(text), _) => text.clone().into_bytes(),
            (_, Value::String(text)) => base64::prelude::BASE64_STANDARD.decode(text).expect("base64"),
            _ => Vec::new(),
        };
        files.entry(path.to_owned()).or_default().extend(bytes);
    }
    files
}

/// JSON text of a number: good ones, and all that can be wrong with one.
fn number() -> impl Strategy<Value = String> {
    let odd = [
        "-5",
        "0",
        "-0",
        "-0.0",
        "1e3",
        "1e999",
        "-1e999",
        "1e-999",
        "1e300",
        "-1e300",
        "12345678901234567890",
        "0.5",
        "123456789012345678901",
        "9007199254740993",
        "63.9999999",
        "null",
        "true",
        "\"7\"",
        "\"\"",
        "[]",
        "{}",
        "[1]",
    ];
    prop_oneof![
        8 => (0..40i32).prop_map(|n| n.to_string()),
        4 => (-20.0..80.0f64).prop_map(|n| n.to_string()),
        2 => select(odd.to_vec()).prop_map(str::to_owned),
    ]
}

/// JSON text of a string or of what stands in its place.
fn text() -> impl Strategy<Value = String> {
    let odd = [
        "\"\"",
        "\"a b\"",
        "\"\\u0000\\u001f\\n\\t\\r\"",
        "\"quote\\\"back\\\\slash/\"",
        "\"<&>'\\\"]]>\"",
        "\"=1+1\"",
        "\"\u{202e}abc\"",
        "\"자동차\"",
        "\"e\\u0301\"",
        "\"../../etc\"",
        "\"a,b;c\"",
        "\"{{x}}\"",
        "\" \"",
        "5",
        "null",
        "-1.5",
        "false",
        "[]",
        "{}",
        "\"\\ud83d\\ude97\"",
        "\"@stream\"",
    ];
    prop_oneof![
        5 => select(&["\"a\"", "\"b\"", "\"c\"", "\"nose\"", "\"left_eye\"", "\"right_eye\""][..]).prop_map(str::to_owned),
        2 => select(odd.to_vec()).prop_map(str::to_owned),
    ]
}

fn list(of: impl Strategy<Value = String>, length: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    prop::collection::vec(of, length).prop_map(|v| format!("[{}]", v.join(",")))
}

fn point() -> impl Strategy<Value = String> {
    prop_oneof![
        (number(), number()).prop_map(|(x, y)| format!("{{\"x\":{x},\"y\":{y},\"id\":\"p\"}}")),
        (number(), number()).prop_map(|(x, y)| format!("[{x},{y}]")),
    ]
}

/// The value of `coordinate`, `coordinates`, `data` or `pixel_indices`.
fn shape() -> impl Strategy<Value = String> {
    let run = (0..900u32, 0..40u32).prop_map(|(start, n)| format!("[{start},{n}]"));
    let mask = (0..200u32, 1..30u32, 1..6u32).prop_map(|(at, n, rows)| {
        format!("[{}]", (0..rows).map(|y| format!("[{},{n}]", at + y * 40)).collect::<Vec<_>>().join(","))
    });
    prop_oneof![
        6 => (number(), number(), number(), number(), number()).prop_map(|(x, y, w, h, r)| {
            format!("{{\"x\":{x},\"y\":{y},\"width\":{w},\"height\":{h},\"rotation\":{r}}}")
        }),
        3 => (0..30u8, 0..30u8, 1..9u8, 1..9u8).prop_map(|(x, y, w, h)| {
            format!("{{\"x\":{x},\"y\":{y},\"width\":{w},\"height\":{h}}}")
        }),
        2 => list(number(), 4..5),
        3 => list(number(), 0..7),
        6 => list(point(), 0..7),
        2 => list(list(point(), 2..6), 1..4),
        3 => point(),
        4 => mask,
        2 => list(run, 0..5),
        1 => select(&["null", "true", "\"x\"", "{}", "[[[[1]]]]", "{\"1\":{\"x\":1,\"y\":1,\"width\":2,\"height\":2}}"][..])
            .prop_map(str::to_owned),
        1 => (1..100usize).prop_map(|n| "[".repeat(n) + &"]".repeat(n)),
    ]
}

/// Members of the objects of an annotation: its head's, and its geometry's.
fn annotation() -> impl Strategy<Value = (String, String)> {
    let tools = [
        "bounding_box",
        "bbox",
        "polygon",
        "polyline",
        "keypoint",
        "segmentation",
        "classification",
        "relation",
        "3d_bounding_box",
        "nobody knows \\\"it\\\"",
        "",
    ];
    let mask = [
        "",
        ",\"isCompressed\":true,\"compressionFormat\":\"rle\"",
        ",\"isCompressed\":false,\"compressionFormat\":null",
        ",\"encoding\":\"dm_rle\"",
        ",\"encoding\":\"raw_indices\"",
        ",\"isCompressed\":\"yes\"",
        ",\"encoding\":7",
    ];
    let key = select(&["coordinate", "data", "pixel_indices", "coordinates", "psr"][..]);
    let attribute = (text(), number()).prop_map(|(a, b)| format!(",\"color\":{a},\"visibility\":{b},\"x y\":[{b}]"));
    let attributes = prop_oneof![3 => Just(String::new()), 1 => attribute];
    let class = (text(), attributes, any::<bool>())
        .prop_map(|(class, more, plain)| if plain { class } else { format!("{{\"class\":{class}{more}}}") });
    (select(tools.to_vec()), class, key, shape(), select(mask.to_vec()), any::<bool>(), text()).prop_map(
        |(tool, class, key, shape, mask, both, group)| {
            // The usual key of the tool, or any.
            let key = match (both, tool) {
                (true, "segmentation") => "pixel_indices",
                (true, _) => "coordinate",
                _ => key,
            };
            let head = format!("\"tool\":\"{tool}\",\"classification\":{class},\"group_id\":{group}");
            (head, format!("\"{key}\":{shape}{mask}"))
        },
    )
}

/// An annotation with its id, and whether head and geometry are in the lists.
type Written = ((String, String), String, bool, bool);

fn with_id() -> impl Strategy<Value = Written> {
    let id = prop_oneof![6 => (0..1000u32).prop_map(|n| format!("\"k{n}\"")), 1 => text()];
    (annotation(), id, prop::bool::weighted(0.92), prop::bool::weighted(0.92))
}

/// A payload in one of the dialects.
fn payload() -> impl Strategy<Value = String> {
    let size = prop_oneof![6 => Just(("40".to_owned(), "30".to_owned())), 1 => (number(), number()), 1 => Just(("4294967295".into(), "4294967295".into()))];
    let groups = select(
        &[
            "[]",
            "[{\"id\":\"g\",\"annotationIds\":[\"k1\",\"k2\"]}]",
            "null",
            "[7,{\"annotationIds\":7}]",
            "[{\"id\":\"g\",\"annotationList\":[{\"annotationId\":\"k1\",\"children\":[{\"annotationId\":\"k2\",\"children\":[]}]}]}]",
            "{\"a\":1}",
            "[{\"id\":1e999,\"annotationIds\":[\"nobody\",\"k1\",\"k1\"]}]",
        ][..],
    );
    let media = select(&["image_1", "image_2", "video_1", "images", "", "\\\"\\u0000"][..]);
    (prop::collection::vec(with_id(), 0..7), size, groups, media, 0..7u8).prop_map(|(list, (w, h), groups, media, dialect)| {
        let join = |parts: Vec<String>| format!("[{}]", parts.join(","));
        let heads = |geometry: bool| {
            join(list.iter().filter(|a| a.2).map(|((head, data), id, ..)| {
                if geometry { format!("{{\"id\":{id},{head},{data}}}") } else { format!("{{\"id\":{id},{head}}}") }
            }).collect())
        };
        let data = join(list.iter().filter(|a| a.3).map(|((_, data), id, ..)| format!("{{\"id\":{id},{data}}}")).collect());
        let extra = format!("\"extra\":{{\"{media}\":{{\"width\":{w},\"height\":{h}}}}}");
        let two = |extra: &str| {
            let tools: Vec<_> = ["bounding_box", "polygon", "keypoint", "segmentation", "classification"].iter().enumerate().map(|(i, tool)| {
                let mine = list.iter().enumerate().filter(|(k, _)| k % 5 == i);
                let parts = mine.map(|(_, ((head, data), id, ..))| format!("{{\"id\":{id},{head},{}}}", data.replace("coordinate", "data")));
                format!("\"{tool}\":{}", join(parts.collect()))
            }).collect();
            format!("{{\"images\":[{{{}}}]{extra}}}", tools.join(","))
        };
        let split = format!("{{{extra},\"annotations\":{{\"{media}\":{}}},\"annotationsData\":{{\"{media}\":{data}}},\"annotationGroups\":{{\"{media}\":{groups}}}}}", heads(false));
        match dialect {
            0..=2 => split,
            3 => format!("{{{extra},\"annotations\":{{\"{media}\":{}}}}}", heads(true).replace("coordinate", "data")),
            4 => two(&format!(",{extra}")),
            5 => format!("{{\"annotation_data\":{},\"annotation_meta\":{{{extra},\"annotationGroups\":{{\"{media}\":{groups}}}}}}}", two("")),
            // A payload as a string.
            _ => Value::from(split).to_string(),
        }
    })
}

/// Payloads of real annotators, one a tool and dialect, and one with all tools on images; their coordinates fit into 40 × 30 pixels.
static SEEDS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/dm-samples");
    let read = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).expect("a sample")).expect("JSON") };
    let extra = json!({"image_1": {"width": 40, "height": 30}});
    let mut all = json!({"extra": extra, "annotations": {"image_1": []}, "annotationsData": {"image_1": []}});
    let mut seeds = Vec::new();
    for entry in fs::read_dir(samples.join("v1")).expect("samples") {
        let name = entry.expect("an entry").file_name();
        let (mut one, mut two) = (read(&samples.join("v1").join(&name)), read(&samples.join("v2").join(&name)));
        shrink(&mut one);
        shrink(&mut two);
        if name.to_string_lossy().starts_with("image_") {
            one["extra"] = extra.clone();
            two["annotation_meta"]["extra"] = extra.clone();
            for list in ["annotations", "annotationsData"] {
                let from = one[list]["image_1"].as_array().expect("a list").clone();
                all[list]["image_1"].as_array_mut().expect("a list").extend(from);
            }
        }
        seeds.extend([two["annotation_data"].clone(), one, two]);
    }
    seeds.push(all);
    seeds
});

/// Takes large whole numbers modulo 30.
fn shrink(value: &mut Value) {
    match value {
        Value::Number(n) => {
            if let Some(n) = n.as_u64().filter(|n| *n > 30) {
                *value = (n % 30).into();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(shrink),
        Value::Object(object) => object.values_mut().for_each(shrink),
        _ => {}
    }
}

/// Around JSON that no [`Value`] can be, in a string.
const RAW: &str = "\u{1}raw\u{1}";
/// Around what makes a key different from the same key before it.
const KEY: &str = "\u{1}key\u{1}";

/// What takes the place of a value.
fn odd_value() -> impl Strategy<Value = Value> {
    let raw = |json: &str| Value::from(format!("{RAW}{json}{RAW}"));
    prop_oneof![
        select(vec![
            Value::Null,
            json!(true),
            json!(-1),
            json!(0),
            json!(1e300),
            json!(u64::MAX),
            json!("NaN"),
            json!("Infinity"),
            json!("-inf"),
            json!("1"),
            json!(""),
            json!([]),
            json!({}),
            json!([[]]),
            json!(["a", 1, null, [2]]),
            json!({"x": "1", "y": {}}),
            json!([1, 2]),
            json!([[1, 2], [3, 4], [5, 1]]),
            raw("1e999"),
            raw("-1e400"),
            raw("-0.0"),
            raw("123456789012345678901234567890"),
        ]),
        (1..115usize, any::<bool>()).prop_map(move |(n, list)| {
            let (open, close) = if list { ("[", "]") } else { ("{\"a\":", "}") };
            raw(&format!("{}1{}", open.repeat(n), close.repeat(n)))
        }),
    ]
}

/// One change to a tree of JSON.
#[derive(Clone, Debug)]
enum Change {
    Delete,
    Replace(Value),
    /// The element again; the member again under its own key, or under this one.
    Again(Option<&'static str>),
    Rename(&'static str),
    /// Inside lists.
    Wrap(usize),
}

fn change() -> impl Strategy<Value = Change> {
    let keys =
        ["id", "tool", "type", "data", "coordinate", "classification", "class", "image_1", "image_2", "", "\u{0}"];
    prop_oneof![
        2 => Just(Change::Delete),
        4 => odd_value().prop_map(Change::Replace),
        2 => prop::option::of(select(keys.to_vec())).prop_map(Change::Again),
        1 => select(keys.to_vec()).prop_map(Change::Rename),
        1 => (1..4usize).prop_map(Change::Wrap),
    ]
}

/// Applies a change to the `at`-th value below this one, counted depth first; false when there are fewer.
fn apply(value: &mut Value, at: &mut usize, change: &Change, serial: &mut usize) -> bool {
    match value {
        Value::Array(list) => {
            for i in 0..list.len() {
                if *at == 0 {
                    match change {
                        Change::Delete => drop(list.remove(i)),
                        Change::Replace(by) => list[i] = by.clone(),
                        Change::Again(_) | Change::Rename(_) => list.push(list[i].clone()),
                        Change::Wrap(n) => (0..*n).for_each(|_| list[i] = json!([list[i].take()])),
                    }
                    return true;
                }
                *at -= 1;
                if apply(&mut list[i], at, change, serial) {
                    return true;
                }
            }
        }
        Value::Object(object) => {
            let keys: Vec<String> = object.keys().cloned().collect();
            for key in keys {
                if *at == 0 {
                    let old = object[&key].clone();
                    match change {
                        Change::Delete => drop(object.remove(&key)),
                        Change::Replace(by) => drop(object.insert(key, by.clone())),
                        Change::Again(None) => {
                            // Marks a key that is written a second time; the mark is taken out of the text.
                            *serial += 1;
                            object.insert(format!("{KEY}{serial}{KEY}{key}"), old);
                        }
                        Change::Again(Some(other)) => drop(object.insert((*other).to_owned(), old)),
                        Change::Rename(to) => {
                            object.remove(&key);
                            object.insert((*to).to_owned(), old);
                        }
                        Change::Wrap(n) => {
                            let wrapped = (0..*n).fold(old, |inner, _| json!([inner]));
                            object.insert(key, wrapped);
                        }
                    }
                    return true;
                }
                *at -= 1;
                if object.get_mut(&key).is_some_and(|v| apply(v, at, change, serial)) {
                    return true;
                }
            }
        }
        _ => {}
    }
    false
}

/// A payload of a real annotator with some changes, as text.
fn mutated() -> impl Strategy<Value = String> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), change()), 0..4);
    (any::<prop::sample::Index>(), changes).prop_map(|(seed, changes)| {
        let (mut payload, mut serial) = (seed.get(&SEEDS).clone(), 0);
        for (at, change) in changes {
            let many = count(&payload);
            if many > 0 {
                apply(&mut payload, &mut at.index(many), &change, &mut serial);
            }
        }
        let text =
            between(&payload.to_string(), &format!("\"{RAW}"), &format!("{RAW}\""), |raw| raw.replace("\\\"", "\""));
        between(&text, KEY, KEY, |_| String::new())
    })
}

/// The text with what stands between marks, as JSON writes them in strings, put through a function, without the marks.
fn between(text: &str, open: &str, close: &str, change: impl Fn(&str) -> String) -> String {
    let [open, close] = [open, close].map(|mark| mark.replace('\u{1}', "\\u0001"));
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, inside)) = rest.split_once(&open) {
        let (inside, after) = inside.split_once(&close).expect("a mark at the end");
        out.push_str(before);
        out.push_str(&change(inside));
        rest = after;
    }
    out + rest
}

/// How many values there are below this one.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(|v| 1 + count(v)).sum(),
        Value::Object(object) => object.values().map(|v| 1 + count(v)).sum(),
        _ => 0,
    }
}

#[test]
fn mutated_payloads_are_json_and_of_every_kind() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut huge, mut twice, mut deep) = (0, 0, 0);
    for _ in 0..2000 {
        let text = mutated().new_tree(&mut runner).expect("a payload").current();
        serde_json::from_str::<&serde_json::value::RawValue>(&text).unwrap_or_else(|e| panic!("{e}: {text}"));
        assert!(!text.contains("raw\\u0001"), "{text}");
        huge += usize::from(text.contains("1e999"));
        deep += usize::from(text.contains("[[[[[[[[[["));
        let value: Value = serde_json::from_str(&text.replace("e999", "e9").replace("e400", "e9")).unwrap_or_default();
        twice += usize::from(value != Value::Null && value.to_string().len() + 10 < text.len());
    }
    assert!(huge > 5 && twice > 20 && deep > 20, "{huge} {twice} {deep}");
}

/// A row. What is around the payload is odd now and then too.
fn row(id: usize, name: &str, payload: &str) -> String {
    let id = if id % 5 == 4 { format!("\"x {id}\\\"\"") } else { id.to_string() };
    let file = format!("{{\"file_name_original\":{name},\"url\":\"/f/1.jpg?q\"}}");
    format!("{{\"id\":{id},\"file\":{file},\"data\":{payload},\"category\":\"train\"}}\n")
}

fn dump() -> impl Strategy<Value = (Vec<String>, String)> {
    let name =
        prop_oneof![2 => select(&["\"a.jpg\"", "\"A.png\"", "\"b c.jpg\""][..]).prop_map(str::to_owned), 1 => text()];
    let data = prop_oneof![10 => payload(), 10 => mutated(), 1 => select(&["null", "[]", "5", "\"x\"", "{}", "{\"annotations\":5}"][..]).prop_map(str::to_owned)];
    prop::collection::vec((name, data), 1..9).prop_map(|items| {
        let rows = items
            .iter()
            .enumerate()
            .map(|(i, (name, data))| row(i + 1, if name.starts_with('"') { name } else { "\"n.jpg\"" }, data));
        let mut text =
            "{\"@stream\":\"begin\",\"kind\":\"items\",\"version\":1,\"classes\":[\"b\",\"자동차\"]}\n".to_owned();
        text.extend(rows);
        text.push_str(&format!("{{\"@stream\":\"end\",\"count\":{}}}\n", items.len()));
        (items.into_iter().map(|(_, data)| data).collect(), text)
    })
}

/// Options of a run. Every format of the registry occurs.
fn variants() -> Vec<Vec<&'static str>> {
    let mut all: Vec<Vec<&str>> =
        FORMATS.iter().map(|f| f.name).filter(|name| *name != "template").map(|name| vec![name]).collect();
    all.extend([
        vec!["coco", "--roles", "all", "--segmentation", "semantic", "--split", "0.5/0.5"],
        vec!["coco", "--rotated", "hull", "--background", "omit", "--class-map", "a=b"],
        vec!["yolo", "--task", "segment"],
        vec!["yolo", "--task", "pose"],
        vec!["yolo", "--task", "obb", "--split", "0.5/0.5"],
        vec!["ultralytics-ndjson", "--task", "obb"],
        vec!["ultralytics-ndjson", "--task", "pose"],
        vec!["ultralytics-ndjson", "--task", "segment"],
        vec!["voc", "--voc-base", "1", "--polygons", "box"],
        vec!["voc", "--segmentation", "semantic"],
        vec!["csv", "--naming", "id"],
        vec!["csv", "--flatten-attributes"],
        vec!["json", "--pretty", "--per-class"],
        vec!["template", "--template", "examples/templates/labelme.json.j2", "--path", "{{ stem }}.json"],
        vec![
            "template",
            "--per",
            "annotation",
            "--template",
            "examples/templates/caption.json.j2",
            "--path",
            "{{ split }}/{{ class }}/{{ id }}.json",
        ],
        vec!["template", "--per", "dataset", "--template", "examples/templates/cvat.xml.j2", "--path", "all.xml"],
    ]);
    all
}

/// The formats whose output [`check`] can read.
const READ: [&str; 9] =
    ["json", "jsonl", "coco", "yolo", "ultralytics-ndjson", "voc", "csv", "imagefolder", "template"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, max_shrink_iters: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_payload_in_every_format((payloads, input) in dump(), options in select(variants())) {
        let one = convert(&options, &input, 1).map_err(TestCaseError::fail)?;
        let four = convert(&options, &input, 4).map_err(TestCaseError::fail)?;
        prop_assert!(one == four, "the output depends on the number of threads");
        let files = files(&one);
        let summary: Value = serde_json::from_slice(&files["metadata/export_summary.json"]).expect("JSON");
        let count = |key: &str| summary["annotations"][key].as_u64().expect("a count");
        prop_assert_eq!(count("seen"), count("written") + count("skipped") + count("failed"));
        prop_assert!(count("lossy") <= count("written"));
        prop_assert_eq!(summary["items"].as_u64(), Some(payloads.len() as u64));
        check::report(&files, &summary);
        let task = options.iter().position(|o| *o == "--task").map_or("detect", |i| options[i + 1]);
        match options[0] {
            "coco" => check::coco(&files),
            "yolo" => check::yolo(&files, task),
            "ultralytics-ndjson" => check::ultralytics(&files, task),
            "voc" => check::voc(&files),
            "csv" => check::csv(&files, count("written")),
            "json" if options.len() > 1 => check::parses(&files),
            "json" => check::json(&files, &payloads),
            // The paths, of which `files` checks that they are safe and none is written twice, are all there is.
            "imagefolder" => {}
            "jsonl" => check::jsonl(&files, &payloads),
            "template" => check::template(&files),
            other => prop_assert!(false, "no check for {other}"),
        }
    }
}

#[test]
fn every_format_of_the_registry_is_checked() {
    let missing: Vec<_> = FORMATS.iter().map(|f| f.name).filter(|name| !READ.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?} have no check here");
}

/// One reader a format.
mod check {
    use super::*;
    use serde_json::value::RawValue;

    fn text<'f>(files: &'f Files, path: &str) -> &'f str {
        let bytes = files.get(path).unwrap_or_else(|| panic!("no {path} in {:?}", files.keys()));
        std::str::from_utf8(bytes).expect("UTF-8")
    }

    fn parse(json: &str) -> Value {
        serde_json::from_str(json).unwrap_or_else(|e| panic!("{e}: {json}"))
    }

    fn floats(list: &Value) -> Vec<f64> {
        list.as_array().unwrap_or_else(|| panic!("{list}")).iter().map(|n| n.as_f64().expect("a number")).collect()
    }

    pub fn report(files: &Files, summary: &Value) {
        let report = parse(text(files, "metadata/export_report.json"));
        let items = report.as_array().expect("a list");
        for key in ["seen", "written", "skipped", "failed", "lossy"] {
            let sum: u64 = items.iter().map(|i| i["annotations"][key].as_u64().expect("a count")).sum();
            assert_eq!(Some(sum), summary["annotations"][key].as_u64(), "{key} in the report and in the summary");
            let sum: u64 =
                summary["by_tool"].as_object().expect("tools").values().filter_map(|t| t[key].as_u64()).sum();
            assert_eq!(Some(sum), summary["annotations"][key].as_u64(), "{key} by tool and in the summary");
        }
        assert_eq!(table(text(files, "metadata/export_report.csv")).len(), items.len());
    }

    /// Rows of a CSV without its header; all have the same number of cells.
    fn table(text: &str) -> Vec<::csv::StringRecord> {
        let rows = ::csv::Reader::from_reader(text.as_bytes()).into_records().collect::<Result<_, _>>();
        rows.expect("rows of the same length")
    }

    pub fn coco(files: &Files) {
        let documents = files.keys().filter(|p| p.starts_with("annotations/"));
        for document in documents.map(|p| parse(text(files, p))) {
            let ids = |key: &str| {
                let list = document[key].as_array().unwrap_or_else(|| panic!("no {key}"));
                let ids: HashSet<u64> = list.iter().map(|r| r["id"].as_u64().expect("an id")).collect();
                assert_eq!(ids.len(), list.len(), "ids of {key} are unique");
                ids
            };
            let (images, categories) = (ids("images"), ids("categories"));
            assert!(!ids("annotations").contains(&0));
            for a in document["annotations"].as_array().expect("a list") {
                assert!(images.contains(&a["image_id"].as_u64().expect("an id")));
                assert!(categories.contains(&a["category_id"].as_u64().expect("an id")));
                let image = document["images"].as_array().and_then(|l| l.iter().find(|i| i["id"] == a["image_id"]));
                let side = |key: &str| image.and_then(|i| i[key].as_f64()).expect("a side");
                coco_record(a, side("width"), side("height"));
            }
        }
    }

    fn coco_record(a: &Value, width: f64, height: f64) {
        // The sum of a corner and a side may round up in its last digit.
        let inside = |x: f64, y: f64| {
            assert!((0.0..=width * (1.0 + 1e-12)).contains(&x) && (0.0..=height * (1.0 + 1e-12)).contains(&y), "{a}");
        };
        let bbox = floats(&a["bbox"]);
        assert!(bbox.len() == 4 && bbox[2] > 0.0 && bbox[3] > 0.0, "{a}");
        assert!(a["area"].as_f64().is_some_and(|n| n > 0.0 && n <= width * height * (1.0 + 1e-9)), "{a}");
        inside(bbox[0], bbox[1]);
        inside(bbox[0] + bbox[2], bbox[1] + bbox[3]);
        match &a["segmentation"] {
            Value::Array(rings) => {
                for ring in rings.iter().map(floats) {
                    assert!(ring.len() >= 6 && ring.len().is_multiple_of(2), "{a}");
                    ring.chunks(2).for_each(|p| inside(p[0], p[1]));
                }
            }
            rle => assert_eq!(floats(&rle["size"]), [height, width]),
        }
        for joint in a.get("keypoints").map(floats).unwrap_or_default().chunks(3) {
            inside(joint[0], joint[1]);
            assert!([0.0, 1.0, 2.0].contains(&joint[2]));
        }
    }

    pub fn yolo(files: &Files, task: &str) {
        assert_eq!(text(files, "data.yaml").contains("kpt_shape"), task == "pose");
        let classes = text(files, "classes.txt").lines().count();
        for (path, label) in files.iter().filter(|(p, _)| p.starts_with("labels/")) {
            for line in std::str::from_utf8(label).expect("UTF-8").lines() {
                let mut cells = line.split(' ');
                let class: usize = cells.next().and_then(|c| c.parse().ok()).expect("a class");
                assert!(class < classes, "{path}: {line}, {classes} classes");
                let numbers: Vec<f64> = cells.map(|c| c.parse().expect("a number")).collect();
                yolo_row(&numbers, task);
            }
        }
    }

    fn yolo_row(numbers: &[f64], task: &str) {
        let n = numbers.len();
        let share = |n: f64| (0.0..=1.0).contains(&n);
        let good = match task {
            "detect" => n == 4 && numbers.iter().all(|n| share(*n)),
            "segment" => n >= 6 && n.is_multiple_of(2) && numbers.iter().all(|n| share(*n)),
            "pose" => {
                let joints = &numbers[4..];
                let joint = |j: &[f64]| share(j[0]) && share(j[1]) && [0.0, 1.0, 2.0].contains(&j[2]);
                numbers[..4].iter().all(|n| share(*n)) && joints.len().is_multiple_of(3) && joints.chunks(3).all(joint)
            }
            // Corners may lie outside; Ultralytics wants centre and sides of the upright box around them inside, give or take 1 %.
            _ => {
                let ends = |axis: usize| {
                    let all = numbers.iter().skip(axis).step_by(2);
                    all.fold((f64::MAX, f64::MIN), |(low, high), n| (low.min(*n), high.max(*n)))
                };
                let within = |(low, high): (f64, f64)| {
                    [(low + high) / 2.0, high - low].iter().all(|n| (-0.01001..=1.01001).contains(n))
                };
                n == 8 && within(ends(0)) && within(ends(1))
            }
        };
        assert!(good, "{task}: {numbers:?}");
    }

    pub fn ultralytics(files: &Files, task: &str) {
        let (_, lines) = files.iter().find(|(p, _)| p.ends_with(".ndjson")).expect("the document");
        let mut lines = std::str::from_utf8(lines).expect("UTF-8").lines().map(parse);
        let header = lines.next().expect("a header");
        let classes = header["class_names"].as_object().expect("names").len();
        assert_eq!(header["task"], task);
        for image in lines {
            for list in image["annotations"].as_object().into_iter().flat_map(|m| m.values()) {
                for row in list.as_array().expect("rows").iter().map(floats) {
                    assert!((row[0] as usize) < classes, "{image}");
                    yolo_row(&row[1..], task);
                }
            }
        }
    }

    pub fn voc(files: &Files) {
        for (path, document) in files.iter().filter(|(p, _)| p.ends_with(".xml")) {
            let numbers = xml_numbers(std::str::from_utf8(document).expect("UTF-8"));
            let all = |key: &str| numbers.iter().filter(|(k, _)| k == key).map(|(_, n)| *n).collect::<Vec<_>>();
            let (w, h) = (all("width")[0], all("height")[0]);
            let (left, top) = (all("xmin"), all("ymin"));
            let (right, bottom) = (all("xmax"), all("ymax"));
            let inside = |(low, high): (&i64, &i64), side: i64| 0 <= *low && low <= high && *high <= side;
            assert!(left.iter().zip(&right).all(|pair| inside(pair, w)), "{path}");
            assert!(top.iter().zip(&bottom).all(|pair| inside(pair, h)), "{path}");
            let plane = path.replace("Annotations", "SegmentationClass").replace(".xml", ".png");
            if let Some(png) = files.get(&plane) {
                let mut reader = png::Decoder::new(io::Cursor::new(&png[..])).read_info().expect("a PNG");
                let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
                let frame = reader.next_frame(&mut pixels).expect("pixels");
                assert_eq!((i64::from(frame.width), i64::from(frame.height)), (w, h), "{plane}");
            }
        }
    }

    /// Elements whose content is an integer, in order; the document is read to its end.
    fn xml_numbers(document: &str) -> Vec<(String, i64)> {
        use quick_xml::events::Event;
        let mut reader = quick_xml::Reader::from_str(document);
        let (mut name, mut numbers) = (String::new(), Vec::new());
        let allowed = |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
        assert!(document.chars().all(allowed), "a character that XML does not have: {document:?}");
        loop {
            match reader.read_event().unwrap_or_else(|e| panic!("{e}: {document}")) {
                Event::Start(tag) => name = tag.name().as_ref().to_owned(),
                Event::Text(text) => {
                    if let Ok(n) = text.parse() {
                        numbers.push((name.clone(), n));
                    }
                }
                Event::Eof => return numbers,
                _ => {}
            }
        }
    }

    pub fn csv(files: &Files, written: u64) {
        let document = text(files, "annotations/annotations.csv");
        let rows = table(document);
        assert_eq!(rows.len() as u64, written);
        let header: Vec<&str> = document.lines().next().expect("a header").split(',').collect();
        for row in &rows {
            let cells = |names: &[&str]| {
                let wanted = header.iter().zip(row).filter(|(name, cell)| names.contains(name) && !cell.is_empty());
                wanted.map(|(_, cell)| cell).collect::<Vec<_>>()
            };
            for cell in cells(&["points", "geometry", "attributes"]) {
                parse(cell);
            }
            for cell in cells(&["x", "y", "w", "h", "rotation"]) {
                assert!(cell.parse::<f64>().is_ok_and(f64::is_finite), "{row:?}");
            }
            for cell in row.iter() {
                let number = cell.parse::<f64>().is_ok();
                assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{row:?}");
            }
        }
    }

    /// The payload as `json` and `jsonl` write it: as it is, but that of a string is its text if that is JSON.
    fn own_bytes(payload: &str) -> String {
        let inner = serde_json::from_str::<String>(payload).ok();
        let json = inner.filter(|text| serde_json::from_str::<&RawValue>(text).is_ok());
        json.unwrap_or_else(|| payload.to_owned())
    }

    pub fn json(files: &Files, payloads: &[String]) {
        let mut expected: Vec<String> = payloads.iter().map(|p| own_bytes(p)).collect();
        let of_items = files.iter().filter(|(p, _)| p.starts_with("annotations/"));
        let mut written: Vec<String> = of_items.map(|(_, b)| String::from_utf8(b.clone()).expect("UTF-8")).collect();
        expected.sort();
        written.sort();
        assert_eq!(written, expected);
    }

    pub fn parses(files: &Files) {
        for path in files.keys().filter(|p| p.ends_with(".json")) {
            let done = serde_json::from_str::<&RawValue>(text(files, path));
            done.unwrap_or_else(|e| panic!("{path}: {e}"));
        }
    }

    /// What the templates of the examples write: JSON, or XML.
    pub fn template(files: &Files) {
        parses(files);
        for (_, document) in files.iter().filter(|(path, _)| path.ends_with(".xml")) {
            xml_numbers(std::str::from_utf8(document).expect("UTF-8"));
        }
    }

    pub fn jsonl(files: &Files, payloads: &[String]) {
        let lines: Vec<_> = text(files, "annotations/annotations.jsonl").lines().collect();
        let expected: Vec<String> = payloads.iter().map(|p| own_bytes(p)).collect();
        assert_eq!(lines, expected);
    }
}
