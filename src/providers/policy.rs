//! The rights of temporary credentials.
//!
//! API: <https://cloud.tencent.com/document/product/436/31923>

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::{CosClientError, CosError};

/// A list of actions that temporary credentials may and may not do.
///
/// They can never do more than the credentials that request them, and of those rights only the ones that a statement
/// allows and none denies.
///
/// Python: `Sts.get_policy(scopes)` of `qcloud-python-sts`.
///
/// ```
/// use qcloud_cos::credentials::{StsPolicy, StsStatement};
///
/// let uploads = StsStatement::allow(["name/cos:PutObject", "name/cos:PostObject"])
///     .prefix("examplebucket-1250000000", "ap-beijing", "uploads/*");
/// assert_eq!(
///     StsPolicy::new().statement(uploads).to_json()?,
///     r#"{"version":"2.0","statement":[{"action":["name/cos:PutObject","name/cos:PostObject"],"effect":"allow","resource":["qcs::cos:ap-beijing:uid/1250000000:examplebucket-1250000000/uploads/*"]}]}"#,
/// );
/// # Ok::<(), qcloud_cos::CosError>(())
/// ```
///
/// API: <https://cloud.tencent.com/document/product/436/31923>
#[derive(Debug)]
#[must_use = "a policy does nothing by itself"]
pub struct StsPolicy {
    content: Content,
}

#[derive(Debug)]
enum Content {
    Built(Vec<StsStatement>),
    Given(Result<Value, String>),
}

/// One permission or prohibition of a [`StsPolicy`].
#[derive(Debug, Serialize)]
#[must_use = "a statement is for a policy"]
pub struct StsStatement {
    action: Vec<String>,
    effect: &'static str,
    resource: Vec<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    condition: Map<String, Value>,
    #[serde(skip)]
    error: Option<CosClientError>,
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    statement: &'a [StsStatement],
}

impl StsPolicy {
    /// Makes a policy that allows nothing yet.
    pub fn new() -> Self {
        Self { content: Content::Built(Vec::new()) }
    }

    /// Takes a policy that is already JSON. Text that is not JSON is an error when the policy is used.
    pub fn from_json(text: &str) -> Self {
        Self { content: Content::Given(serde_json::from_str(text).map_err(|error| error.to_string())) }
    }

    /// Adds a statement. A policy from [`from_json`](Self::from_json) takes no more statements: one more is an error
    /// when the policy is used.
    pub fn statement(mut self, statement: StsStatement) -> Self {
        match &mut self.content {
            Content::Built(statements) => statements.push(statement),
            Content::Given(given) => {
                *given = Err("no statement can be added to a policy from JSON".to_owned());
            }
        }
        self
    }

    /// Writes the policy as JSON. A policy without statements, and a statement without actions or resources, is an
    /// error.
    pub fn to_json(&self) -> Result<String, CosError> {
        let invalid = |why: &str| CosError::from(CosClientError::invalid("policy", why));
        let written = match &self.content {
            Content::Given(Err(error)) => return Err(invalid(error)),
            Content::Given(Ok(document)) if document.get("statement").is_none() => {
                return Err(invalid("has no statement"));
            }
            Content::Given(Ok(document)) => serde_json::to_string(document),
            Content::Built(statements) => {
                if statements.is_empty() {
                    return Err(invalid("has no statement"));
                }
                for statement in statements {
                    statement.check()?;
                }
                serde_json::to_string(&Document { version: "2.0", statement: statements })
            }
        };
        written.map_err(|error| invalid(&error.to_string()))
    }
}

impl Default for StsPolicy {
    fn default() -> Self {
        Self::new()
    }
}

impl StsStatement {
    fn new(effect: &'static str, actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            action: actions.into_iter().map(Into::into).collect(),
            effect,
            resource: Vec::new(),
            condition: Map::new(),
            error: None,
        }
    }

    /// Allows these actions, such as `name/cos:GetObject`. Python: `allow_actions`.
    ///
    /// Actions of COS: <https://cloud.tencent.com/document/product/436/65935>
    pub fn allow(actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new("allow", actions)
    }

    /// Denies these actions, even if another statement allows them. Python: `scope.is_allow(False)`.
    pub fn deny(actions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new("deny", actions)
    }

    /// Applies it to the object with the key `prefix`, or, if that ends with `*`, to all objects whose key starts so.
    /// `*` alone stands for the bucket and all its objects. May be called more than once. Python: `allow_prefix`.
    ///
    /// The bucket's name must end with the APPID.
    pub fn prefix(mut self, bucket: &str, region: &str, prefix: &str) -> Self {
        let appid = bucket
            .rsplit_once('-')
            .map(|(_, appid)| appid)
            .filter(|appid| !appid.is_empty() && appid.bytes().all(|b| b.is_ascii_digit()));
        match appid {
            None => self.defer("bucket", format!("{bucket:?} does not end with the APPID")),
            Some(_) if region.is_empty() => self.defer("region", "is empty".to_owned()),
            Some(_) if prefix.is_empty() => self.defer("prefix", "is empty; * stands for everything".to_owned()),
            Some(appid) => {
                let key = prefix.strip_prefix('/').unwrap_or(prefix);
                self.resource.push(format!("qcs::cos:{region}:uid/{appid}:{bucket}/{key}"));
            }
        }
        self
    }

    /// Applies it to a resource in six parts, such as `qcs::cos:ap-beijing:uid/1250000000:examplebucket-1250000000/*`.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource.push(resource.into());
        self
    }

    /// Restricts it to requests whose `key` compares so with one of the values: `condition("ip_equal", "qcs:ip",
    /// ["10.217.182.3/24"])`. Python: `condition`.
    pub fn condition(mut self, operator: &str, key: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let values = values.into_iter().map(|value| Value::String(value.into())).collect();
        let keys = self.condition.entry(operator).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(keys) = keys {
            keys.insert(key.to_owned(), Value::Array(values));
        }
        self
    }

    fn defer(&mut self, field: &str, why: String) {
        self.error.get_or_insert_with(|| CosClientError::invalid(field, why));
    }

    fn check(&self) -> Result<(), CosError> {
        if let Some(error) = &self.error {
            return Err(error.again().into());
        }
        for (field, list) in [("action", &self.action), ("resource", &self.resource)] {
            if list.is_empty() || list.iter().any(String::is_empty) {
                return Err(CosClientError::invalid(field, "is empty in a statement of the policy").into());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(policy: &StsPolicy) -> String {
        policy.to_json().unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn a_policy_reads_as_the_official_sdk_writes_it() {
        let policy = StsPolicy::new()
            .statement(StsStatement::allow(["name/cos:PutObject"]).prefix(
                "example-1250000000",
                "ap-guangzhou",
                "1.txt",
            ))
            .statement(
                StsStatement::deny(["name/cos:GetObject", "name/cos:HeadObject"])
                    .prefix("example-1250000000", "ap-guangzhou", "/dir/*")
                    .resource("*")
                    .condition("ip_equal", "qcs:ip", ["10.217.182.3/24"]),
            );
        let expected = serde_json::json!({"version": "2.0", "statement": [
            {"action": ["name/cos:PutObject"], "effect": "allow",
             "resource": ["qcs::cos:ap-guangzhou:uid/1250000000:example-1250000000/1.txt"]},
            {"action": ["name/cos:GetObject", "name/cos:HeadObject"], "effect": "deny",
             "resource": ["qcs::cos:ap-guangzhou:uid/1250000000:example-1250000000/dir/*", "*"],
             "condition": {"ip_equal": {"qcs:ip": ["10.217.182.3/24"]}}}]});
        assert_eq!(serde_json::from_str::<Value>(&text(&policy)).unwrap(), expected);
        let pasted = StsPolicy::from_json(&expected.to_string());
        assert_eq!(serde_json::from_str::<Value>(&text(&pasted)).unwrap(), expected);
    }

    #[test]
    fn what_is_missing_is_named() {
        let allow = || StsStatement::allow(["name/cos:GetObject"]);
        for (policy, expected) in [
            (StsPolicy::new(), "policy: "),
            (StsPolicy::from_json("{"), "policy: "),
            (StsPolicy::from_json("{}"), "policy: "),
            (StsPolicy::from_json(r#"{"statement":[]}"#).statement(allow().resource("*")), "policy: no statement can"),
            (StsPolicy::new().statement(allow()), "resource: "),
            (StsPolicy::new().statement(StsStatement::allow([""]).resource("*")), "action: "),
            (StsPolicy::new().statement(StsStatement::deny(Vec::<String>::new()).resource("*")), "action: "),
            (StsPolicy::new().statement(allow().prefix("example", "ap-beijing", "*")), "bucket: "),
            (StsPolicy::new().statement(allow().prefix("example-", "ap-beijing", "*")), "bucket: "),
            (StsPolicy::new().statement(allow().prefix("example-1250000000", "", "*")), "region: "),
            (StsPolicy::new().statement(allow().prefix("example-1250000000", "ap-beijing", "")), "prefix: "),
        ] {
            assert!(text(&policy).starts_with(expected), "{}", text(&policy));
        }
    }
}
