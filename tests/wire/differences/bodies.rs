//! Bodies: their checksums, and how the methods that carry them fail.

use serde_json::{Value, json};

use super::Difference;
use crate::case::error;
use crate::crc;
use crate::replay;

pub(super) const BODIES: &[Difference] = &[
    Difference {
        id: "crc-first",
        row: "D-crc-before-rename",
        reason: "the checksum of a download is checked before the file takes its name: a mismatch leaves no file",
        applies: |case, e| {
            let late = |text: &str| text.starts_with("crc of client") || text.contains("x-cos-hash-crc64ecma");
            let text = |r: &Value| error(r).and_then(|e| e.get("message")?.as_str().map(late)) == Some(true);
            case.call == "download_file" && e.results.iter().any(text)
        },
        rewrite: |_, e| {
            e.files.values_mut().for_each(|content| *content = None);
            crc::fetch_again(e);
        },
    },
    Difference {
        id: "crc-of-download",
        row: "D-crc-default",
        reason: "the CRC-64 that COS says is always compared with the bytes received",
        applies: crc::download_is_wrong,
        rewrite: crc::fail_download,
    },
    Difference {
        id: "crc-of-upload",
        row: "D-crc-default",
        reason: "the CRC-64 that COS says is always compared with the bytes sent, which are sent again if it differs",
        applies: crc::upload_is_wrong,
        rewrite: crc::fail_upload,
    },
    Difference {
        id: "crc-of-append",
        row: "D-crc-default",
        reason: "the CRC-64 that COS says of an object that an append began is compared with the bytes sent",
        applies: crc::append_is_wrong,
        rewrite: |_, e| {
            e.results = vec![json!({"error": {"type": "CosClientError", "message": "crc64 of the append"}})];
        },
    },
    Difference {
        id: "chunked-read",
        row: "D-chunked-read",
        reason: "a body that comes in chunks is read to its end; Python's StreamBody.read stops after the first chunk",
        applies: |case, e| replay::whole_chunked_body(case, e).is_some(),
        rewrite: |case, e| {
            if let Some(body) = replay::whole_chunked_body(case, e) {
                e.results[0]["Body"]["$stream_b64"] = body.into();
            }
        },
    },
    Difference {
        id: "key-check-first",
        row: "D-key-check-first",
        reason: "download_file checks the key before it sends its HEAD",
        applies: |case, e| case.call == "download_file" && e.results.iter().all(replay::is_key_refusal),
        rewrite: |_, e| e.requests.clear(),
    },
    Difference {
        id: "part-error",
        row: "D-part-error",
        reason: "a failed part's own error is reported, and the other parts are not begun",
        applies: |_, e| e.results.iter().any(replay::is_part_failure),
        rewrite: replay::part_error,
    },
    Difference {
        id: "one-shot",
        row: "D-one-shot-body",
        reason: "a body that cannot be sent again is a client error after a broken connection; Python breaks",
        applies: |_, e| e.results.iter().any(|r| error(r).is_some_and(|e| e["type"] == "UnboundLocalError")),
        rewrite: |_, e| {
            for result in e.results.iter_mut().filter(|r| error(r).is_some_and(|e| e["type"] == "UnboundLocalError")) {
                *result = json!({"error": {"type": "CosClientError"}});
            }
        },
    },
];
