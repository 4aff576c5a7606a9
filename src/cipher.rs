//! What the encrypting client adds to plain requests: a cipher on the way out, one on the way in, and what
//! follows an answer. Nothing here knows keys or formats.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use crate::error::CosError;
use crate::wire::request::{Body, Kind, Source};
use crate::wire::respond::Headers;

/// Turns bytes of an object into as many others, by their place in it. It has no state, so that parts in
/// parallel and repeated requests share one.
pub(crate) trait Cipher: Send + Sync {
    /// Encrypts or decrypts bytes that start at `offset` of the object.
    fn apply(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;
}

/// Whether the key that decrypted an object was proven to be the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyProof {
    /// The object's metadata hold a tag by this crate: key, IV, bucket and key name belong together, and to
    /// the caller's key. It does not cover the content.
    Tagged,
    /// Nothing proves it: the official Python SDK wrote the object, or somebody took the tag away. With a wrong
    /// AES key the content is noise.
    Unauthenticated,
}

/// How an object is decrypted.
pub(crate) struct Opened {
    pub(crate) cipher: Arc<dyn Cipher>,
    pub(crate) proof: KeyProof,
}

type Open<'a> = dyn Fn(&Headers) -> Result<Opened, CosError> + Send + Sync + 'a;

/// Finds out from the headers of an object how it is decrypted.
pub(crate) struct Opener<'a>(Box<Open<'a>>);

#[cfg(feature = "encryption")]
impl<'a> Opener<'a> {
    pub(crate) fn new(open: impl Fn(&Headers) -> Result<Opened, CosError> + Send + Sync + 'a) -> Self {
        Self(Box::new(open))
    }
}

impl Opener<'_> {
    pub(crate) fn open(&self, headers: &Headers) -> Result<Opened, CosError> {
        (self.0)(headers)
    }
}

impl fmt::Debug for Opener<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener")
    }
}

/// What follows a request that succeeded; it is told the upload's id.
pub(crate) struct Then<'a>(Box<dyn FnOnce(&str) + Send + 'a>);

#[cfg(feature = "encryption")]
impl<'a> Then<'a> {
    pub(crate) fn new(then: impl FnOnce(&str) + Send + 'a) -> Self {
        Self(Box::new(then))
    }
}

impl Then<'_> {
    pub(crate) fn tell(self, upload_id: &str) {
        (self.0)(upload_id);
    }
}

impl fmt::Debug for Then<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Then")
    }
}

/// A body that is encrypted while it is sent.
struct Sealed<'a> {
    kind: Kind<'a>,
    cipher: Arc<dyn Cipher>,
    /// Where in the object the body starts.
    start: u64,
    read: u64,
}

/// Encrypts a body, which starts at `start` of the object.
pub(crate) fn sealed(body: Body<'_>, cipher: Arc<dyn Cipher>, start: u64) -> Body<'_> {
    match body.0 {
        // Its error is reported when the request is sent.
        kind @ Kind::Failed(_) => Body(kind),
        kind => Body::source(Sealed { kind, cipher, start, read: 0 }),
    }
}

impl Read for Sealed<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.kind {
            Kind::None | Kind::Failed(_) => 0,
            Kind::Bytes(bytes) => {
                let at = usize::try_from(self.read).map_or(bytes.len(), |at| at.min(bytes.len()));
                (&bytes[at..]).read(buf)?
            }
            Kind::Source(source) => source.read(buf)?,
        };
        self.cipher.apply(&mut buf[..read], self.start + self.read)?;
        self.read += read as u64;
        Ok(read)
    }
}

impl Source for Sealed<'_> {
    fn remaining(&self) -> Option<u64> {
        match &self.kind {
            Kind::None | Kind::Failed(_) => Some(0),
            Kind::Bytes(bytes) => Some(bytes.len() as u64),
            Kind::Source(source) => source.remaining(),
        }
    }

    fn rewind(&mut self) -> io::Result<bool> {
        let rewound = match &mut self.kind {
            Kind::Source(source) => source.rewind()?,
            _ => true,
        };
        if rewound {
            self.read = 0;
        }
        Ok(rewound)
    }

    fn is_one_shot(&self) -> bool {
        matches!(&self.kind, Kind::Source(source) if source.is_one_shot())
    }
}
