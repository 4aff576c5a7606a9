//! The server of a case: plays the recorded answers and keeps what it was sent,
//! with the semantics of `record.py`.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use regex::Regex;
use serde_json::Value;

use crate::case::{Content, Request, gen_bytes, object, text, unbase64};

/// Longest wait for bytes from the SDK; only a stuck test gets there.
const READ_TIMEOUT: Duration = Duration::from_secs(20);

/// Which requests an answer is for.
struct Rule {
    method: Option<String>,
    target: Option<Regex>,
    headers: Vec<(String, Regex)>,
    /// How often it may still answer; `None` is any number of times.
    left: Option<u64>,
}

impl Rule {
    fn of(spec: &Value) -> Option<Rule> {
        let pattern = |value: &Value| Regex::new(text(value)).unwrap_or_else(|e| panic!("{e}"));
        let wanted = spec.get("match")?;
        Some(Rule {
            method: wanted.get("method").map(|m| text(m).to_owned()),
            target: wanted.get("target_regex").map(pattern),
            headers: wanted
                .get("headers_regex")
                .map(|h| object(h).iter().map(|(k, v)| (k.clone(), pattern(v))).collect())
                .unwrap_or_default(),
            left: spec.get("times").and_then(Value::as_u64),
        })
    }

    fn fits(&self, request: &Request) -> bool {
        self.left != Some(0)
            && self.method.as_ref().is_none_or(|m| *m == request.method)
            && self.target.as_ref().is_none_or(|r| r.is_match(&request.target))
            && self.headers.iter().all(|(name, r)| r.is_match(request.header(name).unwrap_or_default()))
    }
}

/// One canned answer.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) drop: bool,
    pub(crate) status: u64,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    chunked: bool,
    slice_by_range: bool,
    close: bool,
}

impl Answer {
    pub(crate) fn of(spec: &Value) -> Answer {
        let flag = |name: &str| spec[name].as_bool().unwrap_or_default();
        let body = if let Some(body) = spec.get("body_gen") {
            gen_bytes(body)
        } else if let Some(body) = spec.get("body_b64") {
            unbase64(body)
        } else {
            spec["body"].as_str().unwrap_or_default().as_bytes().to_vec()
        };
        Answer {
            drop: flag("drop"),
            status: spec["status"].as_u64().unwrap_or(200),
            headers: spec
                .get("headers")
                .map(|h| object(h).iter().map(|(k, v)| (k.clone(), text(v).to_owned())).collect())
                .unwrap_or_default(),
            body,
            chunked: flag("chunked"),
            slice_by_range: flag("slice_by_range"),
            close: flag("close"),
        }
    }

    /// What the recorder's server says when no answer is left for a request.
    fn none(reason: &str) -> Answer {
        Answer {
            status: 599,
            headers: vec![("Content-Length".to_owned(), reason.len().to_string())],
            body: reason.as_bytes().to_vec(),
            ..Answer::of(&Value::Null)
        }
    }

    /// A header of the answer, whatever its case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }
}

/// The answers of a case and how far they have been played.
pub(crate) struct Player {
    answers: Vec<(Option<Rule>, Answer)>,
    ruled: bool,
    played: usize,
}

impl Player {
    pub(crate) fn new(responses: &[Value]) -> Player {
        let answers: Vec<_> = responses.iter().map(|spec| (Rule::of(spec), Answer::of(spec))).collect();
        let ruled = answers.iter().any(|(rule, _)| rule.is_some());
        Player { answers, ruled, played: 0 }
    }

    /// The answer to the next request.
    pub(crate) fn answer(&mut self, request: &Request) -> Answer {
        let index = self.played;
        self.played += 1;
        if self.ruled {
            let found = self.answers.iter_mut().find_map(|(rule, answer)| {
                let rule = rule.as_mut().filter(|rule| rule.fits(request))?;
                rule.left = rule.left.map(|left| left - 1);
                Some(answer.clone())
            });
            return found.unwrap_or_else(|| Answer::none("no rule matches"));
        }
        match self.answers.get(index).or(self.answers.last()) {
            Some((_, answer)) => answer.clone(),
            None => Answer::none("no canned response"),
        }
    }
}

struct State {
    player: Player,
    requests: Vec<Request>,
}

/// A running server; stops accepting when dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
    accept: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(responses: &[Value]) -> Server {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(Mutex::new(State { player: Player::new(responses), requests: Vec::new() }));
        let stop = Arc::new(AtomicBool::new(false));
        let accept = std::thread::spawn({
            let (state, stop) = (Arc::clone(&state), Arc::clone(&stop));
            move || {
                for connection in listener.incoming() {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let Ok(connection) = connection else { continue };
                    let state = Arc::clone(&state);
                    // ends when the client closes the connection
                    std::thread::spawn(move || while matches!(serve(&connection, &state), Ok(true)) {});
                }
            }
        });
        Server { address, state, stop, accept: Some(accept) }
    }

    /// The requests received so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // wakes the thread that accepts
        let _ = TcpStream::connect(self.address);
        if let Some(accept) = self.accept.take() {
            let _ = accept.join();
        }
    }
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// A line without its end; `None` at the end of the stream.
fn line(reader: &mut impl io::BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    if reader.read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    while matches!(line.last(), Some(b'\r' | b'\n')) {
        line.pop();
    }
    Ok(Some(line))
}

fn trim(value: &[u8]) -> &[u8] {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let start = value.iter().position(|b| !blank(b)).unwrap_or(value.len());
    let end = value.iter().rposition(|b| !blank(b)).map_or(start, |last| last + 1);
    &value[start..end]
}

fn read_headers(reader: &mut impl io::BufRead) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut headers: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    loop {
        let line = line(reader)?.ok_or_else(|| malformed("headers without an end"))?;
        if line.is_empty() {
            return Ok(headers);
        }
        let colon = line.iter().position(|b| *b == b':').ok_or_else(|| malformed("no colon"))?;
        let name = String::from_utf8_lossy(&line[..colon]).to_lowercase();
        let value = trim(&line[colon + 1..]).to_vec();
        headers
            .entry(name)
            .and_modify(|all| {
                all.extend_from_slice(b", ");
                all.extend_from_slice(&value);
            })
            .or_insert(value);
    }
}

fn read_chunks(reader: &mut impl io::BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(reader)?.ok_or_else(|| malformed("chunks without an end"))?;
        let size = String::from_utf8_lossy(&size);
        let size = size.split(';').next().unwrap_or_default().trim();
        let size = usize::from_str_radix(size, 16).map_err(|_| malformed("chunk size"))?;
        if size == 0 {
            read_headers(reader)?;
            return Ok(body);
        }
        let start = body.len();
        body.resize(start + size, 0);
        reader.read_exact(&mut body[start..])?;
        line(reader)?;
    }
}

/// Reads one request, records it and answers; `false` when the connection ends.
fn serve(stream: &TcpStream, state: &Mutex<State>) -> io::Result<bool> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(READ_TIMEOUT))?;
    // A fresh buffer each time: the SDK does not send a request before it has the answer to the last.
    let mut reader = BufReader::new(stream);
    let Some(first) = line(&mut reader)? else { return Ok(false) };
    let first = String::from_utf8_lossy(&first).into_owned();
    let mut words = first.splitn(3, ' ');
    let (Some(method), Some(target), Some(_)) = (words.next(), words.next(), words.next()) else {
        return Err(malformed("request line"));
    };
    let headers = read_headers(&mut reader)?;
    let header = |name: &str| String::from_utf8_lossy(headers.get(name).map_or(&[], Vec::as_slice)).to_lowercase();
    let body = if header("transfer-encoding") == "chunked" {
        read_chunks(&mut reader)?
    } else {
        let length = header("content-length");
        let length = if length.is_empty() { 0 } else { length.parse().map_err(|_| malformed("length"))? };
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        body
    };
    let (method, target) = (method.to_owned(), target.to_owned());
    let close = header("connection") == "close";
    let range = header("range");
    let head = method == "HEAD";
    let request = Request { method, target, headers, body: Content::Bytes(body) };
    let answer = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = state.player.answer(&request);
        state.requests.push(request);
        answer
    };
    if answer.drop {
        return Ok(false);
    }
    reply(stream, answer, head, &range)?;
    Ok(!close)
}

fn reply(mut stream: &TcpStream, mut answer: Answer, head: bool, range: &str) -> io::Result<()> {
    if answer.slice_by_range {
        let ends = range.strip_prefix("bytes=").and_then(|r| r.split_once('-'));
        let (first, last) = ends.ok_or_else(|| malformed("no range to slice by"))?;
        let total = answer.body.len();
        let number = |text: &str| text.parse::<usize>().map_err(|_| malformed("range"));
        let end = number(last)?.saturating_add(1).min(total);
        answer.body = answer.body[number(first)?.min(end)..end].to_vec();
        let length = answer.body.len().to_string();
        answer.headers.retain(|(name, _)| name != "Content-Range" && name != "Content-Length");
        answer.headers.push(("Content-Range".to_owned(), format!("bytes {first}-{last}/{total}")));
        answer.headers.push(("Content-Length".to_owned(), length));
    }
    let mut out = format!("HTTP/1.1 {} X\r\n", answer.status).into_bytes();
    for (name, value) in &answer.headers {
        out.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    if !head && !matches!(answer.status, 204 | 304) {
        if answer.chunked {
            for part in answer.body.chunks(1000) {
                out.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
                out.extend_from_slice(part);
                out.extend_from_slice(b"\r\n");
            }
            out.extend_from_slice(b"0\r\n\r\n");
        } else {
            out.extend_from_slice(&answer.body);
        }
    }
    stream.write_all(&out)?;
    if answer.close { Err(malformed("the answer closes the connection")) } else { Ok(()) }
}
