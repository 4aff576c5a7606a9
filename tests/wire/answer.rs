//! What an answer says, read apart from the SDK: for expectations where Python loses
//! what the answer holds.

use serde_json::{Map, Value, json};

use crate::server::Answer;
use crate::xml;

const UNKNOWN: &str = "Unknown";

/// The fields of an error answer under the names of the recordings; what the answer does
/// not hold is `Unknown`, as the getters say.
pub(crate) fn service_error(answer: &Answer, method: &str) -> Value {
    // the server sends no body with these, whatever the case says
    let sent = if method == "HEAD" || matches!(answer.status, 204 | 304) { &[] } else { &answer.body[..] };
    let document = xml::parse(sent);
    let json = serde_json::from_slice::<Value>(sent).ok();
    let body = |tag: &str, lower: &str| {
        let in_xml = document.as_ref().and_then(|root| root.find(tag)).map(|element| element.text.clone());
        let in_json = || {
            let json = json.as_ref()?;
            let value = json.get(lower).or_else(|| json.get(tag))?;
            value.as_str().map(str::to_owned).or_else(|| value.is_number().then(|| value.to_string()))
        };
        in_xml.or_else(in_json).filter(|text| !text.is_empty())
    };
    let header = |name: &str| answer.header(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let (code, message) = match header("x-cos-error-code") {
        // the code is in a header, and the body is its message
        Some(code) => {
            let text = String::from_utf8_lossy(sent).into_owned();
            (Some(code), Some(text).filter(|text| !text.is_empty()))
        }
        None => (body("Code", "code"), body("Message", "message")),
    };
    let (code, message) = match (method, answer.status) {
        ("HEAD", 404) => (Some("NoSuchResource".to_owned()), Some("The Resource You Head Not Exist".to_owned())),
        (_, 304) => (code.or_else(|| Some("NotModified".to_owned())), message),
        _ => (code, message),
    };
    let field = |value: Option<String>| value.unwrap_or_else(|| UNKNOWN.to_owned());
    json!({"error": {
        "type": "CosServiceError",
        "status": answer.status,
        "code": field(code),
        "message": field(message),
        "resource": field(body("Resource", "resource")),
        "request_id": field(body("RequestId", "requestid").or_else(|| header("x-cos-request-id"))),
        "trace_id": field(body("TraceId", "traceid").or_else(|| header("x-cos-trace-id"))),
    }})
}

/// A code that says the same request may well succeed when repeated.
fn is_transient_code(code: &str) -> bool {
    ["SlowDown", "ServiceUnavailable", "RequestTimeout", "InternalError"].contains(&code)
        || code.starts_with("RequestLimit")
}

/// Whether the SDK repeats a request that got this answer where Python does not.
pub(crate) fn is_repeated_here_only(answer: &Answer, reads_answer: bool) -> bool {
    let error = service_error(answer, "");
    let code = error["error"]["code"].as_str().unwrap_or_default();
    match answer.status {
        500.. => false,
        408 | 429 => true,
        300.. => is_transient_code(code),
        _ => {
            let root = xml::parse(&answer.body).map(|root| root.name);
            reads_answer && root.as_deref() == Some("Error") && is_transient_code(code)
        }
    }
}

/// The result of a call that answers with the response's headers.
pub(crate) fn headers(answer: &Answer) -> Map<String, Value> {
    answer.headers.iter().map(|(name, value)| (name.clone(), Value::String(value.clone()))).collect()
}

#[test]
fn reads_what_python_loses() {
    let error = |spec: Value, method: &str| service_error(&Answer::of(&spec), method)["error"].clone();
    let ids = json!({"x-cos-request-id": "r", "X-Cos-Trace-Id": "t"});
    let one = error(json!({"status": 403, "headers": ids, "body": "<Error><Code>A</Code><Message/></Error>"}), "GET");
    assert_eq!(
        (&one["code"], &one["message"], &one["request_id"], &one["trace_id"]),
        (&json!("A"), &json!("Unknown"), &json!("r"), &json!("t"))
    );
    let one = error(json!({"status": 403, "body": "{\"code\": \"D\", \"requestid\": \"q\"}"}), "GET");
    assert_eq!((&one["code"], &one["request_id"]), (&json!("D"), &json!("q")));
    let one = error(json!({"status": 304, "headers": ids}), "GET");
    assert_eq!((&one["code"], &one["request_id"]), (&json!("NotModified"), &json!("r")));
    let slow = Answer::of(&json!({"status": 429}));
    assert!(is_repeated_here_only(&slow, false));
    let late = Answer::of(&json!({"status": 200, "body": "<Error><Code>InternalError</Code></Error>"}));
    assert!(is_repeated_here_only(&late, true) && !is_repeated_here_only(&late, false));
}
