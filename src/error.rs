//! The errors of this crate: before, during and after a request.

mod getters;
mod service;

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use http::Method;

use crate::attempts::{Attempts, Sent, getters};

/// Any error of this crate: raised on this side, or answered by COS.
///
/// Python: `CosClientError` and `CosServiceError`; `except CosServiceError as e:` becomes
/// `Err(CosError::Service(e)) => ...`.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CosError {
    /// The request was not sent, or no usable answer came back.
    #[error(transparent)]
    Client(#[from] CosClientError),
    /// COS answered with an error.
    #[error(transparent)]
    Service(Box<CosServiceError>),
}

impl CosError {
    /// Returns COS's error, if it is one.
    pub fn service(&self) -> Option<&CosServiceError> {
        match self {
            Self::Service(error) => Some(error),
            Self::Client(_) => None,
        }
    }

    /// Returns the error of this side, if it is one.
    pub fn client(&self) -> Option<&CosClientError> {
        match self {
            Self::Client(error) => Some(error),
            Self::Service(_) => None,
        }
    }

    /// Makes the error of a [`CredentialProvider`](crate::CredentialProvider) that could not get its credentials,
    /// of kind [`ClientErrorKind::Credentials`]. The cause's text must hold no secret.
    pub fn credentials(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let cause = cause.into();
        CosClientError::new(ClientErrorKind::Credentials, format!("credentials: {cause}")).caused_by(cause).into()
    }

    /// Makes the error of a [`CredentialProvider`](crate::CredentialProvider) that has none to give, of kind
    /// [`ClientErrorKind::NoCredentials`]. A [`CredentialChain`](crate::credentials::CredentialChain) then asks the next one.
    pub fn no_credentials(why: impl Into<String>) -> Self {
        CosClientError::new(ClientErrorKind::NoCredentials, why).into()
    }

    getters!();

    pub(crate) fn all_attempts(&self) -> &Attempts {
        match self {
            Self::Client(error) => error.all_attempts(),
            Self::Service(error) => error.all_attempts(),
        }
    }

    /// Adds the attempts that were made.
    pub(crate) fn with_attempts(self, attempts: Attempts) -> Self {
        match self {
            Self::Client(error) => error.with_attempts(attempts).into(),
            Self::Service(error) => CosServiceError { attempts, ..*error }.into(),
        }
    }

    /// Adds which bucket or object the request was about.
    pub(crate) fn about(self, target: String) -> Self {
        match self {
            Self::Service(error) => CosServiceError { target, ..*error }.into(),
            client @ Self::Client(_) => client,
        }
    }

    /// Whether it is a 404 with this code that says no more than that an earlier attempt, whose answer was lost,
    /// succeeded.
    pub(crate) fn done_before(&self, code: &str) -> bool {
        self.is_not_found()
            && self.all_attempts().may_have_succeeded
            && self.service().is_some_and(|error| error.get_error_code() == code)
    }

    /// Whether a connection broke or stood still, so that going on where it stopped may help.
    pub(crate) fn broke_off(&self) -> bool {
        use ClientErrorKind::{Stalled, Timeout, Transport};
        matches!(self.kind(), Some(Transport | Timeout | Stalled))
    }

    /// Reads the failed condition that pinned a transfer as its meaning: `what` was replaced.
    pub(crate) fn or_changed(self, what: &str) -> Self {
        match self {
            Self::Service(error) if error.status == 412 => {
                CosClientError::meant(ClientErrorKind::ObjectChanged, what, *error).into()
            }
            other => other,
        }
    }

    /// Whether it is about a local file, whatever was sent.
    pub(crate) fn is_local(&self) -> bool {
        matches!(self.kind(), Some(ClientErrorKind::Local { .. }))
    }
}

impl From<CosServiceError> for CosError {
    fn from(error: CosServiceError) -> Self {
        Self::Service(Box::new(error))
    }
}

impl From<CosError> for io::Error {
    fn from(error: CosError) -> Self {
        io::Error::other(error)
    }
}

/// Returns the error of this crate that reading a body reported, as it was. Any other error becomes one of kind
/// [`ClientErrorKind::Local`] without a path, so that `?` works on a script's own files, too.
impl From<io::Error> for CosError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(own) => own,
            Err(error) => match error.downcast::<CosClientError>() {
                Ok(own) => own.into(),
                Err(error) => {
                    let kind = ClientErrorKind::Local { path: PathBuf::new() };
                    CosClientError::new(kind, error.to_string()).caused_by(error).into()
                }
            },
        }
    }
}

/// The kinds of a [`CosClientError`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientErrorKind {
    /// An argument or a setting is wrong; nothing was sent.
    InvalidInput {
        /// The argument's or setting's name.
        field: String,
    },
    /// The host name has no address.
    Dns,
    /// No connection could be made; nothing was sent.
    Connect,
    /// The proxy could not be reached, or refused to connect; nothing was sent to COS. The text names the proxy.
    Proxy,
    /// The TLS handshake failed: wrong host, unknown authority, expired certificate.
    Tls,
    /// The server was silent for longer than the configured timeout.
    Timeout,
    /// The answer's body came more slowly than the configured limit.
    Stalled,
    /// The connection broke while sending or receiving.
    Transport,
    /// The answer is not what HTTP or COS promises.
    Protocol,
    /// The XML body of an answer cannot be read.
    Xml,
    /// Bytes differ from what their checksum or length says.
    Integrity,
    /// The answer was lost, and nothing tells whether the request was carried out.
    Ambiguous,
    /// The answer to an append was lost, and the object is neither as it was before nor as the append would have
    /// made it: somebody else wrote to it.
    AppendConflict,
    /// The credentials could not be obtained, or have expired.
    Credentials,
    /// A provider has no credentials to give: its variables, file or role are not there.
    NoCredentials,
    /// A local file could not be read or written.
    Local {
        /// The file; empty if the error does not tell it.
        path: PathBuf,
    },
    /// A key cannot become a path inside the folder it is downloaded into.
    UnsafePath {
        /// The key.
        key: String,
    },
    /// The local file changed while it was being uploaded.
    SourceChanged,
    /// The object changed while it was being downloaded.
    ObjectChanged,
    /// An encrypted object does not fit the key, its place, or what the client accepts; or it is not encrypted.
    Decryption,
    /// Another transfer, of this program or another one, is downloading to the same file.
    Locked,
    /// The transfer was cancelled through its handle.
    Cancelled,
    /// The request's body cannot be read again, so the request cannot be retried.
    Body,
}

/// An error on this side: bad input, no connection, unreadable answer, local file trouble.
///
/// Python: `CosClientError`.
pub struct CosClientError(Box<ClientErrorInner>);

#[derive(Debug)]
struct ClientErrorInner {
    kind: ClientErrorKind,
    message: String,
    attempts: Attempts,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl CosClientError {
    pub(crate) fn new(kind: ClientErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(ClientErrorInner { kind, message: message.into(), attempts: Attempts::default(), source: None }))
    }

    /// Says which answer it was in.
    pub(crate) fn in_answer(mut self, operation: &str, request_id: &str) -> Self {
        self.0.message = format!("{operation}: {} (request id {request_id:?})", self.0.message);
        self
    }

    pub(crate) fn invalid(field: impl Into<String>, why: impl fmt::Display) -> Self {
        let field = field.into();
        let message = format!("{field}: {why}");
        Self::new(ClientErrorKind::InvalidInput { field }, message)
    }

    pub(crate) fn local(path: &Path, doing: &str, source: io::Error) -> Self {
        let shown = if path.as_os_str().is_empty() { "\"\"".into() } else { path.to_string_lossy() };
        let message = format!("{doing} {shown}: {source}");
        let path = path.to_path_buf();
        Self::new(ClientErrorKind::Local { path }, message).caused_by(source)
    }

    /// Adds what the caller may have meant.
    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.0.message = format!("{}; {hint}", self.0.message);
        self
    }

    /// A connection that broke or stood still while something was read from it.
    pub(crate) fn broken(what: &str, source: io::Error) -> Self {
        let slow = source.get_ref().and_then(|inner| inner.downcast_ref::<TooSlow>()).is_some();
        let kind = match source.kind() {
            io::ErrorKind::TimedOut if slow => ClientErrorKind::Stalled,
            io::ErrorKind::TimedOut => ClientErrorKind::Timeout,
            _ => ClientErrorKind::Transport,
        };
        Self::new(kind, format!("{what}: {source}")).caused_by(source)
    }

    /// Reading a body failed. A source that says that it changed is an error of its own.
    pub(crate) fn unreadable_body(own: io::Error) -> Self {
        match own.downcast::<Self>() {
            Ok(error) if *error.kind() == ClientErrorKind::SourceChanged => error,
            Ok(error) => Self::new(ClientErrorKind::Body, format!("the body cannot be read: {error}")).caused_by(error),
            Err(own) => Self::new(ClientErrorKind::Body, format!("the body cannot be read: {own}")).caused_by(own),
        }
    }

    pub(crate) fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Makes the error of an answer with wrong content.
    pub(crate) fn answered(kind: ClientErrorKind, message: impl Into<String>) -> Self {
        let mut error = Self::new(kind, message);
        error.0.attempts = Attempts { count: 1, sent: Sent::All, ..Attempts::default() };
        error
    }

    /// Makes the error that a refusal of COS means.
    pub(crate) fn meant(kind: ClientErrorKind, message: impl Into<String>, refusal: CosServiceError) -> Self {
        let mut error = Self::new(kind, message);
        error.0.attempts = refusal.attempts;
        error.caused_by(refusal)
    }

    /// Makes the same error again, without its source.
    pub(crate) fn again(&self) -> Self {
        Self::new(self.0.kind.clone(), self.0.message.clone())
    }

    /// Adds the attempts that were made.
    pub(crate) fn with_attempts(mut self, attempts: Attempts) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Says that no time was left to try more.
    pub(crate) fn without_time(mut self) -> Self {
        self.0.attempts.deadline_exceeded = true;
        self
    }

    pub(crate) fn with_attempt_count(mut self, attempts: u32) -> Self {
        self.0.attempts.count = attempts;
        self
    }

    /// Makes the error of a request of unknown outcome, whose last failure was `last`.
    pub(crate) fn unclear(kind: ClientErrorKind, why: &str, last: CosError) -> Self {
        let attempts = *last.all_attempts();
        let mut error = Self::new(kind, format!("{why}: {last}")).caused_by(last);
        error.0.attempts = attempts;
        error
    }

    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the error that caused this one, such as an [`io::Error`] to downcast to.
    pub fn get_ref(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// Returns what kind of failure this is.
    pub fn kind(&self) -> &ClientErrorKind {
        &self.0.kind
    }

    getters!();

    pub(crate) fn all_attempts(&self) -> &Attempts {
        &self.0.attempts
    }
}

impl fmt::Display for CosClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        // A cause that is part of the message told of the attempts already.
        if matches!(self.0.kind, ClientErrorKind::Ambiguous | ClientErrorKind::AppendConflict) {
            Ok(())
        } else {
            write!(f, "{}", self.0.attempts)
        }
    }
}

impl StdError for CosClientError {
    /// Returns what the text does not tell yet, so that a printed chain says each thing once;
    /// [`get_ref`](Self::get_ref) returns the cause in any case.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let cause = self.get_ref()?;
        if self.0.message.contains(&cause.to_string()) { cause.source() } else { Some(cause) }
    }
}

/// Why a body that moves is too slow.
#[derive(Debug, thiserror::Error)]
#[error("fewer than {least} bytes came in {seconds} s")]
pub(crate) struct TooSlow {
    pub(crate) least: u128,
    pub(crate) seconds: u64,
}

/// What the getters of [`CosServiceError`] answer when COS said nothing; Python's word.
const UNKNOWN: &str = "Unknown";

/// The body of an error. COS repeats a request's signed headers in some, and with them its token and key, so
/// that `Debug` says only how long it is.
pub(crate) struct OriginalBody(String);

impl OriginalBody {
    pub(crate) fn new(body: &[u8]) -> Self {
        Self(String::from_utf8_lossy(body).into_owned())
    }
}

impl fmt::Debug for OriginalBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

/// An error that COS answered.
///
/// `Debug` leaves out the body, in which COS may repeat what was signed, such as a token.
///
/// Python: `CosServiceError`; the getters have its names and, like there, answer `"Unknown"` for
/// what the answer did not hold.
pub struct CosServiceError {
    pub(crate) method: Method,
    pub(crate) operation: &'static str,
    /// The bucket, or bucket and key, that the request was about; empty if it was about neither.
    pub(crate) target: String,
    pub(crate) status: u16,
    pub(crate) origin: OriginalBody,
    pub(crate) digest: BTreeMap<String, String>,
    pub(crate) attempts: Attempts,
    /// Why credentials that COS refused could not be replaced.
    pub(crate) source: Option<Box<CosError>>,
}
