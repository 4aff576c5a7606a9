//! The rights of a temporary key, by actions and resources.

use serde_json::Value;

use crate::error::{Code, Error};
use crate::http::Head;
use crate::target::Target;

/// A policy of the access management, version 2.0. Conditions are ignored.
#[derive(Clone, Debug)]
pub(crate) struct Policy(Vec<Statement>);

#[derive(Clone, Debug)]
struct Statement {
    allows: bool,
    actions: Vec<String>,
    resources: Vec<String>,
}

impl Policy {
    /// Reads a policy's JSON; the error names the fault.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let document: Value = serde_json::from_str(text).map_err(|_| "it is not JSON")?;
        if document.get("version") != Some(&Value::from("2.0")) {
            return Err("its version is not 2.0");
        }
        let statements = match document.get("statement") {
            Some(Value::Array(statements)) if !statements.is_empty() => statements,
            _ => return Err("it has no list of statements"),
        };
        statements.iter().map(Statement::parse).collect::<Result<_, _>>().map(Self)
    }

    /// Fails unless the request is allowed.
    pub(crate) fn check(&self, head: &Head, target: &Target, sub: Option<&str>, region: &str) -> Result<(), Error> {
        let bucket = target.bucket.as_deref();
        let action = format!("name/cos:{}", action(&head.method, sub, bucket.is_some(), &target.key));
        let resource = bucket.map_or_else(
            || "*".to_owned(),
            |bucket| {
                let appid = bucket.rsplit_once('-').map_or("", |(_, appid)| appid);
                format!("qcs::cos:{region}:uid/{appid}:{bucket}/{}", target.key)
            },
        );
        let about = |statement: &&Statement| statement.is_about(&action, &resource);
        let mut found = self.0.iter().filter(about).peekable();
        if found.peek().is_none() || found.any(|statement| !statement.allows) {
            return Err(Error::new(Code::AccessDenied, "Access Denied by the policy of the temporary key."));
        }
        Ok(())
    }
}

impl Statement {
    fn parse(value: &Value) -> Result<Self, &'static str> {
        if value.get("principal").is_some() {
            return Err("a statement has a principal");
        }
        let allows = match value.get("effect").and_then(Value::as_str) {
            Some("allow") => true,
            Some("deny") => false,
            _ => return Err("a statement's effect is neither allow nor deny"),
        };
        let actions = texts(value.get("action")).ok_or("a statement has no actions")?;
        let resources = texts(value.get("resource")).ok_or("a statement has no resources")?;
        if !resources.iter().all(|resource| resource == "*" || resource.matches(':').count() >= 5) {
            return Err("a resource is neither * nor of six parts");
        }
        Ok(Self { allows, actions, resources })
    }

    fn is_about(&self, action: &str, resource: &str) -> bool {
        let short = action.trim_start_matches("name/");
        let action = |pattern: &String| {
            let pattern = pattern.to_ascii_lowercase();
            fits(&pattern, &action.to_ascii_lowercase()) || fits(&pattern, &short.to_ascii_lowercase())
        };
        self.actions.iter().any(action) && self.resources.iter().any(|pattern| fits(pattern, resource))
    }
}

/// One text or a list of them, not empty.
fn texts(value: Option<&Value>) -> Option<Vec<String>> {
    let list = match value? {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().map(|text| text.as_str().map(str::to_owned)).collect::<Option<_>>()?,
        _ => return None,
    };
    (!list.is_empty() && list.iter().all(|text| !text.is_empty())).then_some(list)
}

/// Whether a text matches a pattern in which `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match text.find(part) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}

/// The name of a request in access management.
fn action(method: &str, sub: Option<&str>, has_bucket: bool, key: &str) -> String {
    let named = match (has_bucket, !key.is_empty(), method, sub) {
        (false, ..) => "GetService",
        (_, false, "GET", None) => "GetBucket",
        (_, false, "HEAD", None) => "HeadBucket",
        (_, false, "PUT", None) => "PutBucket",
        (_, false, "DELETE", None) => "DeleteBucket",
        (_, false, "POST", Some("delete")) => "DeleteMultipleObjects",
        (_, false, "GET", Some("versions")) => "GetBucketObjectVersions",
        (_, false, "GET", Some("uploads")) => "ListMultipartUploads",
        (_, true, "POST", None) => "PostObject",
        (_, true, "GET", None) => "GetObject",
        (_, true, "HEAD", None) => "HeadObject",
        (_, true, "PUT", None) => "PutObject",
        (_, true, "DELETE", None) => "DeleteObject",
        (_, true, "POST", Some("append")) => "AppendObject",
        (_, true, "POST", Some("uploads")) => "InitiateMultipartUpload",
        (_, true, "PUT", Some("uploadId")) => "UploadPart",
        (_, true, "POST", Some("uploadId")) => "CompleteMultipartUpload",
        (_, true, "DELETE", Some("uploadId")) => "AbortMultipartUpload",
        (_, true, "GET", Some("uploadId")) => "ListParts",
        (_, true, "POST", Some("select")) => "SelectObjectContent",
        (_, true, "POST", Some("restore")) => "PostObjectRestore",
        (_, object, method, sub) => {
            let kind = if object { "Object" } else { "Bucket" };
            return format!("{method}{kind}{}", sub.unwrap_or_default());
        }
    };
    named.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("*", "anything", true),
            ("a/*", "a/b", true),
            ("a/*", "b/a/", false),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abcd", false),
            ("a", "ab", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn policies_that_are_none_are_refused() {
        let good = r#"{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":["*"]}]}"#;
        assert!(Policy::parse(good).is_ok());
        for (from, to) in [
            ("2.0", "1.0"),
            ("allow", "maybe"),
            (r#""action":"*","#, ""),
            (r#"["*"]"#, "[]"),
            (r#"["*"]"#, r#"["bucket/*"]"#),
            (r#""effect""#, r#""principal":"*","effect""#),
            ("}]}", ""),
        ] {
            assert!(Policy::parse(&good.replace(from, to)).is_err(), "{from} as {to}");
        }
    }
}
