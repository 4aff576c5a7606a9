//! Object lock: until when an object must neither be replaced nor deleted.

use crate::context::Call;
use crate::error::{Code, Error};
use crate::http::{Head, Response};
use crate::ops::receive::document;
use crate::store::{Bucket, ObjectInfo, Version, Versioning};
use crate::time;
use crate::xml::{self, Xml};

const DAY: u64 = 24 * 60 * 60 * 1000;
const MODE: &str = "x-cos-object-lock-mode";
const UNTIL: &str = "x-cos-object-lock-retain-until-date";

fn is_on(bucket: &Bucket) -> bool {
    bucket.info.configurations.contains_key("object-lock")
}

/// Locks a new object as its headers say, or else as the bucket does by default.
pub(super) fn lock_new(info: &mut ObjectInfo, head: &Head, bucket: &Bucket, now: u64) -> Result<(), Error> {
    let asked = (head.headers.get(MODE), head.headers.get(UNTIL));
    if asked != (None, None) {
        let until = until(bucket, asked.0, asked.1.unwrap_or_default(), now)?;
        info.locked_until = Some(until);
    } else if let Some(days) = default_days(bucket) {
        info.locked_until = Some(now + days * DAY);
    }
    Ok(())
}

fn default_days(bucket: &Bucket) -> Option<u64> {
    let text = bucket.info.configurations.get("object-lock")?;
    let tree = xml::parse(text.as_bytes(), "ObjectLockConfiguration").ok()?;
    tree.child("Rule")?.child("DefaultRetention")?.child_text("Days")?.parse().ok()
}

fn until(bucket: &Bucket, mode: Option<&str>, date: &str, now: u64) -> Result<u64, Error> {
    if !is_on(bucket) {
        return Err(Error::new(Code::InvalidRequest, "Object lock is not enabled for the bucket."));
    }
    if mode != Some("COMPLIANCE") {
        return Err(Error::new(Code::InvalidArgument, "The mode of an object lock is COMPLIANCE."));
    }
    let until = time::from_iso(date).filter(|until| *until > now);
    until.ok_or_else(|| Error::new(Code::InvalidArgument, "The date of an object lock is none, or not in the future."))
}

fn check(version: &Version, now: u64) -> Result<(), Error> {
    match version.info.locked_until {
        Some(until) if until > now => Err(Code::ObjectLocked.into()),
        _ => Ok(()),
    }
}

/// Fails if storing a new object under the key would replace a locked one. With versioning nothing is replaced.
pub(super) fn check_overwrite(bucket: &Bucket, key: &str, now: u64) -> Result<(), Error> {
    let mut replaced = bucket.objects.get(key).into_iter().flatten().filter(|old| old.info.version_id.is_none());
    if bucket.info.versioning == Versioning::Enabled {
        return Ok(());
    }
    replaced.try_for_each(|old| check(old, now))
}

/// Fails if a deletion would take a locked version away. Without versioning, that is the object itself.
pub(super) fn check_delete(bucket: &Bucket, key: &str, id: Option<&str>, now: u64) -> Result<(), Error> {
    match id {
        None => check_overwrite(bucket, key, now),
        Some(id) => {
            let mut named = bucket.objects.get(key).into_iter().flatten().filter(|old| old.info.is_version(id));
            named.try_for_each(|old| check(old, now))
        }
    }
}

/// Adds the headers that say until when an object is locked.
pub(super) fn with_lock(mut response: Response, info: &ObjectInfo) -> Response {
    if let Some(until) = info.locked_until {
        response.set(MODE, "COMPLIANCE");
        response.set(UNTIL, time::iso_millis(until));
    }
    response
}

pub(crate) fn put_retention(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let body = document(call, false)?;
    let tree = xml::parse(&body, "Retention")?;
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let mode = tree.child_text("Mode").or(Some("COMPLIANCE"));
    let until = until(bucket, mode, tree.child_text("RetainUntilDate").unwrap_or_default(), call.now)?;
    let locked = bucket.version(call.key(), call.version())?.info.locked_until;
    if locked.is_some_and(|locked| locked > call.now && until < locked) {
        return Err(Error::new(Code::AccessDenied, "A lock can be made longer, not shorter."));
    }
    bucket.change(call.key(), call.version(), |version| version.info.locked_until = Some(until))?;
    Ok(Response::new(200))
}

pub(crate) fn get_retention(call: &mut Call<'_, '_>) -> Result<Response, Error> {
    let mut buckets = call.buckets();
    let bucket = buckets.find(call.bucket())?;
    let until = bucket.version(call.key(), call.version())?.info.locked_until;
    let until = until.ok_or_else(|| Error::new(Code::NoSuchObjectLockConfiguration, "The object has no lock."))?;
    let mut xml = Xml::root("Retention");
    xml.text("Mode", "COMPLIANCE").text("RetainUntilDate", time::iso_millis(until));
    Ok(Response::new(200).xml(xml.finish()))
}
