//! `--id`, `--ids-from`: rows named one by one.

use super::predicate::{Predicate, Row};
use crate::stream::json::Str;
use crate::stream::{Batch, Frame, Kind, Progress, Reader, StreamError};
use ndjson_stream::config::{EmptyLineHandling, NdjsonConfig};
use ndjson_stream::engine::NdjsonEngine;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fmt;

/// The id is one of these. Ids are kept as hashes of 128 bits: 16 bytes each, however long they are.
#[derive(Debug, Default)]
pub struct Ids {
    known: HashSet<u128>,
}

impl Ids {
    /// Adds an id, as text.
    pub fn add(&mut self, id: &str) {
        self.known.insert(key(id));
    }

    /// Number of different ids.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Adds all ids of a file: one per line as plain text, or JSON lines, each an id or a row with an `id` (a saved stream).
    /// Which of the two it is shows the first line that is not blank.
    ///
    /// # Errors
    /// Those of the reader; a line that is neither id nor row; a stream without its end.
    pub fn add_from(&mut self, mut file: Reader) -> Result<(), StreamError> {
        let mut json = None;
        let mut progress = Progress::new(Kind::Items);
        while let Some(batch) = file.next_batch()? {
            if batch.is_frame {
                for line in batch.lines() {
                    let frame = Frame::parse(line.bytes).map_err(|reason| batch.bad_line(&line, &reason))?;
                    progress.frame(&frame)?;
                }
            } else if let Some(first) = batch.lines().next() {
                if *json.get_or_insert(matches!(first.bytes[0], b'{' | b'"' | b'[')) {
                    self.add_json(&batch)?;
                } else {
                    self.add_plain(&batch)?;
                }
            }
        }
        progress.finish(false)
    }

    fn add_plain(&mut self, batch: &Batch) -> Result<(), StreamError> {
        for line in batch.lines() {
            let id = std::str::from_utf8(line.bytes).map_err(|_| batch.bad_line(&line, "the id is not UTF-8"))?;
            self.add(id);
        }
        Ok(())
    }

    fn add_json(&mut self, batch: &Batch) -> Result<(), StreamError> {
        let config =
            NdjsonConfig::default().with_empty_line_handling(EmptyLineHandling::IgnoreBlank).with_parse_rest(true);
        let mut engine = NdjsonEngine::<Named>::with_config(config);
        for line in batch.lines() {
            engine.input(&batch.bytes[line.start..line.end]);
            engine.finalize();
            match engine.pop() {
                Some(Ok(Named(id))) => self.add(&id),
                Some(Err(e)) => return Err(batch.bad_line(&line, &reason(&e))),
                None => {}
            }
        }
        Ok(())
    }
}

/// The parser's message without its line number, which counts within one line.
fn reason(e: &serde_json::Error) -> String {
    e.to_string().replace(" at line 1 column ", " at column ")
}

impl Predicate for Ids {
    fn matches(&self, row: &Row<'_>) -> bool {
        self.known.contains(&key(&row.id))
    }
}

/// The first 16 bytes of the id's SHA-256. Ids come from a server: they must not be able to collide on purpose.
fn key(id: &str) -> u128 {
    Sha256::digest(id.as_bytes()).iter().take(16).fold(0, |key, &byte| key << 8 | u128::from(byte))
}

/// An id by itself, or the id of a row.
struct Named(String);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Named;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id, or a row with an `id`")
            }
            fn visit_str<E: Error>(self, id: &str) -> Result<Named, E> {
                Ok(Named(id.to_owned()))
            }
            fn visit_u64<E: Error>(self, id: u64) -> Result<Named, E> {
                Ok(Named(id.to_string()))
            }
            fn visit_i64<E: Error>(self, id: i64) -> Result<Named, E> {
                Ok(Named(id.to_string()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut row: A) -> Result<Named, A::Error> {
                let mut id = None;
                while let Some(name) = row.next_key::<Str<'de>>()? {
                    if &*name == "id" {
                        // As written: ids may have more digits than any number type.
                        id = Some(row.next_value::<&RawValue>()?.get());
                    } else {
                        row.next_value::<IgnoredAny>()?;
                    }
                }
                match id.map(|id| (id, id.as_bytes()[0])) {
                    Some((text, b'"')) => serde_json::from_str(text).map(Named).map_err(A::Error::custom),
                    Some((digits, b'-' | b'0'..=b'9')) => Ok(Named(digits.to_owned())),
                    _ => Err(A::Error::custom("the row has no `id`")),
                }
            }
        }
        deserializer.deserialize_any(Visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::predicate::row;
    use std::io::Cursor;

    fn ids_of(file: &str) -> Result<Ids, StreamError> {
        let mut ids = Ids::default();
        ids.add_from(Reader::from_read("ids", Cursor::new(file.to_owned()), 1 << 20)?)?;
        Ok(ids)
    }

    #[test]
    fn ids_compare_as_text() {
        let mut ids = Ids::default();
        ids.add("17");
        for (line, expected) in
            [(r#"{"id":17}"#, true), (r#"{"id":"17"}"#, true), (r#"{"id":"017"}"#, false), (r#"{"id":170}"#, false)]
        {
            assert_eq!(ids.matches(&row(line)), expected, "{line}");
        }
    }

    #[test]
    fn files_of_every_form_are_read() {
        for file in [
            "17\n12345678901234567890123\na b\n",
            "\u{feff}17\r\n\r\n12345678901234567890123\r\na b",
            "{\"id\":17,\"data\":{\"id\":5}}\n{\"x\":1,\"id\":12345678901234567890123}\n\"a b\"\n",
            "{\"@stream\":\"begin\",\"kind\":\"items\"}\n{\"id\":17}\n{\"id\":12345678901234567890123}\n{\"id\":\"a\\u0020b\"}\n{\"@stream\":\"end\",\"count\":3}\n",
            "\"a b\"\n17\n{\"id\":12345678901234567890123}",
        ] {
            let ids = ids_of(file).unwrap();
            assert_eq!(ids.len(), 3, "{file}");
            for line in [r#"{"id":"17"}"#, r#"{"id":12345678901234567890123}"#, r#"{"id":"a b"}"#] {
                assert!(ids.matches(&row(line)), "{line} in {file}");
            }
        }
        assert!(ids_of("").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_id_is_an_error_with_its_line() {
        for (file, place) in [
            ("{\"id\":1}\n\n{\"x\":1}\n", "ids:3"),
            ("{\"id\":1}\n{\"id\":\n", "ids:2"),
            ("{\"id\":null}\n", "ids:1"),
            ("[1,2]\n", "ids:1"),
            ("\"a\"\n1.5\n", "ids:2"),
        ] {
            assert!(matches!(ids_of(file), Err(StreamError::Line { place: p, .. }) if p == place), "{file}");
        }
        assert!(matches!(ids_of("{\"@stream\":\"begin\"}\n{\"id\":1}\n"), Err(StreamError::Cut(_))));
    }
}
