//! From a request to its answer.

use crate::auth::{Sender, authenticate, authorize};
use crate::cam::service::Service;
use crate::context::{Call, Context, Principal};
use crate::cors;
use crate::error::{Code, Error};
use crate::http::{Body, Head, Response};
use crate::ops::post_object::{is_form, post};
use crate::ops::{fetch, processing, vectors, website};
use crate::routes::{route, sub_resource};
use crate::target::Target;
use crate::time;

/// Answers a request.
pub(crate) fn handle(context: &Context, head: &Head, body: &mut Body<'_>) -> Result<Response, Error> {
    if let Some(service) = Service::of(head) {
        return service.answer(context, head, body);
    }
    if vectors::is_for(head) {
        return vectors::answer(context, head, body);
    }
    if processing::is_for(head) {
        return processing::answer(context, head, body);
    }
    if fetch::is_for(head) {
        return fetch::answer(context, head, body);
    }
    let target = Target::of(head, &context.settings.domains)?;
    if head.method == "OPTIONS" {
        return cors::preflight(context, head, &target);
    }
    if target.website {
        return website::serve(context, head, body, &target);
    }
    if is_form(head, &target) {
        return post(context, head, body, target);
    }
    let Sender { principal, policy } = authenticate(context, head, &target)?;
    let (access, operation) = route(head, &target)?;
    if let Some(policy) = policy {
        policy.check(head, &target, sub_resource(head).as_deref(), &context.settings.region)?;
    }
    authorize(context, principal, head, &target, access)?;
    if principal == Principal::Anonymous && head.query.iter().any(|(name, _)| name.starts_with("response-")) {
        let message = "Response headers can be overridden by signed requests only.";
        return Err(Error::new(Code::InvalidRequest, message));
    }
    traffic_limit(head)?;
    operation(&mut Call { context, head, body, target, principal, now: time::millis(context.now()) })
}

/// The speed a request asks to be held to, in bits a second.
pub(crate) fn traffic_limit(head: &Head) -> Result<Option<u64>, Error> {
    let name = "x-cos-traffic-limit";
    let Some(value) = head.headers.get(name).or_else(|| head.param(name)) else {
        return Ok(None);
    };
    match value.parse::<u64>() {
        Ok(limit @ 819_200..=838_860_800) => Ok(Some(limit)),
        _ => Err(Error::new(Code::InvalidArgument, "invalid x-cos-traffic-limit")),
    }
}
