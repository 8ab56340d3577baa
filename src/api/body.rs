//! The body of an answer: JSON, or what came in its place.

use super::retry::{Page, Trouble, retry_after};
use crate::net::quote;
use crate::tr;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;
use std::time::Duration;

/// As much of a web page is looked at, bytes.
const PAGE_CAP: usize = 64 * 1024;

/// Reads a JSON body; anything else is a failure that may pass: a cut body, or an error page with status 200.
///
/// # Errors
/// [`Trouble::Passing`].
pub fn json(body: Vec<u8>) -> Result<Value, Trouble> {
    serde_json::from_slice(&body).map_err(|_| not_json(&body))
}

/// What a body is that is a web page.
fn page(body: &[u8]) -> Option<Page> {
    if !body.trim_ascii_start().starts_with(b"<") {
        return None;
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(PAGE_CAP)]).to_lowercase();
    let words =
        ["type=\"password\"", "type='password'", "type=password", "login", "log in", "sign in", "signin", "로그인"];
    Some(if words.iter().any(|word| text.contains(word)) { Page::Login } else { Page::Other })
}

/// The trouble of a body that is not the JSON it should be.
pub fn not_json(body: &[u8]) -> Trouble {
    let page = page(body);
    let reason = match body.trim_ascii_start().first() {
        None => tr!("api-empty-answer"),
        Some(_) if page.is_some() => tr!("api-html-answer"),
        Some(_) => tr!("api-damaged-answer"),
    };
    Trouble::Passing { reason, retry_after: None, may_be_size: true, slow_down: false, page, fault: None }
}

/// What an error answer says about itself.
pub(super) struct Told {
    /// What happened, in the words of the API or the title of a page.
    pub detail: String,
    /// Whether it is a web page.
    pub is_page: bool,
    /// Whether it is of the API: JSON.
    pub is_api: bool,
    /// ` (request_id …)`, or nothing.
    pub request: String,
    /// When to ask again.
    pub retry_after: Option<Duration>,
}

impl Told {
    /// From the answer.
    pub fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        let json: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let id = json.pointer("/meta/request_id").or(json.pointer("/request_id")).and_then(Value::as_str);
        let request = id.or_else(|| header("x-request-id")).map(|id| format!(" (request_id {})", quote(id)));
        let detail = match json.get("detail").or(json.pointer("/error/message")).and_then(Value::as_str) {
            Some(text) => quote(text),
            None if json.is_object() => quote(&json.to_string()),
            None => title(body).unwrap_or_default(),
        };
        let retry_after = header(RETRY_AFTER.as_str()).and_then(|v| retry_after(v, jiff::Timestamp::now()));
        let is_page = page(body).is_some();
        Self { detail, is_page, is_api: json.is_object(), request: request.unwrap_or_default(), retry_after }
    }
}

/// The title of a web page, without the status that some begin with.
fn title(body: &[u8]) -> Option<String> {
    page(body)?;
    let text = String::from_utf8_lossy(&body[..body.len().min(PAGE_CAP)]);
    // Capitals take as many bytes in ASCII, so that places in one are places in the other.
    let lower = text.to_ascii_lowercase();
    let from = lower.find("<title")?;
    let from = from + lower[from..].find('>')? + 1;
    let title = quote(&text[from..from + lower[from..].find("</title")?]);
    let words = title.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    Some(words.to_owned()).filter(|words| !words.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_of_a_page_is_what_it_says() {
        for (body, expected) in [
            (
                "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title>",
                Some("The plain HTTP request was sent to HTTPS port"),
            ),
            ("<HTML><TITLE lang=en>\n Access\n denied </TITLE>", Some("Access denied")),
            ("<html><title>\u{c811}\u{adfc} \u{ac70}\u{bd80}</title>", Some("\u{c811}\u{adfc} \u{ac70}\u{bd80}")),
            ("<html><title>403</title>", None),
            ("<html><title>cut", None),
            ("<html><title", None),
            ("{\"title\":\"<title>x</title>\"}", None),
        ] {
            assert_eq!(title(body.as_bytes()).as_deref(), expected, "{body}");
        }
    }

    #[test]
    fn web_pages_are_known_and_those_that_ask_who_one_is() {
        for (body, expected) in [
            ("<!DOCTYPE html><title>Sign in</title>", Some(Page::Login)),
            ("  <html><form><input type=\"password\"></form>", Some(Page::Login)),
            ("<html><input TYPE='PASSWORD'>", Some(Page::Login)),
            ("<html><a href=/accounts/login/?next=/>here</a>", Some(Page::Login)),
            ("<html><h1>\u{b85c}\u{adf8}\u{c778}</h1>", Some(Page::Login)),
            ("<html><title>Log in - Okta</title>", Some(Page::Login)),
            ("<html><title>Please wait</title>One moment.</html>", Some(Page::Other)),
            ("<html><h1>Welcome to nginx!</h1>", Some(Page::Other)),
            ("<?xml version=\"1.0\"?><Error/>", Some(Page::Other)),
            ("", None),
            ("{\"login\":true", None),
            ("login", None),
        ] {
            let Trouble::Passing { page, reason, .. } = not_json(body.as_bytes()) else { panic!("{body}") };
            assert_eq!((page, reason.english().contains("HTML")), (expected, expected.is_some()), "{body}");
        }
    }
}
