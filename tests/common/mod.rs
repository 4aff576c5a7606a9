//! What the integration tests share: an emulator with a client, and readings of results.

#![allow(dead_code, reason = "every test file uses a part of it")]

pub(crate) mod child;
pub(crate) mod destination;
pub(crate) mod providers;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cos_emulator::signature::{Request, Window, authorization};
use cos_emulator::{CosEmulator, RecordedRequest};
use crc_fast::{CrcAlgorithm, checksum};
use qcloud_cos::{
    ClientErrorKind, CosClientError, CosConfig, CosConfigBuilder, CosError, CosS3Client, CosServiceError,
};

pub(crate) const BUCKET: &str = "examplebucket-1250000000";
pub(crate) const MIB: usize = 1024 * 1024;

/// An SSE-C key, Base64, with its MD5; and another.
pub(crate) const SSE_KEY: [&str; 2] = ["MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=", "U5L61r7jcwdNvT7frmUG8g=="];
pub(crate) const OTHER_SSE_KEY: [&str; 2] =
    ["YWJjZGVmZ2hpamtsbW5vcGFiY2RlZmdoaWprbG1ub3A=", "6+Obadjzl/K0zxEjFi4vaw=="];

/// An emulator with a bucket, and a client that does not wait between attempts.
pub(crate) fn start() -> (CosEmulator, CosS3Client) {
    start_with(CosEmulator::builder())
}

/// With `COS_TEST_TLS` set, everything goes over HTTPS.
pub(crate) fn start_with(emulator: cos_emulator::Builder) -> (CosEmulator, CosS3Client) {
    let emulator = if std::env::var_os("COS_TEST_TLS").is_some() { emulator.tls() } else { emulator };
    let cos = emulator.start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    let client = client(config(&cos));
    (cos, client)
}

/// An emulator whose address itself stands for the bucket, so that the URLs the client makes can be opened.
pub(crate) fn start_with_domain() -> (CosEmulator, CosS3Client) {
    let cos = CosEmulator::builder().custom_domain("127.0.0.1", BUCKET).start().unwrap();
    cos.create_bucket(BUCKET).unwrap();
    let client = client(domain_config(&cos));
    (cos, client)
}

/// The settings of a client that reaches the emulator by IP.
pub(crate) fn config(cos: &CosEmulator) -> CosConfigBuilder {
    keys(cos).ip("127.0.0.1").port(cos.port())
}

/// The settings of a client whose bucket is the emulator's address.
pub(crate) fn domain_config(cos: &CosEmulator) -> CosConfigBuilder {
    keys(cos).domain(cos.addr().to_string())
}

/// Settings that lack only where the emulator is. The environment's proxies are no part of any test.
pub(crate) fn keys(cos: &CosEmulator) -> CosConfigBuilder {
    let config = CosConfig::builder()
        .region(cos.region())
        .secret_id(cos.secret_id())
        .secret_key(cos.secret_key())
        .proxies(Vec::<(&str, &str)>::new());
    match cos.ca_file() {
        Some(authority) => config.scheme("https").ca_bundle(authority),
        None => config.scheme("http"),
    }
}

pub(crate) fn client(config: CosConfigBuilder) -> CosS3Client {
    CosS3Client::builder(config.build().unwrap()).sleeper(|_| {}).build().unwrap()
}

/// A client that repeats a failed request so many times.
pub(crate) fn client_with_retry(config: CosConfigBuilder, retry: u32) -> CosS3Client {
    CosS3Client::builder(config.build().unwrap()).retry(retry).sleeper(|_| {}).build().unwrap()
}

/// A client whose clock is wrong by so many seconds.
pub(crate) fn client_off_by(config: CosConfigBuilder, seconds: i64) -> CosS3Client {
    let off = Duration::from_secs(seconds.unsigned_abs());
    let clock = move || if seconds < 0 { SystemTime::now() - off } else { SystemTime::now() + off };
    CosS3Client::builder(config.build().unwrap()).clock(clock).sleeper(|_| {}).build().unwrap()
}

/// The pauses a client asked for.
#[derive(Clone, Default)]
pub(crate) struct Pauses(Arc<Mutex<Vec<Duration>>>);

impl Pauses {
    pub(crate) fn note(&self, pause: Duration) {
        lock(&self.0).push(pause);
    }

    pub(crate) fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut lock(&self.0))
    }
}

/// A client that notes its pauses instead of making them.
pub(crate) fn recording_client(config: CosConfigBuilder, retry: u32) -> (CosS3Client, Pauses) {
    let pauses = Pauses::default();
    let noted = pauses.clone();
    let builder = CosS3Client::builder(config.build().unwrap()).retry(retry);
    (builder.sleeper(move |pause| lock(&noted.0).push(pause)).build().unwrap(), pauses)
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The error that COS answered.
#[track_caller]
pub(crate) fn refused<T: Debug>(result: Result<T, CosError>) -> CosServiceError {
    match result {
        Err(CosError::Service(error)) => *error,
        other => panic!("expected an answered error, got {other:?}"),
    }
}

/// Status and code of the error that COS answered.
#[track_caller]
pub(crate) fn code<T: Debug>(result: Result<T, CosError>) -> (u16, String) {
    let error = refused(result);
    (error.get_status_code(), error.get_error_code().to_owned())
}

/// The error on this side.
#[track_caller]
pub(crate) fn failed<T: Debug>(result: Result<T, CosError>) -> CosClientError {
    match result {
        Err(CosError::Client(error)) => error,
        other => panic!("expected an error of this side, got {other:?}"),
    }
}

#[track_caller]
pub(crate) fn kind<T: Debug>(result: Result<T, CosError>) -> ClientErrorKind {
    failed(result).kind().clone()
}

/// The argument that was refused.
#[track_caller]
pub(crate) fn field<T: Debug>(result: Result<T, CosError>) -> String {
    match kind(result) {
        ClientErrorKind::InvalidInput { field } => field,
        other => panic!("expected a refused argument, got {other:?}"),
    }
}

pub(crate) fn put(client: &CosS3Client, key: &str, content: &[u8]) {
    client.put_object(BUCKET, content, key).send().unwrap();
}

pub(crate) fn get(client: &CosS3Client, key: &str) -> Vec<u8> {
    let mut content = Vec::new();
    let answer = client.get_object(BUCKET, key).key_simplify_check(false).send().unwrap();
    answer.body.get_raw_stream().read_to_end(&mut content).unwrap();
    content
}

/// Bytes in which every part differs from every other.
pub(crate) fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2).wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// All names in a folder, hidden ones too, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Changes the first line of a checkpoint and its checksum with it, as who knows the format can.
pub(crate) fn forge(path: &Path, change: impl Fn(&mut serde_json::Value)) {
    let text = fs::read_to_string(path).unwrap();
    let (head, rest) = text.split_once('\n').unwrap();
    let mut head = serde_json::from_str(head.split_once(' ').unwrap().1).unwrap();
    change(&mut head);
    let head = head.to_string();
    let sum = checksum(CrcAlgorithm::Crc64Xz, head.as_bytes());
    fs::write(path, format!("{sum:016x} {head}\n{rest}")).unwrap();
}

/// The requests that have this method and name this query parameter; an empty name stands for no query.
pub(crate) fn requests(cos: &CosEmulator, method: &str, param: &str) -> Vec<RecordedRequest> {
    let fits = |request: &RecordedRequest| match param {
        "" => request.query.is_empty(),
        param => request.param(param).is_some(),
    };
    cos.requests().into_iter().filter(|request| request.method == method && fits(request)).collect()
}

/// The upload ids that are open.
pub(crate) fn open_uploads(client: &CosS3Client) -> Vec<String> {
    client.list_multipart_uploads(BUCKET).uploads().map(|upload| upload.unwrap().upload_id).collect()
}

/// What a progress callback was told.
#[derive(Default)]
pub(crate) struct Reports(Mutex<Vec<(u64, u64)>>);

impl Reports {
    pub(crate) fn note(&self, done: u64, total: u64) {
        lock(&self.0).push((done, total));
    }

    /// The bytes done, report by report; the total must be this in each.
    #[track_caller]
    pub(crate) fn of(&self, total: usize) -> Vec<u64> {
        let all = lock(&self.0);
        assert!(all.iter().all(|report| report.1 == total as u64), "{all:?}");
        assert!(all.iter().all(|report| report.0 <= total as u64), "{all:?}");
        assert_eq!(all.last().map(|report| report.0), Some(total as u64), "{all:?}");
        all.iter().map(|report| report.0).collect()
    }
}

/// Does something on the first call only.
#[derive(Default)]
pub(crate) struct Once(AtomicBool);

impl Once {
    pub(crate) fn run(&self, action: impl FnOnce()) {
        if !self.0.swap(true, Ordering::SeqCst) {
            action();
        }
    }
}

/// Runs something that might hang.
#[track_caller]
pub(crate) fn ends<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, wait) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    wait.recv_timeout(Duration::from_secs(20)).expect("it hangs or panicked")
}

/// An agent that knows nothing of COS.
pub(crate) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).proxy(None).max_redirects(0).build().into()
}

/// Sends a request as it is; returns status and body.
pub(crate) fn plain(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = agent().run(request.body(body).unwrap()).unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

/// Sends a request that the emulator's own signer signed, for what the SDK has no method for.
pub(crate) fn signed(cos: &CosEmulator, method: &str, path: &str, sub_resource: &str, body: &[u8]) -> (u16, String) {
    let host = cos.addr().to_string();
    let path = format!("/{BUCKET}{path}");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (query, headers) = ([(sub_resource, "")], [("host", host.as_str())]);
    let request = Request { method, path: &path, query: &query, headers: &headers };
    let window = Window { start: now - 60, end: now + 600 };
    let header = authorization(&request, cos.secret_id(), cos.secret_key(), window);
    plain(method, &format!("http://{host}{path}?{sub_resource}"), &[("Authorization", &header)], body)
}

/// Turns on versions in the bucket.
pub(crate) fn enable_versions(cos: &CosEmulator) {
    let xml = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let (status, body) = signed(cos, "PUT", "/", "versioning", xml);
    assert_eq!(status, 200, "{body}");
}

/// A server written by hand, for answers that no HTTP server gives.
pub(crate) struct ByHand {
    addr: SocketAddr,
    stop: Arc<AtomicBool>,
    count: Arc<AtomicUsize>,
    acceptor: Option<JoinHandle<()>>,
}

impl ByHand {
    /// `answer` gets the number of the request, from 0 on, and returns whether the connection stays open.
    pub(crate) fn start(answer: impl Fn(usize, &mut TcpStream) -> bool + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let answer = Arc::new(answer);
        let acceptor = thread::spawn({
            let (stop, count) = (Arc::clone(&stop), Arc::clone(&count));
            move || {
                while let Ok((mut stream, _)) = listener.accept() {
                    if stop.load(Ordering::SeqCst) {
                        return;
                    }
                    let (count, answer) = (Arc::clone(&count), Arc::clone(&answer));
                    thread::spawn(move || {
                        while read_request(&stream) {
                            if !answer(count.fetch_add(1, Ordering::SeqCst), &mut stream) {
                                return;
                            }
                        }
                    });
                }
            }
        });
        Self { addr, stop, count, acceptor: Some(acceptor) }
    }

    pub(crate) fn config(&self) -> CosConfigBuilder {
        let config = CosConfig::builder().region("ap-guangzhou").secret_id("AKIDEXAMPLE").secret_key("key");
        let config = config.scheme("http").proxies(Vec::<(&str, &str)>::new());
        config.ip("127.0.0.1").port(self.addr.port())
    }

    pub(crate) fn request_count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}

impl Drop for ByHand {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if TcpStream::connect(self.addr).is_ok()
            && let Some(acceptor) = self.acceptor.take()
        {
            acceptor.join().unwrap();
        }
    }
}

/// Reads a request with its body; false at the end of the connection.
fn read_request(stream: &TcpStream) -> bool {
    let mut reader = BufReader::with_capacity(1, stream);
    let mut headers = BTreeMap::new();
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
        if line.trim().is_empty() {
            let length = headers.get("content-length").and_then(|length: &String| length.parse().ok());
            return reader.take(length.unwrap_or(0)).read_to_end(&mut Vec::new()).is_ok();
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        line.clear();
    }
    false
}
