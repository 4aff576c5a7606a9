//! AES keys that wrap the keys of objects, in Python's format and in native mode.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap as _};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use zeroize::Zeroizing;

use super::derive::wrapping_key;
use super::key_file::{self, Access};
use super::keys::{DataKey, ObjectKey, Wrapped, apply_from_zero, undecryptable};
use crate::error::{ClientErrorKind, CosClientError, CosError};

/// The length of an object's key as AES-KW wraps it, in bytes.
const WRAPPED: usize = 40;

/// The caller's AES key, of 16, 24 or 32 bytes. [Native mode](crate::encryption::EncryptionMode::Native) writes with 32
/// bytes only, unless [`allow_short_key`](Self::allow_short_key) says otherwise.
///
/// Python wraps the keys of all objects with the same key stream (AES-CTR, counter 0), and this crate keeps that
/// format: an attacker with the key of one object, and with the metadata of others, can compute the keys of the others.
/// [`RSAProvider`] and [native mode](crate::encryption::EncryptionMode::Native) do not have that weakness.
///
/// Python: `AESProvider(aes_key='aes_key_value')` and `AESProvider(aes_key_path='aes_key_path')`
///
/// [`RSAProvider`]: crate::encryption::RSAProvider
///
/// ```
/// use qcloud_cos::encryption::AESProvider;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let provider = AESProvider::aes_key("MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=")?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct AESProvider {
    key: Arc<Zeroizing<Vec<u8>>>,
    short_allowed: bool,
}

impl AESProvider {
    /// Takes a key of 16, 24 or 32 bytes in Base64, as in Python. Text that is not Base64 is an error; it is never used
    /// as the key itself.
    ///
    /// Python: `AESProvider(aes_key='aes_key_value')`
    pub fn aes_key(aes_key: impl AsRef<str>) -> Result<Self, CosError> {
        Ok(Self::parse("aes_key", aes_key.as_ref().as_bytes())?)
    }

    /// Reads the key from a file that holds it in Base64. A missing file is an error, whereas Python writes a new key.
    /// On Unix a file that others may read or write is an error, too; Python makes such files.
    ///
    /// Python: `AESProvider(aes_key_path='aes_key_path')`
    pub fn aes_key_path(aes_key_path: impl AsRef<Path>) -> Result<Self, CosError> {
        Ok(Self::parse("aes_key_path", &key_file::read(aes_key_path.as_ref(), Access::Owner)?)?)
    }

    /// Reads the key from a file, as [`aes_key_path`](Self::aes_key_path) does, even if others may read or write it.
    pub fn aes_key_path_readable_by_others(aes_key_path: impl AsRef<Path>) -> Result<Self, CosError> {
        Ok(Self::parse("aes_key_path", &key_file::read(aes_key_path.as_ref(), Access::Others)?)?)
    }

    /// Lets native mode write with a key of 16 or 24 bytes. An object is then only as safe as AES-128 or AES-192,
    /// although its frames use AES-256.
    pub fn allow_short_key(mut self) -> Self {
        self.short_allowed = true;
        self
    }

    /// Writes a new key of 32 bytes to a file that only its owner may read. An existing file is an error, and is kept.
    pub fn generate_key_file(path: impl AsRef<Path>) -> Result<(), CosError> {
        let mut key = Zeroizing::new([0; 32]);
        let failed = |_| CosClientError::new(ClientErrorKind::Body, "the system gives no random bytes");
        aws_lc_rs::rand::fill(&mut key[..]).map_err(failed)?;
        let text = Zeroizing::new(BASE64_STANDARD.encode(&key[..]));
        Ok(key_file::create(path.as_ref(), text.as_bytes())?)
    }

    fn parse(field: &str, text: &[u8]) -> Result<Self, CosClientError> {
        let mut plain = Zeroizing::new(Vec::with_capacity(text.len()));
        plain.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
        // The cause would show a byte of the key.
        let key = BASE64_STANDARD.decode(&*plain).map(Zeroizing::new);
        let key = key.map_err(|_| {
            let hint = if field == "aes_key" { "; aes_key_path takes the name of a key file" } else { "" };
            CosClientError::invalid(field, format!("is not Base64{hint}"))
        })?;
        if ![16, 24, 32].contains(&key.len()) {
            return Err(CosClientError::invalid(
                field,
                format!("is Base64 of {} bytes, not of 16, 24 or 32", key.len()),
            ));
        }
        Ok(Self { key: Arc::new(key), short_allowed: false })
    }

    pub(crate) fn wrap(&self, data: &DataKey) -> Result<Wrapped, CosClientError> {
        let mut both = Zeroizing::new([0; 48]);
        both[..32].copy_from_slice(&data.key[..]);
        both[32..].copy_from_slice(&data.iv[..]);
        apply_from_zero(&self.key, &mut both[..])?;
        Ok(Wrapped { key: both[..32].to_vec(), iv: both[32..].to_vec() })
    }

    pub(crate) fn unwrap(&self, wrapped: &Wrapped) -> Result<DataKey, CosClientError> {
        if wrapped.key.len() != 32 || wrapped.iv.len() != 16 {
            return Err(undecryptable("the object's wrapped key or IV has another length than AES gives it"));
        }
        let mut both = Zeroizing::new([wrapped.key.as_slice(), &wrapped.iv].concat());
        apply_from_zero(&self.key, &mut both)?;
        DataKey::from_parts(&both[..32], &both[32..]).ok_or_else(|| undecryptable("the key has a wrong length"))
    }

    /// Wraps the key of an object in native mode: AES-KW with a derived key, so that objects in Python's format,
    /// wrapped with the same bytes, reveal nothing about it.
    pub(crate) fn wrap_native(&self, object: &ObjectKey) -> Result<Vec<u8>, CosClientError> {
        if self.key.len() < 32 && !self.short_allowed {
            let why = format!(
                "has {} bytes; native mode writes with 32, or with fewer where allow_short_key says so",
                self.key.len()
            );
            return Err(CosClientError::invalid("aes_key", why));
        }
        let key = wrapping_key(&self.key)?;
        let mut room = [0; WRAPPED];
        let wrapped = AesKek::new(&AES_256, &key[..]).and_then(|kek| Ok(kek.wrap(&object[..], &mut room)?.to_vec()));
        wrapped.map_err(|_| undecryptable("AES-KW failed"))
    }

    pub(crate) fn unwrap_native(&self, wrapped: &[u8]) -> Result<ObjectKey, CosClientError> {
        let key = wrapping_key(&self.key)?;
        let mut object = Zeroizing::new([0; 32]);
        // AES-KW of another length would not fit.
        let unwrapped = AesKek::new(&AES_256, &key[..])
            .ok()
            .filter(|_| wrapped.len() == WRAPPED)
            .is_some_and(|kek| kek.unwrap(wrapped, &mut object[..]).is_ok());
        if unwrapped { Ok(object) } else { Err(undecryptable("the object's key cannot be unwrapped by this AES key")) }
    }

    /// The key itself; the key of tags is derived from it.
    pub(crate) fn secret(&self) -> &[u8] {
        &self.key
    }
}

impl fmt::Debug for AESProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AESProvider(..)")
    }
}
