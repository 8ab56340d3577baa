//! The id of a job in the answer to a run. Where it lies is not documented: every place is looked at that a server may use.

use super::id::is_uuid;
use crate::api::page;
use serde_json::Value;

/// The id in an answer; `None` when it holds none.
pub fn id(body: &[u8]) -> Option<String> {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else {
        // A bare text.
        return std::str::from_utf8(body).ok().map(str::trim).filter(|text| is_uuid(text)).map(str::to_owned);
    };
    let answer = page::single(answer);
    let places = [&answer["job_id"], &answer["job"]["id"], &answer["job"], &answer["id"], &answer];
    let ids = places.iter().filter_map(|value| value.as_str()).map(str::trim);
    // `id` may be that of something else: a release, a run.
    ids.into_iter().find(|id| is_uuid(id)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_found_wherever_it_is() {
        const ID: &str = "0b7e6d1c-1b2a-4c3d-8e4f-5a6b7c8d9e0f";
        const OTHER: &str = "11111111-1b2a-4c3d-8e4f-5a6b7c8d9e0f";
        for answer in [
            format!(r#"{{"job_id":"{ID}","id":"{OTHER}"}}"#),
            format!(r#"{{"id":"{ID}","status":"PENDING"}}"#),
            format!(r#"{{"id":7,"job":{{"id":"{ID}"}}}}"#),
            format!(r#"{{"id":7,"job":"{ID}"}}"#),
            format!(r#"{{"data":{{"job_id":"{ID}"}},"meta":{{}}}}"#),
            format!(r#""{ID}""#),
            format!("{ID}\n"),
        ] {
            assert_eq!(id(answer.as_bytes()).as_deref(), Some(ID), "{answer}");
        }
        for answer in
            ["", "null", "{}", "[]", r#"{"id":7}"#, r#"{"job_id":null,"id":"release"}"#, "<html>", "\u{1b}[2J"]
        {
            assert_eq!(id(answer.as_bytes()), None, "{answer}");
        }
    }
}
