//! A reference signer, written from Python's `cos_auth.py` and not from the SDK.
//! It signs again what a deliberate difference has changed in an expectation; the
//! test at the end proves it against every signature in the recordings.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::{Digest as _, Sha1};

use crate::case::{Case, Request, hex};
use crate::text::{pairs, quote, split_query, unquote};

const SIGNED_HEADERS: [&str; 17] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-type",
    "content-md5",
    "content-length",
    "expect",
    "expires",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "origin",
    "range",
    "transfer-encoding",
    "pic-operations",
];

/// Whether Python's `filter_headers` keeps a header (name in lower case).
pub(crate) fn is_signed(name: &str) -> bool {
    SIGNED_HEADERS.contains(&name) || name.starts_with("x-cos-") || name.starts_with("x-ci-")
}

fn hmac_hex(key: &[u8], data: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("any key length");
    mac.update(data.as_bytes());
    hex(&mac.finalize().into_bytes())
}

/// The id and key of a case, chosen as `CosConfig` chooses.
pub(crate) fn credentials(case: &Case) -> (String, String) {
    for (id, key) in [("SecretId", "SecretKey"), ("Secret_id", "Secret_key"), ("Access_id", "Access_key")] {
        if let (Some(id), Some(key)) = (case.setting(id), case.setting(key)) {
            return (id.to_owned(), key.to_owned());
        }
    }
    let instance = case.config.get("CredentialInstance").map(|c| &c["$credential"]);
    let part = |name: &str| instance.and_then(|i| i[name].as_str()).unwrap_or_default().to_owned();
    (part("secret_id"), part("secret_key"))
}

/// What is signed: names and values as they are, in any order.
pub(crate) struct ToSign<'a> {
    pub(crate) method: &'a str,
    /// The key as the caller wrote it, with one leading `/` in front if it had none.
    pub(crate) path: &'a str,
    pub(crate) params: Vec<(String, Vec<u8>)>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

/// The quoted, lower-case name that stands in a signature's lists.
pub(crate) fn listed(name: &str) -> String {
    quote(name.as_bytes(), "").to_lowercase()
}

impl ToSign<'_> {
    /// The value of the Authorization header.
    pub(crate) fn authorization(&self, (id, key): &(String, String), window: &str) -> String {
        let sorted = |all: &[(String, Vec<u8>)]| -> BTreeMap<String, String> {
            all.iter().map(|(name, value)| (listed(name), quote(value, ""))).collect()
        };
        let join =
            |all: &BTreeMap<String, String>| all.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join("&");
        let list = |all: &BTreeMap<String, String>| all.keys().cloned().collect::<Vec<_>>().join(";");
        let (params, headers) = (sorted(&self.params), sorted(&self.headers));
        let format = format!("{}\n{}\n{}\n{}\n", self.method.to_lowercase(), self.path, join(&params), join(&headers));
        let to_sign = format!("sha1\n{window}\n{}\n", hex(&Sha1::digest(format.as_bytes())));
        let signature = hmac_hex(hmac_hex(key.as_bytes(), window).as_bytes(), &to_sign);
        format!(
            "q-sign-algorithm=sha1&q-ak={id}&q-sign-time={window}&q-key-time={window}&q-header-list={}\
             &q-url-param-list={}&q-signature={signature}",
            list(&headers),
            list(&params)
        )
    }
}

/// A field of an Authorization value.
pub(crate) fn field<'a>(authorization: &'a str, name: &str) -> &'a str {
    authorization.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default()
}

/// Signs an expected request again after it was changed: with the window and the
/// parameters of the recorded signature and the headers it has now. `Host` stays
/// signed or unsigned as it was. A request without a signature stays without.
pub(crate) fn sign_again(case: &Case, request: &mut Request) {
    let Some(old) = request.header("authorization").filter(|old| !old.is_empty()) else { return };
    let old = old.to_owned();
    let header_list: Vec<&str> = field(&old, "q-header-list").split(';').collect();
    let param_list: Vec<&str> = field(&old, "q-url-param-list").split(';').collect();
    let (path, query) = split_query(&request.target);
    let path = unquote(path);
    let sign = ToSign {
        method: &request.method,
        path: &path,
        params: pairs(query)
            .into_iter()
            .filter(|(name, _)| param_list.contains(&listed(name).as_str()))
            .map(|(name, value)| (name, value.into_bytes()))
            .collect(),
        headers: request
            .headers
            .iter()
            .filter(|(name, _)| is_signed(name) && (*name != "host" || header_list.contains(&"host")))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    };
    let new = sign.authorization(&credentials(case), field(&old, "q-sign-time"));
    request.set_header("authorization", &new);
}

/// `CosRtmpAuth.get_rtmp_sign`: the signature of an RTMP URL.
#[cfg(test)]
fn rtmp_signature(key: &str, path: &str, params: &str, window: &str) -> String {
    let to_sign = format!("sha1\n{window}\n{}\n", hex(&Sha1::digest(format!("{path}\n{params}\n").as_bytes())));
    hmac_hex(key.as_bytes(), &to_sign)
}

#[cfg(test)]
mod proof {
    use serde_json::Value;

    use super::{ToSign, credentials, field, is_signed, listed, rtmp_signature};
    use crate::case::{Case, Request, load};
    use crate::fixture;
    use crate::text::{pairs, split_query, unquote};

    fn bytes(value: &Value) -> Vec<u8> {
        match value {
            Value::String(text) => text.clone().into_bytes(),
            other => other.to_string().into_bytes(),
        }
    }

    fn entries(case: &Case, name: &str) -> Vec<(String, Vec<u8>)> {
        let map = case.args.get(name).and_then(Value::as_object);
        map.into_iter().flatten().map(|(k, v)| (k.clone(), bytes(v))).collect()
    }

    /// The raw key that Python signed: what the path decodes to, or the argument
    /// where the HTTP library had collapsed the path.
    fn signed_paths(case: &Case, target: &str) -> Vec<String> {
        let mut all = vec![unquote(split_query(target).0)];
        if let Some(key) = case.arg("Key") {
            all.push(if key.starts_with('/') { key.to_owned() } else { format!("/{key}") });
        }
        // the signature of put_async_fetch_task and get_async_fetch_task names the bucket in the path
        all.push("/".to_owned());
        all
    }

    fn request_holds(case: &Case, request: &Request) -> bool {
        let recorded = request.header("authorization").unwrap_or_default();
        let header_list: Vec<&str> = field(recorded, "q-header-list").split(';').collect();
        let param_list: Vec<&str> = field(recorded, "q-url-param-list").split(';').filter(|n| !n.is_empty()).collect();
        let query = pairs(split_query(&request.target.replace('+', "%20")).1);
        let params = param_list
            .iter()
            .map(|name| {
                let found = query.iter().find(|(k, _)| listed(k) == *name);
                // Python signs `id=None` in put_bucket_intelligenttiering_v2 and does not send it
                let value = found.map_or("None", |(_, v)| v.as_str());
                ((*name).to_owned(), value.as_bytes().to_vec())
            })
            .collect::<Vec<_>>();
        let headers = || {
            let all = request.headers.iter().filter(|(name, _)| is_signed(name));
            all.map(|(name, value)| (name.clone(), value.clone())).collect::<Vec<_>>()
        };
        // which headers are signed is part of the proof, except for Host, which SignHost decides
        let names = headers().iter().map(|(n, _)| listed(n)).filter(|n| n != "host").collect::<Vec<_>>();
        let recorded_names = header_list.iter().filter(|n| !n.is_empty() && **n != "host").copied().collect::<Vec<_>>();
        assert_eq!(names, recorded_names, "{}: the headers that are signed", case.id);
        signed_paths(case, &request.target).iter().any(|path| {
            let sign = ToSign {
                method: &request.method,
                path,
                params: params.clone(),
                headers: headers().into_iter().filter(|(n, _)| n != "host" || header_list.contains(&"host")).collect(),
            };
            sign.authorization(&credentials(case), field(recorded, "q-sign-time")) == recorded
        })
    }

    /// `get_auth` and presigned URLs: the signature is in the result.
    fn result_holds(case: &Case, result: &str) -> bool {
        let decoded = unquote(result);
        let recorded = decoded.split_once('?').map_or(decoded.as_str(), |(_, query)| query);
        let recorded = &recorded[..recorded.find("&q-signature=").map_or(recorded.len(), |at| at + 53)];
        // q-url-param-list is quoted once more in a URL
        let in_url = result.starts_with("http");
        let recorded = if in_url {
            pairs(split_query(result).1)
                .iter()
                .filter(|(name, _)| name.starts_with("q-"))
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join("&")
        } else {
            recorded.to_owned()
        };
        let mut headers = entries(case, "Headers");
        headers.retain(|(name, _)| is_signed(&name.to_lowercase()));
        let has_host = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
        if field(&recorded, "q-header-list").split(';').any(|n| n == "host") && !has_host {
            let host = if in_url {
                result.split('/').nth(2).unwrap_or_default().to_owned()
            } else if case.transport == "ip" {
                "127.0.0.1".to_owned()
            } else if case.args.get("UseCiEndPoint").and_then(Value::as_bool) == Some(true) {
                format!("{}.ci.ap-guangzhou.myqcloud.com", case.arg("Bucket").unwrap_or_default())
            } else {
                format!("{}.cos.ap-guangzhou.myqcloud.com", case.arg("Bucket").unwrap_or_default())
            };
            headers.push(("host".to_owned(), host.into_bytes()));
        }
        let params = if case.switch("SignParams", false) { Vec::new() } else { entries(case, "Params") };
        let key = case.arg("Key").unwrap_or_default();
        let path = if key.starts_with('/') { key.to_owned() } else { format!("/{key}") };
        let method = case.arg("Method").unwrap_or("GET");
        let sign = ToSign { method, path: &path, params, headers };
        sign.authorization(&credentials(case), field(&recorded, "q-sign-time")) == recorded
    }

    fn rtmp_holds(case: &Case, url: &str) -> bool {
        let query = split_query(url).1.unwrap_or_default();
        let (before, signature) = query.split_once("&q-signature=").unwrap_or_default();
        let (signature, params) = signature.split_once('&').unwrap_or((signature, ""));
        let path =
            format!("/{}/{}", case.arg("Bucket").unwrap_or_default(), case.arg("ChannelName").unwrap_or_default());
        rtmp_signature(&credentials(case).1, &path, params, field(before, "q-sign-time")) == signature
    }

    fn urls<'a>(value: &'a Value, out: &mut Vec<&'a str>) {
        match value {
            Value::String(text) if text.contains("q-signature=") => out.push(text),
            Value::Array(items) => items.iter().for_each(|item| urls(item, out)),
            Value::Object(map) => map.values().for_each(|item| urls(item, out)),
            _ => {}
        }
    }

    #[test]
    fn reference_signer_reproduces_every_recorded_signature() {
        let (mut in_requests, mut in_results, mut of_rtmp) = (0, 0, 0);
        let mut wrong = Vec::new();
        for case in load(&fixture()) {
            let python = case.python();
            for request in &python.requests {
                if request.header("authorization").is_some_and(|a| !a.is_empty()) {
                    in_requests += 1;
                    if !request_holds(&case, request) {
                        wrong.push(format!("{}: {} {}", case.id, request.method, request.target));
                    }
                }
            }
            let mut found = Vec::new();
            python.results.iter().for_each(|result| urls(result, &mut found));
            for url in found {
                let holds = if url.starts_with("rtmp://") {
                    of_rtmp += 1;
                    rtmp_holds(&case, url)
                } else {
                    in_results += 1;
                    result_holds(&case, url)
                };
                if !holds {
                    wrong.push(format!("{}: {url}", case.id));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // the recordings are a fixed file: a smaller number would mean that signatures were overlooked
        assert_eq!((in_requests, in_results, of_rtmp), (444, 17, 4));
    }
}
