//! The emulator's handle and its builder.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use crate::auth::Credential;
use crate::context::{Clock, Context, Settings, Stop};
use crate::fault::{Fault, Faults, Match};
use crate::log::{Log, RecordedRequest};
use crate::ops;
use crate::server::Server;
use crate::store::Store;
use crate::time;
use crate::{REGION, SECRET_ID, SECRET_KEY};

/// A running server. It stops when dropped.
pub struct CosEmulator {
    context: Arc<Context>,
    server: Server,
    secret_id: String,
    secret_key: String,
}

impl CosEmulator {
    /// Starts a server that keeps everything in memory, on a free port of 127.0.0.1.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// For a server with other than the default settings.
    pub fn builder() -> Builder {
        Builder::default()
    }

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

    /// Creates a bucket without a request; that it exists already is no error.
    pub fn create_bucket(&self, name: &str) -> io::Result<()> {
        ops::create_bucket_directly(&self.context, name)
    }

    /// Accepts another temporary key from now on.
    pub fn add_temporary_credential(&self, secret_id: &str, secret_key: &str, token: &str) {
        self.credentials().push(Credential {
            secret_id: secret_id.to_owned(),
            secret_key: secret_key.to_owned(),
            token: Some(token.to_owned()),
            expires: None,
            policy: None,
        });
    }

    /// Lets all temporary keys expire now, issued or added.
    pub fn expire_credentials(&self) {
        let now = time::seconds(self.context.now());
        for credential in self.credentials().iter_mut().filter(|credential| credential.token.is_some()) {
            credential.expires = Some(now);
        }
    }

    /// Accepts a key no longer.
    pub fn remove_credential(&self, secret_id: &str) {
        self.credentials().retain(|credential| credential.secret_id != secret_id);
    }

    /// Lets something go wrong with the next `times` matching requests.
    ///
    /// One request meets at most one injected fault: the earliest injected that matches it. With
    /// `usize::MAX` it never ends.
    pub fn inject(&self, fault: Fault, when: Match, times: usize) {
        self.context.faults.add(fault, when, times);
    }

    /// How many requests are still to meet an injected fault.
    pub fn pending_faults(&self) -> usize {
        self.context.faults.pending()
    }

    /// Takes back all faults.
    pub fn clear_faults(&self) {
        self.context.faults.clear();
    }

    /// All requests since the start or the last [`clear_requests`](Self::clear_requests).
    ///
    /// A request is here once its answer begins to go out.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.context.log.entries().clone()
    }

    /// How many requests there were.
    pub fn request_count(&self) -> usize {
        self.context.log.entries().len()
    }

    /// How many connections there were since the start.
    pub fn connection_count(&self) -> u64 {
        self.server.accepted()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.context.log.entries().clear();
    }

    fn credentials(&self) -> std::sync::MutexGuard<'_, Vec<Credential>> {
        self.context.credentials.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Settings of a server to start.
pub struct Builder {
    host: String,
    port: u16,
    data_dir: Option<PathBuf>,
    secret_id: String,
    secret_key: String,
    temporary: Vec<Credential>,
    region: String,
    clock: Clock,
    require_signed_host: bool,
    min_part_size: u64,
    domains: Vec<(String, String)>,
    instance_role: Option<String>,
    instance_role_lifetime: Duration,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 0,
            data_dir: None,
            secret_id: SECRET_ID.to_owned(),
            secret_key: SECRET_KEY.to_owned(),
            temporary: Vec::new(),
            region: REGION.to_owned(),
            clock: Box::new(SystemTime::now),
            require_signed_host: false,
            min_part_size: 1024 * 1024,
            domains: Vec::new(),
            instance_role: None,
            instance_role_lifetime: Duration::from_secs(6 * 3600),
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("data_dir", &self.data_dir)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// The address to listen on, 127.0.0.1 unless set.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// The port to listen on, a free one unless set.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Keeps everything in a directory, and starts with what is there.
    pub fn data_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(dir.into());
        self
    }

    /// The permanent key, instead of [`SECRET_ID`] and [`SECRET_KEY`].
    pub fn credential(mut self, id: impl Into<String>, key: impl Into<String>) -> Self {
        self.secret_id = id.into();
        self.secret_key = key.into();
        self
    }

    /// A temporary key to accept besides, which is good only with its token.
    pub fn temporary_credential(
        mut self,
        id: impl Into<String>,
        key: impl Into<String>,
        token: impl Into<String>,
    ) -> Self {
        self.temporary.push(Credential {
            secret_id: id.into(),
            secret_key: key.into(),
            token: Some(token.into()),
            expires: None,
            policy: None,
        });
        self
    }

    /// The region of all buckets, instead of [`REGION`].
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// What time it is: decides on signatures, and dates objects and answers.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Whether a signature must cover the host. COS does not ask for it, so it is off unless set.
    pub fn require_signed_host(mut self, required: bool) -> Self {
        self.require_signed_host = required;
        self
    }

    /// The size below which only the last part of an upload may be, 1 MiB unless set.
    pub fn min_part_size(mut self, bytes: u64) -> Self {
        self.min_part_size = bytes;
        self
    }

    /// A host name that stands for a bucket, as a custom domain does.
    pub fn custom_domain(mut self, host: impl Into<String>, bucket: impl Into<String>) -> Self {
        self.domains.push((host.into(), bucket.into()));
        self
    }

    /// Binds a role to the instance on which clients run, so that the metadata service gives its keys.
    /// None is bound unless set.
    pub fn instance_role(mut self, name: impl Into<String>) -> Self {
        self.instance_role = Some(name.into());
        self
    }

    /// For how long the keys of the instance's role are good, 6 hours unless set.
    pub fn instance_role_lifetime(mut self, lifetime: Duration) -> Self {
        self.instance_role_lifetime = lifetime;
        self
    }

    /// Starts the server.
    pub fn start(self) -> io::Result<CosEmulator> {
        let mut credentials = self.temporary;
        credentials.insert(
            0,
            Credential {
                secret_id: self.secret_id.clone(),
                secret_key: self.secret_key.clone(),
                token: None,
                expires: None,
                policy: None,
            },
        );
        let context = Arc::new(Context {
            settings: Settings {
                region: self.region,
                clock: self.clock,
                require_signed_host: self.require_signed_host,
                min_part_size: self.min_part_size,
                domains: self.domains,
                instance_role: self.instance_role.map(|role| (role, self.instance_role_lifetime)),
            },
            credentials: Mutex::new(credentials),
            store: Store::open(self.data_dir)?,
            faults: Faults::default(),
            log: Log::default(),
            stop: Stop::default(),
        });
        Ok(CosEmulator {
            server: Server::start(&self.host, self.port, Arc::clone(&context))?,
            context,
            secret_id: self.secret_id,
            secret_key: self.secret_key,
        })
    }
}
