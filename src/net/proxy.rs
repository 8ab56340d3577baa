//! The proxies that the environment names, read as curl reads them.
//!
//! | variable | for |
//! |---|---|
//! | `http_proxy`, `HTTP_PROXY` | `http://` URLs. The second is ignored under CGI, where whoever sends a request can set it |
//! | `https_proxy`, `HTTPS_PROXY` | `https://` URLs |
//! | `all_proxy`, `ALL_PROXY` | both, where the other is not set |
//! | `no_proxy`, `NO_PROXY` | what is asked without a proxy |
//!
//! Of both spellings the small one counts first; an empty variable is not set.

use crate::exit::UsageError;
use crate::tr;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use url::{Host, Url};

/// A proxy, and where its address comes from.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyServer {
    /// Its address; it may hold a password.
    url: Url,
    /// The variable that names it.
    pub variable: &'static str,
}

/// Scheme, host and port, and the variable; no password.
impl fmt::Display for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.url.port_or_known_default().or_else(|| self.url.scheme().starts_with("socks").then_some(1080));
        write!(f, "{}://{}", self.url.scheme(), self.url.host_str().unwrap_or_default())?;
        port.map_or(Ok(()), |port| write!(f, ":{port}"))?;
        write!(f, " ({})", self.variable)
    }
}

impl fmt::Debug for ProxyServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl ProxyServer {
    fn parse(value: &str, variable: &'static str) -> Result<Self, UsageError> {
        let value = value.trim();
        let text = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
        let url = Url::parse(&text).ok().filter(|url| url.host_str().is_some_and(|host| !host.is_empty()));
        // Its text is not shown: it may hold a password.
        let url = url.ok_or_else(|| UsageError::new(tr!("proxy-no-address", variable)))?;
        match url.scheme() {
            "http" | "https" | "socks4" | "socks4a" | "socks5" | "socks5h" => Ok(Self { url, variable }),
            other => Err(UsageError::new(tr!("proxy-kind", variable, other))),
        }
    }

    /// Whether a host name is the proxy's own.
    pub fn is_at(&self, host: &str) -> bool {
        self.url
            .host_str()
            .is_some_and(|own| own.trim_matches(['[', ']']).eq_ignore_ascii_case(host.trim_matches(['[', ']'])))
    }

    /// Whether the proxy looks names up, and this machine need not be able to.
    pub fn resolves(&self) -> bool {
        !matches!(self.url.scheme(), "socks4" | "socks5")
    }
}

/// Which URLs go through which proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    http: Option<ProxyServer>,
    https: Option<ProxyServer>,
    direct: Vec<Direct>,
}

/// What `NO_PROXY` lists.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Direct {
    /// `*`.
    Everything,
    /// A name and all below it, at this port or at any.
    Domain(String, Option<u16>),
    /// Addresses that share so many leading bits.
    Network(IpAddr, u32, Option<u16>),
}

impl Proxies {
    /// As an environment says.
    ///
    /// # Errors
    /// [`UsageError`] naming the variable that is not the address of a proxy.
    pub fn of(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, UsageError> {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| Some((*name, get(name).filter(|value| !value.trim().is_empty())?)))
        };
        let direct: Vec<_> = first(&["no_proxy", "NO_PROXY"]).map(|(_, list)| list_of(&list)).unwrap_or_default();
        if direct.contains(&Direct::Everything) {
            return Ok(Self { direct, ..Self::default() });
        }
        let cgi = get("REQUEST_METHOD").is_some();
        let http = if cgi { first(&["http_proxy"]) } else { first(&["http_proxy", "HTTP_PROXY"]) };
        let all = || first(&["all_proxy", "ALL_PROXY"]);
        let server = |found: Option<(&'static str, String)>| {
            found.map(|(variable, value)| ProxyServer::parse(&value, variable)).transpose()
        };
        let http = server(http.or_else(all))?;
        let https = server(first(&["https_proxy", "HTTPS_PROXY"]).or_else(all))?;
        Ok(Self { http, https, direct })
    }

    /// The proxy through which a URL is asked, if any.
    pub fn server_for(&self, url: &Url) -> Option<&ProxyServer> {
        let server = match url.scheme() {
            "http" => self.http.as_ref(),
            "https" => self.https.as_ref(),
            _ => None,
        }?;
        (!self.direct.iter().any(|d| d.covers(url))).then_some(server)
    }

    /// Whether a host name is that of a proxy.
    pub fn has(&self, host: &str) -> bool {
        self.http.iter().chain(&self.https).any(|server| server.is_at(host))
    }

    /// As the HTTP client takes them. It must not read the environment itself: it takes it otherwise.
    pub fn for_client(self: &Arc<Self>) -> reqwest::Proxy {
        let proxies = self.clone();
        reqwest::Proxy::custom(move |url| proxies.server_for(url).map(|server| server.url.clone()))
    }
}

/// The proxies of this process.
///
/// # Errors
/// As [`Proxies::of`].
pub fn proxies() -> Result<&'static Arc<Proxies>, UsageError> {
    static FOUND: OnceLock<Result<Arc<Proxies>, UsageError>> = OnceLock::new();
    FOUND.get_or_init(|| Proxies::of(&|name| std::env::var(name).ok()).map(Arc::new)).as_ref().map_err(Clone::clone)
}

impl Direct {
    fn covers(&self, url: &Url) -> bool {
        let at = |port: &Option<u16>| port.is_none_or(|port| url.port_or_known_default() == Some(port));
        match (self, url.host()) {
            (Self::Everything, _) => true,
            (Self::Domain(name, port), Some(Host::Domain(host))) => {
                let host = host.trim_end_matches('.').to_ascii_lowercase();
                at(port) && host.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.'))
            }
            (Self::Network(network, bits, port), Some(Host::Ipv4(address))) => {
                at(port) && shares(*network, IpAddr::V4(address), *bits)
            }
            (Self::Network(network, bits, port), Some(Host::Ipv6(address))) => {
                at(port) && shares(*network, IpAddr::V6(address), *bits)
            }
            _ => false,
        }
    }
}

fn shares(a: IpAddr, b: IpAddr, bits: u32) -> bool {
    let differs = match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u32::from(a) ^ u32::from(b)).leading_zeros(),
        (IpAddr::V6(a), IpAddr::V6(b)) => (u128::from(a) ^ u128::from(b)).leading_zeros(),
        _ => return false,
    };
    differs >= bits
}

/// The entries of a list, which commas or blanks separate. What is none of them covers nothing.
fn list_of(list: &str) -> Vec<Direct> {
    list.split([',', ' ', '\t', '\n']).filter(|entry| !entry.is_empty()).filter_map(entry).collect()
}

fn entry(text: &str) -> Option<Direct> {
    if text == "*" {
        return Some(Direct::Everything);
    }
    if let Some((network, bits)) = text.split_once('/') {
        let network: IpAddr = network.trim_matches(['[', ']']).parse().ok()?;
        let most = if network.is_ipv4() { 32 } else { 128 };
        return bits.parse().ok().filter(|bits| *bits <= most).map(|bits| Direct::Network(network, bits, None));
    }
    let whole = |address: IpAddr, port| Direct::Network(address, if address.is_ipv4() { 32 } else { 128 }, port);
    if let Ok(address) = text.trim_matches(['[', ']']).parse() {
        return Some(whole(address, None));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse().ok()?)),
        None => (text, None),
    };
    if let Ok(address) = host.trim_matches(['[', ']']).parse() {
        return Some(whole(address, port));
    }
    let name = host.trim_start_matches("*.").trim_matches('.').to_ascii_lowercase();
    (!name.is_empty()).then_some(Direct::Domain(name, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(env: &[(&str, &str)]) -> Result<Proxies, UsageError> {
        Proxies::of(&|name| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    fn through(env: &[(&str, &str)], url: &str) -> String {
        let proxies = of(env).unwrap();
        proxies.server_for(&Url::parse(url).unwrap()).map(ToString::to_string).unwrap_or_default()
    }

    #[test]
    fn variables_mean_what_they_mean_to_curl() {
        for (env, url, server) in [
            (&[("HTTPS_PROXY", "http://p:3128")][..], "https://h/", "http://p:3128 (HTTPS_PROXY)"),
            (&[("https_proxy", "p:3128")], "https://h/", "http://p:3128 (https_proxy)"),
            (&[("https_proxy", "a:1"), ("HTTPS_PROXY", "b:2")], "https://h/", "http://a:1 (https_proxy)"),
            (&[("https_proxy", ""), ("HTTPS_PROXY", "b:2")], "https://h/", "http://b:2 (HTTPS_PROXY)"),
            (&[("HTTPS_PROXY", "http://p:3128")], "http://h/", ""),
            (&[("HTTP_PROXY", "http://p:3128")], "http://h/", "http://p:3128 (HTTP_PROXY)"),
            (&[("HTTP_PROXY", "http://p:3128"), ("REQUEST_METHOD", "GET")], "http://h/", ""),
            (&[("http_proxy", "http://p"), ("REQUEST_METHOD", "GET")], "http://h/", "http://p:80 (http_proxy)"),
            (&[("ALL_PROXY", "socks5h://p")], "https://h/", "socks5h://p:1080 (ALL_PROXY)"),
            (&[("all_proxy", "socks4a://p:9"), ("http_proxy", "q:1")], "http://h/", "http://q:1 (http_proxy)"),
            (&[("HTTPS_PROXY", "http://me:secret@p:3128/")], "https://h/", "http://p:3128 (HTTPS_PROXY)"),
            (&[("HTTPS_PROXY", "https://[::1]:3128")], "https://h/", "https://[::1]:3128 (HTTPS_PROXY)"),
        ] {
            assert_eq!(through(env, url), server, "{env:?} {url}");
        }
        for (value, said) in [
            ("http://[bad", "HTTPS_PROXY is not the address"),
            ("http://", "HTTPS_PROXY is not the address"),
            ("http://me:secret@:80", "HTTPS_PROXY is not the address"),
            ("ftp://p", "of the kind ftp"),
            ("quic://me:secret@p", "socks5h"),
        ] {
            let e = of(&[("HTTPS_PROXY", value)]).unwrap_err().to_string();
            assert!(e.contains(said) && !e.contains("secret"), "{value}: {e}");
        }
        assert!(of(&[("HTTPS_PROXY", "http://[bad"), ("NO_PROXY", "*")]).is_ok());
    }

    #[test]
    fn exceptions_are_names_addresses_networks_and_ports() {
        for (list, url, direct) in [
            ("*", "https://10.0.0.1/", true),
            ("*", "https://h/", true),
            ("a.b, *", "https://h/", true),
            ("example.org", "https://example.org/", true),
            ("example.org", "https://x.example.org/", true),
            ("example.org", "https://myexample.org/", false),
            (".example.org", "https://example.org/", true),
            (".example.org", "https://x.EXAMPLE.org./", true),
            ("*.example.org", "https://x.example.org/", true),
            ("example.org.", "https://x.example.org/", true),
            ("a.org b.org", "https://b.org/", true),
            ("127.0.0.1", "http://127.0.0.1:8000/", true),
            ("127.0.0.1", "http://127.0.0.2/", false),
            ("10.0.0.0/8", "http://10.9.8.7/", true),
            ("10.0.0.0/8", "http://11.0.0.1/", false),
            ("0.0.0.0/0", "http://11.0.0.1/", true),
            ("10.0.0.0/8", "http://[::1]/", false),
            ("::1", "http://[::1]:9/", true),
            ("[::1]", "http://[::1]/", true),
            ("fd00::/8", "http://[fd12::3]/", true),
            ("h:8080", "http://h:8080/", true),
            ("h:8080", "http://h/", false),
            ("h:443", "https://h/", true),
            ("10.0.0.1:81", "http://10.0.0.1:81/", true),
            ("10.0.0.1:81", "http://10.0.0.1/", false),
            ("[::1]:81", "http://[::1]:81/", true),
            ("localhost", "http://localhost:9000/", true),
            ("localhost", "http://127.0.0.1/", false),
            ("10.0.0.0/99", "http://10.0.0.0/", false),
            ("", "http://h/", false),
            (",,", "http://h/", false),
        ] {
            let env = [("ALL_PROXY", "p:1"), ("NO_PROXY", list)];
            assert_eq!(through(&env, url).is_empty(), direct, "{list:?} {url}");
        }
    }
}
