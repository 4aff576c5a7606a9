//! Both kinds of folders do the same: that of this system, and the portable one.

use std::ffi::OsStr;
use std::fs::Permissions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::kinds::{Access, Kind};
use super::{portable, unix};

/// A file, a folder with a file in it, and links to both.
fn filled() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("file"), "text").unwrap();
    std::fs::create_dir(scratch.path().join("folder")).unwrap();
    std::fs::write(scratch.path().join("folder/inner"), "").unwrap();
    std::os::unix::fs::symlink("file", scratch.path().join("link")).unwrap();
    std::os::unix::fs::symlink("folder", scratch.path().join("link-to-folder")).unwrap();
    scratch
}

fn name(text: &str) -> &OsStr {
    OsStr::new(text)
}

/// Asserts that what is no name is refused as such by every operation, whatever it would lead to.
macro_rules! refuses {
    ($dir:ident, $bad:expr) => {{
        let bad = name($bad);
        let refused = [
            $dir.enter(bad).map(drop),
            $dir.create_dir(bad),
            $dir.metadata_of(bad).map(drop),
            $dir.open_file(bad, Access::Read).map(drop),
            $dir.open_file(bad, Access::Create(0o600)).map(drop),
            $dir.rename(bad, &$dir, name("new")),
            $dir.rename(name("file"), &$dir, bad),
            $dir.remove_file(bad),
        ];
        for result in refused {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidInput, "{bad:?}");
        }
    }};
}

macro_rules! every_operation {
    ($test:ident, $system:ident) => {
        #[test]
        fn $test() {
            use $system::Dir;

            let scratch = filled();
            let dir = Dir::open(scratch.path()).unwrap();
            assert!(Dir::open(&scratch.path().join("file")).is_err());
            assert!(Dir::open(Path::new("/no such folder")).is_err());

            let entries = dir.entries().unwrap().map(Result::unwrap);
            let mut entries = entries.map(|(entry, kind)| (entry, kind.unwrap())).collect::<Vec<_>>();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            let expected =
                [("file", Kind::File), ("folder", Kind::Folder), ("link", Kind::Link), ("link-to-folder", Kind::Link)];
            assert_eq!(entries, expected.map(|(entry, kind)| (entry.into(), kind)));
            for (entry, kind) in expected {
                assert_eq!(dir.metadata_of(name(entry)).unwrap().kind, kind, "{entry}");
            }
            assert_eq!(dir.metadata_of(name("file")).unwrap().len, 4);
            assert_eq!(dir.metadata().unwrap().kind, Kind::Folder);
            assert_eq!(dir.metadata_of(name("none")).unwrap_err().kind(), ErrorKind::NotFound);

            assert_eq!(dir.enter(name("folder")).unwrap().entries().unwrap().count(), 1);
            assert!(dir.enter(name("link-to-folder")).is_err() && dir.enter(name("file")).is_err());
            dir.create_dir(name("new folder")).unwrap();
            assert_eq!(dir.create_dir(name("new folder")).unwrap_err().kind(), ErrorKind::AlreadyExists);

            let mut text = String::new();
            dir.open_file(name("file"), Access::Read).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "text");
            for access in [Access::Read, Access::Write] {
                assert_eq!(dir.open_file(name("none"), access).unwrap_err().kind(), ErrorKind::NotFound);
            }
            for access in [Access::Read, Access::Write, Access::CreateNew(0o600), Access::Create(0o600)] {
                assert!(dir.open_file(name("link"), access).is_err(), "{access:?}");
            }
            let exists = dir.open_file(name("file"), Access::CreateNew(0o600)).unwrap_err();
            assert_eq!(exists.kind(), ErrorKind::AlreadyExists);
            dir.open_file(name("file"), Access::Write).unwrap().write_all(b"T").unwrap();
            dir.open_file(name("file"), Access::Create(0o600)).unwrap().write_all(b"TE").unwrap();
            dir.open_file(name("new"), Access::Create(0o600)).unwrap().write_all(b"new").unwrap();
            assert_eq!(std::fs::read(scratch.path().join("file")).unwrap(), b"TExt");

            let below = dir.enter(name("folder")).unwrap();
            dir.rename(name("file"), &below, name("inner")).unwrap();
            assert_eq!(std::fs::read(scratch.path().join("folder/inner")).unwrap(), b"TExt");
            dir.remove_file(name("new")).unwrap();
            dir.remove_file(name("link-to-folder")).unwrap();
            assert_eq!(dir.remove_file(name("new")).unwrap_err().kind(), ErrorKind::NotFound);
            assert!(dir.remove_file(name("folder")).is_err());
            dir.sync().unwrap();

            for bad in ["", ".", "..", "/", "folder/", "folder/inner", "../x", "/etc"] {
                refuses!(dir, bad);
            }
            // A folder whose names cannot be read can be written to.
            std::fs::set_permissions(&scratch, Permissions::from_mode(0o300)).unwrap();
            let unread = Dir::open(scratch.path()).unwrap();
            unread.open_file(name("unread"), Access::CreateNew(0o600)).unwrap();
            unread.rename(name("unread"), &unread, name("file")).unwrap();
            std::fs::set_permissions(&scratch, Permissions::from_mode(0o700)).unwrap();
            // The handle stays with its folder when another one takes the path.
            let moved = scratch.path().join("moved");
            std::fs::rename(scratch.path().join("folder"), &moved).unwrap();
            std::fs::create_dir(scratch.path().join("folder")).unwrap();
            below.open_file(name("late"), Access::CreateNew(0o600)).unwrap();
            assert!(moved.join("late").exists());
        }
    };
}

every_operation!(a_folder_of_this_system, unix);
every_operation!(a_folder_of_other_systems, portable);
