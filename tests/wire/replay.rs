//! How the deliberate differences rewrite what follows an answer: errors, repetitions, and the
//! requests after them. The answers are found by playing the case to the expected requests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::answer;
use crate::case::{Case, Expectation, Request, error, is_client_error, unbase64};
use crate::model;
use crate::server::{Answer, Player};
use crate::sign::sign_again;
use crate::xml;

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
    let read = unbase64(result.get("Body")?.get("$stream_b64")?);
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
    let failed = answers
        .iter()
        .zip(&expected.requests)
        .find(|(answer, _)| !answer.drop && (answer.status >= 300 || is_error(answer)));
    if let Some((answer, request)) = failed {
        let error = answer::service_error(answer, &request.method);
        for result in expected.results.iter_mut().filter(|result| is_part_failure(result)) {
            *result = error.clone();
        }
    }
}

/// Whether an answer is an error document, whatever its status.
fn is_error(answer: &Answer) -> bool {
    crate::xml::parse(&answer.body).is_some_and(|root| root.name == "Error")
}

/// Whether the body of a call can be sent again.
pub(crate) fn replayable(case: &Case) -> bool {
    !case.args.values().any(|value| value.get("$chunks_b64").is_some())
}

/// Whether the answer of a call may be an error in spite of its status 200.
/// Whether the answer is read to its end before the call returns.
pub(crate) fn reads_answer(case: &Case) -> bool {
    !["get_object", "download_file", "select_object_content"].contains(&case.call.as_str())
}

/// Whether the SDK repeats the last request where Python takes its answer.
pub(crate) fn is_repeated(case: &Case, expected: &Expectation) -> bool {
    case.repeat() == 1
        && replayable(case)
        && last_answer(case, expected)
            .is_some_and(|(answer, _)| answer::is_repeated_here_only(&answer, reads_answer(case)))
}

/// Whether a result is Python's refusal of a key that names the bucket.
pub(crate) fn is_key_refusal(result: &Value) -> bool {
    error(result).is_some_and(|e| e.get("message").and_then(Value::as_str) == Some("GetObject Key is invalid"))
}

/// Whether Python found a member of an answer missing.
pub(crate) fn is_key_error(result: &Value) -> bool {
    error(result).is_some_and(|e| e.get("type").and_then(Value::as_str) == Some("KeyError"))
}

/// The document of the one successful answer as Python's dict.
pub(crate) fn document(case: &Case, expected: &Expectation) -> Option<Value> {
    let (answer, _) = last_answer(case, expected)?;
    let root = xml::parse(&answer.body).filter(|_| answer.status < 300 && expected.results.len() == 1)?;
    Some(if root.children.is_empty() { Value::Object(Map::new()) } else { members(&root) })
}

/// An element as `Xml2Dict` reads it: its text, or its children, those of one name as a list.
fn members(element: &xml::Element) -> Value {
    if element.children.is_empty() {
        return element.text.clone().into();
    }
    let mut map = Map::new();
    for child in &element.children {
        let value = members(child);
        match map.get_mut(&child.name) {
            Some(Value::Array(list)) => list.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
            None => drop(map.insert(child.name.clone(), value)),
        }
    }
    Value::Object(map)
}

/// Repeats the last request until it is answered for good or the attempts are used up.
pub(crate) fn repeat_last(case: &Case, expected: &mut Expectation) {
    let retries = case.client.get("retry").and_then(Value::as_u64).unwrap_or(3);
    let Some(last) = expected.requests.last().cloned() else { return };
    let mut attempts = attempts(expected);
    let mut player = Player::new(&case.responses);
    let mut answer = expected.requests.iter().map(|request| player.answer(request)).last();
    while let Some(again) = answer.as_ref().filter(|answer| {
        attempts <= retries && (answer.status >= 500 || answer::is_repeated_here_only(answer, reads_answer(case)))
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
    let failed = answer.status >= 300 || answer::is_repeated_here_only(&answer, reads_answer(case));
    let result = if failed { answer::service_error(&answer, &last.method) } else { headers_and_document(&answer) };
    expected.results = vec![result];
}

/// Whether the last answer has fewer bytes than it says.
pub(crate) fn last_is_cut(case: &Case, expected: &Expectation) -> bool {
    last_answer(case, expected).is_some_and(|(answer, method)| {
        let length = answer.header("content-length").and_then(|length| length.parse::<usize>().ok());
        method != "HEAD" && length.is_some_and(|length| length > answer.body.len())
    })
}

/// The last request is repeated as after a broken connection, or as its status demands.
pub(crate) fn repeat_cut(case: &Case, expected: &mut Expectation) {
    let retries = case.client.get("retry").and_then(Value::as_u64).unwrap_or(3);
    let Some((answer, method)) = last_answer(case, expected) else { return };
    let again = replayable(case) && (answer.status < 300 || answer.status >= 500);
    while again && attempts(expected) <= retries {
        let Some(mut request) = expected.requests.last().cloned() else { return };
        request.set_header("x-cos-sdk-retry", "true");
        sign_again(case, &mut request);
        expected.requests.push(request);
        expected.tail += usize::from(expected.unordered);
    }
    if answer.status >= 300 {
        expected.results = vec![answer::service_error(&answer, &method)];
    }
}

/// How often the last request was sent.
fn attempts(expected: &Expectation) -> u64 {
    let Some(last) = expected.requests.last() else { return 0 };
    let same = |request: &&Request| request.method == last.method && request.target == last.target;
    expected.requests.iter().rev().take_while(same).count() as u64
}

/// What follows when the list of uploads is denied and the upload starts anew.
pub(crate) fn new_upload(case: &Case, expected: &Expectation) -> Option<Expectation> {
    let [list] = &expected.requests[..] else { return None };
    let listed = Player::new(&case.responses).answer(list);
    if case.call != "upload_file" || listed.drop || listed.status != 403 {
        return None;
    }
    let mut new = expected.clone();
    let Some(mut requests) = model::upload_in_parts(case) else {
        // not even the creation is answered with an upload id
        let created = model::creation(case)?;
        new.requests.push(created);
        last_answer_fails(case, &mut new);
        return Some(new);
    };
    new.requests.append(&mut requests);
    (new.unordered, new.head, new.tail) = (true, 2, 1);
    let answers = played(case, &new);
    new.results = match answers.iter().skip(1).find(|answer| answer.drop || answer.status >= 300) {
        Some(failed) if failed.drop || failed.status >= 500 => return None,
        Some(failed) => {
            new.fewer = true;
            vec![answer::service_error(failed, "")]
        }
        None => vec![headers_and_document(answers.last()?)],
    };
    Some(new)
}

/// The result of a completion: the headers of its answer and what its document says.
fn headers_and_document(answer: &Answer) -> Value {
    let mut result = answer::headers(answer);
    let root = xml::parse(&answer.body);
    for child in root.into_iter().flat_map(|root| root.children) {
        result.insert(child.name, child.text.into());
    }
    Value::Object(result)
}

/// A request whose answer was dropped on a connection that may have served one before.
pub(crate) fn dropped_when_kept(case: &Case, expected: &Expectation) -> Option<Request> {
    let answers = played(case, expected);
    let kept = answers.iter().position(|answer| !answer.drop)?;
    let dropped = answers.iter().rposition(|answer| answer.drop).filter(|at| *at > kept)?;
    Some(expected.requests[dropped].clone())
}

/// The requests that follow a redirect of the same host.
pub(crate) fn redirected<'a>(case: &Case, expected: &'a Expectation) -> impl Iterator<Item = usize> + use<'a> {
    let hops: Vec<bool> = played(case, expected)
        .iter()
        .map(|a| (300..400).contains(&a.status) && a.header("location").is_some_and(|to| to.starts_with('/')))
        .collect();
    (1..expected.requests.len()).filter(move |at| hops[*at - 1])
}

/// Whether the document of a successful answer is not the one that the call reads.
pub(crate) fn has_wrong_root(case: &Case, answer: &Answer) -> bool {
    let root = match case.call.as_str() {
        "list_objects" => "ListBucketResult",
        "list_parts" => "ListPartsResult",
        "list_multipart_uploads" => "ListMultipartUploadsResult",
        "create_multipart_upload" => "InitiateMultipartUploadResult",
        "get_bucket_location" => "LocationConstraint",
        "list_objects_versions" => "ListVersionsResult",
        "delete_objects" => "DeleteResult",
        "get_bucket_acl" | "get_object_acl" => "AccessControlPolicy",
        "get_bucket_cors" => "CORSConfiguration",
        "get_bucket_lifecycle" => "LifecycleConfiguration",
        "get_bucket_versioning" => "VersioningConfiguration",
        _ => return false,
    };
    xml::parse(&answer.body).is_some_and(|found| found.name.rsplit(':').next() != Some(root))
}

pub(crate) fn is_error_document(answer: &Answer) -> bool {
    xml::parse(&answer.body).is_some_and(|found| found.name.rsplit(':').next() == Some("Error"))
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
