//! The security token service: temporary keys for senders who sign with a known key.

use std::io::Read;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::issue::issue;
use super::policy::Policy;
use super::signature::Signature;
use crate::context::Context;
use crate::credential::Credential;
use crate::error::Error;
use crate::http::{Body, Head, Response, parse_query};
use crate::ids;
use crate::time;

const VERSION: &str = "2018-08-13";
/// How far a request's time may be from this server's, in seconds.
const SKEW_SECONDS: u64 = 300;
const MAX_BODY: u64 = 1024 * 1024;

/// A code of the API and its message.
struct Refusal(&'static str, String);

fn refuse<T>(code: &'static str, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(code, message.into()))
}

/// Answers a request; whatever the outcome, the status is 200.
pub(crate) fn answer(context: &Context, head: &Head, body: &mut Body<'_>) -> Result<Response, Error> {
    let mut text = Vec::new();
    body.take(MAX_BODY).read_to_end(&mut text).map_err(|_| Error::Disconnected)?;
    let mut outcome = act(context, head, &text)
        .unwrap_or_else(|Refusal(code, message)| json!({ "Error": { "Code": code, "Message": message } }));
    outcome["RequestId"] = ids::unique().into();
    Ok(Response::new(200).json(json!({ "Response": outcome }).to_string()))
}

fn act(context: &Context, head: &Head, body: &[u8]) -> Result<Value, Refusal> {
    if head.method != "POST" || head.path.as_deref() != Some("/") {
        return refuse("UnsupportedOperation", "The emulator answers POST requests to / only.");
    }
    let request = Request::read(head, body)?;
    let sender = request.authenticate(context, head, body)?;
    if request.version != VERSION {
        return refuse("NoSuchVersion", format!("The version must be {VERSION}."));
    }
    if request.region.is_empty() {
        return refuse("MissingParameter", "The region is missing.");
    }
    match request.action.as_str() {
        "AssumeRole" => request.assume_role(context),
        "GetFederationToken" if sender.token.is_some() => {
            refuse("UnauthorizedOperation", "A temporary key cannot get a federation token.")
        }
        "GetFederationToken" => request.get_federation_token(context),
        other => refuse("InvalidAction", format!("The emulator does not implement the action {other:?}.")),
    }
}

/// A request in either form: JSON signed in a header, or a form signed among its parameters.
struct Request {
    action: String,
    version: String,
    region: String,
    token: Option<String>,
    parameters: Vec<(String, String)>,
    signature: Signature,
}

impl Request {
    fn read(head: &Head, body: &[u8]) -> Result<Self, Refusal> {
        let malformed =
            || Refusal("AuthFailure.InvalidAuthorization", "The signature cannot be understood.".to_owned());
        let own = |name: &str| head.headers.get(name).unwrap_or_default().to_owned();
        let Some(authorization) = head.headers.get("authorization") else {
            let parameters = parse_query(&String::from_utf8_lossy(body));
            let get = |name: &str| parameters.iter().find(|(have, _)| have == name).map(|(_, value)| value.clone());
            return Ok(Self {
                action: get("Action").unwrap_or_default(),
                version: get("Version").unwrap_or_default(),
                region: get("Region").unwrap_or_default(),
                token: get("Token"),
                signature: Signature::v1(&parameters).ok_or_else(malformed)?,
                parameters,
            });
        };
        let timestamp = own("x-tc-timestamp").parse().map_err(|_| malformed())?;
        let signature = Signature::v3(authorization, timestamp).ok_or_else(malformed)?;
        let Ok(Value::Object(object)) = serde_json::from_slice(body) else {
            return refuse("InvalidParameter", "The body is not a JSON object.");
        };
        let text = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        Ok(Self {
            action: own("x-tc-action"),
            version: own("x-tc-version"),
            region: own("x-tc-region"),
            token: head.headers.get("x-tc-token").map(str::to_owned),
            parameters: object.into_iter().map(|(name, value)| (name, text(value))).collect(),
            signature,
        })
    }

    fn authenticate(&self, context: &Context, head: &Head, body: &[u8]) -> Result<Credential, Refusal> {
        let Some(credential) = context.credentials.find(&self.signature.secret_id) else {
            return refuse("AuthFailure.SecretIdNotFound", "The SecretId is not found.");
        };
        let now = time::seconds(context.now());
        if now.abs_diff(self.signature.timestamp) > SKEW_SECONDS {
            return refuse("AuthFailure.SignatureExpire", "The request's time is more than 5 minutes off.");
        }
        if credential.token != self.token || credential.expires.is_some_and(|end| end <= now) {
            return refuse("AuthFailure.TokenFailure", "The token is wrong or has expired.");
        }
        if !self.signature.fits(head, body, &self.parameters, &credential.secret_key) {
            return refuse("AuthFailure.SignatureFailure", "The signature is wrong.");
        }
        Ok(credential)
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(have, _)| have == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.parameter(name).ok_or_else(|| Refusal("MissingParameter", format!("{name} is missing.")))
    }

    fn lifetime(&self, default: u64, longest: u64) -> Result<Duration, Refusal> {
        let seconds = self.parameter("DurationSeconds").map_or(Some(default), |text| text.parse().ok());
        match seconds {
            Some(seconds) if (1..=longest).contains(&seconds) => Ok(Duration::from_secs(seconds)),
            _ => refuse("InvalidParameter.OverTimeError", format!("DurationSeconds must be within 1..={longest}.")),
        }
    }

    /// The policy, which is percent-encoded once more than the rest.
    fn policy(&self) -> Result<Option<Policy>, Refusal> {
        let Some(encoded) = self.parameter("Policy") else { return Ok(None) };
        let wrong = |why: &str| Refusal("InvalidParameter.StrategyFormatError", format!("The policy is wrong: {why}."));
        if encoded.contains('{') {
            return Err(wrong("it is not percent-encoded"));
        }
        let text = percent_decode_str(encoded).decode_utf8().map_err(|_| wrong("it is not UTF-8"))?;
        Policy::parse(&text).map(Some).map_err(wrong)
    }

    fn assume_role(&self, context: &Context) -> Result<Value, Refusal> {
        let role = self.required("RoleArn")?;
        let named = role.strip_prefix("qcs::cam::uin/").and_then(|rest| rest.split_once(':'));
        if !named.is_some_and(|(_, name)| name.starts_with("roleName/") || name.starts_with("role/")) {
            return refuse(
                "InvalidParameter.ResouceError",
                "RoleArn is not of the form qcs::cam::uin/...:roleName/...",
            );
        }
        let session = self.required("RoleSessionName")?;
        let plain = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
        if !(2..=128).contains(&session.len()) || !session.chars().all(plain) {
            return refuse("InvalidParameter.ParamError", "RoleSessionName is not of 2 to 128 plain characters.");
        }
        Ok(given(context, self.lifetime(7200, 43_200)?, self.policy()?))
    }

    fn get_federation_token(&self, context: &Context) -> Result<Value, Refusal> {
        self.required("Name")?;
        self.required("Policy")?;
        Ok(given(context, self.lifetime(1800, 129_600)?, self.policy()?))
    }
}

fn given(context: &Context, lifetime: Duration, policy: Option<Policy>) -> Value {
    let issued = issue(context, lifetime, policy);
    json!({
        "Credentials": { "Token": issued.token, "TmpSecretId": issued.id, "TmpSecretKey": issued.key },
        "ExpiredTime": issued.expires,
        "Expiration": issued.expiration(),
    })
}
