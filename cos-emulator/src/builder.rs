//! The settings of a server.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::answers;
use crate::clock::Clock;
use crate::context::{Context, Settings};
use crate::credential::{Credential, Credentials};
use crate::defaults::{LOG_CAPACITY, REGION, SECRET_ID, SECRET_KEY};
use crate::emulator::{CaFile, CosEmulator};
use crate::fault::Faults;
use crate::ids;
use crate::log::{Log, Observer, RecordedRequest};
use crate::server::Server;
use crate::stop::Stop;
use crate::store::Store;
use crate::tasks::Tasks;
use crate::tls;
use crate::vectors::Vectors;

impl CosEmulator {
    /// Starts a server that keeps everything in memory, on a free port of 127.0.0.1.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Makes a builder, for a server with other settings than the defaults.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

/// The settings of a server; [`start`](Self::start) starts it.
pub struct Builder {
    host: String,
    port: u16,
    data_dir: Option<PathBuf>,
    secret_id: String,
    secret_key: String,
    temporary: Vec<Credential>,
    region: String,
    clock: Box<dyn Fn() -> SystemTime + Send + Sync>,
    require_signed_host: bool,
    min_part_size: u64,
    domains: Vec<(String, String)>,
    instance_role: Option<String>,
    instance_role_lifetime: Duration,
    log_capacity: usize,
    observer: Option<Observer>,
    control: bool,
    tls: bool,
    tls_ca: Option<PathBuf>,
    answers: Option<PathBuf>,
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
            log_capacity: LOG_CAPACITY,
            observer: None,
            control: false,
            tls: false,
            tls_ca: None,
            answers: None,
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
    /// Sets the address to listen on. Default: 127.0.0.1.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// Sets the port to listen on. Default: a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Keeps everything in a directory, and starts with its content. Default: in memory.
    pub fn data_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(dir.into());
        self
    }

    /// Sets the permanent key. Default: [`SECRET_ID`] and [`SECRET_KEY`].
    pub fn credential(mut self, id: impl Into<String>, key: impl Into<String>) -> Self {
        self.secret_id = id.into();
        self.secret_key = key.into();
        self
    }

    /// Accepts a temporary key, too, which is valid only with its token.
    pub fn temporary_credential(
        mut self,
        id: impl Into<String>,
        key: impl Into<String>,
        token: impl Into<String>,
    ) -> Self {
        self.temporary.push(Credential::temporary(id, key, token));
        self
    }

    /// Sets the region of all buckets. Default: [`REGION`].
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// Sets the clock, which judges signatures and dates objects and answers. Default: the system's.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// Sets whether a signature must cover the host. Default: false, since COS does not require it.
    pub fn require_signed_host(mut self, required: bool) -> Self {
        self.require_signed_host = required;
        self
    }

    /// Sets the smallest size of a part, in bytes; only the last part of an upload may be smaller. Default: 1 MiB.
    pub fn min_part_size(mut self, bytes: u64) -> Self {
        self.min_part_size = bytes;
        self
    }

    /// Adds a host name that stands for a bucket, as a custom domain does.
    pub fn custom_domain(mut self, host: impl Into<String>, bucket: impl Into<String>) -> Self {
        self.domains.push((host.into(), bucket.into()));
        self
    }

    /// Binds a role to the clients' instance, so that the metadata service gives its keys. Default: none.
    pub fn instance_role(mut self, name: impl Into<String>) -> Self {
        self.instance_role = Some(name.into());
        self
    }

    /// Sets how long the keys of the instance's role are valid. Default: 6 hours.
    pub fn instance_role_lifetime(mut self, lifetime: Duration) -> Self {
        self.instance_role_lifetime = lifetime;
        self
    }

    /// Sets how many requests the log keeps for [`CosEmulator::requests`]; it drops older ones. Default: 100,000.
    pub fn log_capacity(mut self, requests: usize) -> Self {
        self.log_capacity = requests;
        self
    }

    /// Calls a function for each request, before the answer is sent.
    pub fn observer(mut self, observer: impl Fn(&RecordedRequest) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Answers requests to `/_emulator/` at the server's own address: they let programs in any language inject faults,
    /// read the log, set the clock and make temporary keys. Default: false, since anyone with access to the port may
    /// send such requests.
    pub fn control(mut self, on: bool) -> Self {
        self.control = on;
        self
    }

    /// Serves HTTPS too, on the same port, with a certificate for every host that a client names. Clients must trust
    /// [`CosEmulator::ca_file`]; its key is made at the start and never leaves the process.
    ///
    /// Needs the feature `tls`, which is on by default.
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Writes the authority's certificate to this file, and turns on [`tls`](Self::tls). Default: a file in the
    /// system's folder for temporary files.
    pub fn tls_ca(mut self, file: impl Into<PathBuf>) -> Self {
        self.tls_ca = Some(file.into());
        self.tls()
    }

    /// Answers requests from a file, as [`CosEmulator::answer`] does. Injected faults and answers come first. The file
    /// is JSON; the README describes the format. [`start`](Self::start) refuses a file that it cannot read, and names
    /// the wrong line.
    pub fn answers(mut self, file: impl Into<PathBuf>) -> Self {
        self.answers = Some(file.into());
        self
    }

    /// Starts the server.
    pub fn start(self) -> io::Result<CosEmulator> {
        let answers = self.answers.map_or(Ok(Vec::new()), |file| answers::read(&file))?;
        let mut credentials = self.temporary;
        credentials.insert(0, Credential::permanent(&self.secret_id, &self.secret_key));
        let address = self.host.parse().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let tls = if self.tls { Some(tls::Server::new(address)?) } else { None };
        let ca_file = match &tls {
            Some(tls) => Some(write_authority(tls.authority(), self.tls_ca)?),
            None => None,
        };
        let context = Arc::new(Context {
            settings: Settings {
                region: self.region,
                require_signed_host: self.require_signed_host,
                min_part_size: self.min_part_size,
                domains: self.domains,
                instance_role: self.instance_role.map(|role| (role, self.instance_role_lifetime)),
                control: self.control,
            },
            clock: Clock::new(self.clock),
            credentials: Credentials::new(credentials),
            store: Store::open(self.data_dir)?,
            faults: Faults::new(answers),
            log: Log::new(self.log_capacity, self.observer),
            stop: Stop::default(),
            tls,
            tasks: Tasks::default(),
            vectors: Vectors::default(),
            own_buckets: Mutex::default(),
        });
        Ok(CosEmulator {
            server: Server::start(&self.host, self.port, Arc::clone(&context))?,
            context,
            secret_id: self.secret_id,
            secret_key: self.secret_key,
            ca_file,
        })
    }
}

fn write_authority(pem: &str, chosen: Option<PathBuf>) -> io::Result<CaFile> {
    if let Some(path) = chosen {
        fs::write(&path, pem)?;
        return Ok(CaFile::Chosen(path));
    }
    let path = std::env::temp_dir().join(format!("cos-emulator-{}-ca.pem", ids::unique()));
    // A new file, because another user may have put one into this folder.
    fs::File::create_new(&path)?.write_all(pem.as_bytes())?;
    Ok(CaFile::Temporary(path))
}
