//! Requests whose body is an XML document.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use md5::{Digest as _, Md5};
use serde::Serialize;

use crate::wire::body::BodyKind;
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

    /// Adds the document's type and its MD5, which COS demands of some. They replace what setters set, as
    /// in Python.
    pub(crate) fn with_md5(mut self) -> Self {
        if let BodyKind::Bytes(document) = &self.body.0 {
            let md5 = BASE64_STANDARD.encode(Md5::digest(document));
            self.set_header("content-md5", &md5);
            self.set_header("content-type", "application/xml");
        }
        self
    }
}
