//! Selecting from objects with SQL.

mod common;

use std::io::Write;

use common::{Answer, Client, started};
use cos_emulator::{CosEmulator, Fault, Match};

const PEOPLE: &str = "Name,Age,City\nAnn,9,\"Bonn, Rhein\"\nBob,10,\nCem,33,K\u{f6}ln\n";
const CSV: &str = "<CSV><FileHeaderInfo>USE</FileHeaderInfo></CSV>";
const JSON: &str = "<JSON><Type>LINES</Type></JSON>";
const TO_CSV: &str = "<CSV/>";
const TO_JSON: &str = "<JSON/>";

/// An event: its headers and its payload.
struct Event {
    headers: Vec<(String, String)>,
    payload: Vec<u8>,
}

impl Event {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    fn kind(&self) -> &str {
        self.header(":event-type").unwrap_or("error")
    }
}

/// CRC-32 bit by bit: not the emulator's.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

fn events(mut rest: &[u8]) -> Vec<Event> {
    fn take<'a>(rest: &mut &'a [u8], len: usize) -> &'a [u8] {
        let (taken, left) = rest.split_at(len);
        *rest = left;
        taken
    }
    let word = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut events = Vec::new();
    while !rest.is_empty() {
        let total = word(&rest[..4]) as usize;
        let message = take(&mut rest, total);
        let headers_len = word(&message[4..8]) as usize;
        assert_eq!(word(&message[8..12]), crc32(&message[..8]));
        assert_eq!(word(&message[total - 4..]), crc32(&message[..total - 4]));
        let mut block = &message[12..12 + headers_len];
        let mut headers = Vec::new();
        while !block.is_empty() {
            let len = take(&mut block, 1)[0].into();
            let name = text(take(&mut block, len));
            assert_eq!(take(&mut block, 1), [7]);
            let len = u16::from_be_bytes(take(&mut block, 2).try_into().unwrap()).into();
            headers.push((name, text(take(&mut block, len))));
        }
        events.push(Event { headers, payload: message[12 + headers_len..total - 4].to_vec() });
    }
    events
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn post(client: &Client, key: &str, sql: &str, input: &str, output: &str) -> Answer {
    let body = format!(
        "<SelectRequest><Expression>{}</Expression><ExpressionType>SQL</ExpressionType>\
         <InputSerialization>{input}</InputSerialization><OutputSerialization>{output}</OutputSerialization>\
         </SelectRequest>",
        escaped(sql)
    );
    send(client, key, &body)
}

fn send(client: &Client, key: &str, body: &str) -> Answer {
    client.request("POST", key).query("select", "").query("select-type", "2").body(body).send()
}

/// The result of a selection that succeeds.
fn select(client: &Client, key: &str, sql: &str, input: &str, output: &str) -> String {
    let answer = post(client, key, sql, input, output);
    assert_eq!(answer.status, 200, "{sql}: {}", String::from_utf8_lossy(&answer.body));
    let events = events(&answer.body);
    assert_eq!(events.last().unwrap().kind(), "End", "{sql}");
    assert_eq!(events[events.len() - 2].kind(), "Stats");
    let records = events.iter().filter(|event| event.kind() == "Records");
    String::from_utf8(records.flat_map(|event| event.payload.clone()).collect()).unwrap()
}

fn people() -> (CosEmulator, Client) {
    let (emulator, client) = started();
    client.put("/people.csv", PEOPLE);
    (emulator, client)
}

#[test]
fn columns_of_csv() {
    let (_emulator, client) = people();
    let get = |sql: &str| select(&client, "/people.csv", sql, CSV, TO_CSV);
    assert_eq!(get("Select * from COSObject"), PEOPLE.split_once('\n').unwrap().1);
    assert_eq!(get("select s.* from COSObject s limit 1"), "Ann,9,\"Bonn, Rhein\"\n");
    assert_eq!(get("select s.name, s._2 from COSObject s limit 2"), "Ann,9\nBob,10\n");
    assert_eq!(get("select s.\"City\" from COSObject as s where s.\"Name\" = 'Cem'"), "K\u{f6}ln\n");
    assert_eq!(get("select COSObject.Age from COSObject"), "9\n10\n33\n");
    assert_eq!(get("select Age from S3Object where _1 = 'Bob'"), "10\n");
    assert_eq!(get("select _9, 'x', -1 from COSObject limit 1"), ",x,-1\n");
    assert_eq!(get("select Age from COSObject limit 0"), "");
}

#[test]
fn conditions() {
    let (_emulator, client) = people();
    client.put("/more.json", "{\"a\":1,\"b\":null}\n{\"a\":2.5,\"b\":\"x\"}\n{\"a\":\"3\"}\n{\"b\":true}\n");
    let csv = |condition: &str| {
        let sql = format!("select Name from COSObject s where {condition}");
        select(&client, "/people.csv", &sql, CSV, TO_CSV).replace('\n', "")
    };
    assert_eq!(csv("s.Age > 9"), "BobCem");
    assert_eq!(csv("s.Age > '9'"), "");
    assert_eq!(csv("cast(s.Age as int) >= cast('10' as float)"), "BobCem");
    assert_eq!(csv("s.Age <> 10 and s.Age <= 33"), "AnnCem");
    assert_eq!(csv("s.Age < 10 or not s.Age != 33"), "AnnCem");
    assert_eq!(csv("s.Age between 9 and 10 and Name in ('Ann', 'Cem')"), "Ann");
    assert_eq!(csv("s.Name not like '_o%'"), "AnnCem");
    assert_eq!(csv("s.City like '%ln'"), "Cem");
    assert_eq!(csv("s._4 is null and s.City is not null"), "AnnBobCem");
    assert_eq!(csv("s.Name > 5"), "");
    let json = |condition: &str| {
        let sql = format!("select s.a from COSObject s where {condition}");
        select(&client, "/more.json", &sql, JSON, TO_CSV).replace('\n', " ")
    };
    assert_eq!(json("s.a >= 2.5"), "2.5 3 ");
    assert_eq!(json("s.b is null"), "1 3 ");
    assert_eq!(json("not (s.b = 'x')"), "");
    assert_eq!(json("s.b or s.a = 1"), "1  ");
}

#[test]
fn aggregates() {
    let (_emulator, client) = people();
    let get = |sql: &str| select(&client, "/people.csv", sql, CSV, TO_JSON);
    assert_eq!(get("select count(*) from COSObject"), "{\"_1\":3}\n");
    assert_eq!(get("select count(*) as n from COSObject s where s.Age > 9 limit 1"), "{\"n\":2}\n");
    assert_eq!(
        get("select sum(cast(Age as int)), avg(cast(Age as float)), min(Name), max(cast(Age as int)) from COSObject"),
        "{\"_1\":52,\"_2\":17.333333333333332,\"_3\":\"Ann\",\"_4\":33}\n"
    );
    assert_eq!(get("select sum(cast(Age as int)) from COSObject where Age > 99"), "{\"_1\":null}\n");
}

#[test]
fn json_objects() {
    let (_emulator, client) = started();
    client.put("/doc", "{\"z\": {\"list\": [1, {\"k\": \"v\"}]},\n \"a\": 1}");
    let document = "<JSON><Type>DOCUMENT</Type></JSON>";
    let get = |sql: &str, output: &str| select(&client, "/doc", sql, document, output);
    assert_eq!(get("select * from COSObject", TO_JSON), "{\"z\":{\"list\":[1,{\"k\":\"v\"}]},\"a\":1}\n");
    assert_eq!(get("select * from COSObject", TO_CSV), "\"{\"\"list\"\":[1,{\"\"k\"\":\"\"v\"\"}]}\",1\n");
    assert_eq!(
        get("select s.z.list[1].k, s.z.list[7] as none, s.a x from COSObject s", TO_JSON),
        "{\"_1\":\"v\",\"x\":1}\n"
    );
    client.put("/doc", "[{\"a\":1},{\"a\":2}]");
    assert_eq!(get("select s.a from COSObject[*] s where s.a > 1", TO_JSON), "{\"a\":2}\n");
    let delimited = "<JSON><RecordDelimiter>;</RecordDelimiter></JSON>";
    assert_eq!(get("select a from COSObject[*]", delimited), "{\"a\":1};{\"a\":2};");
}

#[test]
fn layouts_of_csv() {
    let (_emulator, client) = started();
    let get = |content: &str, input: &str, output: &str| {
        client.put("/k", content);
        let (input, output) = (format!("<CSV>{input}</CSV>"), format!("<CSV>{output}</CSV>"));
        select(&client, "/k", "select * from COSObject", &input, &output)
    };
    assert_eq!(get("a,b\r\n1,2\r\n", "", ""), "a,b\n1,2\n");
    assert_eq!(get("a,b\n1,2\n", "<FileHeaderInfo>IGNORE</FileHeaderInfo>", ""), "1,2\n");
    let input = "<RecordDelimiter>;</RecordDelimiter><FieldDelimiter>\t</FieldDelimiter><QuoteCharacter>'</QuoteCharacter>\
                 <QuoteEscapeCharacter>\\</QuoteEscapeCharacter><Comments>#</Comments>";
    let output = "<QuoteFields>ALWAYS</QuoteFields><RecordDelimiter>|</RecordDelimiter><FieldDelimiter>::</FieldDelimiter>\
                  <QuoteCharacter>~</QuoteCharacter><QuoteEscapeCharacter>!</QuoteEscapeCharacter>";
    assert_eq!(get("#no;a\t'b;\\'~';", input, output), "~a~::~b;'!~~|");
    let quoted = "<AllowQuotedRecordDelimiter>FALSE</AllowQuotedRecordDelimiter>";
    client.put("/k", "\"a\nb\",c\n");
    let answer = post(&client, "/k", "select * from COSObject", &format!("<CSV>{quoted}</CSV>"), TO_CSV);
    assert_eq!(answer.error(), (400, "CSVParsingError"));
    assert_eq!(get("\"a\nb\",c\n", "", ""), "\"a\nb\",c\n");
}

#[test]
fn compressed_objects() {
    let (_emulator, client) = started();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(PEOPLE.as_bytes()).unwrap();
    let zipped = encoder.finish().unwrap();
    client.put("/k", zipped.clone());
    let gzip = format!("<CompressionType>GZIP</CompressionType>{CSV}");
    assert_eq!(select(&client, "/k", "select count(*) from COSObject", &gzip, TO_CSV), "3\n");
    let answer = post(&client, "/k", "select count(*) from COSObject", &gzip, TO_CSV);
    let stats = events(&answer.body).remove(1);
    let stats = String::from_utf8(stats.payload).unwrap();
    assert!(stats.contains(&format!("<BytesScanned>{}</BytesScanned>", zipped.len())), "{stats}");
    assert!(stats.contains(&format!("<BytesProcessed>{}</BytesProcessed>", PEOPLE.len())), "{stats}");
    assert!(stats.contains("<BytesReturned>2</BytesReturned>"), "{stats}");
    let refused = |content: &[u8]| {
        client.put("/k", content);
        post(&client, "/k", "select count(*) from COSObject", &gzip, TO_CSV)
    };
    assert_eq!(refused(&zipped[..zipped.len() / 2]).error(), (400, "TruncatedInput"));
    assert_eq!(refused(PEOPLE.as_bytes()).error(), (400, "InvalidCompressionFormat"));
}

#[test]
fn large_results_come_in_several_messages() {
    let (_emulator, client) = started();
    let content = "0123456789abcdef\n".repeat(40_000);
    client.put("/k", content.clone());
    let body = "<SelectRequest><Expression>select * from COSObject</Expression><ExpressionType>sql</ExpressionType>\
                <RequestProgress><Enabled>TRUE</Enabled></RequestProgress><InputSerialization><CSV/></InputSerialization>\
                <OutputSerialization><CSV/></OutputSerialization></SelectRequest>";
    let answer = send(&client, "/k", body);
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    let events = events(&answer.body);
    let count = |kind: &str| events.iter().filter(|event| event.kind() == kind).count();
    assert!(count("Records") > 4);
    assert!(count("Progress") >= count("Records"));
    let all: Vec<u8> =
        events.iter().filter(|event| event.kind() == "Records").flat_map(|event| event.payload.clone()).collect();
    assert_eq!(all, content.as_bytes());
}

#[test]
fn errors_in_the_middle() {
    let (_emulator, client) = started();
    client.put("/k", "1\n2\nx\n");
    let answer = post(&client, "/k", "select cast(_1 as int) from COSObject", "<CSV/>", TO_CSV);
    let events = events(&answer.body);
    assert_eq!((answer.status, events.len()), (200, 2));
    assert_eq!(events[0].payload, b"1\n2\n");
    assert_eq!(events[1].header(":message-type"), Some("error"));
    assert_eq!(events[1].header(":error-code"), Some("CastFailed"));
    assert!(events[1].header(":error-message").unwrap().contains("\"x\""));
}

#[test]
fn refusals_before_the_stream() {
    let (_emulator, client) = people();
    let deep = format!("select * from COSObject where {}1=1{}", "(".repeat(300), ")".repeat(300));
    let long = format!("select * from COSObject where {}1=1", "1=1 or ".repeat(1000));
    let (chain, longest) = ("1+".repeat(8000), "1+".repeat(190));
    let sorted = format!("select * from COSObject order by {longest}1");
    let many = format!("select count(*) from COSObject where {}1=1", "1=1 and ".repeat(95));
    assert_eq!(select(&client, "/people.csv", &many, CSV, TO_CSV), "3\n");
    let list = format!("select * from COSObject where Age in ({}1)", "1,".repeat(5000));
    assert_eq!(select(&client, "/people.csv", &list, CSV, TO_CSV), "");
    let (sum, ordered) =
        (format!("select {chain}1 from COSObject"), format!("select * from COSObject order by {chain}1"));
    let huge = format!("select '{}' from COSObject", "x".repeat(300_000));
    for (sql, code) in [
        ("select", "ParseUnexpectedToken"),
        ("selec * from COSObject", "ParseUnexpectedToken"),
        ("select * from COSObject where 'a", "LexerInvalidChar"),
        ("select * from COSObject; select * from COSObject", "UnsupportedSqlOperation"),
        ("delete from COSObject", "UnsupportedSqlOperation"),
        ("select 1", "ParseSelectMissingFrom"),
        ("select * from other", "InvalidDataSource"),
        ("select * from (select 1) s", "InvalidDataSource"),
        ("select * from COSObject a, COSObject b", "UnsupportedSqlStructure"),
        ("select * from COSObject order by Name", "UnsupportedSqlStructure"),
        ("select Name from COSObject group by Name", "UnsupportedSqlStructure"),
        ("select distinct Name from COSObject", "UnsupportedSqlStructure"),
        ("select * from COSObject a join COSObject b on a.Name = b.Name", "UnsupportedSqlStructure"),
        ("select Name, count(*) from COSObject", "UnsupportedSqlStructure"),
        (&deep, "UnsupportedSqlStructure"),
        (&long, "UnsupportedSqlStructure"),
        (&sum, "UnsupportedSqlStructure"),
        (&ordered, "UnsupportedSqlStructure"),
        (&sorted, "UnsupportedSqlStructure"),
        (&huge, "ExpressionTooLong"),
        ("select upper(Name) from COSObject", "UnsupportedFunction"),
        ("select Age + 1 from COSObject", "UnsupportedSyntax"),
        ("select sum(*) from COSObject", "UnsupportedSyntax"),
        ("select * from COSObject limit 1 offset 1", "UnsupportedSyntax"),
        ("select cast(Age as timestamp) from COSObject", "InvalidDataType"),
        ("select cast(Name as int) from COSObject", "CastFailed"),
        ("select Nobody from COSObject", "EvaluatorBindingDoesNotExist"),
        ("select _0 from COSObject", "InvalidColumnIndex"),
    ] {
        assert_eq!(post(&client, "/people.csv", sql, CSV, TO_CSV).error(), (400, code), "{sql}");
    }
    let all = "select * from COSObject";
    for (input, output, status, code) in [
        (JSON, TO_CSV, 400, "JSONParsingError"),
        ("<JSON/>", TO_CSV, 400, "InvalidJsonType"),
        ("<CSV/><JSON/>", TO_CSV, 400, "ObjectSerializationConflict"),
        ("", TO_CSV, 400, "MissingRequiredParameter"),
        (CSV, "", 400, "MissingRequiredParameter"),
        ("<CSV><FileHeaderInfo>x</FileHeaderInfo></CSV>", TO_CSV, 400, "InvalidFileHeaderInfo"),
        (CSV, "<CSV><QuoteFields>x</QuoteFields></CSV>", 400, "InvalidQuoteFields"),
        ("<CompressionType>x</CompressionType><CSV/>", TO_CSV, 400, "InvalidCompressionFormat"),
        ("<CompressionType>BZIP2</CompressionType><CSV/>", TO_CSV, 501, "NotImplemented"),
        ("<Parquet/>", TO_CSV, 501, "NotImplemented"),
        ("<CSV><FieldDelimiter>ab</FieldDelimiter></CSV>", TO_CSV, 501, "NotImplemented"),
    ] {
        assert_eq!(post(&client, "/people.csv", all, input, output).error(), (status, code), "{input} {output}");
    }
    assert_eq!(post(&client, "/nothing", all, CSV, TO_CSV).error(), (404, "NoSuchKey"));
    client.put("/latin1", b"\xe9\n");
    assert_eq!(post(&client, "/latin1", all, "<CSV/>", TO_CSV).error(), (400, "InvalidTextEncoding"));
    assert_eq!(send(&client, "/people.csv", "<Other/>").error(), (400, "MalformedXML"));
    let untyped = client.request("POST", "/people.csv").query("select", "").body("<SelectRequest/>").send();
    assert_eq!(untyped.error(), (400, "InvalidArgument"));
    client.request("PUT", "/cold").header("x-cos-storage-class", "ARCHIVE").body(PEOPLE).send();
    assert_eq!(post(&client, "/cold", all, CSV, TO_CSV).error(), (403, "InvalidObjectState"));
    let anonymous = client.request("POST", "/people.csv").query("select", "").query("select-type", "2").anonymous();
    assert_eq!(anonymous.send().error(), (403, "AccessDenied"));
}

#[test]
fn damaged_streams() {
    let (emulator, client) = people();
    let all = "select * from COSObject";
    let whole = post(&client, "/people.csv", all, CSV, TO_CSV);
    emulator.inject(Fault::CorruptAnswer(20), Match::any().method("POST"), 1);
    let damaged = post(&client, "/people.csv", all, CSV, TO_CSV);
    assert_eq!(damaged.body.len(), whole.body.len());
    assert_ne!(damaged.body, whole.body);
    emulator.inject(Fault::CutBody(30), Match::any().method("POST"), 1);
    let cut = post(&client, "/people.csv", all, CSV, TO_CSV);
    assert!(cut.cut && whole.body.starts_with(&cut.body));
}
