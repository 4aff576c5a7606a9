//! The default encryption of a bucket: answers name it, but the emulator encrypts nothing.

use crate::store::Bucket;
use crate::xml::{self, Element};

/// The default of a rule, under either of the names in COS's pages.
pub(super) fn applied(rule: &Element) -> Option<&Element> {
    rule.child("ApplyServerSideEncryptionByDefault").or_else(|| rule.child("ApplySideEncryptionConfiguration"))
}

/// The headers of an object that is stored in this bucket without any of its own.
pub(crate) fn default_of(bucket: &Bucket) -> Option<Vec<(String, String)>> {
    let text = bucket.info.configurations.get("encryption")?;
    let tree = xml::parse(text.as_bytes(), "ServerSideEncryptionConfiguration").ok()?;
    let apply = applied(tree.child("Rule")?)?;
    let algorithm = match apply.child_text("SSEAlgorithm")? {
        "KMS" => "cos/kms",
        other => other,
    };
    let mut headers = vec![("x-cos-server-side-encryption".to_owned(), algorithm.to_owned())];
    if let Some(key) = apply.child_text("KMSMasterKeyID").filter(|key| !key.is_empty()) {
        headers.push(("x-cos-server-side-encryption-cos-kms-key-id".to_owned(), key.to_owned()));
    }
    Some(headers)
}
