//! What Python's client has no method for, and what a bucket's settings say together.

use cos_emulator::{Answer, Fault, Match};
use qcloud_cos::{ClientErrorKind, CosError};

use crate::common::{
    BUCKET, client, client_off_by, code, domain_config, field, get, names, plain, put, start, start_with_domain,
};

#[test]
fn forbid_overwrite_only_creates() {
    let (_cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, vec![b'x'; 2 * 1024 * 1024]).unwrap();
    let again = || {
        let upload = client.upload_file(BUCKET, "large", &file).multipart_threshold(0).forbid_overwrite(true);
        [code(client.put_object(BUCKET, b"second", "small").forbid_overwrite(true).send()), code(upload.send())]
    };
    client.put_object(BUCKET, b"first", "small").forbid_overwrite(true).send().unwrap();
    client.upload_file(BUCKET, "large", &file).multipart_threshold(0).forbid_overwrite(true).send().unwrap();
    assert_eq!(again(), [(409, "FileAlreadyExists".to_owned()), (409, "FileAlreadyExists".to_owned())]);
    assert_eq!(get(&client, "small"), b"first");
    client.put_object(BUCKET, b"third", "small").forbid_overwrite(false).send().unwrap();
    assert_eq!(get(&client, "small"), b"third");
    assert_eq!(names(folder.path()), ["file"]);
}

#[test]
fn a_url_with_a_fixed_start_is_the_same_until_it_ends() {
    let (cos, now) = start_with_domain();
    put(&now, "k", b"content");
    let later = client_off_by(domain_config(&cos), 600);
    let hour = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() / 3600 * 3600;
    let url = |client: &qcloud_cos::CosS3Client, start| {
        client.get_presigned_download_url(BUCKET, "k").valid_from(start).expired(7200).sign()
    };
    let signed = url(&now, hour).unwrap();
    assert_eq!(url(&later, hour).unwrap(), signed);
    assert!(signed.contains(&format!("q-sign-time={hour}%3B{}", hour + 7200)), "{signed}");
    assert_eq!(plain("GET", &signed, &[], b""), (200, "content".to_owned()));
    assert_eq!(field(url(&now, hour - 10_000)), "valid_from");
}

#[test]
fn a_form_uploads_what_it_allows() {
    let (_cos, client) = start_with_domain();
    let form = client.get_post_object_form(BUCKET, "uploads/${filename}").field("success_action_status", "200");
    let form = form.starts_with("Content-Type", "text/").content_length_range(1, 10).sign().unwrap();
    let send = |fields: &[(String, String)], kind: &str, content: &str| {
        let mut body = String::new();
        let kind = ("Content-Type".to_owned(), kind.to_owned());
        for (name, value) in fields.iter().chain([&kind]) {
            let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend([head.as_str(), value, "\r\n"]);
        }
        body += "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n";
        body.extend([content, "\r\n--b--\r\n"]);
        plain("POST", &form.url, &[("content-type", "multipart/form-data; boundary=b")], body.as_bytes()).0
    };
    assert_eq!(send(&form.fields, "text/plain", "abc"), 200);
    assert_eq!(get(&client, "uploads/a.txt"), b"abc");
    assert_eq!(send(&form.fields, "image/png", "abc"), 403);
    assert_eq!(send(&form.fields, "text/plain", "more than ten"), 400);
    let mut elsewhere = form.fields.clone();
    elsewhere[0].1 = "other/${filename}".to_owned();
    assert_eq!(send(&elsewhere, "text/plain", "abc"), 403);
    let own = client.get_post_object_form(BUCKET, "k").field("policy", "p").sign();
    assert_eq!(field(own), "field");
}

#[test]
fn a_setting_that_is_not_told_is_not_taken_for_one_that_is_not_there() {
    let (cos, client) = start();
    client.put_bucket_versioning(BUCKET, "Enabled").send().unwrap();
    cos.inject(Fault::Answer(Answer::error(403, "AccessDenied")), Match::any().query("website"), usize::MAX);
    let meta = client.get_bucket_meta(BUCKET).send().unwrap();
    assert_eq!(meta["Versioning"]["Status"], "Enabled");
    assert!(meta["Website"].is_null() && meta["CORS"].is_null());
    let errors: Vec<_> = meta.errors.iter().map(|(name, error)| (*name, error.get_error_code())).collect();
    assert_eq!(errors, [("Website", "AccessDenied")]);
    assert_eq!(code(client.get_bucket_meta("missing-1250000000").send()).0, 404);
}

#[test]
fn a_stream_is_signed_for_its_client_alone() {
    let (cos, _) = start();
    let permanent = client(crate::common::config(&cos));
    let temporary = client(crate::common::config(&cos).token("to&ken"));
    let url = |client: &qcloud_cos::CosS3Client| client.get_rtmp_signed_url(BUCKET, "频道").sign().unwrap();
    assert!(url(&temporary).ends_with("&q-token=to%26ken"), "{}", url(&temporary));
    assert!(!url(&permanent).contains("q-token"));
    assert!(url(&permanent).contains("/live/%E9%A2%91%E9%81%93?q-sign-algorithm=sha1&"));
    let presign = permanent.put_live_channel(BUCKET, "ch1", qcloud_cos::json!({})).pre_sign_expire(59).send();
    assert_eq!(field(presign), "pre_sign_expire");
}

#[test]
fn an_error_is_asked_without_knowing_whose_it_is() {
    let (cos, client) = start();
    let missing: CosError = client.get_object(BUCKET, "missing").send().unwrap_err();
    assert_eq!((missing.status(), missing.code(), missing.kind()), (Some(404), Some("NoSuchKey"), None));
    assert_eq!((missing.get_status_code(), missing.get_error_code()), (404, "NoSuchKey"));
    assert!(missing.is_not_found() && !missing.is_timeout());
    assert_eq!(missing.request_id(), Some(missing.get_request_id()));
    assert!(missing.get_resource_location().contains("missing") && missing.get_trace_id() != "Unknown");
    let head = client.head_object(BUCKET, "missing").send().unwrap_err();
    assert!(head.is_not_found());

    let wrong = client.put_object("", b"x", "k").send().unwrap_err();
    assert!(matches!(wrong.kind(), Some(ClientErrorKind::InvalidInput { field }) if field == "bucket"));
    assert_eq!((wrong.status(), wrong.code(), wrong.request_id()), (None, None, None));
    assert_eq!((wrong.get_status_code(), wrong.get_error_code(), wrong.get_request_id()), (0, "Unknown", "Unknown"));
    assert_eq!(wrong.get_error_msg(), wrong.to_string());

    cos.inject(
        cos_emulator::Fault::Answer(cos_emulator::Answer::error(400, "RequestTimeout")),
        cos_emulator::Match::any(),
        9,
    );
    assert!(client.get_object(BUCKET, "k").send().unwrap_err().is_timeout());

    // `Error: {:?}` is what a `main` that returns the error prints.
    for error in [missing, wrong] {
        assert_eq!(format!("{error:?}"), error.to_string());
        let structure = format!("{error:#?}");
        assert!(structure.lines().count() > 5 && structure.contains("attempts"), "{structure}");
    }
}
