//! Answers that are no success, redirects among them, and what is repeated.

use super::Difference;
use crate::case::is_client_error;
use crate::documents;
use crate::replay;
use crate::sign::sign_again;

pub(super) const FAILURES: &[Difference] = &[
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
];
