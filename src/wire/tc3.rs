//! The signature of Tencent Cloud's API 3.0, `TC3-HMAC-SHA256`, which is not COS's own. The time is an argument.
//!
//! API: <https://cloud.tencent.com/document/api/1312/48171>

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::sign::hex;

/// A request to sign: a POST to the root of a service.
pub(crate) struct Tc3<'a> {
    pub(crate) secret_id: &'a str,
    pub(crate) secret_key: &'a str,
    pub(crate) service: &'a str,
    pub(crate) host: &'a str,
    pub(crate) content_type: &'a str,
    pub(crate) body: &'a [u8],
    /// Seconds since 1970, which the request also carries.
    pub(crate) timestamp: u64,
}

impl Tc3<'_> {
    /// Returns the value of the `Authorization` header.
    pub(crate) fn authorization(&self) -> String {
        let Self { secret_id, service, host, content_type, timestamp, .. } = self;
        let request = format!(
            "POST\n/\n\ncontent-type:{content_type}\nhost:{host}\n\ncontent-type;host\n{}",
            hex(&Sha256::digest(self.body))
        );
        let date = date(*timestamp);
        let scope = format!("{date}/{service}/tc3_request");
        let text = format!("TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{}", hex(&Sha256::digest(request)));
        let key = [date.as_str(), service, "tc3_request"]
            .iter()
            .fold(format!("TC3{}", self.secret_key).into_bytes(), |key, part| hmac_sha256(&key, part));
        let signature = hex(&hmac_sha256(&key, &text));
        format!(
            "TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders=content-type;host, Signature={signature}"
        )
    }
}

fn hmac_sha256(key: &[u8], message: &str) -> Vec<u8> {
    // HMAC takes keys of any length, so this error cannot occur. The empty key only satisfies the types.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::new(&[0; 64].into()));
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The day in UTC, `1970-01-01`.
pub(crate) fn date(timestamp: u64) -> String {
    // Counted in years that begin with March, so that a leap day is the last of its year.
    let days = timestamp / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_official_api_sdk_does() {
        let body = r#"{"RoleArn": "qcs::cam::uin/100000000001:roleName/reader", "RoleSessionName": "example", "DurationSeconds": 7200}"#;
        let request = Tc3 {
            secret_id: "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001",
            secret_key: "ExampleSecretKeyExampleSecretKey",
            service: "sts",
            host: "sts.tencentcloudapi.com",
            content_type: "application/json",
            body: body.as_bytes(),
            timestamp: 1_760_000_000,
        };
        // tencentcloud-sdk-python 3.0.1459 at this time.
        assert_eq!(
            request.authorization(),
            "TC3-HMAC-SHA256 Credential=AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001/2025-10-09/sts/tc3_request, \
             SignedHeaders=content-type;host, \
             Signature=35ad02a6f43e23ee1d179088a621390bdedb03929185aae0dbb5b268fbb27eea"
        );
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (timestamp, expected) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_735_689_599, "2024-12-31"),
            (1_735_689_600, "2025-01-01"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(timestamp), expected);
        }
    }
}
