//! Who sent a request, and whether it may do that.

use std::sync::PoisonError;

use crate::cam::Policy;
use crate::context::Context;
use crate::error::{Code, Error};
use crate::http::{Head, parse_query};
use crate::signature::{Request, Signature};
use crate::target::{Target, without_port};
use crate::time;

/// How far in the future a signature may begin: clocks differ.
const SKEW_SECONDS: u64 = 15 * 60;

/// A key pair the server accepts; with a token, a temporary one.
#[derive(Clone)]
pub(crate) struct Credential {
    pub(crate) secret_id: String,
    pub(crate) secret_key: String,
    pub(crate) token: Option<String>,
    /// From when on it is refused, in seconds since 1970.
    pub(crate) expires: Option<u64>,
    /// What it may do; none for everything.
    pub(crate) policy: Option<Policy>,
}

/// Who sent a request, and what narrows what it may do.
pub(crate) struct Sender {
    pub(crate) principal: Principal,
    pub(crate) policy: Option<Policy>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    Owner,
    Anonymous,
}

/// What a request wants to do with data, as access control lists see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    ReadObject,
    WriteObject,
    ListBucket,
    /// Nothing a list can open to everyone.
    Owner,
}

/// Finds out who sent a request.
pub(crate) fn authenticate(context: &Context, head: &Head, target: &Target) -> Result<Sender, Error> {
    let Some(signature) = signature_of(head)? else {
        return Ok(Sender { principal: Principal::Anonymous, policy: None });
    };
    let credential = context
        .credentials
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .find(|credential| credential.secret_id == signature.secret_id)
        .cloned()
        .ok_or(Code::InvalidAccessKeyId)?;
    check_token(&credential, head)?;
    let now = time::seconds(context.now());
    if credential.expires.is_some_and(|end| end <= now) {
        return Err(Code::ExpiredToken.into());
    }
    check_time(&signature, now)?;
    if context.settings.require_signed_host && !signature.headers.iter().any(|name| name == "host") {
        return Err(Error::new(Code::AccessDenied, "The host header must be signed."));
    }
    if !matches(&signature, head, target, &credential.secret_key) {
        return Err(Code::SignatureDoesNotMatch.into());
    }
    Ok(Sender { principal: Principal::Owner, policy: credential.policy })
}

/// The signature of a request, wherever it carries it.
fn signature_of(head: &Head) -> Result<Option<Signature>, Error> {
    let refuse = |error: crate::signature::Malformed| Error::new(Code::AccessDenied, error.to_string());
    let header = head.headers.get("authorization").unwrap_or_default();
    if !header.is_empty() {
        return Signature::parse(header).map(Some).map_err(refuse);
    }
    let wrapped = head.param("sign").filter(|text| text.contains("q-signature="));
    let pairs = match wrapped {
        Some(text) => parse_query(text),
        None => head.query.clone(),
    };
    if !pairs.iter().any(|(name, _)| name == "q-signature" || name == "q-ak") {
        return Ok(None);
    }
    let pairs: Vec<(&str, &str)> = borrowed(&pairs);
    Signature::from_pairs(&pairs).map(Some).map_err(refuse)
}

fn check_token(credential: &Credential, head: &Head) -> Result<(), Error> {
    let name = "x-cos-security-token";
    let token = head.headers.get(name).or_else(|| head.param(name));
    match (&credential.token, token) {
        (None, None) => Ok(()),
        (Some(expected), Some(token)) if expected == token => Ok(()),
        // Without its token a temporary key is no key that COS knows.
        (Some(_), None) => Err(Code::InvalidAccessKeyId.into()),
        _ => Err(Code::InvalidSecurityToken.into()),
    }
}

fn check_time(signature: &Signature, now: u64) -> Result<(), Error> {
    if signature.window.end < now {
        return Err(Error::new(Code::AccessDenied, "Request has expired"));
    }
    if signature.window.start > now + SKEW_SECONDS {
        return Err(Code::RequestTimeTooSkewed.into());
    }
    Ok(())
}

fn matches(signature: &Signature, head: &Head, target: &Target, secret_key: &str) -> bool {
    let full = head.path.clone().unwrap_or_default();
    let mut paths = vec![full];
    if target.path_style {
        // SDKs that know no path style sign the key alone, though the bucket stands before it.
        paths.push(format!("/{}", target.key));
    }
    let query = borrowed(&head.query);
    let received = head.headers.to_vec();
    let mut hosts = vec![head.host()];
    if without_port(head.host()) != head.host() {
        // The official SDK signs the host without the port its HTTP library then adds.
        hosts.push(without_port(head.host()));
    }
    hosts.iter().any(|host| {
        let headers: Vec<(&str, &str)> = received
            .iter()
            .map(|(name, value)| {
                let is_host = name.eq_ignore_ascii_case("host");
                (name.as_str(), if is_host { *host } else { value.as_str() })
            })
            .collect();
        paths.iter().any(|path| {
            let request = Request { method: &head.method, path, query: &query, headers: &headers };
            signature.expected(&request, secret_key) == signature.signature
        })
    })
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Fails unless the sender may do what it wants.
pub(crate) fn authorize(
    context: &Context,
    principal: Principal,
    head: &Head,
    target: &Target,
    access: Access,
) -> Result<(), Error> {
    if principal == Principal::Owner {
        return Ok(());
    }
    let denied = || Error::from(Code::AccessDenied);
    let bucket = target.bucket.as_deref().ok_or_else(denied)?;
    let mut buckets = context.store.lock();
    let bucket = buckets.find(bucket)?;
    let open = match access {
        Access::Owner => false,
        Access::ListBucket => bucket.info.acl.opens("READ"),
        Access::WriteObject => bucket.info.acl.opens("WRITE"),
        Access::ReadObject => {
            let own =
                bucket.version(&target.key, head.param("versionId")).ok().and_then(|version| version.info.acl.clone());
            own.as_ref().unwrap_or(&bucket.info.acl).opens("READ")
        }
    };
    if open { Ok(()) } else { Err(denied()) }
}
