//! A bucket as a website, at `{bucket}.cos-website.{region}.myqcloud.com`.

use crate::auth::{Access, authorize};
use crate::context::{Call, Context, Principal};
use crate::encode;
use crate::error::{Code, Error, Refusal};
use crate::http::{Body, Head, Response};
use crate::ops::get;
use crate::target::Target;
use crate::time;
use crate::xml::{self, Element};

/// Answers a visitor. Visitors are anonymous: they may see what everyone may see.
pub(crate) fn serve(context: &Context, head: &Head, body: &mut Body<'_>, target: &Target) -> Result<Response, Error> {
    if !matches!(head.method.as_str(), "GET" | "HEAD") {
        return Err(Code::MethodNotAllowed.into());
    }
    let name = target.bucket.clone().unwrap_or_default();
    let kept = context.store.lock().find(&name)?.info.configurations.get("website").cloned();
    let site = xml::parse(kept.ok_or(Code::NoSuchWebsiteConfiguration)?.as_bytes(), "WebsiteConfiguration")?;
    let to_https = site.child("RedirectAllRequestsTo").and_then(|to| to.child_text("Protocol")) == Some("https");
    if to_https && !head.secure {
        return Ok(Response::new(301).header("Location", location("https", head.host(), &target.key)));
    }
    let suffix = site.child("IndexDocument").and_then(|index| index.child_text("Suffix")).unwrap_or("index.html");
    let key = target.key.clone();
    if let Some(response) = routed(&site, head, &key, None) {
        return Ok(response);
    }
    let shown = if key.is_empty() || key.ends_with('/') { format!("{key}{suffix}") } else { key.clone() };
    let refusal = match fetch(context, head, body, target, shown) {
        Err(Error::Refused(refusal)) => refusal,
        done => return done,
    };
    let status = refusal.code.status();
    if let Some(response) = routed(&site, head, &key, Some(status)) {
        return Ok(response);
    }
    let error = site.child("ErrorDocument");
    if let Some(document) = error.and_then(|error| error.child_text("Key")).filter(|key| !key.is_empty())
        && let Ok(mut response) = fetch(context, head, body, target, document.to_owned())
    {
        let keeps_status = error.and_then(|error| error.child_text("OriginalHttpStatus")) != Some("Disabled");
        if response.status == 200 && keeps_status {
            response.status = status;
        }
        return Ok(response);
    }
    Ok(page(&refusal))
}

fn fetch(context: &Context, head: &Head, body: &mut Body<'_>, target: &Target, key: String) -> Result<Response, Error> {
    let target = Target { key, ..target.clone() };
    authorize(context, Principal::Anonymous, head, &target, Access::ReadObject)?;
    let now = time::millis(context.now());
    get::get(&mut Call { context, head, body, target, principal: Principal::Anonymous, now })
}

/// Where the first rule that fits sends the visitor; rules about errors count once there is one.
fn routed(site: &Element, head: &Head, key: &str, status: Option<u16>) -> Option<Response> {
    let rules = site.child("RoutingRules")?;
    for rule in rules.all("RoutingRule") {
        let (Some(condition), Some(redirect)) = (rule.child("Condition"), rule.child("Redirect")) else { continue };
        let prefix = condition.child_text("KeyPrefixEquals");
        let error = condition.child_text("HttpErrorCodeReturnedEquals");
        let fits = match (prefix, error, status) {
            (Some(prefix), None, None) => key.starts_with(prefix),
            (_, Some(error), Some(status)) => {
                error.parse() == Ok(status) && prefix.is_none_or(|prefix| key.starts_with(prefix))
            }
            _ => false,
        };
        if !fits {
            continue;
        }
        let own = if head.secure { "https" } else { "http" };
        let scheme = redirect.child_text("Protocol").unwrap_or(own);
        let to = match (redirect.child_text("ReplaceKeyWith"), redirect.child_text("ReplaceKeyPrefixWith")) {
            (Some(whole), _) => whole.to_owned(),
            (None, Some(start)) => format!("{start}{}", key.strip_prefix(prefix.unwrap_or_default()).unwrap_or(key)),
            (None, None) => key.to_owned(),
        };
        return Some(Response::new(302).header("Location", location(scheme, head.host(), &to)));
    }
    None
}

fn location(scheme: &str, host: &str, key: &str) -> String {
    format!("{scheme}://{host}/{}", encode::path(key))
}

/// The page of an error for which the site has none.
fn page(refusal: &Refusal) -> Response {
    let (status, code) = (refusal.code.status(), refusal.code.name());
    let text =
        format!("<html><head><title>{status} {code}</title></head><body><h1>{status} {code}</h1></body></html>\n");
    let mut response = Response::new(status).text(text);
    response.set("Content-Type", "text/html");
    response
}
