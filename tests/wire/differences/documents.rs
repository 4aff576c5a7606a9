//! Documents in both directions, and the results made of answers.

use serde_json::json;

use super::Difference;
use crate::answer::service_error;
use crate::case::error;
use crate::documents;
use crate::replay::{self, last_answer, lost};
use crate::results;
use crate::rewrite;

pub(super) const DOCUMENTS: &[Difference] = &[
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
        id: "fetch-errors",
        row: "D-fetch-errors",
        reason: "an error of a fetch task is an error",
        applies: |case, e| {
            case.call.ends_with("_async_fetch_task") && last_answer(case, e).is_some_and(|(a, _)| a.status >= 400)
        },
        rewrite: |case, e| {
            if let Some((answer, method)) = last_answer(case, e) {
                e.results.fill(service_error(&answer, &method));
            }
        },
    },
    Difference {
        id: "inventory-list",
        row: "D-inventory-list",
        reason: "the inventories of a page are a list, also if there is one",
        applies: |_, e| e.results.iter().any(|result| result["InventoryConfiguration"].is_object()),
        rewrite: |_, e| {
            for result in e.results.iter_mut().filter(|result| result["InventoryConfiguration"].is_object()) {
                let one = result["InventoryConfiguration"].take();
                result["InventoryConfiguration"] = json!([one]);
            }
        },
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
        id: "listing-encoded",
        row: "D-listing-encoded",
        reason: "names of a listing are decoded only where the answer says that they are encoded",
        applies: |case, e| !results::encoded_names(case, e).is_empty(),
        rewrite: |case, e| {
            for (raw, decoded) in results::encoded_names(case, e) {
                e.results.iter_mut().for_each(|result| results::rename(result, &decoded, &raw));
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
