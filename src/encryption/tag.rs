//! The tag that proves a key: Python ignores it, this crate checks it.
//!
//! `HMAC-SHA256(HKDF-SHA256(secret), label, bucket, key, wrapped key, wrapped IV)`, each text after its length. The
//! secret is the AES provider's key. For RSA the writer has no secret, and it is the object's own key: anyone with the
//! public key can make such a tag.

use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::keys::{Wrapped, undecryptable};
use crate::error::CosClientError;
use crate::wire::respond::Headers;

pub(crate) const TAG: &str = "x-cos-meta-client-side-encryption-tag";
const LABEL: &[u8] = b"qcloud-cos key tag v1";

/// The bucket and key of an object, which its tag covers.
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

/// Returns the tag of an object, if it has one. A tag that is not Base64 matches nothing.
pub(crate) fn read(headers: &Headers) -> Option<Vec<u8>> {
    Some(BASE64_STANDARD.decode(headers.get(TAG)?.trim()).unwrap_or_default())
}

/// Checks a tag.
pub(crate) fn check(secret: &[u8], place: &ObjectName, wrapped: &Wrapped, tag: &[u8]) -> Result<(), CosClientError> {
    hmac::verify(&key(secret)?, &message(place, wrapped), tag).map_err(|_| unfit())
}

/// The one error for every fault of a wrapped key or its tag: an attacker who sends made-up keys learns nothing from
/// it.
pub(crate) fn unfit() -> CosClientError {
    undecryptable("the tag does not fit: the key is another, or key, IV, bucket or name of the object were changed")
}
