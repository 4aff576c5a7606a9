//! Uploads by a form, as a page in a browser sends them.

use std::io::Read as _;

use serde_json::Value;

use crate::auth::{Access, authenticate_by, authorize, known};
use crate::cam::policy::Policy;
use crate::checksum::{content_md5, from_base64, hex};
use crate::context::{Context, Principal};
use crate::encode;
use crate::error::{Code, Error};
use crate::http::{Body, Form, Head, Headers, Response, form_boundary};
use crate::ops::receive::{MAX_UPLOAD, store};
use crate::ops::text::quoted;
use crate::ops::{attributes, conditions, locks};
use crate::signature::{Window, policy_signature};
use crate::store::Version;
use crate::target::Target;
use crate::time;
use crate::xml::Xml;

/// Whether a request is an upload by a form.
pub(crate) fn is_form(head: &Head, target: &Target) -> bool {
    let content_type = head.headers.get("content-type").unwrap_or_default();
    head.method == "POST"
        && target.bucket.is_some()
        && target.key.is_empty()
        && content_type.to_ascii_lowercase().starts_with("multipart/form-data")
}

pub(crate) fn post(context: &Context, head: &Head, body: &mut Body<'_>, target: Target) -> Result<Response, Error> {
    let malformed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::InvalidData => {
            Error::new(Code::MalformedPOSTRequest, format!("The form is malformed: {error}."))
        }
        _ => Error::Disconnected,
    };
    let boundary = form_boundary(head.headers.get("content-type").unwrap_or_default());
    let boundary = boundary.ok_or_else(|| Error::new(Code::MalformedPOSTRequest, "The form has no boundary."))?;
    let mut form = Form::read(body, boundary).map_err(malformed)?;
    let key = form.field("key").filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| Error::new(Code::InvalidArgument, "The form has no key."))?;
    let file_name = form.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let key = key.strip_prefix('/').unwrap_or(key).replace("${filename}", file_name);
    let target = Target { key, ..target };
    let bucket_name = target.bucket.clone().unwrap_or_default();
    let asked = as_head(head, &form.fields);
    attributes::check_supported(&asked)?;
    let (lengths, temporary) = check_sender(context, head, &asked, &form, &target)?;
    if let Some(policy) = temporary {
        policy.check(&asked, &target, None, &context.settings.region)?;
    }
    let now = time::millis(context.now());
    let mut info = attributes::from_headers(&asked, &target.key)?;
    let place = {
        let mut buckets = context.store.lock();
        let bucket = buckets.find(&bucket_name)?;
        conditions::check_overwrite(&asked, bucket, &target.key)?;
        locks::check_overwrite(bucket, &target.key, now)?;
        attributes::by_default(&mut info, bucket);
        locks::lock_new(&mut info, &asked, bucket, now)?;
        bucket.place()
    };
    let md5 = match asked.headers.get("content-md5") {
        Some(text) => Some(content_md5(text).ok_or(Code::InvalidDigest)?),
        None => None,
    };
    let (shortest, longest) = lengths.unwrap_or((0, MAX_UPLOAD));
    let mut file = (&mut form).take(longest.saturating_add(1));
    let received = store(&mut file, None, md5, &place)?;
    if received.len > longest {
        return Err(Code::EntityTooLarge.into());
    }
    if received.len < shortest {
        return Err(Code::EntityTooSmall.into());
    }
    info.modified = now;
    info.etag = hex(&received.md5);
    info.size = received.len;
    info.crc64 = received.crc64;
    let etag = quoted(&info.etag);
    let data = received.data;
    let crc64 = info.crc64;
    let mut buckets = context.store.lock();
    let bucket = buckets.find(&bucket_name)?;
    conditions::check_overwrite(&asked, bucket, &target.key)?;
    locks::check_overwrite(bucket, &target.key, now)?;
    let version = bucket.add(&target.key, Version { info, data })?;
    drop(buckets);
    let response = success(head, &form, &target, &bucket_name, &etag);
    let mut response = response.header("ETag", &etag).header("x-cos-hash-crc64ecma", crc64);
    if let Some(version) = version {
        response.set("x-cos-version-id", version);
    }
    Ok(response)
}

/// The form's fields as the headers that an upload in one request would have.
fn as_head(head: &Head, fields: &[(String, String)]) -> Head {
    let mut headers = vec![("host".to_owned(), head.host().to_owned())];
    for (name, value) in fields {
        let name = if name.eq_ignore_ascii_case("acl") { "x-cos-acl" } else { name };
        headers.push((name.to_owned(), value.clone()));
    }
    Head { headers: Headers::new(headers), ..head.clone() }
}

/// The sizes that a policy allows, and the policy of a temporary key.
type Allowed = (Option<(u64, u64)>, Option<Policy>);

/// Fails unless the form is signed, or everyone may write.
fn check_sender(
    context: &Context,
    head: &Head,
    asked: &Head,
    form: &Form<&mut Body<'_>>,
    target: &Target,
) -> Result<Allowed, Error> {
    if let Some(signature) = form.field("signature").filter(|text| text.contains("q-signature=")) {
        let sender = authenticate_by(context, head, &Target { key: String::new(), ..target.clone() }, signature)?;
        return Ok((None, sender.policy));
    }
    let Some(signature) = form.field("q-signature") else {
        authorize(context, Principal::Anonymous, asked, target, Access::WriteObject)?;
        return Ok((None, None));
    };
    let lacks = |name: &str| Error::new(Code::AccessDenied, format!("The form lacks {name}."));
    let field = |name: &str| form.field(name).ok_or_else(|| lacks(name));
    if field("q-sign-algorithm")? != "sha1" {
        return Err(Error::new(Code::AccessDenied, "q-sign-algorithm is not sha1."));
    }
    let key_time = field("q-key-time")?;
    let window = Window::parse(key_time).ok_or_else(|| Error::new(Code::AccessDenied, "q-key-time is invalid."))?;
    let credential = known(context, field("q-ak")?, form.field("x-cos-security-token"), window)?;
    let invalid = || Error::new(Code::InvalidPolicyDocument, "The policy is not Base64 of JSON.");
    let policy = from_base64(field("policy")?).and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(invalid)?;
    if policy_signature(&policy, &credential.secret_key, key_time) != signature {
        return Err(Code::SignatureDoesNotMatch.into());
    }
    let policy: Value = serde_json::from_str(&policy).map_err(|_| invalid())?;
    let lengths = check_policy(&policy, form, target, time::millis(context.now()))?;
    Ok((lengths, credential.policy))
}

/// Fails unless the form is as its policy wants it; returns the sizes that it allows.
fn check_policy(
    policy: &Value,
    form: &Form<&mut Body<'_>>,
    target: &Target,
    now: u64,
) -> Result<Option<(u64, u64)>, Error> {
    let invalid = |what: &str| Error::new(Code::InvalidPolicyDocument, format!("The policy is invalid: {what}."));
    let denied = |what: &str| Error::new(Code::AccessDenied, format!("The policy does not allow this: {what}."));
    let expiration = policy["expiration"].as_str().and_then(time::from_iso).ok_or_else(|| invalid("expiration"))?;
    if expiration < now {
        return Err(denied("it has expired"));
    }
    let mut lengths = None;
    for condition in policy["conditions"].as_array().ok_or_else(|| invalid("conditions"))? {
        let (how, name, wanted) = match condition {
            Value::Object(pair) if pair.len() == 1 => {
                let (name, value) = pair.iter().next().ok_or_else(|| invalid("conditions"))?;
                ("eq", name.as_str(), value.as_str().ok_or_else(|| invalid(name))?)
            }
            Value::Array(parts) => match parts.as_slice() {
                [how, least, most] if how == "content-length-range" => {
                    let range = number(least).zip(number(most)).ok_or_else(|| invalid("content-length-range"))?;
                    lengths = Some(range);
                    continue;
                }
                [how, name, value] => {
                    let texts = how.as_str().zip(name.as_str()).zip(value.as_str());
                    let ((how, name), value) = texts.ok_or_else(|| invalid("conditions"))?;
                    (how, name.strip_prefix('$').ok_or_else(|| invalid(name))?, value)
                }
                _ => return Err(invalid("conditions")),
            },
            _ => return Err(invalid("conditions")),
        };
        let given = match name {
            "bucket" => target.bucket.as_deref(),
            "key" => Some(target.key.as_str()),
            "q-sign-time" => form.field("q-key-time"),
            name => form.field(name),
        };
        let given = given.ok_or_else(|| denied(&format!("the form lacks {name}")))?;
        let holds = match how {
            "eq" => given == wanted,
            "starts-with" => given.starts_with(wanted),
            _ => return Err(invalid(how)),
        };
        if !holds {
            return Err(denied(name));
        }
    }
    Ok(lengths)
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The answer that the form asks for.
fn success(head: &Head, form: &Form<&mut Body<'_>>, target: &Target, bucket: &str, etag: &str) -> Response {
    let place = if target.path_style { format!("/{bucket}") } else { String::new() };
    let scheme = if head.secure { "https" } else { "http" };
    let location = format!("{scheme}://{}{place}/{}", head.host(), encode::path(&target.key));
    if let Some(redirect) = form.field("success_action_redirect").filter(|url| is_url(url)) {
        let join = if redirect.contains('?') { '&' } else { '?' };
        let [bucket, key, etag] = [bucket, &target.key, etag].map(encode::value);
        return Response::new(303).header("Location", format!("{redirect}{join}bucket={bucket}&key={key}&etag={etag}"));
    }
    match form.field("success_action_status") {
        Some("200") => Response::new(200).header("Location", location),
        Some("201") => {
            let mut xml = Xml::root("PostResponse");
            xml.text("Location", &location).text("Bucket", bucket).text("Key", &target.key).text("ETag", etag);
            Response::new(201).xml(xml.finish()).header("Location", location)
        }
        _ => Response::new(204).header("Location", location),
    }
}

fn is_url(text: &str) -> bool {
    (text.starts_with("http://") || text.starts_with("https://")) && !text.chars().any(|c| c.is_control() || c == ' ')
}
