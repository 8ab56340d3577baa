//! Whom to trust: the authorities of the system, those that the user adds, and single certificates that are trusted on purpose.
//!
//! * `SSL_CERT_FILE` and `SSL_CERT_DIR` take the place of the system's authorities, as for OpenSSL.
//! * [`trust`] adds certificates. A server that shows exactly one of them is trusted as well, whoever has signed it: so a certificate
//!   that is its own authority, as `openssl req -x509` makes it, can be used. Its dates and its names still count.
//!
//! A certificate whose authority is not trusted is refused with the name of that authority.
//!
//! What is trusted is the same for the whole process, since the clients of object stores are.

use super::quote;
use crate::exit::UsageError;
use crate::tr;
use crate::words::Message;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use x509_cert::der::Decode;

/// The certificates that the user has added.
static ADDED: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();

/// Trusts the certificates of a file as well, from now on and in the whole process. Called before the first connection is made; only
/// the first call counts.
///
/// # Errors
/// [`UsageError`] when it cannot be read or holds no certificate; `what` names the option or variable.
pub fn trust(file: &Path, what: &str) -> Result<(), UsageError> {
    let certificates = read(file, what)?;
    let _ = ADDED.set(certificates);
    Ok(())
}

fn added() -> &'static [CertificateDer<'static>] {
    ADDED.get().map(Vec::as_slice).unwrap_or_default()
}

/// The certificates of a file, in PEM or DER. `what` names the option or variable.
///
/// # Errors
/// [`UsageError`] naming the file.
pub fn read(file: &Path, what: &str) -> Result<Vec<CertificateDer<'static>>, UsageError> {
    let bad = |why: Message| UsageError::new(tr!("trust-why", what, file = file.display(), why));
    let bytes = std::fs::read(file).map_err(|e| bad(tr!("trust-unreadable", reason = e)))?;
    let certificates: Vec<CertificateDer<'static>> = if bytes.starts_with(&[0x30, 0x82]) {
        vec![CertificateDer::from(bytes)]
    } else {
        CertificateDer::pem_slice_iter(&bytes)
            .collect::<Result<_, _>>()
            .map_err(|e| bad(tr!("trust-no-pem", reason = e)))?
    };
    match certificates.iter().find_map(|c| ParsedCertificate::try_from(c).err()) {
        Some(e) => Err(bad(tr!("trust-damaged", reason = e))),
        None if certificates.is_empty() => Err(bad(tr!("trust-none"))),
        None => Ok(certificates),
    }
}

/// Checks what the environment says of the authorities of the system: who names a file wants it to be read.
///
/// # Errors
/// [`UsageError`] naming the variable.
pub fn check_environment() -> Result<(), UsageError> {
    match std::env::var_os("SSL_CERT_FILE") {
        Some(file) if file.is_empty() => {
            return Err(UsageError::new(tr!("trust-empty")));
        }
        Some(file) => drop(read(Path::new(&file), "SSL_CERT_FILE")?),
        None => {}
    }
    let folders = std::env::var_os("SSL_CERT_DIR").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).filter(|p| !p.as_os_str().is_empty()).collect();
    let mut found = folders.is_empty();
    for folder in &folders {
        let bad = |why: Message| UsageError::new(tr!("trust-folder", folder = folder.display(), why));
        let entries = std::fs::read_dir(folder).map_err(|e| bad(tr!("trust-unreadable", reason = e)))?;
        found |= entries.flatten().any(|entry| read(&entry.path(), "").is_ok());
    }
    let first = folders.first().map(|f| f.display().to_string()).unwrap_or_default();
    if found { Ok(()) } else { Err(UsageError::new(tr!("trust-folder-none", first))) }
}

/// A client that trusts whom this process trusts.
///
/// # Errors
/// [`UsageError`] when nobody can be trusted.
pub fn secure(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, UsageError> {
    Ok(builder.tls_backend_preconfigured(platform::client_config()?))
}

/// The authorities of the system and what the user has added, for connections that are not HTTP.
pub mod platform {
    use super::{Pinning, added, authorities, check_environment};
    use crate::exit::UsageError;
    use crate::tr;
    use rustls::ClientConfig;
    use rustls::client::danger::ServerCertVerifier;
    use rustls::crypto::ring;
    use rustls_platform_verifier::Verifier;
    use std::sync::{Arc, OnceLock};

    /// What checks the certificates of servers.
    ///
    /// # Errors
    /// [`UsageError`] when the system has no authorities, or the environment names none.
    pub fn verifier() -> Result<Arc<dyn ServerCertVerifier>, UsageError> {
        static MADE: OnceLock<Result<Arc<dyn ServerCertVerifier>, UsageError>> = OnceLock::new();
        let make = || {
            check_environment()?;
            let roots = authorities(added()).0;
            let verifier = Verifier::new_with_extra_roots(roots, Arc::new(ring::default_provider()))
                .map_err(|_| UsageError::new(tr!("trust-no-authorities")))?;
            Ok(Pinning::over(Arc::new(verifier), added().to_vec()))
        };
        MADE.get_or_init(make).clone()
    }

    /// TLS for a client.
    ///
    /// # Errors
    /// As [`verifier`].
    pub fn client_config() -> Result<ClientConfig, UsageError> {
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| UsageError::new(tr!("tls-setup", reason = e)))?;
        Ok(builder.dangerous().with_custom_certificate_verifier(verifier()?).with_no_client_auth())
    }
}

/// Those certificates that can be authorities, and a store of them.
pub fn authorities(certificates: &[CertificateDer<'static>]) -> (Vec<CertificateDer<'static>>, RootCertStore) {
    let mut store = RootCertStore::empty();
    let usable = certificates.iter().filter(|c| store.add((*c).clone()).is_ok()).cloned().collect();
    (usable, store)
}

/// Trusts single certificates besides those that another verifier trusts.
#[derive(Debug)]
pub struct Pinning {
    inner: Arc<dyn ServerCertVerifier>,
    pinned: Vec<CertificateDer<'static>>,
}

impl Pinning {
    /// `inner`, and these certificates as they are.
    pub fn over(
        inner: Arc<dyn ServerCertVerifier>,
        pinned: Vec<CertificateDer<'static>>,
    ) -> Arc<dyn ServerCertVerifier> {
        Arc::new(Self { inner, pinned })
    }
}

/// An authority that is not trusted, or whose certificate the server should have sent.
#[derive(Debug)]
pub struct UnknownIssuer {
    /// Its name, as in RFC 4514: `CN=…,O=…`.
    pub by: String,
}

impl fmt::Display for UnknownIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnknownIssuer: {}", self.by)
    }
}

impl std::error::Error for UnknownIssuer {}

/// The same verdict, with the name of the authority that is not trusted: that of the last certificate that the server sends.
fn with_issuer(problem: &CertificateError, last: &CertificateDer<'_>) -> Error {
    let issuer = |der: &[u8]| Some(x509_cert::Certificate::from_der(der).ok()?.tbs_certificate.issuer.to_string());
    match issuer(last).filter(|_| *problem == CertificateError::UnknownIssuer) {
        Some(by) => {
            let unknown = UnknownIssuer { by: quote(&by) };
            Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(unknown))))
        }
        None => Error::InvalidCertificate(problem.clone()),
    }
}

impl ServerCertVerifier for Pinning {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let Err(Error::InvalidCertificate(problem)) = &verdict else { return verdict };
        // The dates are looked at before anything else, so any other problem says that they are in order.
        let on_purpose = match problem {
            CertificateError::UnknownIssuer
            | CertificateError::BadSignature
            | CertificateError::NotValidForName
            | CertificateError::NotValidForNameContext { .. }
            | CertificateError::InvalidPurpose
            | CertificateError::InvalidPurposeContext { .. }
            | CertificateError::Other(_) => self.pinned.iter().any(|c| c.as_ref() == end_entity.as_ref()),
            _ => false,
        };
        if !on_purpose {
            return Err(with_issuer(problem, intermediates.last().unwrap_or(end_entity)));
        }
        match verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name) {
            Ok(()) => Ok(ServerCertVerified::assertion()),
            // A certificate without any name in the place for names cannot be of another host.
            Err(Error::InvalidCertificate(CertificateError::NotValidForNameContext { presented, .. }))
                if presented.is_empty() =>
            {
                Ok(ServerCertVerified::assertion())
            }
            Err(e) => Err(e),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
