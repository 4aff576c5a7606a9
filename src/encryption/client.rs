//! The client that encrypts.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::kept_key::FileKeys;
use super::keyring::{Keyring, PREFIX, Sealing};
use super::mode::EncryptionMode;
use super::provider::Provider;
use super::reading::Reading;
use super::tag::ObjectName;
use super::uploads::Uploads;
use crate::cipher::Opener;
use crate::client::CosS3Client;
use crate::config::CosConfig;
use crate::error::{CosClientError, CosError};
use crate::ops::object::get::GetObject;
use crate::ops::object::put::PutObject;
use crate::transfer::download::DownloadFile;
use crate::transfer::upload::UploadFile;
use crate::wire::body::IntoBody;
use crate::wire::uri::bucket_name;

/// A client that encrypts objects before they leave the machine.
///
/// The format is that of the official Python SDK, unless [`mode`](Self::mode) sets [native
/// mode](EncryptionMode::Native). A reader without the key cannot read the content of an object, but can read its
/// length and metadata.
///
/// Python's format does not protect the content from change: it has no checksum that an attacker could not adapt. A
/// tag in the metadata, which Python ignores, proves to a reader that key, IV, bucket and key name are those of the
/// writer, so that a wrong key or a moved object is an error. The client refuses objects without a tag;
/// [`require_key_tag(false)`](Self::require_key_tag) lets it read the objects of the official Python SDK. Native mode
/// also proves the content: the client hands out none that was altered, reordered or moved, and an object that was
/// cut is an error before its end.
///
/// A copy that COS made has another name than the one it was written under, and is refused: download the object and
/// upload it anew.
///
/// Metadata whose names begin with `x-cos-meta-client-side-encryption-` are the client's own. A caller's are an
/// error, so that those copied from another object cannot make this one unreadable.
///
/// A clone is cheap, and many threads can use a client at once: every object has its own key, drawn from the system's
/// randomness. No call draws keys from elsewhere:
///
/// ```compile_fail
/// # use qcloud_cos::CosEncryptionClient;
/// # fn with(client: CosEncryptionClient) {
/// client.random_from(|bytes: &mut [u8]| bytes.fill(0));
/// # }
/// ```
///
/// Python: `CosEncryptionClient(conf, provider)`
///
/// ```
/// # use cos_emulator::CosEmulator;
/// use qcloud_cos::{CosConfig, CosEncryptionClient};
/// use qcloud_cos::encryption::AESProvider;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let cos = CosEmulator::start()?;
/// # let config = CosConfig::builder().region("ap-guangzhou").secret_id(cos.secret_id()).secret_key(cos.secret_key())
/// #     .scheme("http").ip("127.0.0.1").port(cos.port()).build()?;
/// let provider = AESProvider::aes_key("MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=")?;
/// let client = CosEncryptionClient::new(config, provider)?;
/// # client.inner().create_bucket("examplebucket-1250000000").send()?;
/// client.put_object("examplebucket-1250000000", b"abcdefg", "exampleobject").send()?;
/// let response = client.get_object("examplebucket-1250000000", "exampleobject").send()?;
/// assert_eq!(std::io::read_to_string(response.body)?, "abcdefg");
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct CosEncryptionClient {
    pub(super) inner: CosS3Client,
    pub(super) keyring: Keyring,
    pub(super) uploads: Arc<Uploads>,
}

impl CosEncryptionClient {
    /// Makes a client that retries a failed request 3 times.
    ///
    /// Python: `CosEncryptionClient(conf, provider)`
    pub fn new(config: CosConfig, provider: impl Into<Provider>) -> Result<Self, CosError> {
        Ok(Self::with_client(CosS3Client::new(config)?, provider))
    }

    /// Makes a client that sends its requests through another one, with its settings.
    ///
    /// Python: `CosEncryptionClient(conf, provider, retry=5)`
    pub fn with_client(client: CosS3Client, provider: impl Into<Provider>) -> Self {
        Self { inner: client, keyring: Keyring::new(provider.into()), uploads: Arc::default() }
    }

    /// Draws keys and IVs from somewhere else. For tests that compare with recordings.
    #[cfg(test)]
    pub(crate) fn random_from(mut self, random: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        self.keyring.random = Arc::new(move |bytes| {
            random(bytes);
            Ok(())
        });
        self
    }

    /// Sets the mode in which the client writes objects. It reads objects in other modes only if
    /// [`accept`](Self::accept) allows them. Default: [`EncryptionMode::Python`].
    ///
    /// ```
    /// # use cos_emulator::CosEmulator;
    /// use qcloud_cos::{CosConfig, CosEncryptionClient, KeyProof};
    /// use qcloud_cos::encryption::{AESProvider, EncryptionMode};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let cos = CosEmulator::start()?;
    /// # let config = CosConfig::builder().region("ap-guangzhou").secret_id(cos.secret_id()).secret_key(cos.secret_key())
    /// #     .scheme("http").ip("127.0.0.1").port(cos.port()).build()?;
    /// let provider = AESProvider::aes_key("MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY=")?;
    /// let client = CosEncryptionClient::new(config, provider)?.mode(EncryptionMode::Native);
    /// # client.inner().create_bucket("examplebucket-1250000000").send()?;
    /// client.put_object("examplebucket-1250000000", b"abcdefg", "exampleobject").send()?;
    /// let response = client.get_object("examplebucket-1250000000", "exampleobject").range("bytes=2-4").send()?;
    /// assert_eq!(response.key_proof, Some(KeyProof::Authenticated));
    /// assert_eq!(std::io::read_to_string(response.body)?, "cde");
    /// # Ok(()) }
    /// ```
    pub fn mode(mut self, mode: EncryptionMode) -> Self {
        self.keyring.mode = mode;
        self
    }

    /// Sets the modes in which the client reads objects. Default: only the mode in which it writes.
    ///
    /// The metadata of an object name its mode, and anyone with write access to the bucket can change them: a client
    /// that accepts Python's format has no more certainty than that format gives. Such a client sends a HEAD before a
    /// GET with a range, to learn where the range is stored.
    pub fn accept(mut self, modes: impl IntoIterator<Item = EncryptionMode>) -> Self {
        self.keyring.accepted = Some(modes.into_iter().collect());
        self
    }

    /// Sets whether objects in Python's format are written with a tag that proves their key, as one more entry of
    /// metadata. Without it metadata are exactly Python's. Default: true.
    ///
    /// A client that writes no tags reads objects without one, too, unless
    /// [`require_key_tag`](Self::require_key_tag) says otherwise.
    pub fn key_tag(mut self, write: bool) -> Self {
        self.keyring.tags = write;
        self
    }

    /// Sets whether the client refuses objects in Python's format without a tag: those of the official Python SDK, and
    /// those whose tag was removed. Default: true.
    ///
    /// With `false`, anyone with write access to the bucket can remove the tag of an object and put the object in the
    /// place of another one, and the client reads it without an error. A result's
    /// [`key_proof`](crate::object::GetObjectOutput::key_proof) says whether there was a tag.
    pub fn require_key_tag(mut self, require: bool) -> Self {
        self.keyring.tag_required = Some(require);
        self
    }

    /// Returns the client for all other requests, which encrypts nothing.
    pub fn inner(&self) -> &CosS3Client {
        &self.inner
    }

    /// Encrypts and uploads an object in one request, 5 GiB at most, as it is stored.
    ///
    /// `content_md5` is the MD5 of the encrypted bytes; `enable_md5` computes it.
    ///
    /// Python:
    /// ```python
    /// response = client.put_object(Bucket='examplebucket-1250000000', Body=b'bytes', Key='exampleobject')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7749>
    pub fn put_object<'a>(
        &'a self,
        bucket: impl Into<String>,
        body: impl IntoBody<'a>,
        key: impl Into<String>,
    ) -> PutObject<'a> {
        let (bucket, key) = (bucket.into(), key.into());
        match self.seal(&bucket, &key) {
            Ok(sealing) => {
                let mut put = self.inner.put_object(bucket, b"", key);
                sealing.set_headers(put.request());
                put.request().body = sealing.cipher.seal(body.into_body(), 0, true);
                put
            }
            Err(error) => {
                let mut put = self.inner.put_object(bucket, b"", key);
                put.request().defer(error);
                put
            }
        }
    }

    /// Downloads and decrypts an object, or any range of it; all ways to read the body give plaintext.
    ///
    /// The metadata come with the same answer, so the key is always that of the content. The client compares the CRC-64
    /// of the encrypted bytes at the end of the body: until then the content is unchecked in Python's format, and
    /// proven frame by frame in native mode. If an object was cut, the frames before the cut come before the error:
    /// rely on the content only when the body has ended without one.
    /// [`get_stream_to_file`](crate::StreamBody::get_stream_to_file) replaces its file only at the end.
    ///
    /// `content_length` is that of the plaintext; the answer's headers describe the stored bytes, which in native mode
    /// are 16 more for every 64 KiB. There the client fetches whole frames for a range, and a range that starts behind
    /// the end of the content, or a list of several ranges, is a client error.
    ///
    /// Python:
    /// ```python
    /// response = client.get_object(Bucket='examplebucket-1250000000', Key='exampleobject')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7753>
    pub fn get_object(&self, bucket: impl Into<String>, key: impl Into<String>) -> GetObject<'_> {
        let (bucket, key) = (bucket.into(), key.into());
        let opener = self.opener(&bucket, &key);
        self.inner.get_object(bucket, key).opened_by(opener)
    }

    /// Encrypts and uploads a local file: in one request up to 20 MiB, else in parts, several at a time.
    ///
    /// In native mode the next call resumes an interrupted upload in parts, also in a later process: the client keeps
    /// the object's key beside the checkpoint, wrapped by the caller's key. It uploads the file anew, with a new key,
    /// if the file changed, after a power cut, or, except on Linux, after the process was killed. In Python's format,
    /// and with an RSA public key alone, each call starts anew, and a failed upload is aborted.
    ///
    /// If the client must read content again for a retry, the content must not have changed: otherwise the error is
    /// [`SourceChanged`](crate::ClientErrorKind::SourceChanged), and none of the new content is sent.
    ///
    /// Python:
    /// ```python
    /// response = client.upload_file(Bucket='examplebucket-1250000000', LocalFilePath='local.txt', Key='local.txt',
    ///                               PartSize=10, MAXThread=10)
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/14112>
    pub fn upload_file<'a>(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        local_file_path: impl AsRef<Path>,
    ) -> UploadFile<'a> {
        let (bucket, key) = (bucket.into(), key.into());
        let keys = FileKeys { keyring: self.keyring.clone(), name: self.name(&bucket, &key) };
        let mut upload = self.inner.upload_file(bucket, key, local_file_path);
        upload.request().reserved = Some(PREFIX);
        upload.encrypted_by(Arc::new(keys))
    }

    /// Downloads an object into a file and decrypts it: in one request up to 20 MiB, else in ranges, several at
    /// a time. The file takes its place only after length and CRC-64 of the encrypted bytes were checked, and in
    /// native mode every frame was proven.
    ///
    /// Python:
    /// ```python
    /// client.download_file(Bucket='examplebucket-1250000000', Key='local.txt', DestFilePath='local.txt')
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7753>
    pub fn download_file(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        dest_file_path: impl AsRef<Path>,
    ) -> DownloadFile<'_> {
        let (bucket, key) = (bucket.into(), key.into());
        let opener = self.opener(&bucket, &key);
        self.inner.download_file(bucket, key, dest_file_path).opened_by(opener)
    }

    /// Makes the key of a new object.
    pub(super) fn seal(&self, bucket: &str, key: &str) -> Result<Sealing, CosClientError> {
        self.keyring.seal(self.name(bucket, key)?)
    }

    fn opener(&self, bucket: &str, key: &str) -> Opener<'_> {
        Opener::new(Reading { client: &self.inner, keyring: &self.keyring, name: self.name(bucket, key) })
    }

    /// Returns the names of an object that do not depend on how they were written.
    pub(super) fn name(&self, bucket: &str, key: &str) -> Result<ObjectName, CosClientError> {
        let addressing = self.inner.get_conf().addressing();
        let bucket = bucket_name(bucket, addressing.appid.as_deref())?;
        Ok(ObjectName { bucket, key: key.strip_prefix('/').unwrap_or(key).to_owned() })
    }
}

impl fmt::Debug for CosEncryptionClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosEncryptionClient")
            .field("inner", &self.inner)
            .field("provider", &self.keyring.provider)
            .field("mode", &self.keyring.mode)
            .finish_non_exhaustive()
    }
}
