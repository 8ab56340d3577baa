//! The options of every binary that talks to the backend: where it is and who we are (backend.md §1).

use super::common::Console;
use super::network::Network;
use super::number;
use super::unframed::tell_terminal;
use crate::api::client::{Client, ClientOptions};
use crate::api::credentials::{Credentials, Given, Scheme, Secret, config_path, environment};
use crate::api::limit::Limits;
use crate::api::retry::Policy;
use crate::exit::Failure;
use crate::net::retry::RetryPolicy;
use crate::tr;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;
#[cfg(feature = "postgres")]
use url::Url;

const HOST_HELP: &str = "Address of the backend [env: SYNAPSE_HOST; default: https://api.synapse.sh]";

/// Host, token, and how long to keep trying.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Connection")]
pub struct Connect {
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new(), global = true, help = HOST_HELP)]
    host: Option<String>,
    /// Read the access token from FILE
    #[arg(long, value_name = "FILE", global = true, conflicts_with = "token_stdin")]
    token_file: Option<PathBuf>,
    /// Read the access token from standard input
    #[arg(long, global = true, hide_short_help = true)]
    token_stdin: bool,
    /// Tenant code, for user tokens [env: SYNAPSE_PLUGIN_RUN_TENANT]
    #[arg(long, value_name = "CODE", value_parser = NonEmptyStringValueParser::new(), global = true, hide_short_help = true)]
    tenant: Option<String>,
    /// Header that carries the access token
    #[arg(long, value_name = "SCHEME", default_value = "access", global = true, hide_short_help = true)]
    auth_scheme: Scheme,
    /// Seconds of silence after which a request is sent again
    #[arg(long, value_name = "SECONDS", default_value = "120", value_parser = number::some_seconds, global = true)]
    timeout: Duration,
    /// Seconds during which a failing request is sent again
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = number::seconds, global = true)]
    retry_for: Duration,
    /// Seconds before a failed request is sent again; doubled with every further failure, up to 30
    #[arg(long, value_name = "SECONDS", default_value = "0.5", value_parser = number::some_seconds, global = true, hide_short_help = true)]
    retry_pause: Duration,
    /// Allow payloads and images at private addresses although the host has a public one
    #[arg(long, global = true, hide_short_help = true)]
    allow_private_urls: bool,
    /// Whom to trust.
    #[command(flatten)]
    pub network: Network,
}

/// How many requests and bytes the backend has to bear.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Pace")]
pub struct Pace {
    /// Requests under way at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    concurrency: u16,
    /// Requests a second, at most
    #[arg(long, value_name = "N", value_parser = number::rate, hide_short_help = true)]
    rps: Option<f64>,
    /// Bytes received a second, at most
    #[arg(long, value_name = "N", value_parser = number::rate, hide_short_help = true)]
    max_bytes_per_sec: Option<f64>,
}

impl Pace {
    /// As the client takes them.
    pub fn limits(&self) -> Limits {
        Limits {
            concurrency: usize::from(self.concurrency),
            per_second: self.rps,
            bytes_per_second: self.max_bytes_per_sec,
        }
    }
}

impl Connect {
    /// A client as the options, the environment and the configuration file say.
    ///
    /// # Errors
    /// A usage failure naming what is missing; no text quotes a token.
    pub fn client(&self, limits: Limits, console: &Console) -> Result<Client, Failure> {
        let given = Given {
            host: self.host.clone(),
            token: self.token(console)?,
            tenant: self.tenant.clone(),
            scheme: self.auth_scheme,
        };
        let credentials = Credentials::resolve(&given, &environment, config_path(&environment).as_deref())?;
        if credentials.is_exposed() {
            console.warn("the host has no https: the token travels unencrypted");
        }
        let options = ClientOptions {
            policy: Policy { budget: self.retry_for, first_pause: self.retry_pause },
            timeout: self.timeout,
            limits,
            allow_private_urls: self.allow_private_urls,
            retries: Some(self.retries(console)),
        };
        Ok(Client::new(credentials, options)?)
    }

    /// How the user is told of failing requests.
    pub fn retries(&self, console: &Console) -> RetryPolicy {
        let to = console.clone();
        RetryPolicy::new(self.retry_for, move |text| to.warn(text)).telling_all(console.is_verbose())
    }

    /// Whether the token is on standard input.
    pub fn reads_stdin(&self) -> bool {
        self.token_stdin
    }

    /// Whether what rows point to may lie at private addresses.
    pub fn allows_private_urls(&self) -> bool {
        self.allow_private_urls
    }

    /// Address of the backend, if one is named by the options, the environment or the configuration file.
    ///
    /// # Errors
    /// A usage failure when what is named is no address.
    #[cfg(feature = "postgres")]
    pub fn host(&self) -> Result<Option<Url>, Failure> {
        let config = config_path(&environment);
        Ok(Credentials::named_host(self.host.as_deref(), &environment, config.as_deref())?)
    }

    fn token(&self, console: &Console) -> Result<Option<Secret>, Failure> {
        let (name, text) = match &self.token_file {
            Some(path) => (path.display().to_string(), std::fs::read_to_string(path)),
            None if self.token_stdin => {
                tell_terminal(tr!("to-type-token"), console);
                let mut text = String::new();
                ("standard input".to_owned(), std::io::stdin().read_to_string(&mut text).map(|_| text))
            }
            None => return Ok(None),
        };
        let text = text.map_err(|e| Failure::usage(format!("cannot read the token from {name}: {e}")))?;
        match Secret::new(&text) {
            Some(secret) => Ok(Some(secret)),
            None => Err(Failure::usage(format!("{name} holds no token"))),
        }
    }
}
