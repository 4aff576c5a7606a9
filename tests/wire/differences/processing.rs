//! Data processing and the clients besides.

use serde_json::{Map, Value, json};

use super::Difference;
use crate::case::{Case, Content, Expectation, Request, error, unbase64};
use crate::replay;
use crate::rewrite;
use crate::sign::sign_again;
use crate::xml::{self, Element};

pub(super) const PROCESSING: &[Difference] = &[
    Difference {
        id: "ci-cancel",
        row: "D-ci-cancel",
        reason: "the parameter that cancels a job is signed",
        applies: |_, e| e.requests.iter().any(|request| request.target.ends_with("?cancel")),
        rewrite: |case, e| {
            change(case, e, |request| {
                request.target.push('=');
                // only what is listed is signed
                let listed = request.header("authorization").unwrap_or_default();
                let listed = listed.replace("q-url-param-list=&", "q-url-param-list=cancel&");
                request.set_header("authorization", &listed);
            });
        },
    },
    Difference {
        id: "ci-slash",
        row: "D-ci-slash",
        reason: "a leading slash of a key is dropped everywhere, and not doubled in some calls",
        applies: |case, e| case.is_processing() && e.requests.iter().any(|request| request.target.starts_with("//")),
        rewrite: |case, e| change(case, e, |request| request.target = request.target[1..].to_owned()),
    },
    Difference {
        id: "ci-ip",
        row: "D-ci-ip",
        reason: "behind an IP the host is that of the service, not COS's or the address",
        applies: |case, e| case.is_processing() && case.transport == "ip" && host(case, e).is_some(),
        rewrite: |case, e| {
            if let Some(host) = host(case, e) {
                change(case, e, |request| request.set_header("host", &host));
            }
        },
    },
    Difference {
        id: "ci-region",
        row: "D-ci-region",
        reason: "without a region or an appid the call is refused; Python asks COS, or an account None",
        applies: |case, _| {
            let nowhere = case.setting("Region").is_none() && !case.config.contains_key("EndpointCi");
            let nowhere = nowhere && case.call == "ci_create_media_jobs";
            let nobody = class(case) == "MetaInsightClient" && !case.config.contains_key("Appid");
            nowhere || nobody
        },
        rewrite: |_, e| rewrite::refuse(e, "a service without its host"),
    },
    Difference {
        id: "ci-none",
        row: "D-ci-none",
        reason: "None leaves the default; Python signs a parameter that it does not send, or sends the text None",
        applies: |case, _| case.is_processing() && case.args.values().any(has_none),
        rewrite: |case, e| {
            let missing = ["Regions", "PageNumber"].map(|name| case.args.get(name).is_some_and(Value::is_null));
            change(case, e, |request| {
                if case.call == "ci_get_bucket" && missing == [true, true] {
                    request.target =
                        request.target.replace('?', "?regions=&").replace("&pageSize", "&pageNumber=&pageSize");
                }
            });
        },
    },
    Difference {
        id: "ci-zero",
        row: "D-ci-zero",
        reason: "0 and empty text that a caller sets are sent; Python leaves them out",
        applies: |case, _| {
            let zero = |name: &str| case.args.get(name).is_some_and(|value| value == 0 || value == "");
            ["EndPage", "ResTextFormat"].into_iter().any(zero)
        },
        rewrite: |case, e| {
            let order = ["TgtType", "StartPage", "EndPage", "Quality", "Zoom", "ImageDpi", "Comments", "ResTextFormat"];
            let given = order.iter().filter_map(|name| Some((*name, plain(case.args.get(*name)?))));
            let sent: String =
                given.flat_map(|(name, value)| ["<", name, ">", &value, "</", name, ">"].map(str::to_owned)).collect();
            let before = if case.args.contains_key("EndPage") { "</DocProcess>" } else { "<FilterDirty>" };
            insert(case, e, before, &sent);
        },
    },
    Difference {
        id: "ci-lost-argument",
        row: "D-ci-lost-argument",
        reason: "CallBackType, Async=1 and half of the segment arguments are sent; Python forgets them",
        applies: |case, _| {
            let speech = case.call == "ci_create_asr_job" && case.args.contains_key("CallBackType");
            let half = case.args.contains_key("SegmentCount") != case.args.contains_key("SegmentIndex");
            speech || half || case.call == "ci_auditing_image_batch" && case.args.get("Async") == Some(&json!(1))
        },
        rewrite: |case, e| match case.args.get("CallBackType") {
            _ if case.call == "list_vectors" => {
                insert(case, e, "}", &format!(", \"segmentCount\": {}", plain(&case.args["SegmentCount"])));
            }
            Some(kind) => {
                insert(case, e, "<CallBackMqConfig>", &format!("<CallBackType>{}</CallBackType>", plain(kind)));
            }
            None => insert(case, e, "</Conf>", "<Async>1</Async>"),
        },
    },
    Difference {
        id: "ci-errors",
        row: "D-ci-errors",
        reason: "an error of the vocabulary calls is an error, and what can be repeated is; Python returns it as a result",
        applies: |case, e| {
            let first = case.responses.first();
            let status = first.and_then(|answer| answer["status"].as_u64()).unwrap_or_default();
            let dropped = first.is_some_and(|answer| answer["drop"] == true);
            class(case) == "IntelligentSpeechClient" && (status >= 400 || dropped) && e.requests.len() == 1
        },
        rewrite: |case, e| {
            let dropped = case.responses[0]["drop"] == true;
            let more = if dropped { 3 } else { case.responses.len() - 1 };
            for _ in 0..more {
                let mut again = e.requests[0].clone();
                again.set_header("x-cos-sdk-retry", "true");
                sign_again(case, &mut again);
                e.requests.push(again);
            }
            if replay::last_status(case, e) >= 400 {
                replay::last_answer_fails(case, e);
            } else if !dropped {
                e.results = vec![read(case, e, true)];
            }
        },
    },
    Difference {
        id: "ci-answers",
        row: "D-ci-answers",
        reason: "an answer is read by what it is: JSON where it is JSON, nothing where it is empty, XML however it comes",
        applies: |case, e| {
            let broken = |result: &Value| {
                let kind = error(result).and_then(|e| e.get("type")).and_then(Value::as_str);
                case.is_processing() && matches!(kind, Some("ParseError" | "TypeError"))
                    || kind == Some("TypeError") && case.call == "get_object_sensitive_content_recognition"
            };
            !e.requests.is_empty()
                && e.results
                    .iter()
                    .any(|result| broken(result) || raw(case, result).is_some() || result.get("$response").is_some())
        },
        rewrite: |case, e| {
            let pair =
                e.results[0].is_array() || case.call.starts_with("ci_put_object") || class(case) == "MetaInsightClient";
            e.results = vec![read(case, e, pair)];
        },
    },
];

fn class(case: &Case) -> &str {
    case.client.get("class").and_then(Value::as_str).unwrap_or_default()
}

fn has_none(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(|map| map.contains_key("a") && map.values().any(Value::is_null))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn change(case: &Case, e: &mut Expectation, what: impl Fn(&mut Request)) {
    for request in &mut e.requests {
        what(request);
        sign_again(case, request);
    }
}

/// Puts an element into the body.
fn insert(case: &Case, e: &mut Expectation, before: &str, element: &str) {
    change(case, e, |request| {
        let body = String::from_utf8_lossy(request.body.bytes().unwrap_or_default()).into_owned();
        let body = body.replacen(before, &format!("{element}{before}"), 1);
        request.set_header("content-length", &body.len().to_string());
        request.body = Content::Bytes(body.into_bytes());
    });
}

/// The host of a case behind an IP, if Python's was another.
fn host(case: &Case, e: &Expectation) -> Option<String> {
    let bucket = case.arg("Bucket").unwrap_or_default();
    let host = match class(case) {
        "CosVectorsClient" => "vectors.ap-guangzhou.coslake.com".to_owned(),
        "MetaInsightClient" => format!("{}.ci.ap-guangzhou.myqcloud.com", case.setting("Appid")?),
        _ if case.call == "ci_process" => return None,
        _ if bucket.is_empty() => "ci.ap-guangzhou.myqcloud.com".to_owned(),
        _ => format!("{bucket}.ci.ap-guangzhou.myqcloud.com"),
    };
    (e.requests.first()?.header("host") != Some(host.as_str())).then_some(host)
}

/// The bytes that Python returns for a document.
fn raw(case: &Case, result: &Value) -> Option<Vec<u8>> {
    if !case.is_processing() || ["ci_get_image_", "ci_image_inspect"].iter().any(|call| case.call.starts_with(call)) {
        return None;
    }
    let data = result.get(1).unwrap_or(result).get("$bytes_b64")?;
    Some(unbase64(data)).filter(|data| data.starts_with(b"<") || data.starts_with(b"{"))
}

/// The result that the last answer holds: a document, and its headers before it in a pair.
fn read(case: &Case, e: &Expectation, pair: bool) -> Value {
    let Some((answer, _)) = replay::last_answer(case, e) else { return Value::Null };
    let document = match xml::parse(&answer.body) {
        Some(root) => match tree(&root) {
            Value::Null => json!({}),
            tree => tree,
        },
        None => serde_json::from_slice(&answer.body).unwrap_or_else(|_| json!({})),
    };
    if !pair {
        return document;
    }
    let headers = case.responses[e.requests.len().min(case.responses.len()) - 1]["headers"].clone();
    json!([headers, document])
}

/// Python's dict of an element.
fn tree(element: &Element) -> Value {
    if element.children.is_empty() {
        return if element.text.is_empty() { Value::Null } else { element.text.clone().into() };
    }
    let mut map = Map::new();
    for child in &element.children {
        let value = tree(child);
        match map.get_mut(&child.name) {
            None => {
                map.insert(child.name.clone(), value);
            }
            Some(Value::Array(items)) => items.push(value),
            Some(one) => *one = json!([one.take(), value]),
        }
    }
    map.into()
}
