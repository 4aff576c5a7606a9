//! Proof that the comparison can fail: recorded cases pass when the SDK is replaced by the
//! recording, and fail as soon as anything in it is changed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::case::{Case, Content, Expectation, Request, error, load};
use crate::compare::{Actual, compare};
use crate::differences::expectation;
use crate::fixture;
use crate::outcome::Outcome;
use crate::server::Answer;

/// An SDK that does exactly what is expected. A long file is what the server's answers hold.
fn obedient(case: &Case, expected: &Expectation) -> Actual {
    let bytes = |content: &Content| {
        let served = case.responses.iter().map(|spec| Answer::of(spec).body).find(|b| content.difference(b).is_none());
        content.bytes().map(<[u8]>::to_vec).or(served).unwrap_or_default()
    };
    Actual {
        requests: expected.requests.clone(),
        results: expected
            .results
            .iter()
            .map(|result| match error(result) {
                None => Outcome::Value(result.clone()),
                Some(e) if e["type"] == "CosServiceError" => Outcome::Service(result["error"].clone()),
                Some(e) if e["type"] == "NotWritable" => Outcome::Unknown(String::new()),
                Some(_) => Outcome::Client(String::new()),
            })
            .collect(),
        files: expected.files.iter().map(|(name, c)| (name.clone(), c.as_ref().map(bytes))).collect(),
        progress: expected.progress,
    }
}

/// A case whose contents are all recorded in full (those of more than 16 KiB are not, so
/// that an obedient SDK cannot produce them).
fn in_full(expected: &Expectation) -> bool {
    expected.requests.iter().all(|request| request.body.bytes().is_some())
        && expected.files.values().flatten().all(|content| content.bytes().is_some())
}

fn case(id: &str) -> Case {
    let found = load(&fixture()).into_iter().find(|case| case.id == id);
    found.unwrap_or_else(|| panic!("no case {id}")).filled(1, "/tmp/wire-x")
}

/// Expects `change` to be reported for a case, with `word` in the report.
#[track_caller]
fn reported(id: &str, word: &str, change: impl Fn(&mut Actual)) {
    let case = case(id);
    let (expected, _) = expectation(&case);
    let mut actual = obedient(&case, &expected);
    assert_eq!(compare(&case, &expected, &actual), Vec::<String>::new(), "{id} before the change");
    change(&mut actual);
    let found = compare(&case, &expected, &actual);
    assert!(!found.is_empty(), "{id}: the change is not reported");
    assert!(found.iter().any(|line| line.contains(word)), "{id}: {word:?} is not in {found:?}");
}

fn request(actual: &mut Actual, index: usize) -> &mut Request {
    &mut actual.requests[index]
}

fn value(actual: &mut Actual) -> &mut Value {
    match &mut actual.results[0] {
        Outcome::Value(value) | Outcome::Service(value) => value,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_obedient_sdk_passes_every_case() {
    let mut passed = 0;
    for case in load(&fixture()) {
        let case = case.filled(1, "/tmp/wire-x");
        let (expected, _) = expectation(&case);
        if in_full(&expected) {
            assert_eq!(compare(&case, &expected, &obedient(&case, &expected)), Vec::<String>::new(), "{}", case.id);
            passed += 1;
        }
    }
    assert!(passed > 380, "{passed} cases");
}

#[test]
fn changed_requests_are_reported() {
    reported("list-objects-marks", "query", |a| {
        let request = request(a, 0);
        request.target = request.target.replace("max-keys=1000", "max-keys=999");
    });
    reported("list-objects-marks", "query", |a| {
        let request = request(a, 0);
        request.target = request.target.replace("%20", "+");
    });
    reported("list-objects-marks", "query", |a| {
        let request = request(a, 0);
        request.target = request.target.replace("prefix=", "Prefix=");
    });
    reported("put-object-key-space", "path", |a| request(a, 0).target = "/a+b.txt".to_owned());
    reported("put-object-key-chinese", "path", |a| {
        let request = request(a, 0);
        request.target = request.target.to_lowercase();
    });
    reported("put-object-minimal", "method", |a| request(a, 0).method = "POST".to_owned());
    reported("put-object-sse-c", "header", |a| {
        request(a, 0).set_header("x-cos-server-side-encryption-customer-algorithm", "AES128");
    });
    reported("put-object-sse-c", "header", |a| {
        request(a, 0).headers.remove("x-cos-server-side-encryption-customer-key");
    });
    reported("put-object-minimal", "header x-extra", |a| request(a, 0).set_header("x-extra", "1"));
    reported("put-object-ua", "header user-agent", |a| request(a, 0).set_header("user-agent", "qcloud-cos/0.1.0"));
    reported("put-object-minimal", "header user-agent", |a| request(a, 0).set_header("user-agent", "other/1"));
    reported("put-object-minimal", "header accept-encoding", |a| request(a, 0).set_header("accept-encoding", "gzip"));
    reported("put-object-accept-referer", "header accept-encoding", |a| {
        request(a, 0).headers.remove("accept-encoding");
    });
    reported("put-object-minimal", "header authorization", |a| {
        let old = request(a, 0).header("authorization").unwrap_or_default().to_owned();
        let flipped = if old.ends_with('0') { "1" } else { "0" };
        request(a, 0).set_header("authorization", &(old[..old.len() - 1].to_owned() + flipped));
    });
    reported("put-object-minimal", "body", |a| request(a, 0).body = Content::Bytes(b"bytez".to_vec()));
    reported("put-object-minimal", "requests", |a| {
        let again = a.requests[0].clone();
        a.requests.push(again);
    });
    reported("put-object-500-retries", "requests", |a| {
        a.requests.pop();
    });
    reported("upload-part-minimal", "query", |a| {
        request(a, 0).target = "/exampleobject?uploadId=upload1&partNumber=1".to_owned();
    });
    // a refused call must not send anything
    reported("config-bad-region", "requests", |a| {
        a.requests.push(Request {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            headers: BTreeMap::new(),
            body: Content::Bytes(Vec::new()),
        });
    });
}

#[test]
fn long_bodies_are_compared_by_their_digest() {
    let case = case("put-object-large");
    let (expected, _) = expectation(&case);
    let mut actual = obedient(&case, &expected);
    let (data, _) = crate::model::body_bytes(&case.args["Body"]).expect("a body");
    actual.requests[0].body = Content::Bytes(data.clone());
    assert_eq!(compare(&case, &expected, &actual), Vec::<String>::new());
    let mut wrong = data;
    wrong[77_777] ^= 1;
    actual.requests[0].body = Content::Bytes(wrong);
    assert!(compare(&case, &expected, &actual)[0].contains("SHA-256"));
}

#[test]
fn xml_bodies_are_compared_as_trees_and_signed_as_sent() {
    let id = "complete-multipart";
    let change = |from: &'static str, to: &'static str| {
        move |a: &mut Actual| {
            let request = request(a, 0);
            let text = String::from_utf8(request.body.bytes().unwrap_or_default().to_vec()).unwrap_or_default();
            assert!(text.contains(from), "{text}");
            request.body = Content::Bytes(text.replace(from, to).into_bytes());
        }
    };
    reported(id, "text", change("<PartNumber>2<", "<PartNumber>3<"));
    reported(id, "element", change("PartNumber>", "Partnumber>"));
    reported(id, "children", change("<Part><PartNumber>1</PartNumber>", "<Part>"));
    // the same document written otherwise is the same, but must have its own length and signature
    let layout = change("&quot;", "\"");
    reported(id, "header content-length", layout);
    let case = case(id);
    let (expected, _) = expectation(&case);
    let mut actual = obedient(&case, &expected);
    layout(&mut actual);
    let request = &mut actual.requests[0];
    let length = request.body.bytes().map_or(0, <[u8]>::len).to_string();
    request.set_header("content-length", &length);
    let found = compare(&case, &expected, &actual);
    assert!(found.len() == 1 && found[0].contains("authorization"), "{found:?}");
    crate::sign::sign_again(&case, &mut actual.requests[0]);
    assert_eq!(compare(&case, &expected, &actual), Vec::<String>::new());
    // what a caller uploads is compared byte by byte, also when it is XML
    let uploaded = json!({"id": "x", "call": "put_object", "transport": "ip", "args": {"Body": "<a/>"}, "responses": [],
        "result": null, "requests": [{"method": "PUT", "target": "/k", "headers": {}, "body_b64": "PGEvPg=="}]});
    let case = Case::of(uploaded);
    let (expected, _) = expectation(&case);
    let mut actual = obedient(&case, &expected);
    actual.requests[0].body = Content::Bytes(b"<a></a>".to_vec());
    assert!(!compare(&case, &expected, &actual).is_empty());
}

#[test]
fn changed_results_are_reported() {
    reported("list-objects-many", "Contents[1].Key", |a| value(a)["Contents"][1]["Key"] = json!("a b"));
    reported("list-objects-many", "Contents", |a| {
        let list = value(a)["Contents"].as_array_mut().expect("a list");
        list.pop();
    });
    reported("list-objects-minimal", "IsTruncated", |a| value(a)["IsTruncated"] = json!(true));
    reported("list-objects-minimal", "MaxKeys", |a| value(a)["MaxKeys"] = json!(999));
    reported("list-objects-minimal", "Extra", |a| value(a)["Extra"] = json!("x"));
    reported("list-objects-empty-contents", "Contents", |a| value(a)["Contents"] = json!([{}]));
    reported("head-object-minimal", "ETag", |a| value(a)["ETag"] = json!("\"0\""));
    reported("head-object-minimal", "x-cos-meta-test", |a| value(a)["x-cos-meta-test"] = Value::Null);
    reported("get-object-minimal", "Body", |a| value(a)["Body"] = json!({"$stream_b64": "b2JqZWN0IGNvbnRlbnR="}));
    reported("bucket-exists-no", "result", |a| *value(a) = json!(true));
    reported("presigned-all", "result", |a| {
        let url = value(a).as_str().unwrap_or_default().replace("versionId=a", "versionId=b");
        *value(a) = url.into();
    });
    reported("presigned-minimal", "result", |a| {
        let url = value(a).as_str().unwrap_or_default().replace("http://", "https://");
        *value(a) = url.into();
    });
    reported("get-auth-minimal", "result", |a| {
        let auth = value(a).as_str().unwrap_or_default().replace("q-header-list=host", "q-header-list=");
        *value(a) = auth.into();
    });
}

#[test]
fn changed_errors_files_and_progress_are_reported() {
    for name in ["status", "code", "message", "resource", "request_id", "trace_id", "digest"] {
        reported("put-object-403", name, |a| value(a)[name] = json!("other"));
    }
    reported("get-object-empty-error", "request_id", |a| value(a)["request_id"] = json!("Unknown"));
    reported("put-object-403", "result", |a| a.results[0] = Outcome::Client("a client error".to_owned()));
    reported("put-object-403", "result", |a| a.results[0] = Outcome::Value(Value::Null));
    reported("put-object-403", "result", |a| a.results[0] = Outcome::Refused("a type".to_owned()));
    reported("config-bad-region", "result", |a| a.results[0] = Outcome::Value(json!("http://x/")));
    reported("config-bad-region", "result", |a| a.results[0] = Outcome::Unknown("an argument".to_owned()));
    reported("put-object-unknown-argument", "result", |a| a.results[0] = Outcome::Value(Value::Null));
    reported("put-object-minimal", "does not know", |a| a.results[0] = Outcome::Unknown("an argument".to_owned()));
    reported("put-object-redirect", "result", |a| a.results[0] = Outcome::Value(json!({})));
    reported("download-file-small", "file out", |a| {
        a.files.insert("out".to_owned(), Some(b"short".to_vec()));
    });
    reported("download-file-small", "file out", |a| {
        a.files.clear();
    });
    reported("download-file-crc-mismatch", "file out", |a| {
        a.files.insert("out".to_owned(), Some(Vec::new()));
    });
    reported("download-file-404", "file out", |a| {
        a.files.insert("out".to_owned(), Some(Vec::new()));
    });
    reported("download-file-resume", "results", |a| {
        a.results.pop();
    });
    reported("download-file-ranged", "progress", |a| a.progress = Some((1, 2_097_161)));
}

/// The typing rule, both ways.
#[test]
fn typed_results_equal_pythons_text() {
    let python = json!({"id": "x", "call": "get_something", "transport": "ip", "responses": [], "requests": [],
        "result": {"Size": "23", "IsTruncated": "false", "Marker": null, "Contents": [], "Owner": {"ID": null}}});
    let case = Case::of(python);
    let (expected, _) = expectation(&case);
    let check = |result: Value| {
        let actual = Actual { results: vec![Outcome::Value(result)], ..obedient(&case, &expected) };
        compare(&case, &expected, &actual)
    };
    assert!(check(json!({"Size": 23, "IsTruncated": false, "Marker": ""})).is_empty());
    assert!(check(json!({"Size": "23", "IsTruncated": "false", "NextMarker": null, "CommonPrefixes": []})).is_empty());
    for wrong in [
        json!({"Size": 24, "IsTruncated": false}),
        json!({"Size": 23, "IsTruncated": 0}),
        json!({"Size": 23}),
        json!({"Size": [23], "IsTruncated": false}),
        json!({"Size": 23, "IsTruncated": false, "Contents": [""]}),
    ] {
        assert!(!check(wrong.clone()).is_empty(), "{wrong}");
    }
}
