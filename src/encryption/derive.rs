//! Keys that are derived from others in native mode.

use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

use super::keys::undecryptable;
use crate::error::CosClientError;

/// Names algorithm, frame size and version; every key is derived with it.
pub(crate) const FORMAT: &str = "qcloud-cos/AES-256-GCM/65536/1";

pub(crate) fn extract(secret: &[u8]) -> hkdf::Prk {
    hkdf::Salt::new(hkdf::HKDF_SHA256, FORMAT.as_bytes()).extract(secret)
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
