//! `download_directory` writes nothing outside its folder, whatever the keys and whatever is there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::{fs, io};

use cos_emulator::CosEmulator;
use qcloud_cos::transfer::FileResult;
use qcloud_cos::{ClientErrorKind, CosConfig, CosError, CosS3Client};

use crate::common::lock;

const BUCKET: &str = "examplebucket-1250000000";

fn start(keys: &[&str]) -> (CosEmulator, CosS3Client) {
    let cos = CosEmulator::start().unwrap();
    let config = CosConfig::builder()
        .region("ap-guangzhou")
        .secret_id(cos.secret_id())
        .secret_key(cos.secret_key())
        .scheme("http")
        .proxies(Vec::<(&str, &str)>::new())
        .connect_to(cos.addr());
    let client = CosS3Client::new(config.build().unwrap()).unwrap();
    client.create_bucket(BUCKET).send().unwrap();
    for key in keys {
        client.put_object(BUCKET, (*key).as_bytes(), format!("p/{key}")).send().unwrap();
    }
    (cos, client)
}

/// What became of the keys.
struct Report {
    done: Vec<String>,
    /// Those that cannot be a path in the folder.
    skipped: Vec<String>,
    failed: Vec<String>,
}

fn download(client: &CosS3Client, root: &Path) -> Report {
    let report = Mutex::new(Report { done: Vec::new(), skipped: Vec::new(), failed: Vec::new() });
    let note = |file: &FileResult| {
        let (mut report, key) = (lock(&report), file.key.clone());
        match file.error() {
            None => report.done.push(key),
            Some(CosError::Client(error)) if matches!(error.kind(), ClientErrorKind::UnsafePath { key } if *key == file.key) =>
            {
                report.skipped.push(key);
            }
            Some(_) => report.failed.push(key),
        }
    };
    let _ = client.download_directory(BUCKET, "p/", root).on_result(note).send().unwrap();
    report.into_inner().unwrap()
}

/// All that is below a folder: files with their content, folders and links without.
fn tree(root: &Path) -> io::Result<BTreeMap<String, String>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let kind = fs::symlink_metadata(&path)?;
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            let content = if kind.is_file() { fs::read_to_string(&path)? } else { String::new() };
            found.insert(name, content);
            if kind.is_dir() {
                folders.push(path);
            }
        }
    }
    Ok(found)
}

#[test]
fn fault_57_plain_keys_are_downloaded_and_others_reported() {
    let good = ["a", "b/c/d.txt", "b/e f", "中/文.jpg", "comma,", ".hidden", "com10", "console", "...a", "clash"];
    let bad = [
        "../x",
        "/abs",
        "//abs",
        "a/../../b",
        "b/../c",
        "./x",
        "x/.",
        "..",
        "..\\x",
        "\\x",
        "C:x",
        "C:/x",
        "nul\0",
        "a\0b/c",
        "CON",
        "b/con.txt",
        "Aux",
        "LPT1.a.b",
        "COM¹",
        "a//b",
        "b/",
        "dot.",
        "blank ",
        "b./c",
        "a/b",
        "clash/x",
        "b/c",
        "tab\t",
        "new\nline",
    ];
    let keys: Vec<&str> = good.into_iter().chain(bad).collect();
    let (cos, client) = start(&keys);
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("deep/root");
    fs::create_dir_all(&root).unwrap();
    cos.clear_requests();

    let report = download(&client, &root);
    let fetched = cos.requests().iter().filter(|request| request.param("prefix").is_none()).count();
    assert_eq!(fetched, report.done.len(), "what is not written is not fetched");
    let skipped: Vec<&str> = report.skipped.iter().map(|key| &key[2..]).collect();
    for key in good {
        // `b/c` is a file and a folder; keys come sorted, so the file comes first
        let there = fs::read_to_string(root.join(key)).is_ok_and(|text| text == key);
        assert!(there || key == "b/c/d.txt", "{key}: {:?}", report.skipped);
    }
    for key in bad {
        assert!(skipped.contains(&key) || key == "b/c", "{key:?} was not skipped");
    }
    assert_eq!(report.done.len() + skipped.len(), keys.len());
    let outside: Vec<String> =
        tree(outer.path()).unwrap().into_keys().filter(|path| !path.starts_with("deep")).collect();
    assert_eq!((outside, fs::read_dir(outer.path().join("deep")).unwrap().count()), (vec![], 1));
    let inside = tree(&root).unwrap();
    assert_eq!(inside.values().filter(|text| !text.is_empty()).count(), report.done.len(), "{inside:?}");
}

#[test]
fn a_second_download_replaces_files() {
    let (_cos, client) = start(&["a", "b/c"]);
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("b")).unwrap();
    fs::write(root.path().join("b/c"), "old").unwrap();
    let report = download(&client, root.path());
    assert_eq!((report.done.len(), report.skipped.len()), (2, 0));
    assert_eq!(fs::read_to_string(root.path().join("b/c")).unwrap(), "b/c");
}

#[test]
fn what_is_there_already_is_no_folder_and_no_file_by_force() {
    let (_cos, client) = start(&["file/x", "folder"]);
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("file"), "mine").unwrap();
    fs::create_dir(root.path().join("folder")).unwrap();
    let before = tree(root.path()).unwrap();
    let report = download(&client, root.path());
    assert_eq!((report.done.len(), report.skipped.len()), (0, 2));
    assert_eq!(tree(root.path()).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn fault_57_planted_links_are_not_followed() {
    use std::os::unix::fs::symlink;

    let (_cos, client) = start(&["up/x", "in/up/x", "file", "dangling/x", "new", "ok"]);
    let outer = tempfile::tempdir().unwrap();
    let root = outer.path().join("root");
    fs::create_dir_all(root.join("in")).unwrap();
    fs::write(outer.path().join("precious"), "precious").unwrap();
    symlink(outer.path(), root.join("up")).unwrap();
    symlink("../..", root.join("in/up")).unwrap();
    symlink("../precious", root.join("file")).unwrap();
    symlink("../nowhere", root.join("dangling")).unwrap();
    symlink("../created", root.join("new")).unwrap();
    let mut expected = tree(outer.path()).unwrap();

    let report = download(&client, &root);
    assert_eq!((report.done, report.skipped.len()), (vec!["p/ok".to_owned()], 5));
    expected.insert("root/ok".to_owned(), "ok".to_owned());
    assert_eq!(tree(outer.path()).unwrap(), expected);
    assert!(root.join("up").is_symlink() && root.join("file").is_symlink());
}

#[test]
fn a_failed_download_is_reported_and_leaves_no_file() {
    use cos_emulator::{Fault, Match};

    let (cos, client) = start(&["a", "b"]);
    cos.inject(Fault::error(403, "AccessDenied"), Match::any().path("p/a"), usize::MAX);
    let root = tempfile::tempdir().unwrap();
    let report = download(&client, root.path());
    assert_eq!((report.done, report.failed), (vec!["p/b".to_owned()], vec!["p/a".to_owned()]));
    assert_eq!(tree(root.path()).unwrap().len(), 1);
}
