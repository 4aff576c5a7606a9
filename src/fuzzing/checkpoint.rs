//! The checkpoint that a transfer leaves behind.

use std::path::{Component, Path};

use serde_json::Value;

use super::choice;
use crate::local::DirEntry;
use crate::transfer::checkpoint::{line, parse};
use crate::transfer::download::partial::{DownloadFiles, DownloadSource, Header, RecordedPart};

/// Checkpoints: only whole lines are believed, up to the first that is not, and none names a file but one beside
/// the destination. Half of the inputs are taken as the file; of the others, lines with right checksums are made.
pub fn checkpoint(data: &[u8]) {
    let (kind, rest) = choice(data);
    let text = if kind & 1 == 0 { rest.to_vec() } else { made(rest) };
    let any = parse::<Value, Value>(&text);
    let Some(parsed) = parse::<Header, RecordedPart>(&text) else { return };
    // What cannot be read as a part ends what is believed; the lines themselves were whole.
    assert!(any.is_some_and(|any| any.len >= parsed.len && any.entries.len() >= parsed.entries.len()));
    assert!(parsed.len <= text.len());
    assert_eq!(text.get(..parsed.len).and_then(parse).as_ref(), Some(&parsed));
    let lines: Result<String, _> = std::iter::once(line(&parsed.head)).chain(parsed.entries.iter().map(line)).collect();
    let again = lines.ok().and_then(|lines| parse::<Header, RecordedPart>(lines.as_bytes()));
    assert_eq!(again.map(|again| (again.head, again.entries)).as_ref(), Some(&(parsed.head.clone(), parsed.entries)));

    let of = DownloadSource {
        bucket: "b-1".to_owned(),
        key: "k".to_owned(),
        etag: "\"e\"".to_owned(),
        last_modified: "t".to_owned(),
        size: 3,
        part_size: 1,
    };
    if parsed.head.is_of(&of) {
        let destination = DirEntry::of(Path::new("a.bin")).expect("the current folder can be opened");
        let places = DownloadFiles::new(&destination, "b-1", "k", None).expect("the current folder has a path");
        let temporary = places.temporary(&parsed.head);
        let mut names = Path::new(temporary.name()).components();
        assert!(matches!(names.next(), Some(Component::Normal(_))), "{}", temporary.path().display());
        assert!(names.next().is_none() && temporary.name() != destination.name(), "{}", temporary.path().display());
    }
}

/// Makes a checkpoint of lines of JSON.
fn made(lines: &[u8]) -> Vec<u8> {
    let values = lines.split(|byte| *byte == b'\n').filter_map(|json| serde_json::from_slice::<Value>(json).ok());
    values.filter_map(|value| line(&value).ok()).collect::<String>().into_bytes()
}
