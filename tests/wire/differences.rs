//! The deliberate differences from Python: ONE list. Each entry looks at properties of a
//! case, never at its id, and rewrites what Python did into what the SDK does instead; the
//! rewritten expectation is then compared as strictly as any other.

use serde_json::{Value, json};

use crate::answer::service_error;
use crate::case::{Case, Expectation, error, is_client_error};
use crate::compare::NOT_WRITABLE;
use crate::copies;
use crate::crc;
use crate::documents;
use crate::replay::{self, last_answer, lost};
use crate::results;
use crate::rewrite::{
    self, collapsed, header_values, instance_token, is_bad_header, is_empty_upload, path_of, presigned_token,
};
use crate::sign::sign_again;
use crate::text::{key_path, split_query};

/// A deliberate difference.
pub(crate) struct Difference {
    /// Short name in the messages of this test.
    pub(crate) id: &'static str,
    /// The row of `PYTHON_PARITY.md`, section "Deliberate differences".
    pub(crate) row: &'static str,
    /// Why the SDK differs.
    pub(crate) reason: &'static str,
    /// Whether a case, as expected so far, is one of those.
    applies: fn(&Case, &Expectation) -> bool,
    /// Rewrites the expectation.
    rewrite: fn(&Case, &mut Expectation),
}

/// In the order in which they are applied.
pub(crate) const DIFFERENCES: &[Difference] = &[
    Difference {
        id: "query-space",
        row: "D-query-space",
        reason: "a space in a query is %20, as in the signature; Python's + is its HTTP library's",
        applies: |_, e| {
            e.requests.iter().any(|r| split_query(&r.target).1.is_some_and(|q| q.contains('+')))
                || e.results.iter().any(|r| r.as_str().is_some_and(rewrite::is_signed_url))
        },
        rewrite: |_, e| {
            for request in &mut e.requests {
                request.target = rewrite::plus_to_space(&request.target);
            }
            for result in &mut e.results {
                if let Some(url) = result.as_str().filter(|url| rewrite::is_signed_url(url)) {
                    *result = rewrite::plus_to_space(url).into();
                }
            }
        },
    },
    Difference {
        id: "retry-pause",
        row: "D-retry-pause",
        reason: "pauses start at 100 ms and are random; that a request is repeated shows in the requests",
        // the pauses themselves are no part of an expectation: the test's client does not sleep
        applies: |case, _| case.has("sleeps"),
        rewrite: |_, _| {},
    },
    Difference {
        id: "threshold",
        row: "D-threshold",
        reason: "one request up to 20 MiB, as documented; the test sets Python's PartSize as the threshold",
        // `call.rs` writes `.multipart_threshold(PartSize)`, so what follows is Python's
        applies: |case, _| ["upload_file", "download_file"].contains(&case.call.as_str()),
        rewrite: |_, _| {},
    },
    Difference {
        id: "upload-without-list",
        row: "D-resume-list",
        reason: "who may write need not be allowed to list uploads: a 403 to the list only means nothing to resume",
        applies: |case, e| replay::new_upload(case, e).is_some(),
        rewrite: |case, e| {
            if let Some(new) = replay::new_upload(case, e) {
                *e = new;
            }
        },
    },
    Difference {
        id: "unknown-kwarg",
        row: "D-unknown-kwarg",
        reason: "an unknown keyword argument does not compile in Rust; Python refuses it when called",
        applies: |_, e| e.requests.is_empty() && e.results.iter().all(rewrite::names_unknown_argument),
        rewrite: |_, e| {
            for result in &mut e.results {
                result["error"]["type"] = NOT_WRITABLE.into();
            }
        },
    },
    Difference {
        id: "number-argument",
        row: "D-traffic-limit",
        reason: "TrafficLimit and ContentLength are numbers here; Python's HTTP library refuses a number",
        applies: |case, e| rewrite::refused_number(case, e) && rewrite::as_modelled(case).is_some(),
        rewrite: rewrite::send_modelled,
    },
    Difference {
        id: "number-checked",
        row: "D-traffic-limit",
        reason: "a TrafficLimit that is no number, or out of COS's range, is refused before sending",
        applies: |case, _| rewrite::bad_number(case),
        rewrite: |_, e| rewrite::refuse(e, "TrafficLimit"),
    },
    Difference {
        id: "header-checked",
        row: "D-header-values",
        reason: "control characters, blanks at the ends and names that are no tokens are refused before sending",
        applies: |case, _| header_values(case).iter().any(|(name, value)| is_bad_header(name, value)),
        rewrite: |_, e| rewrite::refuse(e, "header"),
    },
    Difference {
        id: "key-root",
        row: "D-key-root",
        reason: "a key that is only `.`, `..` or `/` would address the bucket",
        applies: |case, e| {
            let key = case.arg("Key").map(|key| key.strip_prefix('/').unwrap_or(key));
            let bare = case.arg("Key") == Some("/") || key.is_some_and(|key| [".", ".."].contains(&key));
            bare && !e.results.iter().all(is_client_error)
        },
        rewrite: |_, e| rewrite::refuse(e, "Key"),
    },
    Difference {
        id: "dot-segment",
        row: "D-dot-segments",
        reason: "a last segment `.` or `..` keeps its slash as %2F; Python's HTTP library drops the segment",
        applies: |case, _| case.arg("Key").is_some_and(|key| path_of(key) != collapsed(&key_path(key))),
        rewrite: |case, e| {
            let key = case.arg("Key").unwrap_or_default();
            let (was, path) = (collapsed(&key_path(key)), path_of(key));
            for request in &mut e.requests {
                let (old, query) = split_query(&request.target);
                // the list of uploads belongs to the bucket
                if old == was && !query.is_some_and(|q| q.contains("prefix=")) {
                    request.target = query.map_or(path.clone(), |query| format!("{path}?{query}"));
                }
            }
            for result in &mut e.results {
                if let Some(url) = result.as_str().filter(|url| url.contains("://")) {
                    *result = url.replacen(&key_path(key), &path, 1).into();
                }
            }
        },
    },
    Difference {
        id: "credential-token",
        row: "D-credential-token",
        reason: "the token of a CredentialInstance is sent and signed; Python never reads it",
        applies: |case, e| instance_token(case).is_some() && !e.requests.is_empty(),
        rewrite: |case, e| {
            let token = instance_token(case).unwrap_or_default();
            rewrite::requests(case, e, |request| request.set_header("x-cos-security-token", token));
        },
    },
    Difference {
        id: "presigned-token",
        row: "D-presign-token",
        reason: "a presigned URL carries the security token, signed; without it COS refuses the URL",
        applies: |case, _| presigned_token(case).is_some(),
        rewrite: |case, e| {
            for result in &mut e.results {
                rewrite::presign_token(case, result);
            }
        },
    },
    Difference {
        id: "anonymous",
        row: "D-anonymous",
        reason: "an anonymous request has no Authorization header, rather than an empty one, and no token",
        applies: |case, e| case.switch("Anonymous", true) && !e.requests.is_empty(),
        rewrite: |_, e| {
            for request in &mut e.requests {
                request.headers.remove("authorization");
                request.headers.remove("x-cos-security-token");
            }
        },
    },
    Difference {
        id: "presigned-anonymous",
        row: "D-anonymous",
        reason: "the presigned URL of an anonymous client is the plain URL; Python breaks",
        applies: |case, _| case.switch("Anonymous", true) && case.call.starts_with("get_presigned"),
        rewrite: |case, e| e.results = vec![rewrite::plain_url(case).into()],
    },
    Difference {
        id: "empty-body",
        row: "D-empty-file",
        reason: "an empty file has Content-Length 0; Python sends it in chunks",
        applies: |case, e| e.requests.iter().any(|request| is_empty_upload(case, request)),
        rewrite: |case, e| {
            rewrite::requests(case, e, |request| {
                if is_empty_upload(case, request) {
                    request.headers.remove("transfer-encoding");
                    request.set_header("content-length", "0");
                }
            });
        },
    },
    Difference {
        id: "announced-length",
        row: "D-content-length",
        reason: "ContentLength is the length of a reader; Python sends it beside chunks, and breaks",
        applies: |case, e| {
            rewrite::states_length_of_reader(case)
                && e.results.iter().all(is_client_error)
                && rewrite::as_modelled(case).is_some()
        },
        rewrite: rewrite::send_modelled,
    },
    Difference {
        id: "part-if-match",
        row: "D-if-match",
        reason: "ranged parts carry If-Match with the ETag of the HEAD, or two versions of an object could mix",
        applies: |case, _| case.call == "download_file",
        rewrite: |case, e| {
            if let Some(etag) = replay::etag_of_head(case, e) {
                rewrite::requests(case, e, |request| {
                    if request.headers.contains_key("range") && !request.headers.contains_key("if-match") {
                        request.set_header("if-match", &etag);
                    }
                });
            }
        },
    },
    Difference {
        id: "copy-source",
        row: "D-copy-source-slash",
        reason: "the source of a copy is the key that was named, and its version is encoded",
        applies: copies::is_misnamed,
        rewrite: copies::name_source,
    },
    Difference {
        id: "copy-source-key",
        row: "D-copy-source-key",
        reason: "a copy needs a source with a key",
        applies: |case, _| copies::is_keyless(case),
        rewrite: |_, e| rewrite::refuse(e, "CopySource"),
    },
    Difference {
        id: "copy-itself",
        row: "D-copy-itself",
        reason: "a copy onto itself knows its endpoint behind a custom domain, too",
        applies: copies::is_without_endpoint,
        rewrite: copies::copy_onto_itself,
    },
    Difference {
        id: "copy-lookup",
        row: "D-copy-ip",
        reason: "the source is looked up where it is, through the IP if one is set",
        applies: copies::is_sought_elsewhere,
        rewrite: copies::seek_source,
    },
    Difference {
        id: "copy-range",
        row: "D-copy-range",
        reason: "no range is no header, rather than an empty one",
        applies: copies::has_empty_range,
        rewrite: copies::leave_out_range,
    },
    Difference {
        id: "copy-pinned",
        row: "D-copy-pinned",
        reason: "the parts of a copy carry the ETag of the HEAD, or two versions of the source could mix",
        applies: copies::is_pinned,
        rewrite: copies::pin,
    },
    Difference {
        id: "buffer-headers",
        row: "D-buffer-headers",
        reason: "parts and completion of an upload from a reader carry what they need, as upload_file's do",
        applies: copies::lacks_part_headers,
        rewrite: copies::add_part_headers,
    },
    Difference {
        id: "part-copy-error",
        row: "D-copy-part-error",
        reason: "an error in the 200 of a copied part is an error",
        applies: copies::is_error_as_part,
        rewrite: copies::part_copy_fails,
    },
    Difference {
        id: "own-upload-left",
        row: "D-own-upload",
        reason: "an upload of which a part failed is given up",
        applies: copies::is_left_behind,
        rewrite: copies::give_up,
    },
    Difference {
        id: "own-upload-destroyed",
        row: "D-own-upload",
        reason: "an upload whose completion may have succeeded is not given up",
        applies: copies::is_destroyed,
        rewrite: copies::leave_alone,
    },
    Difference {
        id: "completion-looked-up",
        row: "D-complete-look",
        reason: "a transfer whose completion COS does not know looks whether the object is there",
        applies: copies::is_unknown_upload,
        rewrite: copies::look_at_object,
    },
    Difference {
        id: "select-order",
        row: "D-select-order",
        reason: "the settings of a query are written in one order, not in that of the dict",
        applies: copies::is_out_of_order,
        rewrite: copies::put_in_order,
    },
    Difference {
        id: "event-checks",
        row: "D-event-checks",
        reason: "an event is handed out when its checksums are right, and a stream ends with its end event",
        applies: copies::is_unchecked,
        rewrite: copies::stop_at_damage,
    },
    Difference {
        id: "event-error-fields",
        row: "D-error-fields",
        reason: "what the error event and the headers do not say is Unknown",
        applies: copies::is_lost_in_stream,
        rewrite: copies::unknown_in_stream,
    },
    Difference {
        id: "crc-first",
        row: "D-crc-before-rename",
        reason: "the checksum of a download is checked before the file takes its name: a mismatch leaves no file",
        applies: |case, e| {
            let late = |text: &str| text.starts_with("crc of client") || text.contains("x-cos-hash-crc64ecma");
            let text = |r: &Value| error(r).and_then(|e| e.get("message")?.as_str().map(late)) == Some(true);
            case.call == "download_file" && e.results.iter().any(text)
        },
        rewrite: |_, e| {
            e.files.values_mut().for_each(|content| *content = None);
            crc::fetch_again(e);
        },
    },
    Difference {
        id: "crc-of-download",
        row: "D-crc-default",
        reason: "the CRC-64 that COS says is always compared with the bytes received",
        applies: crc::download_is_wrong,
        rewrite: crc::fail_download,
    },
    Difference {
        id: "crc-of-upload",
        row: "D-crc-default",
        reason: "the CRC-64 that COS says is always compared with the bytes sent, which are sent again if it differs",
        applies: crc::upload_is_wrong,
        rewrite: crc::fail_upload,
    },
    Difference {
        id: "chunked-read",
        row: "D-chunked-read",
        reason: "a body that comes in chunks is read to its end; Python's StreamBody.read stops after the first chunk",
        applies: |case, e| replay::whole_chunked_body(case, e).is_some(),
        rewrite: |case, e| {
            if let Some(body) = replay::whole_chunked_body(case, e) {
                e.results[0]["Body"]["$stream_b64"] = body.into();
            }
        },
    },
    Difference {
        id: "key-check-first",
        row: "D-key-check-first",
        reason: "download_file checks the key before it sends its HEAD",
        applies: |case, e| case.call == "download_file" && e.results.iter().all(replay::is_key_refusal),
        rewrite: |_, e| e.requests.clear(),
    },
    Difference {
        id: "part-error",
        row: "D-part-error",
        reason: "a failed part's own error is reported, and the other parts are not begun",
        applies: |_, e| e.results.iter().any(replay::is_part_failure),
        rewrite: replay::part_error,
    },
    Difference {
        id: "one-shot",
        row: "D-one-shot-body",
        reason: "a body that cannot be sent again is a client error after a broken connection; Python breaks",
        applies: |_, e| e.results.iter().any(|r| error(r).is_some_and(|e| e["type"] == "UnboundLocalError")),
        rewrite: |_, e| {
            for result in e.results.iter_mut().filter(|r| error(r).is_some_and(|e| e["type"] == "UnboundLocalError")) {
                *result = json!({"error": {"type": "CosClientError"}});
            }
        },
    },
    Difference {
        id: "redirect",
        row: "D-redirect",
        reason: "a redirect that is not followed is an error, not a success",
        applies: |case, e| {
            let status = replay::last_status(case, e);
            (300..400).contains(&status) && status != 304 && !case.switch("AllowRedirects", true)
        },
        rewrite: replay::last_answer_fails,
    },
    Difference {
        id: "not-modified",
        row: "D-not-modified",
        reason: "a 304 is an error with the code NotModified, neither a success nor a failure of the body",
        applies: |case, e| replay::last_status(case, e) == 304,
        rewrite: replay::last_answer_fails,
    },
    Difference {
        id: "append-retry",
        row: "D-append-retry",
        reason: "an append that may have been carried out is repeated only after a look at the object: it could be \
                 there twice, or fail as the second",
        applies: documents::is_doubtful_append,
        rewrite: documents::append_after_a_look,
    },
    Difference {
        id: "retry-classes",
        row: "D-retry-codes",
        reason: "429, 408 and error codes that may pass are repeated; Python repeats only 5xx",
        applies: |case, e| replay::is_repeated(case, e) && replay::last_status(case, e) >= 300,
        rewrite: replay::repeat_last,
    },
    Difference {
        id: "error-in-200",
        row: "D-error-in-200",
        reason: "an error inside a 200 is repeated if its code may pass; Python raises it at once",
        applies: |case, e| replay::is_repeated(case, e) && replay::last_status(case, e) < 300,
        rewrite: replay::repeat_last,
    },
    Difference {
        id: "cut-answer",
        row: "D-cut-answer",
        reason: "an answer that breaks off is a broken connection, and repeated; of an error the status stays known",
        applies: |case, e| {
            let cut = case.call != "get_object" || replay::last_status(case, e) >= 300;
            cut && e.results.iter().all(is_client_error) && replay::last_is_cut(case, e)
        },
        rewrite: replay::repeat_cut,
    },
    Difference {
        id: "stale-connection",
        row: "D-stale-connection",
        reason: "a kept connection that is closed under a request is replaced at once, which is no attempt",
        applies: |case, e| e.results.iter().any(is_client_error) && replay::dropped_when_kept(case, e).is_some(),
        // only client errors have this rewritten, and for those fewer requests are right as well
        rewrite: |case, e| {
            if let Some(mut again) = replay::dropped_when_kept(case, e) {
                again.set_header("x-cos-sdk-retry", "true");
                sign_again(case, &mut again);
                e.requests.push(again);
            }
        },
    },
    Difference {
        id: "redirect-signed",
        row: "D-redirect",
        reason: "a redirect that is followed is signed for where it leads; Python sends the old signature",
        applies: |case, e| case.switch("AllowRedirects", true) && replay::redirected(case, e).next().is_some(),
        rewrite: |case, e| {
            let places: Vec<usize> = replay::redirected(case, e).collect();
            for at in places {
                sign_again(case, &mut e.requests[at]);
            }
        },
    },
    Difference {
        id: "wrong-root",
        row: "D-wrong-root",
        reason: "a success whose document is not the call's is an error; Python takes any document",
        applies: |case, e| {
            e.results.iter().all(|r| error(r).is_none())
                && last_answer(case, e).is_some_and(|(answer, _)| replay::has_wrong_root(case, &answer))
        },
        rewrite: |case, e| {
            let Some((answer, method)) = last_answer(case, e) else { return };
            let another = if replay::is_error_document(&answer) {
                service_error(&answer, &method)
            } else {
                json!({"error": {"type": "CosClientError", "message": "another document"}})
            };
            e.results.fill(another);
        },
    },
    Difference {
        id: "acl-grant",
        row: "D-acl-grant",
        reason: "grants that stand directly in a policy, as on the pages, go into its AccessControlList",
        applies: documents::has_bare_grants,
        rewrite: documents::wrap_bare_grants,
    },
    Difference {
        id: "dict-names",
        row: "D-dict-names",
        reason: "an unknown name in a dict is refused before anything is sent, and named; Python sends it",
        applies: documents::has_unknown_members,
        rewrite: |_, e| rewrite::refuse(e, "a name"),
    },
    Difference {
        id: "dict-none",
        row: "D-dict-none",
        reason: "None in place of a number, a switch, a list or a dict is left out; Python writes an empty element",
        applies: documents::has_empty_members,
        rewrite: documents::drop_empty_members,
    },
    Difference {
        id: "xml-order",
        row: "D-xml-order",
        reason: "a document has its elements in the order of the pages' samples, not in that of the dict",
        applies: documents::in_another_order,
        rewrite: documents::put_in_order,
    },
    Difference {
        id: "acl-type",
        row: "D-acl-type",
        reason: "only the name of the attribute type becomes Type, not every `type` in the answer",
        applies: documents::has_replaced_type,
        rewrite: documents::restore_types,
    },
    Difference {
        id: "and-tags",
        row: "D-lifecycle-tags",
        reason: "the tags under And are a list, also if there is one",
        applies: documents::has_single_tag,
        rewrite: documents::list_single_tags,
    },
    Difference {
        id: "error-fields",
        row: "D-error-fields",
        reason: "what an error answer holds is there even when other fields are missing; getters never fail",
        applies: |_, e| e.results.iter().any(lost),
        rewrite: replay::error_fields,
    },
    Difference {
        id: "acl-no-grants",
        row: "D-empty-lists",
        reason: "a policy without grants is private; Python breaks with a KeyError where it looks for them",
        applies: documents::has_no_grants,
        rewrite: documents::grant_nothing,
    },
    Difference {
        id: "missing-member",
        row: "D-empty-lists",
        reason: "what an answer leaves out is empty; Python breaks with a KeyError where it looks for it",
        applies: |case, e| e.results.iter().any(replay::is_key_error) && replay::document(case, e).is_some(),
        rewrite: |case, e| {
            if let Some(document) = replay::document(case, e) {
                e.results = vec![document];
            }
        },
    },
    Difference {
        id: "namespace",
        row: "D-xml-namespace",
        reason: "answers are read by local names, whatever their namespace",
        applies: |_, e| e.results.iter().any(results::has_namespace),
        rewrite: |case, e| e.results.iter_mut().for_each(|result| results::local_names(case, result)),
    },
    Difference {
        id: "empty-root",
        row: "D-empty-root",
        reason: "an empty root element is an empty result, not a member of that name",
        applies: |case, e| e.results.iter().any(|result| results::is_empty_root(case, result)),
        rewrite: |case, e| {
            for result in &mut e.results {
                if results::is_empty_root(case, result) {
                    *result = json!({});
                }
            }
        },
    },
    Difference {
        id: "typed-defaults",
        row: "D-typed-values",
        reason: "a number or switch that an answer leaves out is 0 or false",
        applies: |case, e| e.results.iter().any(|r| results::with_defaults(case, r).is_some_and(|full| full != *r)),
        rewrite: |case, e| {
            for result in &mut e.results {
                if let Some(full) = results::with_defaults(case, result) {
                    *result = full;
                }
            }
        },
    },
    Difference {
        id: "header-case",
        row: "D-header-case",
        reason: "header names in results have COS's usual case, however the answer wrote them",
        applies: |case, e| e.results.iter().any(|r| results::usual_case(case, r).is_some_and(|usual| usual != *r)),
        rewrite: |case, e| {
            for result in &mut e.results {
                if let Some(usual) = results::usual_case(case, result) {
                    *result = usual;
                }
            }
        },
    },
];

/// What a case expects of the SDK, and which differences had a part in it.
pub(crate) fn expectation(case: &Case) -> (Expectation, Vec<&'static str>) {
    let mut expected = case.python();
    let mut used = Vec::new();
    for difference in DIFFERENCES {
        if (difference.applies)(case, &expected) {
            (difference.rewrite)(case, &mut expected);
            used.push(difference.id);
        }
    }
    (expected, used)
}

#[test]
fn ids_are_unique_and_rows_exist() {
    let ids: std::collections::BTreeSet<_> = DIFFERENCES.iter().map(|d| d.id).collect();
    assert_eq!(ids.len(), DIFFERENCES.len());
    let table = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("PYTHON_PARITY.md");
    let table = std::fs::read_to_string(&table).unwrap_or_else(|e| panic!("{}: {e}", table.display()));
    for difference in DIFFERENCES {
        assert!(table.contains(difference.row), "no row {} in PYTHON_PARITY.md: {}", difference.row, difference.reason);
    }
}
