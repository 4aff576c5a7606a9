//! How often the rest of a broken body is requested.

/// How many bytes are progress: a body that breaks off after every few would take a request for each few.
const PROGRESS: u64 = 64 * 1024;

/// The retries of one body.
#[derive(Debug, Default)]
pub(crate) struct BodyRetry {
    /// How often it broke off since there was progress.
    breaks: u32,
    /// How many bytes came since it last broke off.
    since: u64,
    /// The tokens that the host was charged since bytes last came.
    spent: u32,
}

impl BodyRetry {
    /// Notes bytes that came, and returns the tokens that the host gets back for them.
    pub(crate) fn bytes_received(&mut self, bytes: u64) -> u32 {
        self.since += bytes;
        if bytes > 0 { std::mem::take(&mut self.spent) } else { 0 }
    }

    /// Notes that the body broke off. Returns how often it has done so, and the tokens that another request costs the
    /// host: `cost` if nothing came at all. `None`: all attempts are used.
    pub(crate) fn broke_off(&mut self, attempts: u32, cost: u32) -> Option<(u32, u32)> {
        let cost = if self.since == 0 { cost } else { 0 };
        self.breaks = if self.since >= PROGRESS { 1 } else { self.breaks + 1 };
        self.since = 0;
        self.spent += cost;
        (self.breaks < attempts).then_some((self.breaks, cost))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_after_as_many_breaks_without_progress_as_attempts() {
        let mut retry = BodyRetry::default();
        assert_eq!(retry.broke_off(4, 14), Some((1, 14)));
        retry.bytes_received(1);
        assert_eq!(retry.broke_off(4, 14), Some((2, 0)));
        retry.bytes_received(PROGRESS - 1);
        assert_eq!(retry.broke_off(4, 14), Some((3, 0)));
        assert_eq!(retry.broke_off(4, 14), None);
    }

    #[test]
    fn progress_starts_it_anew_and_gives_back_what_was_charged() {
        let mut retry = BodyRetry::default();
        assert_eq!(retry.broke_off(4, 14), Some((1, 14)));
        assert_eq!(retry.broke_off(4, 14), Some((2, 14)));
        assert_eq!((retry.bytes_received(0), retry.bytes_received(PROGRESS), retry.bytes_received(1)), (0, 28, 0));
        for _ in 0..100 {
            assert_eq!(retry.broke_off(4, 14), Some((1, 0)));
            retry.bytes_received(PROGRESS);
        }
    }
}
