//! `syn-fetch doctor`: is everything there that an export needs?

use crate::api::{ApiError, Client};
use crate::exit::{Classified, Exit};
use crate::fetch::FetchError;
use crate::stream::Writer;
use crate::table::Table;
use serde_json::json;

/// One thing looked at.
#[derive(Debug)]
pub struct Check {
    name: &'static str,
    result: Result<String, ApiError>,
}

/// Looks at host, token and projects. Later checks are left out when an earlier one makes them pointless.
pub async fn examine(client: &Client) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut add = |name, result: Result<String, ApiError>| {
        let good = result.is_ok();
        checks.push(Check { name, result });
        good
    };
    add("credentials", Ok(client.credentials().origin.clone()));
    let me = client.me().await;
    let reached = !matches!(me, Err(ApiError::Unreachable { .. } | ApiError::GaveUp { .. }));
    if !reached {
        add("host", me.map(|_| client.host()));
        return checks;
    }
    add("host", Ok(client.host()));
    let known = match me {
        // An older server has no such endpoint; the next check tells whether the token is good.
        Err(ApiError::NotFound { .. }) => Ok("the server does not say who the token belongs to".into()),
        Err(error) => Err(error),
        Ok(me) => {
            Ok(["name", "email", "username"].iter().filter_map(|key| me[*key].as_str()).collect::<Vec<_>>().join(", "))
        }
    };
    if add("token", known) {
        add("projects", client.projects().await.map(|list| format!("{} can be read", list.len())));
    }
    checks
}

/// Writes the checks, each error as `words` words it, and gives the exit code of the first that failed.
///
/// # Errors
/// The output cannot be written.
pub fn write(
    checks: &[Check],
    as_table: bool,
    words: impl Fn(&ApiError) -> String,
    mut writer: Writer,
) -> Result<Exit, FetchError> {
    let mut table = Table::new(&["check", "ok", "detail"]);
    for check in checks {
        let (ok, detail) = match &check.result {
            Ok(detail) => (true, detail.clone()),
            Err(error) => (false, words(error)),
        };
        if as_table {
            table.row(vec![check.name.into(), if ok { "yes".into() } else { "NO".into() }, detail]);
        } else {
            let line = json!({"check": check.name, "ok": ok, "detail": detail});
            writer.line(line.to_string().as_bytes())?;
        }
    }
    if as_table {
        writer.put(table.render().as_bytes())?;
    }
    writer.finish()?;
    Ok(checks.iter().find_map(|c| c.result.as_ref().err()).map_or(Exit::Ok, Classified::exit))
}
