//! Payloads of real annotators with a few changes.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

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
pub fn mutated() -> impl Strategy<Value = String> {
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
