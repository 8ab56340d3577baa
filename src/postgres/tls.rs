//! Whom to trust: `sslmode` and `sslrootcert` as libpq means them.
//!
//! | sslmode | encrypted | the certificate is signed by a trusted authority | it names the host |
//! |---|---|---|---|
//! | `disable` | no | | |
//! | `prefer` (default) | if the server can | | |
//! | `require` | yes | only with `sslrootcert` | |
//! | `verify-ca` | yes | yes | |
//! | `verify-full` | yes | yes | yes |
//!
//! Trusted are those in the file `sslrootcert`, else those of the system and of `--ca-file`. A server that shows exactly a certificate of that
//! file is trusted as well.

use crate::exit::UsageError;
use crate::net::tls;
use crate::net::tls::Pinning;
use crate::tr;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Whether there is TLS, and what it has to prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SslMode {
    /// Never.
    Disable,
    /// If the server can; nothing is proved.
    Prefer,
    /// Always; nothing is proved.
    Require,
    /// A trusted authority has signed.
    VerifyCa,
    /// And the certificate is that of the host.
    VerifyFull,
}

impl SslMode {
    /// The mode of this name; without one, `prefer`.
    ///
    /// # Errors
    /// [`UsageError`] for another name.
    pub fn of(name: Option<&str>, roots: &Roots) -> Result<Self, UsageError> {
        Ok(match name {
            None if *roots == Roots::System => Self::VerifyFull,
            None | Some("prefer" | "allow") => Self::Prefer,
            Some("disable") => Self::Disable,
            // As libpq: who names an authority wants it asked.
            Some("require") if *roots != Roots::Default => Self::VerifyCa,
            Some("require") => Self::Require,
            Some("verify-ca") => Self::VerifyCa,
            Some("verify-full") => Self::VerifyFull,
            Some(_) => {
                return Err(UsageError::new(tr!("dsn-sslmode")));
            }
        })
    }

    /// As the driver takes it.
    pub fn driver(self) -> tokio_postgres::config::SslMode {
        match self {
            Self::Disable => tokio_postgres::config::SslMode::Disable,
            Self::Prefer => tokio_postgres::config::SslMode::Prefer,
            _ => tokio_postgres::config::SslMode::Require,
        }
    }
}

/// The authorities that are trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Roots {
    /// Nothing was said: those of the system, where one is asked at all.
    Default,
    /// `sslrootcert=system`.
    System,
    /// Those in a PEM file.
    File(PathBuf),
}

impl Roots {
    /// From the value of `sslrootcert`.
    pub fn of(value: Option<String>) -> Self {
        match value.as_deref() {
            None | Some("") => Self::Default,
            Some("system") => Self::System,
            Some(path) => Self::File(PathBuf::from(path)),
        }
    }
}

/// TLS for a mode and its authorities.
///
/// # Errors
/// [`UsageError`] when no authority can be trusted.
pub fn connector(mode: SslMode, roots: &Roots) -> Result<MakeRustlsConnect, UsageError> {
    let usage = |why: String| UsageError::new(tr!("tls-no-setup", why));
    let provider = Arc::new(ring::default_provider());
    let proof = match (mode, roots) {
        (SslMode::Disable | SslMode::Prefer | SslMode::Require, _) => None,
        (_, Roots::File(path)) => {
            let certificates = tls::read(path, "sslrootcert")?;
            let store = tls::authorities(&certificates).1;
            let built = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider.clone()).build();
            let verifier = built.map_err(|e| usage(format!("sslrootcert {}: {e}", path.display())))?;
            Some(Pinning::over(verifier, certificates))
        }
        (_, Roots::Default | Roots::System) => Some(tls::platform::verifier()?),
    };
    let verifier = Proof { provider: provider.clone(), chain: proof, name: mode == SslMode::VerifyFull };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| usage(e.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Checks as much of a certificate as the mode asks for.
#[derive(Debug)]
struct Proof {
    provider: Arc<CryptoProvider>,
    /// Who checks its signatures; `None`: nobody.
    chain: Option<Arc<dyn ServerCertVerifier>>,
    /// Whether it has to name the host.
    name: bool,
}

impl ServerCertVerifier for Proof {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is the last thing that is looked at: all else was in order.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_what_they_mean_to_libpq() {
        let file = Roots::of(Some("/x.pem".into()));
        for (name, roots, expected) in [
            (None, &Roots::Default, SslMode::Prefer),
            (None, &Roots::System, SslMode::VerifyFull),
            (Some("require"), &Roots::Default, SslMode::Require),
            (Some("require"), &file, SslMode::VerifyCa),
            (Some("verify-full"), &Roots::Default, SslMode::VerifyFull),
        ] {
            assert_eq!(SslMode::of(name, roots).unwrap(), expected, "{name:?} {roots:?}");
        }
        assert!(SslMode::of(Some("verify"), &Roots::Default).is_err());
    }

    #[test]
    fn a_root_file_must_hold_certificates() {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [("none", None), ("empty", Some("")), ("no", Some("no pem"))] {
            let path = dir.path().join(name);
            if let Some(text) = text {
                std::fs::write(&path, text).unwrap();
            }
            let failed = connector(SslMode::VerifyFull, &Roots::File(path)).map(drop).unwrap_err().to_string();
            assert!(failed.contains("sslrootcert") && failed.contains(name), "{failed}");
        }
    }
}
