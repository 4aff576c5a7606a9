//! Vector buckets, in memory: indexes, vectors, and queries for those that are near.

use std::io::Read as _;

use serde_json::{Value, json};

use crate::context::Context;
use crate::error::Error;
use crate::http::{Body, Head, Response};
use crate::ops::processing::check;
use crate::target::{is_own_address, is_vectors, without_port};
use crate::time;
use crate::vectors::Failure;

const MAX_BODY: u64 = 64 * 1024 * 1024;

/// Whether a request is for vector buckets: by its host, or at this server's own address by its path, for no bucket has
/// a capital in its name. The official SDK comes so with `IP`.
pub(crate) fn is_for(head: &Head) -> bool {
    let path = head.path.as_deref().unwrap_or_default();
    let named = path.strip_prefix('/').is_some_and(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));
    is_vectors(head.host()) || head.method == "POST" && named && is_own_address(without_port(head.host()))
}

pub(crate) fn answer(context: &Context, head: &Head, body: &mut Body<'_>) -> Result<Response, Error> {
    check(context, head)?;
    let mut text = Vec::new();
    body.take(MAX_BODY).read_to_end(&mut text).map_err(|_| Error::Disconnected)?;
    let operation = head.path.as_deref().unwrap_or_default().trim_start_matches('/');
    let outcome = match serde_json::from_slice::<Value>(&text) {
        Ok(input) if head.method == "POST" => {
            let now = time::seconds(context.now());
            context.vectors.lock().carry_out(operation, &input, &context.settings.region, now)
        }
        _ => Err(Failure(400, "ValidationException", "The body must be JSON, and the method POST.".to_owned())),
    };
    Ok(match outcome {
        Ok(answer) => Response::new(200).json(answer.to_string()),
        Err(Failure(status, code, message)) => {
            Response::new(status).header("x-cos-error-code", code).json(json!({ "message": message }).to_string())
        }
    })
}
