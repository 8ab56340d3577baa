//! Against serde_json, which is the reference of what JSON is.

use crate::dm::shape::{Coordinates, ShapeSeed};
use crate::stream::json::{Raw, Str, WithText, from_text, parse, parse_with};
use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::marker::PhantomData;

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-2_000_000i32..2_000_000).prop_map(|n| json!(f64::from(n) / 1000.0)),
        any::<String>().prop_map(Value::from),
        "[ -~가-힣]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[a-z\"\\\\]{0,9}", inner), 0..6).prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_serde_json_writes_reads_back(value in value(), pretty in any::<bool>()) {
        let text = if pretty { format!(" {value:#}\r\n") } else { value.to_string() };
        prop_assert_eq!(parse::<Value>(text.as_bytes()).ok(), Some(value));
        prop_assert!(parse::<IgnoredAny>(text.as_bytes()).is_ok());
        let raw: Raw<'_> = from_text(&text).unwrap();
        prop_assert_eq!(raw.text(), text.trim());
    }

    #[test]
    fn damaged_text_is_refused_as_serde_json_refuses_it(
        value in value(), at in any::<prop::sample::Index>(), with in "[\\PC\\x00-\\x1f\"\\\\{}\\[\\]:,0-9eE.+-]{0,2}",
    ) {
        let mut text: Vec<char> = value.to_string().chars().collect();
        let at = at.index(text.len());
        text.splice(at..=at, with.chars());
        let text: String = text.into_iter().collect();
        let expected = serde_json::from_str::<Value>(&text);
        let ours = parse::<Value>(text.as_bytes());
        prop_assert_eq!(ours.is_ok(), expected.is_ok(), "{:?}: {:?} {:?}", text, ours, expected);
        let skipped = serde_json::from_str::<IgnoredAny>(&text).is_ok();
        prop_assert_eq!(parse::<IgnoredAny>(text.as_bytes()).is_ok(), skipped, "skipped {:?}", text);
    }

    #[test]
    fn numbers_are_exact(text in "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?") {
        let expected: f64 = text.parse().unwrap();
        match from_text::<f64>(&text) {
            Ok(n) => prop_assert_eq!(n, expected, "{}", text),
            Err(_) => prop_assert!(expected.is_infinite(), "{}", text),
        }
    }

    #[test]
    fn floats_are_exact(n in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
        prop_assert_eq!(from_text::<f64>(&format!("{n:?}")).unwrap(), n);
        prop_assert_eq!(from_text::<f64>(&format!("{n:e}")).unwrap(), n);
    }
}

#[test]
fn integers_keep_their_type_up_to_its_ends() {
    for text in ["0", "18446744073709551615", "-9223372036854775808", "-1", "9007199254740993"] {
        assert_eq!(from_text::<Value>(text).unwrap().to_string(), text);
    }
    for text in ["18446744073709551616", "-9223372036854775809", "100000000000000000000000"] {
        assert_eq!(from_text::<f64>(text).unwrap(), text.parse::<f64>().unwrap());
    }
    assert!(from_text::<f64>("1e309").is_err() && from_text::<f64>("1e99999999999999999999").is_err());
    assert_eq!(from_text::<f64>("1e-99999999999999999999").unwrap(), 0.0);
}

#[test]
fn halves_go_to_the_even_float() {
    for (text, float) in [
        ("4503599627370496.5", 4_503_599_627_370_496.0),
        ("4503599627370497.5", 4_503_599_627_370_498.0),
        ("4503599627370497.501", 4_503_599_627_370_498.0),
        ("-9007199254740993.0", -9_007_199_254_740_992.0),
        ("9007199254740995.00", 9_007_199_254_740_996.0),
        ("9007199254740993.001", 9_007_199_254_740_994.0),
        ("1844674407370955161.5", 1_844_674_407_370_955_264.0),
        ("0.9999999999999999999", 1.0),
        ("-0.0", 0.0),
    ] {
        assert_eq!(from_text::<f64>(text).unwrap(), float, "{text}");
        // In a list of points it is read by other means.
        let points = format!("[[{text},{text}]]{:300}", "");
        let mut to = Coordinates::default();
        parse_with(points.as_bytes(), ShapeSeed(&mut to)).unwrap();
        assert_eq!(to.pairs, [[float, float]], "{text}");
        assert!(to.pairs[0][0].is_sign_negative() == (float < 0.0));
    }
}

#[test]
fn half_surrogates_matter_only_where_the_text_is_wanted() {
    for half in [r#""\ud83d""#, r#""\ud83dx""#, r#""\ude00""#, r#""\ud83d\u0041""#, r#""\ud83d\ud83d""#] {
        assert!(from_text::<String>(half).is_err(), "{half}");
        assert!(from_text::<IgnoredAny>(half).is_ok(), "{half}");
        assert!(from_text::<Raw<'_>>(half).is_ok(), "{half}");
    }
    assert_eq!(from_text::<String>(r#""\ud83d\ude00\u00e9\/""#).unwrap(), "😀é/");
}

#[test]
fn strings_borrow_unless_escaped_also_as_keys() {
    let (list, text) = parse_with(br#" ["a","\u0062"] "#, WithText(PhantomData::<Vec<Str<'_>>>)).unwrap();
    assert!(matches!(list[0].0, Cow::Borrowed("a")) && matches!(&list[1].0, Cow::Owned(s) if s == "b"));
    assert_eq!(text, r#"["a","\u0062"]"#);
}

#[test]
fn messages_say_where() {
    for (text, message) in [
        ("{\"a\":tru}", "not valid JSON: expected a value at column 6"),
        ("[1 2]", "not valid JSON: expected a comma or a closing bracket at column 4"),
        ("[1", "not valid JSON: the text ends early, expected a comma or a closing bracket at column 3"),
        ("{} x", "not valid JSON: more after the value at column 4"),
    ] {
        assert_eq!(parse::<Value>(text.as_bytes()).unwrap_err().to_string(), message);
    }
}
