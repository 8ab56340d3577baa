//! `syn-fetch doctor`: is everything there that an export needs? One check does not hide another: what can still be looked at is, and
//! what cannot says why.

mod account;
mod disk;
mod network;

use super::args::Fetch;
use crate::api::config::{Config, ConfigError};
use crate::api::credentials::{Credentials, Source, config_path, environment};
use crate::cli::advice;
use crate::cli::common::Console;
use crate::exit::{Advice, Classified, Exit, Failure};
use crate::stream::Writer;
use crate::table::Table;
use crate::tr;
use crate::words::{Message, Worded};
use serde_json::json;
use tokio::runtime::Runtime;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Good,
    /// An export goes well, but something may be meant otherwise.
    Doubtful,
    /// An export ends with this code.
    Bad(Exit),
    /// It could not be made.
    Skipped,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Doubtful => "warn",
            Self::Bad(_) => "fail",
            Self::Skipped => "skipped",
        }
    }
}

/// One thing looked at.
#[derive(Clone, Debug)]
struct Check {
    name: &'static str,
    state: State,
    detail: Message,
    /// What can be done about it.
    cure: Option<Message>,
}

impl Check {
    fn good(name: &'static str, detail: impl Into<Message>) -> Self {
        Self { name, state: State::Good, detail: detail.into(), cure: None }
    }

    fn doubtful(name: &'static str, detail: impl Into<Message>, cure: impl Into<Message>) -> Self {
        Self { name, state: State::Doubtful, detail: detail.into(), cure: Some(cure.into()) }
    }

    fn bad(name: &'static str, exit: Exit, detail: impl Into<Message>, cure: impl Into<Message>) -> Self {
        Self { name, state: State::Bad(exit), detail: detail.into(), cure: Some(cure.into()) }
    }

    fn skipped(name: &'static str, why: impl Into<Message>) -> Self {
        Self { name, state: State::Skipped, detail: why.into(), cure: None }
    }

    /// A failure, with the exit code that a doctor has for it.
    fn failed(name: &'static str, error: &(impl Classified + Worded)) -> Self {
        let told = Message::told(error.to_string(), error.words());
        Self::of_failure(name, error.exit(), told, error.advice())
    }

    fn of_failure(name: &'static str, exit: Exit, detail: Message, advice: Option<Advice>) -> Self {
        // Whoever asks a doctor is not left without a word of what to do.
        let cure = Some(advice::words(advice.unwrap_or(Advice::AskOperator)));
        // What an export would call a mistake on the command line is here something to be set right.
        let exit = if exit == Exit::Remote { exit } else { Exit::Refused };
        Self { name, state: State::Bad(exit), detail, cure }
    }
}

/// The names of the checks that need a token that is accepted.
const OF_THE_ACCOUNT: [&str; 3] = ["tenant", "project", "storage"];

/// Makes all checks and writes them; the exit code is that of the first one that failed.
///
/// # Errors
/// A usage failure for what is typed and cannot be; those of the output.
pub(super) fn run(args: &mut Fetch, typed: &[String], runtime: &Runtime, console: &Console) -> Result<Exit, Failure> {
    let file = config_path(&environment);
    let read = Config::read(file.as_deref());
    let given = args.connect.given(console)?;
    let config = read.as_ref().ok();
    let looked = Credentials::look(&given, &environment, config.unwrap_or(&Config::default()));
    let is_typed = |option: &str| typed.iter().any(|name| name == option);
    let credentials = match looked {
        Ok(credentials) => Some(credentials),
        Err(error) if is_typed("host") || is_typed("profile") || is_typed("tenant") => return Err(error.into()),
        Err(error) => {
            let mut checks = vec![Check::failed("config", &error)];
            let why = tr!("doctor-no-host");
            checks.extend(["host", "proxy", "tls", "clock", "token"].map(|name| Check::skipped(name, &why)));
            checks.extend(OF_THE_ACCOUNT.map(|name| Check::skipped(name, &why)));
            checks.push(disk::check());
            return write(&checks, args.at_terminal(), args.common.writer()?);
        }
    };
    let mut checks = Vec::new();
    if let Some(credentials) = credentials {
        checks.push(of_config(&read, &credentials));
        let reached = network::check(&credentials, args, runtime, &mut checks);
        let connect = args.connect.hurried(typed);
        account::check((credentials, &connect), args, reached, (runtime, console), &mut checks)?;
    }
    checks.push(disk::check());
    write(&checks, args.at_terminal(), args.common.writer()?)
}

/// Where host and token come from, and whether others can read them.
fn of_config(read: &Result<Config, ConfigError>, credentials: &Credentials) -> Check {
    let config = match read {
        Ok(config) => config,
        Err(error) => return Check::failed("config", error),
    };
    let host = place(credentials.host_source, credentials);
    let detail = match credentials.origin {
        None => tr!("doctor-host-only", host),
        Some(origin) => {
            let token = place(origin.source, credentials);
            if origin.is_user_token {
                tr!("doctor-user-token", host, token)
            } else {
                tr!("doctor-access-token", host, token)
            }
        }
    };
    if !credentials.overruling.is_empty() {
        let variables = credentials.overruling.join(", ");
        let detail = detail.then("; ", tr!("doctor-overruled", variables));
        return Check::doubtful("config", detail, tr!("doctor-unset"));
    }
    if config.is_exposed {
        return Check::doubtful("config", detail.then("; ", tr!("doctor-exposed")), tr!("doctor-close"));
    }
    Check::good("config", detail)
}

fn place(source: Source, credentials: &Credentials) -> Message {
    match source {
        Source::Typed => tr!("doctor-from-command-line"),
        Source::Environment => tr!("doctor-from-environment"),
        Source::Profile => tr!("doctor-from-profile", name = credentials.profile.as_deref().unwrap_or_default()),
        Source::File => "~/.synapse/config.json".into(),
        Source::Default => tr!("doctor-from-nowhere"),
    }
}

/// Writes the checks, and gives the exit code of the first that failed.
fn write(checks: &[Check], as_table: bool, mut writer: Writer) -> Result<Exit, Failure> {
    if as_table {
        let mut table = Table::new(&["check", "", "detail"]).wrapping();
        for check in checks {
            let cure = check.cure.as_ref().map(|cure| format!("\n→ {}", cure.spoken())).unwrap_or_default();
            table.row(vec![
                check.name.to_owned(),
                check.state.word().to_owned(),
                format!("{}{cure}", check.detail.spoken()),
            ]);
        }
        writer.put(table.render().as_bytes())?;
    } else {
        for check in checks {
            let mut line = json!({"check": check.name, "status": check.state.word(), "detail": check.detail.english()});
            if let Some(cure) = &check.cure {
                line["cure"] = cure.english().into();
            }
            writer.line(line.to_string().as_bytes())?;
        }
    }
    writer.finish()?;
    let bad = checks.iter().find_map(|check| match check.state {
        State::Bad(exit) => Some(exit),
        _ => None,
    });
    Ok(bad.unwrap_or(Exit::Ok))
}
