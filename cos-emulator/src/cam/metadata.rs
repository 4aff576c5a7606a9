//! The metadata service of an instance, as far as its role goes.

use serde_json::json;

use super::issue::issue;
use crate::context::Context;
use crate::http::{Head, Response};

const ROLES: &str = "/latest/meta-data/cam/security-credentials/";

pub(crate) fn answer(context: &Context, head: &Head) -> Response {
    let path = head.path.as_deref().unwrap_or_default();
    let (Some(asked), Some((role, lifetime))) = (path.strip_prefix(ROLES), &context.settings.instance_role) else {
        return Response::new(404);
    };
    if head.method != "GET" {
        return Response::new(405);
    }
    if asked.is_empty() {
        return Response::new(200).text(role.clone());
    }
    if asked != role {
        return Response::new(404);
    }
    let issued = issue(context, *lifetime, None);
    let answer = json!({
        "TmpSecretId": issued.id,
        "TmpSecretKey": issued.key,
        "ExpiredTime": issued.expires,
        "Expiration": issued.expiration(),
        "Token": issued.token,
        "Code": "Success",
    });
    Response::new(200).text(answer.to_string())
}
