//! What happens in an operation of a storm, drawn from a seed.

use std::time::Duration;

use cos_emulator::{Answer, Fault as Lie, Match, Moment};
use fastrand::Rng;
use fault_proxy::{Fault, Schedule, Way};

use crate::common::{MIB, noise};

/// The most bytes of a small file.
pub(super) const SMALL: usize = 50_000;

/// What is transferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Upload,
    UploadWhole,
    UploadBuffer,
    UploadFolder,
    Download,
    DownloadWhole,
    DownloadFolder,
    Copy,
}

const KINDS: [Kind; 8] = [
    Kind::Upload,
    Kind::UploadWhole,
    Kind::UploadBuffer,
    Kind::UploadFolder,
    Kind::Download,
    Kind::DownloadWhole,
    Kind::DownloadFolder,
    Kind::Copy,
];

impl Kind {
    pub(super) fn is_download(self) -> bool {
        matches!(self, Self::Download | Self::DownloadWhole | Self::DownloadFolder)
    }

    pub(super) fn is_folder(self) -> bool {
        matches!(self, Self::UploadFolder | Self::DownloadFolder)
    }
}

/// A hand on the handle: it waits, and then pauses for a while or cancels.
#[derive(Debug)]
pub(super) struct Gust {
    pub(super) after: Duration,
    pub(super) pause: Option<Duration>,
}

/// All that happens in one operation.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) kind: Kind,
    pub(super) content: Vec<u8>,
    pub(super) old: Vec<u8>,
    pub(super) gusts: Vec<Gust>,
    /// The callback that panics.
    pub(super) panics: Option<u64>,
    pub(super) discard: bool,
    pub(super) keep_alive: bool,
    pub(super) lie: Option<(Lie, Match)>,
    /// The connection whose byte is flipped.
    pub(super) flip: Option<(u64, Fault)>,
    pub(super) schedule: Schedule,
}

impl Plan {
    pub(super) fn draw(seed: u64, operation: u64) -> Self {
        let random = &mut crate::decisions(seed, operation);
        let kind = KINDS[random.usize(..KINDS.len())];
        let small = matches!(kind, Kind::UploadWhole | Kind::DownloadWhole) || kind.is_folder();
        let size = if small { 1 + random.usize(..SMALL) } else { 2 * MIB + random.usize(1..MIB) };
        let content = noise(random.u64(..), size);
        let gust = |random: &mut Rng| Gust {
            after: Duration::from_millis(random.u64(..30)),
            pause: (random.u8(..4) > 0).then(|| Duration::from_millis(random.u64(..20))),
        };
        let gusts = (0..random.usize(..4)).map(|_| gust(random)).collect();
        // One lie at a time: a second could hide the first.
        let (mut lie, mut flip) = (None, None);
        match random.u8(..4) {
            0 => lie = Some(lies(random, size as u64)),
            1 => {
                let way = if random.bool() { Way::Up } else { Way::Down };
                let after = if random.bool() { random.u64(..700) } else { random.u64(..size as u64) };
                flip = Some((random.u64(..6), Fault::flip(way, after)));
            }
            _ => {}
        }
        Self {
            kind,
            content,
            old: noise(random.u64(..), random.usize(1..1000)),
            gusts,
            panics: (random.u8(..6) == 0).then(|| random.u64(..5)),
            discard: random.bool(),
            keep_alive: random.bool(),
            lie,
            flip,
            schedule: Schedule { seed, percent: [0, 10, 40][random.usize(..3)], size: size.min(MIB) as u64 },
        }
    }
}

impl Plan {
    /// Whether what the server gets is damaged on its way.
    pub(super) fn damages(&self) -> bool {
        matches!(self.lie, Some((Lie::CorruptUpload(_), _)))
            || matches!(self.flip, Some((_, Fault::At { way: Way::Up, .. })))
    }
}

/// What a server says that is not so, or how it fails, once.
fn lies(random: &mut Rng, size: u64) -> (Lie, Match) {
    let at = random.u64(..size.min(MIB as u64));
    let (any, get) = (Match::any().skip(random.usize(..6)), Match::any().method("GET").skip(random.usize(..3)));
    let put = Match::any().method("PUT").skip(random.usize(..3));
    let moment = [Moment::BeforeBody, Moment::AfterBody, Moment::BeforeAnswer][random.usize(..3)];
    match random.u8(..15) {
        0 => (Lie::CorruptUpload(at), put),
        1 => (Lie::CorruptAnswer(at), get),
        2 => (Lie::CutBody(at), get),
        3 => (Lie::CutChunked(at), get),
        4 => (Lie::DeclareLength(at), get),
        5 => (Lie::IgnoreRange, get),
        6 => (Lie::Trickle(4096, Duration::from_millis(1)), any),
        7 => (Lie::Delay(Duration::from_millis(random.u64(..100))), any),
        8 => (Lie::Answer(Answer::new(200).body("<html>please log in</html>").without_request_id()), any),
        9 => (
            Lie::Answer(Answer::error(200, "InternalError").carried_out()),
            Match::any().method("POST").query("uploadId"),
        ),
        10 => (Lie::Answer(Answer::error(500, "InternalError").carried_out()), any),
        11 => (Lie::error(403, "AccessDenied"), any),
        12 => (Lie::Answer(Answer::new(204)), any),
        13 => (Lie::Close(moment), any),
        _ => (Lie::Reset(moment), any),
    }
}
