//! Requests: their arguments, headers, keys and credentials.

use serde_json::Value;

use super::Difference;
use crate::case::is_client_error;
use crate::compare::NOT_WRITABLE;
use crate::replay;
use crate::rewrite::{
    self, collapsed, header_values, instance_token, is_bad_header, is_empty_upload, path_of, presigned_token,
};
use crate::text::{key_path, quote, split_query};

const CONDITIONS: [(&str, &str); 4] = [
    ("IfMatch", "if-match"),
    ("IfNoneMatch", "if-none-match"),
    ("IfModifiedSince", "if-modified-since"),
    ("IfUnmodifiedSince", "if-unmodified-since"),
];

const SYMLINK: &str = "x-cos-symlink-target";

fn encoded(key: &str) -> String {
    quote(key.as_bytes(), "/-_.~")
}

/// The URL of a stream with all but its signature encoded.
fn encoded_stream(url: &str) -> String {
    let (path, query) = split_query(url);
    let Some((host, channel)) = path.split_once("/live/").filter(|_| url.starts_with("rtmp://")) else {
        return url.to_owned();
    };
    let encoded_pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) if !name.starts_with("q-") => format!("{}={}", encoded(name), quote(value.as_bytes(), "")),
        _ => pair.to_owned(),
    };
    let query: Vec<_> = query.unwrap_or_default().split('&').map(encoded_pair).collect();
    format!("{host}/live/{}?{}", encoded(channel), query.join("&"))
}

pub(super) const REQUESTS: &[Difference] = &[
    Difference {
        id: "symlink-target",
        row: "D-symlink-target",
        reason: "the target of a symlink is percent-encoded",
        applies: |_, e| e.requests.iter().any(|r| r.header(SYMLINK).is_some_and(|target| encoded(target) != target)),
        rewrite: |case, e| {
            rewrite::requests(case, e, |request| {
                if let Some(target) = request.header(SYMLINK).map(encoded) {
                    request.set_header(SYMLINK, &target);
                }
            });
        },
    },
    Difference {
        id: "query-space",
        row: "D-query-space",
        reason: "a space in a query is %20, as in the signature; Python's + is its HTTP library's",
        applies: |_, e| {
            e.requests.iter().any(|r| split_query(&r.target).1.is_some_and(|q| q.contains('+')))
                || e.results.iter().any(|r| r.as_str().is_some_and(rewrite::is_signed_url))
        },
        rewrite: |_, e| {
            for request in &mut e.requests {
                request.target = rewrite::plus_to_space(&request.target);
            }
            for result in &mut e.results {
                if let Some(url) = result.as_str().filter(|url| rewrite::is_signed_url(url)) {
                    *result = rewrite::plus_to_space(url).into();
                }
            }
        },
    },
    Difference {
        id: "tiering-signed",
        row: "D-tiering-signed",
        reason: "the sub-resource intelligent-tiering is signed, as every parameter is",
        applies: |_, e| e.requests.iter().any(rewrite::leaves_tiering_unsigned),
        rewrite: rewrite::sign_tiering,
    },
    Difference {
        id: "rtmp-encoded",
        row: "D-rtmp-encoded",
        reason: "channel and parameters are percent-encoded in an RTMP URL",
        applies: |_, e| e.results.iter().filter_map(Value::as_str).any(|url| encoded_stream(url) != url),
        rewrite: |_, e| {
            for result in e.results.iter_mut().filter(|result| result.is_string()) {
                *result = encoded_stream(result.as_str().unwrap_or_default()).into();
            }
        },
    },
    Difference {
        id: "fetch-path",
        row: "D-fetch-path",
        reason: "the id of a fetch task is percent-encoded in the path",
        applies: |case, _| case.arg("TaskId").is_some_and(|id| encoded(id) != id),
        rewrite: |case, e| {
            let id = case.arg("TaskId").unwrap_or_default();
            for request in &mut e.requests {
                request.target = request.target.replace(id, &encoded(id));
            }
        },
    },
    Difference {
        id: "retry-pause",
        row: "D-retry-pause",
        reason: "pauses start at 100 ms and are random; that a request is repeated shows in the requests",
        // the pauses themselves are no part of an expectation: the test's client does not sleep
        applies: |case, _| case.has("sleeps"),
        rewrite: |_, _| {},
    },
    Difference {
        id: "threshold",
        row: "D-threshold",
        reason: "one request up to 20 MiB, as documented; the test sets Python's PartSize as the threshold",
        // `call/transfers.rs` writes `.multipart_threshold(PartSize)`, so what follows is Python's
        applies: |case, _| ["upload_file", "download_file"].contains(&case.call.as_str()),
        rewrite: |_, _| {},
    },
    Difference {
        id: "part-size",
        row: "D-part-size",
        reason: "parts are cut by the size of the file where the call names no size; the test sets Python's",
        applies: |case, _| {
            let transfers = ["upload_file", "download_file"].contains(&case.call.as_str());
            transfers && !case.args.contains_key("PartSize")
        },
        rewrite: |_, _| {},
    },
    Difference {
        id: "upload-without-list",
        row: "D-resume-list",
        reason: "who may write need not be allowed to list uploads: a 403 to the list only means nothing to resume",
        applies: |case, e| replay::new_upload(case, e).is_some(),
        rewrite: |case, e| {
            if let Some(new) = replay::new_upload(case, e) {
                *e = new;
            }
        },
    },
    Difference {
        id: "unknown-kwarg",
        row: "D-unknown-kwarg",
        reason: "an unknown keyword argument does not compile in Rust; Python refuses it when called",
        applies: |_, e| e.requests.is_empty() && e.results.iter().all(rewrite::names_unknown_argument),
        rewrite: |_, e| {
            for result in &mut e.results {
                result["error"]["type"] = NOT_WRITABLE.into();
            }
        },
    },
    Difference {
        id: "number-argument",
        row: "D-traffic-limit",
        reason: "TrafficLimit and ContentLength are numbers here; Python's HTTP library refuses a number",
        applies: |case, e| rewrite::refused_number(case, e) && rewrite::as_modelled(case).is_some(),
        rewrite: rewrite::send_modelled,
    },
    Difference {
        id: "number-checked",
        row: "D-traffic-limit",
        reason: "a TrafficLimit that is no number, or out of COS's range, is refused before sending",
        applies: |case, _| rewrite::bad_number(case),
        rewrite: |_, e| rewrite::refuse(e, "TrafficLimit"),
    },
    Difference {
        id: "header-checked",
        row: "D-header-values",
        reason: "control characters, blanks at the ends and names that are no tokens are refused before sending",
        applies: |case, _| header_values(case).iter().any(|(name, value)| is_bad_header(name, value)),
        rewrite: |_, e| rewrite::refuse(e, "header"),
    },
    Difference {
        id: "key-root",
        row: "D-key-root",
        reason: "a key that is only `.`, `..` or `/` would address the bucket",
        applies: |case, e| {
            let key = case.arg("Key").map(|key| key.strip_prefix('/').unwrap_or(key));
            let bare = case.arg("Key") == Some("/") || key.is_some_and(|key| [".", ".."].contains(&key));
            // The documents have `/` stand for the bucket in signatures.
            let signs = case.call == "get_auth" || case.call.starts_with("get_presigned");
            let bare = bare && !(signs && case.arg("Key") == Some("/"));
            bare && !e.results.iter().all(is_client_error)
        },
        rewrite: |_, e| rewrite::refuse(e, "Key"),
    },
    Difference {
        id: "dot-segment",
        row: "D-dot-segments",
        reason: "a last segment `.` or `..` keeps its slash as %2F; Python's HTTP library drops the segment",
        applies: |case, _| case.arg("Key").is_some_and(|key| path_of(key) != collapsed(&key_path(key))),
        rewrite: |case, e| {
            let key = case.arg("Key").unwrap_or_default();
            let (was, path) = (collapsed(&key_path(key)), path_of(key));
            for request in &mut e.requests {
                let (old, query) = split_query(&request.target);
                // the list of uploads belongs to the bucket
                if old == was && !query.is_some_and(|q| q.contains("prefix=")) {
                    request.target = query.map_or(path.clone(), |query| format!("{path}?{query}"));
                }
            }
            for result in &mut e.results {
                if let Some(url) = result.as_str().filter(|url| url.contains("://")) {
                    *result = url.replacen(&key_path(key), &path, 1).into();
                }
            }
        },
    },
    Difference {
        id: "credential-token",
        row: "D-credential-token",
        reason: "the token of a CredentialInstance is sent and signed; Python never reads it",
        applies: |case, e| instance_token(case).is_some() && !e.requests.is_empty(),
        rewrite: |case, e| {
            let token = instance_token(case).unwrap_or_default();
            rewrite::requests(case, e, |request| request.set_header("x-cos-security-token", token));
        },
    },
    Difference {
        id: "presigned-token",
        row: "D-presign-token",
        reason: "a presigned URL carries the security token, signed; without it COS refuses the URL",
        applies: |case, _| presigned_token(case).is_some(),
        rewrite: |case, e| {
            for result in &mut e.results {
                rewrite::presign_token(case, result);
            }
        },
    },
    Difference {
        id: "anonymous",
        row: "D-anonymous",
        reason: "an anonymous request has no Authorization header, rather than an empty one, and no token",
        applies: |case, e| case.switch("Anonymous", true) && !e.requests.is_empty(),
        rewrite: |_, e| {
            for request in &mut e.requests {
                request.headers.remove("authorization");
                request.headers.remove("x-cos-security-token");
            }
        },
    },
    Difference {
        id: "presigned-anonymous",
        row: "D-anonymous",
        reason: "the presigned URL of an anonymous client is the plain URL; Python breaks",
        applies: |case, _| case.switch("Anonymous", true) && case.call.starts_with("get_presigned"),
        rewrite: |case, e| e.results = vec![rewrite::plain_url(case).into()],
    },
    Difference {
        id: "empty-body",
        row: "D-empty-file",
        reason: "an empty file has Content-Length 0; Python sends it in chunks",
        applies: |case, e| e.requests.iter().any(|request| is_empty_upload(case, request)),
        rewrite: |case, e| {
            rewrite::requests(case, e, |request| {
                if is_empty_upload(case, request) {
                    request.headers.remove("transfer-encoding");
                    request.set_header("content-length", "0");
                }
            });
        },
    },
    Difference {
        id: "announced-length",
        row: "D-content-length",
        reason: "ContentLength is the length of a reader; Python sends it beside chunks, and breaks",
        applies: |case, e| {
            rewrite::states_length_of_reader(case)
                && e.results.iter().all(is_client_error)
                && rewrite::as_modelled(case).is_some()
        },
        rewrite: rewrite::send_modelled,
    },
    Difference {
        id: "wrong-length",
        row: "D-content-length",
        reason: "a ContentLength that is not the length of the body is refused; Python sends the body's own",
        applies: |case, _| rewrite::states_wrong_length(case),
        rewrite: |_, e| rewrite::refuse(e, "ContentLength"),
    },
    Difference {
        id: "metadata-name",
        row: "D-metadata-name",
        reason: "a name of Metadata that does not begin with x-cos-meta- is refused; COS would not keep the entry",
        applies: |case, _| rewrite::names_no_metadata(case),
        rewrite: |_, e| rewrite::refuse(e, "Metadata"),
    },
    Difference {
        id: "head-referer",
        row: "D-head-referer",
        reason: "the HEAD of a download carries the caller's Referer, too, or hotlink protection refuses it",
        applies: |case, _| case.call == "download_file" && case.args.get("Referer").is_some(),
        rewrite: |case, e| {
            let referer = case.args["Referer"].as_str().unwrap_or_default().to_owned();
            rewrite::requests(case, e, |request| {
                if request.method == "HEAD" {
                    request.set_header("referer", &referer);
                }
            });
        },
    },
    Difference {
        id: "part-if-match",
        row: "D-if-match",
        reason: "the HEAD asks the conditions, and ranged parts carry If-Match with its ETag",
        applies: |case, _| case.call == "download_file",
        rewrite: |case, e| {
            let etag = replay::etag_of_head(case, e);
            rewrite::requests(case, e, |request| {
                if request.method == "HEAD" {
                    for (keyword, name) in CONDITIONS {
                        if let Some(value) = case.arg(keyword) {
                            request.set_header(name, value);
                        }
                    }
                }
                if let (true, Some(etag)) = (request.headers.contains_key("range"), &etag) {
                    for (_, name) in CONDITIONS {
                        request.headers.remove(name);
                    }
                    request.set_header("if-match", etag);
                }
            });
        },
    },
];
