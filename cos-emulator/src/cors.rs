//! Cross-origin requests, by the CORS rules of a bucket.

use crate::context::Context;
use crate::error::{Code, Error};
use crate::http::{Head, Response};
use crate::target::Target;
use crate::xml::{self, Element};

/// One rule of a bucket.
struct Rule {
    origins: Vec<String>,
    methods: Vec<String>,
    allowed_headers: Vec<String>,
    exposed_headers: Vec<String>,
    max_age: Option<String>,
}

/// The rules of a bucket, and whether answers have `Vary: Origin`.
#[derive(Default)]
struct Rules {
    rules: Vec<Rule>,
    vary: bool,
}

impl Rules {
    fn of(context: &Context, target: &Target) -> Self {
        let Some(name) = &target.bucket else { return Self::default() };
        let mut buckets = context.store.lock();
        let kept = buckets.find(name).ok().and_then(|bucket| bucket.info.configurations.get("cors").cloned());
        drop(buckets);
        kept.and_then(|text| xml::parse(text.as_bytes(), "CORSConfiguration").ok())
            .map(|tree| Self::from_xml(&tree))
            .unwrap_or_default()
    }

    fn from_xml(tree: &Element) -> Self {
        let texts = |rule: &Element, name| rule.all(name).map(|child| child.text.trim().to_owned()).collect();
        let rule = |rule: &Element| Rule {
            origins: texts(rule, "AllowedOrigin"),
            methods: texts(rule, "AllowedMethod"),
            allowed_headers: texts(rule, "AllowedHeader"),
            exposed_headers: texts(rule, "ExposeHeader"),
            max_age: rule.child_text("MaxAgeSeconds").map(str::to_owned),
        };
        let vary = tree.child_text("ResponseVary").is_some_and(|vary| vary.eq_ignore_ascii_case("true"));
        Self { rules: tree.all("CORSRule").map(rule).collect(), vary }
    }

    fn find(&self, origin: &str, method: &str, headers: &[&str]) -> Option<&Rule> {
        self.rules.iter().find(|rule| {
            rule.origins.iter().any(|pattern| fits(pattern, origin))
                && rule.methods.iter().any(|allowed| allowed == method)
                && headers.iter().all(|header| {
                    let header = header.to_ascii_lowercase();
                    rule.allowed_headers.iter().any(|pattern| fits(&pattern.to_ascii_lowercase(), &header))
                })
        })
    }
}

impl Rule {
    fn add_to(&self, response: &mut Response, origin: &str, vary: bool) {
        let any = self.origins.iter().any(|pattern| pattern == "*");
        response.set("Access-Control-Allow-Origin", if any { "*" } else { origin });
        response.set("Access-Control-Allow-Methods", self.methods.join(","));
        if !self.exposed_headers.is_empty() {
            response.set("Access-Control-Expose-Headers", self.exposed_headers.join(","));
        }
        if vary || !any {
            response.set("Vary", "Origin");
        }
    }
}

/// Answers a browser's preflight request.
pub(crate) fn preflight(context: &Context, head: &Head, target: &Target) -> Result<Response, Error> {
    let forbidden = |message: &str| Error::new(Code::AccessForbidden, message);
    if let Some(bucket) = &target.bucket {
        context.store.lock().find(bucket)?;
    }
    let origin = head.headers.get("origin").ok_or_else(|| forbidden("The request has no Origin."))?;
    let method = head.headers.get("access-control-request-method");
    let method = method.ok_or_else(|| forbidden("The request has no Access-Control-Request-Method."))?;
    let asked = head.headers.get("access-control-request-headers").unwrap_or_default();
    let headers: Vec<&str> = asked.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let rules = Rules::of(context, target);
    let rule = rules.find(origin, method, &headers);
    let rule = rule.ok_or_else(|| forbidden("No CORS rule of the bucket allows this request."))?;
    let mut response = Response::new(200);
    rule.add_to(&mut response, origin, rules.vary);
    if !headers.is_empty() {
        response.set("Access-Control-Allow-Headers", headers.join(","));
    }
    if let Some(age) = &rule.max_age {
        response.set("Access-Control-Max-Age", age);
    }
    Ok(response)
}

/// Adds the headers that let a browser show the answer to its page, errors too.
pub(crate) fn decorate(context: &Context, head: &Head, response: &mut Response) {
    let Some(origin) = head.headers.get("origin").filter(|_| head.method != "OPTIONS") else { return };
    let Ok(target) = Target::of(head, &context.settings.domains) else { return };
    let rules = Rules::of(context, &target);
    if let Some(rule) = rules.find(origin, &head.method, &[]) {
        rule.add_to(response, origin, rules.vary);
    }
}

/// Whether a text matches a pattern in which one `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end),
    }
}
