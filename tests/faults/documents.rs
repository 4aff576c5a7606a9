//! Rows 49 to 52, 54 to 56: documents and event streams that are not what they should be.

use std::time::Duration;

use cos_emulator::{Answer, Fault as Hook, Match};
use crc_fast::{CrcAlgorithm, checksum};
use qcloud_cos::{
    ClientErrorKind, CsvInput, CsvOutput, EventStream, InputSerialization, OutputSerialization, SelectEvent,
};

use super::scene::{Scene, within};
use crate::common::{BUCKET, MIB, failed, kind};

fn answered(scene: &Scene, body: impl Into<Vec<u8>>) {
    scene.cos.clear_faults();
    scene.cos.clear_requests();
    scene.cos.inject(Hook::Answer(Answer::new(200).body(body)), Match::any(), usize::MAX);
}

#[test]
fn fault_49_pages_that_do_not_move_on() {
    let scene = Scene::new();
    for marker in ["", "<NextMarker/>", "<NextMarker>m</NextMarker>", "<NextMarker>a</NextMarker>"] {
        answered(&scene, format!("<ListBucketResult><IsTruncated>true</IsTruncated>{marker}</ListBucketResult>"));
        let all: Vec<_> = scene.client.list_objects(BUCKET).marker("m").pages().take(100).collect();
        assert_eq!((all.len(), scene.cos.request_count()), (2, 1), "{marker}");
        assert!(all[1].as_ref().unwrap_err().to_string().contains("does not move on"), "{marker}");
    }
    for marker in
        ["", "<NextPartNumberMarker>5</NextPartNumberMarker>", "<NextPartNumberMarker>4</NextPartNumberMarker>"]
    {
        answered(&scene, format!("<ListPartsResult><IsTruncated>true</IsTruncated>{marker}</ListPartsResult>"));
        let all: Vec<_> = scene.client.list_parts(BUCKET, "k", "id").part_number_marker(5).parts().take(100).collect();
        assert_eq!((all.len(), scene.cos.request_count()), (1, 1), "{marker}");
        assert!(all[0].is_err());
    }
}

#[test]
fn fault_50_huge_page() {
    let scene = Scene::new();
    let mut page = b"<ListBucketResult>".to_vec();
    page.resize(50 * MIB, b' ');
    page.extend_from_slice(b"</ListBucketResult>");
    answered(&scene, page);
    assert_eq!(kind(scene.client.list_objects(BUCKET).send()), ClientErrorKind::Protocol);
    assert_eq!(scene.cos.request_count(), 1);
}

#[test]
fn fault_51_malformed_documents() {
    let scene = Scene::new();
    for bad in [
        "",
        "not xml",
        "<ListBucketResult>",
        "<ListBucketResult><Contents><Key>cut",
        "<ListPartsResult></ListPartsResult>",
        "<ListBucketResult><IsTruncated>perhaps</IsTruncated></ListBucketResult>",
        "<ListBucketResult><Contents><Size>99999999999999999999</Size></Contents></ListBucketResult>",
    ] {
        answered(&scene, bad);
        let error = failed(scene.client.list_objects(BUCKET).send());
        assert_eq!((error.kind(), scene.cos.request_count()), (&ClientErrorKind::Xml, 1), "{bad}");
    }
    let odd = "\u{feff}  <ListBucketResult><New><Deep/></New><Name>n</Name></ListBucketResult>";
    answered(&scene, odd);
    assert_eq!(scene.client.list_objects(BUCKET).send().unwrap().name, "n");
}

#[test]
fn fault_52_bombs() {
    let scene = Scene::new();
    let attributes = (0..80_000).map(|n| format!(" a{n}=\"v\"")).collect::<Vec<_>>().concat();
    for bomb in [
        "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><ListBucketResult><Name>&a;</Name></ListBucketResult>".to_owned(),
        format!("<ListBucketResult><x>{}", "<y>".repeat(100_000)),
        format!("<ListBucketResult><Contents{attributes}><Key>k</Key></Contents>"),
    ] {
        answered(&scene, bomb);
        let error = within(Duration::from_secs(5), || kind(scene.client.list_objects(BUCKET).send()));
        assert_eq!(error, ClientErrorKind::Xml);
    }
}

fn message(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in headers {
        block.push(name.len() as u8);
        block.extend_from_slice(name.as_bytes());
        block.push(7);
        block.extend_from_slice(&(value.len() as u16).to_be_bytes());
        block.extend_from_slice(value.as_bytes());
    }
    let sum = |bytes: &[u8]| (checksum(CrcAlgorithm::Crc32IsoHdlc, bytes) as u32).to_be_bytes();
    let mut bytes = ((16 + block.len() + payload.len()) as u32).to_be_bytes().to_vec();
    bytes.extend_from_slice(&(block.len() as u32).to_be_bytes());
    bytes.extend_from_slice(&sum(&bytes));
    bytes.extend_from_slice(&block);
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(&sum(&bytes));
    bytes
}

fn event(kind: &str, payload: &[u8]) -> Vec<u8> {
    message(&[(":message-type", "event"), (":event-type", kind)], payload)
}

fn select(scene: &Scene, stream: Vec<u8>) -> EventStream {
    answered(scene, stream);
    let input = InputSerialization { csv: Some(CsvInput::default()), ..Default::default() };
    let output = OutputSerialization { csv: Some(CsvOutput::default()), ..Default::default() };
    let select = scene.client.select_object_content(BUCKET, "k", "Select * from COSObject", "SQL", input, output);
    select.send().unwrap().payload
}

#[test]
fn fault_54_event_checksums() {
    let scene = Scene::new();
    let (first, second) = (event("Records", b"a,"), event("Records", b"1\n"));
    for at in [0, 5, 9, 20, second.len() - 6, second.len() - 1] {
        let mut stream = [first.clone(), second.clone(), event("End", b"")].concat();
        stream[first.len() + at] ^= 1;
        let mut events = select(&scene, stream.clone());
        assert_eq!(events.next().unwrap().unwrap(), SelectEvent::Records(b"a,".to_vec()));
        assert!(events.next().unwrap().unwrap_err().to_string().contains("checksum"));
        assert!(events.next().is_none(), "no byte of it");
        assert_eq!(kind(select(&scene, stream).get_select_result_to_file(&scene.path)), ClientErrorKind::Integrity);
        scene.assert_untouched();
    }
}

#[test]
fn fault_55_event_lengths() {
    let scene = Scene::new();
    let prelude = |total: u32, headers: u32| {
        let mut bytes = [total.to_be_bytes(), headers.to_be_bytes()].concat();
        bytes.extend((checksum(CrcAlgorithm::Crc32IsoHdlc, &bytes) as u32).to_be_bytes());
        bytes
    };
    for (total, headers) in [(15, 0), (16, 1), (100, 85), (16 * MIB as u32 + 1, 0), (u32::MAX, 0)] {
        let result = select(&scene, prelude(total, headers)).get_select_result();
        assert_eq!(kind(result), ClientErrorKind::Protocol, "{total} {headers}");
    }
    let whole = [event("Records", b"a"), event("End", b"")].concat();
    for missing in 1..20 {
        let cut = whole[..whole.len() - missing].to_vec();
        assert_eq!(kind(select(&scene, cut).get_select_result_to_file(&scene.path)), ClientErrorKind::Integrity);
    }
    scene.assert_untouched();
    let unknown = [event("Novelty", b"?"), whole].concat();
    assert_eq!(select(&scene, unknown).get_select_result().unwrap(), b"a");
}

#[test]
fn fault_56_event_of_an_error_and_no_end() {
    let scene = Scene::new();
    let refusal = message(&[(":message-type", "error"), (":error-code", "OverMaxRecordSize")], b"");
    let result = select(&scene, [event("Records", b"a"), refusal].concat()).get_select_result();
    assert_eq!(crate::common::code(result), (200, "OverMaxRecordSize".to_owned()));
    let result = select(&scene, event("Records", b"a")).get_select_result_to_file(&scene.path);
    assert_eq!(kind(result), ClientErrorKind::Integrity);
    scene.assert_untouched();
}
