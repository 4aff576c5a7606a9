//! The signatures of Tencent Cloud's API: version 3 (`TC3-HMAC-SHA256`) in a header, version 1 among the parameters.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::checksum::{base64, hex};
use crate::http::Head;
use crate::target::without_port;
use crate::time;

/// A signature that a request carries.
pub(crate) struct Signature {
    pub(crate) secret_id: String,
    /// Seconds since 1970.
    pub(crate) timestamp: u64,
    form: Form,
}

enum Form {
    V3 { date: String, service: String, headers: Vec<String>, signature: String },
    V1 { sha256: bool, signature: String },
}

impl Signature {
    /// Reads `TC3-HMAC-SHA256 Credential=id/date/service/tc3_request, SignedHeaders=a;b, Signature=hex`.
    pub(crate) fn v3(header: &str, timestamp: u64) -> Option<Self> {
        let fields = header.strip_prefix("TC3-HMAC-SHA256 ")?;
        let field = |name: &str| fields.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let mut scope = field("Credential")?.split('/');
        let (id, date, service, end) = (scope.next()?, scope.next()?, scope.next()?, scope.next()?);
        let headers: Vec<String> = field("SignedHeaders")?.split(';').map(str::to_owned).collect();
        let complete = ["content-type", "host"].iter().all(|name| headers.iter().any(|have| have == name));
        if end != "tc3_request" || scope.next().is_some() || !complete {
            return None;
        }
        let form = Form::V3 {
            date: date.to_owned(),
            service: service.to_owned(),
            headers,
            signature: field("Signature")?.to_owned(),
        };
        Some(Self { secret_id: id.to_owned(), timestamp, form })
    }

    /// Takes it from the parameters of a form.
    pub(crate) fn v1(parameters: &[(String, String)]) -> Option<Self> {
        let get = |name: &str| parameters.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str());
        let sha256 = match get("SignatureMethod") {
            None | Some("HmacSHA1") => false,
            Some("HmacSHA256") => true,
            Some(_) => return None,
        };
        Some(Self {
            secret_id: get("SecretId")?.to_owned(),
            timestamp: get("Timestamp")?.parse().ok()?,
            form: Form::V1 { sha256, signature: get("Signature")?.to_owned() },
        })
    }

    /// Whether it is the signature of this request by this key.
    pub(crate) fn fits(&self, head: &Head, body: &[u8], parameters: &[(String, String)], key: &str) -> bool {
        match &self.form {
            Form::V3 { date, service, headers, signature } => {
                // The day is that of the timestamp, and a key is good for one service.
                if *date != time::iso(self.timestamp.saturating_mul(1000))[..10] || service != "sts" {
                    return false;
                }
                let line = |name: &String| {
                    let value = head.headers.get(name).unwrap_or_default().trim().to_ascii_lowercase();
                    [name, ":", &value, "\n"].concat()
                };
                let canonical: String = headers.iter().map(line).collect();
                let (path, query) = head.target.split_once('?').unwrap_or((&head.target, ""));
                let names = headers.join(";");
                let digest = hex(&Sha256::digest(body));
                let request = format!("{}\n{path}\n{query}\n{canonical}\n{names}\n{digest}", head.method);
                let digest = hex(&Sha256::digest(request));
                let text = format!("TC3-HMAC-SHA256\n{}\n{date}/{service}/tc3_request\n{digest}", self.timestamp);
                let mut signing = format!("TC3{key}").into_bytes();
                for part in [date, service, "tc3_request"] {
                    signing = hmac_sha256(&signing, part);
                }
                hex(&hmac_sha256(&signing, &text)) == *signature
            }
            Form::V1 { sha256, signature } => {
                let mut sorted: Vec<String> = parameters
                    .iter()
                    .filter(|(name, _)| name != "Signature")
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                sorted.sort_unstable();
                // SDKs that are pointed elsewhere go on to sign the real host.
                let hosts = [head.host(), without_port(head.host()), "sts.tencentcloudapi.com"];
                hosts.iter().any(|host| {
                    let text = format!("{}{host}/?{}", head.method, sorted.join("&"));
                    let made = if *sha256 { hmac_sha256(key.as_bytes(), &text) } else { hmac_sha1(key, &text) };
                    base64(&made) == *signature
                })
            }
        }
    }
}

fn hmac_sha256(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hmac_sha1(key: &str, message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
