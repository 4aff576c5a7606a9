//! Which certificates are trusted and shown.

use std::path::{Path, PathBuf};

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use crate::config::Network;
use crate::error::CosClientError;
use crate::wire::proxy::ca_bundle;

/// Makes the settings of TLS. The environment's settings count where the program makes none.
pub(super) fn tls(network: &Network, variables: &[(String, String)]) -> Result<TlsConfig, CosClientError> {
    let mut tls = TlsConfig::builder().disable_verification(!network.verify_ssl);
    if cfg!(feature = "platform-verifier") {
        tls = tls.root_certs(RootCerts::PlatformVerifier);
    }
    let bundle = match &network.ca_bundle {
        Some(path) => Some(("ca_bundle", path.clone())),
        None => ca_bundle(variables).map(|(name, path)| (name, PathBuf::from(path))),
    };
    if !network.verify_ssl {
        log::warn!("verify_ssl(false): anyone on the way can pose as COS");
    } else if let Some((field, path)) = bundle {
        tls = tls.root_certs(RootCerts::new_with_certs(&authorities(field, &path)?));
    }
    if let Some((cert, key)) = &network.ssl_cert {
        let chain = certificates("ssl_cert", cert)?;
        let pem = pem("ssl_cert", key)?;
        let key = PrivateKey::from_pem(&pem)
            .map_err(|e| CosClientError::invalid("ssl_cert", format!("{} holds no key", key.display())).caused_by(e))?;
        tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
    }
    Ok(tls.build())
}

/// Reads the authorities of a file, or of all files of a folder.
fn authorities(field: &str, path: &Path) -> Result<Vec<Certificate<'static>>, CosClientError> {
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

fn certificates(field: &str, path: &Path) -> Result<Vec<Certificate<'static>>, CosClientError> {
    let found = read(&pem(field, path)?);
    if found.is_empty() {
        return Err(CosClientError::invalid(field, format!("{} holds no certificate", path.display())));
    }
    Ok(found)
}

fn read(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    items.collect()
}
