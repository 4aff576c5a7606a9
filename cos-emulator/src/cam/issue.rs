//! Making temporary keys.

use std::time::Duration;

use super::policy::Policy;
use crate::context::Context;
use crate::credential::Credential;
use crate::ids;
use crate::time;

/// A temporary key just made.
pub(crate) struct Issued {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) token: String,
    /// Seconds since 1970.
    pub(crate) expires: u64,
}

impl Issued {
    /// When it expires, as text.
    pub(crate) fn expiration(&self) -> String {
        time::iso(self.expires.saturating_mul(1000))
    }
}

/// Makes a temporary key and accepts it until it expires.
pub(crate) fn issue(context: &Context, lifetime: Duration, policy: Option<Policy>) -> Issued {
    let issued = Issued {
        id: format!("AKID{}", ids::unique()),
        key: ids::unique(),
        token: format!("{}{}", ids::unique(), ids::unique()),
        expires: time::seconds(context.now()).saturating_add(lifetime.as_secs()),
    };
    context.credentials.add(Credential {
        expires: Some(issued.expires),
        policy,
        ..Credential::temporary(&issued.id, &issued.key, &issued.token)
    });
    issued
}
