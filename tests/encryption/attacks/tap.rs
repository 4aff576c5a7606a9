//! A server that sees every byte a client sends, also of requests that broke off: it answers by itself, or carries
//! them to an emulator.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use qcloud_cos::{CosConfig, CosConfigBuilder};

use crate::common::lock;

/// A request as it came; its body may be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// The id of the upload that it started, where the server answered so.
    pub(crate) started: Option<String>,
    whole: bool,
}

impl Seen {
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query.split('&').find_map(|pair| match pair.split_once('=') {
            Some((have, value)) if have == name => Some(value),
            None if pair == name => Some(""),
            _ => None,
        })
    }
}

type Bytes = Arc<Mutex<Vec<u8>>>;

pub(crate) struct Tap {
    addr: SocketAddr,
    stop: Arc<AtomicBool>,
    /// What came over each connection, and what was answered.
    came: Arc<Mutex<Vec<(Bytes, Bytes)>>>,
}

impl Tap {
    /// Carries everything to `upstream`.
    pub(crate) fn to(upstream: SocketAddr) -> Self {
        Self::start(move |mut client, came, answered| {
            let Ok(mut server) = TcpStream::connect(upstream) else { return };
            let (mut back, mut from) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || {
                let mut buffer = vec![0; 64 * 1024];
                while let Ok(read @ 1..) = from.read(&mut buffer) {
                    lock(&answered).extend_from_slice(&buffer[..read]);
                    if back.write_all(&buffer[..read]).is_err() {
                        break;
                    }
                }
                let _ = back.shutdown(Shutdown::Both);
            });
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(read @ 1..) = client.read(&mut buffer) {
                lock(&came).extend_from_slice(&buffer[..read]);
                if server.write_all(&buffer[..read]).is_err() {
                    break;
                }
            }
            let _ = server.shutdown(Shutdown::Both);
        })
    }

    /// Answers each request by status, headers and body.
    pub(crate) fn answering(answer: impl Fn(&Seen) -> (u16, String, Vec<u8>) + Send + Sync + 'static) -> Self {
        Self::start(move |mut client, came, _| {
            let (mut buffer, mut answered) = (vec![0; 64 * 1024], 0);
            while let Ok(read @ 1..) = client.read(&mut buffer) {
                lock(&came).extend_from_slice(&buffer[..read]);
                let seen = requests(&lock(&came));
                while let Some(request) = seen.get(answered).filter(|seen| seen.whole) {
                    answered += 1;
                    let (status, headers, body) = answer(request);
                    let length = if headers.contains("Content-Length") {
                        String::new()
                    } else {
                        format!("Content-Length: {}\r\n", body.len())
                    };
                    let head = format!("HTTP/1.1 {status} Tapped\r\nx-cos-request-id: 1\r\n{headers}{length}\r\n");
                    if client.write_all(&[head.into_bytes(), body].concat()).is_err() {
                        return;
                    }
                }
            }
        })
    }

    fn start(serve: impl Fn(TcpStream, Bytes, Bytes) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, came) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let (stopped, all, serve) = (Arc::clone(&stop), Arc::clone(&came), Arc::new(serve));
        thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (serve, came, answered) = (Arc::clone(&serve), Bytes::default(), Bytes::default());
                lock(&all).push((Arc::clone(&came), Arc::clone(&answered)));
                thread::spawn(move || serve(client, came, answered));
            }
        });
        Self { addr, stop, came }
    }

    pub(crate) fn port(&self) -> u16 {
        self.addr.port()
    }

    /// The settings of a client of a server that answers by itself.
    pub(crate) fn config(&self) -> CosConfigBuilder {
        let config = CosConfig::builder().region("ap-guangzhou").secret_id("AKIDEXAMPLE").secret_key("key");
        let config = config.scheme("http").proxies(Vec::<(&str, &str)>::new());
        config.ip("127.0.0.1").port(self.port())
    }

    /// All requests, by connection.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let came = lock(&self.came).clone();
        let each = |(came, answered): &(Bytes, Bytes)| {
            let mut requests = requests(&lock(came));
            let answered = String::from_utf8_lossy(&lock(answered)).into_owned();
            let mut ids = answered.split("<InitiateMultipartUploadResult>").skip(1).map(|answer| {
                let (_, id) = answer.split_once("<UploadId>").unwrap_or_default();
                id.split('<').next().unwrap_or_default().to_owned()
            });
            for request in requests.iter_mut().filter(|request| request.param("uploads").is_some()) {
                request.started = if request.method == "POST" { ids.next() } else { None };
            }
            requests
        };
        came.iter().flat_map(each).collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.came).clear();
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.addr);
    }
}

/// Cuts what came over a connection into requests.
fn requests(mut bytes: &[u8]) -> Vec<Seen> {
    let mut requests = Vec::new();
    while let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.lines();
        let mut first = lines.next().unwrap_or_default().split(' ').map(str::to_owned);
        let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
        let headers: BTreeMap<String, String> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        bytes = &bytes[end + 4..];
        let (body, rest, whole) = match headers.get("content-length").and_then(|length| length.parse::<usize>().ok()) {
            None if headers.contains_key("transfer-encoding") => unchunked(bytes),
            length => {
                let length = length.unwrap_or(0);
                let (body, rest) = bytes.split_at(length.min(bytes.len()));
                (body.to_vec(), rest, body.len() == length)
            }
        };
        bytes = rest;
        requests.push(Seen { method, target, headers, body, started: None, whole });
        if !whole {
            break;
        }
    }
    requests
}

fn unchunked(mut bytes: &[u8]) -> (Vec<u8>, &[u8], bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = bytes.windows(2).position(|window| window == b"\r\n") else { return (body, &[], false) };
        let length = usize::from_str_radix(&String::from_utf8_lossy(&bytes[..end]), 16).unwrap_or(0);
        let from = end + 2;
        let to = (from + length).min(bytes.len());
        body.extend_from_slice(&bytes[from..to]);
        if to + 2 > bytes.len() {
            return (body, &[], false);
        }
        bytes = &bytes[to + 2..];
        if length == 0 {
            return (body, bytes, true);
        }
    }
}
