//! TLS: an authority made at the start, and certificates it signs for every host that clients ask for.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::crypto::ring::{default_provider, sign::any_supported_type};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{ServerConfig, ServerConnection};

/// How many hosts have a certificate at a time.
const MOST_HOSTS: usize = 1000;

/// The server's side of TLS.
pub(crate) struct Server {
    config: Arc<ServerConfig>,
    authority: String,
}

impl Server {
    /// Makes an authority; `address` is that of this server, for clients that name no host.
    pub(crate) fn new(address: IpAddr) -> io::Result<Self> {
        let certificates = Certificates::new(address)?;
        let authority = certificates.issuer.pem();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(certificates));
        Ok(Self { config: Arc::new(config), authority })
    }

    /// The authority's certificate, for clients to trust.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    pub(crate) fn session(&self) -> io::Result<Session> {
        let connection = ServerConnection::new(Arc::clone(&self.config)).map_err(io::Error::other)?;
        Ok(Session(RefCell::new(connection)))
    }
}

/// The TLS of one connection, which one thread serves.
pub(crate) struct Session(RefCell<ServerConnection>);

impl Session {
    pub(crate) fn read(&self, mut tcp: &TcpStream, buffer: &mut [u8]) -> io::Result<usize> {
        rustls::Stream::new(&mut *self.0.borrow_mut(), &mut tcp).read(buffer)
    }

    pub(crate) fn write(&self, mut tcp: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
        rustls::Stream::new(&mut *self.0.borrow_mut(), &mut tcp).write(bytes)
    }

    /// Announces the end of the connection.
    pub(crate) fn close(&self, mut tcp: &TcpStream) {
        let mut connection = self.0.borrow_mut();
        connection.send_close_notify();
        while connection.wants_write() && connection.write_tls(&mut tcp).is_ok() {}
    }
}

/// The authority, and the certificates that it signed. All have the same key: this server keeps no secrets from
/// clients.
struct Certificates {
    issuer: CertifiedIssuer<'static, KeyPair>,
    key: KeyPair,
    signer: Arc<dyn SigningKey>,
    own: Vec<String>,
    made: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificates")
    }
}

impl Certificates {
    fn new(address: IpAddr) -> io::Result<Self> {
        let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "cos-emulator, for tests only");
        let authority_key = KeyPair::generate().map_err(io::Error::other)?;
        let issuer = CertifiedIssuer::self_signed(params, authority_key).map_err(io::Error::other)?;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let der = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signer = any_supported_type(&der).map_err(io::Error::other)?;
        let address = address.to_string();
        let mut own = ["localhost", "*.localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
        if !own.contains(&address) {
            own.push(address);
        }
        let certificates = Self { issuer, key, signer, own, made: Mutex::default() };
        certificates.of("")?;
        Ok(certificates)
    }

    /// The certificate of a host; an empty name means this server by its address.
    fn of(&self, host: &str) -> io::Result<Arc<CertifiedKey>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = made.get(host) {
            return Ok(Arc::clone(known));
        }
        let names = if host.is_empty() { self.own.clone() } else { vec![host.to_owned()] };
        let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
        params.distinguished_name.push(DnType::CommonName, "cos-emulator");
        let certificate = params.signed_by(&self.key, &self.issuer).map_err(io::Error::other)?;
        // With the authority, so that a browser can be told to believe its key alone.
        let chain = vec![certificate.der().clone(), self.issuer.der().clone()];
        let certified = Arc::new(CertifiedKey::new(chain, Arc::clone(&self.signer)));
        if made.len() >= MOST_HOSTS {
            made.clear();
        }
        made.insert(host.to_owned(), Arc::clone(&certified));
        Ok(certified)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.of(hello.server_name().unwrap_or_default()).ok()
    }
}
