//! Lists of ids in files: one a line, or several with commas or white space; or JSON lines, each an id or a row with an `id`, such
//! as a saved stream. A line that begins with `#` is a comment.

use crate::item;
use crate::item::Skip;
use crate::stream::json;
use crate::stream::{Frame, Kind, Progress, Reader, StreamError};
use crate::tr;
use crate::words::Message;

/// Reads ids and gives each to `take`, in the order of the file. They are read as text: `17` and `"17"` are the same id, and ids may
/// have more digits than any number type.
///
/// # Errors
/// Those of the reader; a line that holds neither an id nor a row; a stream without its end.
pub fn read(mut file: Reader, mut take: impl FnMut(&str)) -> Result<(), StreamError> {
    let mut progress = Progress::new(Kind::Items);
    while let Some(batch) = file.next_batch()? {
        for line in batch.lines() {
            let bad = |reason: Message| batch.bad_line(&line, reason);
            if batch.is_frame {
                progress.frame(&Frame::parse(line.bytes).map_err(bad)?)?;
                continue;
            }
            if !line.bytes.starts_with(b"#") {
                progress.data(1);
            }
            match line.bytes.first() {
                Some(b'#') | None => {}
                Some(b'{') => take(&item::parse(line.bytes, Skip).map_err(bad)?.id),
                Some(b'"') => take(&json::parse::<json::Str<'_>>(line.bytes).map_err(|e| bad(e.into()))?),
                Some(b'[') => return Err(bad(tr!("ids-expects-row"))),
                Some(_) if is_no_list(line.bytes, line.number) => return Err(bad(tr!("ids-expects"))),
                Some(_) => {
                    let text = std::str::from_utf8(line.bytes).map_err(|_| bad(tr!("ids-not-utf8")))?;
                    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|id| !id.is_empty()).for_each(&mut take);
                }
            }
        }
    }
    progress.finish(false)
}

/// Whether a line of text is none of ids: it has bytes that are no text, or is the first and names the columns of a table.
fn is_no_list(line: &[u8], number: u64) -> bool {
    let names = || line.contains(&b',') && !line.iter().any(u8::is_ascii_digit);
    line.contains(&0) || matches!(line, [b'<' | 0x1e, ..]) || (number == 1 && names())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Form;
    use std::io::Cursor;

    fn ids(file: &str) -> Result<Vec<String>, StreamError> {
        let mut found = Vec::new();
        read(Reader::from_read("ids", Cursor::new(file.to_owned()), 1 << 20)?, |id| found.push(id.to_owned()))?;
        Ok(found)
    }

    #[test]
    fn every_form_of_list_is_read() {
        for file in [
            "17\n12345678901234567890123\nab-1\n",
            "\u{feff}17\r\n\r\n12345678901234567890123\r\nab-1",
            "# chosen\n17, 12345678901234567890123\tab-1\n",
            "{\"id\":17,\"data\":{\"id\":5}}\n{\"x\":1,\"id\":12345678901234567890123}\n\"ab-1\"\n",
            "{\"@stream\":\"begin\",\"kind\":\"items\"}\n{\"id\":17}\n{\"id\":12345678901234567890123}\n{\"id\":\"ab\\u002d1\"}\n{\"@stream\":\"end\",\"count\":3}\n",
            "\"17\"\n12345678901234567890123\n{\"id\":\"ab-1\"}",
        ] {
            assert_eq!(ids(file).unwrap(), ["17", "12345678901234567890123", "ab-1"], "{file}");
        }
        assert!(ids("").unwrap().is_empty() && ids("# none\n").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_id_is_an_error_with_its_line() {
        for (file, place) in [
            ("{\"id\":1}\n\n{\"x\":1}\n", "ids:3"),
            ("{\"id\":1}\n{\"id\":\n", "ids:2"),
            ("{\"id\":null}\n", "ids:1"),
            ("\"a\n", "ids:1"),
        ] {
            assert!(matches!(ids(file), Err(StreamError::Line { place: p, .. }) if p == place), "{file}");
        }
        for (file, form) in [
            ("[1,2]\n", Form::Array),
            ("id,name\n1,a\n", Form::Table),
            ("a\0b\n", Form::Binary),
            ("<html>\n", Form::Markup),
            ("{\n  \"id\": 1\n}\n", Form::Pretty),
        ] {
            assert!(matches!(ids(file), Err(StreamError::Form { form: f, .. }) if f == form), "{file}");
        }
        assert!(matches!(ids("{\"@stream\":\"begin\"}\n{\"id\":1}\n"), Err(StreamError::NoEnd { .. })));
    }
}
