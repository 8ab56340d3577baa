//! The text of an XML file, in the encodings that Python's parser knows.

use crate::tr;
use crate::words::Message;

/// Decodes a file. The encoding is that of its byte-order mark, else the one that its first line names, else UTF-8.
///
/// # Errors
/// The offset of what cannot be decoded, and what is wrong with it.
pub fn decode(bytes: &[u8]) -> Result<String, (usize, Message)> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        _ => {}
    }
    let front = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
    let declared = front.split("?>").next().and_then(|line| line.split("encoding=").nth(1)).map(|rest| {
        let quote = rest.chars().next().unwrap_or('"');
        rest.trim_start_matches(quote).split(quote).next().unwrap_or_default().to_ascii_lowercase()
    });
    match declared.as_deref() {
        Some("iso-8859-1" | "latin-1" | "latin1") => Ok(bytes.iter().map(|b| char::from(*b)).collect()),
        Some("windows-1252" | "cp1252") => Ok(bytes.iter().map(|b| windows_1252(*b)).collect()),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_owned()),
            Err(e) => {
                let says = declared.as_deref().filter(|name| !matches!(*name, "utf-8" | "utf8"));
                let says = says.map_or_else(|| tr!("voc-no-utf8"), |name| tr!("voc-no-utf8-named", ?name));
                Err((e.valid_up_to(), says))
            }
        },
    }
}

/// Where Windows has letters and Latin-1 has controls.
fn windows_1252(byte: u8) -> char {
    const LETTERS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    byte.checked_sub(0x80).and_then(|at| LETTERS.get(usize::from(at))).copied().unwrap_or(char::from(byte))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, (usize, Message)> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.map_err(|_| (0, tr!("voc-no-utf16")))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn encodings_of_python_are_read() {
        let text = "<?xml version='1.0' encoding='ISO-8859-1'?><a>\u{e9}</a>";
        let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
        assert_eq!(decode(&latin).unwrap(), text);
        for (mark, bytes) in [([0xff, 0xfe], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xfe, 0xff], u16::to_be_bytes)]
        {
            let encoded: Vec<u8> = mark.into_iter().chain("<a>\u{ac00}</a>".encode_utf16().flat_map(bytes)).collect();
            assert_eq!(decode(&encoded).unwrap(), "<a>\u{ac00}</a>");
        }
        assert_eq!(decode("\u{feff}<a/>".as_bytes()).unwrap(), "<a/>");
        assert!(decode(b"<a>\xe9</a>").is_err());
    }
}
