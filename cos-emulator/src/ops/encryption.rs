//! The default encryption of a bucket, which answers say and nothing else does: the emulator encrypts nothing.

use crate::store::Bucket;
use crate::xml;

/// The headers of an object that is stored in this bucket without any of its own.
pub(crate) fn default_of(bucket: &Bucket) -> Option<Vec<(String, String)>> {
    let text = bucket.info.configurations.get("encryption")?;
    let tree = xml::parse(text.as_bytes(), "ServerSideEncryptionConfiguration").ok()?;
    let rule = tree.child("Rule")?;
    let names = ["ApplyServerSideEncryptionByDefault", "ApplySideEncryptionConfiguration"];
    let apply = names.iter().find_map(|name| rule.child(name))?;
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
