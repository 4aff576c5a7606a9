//! Fetching an object: in one request, or a range of it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use http::{HeaderMap, Method};

use crate::cipher::{Extent, KeyProof, Opener};
use crate::client::CosS3Client;
use crate::client::response::{Streaming, body_error};
use crate::client::resuming_body::{CHANGED, ResumingBody};
use crate::error::{ClientErrorKind, CosClientError, CosError};
use crate::local::{DirEntry, Replacement, write_all_at};
use crate::ops::object::head::HeadObjectOutput;
use crate::ops::object::stream_body::StreamBody;
use crate::ops::response::{Response, shown_as};
use crate::transfer::plan::PartRange;
use crate::transfer::pool::StopSignal;
use crate::transfer::progress::Progress;
use crate::wire::body_retry::BodyRetry;
use crate::wire::crc64::Crc64;
use crate::wire::range::ContentRange;
use crate::wire::request::Request;
use crate::wire::retry::StopReason;
use crate::wire::uri::Target;

/// How much of a range is read at a time, in bytes; more makes it slower again.
const READ: usize = 256 * 1024;
/// How much of a range is written at a time, in bytes: full writes of this size cost the least.
const WRITE: usize = 1024 * 1024;

/// An object that was downloaded.
///
/// The object's headers are reached through it: `done.etag`, `done.headers`, `done["ETag"]`. It prints and serializes as
/// Python's dict of headers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DownloadFileOutput {
    /// The object's headers.
    pub meta: Response<HeadObjectOutput>,
    /// Whether the CRC-64 was compared; false if COS did not say it, and only the length was checked.
    pub verified: bool,
    /// Whether the key was proven to be the right one, where the object was decrypted; `None` where it was not.
    pub key_proof: Option<KeyProof>,
}

shown_as!(DownloadFileOutput, meta: Response<HeadObjectOutput>);

/// A download in one request.
pub(super) struct WholeFetch<'t, 'a> {
    pub(super) client: &'t CosS3Client,
    pub(super) request: &'t Request<'a>,
    pub(super) path: &'t Path,
    /// Writes into the file itself, without a temporary one.
    pub(super) in_place: bool,
    pub(super) opener: Option<&'t Opener<'a>>,
    pub(super) crc_demanded_by: Option<&'static str>,
}

impl WholeFetch<'_, '_> {
    /// Fetches the object in one request, whose answer says all that a HEAD says. A body that breaks off resumes; only
    /// one that is damaged, or that cannot resume, is fetched again.
    pub(super) fn fetch(&self, place: &DirEntry, progress: &Progress<'_>) -> Result<DownloadFileOutput, CosError> {
        let (mut retry, mut attempts) = (BodyRetry::default(), 0);
        loop {
            progress.restart();
            let interruptions = self.client.interruptions();
            let failed = match self.fetch_once(place, progress, attempts > 0) {
                Ok(fetched) => {
                    self.client.bytes_received(&self.request.target, fetched.meta.content_length, &mut retry);
                    return Ok(fetched);
                }
                Err(failed) => failed,
            };
            attempts += failed.error.attempts();
            // A pause ends before the next request, and costs no attempt.
            let paused = self.client.interruptions() != interruptions;
            if !(failed.body_broke && (paused || failed.can_pass())) {
                return Err(with_total(failed.error, attempts, None));
            }
            let why = format_args!("{} broke off: {}", self.path.display(), failed.error);
            if !paused && let Err(stop) = self.client.retry_body(self.request, &mut retry, why) {
                return Err(with_total(failed.error, attempts, Some(stop)));
            }
        }
    }

    fn fetch_once(
        &self,
        place: &DirEntry,
        progress: &Progress<'_>,
        again: bool,
    ) -> Result<DownloadFileOutput, FetchFailure> {
        // Opened first: what cannot be written need not be fetched.
        if self.in_place {
            let failed = |e| CosClientError::local(self.path, "cannot write", e);
            let file = place.open_in_place().map_err(failed)?;
            return self.fetch_into(&file, progress, again, || file.set_len(0).map_err(failed));
        }
        let mut file = Replacement::create_at(place.clone())?;
        let fetched = self.fetch_into(&mut file, progress, again, || Ok(()))?;
        file.finish()?;
        Ok(fetched)
    }

    /// Fetches the object; `begin` is called when there is something to write.
    fn fetch_into(
        &self,
        file: impl Write,
        progress: &Progress<'_>,
        again: bool,
        begin: impl FnOnce() -> Result<(), CosClientError>,
    ) -> Result<DownloadFileOutput, FetchFailure> {
        let answer = self.client.execute_streaming(self.request.repeat().marked(again))?;
        answer.check_status()?;
        answer.check_range(None)?;
        let answer = ResumingBody::wrap(self.client, self.request.repeat(), answer);
        // This answer's own key: the object may have been replaced since the HEAD.
        let opened = self.opener.map(|opener| opener.open(&answer.headers)).transpose()?;
        let key_proof = opened.as_ref().map(|opened| opened.proof);
        let mut meta = HeadObjectOutput::of(answer.headers);
        check_crc_known(self.crc_demanded_by, &meta)?;
        let mut body = StreamBody::new(answer.body, answer.status, &meta.headers, answer.attempts);
        if let Some(opened) = opened {
            let extent = Extent::of(answer.status, &meta.headers)?;
            body = body.opened(opened.cipher, extent, None)?;
        }
        begin()?;
        let mut file = Reported { file, progress, written: 0 };
        body.copy_to(self.path, &mut file).map_err(|error| FetchFailure {
            error,
            body_broke: true,
            resumes: answer.resumes,
        })?;
        meta.content_length = file.written;
        Ok(DownloadFileOutput { verified: meta.crc64.is_some(), key_proof, meta })
    }
}

/// Fails if COS does not say the CRC-64 that a setting demands.
pub(super) fn check_crc_known(
    demanded_by: Option<&str>,
    meta: &Response<HeadObjectOutput>,
) -> Result<(), CosClientError> {
    match demanded_by.filter(|_| meta.crc64.is_none()) {
        Some(setting) => {
            let why = format!("{setting}: COS does not say the object's CRC-64");
            Err(CosClientError::answered(ClientErrorKind::Integrity, why))
        }
        None => Ok(()),
    }
}

/// Adds to an error the attempts in all. An error of a local file has nothing to do with them.
fn with_total(error: CosError, attempts: u32, stop: Option<StopReason>) -> CosError {
    if error.is_local() {
        return error;
    }
    let attempts = error.all_attempts().with_total(attempts, stop == Some(StopReason::Quota));
    error.with_attempts(attempts)
}

/// Why an object did not come in one request.
struct FetchFailure {
    error: CosError,
    /// Whether there was an answer, and its body did not come whole.
    body_broke: bool,
    /// Whether the body has requested its rest already, as often as it may.
    resumes: bool,
}

impl FetchFailure {
    /// Tells whether to fetch the whole again may help: it came damaged, or its body cannot resume, which a body that
    /// has tried to knows from an answer that is not the rest of it.
    fn can_pass(&self) -> bool {
        match self.error.kind() {
            // An error with a cause is of a body that ended early, and has tried to resume.
            Some(ClientErrorKind::Integrity) => {
                !self.resumes || self.error.client().is_none_or(|error| error.get_ref().is_none())
            }
            Some(ClientErrorKind::Protocol) => self.resumes,
            _ => !self.resumes && self.error.broke_off(),
        }
    }
}

impl<E: Into<CosError>> From<E> for FetchFailure {
    fn from(error: E) -> Self {
        Self { error: error.into(), body_broke: false, resumes: false }
    }
}

/// Reports the bytes that are written.
struct Reported<'p, W> {
    file: W,
    progress: &'p Progress<'p>,
    written: u64,
}

impl<W: Write> Write for Reported<'_, W> {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(buf)?;
        self.progress.forward(written as u64);
        self.written += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// What the ranges of a download share.
pub(super) struct Fetch<'t> {
    pub(super) client: &'t CosS3Client,
    pub(super) target: Target,
    pub(super) query: Vec<(String, String)>,
    /// The caller's headers and the `If-Match` that pins the object.
    pub(super) headers: HeaderMap,
    pub(super) size: u64,
    pub(super) file: &'t File,
    pub(super) path: &'t Path,
    pub(super) progress: &'t Progress<'t>,
    pub(super) stop: &'t StopSignal,
}

impl Fetch<'_> {
    /// Fetches a part and returns its CRC-64. A body that breaks off resumes where it stopped.
    pub(super) fn part(&self, part: PartRange) -> Result<u64, CosError> {
        let (mut done, mut crc) = (0, Crc64::new());
        self.fetch(part, &mut done, &mut crc).inspect_err(|_| self.progress.back(done))?;
        Ok(crc.value())
    }

    fn fetch(&self, part: PartRange, done: &mut u64, crc: &mut Crc64) -> Result<(), CosError> {
        let Streaming { mut body, attempts, .. } = self.open(part)?;
        let with_attempts = |error: CosClientError| -> CosError {
            let attempts = if error.attempts() == 0 { attempts } else { *error.all_attempts() };
            error.with_attempts(attempts).into()
        };
        let mut buffer = vec![0; WRITE.min(part.len as usize)];
        while *done < part.len {
            let wanted = buffer.len().min((part.len - *done) as usize);
            let (offset, mut filled) = (part.offset + *done, 0);
            while filled < wanted {
                if self.stop.has_failed() {
                    return Err(CosClientError::new(ClientErrorKind::Transport, "the transfer stopped").into());
                }
                self.stop.proceed()?;
                let end = wanted.min(filled + READ);
                match body.read(&mut buffer[filled..end]) {
                    Ok(0) => return Err(with_attempts(body_error(io::ErrorKind::UnexpectedEof.into()))),
                    Ok(read) => {
                        filled += read;
                        *done += read as u64;
                        self.progress.forward(read as u64);
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(with_attempts(body_error(error))),
                }
            }
            write_all_at(self.file, &buffer[..filled], offset)
                .map_err(|e| CosClientError::local(self.path, "cannot write", e))?;
            crc.update(&buffer[..filled]);
        }
        // A connection is kept for the next part only if its body was read to the end.
        match body.read(&mut buffer[..1]) {
            Ok(0) | Err(_) => Ok(()),
            Ok(_) => Err(with_attempts(not_the_part("the body is longer than the range"))),
        }
    }

    /// Requests a part. An answer with another range is given a second chance: a cache may have sent it.
    fn open(&self, part: PartRange) -> Result<Streaming, CosError> {
        let (first, last) = (part.offset, part.offset + part.len - 1);
        let mut request = Request::new("download_file", Method::GET, self.target.clone());
        request.query.clone_from(&self.query);
        request.headers.clone_from(&self.headers);
        request.set_header("range", &format!("bytes={first}-{last}"));
        let mut attempts = 0;
        loop {
            let answer = self.client.execute_streaming(request.repeat().marked(attempts > 0));
            let answer = answer.map_err(|error| error.or_changed(CHANGED))?;
            attempts += answer.attempts.count;
            let Err(other) = self.check_range(&answer, first, last) else {
                return Ok(ResumingBody::wrap_range(self.client, request, answer));
            };
            let first_time = attempts == answer.attempts.count && answer.status == 206;
            let retry = first_time && self.client.retry_body(&request, &mut BodyRetry::default(), &other).is_ok();
            if !retry {
                return Err(other.with_attempts(answer.attempts.with_total(attempts, false)).into());
            }
        }
    }

    /// Checks that the answer is the range asked for: anything else would be written in the wrong place.
    fn check_range(&self, answer: &Streaming, first: u64, last: u64) -> Result<(), CosClientError> {
        if answer.status == 200 && first == 0 && last + 1 == self.size {
            return Ok(());
        }
        if answer.status != 206 {
            return Err(not_the_part(&format!("the range was answered with status {}", answer.status)));
        }
        let expected = ContentRange { first, last, total: Some(self.size) };
        let found = answer.headers.get("content-range");
        if found.as_deref().and_then(ContentRange::parse) == Some(expected) {
            return Ok(());
        }
        Err(not_the_part(&format!("expected Content-Range \"{expected}\", found {found:?}")))
    }
}

fn not_the_part(why: &str) -> CosClientError {
    CosClientError::new(ClientErrorKind::Protocol, format!("the answer is not the part asked for: {why}"))
}
