//! What every reading of a document refuses: other text than UTF-8, and documents that are made to cost time or memory.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::error::{ClientErrorKind, CosClientError};

/// How deep elements may lie in each other; COS's go to 6.
pub(super) const MAX_DEPTH: usize = 64;
/// How many attributes an element may have; COS's have 2.
pub(super) const MAX_ATTRIBUTES: usize = 64;
/// How many elements a document may have; a page of 1000 keys has about 12,000.
pub(super) const MAX_ELEMENTS: usize = 100_000;

pub(super) fn text(body: &[u8]) -> Result<&str, CosClientError> {
    let text = std::str::from_utf8(body).map_err(|e| error("is not UTF-8").caused_by(e))?;
    Ok(text.trim_start_matches('\u{feff}').trim())
}

pub(super) fn unexpected(root: &str, found: &str) -> CosClientError {
    error(format!("expected <{root}>, found <{found}>"))
}

pub(super) fn error(why: impl std::fmt::Display) -> CosClientError {
    CosClientError::new(ClientErrorKind::Xml, format!("the XML answer {why}"))
}

/// Counts what a document has so far, and refuses what is made to cost time or memory.
#[derive(Default)]
pub(super) struct Bounds {
    depth: usize,
    elements: usize,
}

impl Bounds {
    pub(super) fn event<'x>(&mut self, reader: &mut Reader<&'x [u8]>) -> Result<Event<'x>, CosClientError> {
        let event = reader.read_event().map_err(|cause| error(cause.to_string()).caused_by(cause))?;
        match &event {
            Event::Start(tag) => {
                self.depth += 1;
                self.element(tag)?;
            }
            Event::Empty(tag) => self.element(tag)?,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            // COS sends none, and refusing it keeps entity bombs out.
            Event::DocType(_) => return Err(error("holds a document type")),
            _ => {}
        }
        Ok(event)
    }

    fn element(&mut self, tag: &BytesStart<'_>) -> Result<(), CosClientError> {
        self.elements += 1;
        if self.depth > MAX_DEPTH || self.elements > MAX_ELEMENTS {
            return Err(error(format!("has more than {MAX_ELEMENTS} elements, or {MAX_DEPTH} in each other")));
        }
        // Without the check for duplicates, which compares each with all before it.
        if tag.attributes().with_checks(false).nth(MAX_ATTRIBUTES).is_some() {
            return Err(error(format!("has an element of more than {MAX_ATTRIBUTES} attributes")));
        }
        Ok(())
    }
}
