//! The groups of header names that requests share, all in one place.

/// Headers whose values are secrets, hidden in every log and debug output.
pub(crate) const SECRET: [&str; 5] = [
    "authorization",
    "x-ci-security-token",
    "x-cos-security-token",
    "x-cos-server-side-encryption-customer-key",
    "x-cos-copy-source-server-side-encryption-customer-key",
];

/// Headers that a host may see which is not the one addressed, after a redirect.
pub(crate) const PUBLIC: [&str; 9] = [
    "accept",
    "accept-encoding",
    "user-agent",
    "connection",
    "range",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
];

/// Headers of an upload or download that a HEAD of the object needs: its key, and what hotlink protection asks for.
pub(crate) const HEAD: [&str; 4] = [
    "referer",
    "x-cos-server-side-encryption-customer-algorithm",
    "x-cos-server-side-encryption-customer-key",
    "x-cos-server-side-encryption-customer-key-md5",
];

/// Conditions on an object that is read.
pub(crate) const READ_CONDITIONS: [&str; 4] = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];

/// Conditions on what an upload replaces: a second attempt may be refused because the first succeeded.
pub(crate) const WRITE_CONDITIONS: [&str; 5] =
    ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "x-cos-forbid-overwrite"];

/// Headers of an upload that each part carries; the others belong to the object as a whole.
pub(crate) const PART: [&str; 4] = [
    "x-cos-traffic-limit",
    "x-cos-server-side-encryption-customer-algorithm",
    "x-cos-server-side-encryption-customer-key",
    "x-cos-server-side-encryption-customer-key-md5",
];

/// Headers of an upload that its completion carries: the callback, and the conditions that must hold then, too.
pub(crate) const COMPLETE: [&str; 5] =
    ["x-cos-callback", "x-cos-callback-var", "x-cos-forbid-overwrite", "if-match", "if-none-match"];

/// Headers that do not change what an upload makes, or must not be written to a disk.
pub(crate) const NOT_OF_THE_OBJECT: [&str; 3] = [
    "x-cos-traffic-limit",
    "x-cos-server-side-encryption-customer-key",
    "x-cos-copy-source-server-side-encryption-customer-key",
];

/// The condition that pins the source of a copy.
pub(crate) const COPY_SOURCE_IF_MATCH: &str = "x-cos-copy-source-if-match";

/// Headers of a copy that each part carries: keys. Conditions on the source are asked with the HEAD.
pub(crate) const COPY_PART: [&str; 6] = [
    "x-cos-server-side-encryption-customer-algorithm",
    "x-cos-server-side-encryption-customer-key",
    "x-cos-server-side-encryption-customer-key-md5",
    "x-cos-copy-source-server-side-encryption-customer-algorithm",
    "x-cos-copy-source-server-side-encryption-customer-key",
    "x-cos-copy-source-server-side-encryption-customer-key-md5",
];

/// Metadata of the source that a copy keeps, besides the metadata that starts with `x-cos-meta-`.
pub(crate) const KEPT_BY_COPY: [&str; 6] =
    ["cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires"];

/// The tags of an object, and whether a copy keeps them.
pub(crate) const TAGGING: &str = "x-cos-tagging";
pub(crate) const TAGGING_DIRECTIVE: &str = "x-cos-tagging-directive";

/// The conditions on the source of a copy and its key, by their names in the copy and in a HEAD of the source.
pub(crate) const COPY_SOURCE: [(&str, &str); 7] = [
    (COPY_SOURCE_IF_MATCH, "if-match"),
    ("x-cos-copy-source-if-none-match", "if-none-match"),
    ("x-cos-copy-source-if-modified-since", "if-modified-since"),
    ("x-cos-copy-source-if-unmodified-since", "if-unmodified-since"),
    ("x-cos-copy-source-server-side-encryption-customer-algorithm", "x-cos-server-side-encryption-customer-algorithm"),
    ("x-cos-copy-source-server-side-encryption-customer-key", "x-cos-server-side-encryption-customer-key"),
    ("x-cos-copy-source-server-side-encryption-customer-key-md5", "x-cos-server-side-encryption-customer-key-md5"),
];
