//! The key of one object, and its form in the metadata.

use aws_lc_rs::cipher::{AES_128, AES_192, AES_256, Algorithm, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::iv::FixedLength;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use crate::error::{ClientErrorKind, CosClientError};
use crate::wire::respond::Headers;

pub(crate) const KEY: &str = "x-cos-meta-client-side-encryption-key";
const IV: &str = "x-cos-meta-client-side-encryption-iv";

/// The block of AES, in bytes.
const BLOCK: usize = 16;

/// Headers that go with an object, by their names.
pub(crate) type Metadata = Vec<(&'static str, String)>;
/// Fills a buffer with random bytes.
pub(crate) type Random = dyn Fn(&mut [u8]) -> Result<(), CosClientError> + Send + Sync;

/// An error about an object that cannot be decrypted.
pub(crate) fn undecryptable(why: impl Into<String>) -> CosClientError {
    CosClientError::new(ClientErrorKind::Decryption, why)
}

/// The random key of one object in native mode, from which the others are derived.
pub(crate) type ObjectKey = Zeroizing<[u8; 32]>;

/// The key and the first counter block of one object in Python's format.
pub(crate) struct DataKey {
    pub(crate) key: Zeroizing<[u8; 32]>,
    pub(crate) iv: Zeroizing<[u8; 16]>,
}

impl DataKey {
    /// Makes a new one, in the order in which Python draws its random bytes.
    pub(crate) fn random(random: &Random) -> Result<Self, CosClientError> {
        let (mut key, mut iv) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 16]));
        random(&mut key[..])?;
        random(&mut iv[..])?;
        Ok(Self { key, iv })
    }

    /// Takes one from unwrapped bytes; `None` if the lengths are wrong.
    pub(crate) fn from_parts(key: &[u8], iv: &[u8]) -> Option<Self> {
        Some(Self { key: Zeroizing::new(key.try_into().ok()?), iv: Zeroizing::new(iv.try_into().ok()?) })
    }
}

/// Applies AES-CTR from counter 0 on with a key of 16, 24 or 32 bytes.
pub(crate) fn apply_from_zero(key: &[u8], bytes: &mut [u8]) -> Result<(), CosClientError> {
    let algorithm = match key.len() {
        16 => &AES_128,
        24 => &AES_192,
        _ => &AES_256,
    };
    let applied = ctr_key(algorithm, key).and_then(|key| apply_ctr(&key, 0, bytes, 0));
    applied.map_err(|_| undecryptable("AES failed"))
}

pub(crate) fn ctr_key(algorithm: &'static Algorithm, key: &[u8]) -> Result<EncryptingKey, Unspecified> {
    EncryptingKey::ctr(UnboundCipherKey::new(algorithm, key)?)
}

/// Encrypts or decrypts bytes that start at `offset` of the object, with a counter of 128 bits, which starts at
/// `start` and wraps.
pub(crate) fn apply_ctr(key: &EncryptingKey, start: u128, bytes: &mut [u8], offset: u64) -> Result<(), Unspecified> {
    let apply = |bytes: &mut [u8], block: u64| {
        let counter = start.wrapping_add(u128::from(block));
        key.less_safe_encrypt(bytes, EncryptionContext::Iv128(FixedLength::from(counter.to_be_bytes()))).map(drop)
    };
    let (block, skipped) = (offset / BLOCK as u64, offset as usize % BLOCK);
    if skipped == 0 {
        return apply(bytes, block);
    }
    // The first bytes begin within a block.
    let (first, rest) = bytes.split_at_mut(bytes.len().min(BLOCK - skipped));
    let mut room = Zeroizing::new([0; BLOCK]);
    let within = skipped..skipped + first.len();
    room[within.clone()].copy_from_slice(first);
    apply(&mut room[..], block)?;
    first.copy_from_slice(&room[within]);
    apply(rest, block + 1)
}

/// A wrapped key and IV, as metadata hold them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrapped {
    pub(crate) key: Vec<u8>,
    pub(crate) iv: Vec<u8>,
}

impl Wrapped {
    pub(crate) fn headers(&self) -> [(&'static str, String); 2] {
        [(KEY, BASE64_STANDARD.encode(&self.key)), (IV, BASE64_STANDARD.encode(&self.iv))]
    }

    pub(crate) fn read(headers: &Headers) -> Result<Self, CosClientError> {
        let part = |name: &str| {
            let text = headers.get(name).ok_or_else(|| undecryptable(format!("the object has no {name}")))?;
            BASE64_STANDARD.decode(text.trim()).map_err(|e| undecryptable(format!("{name} is not Base64")).caused_by(e))
        };
        Ok(Self { key: part(KEY)?, iv: part(IV)? })
    }
}
