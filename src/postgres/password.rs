//! Password files as libpq reads them: lines of `host:port:database:user:password`, `*` for any, `\` before `:` and `\`.

use crate::exit::UsageError;
use crate::tr;
use crate::words::Message;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Looks up a password by host, port, database and user. A file that others can read is not used, and a note says so.
///
/// # Errors
/// [`UsageError`] when the file cannot be read; that it is not there counts only if it `must` be.
pub fn find(
    file: &Path,
    must: bool,
    wanted: [&str; 4],
    notes: &mut Vec<Message>,
) -> Result<Option<String>, UsageError> {
    let shown = file.display();
    let read = std::fs::metadata(file).and_then(|meta| Ok((meta, std::fs::read_to_string(file)?)));
    let (meta, text) = match read {
        Ok(found) => found,
        Err(e) if e.kind() == ErrorKind::NotFound && !must => return Ok(None),
        Err(e) => return Err(UsageError::new(tr!("dsn-password-file", shown, e))),
    };
    if meta.is_file() && meta.mode() & 0o077 != 0 {
        notes.push(tr!("password-file-open", shown));
        return Ok(None);
    }
    Ok(text.lines().filter(|line| !line.starts_with('#')).find_map(|line| password(line, wanted)))
}

fn password(line: &str, wanted: [&str; 4]) -> Option<String> {
    let mut fields = vec![String::new()];
    let mut any = vec![true];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let last = fields.len() - 1;
        match c {
            '\\' => {
                any[last] = false;
                fields[last].extend(chars.next());
            }
            // The password is the rest of the line, with the same escapes.
            ':' if last < 4 => {
                fields.push(String::new());
                any.push(true);
            }
            _ => fields[last].push(c),
        }
    }
    let fits = |n: usize| (fields[n] == "*" && any[n]) || fields[n] == wanted[n];
    (fields.len() == 5 && (0..4).all(fits)).then(|| fields.swap_remove(4)).filter(|p| !p.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_first_line_that_fits() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("pgpass");
        let text = "# h:1:d:u:no\nh:1:d:other:no\nshort:1:d\nh:*:d:u:it\\:is\\\\this:one\n*:*:*:*:else\n";
        std::fs::write(&file, text).unwrap();
        let mut notes = Vec::new();
        let look = |wanted, notes: &mut Vec<Message>| find(&file, true, wanted, notes).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(look(["h", "1", "d", "u"], &mut notes).as_deref(), Some("it:is\\this:one"));
        assert_eq!(look(["x", "1", "d", "u"], &mut notes).as_deref(), Some("else"));
        assert!(notes.is_empty());
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
        assert_eq!(look(["h", "1", "d", "u"], &mut notes), None);
        assert!(notes[0].english().contains("chmod 600"), "{notes:?}");
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let none = Path::new("/nonexistent/pgpass");
        assert!(find(none, true, [""; 4], &mut Vec::new()).is_err());
        assert_eq!(find(none, false, [""; 4], &mut Vec::new()).unwrap(), None);
        assert_eq!(password(r"\*:1:d:u:x", ["h", "1", "d", "u"]), None);
    }
}
