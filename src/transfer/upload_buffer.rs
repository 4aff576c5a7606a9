//! Uploading what a reader gives, without knowing how much that is.

use std::fmt;
use std::io::Read;
use std::sync::{Condvar, Mutex, PoisonError};

use http::{HeaderMap, Method};

use super::MIB;
use super::handle::TransferHandle;
use super::multipart::complete::Done;
use super::multipart::session::{Destination, OpenUpload, refused};
use super::plan::part_size_bytes;
use super::pool::{StopSignal, threads};
use super::upload::{PART_HEADERS, UploadFileOutput};

use crate::client::CosS3Client;
use crate::control::Control;
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::ops::multipart::complete::Part;
use crate::ops::object::put::{UPLOAD, upload_body};
use crate::ops::options;
use crate::wire::request::Request;
use crate::wire::uri::Target;

/// The most parts that an upload may have.
const MAX_PARTS: u32 = 10_000;
/// How much memory the first part gets before it is known to be that long, in bytes.
const FIRST_GUESS: u64 = 16 * MIB;

impl CosS3Client {
    /// Uploads what a reader gives until its end, without knowing how much that is: in one request if it is
    /// less than a part, else in parts, several at a time.
    ///
    /// At most `max_buffer_size` MiB are in memory. The CRC-64 of every part and of the whole is compared
    /// with COS's. If the upload fails, its parts are deleted; a completion that was sent and whose outcome
    /// is unknown is left alone.
    ///
    /// Python:
    /// ```python
    /// response = client.upload_file_from_buffer(Bucket='examplebucket-1250000000', Key='big.bin', Body=stream)
    /// ```
    ///
    /// ```
    /// # use cos_emulator::CosEmulator;
    /// # use qcloud_cos::{CosConfig, CosS3Client};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let cos = CosEmulator::start()?;
    /// # let config = CosConfig::builder().region("ap-guangzhou").secret_id(cos.secret_id()).secret_key(cos.secret_key())
    /// #     .scheme("http").ip("127.0.0.1").port(cos.port()).build()?;
    /// # let client = CosS3Client::new(config)?;
    /// # client.create_bucket("examplebucket-1250000000").send()?;
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
}

impl fmt::Debug for UploadFileFromBuffer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFileFromBuffer").field("request", &self.request).finish_non_exhaustive()
    }
}

impl UploadFileFromBuffer<'_> {
    options::every!();
    options::acl!();
    options::object_headers!();
    options::managed_encryption!();
    options::customer_key!();
    options::conditions!();
    options::content_check!();
    options::traffic_limit!();

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

    /// Uploads what the reader gives.
    pub fn send(self) -> Result<UploadFileOutput, CosError> {
        let Self { client, mut request, mut body, max_buffer_size, part_size, max_thread } = self;
        let client = &client;
        let control = Control::of_this_thread();
        let _entered = control.enter();
        request.check()?;
        let room = Semaphore::new(max_buffer_size / part_size.max(1));
        let part_size = part_size_bytes(part_size)?;
        let pool = threads(max_thread)?;
        let first = read_part(&mut body, part_size, FIRST_GUESS)?;
        // A full part may be the whole; Python sends it in parts, too.
        if (first.len() as u64) < part_size {
            let put = || upload_body(client, request.repeat().with_body(first.as_slice().into()), false);
            return Ok(control.repeat(put)?.into());
        }
        let (bucket, key) = request.target.names()?;
        let upload = Destination { client, bucket, key, headers: &request.headers }.start()?;
        let job = Job {
            upload: &upload,
            headers: options::chosen(&request.headers, &PART_HEADERS),
            part_size,
            room: &room,
            outcome: SentParts::new(&control),
        };
        let _guard = upload.given_up_on_panic();
        job.run(&pool, first, body.as_mut());
        let parts = job.outcome.into_parts().inspect_err(|_| upload.give_up())?;
        let completed = control.repeat(|| upload.complete(parts.clone(), None)).inspect_err(|error| {
            if refused(error) {
                upload.give_up();
            }
        });
        Ok(completed?.into())
    }
}

impl UploadFileFromBuffer<'static> {
    /// Starts the upload on threads of its own and returns its handle. A pause is noticed between two reads
    /// of the body; a cancelled upload deletes its parts, for nobody can read the body again.
    pub fn start(self) -> Result<TransferHandle<UploadFileOutput>, CosError> {
        TransferHandle::start(|| self.send())
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

/// What reading and sending share.
struct Job<'t> {
    upload: &'t OpenUpload<'t>,
    headers: HeaderMap,
    part_size: u64,
    room: &'t Semaphore,
    outcome: SentParts,
}

impl Job<'_> {
    /// Reads parts on this thread and sends them on the pool's, until the end or the first failure.
    fn run(&self, pool: &rayon::ThreadPool, first: Vec<u8>, body: &mut dyn Read) {
        pool.in_place_scope(|scope| {
            let mut place = self.room.enter();
            let mut data = first;
            for number in 1.. {
                if number > MAX_PARTS {
                    let why = format!("the body is longer than {MAX_PARTS} parts; larger parts can take it");
                    return self.outcome.fail(CosClientError::invalid("part_size", why).into());
                }
                scope.spawn(move |_| {
                    let _place = place;
                    if !self.outcome.stop.has_failed() {
                        self.send(number, &data);
                    }
                });
                place = self.room.enter();
                if self.outcome.stop.has_failed() {
                    return;
                }
                if let Err(error) = self.outcome.stop.proceed() {
                    return self.outcome.fail(error.into());
                }
                data = match read_part(body, self.part_size, self.part_size) {
                    Ok(data) if data.is_empty() => return,
                    Ok(data) => data,
                    Err(error) => return self.outcome.fail(error),
                };
            }
        });
    }

    fn send(&self, number: u32, data: &[u8]) {
        let send = || {
            let Destination { client, bucket, key, .. } = self.upload.to;
            let upload = client.upload_part(bucket, key, data, number, &self.upload.id);
            upload.with_headers(self.headers.clone()).send()
        };
        match self.outcome.stop.repeat(send) {
            Ok(answer) => self.outcome.add(Done {
                part: Part { part_number: number, etag: answer.etag },
                crc64: answer.sent_crc64,
                len: data.len() as u64,
            }),
            Err(error) => self.outcome.fail(error),
        }
    }
}

/// What became of the parts.
struct SentParts {
    stop: StopSignal,
    done: Mutex<Vec<Done>>,
    first_error: Mutex<Option<CosError>>,
}

impl SentParts {
    fn new(control: &Control) -> Self {
        Self { stop: StopSignal::new(control), done: Mutex::default(), first_error: Mutex::default() }
    }

    fn add(&self, done: Done) {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).push(done);
    }

    fn fail(&self, error: CosError) {
        self.stop.set();
        self.first_error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    fn into_parts(self) -> Result<Vec<Done>, CosError> {
        if let Some(error) = self.first_error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(error);
        }
        // A cancel that came after the last part must be heard, too: afterwards the parts are an object.
        self.stop.proceed()?;
        Ok(self.done.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How many more parts memory has room for.
struct Semaphore {
    free: Mutex<u64>,
    left: Condvar,
}

impl Semaphore {
    fn new(parts: u64) -> Self {
        Self { free: Mutex::new(parts.max(1)), left: Condvar::new() }
    }

    /// Waits until a part has room.
    fn enter(&self) -> Permit<'_> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.left.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Permit(self)
    }
}

/// The room that one part takes; given back when dropped, by a panic, too.
struct Permit<'r>(&'r Semaphore);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.left.notify_one();
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

    #[test]
    fn a_place_is_given_back() {
        let room = Semaphore::new(0);
        let place = room.enter();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| drop(room.enter()));
            drop(place);
            waiting.join().unwrap();
        });
        assert_eq!(*room.free.lock().unwrap(), 1);
    }
}
