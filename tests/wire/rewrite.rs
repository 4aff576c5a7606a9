//! How the deliberate differences rewrite what is sent: URLs, keys, credentials, arguments.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::answer;
use crate::case::{Case, Expectation, Request, error, object};
use crate::model;
use crate::names;
use crate::server::Player;
use crate::sign::{ToSign, credentials, field, sign_again};
use crate::text::{key_path, pairs, quote, split_query};

/// Changes every expected request and signs those that changed again.
pub(crate) fn requests(case: &Case, expected: &mut Expectation, change: impl Fn(&mut Request)) {
    for request in &mut expected.requests {
        let before = request.clone();
        change(request);
        if *request != before {
            sign_again(case, request);
        }
    }
}

/// The SDK refuses the call before it sends anything.
pub(crate) fn refuse(expected: &mut Expectation, what: &str) {
    expected.requests.clear();
    expected.files.values_mut().for_each(|content| *content = None);
    expected.progress = None;
    for result in &mut expected.results {
        *result = json!({"error": {"type": "CosClientError", "message": format!("{what} is refused")}});
    }
}

/// Whether Python left the sub-resource of intelligent tiering out of a signature.
pub(crate) fn leaves_tiering_unsigned(request: &Request) -> bool {
    let signed = request.header("authorization").map(|signature| field(signature, "q-url-param-list"));
    let tiering = pairs(split_query(&request.target).1).iter().any(|(name, _)| name == TIERING);
    tiering && signed.is_some_and(|list| !list.split(';').any(|name| name == TIERING))
}

const TIERING: &str = "intelligent-tiering";

/// Signs it, too.
pub(crate) fn sign_tiering(case: &Case, expected: &mut Expectation) {
    for request in expected.requests.iter_mut().filter(|request| leaves_tiering_unsigned(request)) {
        let list =
            pairs(split_query(&request.target).1).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(";");
        request.set_header("authorization", &format!("{}&q-url-param-list={list}", old_without_list(request)));
        sign_again(case, request);
    }
}

fn old_without_list(request: &Request) -> String {
    let old = request.header("authorization").unwrap_or_default();
    old.split('&').filter(|pair| !pair.starts_with("q-url-param-list=")).collect::<Vec<_>>().join("&")
}

// ------------------------------------------------------------------ URLs and keys

/// Writes Python's `+` in a query as `%20`.
pub(crate) fn plus_to_space(target: &str) -> String {
    match split_query(target) {
        (path, Some(query)) => format!("{path}?{}", query.replace('+', "%20")),
        (path, None) => path.to_owned(),
    }
}

/// Whether a result is a URL that Python signed (and quoted with `+`).
pub(crate) fn is_signed_url(text: &str) -> bool {
    text.starts_with("http") && text.contains("?q-sign-algorithm=")
}

/// What `requests` makes of a path: RFC 3986, "remove dot segments".
pub(crate) fn collapsed(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    for (index, segment) in segments.iter().enumerate() {
        let last = index + 1 == segments.len();
        match *segment {
            "." => {}
            ".." => {
                out.pop();
            }
            other => out.push(other),
        }
        if last && [".", ".."].contains(segment) {
            out.push("");
        }
    }
    format!("/{}", out.join("/"))
}

/// The path that the SDK sends for a key: Python's, but a last segment `.` or `..` has its
/// slash as `%2F`.
pub(crate) fn path_of(key: &str) -> String {
    let path = key_path(key);
    match path[1..].rsplit_once('/') {
        Some((before, last @ ("." | ".."))) => format!("/{before}%2F{last}"),
        _ => path,
    }
}

/// The URL without a signature, with the parameters of the call.
pub(crate) fn plain_url(case: &Case) -> String {
    let query = params(case).iter().map(pair).collect::<Vec<_>>().join("&");
    let url = model::url(case);
    if query.is_empty() { url } else { format!("{url}?{query}") }
}

fn pair((name, value): &(String, String)) -> String {
    format!("{}={}", quote(name.as_bytes(), ""), quote(value.as_bytes(), ""))
}

fn params(case: &Case) -> Vec<(String, String)> {
    let map = case.args.get("Params").and_then(Value::as_object);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    map.into_iter().flatten().map(|(name, value)| (name.clone(), text(value))).collect()
}

// ------------------------------------------------------------------ credentials

/// The token of the credential object, if that is what the case signs with.
pub(crate) fn instance_token(case: &Case) -> Option<&str> {
    let own = case.config.contains_key("CredentialInstance") && case.setting("Token").is_none();
    model::token(case).filter(|_| own && !case.switch("Anonymous", true))
}

/// The token that a presigned URL of this case carries in addition to Python's.
pub(crate) fn presigned_token(case: &Case) -> Option<&str> {
    let presigns = ["get_presigned_url", "get_presigned_download_url"].contains(&case.call.as_str());
    let given = params(case).iter().any(|(name, _)| name.eq_ignore_ascii_case("x-cos-security-token"));
    model::token(case).filter(|_| presigns && !given && !case.switch("Anonymous", true))
}

/// Adds the token to a presigned URL and signs it again.
pub(crate) fn presign_token(case: &Case, result: &mut Value) {
    let Some(url) = result.as_str().filter(|url| is_signed_url(url)) else { return };
    let (base, query) = split_query(url);
    let old: Vec<(String, String)> = pairs(query);
    let signature: Vec<String> =
        old.iter().filter(|(name, _)| name.starts_with("q-")).map(|(name, value)| format!("{name}={value}")).collect();
    let old_signature = signature.join("&");
    let mut given = params(case);
    given.push(("x-cos-security-token".to_owned(), presigned_token(case).unwrap_or_default().to_owned()));
    let header_list: Vec<&str> = field(&old_signature, "q-header-list").split(';').collect();
    let mut headers: Vec<(String, Vec<u8>)> = case
        .args
        .get("Headers")
        .map(|h| object(h).clone())
        .into_iter()
        .flatten()
        .filter(|(name, _)| header_list.contains(&name.to_lowercase().as_str()))
        .map(|(name, value)| (name, value.as_str().unwrap_or_default().as_bytes().to_vec()))
        .collect();
    if header_list.contains(&"host") && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        let host = base.split('/').nth(2).unwrap_or_default().split(':').next().unwrap_or_default();
        headers.push(("host".to_owned(), host.as_bytes().to_vec()));
    }
    let key = case.arg("Key").unwrap_or_default();
    let path = if key.starts_with('/') { key.to_owned() } else { format!("/{key}") };
    let sign = ToSign {
        method: case.arg("Method").unwrap_or("GET"),
        path: &path,
        params: if case.switch("SignParams", false) {
            Vec::new()
        } else {
            given.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect()
        },
        headers,
    };
    let new = sign.authorization(&credentials(case), field(&old_signature, "q-sign-time"));
    let new: Vec<(String, String)> =
        new.split('&').filter_map(|p| p.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    let query = new.iter().chain(&given).map(pair).collect::<Vec<_>>().join("&");
    *result = format!("{base}?{query}").into();
}

// ------------------------------------------------------------------ arguments

/// Whether a result is Python's refusal of a keyword argument that it does not know.
pub(crate) fn names_unknown_argument(result: &Value) -> bool {
    error(result).and_then(|e| e.get("message")?.as_str()).is_some_and(|message| {
        message.starts_with("No Parameter Named") || message.contains("unexpected keyword argument")
    })
}

/// Names and values of the headers that the keyword arguments become.
pub(crate) fn header_values(case: &Case) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, value) in &case.args {
        if name == "Metadata" {
            let map = value.as_object().into_iter().flatten();
            all.extend(map.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))));
        } else if let (Some(header), Some(value)) = (names::header(name), value.as_str()) {
            // these are parameters of get_object, and numbers here
            if !header.starts_with("response")
                && !["ContentLength", "TrafficLimit", "VersionId"].contains(&name.as_str())
            {
                all.push((header.to_owned(), value.to_owned()));
            }
        }
    }
    all
}

/// Whether the SDK refuses a header: what the HTTP layer would refuse, change or split.
pub(crate) fn is_bad_header(name: &str, value: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let blank = |c: Option<char>| matches!(c, Some(' ' | '\t'));
    name.is_empty()
        || !name.bytes().all(token)
        || value.chars().any(|c| c.is_ascii_control() && c != '\t')
        || blank(value.chars().next())
        || blank(value.chars().last())
}

/// Whether Python's HTTP library refused a number, and no other argument is of a wrong type.
pub(crate) fn refused_number(case: &Case, expected: &Expectation) -> bool {
    let numbers = ["TrafficLimit", "ContentLength"];
    let given = case.args.iter().any(|(name, value)| numbers.contains(&name.as_str()) && value.is_u64());
    let only = case.args.iter().all(|(name, value)| {
        names::header(name).is_none() || numbers.contains(&name.as_str()) || value.is_string() || value.is_null()
    });
    let refused = |result: &Value| {
        let message = error(result).and_then(|e| e.get("message")?.as_str());
        message.is_some_and(|m| m.starts_with("Header part (") && m.contains("must be of type str or bytes"))
    };
    given && only && !bad_number(case) && expected.requests.is_empty() && expected.results.iter().all(refused)
}

fn whole_number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// Whether `TrafficLimit` or `ContentLength` is a value that the SDK refuses.
pub(crate) fn bad_number(case: &Case) -> bool {
    let given = |name: &str| case.args.get(name).filter(|value| !value.is_null());
    let limit = given("TrafficLimit").map(whole_number);
    let length = given("ContentLength").map(whole_number);
    limit.is_some_and(|n| n.is_none_or(|n| !(819_200..=838_860_800).contains(&n))) || length == Some(None)
}

/// Request and result of a call that Python refused and the SDK carries out.
pub(crate) fn as_modelled(case: &Case) -> Option<(Request, Value)> {
    let request = model::request(case)?;
    let answer = Player::new(&case.responses).answer(&request);
    if answer.status >= 300 {
        return None;
    }
    let mut result = answer::headers(&answer);
    if case.call == "get_object" {
        result.insert("Body".to_owned(), json!({"$stream_b64": STANDARD.encode(&answer.body)}));
    }
    Some((request, Value::Object(result)))
}

/// The call sends the one request of the model.
pub(crate) fn send_modelled(case: &Case, expected: &mut Expectation) {
    if let Some((request, result)) = as_modelled(case) {
        expected.requests = vec![request];
        expected.results = vec![result];
    }
}

// ------------------------------------------------------------------ bodies

/// Whether a request is the upload of an empty body whose length Python knew.
pub(crate) fn is_empty_upload(case: &Case, request: &Request) -> bool {
    let iterator = case.args.values().any(|value| value.get("$chunks_b64").is_some());
    request.header("transfer-encoding") == Some("chunked") && request.body.is_empty() && !iterator
}

/// Whether the call states the (right) length of a body that is an iterator.
pub(crate) fn states_length_of_reader(case: &Case) -> bool {
    let body = case.args.get("Body").filter(|body| body.get("$chunks_b64").is_some());
    let length = case.args.get("ContentLength").and_then(whole_number);
    let data = body.and_then(model::body_bytes).map(|(data, _)| data.len() as u64);
    data.is_some() && data == length
}

/// Whether the call states another length of a body than it has.
pub(crate) fn states_wrong_length(case: &Case) -> bool {
    let length = case.args.get("ContentLength").and_then(whole_number);
    let data = case.args.get("Body").and_then(model::body_bytes).map(|(data, _)| data.len() as u64);
    length.is_some() && data.is_some() && data != length
}

/// Whether an entry of the metadata has a name under which COS keeps nothing.
pub(crate) fn names_no_metadata(case: &Case) -> bool {
    let entries = case.args.get("Metadata").and_then(Value::as_object);
    let upload = case.args.get("Key").is_some();
    upload && entries.is_some_and(|of| of.keys().any(|name| !name.to_lowercase().starts_with("x-cos-meta-")))
}
