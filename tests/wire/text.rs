//! Percent-coding and the parts of a request target, written apart from the SDK's own.

use std::fmt::Write as _;

/// Python's `urllib.parse.quote(bytes, safe)`.
pub(crate) fn quote(data: &[u8], safe: &str) -> String {
    let mut out = String::with_capacity(data.len());
    for &byte in data {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || safe.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Undoes `quote`; a `%` without two hex digits stays as it is.
pub(crate) fn unquote_bytes(text: &str) -> Vec<u8> {
    let data = text.as_bytes();
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0;
    while at < data.len() {
        let hex = data
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match (data[at], hex) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

/// `unquote_bytes` as text.
pub(crate) fn unquote(text: &str) -> String {
    String::from_utf8_lossy(&unquote_bytes(text)).into_owned()
}

/// Path and query of a request target or a URL; `None` when there is no `?`.
pub(crate) fn split_query(target: &str) -> (&str, Option<&str>) {
    match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    }
}

/// The decoded pairs of a query, in order. A `+` is a plus sign: difference
/// `query-space` has rewritten Python's `+` before this reads an expectation.
pub(crate) fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    query
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (unquote(name), unquote(value))
        })
        .collect()
}

/// The path Python's `CosConfig.uri` makes of a key, with its leading `/`.
pub(crate) fn key_path(key: &str) -> String {
    let key = key.strip_prefix('/').unwrap_or(key);
    format!("/{}", quote(key.as_bytes(), "/").replace("./", ".%2F"))
}

#[test]
fn quoting_is_pythons() {
    assert_eq!(quote("a b/c~*'()中".as_bytes(), ""), "a%20b%2Fc~%2A%27%28%29%E4%B8%AD");
    assert_eq!(unquote("a%20b%2Fc+%zz%4"), "a b/c+%zz%4");
    assert_eq!(key_path("//a/../b ."), "//a/..%2Fb%20.");
    assert_eq!(
        pairs(Some("uploads=&a=b%3Dc&flag")),
        [("uploads", ""), ("a", "b=c"), ("flag", "")].map(|(k, v)| (k.to_owned(), v.to_owned()))
    );
}
