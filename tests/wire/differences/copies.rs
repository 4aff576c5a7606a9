//! Copies, and the uploads that a transfer makes of parts.

use super::Difference;
use crate::copies;
use crate::rewrite;

pub(super) const COPIES: &[Difference] = &[
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
        reason: "the parts of a copy carry the ETag of the HEAD, which asks the conditions and tells the metadata",
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
];
