//! A disk that is full at every write of a download in parts.

use std::process::{Command, Stdio};
use std::{env, fs};

use crate::common::{BUCKET, MIB, names, noise, put, start};

/// As much as a download writes at a time, in KiB.
const STEP: usize = 256;
const PARTS: usize = 16;

#[test]
fn fault_37_a_full_disk_leaves_the_destination_as_it_was() {
    let (cos, client) = start();
    let content = noise(1, PARTS * MIB);
    put(&client, "k", &content);
    let this = env::current_exe().unwrap();
    let program = this.parent().unwrap().with_file_name("examples").join("cli");
    assert!(program.exists(), "run `cargo build --examples` first: it builds the program that runs out of disk");
    let download = |folder: &std::path::Path, limit: usize| {
        // Writes beyond the limit fail, as on a full disk, instead of ending the program.
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$0\" \"$@\"");
        Command::new("bash")
            .args(["-c", &script])
            .arg(&program)
            .args(["download", BUCKET, "k"])
            .arg(folder.join("file"))
            .env("COS_REGION", cos.region())
            .env("COS_SECRET_ID", cos.secret_id())
            .env("COS_SECRET_KEY", cos.secret_key())
            .env("COS_SCHEME", "http")
            .env("COS_CONNECT_TO", cos.addr().to_string())
            .env_remove("http_proxy")
            .env_remove("COS_TOKEN")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap()
            .success()
    };
    let writes = PARTS * MIB / (STEP * 1024);
    for write in 0..writes {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "old").unwrap();
        assert!(!download(folder.path(), write * STEP), "write {write}");
        assert_eq!(fs::read(&file).unwrap(), b"old", "write {write}");
        // What is left is what the next call goes on with.
        let left = names(folder.path());
        assert!([1, 3].contains(&left.len()), "write {write}: {left:?}");
        if write % 16 == 15 {
            assert!(download(folder.path(), writes * STEP));
            assert!(fs::read(&file).unwrap() == content);
            assert_eq!(names(folder.path()), ["file"]);
        }
    }
}
