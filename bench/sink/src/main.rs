//! A server that speaks as much of COS as the workloads need and costs next to nothing.
//!
//! It checks nothing. The kernel throws the bodies of uploads away, unless `--crc` reads them, to answer with
//! their CRC-64 as COS does; downloads are sent from a file in memory. `GET /__stats` tells and resets how many
//! connections and requests there were.
//!
//! `sink [--port P] [--delay-ms N] [--object-size BYTES] [--list-pages N] [--distinct] [--crc] [--tls FILE] [--close]`
//!
//! A list of 0 pages is one empty page. With `--distinct` every key of a list is another one, for downloads of folders.
//! `--tls` serves HTTPS and writes the certificate to FILE. `--close` ends each connection after one answer.

mod channel;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use bench_common::{flag, number, option};
use crc_fast::{CrcAlgorithm, Digest};
use nix::sys::memfd::{MFdFlags, memfd_create};
use rustls::ServerConfig;

use crate::channel::Channel;

/// What objects repeat, in bytes.
const PATTERN: usize = 64 << 20;
const PAGE: u64 = 1000;
const COMMON: &str =
    "Server: sink\r\nx-cos-request-id: NjY5MDAwMDBfc2luaw==\r\nDate: Mon, 15 Jul 2024 03:00:00 GMT\r\n";
const CLOSE: &str = "Connection: close\r\n";
const OBJECT: &str = "ETag: \"0123456789abcdef0123456789abcdef\"\r\nLast-Modified: Mon, 15 Jul 2024 03:00:00 GMT\r\n\
                      Accept-Ranges: bytes\r\nContent-Type: application/octet-stream\r\n";

struct Sink {
    delay: Duration,
    object_size: u64,
    object_crc: u64,
    pages: u64,
    distinct: bool,
    crc: bool,
    close: bool,
    /// The headers of every answer.
    common: String,
    tls: Option<Arc<ServerConfig>>,
    pattern: Pattern,
    keys: String,
    connections: AtomicU64,
    requests: AtomicU64,
}

/// What objects repeat: where the kernel can send it from, and for TLS in memory.
struct Pattern {
    file: File,
    bytes: Vec<u8>,
}

/// A page's objects.
fn keys() -> String {
    (0..PAGE).fold(String::new(), |mut xml, i| {
        let (minute, second, size) = (i / 60 % 60, i % 60, i * 37 + 11);
        let _ = write!(
            xml,
            "<Contents><Key>logs/2024/07/15/app-{i:07}%20part.json</Key>\
             <LastModified>2024-07-15T03:{minute:02}:{second:02}.000Z</LastModified>\
             <ETag>&quot;{:032x}&quot;</ETag><Size>{size}</Size>\
             <Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>\
             <StorageClass>STANDARD</StorageClass></Contents>",
            u128::from(i) * 0x9E37_79B9_7F4A_7C15
        );
        xml
    })
}

/// The objects of a page of which no other has the keys; they follow the `marker`.
fn distinct_keys(first: u64, size: u64) -> String {
    (first..first + PAGE).fold(String::new(), |mut xml, i| {
        let _ = write!(
            xml,
            "<Contents><Key>d/{i:09}</Key><LastModified>2024-07-15T03:00:00.000Z</LastModified>\
             <ETag>&quot;0123456789abcdef0123456789abcdef&quot;</ETag><Size>{size}</Size>\
             <StorageClass>STANDARD</StorageClass></Contents>"
        );
        xml
    })
}

fn crc64() -> Digest {
    Digest::new(CrcAlgorithm::Crc64Xz)
}

fn pattern() -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let words = (0..PATTERN / 8).flat_map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.collect()
}

fn main() -> io::Result<()> {
    let object_size = number("--object-size", 1 << 30);
    let bytes = pattern();
    let mut file = File::from(memfd_create(c"pattern", MFdFlags::empty())?);
    file.write_all(&bytes)?;
    let mut crc = crc64();
    let mut left = object_size as usize;
    while left > 0 {
        crc.update(&bytes[..left.min(PATTERN)]);
        left -= left.min(PATTERN);
    }
    let tls = option("--tls").map(|path| channel::tls(&path));
    let bytes = if tls.is_some() { bytes } else { Vec::new() };
    let sink = Sink {
        delay: Duration::from_millis(number("--delay-ms", 0)),
        object_size,
        object_crc: crc.finalize(),
        pages: number("--list-pages", 100),
        distinct: flag("--distinct"),
        crc: flag("--crc"),
        close: flag("--close"),
        common: if flag("--close") { [COMMON, CLOSE].concat() } else { COMMON.to_owned() },
        tls,
        pattern: Pattern { file, bytes },
        keys: keys(),
        connections: AtomicU64::new(0),
        requests: AtomicU64::new(0),
    };
    let listener = TcpListener::bind(("127.0.0.1", number("--port", 0) as u16))?;
    println!("listening {}", listener.local_addr()?.port());
    let sink = &sink;
    std::thread::scope(|scope| {
        for stream in listener.incoming().flatten() {
            sink.connections.fetch_add(1, Relaxed);
            // A client that goes away is no fault of the sink's.
            scope.spawn(move || Connection::new(sink, Channel::new(stream, sink.tls.as_ref())?).serve());
        }
    });
    Ok(())
}

/// One connection: `input[read..filled]` came in and is unread.
struct Connection<'s> {
    sink: &'s Sink,
    channel: Channel,
    input: Vec<u8>,
    read: usize,
    filled: usize,
}

impl<'s> Connection<'s> {
    fn new(sink: &'s Sink, channel: Channel) -> Self {
        Self { sink, channel, input: vec![0; 16 << 10], read: 0, filled: 0 }
    }

    fn serve(&mut self) -> io::Result<()> {
        while let Some(head) = self.head()? {
            let request = Request::of(&head);
            if request.path == "/__stats" {
                self.stats()?;
                continue;
            }
            self.sink.requests.fetch_add(1, Relaxed);
            let crc = self.body(request.header("content-length").and_then(|len| len.parse().ok()).unwrap_or(0))?;
            if !self.sink.delay.is_zero() {
                std::thread::sleep(self.sink.delay);
            }
            self.answer(&request, crc)?;
            if self.sink.close {
                return self.channel.close();
            }
        }
        Ok(())
    }

    /// Reads up to the end of a request's head; none if the client closed.
    fn head(&mut self) -> io::Result<Option<String>> {
        loop {
            let unread = &self.input[self.read..self.filled];
            if let Some(end) = unread.windows(4).position(|four| four == b"\r\n\r\n") {
                self.read += end + 4;
                return Ok(Some(String::from_utf8_lossy(&unread[..end]).into_owned()));
            }
            self.input.copy_within(self.read..self.filled, 0);
            (self.filled, self.read) = (self.filled - self.read, 0);
            if self.filled == self.input.len() {
                self.input.resize(self.filled * 2, 0);
            }
            match self.channel.read(&mut self.input[self.filled..])? {
                0 => return Ok(None),
                more => self.filled += more,
            }
        }
    }

    /// Reads a body, or has it thrown away; returns its CRC-64 if that is asked for.
    fn body(&mut self, len: u64) -> io::Result<Option<u64>> {
        let here = len.min((self.filled - self.read) as u64) as usize;
        let mut crc = self.sink.crc.then(crc64);
        if let Some(crc) = &mut crc {
            crc.update(&self.input[self.read..self.read + here]);
        }
        self.read += here;
        let mut left = len - here as u64;
        while left > 0 {
            let read = match &mut crc {
                Some(crc) => self.channel.take(left, |bytes| crc.update(bytes))?,
                None => self.channel.discard(left)?,
            };
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left -= read as u64;
        }
        Ok(crc.map(|crc| crc.finalize()))
    }

    fn answer(&mut self, request: &Request<'_>, crc: Option<u64>) -> io::Result<()> {
        let common = &self.sink.common;
        let stored = crc.map_or_else(String::new, |crc| format!("x-cos-hash-crc64ecma: {crc}\r\n"));
        match request.method {
            "PUT" => self.send(&format!("HTTP/1.1 200 OK\r\n{common}{OBJECT}{stored}Content-Length: 0\r\n\r\n")),
            "HEAD" => {
                let Sink { object_size: size, object_crc: crc, .. } = self.sink;
                self.send(&format!(
                    "HTTP/1.1 200 OK\r\n{common}{OBJECT}x-cos-hash-crc64ecma: {crc}\r\nContent-Length: {size}\r\n\r\n"
                ))
            }
            "POST" if request.has("uploads") => self.send_xml(
                "<InitiateMultipartUploadResult><Bucket>b-1250000000</Bucket><Key>k</Key><UploadId>1585130821cbb7df1d11\
                 846c073ad648e8f33b087cec2381df437acdc833cf654b9ecc6361</UploadId></InitiateMultipartUploadResult>",
            ),
            "POST" => self.send_xml(
                "<CompleteMultipartUploadResult><Location>http://b-1250000000.cos/k</Location><Bucket>b-1250000000\
                 </Bucket><Key>k</Key><ETag>&quot;0123456789abcdef0123456789abcdef-2&quot;</ETag>\
                 </CompleteMultipartUploadResult>",
            ),
            "GET" if request.has("uploads") => self.send_xml(
                "<ListMultipartUploadsResult><Bucket>b-1250000000</Bucket><MaxUploads>1000</MaxUploads>\
                 <IsTruncated>false</IsTruncated></ListMultipartUploadsResult>",
            ),
            "GET" if request.has("max-keys") || request.has("prefix") => self.page(request),
            "GET" => self.object(request),
            _ => self.send(&format!("HTTP/1.1 405 Method Not Allowed\r\n{common}Content-Length: 0\r\n\r\n")),
        }
    }

    fn page(&mut self, request: &Request<'_>) -> io::Result<()> {
        let marker = request.parameter("marker").unwrap_or_default();
        if self.sink.pages == 0 {
            return self.send_xml(
                "<ListBucketResult><Name>b-1250000000</Name><Prefix/><IsTruncated>false</IsTruncated></ListBucketResult>",
            );
        }
        if self.sink.distinct {
            // A key's `/` comes encoded.
            let first =
                marker.rsplit(['/', 'F']).next().and_then(|last| last.parse::<u64>().ok()).map_or(0, |last| last + 1);
            let more = first + PAGE < self.sink.pages * PAGE;
            let keys = distinct_keys(first, self.sink.object_size);
            return self.send_xml(&format!(
                "<ListBucketResult><Name>b-1250000000</Name><Prefix/><MaxKeys>{PAGE}</MaxKeys><EncodingType>url\
                 </EncodingType><IsTruncated>{more}</IsTruncated><NextMarker>d/{:09}</NextMarker>{keys}</ListBucketResult>",
                first + PAGE - 1
            ));
        }
        let page: u64 = marker.rsplit('-').next().and_then(|page| page.parse().ok()).unwrap_or(0) + 1;
        let next = if page < self.sink.pages {
            format!("<IsTruncated>true</IsTruncated><NextMarker>page-{page:07}</NextMarker>")
        } else {
            "<IsTruncated>false</IsTruncated>".to_owned()
        };
        self.send_xml(&format!(
            "<ListBucketResult><Name>b-1250000000</Name><Prefix/><Marker>{marker}</Marker><MaxKeys>{PAGE}</MaxKeys>\
             <EncodingType>url</EncodingType>{next}{}</ListBucketResult>",
            self.sink.keys
        ))
    }

    /// Sends the object or a range of it.
    fn object(&mut self, request: &Request<'_>) -> io::Result<()> {
        let size = self.sink.object_size;
        let range = request.header("range").and_then(|range| {
            let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
            Some((first.parse().ok()?, last.parse().unwrap_or(size - 1).min(size - 1)))
        });
        let (first, last): (u64, u64) = range.unwrap_or((0, size - 1));
        let status = match range {
            Some(_) => format!("206 Partial Content\r\nContent-Range: bytes {first}-{last}/{size}"),
            None => "200 OK".to_owned(),
        };
        let mut left = (last + 1 - first) as usize;
        let common = &self.sink.common;
        let head = format!("HTTP/1.1 {status}\r\n{common}{OBJECT}Content-Length: {left}\r\n\r\n");
        self.send(&head)?;
        let mut at = first as usize % PATTERN;
        while left > 0 {
            let sent = self.channel.send_file(&self.sink.pattern, at, left.min(PATTERN - at))?;
            left -= sent;
            at = (at + sent) % PATTERN;
        }
        Ok(())
    }

    fn stats(&mut self) -> io::Result<()> {
        let [connections, requests] =
            [&self.sink.connections, &self.sink.requests].map(|counter| counter.swap(0, Relaxed));
        let json = format!(r#"{{"conns":{connections},"reqs":{requests}}}"#);
        self.send(&format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{json}", json.len()))
    }

    fn send_xml(&mut self, xml: &str) -> io::Result<()> {
        let common = &self.sink.common;
        let head = format!("HTTP/1.1 200 OK\r\n{common}Content-Type: application/xml\r\n");
        self.send(&format!("{head}Content-Length: {}\r\n\r\n{xml}", xml.len()))
    }

    fn send(&mut self, answer: &str) -> io::Result<()> {
        self.channel.send(answer.as_bytes())
    }
}

struct Request<'h> {
    method: &'h str,
    path: &'h str,
    query: &'h str,
    head: &'h str,
}

impl<'h> Request<'h> {
    fn of(head: &'h str) -> Self {
        let mut words = head.split(' ');
        let method = words.next().unwrap_or_default();
        let target = words.next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self { method, path, query, head }
    }

    fn header(&self, name: &str) -> Option<&'h str> {
        let mut headers = self.head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    fn parameter(&self, name: &str) -> Option<&'h str> {
        let mut pairs = self.query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn has(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }
}
