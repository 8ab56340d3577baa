//! Who we are and where: options, then environment, then `~/.synapse/config.json`.

use super::error::ApiError;
use crate::exit::UsageError;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use std::fmt;
use std::path::{Path, PathBuf};
use url::Url;

/// The host when nothing names one.
pub const DEFAULT_HOST: &str = "https://api.synapse.sh";
/// Where a token came from, for `doctor`.
const ENVIRONMENT: &str = "the environment";

/// A token. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a token, white space at both ends removed; `None` when nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// How an access token is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Scheme {
    /// `Synapse-Access-Token: Token …`
    #[default]
    Access,
    /// `Authorization: Token …`, for older installations
    Authorization,
}

/// What the command line says about host and identity.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// `--host`
    pub host: Option<String>,
    /// The token read from `--token-file` or standard input.
    pub token: Option<Secret>,
    /// `--tenant`
    pub tenant: Option<String>,
    /// `--auth-scheme`
    pub scheme: Scheme,
}

/// Everything that is needed to send a request.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Base URL; its path ends in `/`.
    pub host: Url,
    /// `url_host` query parameter, when set: which host presigned URLs are signed for.
    pub url_host: Option<String>,
    /// What kind of token is sent and where it was found, for `doctor`.
    pub origin: String,
    auth: Vec<(HeaderName, Secret)>,
}

/// Reads one variable of the environment; empty counts as unset.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Credentials {
    /// Puts the sources together; the highest that has a value wins.
    ///
    /// # Errors
    /// [`ApiError::NoToken`], [`ApiError::NoTenant`], [`ApiError::Usage`] for a value that cannot be used. No text quotes a token.
    pub fn resolve(given: &Given, env: Environment<'_>, config: Option<&Path>) -> Result<Self, ApiError> {
        let file = read_config(config)?;
        let pick = |flag: Option<&str>, variable: &str, key: &str| -> Option<(String, &'static str)> {
            flag.map(|v| (v.to_owned(), "the command line"))
                .or_else(|| env(variable).map(|v| (v, ENVIRONMENT)))
                .or_else(|| file.get(key).and_then(Value::as_str).map(|v| (v.to_owned(), "~/.synapse/config.json")))
                .filter(|(v, _)| !v.trim().is_empty())
        };
        let host = pick(given.host.as_deref(), "SYNAPSE_HOST", "host").map_or(DEFAULT_HOST.to_owned(), |(h, _)| h);
        let host = parse_host(host.trim())?;
        let user = pick(None, "SYNAPSE_PLUGIN_RUN_USER_TOKEN", "user_token").filter(|_| given.token.is_none());
        let access = pick(None, "SYNAPSE_ACCESS_TOKEN", "access_token");
        // A token of the environment comes before any token of the file.
        let in_environment =
            |token: &Option<(String, &str)>| token.as_ref().is_some_and(|(_, from)| *from == ENVIRONMENT);
        let user = if in_environment(&access) && !in_environment(&user) { None } else { user };
        let tenant = pick(given.tenant.as_deref(), "SYNAPSE_PLUGIN_RUN_TENANT", "tenant");
        let (auth, origin) = match (user, given.token.clone(), access) {
            (Some((token, from)), _, _) => {
                let Some((tenant, _)) = tenant else {
                    return Err(ApiError::NoTenant);
                };
                let headers = vec![("authorization", Secret::new(&token)), ("synapse-tenant", Secret::new(&tenant))];
                (headers, format!("user token and tenant from {from}"))
            }
            (None, Some(token), _) => (vec![(given.scheme.header(), Some(token))], "access token given".into()),
            (None, None, Some((token, from))) => {
                (vec![(given.scheme.header(), Secret::new(&token))], format!("access token from {from}"))
            }
            (None, None, None) => {
                return Err(ApiError::NoToken);
            }
        };
        let auth = auth.into_iter().filter_map(|(name, s)| Some((HeaderName::from_static(name), s?))).collect();
        let url_host = env("SYNAPSE_PLUGIN_RUN_URL_HOST");
        let out = Self { host, url_host, origin, auth };
        out.headers()?;
        Ok(out)
    }

    /// The host that is named, if any, by the same sources as in [`Credentials::resolve`]; no token is needed.
    ///
    /// # Errors
    /// [`ApiError::Usage`] when it cannot be used.
    pub fn named_host(
        given: Option<&str>,
        env: Environment<'_>,
        config: Option<&Path>,
    ) -> Result<Option<Url>, ApiError> {
        let file = read_config(config)?;
        let host = given.map(str::to_owned).or_else(|| env("SYNAPSE_HOST"));
        let host = host.or_else(|| file.get("host").and_then(Value::as_str).map(str::to_owned));
        host.map(|host| parse_host(host.trim())).transpose()
    }

    /// The headers that say who we are; marked sensitive. To be sent to [`Credentials::host`] only.
    ///
    /// # Errors
    /// [`ApiError::Usage`] when a token holds characters that a header cannot.
    pub fn headers(&self) -> Result<HeaderMap, ApiError> {
        let mut headers = HeaderMap::new();
        for (name, secret) in &self.auth {
            let mut value = HeaderValue::from_str(&format!("Token {}", secret.0)).map_err(|_| {
                usage("the token or the tenant holds characters that cannot be sent: is it the right file?")
            })?;
            value.set_sensitive(true);
            headers.insert(name.clone(), value);
        }
        Ok(headers)
    }

    /// Whether tokens would travel unencrypted over a network.
    pub fn is_exposed(&self) -> bool {
        let loopback = match self.host.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        self.host.scheme() == "http" && !loopback
    }
}

impl Scheme {
    fn header(self) -> &'static str {
        match self {
            Scheme::Access => "synapse-access-token",
            Scheme::Authorization => "authorization",
        }
    }
}

/// Where `synapse login` keeps its file: `~/.synapse/config.json`.
pub fn config_path(env: Environment<'_>) -> Option<PathBuf> {
    Some(PathBuf::from(env("HOME")?).join(".synapse/config.json"))
}

/// One variable of the environment, for [`Credentials::resolve`].
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.trim().is_empty())
}

fn read_config(path: Option<&Path>) -> Result<Value, ApiError> {
    let Some(path) = path else { return Ok(Value::Null) };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Value::Null),
        Err(e) => return Err(usage(&format!("cannot read {}: {e}", path.display()))),
    };
    // The parser's own message may quote a value, which may be a token: only the place is reported.
    serde_json::from_slice(&bytes)
        .map_err(|e| usage(&format!("{}:{}: not valid JSON; run `synapse login` again", path.display(), e.line())))
}

/// Checks a host and makes it a base URL.
fn parse_host(text: &str) -> Result<Url, ApiError> {
    let bad = |why: &str| ApiError::BadHost(format!("{why}, for example {DEFAULT_HOST}"));
    let mut url = Url::parse(text).map_err(|_| bad("must be a URL with https://"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(bad("must start with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(bad("must not hold a user name, a password or a query"));
    }
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

fn usage(text: &str) -> ApiError {
    UsageError::new(text).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(given: &Given, env: &[(&str, &str)], config: Option<&Path>) -> Result<Credentials, ApiError> {
        let lookup = |name: &str| env.iter().find(|(k, _)| *k == name).map(|(_, v)| (*v).to_owned());
        Credentials::resolve(given, &lookup, config)
    }

    fn sent(c: &Credentials) -> Vec<(String, String)> {
        let headers = c.headers().unwrap();
        headers.iter().map(|(k, v)| (k.to_string(), v.to_str().unwrap().to_owned())).collect()
    }

    #[test]
    fn the_highest_source_wins() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config.json");
        std::fs::write(&file, r#"{"host":"https://file.example","access_token":"syn_file"}"#).unwrap();
        let from_file = resolve(&Given::default(), &[], Some(&file)).unwrap();
        assert_eq!(from_file.host.as_str(), "https://file.example/");
        assert_eq!(sent(&from_file), [("synapse-access-token".into(), "Token syn_file".into())]);
        let env = [("SYNAPSE_HOST", "http://env.example/api"), ("SYNAPSE_ACCESS_TOKEN", "syn_env")];
        let from_env = resolve(&Given::default(), &env, Some(&file)).unwrap();
        assert_eq!(from_env.host.as_str(), "http://env.example/api/");
        assert!(from_env.is_exposed());
        assert_eq!(sent(&from_env)[0].1, "Token syn_env");
        std::fs::write(&file, r#"{"user_token":"file_user","tenant":"acme"}"#).unwrap();
        assert_eq!(sent(&resolve(&Given::default(), &env, Some(&file)).unwrap())[0].1, "Token syn_env");
        let given = Given {
            host: Some("https://flag.example".into()),
            token: Secret::new("syn_flag\n"),
            scheme: Scheme::Authorization,
            tenant: None,
        };
        let from_flags = resolve(&given, &env, Some(&file)).unwrap();
        assert_eq!(from_flags.host.as_str(), "https://flag.example/");
        assert_eq!(sent(&from_flags), [("authorization".into(), "Token syn_flag".into())]);
    }

    #[test]
    fn a_user_token_wins_and_needs_its_tenant() {
        let mut env = vec![("SYNAPSE_ACCESS_TOKEN", "syn_a"), ("SYNAPSE_PLUGIN_RUN_USER_TOKEN", "user")];
        assert!(matches!(resolve(&Given::default(), &env, None), Err(ApiError::NoTenant)));
        env.push(("SYNAPSE_PLUGIN_RUN_TENANT", "acme"));
        let both = resolve(&Given::default(), &env, None).unwrap();
        assert_eq!(
            sent(&both),
            [("authorization".into(), "Token user".into()), ("synapse-tenant".into(), "Token acme".into())]
        );
    }

    #[test]
    fn nothing_prints_a_token() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config.json");
        std::fs::write(&file, "{\"access_token\": syn_broken}").unwrap();
        let broken = resolve(&Given::default(), &[], Some(&file)).unwrap_err().to_string();
        assert!(broken.contains("config.json:1") && !broken.contains("syn_broken"), "{broken}");
        let good = resolve(&Given::default(), &[("SYNAPSE_ACCESS_TOKEN", "syn_hidden")], None).unwrap();
        assert!(!format!("{good:?}{:?}", good.headers()).contains("syn_hidden"));
        let odd = resolve(&Given::default(), &[("SYNAPSE_ACCESS_TOKEN", "syn_\u{1}x")], None).unwrap_err().to_string();
        assert!(!odd.contains("syn_"), "{odd}");
    }

    #[test]
    fn hosts_that_cannot_be_used_are_refused() {
        for bad in ["api.synapse.sh", "ftp://x", "https://me:pw@x", "https://x/?a=1", "https://"] {
            let given = Given { host: Some(bad.into()), token: Secret::new("t"), ..Given::default() };
            let text = resolve(&given, &[], None).unwrap_err().to_string();
            assert!(text.starts_with("the host") && !text.contains("pw"), "{bad}: {text}");
        }
    }
}
