//! The emulator's handle.

use std::fmt;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::context::Context;
use crate::credential::Credential;
use crate::fault::{Answer, Fault, Match};
use crate::log::RecordedRequest;
use crate::ops::bucket::create_directly;
use crate::server::Server;
use crate::time;
use crate::tls;

/// A running server. It stops when dropped.
pub struct CosEmulator {
    pub(crate) context: Arc<Context>,
    pub(crate) server: Server,
    pub(crate) secret_id: String,
    pub(crate) secret_key: String,
    pub(crate) ca_file: Option<CaFile>,
}

/// The file of the authority's certificate.
pub(crate) enum CaFile {
    /// The caller named it, and keeps it.
    Chosen(PathBuf),
    /// It goes with the emulator.
    Temporary(PathBuf),
}

impl CaFile {
    fn path(&self) -> &Path {
        match self {
            Self::Chosen(path) | Self::Temporary(path) => path,
        }
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        if let Self::Temporary(path) = self {
            let _ = fs::remove_file(path);
        }
    }
}

impl CosEmulator {
    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.addr().port()
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// The id of the permanent key.
    pub fn secret_id(&self) -> &str {
        &self.secret_id
    }

    /// The permanent key.
    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// The region its buckets are in.
    pub fn region(&self) -> &str {
        &self.context.settings.region
    }

    /// The directory it keeps its data in, unless that is in memory.
    pub fn data_dir(&self) -> Option<&Path> {
        self.context.store.root()
    }

    /// The certificate of the authority that clients must trust to use HTTPS, in PEM;
    /// `None` without [`Builder::tls`](crate::Builder::tls).
    pub fn ca_pem(&self) -> Option<&str> {
        self.context.tls.as_ref().map(tls::Server::authority)
    }

    /// The file that holds [`ca_pem`](Self::ca_pem). It is deleted when the emulator is dropped, unless
    /// [`Builder::tls_ca`](crate::Builder::tls_ca) named it.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_ref().map(CaFile::path)
    }

    /// Creates a bucket without a request; that it exists already is no error.
    pub fn create_bucket(&self, name: &str) -> io::Result<()> {
        create_directly(&self.context, name)
    }

    /// Accepts another temporary key from now on.
    pub fn add_temporary_credential(&self, secret_id: &str, secret_key: &str, token: &str) {
        self.context.credentials.add(Credential::temporary(secret_id, secret_key, token));
    }

    /// Lets all temporary keys expire now, issued or added.
    pub fn expire_credentials(&self) {
        self.context.credentials.expire(time::seconds(self.context.now()));
    }

    /// Accepts a key no longer.
    pub fn remove_credential(&self, secret_id: &str) {
        self.context.credentials.remove(secret_id);
    }

    /// Lets something go wrong with the next `times` matching requests.
    ///
    /// One request meets at most one injected fault: the earliest injected that matches it. With
    /// `usize::MAX` it never ends.
    pub fn inject(&self, fault: Fault, when: Match, times: usize) {
        self.context.faults.add(fault, when, times);
    }

    /// Answers all matching requests so, if they are signed well and carry the right token; others are refused. For
    /// services that the emulator does not have itself, such as data processing.
    pub fn answer(&self, when: Match, answer: Answer) {
        self.inject(Fault::Answer(answer.checked()), when, usize::MAX);
    }

    /// How many requests are still to meet an injected fault.
    pub fn pending_faults(&self) -> usize {
        self.context.faults.pending()
    }

    /// Takes back all faults and answers, but not those of [`Builder::answers`](crate::Builder::answers).
    pub fn clear_faults(&self) {
        self.context.faults.clear();
    }

    /// All requests since the start or the last [`clear_requests`](Self::clear_requests), or the
    /// last of them if there were more than [`Builder::log_capacity`](crate::Builder::log_capacity).
    ///
    /// A request is here once its answer begins to go out.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.context.log.entries()
    }

    /// How many requests there were, also those that the log no longer holds.
    pub fn request_count(&self) -> usize {
        self.context.log.count()
    }

    /// How many connections there were since the start.
    pub fn connection_count(&self) -> u64 {
        self.server.accepted()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.context.log.clear();
    }
}

impl fmt::Debug for CosEmulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosEmulator")
            .field("addr", &self.addr())
            .field("region", &self.region())
            .field("data_dir", &self.data_dir())
            .finish_non_exhaustive()
    }
}
