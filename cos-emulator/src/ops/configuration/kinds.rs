//! The kinds of configurations, and their differences.

use super::checks;
use crate::error::{Code, Error};
use crate::xml::Element;

type Check = fn(&Element) -> Result<(), Error>;

/// A kind of configuration.
pub(super) struct Kind {
    pub(super) sub: &'static str,
    /// Root of the document; none for the policy, which is JSON.
    pub(super) root: Option<&'static str>,
    pub(super) needs_md5: bool,
    /// The error when there is none; without it an empty document is returned.
    pub(super) missing: Option<Code>,
    /// The status of a configuration that was put.
    pub(super) put_status: u16,
    /// Whether a bucket has several, by their ids, and the root of their list.
    pub(super) list_root: Option<&'static str>,
    /// Refuses a document that lacks something.
    pub(super) check: Option<Check>,
}

const PLAIN: Kind =
    Kind { sub: "", root: None, needs_md5: true, missing: None, put_status: 200, list_root: None, check: None };

/// Every kind that is kept. COS's codes where a page or an official client names them; the others follow the pattern.
pub(super) const KINDS: [Kind; 17] = [
    Kind {
        sub: "cors",
        root: Some("CORSConfiguration"),
        missing: Some(Code::NoSuchCORSConfiguration),
        check: Some(checks::cors),
        ..PLAIN
    },
    Kind {
        sub: "lifecycle",
        root: Some("LifecycleConfiguration"),
        missing: Some(Code::NoSuchLifecycleConfiguration),
        check: Some(checks::lifecycle),
        ..PLAIN
    },
    Kind {
        sub: "tagging",
        root: Some("Tagging"),
        missing: Some(Code::NoSuchTagSet),
        put_status: 204,
        check: Some(checks::tagging),
        ..PLAIN
    },
    Kind {
        sub: "website",
        root: Some("WebsiteConfiguration"),
        missing: Some(Code::NoSuchWebsiteConfiguration),
        check: Some(checks::website),
        ..PLAIN
    },
    Kind {
        sub: "replication",
        root: Some("ReplicationConfiguration"),
        missing: Some(Code::ReplicationConfigurationNotFoundError),
        check: Some(checks::replication),
        ..PLAIN
    },
    Kind {
        sub: "encryption",
        root: Some("ServerSideEncryptionConfiguration"),
        needs_md5: false,
        missing: Some(Code::NoSuchEncryptionConfiguration),
        check: Some(checks::encryption),
        ..PLAIN
    },
    Kind {
        sub: "referer",
        root: Some("RefererConfiguration"),
        missing: Some(Code::NoSuchRefererConfiguration),
        check: Some(checks::referer),
        ..PLAIN
    },
    Kind {
        sub: "domain",
        root: Some("DomainConfiguration"),
        missing: Some(Code::NoSuchDomainConfiguration),
        check: Some(checks::domain),
        ..PLAIN
    },
    Kind {
        sub: "domaincertificate",
        root: Some("DomainCertificate"),
        missing: Some(Code::NoSuchDomainCertificate),
        ..PLAIN
    },
    Kind {
        sub: "origin",
        root: Some("OriginConfiguration"),
        missing: Some(Code::NoSuchOriginConfiguration),
        check: Some(checks::origin),
        ..PLAIN
    },
    Kind { sub: "policy", needs_md5: false, missing: Some(Code::NoSuchBucketPolicy), put_status: 204, ..PLAIN },
    Kind {
        sub: "inventory",
        root: Some("InventoryConfiguration"),
        missing: Some(Code::NoSuchConfiguration),
        list_root: Some("ListInventoryConfigurationResult"),
        ..PLAIN
    },
    Kind {
        sub: "intelligent-tiering",
        root: Some("IntelligentTieringConfiguration"),
        needs_md5: false,
        missing: Some(Code::NoSuchConfiguration),
        list_root: Some("ListBucketIntelligentTieringConfigurationsOutput"),
        ..PLAIN
    },
    Kind {
        sub: "object-lock",
        root: Some("ObjectLockConfiguration"),
        missing: Some(Code::ObjectLockConfigurationNotFoundError),
        check: Some(checks::object_lock),
        ..PLAIN
    },
    Kind {
        sub: "response-control",
        root: Some("ResponseControlConfiguration"),
        missing: Some(Code::NoSuchResponseControlConfiguration),
        ..PLAIN
    },
    // The two that COS answers with an empty document when there is none.
    Kind { sub: "logging", root: Some("BucketLoggingStatus"), ..PLAIN },
    Kind { sub: "intelligenttiering", root: Some("IntelligentTieringConfiguration"), needs_md5: false, ..PLAIN },
];
