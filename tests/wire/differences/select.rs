//! Queries of objects, and the events that answer them.

use super::Difference;
use crate::copies;

pub(super) const SELECT: &[Difference] = &[
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
];
