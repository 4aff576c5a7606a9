//! A cache that keeps credentials until shortly before they expire.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::deadline::time_left;
use super::{CredentialProvider, Credentials};
use crate::error::{ClientErrorKind, CosClientError, CosError};

/// How long before they expire credentials are renewed.
const EARLY: Duration = Duration::from_secs(300);
/// How long the cache waits before it asks a provider again while the old credentials are still valid.
const REST: Duration = Duration::from_secs(10);

type Clock = dyn Fn() -> SystemTime + Send + Sync;

/// Keeps the credentials of another provider, and renews them shortly before they expire.
///
/// Only one thread at a time asks the provider. The other threads use the old credentials while those are valid,
/// and otherwise wait for the result. If a renewal fails, the old credentials are used
/// until they expire. Credentials whose expiry is not known are kept until COS refuses them.
///
/// [`InstanceRoleCredentials`](crate::credentials::InstanceRoleCredentials),
/// [`AssumeRoleCredentials`](crate::credentials::AssumeRoleCredentials) and
/// [`FederationTokenCredentials`](crate::credentials::FederationTokenCredentials) do this by themselves.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use qcloud_cos::{CosConfig, CosError, CredentialProvider, Credentials};
/// use qcloud_cos::credentials::CachedCredentials;
///
/// struct FromVault;
///
/// impl CredentialProvider for FromVault {
///     fn credentials(&self) -> Result<Credentials, CosError> {
///         let in_an_hour = SystemTime::now() + Duration::from_secs(3600);
///         Ok(Credentials::with_token("AKIDEXAMPLE", "secret", "token").with_expiry(in_an_hour))
///     }
/// }
///
/// let provider = CachedCredentials::new(FromVault).refresh_before(Duration::from_secs(600));
/// let config = CosConfig::builder().region("ap-beijing").credential_instance(provider).build()?;
/// # Ok::<(), CosError>(())
/// ```
#[derive(Debug)]
pub struct CachedCredentials<P> {
    provider: P,
    cache: Cache,
}

impl<P: CredentialProvider> CachedCredentials<P> {
    /// Puts a provider behind a cache, without asking it yet.
    pub fn new(provider: P) -> Self {
        Self { provider, cache: Cache::default() }
    }

    /// Sets how long before they expire credentials are renewed; at most a quarter of the time for which they
    /// are valid. Default: 5 minutes.
    pub fn refresh_before(mut self, early: Duration) -> Self {
        self.cache.early = early;
        self
    }

    /// Sets where the time comes from. For tests. Default: the system's clock.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.cache.clock = Arc::new(clock);
        self
    }
}

impl<P: CredentialProvider> CredentialProvider for CachedCredentials<P> {
    fn credentials(&self) -> Result<Credentials, CosError> {
        self.cache.get(|| self.provider.credentials())
    }

    fn refresh(&self) -> Result<Credentials, CosError> {
        self.cache.refresh(|| self.provider.refresh())
    }
}

/// The cache of [`CachedCredentials`], also for providers that have their own.
pub(crate) struct Cache {
    pub(crate) early: Duration,
    pub(crate) clock: Arc<Clock>,
    state: Mutex<State>,
    ended: Condvar,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    /// A thread is asking the provider.
    asking: bool,
    /// How many requests to the provider have ended.
    asked: u64,
    /// How many threads have waited for one to end.
    #[cfg(test)]
    waited: usize,
    /// Why the provider failed when it was asked last.
    failure: Option<CosClientError>,
    /// The provider is not asked again before this time.
    rest_until: Option<SystemTime>,
}

struct Held {
    credentials: Credentials,
    since: SystemTime,
    /// The time from which they are renewed.
    renew_at: Option<SystemTime>,
    /// Whether they replaced credentials that COS refused.
    forced: bool,
}

impl Held {
    /// Fresh credentials are not judged by this machine's clock, which may be wrong.
    fn is_new(&self, now: SystemTime) -> bool {
        now.duration_since(self.since).is_ok_and(|age| age < REST)
    }

    fn is_valid(&self, now: SystemTime) -> bool {
        self.is_new(now) || self.credentials.expires_at().is_none_or(|end| now < end)
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            early: EARLY,
            clock: Arc::new(SystemTime::now),
            state: Mutex::new(State::default()),
            ended: Condvar::new(),
        }
    }
}

impl Cache {
    pub(crate) fn now(&self) -> SystemTime {
        (self.clock)()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the kept credentials, or new ones from `ask`.
    pub(crate) fn get(&self, ask: impl FnOnce() -> Result<Credentials, CosError>) -> Result<Credentials, CosError> {
        let now = self.now();
        let state = self.lock();
        let Some(held) = state.held.as_ref().filter(|held| held.is_valid(now)) else {
            return self.renew(state, false, ask);
        };
        let resting = state.asking || state.rest_until.is_some_and(|end| now < end);
        let credentials = held.credentials.clone();
        if resting || held.renew_at.is_none_or(|at| now < at) {
            return Ok(credentials);
        }
        self.renew(state, false, ask).or_else(|error| {
            log::warn!("the credentials could not be renewed; the old ones are used while they are valid: {error}");
            Ok(credentials)
        })
    }

    /// Returns new credentials from `ask`, unless another thread has just renewed them for the same reason.
    pub(crate) fn refresh(&self, ask: impl FnOnce() -> Result<Credentials, CosError>) -> Result<Credentials, CosError> {
        let now = self.now();
        let state = self.lock();
        match &state.held {
            // COS may refuse many threads at once, and the first may have renewed the credentials already.
            Some(held) if held.forced && held.is_new(now) && !state.asking => Ok(held.credentials.clone()),
            _ => self.renew(state, true, ask),
        }
    }

    /// Asks the provider, or waits for the thread that is asking.
    fn renew(
        &self,
        mut state: MutexGuard<'_, State>,
        forced: bool,
        ask: impl FnOnce() -> Result<Credentials, CosError>,
    ) -> Result<Credentials, CosError> {
        if state.asking {
            let before = state.asked;
            #[cfg(test)]
            {
                state.waited += 1;
            }
            let state = match time_left() {
                None => {
                    let waited = self.ended.wait_while(state, |state| state.asked == before);
                    waited.unwrap_or_else(PoisonError::into_inner)
                }
                Some(left) => {
                    let waited = self.ended.wait_timeout_while(state, left, |state| state.asked == before);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
            if state.asked == before {
                return Err(out_of_time().into());
            }
            return match (&state.failure, &state.held) {
                (None, Some(held)) => Ok(held.credentials.clone()),
                // That thread had less time left.
                (Some(failure), _) if failure.deadline_exceeded() => self.renew(state, forced, ask),
                (failure, _) => Err(failure.as_ref().map_or_else(unfinished, CosClientError::again).into()),
            };
        }
        state.asking = true;
        state.failure = Some(unfinished());
        drop(state);
        let turn = Turn(self);
        let given = ask();
        let now = self.now();
        let mut state = self.lock();
        state.rest_until = now.checked_add(REST);
        state.failure = given.as_ref().err().map(shared);
        if let Ok(credentials) = &given {
            let renew_at = self.renew_at(credentials, now);
            state.held = Some(Held { credentials: credentials.clone(), since: now, renew_at, forced });
        }
        drop(state);
        drop(turn);
        given
    }

    fn renew_at(&self, credentials: &Credentials, now: SystemTime) -> Option<SystemTime> {
        let end = credentials.expires_at()?;
        let left = end.duration_since(now).unwrap_or_default();
        end.checked_sub(self.early.min(left / 4))
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        let held = state.held.as_ref().map(|held| &held.credentials);
        f.debug_struct("Cache").field("early", &self.early).field("held", &held).finish_non_exhaustive()
    }
}

/// Marks the request as ended, even if the provider panics.
struct Turn<'a>(&'a Cache);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.asking = false;
        state.asked += 1;
        drop(state);
        self.0.ended.notify_all();
    }
}

fn unfinished() -> CosClientError {
    CosClientError::new(ClientErrorKind::Credentials, "the provider of the credentials did not return")
}

fn out_of_time() -> CosClientError {
    CosClientError::new(ClientErrorKind::Credentials, "the credentials did not come in time").without_time()
}

/// The same error for all threads that waited.
fn shared(error: &CosError) -> CosClientError {
    match error {
        CosError::Client(error) => error.again(),
        CosError::Service(_) => CosClientError::new(ClientErrorKind::Credentials, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
    use std::thread;
    use std::time::UNIX_EPOCH;

    use super::*;

    /// Gives credentials numbered from 1 on that are valid for so many seconds; fails where told to.
    struct Numbered {
        lifetime: Option<u64>,
        count: AtomicUsize,
        failing: AtomicUsize,
        time: Arc<AtomicU64>,
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    impl CredentialProvider for Numbered {
        fn credentials(&self) -> Result<Credentials, CosError> {
            let number = self.count.fetch_add(1, Ordering::SeqCst) + 1;
            if self.failing.load(Ordering::SeqCst) > 0 {
                return Err(CosError::credentials(format!("failure {number}")));
            }
            let credentials = Credentials::with_token(format!("id{number}"), "key", "token");
            Ok(match self.lifetime {
                Some(seconds) => credentials.with_expiry(at(self.time.load(Ordering::SeqCst) + seconds)),
                None => credentials,
            })
        }
    }

    fn cached(lifetime: Option<u64>) -> (CachedCredentials<Numbered>, Arc<AtomicU64>) {
        let time = Arc::new(AtomicU64::new(1000));
        let clock = Arc::clone(&time);
        let provider =
            Numbered { lifetime, count: AtomicUsize::new(0), failing: AtomicUsize::new(0), time: Arc::clone(&time) };
        (CachedCredentials::new(provider).clock(move || at(clock.load(Ordering::SeqCst))), time)
    }

    fn id(result: Result<Credentials, CosError>) -> String {
        result.map_or_else(|error| error.to_string(), |credentials| credentials.secret_id().to_owned())
    }

    #[test]
    fn they_are_renewed_early_and_not_before() {
        let (cached, time) = cached(Some(3600));
        for (now, expected) in [(1000, "id1"), (4299, "id1"), (4300, "id2"), (4301, "id2"), (7600, "id3")] {
            time.store(now, Ordering::SeqCst);
            assert_eq!(id(cached.credentials()), expected, "at {now}");
        }
    }

    #[test]
    fn short_lived_ones_are_not_asked_for_all_the_time() {
        let (cached, time) = cached(Some(40));
        for (now, expected) in [(1000, "id1"), (1029, "id1"), (1030, "id2"), (1059, "id2"), (1100, "id3")] {
            time.store(now, Ordering::SeqCst);
            assert_eq!(id(cached.credentials()), expected, "at {now}");
        }
    }

    #[test]
    fn old_ones_are_used_while_valid_when_the_provider_fails() {
        let (cached, time) = cached(Some(3600));
        assert_eq!(id(cached.credentials()), "id1");
        cached.provider.failing.store(1, Ordering::SeqCst);
        for (now, asked) in [(4300, 2), (4301, 2), (4309, 2), (4310, 3), (4599, 4)] {
            time.store(now, Ordering::SeqCst);
            assert_eq!(id(cached.credentials()), "id1", "at {now}");
            assert_eq!(cached.provider.count.load(Ordering::SeqCst), asked, "at {now}");
        }
        time.store(4600, Ordering::SeqCst);
        assert_eq!(id(cached.credentials()), "credentials: failure 5");
        cached.provider.failing.store(0, Ordering::SeqCst);
        assert_eq!(id(cached.credentials()), "id6");
    }

    #[test]
    fn a_refresh_gets_others_unless_they_are_new_and_its_failure_leaves_the_old() {
        let (cached, time) = cached(None);
        assert_eq!(id(cached.credentials()), "id1");
        time.store(1_000_000, Ordering::SeqCst);
        assert_eq!(id(cached.credentials()), "id1");
        assert_eq!(id(cached.refresh()), "id2");
        assert_eq!(id(cached.refresh()), "id2");
        time.store(1_000_010, Ordering::SeqCst);
        cached.provider.failing.store(1, Ordering::SeqCst);
        assert_eq!(id(cached.refresh()), "credentials: failure 3");
        assert_eq!(id(cached.credentials()), "id2");
    }

    #[test]
    fn a_clock_that_is_far_ahead_does_not_discard_what_was_just_given() {
        let (cached, time) = cached(Some(3600));
        let ahead = CachedCredentials::new(Arc::new(cached)).clock(|| at(1_000_000));
        assert_eq!(id(ahead.credentials()), "id1");
        assert_eq!(id(ahead.credentials()), "id1");
        assert_eq!(time.load(Ordering::SeqCst), 1000);
    }

    /// What 16 threads get that ask at once, and how many times the provider was asked.
    fn from_all_at_once(given: &Result<(), &'static str>) -> (Vec<String>, usize) {
        let (cache, count) = (Cache::default(), AtomicUsize::new(0));
        let provider = || {
            let number = count.fetch_add(1, Ordering::SeqCst) + 1;
            while cache.lock().waited < 15 {
                thread::yield_now();
            }
            given.map(|()| Credentials::new(format!("id{number}"), "key")).map_err(CosError::no_credentials)
        };
        let answers = thread::scope(|scope| {
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(|| id(cache.get(provider)))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        (answers, count.load(Ordering::SeqCst))
    }

    #[test]
    fn one_thread_asks_for_all() {
        assert_eq!(from_all_at_once(&Ok(())), (vec!["id1".to_owned(); 16], 1));
        assert_eq!(from_all_at_once(&Err("nothing here")), (vec!["nothing here".to_owned(); 16], 1));
    }

    #[test]
    fn a_provider_that_panics_leaves_nobody_waiting() {
        struct Panicking(AtomicUsize);
        impl CredentialProvider for Panicking {
            fn credentials(&self) -> Result<Credentials, CosError> {
                assert!(self.0.fetch_add(1, Ordering::SeqCst) > 0, "the first time");
                Ok(Credentials::new("id", "key"))
            }
        }
        let cached = CachedCredentials::new(Panicking(AtomicUsize::new(0)));
        thread::scope(|scope| assert!(scope.spawn(|| cached.credentials()).join().is_err()));
        assert_eq!(id(cached.credentials()), "id");
    }

    #[test]
    fn debug_shows_no_secret() {
        let cached = CachedCredentials::new(Credentials::with_token("AKID", "hushhush", "tokentoken"));
        cached.credentials().unwrap();
        let shown = format!("{cached:?}");
        assert!(shown.contains("AKID") && !shown.contains("hush") && !shown.contains("tokentoken"), "{shown}");
    }
}
