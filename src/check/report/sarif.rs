//! SARIF 2.1.0, which code hosts show beside the files.

use super::{Counts, Report, shortened};
use crate::check::finding::{Place, Rule, Severity};
use crate::check::rules;
use crate::stream::{StreamError, Writer};
use crate::words::Message;
use serde_json::{Value, json};

/// A SARIF document, written as a stream: results first, rules last.
pub struct Sarif {
    out: Writer,
    begun: bool,
}

impl Sarif {
    /// A document on this output.
    pub fn new(out: Writer) -> Self {
        Self { out, begun: false }
    }

    fn begin(&mut self) -> Result<(), StreamError> {
        let comma = self.begun;
        self.begun = true;
        if comma {
            return self.out.put(b",\n");
        }
        let schema = "https://json.schemastore.org/sarif-2.1.0.json";
        self.out.put(format!("{{\"$schema\":\"{schema}\",\"version\":\"2.1.0\",\"runs\":[{{\"results\":[\n").as_bytes())
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Rejected | Severity::Dropped => "error",
        Severity::Misread => "warning",
        Severity::Advice => "note",
    }
}

fn write(out: &mut Writer, value: &Value) -> Result<(), StreamError> {
    out.put(value.to_string().as_bytes())
}

impl Report for Sarif {
    fn finding(&mut self, rule: &'static Rule, place: Place<'_>, message: &Message, _: u64) -> Result<(), StreamError> {
        self.begin()?;
        let mut physical = json!({"artifactLocation": {"uri": uri(place.path)}});
        if let Some(line) = place.line {
            physical["region"] = json!({"startLine": line});
        }
        let mut location = json!({"physicalLocation": physical});
        if !place.at.is_empty() {
            location["logicalLocations"] = json!([{"fullyQualifiedName": place.at}]);
        }
        let result = json!({
            "ruleId": rule.code,
            "level": level(rule.severity),
            "message": {"text": shortened(message.english())},
            "locations": [location],
            "properties": {"severity": rule.severity.word(), "reader": rule.reader},
        });
        write(&mut self.out, &result)
    }

    fn finish(mut self: Box<Self>, _: &Counts, unread: &[Message]) -> Result<(), StreamError> {
        if !self.begun {
            self.begin()?;
        }
        let described = |rule: &Rule| {
            json!({
                "id": rule.code,
                "shortDescription": {"text": rule.meaning},
                "defaultConfiguration": {"level": level(rule.severity)},
            })
        };
        let rules: Vec<Value> = rules::ALL.iter().map(described).collect();
        let notes: Vec<Value> =
            unread.iter().map(|note| json!({"level": "error", "message": {"text": note.english()}})).collect();
        let tool = json!({"driver": {"name": "syn-convert", "version": env!("CARGO_PKG_VERSION"), "rules": rules}});
        let runs = json!([{"executionSuccessful": unread.is_empty(), "toolExecutionNotifications": notes}]);
        self.out.put(format!("\n],\"tool\":{tool},\"invocations\":{runs}}}]}}\n").as_bytes())?;
        self.out.finish()
    }
}

/// A path as a relative reference: what a URI has no place for is escaped.
fn uri(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}
