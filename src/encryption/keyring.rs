//! The caller's keys and how they are used: they make the keys of new objects, and open those of others.

use std::sync::Arc;

use super::ctr::CtrKey;
use super::keys::{DataKey, Metadata, Random, Wrapped, undecryptable};
use super::ledger::Ledger;
use super::mode::EncryptionMode;
use super::native;
use super::provider::Provider;
use super::tag::{self, ObjectName, TAG};
use super::uploads::PartCipher;
use crate::cipher::{KeyProof, Opened};
use crate::error::{ClientErrorKind, CosClientError};
use crate::wire::request::Request;
use crate::wire::respond::Headers;

/// The start of the names of all metadata of encryption.
pub(crate) const PREFIX: &str = "x-cos-meta-client-side-encryption-";

/// A provider, and the modes in which the client writes and reads.
#[derive(Clone)]
pub(crate) struct Keyring {
    pub(crate) provider: Provider,
    pub(crate) random: Arc<Random>,
    pub(crate) mode: EncryptionMode,
    /// The modes in which the client reads, unless it is only the mode in which it writes.
    pub(crate) accepted: Option<Vec<EncryptionMode>>,
    pub(crate) tags: bool,
    /// Whether objects without a tag are refused; `None` means: if the client writes tags.
    pub(crate) tag_required: Option<bool>,
}

/// A new key, and the headers of its object.
pub(crate) struct Sealing {
    /// The object that the key is for.
    pub(crate) name: ObjectName,
    pub(crate) cipher: Arc<dyn PartCipher>,
    pub(crate) headers: Metadata,
}

impl Sealing {
    pub(crate) fn set_headers(&self, request: &mut Request<'_>) {
        for (name, value) in &self.headers {
            request.set_header(name, value);
        }
        // Metadata copied from another object must not replace these: the object could never be decrypted.
        request.reserved = Some(PREFIX);
    }
}

impl Keyring {
    pub(crate) fn new(provider: Provider) -> Self {
        let random = |bytes: &mut [u8]| {
            let failed = |_| CosClientError::new(ClientErrorKind::Body, "the system gives no random bytes");
            aws_lc_rs::rand::fill(bytes).map_err(failed)
        };
        let (mode, accepted) = (EncryptionMode::Python, None);
        Self { provider, random: Arc::new(random), mode, accepted, tags: true, tag_required: None }
    }

    /// Makes the key of a new object.
    pub(crate) fn seal(&self, name: ObjectName) -> Result<Sealing, CosClientError> {
        if self.mode == EncryptionMode::Native {
            let (keys, headers) = native::create(&self.provider, &name, &*self.random)?;
            return Ok(Sealing { name, cipher: Arc::new(keys.frame_key(Ledger::default())), headers });
        }
        let data = DataKey::random(&*self.random)?;
        let wrapped = self.provider.wrap(&data)?;
        let mut headers = wrapped.headers().to_vec();
        if self.tags {
            headers.push((TAG, tag::make(self.provider.secret(&data), &name, &wrapped)?));
        }
        Ok(Sealing { name, cipher: Arc::new(CtrKey::new(&data)?), headers })
    }

    /// Returns the modes that are read.
    pub(crate) fn accepted(&self) -> &[EncryptionMode] {
        self.accepted.as_deref().unwrap_or(std::slice::from_ref(&self.mode))
    }

    /// Unwraps the key of an object that is in this mode.
    pub(crate) fn open(
        &self,
        mode: EncryptionMode,
        name: &ObjectName,
        headers: &Headers,
    ) -> Result<Opened, CosClientError> {
        if mode == EncryptionMode::Native {
            let keys = native::open(&self.provider, name, headers)?;
            let cipher = Arc::new(keys.frame_key(Ledger::default()));
            return Ok(Opened { cipher, proof: KeyProof::Authenticated });
        }
        let wrapped = Wrapped::read(headers)?;
        let tag = tag::read(headers);
        // Checked before a private key is used.
        if tag.is_none() && self.tag_required.unwrap_or(self.tags) {
            return Err(undecryptable(
                "the object has no tag that proves its key: the official Python SDK wrote it, or somebody took the tag \
                 away; a client with require_key_tag(false) reads it",
            ));
        }
        let data = self.provider.unwrap(&wrapped)?;
        let proof = match &tag {
            Some(tag) => {
                tag::check(self.provider.secret(&data), name, &wrapped, tag)?;
                self.provider.tag_proof()
            }
            None => KeyProof::Unauthenticated,
        };
        Ok(Opened { cipher: Arc::new(CtrKey::new(&data)?), proof })
    }
}
