//! The options of every binary that talks to the backend: where it is and who we are (backend.md §1).

use super::common::Console;
use super::network::Network;
use super::number;
use super::unframed::tell_terminal;
use crate::api::client::{Client, ClientOptions};
use crate::api::credentials::{Chosen, Credentials, Given, Scheme, Secret, config_path, environment};
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

/// How long a failing request is sent again while a person waits for nothing but its answer.
const SHORT: Duration = Duration::from_secs(8);
/// The silence of a server after which that person is told.
const SHORT_SILENCE: Duration = Duration::from_secs(15);

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
    /// Host and token to use.
    #[command(flatten)]
    profile: Profile,
    /// Tenant code [env: SYNAPSE_PLUGIN_RUN_TENANT]
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

/// Which host and token of `~/.synapse/config.json`.
#[derive(Clone, Debug, Default, Args)]
pub struct Profile {
    /// Use host and token of a profile that `syn-fetch login --profile NAME` has made [env: SYNPIPE_PROFILE]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), global = true, help_heading = "Connection")]
    profile: Option<String>,
}

impl Profile {
    /// The one that is typed, else the one that the environment names.
    pub fn chosen(&self) -> Option<Chosen> {
        let typed = self.profile.clone().map(|name| Chosen { name, is_typed: true });
        typed.or_else(Chosen::of_environment)
    }
}

/// Says which variables come before a profile that a variable has chosen.
pub fn warn_of_variables(credentials: &Credentials, console: &Console) {
    let variables = credentials.overruling.join(", ");
    if let Some(profile) = credentials.profile.as_ref().filter(|_| !variables.is_empty()) {
        console.warn(tr!("profile-gives-way", profile = &**profile, variables));
    }
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
        let credentials =
            Credentials::resolve(&self.given(console)?, &environment, config_path(&environment).as_deref())?;
        warn_of_variables(&credentials, console);
        self.client_of(credentials, limits, console)
    }

    /// The same, with the patience of a person who waits for an answer, unless another is typed. `typed` are the options on the
    /// command line, without dashes.
    pub fn hurried(&self, typed: &[String]) -> Self {
        let is_typed = |option: &str| typed.iter().any(|name| name == option);
        let mut hurried = self.clone();
        if !is_typed("retry-for") {
            hurried.retry_for = SHORT;
        }
        if !is_typed("timeout") {
            hurried.timeout = SHORT_SILENCE;
        }
        hurried
    }

    /// A client with these credentials.
    ///
    /// # Errors
    /// A failure when TLS or a proxy cannot be set up.
    pub fn client_of(&self, credentials: Credentials, limits: Limits, console: &Console) -> Result<Client, Failure> {
        if credentials.origin.is_some() && credentials.is_exposed() {
            console.warn(tr!("host-no-https"));
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

    /// What the options say of host and identity; a token is read.
    ///
    /// # Errors
    /// A usage failure when there is none where it should be.
    pub fn given(&self, console: &Console) -> Result<Given, Failure> {
        Ok(Given { token: self.token(console)?, ..self.given_without_token() })
    }

    /// As [`Connect::given`], for what needs no token.
    pub fn given_without_token(&self) -> Given {
        Given {
            host: self.host.clone(),
            token: None,
            tenant: self.tenant.clone(),
            scheme: self.auth_scheme,
            profile: self.profile.chosen(),
        }
    }

    /// How the user is told of failing requests.
    pub fn retries(&self, console: &Console) -> RetryPolicy {
        let to = console.clone();
        RetryPolicy::new(self.retry_for, move |text| to.warn(text)).telling_all(console.is_verbose())
    }

    /// The silence after which a server is given up.
    pub fn silence(&self) -> Duration {
        self.timeout
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
        Ok(Credentials::named_host(&self.given_without_token(), &environment, config.as_deref())?)
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
        let text = text.map_err(|e| Failure::usage(tr!("token-unreadable", name, reason = e)))?;
        match Secret::new(&text) {
            Some(secret) => Ok(Some(secret)),
            None => Err(Failure::usage(tr!("token-none", name))),
        }
    }
}
