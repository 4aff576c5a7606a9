//! What the CRC-64 in an answer says of a body, computed apart from the SDK.

use serde_json::{Value, json};

use crate::case::{Case, Expectation, Request, is_client_error};
use crate::model::body_bytes;
use crate::replay::replayable;
use crate::server::{Answer, Player};
use crate::sign::sign_again;

const HEADER: &str = "x-cos-hash-crc64ecma";

/// CRC-64/XZ, which COS calls `crc64ecma`, bit by bit.
pub(crate) fn crc64(data: &[u8]) -> u64 {
    let mut table = [0_u64; 256];
    for (entry, byte) in table.iter_mut().zip(0_u64..) {
        *entry = (0..8).fold(byte, |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xC96C_5795_D787_0F42 } else { crc >> 1 });
    }
    !data.iter().fold(u64::MAX, |crc, byte| table[((crc ^ u64::from(*byte)) & 0xFF) as usize] ^ crc >> 8)
}

fn stated(answer: &Answer) -> Option<u64> {
    answer.header(HEADER)?.trim().parse().ok()
}

fn is_ranged(expected: &Expectation) -> bool {
    expected.requests.iter().any(|request| request.headers.contains_key("range"))
}

/// The object of a download and the checksum that is stated for it: in the answer to the HEAD for
/// a download in ranges, else in the answer that has the object.
fn download(case: &Case, expected: &Expectation) -> Option<(Vec<u8>, u64)> {
    let mut player = Player::new(&case.responses);
    let answers: Vec<Answer> = expected.requests.iter().map(|request| player.answer(request)).collect();
    let with_method = |method: &str| {
        let all = expected.requests.iter().zip(&answers).filter(|(request, _)| request.method == method);
        all.map(|(_, answer)| answer).rfind(|answer| (200..300).contains(&answer.status))
    };
    let object = with_method("GET")?;
    let stating = match (case.call.as_str(), is_ranged(expected)) {
        ("download_file", true) => with_method("HEAD")?,
        // a range of an object has not the object's checksum
        (_, true) => return None,
        _ if object.status == 200 => object,
        _ => return None,
    };
    Some((object.body.clone(), stated(stating)?))
}

/// Whether Python took a download whose bytes are not those of the stated checksum.
pub(crate) fn download_is_wrong(case: &Case, expected: &Expectation) -> bool {
    let reads = ["get_object", "download_file"].contains(&case.call.as_str());
    reads
        && !expected.results.iter().all(is_client_error)
        && download(case, expected).is_some_and(|(object, stated)| crc64(&object) != stated)
}

/// All ranges are fetched a second time before a wrong checksum is an error.
pub(crate) fn fetch_again(expected: &mut Expectation) {
    let mut ranges: Vec<Request> = Vec::new();
    for request in &expected.requests {
        let range = request.headers.get("range");
        let known = ranges.iter().any(|known| known.headers.get("range") == range);
        if range.is_some() && !known && !request.headers.contains_key("x-cos-sdk-retry") {
            ranges.push(request.clone());
        }
    }
    expected.requests.append(&mut ranges);
}

/// The call that got all bytes fails, and leaves no file. A failure before that stands.
pub(crate) fn fail_download(case: &Case, expected: &mut Expectation) {
    let (object, stated) = download(case, expected).unwrap_or_default();
    let text = format!("crc64: {} is not {stated}", crc64(&object));
    if let Some(result) = expected.results.last_mut() {
        *result = json!({"error": {"type": "CosClientError", "message": text}});
    }
    expected.files.values_mut().for_each(|content| *content = None);
    if is_ranged(expected) && case.call == "download_file" {
        fetch_again(expected);
    }
}

/// The body of an upload in one request and the checksum stated in its answer.
fn upload(case: &Case, expected: &Expectation) -> Option<(Vec<u8>, u64)> {
    let calls = ["put_object", "put_object_from_local_file", "upload_part", "upload_file"];
    let [.., last] = &expected.requests[..] else { return None };
    if !calls.contains(&case.call.as_str()) || last.method != "PUT" || case.repeat() > 1 {
        return None;
    }
    let argument = case.args.get("Body").or_else(|| case.args.get("LocalFilePath"))?;
    let mut player = Player::new(&case.responses);
    let answer = expected.requests.iter().map(|request| player.answer(request)).last()?;
    Some((body_bytes(argument)?.0, stated(&answer).filter(|_| answer.status == 200)?))
}

/// Whether Python took an upload that COS stored with other bytes.
pub(crate) fn upload_is_wrong(case: &Case, expected: &Expectation) -> bool {
    !expected.results.iter().all(is_client_error)
        && upload(case, expected).is_some_and(|(body, stated)| crc64(&body) != stated)
}

/// Whether Python took an append to nothing that COS stored with other bytes.
pub(crate) fn append_is_wrong(case: &Case, expected: &Expectation) -> bool {
    let (Some(data), [request]) = (case.args.get("Data"), &expected.requests[..]) else { return false };
    let answer = Player::new(&case.responses).answer(request);
    let begun = case.call == "append_object" && case.args.get("Position") == Some(&json!(0)) && answer.status == 200;
    let sent = body_bytes(data).map(|(bytes, ..)| crc64(&bytes));
    begun && sent.zip(stated(&answer)).is_some_and(|(sent, stated)| sent != stated)
}

/// The upload is repeated until the attempts are used up, and fails. (All answers of such a case
/// are taken to be alike.)
pub(crate) fn fail_upload(case: &Case, expected: &mut Expectation) {
    let retries = case.client.get("retry").and_then(Value::as_u64).unwrap_or(3);
    let Some(mut request) = expected.requests.last().cloned() else { return };
    request.set_header("x-cos-sdk-retry", "true");
    sign_again(case, &mut request);
    while replayable(case) && (expected.requests.len() as u64) <= retries {
        expected.requests.push(request.clone());
    }
    expected.results = vec![json!({"error": {"type": "CosClientError", "message": "crc64 of the upload"}})];
}

/// A case whose answers state the right checksum for a download in ranges: so that what follows
/// the check is compared as well. `None` where the stated checksum is right, or none is.
pub(crate) fn corrected(case: &Case) -> Option<Case> {
    let python = case.python();
    if case.call != "download_file" || !is_ranged(&python) || !download_is_wrong(case, &python) {
        return None;
    }
    let (object, _) = download(case, &python)?;
    let mut responses = case.responses.clone();
    for spec in &mut responses {
        if let Some(stated) = spec.get_mut("headers").and_then(|headers| headers.get_mut(HEADER)) {
            *stated = crc64(&object).to_string().into();
        }
    }
    Some(case.with_responses(responses))
}

#[test]
fn crc64_is_xz() {
    assert_eq!(crc64(b"123456789"), 0x995D_C9BB_DF19_39FA);
    assert_eq!(crc64(b""), 0);
}
