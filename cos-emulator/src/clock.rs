//! The server's clock.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

type Source = Box<dyn Fn() -> SystemTime + Send + Sync>;

/// A clock that can be set.
pub(crate) struct Clock {
    source: Source,
    setting: Mutex<Setting>,
}

/// How the clock differs from its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Setting {
    #[default]
    None,
    /// So many seconds ahead, or behind.
    Offset(i64),
    /// It stands still.
    Frozen(SystemTime),
}

impl Clock {
    pub(crate) fn new(source: Source) -> Self {
        Self { source, setting: Mutex::default() }
    }

    pub(crate) fn set(&self, setting: Setting) {
        *self.setting.lock().unwrap_or_else(PoisonError::into_inner) = setting;
    }

    pub(crate) fn now(&self) -> SystemTime {
        let setting = *self.setting.lock().unwrap_or_else(PoisonError::into_inner);
        let now = (self.source)();
        match setting {
            Setting::None => now,
            Setting::Offset(seconds) => {
                let by = Duration::from_secs(seconds.unsigned_abs());
                let moved = if seconds < 0 { now.checked_sub(by) } else { now.checked_add(by) };
                moved.unwrap_or(now)
            }
            Setting::Frozen(moment) => moment,
        }
    }
}
