//! Which certificates are trusted and shown.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::config::Network;
use crate::error::{ClientErrorKind, CosClientError};
use crate::wire::proxy::ca_bundle;

/// Makes the settings of TLS. The environment's settings count where the program makes none.
pub(super) fn tls(network: &Network, variables: &[(String, String)]) -> Result<Arc<ClientConfig>, CosClientError> {
    let failed = |e: rustls::Error| CosClientError::new(ClientErrorKind::Tls, format!("TLS: {e}")).caused_by(e);
    // A program may have chosen another library for all that it does.
    let crypto = CryptoProvider::get_default().cloned().unwrap_or_else(|| Arc::new(ring::default_provider()));
    let builder = ClientConfig::builder_with_provider(Arc::clone(&crypto));
    let builder = builder.with_safe_default_protocol_versions().map_err(failed)?;
    let bundle = match &network.ca_bundle {
        Some(path) => Some(("ca_bundle", path.clone())),
        None => ca_bundle(variables).map(|(name, path)| (name, PathBuf::from(path))),
    };
    let verifier: Option<Arc<dyn ServerCertVerifier>> = if !network.verify_ssl {
        log::warn!("verify_ssl(false): anyone on the way can pose as COS");
        Some(Arc::new(AnyServer(crypto)))
    } else if bundle.is_none() {
        of_the_platform(crypto).map_err(failed)?
    } else {
        None
    };
    let builder = match (verifier, bundle) {
        (Some(verifier), _) => builder.dangerous().with_custom_certificate_verifier(verifier),
        (None, bundle) => builder.with_root_certificates(roots(bundle)?),
    };
    let config = match &network.ssl_cert {
        None => builder.with_no_client_auth(),
        Some((cert, key)) => {
            let chain = certificates("ssl_cert", cert)?;
            let shown = key.display();
            let key = PrivateKeyDer::from_pem_slice(&pem("ssl_cert", key)?)
                .map_err(|e| CosClientError::invalid("ssl_cert", format!("{shown} holds no key")).caused_by(e))?;
            builder.with_client_auth_cert(chain, key).map_err(|e| {
                let why = format!("{} and {shown} cannot be used: {e}", cert.display());
                CosClientError::invalid("ssl_cert", why).caused_by(e)
            })?
        }
    };
    Ok(Arc::new(config))
}

/// Returns the authorities of a bundle, or else the built-in ones.
fn roots(bundle: Option<(&str, PathBuf)>) -> Result<RootCertStore, CosClientError> {
    let Some((field, path)) = bundle else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let mut roots = RootCertStore::empty();
    // One that cannot be read leaves the others as they are.
    roots.add_parsable_certificates(authorities(field, &path)?);
    Ok(roots)
}

/// Returns the operating system's own check of certificates, where that is asked for.
#[cfg(feature = "platform-verifier")]
fn of_the_platform(crypto: Arc<CryptoProvider>) -> Result<Option<Arc<dyn ServerCertVerifier>>, rustls::Error> {
    Ok(Some(Arc::new(rustls_platform_verifier::Verifier::new(crypto)?)))
}

#[cfg(not(feature = "platform-verifier"))]
#[allow(clippy::unnecessary_wraps)]
fn of_the_platform(_: Arc<CryptoProvider>) -> Result<Option<Arc<dyn ServerCertVerifier>>, rustls::Error> {
    Ok(None)
}

/// Takes every server for the right one.
#[derive(Debug)]
struct AnyServer(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Reads the authorities of a file, or of all files of a folder.
fn authorities(field: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, CosClientError> {
    if !path.is_dir() {
        return certificates(field, path);
    }
    let failed = |e: std::io::Error| CosClientError::invalid(field, format!("{}: {e}", path.display())).caused_by(e);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let file = entry.map_err(failed)?.path();
        if file.is_file() {
            found.extend(read(&std::fs::read(&file).map_err(failed)?));
        }
    }
    if found.is_empty() {
        return Err(CosClientError::invalid(field, format!("no file of {} holds a certificate", path.display())));
    }
    Ok(found)
}

fn pem(field: &str, path: &Path) -> Result<Vec<u8>, CosClientError> {
    std::fs::read(path).map_err(|e| CosClientError::invalid(field, format!("{}: {e}", path.display())).caused_by(e))
}

fn certificates(field: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, CosClientError> {
    let found = read(&pem(field, path)?);
    if found.is_empty() {
        return Err(CosClientError::invalid(field, format!("{} holds no certificate", path.display())));
    }
    Ok(found)
}

fn read(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect()
}
