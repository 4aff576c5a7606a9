//! Requests whose body is an XML document.

use serde::Serialize;

use crate::dict::Dict;
use crate::wire::request::{Request, UNSET};
use crate::wire::xml;

impl Request<'_> {
    /// Sends a document. An error of writing it is reported when the request is sent.
    pub(crate) fn with_document<T: Serialize>(mut self, root: &str, value: &T) -> Self {
        match xml::write(root, value) {
            Ok(document) => self.body = document.into(),
            Err(error) => self.defer(error),
        }
        self
    }

    /// Writes the draft of the body, if there is one: as XML under its root, or as JSON if it has none.
    pub(crate) fn with_draft(mut self) -> Self {
        let Some((root, mut draft)) = self.draft.take() else { return self };
        prune(&mut draft, !root.is_empty());
        if !root.is_empty() {
            return self.with_document(root, &draft);
        }
        match serde_json::to_vec(&draft) {
            Ok(json) => self.body = json.into(),
            Err(error) => self.defer(crate::error::CosClientError::invalid("body", &error).caused_by(error)),
        }
        self
    }
}

/// Removes the members that no setter filled in and, unless `keep_empty`, dicts that become empty. Returns
/// whether nothing is left.
fn prune(draft: &mut Dict, keep_empty: bool) -> bool {
    match draft {
        Dict::Text(text) => text == UNSET,
        Dict::Map(entries) if !entries.is_empty() => {
            entries.retain_mut(|(_, value)| !prune(value, keep_empty));
            entries.is_empty() && !keep_empty
        }
        _ => false,
    }
}
