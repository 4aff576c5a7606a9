//! What becomes of a POST whose answer got lost: it is sent again only where a second one does no harm.

use std::collections::BTreeSet;

use cos_emulator::{CosEmulator, Fault, Match, Moment};
use qcloud_cos::multipart::Part;
use qcloud_cos::{ClientErrorKind, CosError, CosS3Client, Sent, json};

use crate::common::{BUCKET, start};
use crate::sources::{read, rust_files};

/// What follows a lost answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follows {
    /// The request is sent a second time, and that answer is the result.
    Again,
    /// The request is not sent again: the error says that it may have been carried out.
    Error,
    /// The object is looked at, which tells that the request was carried out.
    Found,
    /// The request is sent a second time, and what COS says then leaves open which of the two was carried out.
    Ambiguous,
}

type Post = fn(&CosS3Client) -> Result<(), CosError>;

/// Every POST, with its operation and what follows.
const POSTS: &[(&str, Follows, Post)] = &[
    ("append_object", Follows::Found, |client| client.append_object(BUCKET, "new", 0, b"ann,9\n").send().map(drop)),
    ("complete_multipart_upload", Follows::Ambiguous, |client| {
        let upload = client.create_multipart_upload(BUCKET, "parts").send()?;
        let etag = client.upload_part(BUCKET, "parts", b"part", 1, &upload.upload_id).send()?.into_inner().etag;
        let parts = vec![Part { part_number: 1, etag }];
        client.complete_multipart_upload(BUCKET, "parts", &upload.upload_id, parts).send().map(drop)
    }),
    ("create_multipart_upload", Follows::Again, |client| client.create_multipart_upload(BUCKET, "k").send().map(drop)),
    ("delete_objects", Follows::Again, |client| client.delete_objects(BUCKET, ["people"]).send().map(drop)),
    ("post_bucket_inventory", Follows::Error, |client| {
        client.post_bucket_inventory(BUCKET, "list1", json!({"IncludedObjectVersions": "All"})).send()
    }),
    ("post_vod_playlist", Follows::Again, |client| client.post_vod_playlist(BUCKET, "ch1", "a.m3u8", 1, 2).send()),
    ("put_async_fetch_task", Follows::Error, |client| {
        let task = json!({"Url": "http://example.com/a", "Key": "a"});
        client.put_async_fetch_task(BUCKET, task).send().map(drop)
    }),
    ("restore_object", Follows::Error, |client| client.restore_object(BUCKET, "cold", json!({"Days": 1})).send()),
    ("select_object_content", Follows::Again, |client| {
        let csv = json!({"CSV": {}});
        let select = client.select_object_content(BUCKET, "people", "Select * from COSObject", "SQL", &csv, &csv);
        let records = select.send()?.payload.get_select_result()?;
        assert_eq!(records, b"ann,9\n");
        Ok(())
    }),
];

fn prepared() -> (CosEmulator, CosS3Client) {
    let (cos, client) = start();
    client.put_object(BUCKET, b"ann,9\n", "people").send().unwrap();
    client.put_live_channel(BUCKET, "ch1", json!({"Target": {"Type": "HLS"}})).send().unwrap();
    client.put_object(BUCKET, b"x", "cold").storage_class("ARCHIVE").send().unwrap();
    (cos, client)
}

#[test]
fn a_post_is_sent_again_only_where_it_says_so() {
    for (operation, follows, send) in POSTS {
        let (cos, client) = prepared();
        // The POST that is meant, not that which starts the upload.
        let posts = Match::any().method("POST");
        let posts = if *operation == "complete_multipart_upload" { posts.query("uploadId=") } else { posts };
        cos.inject(Fault::Reset(Moment::BeforeAnswer), posts, 1);
        let result = send(&client);
        let sent = cos.requests().iter().filter(|request| request.method == "POST").count();
        let sent = if *operation == "complete_multipart_upload" { sent - 1 } else { sent };
        let found = match &result {
            Ok(()) if sent == 2 => Follows::Again,
            Ok(()) => Follows::Found,
            Err(CosError::Client(error)) if *error.kind() == ClientErrorKind::Ambiguous => {
                assert_eq!(sent, 2, "{operation}");
                Follows::Ambiguous
            }
            Err(error) => {
                assert_eq!((sent, error.sent()), (1, Sent::Maybe), "{operation}: {error}");
                Follows::Error
            }
        };
        assert_eq!(found, *follows, "{operation}: {result:?}");
    }
}

/// Which operations are POSTs, as the source declares them.
#[test]
fn every_post_is_in_the_table() {
    let mut declared = BTreeSet::new();
    for file in rust_files("src/ops") {
        let text: String = read(&file).split_whitespace().collect();
        for (at, _) in text.match_indices("\",Method::POST") {
            let name = text[..at].rsplit('"').next().unwrap_or_default();
            declared.insert(name.to_owned());
        }
    }
    let listed: BTreeSet<String> = POSTS.iter().map(|(operation, ..)| (*operation).to_owned()).collect();
    assert_eq!(declared, listed);
}
