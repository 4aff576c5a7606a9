//! Answers of something that is not COS: nothing is a success that COS did not say.

use std::io::Cursor;
use std::io::Write as _;

use qcloud_cos::{AppendObject, ClientErrorKind, CosError, CosS3Client, Sent};

use crate::common::{BUCKET, ByHand, client, failed, start};

/// A portal that shows its page to all.
fn portal(headers: &'static str) -> ByHand {
    ByHand::start(move |_, stream| {
        let page = "<html><body>Please log in</body></html>";
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{headers}\r\n{page}", page.len());
        stream.write_all(answer.as_bytes()).unwrap();
        true
    })
}

/// Everything that changes something.
fn changes(client: &CosS3Client) -> Vec<(&'static str, Result<(), CosError>)> {
    vec![
        ("put", client.put_object(BUCKET, b"x", "k").send().map(drop)),
        ("part", client.upload_part(BUCKET, "k", b"x", 1, "id").send().map(drop)),
        ("append", client.append_object(BUCKET, "k", 0, b"x").send().map(drop)),
        ("buffer", client.upload_file_from_buffer(BUCKET, "k", Cursor::new(b"x")).send().map(drop)),
        ("delete", client.delete_object(BUCKET, "k").send().map(drop)),
        ("restore", client.restore_object(BUCKET, "k", qcloud_cos::RestoreRequest::default()).send().map(drop)),
        ("acl", client.put_object_acl(BUCKET, "k").acl("private").send().map(drop)),
        ("bucket acl", client.put_bucket_acl(BUCKET).acl("private").send().map(drop)),
        ("create", client.create_bucket(BUCKET).send()),
        ("delete bucket", client.delete_bucket(BUCKET).send()),
        ("versioning", client.put_bucket_versioning(BUCKET, "Enabled").send().map(drop)),
        ("abort", client.abort_multipart_upload(BUCKET, "k", "id").send().map(drop)),
    ]
}

#[test]
fn fault_75_a_portals_page_is_no_success() {
    let portal = portal("Content-Type: text/html\r\n");
    let client = client(portal.config());
    for (name, result) in changes(&client) {
        let error = failed(result);
        let expected = if name == "append" { ClientErrorKind::Ambiguous } else { ClientErrorKind::Protocol };
        assert_eq!((error.kind(), error.attempts(), error.sent()), (&expected, 1, Sent::All), "{name}: {error}");
    }
}

#[test]
fn fault_75_a_gateway_that_drops_the_request_id_can_be_trusted() {
    let gateway = portal("Content-Type: text/html\r\n");
    let client = client(gateway.config().require_request_id(false));
    for (name, result) in changes(&client) {
        let stores = ["put", "part", "append", "buffer"].contains(&name);
        assert_eq!(result.is_err(), stores, "{name}: {result:?}");
    }
    let gateway = portal("ETag: \"e\"\r\nx-cos-next-append-position: 1\r\n");
    let client = crate::common::client(gateway.config());
    for (name, result) in changes(&client).drain(..3) {
        assert!(result.is_ok(), "{name}: {result:?}");
    }
}

#[test]
fn fault_75_an_append_without_a_position_is_looked_up() {
    let (cos, client) = start();
    let drop = cos_emulator::Fault::DropHeader("x-cos-next-append-position".to_owned());
    let append: AppendObject<'_> = client.append_object(BUCKET, "k", 0, b"abc");
    cos.inject(drop, cos_emulator::Match::any().method("POST"), 1);
    assert_eq!(append.send().unwrap().next_append_position, 3);
    assert!(crate::common::get(&client, "k") == b"abc");
}

#[test]
fn fault_76_what_is_called_back_is_not_called_twice() {
    let (cos, client) = start();
    let lost = || cos_emulator::Fault::Close(cos_emulator::Moment::BeforeAnswer);
    cos.inject(lost(), cos_emulator::Match::any().method("PUT"), 1);
    let call = client.put_object(BUCKET, b"x", "k").header("x-cos-callback", "e30=");
    let error = failed(call.send());
    assert_eq!((error.kind(), error.attempts()), (&ClientErrorKind::Transport, 1));
    cos.inject(lost(), cos_emulator::Match::any().method("PUT"), 1);
    client.put_object(BUCKET, b"x", "k").send().unwrap();
}
