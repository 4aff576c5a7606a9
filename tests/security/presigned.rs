//! S21: a presigned URL is good for exactly what it was made for.

use crate::common::{BUCKET, client, domain_config, plain, put, start_with_domain};

#[test]
fn s21_a_url_with_any_character_changed_is_refused() {
    let (cos, owner) = start_with_domain();
    cos.add_temporary_credential("AKIDTEMPORARY", "TemporaryKey", "TemporaryToken");
    put(&owner, "folder/k", b"content");
    let client =
        client(domain_config(&cos).secret_id("AKIDTEMPORARY").secret_key("TemporaryKey").token("TemporaryToken"));
    let sign = client.get_presigned_download_url(BUCKET, "folder/k").param("response-content-type", "text/plain");
    let url = sign.header("x-cos-meta-a", "1").sign().unwrap();
    let headers = [("x-cos-meta-a", "1")];
    assert_eq!(plain("GET", &url, &headers, b""), (200, "content".to_owned()));
    let start = url.find("/folder").unwrap() + 1;
    for at in start..url.len() {
        let mut changed = url.clone().into_bytes();
        changed[at] = match changed[at] {
            b'0'..=b'8' | b'a'..=b'y' | b'A'..=b'Y' => changed[at] + 1,
            b'9' => b'0',
            b'z' | b'Z' => changed[at] - 25,
            _ => b'x',
        };
        let changed = String::from_utf8(changed).unwrap();
        let (status, _) = plain("GET", &changed, &headers, b"");
        assert!((400..500).contains(&status), "status {status} for {changed}");
    }
    for method in ["PUT", "DELETE", "POST"] {
        assert_eq!(plain(method, &url, &headers, b"x").0, 403, "{method}");
    }
    for other in [("x-cos-meta-a", "2"), ("x-cos-meta-b", "1")] {
        assert_eq!(plain("GET", &url, &[other], b"").0, 403, "{other:?}");
    }
    let more = format!("{url}&response-content-type=text%2Fhtml");
    assert_eq!(plain("GET", &more, &headers, b"").0, 403);
}
