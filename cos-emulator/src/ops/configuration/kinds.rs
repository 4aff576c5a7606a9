//! What tells one kind of configuration from another.

use super::checks;
use crate::error::{Code, Error};
use crate::xml::Element;

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
    /// What must be in the document.
    pub(super) check: fn(&Element) -> Result<(), Error>,
}

const PLAIN: Kind = Kind {
    sub: "",
    root: None,
    needs_md5: true,
    missing: None,
    put_status: 200,
    list_root: None,
    check: checks::nothing,
};

/// Every kind that is kept. COS's codes where a page or an official client names them; the others follow the pattern.
pub(super) const KINDS: [Kind; 17] = [
    Kind {
        sub: "cors",
        root: Some("CORSConfiguration"),
        missing: Some(Code::NoSuchCORSConfiguration),
        check: checks::cors,
        ..PLAIN
    },
    Kind {
        sub: "lifecycle",
        root: Some("LifecycleConfiguration"),
        missing: Some(Code::NoSuchLifecycleConfiguration),
        check: checks::lifecycle,
        ..PLAIN
    },
    Kind {
        sub: "tagging",
        root: Some("Tagging"),
        missing: Some(Code::NoSuchTagSet),
        put_status: 204,
        check: checks::tagging,
        ..PLAIN
    },
    Kind {
        sub: "website",
        root: Some("WebsiteConfiguration"),
        missing: Some(Code::NoSuchWebsiteConfiguration),
        check: checks::website,
        ..PLAIN
    },
    Kind {
        sub: "replication",
        root: Some("ReplicationConfiguration"),
        missing: Some(Code::ReplicationConfigurationNotFoundError),
        check: checks::replication,
        ..PLAIN
    },
    Kind {
        sub: "encryption",
        root: Some("ServerSideEncryptionConfiguration"),
        needs_md5: false,
        missing: Some(Code::NoSuchEncryptionConfiguration),
        check: checks::encryption,
        ..PLAIN
    },
    Kind {
        sub: "referer",
        root: Some("RefererConfiguration"),
        missing: Some(Code::NoSuchRefererConfiguration),
        check: checks::referer,
        ..PLAIN
    },
    Kind {
        sub: "domain",
        root: Some("DomainConfiguration"),
        missing: Some(Code::NoSuchDomainConfiguration),
        check: checks::domain,
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
        check: checks::origin,
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
        check: checks::object_lock,
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
