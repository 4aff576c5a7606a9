//! Uploading from a reader of unknown length.

use std::fmt;
use std::io::Read;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, Method};
use rayon::ThreadPool;

use super::handle::TransferHandle;
use super::multipart::checkpoint::{UploadCheckpoint, UploadIdentity};
use super::multipart::session::{Destination, Done, OpenUpload};
use super::multipart::{MultipartUpload, OnFailure, PartSource};
use super::plan::part_size_bytes;
use super::pool::{FirstError, Semaphore, StopSignal, check_threads, threads, waiting_for};
use super::upload::UploadFileOutput;

use crate::client::CosS3Client;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::object::put::{UPLOAD, upload_body};
use crate::ops::options;
use crate::ops::response::Response;
use crate::wire::headers;
use crate::wire::limits::{MAX_PARTS, MIB};
use crate::wire::request::Request;
use crate::wire::uri::Target;

/// How much memory the first part gets before it is known to be that long, in bytes.
const FIRST_GUESS: u64 = 16 * MIB;

impl CosS3Client {
    /// Uploads from a reader until its end, without knowing the length: in one request if it is
    /// less than a part, else in parts, several at a time.
    ///
    /// At most `max_buffer_size` MiB are in memory. The CRC-64 of every part and of the whole is compared
    /// with COS's. If the upload fails, its parts are deleted; a completion that was sent and whose outcome
    /// is unknown is left alone.
    ///
    /// Returns [`Response`](crate::Response)`<`[`UploadFileOutput`](crate::transfer::UploadFileOutput)`>`.
    ///
    /// Python:
    /// ```python
    /// response = client.upload_file_from_buffer(Bucket='examplebucket-1250000000', Key='big.bin', Body=stream)
    /// ```
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/example.rs"));
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let (_cos, client, bucket) = start()?;
    /// use std::io::Read;
    ///
    /// let stream = std::io::repeat(7).take(3_000_000); // any `Read`: a pipe, a decoder, another download
    /// let response = client
    ///     .upload_file_from_buffer("examplebucket-1250000000", "big.bin", stream)
    ///     .part_size(1)
    ///     .max_buffer_size(20)
    ///     .send()?;
    /// println!("{}", response.etag);
    /// # Ok(()) }
    /// ```
    ///
    /// COS API: <https://cloud.tencent.com/document/product/436/14112>
    pub fn upload_file_from_buffer<'a>(
        &self,
        bucket: impl Into<String>,
        key: impl Into<String>,
        body: impl Read + Send + 'a,
    ) -> UploadFileFromBuffer<'a> {
        UploadFileFromBuffer {
            client: self.clone(),
            request: Request::new("upload_file_from_buffer", Method::PUT, Target::object(bucket, key))
                .with_traits(UPLOAD),
            body: Box::new(body),
            max_buffer_size: 100,
            part_size: 10,
            max_thread: 5,
            enable_md5: false,
        }
    }
}

/// Builds an [`upload_file_from_buffer`](CosS3Client::upload_file_from_buffer) transfer.
#[must_use = "nothing is sent before `send`"]
pub struct UploadFileFromBuffer<'a> {
    client: CosS3Client,
    request: Request<'a>,
    body: Box<dyn Read + Send + 'a>,
    max_buffer_size: u64,
    part_size: u64,
    max_thread: usize,
    enable_md5: bool,
}

impl fmt::Debug for UploadFileFromBuffer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFileFromBuffer").field("request", &self.request).finish_non_exhaustive()
    }
}

impl UploadFileFromBuffer<'_> {
    /// Sets how much is in memory at a time, in MiB, read or being sent; one part is in any case. Python:
    /// `MaxBufferSize`. Default: 100.
    pub fn max_buffer_size(mut self, mib: u64) -> Self {
        self.max_buffer_size = mib;
        self
    }

    /// Sets the size of a part in MiB, 1 to 5120; an upload has 10,000 parts at most. Python: `PartSize`.
    /// Default: 10.
    pub fn part_size(mut self, mib: u64) -> Self {
        self.part_size = mib;
        self
    }

    /// Sets how many parts are sent at a time, as far as `max_buffer_size` allows. Python: `MAXThread`.
    /// Default: 5.
    pub fn max_thread(mut self, threads: usize) -> Self {
        self.max_thread = threads;
        self
    }

    /// Computes the MD5 of the body, or of each part, and COS checks it. Python: `EnableMD5`. Default: false.
    pub fn enable_md5(mut self, enable: bool) -> Self {
        self.enable_md5 = enable;
        self
    }

    /// Uploads from the reader.
    pub fn send(self) -> Result<Response<UploadFileOutput>, CosError> {
        let Self { client, mut request, mut body, max_buffer_size, part_size, max_thread, enable_md5 } = self;
        let control = client.transfer_control();
        let client = &client.steered_by(&control);
        request.check()?;
        check_threads(max_thread)?;
        let in_memory = usize::try_from(max_buffer_size / part_size.max(1)).unwrap_or(usize::MAX).max(1);
        let part_size = part_size_bytes(part_size)?;
        let first = read_part(&mut body, part_size, FIRST_GUESS)?;
        // A full part may be the whole; Python sends it in parts, too.
        if (first.len() as u64) < part_size {
            let put = request.repeat().with_body(first.as_slice().into());
            return Ok(upload_body(client, put, enable_md5)?.into());
        }
        let (bucket, key) = request.target.names()?;
        let to = Destination { client, bucket, key, headers: &request.headers };
        let multipart = MultipartUpload {
            to,
            checkpoint: UploadCheckpoint::none(UploadIdentity::default()),
            on_failure: OnFailure::Abort,
            discard_on_cancel: true,
            crc64: None,
        };
        let parts = ReaderParts {
            to,
            headers: options::chosen(&request.headers, &headers::PART),
            part_size,
            enable_md5,
            in_memory: Semaphore::new(in_memory),
            pool: threads(max_thread.min(in_memory))?,
            stop: StopSignal::new(&control),
            body: Mutex::new(Some((first, body))),
        };
        Ok(multipart.run(&parts, None)?.into())
    }
}

impl UploadFileFromBuffer<'_> {
    options::upload!();
}

impl UploadFileFromBuffer<'static> {
    /// Starts the upload on threads of its own and returns its handle. A pause is noticed between two reads
    /// of the body; a cancelled upload deletes its parts, for nobody can read the body again.
    pub fn start(self) -> Result<TransferHandle<Response<UploadFileOutput>>, CosError> {
        TransferHandle::start(move |control| Self { client: self.client.steered_by(control), ..self }.send())
    }
}

/// Reads a part: all of it, unless the end comes first. A short read is not the end.
fn read_part(body: &mut dyn Read, part_size: u64, guess: u64) -> Result<Vec<u8>, CosError> {
    let mut data = Vec::with_capacity(part_size.min(guess) as usize);
    let read = body.take(part_size).read_to_end(&mut data);
    read.map_err(|e| CosClientError::new(ClientErrorKind::Body, format!("the body cannot be read: {e}")).caused_by(e))?;
    // Reading grows the memory by doubling it.
    data.shrink_to_fit();
    Ok(data)
}

type FirstAndRest<'t> = (Vec<u8>, Box<dyn Read + Send + 't>);

/// A reader as the source of an upload's parts.
struct ReaderParts<'t> {
    to: Destination<'t>,
    headers: HeaderMap,
    part_size: u64,
    enable_md5: bool,
    in_memory: Semaphore,
    pool: ThreadPool,
    stop: StopSignal,
    /// The first part and the reader of the others.
    body: Mutex<Option<FirstAndRest<'t>>>,
}

impl<'t> PartSource<'t> for ReaderParts<'t> {
    /// Reads parts on this thread and sends them on the pool's, until the end or the first failure.
    fn send_missing(&self, upload: &OpenUpload<'t>, _: &[Done], _: &UploadCheckpoint) -> Result<Vec<Done>, CosError> {
        let body = self.body.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((first, mut body)) = body else { return Ok(Vec::new()) };
        let (sent, failure) = (Mutex::new(Vec::new()), FirstError::default());
        let fail = |error| {
            self.stop.set();
            failure.set(error);
        };
        let read_and_send = || {
            self.pool.in_place_scope(|scope| {
                let (mut permit, mut data) = (self.in_memory.acquire(), first);
                for number in 1.. {
                    if number > MAX_PARTS {
                        let why = format!("the body is longer than {MAX_PARTS} parts; larger parts can take it");
                        return fail(CosClientError::invalid("part_size", why).into());
                    }
                    let (sent, fail) = (&sent, &fail);
                    scope.spawn(move |_| {
                        let _permit = permit;
                        if self.stop.has_failed() {
                            return;
                        }
                        match self.stop.guard(|| self.send(upload, number, &data)) {
                            Ok(done) => sent.lock().unwrap_or_else(PoisonError::into_inner).push(done),
                            Err(error) => fail(error),
                        }
                    });
                    permit = self.in_memory.acquire();
                    if self.stop.has_failed() {
                        return;
                    }
                    if let Err(error) = self.stop.proceed() {
                        return fail(error.into());
                    }
                    data = match read_part(&mut body, self.part_size, self.part_size) {
                        Ok(data) if data.is_empty() => return,
                        Ok(data) => data,
                        Err(error) => return fail(error),
                    };
                }
            });
            Ok(())
        };
        waiting_for(&self.pool, Box::new(read_and_send))?;
        failure.into_result()?;
        // A cancel that came after the last part must be heard, too: afterwards the parts are an object.
        self.stop.proceed()?;
        Ok(sent.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ReaderParts<'_> {
    fn send(&self, upload: &OpenUpload<'_>, number: u32, data: &[u8]) -> Result<Done, CosError> {
        let Destination { client, bucket, key, .. } = self.to;
        let put = client.upload_part(bucket, key, data, number, &upload.id);
        let answer = put.with_headers(self.headers.clone()).enable_md5(self.enable_md5).send()?;
        Ok(Done::new(number, answer.etag.as_str(), answer.sent_crc64, data.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// Gives one byte at a time, with interruptions.
    struct Slow(u64, bool);

    impl Read for Slow {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if self.0 == 0 || buf.is_empty() {
                return Ok(0);
            }
            self.0 -= 1;
            buf[0] = 7;
            Ok(1)
        }
    }

    #[test]
    fn parts_are_full_however_little_a_read_gives() {
        let mut body = Slow(25, false);
        let lengths: Vec<usize> = (0..4).map(|_| read_part(&mut body, 10, 10).unwrap().len()).collect();
        assert_eq!(lengths, [10, 10, 5, 0]);
    }
}
