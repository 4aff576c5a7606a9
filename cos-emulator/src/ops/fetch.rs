//! Fetch tasks, at `{region}.migration.myqcloud.com/{bucket}/`: taken down, and never carried out.

use std::io::Read as _;

use serde_json::{Value, json};

use crate::auth::authenticate;
use crate::context::{Context, Principal};
use crate::error::{Code, Error};
use crate::http::{Body, Head, Response};
use crate::ids;
use crate::target::{Target, without_port};
use crate::tasks::Task;

const MAX_BODY: u64 = 1024 * 1024;

/// Whether a request is for the service that fetches.
pub(crate) fn is_for(head: &Head) -> bool {
    let mut labels = without_port(head.host()).split('.').skip(1);
    labels.next() == Some("migration") && labels.next() == Some("myqcloud")
}

pub(crate) fn answer(context: &Context, head: &Head, body: &mut Body<'_>) -> Result<Response, Error> {
    let path = head.path.as_deref().and_then(|path| path.strip_prefix('/')).ok_or(Code::InvalidURI)?;
    let (bucket, id) = path.split_once('/').unwrap_or((path, ""));
    let target = Target { bucket: Some(bucket.to_owned()), key: id.to_owned(), path_style: true, website: false };
    if authenticate(context, head, &target)?.principal == Principal::Anonymous {
        return Err(Code::AccessDenied.into());
    }
    context.store.lock().find(bucket)?;
    match (head.method.as_str(), id) {
        ("POST", "") => {
            let mut text = Vec::new();
            body.take(MAX_BODY).read_to_end(&mut text).map_err(|_| Error::Disconnected)?;
            Ok(start(context, bucket, &text))
        }
        ("GET", id) if !id.is_empty() => Ok(state(context, bucket, id)),
        _ => Err(Code::NotImplemented.into()),
    }
}

fn start(context: &Context, bucket: &str, body: &[u8]) -> Response {
    let configuration: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| configuration[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let (Some(url), Some(key)) = (text("Url"), text("Key")) else {
        return Response::new(400).json(json!({ "code": 400, "message": "Url or Key is missing" }).to_string());
    };
    let id = ids::request_id();
    context.tasks.add(Task { id: id.clone(), bucket: bucket.to_owned(), key, url });
    Response::new(200).json(json!({ "code": 0, "message": "SUCCESS", "data": { "taskid": id } }).to_string())
}

fn state(context: &Context, bucket: &str, id: &str) -> Response {
    let Some(task) = context.tasks.find(bucket, id) else {
        return Response::new(404).json(json!({ "code": 404, "message": "the task does not exist" }).to_string());
    };
    let data = json!({
        "state": "TASK_FAILED",
        "message": "the emulator fetches nothing",
        "bucket": task.bucket,
        "key": task.key,
        "url": task.url,
    });
    Response::new(200).json(json!({ "code": 0, "message": "SUCCESS", "data": data }).to_string())
}
