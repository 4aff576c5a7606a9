//! Control by requests to `/_emulator/`, for programs that are not in Rust: faults, the log, the clock, keys.

mod spec;

use std::io::Read as _;
use std::time::{Duration, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::cam::issue::issue;
use crate::cam::policy::Policy;
use crate::clock::Setting;
use crate::context::Context;
use crate::credential::Credential;
use crate::error::Error;
use crate::http::{Body, Head, Response};
use crate::ops::bucket::create_directly;
use crate::ops::configuration::set_directly;
use crate::target::{is_own_address, without_port};
use crate::time;
use spec::{ClockSpec, CredentialSpec, Injection, NewBucket};

const PREFIX: &str = "/_emulator/";
const MAX_BODY: u64 = 16 * 1024 * 1024;

/// A status and a message.
struct Refusal(u16, String);

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal(400, message.into())
}

/// Whether a request is for the emulator itself: at its own address, if control is on.
pub(crate) fn is_for(context: &Context, head: &Head) -> bool {
    let own = is_own_address(without_port(head.host()));
    context.settings.control && own && head.raw_path().starts_with(PREFIX)
}

pub(crate) fn answer(context: &Context, head: &Head, body: &mut Body<'_>) -> Response {
    match act(context, head, body) {
        Ok(value) => Response::new(200).json(value.to_string()),
        Err(Refusal(status, message)) => Response::new(status).json(json!({ "error": message }).to_string()),
    }
}

fn act(context: &Context, head: &Head, body: &mut Body<'_>) -> Result<Value, Refusal> {
    // Any page in a browser can send requests here, and none may control the emulator.
    if head.headers.get("origin").is_some() {
        return Err(Refusal(403, "Requests from web pages are refused.".to_owned()));
    }
    let what = head.raw_path().strip_prefix(PREFIX).unwrap_or_default();
    let (what, id) = what.split_once('/').unwrap_or((what, ""));
    match (head.method.as_str(), what, id) {
        ("GET", "", _) => Ok(json!({
            "version": env!("CARGO_PKG_VERSION"),
            "region": context.settings.region,
            "now": time::seconds(context.now()),
            "pending_faults": context.faults.pending(),
            "request_count": context.log.count(),
        })),
        ("POST", "faults", "") => {
            let injection: Injection = read(body)?;
            let (fault, when, times) = injection.into_parts();
            context.faults.add(fault, when, times);
            Ok(json!({ "pending_faults": context.faults.pending() }))
        }
        ("GET", "faults", "") => Ok(json!({ "pending_faults": context.faults.pending() })),
        ("DELETE", "faults", "") => {
            context.faults.clear();
            Ok(json!({}))
        }
        ("GET", "requests", "") => Ok(json!({ "count": context.log.count(), "requests": context.log.entries() })),
        ("DELETE", "requests", "") => {
            context.log.clear();
            Ok(json!({}))
        }
        ("PUT", "clock", "") => {
            context.clock.set(read::<ClockSpec>(body)?.setting().map_err(invalid)?);
            Ok(json!({ "now": time::seconds(context.now()) }))
        }
        ("DELETE", "clock", "") => {
            context.clock.set(Setting::None);
            Ok(json!({ "now": time::seconds(context.now()) }))
        }
        ("POST", "credentials", "") => credential(context, read(body)?),
        ("DELETE", "credentials", "") => {
            context.credentials.expire(time::seconds(context.now()));
            Ok(json!({}))
        }
        ("DELETE", "credentials", id) => {
            context.credentials.remove(id);
            Ok(json!({}))
        }
        ("POST", "buckets", "") => {
            let bucket: NewBucket = read(body)?;
            create_directly(context, &bucket.name).map_err(|error| invalid(error.to_string()))?;
            for (sub, document) in &bucket.configurations {
                set_directly(context, &bucket.name, sub, document).map_err(|error| match error {
                    Error::Refused(refusal) => invalid(format!("{sub}: {}", refusal.message)),
                    Error::Disconnected => invalid(sub),
                })?;
            }
            Ok(json!({ "name": bucket.name }))
        }
        ("POST", "reset", "") => {
            reset(context).map_err(|error| Refusal(500, error.to_string()))?;
            Ok(json!({}))
        }
        _ => Err(Refusal(404, format!("There is no {} {}.", head.method, head.raw_path()))),
    }
}

fn read<T: DeserializeOwned>(body: &mut Body<'_>) -> Result<T, Refusal> {
    let mut text = Vec::new();
    body.take(MAX_BODY).read_to_end(&mut text).map_err(|error| invalid(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| invalid(format!("The body is not what this takes: {error}")))
}

fn credential(context: &Context, spec: CredentialSpec) -> Result<Value, Refusal> {
    let policy = spec.policy.map(|policy| Policy::parse(&policy.to_string())).transpose();
    let policy = policy.map_err(|why| invalid(format!("The policy is wrong: {why}.")))?;
    match (spec.secret_id, spec.secret_key, spec.token) {
        (None, None, None) => {
            let issued = issue(context, Duration::from_secs(spec.lifetime_seconds.unwrap_or(1800)), policy);
            Ok(json!({
                "secret_id": issued.id,
                "secret_key": issued.key,
                "token": issued.token,
                "expires": issued.expires,
            }))
        }
        (Some(id), Some(key), token) => {
            let now = time::seconds(context.now());
            let answer = json!({ "secret_id": id, "secret_key": key, "token": token });
            context.credentials.add(Credential {
                token,
                expires: spec.lifetime_seconds.map(|seconds| now.saturating_add(seconds)),
                policy,
                ..Credential::permanent(id, key)
            });
            Ok(answer)
        }
        _ => Err(invalid("secret_id and secret_key go together")),
    }
}

/// Restores the state of the start.
fn reset(context: &Context) -> std::io::Result<()> {
    context.faults.reset();
    context.clock.set(Setting::None);
    context.credentials.forget_temporary();
    context.store.lock().clear().map_err(|error| std::io::Error::other(format!("{error:?}")))?;
    for bucket in context.own_buckets() {
        create_directly(context, &bucket)?;
    }
    context.tasks.clear();
    context.vectors.clear();
    context.log.clear();
    Ok(())
}

impl ClockSpec {
    fn setting(&self) -> Result<Setting, &'static str> {
        match (self.offset_seconds, self.frozen_at) {
            (Some(offset), None) => Ok(Setting::Offset(offset)),
            (None, Some(seconds)) => {
                let moment = UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
                moment.map(Setting::Frozen).ok_or("frozen_at is out of range")
            }
            _ => Err("a clock takes either offset_seconds or frozen_at"),
        }
    }
}
