//! Queries: the stream of events, whole and damaged, over a real connection.

use std::io::Write as _;
use std::time::Duration;

use crate::common::{BUCKET, client, config, start};
use cos_emulator::{Answer, CosEmulator, Fault, Match};
use crc_fast::{CrcAlgorithm, checksum};
use flate2::Compression;
use flate2::write::GzEncoder;
use qcloud_cos::object::{
    CsvInput, CsvOutput, EventStream, InputSerialization, OutputSerialization, RequestProgress, SelectEvent,
};
use qcloud_cos::{ClientErrorKind, CosError, CosS3Client};
use serde_json::{Value, json};

/// An emulator with an object to query, and a client that does not wait between attempts.
/// Puts an object and queries it; the settings are pasted from Python.
fn query(client: &CosS3Client, data: &[u8], sql: &str, input: Value, output: Value) -> String {
    client.put_object(BUCKET, data, "data").send().unwrap();
    let response = client.select_object_content(BUCKET, "data", sql, "SQL", input, output).send();
    String::from_utf8(response.unwrap().payload.get_select_result().unwrap()).unwrap()
}

const PEOPLE: &[u8] = b"name,age\nann,9\n\"Bob, jr.\",30\ncid,41\n";

#[test]
fn csv_is_queried_by_place_and_by_name() {
    let (_cos, client) = start();
    let csv = json!({"CSV": {}});
    let all = query(&client, PEOPLE, "Select * from COSObject", csv.clone(), csv.clone());
    assert_eq!(all.as_bytes(), PEOPLE);
    let by_name = "select s.age, s.name from COSObject s where s.age > 9 limit 1";
    let named = json!({"CSV": {"FileHeaderInfo": "USE"}, "CompressionType": "NONE"});
    assert_eq!(query(&client, PEOPLE, by_name, named.clone(), csv.clone()), "30,\"Bob, jr.\"\n");
    let json = json!({"JSON": {"RecordDelimiter": ";"}});
    assert_eq!(query(&client, PEOPLE, by_name, named.clone(), json), "{\"age\":\"30\",\"name\":\"Bob, jr.\"};");
    assert_eq!(query(&client, PEOPLE, "select count(*) from COSObject", named, csv), "3\n");
}

#[test]
fn compressed_json_lines_are_queried() {
    let (_cos, client) = start();
    let lines = b"{\"a\":1,\"b\":{\"c\":\"x\"}}\n{\"a\":2,\"b\":{\"c\":\"y\"}}\n";
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(lines).unwrap();
    let input = json!({"CompressionType": "GZIP", "JSON": {"Type": "LINES"}});
    let sql = "select s.b.c from COSObject s where s.a = 2";
    let found = query(&client, &packed.finish().unwrap(), sql, input, json!({"CSV": {"RecordDelimiter": "\r\n"}}));
    assert_eq!(found.trim_end(), "y");
}

#[test]
fn large_results_come_in_many_events_with_statistics() {
    let (_cos, client) = start();
    let data = "abcdefgh,12345678\n".repeat(50_000);
    client.put_object(BUCKET, data.as_bytes(), "data").send().unwrap();
    let input = InputSerialization { csv: Some(CsvInput::default()), ..Default::default() };
    let output = OutputSerialization { csv: Some(CsvOutput::default()), ..Default::default() };
    let select = client.select_object_content(BUCKET, "data", "select * from COSObject", "SQL", input, output);
    let events = select.request_progress(RequestProgress { enabled: Some("TRUE".into()) }).send().unwrap().payload;
    let (mut records, mut progress, mut total) = (0, 0, 0);
    for event in events {
        match event.unwrap() {
            SelectEvent::Records(more) => {
                records += 1;
                total += more.len() as u64;
            }
            SelectEvent::Progress(_) => progress += 1,
            SelectEvent::Stats(stats) => {
                assert_eq!((stats.bytes_scanned, stats.bytes_returned), (data.len() as u64, total));
            }
            _ => {}
        }
    }
    assert!(records > 5 && progress > 0 && total == data.len() as u64);
}

#[test]
fn a_wrong_expression_is_coss_error() {
    let (_cos, client) = start();
    let input = InputSerialization { csv: Some(CsvInput::default()), ..Default::default() };
    let select = client.select_object_content(BUCKET, "k.csv", "Selec", "SQL", input, OutputSerialization::default());
    assert_eq!(select.send().unwrap_err().service().unwrap().get_status_code(), 400);
}

fn message(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
    let sum = |bytes: &[u8]| (checksum(CrcAlgorithm::Crc32IsoHdlc, bytes) as u32).to_be_bytes();
    let mut head = Vec::new();
    for (name, value) in headers {
        head.push(name.len() as u8);
        head.extend(name.as_bytes());
        head.push(7);
        head.extend((value.len() as u16).to_be_bytes());
        head.extend(value.as_bytes());
    }
    let total = (16 + head.len() + payload.len()) as u32;
    let mut bytes = [total.to_be_bytes(), (head.len() as u32).to_be_bytes()].concat();
    bytes.extend(sum(&bytes));
    bytes.extend(head);
    bytes.extend(payload);
    bytes.extend(sum(&bytes));
    bytes
}

fn event(kind: &str, payload: &[u8]) -> Vec<u8> {
    message(&[(":message-type", "event"), (":event-type", kind)], payload)
}

const STATS: &[u8] = b"<Stats><BytesScanned>8</BytesScanned><BytesProcessed>8</BytesProcessed>\
    <BytesReturned>4</BytesReturned></Stats>";

fn whole() -> Vec<u8> {
    let parts = [
        event("Records", b"a,"),
        event("Cont", b""),
        event("Records", b"1\n"),
        event("Stats", STATS),
        event("End", b""),
    ];
    parts.concat()
}

/// Asks, and gets this stream for an answer, in chunks.
fn ask(cos: &CosEmulator, client: &CosS3Client, stream: Vec<u8>) -> EventStream {
    let answer = Fault::Answer(Answer::new(200).body(stream));
    cos.inject(Fault::All(vec![answer, Fault::Chunked]), Match::any().query("select"), 1);
    send(client)
}

fn send(client: &CosS3Client) -> EventStream {
    let input = InputSerialization { csv: Some(CsvInput::default()), ..Default::default() };
    let output = OutputSerialization { csv: Some(CsvOutput::default()), ..Default::default() };
    let select = client.select_object_content(BUCKET, "k.csv", "Select * from COSObject", "SQL", input, output);
    select.send().unwrap().payload
}

fn kind(error: &CosError) -> &ClientErrorKind {
    let CosError::Client(error) = error else { panic!("{error}") };
    error.kind()
}

#[test]
fn events_come_in_order_and_end_with_the_end() {
    let (cos, client) = start();
    let events: Vec<_> = ask(&cos, &client, whole()).map(Result::unwrap).collect();
    assert_eq!(events.len(), 5);
    assert_eq!(events[0], SelectEvent::Records(b"a,".to_vec()));
    assert_eq!(events[1], SelectEvent::Cont);
    let SelectEvent::Stats(stats) = &events[3] else { panic!("{events:?}") };
    assert_eq!((stats.bytes_scanned, stats.bytes_returned), (8, 4));
    assert_eq!(events[4], SelectEvent::End);
    let request = cos.requests().pop().unwrap();
    assert_eq!((request.method.as_str(), request.param("select-type")), ("POST", Some("2")));
}

#[test]
fn a_query_may_take_its_time_while_its_connection_is_kept_alive() {
    let (cos, _owner) = start();
    let client = client(config(&cos).minimum_throughput(1_000_000, Duration::from_millis(100)));
    let slow = [Fault::Answer(Answer::new(200).body(whole())), Fault::Trickle(4, Duration::from_millis(5))];
    cos.inject(Fault::All(slow.to_vec()), Match::any().query("select"), 1);
    assert_eq!(send(&client).get_select_result().unwrap(), b"a,1\n");
}

#[test]
fn records_are_joined_in_memory_and_in_a_file() {
    let (cos, client) = start();
    assert_eq!(ask(&cos, &client, whole()).get_select_result().unwrap(), b"a,1\n");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.csv");
    std::fs::write(&path, "old").unwrap();
    let cut = whole()[..whole().len() - 3].to_vec();
    assert!(ask(&cos, &client, cut).get_select_result_to_file(&path).is_err());
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    ask(&cos, &client, whole()).get_select_result_to_file(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"a,1\n");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_damaged_message_is_an_error_and_none_of_it_is_handed_out() {
    let (cos, client) = start();
    let first = event("Records", b"a,");
    for at in [0, 5, 9, 20, first.len() - 6, first.len() - 1] {
        let mut stream = whole();
        stream[first.len() + at % event("Cont", b"").len()] ^= 1;
        let mut events = ask(&cos, &client, stream);
        assert_eq!(events.next().unwrap().unwrap(), SelectEvent::Records(b"a,".to_vec()));
        assert_eq!(*kind(&events.next().unwrap().unwrap_err()), ClientErrorKind::Integrity);
        assert!(events.next().is_none());
    }
}

#[test]
fn a_stream_that_stops_early_is_an_error() {
    let (cos, client) = start();
    let last = event("End", b"").len();
    for missing in [1, last - 5, last, last + 3] {
        let stream = whole()[..whole().len() - missing].to_vec();
        let error = ask(&cos, &client, stream).get_select_result().unwrap_err();
        assert_eq!(*kind(&error), ClientErrorKind::Integrity, "{missing}: {error}");
    }
    assert!(ask(&cos, &client, Vec::new()).get_select_result().is_err());
}

#[test]
fn a_length_beyond_reason_is_refused_before_it_is_believed() {
    let (cos, client) = start();
    let mut stream = [u32::MAX.to_be_bytes(), 0_u32.to_be_bytes()].concat();
    stream.extend((checksum(CrcAlgorithm::Crc32IsoHdlc, &stream) as u32).to_be_bytes());
    let error = ask(&cos, &client, stream).get_select_result().unwrap_err();
    assert_eq!(*kind(&error), ClientErrorKind::Protocol);
}

#[test]
fn an_error_event_is_coss_error_and_unknown_events_are_skipped() {
    let (cos, client) = start();
    let error =
        message(&[(":message-type", "error"), (":error-code", "OverMaxRecordSize"), (":error-message", "m")], b"");
    let stream = [event("Records", b"a"), event("Novelty", b"?"), error].concat();
    let events: Vec<_> = ask(&cos, &client, stream).collect();
    assert_eq!(events.len(), 2);
    let error = events[1].as_ref().unwrap_err().service().unwrap();
    assert_eq!((error.get_error_code(), error.get_error_msg()), ("OverMaxRecordSize", "m"));
    assert_eq!((error.get_status_code(), error.operation()), (200, "select_object_content"));
    assert_ne!(error.get_request_id(), "Unknown");
}
