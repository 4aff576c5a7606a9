//! Keys that become paths.

use std::path::{Component, Path};

use super::choice;
use crate::transfer::folder::keys::split_key;

/// Keys of a folder: what becomes a path leads down, name by name, and is the key again.
pub fn key_to_path(data: &[u8]) {
    let (native, key) = choice(data);
    let Ok(key) = std::str::from_utf8(key) else { return };
    let Ok(way) = split_key(key, native & 1 != 0) else { return };
    let names: Vec<&str> = way.folders.iter().copied().chain(way.file).collect();
    for name in &names {
        let mut components = Path::new(name).components();
        assert!(matches!(components.next(), Some(Component::Normal(found)) if found == *name), "{name:?} of {key:?}");
        assert!(components.next().is_none() && !name.contains(['/', '\0']), "{name:?} of {key:?}");
        let foreign = name.contains(['\\', ':']) || name.ends_with(['.', ' ']);
        assert!(native & 1 != 0 || !foreign, "{name:?} of {key:?} is another name on another system");
    }
    let again = names.join("/") + if way.file.is_none() && !names.is_empty() { "/" } else { "" };
    assert_eq!(again, if names.is_empty() { "" } else { key });
}
