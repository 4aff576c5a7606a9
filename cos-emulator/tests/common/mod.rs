//! A small HTTP client that signs with the emulator's own signature module.

#![allow(dead_code, reason = "no test file uses all of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cos_emulator::CosEmulator;
use cos_emulator::signature::{self, Window};

pub(crate) const BUCKET: &str = "examplebucket-1250000000";

/// A started emulator with one bucket, and a client for that.
pub(crate) fn started() -> (CosEmulator, Client) {
    let emulator = CosEmulator::start().unwrap();
    let client = Client::of(&emulator);
    (emulator, client)
}

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) addr: SocketAddr,
    pub(crate) host: String,
    pub(crate) id: String,
    pub(crate) key: String,
}

impl Client {
    /// A client for the example bucket, which it creates.
    pub(crate) fn of(emulator: &CosEmulator) -> Self {
        emulator.create_bucket(BUCKET).unwrap();
        Self {
            addr: emulator.addr(),
            host: format!("{BUCKET}.cos.ap-guangzhou.myqcloud.com"),
            id: emulator.secret_id().to_owned(),
            key: emulator.secret_key().to_owned(),
        }
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> Request<'_> {
        Request {
            client: self,
            method: method.to_owned(),
            path: path.to_owned(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
            window: None,
            anonymous: false,
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send()
    }

    pub(crate) fn put(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.request("PUT", path).body(body).send()
    }

    /// Puts a configuration of the bucket.
    pub(crate) fn configure(&self, sub: &str, document: &str) -> Answer {
        self.request("PUT", "/").query(sub, "").body(document).with_md5().send()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.addr).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }
}

/// A request in the making; `path` is the decoded one.
pub(crate) struct Request<'a> {
    client: &'a Client,
    method: String,
    path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    window: Option<Window>,
    anonymous: bool,
}

impl Request<'_> {
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Adds the Content-MD5 that some documents must have.
    pub(crate) fn with_md5(self) -> Self {
        use base64::Engine;
        use md5::{Digest, Md5};
        let digest = base64::engine::general_purpose::STANDARD.encode(Md5::digest(&self.body));
        self.header("content-md5", &digest)
    }

    pub(crate) fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    pub(crate) fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// The head as it goes out; without a Content-Length if the body is empty and the method
    /// has none.
    pub(crate) fn head(&self) -> String {
        let mut headers = self.headers.clone();
        if !headers.iter().any(|(name, _)| name == "host") {
            headers.push(("host".to_owned(), self.client.host.clone()));
        }
        if !headers.iter().any(|(name, _)| name == "content-length" || name == "transfer-encoding")
            && (!self.body.is_empty() || matches!(&*self.method, "PUT" | "POST"))
        {
            headers.push(("content-length".to_owned(), self.body.len().to_string()));
        }
        let pairs: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let query: Vec<(&str, &str)> = self.query.iter().map(|(name, value)| (&**name, &**value)).collect();
        let request = signature::Request { method: &self.method, path: &self.path, query: &query, headers: &pairs };
        let window = self.window.unwrap_or_else(window);
        let authorization = signature::authorization(&request, &self.client.id, &self.client.key, window);
        let encode = |text: &str| percent(text).replace("%2F", "/");
        let query: Vec<String> =
            query.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value))).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let mut head = format!("{} {}{query} HTTP/1.1\r\n", self.method, encode(&self.path));
        if !self.anonymous {
            head.extend(["Authorization: ", &authorization, "\r\n"]);
        }
        for (name, value) in &headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head + "\r\n"
    }

    pub(crate) fn send(self) -> Answer {
        self.try_send().unwrap()
    }

    pub(crate) fn try_send(self) -> std::io::Result<Answer> {
        let stream = self.client.connect();
        (&stream).write_all(self.head().as_bytes())?;
        (&stream).write_all(&self.body)?;
        Answer::read(&mut BufReader::new(&stream), self.method == "HEAD")
    }
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub(crate) fn window() -> Window {
    Window { start: now() - 60, end: now() + 600 }
}

pub(crate) fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            _ => out.extend(["%".to_owned(), format!("{byte:02X}")]),
        }
    }
    out
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the body ended before its announced end.
    pub(crate) cut: bool,
}

impl Answer {
    pub(crate) fn read(reader: &mut impl BufRead, headless: bool) -> std::io::Result<Self> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            match line.trim_end() {
                "" if lines.first().is_some_and(|first: &String| first.contains(" 100 ")) => lines.clear(),
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let mut answer = Self {
            status: lines[0].split(' ').nth(1).unwrap().parse().unwrap(),
            headers: lines[1..]
                .iter()
                .map(|line| line.split_once(": ").unwrap())
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body: Vec::new(),
            cut: false,
        };
        if headless || matches!(answer.status, 204 | 304) {
            return Ok(answer);
        }
        if answer.header("transfer-encoding").is_some() {
            answer.cut = !read_chunks(reader, &mut answer.body);
        } else {
            let length: u64 = answer.header("content-length").unwrap().parse().unwrap();
            reader.take(length).read_to_end(&mut answer.body)?;
            answer.cut = (answer.body.len() as u64) < length;
        }
        Ok(answer)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The text of the first element of a name.
    pub(crate) fn element(&self, name: &str) -> &str {
        let text = self.text();
        let start = text.find(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {text}"));
        let rest = &text[start + name.len() + 2..];
        &rest[..rest.find("</").unwrap()]
    }

    /// Status and error code.
    pub(crate) fn error(&self) -> (u16, &str) {
        (self.status, self.element("Code"))
    }
}

fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> bool {
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return false;
        }
        let size = u64::from_str_radix(line.trim(), 16).unwrap();
        let read = reader.by_ref().take(size).read_to_end(body).unwrap_or(0);
        if (read as u64) < size || reader.read_line(&mut String::new()).unwrap_or(0) == 0 {
            return false;
        }
        if size == 0 {
            return true;
        }
    }
}
