//! How the deliberate differences look at a case and rewrite an expectation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::answer;
use crate::case::{Case, Expectation, Request, error, is_client_error, object};
use crate::model;
use crate::names;
use crate::server::{Answer, Player};
use crate::sign::{ToSign, credentials, field, sign_again};
use crate::text::{key_path, pairs, quote, split_query, unquote};

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

/// Whether TrafficLimit or ContentLength is a value that the SDK refuses.
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

// ------------------------------------------------------------------ bodies

/// Whether a request is the upload of an empty body whose length Python knew.
pub(crate) fn is_empty_upload(case: &Case, request: &Request) -> bool {
    let iterator = case.args.values().any(|value| value.get("$chunks_b64").is_some());
    request.header("transfer-encoding") == Some("chunked") && request.body.is_empty() && !iterator
}

/// Whether a request has both a length and chunks.
pub(crate) fn announced_length(request: &Request) -> bool {
    request.headers.contains_key("transfer-encoding") && request.headers.contains_key("content-length")
}

// ------------------------------------------------------------------ answers

pub(crate) fn played(case: &Case, expected: &Expectation) -> Vec<Answer> {
    let mut player = Player::new(&case.responses);
    expected.requests.iter().map(|request| player.answer(request)).collect()
}

/// The answer to the last expected request, and that request's method.
pub(crate) fn last_answer(case: &Case, expected: &Expectation) -> Option<(Answer, String)> {
    let answer = played(case, expected).pop().filter(|answer| !answer.drop)?;
    Some((answer, expected.requests.last()?.method.clone()))
}

/// The status of the last answer; 0 where there is none.
pub(crate) fn last_status(case: &Case, expected: &Expectation) -> u64 {
    last_answer(case, expected).map_or(0, |(answer, _)| answer.status)
}

/// The last answer is the error that the call ends with.
pub(crate) fn last_answer_fails(case: &Case, expected: &mut Expectation) {
    if let (Some((answer, method)), [result]) = (last_answer(case, expected), &mut expected.results[..]) {
        *result = answer::service_error(&answer, &method);
    }
}

/// The whole body (in base64) of an answer in chunks, of which Python's result has only the start.
pub(crate) fn whole_chunked_body(case: &Case, expected: &Expectation) -> Option<String> {
    let [result] = &expected.results[..] else { return None };
    let read = crate::case::unbase64(result.get("Body")?.get("$stream_b64")?);
    let (answer, _) = last_answer(case, expected)?;
    let part = answer.header("transfer-encoding") == Some("chunked") && read.len() < answer.body.len();
    (part && answer.body.starts_with(&read)).then(|| STANDARD.encode(&answer.body))
}

/// The ETag in the answer to the HEAD of a download in parts.
pub(crate) fn etag_of_head(case: &Case, expected: &Expectation) -> Option<String> {
    let answers = played(case, expected);
    let mut heads = expected.requests.iter().zip(&answers).filter(|(request, _)| request.method == "HEAD");
    heads.find_map(|(_, answer)| answer.header("etag").map(str::to_owned))
}

/// Whether Python replaced the error of a part with a general text.
pub(crate) fn is_part_failure(result: &Value) -> bool {
    let message = error(result).and_then(|e| e.get("message")?.as_str()).unwrap_or_default();
    ["some upload_part fail", "some upload_part_copy fail", "some download_part fail"]
        .iter()
        .any(|text| message.starts_with(text))
}

/// The first answer with an error status stands for the part's error; connections that
/// broke leave a client error.
pub(crate) fn part_error(case: &Case, expected: &mut Expectation) {
    expected.fewer = true;
    let answers = played(case, expected);
    let failed = answers.iter().zip(&expected.requests).find(|(answer, _)| !answer.drop && answer.status >= 300);
    if let Some((answer, request)) = failed {
        let error = answer::service_error(answer, &request.method);
        for result in expected.results.iter_mut().filter(|result| is_part_failure(result)) {
            *result = error.clone();
        }
    }
}

/// Whether the body of a call can be sent again.
pub(crate) fn replayable(case: &Case) -> bool {
    !case.args.values().any(|value| value.get("$chunks_b64").is_some())
}

/// Whether the answer of a call may be an error in spite of its status 200.
pub(crate) fn error_in_200(case: &Case) -> bool {
    let calls = [
        "complete_multipart_upload",
        "copy",
        "copy_object",
        "upload_file",
        "upload_file_from_buffer",
        "upload_part_copy",
    ];
    calls.contains(&case.call.as_str())
}

/// Repeats the last request until it is answered for good or the attempts are used up.
pub(crate) fn repeat_last(case: &Case, expected: &mut Expectation) {
    let retries = case.client.get("retry").and_then(Value::as_u64).unwrap_or(3);
    let Some(last) = expected.requests.last().cloned() else { return };
    let same = |request: &&Request| request.method == last.method && request.target == last.target;
    let mut attempts = expected.requests.iter().rev().take_while(same).count() as u64;
    let mut player = Player::new(&case.responses);
    let mut answer = expected.requests.iter().map(|request| player.answer(request)).last();
    while let Some(again) = answer.as_ref().filter(|answer| {
        attempts <= retries && (answer.status >= 500 || answer::is_repeated_here_only(answer, error_in_200(case)))
    }) {
        if again.drop {
            return;
        }
        let mut request = last.clone();
        request.set_header("x-cos-sdk-retry", "true");
        sign_again(case, &mut request);
        answer = Some(player.answer(&request));
        expected.requests.push(request);
        // the last request of several threads' is repeated where it stands, at the end
        expected.tail += usize::from(expected.unordered);
        attempts += 1;
    }
    let Some(answer) = answer else { return };
    let failed = answer.status >= 300 || answer::is_repeated_here_only(&answer, error_in_200(case));
    expected.results = vec![if failed {
        answer::service_error(&answer, &last.method)
    } else {
        let mut result = answer::headers(&answer);
        let root = crate::xml::parse(&answer.body);
        for child in root.into_iter().flat_map(|root| root.children) {
            result.insert(child.name, child.text.into());
        }
        Value::Object(result)
    }];
}

const ERROR_FIELDS: [&str; 5] = ["code", "message", "resource", "request_id", "trace_id"];

fn is_lost(value: &Value) -> bool {
    value == "Unknown" || value == "" || value.get("$raises").is_some() || !value.is_string()
}

/// Whether Python's getters do not know, or fail on, a field of a service error.
pub(crate) fn lost(result: &Value) -> bool {
    !is_client_error(result) && error(result).is_some_and(|e| ERROR_FIELDS.iter().any(|name| is_lost(&e[*name])))
}

/// Fills in the lost fields from the answer that has the error's status.
pub(crate) fn error_fields(case: &Case, expected: &mut Expectation) {
    let answers = played(case, expected);
    let methods: Vec<String> = expected.requests.iter().map(|request| request.method.clone()).collect();
    for result in expected.results.iter_mut().filter(|result| lost(result)) {
        let fields = &mut result["error"];
        let status = fields["status"].as_u64();
        let found = answers.iter().zip(&methods).rev().find(|(a, _)| !a.drop && Some(a.status) == status);
        let Some((answer, method)) = found else { continue };
        let known = answer::service_error(answer, method);
        for name in ERROR_FIELDS {
            if is_lost(&fields[name]) {
                fields[name] = known["error"][name].clone();
            }
        }
        // it says what the fields now say
        fields["digest"] = Value::Null;
    }
}

// ------------------------------------------------------------------ results

/// Whether a result has names with an unknown namespace in them.
pub(crate) fn has_namespace(result: &Value) -> bool {
    result.as_object().is_some_and(|map| map.keys().any(|name| name.starts_with('{')))
}

fn without_namespace(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| {
                let local = name.rsplit_once('}').map_or(name.as_str(), |(_, local)| local);
                (local.to_owned(), without_namespace(value))
            })
            .collect(),
        Value::Array(items) => items.iter().map(without_namespace).collect(),
        other => other.clone(),
    }
}

/// Reads a result by local names and does what Python would then have done with it: lists
/// are lists, and names are decoded unless the call asked for them as they are.
pub(crate) fn local_names(case: &Case, result: &mut Value) {
    if !has_namespace(result) {
        return;
    }
    let mut read = without_namespace(result);
    let decode = case.call.starts_with("list_") && !case.args.contains_key("EncodingType");
    let unquoted = |value: &Value| value.as_str().map_or(value.clone(), |text| unquote(text).into());
    if let Some(map) = read.as_object_mut() {
        for (list, name) in [("Contents", "Key"), ("CommonPrefixes", "Prefix"), ("Upload", "Key"), ("Part", "")] {
            let Some(items) = map.get_mut(list) else { continue };
            if !items.is_array() {
                *items = Value::Array(if items.is_null() { vec![] } else { vec![items.take()] });
            }
            for item in items.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
                if let Some(value) = item.get_mut(name).filter(|_| decode) {
                    *value = unquoted(value);
                }
            }
        }
        let names =
            ["Prefix", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker", "UploadIdMarker", "NextUploadIdMarker"];
        let own = if case.call == "list_parts" { &["Key"][..] } else { &names[..] };
        for name in own {
            if let Some(value) = map.get_mut(*name).filter(|_| decode) {
                *value = unquoted(value);
            }
        }
    }
    *result = read;
}

/// Whether a result is nothing but the name of an empty root element.
pub(crate) fn is_empty_root(case: &Case, result: &Value) -> bool {
    let only = result.as_object().filter(|map| map.len() == 1).and_then(|map| map.iter().next());
    only.is_some_and(|(name, value)| {
        value.is_null()
            && case.responses.iter().any(|spec| {
                let root = crate::xml::parse(&Answer::of(spec).body);
                root.is_some_and(|root| root.name == *name && root.children.is_empty())
            })
    })
}

/// Numbers and switches of a result that the SDK has in any case; those after a `/` are members
/// of every item of that list.
fn typed_fields(call: &str) -> &'static [&'static str] {
    match call {
        "list_objects" => &["IsTruncated", "MaxKeys", "Contents/Size"],
        "list_parts" => &["IsTruncated", "MaxParts", "PartNumberMarker", "Part/PartNumber", "Part/Size"],
        "list_multipart_uploads" => &["IsTruncated"],
        _ => &[],
    }
}

/// A result with the numbers and switches that its answer left out.
pub(crate) fn with_defaults(case: &Case, result: &Value) -> Option<Value> {
    let mut full = result.clone();
    let map = full.as_object_mut().filter(|_| error(result).is_none())?;
    let add = |map: &mut Map<String, Value>, name: &str| {
        let default = if name.starts_with("Is") { "false" } else { "0" };
        if map.get(name).is_none_or(Value::is_null) {
            map.insert(name.to_owned(), default.into());
        }
    };
    for field in typed_fields(&case.call) {
        match field.split_once('/') {
            None => add(map, field),
            Some((list, name)) => {
                let items = map.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
                items.filter_map(Value::as_object_mut).for_each(|item| add(item, name));
            }
        }
    }
    Some(full)
}

/// A header's name as COS writes it.
fn usual_name(name: &str) -> String {
    let lower = name.to_lowercase();
    let capital = |word: &str| match word {
        "etag" => "ETag".to_owned(),
        "md5" => "MD5".to_owned(),
        word => word[..1].to_uppercase() + &word[1..],
    };
    if lower.starts_with("x-") {
        return lower;
    }
    lower
        .split('-')
        .map(|word| if word.is_empty() { String::new() } else { capital(word) })
        .collect::<Vec<_>>()
        .join("-")
}

/// A result with the names of the answer's headers in their usual case.
pub(crate) fn usual_case(case: &Case, result: &Value) -> Option<Value> {
    let sent: Vec<String> =
        case.responses.iter().flat_map(|spec| Answer::of(spec).headers).map(|(name, _)| name).collect();
    let map = result.as_object().filter(|_| error(result).is_none())?;
    let renamed: Map<String, Value> = map
        .iter()
        .map(|(name, value)| {
            let name = if sent.contains(name) { usual_name(name) } else { name.clone() };
            (name, value.clone())
        })
        .collect();
    Some(Value::Object(renamed))
}
