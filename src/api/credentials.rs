//! Who we are and where: options, then environment, then `~/.synapse/config.json` or one of its profiles. A profile that is typed comes
//! before the environment.

pub use super::config::config_path;
use super::config::{Config, Profile};
use super::error::ApiError;
use crate::exit::UsageError;
use crate::tr;
use crate::words::Message;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use std::path::Path;
use url::Url;

/// The host when nothing names one.
pub const DEFAULT_HOST: &str = "https://api.synapse.sh";

/// A token. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a token, white space at both ends removed; `None` when nothing is left.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The token itself, for the configuration file alone.
    pub fn reveal(&self) -> &str {
        &self.0
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

/// A profile, and who has chosen it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Its name.
    pub name: String,
    /// Whether it was typed. Then it comes before the environment, else behind it.
    pub is_typed: bool,
}

/// The variable in place of `--profile`. (`SYNAPSE_PROFILE` is taken: it makes the platform's SDK measure itself.)
const PROFILE: &str = "SYNPIPE_PROFILE";

impl Chosen {
    /// The profile that the environment names.
    pub fn of_environment() -> Option<Self> {
        Some(Self { name: environment(PROFILE)?.trim().to_owned(), is_typed: false })
    }
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
    /// `--profile`, or the variable in its place.
    pub profile: Option<Chosen>,
}

/// Where a value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The command line.
    Typed,
    /// A variable of the environment.
    Environment,
    /// A profile of the configuration file.
    Profile,
    /// The configuration file.
    File,
    /// Nowhere: the host that is asked when none is named.
    Default,
}

/// What kind of token is sent, and where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// A user token, else an access token.
    pub is_user_token: bool,
    /// Where.
    pub source: Source,
}

/// Everything that is needed to send a request.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Base URL; its path ends in `/`.
    pub host: Url,
    /// Where the host was found.
    pub host_source: Source,
    /// `url_host` query parameter, when set: which host presigned URLs are signed for.
    pub url_host: Option<String>,
    /// The token's kind and place; none: requests go without a token.
    pub origin: Option<Origin>,
    /// The tenant that is sent.
    pub tenant: Option<String>,
    /// The profile in use.
    pub profile: Option<String>,
    /// Variables that come before what the profile says, which a variable has chosen, too.
    pub overruling: Vec<&'static str>,
    auth: Vec<(HeaderName, Secret)>,
}

/// Reads one variable of the environment; empty counts as unset.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

const HOST: &str = "SYNAPSE_HOST";
const ACCESS_TOKEN: &str = "SYNAPSE_ACCESS_TOKEN";
const USER_TOKEN: &str = "SYNAPSE_PLUGIN_RUN_USER_TOKEN";
const TENANT: &str = "SYNAPSE_PLUGIN_RUN_TENANT";

/// The places where values are looked for.
struct Places<'a> {
    env: Environment<'a>,
    config: &'a Config,
    profile: Option<(Profile, bool)>,
}

impl<'a> Places<'a> {
    fn new(given: &Given, env: Environment<'a>, config: &'a Config) -> Result<Self, ApiError> {
        let look_up = |chosen: &Chosen| {
            config.profile(&chosen.name).map(|found| (found, chosen.is_typed)).map_err(ApiError::NoProfile)
        };
        Ok(Self { env, config, profile: given.profile.as_ref().map(look_up).transpose()? })
    }

    /// A value, from the first place that has it.
    fn find(
        &self,
        typed: Option<&str>,
        variable: &str,
        of_profile: impl Fn(&Profile) -> Option<String>,
        key: &str,
    ) -> Option<(String, Source)> {
        let from = |source: Source| move |value: String| (value, source);
        if let Some(typed) = typed.filter(|text| !text.trim().is_empty()) {
            return Some((typed.to_owned(), Source::Typed));
        }
        match &self.profile {
            // A profile that is typed stands for all that it could say.
            Some((profile, true)) => of_profile(profile).map(from(Source::Profile)),
            Some((profile, false)) => (self.env)(variable)
                .map(from(Source::Environment))
                .or_else(|| of_profile(profile).map(from(Source::Profile))),
            None => (self.env)(variable)
                .map(from(Source::Environment))
                .or_else(|| self.config.text(key).map(from(Source::File))),
        }
    }

    fn host(&self, typed: Option<&str>) -> Option<(String, Source)> {
        self.find(typed, HOST, |profile| profile.host.clone(), "host")
    }

    /// The user token, unless another one comes before it.
    fn user_token(&self, access: Option<Source>) -> Option<(String, Source)> {
        let user = self.find(None, USER_TOKEN, |_| None, "user_token")?;
        // A token of the environment comes before any token of the file.
        let loses = access == Some(Source::Environment) && user.1 != Source::Environment;
        (!loses).then_some(user)
    }

    /// Variables that take the place of what the profile says, which is chosen by a variable as well.
    fn overruling(&self) -> Vec<&'static str> {
        let Some((profile, false)) = &self.profile else { return Vec::new() };
        let of = [(HOST, &profile.host), (ACCESS_TOKEN, &profile.access_token), (TENANT, &profile.tenant)];
        let is_other = |(name, own): &(&'static str, &Option<String>)| {
            (self.env)(name).is_some_and(|value| own.as_ref().is_none_or(|own| *own != value))
        };
        let mut names: Vec<_> = of.into_iter().filter(is_other).map(|(name, _)| name).collect();
        names.extend((self.env)(USER_TOKEN).map(|_| USER_TOKEN));
        names
    }
}

impl Credentials {
    /// Puts the sources together; the highest that has a value wins.
    ///
    /// # Errors
    /// [`ApiError::NoToken`], [`ApiError::NoTenant`], [`ApiError::NoProfile`], [`ApiError::Config`], [`ApiError::Usage`] for a value
    /// that cannot be used. No text quotes a token.
    pub fn resolve(given: &Given, env: Environment<'_>, config: Option<&Path>) -> Result<Self, ApiError> {
        let out = Self::look(given, env, &Config::read(config)?)?;
        if out.origin.is_none() {
            let profile = out.profile;
            return Err(ApiError::NoToken { profile });
        }
        Ok(out)
    }

    /// As [`Credentials::resolve`], but a token need not be there.
    ///
    /// # Errors
    /// As [`Credentials::resolve`], but for [`ApiError::NoToken`].
    pub fn look(given: &Given, env: Environment<'_>, config: &Config) -> Result<Self, ApiError> {
        let places = Places::new(given, env, config)?;
        let profile = given.profile.as_ref().map(|chosen| chosen.name.clone());
        let (host, host_source) = match (places.host(given.host.as_deref()), &profile) {
            (Some(found), _) => found,
            // Its token must not go to another host.
            (None, Some(name)) => return Err(ApiError::NoHost { profile: name.clone() }),
            (None, None) => (DEFAULT_HOST.to_owned(), Source::Default),
        };
        let host = parse_host(host.trim())?;
        let access = places.find(None, ACCESS_TOKEN, |profile| profile.access_token.clone(), "access_token");
        let user = places.user_token(access.as_ref().map(|(_, source)| *source)).filter(|_| given.token.is_none());
        let tenant = places.find(given.tenant.as_deref(), TENANT, |profile| profile.tenant.clone(), "tenant");
        let header = HeaderName::from_static(given.scheme.header());
        let (who, origin, tenant) = match (user, &given.token, access) {
            (Some((token, source)), ..) => {
                let Some((tenant, _)) = tenant else { return Err(ApiError::NoTenant) };
                let who = Secret::new(&token).map(|secret| (HeaderName::from_static("authorization"), secret));
                (who, Some(Origin { is_user_token: true, source }), Some(tenant))
            }
            (None, token, access) => {
                let found = token.clone().map(|token| (token, Source::Typed));
                let found = found.or_else(|| access.and_then(|(text, source)| Some((Secret::new(&text)?, source))));
                // The platform's CLI does not send the tenant of the file with an access token.
                let tenant = tenant.filter(|(_, source)| *source != Source::File).map(|(tenant, _)| tenant);
                let origin = found.as_ref().map(|(_, source)| Origin { is_user_token: false, source: *source });
                (found.map(|(secret, _)| (header, secret)), origin, tenant.filter(|_| origin.is_some()))
            }
        };
        let auth = who.into_iter().chain(
            tenant.iter().filter_map(|text| Some((HeaderName::from_static("synapse-tenant"), Secret::new(text)?))),
        );
        let auth = auth.collect();
        let (url_host, overruling) = (env("SYNAPSE_PLUGIN_RUN_URL_HOST"), places.overruling());
        let out = Self { host, host_source, url_host, origin, tenant, profile, overruling, auth };
        out.headers()?;
        Ok(out)
    }

    /// The host that is named, if any, by the same sources as in [`Credentials::resolve`]; no token is needed.
    ///
    /// # Errors
    /// [`ApiError::Usage`] when it cannot be used, [`ApiError::NoProfile`], [`ApiError::Config`].
    pub fn named_host(given: &Given, env: Environment<'_>, config: Option<&Path>) -> Result<Option<Url>, ApiError> {
        let config = Config::read(config)?;
        let host = Places::new(given, env, &config)?.host(given.host.as_deref());
        host.map(|(host, _)| parse_host(host.trim())).transpose()
    }

    /// The headers that say who we are; marked sensitive. To be sent to [`Credentials::host`] only.
    ///
    /// # Errors
    /// [`ApiError::Usage`] when a token holds characters that a header cannot.
    pub fn headers(&self) -> Result<HeaderMap, ApiError> {
        let mut headers = HeaderMap::new();
        for (name, secret) in &self.auth {
            let mut value = HeaderValue::from_str(&format!("Token {}", secret.0))
                .map_err(|_| usage(tr!("credentials-not-sendable")))?;
            value.set_sensitive(true);
            headers.insert(name.clone(), value);
        }
        Ok(headers)
    }

    /// Those of [`Credentials::headers`] that the newer part of the API (`/v2/`) may want without the word `Token`.
    ///
    /// # Errors
    /// As [`Credentials::headers`].
    pub fn bare_headers(&self) -> Result<HeaderMap, ApiError> {
        let mut headers = HeaderMap::new();
        for (name, secret) in self.auth.iter().filter(|(name, _)| *name != "authorization") {
            let mut value = HeaderValue::from_str(&secret.0).map_err(|_| usage(tr!("credentials-not-sendable")))?;
            value.set_sensitive(true);
            headers.insert(name.clone(), value);
        }
        Ok(headers)
    }

    /// Nobody in particular, at a host that knows no tokens.
    pub fn nobody(host: Url) -> Self {
        Self {
            host,
            host_source: Source::Typed,
            url_host: None,
            origin: None,
            tenant: None,
            profile: None,
            overruling: Vec::new(),
            auth: Vec::new(),
        }
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

/// One variable of the environment, for [`Credentials::resolve`].
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.trim().is_empty())
}

/// Checks a host and makes it a base URL.
///
/// # Errors
/// [`ApiError::BadHost`].
pub fn parse_host(text: &str) -> Result<Url, ApiError> {
    let (bad, example) = (ApiError::BadHost, DEFAULT_HOST);
    let mut url = Url::parse(text).map_err(|_| bad(tr!("host-no-url", example)))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(bad(tr!("host-scheme", example)));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(bad(tr!("host-credentials", example)));
    }
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

fn usage(text: Message) -> ApiError {
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
            ..Given::default()
        };
        let from_flags = resolve(&given, &env, Some(&file)).unwrap();
        assert_eq!(from_flags.host.as_str(), "https://flag.example/");
        assert_eq!(sent(&from_flags), [("authorization".into(), "Token syn_flag".into())]);
    }

    /// Who is asked, and what is sent, by a profile that is typed, or chosen by a variable, or neither.
    #[test]
    fn what_is_typed_comes_before_the_environment_and_that_before_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config.json");
        let text = r#"{"host":"http://file","access_token":"file","tenant":"file","environments":{
            "whole":{"backend_url":"http://prof","access_token":"prof","tenant":"prof"},
            "bare":{"backend_url":"http://bare"},"lost":{"access_token":"lost"}}}"#;
        std::fs::write(&file, text).unwrap();
        const ENV: &[(&str, &str)] = &[("SYNAPSE_HOST", "http://env"), ("SYNAPSE_ACCESS_TOKEN", "env")];
        let typed = |name: &str| Some(Chosen { name: name.into(), is_typed: true });
        let variable = |name: &str| Some(Chosen { name: name.into(), is_typed: false });
        // Host and token that are typed, variables, profile; and host, token and tenant that come of it, or the error.
        type Case<'a> = (Option<&'a str>, Option<&'a str>, &'a [(&'a str, &'a str)], Option<Chosen>, &'a str);
        let cases: &[Case<'_>] = &[
            (None, None, &[], None, "http://file/ file -"),
            (None, None, ENV, None, "http://env/ env -"),
            (None, None, &ENV[..1], None, "http://env/ file -"),
            (None, None, &[("SYNAPSE_PLUGIN_RUN_TENANT", "t")], None, "http://file/ file t"),
            (Some("http://typed"), None, ENV, None, "http://typed/ env -"),
            (None, Some("typed"), ENV, None, "http://env/ typed -"),
            (None, None, &[], typed("whole"), "http://prof/ prof prof"),
            (None, None, ENV, typed("whole"), "http://prof/ prof prof"),
            (None, None, &[("SYNAPSE_PLUGIN_RUN_USER_TOKEN", "u")], typed("whole"), "http://prof/ prof prof"),
            (Some("http://typed"), Some("typed"), ENV, typed("whole"), "http://typed/ typed prof"),
            (None, None, &[], variable("whole"), "http://prof/ prof prof"),
            (None, None, ENV, variable("whole"), "http://env/ env prof"),
            (None, None, &ENV[1..], variable("whole"), "http://prof/ env prof"),
            (None, Some("typed"), ENV, typed("bare"), "http://bare/ typed -"),
            (None, None, ENV, typed("bare"), "no token in profile \"bare\""),
            (None, None, &[], variable("bare"), "no token in profile \"bare\""),
            (None, None, ENV, typed("lost"), "no host in profile \"lost\""),
            (None, None, ENV, typed("nobody"), "no profile \"nobody\""),
            (None, None, ENV, variable("whol"), "did you mean \"whole\""),
        ];
        for (host, token, env, profile, expected) in cases {
            let host = host.map(str::to_owned);
            let given =
                Given { host, token: token.and_then(Secret::new), profile: profile.clone(), ..Given::default() };
            match resolve(&given, env, Some(&file)) {
                Ok(found) => {
                    let who = sent(&found)[0].1.trim_start_matches("Token ").to_owned();
                    let seen = format!("{} {who} {}", found.host, found.tenant.as_deref().unwrap_or("-"));
                    assert_eq!(seen, **expected, "{given:?} {env:?}");
                }
                Err(e) => assert!(e.to_string().contains(expected), "{given:?} {env:?}: {e}"),
            }
        }
        let overruled = |profile| resolve(&Given { profile, ..Given::default() }, ENV, Some(&file)).unwrap().overruling;
        assert_eq!(overruled(variable("whole")), ["SYNAPSE_HOST", "SYNAPSE_ACCESS_TOKEN"]);
        assert!(overruled(typed("whole")).is_empty() && overruled(None).is_empty());
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
