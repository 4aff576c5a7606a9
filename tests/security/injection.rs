//! S6: what is put into a header, a query or a document stays the one value that it was.

use qcloud_cos::object::{CsvInput, CsvOutput, InputSerialization, OutputSerialization};
use qcloud_cos::{CopySource, CosError};

use crate::common::{BUCKET, field, get, put, requests, start};

#[test]
fn s06_no_setter_takes_a_line_break() {
    let (cos, client) = start();
    let bad = ["a\r\nx-cos-acl: public-read-write", "a\nb", "a\rb", "a\0b", "a\u{7f}"];
    for value in bad {
        let put = || client.put_object(BUCKET, b"x", "k");
        let results: Vec<Result<(), CosError>> = vec![
            put().metadata("x-cos-meta-a", value).send().map(drop),
            put().header("x-own", value).send().map(drop),
            put().header(format!("x-{value}"), "v").send().map(drop),
            put().content_type(value).send().map(drop),
            put().content_disposition(value).send().map(drop),
            put().cache_control(value).send().map(drop),
            put().tagging(value).send().map(drop),
            put().referer(value).send().map(drop),
            put().acl(value).send().map(drop),
            put().storage_class(value).send().map(drop),
            put().grant_read(value).send().map(drop),
            put().sse_customer_key(value).send().map(drop),
            client.get_object(BUCKET, "k").range(value).send().map(drop),
            client.get_presigned_url(BUCKET, "k", "PUT").header("x-cos-meta-a", value).sign().map(drop),
        ];
        for (at, result) in results.into_iter().enumerate() {
            let named = field(result);
            assert!(named.starts_with("header "), "setter {at}, {value:?}: {named}");
        }
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn s06_no_header_says_where_a_body_ends() {
    let (cos, client) = start();
    for (name, value) in [("Content-Length", "100"), ("Content-Length", "1"), ("Transfer-Encoding", "chunked")] {
        let results: Vec<Result<(), CosError>> = vec![
            client.put_object(BUCKET, b"x", "k").header(name, value).send().map(drop),
            client.get_object(BUCKET, "k").header(name, value).send().map(drop),
            client.head_object(BUCKET, "k").header(name, value).send().map(drop),
            client.delete_object(BUCKET, "k").header(name, value).send().map(drop),
            client.put_bucket_versioning(BUCKET, "Enabled").header(name, value).send().map(drop),
        ];
        for result in results {
            assert_eq!(field(result), format!("header {:?}", name.to_lowercase()));
        }
        assert_eq!(field(client.put_object(BUCKET, b"x", "k").metadata(name, value).send()), "metadata");
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn s06_names_and_values_of_a_query_stay_one() {
    let (cos, client) = start();
    put(&client, "k", b"x");
    for value in ["a&acl=", "a=b", "a#b", "a?b", "a\r\nHost: elsewhere", "a\0", "%26", "+", " ", "ä/中", ";,"] {
        cos.clear_requests();
        client.get_object(BUCKET, "k").query("x-own", value).query(value, "v").send().unwrap();
        let sent = requests(&cos, "GET", "x-own").remove(0);
        let expected = [("x-own".to_owned(), value.to_owned()), (value.to_owned(), "v".to_owned())];
        assert_eq!(sent.query, expected);
        if value.contains('\0') {
            continue; // an answer in XML could not repeat it
        }
        cos.clear_requests();
        client.list_objects(BUCKET).prefix(value).delimiter(value).send().unwrap();
        let sent = requests(&cos, "GET", "prefix").remove(0);
        assert_eq!((sent.param("prefix"), sent.param("delimiter")), (Some(value), Some(value)));
    }
    assert_eq!(field(client.get_object(BUCKET, "k").query("", "v").send()), "query");
}

#[test]
fn s06_a_key_in_a_document_is_that_key_alone() {
    let (cos, client) = start();
    let keys = [
        "</Key></Object><Object><Key>victim",
        "victim</Key><!--",
        "<![CDATA[victim]]>",
        "&lt;victim",
        "&#118;ictim",
        "\r\nvictim\t",
        " victim ",
        "\"'&<>",
        "中",
    ];
    put(&client, "victim", b"precious");
    for key in keys {
        put(&client, key, b"x");
    }
    let deleted = client.delete_objects(BUCKET, keys).send().unwrap().into_inner();
    let mut found: Vec<String> = deleted.deleted.into_iter().map(|object| object.key).collect();
    found.sort();
    let mut expected = keys.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!((found, deleted.error.len()), (expected, 0));
    assert_eq!(get(&client, "victim"), b"precious");
    assert_eq!(client.list_objects(BUCKET).objects().count(), 1);
    cos.clear_requests();
    for key in ["a\0", "a\u{1}b", "\u{fffe}"] {
        assert_eq!(field(client.delete_objects(BUCKET, ["a", key]).send()), "delete", "{key:?}");
    }
    assert_eq!(cos.request_count(), 0);
}

#[test]
fn s06_an_expression_in_a_document_is_one_value() {
    let (_cos, client) = start();
    put(&client, "k.csv", b"a,1\n</Expression>,2\n");
    let input = || InputSerialization { csv: Some(CsvInput::default()), ..Default::default() };
    let output = || OutputSerialization { csv: Some(CsvOutput::default()), ..Default::default() };
    let expression = "Select s._2 from COSObject s where s._1 = '</Expression>'";
    let select = client.select_object_content(BUCKET, "k.csv", expression, "SQL", input(), output());
    assert_eq!(select.send().unwrap().payload.get_select_result().unwrap(), b"2\n");
}

#[test]
fn s06_the_source_of_a_copy_names_one_object() {
    let (cos, client) = start();
    let keys = ["a?versionId=other", "a#b", "a&b", "a%2Fb", "a b+c", "../a", "中\r\n"];
    for key in keys {
        put(&client, key, key.as_bytes());
        client.copy_object(BUCKET, "copy", CopySource::new(BUCKET, key, cos.region())).send().unwrap();
        assert_eq!(get(&client, "copy"), key.as_bytes());
    }
}
