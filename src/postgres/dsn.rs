//! `postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full`: where the database is, as libpq writes it.
//!
//! The driver reads most of it; what it does not know (`sslmode=verify-full`, `sslrootcert`, `passfile`) is taken out first. No text
//! here quotes any part of a DSN that cannot be read: a slip in one often turns part of its password into something else.

use super::password;
use super::tls::{Roots, SslMode};
use crate::exit::UsageError;
use crate::tr;
use crate::words::Message;
use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Reads one variable of the environment; empty counts as unset.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

const FORM: &str =
    "expected postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full, with special characters percent-encoded";
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Where the database is, its name in messages, and who asks.
#[derive(Clone, Debug)]
pub struct Dsn {
    /// For the driver; prints without its password.
    pub config: Config,
    /// Whether the server has to prove who it is.
    pub mode: SslMode,
    /// Whose signature is proof.
    pub roots: Roots,
    /// `HOST:PORT/DATABASE`, for messages and frames.
    pub place: String,
    /// Things the user should know.
    pub notes: Vec<Message>,
    passfile: Option<PathBuf>,
}

impl Dsn {
    /// Reads a DSN, completed by the environment: `PGUSER`, `PGSSLMODE`, `PGSSLROOTCERT`.
    ///
    /// # Errors
    /// [`UsageError`] saying what is expected.
    pub fn parse(text: &str, env: Environment<'_>) -> Result<Self, UsageError> {
        let bad = |why: Message| UsageError::new(tr!("dsn-why", why, form = FORM));
        let text = text.trim();
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Err(bad(tr!("dsn-no-postgres")));
        }
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut mode, mut root, mut passfile) = (env("PGSSLMODE"), env("PGSSLROOTCERT"), None);
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| bad(tr!("dsn-no-value")))?;
            let value = || decode(value).ok_or_else(|| bad(tr!("dsn-not-utf8")));
            match key {
                "sslmode" => mode = Some(value()?),
                "sslrootcert" => root = Some(value()?),
                "passfile" => passfile = Some(PathBuf::from(value()?)),
                "sslcert" | "sslkey" | "sslcrl" | "service" => {
                    return Err(UsageError::new(tr!("dsn-unsupported", key)));
                }
                _ => rest.push(pair),
            }
        }
        let mut config: Config = format!("{base}?{}", rest.join("&")).parse().map_err(|_| bad(tr!("dsn-bad")))?;
        let roots = Roots::of(root);
        let mode = SslMode::of(mode.as_deref(), &roots)?;
        if config.get_hosts().is_empty() {
            return Err(bad(tr!("dsn-no-host")));
        }
        let odd = |c: char| !(c.is_alphanumeric() || ".-_:%".contains(c));
        let mut local = false;
        for host in config.get_hosts() {
            match host {
                Host::Tcp(name) if name.is_empty() || name.contains(odd) => {
                    return Err(bad(tr!("dsn-bad-host")));
                }
                Host::Tcp(_) => {}
                Host::Unix(_) => local = true,
            }
        }
        if let (None, Some(user)) = (config.get_user(), env("PGUSER")) {
            config.user(user);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_application_name().is_none() {
            config.application_name("synpipe");
        }
        config.keepalives_idle(KEEPALIVE);
        // There is no TLS inside a machine's own socket.
        let mode = if local { SslMode::Disable } else { mode };
        config.ssl_mode(mode.driver());
        let place = place(&config);
        Ok(Self { config, mode, roots, place, notes: Vec::new(), passfile })
    }

    /// Whether the text itself holds a password.
    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }

    /// Finds the password, unless the DSN has one: `PGPASSWORD`, else `passfile`, `PGPASSFILE` or `~/.pgpass`.
    ///
    /// # Errors
    /// [`UsageError`] when a password file that was named cannot be read.
    pub fn find_password(&mut self, env: Environment<'_>) -> Result<(), UsageError> {
        if self.has_password() {
            return Ok(());
        }
        if let Some(password) = env("PGPASSWORD") {
            self.config.password(password);
            return Ok(());
        }
        let named = self.passfile.clone().or_else(|| env("PGPASSFILE").map(PathBuf::from));
        let usual = || env("HOME").map(|home| PathBuf::from(home).join(".pgpass"));
        let must = named.is_some();
        let Some(file) = named.or_else(usual) else { return Ok(()) };
        let (host, port) = host(&self.config);
        let user = self.config.get_user().map(str::to_owned).or_else(|| env("USER")).unwrap_or_default();
        let database = self.config.get_dbname().unwrap_or(&user);
        let found = password::find(&file, must, [&host, &port.to_string(), database, &user], &mut self.notes)?;
        if let Some(password) = found {
            self.config.password(password);
        }
        Ok(())
    }
}

/// The first host and its port; a socket's folder counts as this machine.
fn host(config: &Config) -> (String, u16) {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        _ => "localhost".to_owned(),
    };
    (host, config.get_ports().first().copied().unwrap_or(5432))
}

fn place(config: &Config) -> String {
    let (host, port) = host(config);
    let database = config.get_dbname().or(config.get_user()).unwrap_or("its default database");
    format!("{host}:{port}/{database}")
}

fn decode(value: &str) -> Option<String> {
    // A plus sign is itself here, other than in a form.
    let pair = format!("v={}", value.replace('+', "%2B"));
    let decoded = url::form_urlencoded::parse(pair.as_bytes()).next()?.1.into_owned();
    (!decoded.contains(char::REPLACEMENT_CHARACTER)).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Dsn, String> {
        Dsn::parse(text, &|_| None).map_err(|e| e.to_string())
    }

    #[test]
    fn what_a_dsn_says() {
        let dsn =
            parse("postgresql://me@db.example:6432/syn?sslmode=verify-full&sslrootcert=%2Ftmp%2Fca+1.pem").unwrap();
        assert_eq!((dsn.place.as_str(), dsn.mode), ("db.example:6432/syn", SslMode::VerifyFull));
        assert_eq!(dsn.roots, Roots::File("/tmp/ca+1.pem".into()));
        assert_eq!(parse("postgres://h/d").unwrap().mode, SslMode::Prefer);
        let socket = parse("postgres:///d?host=/var/run/postgresql&sslmode=require").unwrap();
        assert_eq!((socket.mode, socket.place.as_str()), (SslMode::Disable, "localhost:5432/d"));
        let env = |name: &str| match name {
            "PGSSLMODE" => Some("require".to_owned()),
            "PGUSER" => Some("me".to_owned()),
            _ => None,
        };
        let dsn = Dsn::parse("postgres://h", &env).unwrap();
        assert_eq!((dsn.mode, dsn.config.get_user()), (SslMode::Require, Some("me")));
    }

    #[test]
    fn slips_quote_nothing() {
        for text in [
            "user:hunter2@h/d",
            "postgres://u:hun@ter2@h/d",
            "postgres://u:hun?ter2@h/d",
            "postgres://u:hunter2@h:port/d",
            "postgres://u:hunter2@/d",
            "postgres://u:hunter2@h/d?sslmode=hunter2",
            "postgres://u:hunter2@h/d?hunter2=1",
        ] {
            let told = parse(text).unwrap_err();
            assert!(!told.contains("ter2"), "{text}: {told}");
        }
        let shown = format!("{:?}", parse("postgres://u:hunter2@h/d").unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_password_is_noticed_wherever_it_stands() {
        assert!(parse("postgres://u:x@h/d").unwrap().has_password());
        assert!(parse("postgres://u@h/d?password=x").unwrap().has_password());
        assert!(!parse("postgres://u@h/d").unwrap().has_password());
    }
}
