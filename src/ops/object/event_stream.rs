//! The answer of SELECT, event by event.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;

use http::Method;
use serde::{Deserialize, Serialize};

use crate::attempts::Attempts;
use crate::client::response::body_error;
use crate::error::{ClientErrorKind, CosClientError, CosError, CosServiceError, OriginalBody};
use crate::local::Replacement;
use crate::wire::event_stream::{Message, PRELUDE, Prelude, cut};
use crate::wire::xml;

/// How much is read after the end, in bytes, so that the connection can be used again.
const REMAINDER: u64 = 64 * 1024;

/// The events of a [`select_object_content`](crate::CosS3Client::select_object_content), in the order in
/// which they arrive.
///
/// The two checksums of every event are compared before it is handed out. COS's error event is a
/// [`CosServiceError`]; a stream that stops before its end event is an error, too. After an error it ends.
///
/// Python: `response['Payload']`
#[must_use = "events are read by going through them"]
pub struct EventStream {
    body: Box<dyn Read + Send>,
    origin: Origin,
    ended: bool,
}

/// The parts of an error that its event does not hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    pub(crate) status: u16,
    pub(crate) url: String,
    pub(crate) request_id: String,
    pub(crate) trace_id: String,
    /// Returns the attempts of a request that was answered.
    pub(crate) attempts: Attempts,
}

/// An event of a SELECT.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SelectEvent {
    /// Matching records in the output format. A record may continue in the next event.
    Records(Vec<u8>),
    /// The statistics of the whole query, shortly before the end.
    Stats(SelectStats),
    /// The progress so far, if the request asked for it.
    Progress(SelectStats),
    /// No news: COS is still at work.
    Cont,
    /// The end of the result.
    End,
}

/// How much a SELECT read and returned, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[non_exhaustive]
pub struct SelectStats {
    /// How much of the stored object was read.
    #[serde(deserialize_with = "xml::number")]
    pub bytes_scanned: u64,
    /// How much of it was processed, decompressed.
    #[serde(deserialize_with = "xml::number")]
    pub bytes_processed: u64,
    /// How much was returned.
    #[serde(deserialize_with = "xml::number")]
    pub bytes_returned: u64,
}

impl EventStream {
    pub(crate) fn new(body: Box<dyn Read + Send>, origin: Origin) -> Self {
        Self { body, origin, ended: false }
    }

    /// Returns the next event; nothing after the end event or an error.
    ///
    /// Python: `event = response['Payload'].next_event()`
    pub fn next_event(&mut self) -> Option<Result<SelectEvent, CosError>> {
        while !self.ended {
            let event = self.message().and_then(|message| self.event(&message));
            let event = event.map_err(|error| error.with_attempts(self.origin.attempts));
            self.ended = matches!(event, Err(_) | Ok(Some(SelectEvent::End)));
            if let Ok(Some(SelectEvent::End)) = event {
                // The result is complete. Only the connection needs the remaining bytes to be read.
                let _ = io::copy(&mut (&mut self.body).take(REMAINDER), &mut io::sink());
            }
            if let Some(event) = event.transpose() {
                return Some(event);
            }
        }
        None
    }

    /// Reads the stream to its end and returns the records.
    ///
    /// Python: `data = response['Payload'].get_select_result()`
    pub fn get_select_result(self) -> Result<Vec<u8>, CosError> {
        let mut records = Vec::new();
        for event in self {
            if let SelectEvent::Records(more) = event? {
                records.extend(more);
            }
        }
        Ok(records)
    }

    /// Reads the stream to its end and writes the records to a file.
    ///
    /// They are written to a temporary file beside it, which is renamed after the end event, so
    /// that the file is either the old or the complete new one.
    ///
    /// Python: `response['Payload'].get_select_result_to_file('records.csv')`
    pub fn get_select_result_to_file(self, file_name: impl AsRef<Path>) -> Result<(), CosError> {
        let path = file_name.as_ref();
        let mut file = Replacement::create(path)?;
        for event in self {
            if let SelectEvent::Records(records) = event? {
                file.write_all(&records).map_err(|e| CosClientError::local(path, "cannot write", e))?;
            }
        }
        file.finish()?;
        Ok(())
    }

    /// Reads and checks a message.
    fn message(&mut self) -> Result<Message, CosError> {
        let mut prelude = [0; PRELUDE];
        match self.read(&mut prelude)? {
            PRELUDE => {}
            0 => {
                let why = "event stream: it ended without its end event";
                return Err(CosClientError::new(ClientErrorKind::Integrity, why).into());
            }
            _ => return Err(cut().into()),
        }
        let prelude = Prelude::parse(prelude)?;
        let mut rest = vec![0; prelude.rest];
        let read = self.read(&mut rest)?;
        Ok(Message::parse(&prelude, rest.get(..read).unwrap_or_default())?)
    }

    /// Fills the buffer, or as much of it as the stream still has.
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, CosError> {
        let mut filled = 0;
        while filled < buf.len() {
            match self.body.read(&mut buf[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(body_error(error).into()),
            }
        }
        Ok(filled)
    }

    /// Turns a message into an event. `None`: this version does not know its kind.
    fn event(&self, message: &Message) -> Result<Option<SelectEvent>, CosError> {
        Ok(match (message.header(":message-type"), message.header(":event-type")) {
            ("error", _) => return Err(self.error(message).into()),
            ("event", "Records") => Some(SelectEvent::Records(message.payload.clone())),
            ("event", "Stats") => Some(SelectEvent::Stats(xml::parse("Stats", &message.payload)?)),
            ("event", "Progress") => Some(SelectEvent::Progress(xml::parse("Progress", &message.payload)?)),
            ("event", "Cont") => Some(SelectEvent::Cont),
            ("event", "End") => Some(SelectEvent::End),
            (kind, name) => {
                log::debug!("skipped an event of the unknown kind {kind:?} {name:?}");
                None
            }
        })
    }

    fn error(&self, message: &Message) -> CosServiceError {
        let fields = [
            ("code", message.header(":error-code")),
            ("message", message.header(":error-message")),
            ("resource", &self.origin.url),
            ("requestid", &self.origin.request_id),
            ("traceid", &self.origin.trace_id),
        ];
        let said = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let digest: BTreeMap<String, String> = said.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        CosServiceError {
            method: Method::POST,
            operation: "select_object_content",
            target: String::new(),
            status: self.origin.status,
            origin: OriginalBody::new(&message.payload),
            digest,
            attempts: self.origin.attempts,
            source: None,
        }
    }
}

impl Iterator for EventStream {
    type Item = Result<SelectEvent, CosError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_event()
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("ended", &self.ended).finish_non_exhaustive()
    }
}
