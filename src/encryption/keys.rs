//! The key of one object, and how it stands in metadata.

use std::io;

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, EncryptionContext, StreamingEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::iv::FixedLength;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::{ClientErrorKind, CosClientError};
use crate::wire::respond::Headers;

pub(crate) const KEY: &str = "x-cos-meta-client-side-encryption-key";
const IV: &str = "x-cos-meta-client-side-encryption-iv";

/// The block of AES, in bytes.
const BLOCK: usize = 16;
/// How much goes through the cipher at a time, in bytes.
const CHUNK: usize = 4096;

/// Headers that go with an object, by their names.
pub(crate) type Metadata = Vec<(&'static str, String)>;
/// Fills a buffer with random bytes.
pub(crate) type Random = dyn Fn(&mut [u8]) -> Result<(), CosClientError> + Send + Sync;

/// An error about an object that cannot be decrypted.
pub(crate) fn undecryptable(why: impl Into<String>) -> CosClientError {
    CosClientError::new(ClientErrorKind::Decryption, why)
}

/// The key and the first counter block of one object.
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

    /// Takes one from what was unwrapped; none if the lengths are wrong.
    pub(crate) fn from_parts(key: &[u8], iv: &[u8]) -> Option<Self> {
        Some(Self { key: Zeroizing::new(key.try_into().ok()?), iv: Zeroizing::new(iv.try_into().ok()?) })
    }
}

impl DataKey {
    /// Encrypts or decrypts bytes that start at `offset` of the object: AES-256-CTR with a counter of 128 bits,
    /// which starts at the IV and wraps.
    pub(crate) fn apply(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        apply_ctr(&AES_256, &self.key[..], u128::from_be_bytes(*self.iv), bytes, offset)
            .map_err(|_| io::Error::other(undecryptable("AES failed")))
    }
}

/// Applies AES-CTR from counter 0 on with a key of 16, 24 or 32 bytes.
pub(crate) fn apply_from_zero(key: &[u8], bytes: &mut [u8]) -> Result<(), CosClientError> {
    let algorithm = match key.len() {
        16 => &AES_128,
        24 => &AES_192,
        _ => &AES_256,
    };
    apply_ctr(algorithm, key, 0, bytes, 0).map_err(|_| undecryptable("AES failed"))
}

fn apply_ctr(
    algorithm: &'static Algorithm,
    key: &[u8],
    start: u128,
    bytes: &mut [u8],
    offset: u64,
) -> Result<(), Unspecified> {
    let counter = start.wrapping_add(u128::from(offset / BLOCK as u64));
    let context = EncryptionContext::Iv128(FixedLength::from(counter.to_be_bytes()));
    let key = UnboundCipherKey::new(algorithm, key)?;
    let mut stream = StreamingEncryptingKey::less_safe_ctr(key, context)?;
    let mut room = [0; CHUNK + BLOCK];
    // What stands before the first byte in its block.
    let skipped = offset as usize % BLOCK;
    if skipped > 0 {
        stream.update(&[0; BLOCK][..skipped], &mut room)?;
    }
    for piece in bytes.chunks_mut(CHUNK) {
        let done = stream.update(piece, &mut room)?;
        piece.copy_from_slice(done.written());
    }
    room.zeroize();
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_published_vector() {
        // NIST SP 800-38A, F.5.5
        let mut key = [0; 32];
        key.copy_from_slice(&hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"));
        let key = DataKey::from_parts(&key, &hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")).unwrap();
        let mut block = hex("6bc1bee22e409f96e93d7e117393172a");
        key.apply(&mut block, 0).unwrap();
        assert_eq!(block, hex("601ec313775789a5b7a7f504bbf3d228"));
    }

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    }

    #[test]
    fn any_split_gives_the_same_bytes_also_where_the_counter_wraps() {
        let key = DataKey::from_parts(&[7; 32], &[0xff; 16]).unwrap();
        let mut whole: Vec<u8> = (0..=255).cycle().take(10_000).collect();
        let plain = whole.clone();
        key.apply(&mut whole, 0).unwrap();
        for split in [0, 1, 15, 16, 17, 31, 32, 4095, 4096, 4097, 10_000] {
            let mut parts = plain.clone();
            let (a, b) = parts.split_at_mut(split);
            key.apply(b, split as u64).unwrap();
            key.apply(a, 0).unwrap();
            assert_eq!(parts, whole, "split at {split}");
        }
    }
}
