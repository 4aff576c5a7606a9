//! The sender of a request, and its permission.

use crate::cam::policy::Policy;
use crate::context::{Context, Principal};
use crate::credential::Credential;
use crate::error::{Code, Error};
use crate::http::Head;
use crate::signature::{Malformed, Request, Signature, Window};
use crate::target::{Target, token_header, without_port};
use crate::time;

/// How far in the future a signature may begin: clocks differ.
const SKEW_SECONDS: u64 = 15 * 60;

/// The sender of a request, and the policy that narrows its rights.
pub(crate) struct Sender {
    pub(crate) principal: Principal,
    pub(crate) policy: Option<Policy>,
}

/// The access to data that a request needs, in the terms of access control lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    ReadObject,
    WriteObject,
    ListBucket,
    /// An access that no list can open to everyone.
    Owner,
}

/// Finds the sender of a request.
pub(crate) fn authenticate(context: &Context, head: &Head, target: &Target) -> Result<Sender, Error> {
    match signature_of(head)? {
        None => Ok(Sender { principal: Principal::Anonymous, policy: None }),
        Some(signature) => check(context, head, target, &signature),
    }
}

/// Finds the sender of a request whose signature is elsewhere, such as in a form.
pub(crate) fn authenticate_by(
    context: &Context,
    head: &Head,
    target: &Target,
    signature: &str,
) -> Result<Sender, Error> {
    check(context, head, target, &Signature::parse(signature).map_err(|error| refuse(&error))?)
}

fn check(context: &Context, head: &Head, target: &Target, signature: &Signature) -> Result<Sender, Error> {
    let name = token_header(head.host());
    let token = head.headers.get(name).or_else(|| head.param(name));
    let credential = known(context, &signature.secret_id, token, signature.window)?;
    if context.settings.require_signed_host && !signature.headers.iter().any(|name| name == "host") {
        return Err(Error::new(Code::AccessDenied, "The host header must be signed."));
    }
    if let Err(request) = matches(signature, head, target, &credential.secret_key) {
        return Err(Error::from(Code::SignatureDoesNotMatch)
            .detail("StringToSign", request.string_to_sign)
            .detail("FormatString", request.format_string));
    }
    Ok(Sender { principal: Principal::Owner, policy: credential.policy })
}

/// The key a signature is made with, if it may be used now.
pub(crate) fn known(
    context: &Context,
    secret_id: &str,
    token: Option<&str>,
    window: Window,
) -> Result<Credential, Error> {
    let credential = context.credentials.find(secret_id).ok_or(Code::InvalidAccessKeyId)?;
    check_token(&credential, token)?;
    let now = time::seconds(context.now());
    if credential.expires.is_some_and(|end| end <= now) {
        return Err(Code::ExpiredToken.into());
    }
    check_time(window, now)?;
    Ok(credential)
}

fn refuse(error: &Malformed) -> Error {
    Error::new(Code::AccessDenied, error.to_string())
}

/// The signature of a request, from header or query.
fn signature_of(head: &Head) -> Result<Option<Signature>, Error> {
    if let Some(header) = head.headers.get("authorization") {
        return Signature::parse(header).map(Some).map_err(|error| refuse(&error));
    }
    // The parameter was decoded with the query, and has the form of the header.
    if let Some(text) = head.param("sign").filter(|text| text.contains("q-signature=")) {
        return Signature::parse(text).map(Some).map_err(|error| refuse(&error));
    }
    if !head.query.iter().any(|(name, _)| name == "q-signature" || name == "q-ak") {
        return Ok(None);
    }
    Signature::from_pairs(&borrowed(&head.query)).map(Some).map_err(|error| refuse(&error))
}

fn check_token(credential: &Credential, token: Option<&str>) -> Result<(), Error> {
    match (&credential.token, token) {
        (None, None) => Ok(()),
        (Some(expected), Some(token)) if expected == token => Ok(()),
        // COS does not know a temporary key without its token.
        (Some(_), None) => Err(Code::InvalidAccessKeyId.into()),
        _ => Err(Code::InvalidSecurityToken.into()),
    }
}

fn check_time(window: Window, now: u64) -> Result<(), Error> {
    if window.end < now {
        return Err(Error::new(Code::AccessDenied, "Request has expired"));
    }
    if window.start > now + SKEW_SECONDS {
        return Err(Code::RequestTimeTooSkewed.into());
    }
    Ok(())
}

/// The text that the server signed to compare.
struct Compared {
    string_to_sign: String,
    format_string: String,
}

/// Compares a signature with the request; the error holds the text that it should have signed.
fn matches(signature: &Signature, head: &Head, target: &Target, secret_key: &str) -> Result<(), Compared> {
    let full = head.path.clone().unwrap_or_default();
    let mut paths = vec![full];
    if target.path_style {
        // SDKs without path style sign the key alone, although the bucket precedes it in the path.
        paths.push(format!("/{}", target.key));
    }
    let query = borrowed(&head.query);
    let received = head.headers.to_vec();
    let mut hosts = vec![head.host()];
    if without_port(head.host()) != head.host() {
        // The official SDK signs the host without the port its HTTP library then adds.
        hosts.push(without_port(head.host()));
    }
    let mut first = None;
    for host in hosts {
        let headers: Vec<(&str, &str)> = received
            .iter()
            .map(|(name, value)| {
                let is_host = name.eq_ignore_ascii_case("host");
                (name.as_str(), if is_host { host } else { value.as_str() })
            })
            .collect();
        for path in &paths {
            let request = Request { method: &head.method, path, query: &query, headers: &headers };
            if signature.expected(&request, secret_key) == signature.signature {
                return Ok(());
            }
            first.get_or_insert_with(|| Compared {
                string_to_sign: signature.string_to_sign(&request),
                format_string: signature.format_string(&request),
            });
        }
    }
    first.map_or(Ok(()), Err)
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Fails unless the sender may do it.
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
