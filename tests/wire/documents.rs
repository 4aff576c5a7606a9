//! Deliberate differences in the documents that calls send and in the lists that they return.

use serde_json::{Value, json};

use crate::answer;
use crate::case::{Case, Content, Expectation, Request};
use crate::model::content_md5;
use crate::replay::{self, played};
use crate::server::{Answer, Player};
use crate::sign::sign_again;
use crate::text;
use crate::xml::{self, Element};

/// The members of elements, in the order in which the SDK writes them: that of the samples on the pages.
/// An element is named by the end of its path.
const MEMBERS: &[(&str, &[&str])] = &[
    ("/Delete", &["Object", "Quiet"]),
    ("/Delete/Object", &["Key", "VersionId"]),
    ("/RestoreRequest", &["Days", "CASJobParameters"]),
    ("/RestoreRequest/CASJobParameters", &["Tier"]),
    ("/AccessControlPolicy", &["AccessControlList", "Owner"]),
    ("/AccessControlPolicy/Owner", &["DisplayName", "ID"]),
    ("/AccessControlPolicy/AccessControlList", &["Grant"]),
    ("/AccessControlList/Grant", &["Grantee", "Permission"]),
    ("/Grant/Grantee", &["DisplayName", "Type", "ID", "URI"]),
    ("/CORSConfiguration", &["CORSRule"]),
    (
        "/CORSConfiguration/CORSRule",
        &["ID", "MaxAgeSeconds", "AllowedOrigin", "AllowedMethod", "AllowedHeader", "ExposeHeader"],
    ),
    ("/LifecycleConfiguration", &["Rule"]),
    (
        "/LifecycleConfiguration/Rule",
        &[
            "ID",
            "Filter",
            "Status",
            "Expiration",
            "Transition",
            "NoncurrentVersionExpiration",
            "NoncurrentVersionTransition",
            "AbortIncompleteMultipartUpload",
        ],
    ),
    ("/LifecycleConfiguration/Rule/Filter", &["Prefix", "And", "Tag"]),
    ("/Rule/Filter/And", &["Prefix", "Tag"]),
    ("/Filter/Tag", &["Key", "Value"]),
    ("/And/Tag", &["Key", "Value"]),
    ("/LifecycleConfiguration/Rule/Expiration", &["Days", "Date", "ExpiredObjectDeleteMarker"]),
    ("/LifecycleConfiguration/Rule/Transition", &["Days", "Date", "StorageClass"]),
    ("/LifecycleConfiguration/Rule/NoncurrentVersionExpiration", &["NoncurrentDays"]),
    ("/LifecycleConfiguration/Rule/AbortIncompleteMultipartUpload", &["DaysAfterInitiation"]),
    ("/LifecycleConfiguration/Rule/NoncurrentVersionTransition", &["NoncurrentDays", "StorageClass"]),
];

fn arrange(path: &str, element: &mut Element) {
    let path = format!("{path}/{}", element.name);
    if let Some((_, names)) = MEMBERS.iter().find(|(end, _)| path.ends_with(end)) {
        element.children.sort_by_key(|child| names.iter().position(|name| *name == child.name));
    }
    for child in &mut element.children {
        arrange(&path, child);
    }
}

/// Puts the grants of the pages' samples into the list that COS wants around them.
fn wrap_grants(policy: &mut Element) {
    let (grants, mut rest): (Vec<_>, Vec<_>) = policy.children.drain(..).partition(|child| child.name == "Grant");
    if !grants.is_empty() {
        match rest.iter_mut().find(|child| child.name == "AccessControlList") {
            Some(list) => list.children.extend(grants),
            None => rest.push(Element { name: "AccessControlList".to_owned(), children: grants, ..Element::default() }),
        }
    }
    policy.children = rest;
}

/// Whether a document has a member that its struct has not.
fn has_unknown(path: &str, element: &Element) -> bool {
    let path = format!("{path}/{}", element.name);
    let known = MEMBERS.iter().find(|(end, _)| path.ends_with(end));
    element
        .children
        .iter()
        .any(|child| known.is_some_and(|(_, names)| !names.contains(&child.name.as_str())) || has_unknown(&path, child))
}

/// Members that are text, of which the SDK writes empty ones.
const TEXTS: [&str; 12] =
    ["ID", "Prefix", "Status", "Key", "Value", "VersionId", "Date", "Tier", "DisplayName", "Type", "URI", "Permission"];

/// The names under which a dict has nothing.
fn empty_names<'a>(value: &'a Value, out: &mut Vec<&'a str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| empty_names(item, out)),
        Value::Object(map) => {
            for (name, value) in map {
                if value.is_null() || value == "" {
                    out.push(name);
                }
                empty_names(value, out);
            }
        }
        _ => {}
    }
}

fn drop_empty(case: &Case, element: &mut Element) {
    let mut names = Vec::new();
    case.args.values().for_each(|value| empty_names(value, &mut names));
    let is_empty = |e: &Element| e.text.is_empty() && e.children.is_empty() && e.attributes.is_empty();
    element.children.retain(|child| {
        let name = child.name.as_str();
        !is_empty(child) || !names.contains(&name) || TEXTS.contains(&name)
    });
    element.children.iter_mut().for_each(|child| drop_empty(case, child));
}

fn written(element: &Element) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let attribute = |(name, value): &(String, String)| format!(" {name}=\"{}\"", escaped(value).replace('"', "&quot;"));
    let attributes: String = element.attributes.iter().map(attribute).collect();
    let children: String = element.children.iter().map(written).collect();
    format!("<{0}{attributes}>{1}{children}</{0}>", element.name, escaped(&element.text))
}

/// A request with its document changed, if that makes a difference.
fn changed(case: &Case, request: &Request, change: impl Fn(&mut Element)) -> Option<Request> {
    let before = request.body.bytes().and_then(xml::parse)?;
    let mut tree = before.clone();
    change(&mut tree);
    if tree == before {
        return None;
    }
    let document = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{}", written(&tree));
    let mut request = request.clone();
    request.set_header("content-length", &document.len().to_string());
    if request.headers.contains_key("content-md5") {
        request.set_header("content-md5", &content_md5(document.as_bytes()));
    }
    request.body = Content::Bytes(document.into_bytes());
    sign_again(case, &mut request);
    Some(request)
}

fn change_all(case: &Case, expected: &mut Expectation, change: impl Fn(&mut Element)) {
    for request in &mut expected.requests {
        if let Some(new) = changed(case, request, &change) {
            *request = new;
        }
    }
}

/// Whether the dict of a call has its members in another order than the SDK writes them.
pub(crate) fn in_another_order(case: &Case, expected: &Expectation) -> bool {
    expected.requests.iter().any(|request| changed(case, request, |tree| arrange("", tree)).is_some())
}

pub(crate) fn put_in_order(case: &Case, expected: &mut Expectation) {
    change_all(case, expected, |tree| arrange("", tree));
}

/// Whether a dict has nothing where a struct has no text: a number, a switch, a list or another struct.
pub(crate) fn has_empty_members(case: &Case, expected: &Expectation) -> bool {
    !case.is_processing()
        && expected.requests.iter().any(|request| changed(case, request, |tree| drop_empty(case, tree)).is_some())
}

pub(crate) fn drop_empty_members(case: &Case, expected: &mut Expectation) {
    change_all(case, expected, |tree| drop_empty(case, tree));
}

/// Whether a dict has a name that its struct has not.
pub(crate) fn has_unknown_members(_: &Case, expected: &Expectation) -> bool {
    let trees = expected.requests.iter().filter_map(|request| request.body.bytes().and_then(xml::parse));
    trees.into_iter().any(|tree| has_unknown("", &tree))
}

/// Whether a policy has its grants directly in it, as on the pages.
pub(crate) fn has_bare_grants(case: &Case, _: &Expectation) -> bool {
    case.args.get("AccessControlPolicy").is_some_and(|policy| policy.get("Grant").is_some())
}

pub(crate) fn wrap_bare_grants(case: &Case, expected: &mut Expectation) {
    change_all(case, expected, wrap_grants);
}

// ------------------------------------------------------------------ results

/// Python replaces `type` by `Type` in the whole answer to get the name of the attribute right.
pub(crate) fn has_replaced_type(case: &Case, expected: &Expectation) -> bool {
    expected.results.iter().any(|result| {
        let mut restored = result.clone();
        restore_type(case, &mut restored);
        restored != *result
    })
}

pub(crate) fn restore_types(case: &Case, expected: &mut Expectation) {
    expected.results.iter_mut().for_each(|result| restore_type(case, result));
}

fn restore_type(case: &Case, value: &mut Value) {
    if !["get_bucket_acl", "get_bucket_meta", "get_object_acl"].contains(&case.call.as_str()) {
        return;
    }
    match value {
        Value::String(text) => {
            let said = |text: &str| {
                let bodies = case.responses.iter().map(|spec| Answer::of(spec).body);
                bodies.into_iter().any(|body| String::from_utf8_lossy(&body).contains(text))
            };
            let original = text.replace("Type", "type");
            if *text != original && !said(text) && said(&original) {
                *text = original;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| restore_type(case, item)),
        Value::Object(map) => map.values_mut().for_each(|item| restore_type(case, item)),
        _ => {}
    }
}

/// Whether Python looked in vain for the grants of a policy.
pub(crate) fn has_no_grants(case: &Case, expected: &Expectation) -> bool {
    ["get_bucket_acl", "get_object_acl"].contains(&case.call.as_str())
        && expected.results.iter().any(replay::is_key_error)
}

pub(crate) fn grant_nothing(case: &Case, expected: &mut Expectation) {
    let read = replay::document(case, expected).unwrap_or_default();
    expected.results = vec![json!({"Owner": read["Owner"], "CannedACL": "private"})];
}

/// The tags under `And`, which Python leaves as they come: one is no list.
fn tags_in_and(result: &mut Value) -> impl Iterator<Item = &mut Value> {
    let rules = result.get_mut("Rule").and_then(Value::as_array_mut).into_iter().flatten();
    let tags = rules.filter_map(|rule| rule.get_mut("Filter")?.get_mut("And")?.get_mut("Tag"));
    tags.filter(|tag| tag.is_object())
}

pub(crate) fn has_single_tag(case: &Case, expected: &Expectation) -> bool {
    case.call == "get_bucket_lifecycle"
        && expected.results.iter().any(|result| tags_in_and(&mut result.clone()).next().is_some())
}

pub(crate) fn list_single_tags(_: &Case, expected: &mut Expectation) {
    for result in &mut expected.results {
        tags_in_and(result).for_each(|tag| *tag = Value::Array(vec![tag.take()]));
    }
}

// ------------------------------------------------------------------ what is not repeated

/// The request of an append after which it may have been carried out, though Python repeats it all the same.
fn doubtful_append(case: &Case, expected: &Expectation) -> Option<usize> {
    if case.call != "append_object" {
        return None;
    }
    let answers = played(case, expected);
    answers.iter().position(is_doubtful).filter(|at| at + 1 < expected.requests.len())
}

fn is_doubtful(answer: &Answer) -> bool {
    answer.drop || (answer.status >= 500 && !says_not_done(answer))
}

fn says_not_done(answer: &Answer) -> bool {
    let error = answer::service_error(answer, "POST");
    let code = error["error"]["code"].as_str().unwrap_or_default();
    ["SlowDown", "ServiceUnavailable", "RequestTimeout"].contains(&code) || code.starts_with("RequestLimit")
}

pub(crate) fn is_doubtful_append(case: &Case, expected: &Expectation) -> bool {
    doubtful_append(case, expected).is_some()
}

/// A look at the object comes first, and only if it has still the length of before the append is repeated.
pub(crate) fn append_after_a_look(case: &Case, expected: &mut Expectation) {
    let Some(at) = doubtful_append(case, expected) else { return };
    let retries = case.client.get("retry").and_then(Value::as_u64).unwrap_or(3);
    let again = expected.requests[at + 1].clone();
    let position = text::pairs(text::split_query(&again.target).1).into_iter().find(|(name, _)| name == "position");
    let position = position.map(|(_, value)| value).unwrap_or_default();
    expected.requests.truncate(at + 1);
    let mut player = Player::new(&case.responses);
    let mut last = expected.requests.iter().map(|request| player.answer(request)).last();
    let mut attempts = at as u64 + 1;
    let client_error = json!({"error": {"type": "CosClientError"}});
    let result = loop {
        let Some(answer) = last.take() else { return };
        if is_doubtful(&answer) {
            let mut look = again.clone();
            "HEAD".clone_into(&mut look.method);
            look.target = text::split_query(&look.target).0.into();
            look.headers.retain(|name, _| LOOK_HEADERS.contains(&name.as_str()));
            look.body = Content::Bytes(Vec::new());
            let mut looked = None;
            for number in 0..=retries {
                if number > 0 {
                    look.set_header("x-cos-sdk-retry", "true");
                }
                sign_again(case, &mut look);
                expected.requests.push(look.clone());
                looked = Some(player.answer(&look)).filter(|found| !found.drop && found.status < 500);
                if looked.is_some() {
                    break;
                }
            }
            let undone = looked.is_some_and(|found| match found.status {
                404 => position == "0",
                200..300 => found.header("content-length") == Some(&position),
                _ => false,
            });
            if !undone {
                break client_error;
            }
        }
        let failed = answer.drop || answer.status >= 300;
        if failed && attempts <= retries && (is_doubtful(&answer) || says_not_done(&answer)) {
            expected.requests.push(again.clone());
            last = Some(player.answer(&again));
            attempts += 1;
        } else if answer.drop {
            break client_error;
        } else if failed {
            break answer::service_error(&answer, "POST");
        } else {
            break Value::Object(answer::headers(&answer));
        }
    };
    expected.results.iter_mut().for_each(|old| *old = result.clone());
}

/// What a look takes along of the append's headers.
const LOOK_HEADERS: [&str; 6] = [
    "authorization",
    "host",
    "x-cos-security-token",
    "x-cos-server-side-encryption-customer-algorithm",
    "x-cos-server-side-encryption-customer-key",
    "x-cos-server-side-encryption-customer-key-md5",
];

#[test]
fn documents_are_put_in_order_at_every_depth() {
    let mut tree = xml::parse(
        b"<LifecycleConfiguration><Rule><Status>s</Status><Filter><Tag><Value>v</Value><Key>k</Key></Tag>\
          <Prefix></Prefix></Filter><ID>a&amp;b</ID></Rule></LifecycleConfiguration>",
    )
    .unwrap();
    arrange("", &mut tree);
    assert_eq!(
        written(&tree),
        "<LifecycleConfiguration><Rule><ID>a&amp;b</ID><Filter><Prefix></Prefix><Tag><Key>k</Key><Value>v</Value>\
         </Tag></Filter><Status>s</Status></Rule></LifecycleConfiguration>"
    );
}

/// Few recordings have an append that fails on the server, so the rewriting is shown here.
#[test]
fn an_append_that_may_have_been_done_is_repeated_only_after_a_look() {
    let case = |answers: Value| {
        let request = json!({"method": "POST", "target": "/k?append=&position=7", "headers": {}, "body_b64": ""});
        let count = answers.as_array().map_or(0, Vec::len);
        Case::of(json!({"id": "t", "call": "append_object", "transport": "", "args": {}, "responses": answers,
            "requests": vec![request; count], "result": {}}))
    };
    let sent = |answers: Value| {
        let case = case(answers);
        let mut expected = case.python();
        append_after_a_look(&case, &mut expected);
        let methods: Vec<_> = expected.requests.iter().map(|request| request.method.clone()).collect();
        (methods.join(" "), expected.results[0]["error"]["type"].clone())
    };
    let (unchanged, grown) = (json!({"headers": {"Content-Length": "7"}}), json!({"headers": {"Content-Length": "8"}}));
    let client_error = json!("CosClientError");
    assert_eq!(sent(json!([{"status": 500}, unchanged, {}])), ("POST HEAD POST".to_owned(), Value::Null));
    assert_eq!(sent(json!([{"drop": true}, grown, {}])), ("POST HEAD".to_owned(), client_error.clone()));
    let lost = json!({"drop": true});
    assert_eq!(sent(json!([lost, lost])), ("POST HEAD HEAD HEAD HEAD".to_owned(), client_error));
    let busy = json!({"status": 503, "body": "<Error><Code>SlowDown</Code></Error>"});
    assert_eq!(sent(json!([busy, {}])), ("POST POST".to_owned(), Value::Null));
    let more = json!([busy, {"status": 502}, unchanged, {}]);
    assert_eq!(sent(more), ("POST POST HEAD POST".to_owned(), Value::Null));
}
