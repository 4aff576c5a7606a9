//! The event stream of SELECT.

use std::io::Cursor;

use crc_fast::{CrcAlgorithm, checksum};

use super::choice;
use crate::ops::object::event_stream::{EventStream, Origin, SelectEvent};
use crate::wire::event_stream::{Message, PRELUDE, Prelude};

/// Event streams: they end, with at most one error, and hand out no more than was sent. Half of the inputs are
/// taken as the stream itself; of the others, messages with right checksums are made.
pub fn event_stream(data: &[u8]) {
    let (kind, rest) = choice(data);
    if kind & 1 == 0 {
        read(rest);
        return;
    }
    let messages: Vec<Vec<u8>> = rest.split(|byte| *byte == 0xff).map(sealed).collect();
    for message in &messages {
        damaged(message, kind);
    }
    read(&messages.concat());
}

/// Makes a message of a byte that says how much of the rest is headers.
fn sealed(content: &[u8]) -> Vec<u8> {
    let (share, content) = choice(content);
    let (headers, payload) = content.split_at(usize::from(share).min(content.len()));
    let sum = |bytes: &[u8]| (checksum(CrcAlgorithm::Crc32IsoHdlc, bytes) as u32).to_be_bytes();
    let total = (PRELUDE + content.len() + 4) as u32;
    let mut message = [total.to_be_bytes(), (headers.len() as u32).to_be_bytes()].concat();
    message.extend(sum(&message));
    message.extend([headers, payload].concat());
    message.extend(sum(&message));
    message
}

fn read(stream: &[u8]) {
    let mut events = EventStream::new(Box::new(Cursor::new(stream.to_vec())), Origin::default());
    let (mut records, mut count, mut ended) = (0, 0, false);
    while let Some(event) = events.next_event() {
        assert!(!ended, "an event after the last one");
        count += 1;
        match event {
            Ok(SelectEvent::Records(bytes)) => records += bytes.len(),
            Ok(SelectEvent::End) => ended = true,
            Ok(_) => {}
            Err(error) => {
                ended = true;
                assert!(!format!("{error} {error:?}").is_empty());
            }
        }
    }
    assert!(ended, "the stream ended without its end event, and without an error");
    assert!(records <= stream.len() && count <= stream.len() / (PRELUDE + 4) + 1);
}

/// No bit of a message can be changed unseen.
fn damaged(message: &[u8], seed: u8) {
    let parse = |bytes: &[u8]| {
        let (prelude, rest) = bytes.split_first_chunk()?;
        Message::parse(&Prelude::parse(*prelude).ok()?, rest).ok()
    };
    let mut changed = message.to_vec();
    let at = usize::from(seed) * 7 % changed.len();
    if let Some(byte) = changed.get_mut(at) {
        *byte ^= 1 << (seed % 8);
    }
    assert_eq!(parse(&changed), None, "a change of byte {at} was not seen");
    assert_eq!(message.split_last().and_then(|(_, cut)| parse(cut)), None, "a cut was not seen");
}
