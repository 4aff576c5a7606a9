//! Keys and metadata of native mode, whose format is ours: `docs/encryption-format.md`.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use zeroize::Zeroizing;

pub(crate) use super::derive::FORMAT;
use super::derive::extract;
use super::frames::FrameKey;
use super::keys::{Metadata, ObjectKey, Random, undecryptable};
use super::ledger::Ledger;
use super::provider::Provider;
use super::tag::ObjectName;
use crate::error::CosClientError;
use crate::wire::respond::Headers;

/// Holds [`FORMAT`].
pub(crate) const MODE: &str = "x-cos-meta-client-side-encryption-mode";
const KEY: &str = "x-cos-meta-client-side-encryption-wrapped-key";
const COMMITMENT: &str = "x-cos-meta-client-side-encryption-commitment";

/// The keys of one object.
pub(crate) struct ObjectKeys {
    frames: LessSafeKey,
    /// Makes the marks of batches and the proofs of the journal. Both stay on this machine, so they are no part of the
    /// format.
    marker: hmac::Key,
    journal: hmac::Key,
}

impl ObjectKeys {
    /// Returns the key of the frames; some frames may have been encrypted already.
    pub(crate) fn frame_key(self, ledger: Ledger) -> FrameKey {
        FrameKey::new(self.frames, self.marker, ledger)
    }

    /// Returns the key that proves the journal of an upload.
    pub(crate) fn journal(&self) -> hmac::Key {
        self.journal.clone()
    }
}

/// Makes the keys of a new object and the headers that go with it.
pub(crate) fn create(
    provider: &Provider,
    name: &ObjectName,
    random: &Random,
) -> Result<(ObjectKeys, Metadata), CosClientError> {
    let mut object = Zeroizing::new([0; 32]);
    random(&mut object[..])?;
    let wrapped = provider.wrap_native(&object)?;
    let (keys, commitment) = derive(&object, name)?;
    let headers = vec![
        (MODE, FORMAT.to_owned()),
        (KEY, BASE64_STANDARD.encode(wrapped)),
        (COMMITMENT, BASE64_STANDARD.encode(commitment)),
    ];
    Ok((keys, headers))
}

/// Unwraps the key of an object and proves that it is the one the object was written with, under this name.
pub(crate) fn open(provider: &Provider, name: &ObjectName, headers: &Headers) -> Result<ObjectKeys, CosClientError> {
    let text = |name: &str| {
        headers.get(name).ok_or_else(|| undecryptable(format!("the object has no {name}: it is not in native mode")))
    };
    let bytes = |name: &str| {
        let bytes = BASE64_STANDARD.decode(text(name)?.trim());
        bytes.map_err(|e| undecryptable(format!("{name} is not Base64")).caused_by(e))
    };
    let format = text(MODE)?;
    if format.trim() != FORMAT {
        return Err(undecryptable(format!("{MODE} is {format:?}, and only {FORMAT:?} is known")));
    }
    let (wrapped, expected) = (bytes(KEY)?, bytes(COMMITMENT)?);
    let (keys, commitment) = derive(&provider.unwrap_native(&wrapped)?, name)?;
    match verify_slices_are_equal(&commitment, &expected) {
        Ok(()) => Ok(keys),
        Err(_) => Err(undecryptable(
            "the commitment does not fit: the key is another, or metadata, bucket or name of the object were changed",
        )),
    }
}

/// Opens the keys of an object whose metadata were kept; returns these, too.
pub(crate) fn reopen(
    provider: &Provider,
    name: &ObjectName,
    kept: &BTreeMap<String, String>,
) -> Result<(ObjectKeys, Metadata), CosClientError> {
    let mut headers = HeaderMap::new();
    for (name, value) in kept {
        let header = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(value).ok());
        let (name, value) = header.ok_or_else(|| undecryptable("no metadata were kept"))?;
        headers.insert(name, value);
    }
    let headers = Headers::of(headers);
    let keys = open(provider, name, &headers)?;
    let metadata = [MODE, KEY, COMMITMENT].into_iter().filter_map(|name| Some((name, headers.get(name)?)));
    Ok((keys, metadata.collect()))
}

/// Derives the keys of an object, and the commitment to them.
fn derive(object: &ObjectKey, name: &ObjectName) -> Result<(ObjectKeys, [u8; 32]), CosClientError> {
    let all = || {
        let secret = extract(&object[..]);
        let lengths = [&name.bucket, &name.key].map(|text| (text.len() as u64).to_be_bytes());
        let info = |label| [label, &lengths[0][..], name.bucket.as_bytes(), &lengths[1][..], name.key.as_bytes()];
        let frames = LessSafeKey::new(UnboundKey::from(secret.expand(&info(&b"frames"[..]), &AES_256_GCM)?));
        let mut commitment = [0; 32];
        secret.expand(&info(&b"commitment"[..]), hkdf::HKDF_SHA256)?.fill(&mut commitment)?;
        let marker = hmac::Key::from(secret.expand(&info(&b"marks"[..]), hmac::HMAC_SHA256)?);
        let journal = hmac::Key::from(secret.expand(&info(&b"journal"[..]), hmac::HMAC_SHA256)?);
        Ok((ObjectKeys { frames, marker, journal }, commitment))
    };
    all().map_err(|_: Unspecified| undecryptable("the keys of the object cannot be derived"))
}
