//! What a server says, made fit for a message.

/// Text of a server, made fit for one line: at most 200 characters, no control characters, no query strings of URLs.
pub fn quote(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect();
    let mut out = String::new();
    for word in line.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(match word.find("://").and_then(|_| word.find('?')) {
            Some(query) => &word[..query],
            None => word,
        });
    }
    out.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn quotes_are_short_single_lines_without_signatures() {
        let said = quote("bad\nURL https://s3.example/x.json?X-Amz-Signature=abc&b=1 given\u{1b}[0m");
        assert_eq!(said, "bad URL https://s3.example/x.json given [0m");
        assert_eq!(quote(&"y".repeat(5000)).len(), 200);
    }
}
