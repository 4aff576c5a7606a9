//! The bodies of control requests.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::fault::{Fault, Match, Moment};
use crate::spec::{AnswerSpec, MatchSpec, times};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Injection {
    fault: FaultSpec,
    #[serde(default, rename = "match")]
    when: MatchSpec,
    /// The number of requests; without it 1, and 0 never ends.
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
    pub(super) fn into_parts(self) -> (Fault, Match, usize) {
        (self.fault.into(), self.when.into(), self.times.map_or(1, times))
    }
}

impl From<FaultSpec> for Fault {
    fn from(spec: FaultSpec) -> Self {
        match spec {
            FaultSpec::Answer(answer) => Self::Answer(answer.into()),
            FaultSpec::Reset(moment) => Self::Reset(moment.into()),
            FaultSpec::Close(moment) => Self::Close(moment.into()),
            FaultSpec::Hang(moment) => Self::Hang(moment.into()),
            FaultSpec::DelayMs(time) => Self::Delay(Duration::from_millis(time)),
            FaultSpec::CutBody(at) => Self::CutBody(at),
            FaultSpec::CutChunked(at) => Self::CutChunked(at),
            FaultSpec::Chunked => Self::Chunked,
            FaultSpec::Trickle { bytes, pause_ms } => Self::Trickle(bytes, Duration::from_millis(pause_ms)),
            FaultSpec::DeclareLength(length) => Self::DeclareLength(length),
            FaultSpec::CorruptAnswer(at) => Self::CorruptAnswer(at),
            FaultSpec::CorruptUpload(at) => Self::CorruptUpload(at),
            FaultSpec::FlipAnswer(bit) => Self::FlipAnswer(bit),
            FaultSpec::FlipUpload(bit) => Self::FlipUpload(bit),
            FaultSpec::DropHeader(name) => Self::DropHeader(name),
            FaultSpec::SetHeader { name, value } => Self::SetHeader(name, value),
            FaultSpec::IgnoreRange => Self::IgnoreRange,
            FaultSpec::All(faults) => Self::All(faults.into_iter().map(Self::from).collect()),
        }
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
