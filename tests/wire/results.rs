//! How the deliberate differences rewrite results.

use percent_encoding::percent_decode_str;
use regex::Regex;
use serde_json::{Map, Value};

use crate::case::{Case, Expectation, error};
use crate::replay::played;
use crate::server::Answer;
use crate::text::unquote;
use crate::xml;

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
                let root = xml::parse(&Answer::of(spec).body);
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
        "list_objects_versions" => {
            &["IsTruncated", "MaxKeys", "Version/Size", "Version/IsLatest", "DeleteMarker/IsLatest"]
        }
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

/// The names in listings that Python decodes though the answer does not say that they are encoded, as they stand there
/// and decoded.
pub(crate) fn encoded_names(case: &Case, expected: &Expectation) -> Vec<(String, String)> {
    if !["list_objects", "list_objects_versions", "list_multipart_uploads", "list_parts"].contains(&case.call.as_str())
        || case.args.contains_key("EncodingType")
    {
        return Vec::new();
    }
    let names = Regex::new(r"<(?:\w+:)?(?:Key|Prefix|\w*Marker)>([^<]*%[^<]*)</").unwrap();
    let answers = played(case, expected).into_iter().map(|answer| String::from_utf8_lossy(&answer.body).into_owned());
    let silent = answers.filter(|body| !body.contains("EncodingType>") && !body.contains("Encoding-type>"));
    let raw: Vec<String> =
        silent.flat_map(|body| names.captures_iter(&body).map(|name| name[1].to_owned()).collect::<Vec<_>>()).collect();
    let decode = |name: &str| percent_decode_str(name).decode_utf8_lossy().into_owned();
    raw.into_iter().map(|raw| (raw.clone(), decode(&raw))).filter(|(raw, decoded)| raw != decoded).collect()
}

/// Replaces a text wherever it stands.
pub(crate) fn rename(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, from, to)),
        Value::Object(members) => members.values_mut().for_each(|member| rename(member, from, to)),
        _ => {}
    }
}
