//! What the encrypting client adds to plain requests: a cipher on the way out, one on the way in, and what
//! precedes a request or follows its answer. Nothing here knows keys or formats.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue};

use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::wire::body::Body;
use crate::wire::range::ContentRange;
use crate::wire::request::Request;
use crate::wire::respond::Headers;

/// Turns the content of an object into what COS stores, and back, by the place of the bytes in it. Parts in
/// parallel and repeated requests share one.
pub(crate) trait Cipher: Send + Sync {
    /// Returns the length of the content, given the length that COS stores.
    fn content_len(&self, stored: u64) -> u64;

    /// Encrypts a body while it is sent. It starts at `start` of the content, a multiple of the unit; the
    /// content ends with it if `ends`.
    fn seal(self: Arc<Self>, body: Body<'_>, start: u64, ends: bool) -> Body<'_>;

    /// Decrypts the body of an answer while it is read.
    fn open(self: Arc<Self>, stored: Stored) -> Result<Content, CosClientError>;

    /// Decrypts a file in place, of which COS stored so many bytes. An error that is none of the file's holds
    /// a [`CosClientError`].
    fn open_file(&self, file: &File, stored: u64) -> io::Result<()>;
}

/// Makes the cipher of the upload of a file, and keeps what it takes to resume the upload.
pub(crate) trait FileCipher: Send + Sync {
    /// Every part but the last holds a multiple of so many bytes of content.
    fn unit(&self) -> u64;

    /// Returns how many bytes COS stores for so many of content.
    fn stored_len(&self, content: u64) -> u64;

    /// Makes a new key, or with `resume` takes the key of that upload, if it is kept and everything fits.
    fn begin(&self, file: &FileToEncrypt<'_>, resume: Option<&str>) -> Result<EncryptedFile, CosClientError>;
}

/// A file that is about to be uploaded in parts.
pub(crate) struct FileToEncrypt<'t> {
    pub(crate) source: &'t str,
    /// What tells whether the file is still the same.
    pub(crate) state: &'t str,
    pub(crate) size: u64,
    pub(crate) part_size: u64,
    /// Where the key can be kept; none if it must not.
    pub(crate) folder: Option<&'t Path>,
}

/// How a file is encrypted.
pub(crate) struct EncryptedFile {
    pub(crate) cipher: Arc<dyn Cipher>,
    /// The metadata of the object.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Whether the key is that of the upload that was to be resumed.
    pub(crate) resumed: bool,
    /// What is kept of the key; none if it dies with this upload.
    pub(crate) kept: Option<Arc<dyn KeptKey>>,
}

impl EncryptedFile {
    /// Adds the metadata of the object.
    pub(crate) fn set_headers(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(*name, value);
            }
        }
    }

    /// Whether a later call can resume the upload.
    pub(crate) fn is_kept(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.is_kept())
    }
}

/// What is kept of the key of an upload, so that a later call can resume it.
pub(crate) trait KeptKey: Send + Sync {
    /// Notes the id of the upload, before any part is sent.
    fn started(&self, upload_id: &str);
    /// Whether a later call can resume the upload.
    fn is_kept(&self) -> bool;
    /// Notes that nothing is sent any more, for a later call to resume.
    fn close(&self);
    /// Forgets the key.
    fn remove(&self);
}

/// The body of an answer as COS stores it.
pub(crate) struct Stored {
    pub(crate) body: Box<dyn Read + Send>,
    /// How long the body is, in bytes, if the answer told it.
    pub(crate) length: Option<u64>,
    pub(crate) extent: Extent,
    /// The range of the content that was asked for, where the cipher takes another one of what is stored.
    pub(crate) wanted: Option<Wanted>,
}

/// The content of an answer's body.
pub(crate) struct Content {
    pub(crate) body: Box<dyn Read + Send>,
    /// How long it is, in bytes, if that is known.
    pub(crate) length: Option<u64>,
}

/// Which bytes of a stored object an answer brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// The first one; none for the whole object.
    pub(crate) first: Option<u64>,
    /// How many there are in all.
    pub(crate) total: Option<u64>,
}

impl Extent {
    /// Reads it off status and headers.
    pub(crate) fn of(status: u16, headers: &Headers) -> Result<Self, CosClientError> {
        if status != 206 {
            return Ok(Self { first: None, total: headers.number("content-length") });
        }
        let text = headers.text("content-range");
        let why = || format!("the answer does not say which range it is: Content-Range {text:?}");
        let range = ContentRange::parse(&text);
        let range = range.ok_or_else(|| CosClientError::new(ClientErrorKind::Protocol, why()))?;
        Ok(Self { first: Some(range.first), total: range.total })
    }
}

/// A range of content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// From a byte on, up to and with another, or to the end.
    From(u64, Option<u64>),
    /// So many bytes at the end.
    Last(u64),
}

/// Whether the key that decrypted an object was proven to be the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyProof {
    /// The object is in native mode: key, bucket and key name are proven, and so is every byte of the content
    /// before it is handed out. With an RSA key, anybody who has the public key can have written it.
    Authenticated,
    /// The object's metadata hold a tag that the caller's AES key made: key, IV, bucket and key name belong together,
    /// and were written with that key. It does not cover the content.
    Tagged,
    /// The object's metadata hold a tag, made with the object's own key, because the caller's is an RSA key: key, IV,
    /// bucket and key name belong together. Anybody who has the public key can have written them. It does not cover
    /// the content.
    Consistent,
    /// Nothing proves it: the official Python SDK wrote the object, or somebody took the tag away. The content may be
    /// another object's, and with a wrong key it is noise.
    Unauthenticated,
}

/// How an object is decrypted.
pub(crate) struct Opened {
    pub(crate) cipher: Arc<dyn Cipher>,
    pub(crate) proof: KeyProof,
}

/// Finds out how an object is decrypted.
pub(crate) trait Open: Send + Sync {
    /// Has a request ask for the stored bytes that it takes to decrypt the range of content it names. Returns
    /// that range, if the two differ.
    fn ask(&self, request: &mut Request<'_>) -> Result<Option<Wanted>, CosError>;

    /// Reads the key off the headers of an object.
    fn open(&self, headers: &Headers) -> Result<Opened, CosError>;
}

/// What decrypts the object of a request.
pub(crate) struct Opener<'a>(Box<dyn Open + 'a>);

#[cfg(feature = "encryption")]
impl<'a> Opener<'a> {
    pub(crate) fn new(open: impl Open + 'a) -> Self {
        Self(Box::new(open))
    }
}

impl Opener<'_> {
    pub(crate) fn ask(&self, request: &mut Request<'_>) -> Result<Option<Wanted>, CosError> {
        self.0.ask(request)
    }

    pub(crate) fn open(&self, headers: &Headers) -> Result<Opened, CosError> {
        self.0.open(headers)
    }
}

impl fmt::Debug for Opener<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener")
    }
}

type Told<'a> = dyn FnOnce(&str, &HeaderMap) -> Result<(), CosClientError> + Send + 'a;

/// What follows a request that succeeded; it is told the upload's id and the headers that were sent.
pub(crate) struct AfterSuccess<'a>(Box<Told<'a>>);

#[cfg(feature = "encryption")]
impl<'a> AfterSuccess<'a> {
    pub(crate) fn new(then: impl FnOnce(&str, &HeaderMap) -> Result<(), CosClientError> + Send + 'a) -> Self {
        Self(Box::new(then))
    }
}

impl AfterSuccess<'_> {
    pub(crate) fn tell(self, upload_id: &str, headers: &HeaderMap) -> Result<(), CosClientError> {
        (self.0)(upload_id, headers)
    }
}

impl fmt::Debug for AfterSuccess<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Then")
    }
}

/// What precedes a request, and makes something for it.
pub(crate) struct PreparePayload<'a, T>(Box<dyn FnOnce() -> Result<T, CosError> + Send + 'a>);

#[cfg(feature = "encryption")]
impl<'a, T> PreparePayload<'a, T> {
    pub(crate) fn new(before: impl FnOnce() -> Result<T, CosError> + Send + 'a) -> Self {
        Self(Box::new(before))
    }
}

impl<T> PreparePayload<'_, T> {
    pub(crate) fn make(self) -> Result<T, CosError> {
        (self.0)()
    }
}

impl<T> fmt::Debug for PreparePayload<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Before")
    }
}
