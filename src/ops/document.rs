//! Requests whose body is an XML document.

use serde::Serialize;

use crate::wire::request::Request;
use crate::wire::xml;

impl Request<'_> {
    /// Sends a document. What cannot be written is reported when the request is sent.
    pub(crate) fn with_document<T: Serialize>(mut self, root: &str, value: &T) -> Self {
        match xml::write(root, value) {
            Ok(document) => self.body = document.into(),
            Err(error) => self.defer(error),
        }
        self
    }
}
