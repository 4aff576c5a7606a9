//! Keys and metadata of native mode, whose format is ours: `docs/encryption-format.md`.

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hkdf, hmac};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::frames::FrameKey;
use super::keys::{Metadata, Random, undecryptable};
use super::provider::Provider;
use super::tag::Place;
use crate::error::CosClientError;
use crate::wire::respond::Headers;

/// Names algorithm, frame size and version; every key is derived with it.
pub(crate) const FORMAT: &str = "qcloud-cos/AES-256-GCM/65536/1";
/// Holds [`FORMAT`].
pub(crate) const MODE: &str = "x-cos-meta-client-side-encryption-mode";
const KEY: &str = "x-cos-meta-client-side-encryption-wrapped-key";
const COMMITMENT: &str = "x-cos-meta-client-side-encryption-commitment";

/// The random key of one object, from which the others are derived.
pub(crate) type ObjectKey = Zeroizing<[u8; 32]>;

/// Makes the key of a new object and the headers that go with it.
pub(crate) fn create(
    provider: &Provider,
    place: &Place,
    random: &Random,
) -> Result<(FrameKey, Metadata), CosClientError> {
    let mut object = Zeroizing::new([0; 32]);
    random(&mut object[..])?;
    let wrapped = provider.wrap_native(&object)?;
    let (key, commitment) = derive(&object, place)?;
    let headers = vec![
        (MODE, FORMAT.to_owned()),
        (KEY, BASE64_STANDARD.encode(wrapped)),
        (COMMITMENT, BASE64_STANDARD.encode(commitment)),
    ];
    Ok((key, headers))
}

/// Unwraps the key of an object and proves that it is the one the object was written with, in this place.
pub(crate) fn open(provider: &Provider, place: &Place, headers: &Headers) -> Result<FrameKey, CosClientError> {
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
    let (key, commitment) = derive(&provider.unwrap_native(&wrapped)?, place)?;
    match verify_slices_are_equal(&commitment, &expected) {
        Ok(()) => Ok(key),
        Err(_) => Err(undecryptable(
            "the commitment does not fit: the key is another, or metadata, bucket or name of the object were changed",
        )),
    }
}

/// Derives the key of the frames, and the commitment to it.
fn derive(object: &ObjectKey, place: &Place) -> Result<(FrameKey, [u8; 32]), CosClientError> {
    let all = || {
        let secret = extract(&object[..]);
        let lengths = [&place.bucket, &place.key].map(|text| (text.len() as u64).to_be_bytes());
        let info = |label| [label, &lengths[0][..], place.bucket.as_bytes(), &lengths[1][..], place.key.as_bytes()];
        let key = UnboundKey::from(secret.expand(&info(&b"frames"[..]), &AES_256_GCM)?);
        let mut commitment = [0; 32];
        secret.expand(&info(&b"commitment"[..]), hkdf::HKDF_SHA256)?.fill(&mut commitment)?;
        // Stays on this machine, so it is no part of the format.
        let marker = hmac::Key::from(secret.expand(&info(&b"marks"[..]), hmac::HMAC_SHA256)?);
        Ok((FrameKey::new(LessSafeKey::new(key), marker), commitment))
    };
    all().map_err(|_: Unspecified| undecryptable("the key of the frames cannot be derived"))
}

/// Derives the key that wraps the keys of objects from an AES provider's.
pub(crate) fn wrapping_key(secret: &[u8]) -> Result<Zeroizing<[u8; 32]>, CosClientError> {
    let mut key = Zeroizing::new([0; 32]);
    extract(secret)
        .expand(&[b"key wrap"], hkdf::HKDF_SHA256)
        .and_then(|derived| derived.fill(&mut key[..]))
        .map_err(|_| undecryptable("the wrapping key cannot be derived"))?;
    Ok(key)
}

fn extract(secret: &[u8]) -> hkdf::Prk {
    hkdf::Salt::new(hkdf::HKDF_SHA256, FORMAT.as_bytes()).extract(secret)
}
