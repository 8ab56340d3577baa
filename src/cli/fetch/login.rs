//! `syn-fetch login`: host and token, checked, into the file that the platform's own CLI reads.

use super::args::Fetch;
use crate::api::config::{Config, Login, Saved};
use crate::api::credentials::{Credentials, DEFAULT_HOST, Given, Secret, config_path, environment, parse_host};
use crate::api::{ApiError, Client};
use crate::cli::ask::Ask;
use crate::cli::ask::terminal::{Person, somebody};
use crate::cli::common::Console;
use crate::exit::{Exit, Failure, Missing};
use crate::path::nfc;
use crate::text::visible;
use crate::tr;
use crate::words::Worded;
use serde_json::{Value, json};
use std::path::Path;
use tokio::runtime::Runtime;

/// What a login cannot do without.
const TOKEN: Missing = Missing { option: "--token-file", ways: &["--token-file FILE", "--token-stdin"] };
/// How often a token that the server refuses may be typed again.
const TRIES: usize = 3;
/// Variables that come before what a login writes.
const OVERRULING: [&str; 3] = ["SYNAPSE_HOST", "SYNAPSE_ACCESS_TOKEN", "SYNAPSE_PLUGIN_RUN_USER_TOKEN"];

/// Whom a token belongs to.
struct Owner {
    /// Name and e-mail address; empty when the server does not say.
    name: String,
    /// The codes of the tenants that it can see; none when the server does not say.
    tenants: Option<Vec<String>>,
}

/// Asks for what is missing, checks it, writes it.
///
/// # Errors
/// A usage failure when something is missing and nobody can be asked; those of the server and of the file. Nothing is written then.
pub(super) fn run(args: &Fetch, typed: &[String], runtime: &Runtime, console: &Console) -> Result<Exit, Failure> {
    if typed.iter().any(|option| option == "output") {
        return Err(Failure::usage(tr!("login-no-output")));
    }
    log_in(args, typed, runtime, console)
}

/// The same, also in the middle of another command that lacks a token.
///
/// # Errors
/// As [`run`].
pub(super) fn log_in(args: &Fetch, typed: &[String], runtime: &Runtime, console: &Console) -> Result<Exit, Failure> {
    let file = config_path(&environment).ok_or_else(|| Failure::usage(tr!("login-no-home")))?;
    // Nothing is asked for in vain.
    let config = Config::read(Some(&file)).map_err(ApiError::from)?;
    let mut given = args.connect.given(console)?;
    let profile = given.profile.take().map(|chosen| chosen.name);
    let asks = given.token.is_none();
    let mut person = if asks { somebody(args.asking, console).map(Person::talk) } else { None };
    let host = match (&given.host, &mut person) {
        (Some(host), _) => host.clone(),
        (None, Some(person)) => ask_host(person, &usual_host(profile.as_deref(), &config))?,
        (None, None) => usual_host(profile.as_deref(), &config),
    };
    let mut tries = 0;
    let (client, token, owner) = loop {
        tries += 1;
        let token = match (&given.token, &mut person) {
            (Some(token), _) => token.clone(),
            (None, Some(person)) => ask_token(person)?,
            (None, None) => return Err(Failure::lacks(tr!("login-which-token"), TOKEN)),
        };
        let client = client_of((args, typed), &given, &host, &token, console)?;
        match (runtime.block_on(owner(&client)), &mut person) {
            (Ok(owner), _) => break (client, token, owner),
            (Err(ApiError::Unauthorized { .. }), Some(person)) if tries < TRIES => {
                person.tell(&tr!("login-token-again", host = client.host()));
            }
            (Err(error), _) => return Err(error.into()),
        }
    };
    drop(person);
    check_tenant(given.tenant.as_deref(), &owner)?;
    let login = Login {
        profile: profile.as_deref(),
        host: host.trim().trim_end_matches('/'),
        token: token.reveal(),
        tenant: given.tenant.as_deref(),
    };
    let saved = login.save(&file).map_err(ApiError::from)?;
    tell(&login, &client, &owner, &saved, &file, console);
    Ok(Exit::Ok)
}

/// A client; who has no token and is there to be asked logs in first.
///
/// # Errors
/// As [`run`], and those of making a client.
pub(super) fn client(args: &Fetch, typed: &[String], runtime: &Runtime, console: &Console) -> Result<Client, Failure> {
    let limits = args.pace.limits();
    let known = args.connect.client(limits, console);
    let lacks = |failure: &Failure| failure.details.as_ref().is_some_and(|told| told["missing"] == TOKEN.option);
    match known {
        Err(failure) if lacks(&failure) && somebody(args.asking, console).is_some() => {
            console.info(tr!("login-first"));
            log_in(args, typed, runtime, console)?;
            args.connect.client(limits, console)
        }
        known => known,
    }
}

/// The host that is probably meant: that of the profile, the environment, or an earlier login.
fn usual_host(profile: Option<&str>, config: &Config) -> String {
    let of_profile = profile.map(|name| config.profile(name).ok().and_then(|found| found.host));
    let known = match of_profile {
        Some(host) => host.or_else(|| environment("SYNAPSE_HOST")),
        None => environment("SYNAPSE_HOST").or_else(|| config.text("host")),
    };
    known.unwrap_or_else(|| DEFAULT_HOST.to_owned())
}

/// A client for the check alone, which a person waits for.
fn client_of(
    (args, typed): (&Fetch, &[String]),
    given: &Given,
    host: &str,
    token: &Secret,
    console: &Console,
) -> Result<Client, Failure> {
    let given = Given { host: Some(host.to_owned()), token: Some(token.clone()), profile: None, ..given.clone() };
    // Neither the environment nor the file has a say in what is checked.
    let credentials = Credentials::look(&given, &|_| None, &Config::default())?;
    args.connect.hurried(typed).client_of(credentials, args.pace.limits(), console)
}

/// Who the token belongs to, and what it can see.
async fn owner(client: &Client) -> Result<Owner, ApiError> {
    let name = match client.me().await {
        Ok(me) => name_of(&me),
        // An older server has no such endpoint; whether the token is good shows elsewhere.
        Err(ApiError::NotFound { .. }) => client.projects().await.map(|_| String::new())?,
        Err(error) => return Err(error),
    };
    Ok(Owner { name, tenants: client.tenants().await? })
}

/// Name and e-mail address of a person, as far as they are known.
pub(super) fn name_of(me: &Value) -> String {
    let shown = |key: &str| visible(me[key].as_str().unwrap_or_default());
    let name = Some(shown("name")).filter(|name| !name.is_empty()).unwrap_or_else(|| shown("username"));
    match &*shown("email") {
        email if name.is_empty() => email.to_owned(),
        "" => name,
        email => format!("{name} <{email}>"),
    }
}

/// Refuses a tenant that the token cannot see.
fn check_tenant(wanted: Option<&str>, owner: &Owner) -> Result<(), Failure> {
    let (Some(wanted), Some(tenants)) = (wanted, &owner.tenants) else { return Ok(()) };
    if tenants.is_empty() || tenants.iter().any(|code| nfc(code) == nfc(wanted.trim())) {
        return Ok(());
    }
    Err(Failure::usage(tr!("login-no-tenant", wanted, list = tenants.join(", "))))
}

/// Says what was done, and what stands in its way.
fn tell(login: &Login<'_>, client: &Client, owner: &Owner, saved: &Saved, file: &Path, console: &Console) {
    let tenants = owner.tenants.as_deref().unwrap_or_default();
    let host = client.host();
    let who = match (owner.name.is_empty(), login.tenant.map_or_else(|| tenants.join(", "), str::to_owned)) {
        (true, tenant) if tenant.is_empty() => tr!("login-done", host),
        (true, tenant) => tr!("login-done-tenant", host, tenant),
        (false, tenant) if tenant.is_empty() => tr!("login-done-user", host, user = &*owner.name),
        (false, tenant) => tr!("login-done-whole", host, user = &*owner.name, tenant),
    };
    let path = file.display().to_string();
    let place = match login.profile {
        Some(name) => tr!("login-saved-profile", ?name, path),
        None => tr!("login-saved", path),
    };
    let (host, user) = (client.host(), &*owner.name);
    let fields = json!({"host": host, "user": user, "tenants": tenants, "profile": login.profile, "file": file});
    console.summary(who.then("; ", place), fields);
    if let Some(target) = &saved.linked {
        console.info(tr!("login-linked", path = file.display(), target = target.display()));
    }
    if saved.closed {
        console.info(tr!("login-closed"));
    }
    if saved.dropped_user_token {
        console.warn(tr!("login-dropped"));
    }
    let is_same = |name: &str, value: &str| name == OVERRULING[0] && value.trim().trim_end_matches('/') == login.host;
    let overrules = |name: &&str| environment(name).is_some_and(|value| !is_same(name, &value));
    let set: Vec<_> = OVERRULING.into_iter().filter(overrules).collect();
    match login.profile {
        _ if set.is_empty() => {}
        None => console.warn(tr!("login-overruled", variables = set.join(", "))),
        Some(name) => console.info(tr!("login-by-profile", name, variables = set.join(", "))),
    }
}

fn ask_host(person: &mut dyn Ask, usual: &str) -> Result<String, Failure> {
    let check = |text: &str| parse_host(&with_scheme(text)).map(drop).map_err(|error| error.words());
    person.text(&tr!("login-ask-host"), usual, &check).map(|typed| with_scheme(&typed))
}

/// A host as people write it, `synapse.example.com`, as the address that it is.
fn with_scheme(typed: &str) -> String {
    if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") }
}

fn ask_token(person: &mut dyn Ask) -> Result<Secret, Failure> {
    loop {
        if let Some(token) = Secret::new(&person.secret(&tr!("login-ask-token"))?) {
            return Ok(token);
        }
    }
}
