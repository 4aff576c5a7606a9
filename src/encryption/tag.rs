//! The tag that proves a key: Python ignores it, this crate checks it.
//!
//! `HMAC-SHA256(HKDF-SHA256(secret), label, bucket, key, wrapped key, wrapped IV)`, each text with its length
//! before it. The secret is the AES provider's key, or for RSA, where the writer has none, the object's own: anybody who
//! has the public key can make such a tag.

use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::keys::{Wrapped, undecryptable};
use crate::error::CosClientError;
use crate::wire::respond::Headers;

pub(crate) const TAG: &str = "x-cos-meta-client-side-encryption-tag";
const LABEL: &[u8] = b"qcloud-cos key tag v1";

/// Where an object is, as its tag says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectName {
    pub(crate) bucket: String,
    pub(crate) key: String,
}

fn key(secret: &[u8]) -> Result<hmac::Key, CosClientError> {
    let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, LABEL).extract(secret);
    let derived = derived.expand(&[b"tag"], hmac::HMAC_SHA256).map(hmac::Key::from);
    derived.map_err(|_| undecryptable("the key of the tag cannot be derived"))
}

fn message(place: &ObjectName, wrapped: &Wrapped) -> Vec<u8> {
    let mut message = Vec::new();
    for part in [LABEL, place.bucket.as_bytes(), place.key.as_bytes(), &wrapped.key, &wrapped.iv] {
        message.extend((part.len() as u64).to_be_bytes());
        message.extend(part);
    }
    message
}

/// Returns the tag in Base64.
pub(crate) fn make(secret: &[u8], place: &ObjectName, wrapped: &Wrapped) -> Result<String, CosClientError> {
    Ok(BASE64_STANDARD.encode(hmac::sign(&key(secret)?, &message(place, wrapped))))
}

/// Returns the tag of an object; none if it has none. One that is not Base64 fits nothing.
pub(crate) fn read(headers: &Headers) -> Option<Vec<u8>> {
    Some(BASE64_STANDARD.decode(headers.get(TAG)?.trim()).unwrap_or_default())
}

/// Checks a tag.
pub(crate) fn check(secret: &[u8], place: &ObjectName, wrapped: &Wrapped, tag: &[u8]) -> Result<(), CosClientError> {
    hmac::verify(&key(secret)?, &message(place, wrapped), tag).map_err(|_| unfit())
}

/// The one error of all that is wrong with a wrapped key or its tag: an attacker who sends made-up keys learns nothing
/// from it.
pub(crate) fn unfit() -> CosClientError {
    undecryptable("the tag does not fit: the key is another, or key, IV, bucket or name of the object were changed")
}
