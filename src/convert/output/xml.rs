//! XML: elements on lines of their own, and text.

use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

/// Lines of elements that stand within another one, each two blanks deeper than the element that holds it.
pub struct Lines(Writer<Vec<u8>>);

impl Lines {
    /// None yet. `outer` holds them, and is not written.
    pub fn within(outer: &'static str) -> Self {
        let mut lines = Self(Writer::new_with_indent(Vec::with_capacity(512), b' ', 2));
        lines.open(outer);
        lines.0.get_mut().clear();
        lines
    }

    /// The start of an element that holds others.
    pub fn open(&mut self, name: &'static str) {
        self.event(Event::Start(BytesStart::new(name)));
    }

    /// Its end.
    pub fn close(&mut self, name: &'static str) {
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// An element with any text; characters that XML 1.0 cannot hold become U+FFFD.
    pub fn text(&mut self, name: &'static str, text: &str) {
        self.element(name, BytesText::new(&legal(text)));
    }

    /// An element with a word that has nothing to escape.
    pub fn word(&mut self, name: &'static str, word: &str) {
        self.element(name, BytesText::from_escaped(word));
    }

    /// An element with a number.
    pub fn number(&mut self, name: &'static str, number: i64) {
        self.element(name, BytesText::from_escaped(number.to_string()));
    }

    /// An element with 0 or 1.
    pub fn flag(&mut self, name: &'static str, flag: bool) {
        self.word(name, if flag { "1" } else { "0" });
    }

    /// The lines, each with its end.
    pub fn finish(self) -> Vec<u8> {
        let mut lines = self.0.into_inner();
        // The writer breaks the line before an element, not after it.
        if !lines.is_empty() {
            lines.remove(0);
            lines.push(b'\n');
        }
        lines
    }

    fn element(&mut self, name: &'static str, text: BytesText<'_>) {
        self.open(name);
        self.event(Event::Text(text));
        self.close(name);
    }

    fn event(&mut self, event: Event<'_>) {
        // Writing to memory does not fail.
        let _ = self.0.write_event(event);
    }
}

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
    fn elements_stand_below_each_other() {
        let mut lines = super::Lines::within("a");
        lines.text("b", "<x>\u{1}");
        lines.open("c");
        lines.number("d", -1);
        lines.flag("e", true);
        lines.close("c");
        let want = "  <b>&lt;x&gt;\u{fffd}</b>\n  <c>\n    <d>-1</d>\n    <e>1</e>\n  </c>\n";
        assert_eq!(String::from_utf8(lines.finish()).unwrap(), want);
        assert!(super::Lines::within("a").finish().is_empty());
    }

    #[test]
    fn markup_and_control_characters_are_gone() {
        assert_eq!(super::text("<자동차 a=\"1\">&'\u{1}"), "&lt;자동차 a=&quot;1&quot;&gt;&amp;&apos;\u{fffd}");
    }
}
