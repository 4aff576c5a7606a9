//! What the bodies of control requests look like.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::fault::{Answer, Fault, Match, Moment};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Injection {
    fault: FaultSpec,
    #[serde(default, rename = "match")]
    when: MatchSpec,
    /// With how many requests; 1 unless given, and 0 never ends.
    times: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum FaultSpec {
    Answer(AnswerSpec),
    Reset(MomentSpec),
    Close(MomentSpec),
    Hang(MomentSpec),
    DelayMs(u64),
    CutBody(u64),
    CutChunked(u64),
    Chunked,
    Trickle { bytes: usize, pause_ms: u64 },
    DeclareLength(u64),
    CorruptAnswer(u64),
    CorruptUpload(u64),
    FlipAnswer(u64),
    FlipUpload(u64),
    DropHeader(String),
    SetHeader { name: String, value: String },
    IgnoreRange,
    All(Vec<FaultSpec>),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MomentSpec {
    BeforeBody,
    AfterBody,
    BeforeAnswer,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerSpec {
    status: u16,
    code: Option<String>,
    body: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    carried_out: bool,
    #[serde(default)]
    without_request_id: bool,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct MatchSpec {
    method: Option<String>,
    path: Option<String>,
    query: Option<String>,
    host: Option<String>,
    header: Option<HeaderSpec>,
    skip: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderSpec {
    name: String,
    contains: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClockSpec {
    pub(super) offset_seconds: Option<i64>,
    /// Seconds since 1970.
    pub(super) frozen_at: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CredentialSpec {
    pub(super) secret_id: Option<String>,
    pub(super) secret_key: Option<String>,
    pub(super) token: Option<String>,
    pub(super) lifetime_seconds: Option<u64>,
    pub(super) policy: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBucket {
    pub(super) name: String,
    /// Documents by the parameter they are put with, such as `cors`.
    #[serde(default)]
    pub(super) configurations: BTreeMap<String, String>,
}

impl Injection {
    pub(super) fn into_parts(self) -> Result<(Fault, Match, usize), String> {
        let times = match self.times {
            None => 1,
            Some(0) => usize::MAX,
            Some(times) => times,
        };
        Ok((self.fault.into_fault()?, self.when.into_match(), times))
    }
}

impl FaultSpec {
    fn into_fault(self) -> Result<Fault, String> {
        Ok(match self {
            Self::Answer(answer) => Fault::Answer(answer.into_answer()?),
            Self::Reset(moment) => Fault::Reset(moment.into()),
            Self::Close(moment) => Fault::Close(moment.into()),
            Self::Hang(moment) => Fault::Hang(moment.into()),
            Self::DelayMs(time) => Fault::Delay(Duration::from_millis(time)),
            Self::CutBody(at) => Fault::CutBody(at),
            Self::CutChunked(at) => Fault::CutChunked(at),
            Self::Chunked => Fault::Chunked,
            Self::Trickle { bytes, pause_ms } => Fault::Trickle(bytes, Duration::from_millis(pause_ms)),
            Self::DeclareLength(length) => Fault::DeclareLength(length),
            Self::CorruptAnswer(at) => Fault::CorruptAnswer(at),
            Self::CorruptUpload(at) => Fault::CorruptUpload(at),
            Self::FlipAnswer(bit) => Fault::FlipAnswer(bit),
            Self::FlipUpload(bit) => Fault::FlipUpload(bit),
            Self::DropHeader(name) => Fault::DropHeader(name),
            Self::SetHeader { name, value } => Fault::SetHeader(name, value),
            Self::IgnoreRange => Fault::IgnoreRange,
            Self::All(faults) => Fault::All(faults.into_iter().map(Self::into_fault).collect::<Result<_, _>>()?),
        })
    }
}

impl AnswerSpec {
    fn into_answer(self) -> Result<Answer, String> {
        if !(100..=999).contains(&self.status) {
            return Err(format!("{} is no status", self.status));
        }
        let mut answer = match self.code {
            Some(code) => Answer::error(self.status, code),
            None => Answer::new(self.status),
        };
        if let Some(body) = self.body {
            answer = answer.body(body);
        }
        for (name, value) in self.headers {
            answer = answer.header(name, value);
        }
        if self.carried_out {
            answer = answer.carried_out();
        }
        if self.without_request_id {
            answer = answer.without_request_id();
        }
        Ok(answer)
    }
}

impl MatchSpec {
    fn into_match(self) -> Match {
        let mut when = Match::any().skip(self.skip);
        if let Some(method) = self.method {
            when = when.method(method);
        }
        if let Some(path) = self.path {
            when = when.path(path);
        }
        if let Some(query) = self.query {
            when = when.query(query);
        }
        if let Some(host) = self.host {
            when = when.host(host);
        }
        if let Some(header) = self.header {
            when = when.header(header.name, header.contains);
        }
        when
    }
}

impl From<MomentSpec> for Moment {
    fn from(moment: MomentSpec) -> Self {
        match moment {
            MomentSpec::BeforeBody => Self::BeforeBody,
            MomentSpec::AfterBody => Self::AfterBody,
            MomentSpec::BeforeAnswer => Self::BeforeAnswer,
        }
    }
}
