//! How wrong a clock is, by the date of an answer.

/// From how many seconds on a clock is so wrong that COS refuses its signatures.
const CLOCK_OFF: u64 = 30;
/// A clock that is off by more is not corrected from an answer: 24 hours.
const CLOCK_OFF_MOST: u64 = 24 * 60 * 60;

/// Returns by how many seconds a clock that says `local` must be put forward to agree with an answer of
/// `date`; none where with the `offset` used so far it is right enough, or where it is so wrong that the answer
/// is not to be believed.
pub(crate) fn clock_offset(local: u64, offset: i64, date: u64) -> Option<i64> {
    let wrong = date.abs_diff(local.saturating_add_signed(offset)) >= CLOCK_OFF;
    let credible = date.abs_diff(local) <= CLOCK_OFF_MOST;
    (wrong && credible).then(|| date.wrapping_sub(local).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_put_right_within_reason() {
        for (local, used, date, offset) in [
            (1000, 0, 1029, None),
            (1000, 0, 1030, Some(30)),
            (1030, 0, 1000, Some(-30)),
            (0, 0, 86_400, Some(86_400)),
            (0, 0, 86_401, None),
            (u64::MAX, 0, 0, None),
            // Another call put the clock right meanwhile; this one was still signed with the wrong time.
            (1000, 100, 1100, None),
            (1000, 0, 1100, Some(100)),
            // The system's clock was put right since.
            (1100, 100, 1100, Some(0)),
        ] {
            assert_eq!(clock_offset(local, used, date), offset, "{local} {used} {date}");
        }
    }
}
