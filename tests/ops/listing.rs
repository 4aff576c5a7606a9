//! Listings: every item once over any number of pages, and an end even where the server knows none.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::{
    BUCKET, ByHand, MIB, client, code, config, failed, field, kind, put, refused, requests, start, start_with,
};
use cos_emulator::{Answer, CosEmulator, Fault, Match};
use qcloud_cos::{ClientErrorKind, CosError, CosS3Client};

const KEYS: [&str; 9] =
    ["a b.txt", "a+b.txt", "dir/1", "dir/2", "dir/sub/3", "z.txt", "目录/一", "目录/二", "目录/子/三"];

fn start_with_keys() -> (CosEmulator, CosS3Client) {
    let (cos, client) = start();
    for key in KEYS {
        put(&client, key, key.as_bytes());
    }
    cos.clear_requests();
    (cos, client)
}

/// An emulator that answers every request with this document.
fn answering(xml: impl Into<Vec<u8>>) -> (CosEmulator, CosS3Client) {
    let (cos, client) = start();
    cos.inject(Fault::Answer(Answer::new(200).body(xml)), Match::any(), usize::MAX);
    (cos, client)
}

#[test]
fn objects_come_once_each_over_all_pages() {
    let (cos, client) = start_with_keys();
    for max_keys in [1_usize, 2, 4, 9, 1000] {
        cos.clear_requests();
        let listed = client.list_objects(BUCKET).max_keys(max_keys).objects();
        let found: Vec<String> = listed.map(|object| object.unwrap().key).collect();
        assert_eq!(found, KEYS);
        assert_eq!(cos.request_count(), KEYS.len().div_ceil(max_keys));
    }
}

#[test]
fn a_page_is_fetched_when_it_is_asked_for() {
    let (cos, client) = start_with_keys();
    let mut pages = client.list_objects(BUCKET).max_keys(4).pages();
    assert_eq!(cos.request_count(), 0);
    let first = pages.next().unwrap().unwrap();
    assert_eq!(cos.request_count(), 1);
    assert_eq!((first.contents.len(), first.is_truncated, first.max_keys), (4, true, 4));
    assert_eq!(first.next_marker, "dir/2");
    assert_eq!(pages.map(|page| page.unwrap().contents.len()).collect::<Vec<_>>(), [4, 1]);
}

#[test]
fn a_listed_object_has_its_facts() {
    let (_cos, client) = start_with_keys();
    let page = client.list_objects(BUCKET).send().unwrap();
    let object = page.contents.iter().find(|object| object.key == "目录/一").unwrap();
    assert_eq!(object.size, "目录/一".len() as u64);
    assert_eq!(object.etag, client.head_object(BUCKET, "目录/一").send().unwrap().etag);
    assert!(object.last_modified.contains('T') && object.owner.is_some());
    assert_eq!((page.name.as_str(), page.is_truncated, page.request_id.is_empty()), (BUCKET, false, false));
}

#[test]
fn a_delimiter_folds_keys_into_common_prefixes_once_each() {
    let (_cos, client) = start_with_keys();
    for max_keys in [1, 2, 1000] {
        let (mut keys, mut prefixes) = (Vec::new(), Vec::new());
        for page in client.list_objects(BUCKET).delimiter("/").max_keys(max_keys).pages() {
            let page = page.unwrap();
            keys.extend(page.contents.clone().into_iter().map(|object| object.key));
            prefixes.extend(page.common_prefixes.clone().into_iter().map(|common| common.prefix));
        }
        assert_eq!(keys, ["a b.txt", "a+b.txt", "z.txt"]);
        assert_eq!(prefixes, ["dir/", "目录/"]);
    }
    let below = client.list_objects(BUCKET).prefix("目录/").delimiter("/").send().unwrap();
    assert_eq!(below.contents.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["目录/一", "目录/二"]);
    assert_eq!(below.common_prefixes[0].prefix, "目录/子/");
    assert_eq!((below.prefix.as_str(), below.delimiter.as_str()), ("目录/", "/"));
}

#[test]
fn prefix_and_marker_limit_what_is_listed() {
    let (_cos, client) = start_with_keys();
    let keys = |objects: &mut dyn Iterator<Item = Result<qcloud_cos::bucket::Object, CosError>>| -> Vec<String> {
        objects.map(|object| object.unwrap().key).collect()
    };
    assert_eq!(keys(&mut client.list_objects(BUCKET).prefix("a+").objects()), ["a+b.txt"]);
    assert_eq!(keys(&mut client.list_objects(BUCKET).prefix("目").max_keys(1).objects()), KEYS[6..]);
    assert_eq!(keys(&mut client.list_objects(BUCKET).marker("z.txt").objects()), KEYS[6..]);
    assert_eq!(keys(&mut client.list_objects(BUCKET).marker("dir/2").prefix("dir/").objects()), ["dir/sub/3"]);
    assert!(keys(&mut client.list_objects(BUCKET).prefix("nothing").objects()).is_empty());
}

#[test]
fn encoding_type_url_leaves_names_encoded_and_still_goes_through_all_pages() {
    let (_cos, client) = start_with_keys();
    let listed = client.list_objects(BUCKET).encoding_type("url").max_keys(2).objects();
    let found: Vec<String> = listed.map(|object| object.unwrap().key).collect();
    assert_eq!(found.len(), KEYS.len());
    assert_eq!(found[..3], ["a%20b.txt", "a%2Bb.txt", "dir%2F1"]);
    assert_eq!(found[6], "%E7%9B%AE%E5%BD%95%2F%E4%B8%80");
    assert_eq!(field(client.list_objects(BUCKET).encoding_type("gzip").send()), "encoding_type");
}

#[test]
fn parts_come_once_each_over_all_pages() {
    let (cos, client) = start();
    let id = client.create_multipart_upload(BUCKET, "k").send().unwrap().into_inner().upload_id;
    for number in [5, 1, 10_000, 3, 7] {
        client.upload_part(BUCKET, "k", number.to_string().into_bytes(), number, &id).send().unwrap();
    }
    cos.clear_requests();
    let listed = client.list_parts(BUCKET, "k", &id).max_parts(2).parts();
    let parts: Vec<(u32, u64)> = listed.map(Result::unwrap).map(|part| (part.part_number, part.size)).collect();
    assert_eq!(parts, [(1, 1), (3, 1), (5, 1), (7, 1), (10_000, 5)]);
    assert_eq!(cos.request_count(), 3);
    let after = client.list_parts(BUCKET, "k", &id).part_number_marker(5).send().unwrap();
    assert_eq!(after.part.len(), 2);
    assert_eq!((after.upload_id.as_str(), after.key.as_str()), (id.as_str(), "k"));
}

#[test]
fn uploads_come_once_each_over_all_pages_also_those_of_one_key() {
    let (_cos, client) = start();
    let mut expected = BTreeSet::new();
    for key in ["键/一", "a", "键/一", "b c", "键/一"] {
        let created = client.create_multipart_upload(BUCKET, key).send().unwrap();
        expected.insert((key.to_owned(), created.upload_id.clone()));
    }
    for max_uploads in [1, 2, 1000] {
        let listed = client.list_multipart_uploads(BUCKET).max_uploads(max_uploads).uploads();
        let found: Vec<_> = listed.map(Result::unwrap).map(|upload| (upload.key, upload.upload_id)).collect();
        assert_eq!(found.len(), expected.len(), "{max_uploads}");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected, "{max_uploads}");
    }
    assert_eq!(client.list_multipart_uploads(BUCKET).prefix("键/").max_uploads(1).uploads().count(), 3);
}

#[test]
fn objects_that_do_not_move_on_end_with_an_error() {
    for next in [
        "",
        "<NextMarker/>",
        "<NextMarker>m</NextMarker><Contents><Key>m</Key></Contents>",
        "<NextMarker>a</NextMarker><Contents><Key>z</Key></Contents>",
        "<Contents><Key>b</Key></Contents>",
    ] {
        let (cos, client) =
            answering(format!("<ListBucketResult><IsTruncated>true</IsTruncated>{next}</ListBucketResult>"));
        let all: Vec<_> = client.list_objects(BUCKET).marker("m").pages().take(100).collect();
        assert_eq!((all.len(), cos.request_count()), (2, 1), "{next}");
        assert!(all[0].is_ok(), "{next}");
        assert_eq!(kind(all.into_iter().nth(1).unwrap()), ClientErrorKind::Protocol, "{next}");
        let last = client.list_objects(BUCKET).marker("m").objects().take(100).last().unwrap();
        assert!(last.is_err(), "{next}");
    }
}

#[test]
fn a_list_that_gives_the_same_page_for_ever_ends_with_an_error() {
    let (cos, client) = answering(
        "<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>n</NextMarker>\
         <Contents><Key>n</Key></Contents></ListBucketResult>",
    );
    let all: Vec<_> = client.list_objects(BUCKET).objects().take(100).collect();
    assert_eq!((all.len(), cos.request_count()), (3, 2));
    assert!(all[0].is_ok() && all[1].is_ok() && all[2].is_err());
}

#[test]
fn a_list_without_a_next_marker_goes_on_after_its_last_key() {
    let (cos, client) = start_with_keys();
    let xml = "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><Contents><Key>dir%2Fsub%2F3</Key></Contents></ListBucketResult>";
    cos.inject(Fault::Answer(Answer::new(200).body(xml)), Match::any(), 1);
    let found: Vec<String> = client.list_objects(BUCKET).objects().map(|object| object.unwrap().key).collect();
    assert_eq!(found, KEYS[4..]);
}

#[test]
fn parts_that_do_not_move_on_end_with_an_error() {
    for next in ["", "<NextPartNumberMarker>5</NextPartNumberMarker>", "<NextPartNumberMarker>4</NextPartNumberMarker>"]
    {
        let (cos, client) =
            answering(format!("<ListPartsResult><IsTruncated>true</IsTruncated>{next}</ListPartsResult>"));
        let all: Vec<_> = client.list_parts(BUCKET, "k", "id").part_number_marker(5).parts().take(100).collect();
        assert_eq!((all.len(), cos.request_count()), (1, 1), "{next}");
        assert_eq!(kind(all.into_iter().next().unwrap()), ClientErrorKind::Protocol, "{next}");
    }
}

#[test]
fn uploads_that_do_not_move_on_end_with_an_error() {
    for next in [
        "",
        "<NextKeyMarker>k</NextKeyMarker>",
        "<NextKeyMarker>j</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>",
        "<NextKeyMarker>k</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>",
    ] {
        let (cos, client) = answering(format!(
            "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated>{next}</ListMultipartUploadsResult>"
        ));
        let all: Vec<_> = client.list_multipart_uploads(BUCKET).key_marker("k").uploads().take(100).collect();
        assert_eq!(all.len(), 1, "{next}");
        assert_eq!(kind(all.into_iter().next().unwrap()), ClientErrorKind::Protocol, "{next}");
        assert!(cos.request_count() <= 2, "{next}");
    }
}

#[test]
fn an_error_ends_the_iterator() {
    let (cos, client) = start_with_keys();
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().skip(1), usize::MAX);
    let all: Vec<_> = client.list_objects(BUCKET).max_keys(2).objects().take(100).collect();
    assert_eq!(all.len(), 3);
    assert_eq!(code(all.into_iter().nth(2).unwrap()), (403, "AccessDenied".to_owned()));
    assert_eq!(cos.request_count(), 2);
}

#[test]
fn an_error_document_is_an_error_whatever_the_status() {
    let document = "<?xml version='1.0'?><Error><Code>NoSuchBucket</Code><Message>m</Message></Error>";
    let (cos, client) = answering(document);
    assert_eq!(code(client.list_objects(BUCKET).send()), (200, "NoSuchBucket".to_owned()));
    assert_eq!(code(client.list_parts(BUCKET, "k", "id").send()), (200, "NoSuchBucket".to_owned()));
    assert_eq!(code(client.list_multipart_uploads(BUCKET).send()), (200, "NoSuchBucket".to_owned()));
    cos.clear_faults();
    cos.inject(Fault::Answer(Answer::new(404).body(document)), Match::any(), 1);
    let error = refused(client.list_objects(BUCKET).send());
    assert_eq!((error.get_status_code(), error.get_error_code(), error.get_error_msg()), (404, "NoSuchBucket", "m"));
    assert_eq!(error.get_origin_msg(), document);
}

#[test]
fn malformed_documents_are_xml_errors() {
    let deep = format!("<ListBucketResult><x>{}", "<y>".repeat(100_000));
    for bad in [
        &b""[..],
        b"   \r\n",
        b"not xml",
        b"\xff\xfe<ListBucketResult/>",
        b"<ListBucketResult>",
        b"<ListBucketResult><Contents><Key>cut",
        b"<ListBucketResult><IsTruncated>perhaps</IsTruncated></ListBucketResult>",
        b"<ListBucketResult><MaxKeys>-1</MaxKeys></ListBucketResult>",
        b"<ListBucketResult><Contents><Size>99999999999999999999</Size></Contents></ListBucketResult>",
        b"<ListPartsResult></ListPartsResult>",
        b"<html><body>login</body></html>",
        b"<!DOCTYPE x [<!ENTITY a \"aaaa\">]><ListBucketResult><Name>&a;</Name></ListBucketResult>",
        b"<ListBucketResult><Name>&unknown;</Name></ListBucketResult>",
        deep.as_bytes(),
    ] {
        let (cos, client) = answering(bad);
        let shown = String::from_utf8_lossy(&bad[..bad.len().min(80)]).into_owned();
        assert_eq!(kind(client.list_objects(BUCKET).send()), ClientErrorKind::Xml, "{shown}");
        // One that is cut is asked for again.
        let is_cut = bad.starts_with(b"<ListBucketResult>") && !bad.ends_with(b"</ListBucketResult>");
        assert_eq!(cos.request_count(), if is_cut { 4 } else { 1 }, "{shown}");
    }
}

#[test]
fn unknown_elements_a_mark_and_blanks_do_no_harm() {
    let (_cos, client) = answering(
        "\u{feff}\n <?xml version=\"1.0\"?><ListBucketResult xmlns=\"u\"><New><Deep>1</Deep></New><MaxKeys/>\
         <Contents><Key>a&amp;b</Key><Size>1</Size><New/></Contents></ListBucketResult>\n",
    );
    let page = client.list_objects(BUCKET).send().unwrap();
    assert_eq!((page.contents[0].key.as_str(), page.contents[0].size), ("a&b", 1));
}

#[test]
fn a_page_that_is_too_large_is_an_error_and_is_not_taken_into_memory() {
    let mut page = b"<ListBucketResult>".to_vec();
    page.resize(20 * MIB, b' ');
    page.extend_from_slice(b"</ListBucketResult>");
    let (cos, client) = answering(page);
    let error = failed(client.list_objects(BUCKET).send());
    assert_eq!(*error.kind(), ClientErrorKind::Protocol);
    assert_eq!(cos.request_count(), 1);
    cos.clear_faults();
    cos.inject(Fault::DeclareLength(1 << 50), Match::any(), usize::MAX);
    assert!(client.list_objects(BUCKET).send().is_err());
}

#[test]
fn a_page_that_does_not_end_is_not_read_to_its_end() {
    let written = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&written);
    let server = ByHand::start(move |_, stream| {
        let blanks = vec![b' '; MIB];
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n<ListBucketResult>", 1_u64 << 40);
        let _ = stream.write_all(head.as_bytes());
        // An end after all, so that a client that reads on fails this test rather than the machine.
        while counted.load(Ordering::SeqCst) < 64 && stream.write_all(&blanks).is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        false
    });
    assert_eq!(kind(client(server.config()).list_objects(BUCKET).send()), ClientErrorKind::Protocol);
    // What was written but not read fills the socket's buffers.
    assert!(written.load(Ordering::SeqCst) < 40, "{written:?} MiB");
}

#[test]
fn a_page_that_is_cut_is_fetched_again() {
    let (cos, client) = start_with_keys();
    cos.inject(Fault::CutBody(100), Match::any(), 1);
    assert_eq!(client.list_objects(BUCKET).send().unwrap().contents.len(), KEYS.len());
    assert_eq!(requests(&cos, "GET", "marker").len(), 2);
}

#[test]
fn who_may_only_read_lists_a_public_bucket() {
    let (cos, _owner) = start_with(CosEmulator::builder());
    let owner = client(config(&cos));
    owner.create_bucket("public-1250000000").acl("public-read").send().unwrap();
    owner.put_object("public-1250000000", b"x", "k").send().unwrap();
    let anyone = client(config(&cos).anonymous(true));
    assert_eq!(anyone.list_objects("public-1250000000").objects().count(), 1);
}

/// How many pages of one key were requested when so many keys were read.
fn pages_requested(keys: usize, prefetch: bool) -> usize {
    let (cos, client) = start();
    for key in ["a", "b", "c", "d", "e"] {
        put(&client, key, b"x");
    }
    let before = cos.requests().len();
    let mut objects = client.list_objects(BUCKET).max_keys(1).prefetch(prefetch).objects();
    assert!(objects.by_ref().take(keys).all(|object| object.is_ok()));
    if prefetch && keys > 1 {
        // What was requested ahead has come before the next key is there.
        objects.next().unwrap().unwrap();
    }
    drop(objects);
    cos.requests().len() - before
}

#[test]
fn a_page_is_requested_ahead_only_when_pages_are_being_read() {
    assert_eq!(pages_requested(1, true), 1);
    // The third key and perhaps a fourth, never a fifth.
    assert!((3..=4).contains(&pages_requested(2, true)));
    assert_eq!(pages_requested(2, false), 2);
}
