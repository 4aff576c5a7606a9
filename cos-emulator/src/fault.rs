//! Faults to inject: their kind, their requests, and their number.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::http::Head;

/// A fault in the handling of one request.
///
/// ```
/// use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment};
///
/// let emulator = CosEmulator::start()?;
/// // The first two uploads of a part are told to come back later.
/// let busy = Answer::error(503, "SlowDown").header("Retry-After", "1");
/// emulator.inject(Fault::Answer(busy), Match::any().method("PUT").query("partNumber="), 2);
/// // Then one upload is carried out, but its answer gets lost.
/// emulator.inject(Fault::Reset(Moment::BeforeAnswer), Match::any().method("PUT"), 1);
/// # std::io::Result::Ok(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Gives this answer. The emulator reads the request's body, and carries the request out only if the answer
    /// says so.
    Answer(Answer),
    /// Resets the connection (RST).
    Reset(Moment),
    /// Closes the connection in order (FIN), without an answer.
    Close(Moment),
    /// Sends nothing until the emulator stops or the client disconnects.
    Hang(Moment),
    /// Carries out the request, and waits before the answer. The wait ends when the emulator stops.
    Delay(Duration),
    /// Sends only so many bytes of the answer's body, then closes the connection. The announced
    /// length stays that of the whole body.
    CutBody(u64),
    /// Sends the answer's body in chunks, and after so many bytes closes the connection without
    /// the final chunk.
    CutChunked(u64),
    /// Sends the answer's body in chunks, with no length announced.
    Chunked,
    /// Sends the answer's body so many bytes at a time, with a pause before each piece.
    Trickle(usize, Duration),
    /// Announces this length instead of the body's, and closes the connection after the body.
    DeclareLength(u64),
    /// Damages the byte at this offset of the answer's body.
    CorruptAnswer(u64),
    /// Damages the byte at this offset of the request's body before the emulator looks at it, so that digests in the
    /// answer are those of the damaged bytes.
    CorruptUpload(u64),
    /// Flips this bit of the answer's body, the lowest of the first byte being 0.
    FlipAnswer(u64),
    /// Flips this bit of the request's body, as [`CorruptUpload`](Fault::CorruptUpload) damages a byte.
    FlipUpload(u64),
    /// Leaves a header out of the answer.
    DropHeader(String),
    /// Sets a header of the answer.
    SetHeader(String, String),
    /// Carries out the request as if it had no `Range` header.
    IgnoreRange,
    /// Several faults in one request.
    All(Vec<Fault>),
}

impl Fault {
    /// Answers with a status and a COS error code.
    pub fn error(status: u16, code: impl Into<String>) -> Self {
        Self::Answer(Answer::error(status, code))
    }

    /// Redirects to another place.
    pub fn redirect(status: u16, location: impl Into<String>) -> Self {
        Self::Answer(Answer::new(status).header("Location", location))
    }

    /// Whether it is an answer for requests with a valid signature only.
    fn checks(&self) -> bool {
        match self {
            Self::Answer(answer) => answer.checked,
            Self::All(faults) => faults.iter().any(Self::checks),
            _ => false,
        }
    }

    /// Leaves the CRC-64 out of the answer.
    pub fn omit_crc64() -> Self {
        Self::DropHeader("x-cos-hash-crc64ecma".to_owned())
    }
}

/// When a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Moment {
    /// After the head of the request, before its body is read. Nothing is carried out.
    BeforeBody,
    /// After the body was read. Nothing is carried out.
    AfterBody,
    /// After the request was carried out.
    BeforeAnswer,
}

/// A made-up answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub(crate) status: u16,
    pub(crate) code: Option<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) carried_out: bool,
    pub(crate) anonymous: bool,
    pub(crate) checked: bool,
}

impl Answer {
    /// Makes an answer without a body.
    pub fn new(status: u16) -> Self {
        Self {
            status,
            code: None,
            body: Vec::new(),
            headers: Vec::new(),
            carried_out: false,
            anonymous: false,
            checked: false,
        }
    }

    /// Makes an answer with a COS error document. The status may be 200: COS answers so when a copy or the completion
    /// of an upload fails late.
    pub fn error(status: u16, code: impl Into<String>) -> Self {
        let code = code.into();
        let message = format!("Injected {code}.");
        Self { code: Some((code, message)), ..Self::new(status) }
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Carries out the request, and only the answer differs.
    pub fn carried_out(mut self) -> Self {
        self.carried_out = true;
        self
    }

    /// Gives the answer only to a request with a valid signature, and refuses others.
    pub fn checked(mut self) -> Self {
        self.checked = true;
        self
    }

    /// Leaves out `x-cos-request-id` and `x-cos-trace-id`, as an answer from a proxy in front of COS would.
    pub fn without_request_id(mut self) -> Self {
        self.anonymous = true;
        self
    }
}

/// The requests to which a fault applies: all conditions must hold, and without conditions it is every request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    method: Option<String>,
    path: Option<String>,
    query: Option<String>,
    host: Option<String>,
    header: Option<(String, String)>,
    skip: usize,
}

impl Match {
    /// Matches every request.
    pub fn any() -> Self {
        Self::default()
    }

    /// Matches only requests with this method.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Matches only requests whose decoded path contains this text.
    pub fn path(mut self, part: impl Into<String>) -> Self {
        self.path = Some(part.into());
        self
    }

    /// Matches only requests whose query, as sent, contains this text: `"partNumber=3"`, `"uploads"`.
    pub fn query(mut self, part: impl Into<String>) -> Self {
        self.query = Some(part.into());
        self
    }

    /// Matches only requests whose `Host` header contains this text.
    pub fn host(mut self, part: impl Into<String>) -> Self {
        self.host = Some(part.into());
        self
    }

    /// Matches only requests with a header whose value contains this text.
    pub fn header(mut self, name: impl Into<String>, part: impl Into<String>) -> Self {
        self.header = Some((name.into(), part.into()));
        self
    }

    /// Skips this many matching requests first.
    pub fn skip(mut self, requests: usize) -> Self {
        self.skip = requests;
        self
    }

    fn fits(&self, head: &Head) -> bool {
        let query = head.raw_query();
        let path = head.path.as_deref().unwrap_or_default();
        let contains =
            |part: &Option<String>, text: &str| part.as_ref().is_none_or(|part| text.contains(part.as_str()));
        self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&head.method))
            && contains(&self.path, path)
            && contains(&self.query, query)
            && contains(&self.host, head.host())
            && self
                .header
                .as_ref()
                .is_none_or(|(name, part)| head.headers.get(name).is_some_and(|value| value.contains(part.as_str())))
    }
}

#[derive(Clone)]
pub(crate) struct Rule {
    pub(crate) fault: Fault,
    pub(crate) when: Match,
    /// The number of requests left; `usize::MAX` never ends.
    pub(crate) left: usize,
}

/// The faults still to come, in the order they were injected, and after them the answers of a file.
#[derive(Default)]
pub(crate) struct Faults {
    injected: Mutex<Vec<Rule>>,
    answers: Mutex<Vec<Rule>>,
    /// The answers as they were at the start.
    file: Vec<Rule>,
}

fn lock(rules: &Mutex<Vec<Rule>>) -> MutexGuard<'_, Vec<Rule>> {
    rules.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Faults {
    pub(crate) fn new(file: Vec<Rule>) -> Self {
        Self { injected: Mutex::default(), answers: Mutex::new(file.clone()), file }
    }

    pub(crate) fn add(&self, fault: Fault, when: Match, times: usize) {
        if times > 0 {
            let left = times;
            lock(&self.injected).push(Rule { fault, when, left });
        }
    }

    /// Removes the injected faults; the answers of the file stay.
    pub(crate) fn clear(&self) {
        lock(&self.injected).clear();
    }

    /// Restores the state of the start.
    pub(crate) fn reset(&self) {
        self.clear();
        lock(&self.answers).clone_from(&self.file);
    }

    pub(crate) fn pending(&self) -> usize {
        lock(&self.injected).iter().fold(0, |sum, rule| sum.saturating_add(rule.left))
    }

    /// Returns the faults of this request: those of the first rule that fits, which is used up by one. A request
    /// without a valid signature uses up no answer that checks it.
    pub(crate) fn take(&self, head: &Head, is_valid: &dyn Fn() -> bool) -> Vec<Fault> {
        let injected = first(&mut lock(&self.injected), head, is_valid, true);
        let answer = first(&mut lock(&self.answers), head, is_valid, injected.is_none());
        let mut faults = Vec::new();
        if let Some(fault) = injected.or(answer) {
            flatten(fault, &mut faults);
        }
        faults
    }
}

/// Takes the first rule that fits. Every fitting rule counts the requests that it skips, so the loop runs over all
/// rules even if none is `wanted`.
fn first(rules: &mut Vec<Rule>, head: &Head, is_valid: &dyn Fn() -> bool, wanted: bool) -> Option<Fault> {
    let mut found = None;
    for (index, rule) in rules.iter_mut().enumerate() {
        if !rule.when.fits(head) {
            continue;
        }
        let counts = !rule.fault.checks() || is_valid();
        if rule.when.skip > 0 {
            rule.when.skip -= usize::from(counts);
        } else if found.is_none() {
            found = Some((index, counts));
        }
    }
    let (index, counts) = found.filter(|_| wanted)?;
    let rule = &mut rules[index];
    let fault = rule.fault.clone();
    if rule.left != usize::MAX {
        rule.left -= usize::from(counts);
    }
    if rule.left == 0 {
        rules.remove(index);
    }
    Some(fault)
}

fn flatten(fault: Fault, into: &mut Vec<Fault>) {
    match fault {
        Fault::All(faults) => faults.into_iter().for_each(|fault| flatten(fault, into)),
        fault => into.push(fault),
    }
}
