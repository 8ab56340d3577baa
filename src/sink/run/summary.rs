//! `metadata/export_summary.json`: convert's summary completed with what the sink did, or one of our own.

use super::totals::Totals;
use crate::tr;
use crate::words::Message;
use serde_json::{Map, Value};

/// Its path in every dataset.
pub const PATH: &str = "metadata/export_summary.json";

/// The summary with a `sink` object; the rest of convert's text stays as it was written.
///
/// # Errors
/// In words: the summary that came is not a JSON object.
pub fn complete(came: Option<&[u8]>, totals: &Totals) -> Result<Vec<u8>, Message> {
    let sink = serde_json::to_string(totals).map_err(not_an_object)?;
    let Some(came) = came else { return Ok(format!("{{\"sink\":{sink}}}\n").into_bytes()) };
    let mut map: Map<String, Value> = serde_json::from_slice(came).map_err(not_an_object)?;
    // A dataset that went through a sink before: its numbers are replaced.
    let rest =
        if map.remove("sink").is_some() { serde_json::to_vec(&map).map_err(not_an_object)? } else { came.to_vec() };
    let body = rest.trim_ascii().strip_suffix(b"}").unwrap_or_default().trim_ascii_end();
    let comma = if map.is_empty() { "" } else { "," };
    Ok([body, comma.as_bytes(), b"\"sink\":", sink.as_bytes(), b"}\n"].concat())
}

fn not_an_object(reason: serde_json::Error) -> Message {
    tr!("summary-no-object", path = PATH, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(came: Option<&str>) -> String {
        String::from_utf8(complete(came.map(str::as_bytes), &Totals::default()).unwrap()).unwrap()
    }

    const SINK: &str = r#""sink":{"files":0,"bytes":0,"originals":{"ok":0,"failed":0},"failures":[]}"#;

    #[test]
    fn keeps_what_came_and_adds_its_own() {
        assert_eq!(completed(None), format!("{{{SINK}}}\n"));
        assert_eq!(completed(Some("{}")), format!("{{{SINK}}}\n"));
        assert_eq!(completed(Some("{\"z\":1.10,\n \"a\":{}\n}\n")), format!("{{\"z\":1.10,\n \"a\":{{}},{SINK}}}\n"));
        assert_eq!(completed(Some(&completed(Some("{\"a\":1}")))), format!("{{\"a\":1,{SINK}}}\n"));
    }

    #[test]
    fn refuses_what_is_not_an_object() {
        for bad in ["[]", "", "{\"a\":", "1"] {
            assert!(complete(Some(bad.as_bytes()), &Totals::default()).is_err(), "{bad}");
        }
    }
}
