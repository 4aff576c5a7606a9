//! Configurations of a bucket: kept as they were put, and returned. Some take effect elsewhere.

mod checks;
mod kinds;

use kinds::{KINDS, Kind};

use crate::context::{Call, Context, Operation};
use crate::error::{Code, Error};
use crate::http::Response;
use crate::ops::receive::document;
use crate::xml::{self, Xml};

/// The operation on a sub-resource, if it is a configuration.
pub(crate) fn operation(method: &str, sub: &str) -> Option<Operation> {
    let kind = KINDS.iter().find(|kind| kind.sub == sub)?;
    match method {
        "PUT" => Some(put),
        "GET" => Some(get),
        // A list of these is not taken back but disabled, and an object lock stays for good.
        "DELETE" if !matches!(sub, "object-lock" | "intelligenttiering") => Some(delete),
        "POST" if kind.sub == "inventory" => Some(run_inventory),
        _ => None,
    }
}

fn kind(call: &Call<'_, '_>) -> Result<&'static Kind, Error> {
    let named = |kind: &&Kind| call.param(kind.sub).is_some();
    KINDS.iter().find(named).ok_or_else(|| Code::NotImplemented.into())
}

/// Under which name a configuration is kept; `None` if the request means all of its kind.
fn name(call: &Call<'_, '_>, kind: &Kind) -> Option<String> {
    let part = |parameter| call.param(parameter).filter(|id| !id.is_empty());
    match kind.sub {
        "domaincertificate" => part("domainname").map(|domain| format!("{}/{domain}", kind.sub)),
        sub if kind.list_root.is_some() => part("id").map(|id| format!("{sub}/{id}")),
        sub => Some(sub.to_owned()),
    }
}

fn no_id(kind: &Kind) -> Error {
    Error::new(Code::InvalidArgument, format!("The request about {} lacks its id.", kind.sub))
}

fn put(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let kind = kind(call)?;
    call.check_bucket()?;
    let body = document(call, kind.needs_md5)?;
    if body.is_empty() && kind.sub == "referer" {
        // There is no DELETE for the referer list: COS clears it by an empty document.
        delete(call)?;
        return Ok(Response::new(200));
    }
    let text = String::from_utf8(body).map_err(|_| Code::MalformedXML)?;
    let text = if kind.root.is_none() { policy(text) } else { text };
    let id = name(call, kind);
    let name = check(kind, &text, id, call.param("id"))?;
    call.buckets().find(call.bucket())?.update(|info| drop(info.configurations.insert(name, text)))?;
    Ok(Response::new(kind.put_status))
}

/// Keeps a configuration for the emulator's own user, of a kind that a bucket has one of.
pub(crate) fn set_directly(context: &Context, bucket: &str, sub: &str, document: &str) -> Result<(), Error> {
    let kind = KINDS.iter().find(|kind| kind.sub == sub && kind.list_root.is_none());
    let kind = kind.ok_or_else(|| Error::new(Code::InvalidArgument, format!("There is no configuration {sub}.")))?;
    let name = check(kind, document, Some(sub.to_owned()), None)?;
    let document = document.to_owned();
    context.store.lock().find(bucket)?.update(|info| drop(info.configurations.insert(name, document)))
}

/// A policy as COS gives it back: with a capital `Statement`. The Node SDK's own tests rely on it.
fn policy(text: String) -> String {
    match serde_json::from_str(&text) {
        Ok(serde_json::Value::Object(members)) if members.contains_key("statement") => {
            let renamed = members.into_iter().map(|(name, value)| match name.as_str() {
                "statement" => ("Statement".to_owned(), value),
                _ => (name, value),
            });
            serde_json::Value::Object(renamed.collect()).to_string()
        }
        _ => text,
    }
}

/// Looks over a document, and returns the name under which it is kept.
fn check(kind: &Kind, text: &str, name: Option<String>, id: Option<&str>) -> Result<String, Error> {
    let Some(root) = kind.root else {
        let policy = serde_json::from_str::<serde_json::Value>(text);
        policy.map_err(|_| Error::new(Code::MalformedPolicy, "The policy is no JSON."))?;
        return name.ok_or_else(|| no_id(kind));
    };
    let tree = xml::parse(text.as_bytes(), root)?;
    if let Some(check) = kind.check {
        check(&tree)?;
    }
    if kind.sub == "domaincertificate" {
        let domain = tree.child("DomainList").and_then(|list| list.child_text("DomainName"));
        return domain.map(|domain| format!("{}/{domain}", kind.sub)).ok_or_else(|| no_id(kind));
    }
    let own_id = tree.child_text("Id").or_else(|| tree.child_text("ID"));
    if kind.list_root.is_some() && own_id.is_some_and(|own| Some(own) != id) {
        return Err(Error::new(Code::InvalidArgument, "The id of the document is not that of the request."));
    }
    name.ok_or_else(|| no_id(kind))
}

fn get(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let kind = kind(call)?;
    let name = name(call, kind);
    let mut buckets = call.buckets();
    let kept = &buckets.find(call.bucket())?.info.configurations;
    let text = match (name, kind.list_root) {
        (Some(name), _) => match (kept.get(&name), kind.missing, kind.root) {
            (Some(text), ..) => text.clone(),
            (None, None, Some(root)) => Xml::leaf(root, ""),
            (None, missing, _) => return Err(missing.unwrap_or(Code::NoSuchConfiguration).into()),
        },
        (None, Some(root)) => {
            let own = format!("{}/", kind.sub);
            let mut xml = Xml::root(root);
            if kind.sub == "inventory" {
                xml.text("IsTruncated", false);
            }
            for (_, text) in kept.iter().filter(|(name, _)| name.starts_with(&own)) {
                xml.raw(without_declaration(text));
            }
            xml.finish()
        }
        (None, None) => return Err(no_id(kind)),
    };
    let response = Response::new(200);
    Ok(if kind.root.is_some() { response.xml(text) } else { response.json(text) })
}

fn without_declaration(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}').trim();
    match text.strip_prefix("<?") {
        Some(rest) => rest.split_once("?>").map_or(text, |(_, rest)| rest.trim_start()),
        None => text,
    }
}

fn delete(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let kind = kind(call)?;
    let name = name(call, kind).ok_or_else(|| no_id(kind))?;
    let mut buckets = call.buckets();
    buckets.find(call.bucket())?.update(|info| drop(info.configurations.remove(&name)))?;
    Ok(Response::new(204))
}

/// A single inventory: accepted, and not made, as no inventory is.
fn run_inventory(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let kind = kind(call)?;
    call.check_bucket()?;
    let body = document(call, kind.needs_md5)?;
    xml::parse(&body, "InventoryConfiguration")?;
    name(call, kind).ok_or_else(|| no_id(kind))?;
    Ok(Response::new(200))
}
