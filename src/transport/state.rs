//! The state of a thread's call. A send stays on its thread, so that the parts of a connection find it here.

use std::cell::{Cell, RefCell};
use std::time::Instant;

use crate::control::Control;

/// How far the connection of a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Resolving,
    /// The connection was kept from an earlier call, unless a connector says otherwise.
    Pooled,
    /// Name server and TCP connection of the proxy.
    ReachingProxy,
    /// TLS with the proxy.
    SecuringProxy,
    /// The proxy was asked for a tunnel.
    Tunnelling,
    Connecting,
    Securing,
    Connected,
}

#[derive(Clone, Copy)]
struct State {
    phase: Phase,
    /// The end of the call's time.
    until: Option<Instant>,
    /// The connection was reset, which the HTTP library reports as a regular end.
    reset: bool,
    /// The server reads no more of the body, and may have answered why.
    refused: bool,
}

const IDLE: State = State { phase: Phase::Resolving, until: None, reset: false, refused: false };

thread_local! {
    static STATE: Cell<State> = const { Cell::new(IDLE) };
    /// Pauses and cancels the call.
    static CONTROL: RefCell<Option<Control>> = const { RefCell::new(None) };
}

/// Ends the call that [`begin`] began, and restores the state of the outer one: the caller's code may send a request
/// while another request reads its body or hands out an answer.
#[must_use = "the call is over when this is dropped"]
pub(super) struct Begun(State, Option<Control>);

impl Drop for Begun {
    fn drop(&mut self) {
        STATE.set(self.0);
        CONTROL.set(self.1.take());
    }
}

/// Begins a call, or the reading of its answer.
pub(super) fn begin(until: Option<Instant>, control: Option<&Control>) -> Begun {
    Begun(STATE.replace(State { until, ..IDLE }), CONTROL.replace(control.cloned()))
}

pub(super) fn control() -> Option<Control> {
    CONTROL.with_borrow(Clone::clone)
}

fn change(change: impl FnOnce(&mut State)) {
    let mut state = STATE.get();
    change(&mut state);
    STATE.set(state);
}

pub(super) fn reached(phase: Phase) {
    change(|state| state.phase = phase);
}

pub(super) fn phase() -> Phase {
    STATE.get().phase
}

pub(super) fn until() -> Option<Instant> {
    STATE.get().until
}

pub(super) fn note_reset(reset: bool) {
    change(|state| state.reset = reset);
}

pub(super) fn was_reset() -> bool {
    STATE.get().reset
}

pub(super) fn refuse_body() {
    change(|state| state.refused = true);
}

pub(super) fn is_body_refused() -> bool {
    STATE.get().refused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_within_a_call_leaves_the_outer_one_as_it_was() {
        let end = Instant::now();
        let outer = begin(Some(end), Some(&Control::default()));
        reached(Phase::Connected);
        {
            let _inner = begin(None, None);
            assert_eq!((phase(), until(), control().is_none()), (Phase::Resolving, None, true));
            refuse_body();
        }
        assert_eq!((phase(), until(), is_body_refused()), (Phase::Connected, Some(end), false));
        assert!(control().is_some());
        drop(outer);
        assert!(control().is_none());
        assert_eq!(phase(), Phase::Resolving);
    }
}
