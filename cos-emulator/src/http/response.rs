//! Answers, and how they are put on the wire.

use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;

use super::connection::Connection;
use super::pace::Pace;
use crate::blob::Data;
use crate::stop::Stop;

/// The body of an answer.
pub(crate) enum Payload {
    Bytes(Vec<u8>),
    /// `len` bytes of stored data from `offset` on.
    Stored {
        data: Data,
        offset: u64,
        len: u64,
    },
}

/// An answer.
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) payload: Payload,
    /// Whether the length is not announced.
    pub(crate) streamed: bool,
}

/// How an answer is bent out of shape on its way out.
#[derive(Clone, Copy, Default)]
pub(crate) struct Shape<'a> {
    /// Stop after this many bytes of the body.
    pub(crate) cut_after: Option<u64>,
    /// Announce this length, whatever is sent.
    pub(crate) declared: Option<u64>,
    /// Send the body in chunks.
    pub(crate) chunked: bool,
    /// Flip this bit of the body.
    pub(crate) flip_at: Option<u64>,
    /// Send the body in pieces of this size, each after this pause.
    pub(crate) trickle: Option<(usize, Duration)>,
    /// Hold the body to this speed.
    pub(crate) pace: Option<Pace<'a>>,
}

impl Response {
    pub(crate) fn new(status: u16) -> Self {
        Self { status, headers: Vec::new(), payload: Payload::Bytes(Vec::new()), streamed: false }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Display) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// Sets a header, replacing any of that name.
    pub(crate) fn set(&mut self, name: &str, value: impl Display) {
        self.unset(name);
        self.headers.push((name.to_owned(), value.to_string()));
    }

    pub(crate) fn unset(&mut self, name: &str) {
        self.headers.retain(|(have, _)| !have.eq_ignore_ascii_case(name));
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(have, _)| have.eq_ignore_ascii_case(name))
    }

    pub(crate) fn xml(mut self, document: String) -> Self {
        self.set("Content-Type", "application/xml");
        self.payload = Payload::Bytes(document.into_bytes());
        self
    }

    pub(crate) fn json(mut self, document: String) -> Self {
        self.set("Content-Type", "application/json");
        self.payload = Payload::Bytes(document.into_bytes());
        self
    }

    pub(crate) fn text(mut self, text: String) -> Self {
        self.set("Content-Type", "text/plain");
        self.payload = Payload::Bytes(text.into_bytes());
        self
    }

    /// A body that comes in chunks.
    pub(crate) fn streamed(mut self, bytes: Vec<u8>) -> Self {
        self.payload = Payload::Bytes(bytes);
        self.streamed = true;
        self
    }

    pub(crate) fn stored(mut self, data: Data, offset: u64, len: u64) -> Self {
        self.payload = Payload::Stored { data, offset, len };
        self
    }

    fn len(&self) -> u64 {
        match &self.payload {
            Payload::Bytes(bytes) => bytes.len() as u64,
            Payload::Stored { len, .. } => *len,
        }
    }

    /// Writes the answer; `Ok(false)` when it was cut short on purpose.
    pub(crate) fn write(
        &self,
        mut to: &Connection,
        headless: bool,
        shape: &Shape<'_>,
        stop: &Stop,
    ) -> io::Result<bool> {
        let mut head = self.head(shape).into_bytes();
        if headless || matches!(self.status, 204 | 304) {
            to.write_all(&head)?;
            return Ok(true);
        }
        let announced = shape.declared.unwrap_or(self.len());
        let len = self.len().min(shape.cut_after.unwrap_or(u64::MAX));
        let whole = if shape.chunked { shape.cut_after.is_none() } else { len == announced };
        if shape.chunked && len > 0 {
            head.extend_from_slice(format!("{len:x}\r\n").as_bytes());
        }
        if shape.flip_at.is_some() || shape.trickle.is_some() || shape.pace.is_some() {
            to.write_all(&head)?;
            self.write_bent(to, len, shape, stop)?;
        } else {
            match &self.payload {
                Payload::Bytes(bytes) => {
                    // One write, so that small answers are one packet.
                    head.extend_from_slice(&bytes[..len as usize]);
                    to.write_all(&head)?;
                }
                Payload::Stored { data, offset, .. } => {
                    to.write_all(&head)?;
                    to.send(data, *offset, len)?;
                }
            }
        }
        if shape.chunked && whole {
            to.write_all(if len > 0 { b"\r\n0\r\n\r\n" } else { b"0\r\n\r\n" })?;
        }
        Ok(whole)
    }

    /// Writes a body byte for byte as a fault wants it.
    fn write_bent(&self, mut to: &Connection, len: u64, shape: &Shape<'_>, stop: &Stop) -> io::Result<()> {
        let mut at = 0;
        let mut pace = shape.pace;
        let mut send = |chunk: &mut [u8]| {
            if let Some((bit, index)) = shape.flip_at.and_then(|bit| Some((bit % 8, (bit / 8).checked_sub(at)?)))
                && let Some(byte) = chunk.get_mut(index as usize)
            {
                *byte ^= 1 << bit;
            }
            at += chunk.len() as u64;
            if let Some((size, pause)) = shape.trickle {
                for piece in chunk.chunks(size.max(1)) {
                    stop.wait(pause);
                    to.write_all(piece)?;
                }
            } else if let Some(pace) = &mut pace {
                for piece in chunk.chunks(pace.piece()) {
                    to.write_all(piece)?;
                    pace.moved(piece.len() as u64);
                }
            } else {
                to.write_all(chunk)?;
            }
            Ok(())
        };
        match &self.payload {
            Payload::Bytes(bytes) => send(&mut bytes[..len as usize].to_vec()),
            Payload::Stored { data, offset, .. } => data.for_each_chunk(*offset, len, send),
        }
    }

    fn head(&self, shape: &Shape<'_>) -> String {
        let mut out = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        let mut line = |name: &str, value: &str| {
            for piece in [name, ": ", value, "\r\n"] {
                out.push_str(piece);
            }
        };
        for (name, value) in &self.headers {
            line(name, value);
        }
        if shape.chunked {
            line("Transfer-Encoding", "chunked");
        } else if !matches!(self.status, 204 | 304) && !self.has("content-length") {
            let len = shape.declared.unwrap_or(self.len());
            line("Content-Length", &len.to_string());
        }
        out.push_str("\r\n");
        out
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        203 => "Non-Authoritative Information",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        412 => "Precondition Failed",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
