//! Text in XML.

/// Text ready for an XML element or attribute; characters that XML 1.0 cannot hold become U+FFFD.
pub fn text(text: &str) -> String {
    quick_xml::escape::escape(legal(text).as_str()).into_owned()
}

/// The text with U+FFFD for characters that XML 1.0 cannot hold.
pub fn legal(text: &str) -> String {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    text.chars().map(|c| if legal(c) { c } else { '\u{fffd}' }).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn markup_and_control_characters_are_gone() {
        assert_eq!(super::text("<자동차 a=\"1\">&'\u{1}"), "&lt;자동차 a=&quot;1&quot;&gt;&amp;&apos;\u{fffd}");
    }
}
