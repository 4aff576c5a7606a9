//! The event stream a selection is answered with: messages of headers and payload, each under two CRC-32s.

use super::request::Totals;
use crate::xml::Xml;

/// How much of the result goes into one message.
const MESSAGE: usize = 128 * 1024;
/// And how much of one record.
const LARGEST_MESSAGE: usize = 1024 * 1024;

/// An event stream in the making.
pub(super) struct EventStream {
    out: Vec<u8>,
    records: Vec<u8>,
    with_progress: bool,
    returned: u64,
}

impl EventStream {
    pub(super) fn new(with_progress: bool) -> Self {
        Self { out: Vec::new(), records: Vec::new(), with_progress, returned: 0 }
    }

    /// Whether anything of the result was written.
    pub(super) fn has_records(&self) -> bool {
        self.returned > 0 || !self.records.is_empty()
    }

    /// Adds one record of the result.
    pub(super) fn record(&mut self, bytes: &[u8], totals: &Totals) {
        self.records.extend_from_slice(bytes);
        if self.records.len() >= MESSAGE {
            self.flush(totals);
        }
    }

    /// Ends the stream in order.
    pub(super) fn finish(mut self, totals: &Totals) -> Vec<u8> {
        self.flush(totals);
        let stats = self.document("Stats", totals);
        self.event("Stats", Some("text/xml"), stats.as_bytes());
        self.event("End", None, &[]);
        self.out
    }

    /// Ends the stream with an error.
    pub(super) fn fail(mut self, code: &str, message: &str, totals: &Totals) -> Vec<u8> {
        self.flush(totals);
        let headers = [(":error-code", code), (":error-message", message), (":message-type", "error")];
        self.message(&headers, &[]);
        self.out
    }

    fn flush(&mut self, totals: &Totals) {
        let records = std::mem::take(&mut self.records);
        for piece in records.chunks(LARGEST_MESSAGE) {
            self.returned += piece.len() as u64;
            self.event("Records", Some("application/octet-stream"), piece);
        }
        if self.with_progress {
            let progress = self.document("Progress", totals);
            self.event("Progress", Some("text/xml"), progress.as_bytes());
        }
    }

    fn document(&self, root: &'static str, totals: &Totals) -> String {
        let mut xml = Xml::root(root);
        xml.text("BytesScanned", totals.scanned)
            .text("BytesProcessed", totals.processed.get())
            .text("BytesReturned", self.returned);
        xml.finish()
    }

    fn event(&mut self, kind: &str, content_type: Option<&str>, payload: &[u8]) {
        let mut headers = vec![(":message-type", "event"), (":event-type", kind)];
        headers.extend(content_type.map(|content_type| (":content-type", content_type)));
        self.message(&headers, payload);
    }

    fn message(&mut self, headers: &[(&str, &str)], payload: &[u8]) {
        const STRING: u8 = 7;
        let mut block = Vec::new();
        for (name, value) in headers {
            block.push(name.len() as u8);
            block.extend_from_slice(name.as_bytes());
            block.push(STRING);
            block.extend_from_slice(&(value.len() as u16).to_be_bytes());
            block.extend_from_slice(value.as_bytes());
        }
        // Two lengths and a checksum before the headers, a checksum after the payload.
        let total = block.len() + payload.len() + 16;
        let mut message = Vec::with_capacity(total);
        message.extend_from_slice(&(total as u32).to_be_bytes());
        message.extend_from_slice(&(block.len() as u32).to_be_bytes());
        message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
        message.extend_from_slice(&block);
        message.extend_from_slice(payload);
        message.extend_from_slice(&crc32fast::hash(&message).to_be_bytes());
        self.out.extend_from_slice(&message);
    }
}
