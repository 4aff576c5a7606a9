//! What a client knows of its hosts: how many retries it may still send them, and
//! which of them it avoids for a while.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::wire::retry::TOKENS;

/// The hosts, by name.
#[derive(Debug, Default)]
pub(crate) struct Hosts(Mutex<HashMap<String, Host>>);

#[derive(Debug)]
struct Host {
    tokens: u32,
    /// The end of the time at the backup domain, by the client's monotonic clock.
    avoided_until: Option<Duration>,
}

impl Default for Host {
    fn default() -> Self {
        Self { tokens: TOKENS, avoided_until: None }
    }
}

impl Hosts {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn tokens(&self, host: &str) -> u32 {
        self.all().get(host).map_or(TOKENS, |host| host.tokens)
    }

    /// Takes tokens. False: there are not enough, and none was taken.
    pub(crate) fn spend(&self, host: &str, cost: u32) -> bool {
        let mut all = self.all();
        let host = all.entry(host.to_owned()).or_default();
        match host.tokens.checked_sub(cost) {
            Some(left) => {
                host.tokens = left;
                true
            }
            None => false,
        }
    }

    /// Returns tokens to a host, up to the number it starts with.
    pub(crate) fn refund(&self, host: &str, tokens: u32) {
        if let Some(host) = self.all().get_mut(host) {
            host.tokens = host.tokens.saturating_add(tokens).min(TOKENS);
        }
    }

    /// Sends requests for this host to the backup domain until then.
    pub(crate) fn avoid(&self, host: &str, until: Duration) {
        self.all().entry(host.to_owned()).or_default().avoided_until = Some(until);
    }

    pub(crate) fn is_avoided(&self, host: &str, now: Duration) -> bool {
        self.all().get(host).and_then(|host| host.avoided_until).is_some_and(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_has_tokens_of_its_own_and_never_more_than_at_the_start() {
        let hosts = Hosts::default();
        assert!(hosts.spend("a", 495));
        assert!(!hosts.spend("a", 14));
        assert_eq!((hosts.tokens("a"), hosts.tokens("b")), (5, 500));
        hosts.refund("a", 14);
        assert_eq!(hosts.tokens("a"), 19);
        hosts.refund("a", 1000);
        assert_eq!(hosts.tokens("a"), 500);
    }

    #[test]
    fn a_host_is_avoided_for_a_while() {
        let hosts = Hosts::default();
        hosts.avoid("a", Duration::from_secs(60));
        assert!(hosts.is_avoided("a", Duration::from_secs(59)));
        assert!(!hosts.is_avoided("a", Duration::from_secs(60)));
        assert!(!hosts.is_avoided("b", Duration::ZERO));
    }
}
