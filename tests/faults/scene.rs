//! What the rows share.

use std::fs;
use std::io::Write as _;
use std::ops::Deref;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use cos_emulator::{CosEmulator, Match, RecordedRequest};
use fault_proxy::{Certificates, Fault, Proxy, TlsFront};
use qcloud_cos::transfer::{DownloadFile, UploadFile};
use qcloud_cos::{CosConfigBuilder, CosS3Client};
use tempfile::{NamedTempFile, TempDir};

use crate::common::destination::Destination;
pub(crate) use crate::common::destination::range;
use crate::common::{BUCKET, MIB, client, code, get, keys, names, noise, open_uploads, put, requests, start};

/// Two whole parts of 1 MiB and a short one.
pub(crate) const SIZE: usize = 2 * MIB + 5;

/// An emulator, a proxy before it, an object `k`, a file with the same bytes, and an old file to replace.
pub(crate) struct Scene {
    pub(crate) cos: CosEmulator,
    pub(crate) client: CosS3Client,
    pub(crate) proxy: Proxy,
    pub(crate) source: PathBuf,
    pub(crate) destination: Destination,
    _sources: TempDir,
    checkpoints: TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let (cos, client) = start();
        let proxy = Proxy::start(cos.addr()).unwrap();
        let content = noise(7, SIZE);
        put(&client, "k", &content);
        cos.clear_requests();
        let [sources, checkpoints] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
        let source = sources.path().join("source");
        fs::write(&source, &content).unwrap();
        let destination = Destination::new(content);
        Self { cos, client, proxy, source, destination, _sources: sources, checkpoints }
    }

    /// Settings of a client that reaches the emulator through the proxy.
    pub(crate) fn through(&self) -> CosConfigBuilder {
        keys(&self.cos).ip("127.0.0.1").port(self.proxy.addr().port())
    }

    /// A client through the proxy that is not patient.
    pub(crate) fn hasty(&self) -> CosS3Client {
        let patience = Duration::from_millis(600);
        client(self.through().keep_alive(false).response_timeout(patience).stall_timeout(patience))
    }

    /// Has the first connections meet this fault, each.
    pub(crate) fn break_first(&self, count: u64, fault: Fault) {
        self.proxy.plan(move |number| (number < count).then(|| fault.clone()));
    }

    /// A download of `k` in ranges, one after the other.
    pub(crate) fn download<'a>(&self, client: &'a CosS3Client) -> DownloadFile<'a> {
        client.download_file(BUCKET, "k", &self.path).part_size(1).multipart_threshold(0).max_thread(1)
    }

    /// An upload to `up` in parts, one after the other.
    pub(crate) fn upload<'a>(&self, client: &'a CosS3Client) -> UploadFile<'a> {
        let upload = client.upload_file(BUCKET, "up", &self.source).part_size(1).multipart_threshold(0).max_thread(1);
        upload.checkpoint_dir(self.checkpoints.path())
    }

    /// How many uploads are not finished, by what this side knows of them and by what COS has.
    pub(crate) fn unfinished(&self) -> (usize, usize) {
        (names(self.checkpoints.path()).len(), open_uploads(&self.client).len())
    }

    /// Has the upload that broke off finished by the next call, which sends these parts and no others.
    #[track_caller]
    pub(crate) fn assert_goes_on_with(&self, parts: &[&str]) {
        assert_eq!(self.unfinished(), (1, 1));
        assert!(code(self.client.get_object(BUCKET, "up").send()).0 == 404);
        self.cos.clear_faults();
        self.cos.clear_requests();
        self.upload(&self.client).send().unwrap();
        let sent = requests(&self.cos, "PUT", "partNumber");
        let sent: Vec<_> = sent.iter().map(|part| part.param("partNumber").unwrap()).collect();
        assert_eq!(sent, parts);
        assert!(get(&self.client, "up") == self.content);
        assert_eq!(self.unfinished(), (0, 0));
    }

    /// Has the download that broke off finished by the next call, which asks for these ranges and no others.
    #[track_caller]
    pub(crate) fn assert_fetches_only(&self, ranges: &[&str]) {
        self.assert_kept();
        self.cos.clear_faults();
        self.cos.clear_requests();
        self.download(&self.client).send().unwrap();
        assert_eq!(self.ranges(), ranges);
        self.assert_new();
    }

    /// The old file, one temporary file and one record.
    #[track_caller]
    pub(crate) fn assert_kept(&self) {
        self.assert_old();
        assert_eq!(names(self.folder.path()).len(), 3, "{:?}", names(self.folder.path()));
    }

    /// What a download that broke off left: its bytes and what it says of them.
    pub(crate) fn leftovers(&self) -> Vec<PathBuf> {
        let all = names(self.folder.path()).into_iter().filter(|name| name != "file");
        let left: Vec<_> = all.map(|name| self.folder.path().join(name)).collect();
        let has = |ending: &str| left.iter().any(|path| path.to_string_lossy().ends_with(ending));
        assert!(has("part") && has("record"), "{left:?}");
        left
    }

    /// What became of the requests.
    pub(crate) fn statuses(&self) -> Vec<Option<u16>> {
        self.cos.requests().iter().map(|request| request.status).collect()
    }

    /// The methods of the requests.
    pub(crate) fn methods(&self) -> String {
        self.cos.requests().iter().map(|request| request.method.clone()).collect::<Vec<_>>().join(" ")
    }

    /// The ranges that were asked for.
    pub(crate) fn ranges(&self) -> Vec<String> {
        let requests = self.cos.requests();
        requests.iter().filter_map(|request| request.header("range")).map(str::to_owned).collect()
    }

    /// These are the requests with this method and this in path and query: 0 stands for one that comes first, 1 for a
    /// repetition, which is marked as one, and signed so.
    #[track_caller]
    pub(crate) fn assert_attempts(&self, method: &str, target: &str, expected: &[u32]) {
        let mut attempts = self.cos.requests();
        attempts.retain(|request| request.method == method && request.target.contains(target));
        let marks = |request: &RecordedRequest| {
            let signed = request.header("authorization").unwrap_or_default().contains("x-cos-sdk-retry");
            let marked = request.header("x-cos-sdk-retry") == Some("true");
            assert_eq!(signed, marked, "{request:?}");
            u32::from(marked)
        };
        assert_eq!(attempts.iter().map(marks).collect::<Vec<_>>(), expected, "{method} {target}");
    }
}

/// The old file and the content that is to replace it.
impl Deref for Scene {
    type Target = Destination;

    fn deref(&self) -> &Destination {
        &self.destination
    }
}

/// Settings of a client that speaks TLS with a front, and trusts an authority.
pub(crate) fn over_tls(scene: &Scene, front: &TlsFront, authority: &Certificates) -> (CosConfigBuilder, NamedTempFile) {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(authority.pem().as_bytes()).unwrap();
    let config = keys(&scene.cos).scheme("https").connect_to(front.addr()).ca_bundle(file.path());
    (config, file)
}

/// PUT requests of the part with this number, from 1 on.
pub(crate) fn part(number: u32) -> Match {
    Match::any().method("PUT").query(format!("partNumber={number}&"))
}

/// Does something that must not take long.
#[track_caller]
pub(crate) fn within<T>(limit: Duration, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let result = work();
    assert!(begin.elapsed() < limit, "it took {:?}", begin.elapsed());
    result
}
