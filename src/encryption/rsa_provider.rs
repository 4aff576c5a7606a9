//! RSA keys that wrap the keys of objects, in Python's format and in native mode.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::{
    KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey,
    OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey, Pkcs1PublicEncryptingKey, PrivateDecryptingKey,
    PublicEncryptingKey,
};
use aws_lc_rs::{hkdf, hmac};
use zeroize::Zeroizing;

use super::key_file::{self, Access};
use super::keys::{DataKey, ObjectKey, Wrapped, undecryptable};
use super::{pem, tag};
use crate::error::{ClientErrorKind, CosClientError, CosError};

/// The texts of an RSA key pair; made by [`RSAProvider::get_rsa_key_pair`].
pub struct RSAKeyPair {
    public_key: Zeroizing<String>,
    private_key: Option<Zeroizing<String>>,
}

/// The files of an RSA key pair; made by [`RSAProvider::get_rsa_key_pair_path`].
#[derive(Debug, Clone)]
pub struct RSAKeyPairPath {
    public_key_path: PathBuf,
    private_key_path: Option<PathBuf>,
    access: Access,
}

impl RSAKeyPairPath {
    /// Accepts a private key in a file that others may read or write. Default: on Unix such a file is an error.
    pub fn readable_by_others(mut self) -> Self {
        self.access = Access::Others;
        self
    }
}

/// An RSA key pair, by its texts or its files: made by `into()` from [`RSAKeyPair`] and [`RSAKeyPairPath`].
#[derive(Debug)]
pub struct RsaKeys(Form);

#[derive(Debug)]
enum Form {
    Texts(RSAKeyPair),
    Files(RSAKeyPairPath),
}

impl From<RSAKeyPair> for RsaKeys {
    fn from(pair: RSAKeyPair) -> Self {
        Self(Form::Texts(pair))
    }
}

impl From<RSAKeyPairPath> for RsaKeys {
    fn from(pair: RSAKeyPairPath) -> Self {
        Self(Form::Files(pair))
    }
}

impl fmt::Debug for RSAKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RSAKeyPair(..)")
    }
}

/// The caller's RSA key pair, of 2048 to 8192 bits.
///
/// As in Python, keys given as texts wrap by PKCS#1 v1.5 and keys given as files by OAEP (SHA-1), so neither reads the
/// objects of the other. Prefer files: v1.5 is open to attackers who can make the owner of the private key decrypt
/// chosen bytes and can observe the result. In [native mode](crate::encryption::EncryptionMode::Native) both wrap by
/// OAEP (SHA-256).
///
/// A v1.5 key that cannot be unwrapped is not an error by itself: the result is a random key. So an object with a tag
/// is refused because of its tag, and an object without a tag, if the client reads such objects, decrypts to noise. A
/// pair given as texts works in one of the two modes only: the first use decides.
///
/// Anyone with the public key can write objects: an object that decrypts may come from anyone.
///
/// Python: `RSAProvider(key_pair_info=RSAProvider.get_rsa_key_pair_path('public_key_path', 'private_key_path'))`
#[derive(Clone)]
pub struct RSAProvider {
    public: Arc<Encrypting>,
    private: Option<Arc<Decrypting>>,
    /// The first use of the pair, by any clone.
    used: Arc<OnceLock<Use>>,
}

/// The use of a key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Python,
    Native,
}

/// A public key; PKCS#1 v1.5 is for Python's format only, and only for keys given as texts.
struct Encrypting {
    pkcs1: Option<Pkcs1PublicEncryptingKey>,
    oaep: OaepPublicEncryptingKey,
}

struct Decrypting {
    pkcs1: Option<Pkcs1>,
    oaep: OaepPrivateDecryptingKey,
}

/// A private key for PKCS#1 v1.5.
struct Pkcs1 {
    key: Pkcs1PrivateDecryptingKey,
    /// Makes the key in place of one that cannot be unwrapped.
    rejected: hmac::Key,
}

impl Encrypting {
    fn new(key: PublicEncryptingKey, as_text: bool) -> Result<Self, Unspecified> {
        let pkcs1 = as_text.then(|| Pkcs1PublicEncryptingKey::new(key.clone())).transpose()?;
        Ok(Self { pkcs1, oaep: OaepPublicEncryptingKey::new(key)? })
    }
}

impl Decrypting {
    fn new(key: PrivateDecryptingKey, as_text: bool) -> Result<Self, Unspecified> {
        let pkcs1 = as_text.then(|| Pkcs1::new(key.clone())).transpose()?;
        Ok(Self { pkcs1, oaep: OaepPrivateDecryptingKey::new(key)? })
    }
}

impl RSAProvider {
    /// Names a key pair by its texts, in PEM.
    ///
    /// Python: `RSAProvider.get_rsa_key_pair('public_key_value', 'private_key_value')`
    pub fn get_rsa_key_pair(public_key: impl Into<String>, private_key: impl Into<String>) -> RSAKeyPair {
        let private_key = Some(Zeroizing::new(private_key.into()));
        RSAKeyPair { public_key: Zeroizing::new(public_key.into()), private_key }
    }

    /// Names a key pair by its files, in PEM or DER. On Unix a private key that others may read or write is an error.
    ///
    /// Python: `RSAProvider.get_rsa_key_pair_path('public_key_path', 'private_key_path')`
    pub fn get_rsa_key_pair_path(
        public_key_path: impl Into<PathBuf>,
        private_key_path: impl Into<PathBuf>,
    ) -> RSAKeyPairPath {
        let private_key_path = Some(private_key_path.into());
        RSAKeyPairPath { public_key_path: public_key_path.into(), private_key_path, access: Access::Owner }
    }

    /// Names a public key by its text, for a program that only uploads.
    pub fn get_rsa_public_key(public_key: impl Into<String>) -> RSAKeyPair {
        RSAKeyPair { public_key: Zeroizing::new(public_key.into()), private_key: None }
    }

    /// Names a public key by its file, for a program that only uploads.
    pub fn get_rsa_public_key_path(public_key_path: impl Into<PathBuf>) -> RSAKeyPairPath {
        RSAKeyPairPath { public_key_path: public_key_path.into(), private_key_path: None, access: Access::Owner }
    }

    /// Reads the keys. A missing file is an error; Python makes a new key pair then.
    ///
    /// Python: `RSAProvider(key_pair_info=pair)`
    pub fn new(key_pair_info: impl Into<RsaKeys>) -> Result<Self, CosError> {
        Ok(Self::load(key_pair_info.into(), None)?)
    }

    /// Reads the keys; the private one is encrypted with a passphrase.
    ///
    /// Python: `RSAProvider(key_pair_info=pair, passphrase='secret')`
    pub fn with_passphrase(key_pair_info: impl Into<RsaKeys>, passphrase: impl AsRef<str>) -> Result<Self, CosError> {
        Ok(Self::load(key_pair_info.into(), Some(passphrase.as_ref()))?)
    }

    /// Writes a new key pair of 2048 bits to two files; only the owner may read the private one. Existing files are an
    /// error, and are kept.
    pub fn generate_key_files(
        public_key_path: impl AsRef<Path>,
        private_key_path: impl AsRef<Path>,
    ) -> Result<(), CosError> {
        let failed = |_| CosClientError::new(ClientErrorKind::Body, "no RSA key could be made");
        let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).map_err(failed)?;
        let public = AsDer::<PublicKeyX509Der<'_>>::as_der(&private.public_key()).map_err(failed)?;
        let private = AsDer::<Pkcs8V1Der<'_>>::as_der(&private).map_err(failed)?;
        let private = pem::write("PRIVATE KEY", private.as_ref());
        key_file::create(private_key_path.as_ref(), private.as_bytes())?;
        Ok(key_file::create(public_key_path.as_ref(), pem::write("PUBLIC KEY", public.as_ref()).as_bytes())?)
    }

    fn load(keys: RsaKeys, passphrase: Option<&str>) -> Result<Self, CosClientError> {
        let rejected = |field| move |_| CosClientError::invalid(field, "cannot be used to wrap keys");
        let (public_key, private_key) = match keys.0 {
            Form::Texts(pair) => {
                check_text("public_key", &pair.public_key)?;
                if let Some(text) = &pair.private_key {
                    check_text("private_key", text)?;
                }
                let public_key = public("public_key", pair.public_key.as_bytes())?;
                let decrypting = |text: Zeroizing<String>| {
                    let key = private("private_key", text.as_bytes(), passphrase)?;
                    Decrypting::new(key, true).map_err(rejected("private_key"))
                };
                let public_key = Encrypting::new(public_key, true).map_err(rejected("public_key"))?;
                (public_key, pair.private_key.map(decrypting).transpose()?)
            }
            Form::Files(pair) => {
                let public_key = public("public_key_path", &key_file::read(&pair.public_key_path, Access::Others)?)?;
                let decrypting = |path: PathBuf| {
                    let key = private("private_key_path", &key_file::read(&path, pair.access)?, passphrase)?;
                    Decrypting::new(key, false).map_err(rejected("private_key_path"))
                };
                let public_key = Encrypting::new(public_key, false).map_err(rejected("public_key_path"))?;
                (public_key, pair.private_key_path.map(decrypting).transpose()?)
            }
        };
        Ok(Self { public: Arc::new(public_key), private: private_key.map(Arc::new), used: Arc::default() })
    }

    pub(crate) fn wrap(&self, data: &DataKey) -> Result<Wrapped, CosClientError> {
        self.claim(Use::Python)?;
        let encrypt = |plain: &[u8]| match &self.public.pkcs1 {
            Some(key) => {
                let mut room = vec![0; key.ciphertext_size()];
                let wrapped = key.encrypt(plain, &mut room).map(|wrapped| wrapped.to_vec());
                wrapped.map_err(|_| CosClientError::invalid("public_key", "cannot encrypt"))
            }
            None => self.wrap_oaep(&OAEP_SHA1_MGF1SHA1, plain),
        };
        Ok(Wrapped { key: encrypt(&data.key[..])?, iv: encrypt(&data.iv[..])? })
    }

    /// Wraps the key of an object in native mode, by OAEP with SHA-256, for keys given as texts and as files.
    pub(crate) fn wrap_native(&self, object: &ObjectKey) -> Result<Vec<u8>, CosClientError> {
        self.claim(Use::Native)?;
        self.wrap_oaep(&OAEP_SHA256_MGF1SHA256, &object[..])
    }

    fn wrap_oaep(&self, algorithm: &'static OaepAlgorithm, plain: &[u8]) -> Result<Vec<u8>, CosClientError> {
        let mut room = vec![0; self.public.oaep.ciphertext_size()];
        let wrapped = self.public.oaep.encrypt(algorithm, plain, &mut room, None).map(|wrapped| wrapped.to_vec());
        wrapped.map_err(|_| CosClientError::invalid("public_key", "cannot encrypt"))
    }

    /// Unwraps a key in Python's format. With PKCS#1 v1.5 a key that cannot be unwrapped gives a random key and no
    /// error: an attacker who sends made-up keys must not learn which of them have a right padding.
    pub(crate) fn unwrap(&self, wrapped: &Wrapped) -> Result<DataKey, CosClientError> {
        self.claim(Use::Python)?;
        let private = self.private()?;
        let Some(pkcs1) = &private.pkcs1 else {
            let decrypt = |wrapped: &[u8]| private.unwrap_oaep(&OAEP_SHA1_MGF1SHA1, wrapped);
            let (key, iv) = (decrypt(&wrapped.key), decrypt(&wrapped.iv));
            return key.zip(iv).and_then(|(key, iv)| DataKey::from_parts(&key, &iv)).ok_or_else(tag::unfit);
        };
        // Every step runs, also after a failure, so that the time tells nothing.
        let (key, iv) = (pkcs1.unwrap::<32>(&wrapped.key), pkcs1.unwrap::<16>(&wrapped.iv));
        Ok(DataKey { key, iv })
    }

    pub(crate) fn unwrap_native(&self, wrapped: &[u8]) -> Result<ObjectKey, CosClientError> {
        self.claim(Use::Native)?;
        let object = self.private()?.unwrap_oaep(&OAEP_SHA256_MGF1SHA256, wrapped);
        object.and_then(|object| Some(Zeroizing::new(object.as_slice().try_into().ok()?))).ok_or_else(foreign)
    }

    pub(crate) fn can_unwrap(&self) -> bool {
        self.private.is_some()
    }

    fn private(&self) -> Result<&Decrypting, CosClientError> {
        let missing = || CosClientError::invalid("private_key", "is needed to decrypt, and was not given");
        self.private.as_deref().ok_or_else(missing)
    }

    /// Refuses a pair that wraps by PKCS#1 v1.5 in the one mode and by OAEP in the other: an attack that unwraps keys
    /// of the first would unwrap keys of the second, too.
    fn claim(&self, by: Use) -> Result<(), CosClientError> {
        if self.public.pkcs1.is_none() || *self.used.get_or_init(|| by) == by {
            return Ok(());
        }
        let why = "an RSA key pair that was given as texts is used either in Python's format or in native mode: \
                   native mode needs a pair of its own";
        Err(CosClientError::invalid("provider", why))
    }
}

impl Pkcs1 {
    fn new(key: PrivateDecryptingKey) -> Result<Self, Unspecified> {
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&key)?;
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, b"qcloud-cos implicit rejection v1").extract(der.as_ref());
        let rejected = hmac::Key::from(secret.expand(&[b"keys"], hmac::HMAC_SHA256)?);
        Ok(Self { key: Pkcs1PrivateDecryptingKey::new(key)?, rejected })
    }

    /// Unwraps `N` bytes, or makes up as many; the same wrapped bytes always give the same result.
    fn unwrap<const N: usize>(&self, wrapped: &[u8]) -> Zeroizing<[u8; N]> {
        let mut made_up = Zeroizing::new([0; N]);
        let rejected = hmac::sign(&self.rejected, wrapped);
        made_up.iter_mut().zip(rejected.as_ref()).for_each(|(byte, made)| *byte = *made);
        let mut room = Zeroizing::new(vec![0; self.key.min_output_size()]);
        let plain = self.key.decrypt(wrapped, &mut room);
        plain.ok().and_then(|plain| Some(Zeroizing::new(<[u8; N]>::try_from(&*plain).ok()?))).unwrap_or(made_up)
    }
}

impl Decrypting {
    fn unwrap_oaep(&self, algorithm: &'static OaepAlgorithm, wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut room = Zeroizing::new(vec![0; self.oaep.min_output_size()]);
        let plain = self.oaep.decrypt(algorithm, wrapped, &mut room, None);
        plain.ok().map(|plain| Zeroizing::new(plain.to_vec()))
    }
}

fn foreign() -> CosClientError {
    undecryptable("the object's key cannot be unwrapped by this RSA key")
}

/// Refuses text that is not PEM, such as the name of a file.
fn check_text(field: &'static str, text: &str) -> Result<(), CosClientError> {
    if text.contains("-----BEGIN ") {
        return Ok(());
    }
    let why = "is not a key in PEM; get_rsa_key_pair_path and get_rsa_public_key_path take the names of files";
    Err(CosClientError::invalid(field, why))
}

fn public(field: &'static str, text: &[u8]) -> Result<PublicEncryptingKey, CosClientError> {
    let der = pem::public_key(field, text)?;
    PublicEncryptingKey::from_der(&der)
        .map_err(|e| CosClientError::invalid(field, format!("is not a usable RSA public key ({e})")))
}

fn private(field: &'static str, text: &[u8], passphrase: Option<&str>) -> Result<PrivateDecryptingKey, CosClientError> {
    let der = pem::private_key(field, text, passphrase)?;
    PrivateDecryptingKey::from_pkcs8(&der)
        .map_err(|e| CosClientError::invalid(field, format!("is not a usable RSA private key ({e})")))
}

impl fmt::Debug for RSAProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RSAProvider(..)")
    }
}
