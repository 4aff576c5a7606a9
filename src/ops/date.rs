//! Dates of lifecycle rules.

use crate::error::{CosClientError, CosError};

/// Writes a day as lifecycle rules want it: midnight in China, `2018-04-20T00:00:00+08:00`. A date that
/// does not exist is an error that names the part at fault.
///
/// Python: `get_date(2018, 4, 20)`
///
/// ```
/// assert_eq!(qcloud_cos::get_date(2018, 4, 20)?, "2018-04-20T00:00:00+08:00");
/// assert!(qcloud_cos::get_date(2018, 2, 29).is_err());
/// # Ok::<(), qcloud_cos::CosError>(())
/// ```
pub fn get_date(yy: u32, mm: u32, dd: u32) -> Result<String, CosError> {
    let leap = yy.is_multiple_of(4) && (!yy.is_multiple_of(100) || yy.is_multiple_of(400));
    let days = match mm {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    for (name, value, last) in [("yy", yy, 9999), ("mm", mm, 12), ("dd", dd, days)] {
        if !(1..=last).contains(&value) {
            return Err(CosClientError::invalid(name, format!("{value} is not within 1..={last}")).into());
        }
    }
    Ok(format!("{yy:04}-{mm:02}-{dd:02}T00:00:00+08:00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_exist_or_are_refused_by_name() {
        let date = |yy, mm, dd| get_date(yy, mm, dd).map_err(|e| e.to_string());
        assert_eq!(date(2018, 10, 1).unwrap(), "2018-10-01T00:00:00+08:00");
        assert_eq!(date(2000, 2, 29).unwrap(), "2000-02-29T00:00:00+08:00");
        assert_eq!(date(1, 1, 1).unwrap(), "0001-01-01T00:00:00+08:00");
        for (yy, mm, dd, name) in [
            (0, 1, 1, "yy"),
            (10_000, 1, 1, "yy"),
            (2018, 0, 1, "mm"),
            (2018, 13, 1, "mm"),
            (2018, 1, 0, "dd"),
            (2018, 4, 31, "dd"),
            (1900, 2, 29, "dd"),
        ] {
            assert!(date(yy, mm, dd).unwrap_err().starts_with(name), "{yy}-{mm}-{dd}");
        }
    }
}
