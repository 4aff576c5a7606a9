//! The answer to a refused request: its status, its headers, and the XML document of COS.

use crate::error::Refusal;
use crate::http::{Head, Response};
use crate::ids;
use crate::xml::Xml;

/// What identifies a request and its answer.
pub(crate) struct Ids {
    pub(crate) request: String,
    pub(crate) trace: String,
}

impl Ids {
    pub(crate) fn new() -> Self {
        Self { request: ids::request_id(), trace: ids::trace_id() }
    }
}

/// The answer to a request that was refused.
pub(crate) fn answer(refusal: Refusal, resource: &str, ids: &Ids) -> Response {
    let document = document(&refusal.code.name(), &refusal.message, &refusal.details, resource, ids);
    let mut response = Response::new(refusal.code.status()).xml(document);
    for (name, value) in refusal.headers {
        response = response.header(name, value);
    }
    response.set("x-cos-trace-id", &ids.trace);
    response
}

/// An error document.
pub(crate) fn document(
    code: &str,
    message: &str,
    details: &[(&'static str, String)],
    resource: &str,
    ids: &Ids,
) -> String {
    let mut xml = Xml::root("Error");
    xml.text("Code", code).text("Message", message);
    for (name, value) in details {
        xml.text(name, value);
    }
    xml.text("Resource", resource).text("RequestId", &ids.request).text("TraceId", &ids.trace);
    xml.finish()
}

/// The resource of a request, as documents name it.
pub(crate) fn resource(head: &Head) -> String {
    format!("{}{}", head.host(), head.raw_path())
}
