//! Rows 49 to 52, 54 to 56: documents and event streams that are not what they should be.

use std::time::Duration;

use cos_emulator::{Answer, Fault as Hook, Match};
use crc_fast::{CrcAlgorithm, checksum};
use qcloud_cos::object::{CsvInput, CsvOutput, EventStream, InputSerialization, OutputSerialization, SelectEvent};
use qcloud_cos::{ClientErrorKind, CosError};

use super::scene::{Scene, within};
use crate::common::{BUCKET, MIB, client, failed, keys, kind, refused};

fn answered(scene: &Scene, body: impl Into<Vec<u8>>) {
    scene.cos.clear_faults();
    scene.cos.clear_requests();
    scene.cos.inject(Hook::Answer(Answer::new(200).body(body)), Match::any(), usize::MAX);
}

/// Goes through a listing that says it goes on, and at which markers.
fn stuck<T>(root: &str, next: &str, list: impl FnOnce(&Scene) -> Vec<Result<T, CosError>>) {
    let scene = Scene::new();
    answered(&scene, format!("<{root}><IsTruncated>true</IsTruncated>{next}</{root}>"));
    let mut all = list(&scene);
    let error = all.pop().unwrap().err().unwrap();
    assert!(error.to_string().contains("does not move on"), "{root} {next}: {error}");
    assert!(matches!(error, CosError::Client(e) if *e.kind() == ClientErrorKind::Protocol), "{root} {next}");
    // The page that came is handed out; the next one is not asked for.
    assert_eq!((all.len(), scene.cos.request_count()), (1, 1), "{root} {next}");
}

#[test]
fn fault_49_pages_that_do_not_move_on() {
    // Missing, empty, equal, and backward.
    for next in ["", "<NextMarker/>", "<NextMarker>m</NextMarker>", "<NextMarker>a</NextMarker>"] {
        stuck("ListBucketResult", next, |s| s.client.list_objects(BUCKET).marker("m").pages().take(100).collect());
        stuck("ListAllMyBucketsResult", next, |s| {
            let client = client(keys(&s.cos).service_domain(s.cos.addr().to_string()));
            client.list_buckets().marker("m").pages().take(100).collect()
        });
    }
    for next in ["", "<N/>", "<N>5</N>", "<N>4</N>"] {
        let next = next.replace('N', "NextPartNumberMarker");
        stuck("ListPartsResult", &next, |s| {
            s.client.list_parts(BUCKET, "k", "id").part_number_marker(5).pages().take(100).collect()
        });
    }
    for next in ["", "<K/><I/>", "<K>m</K>", "<K>m</K><I/>", "<K>m</K><I>5</I>", "<K>a</K><I>5</I>", "<K>a</K><I>9</I>"]
    {
        let next = next.replace("K>", "NextKeyMarker>").replace("K/>", "NextKeyMarker/>");
        let named = |id: &str| next.replace("I>", &format!("{id}>")).replace("I/>", &format!("{id}/>"));
        stuck("ListVersionsResult", &named("NextVersionIdMarker"), |s| {
            let list = s.client.list_objects_versions(BUCKET).key_marker("m").version_id_marker("5");
            list.pages().take(100).collect()
        });
        stuck("ListMultipartUploadsResult", &named("NextUploadIdMarker"), |s| {
            let list = s.client.list_multipart_uploads(BUCKET).key_marker("m").upload_id_marker("5");
            list.pages().take(100).collect()
        });
    }
}

#[test]
fn fault_50_huge_page() {
    let scene = Scene::new();
    // A million keys, first in 50 MiB, then in fewer than are read at all.
    for (item, kind_of) in [
        ("<Contents><Key>0123456789abcdefghij</Key></Contents>", ClientErrorKind::Protocol),
        ("<Contents/>", ClientErrorKind::Xml),
    ] {
        let page = format!("<ListBucketResult>{}</ListBucketResult>", item.repeat(1_000_000));
        assert!((page.len() > 49 * MIB) == (kind_of == ClientErrorKind::Protocol));
        answered(&scene, page);
        let error = failed(scene.client.list_objects(BUCKET).send());
        assert_eq!((error.kind(), error.attempts(), scene.cos.request_count()), (&kind_of, 1, 1), "{error}");
    }
}

/// How often a list is asked for that is answered so: again where the end is missing.
fn tries(answer: &str) -> usize {
    if answer.contains("<ListBucketResult>") && !answer.ends_with("</ListBucketResult>") { 4 } else { 1 }
}

#[test]
fn fault_51_malformed_documents() {
    let scene = Scene::new();
    for bad in [
        "",
        "not xml",
        "<ListBucketResult>",
        "<ListBucketResult><Contents><Key>cut",
        "<ListBucketResult></ListPartsResult>",
        "<ListPartsResult></ListPartsResult>",
        "<ListBucketResult><IsTruncated>perhaps</IsTruncated></ListBucketResult>",
        "<ListBucketResult><Contents><Size>99999999999999999999</Size></Contents></ListBucketResult>",
    ] {
        answered(&scene, bad);
        let error = failed(scene.client.list_objects(BUCKET).send());
        let tries = tries(bad);
        let made = (error.attempts() as usize, scene.cos.request_count());
        assert_eq!((error.kind(), made), (&ClientErrorKind::Xml, (tries, tries)), "{bad}");
        // Of an error status and document are kept, and the code is that of the document, if it can be read.
        scene.cos.clear_faults();
        scene.cos.inject(Hook::Answer(Answer::new(403).body(bad)), Match::any(), 1);
        let error = refused(scene.client.list_objects(BUCKET).send());
        assert_eq!((error.get_status_code(), error.get_origin_msg(), error.attempts()), (403, bad, 1));
    }
    // Twice, where there is one; and without what the answer is for.
    answered(
        &scene,
        "<ListPartsResult><IsTruncated>false</IsTruncated><IsTruncated>true</IsTruncated></ListPartsResult>",
    );
    assert_eq!(kind(scene.client.list_parts(BUCKET, "k", "id").send()), ClientErrorKind::Xml);
    answered(&scene, "<InitiateMultipartUploadResult><Key>k</Key></InitiateMultipartUploadResult>");
    assert_eq!(kind(scene.client.create_multipart_upload(BUCKET, "k").send()), ClientErrorKind::Xml);
    assert_eq!(scene.cos.request_count(), 1);
    let odd = "\u{feff}  <ListBucketResult><New><Deep/></New><Name>n</Name></ListBucketResult>";
    answered(&scene, odd);
    assert_eq!(scene.client.list_objects(BUCKET).send().unwrap().name, "n");
}

#[test]
fn fault_52_bombs() {
    let scene = Scene::new();
    let attributes = (0..80_000).map(|n| format!(" a{n}=\"v\"")).collect::<Vec<_>>().concat();
    let laughs = (1..10).map(|n| format!("<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10)));
    let laughs = laughs.collect::<Vec<_>>().concat();
    for bomb in [
        "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><ListBucketResult><Name>&a;</Name></ListBucketResult>".to_owned(),
        format!("<!DOCTYPE x [<!ENTITY l0 \"l\">{laughs}]><ListBucketResult><Name>&l9;</Name></ListBucketResult>"),
        "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><ListBucketResult><Name>&x;</Name></ListBucketResult>".to_owned(),
        format!("<ListBucketResult><x>{}", "<y>".repeat(100_000)),
        format!("<ListBucketResult>{}{}</ListBucketResult>", "<y>".repeat(100_000), "</y>".repeat(100_000)),
        format!("<ListBucketResult><Contents{attributes}><Key>k</Key></Contents></ListBucketResult>"),
    ] {
        answered(&scene, bomb.as_str());
        let error = within(Duration::from_secs(5), || failed(scene.client.list_objects(BUCKET).send()));
        let made = (error.attempts() as usize, scene.cos.request_count());
        assert_eq!((error.kind(), made), (&ClientErrorKind::Xml, (tries(&bomb), tries(&bomb))));
        // As the document of an error it costs as little, and says nothing.
        scene.cos.clear_faults();
        scene.cos.inject(Hook::Answer(Answer::new(403).body(bomb)), Match::any(), 1);
        let error = within(Duration::from_secs(5), || refused(scene.client.list_objects(BUCKET).send()));
        assert_eq!((error.get_status_code(), error.get_error_code()), (403, "Unknown"));
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
    framed(&block, payload)
}

/// A message with headers that are written already.
fn framed(block: &[u8], payload: &[u8]) -> Vec<u8> {
    let sum = |bytes: &[u8]| (checksum(CrcAlgorithm::Crc32IsoHdlc, bytes) as u32).to_be_bytes();
    let mut bytes = ((16 + block.len() + payload.len()) as u32).to_be_bytes().to_vec();
    bytes.extend_from_slice(&(block.len() as u32).to_be_bytes());
    bytes.extend_from_slice(&sum(&bytes));
    bytes.extend_from_slice(block);
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
    let checked = |damage: &dyn Fn(&mut [u8])| {
        let mut stream = [first.clone(), second.clone(), event("End", b"")].concat();
        damage(&mut stream[first.len()..first.len() + second.len()]);
        let mut events = select(&scene, stream.clone());
        assert_eq!(events.next().unwrap().unwrap(), SelectEvent::Records(b"a,".to_vec()));
        assert!(events.next().unwrap().unwrap_err().to_string().contains("checksum"));
        assert!(events.next().is_none(), "no byte of it");
        assert_eq!(kind(select(&scene, stream).get_select_result_to_file(&scene.path)), ClientErrorKind::Integrity);
        assert_eq!(scene.cos.request_count(), 1);
        scene.assert_untouched();
    };
    for at in 0..second.len() {
        checked(&|message| message[at] ^= 1);
    }
    // No checksum is none that fits.
    checked(&|message| message[8..12].fill(0));
    checked(&|message| message.iter_mut().rev().take(4).for_each(|byte| *byte = 0));
}

#[test]
fn fault_55_event_lengths() {
    let scene = Scene::new();
    let prelude = |total: u32, headers: u32| {
        let mut bytes = [total.to_be_bytes(), headers.to_be_bytes()].concat();
        bytes.extend((checksum(CrcAlgorithm::Crc32IsoHdlc, &bytes) as u32).to_be_bytes());
        bytes
    };
    for (total, headers) in
        [(0, 0), (12, 0), (15, 0), (16, 1), (100, 85), (100, u32::MAX), (16 * MIB as u32 + 1, 0), (u32::MAX, 0)]
    {
        let result = select(&scene, prelude(total, headers)).get_select_result_to_file(&scene.path);
        assert_eq!(kind(result), ClientErrorKind::Protocol, "{total} {headers}");
    }
    // Headers that are longer than the headers, in their names and in their values, and of an unknown type.
    for headers in [&b"\x09a"[..], b"\x01a\x07\x00\x09x", b"\x01a\x06\xff\xff", b"\x01a\x0a"] {
        let stream = [framed(headers, b"a"), event("End", b"")].concat();
        let result = select(&scene, stream).get_select_result_to_file(&scene.path);
        assert_eq!(kind(result), ClientErrorKind::Protocol, "{headers:?}");
    }
    let whole = [event("Records", b"a"), event("End", b"")].concat();
    for len in 0..whole.len() {
        let cut = whole[..len].to_vec();
        assert_eq!(kind(select(&scene, cut).get_select_result_to_file(&scene.path)), ClientErrorKind::Integrity);
        assert_eq!(scene.cos.request_count(), 1);
    }
    scene.assert_untouched();
    let unknown = [event("Novelty", b"?"), message(&[(":message-type", "novelty")], b"?"), whole].concat();
    assert_eq!(select(&scene, unknown).get_select_result().unwrap(), b"a");
}

#[test]
fn fault_56_event_of_an_error_and_no_end() {
    let scene = Scene::new();
    let refusal = [(":message-type", "error"), (":error-code", "OverMaxRecordSize"), (":error-message", "too long")];
    let stream = || [event("Records", b"a"), message(&refusal, b""), event("End", b"")].concat();
    for result in [
        select(&scene, stream()).get_select_result().map(drop),
        select(&scene, stream()).get_select_result_to_file(&scene.path),
    ] {
        let error = refused(result);
        assert_eq!((error.get_status_code(), error.get_error_code()), (200, "OverMaxRecordSize"));
        assert_eq!((error.get_error_msg(), error.attempts()), ("too long", 1));
        assert_ne!(error.get_request_id(), "Unknown");
    }
    for stream in [event("Records", b"a"), Vec::new()] {
        let result = select(&scene, stream).get_select_result_to_file(&scene.path);
        assert_eq!(kind(result), ClientErrorKind::Integrity);
    }
    assert_eq!(scene.cos.request_count(), 1);
    scene.assert_untouched();
}

#[test]
fn fault_51_a_list_that_is_cut_is_read_again_and_told() {
    let scene = Scene::new();
    let cut = "<?xml version='1.0'?><ListBucketResult><Contents><Key>k</Key></Contents><Contents><Key>";
    let list = || scene.client.list_objects(BUCKET).send();
    scene.cos.clear_requests();
    scene.cos.inject(Hook::Answer(Answer::new(200).body(cut)), Match::any(), 1);
    assert_eq!(list().unwrap().contents[0].key, "k");
    assert_eq!(scene.cos.request_count(), 2);
    answered(&scene, cut);
    let error = failed(list());
    assert_eq!(error.kind(), &ClientErrorKind::Xml);
    let text = error.to_string();
    assert!(text.contains("list_objects") && !text.contains("request id \"\"") && error.attempts() > 1, "{text}");
    // What is no XML at all is told with the same.
    answered(&scene, "{}");
    let text = failed(list()).to_string();
    assert!(text.contains("list_objects") && text.contains("request id"), "{text}");
}
