//! Request lines and headers.

use std::io::{self, BufRead};

use percent_encoding::percent_decode_str;

const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 256;

/// Headers in the order received; names are compared without case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Headers(Vec<(String, String)>);

impl Headers {
    pub(crate) fn new(headers: Vec<(String, String)>) -> Self {
        Self(headers)
    }

    /// The first value of a header. An empty header counts as absent, as COS has it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.iter().find(|(have, _)| have.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn to_vec(&self) -> Vec<(String, String)> {
        self.0.clone()
    }
}

/// All of a request but its body.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// Path and query as sent.
    pub(crate) target: String,
    /// The decoded path, with its leading slash; `None` if it is no UTF-8.
    pub(crate) path: Option<String>,
    /// The decoded query; `+` is a space, as form encoders write it.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Headers,
    pub(crate) keep_alive: bool,
    /// Whether it came over TLS.
    pub(crate) secure: bool,
    /// Whether to act as if there were no `Range` header. It stays in the list: it may be signed.
    pub(crate) ignores_range: bool,
}

/// Why no request head could be read.
#[derive(Debug)]
pub(crate) enum HeadError {
    /// The connection is of no further use.
    Io,
    /// What arrived is no request; the status to answer with.
    Invalid(u16),
}

impl From<io::Error> for HeadError {
    fn from(_: io::Error) -> Self {
        Self::Io
    }
}

impl Head {
    pub(crate) fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    /// The first value of a query parameter.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// The path as sent, also where a proxy made the target absolute.
    pub(crate) fn raw_path(&self) -> &str {
        split_target(&self.target).0
    }

    /// The query as sent.
    pub(crate) fn raw_query(&self) -> &str {
        split_target(&self.target).1
    }

    /// The `Host` header, or an empty string.
    pub(crate) fn host(&self) -> &str {
        self.headers.get("host").unwrap_or_default()
    }

    fn parse(bytes: &[u8]) -> Result<Self, HeadError> {
        let mut slots = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut slots);
        match request.parse(bytes) {
            Ok(httparse::Status::Complete(_)) => {}
            Err(httparse::Error::TooManyHeaders) => return Err(HeadError::Invalid(431)),
            _ => return Err(HeadError::Invalid(400)),
        }
        let (Some(method), Some(target), Some(version)) = (request.method, request.path, request.version) else {
            return Err(HeadError::Invalid(400));
        };
        let mut headers = Headers::default();
        for header in request.headers.iter() {
            let value = std::str::from_utf8(header.value).map_err(|_| HeadError::Invalid(400))?;
            headers.0.push((header.name.to_owned(), value.trim().to_owned()));
        }
        let connection = headers.get("connection").unwrap_or_default().to_ascii_lowercase();
        let keep_alive = if version == 0 { connection.contains("keep-alive") } else { !connection.contains("close") };
        let (path, query) = split_target(target);
        Ok(Self {
            method: method.to_owned(),
            path: percent_decode_str(path).decode_utf8().ok().map(String::from),
            query: parse_query(query),
            target: target.to_owned(),
            headers,
            keep_alive,
            secure: false,
            ignores_range: false,
        })
    }
}

/// Path and query of a request target, which a proxy may have made absolute.
fn split_target(target: &str) -> (&str, &str) {
    let origin = match target.split_once("://") {
        Some((scheme, rest)) if scheme == "http" || scheme == "https" => rest.find('/').map_or("/", |at| &rest[at..]),
        _ => target,
    };
    origin.split_once('?').unwrap_or((origin, ""))
}

/// Decodes a query string.
pub(crate) fn parse_query(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Reads the next request head; `None` when the client closed the connection between requests.
pub(crate) fn read_head(reader: &mut impl BufRead) -> Result<Option<Head>, HeadError> {
    let mut head = Vec::new();
    loop {
        let start = head.len();
        let left = MAX_HEAD - start;
        let read = io::Read::take(&mut *reader, left as u64).read_until(b'\n', &mut head)?;
        if read == 0 {
            return match (start, left) {
                (_, 0) => Err(HeadError::Invalid(431)),
                (0, _) => Ok(None),
                _ => Err(HeadError::Io),
            };
        }
        let line = &head[start..];
        if line == b"\r\n" || line == b"\n" {
            if start == 0 {
                // Blank lines before a request are allowed.
                head.clear();
                continue;
            }
            return Head::parse(&head).map(Some);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        read_head(&mut text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn paths_are_decoded_and_never_normalised() {
        let head = head("GET //a/./%2e%2E/b+c%2B%20?x=1+2&y&z=%2B HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!(head.path.as_deref(), Some("//a/./../b+c+ "));
        assert_eq!(head.param("x"), Some("1 2"));
        assert_eq!(head.param("y"), Some(""));
        assert_eq!(head.param("z"), Some("+"));
        assert_eq!(head.host(), "h");
        assert!(head.keep_alive);
    }

    #[test]
    fn a_path_that_is_no_utf8_is_told_apart() {
        assert_eq!(head("GET /%ff HTTP/1.1\r\n\r\n").path, None);
    }

    #[test]
    fn absolute_targets_and_old_versions() {
        let head = head("GET http://h:1/a?b=c HTTP/1.0\r\n\r\n");
        assert_eq!(head.path.as_deref(), Some("/a"));
        assert!(!head.keep_alive);
    }

    #[test]
    fn garbage_is_refused() {
        assert!(matches!(read_head(&mut &b"\x16\x03\x01\n\r\n"[..]), Err(HeadError::Invalid(400))));
        let long = vec![b'a'; MAX_HEAD + 1];
        assert!(matches!(read_head(&mut &long[..]), Err(HeadError::Invalid(431))));
        assert!(read_head(&mut &b""[..]).unwrap().is_none());
        assert!(matches!(read_head(&mut &b"GET /"[..]), Err(HeadError::Io)));
    }
}
