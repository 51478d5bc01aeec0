//! The only place that reads the system clock.

use std::time::{SystemTime, UNIX_EPOCH};

use reedbed_core::period::Day;

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Today's date in UTC.
pub(crate) fn today() -> Day {
    let days = i32::try_from(now() / 86_400).unwrap_or(0);
    Day::from_days_since_1970(days)
}
