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
    /// A file that the caller named, which stays.
    Chosen(PathBuf),
    /// A file that is deleted with the emulator.
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
    /// Returns the port on which the server listens.
    pub fn port(&self) -> u16 {
        self.addr().port()
    }

    /// Returns the address on which the server listens.
    pub fn addr(&self) -> SocketAddr {
        self.server.addr()
    }

    /// Returns the id of the permanent key.
    pub fn secret_id(&self) -> &str {
        &self.secret_id
    }

    /// Returns the permanent key.
    pub fn secret_key(&self) -> &str {
        &self.secret_key
    }

    /// Returns the region of the buckets.
    pub fn region(&self) -> &str {
        &self.context.settings.region
    }

    /// Returns the data directory; `None` if everything is in memory.
    pub fn data_dir(&self) -> Option<&Path> {
        self.context.store.root()
    }

    /// Returns the certificate of the authority that clients must trust to use HTTPS, in PEM; `None` without
    /// [`Builder::tls`](crate::Builder::tls).
    pub fn ca_pem(&self) -> Option<&str> {
        self.context.tls.as_ref().map(tls::Server::authority)
    }

    /// Returns the file that holds [`ca_pem`](Self::ca_pem). Dropping the emulator deletes it, unless
    /// [`Builder::tls_ca`](crate::Builder::tls_ca) named it.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_ref().map(CaFile::path)
    }

    /// Creates a bucket without a request. An existing bucket is not an error.
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

    /// Refuses a key from now on.
    pub fn remove_credential(&self, secret_id: &str) {
        self.context.credentials.remove(secret_id);
    }

    /// Injects a fault into the next `times` matching requests; `usize::MAX` means all of them.
    ///
    /// One request meets at most one injected fault: the earliest one that matches it.
    pub fn inject(&self, fault: Fault, when: Match, times: usize) {
        self.context.faults.add(fault, when, times);
    }

    /// Gives this answer to all matching requests that have a valid signature and the right token, and refuses others.
    /// For services that the emulator lacks, such as data processing.
    pub fn answer(&self, when: Match, answer: Answer) {
        self.inject(Fault::Answer(answer.checked()), when, usize::MAX);
    }

    /// Returns how many requests are still to meet an injected fault.
    pub fn pending_faults(&self) -> usize {
        self.context.faults.pending()
    }

    /// Removes all injected faults and answers, but not those of [`Builder::answers`](crate::Builder::answers).
    pub fn clear_faults(&self) {
        self.context.faults.clear();
    }

    /// Returns the requests since the start or the last [`clear_requests`](Self::clear_requests), the newest
    /// [`Builder::log_capacity`](crate::Builder::log_capacity) of them.
    ///
    /// The log has a request before the client gets the first byte of its answer.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.context.log.entries()
    }

    /// Returns the number of requests, including those that the log has dropped.
    pub fn request_count(&self) -> usize {
        self.context.log.count()
    }

    /// Returns the number of connections since the start.
    pub fn connection_count(&self) -> u64 {
        self.server.accepted()
    }

    /// Clears the log and its count.
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
