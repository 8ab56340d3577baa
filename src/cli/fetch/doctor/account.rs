//! What the token opens: whose it is, tenant, project, storages.

use super::{Check, OF_THE_ACCOUNT, network};
use crate::api::credentials::Credentials;
use crate::api::{ApiError, Client};
use crate::cli::advice;
use crate::cli::common::Console;
use crate::cli::connect::Connect;
use crate::cli::fetch::args::Fetch;
use crate::cli::fetch::{login, names};
use crate::exit::{Advice, Exit, Failure};
use crate::tr;
use crate::words::{Message, Worded};
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
    match runtime.block_on(whose(&client)) {
        Ok(name) if name.is_empty() => checks.push(Check::good("token", tr!("doctor-token-unknown"))),
        Ok(name) => checks.push(Check::good("token", tr!("doctor-token", name))),
        Err(error) => {
            if let Some(failed) = of_the_way(&error) {
                // What answered was not the API: the fault is on the way to it.
                checks.iter_mut().filter(|check| check.name == failed.name).for_each(|check| *check = failed.clone());
                checks.push(Check::skipped("token", tr!("doctor-no-api")));
                skip(checks, tr!("doctor-no-api"));
                return Ok(());
            }
            checks.push(Check::failed("token", &error));
            if matches!(error, ApiError::Unauthorized { .. }) {
                skip(checks, tr!("doctor-token-refused"));
                return Ok(());
            }
        }
    }
    checks.push(of_tenant(runtime.block_on(client.tenants()), sent.as_deref()));
    checks.push(of_project(args, runtime, &client));
    checks.push(of_storage(args, runtime, &client));
    Ok(())
}

/// Whose the token is; empty when the server does not say.
async fn whose(client: &Client) -> Result<String, ApiError> {
    match client.me().await {
        Ok(me) => Ok(login::name_of(&me)),
        // An older server has no such endpoint; a server that is none of ours has no projects, either.
        Err(ApiError::NotFound { .. }) => client.projects().await.map(|_| String::new()),
        Err(error) => Err(error),
    }
}

/// The check that has failed when something else than the API has answered.
fn of_the_way(error: &ApiError) -> Option<Check> {
    match error {
        ApiError::Network { fault, .. } => Some(network::of_fault(fault)),
        ApiError::WebPage { .. }
        | ApiError::Redirected { .. }
        | ApiError::InFront { .. }
        | ApiError::Unreachable { .. } => Some(Check::failed("host", error)),
        ApiError::NotFound { .. } => {
            let told = Message::told(error.to_string(), error.words());
            Some(Check::bad("host", Exit::Refused, told, advice::words(Advice::CheckHost)))
        }
        _ => None,
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
