//! `delete_prefix`.

use cos_emulator::{Answer, Fault, Match};

use super::{count, folder, keys, sent};
use crate::common::{BUCKET, enable_versions, field, put, refused, requests, start};

#[test]
fn more_keys_than_a_page_holds_go_in_batches() {
    let (cos, client) = start();
    let names: Vec<String> = (0..1100).map(|number| format!("{number:04}")).collect();
    let local = folder(&names.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(client.upload_directory(BUCKET, "p", local.path()).send().unwrap().is_complete());
    put(&client, "other", b"x");
    put(&client, "p-other", b"x");
    cos.clear_requests();
    let report = client.delete_prefix(BUCKET, "p/").max_thread(2).send().unwrap();
    assert_eq!((report.deleted, report.is_complete()), (1100, true));
    assert_eq!(count(&cos), sent(&[("GET", 2), ("POST", 2)]));
    assert_eq!(keys(&client), ["other", "p-other"]);
    let nothing = client.delete_prefix(BUCKET, "p/").send().unwrap();
    assert_eq!((nothing.deleted, nothing.is_complete()), (0, true));
}

#[test]
fn a_whole_bucket_is_deleted_only_on_request() {
    let (cos, client) = start();
    put(&client, "a", b"x");
    put(&client, "b/c", b"x");
    cos.clear_requests();
    assert_eq!(field(client.delete_prefix(BUCKET, "").send()), "prefix");
    assert_eq!(field(client.delete_prefix(BUCKET, "a").max_thread(0).send()), "max_thread");
    assert_eq!(cos.request_count(), 0);
    assert_eq!(client.delete_prefix(BUCKET, "").whole_bucket(true).send().unwrap().deleted, 2);
    assert!(keys(&client).is_empty());
}

#[test]
fn the_prefix_is_taken_as_it_is() {
    let (_cos, client) = start();
    for key in ["logs", "logs-1", "logs/1", "lo", "//logs/2"] {
        put(&client, key, b"x");
    }
    assert_eq!(client.delete_prefix(BUCKET, "logs").send().unwrap().deleted, 3);
    assert_eq!(client.delete_prefix(BUCKET, "/logs").send().unwrap().deleted, 1);
    assert_eq!(keys(&client), ["lo"]);
}

#[test]
fn keys_that_no_document_can_name_are_deleted_one_by_one() {
    let (cos, client) = start();
    for key in ["p/a", "p/nul\0", "p/esc\u{1b}", "p/<&\">\r\n\t", "p/ blank ", "p/猫"] {
        put(&client, key, b"x");
    }
    put(&client, "//p\0", b"x");
    put(&client, "p\0", b"x");
    cos.clear_requests();
    let report = client.delete_prefix(BUCKET, "p/").send().unwrap();
    assert_eq!((report.deleted, &report.error), (6, &vec![]));
    assert_eq!(count(&cos), sent(&[("DELETE", 2), ("GET", 1), ("POST", 1)]));
    assert_eq!(client.delete_prefix(BUCKET, "/p").send().unwrap().deleted, 1);
    assert_eq!(keys(&client), ["p\0"]);
}

#[test]
fn what_cannot_be_deleted_is_named() {
    let (cos, client) = start();
    for key in ["p/a", "p/b", "p/c"] {
        put(&client, key, b"x");
    }
    let some = "<DeleteResult><Deleted><Key>p/a</Key></Deleted><Error><Key>p/b</Key><Code>AccessDenied</Code>\
        <Message>no</Message></Error></DeleteResult>";
    cos.inject(Fault::Answer(Answer::new(200).body(some)), Match::any().method("POST"), 1);
    let report = client.delete_prefix(BUCKET, "p/").send().unwrap();
    let errors: Vec<_> = report.error.iter().map(|e| (e.key.as_str(), e.code.as_str())).collect();
    assert_eq!(errors, [("p/b", "AccessDenied"), ("p/c", "")], "COS said nothing of the last");
    assert_eq!((report.deleted, report.is_complete()), (1, false));

    cos.inject(Fault::error(403, "AccessDenied"), Match::any().method("POST"), 1);
    let report = client.delete_prefix(BUCKET, "p/").send().unwrap();
    let errors: Vec<_> = report.error.iter().map(|e| (e.key.as_str(), e.code.as_str())).collect();
    assert_eq!(errors, ["p/a", "p/b", "p/c"].map(|key| (key, "AccessDenied")));
    assert_eq!(keys(&client).len(), 3);

    cos.inject(Fault::error(403, "AccessDenied"), Match::any().method("GET"), 1);
    assert_eq!(refused(client.delete_prefix(BUCKET, "p/").send()).get_error_code(), "AccessDenied");
}

#[test]
fn versions_are_deleted_on_request() {
    let (cos, client) = start();
    enable_versions(&cos);
    for key in ["p/a", "p/a", "p/b", "p/nul\0", "q"] {
        put(&client, key, b"x");
    }
    let versions = || {
        let page = client.list_objects_versions(BUCKET).send().unwrap();
        page.version.len() + page.delete_marker.len()
    };
    assert_eq!(client.delete_prefix(BUCKET, "p/").send().unwrap().deleted, 3);
    assert_eq!((keys(&client), versions()), (vec!["q".to_owned()], 8));
    let report = client.delete_prefix(BUCKET, "p/").versions(true).send().unwrap();
    assert_eq!((report.deleted, &report.error), (7, &vec![]));
    assert_eq!(versions(), 1);
}

#[test]
fn a_version_that_the_answer_passes_over_has_failed() {
    let (cos, client) = start();
    enable_versions(&cos);
    let ids: Vec<_> =
        (0..2).map(|_| client.put_object(BUCKET, b"x", "k").send().unwrap().version_id.clone().unwrap()).collect();
    let one = format!("<DeleteResult><Deleted><Key>k</Key><VersionId>{}</VersionId></Deleted></DeleteResult>", ids[0]);
    cos.inject(Fault::Answer(Answer::new(200).body(one)), Match::any().method("POST"), 1);
    let report = client.delete_prefix(BUCKET, "k").versions(true).send().unwrap();
    let failed: Vec<_> = report.error.iter().map(|error| error.version_id.as_ref()).collect();
    assert_eq!((report.deleted, failed), (1, vec![Some(&ids[1])]));
}

#[test]
fn set_headers_go_with_the_deletions() {
    let (cos, client) = start();
    put(&client, "p/a", b"x");
    put(&client, "p/\0", b"x");
    assert_eq!(client.delete_prefix(BUCKET, "p/").referer("http://example.com").send().unwrap().deleted, 2);
    let [many, one] = [requests(&cos, "POST", "delete").remove(0), requests(&cos, "DELETE", "").remove(0)];
    assert_eq!([many.header("referer"), one.header("referer")], [Some("http://example.com"); 2]);
}
