//! Request signatures. The time is an argument.
//!
//! COS API: <https://cloud.tencent.com/document/product/436/7778>

use std::borrow::Cow;

use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, Method};
use sha1::{Digest, Sha1};

use super::uri::{encode, encode_bytes};

/// The standard headers that are signed, besides `x-cos-*` and `x-ci-*`.
const SIGNED_HEADERS: [&str; 17] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "expect",
    "expires",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "origin",
    "pic-operations",
    "range",
    "transfer-encoding",
];

/// How long before the present a signature starts to be valid, for clocks that are ahead of COS.
pub(crate) const BACKDATED_SECONDS: u64 = 60;

/// The parts of a request that a signature covers.
pub(crate) struct ToSign<'a> {
    pub(crate) method: &'a Method,
    /// The key as it is, with a leading slash; not percent-encoded.
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(String, String)],
    pub(crate) headers: &'a HeaderMap,
    /// The host to sign; none leaves it out of the signature unless it is among the headers.
    pub(crate) host: Option<&'a str>,
}

/// Whose signature it is, and from when to when it is valid, in seconds since 1970.
pub(crate) struct Signer<'a> {
    pub(crate) secret_id: &'a str,
    pub(crate) secret_key: &'a str,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// A computed signature, in the parts that a header or a URL's query carries.
pub(crate) struct Signature<'a> {
    secret_id: &'a str,
    time: String,
    headers: Canonical,
    params: Canonical,
    value: String,
}

impl<'a> Signer<'a> {
    /// Computes the signature of a request.
    pub(crate) fn sign(&self, what: &ToSign<'_>) -> Signature<'a> {
        let headers = canonical(signed_headers(what));
        let params = canonical(what.query.iter().map(|(name, value)| (encode(name), encode(value))));
        let method = what.method.as_str().to_ascii_lowercase();
        let format_string = [&method, "\n", what.path, "\n", &params.pairs, "\n", &headers.pairs, "\n"].concat();
        let time = self.time();
        let string_to_sign = ["sha1\n", &time, "\n", &hex(&Sha1::digest(format_string)), "\n"].concat();
        let sign_key = hmac_sha1(self.secret_key.as_bytes(), &time);
        let value = hmac_sha1(sign_key.as_bytes(), &string_to_sign);
        Signature { secret_id: self.secret_id, time, headers, params, value }
    }

    /// Computes the signature of the policy of a form.
    pub(crate) fn sign_policy(&self, policy: &str) -> String {
        let sign_key = hmac_sha1(self.secret_key.as_bytes(), &self.time());
        hmac_sha1(sign_key.as_bytes(), &hex(&Sha1::digest(policy)))
    }

    /// Returns from when to when the signature is valid, as it says so itself.
    pub(crate) fn time(&self) -> String {
        format!("{};{}", self.start, self.end)
    }
}

impl Signature<'_> {
    /// Returns names and values in the order of the official SDK, not encoded.
    pub(crate) fn fields(&self) -> [(&'static str, &str); 7] {
        [
            ("q-sign-algorithm", "sha1"),
            ("q-ak", self.secret_id),
            ("q-sign-time", &self.time),
            ("q-key-time", &self.time),
            ("q-header-list", &self.headers.names),
            ("q-url-param-list", &self.params.names),
            ("q-signature", &self.value),
        ]
    }

    /// Returns the value of the `Authorization` header.
    pub(crate) fn authorization(&self) -> String {
        let mut text = String::with_capacity(256);
        for (name, value) in self.fields() {
            if !text.is_empty() {
                text.push('&');
            }
            text.extend([name, "=", value]);
        }
        text
    }
}

struct Canonical {
    names: String,
    pairs: String,
}

/// Sorts encoded names and values into `a;b` and `a=1&b=2`, names in lower case.
fn canonical<'a>(pairs: impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)>) -> Canonical {
    let mut sorted: Vec<_> = pairs.map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
    sorted.sort();
    let size = sorted.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    let mut canonical = Canonical { names: String::with_capacity(size), pairs: String::with_capacity(size) };
    for (name, value) in &sorted {
        if !canonical.pairs.is_empty() {
            canonical.names.push(';');
            canonical.pairs.push('&');
        }
        canonical.names.push_str(name);
        canonical.pairs.extend([name, "=", value]);
    }
    canonical
}

fn signed_headers<'a>(what: &'a ToSign<'_>) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
    let is_signed =
        |name: &str| SIGNED_HEADERS.contains(&name) || name.starts_with("x-cos-") || name.starts_with("x-ci-");
    let host = what.host.filter(|_| !what.headers.contains_key("host"));
    what.headers
        .iter()
        .filter(move |(name, _)| is_signed(name.as_str()))
        .map(|(name, value)| (encode(name.as_str()), encode_bytes(value.as_bytes())))
        .chain(host.map(|host| (Cow::from("host"), encode(host))))
}

pub(crate) fn hmac_sha1(key: &[u8], message: &str) -> String {
    // HMAC takes keys of any length, so the error cannot occur; an empty key keeps this total.
    let mut mac = Hmac::<Sha1>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&[0; 64].into()));
    mac.update(message.as_bytes());
    hex(&mac.finalize().into_bytes())
}

#[allow(clippy::indexing_slicing, reason = "four bits are the index of one of sixteen digits")]
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const SIGNER: Signer<'_> = Signer {
        secret_id: "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001",
        secret_key: "ExampleSecretKeyExampleSecretKey",
        start: 1_759_999_940,
        end: 1_760_010_000,
    };

    fn sign(method: &Method, path: &str, query: &[(&str, &str)], headers: &[(&'static str, &'static str)]) -> String {
        let query: Vec<_> = query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let headers: HeaderMap =
            headers.iter().map(|(k, v)| (http::HeaderName::from_static(k), HeaderValue::from_static(v))).collect();
        let host = Some("examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com");
        SIGNER.sign(&ToSign { method, path, query: &query, headers: &headers, host }).authorization()
    }

    #[test]
    fn signs_as_the_official_sdk_recorded_it() {
        let recorded = "q-sign-algorithm=sha1&q-ak=AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001\
            &q-sign-time=1759999940;1760010000&q-key-time=1759999940;1760010000\
            &q-header-list=content-length;host&q-url-param-list=append;position\
            &q-signature=3e9047a245dbe3ae29b675863e443aa5dfb8413b";
        let query = [("append", ""), ("position", "0")];
        assert_eq!(sign(&Method::POST, "/exampleobject", &query, &[("content-length", "5")]), recorded);
    }

    #[test]
    fn every_signed_part_changes_the_signature_and_others_do_not() {
        let base = sign(&Method::GET, "/k", &[("a", "1")], &[("range", "bytes=0-1")]);
        let others = [
            sign(&Method::PUT, "/k", &[("a", "1")], &[("range", "bytes=0-1")]),
            sign(&Method::GET, "/K", &[("a", "1")], &[("range", "bytes=0-1")]),
            sign(&Method::GET, "/k", &[("a", "2")], &[("range", "bytes=0-1")]),
            sign(&Method::GET, "/k", &[("a", "1")], &[("range", "bytes=0-2")]),
        ];
        assert!(others.iter().all(|other| *other != base));
        assert_eq!(base, sign(&Method::GET, "/k", &[("a", "1")], &[("range", "bytes=0-1"), ("referer", "r")]));
    }
}
