//! Signatures of RTMP URLs, by which a live stream is pushed. The time is an argument.
//!
//! COS API: <https://cloud.tencent.com/document/product/436/50887>

use sha1::{Digest, Sha1};

use super::sign::{Signer, hex, hmac_sha1};
use super::uri::encode_query;

/// What an RTMP signature covers.
pub(crate) struct Stream<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) channel: &'a str,
    /// Parameters of the URL, in the order in which they are signed and sent.
    pub(crate) params: &'a [(String, String)],
}

/// Returns the query of a signed URL.
pub(crate) fn signed_query(signer: &Signer<'_>, stream: &Stream<'_>) -> String {
    let params = stream.params.iter().map(|(name, value)| [name, "=", value].concat()).collect::<Vec<_>>().join("&");
    let format_string = ["/", stream.bucket, "/", stream.channel, "\n", &params, "\n"].concat();
    let time = signer.time();
    let string_to_sign = ["sha1\n", &time, "\n", &hex(&Sha1::digest(format_string)), "\n"].concat();
    // Unlike requests, streams are signed by the key itself.
    let signature = hmac_sha1(signer.secret_key.as_bytes(), &string_to_sign);
    let mut query = format!(
        "q-sign-algorithm=sha1&q-ak={}&q-sign-time={time}&q-key-time={time}&q-signature={signature}",
        signer.secret_id
    );
    if !stream.params.is_empty() {
        query.push('&');
        query += &encode_query(stream.params);
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_official_sdk_recorded_it() {
        let signer = Signer {
            secret_id: "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001",
            secret_key: "ExampleSecretKeyExampleSecretKey",
            start: 1_759_999_940,
            end: 1_760_000_060,
        };
        let params = [("b".to_owned(), "2".to_owned()), ("a".to_owned(), "1/x y".to_owned())];
        let stream = Stream { bucket: "examplebucket-1250000000", channel: "频道 1", params: &params };
        let expected = "q-sign-algorithm=sha1&q-ak=AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001&q-sign-time=1759999940;1760000060\
            &q-key-time=1759999940;1760000060&q-signature=719815bc4d5ccc71401540e3d56aa580061440f3&b=2&a=1%2Fx%20y";
        assert_eq!(signed_query(&signer, &stream), expected);
    }
}
