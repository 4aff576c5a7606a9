//! COS request signatures (`q-sign-algorithm=sha1`), written independently of any SDK.
//!
//! Tests may use it as a second opinion: [`authorization`] signs, and [`Signature`] reads a signature and computes the
//! right one.
//!
//! ```
//! use cos_emulator::signature::{Request, Signature, Window, authorization};
//!
//! let request = Request {
//!     method: "GET",
//!     path: "/my key",
//!     query: &[("versionId", "1")],
//!     headers: &[("host", "examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com")],
//! };
//! let window = Window { start: 1_760_000_000, end: 1_760_000_600 };
//! let header = authorization(&request, "AKIDEXAMPLE", "secret", window);
//!
//! let signature = Signature::parse(&header).unwrap();
//! assert_eq!(signature.signature, signature.expected(&request, "secret"));
//! ```

use std::fmt::{self, Display};

use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};

use crate::checksum::hex;
use crate::encode;

/// The parts of a request that a signature can cover.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The method, in any case.
    pub method: &'a str,
    /// The decoded path with its leading slash.
    pub path: &'a str,
    /// Decoded query parameters.
    pub query: &'a [(&'a str, &'a str)],
    /// Headers, names in any case.
    pub headers: &'a [(&'a str, &'a str)],
}

/// The time in which a signature is valid, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First second.
    pub start: u64,
    /// Last second.
    pub end: u64,
}

impl Window {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (start, end) = text.split_once(';')?;
        let window = Self { start: start.parse().ok()?, end: end.parse().ok()? };
        (window.start <= window.end).then_some(window)
    }
}

impl Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};{}", self.start, self.end)
    }
}

/// Returns the value of an `Authorization` header that signs every given header and query parameter.
pub fn authorization(request: &Request<'_>, secret_id: &str, secret_key: &str, window: Window) -> String {
    let names = |pairs: &[(&str, &str)]| {
        let mut names: Vec<String> = pairs.iter().map(|(name, _)| encode_name(name)).collect();
        names.sort();
        names.dedup();
        names
    };
    let mut signature = Signature {
        secret_id: secret_id.to_owned(),
        sign_time: window.to_string(),
        key_time: window.to_string(),
        window,
        headers: names(request.headers),
        params: names(request.query),
        signature: String::new(),
    };
    signature.signature = signature.expected(request, secret_key);
    signature.to_string()
}

/// Returns the query string of a presigned URL, without its `?`: the signature, then the given parameters.
pub fn presigned_query(request: &Request<'_>, secret_id: &str, secret_key: &str, window: Window) -> String {
    let signed = authorization(request, secret_id, secret_key, window);
    let own = signed.split('&').filter_map(|pair| pair.split_once('='));
    own.chain(request.query.iter().copied())
        .map(|(name, value)| format!("{}={}", encode::value(name), encode::value(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// The fields of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// `q-ak`.
    pub secret_id: String,
    /// `q-sign-time`, as received.
    pub sign_time: String,
    /// `q-key-time`, as received.
    pub key_time: String,
    /// The time in which the signature is valid: both times together.
    pub window: Window,
    /// `q-header-list`: encoded lower-case names.
    pub headers: Vec<String>,
    /// `q-url-param-list`: encoded lower-case names.
    pub params: Vec<String>,
    /// `q-signature`.
    pub signature: String,
}

/// The error of a signature that lacks a field or has a wrong one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(&'static str);

impl Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the signature's field {} is missing or invalid", self.0)
    }
}

impl std::error::Error for Malformed {}

impl Signature {
    /// Reads the value of an `Authorization` header.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let pairs: Vec<(&str, &str)> = text.trim().split('&').filter_map(|pair| pair.split_once('=')).collect();
        Self::from_pairs(&pairs)
    }

    /// Reads a signature from decoded query parameters; others among them are ignored.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Result<Self, Malformed> {
        let field = |name: &'static str| {
            let mut found = pairs.iter().filter(|(have, _)| *have == name);
            match (found.next(), found.next()) {
                (Some((_, value)), None) => Ok(*value),
                _ => Err(Malformed(name)),
            }
        };
        let list = |text: &str| text.split(';').filter(|name| !name.is_empty()).map(str::to_ascii_lowercase).collect();
        if field("q-sign-algorithm")? != "sha1" {
            return Err(Malformed("q-sign-algorithm"));
        }
        let sign_time = field("q-sign-time")?;
        let key_time = field("q-key-time")?;
        let sign = Window::parse(sign_time).ok_or(Malformed("q-sign-time"))?;
        let key = Window::parse(key_time).ok_or(Malformed("q-key-time"))?;
        Ok(Self {
            secret_id: field("q-ak")?.to_owned(),
            sign_time: sign_time.to_owned(),
            key_time: key_time.to_owned(),
            window: Window { start: sign.start.max(key.start), end: sign.end.min(key.end) },
            headers: list(field("q-header-list")?),
            params: list(field("q-url-param-list")?),
            signature: field("q-signature")?.to_owned(),
        })
    }

    /// Returns the signed part of a request, COS's `FormatString`, which explains a signature that does not match.
    ///
    /// Every occurrence of a signed name counts, so a second value beside a signed one changes the result.
    pub fn format_string(&self, request: &Request<'_>) -> String {
        format!(
            "{}\n{}\n{}\n{}\n",
            request.method.to_ascii_lowercase(),
            request.path,
            canonical(request.query, &self.params),
            canonical(request.headers, &self.headers),
        )
    }

    /// Returns the signed text, COS's `StringToSign`.
    pub fn string_to_sign(&self, request: &Request<'_>) -> String {
        let digest = hex(&Sha1::digest(self.format_string(request)));
        format!("sha1\n{}\n{digest}\n", self.sign_time)
    }

    /// Returns the signature that this request should carry, for the headers and parameters that it signs.
    pub fn expected(&self, request: &Request<'_>, secret_key: &str) -> String {
        let sign_key = sign_key(secret_key, &self.key_time);
        hex(&hmac_sha1(sign_key.as_bytes(), self.string_to_sign(request).as_bytes()))
    }
}

impl Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "q-sign-algorithm=sha1&q-ak={}&q-sign-time={}&q-key-time={}&q-header-list={}&q-url-param-list={}&q-signature={}",
            self.secret_id,
            self.sign_time,
            self.key_time,
            self.headers.join(";"),
            self.params.join(";"),
            self.signature
        )
    }
}

/// Returns the key that signs within a `q-key-time`.
fn sign_key(secret_key: &str, key_time: &str) -> String {
    hex(&hmac_sha1(secret_key.as_bytes(), key_time.as_bytes()))
}

/// Returns the `q-signature` of a form's policy, for `POST Object`: the policy is the JSON text before Base64.
pub fn policy_signature(policy: &str, secret_key: &str, key_time: &str) -> String {
    let to_sign = hex(&Sha1::digest(policy));
    hex(&hmac_sha1(sign_key(secret_key, key_time).as_bytes(), to_sign.as_bytes()))
}

fn canonical(pairs: &[(&str, &str)], names: &[String]) -> String {
    let mut chosen: Vec<(String, String)> = pairs
        .iter()
        .map(|(name, value)| (encode_name(name), encode::value(value)))
        .filter(|(name, _)| names.contains(name))
        .collect();
    chosen.sort();
    chosen.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Lower case comes after encoding, so the escapes of a name are lower case too.
fn encode_name(name: &str) -> String {
    encode::value(name).to_lowercase()
}

fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}
