//! Made-up payloads in every dialect, with all that can be wrong in one.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

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
pub fn text() -> impl Strategy<Value = String> {
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
pub fn payload() -> impl Strategy<Value = String> {
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
