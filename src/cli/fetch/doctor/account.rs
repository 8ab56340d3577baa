//! What the token opens: whose it is, tenant, project, storages.

use super::{Check, OF_THE_ACCOUNT};
use crate::api::credentials::Credentials;
use crate::api::{ApiError, Client};
use crate::cli::advice;
use crate::cli::common::Console;
use crate::cli::connect::Connect;
use crate::cli::fetch::args::Fetch;
use crate::cli::fetch::{login, names};
use crate::exit::{Advice, Exit, Failure};
use crate::tr;
use crate::words::Message;
use serde_json::Value;
use tokio::runtime::Runtime;

/// Asks who we are and what we may read.
///
/// # Errors
/// A failure when no client can be made.
pub(super) fn check(
    (credentials, connect): (Credentials, &Connect),
    args: &mut Fetch,
    reached: bool,
    (runtime, console): (&Runtime, &Console),
    checks: &mut Vec<Check>,
) -> Result<(), Failure> {
    let skip = |checks: &mut Vec<Check>, why: Message| {
        checks.extend(OF_THE_ACCOUNT.map(|name| Check::skipped(name, &why)));
    };
    if credentials.origin.is_none() {
        checks.push(Check::bad("token", Exit::Refused, tr!("doctor-no-token"), advice::words(Advice::GiveToken)));
        skip(checks, tr!("doctor-without-token"));
        return Ok(());
    }
    if !reached {
        checks.push(Check::skipped("token", tr!("doctor-no-answer")));
        skip(checks, tr!("doctor-no-answer"));
        return Ok(());
    }
    let sent = credentials.tenant.clone();
    let client = connect.client_of(credentials, args.pace.limits(), &console.silent())?;
    let (token, is_good) = of_token(runtime.block_on(client.me()));
    checks.push(token);
    if !is_good {
        skip(checks, tr!("doctor-token-refused"));
        return Ok(());
    }
    checks.push(of_tenant(runtime.block_on(client.tenants()), sent.as_deref()));
    checks.push(of_project(args, runtime, &client));
    checks.push(of_storage(args, runtime, &client));
    Ok(())
}

/// Whose the token is, and whether further questions make sense.
fn of_token(me: Result<Value, ApiError>) -> (Check, bool) {
    match me {
        Ok(me) => (Check::good("token", tr!("doctor-token", name = login::name_of(&me))), true),
        // An older server has no such endpoint; whether the token is good shows in the next checks.
        Err(ApiError::NotFound { .. }) => (Check::good("token", tr!("doctor-token-unknown")), true),
        Err(error) => {
            let is_good = !matches!(error, ApiError::Unauthorized { .. } | ApiError::WebPage { .. });
            (Check::failed("token", &error), is_good)
        }
    }
}

fn of_tenant(tenants: Result<Option<Vec<String>>, ApiError>, sent: Option<&str>) -> Check {
    let codes = match tenants {
        Ok(Some(codes)) => codes,
        Ok(None) => return Check::good("tenant", tr!("doctor-tenants-unknown")),
        Err(error) => return Check::failed("tenant", &error),
    };
    let list = codes.join(", ");
    match sent {
        Some(code) if !codes.is_empty() && !codes.iter().any(|known| known == code) => {
            let cure = advice::words(Advice::GiveTenant);
            Check::bad("tenant", Exit::Refused, tr!("doctor-other-tenant", code, list), cure)
        }
        Some(code) => Check::good("tenant", code),
        None if codes.is_empty() => {
            Check::doubtful("tenant", tr!("doctor-no-tenant"), advice::words(Advice::AskForAccess))
        }
        None => Check::good("tenant", list),
    }
}

fn of_project(args: &mut Fetch, runtime: &Runtime, client: &Client) -> Check {
    if let Err(failure) = names::project(args, runtime, client) {
        return Check::of_failure("project", failure.exit, failure.message, failure.advice);
    }
    let Some(id) = &args.scope.project else {
        return match runtime.block_on(client.projects()) {
            Ok(list) if list.is_empty() => {
                Check::doubtful("project", tr!("doctor-no-projects"), advice::words(Advice::AskForAccess))
            }
            Ok(list) => Check::good("project", tr!("doctor-projects", n = list.len())),
            Err(error) => Check::failed("project", &error),
        };
    };
    match runtime.block_on(client.project(id)) {
        Ok(project) => {
            let n = project.classes().len();
            Check::good("project", tr!("doctor-project", id = &**id, title = format!("{:?}", project.title), n))
        }
        Err(error) => Check::failed("project", &error),
    }
}

fn of_storage(args: &Fetch, runtime: &Runtime, client: &Client) -> Check {
    if let Some(id) = args.scope.storage {
        return match runtime.block_on(client.storage(id)) {
            Ok(found) => one_storage(id, &found),
            Err(error) => Check::failed("storage", &error),
        };
    }
    let list = match runtime.block_on(client.storages()) {
        Ok(list) => list,
        Err(ApiError::NotFound { .. }) => return Check::good("storage", tr!("doctor-storages-unknown")),
        Err(error) => return Check::failed("storage", &error),
    };
    let entries: Vec<Value> = list.iter().filter_map(|entry| serde_json::from_str(entry.get()).ok()).collect();
    let told = tr!("doctor-storages", n = entries.len());
    Check::good(
        "storage",
        match entries.iter().find(|entry| entry["is_default"] == true) {
            Some(usual) => {
                let (id, name) = (usual["id"].to_string(), usual["name"].as_str().unwrap_or_default());
                told.then(", ", tr!("doctor-usual-storage", id, name))
            }
            None => told,
        },
    )
}

/// Whether `syn-sink --storage` could write to it, as far as its configuration says. A build without stores writes to none.
fn one_storage(id: u64, found: &Value) -> Check {
    let text = |key: &str| found[key].as_str().unwrap_or_default().to_owned();
    #[cfg(feature = "stores")]
    if let Err(error) = crate::sink::store::platform::storage(id, found, "doctor") {
        return Check::failed("storage", &error);
    }
    Check::good("storage", tr!("doctor-storage", id = id.to_string(), name = text("name"), provider = text("provider")))
}
