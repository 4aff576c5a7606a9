//! The client that encrypts.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::keys::{DataKey, Random, Wrapped, undecryptable};
use super::provider::Provider;
use super::tag::{self, Place, TAG};
use super::uploads::Uploads;
use crate::cipher::{Cipher, KeyProof, Opened, Opener, sealed};
use crate::client::CosS3Client;
use crate::config::CosConfig;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::multipart::complete::{CompleteMultipartUpload, MultipartUpload};
use crate::ops::multipart::create::{AbortMultipartUpload, CreateMultipartUpload};
use crate::ops::multipart::list_parts::ListParts;
use crate::ops::multipart::upload_part::UploadPart;
use crate::ops::object::get::GetObject;
use crate::ops::object::put::PutObject;
use crate::transfer::download::DownloadFile;
use crate::transfer::upload::UploadFile;
use crate::wire::request::{Body, Request};
use crate::wire::respond::Headers;
use crate::wire::uri::bucket_name;

/// A client that encrypts objects before they leave the machine, in the official Python SDK's format.
///
/// What an object holds is hidden from who can read it without the key: its length and metadata are not. Nor
/// is it protected from change: the format has no checksum that an attacker could not adapt. A tag in the
/// metadata, which Python ignores, proves on reading that key, IV, bucket and key name are those that were
/// written, so that a wrong key or a moved object is an error instead of noise;
/// [`require_key_tag`](Self::require_key_tag) refuses objects without it. A copy on COS's side has another name and
/// thus no longer its tag's: download it and upload it anew.
///
/// A clone is cheap, and a client can be used from many threads at once: every object has a key of its own.
///
/// Python: `CosEncryptionClient(conf, provider)`
///
/// ```
/// # use cos_emulator::CosEmulator;
/// use qcloud_cos::{AESProvider, CosConfig, CosEncryptionClient};
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
    inner: CosS3Client,
    provider: Provider,
    uploads: Arc<Uploads>,
    random: Arc<Random>,
    tags: bool,
    tag_required: bool,
}

/// A new key, and the headers that go with its object.
struct Sealing {
    cipher: Arc<dyn Cipher>,
    headers: Vec<(&'static str, String)>,
}

impl Sealing {
    fn set_headers(&self, request: &mut Request<'_>) {
        for (name, value) in &self.headers {
            request.set_header(name, value);
        }
    }
}

impl CosEncryptionClient {
    /// Makes a client that repeats a failed request 3 times.
    ///
    /// Python: `CosEncryptionClient(conf, provider)`
    pub fn new(config: CosConfig, provider: impl Into<Provider>) -> Result<Self, CosError> {
        Ok(Self::with_client(CosS3Client::new(config)?, provider))
    }

    /// Makes a client that sends its requests through another one, with its settings.
    ///
    /// Python: `CosEncryptionClient(conf, provider, retry=5)`
    pub fn with_client(client: CosS3Client, provider: impl Into<Provider>) -> Self {
        Self {
            inner: client,
            provider: provider.into(),
            uploads: Arc::default(),
            random: Arc::new(|bytes| {
                let failed = |_| CosClientError::new(ClientErrorKind::Body, "the system gives no random bytes");
                aws_lc_rs::rand::fill(bytes).map_err(failed)
            }),
            tags: true,
            tag_required: false,
        }
    }

    /// Draws keys and IVs from somewhere else. For tests that compare with recordings.
    #[doc(hidden)]
    pub fn random_from(mut self, random: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        self.random = Arc::new(move |bytes| {
            random(bytes);
            Ok(())
        });
        self
    }

    /// Writes the tag that proves the key, as one more entry of metadata. Without it metadata are exactly
    /// Python's. Default: true.
    pub fn key_tag(mut self, write: bool) -> Self {
        self.tags = write;
        self
    }

    /// Refuses objects without a tag: those that Python wrote, and those whose tag somebody took away.
    /// Default: false; [`key_proof`](crate::GetObjectOutput::key_proof) of a result says whether there was one.
    pub fn require_key_tag(mut self, require: bool) -> Self {
        self.tag_required = require;
        self
    }

    /// Returns the client for all other requests, which encrypts nothing.
    pub fn inner(&self) -> &CosS3Client {
        &self.inner
    }

    /// Encrypts and uploads an object in one request, 5 GiB at most.
    ///
    /// `content_md5` would be that of the encrypted bytes; `enable_md5` computes it.
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
        body: impl Into<Body<'a>>,
        key: impl Into<String>,
    ) -> PutObject<'a> {
        let (bucket, key) = (bucket.into(), key.into());
        match self.seal(&bucket, &key) {
            Ok(sealing) => {
                let body = sealed(body.into(), Arc::clone(&sealing.cipher), 0);
                let mut put = self.inner.put_object(bucket, body, key);
                sealing.set_headers(put.request());
                put
            }
            Err(error) => {
                let mut put = self.inner.put_object(bucket, "", key);
                put.request().defer(error);
                put
            }
        }
    }

    /// Downloads and decrypts an object, or any range of it; all ways to read the body give plaintext.
    ///
    /// The metadata come with the same answer, so the key is always that of the content. The CRC-64 is that of
    /// the encrypted bytes and is compared at the end of the body: what is read before it is not yet checked.
    /// [`get_stream_to_file`](crate::StreamBody::get_stream_to_file) replaces its file only after it.
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

    /// Starts an encrypted upload in parts. The key stays in this client and its clones, until the upload is
    /// completed or given up.
    ///
    /// Python:
    /// ```python
    /// response = client.create_multipart_upload(Bucket='examplebucket-1250000000', Key='exampleobject_upload')
    /// upload_id = response['UploadId']
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7746>
    pub fn create_multipart_upload(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
    ) -> CreateMultipartUpload<'_> {
        let (bucket, key) = (bucket.into(), key.into());
        let sealing = self.seal(&bucket, &key);
        let mut create = self.inner.create_multipart_upload(bucket, key);
        match sealing {
            Ok(sealing) => {
                sealing.set_headers(create.request());
                create.then(move |upload_id| self.uploads.started(upload_id, sealing.cipher))
            }
            Err(error) => {
                create.request().defer(error);
                create
            }
        }
    }

    /// Encrypts and uploads a part. It starts where the part before it ends, which must have been made before.
    /// Every part but the last has a multiple of 16 bytes; others are refused before they are sent.
    ///
    /// Python:
    /// ```python
    /// client.upload_part(Bucket='examplebucket-1250000000', Key='exampleobject_upload', Body=b'bytes',
    ///                    PartNumber=1, UploadId=upload_id)
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7750>
    pub fn upload_part<'a>(
        &'a self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        body: impl Into<Body<'a>>,
        part_number: u32,
        upload_id: impl Into<String>,
    ) -> UploadPart<'a> {
        self.part(bucket.into(), key.into(), body.into(), (part_number, None), upload_id.into())
    }

    /// Encrypts and uploads a part that starts at byte `offset` of the object, a multiple of 16: for parts that
    /// are not sent in order.
    pub fn upload_part_at<'a>(
        &'a self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        body: impl Into<Body<'a>>,
        part_number: u32,
        upload_id: impl Into<String>,
        offset: u64,
    ) -> UploadPart<'a> {
        self.part(bucket.into(), key.into(), body.into(), (part_number, Some(offset)), upload_id.into())
    }

    /// Lists the parts of an upload.
    ///
    /// Python:
    /// ```python
    /// response = client.list_parts(Bucket='examplebucket-1250000000', Key='exampleobject_upload',
    ///                              UploadId=upload_id)
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7747>
    pub fn list_parts(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
    ) -> ListParts<'_> {
        self.inner.list_parts(bucket, key, upload_id)
    }

    /// Makes an object of uploaded parts. Parts that would not follow one another as they were encrypted are
    /// refused.
    ///
    /// Python:
    /// ```python
    /// client.complete_multipart_upload(Bucket='examplebucket-1250000000', Key='exampleobject_upload',
    ///                                  UploadId=upload_id, MultipartUpload={'Part': response['Part']})
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7742>
    pub fn complete_multipart_upload(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
        multipart_upload: impl Into<MultipartUpload>,
    ) -> CompleteMultipartUpload<'_> {
        let (upload_id, parts) = (upload_id.into(), multipart_upload.into());
        let numbers: Vec<u32> = parts.part.iter().map(|part| part.part_number).collect();
        let checked = self.uploads.check(&upload_id, &numbers);
        let mut complete = self.inner.complete_multipart_upload(bucket, key, upload_id, parts);
        if let Err(error) = checked {
            complete.request().defer(error);
        }
        complete.then(|upload_id| self.uploads.ended(upload_id))
    }

    /// Gives up an upload, deletes its parts and forgets its key.
    ///
    /// Python:
    /// ```python
    /// client.abort_multipart_upload(Bucket='examplebucket-1250000000', Key='exampleobject_upload',
    ///                               UploadId=upload_id)
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/7740>
    pub fn abort_multipart_upload(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        upload_id: impl Into<String>,
    ) -> AbortMultipartUpload<'_> {
        let upload_id = upload_id.into();
        self.uploads.ended(&upload_id);
        self.inner.abort_multipart_upload(bucket, key, upload_id)
    }

    /// Encrypts and uploads a local file: in one request up to 20 MiB, else in parts, several at a time.
    ///
    /// An upload that failed is given up: only this call had its key. So `resume` changes nothing.
    ///
    /// Python:
    /// ```python
    /// response = client.upload_file(Bucket='examplebucket-1250000000', LocalFilePath='local.txt', Key='local.txt',
    ///                               PartSize=10, MAXThread=10)
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/14112>
    pub fn upload_file(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        local_file_path: impl AsRef<Path>,
    ) -> UploadFile<'_> {
        let (bucket, key) = (bucket.into(), key.into());
        let sealing = self.seal(&bucket, &key);
        let mut upload = self.inner.upload_file(bucket, key, local_file_path);
        match sealing {
            Ok(sealing) => {
                sealing.set_headers(upload.request());
                upload.sealed(sealing.cipher)
            }
            Err(error) => {
                upload.request().defer(error);
                upload
            }
        }
    }

    /// Downloads an object into a file and decrypts it: in one request up to 20 MiB, else in ranges, several at
    /// a time. The file takes its place only when the encrypted bytes were checked by length and CRC-64.
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

    fn part<'a>(
        &'a self,
        bucket: String,
        key: String,
        body: Body<'a>,
        (number, offset): (u32, Option<u64>),
        upload_id: String,
    ) -> UploadPart<'a> {
        match self.uploads.part(&upload_id, number, body.len(), offset) {
            Ok((cipher, offset)) => {
                self.inner.upload_part(bucket, key, sealed(body, cipher, offset), number, upload_id)
            }
            Err(error) => {
                let mut upload = self.inner.upload_part(bucket, key, "", number, upload_id);
                upload.request().defer(error);
                upload
            }
        }
    }

    /// Makes the key of a new object.
    fn seal(&self, bucket: &str, key: &str) -> Result<Sealing, CosClientError> {
        let data = DataKey::random(&*self.random)?;
        let wrapped = self.provider.wrap(&data)?;
        let mut headers = wrapped.headers().to_vec();
        if self.tags {
            let place = self.place(bucket, key)?;
            headers.push((TAG, tag::make(self.provider.secret(&data), &place, &wrapped)?));
        }
        Ok(Sealing { cipher: Arc::new(data), headers })
    }

    fn opener(&self, bucket: &str, key: &str) -> Opener<'_> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        Opener::new(move |headers| Ok(self.open(&bucket, &key, headers)?))
    }

    /// Unwraps the key of an object.
    fn open(&self, bucket: &str, key: &str, headers: &Headers) -> Result<Opened, CosClientError> {
        let wrapped = Wrapped::read(headers)?;
        let data = self.provider.unwrap(&wrapped)?;
        let proof = tag::check(self.provider.secret(&data), &self.place(bucket, key)?, &wrapped, headers)?;
        if self.tag_required && proof != KeyProof::Tagged {
            return Err(undecryptable("the object has no tag, and require_key_tag refuses such objects"));
        }
        Ok(Opened { cipher: Arc::new(data), proof })
    }

    /// Returns the names of an object that do not depend on how they were written.
    fn place(&self, bucket: &str, key: &str) -> Result<Place, CosClientError> {
        let addressing = self.inner.get_conf().addressing();
        let bucket = bucket_name(bucket, addressing.appid.as_deref())?;
        Ok(Place { bucket, key: key.strip_prefix('/').unwrap_or(key).to_owned() })
    }
}

impl fmt::Debug for CosEncryptionClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CosEncryptionClient")
            .field("inner", &self.inner)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}
