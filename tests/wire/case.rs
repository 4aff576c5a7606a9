//! A recorded case and what it says should happen.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// The clock of every recording.
pub(crate) const FROZEN_TIME: u64 = 1_760_000_000;

/// Base configuration of every case (`README.md` of the recordings).
pub(crate) const BASE_CONFIG: [(&str, &str); 4] = [
    ("Region", "ap-guangzhou"),
    ("SecretId", "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001"),
    ("SecretKey", "ExampleSecretKeyExampleSecretKey"),
    ("Scheme", "http"),
];

/// The bytes of `{"length": n, "seed": s}`: byte i is `(i + s) % 251`.
pub(crate) fn gen_bytes(spec: &Value) -> Vec<u8> {
    let length = spec["length"].as_u64().unwrap_or_default();
    let seed = spec["seed"].as_u64().unwrap_or_default();
    (0..length).map(|i| ((i + seed) % 251) as u8).collect()
}

/// Decodes base64 that the recorder wrote.
pub(crate) fn unbase64(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_else(|| panic!("not base64 text: {value}"));
    STANDARD.decode(text).unwrap_or_else(|e| panic!("not base64: {text}: {e}"))
}

/// Lower-case hex.
pub(crate) fn hex(data: &[u8]) -> String {
    use std::fmt::Write as _;
    data.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A body or file: its bytes or, when long, only length and SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Bytes(Vec<u8>),
    Digest { len: u64, sha256: String },
}

impl Content {
    pub(crate) fn of(value: &Value) -> Content {
        match value.get("body_b64") {
            Some(data) => Content::Bytes(unbase64(data)),
            None => Content::Digest {
                len: value["body_len"].as_u64().unwrap_or_else(|| panic!("no body in {value}")),
                sha256: value["body_sha256"].as_str().unwrap_or_default().to_owned(),
            },
        }
    }

    /// What of this content `actual` does not match, in words.
    pub(crate) fn difference(&self, actual: &[u8]) -> Option<String> {
        match self {
            Content::Bytes(data) if data == actual => None,
            Content::Bytes(data) => Some(format!("{}, got {}", show(data), show(actual))),
            Content::Digest { len, sha256 } => {
                let got = hex(&Sha256::digest(actual));
                (*len != actual.len() as u64 || *sha256 != got)
                    .then(|| format!("{len} bytes, SHA-256 {sha256}, got {} bytes, SHA-256 {got}", actual.len()))
            }
        }
    }

    /// The bytes, when they are recorded as such.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Content::Bytes(data) => Some(data),
            Content::Digest { .. } => None,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Content::Bytes(data) if data.is_empty())
    }
}

/// Bytes for a message: text where it is text, cut where it is long.
pub(crate) fn show(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(&data[..data.len().min(300)]).into_owned();
    let more = if data.len() > 300 { format!("... ({} bytes)", data.len()) } else { String::new() };
    format!("{text:?}{more}")
}

/// A request as recorded or as received. Header names are in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: BTreeMap<String, Vec<u8>>,
    pub(crate) body: Content,
}

impl Request {
    fn of(value: &Value) -> Request {
        let headers = object(&value["headers"])
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Value::String(text) => text.clone().into_bytes(),
                    tagged => unbase64(&tagged["$bytes_b64"]),
                };
                (name.clone(), value)
            })
            .collect();
        Request {
            method: text(&value["method"]).to_owned(),
            target: text(&value["target"]).to_owned(),
            headers,
            body: Content::of(value),
        }
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers.insert(name.to_owned(), value.as_bytes().to_vec());
    }
}

/// What a case expects, first as Python did it, then as the deliberate
/// differences have rewritten it.
#[derive(Debug, Clone)]
pub(crate) struct Expectation {
    pub(crate) requests: Vec<Request>,
    pub(crate) unordered: bool,
    pub(crate) head: usize,
    pub(crate) tail: usize,
    /// One a call: Python's value, or `{"error": ..}`.
    pub(crate) results: Vec<Value>,
    pub(crate) files: BTreeMap<String, Option<Content>>,
    pub(crate) progress: Option<(u64, u64)>,
    /// The SDK may send only some of these requests (never others): it may see an
    /// error earlier than Python.
    pub(crate) fewer: bool,
}

/// A recorded case.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) call: String,
    pub(crate) transport: String,
    pub(crate) client: Map<String, Value>,
    pub(crate) config: Map<String, Value>,
    pub(crate) args: Map<String, Value>,
    pub(crate) responses: Vec<Value>,
    /// The port of the server that plays the case, once there is one.
    pub(crate) port: Option<u16>,
    raw: Value,
}

impl Case {
    pub(crate) fn of(raw: Value) -> Case {
        let map = |name: &str| raw.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        Case {
            id: text(&raw["id"]).to_owned(),
            call: text(&raw["call"]).to_owned(),
            transport: text(&raw["transport"]).to_owned(),
            client: map("client"),
            config: map("config"),
            args: map("args"),
            responses: raw["responses"].as_array().cloned().unwrap_or_default(),
            port: None,
            raw,
        }
    }

    /// This case with other answers.
    pub(crate) fn with_responses(&self, responses: Vec<Value>) -> Case {
        let mut raw = self.raw.clone();
        raw["responses"] = responses.into();
        Case::of(raw)
    }

    /// Whether it is about data processing, whose dicts are sent as they are pasted.
    pub(crate) fn is_processing(&self) -> bool {
        self.call.starts_with("ci_") || self.client.contains_key("class")
    }

    /// The method's name; those of `CosEncryptionClient` have its name before them,
    /// because they belong to another client.
    pub(crate) fn method(&self) -> String {
        if self.client.contains_key("encryption") {
            format!("CosEncryptionClient.{}", self.call)
        } else {
            self.call.clone()
        }
    }

    /// This case with `{port}` and `{tmp}` filled in.
    pub(crate) fn filled(&self, port: u16, tmp: &str) -> Case {
        Case { port: Some(port), ..Case::of(fill(&self.raw, &port.to_string(), tmp)) }
    }

    /// Whether the recording has that field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.raw.get(name).is_some()
    }

    pub(crate) fn repeat(&self) -> u64 {
        self.raw["repeat"].as_u64().unwrap_or(1)
    }

    /// A configuration value: the case's own, or the base value.
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        match self.config.get(name) {
            Some(value) => value.as_str(),
            None => BASE_CONFIG.iter().find(|(key, _)| *key == name).map(|(_, value)| *value),
        }
    }

    /// Whether a switch of the configuration is set to that value.
    pub(crate) fn switch(&self, name: &str, value: bool) -> bool {
        self.config.get(name).and_then(Value::as_bool) == Some(value)
    }

    pub(crate) fn arg(&self, name: &str) -> Option<&str> {
        self.args.get(name).and_then(Value::as_str)
    }

    /// What Python did.
    pub(crate) fn python(&self) -> Expectation {
        let raw = &self.raw;
        let count = |name: &str| raw[name].as_u64().unwrap_or_default() as usize;
        let files = raw.get("files").and_then(Value::as_object);
        Expectation {
            requests: raw["requests"].as_array().into_iter().flatten().map(Request::of).collect(),
            unordered: raw["unordered"].as_bool().unwrap_or_default(),
            head: count("ordered_head"),
            tail: count("ordered_tail"),
            results: match raw.get("results").and_then(Value::as_array) {
                Some(results) => results.clone(),
                None => vec![raw["result"].clone()],
            },
            files: files
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.clone(), (!value.is_null()).then(|| Content::of(value))))
                .collect(),
            progress: raw.get("progress").and_then(|p| {
                let last = p["last"].as_array()?;
                Some((last.first()?.as_u64()?, last.get(1)?.as_u64()?))
            }),
            fewer: false,
        }
    }
}

fn fill(value: &Value, port: &str, tmp: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("{port}", port).replace("{tmp}", tmp)),
        Value::Array(items) => items.iter().map(|item| fill(item, port, tmp)).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), fill(v, port, tmp))).collect(),
        other => other.clone(),
    }
}

/// A value of the recording that is an object.
pub(crate) fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("not an object: {value}"))
}

/// A value of the recording that is text.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}"))
}

/// The error of a result, when it is one.
pub(crate) fn error(result: &Value) -> Option<&Map<String, Value>> {
    let map = result.as_object()?;
    if map.len() == 1 { map.get("error")?.as_object() } else { None }
}

/// Whether a recorded result is an error that is not the service's: whatever the
/// exception's name in Python, it is a client error here.
pub(crate) fn is_client_error(result: &Value) -> bool {
    error(result).is_some_and(|e| e.get("type").and_then(Value::as_str) != Some("CosServiceError"))
}

/// All cases of a file of goldens.
pub(crate) fn load(path: &std::path::Path) -> Vec<Case> {
    let data = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let cases: Vec<Value> = serde_json::from_slice(&data).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    cases.into_iter().map(Case::of).collect()
}
