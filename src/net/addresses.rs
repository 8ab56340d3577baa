//! Which network addresses an original may be fetched from. URLs come from rows, so whoever can write a row could otherwise make
//! this machine ask its own services or the cloud's metadata service (docs/security.md).

use super::proxy;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use url::{Host, Url};

/// Which addresses a URL may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Also private and loopback addresses, since the URL is of the Synapse server itself; never link-local ones.
    OwnServer,
    /// All addresses: the user has allowed private ones.
    Any,
}

impl Reach {
    /// Whether the address is within reach.
    pub fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::OwnServer => !is_link_local(address),
            Self::Public => is_public(address),
        }
    }

    /// Checks a URL's scheme, and its host when that is an address; names are checked by [`Resolver`] when they are connected to.
    ///
    /// # Errors
    /// [`UrlError`]: what is not allowed.
    pub fn check(self, url: &Url) -> Result<(), UrlError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UrlError::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(UrlError::Credentials);
        }
        let address = match url.host() {
            Some(Host::Ipv4(a)) => IpAddr::V4(a),
            Some(Host::Ipv6(a)) => IpAddr::V6(a),
            // The resolver lets the name of a proxy pass; nothing but its own traffic may use that.
            Some(Host::Domain(name)) if self != Self::Any && is_proxy(name) => return Err(PrivateAddress.into()),
            Some(Host::Domain(_)) => return Ok(()),
            None => return Err(UrlError::NoHost),
        };
        if self.allows(address) { Ok(()) } else { Err(PrivateAddress.into()) }
    }
}

/// The address belongs to this machine or its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the URL leads to a private address")]
pub struct PrivateAddress;

/// Why a URL is never requested.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Its scheme is this one.
    #[error("only http and https URLs are fetched, not {0}")]
    Scheme(String),
    /// Credentials in a URL would go to whoever a row names.
    #[error("the URL holds a user name or password")]
    Credentials,
    /// There is nobody to ask.
    #[error("the URL has no host")]
    NoHost,
    /// Its address is out of reach.
    #[error(transparent)]
    Private(#[from] PrivateAddress),
}

/// Looks names up and drops addresses out of reach, at the moment of connecting: a name that changes its address between a check
/// and a connection gains nothing.
#[derive(Clone, Copy, Debug)]
pub struct Resolver(pub Reach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        // The proxy of a company has a private address, and is the user's own choice.
        let reach = if is_proxy(name.as_str()) { Reach::Any } else { self.0 };
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let none = found.is_empty();
            let within: Vec<_> = found.into_iter().filter(|a| reach.allows(a.ip())).collect();
            if within.is_empty() && !none {
                return Err(PrivateAddress.into());
            }
            Ok(Box::new(within.into_iter()) as Addrs)
        })
    }
}

fn is_proxy(name: &str) -> bool {
    proxy::proxies().is_ok_and(|proxies| proxies.has(name))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => is_public_v4(a),
        IpAddr::V6(a) => match inner_v4(a) {
            Some(a) => is_public_v4(a),
            None => {
                let s = a.segments();
                // 2000::/3 is all that is handed out; from it go documentation, Teredo and other special blocks.
                (s[0] & 0xe000) == 0x2000 && !(s[0] == 0x2001 && (s[1] < 0x200 || s[1] == 0xdb8)) && s[0] != 0x3fff
            }
        },
    }
}

fn is_public_v4(a: Ipv4Addr) -> bool {
    let [x, y, z, _] = a.octets();
    !(a.is_private()
        || a.is_loopback()
        || a.is_link_local()
        || a.is_documentation()
        || x == 0
        || x >= 224
        || (x == 100 && (64..128).contains(&y))
        || (x == 192 && y == 0 && z == 0)
        || (x == 192 && y == 88 && z == 99)
        || (x == 198 && (18..20).contains(&y)))
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => a.is_link_local(),
        IpAddr::V6(a) => match inner_v4(a) {
            Some(a) => a.is_link_local(),
            // fd00:ec2::/32 is where one cloud puts its metadata service.
            None => a.is_unicast_link_local() || (a.segments()[0] == 0xfd00 && a.segments()[1] == 0xec2),
        },
    }
}

/// The IPv4 address inside a mapped, translated (NAT64) or 6to4 address.
fn inner_v4(a: Ipv6Addr) -> Option<Ipv4Addr> {
    let s = a.segments();
    let join = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(join(high, low))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reach: Reach, url: &str) -> bool {
        reach.check(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn private_addresses_in_every_spelling() {
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.0.1",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "169.254.169.254",
            "[::1]",
            "[::]",
            "[fc00::1]",
            "[fe80::1]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::10.0.0.1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[ff02::1]",
            "[fd00:ec2::254]",
        ] {
            let url = format!("http://{host}/x");
            assert!(!check(Reach::Public, &url), "{url}");
            assert!(check(Reach::Any, &url), "{url}");
        }
    }

    #[test]
    fn public_addresses_and_names_pass() {
        for host in ["93.184.216.34", "[2606:2800:220:1:248:1893:25c8:1946]", "example.org", "[64:ff9b::8.8.8.8]"] {
            assert!(check(Reach::Public, &format!("https://{host}/x")), "{host}");
        }
    }

    #[test]
    fn the_own_server_may_be_private_but_not_link_local() {
        assert!(check(Reach::OwnServer, "http://127.0.0.1:8000/") && check(Reach::OwnServer, "http://10.0.0.8/"));
        for url in [
            "http://169.254.169.254/",
            "http://[fe80::1]/",
            "http://[::ffff:169.254.169.254]/",
            "http://[fd00:ec2::254]/",
        ] {
            assert!(!check(Reach::OwnServer, url), "{url}");
        }
    }

    #[test]
    fn other_schemes_and_credentials_are_refused() {
        for url in [
            "file:///etc/passwd",
            "ftp://example.org/x",
            "data:text/plain,x",
            "http://u:p@example.org/",
            "http://u@example.org/",
        ] {
            assert!(!check(Reach::Any, url), "{url}");
        }
    }
}
