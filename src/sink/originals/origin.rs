//! What a begin frame says about where its rows are from.

use crate::api::Target;
use crate::stream::Begin;
use serde_json::Value;
use url::Url;

/// The installation and the part of it that a stream came from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The Synapse server: what relative URLs are resolved against.
    pub server: Option<Url>,
    /// The project, or the ground-truth dataset version, as a filter's value.
    pub scope: Option<String>,
}

/// The server that a begin frame names is not a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`source.host` of the begin frame is not a URL")]
pub struct BadHost;

impl Origin {
    /// Reads a begin frame. `given` is a server that the user names, over what the frame says; `default` is used when neither does.
    ///
    /// # Errors
    /// [`BadHost`].
    pub fn of(begin: &Begin, given: Option<&Url>, default: Option<&Url>) -> Result<Self, BadHost> {
        let host = begin.body.get("source").and_then(|s| s.get("host")).and_then(Value::as_str);
        let server = match (given, host) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(host)) => Some(Url::parse(host).map_err(|_| BadHost)?),
            (None, None) => default.cloned(),
        };
        let target = begin.body.get("target").and_then(Value::as_str).and_then(target);
        Ok(Self { server, scope: target.and_then(|t| scope(begin, t)) })
    }
}

/// The target of this name.
pub fn target(word: &str) -> Option<Target> {
    [Target::Assignment, Target::Task, Target::GroundTruth].into_iter().find(|t| t.word() == word)
}

fn scope(begin: &Begin, target: Target) -> Option<String> {
    let id = |value: &Value| match value {
        Value::Number(n) => Some(n.to_string()),
        Value::String(s) if !s.is_empty() => Some(s.clone()),
        _ => None,
    };
    let asked = begin.body.get("query").and_then(|q| q.get(target.scope())).and_then(id);
    asked.or_else(|| begin.body.get("project").filter(|_| target != Target::GroundTruth)?.get("id").and_then(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Frame;

    fn origin(frame: &str) -> Origin {
        let Ok(Frame::Begin(begin)) = Frame::parse(frame.as_bytes()) else { panic!("{frame}") };
        Origin::of(&begin, None, None).unwrap()
    }

    #[test]
    fn the_scope_is_the_project_or_the_version() {
        for (frame, scope) in [
            (r#"{"@stream":"begin","target":"task","project":{"id":42}}"#, Some("42")),
            (r#"{"@stream":"begin","target":"assignment","query":{"project":"7"}}"#, Some("7")),
            (
                r#"{"@stream":"begin","target":"ground_truth","query":{"ground_truth_dataset_versions":"15"},"project":{"id":1}}"#,
                Some("15"),
            ),
            (r#"{"@stream":"begin","target":"ground_truth","project":{"id":1}}"#, None),
            (r#"{"@stream":"begin","target":"elephant","project":{"id":1}}"#, None),
            (r#"{"@stream":"begin"}"#, None),
        ] {
            assert_eq!(origin(frame).scope.as_deref(), scope, "{frame}");
        }
    }
}
