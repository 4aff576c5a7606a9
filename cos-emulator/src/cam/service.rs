//! The requests that are not for COS.

use super::{metadata, sts};
use crate::context::Context;
use crate::error::Error;
use crate::http::{Body, Head, Response};
use crate::target::{is_own_address, without_port};

/// The target of a request outside of COS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Sts,
    Metadata,
}

impl Service {
    /// By the host's name; where that is this server's own address, by what only such a request has.
    pub(crate) fn of(head: &Head) -> Option<Self> {
        let host = without_port(head.host());
        let path = head.path.as_deref().unwrap_or_default();
        if host == "metadata.tencentyun.com" || host == "169.254.0.23" {
            return Some(Self::Metadata);
        }
        if host.starts_with("sts.") && host.ends_with(".tencentcloudapi.com") {
            return Some(Self::Sts);
        }
        let own = is_own_address(host);
        let form = head.headers.get("content-type") == Some("application/x-www-form-urlencoded");
        let api = head.method == "POST" && path == "/" && (form || head.headers.get("x-tc-action").is_some());
        match (own, api) {
            (true, true) => Some(Self::Sts),
            (true, false) if path.starts_with("/latest/meta-data/") => Some(Self::Metadata),
            _ => None,
        }
    }

    pub(crate) fn answer(self, context: &Context, head: &Head, body: &mut Body<'_>) -> Result<Response, Error> {
        match self {
            Self::Sts => sts::answer(context, head, body),
            Self::Metadata => Ok(metadata::answer(context, head)),
        }
    }
}
