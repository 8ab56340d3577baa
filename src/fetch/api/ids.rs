//! Lists of ids in files: one a line, or several with commas or white space, or NDJSON with an `id`.

use crate::api::ApiError;
use crate::stream::frame::is_frame;
use crate::stream::{Reader, reader};
use indexmap::IndexSet;
use serde_json::Value;
use std::path::PathBuf;

/// Reads ids, each once, in the order of the file; `-` is standard input, gzip and zstd are read as they are.
///
/// # Errors
/// [`crate::fetch::FetchError`] for a file that cannot be read or a line that holds no id, and when there is none at all.
pub fn read(path: &PathBuf) -> Result<Vec<String>, crate::fetch::FetchError> {
    let mut input = Reader::open(std::slice::from_ref(path), reader::LINE_CAP);
    let mut ids = IndexSet::new();
    while let Some(batch) = input.next_batch()? {
        for line in batch.lines().filter(|l| !is_frame(l.bytes) && l.bytes[0] != b'#') {
            let text = std::str::from_utf8(line.bytes).map_err(|_| batch.bad_line(&line, "not UTF-8"))?;
            take(text, &mut ids).map_err(|reason| batch.bad_line(&line, &reason))?;
        }
    }
    if ids.is_empty() {
        return Err(ApiError::Usage(format!("--ids-from {}: the file holds no id", path.display())).into());
    }
    Ok(ids.into_iter().collect())
}

fn take(text: &str, ids: &mut IndexSet<String>) -> Result<(), String> {
    if text.starts_with(['{', '"']) {
        let value: Value = serde_json::from_str(text).map_err(|e| format!("not valid JSON: {e}"))?;
        let id = if value.is_object() { &value["id"] } else { &value };
        match id {
            Value::Number(n) => ids.insert(n.to_string()),
            Value::String(s) => ids.insert(s.clone()),
            _ => return Err("the object has no `id`".into()),
        };
        return Ok(());
    }
    ids.extend(text.split(|c: char| c == ',' || c.is_whitespace()).filter(|w| !w.is_empty()).map(str::to_owned));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_list_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ids");
        let text = "# chosen\n3, 1\n\n2\t3\n{\"@stream\":\"begin\"}\n{\"id\": 7, \"x\": 1}\n\"ab-1\"\n";
        std::fs::write(&file, text).unwrap();
        assert_eq!(read(&file).unwrap(), ["3", "1", "2", "7", "ab-1"]);
        for bad in ["", "# none\n", "{\"x\":1}\n", "{\"id\n"] {
            std::fs::write(&file, bad).unwrap();
            assert!(read(&file).is_err(), "{bad:?}");
        }
    }
}
