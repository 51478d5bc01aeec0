//! The only place that reads the system clock.

use std::time::{SystemTime, UNIX_EPOCH};

use reedbed_core::period::Day;

/// Today's date in UTC.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub(crate) fn today() -> Day {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let days = i32::try_from(seconds / 86_400).unwrap_or(0);
    Day::from_days_since_1970(days)
}
