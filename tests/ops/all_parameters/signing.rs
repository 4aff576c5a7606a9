//! Signatures without a request.

use cos_emulator::CosEmulator;
use cos_emulator::signature::{Request, Window, authorization};

use super::sent::{KEY, Sent};
use crate::common::{BUCKET, client, keys, plain, put, start, start_with_domain};

/// Start and end of the time that a signature or a signed URL is good for. It starts a minute early, as in
/// Python.
fn window(signed: &str) -> Window {
    let time = signed.split_once("q-sign-time=").expect("a time").1.split('&').next().unwrap();
    let (start, end) = time.split_once(';').or_else(|| time.split_once("%3B")).expect("two times");
    Window { start: start.parse().unwrap(), end: end.parse().unwrap() }
}

/// The request that a signature lets through: what the emulator's own signer makes of the same arguments.
fn signature(cos: &CosEmulator, window: Window, method: &str, path: &str) -> String {
    let host = format!("{BUCKET}.cos.ap-guangzhou.myqcloud.com");
    let headers = [("content-length", "5"), ("content-md5", "string"), ("host", host.as_str())];
    let query = [("param1", "string"), ("param2", "string")];
    let request = Request { method, path, query: &query, headers: &headers };
    authorization(&request, cos.secret_id(), cos.secret_key(), window)
}

/// B, "Signature acquisition".
#[test]
fn get_auth() {
    let (cos, by_ip) = start();
    let client = client(keys(&cos));
    let sign = |method: &str, expired: u64| {
        client
            .get_auth(method, BUCKET, KEY)
            .expired(expired)
            .headers([("Content-Length", "5"), ("Content-MD5", "string")])
            .params([("param1", "string"), ("param2", "string")])
            .sign()
            .unwrap()
    };
    put(&by_ip, KEY, b"x");
    let got = sign("GET", 300);
    let Window { start, end } = window(&got);
    let expected = |method, path| signature(&cos, Window { start, end }, method, path);
    let same = got == expected("GET", "/exampleobject");
    let longer = window(&sign("GET", 600));
    let longer = longer.end - longer.start;
    Sent::of("get_auth", &cos.requests()[0])
        .shows("Method", same && got != expected("POST", "/exampleobject"))
        .shows("Bucket", same && got.contains("host"))
        .shows("Key", same && got != expected("GET", "/other"))
        .shows("Expired", end - start == 360 && longer == 660)
        .shows("Headers", same && got.contains("q-header-list=content-length;content-md5;host"))
        .shows("Params", same && got.contains("q-url-param-list=param1;param2"));
    for method in ["POST", "PUT", "DELETE", "HEAD"] {
        assert_ne!(sign(method, 300), got, "{method}");
    }
}

/// B, "Get a pre-signed download link", with the parameter that its table adds.
#[test]
fn get_presigned_download_url() {
    let (cos, client) = start_with_domain();
    put(&client, KEY, b"bytes");
    let url = client.get_presigned_download_url(BUCKET, KEY).expired(100).sign().unwrap();
    let opened = plain("GET", &url, &[], b"");
    let Window { start, end } = window(&url);
    let elsewhere = crate::common::client(keys(&cos)).get_presigned_download_url(BUCKET, KEY).sign().unwrap();
    Sent::last("get_presigned_download_url", &cos)
        .shows("Bucket", elsewhere.starts_with("http://examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com/"))
        .shows("Key", opened == (200, "bytes".to_owned()))
        .shows("Expired", end - start == 160);
}
