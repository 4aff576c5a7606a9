//! A request that was sent, and the proof that Python's parameters are in it.
//!
//! Every assertion starts with the Python name of the parameter; `completeness.rs` reads them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use cos_emulator::{CosEmulator, RecordedRequest};
use qcloud_cos::{CosConfig, CosS3Client};
use serde::Serialize;
use serde_json::Value;

use crate::common::{BUCKET, client};

/// The key of most prototypes.
pub(crate) const KEY: &str = "exampleobject";
/// The bucket of the prototypes that copy.
pub(crate) const SOURCE: &str = "sourcebucket-1250000000";
pub(crate) const GRANT: &str = "id=\"qcs::cam::uin/100000000001:uin/100000000001\"";
pub(crate) const GRANT_READ: &str = "id=\"qcs::cam::uin/100000000002:uin/100000000002\"";
pub(crate) const GRANT_WRITE: &str = "id=\"qcs::cam::uin/100000000003:uin/100000000003\"";
pub(crate) const EXPIRES: &str = "Wed, 28 Oct 2037 20:30:00 GMT";
pub(crate) const ATTACHMENT: &str = "attachment; filename=\"filename.jpg\"";
/// Before and after anything that a test writes.
pub(crate) const LONG_AGO: &str = "Wed, 28 Oct 2014 20:30:00 GMT";
pub(crate) const FAR_AHEAD: &str = "Wed, 28 Oct 2093 20:30:00 GMT";
pub(crate) const OTHER_ETAG: &str = "\"9a4802d5c99dafe1c04da0a8e7e166bf\"";

/// What prototypes that write an object have in common: Python's name, the header and its value.
pub(crate) const OBJECT_HEADERS: [(&str, &str, &str); 11] = [
    ("ACL", "x-cos-acl", "public-read"),
    ("GrantFullControl", "x-cos-grant-full-control", GRANT),
    ("GrantRead", "x-cos-grant-read", GRANT_READ),
    ("StorageClass", "x-cos-storage-class", "STANDARD_IA"),
    ("Expires", "expires", EXPIRES),
    ("CacheControl", "cache-control", "max-age=1000000"),
    ("ContentType", "content-type", "text/plain"),
    ("ContentDisposition", "content-disposition", ATTACHMENT),
    ("ContentEncoding", "content-encoding", "gzip"),
    ("ContentLanguage", "content-language", "zh-cn"),
    ("Metadata", "x-cos-meta-key1", "value1"),
];

/// One request of a method, and the proof of each parameter in it.
pub(crate) struct Sent {
    method: &'static str,
    request: RecordedRequest,
}

impl Sent {
    pub(crate) fn of(method: &'static str, request: &RecordedRequest) -> Self {
        Self { method, request: request.clone() }
    }

    /// The last request that the emulator answered, which must be a success.
    #[track_caller]
    pub(crate) fn last(method: &'static str, cos: &CosEmulator) -> Self {
        let request = cos.requests().pop().expect("a request");
        assert!(request.status.is_some_and(|status| status < 300), "{method}: {request:?}");
        Self { method, request }
    }

    #[track_caller]
    pub(crate) fn header(self, keyword: &str, name: &str, value: &str) -> Self {
        assert_eq!(self.request.header(name), Some(value), "{}: {keyword}", self.method);
        self
    }

    #[track_caller]
    pub(crate) fn param(self, keyword: &str, name: &str, value: &str) -> Self {
        assert_eq!(self.request.param(name), Some(value), "{}: {keyword}", self.method);
        self
    }

    /// What shows in something else than a header or a query parameter.
    #[track_caller]
    pub(crate) fn shows(self, keyword: &str, does: bool) -> Self {
        assert!(does, "{}: {keyword}", self.method);
        self
    }

    /// `Bucket` and `Key`: the path, as the client reaches the emulator by IP.
    #[track_caller]
    pub(crate) fn object(self, bucket: &str, key: &str) -> Self {
        self.addresses(bucket, &format!("/{key}"))
    }

    /// `Bucket`.
    #[track_caller]
    pub(crate) fn bucket(self, bucket: &str) -> Self {
        self.addresses(bucket, "/")
    }

    #[track_caller]
    fn addresses(self, bucket: &str, path: &str) -> Self {
        let host = format!("{bucket}.cos.ap-guangzhou.myqcloud.com");
        let found = (self.request.header("host"), self.request.path.as_str());
        assert_eq!(found, (Some(host.as_str()), path), "{}: Bucket, Key", self.method);
        self
    }

    /// [`OBJECT_HEADERS`], and the second entry of `Metadata`.
    #[track_caller]
    pub(crate) fn object_headers(self) -> Self {
        let all = OBJECT_HEADERS.iter();
        let sent = all.fold(self, |sent, (keyword, name, value)| sent.header(keyword, name, value));
        sent.header("Metadata", "x-cos-meta-key2", "value2")
    }
}

/// Python's names of the parameters that a method of [`Sent`] proves by itself.
pub(crate) fn proven_by(method: &str) -> Vec<&'static str> {
    match method {
        "object" => vec!["Bucket", "Key"],
        "bucket" => vec!["Bucket"],
        "object_headers" => OBJECT_HEADERS.iter().map(|(keyword, ..)| *keyword).collect(),
        _ => vec![],
    }
}

/// Fails unless the dict that Python returns has these entries, given as JSON pointers.
#[track_caller]
pub(crate) fn has(response: &impl Serialize, entries: &[&str]) -> Value {
    let dict = serde_json::to_value(response).unwrap();
    for entry in entries {
        assert!(dict.pointer(entry).is_some(), "no {entry} in {dict:#}");
    }
    dict
}

/// A server that answers each request with an empty 200 and keeps what came, for bodies that the
/// emulator's log does not have.
pub(crate) struct Recorder {
    port: u16,
    requests: Receiver<(String, String)>,
}

impl Recorder {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, requests) = channel();
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let Some(request) = answer(&stream) else { continue };
                if sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { port, requests }
    }

    pub(crate) fn client(&self) -> CosS3Client {
        let config = CosConfig::builder().region("ap-guangzhou").secret_id("AKIDEXAMPLE").secret_key("key");
        let config = config.scheme("http").proxies(Vec::<(&str, &str)>::new());
        client(config.ip("127.0.0.1").port(self.port))
    }

    /// The head of the next request, in lower case, and its body.
    #[track_caller]
    pub(crate) fn next(&self) -> (String, String) {
        self.requests.recv_timeout(Duration::from_secs(20)).expect("a request")
    }
}

fn answer(mut stream: &TcpStream) -> Option<(String, String)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        (reader.read_line(&mut head).ok()? > 0).then_some(())?;
    }
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")).unwrap_or("0");
    let mut body = vec![0; length.trim().parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\nx-cos-request-id: 1\r\n\r\n";
    stream.write_all(answer.as_bytes()).ok()?;
    Some((head, String::from_utf8(body).ok()?))
}

/// Base64 of the MD5 of `bytes`, the body of most prototypes.
pub(crate) const BYTES_MD5: &str = "SzpiGLs+OnMD6KFxpg/Pkg==";

/// Turns on versions, and writes two of a key; returns the older one.
pub(crate) fn older_version(client: &CosS3Client, key: &str, content: &[u8]) -> String {
    client.put_bucket_versioning(BUCKET, "Enabled").send().unwrap();
    let older = client.put_object(BUCKET, content, key).send().unwrap();
    client.put_object(BUCKET, "newer", key).send().unwrap();
    older.version_id.clone().expect("a version")
}
