//! Encrypted uploads of files that broke off, and what the next call does with them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use cos_emulator::{CosEmulator, Fault, Match};
use qcloud_cos::encryption::{AESProvider, EncryptionMode, RSAProvider};
use qcloud_cos::{ClientErrorKind, CosEncryptionClient, CosError};
use tempfile::TempDir;

use super::attacks::tap::Tap;
use crate::common::{
    BUCKET, MIB, client, client_with_retry, config, get, kind, names, noise, open_uploads, requests, start,
};

const AES_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const WRAPPED: &str = "x-cos-meta-client-side-encryption-wrapped-key";

struct Scene {
    cos: CosEmulator,
    client: CosEncryptionClient,
    folder: TempDir,
    content: Vec<u8>,
}

impl Scene {
    fn new() -> Self {
        let (cos, plain) = start();
        let provider = AESProvider::aes_key(AES_KEY).unwrap();
        let client = CosEncryptionClient::with_client(plain, provider).mode(EncryptionMode::Native);
        let folder = tempfile::tempdir().unwrap();
        let content = noise(1, 4 * MIB + 5);
        fs::create_dir(folder.path().join("files")).unwrap();
        fs::write(folder.path().join("files/file"), &content).unwrap();
        Self { cos, client, folder, content }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("files/file")
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn upload(&self, client: &CosEncryptionClient) -> Result<(), CosError> {
        let upload = client.upload_file(BUCKET, "k", self.file()).part_size(1).max_thread(1).multipart_threshold(0);
        upload.checkpoint_dir(self.state()).send().map(drop)
    }

    /// Has an upload break off before its third part.
    fn breaks_off(&self) {
        self.cos.inject(Fault::error(403, "AccessDenied"), Match::any().query("partNumber=3"), 1);
        assert!(self.upload(&self.client).is_err());
        self.cos.clear_requests();
    }

    /// The kept file of this kind.
    fn kept(&self, extension: &str) -> PathBuf {
        let names = names(&self.state());
        let name = names.iter().find(|name| Path::new(name).extension().is_some_and(|have| have == extension));
        self.state().join(name.unwrap_or_else(|| panic!("{names:?}")))
    }

    #[track_caller]
    fn is_resumed(&self) {
        self.upload(&self.client).unwrap();
        assert!(requests(&self.cos, "POST", "uploads").is_empty(), "no other upload was started");
        assert_eq!(requests(&self.cos, "PUT", "partNumber").len(), 3, "two parts of five were there");
        self.is_whole();
    }

    #[track_caller]
    fn starts_anew(&self, client: &CosEncryptionClient) {
        self.upload(client).unwrap();
        assert_eq!(requests(&self.cos, "POST", "uploads").len(), 1, "another upload was started");
        assert_eq!(requests(&self.cos, "PUT", "partNumber").len(), 5);
        self.is_whole();
    }

    #[track_caller]
    fn is_whole(&self) {
        let body = self.client.get_object(BUCKET, "k").send().unwrap().body;
        assert!(body.get_stream(MIB).collect::<Result<Vec<_>, _>>().unwrap().concat() == self.content);
        assert!(open_uploads(self.client.inner()).is_empty(), "stray uploads");
        assert_eq!(names(&self.state()), [""; 0], "stray checkpoints");
    }
}

#[test]
fn an_upload_that_broke_off_is_resumed_with_its_own_key() {
    let scene = Scene::new();
    scene.breaks_off();
    assert_eq!(open_uploads(scene.client.inner()).len(), 1, "its parts stay");
    scene.is_resumed();
}

#[test]
fn what_is_kept_holds_no_plain_key_and_is_for_its_owner_alone() {
    let scene = Scene::new();
    scene.breaks_off();
    let text = fs::read_to_string(scene.kept("cos-key")).unwrap();
    assert!(text.contains(WRAPPED) && !text.contains(AES_KEY), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&scene.kept("cos-key")), mode(&scene.state())), (0o600, 0o700));
    }
}

#[test]
fn a_file_that_changed_is_uploaded_anew_with_another_key() {
    for keep_time in [false, true] {
        let mut scene = Scene::new();
        scene.breaks_off();
        let before = fs::metadata(scene.file()).unwrap().modified().unwrap();
        scene.content[0] ^= 1;
        fs::write(scene.file(), &scene.content).unwrap();
        if keep_time {
            File::options().write(true).open(scene.file()).unwrap().set_modified(before).unwrap();
        }
        // Also where nothing but the content tells.
        scene.starts_anew(&scene.client);
    }
}

/// A byte of a part that is not there yet changed: nothing of it was sent, so that the file is uploaded as it is now.
#[test]
fn a_file_that_changed_where_nothing_was_sent_is_uploaded_anew_by_its_time() {
    // Where the system notes when a file was changed, no program can put that back.
    for keep_time in [false, cfg!(unix)] {
        let mut scene = Scene::new();
        scene.breaks_off();
        let before = fs::metadata(scene.file()).unwrap().modified().unwrap();
        let at = scene.content.len() - 1;
        scene.content[at] ^= 1;
        fs::write(scene.file(), &scene.content).unwrap();
        if keep_time {
            File::options().write(true).open(scene.file()).unwrap().set_modified(before).unwrap();
        }
        scene.starts_anew(&scene.client);
    }
}

#[test]
fn a_journal_that_cannot_be_believed_ends_the_key() {
    type Damage = Box<dyn Fn(&Path)>;
    let edit = |change: fn(String) -> String| -> Damage {
        Box::new(move |path: &Path| fs::write(path, change(fs::read_to_string(path).unwrap())).unwrap())
    };
    let damages: [(&str, Damage); 8] = [
        ("gone", Box::new(|path: &Path| fs::remove_file(path).unwrap())),
        ("empty", edit(|_| String::new())),
        ("a changed mark", edit(|text| text.replacen("262144,false", "262145,false", 1))),
        ("a changed source", edit(|text| text.replacen("files/file", "files/fila", 1))),
        (
            "without its second line",
            edit(|text| {
                let lines: Vec<&str> = text.split_inclusive('\n').collect();
                [&lines[..1], &lines[2..]].concat().concat()
            }),
        ),
        (
            "not closed, and on a system that was restarted since",
            edit(|text| {
                let lines: Vec<&str> = text.split_inclusive('\n').collect();
                let opened = lines.iter().position(|line| line.contains("Opened")).unwrap();
                assert!(lines[opened].len() > 60, "this system names its start");
                lines[..opened].concat()
            }),
        ),
        (
            "a key of another object",
            edit(|text| {
                let at = text.find("wrapped-key\":\"").unwrap() + 20;
                let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
                [&text[..at], other, &text[at + 1..]].concat()
            }),
        ),
        #[cfg(unix)]
        (
            "open to others",
            Box::new(|path: &Path| {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
            }),
        ),
    ];
    for (what, damage) in damages {
        let scene = Scene::new();
        scene.breaks_off();
        damage(&scene.kept("cos-key"));
        println!("{what}");
        scene.starts_anew(&scene.client);
    }
}

#[cfg(unix)]
#[test]
fn no_key_is_kept_where_others_can_put_an_earlier_journal_back() {
    use std::os::unix::fs::PermissionsExt as _;

    let scene = Scene::new();
    fs::create_dir(scene.state()).unwrap();
    fs::set_permissions(scene.state(), fs::Permissions::from_mode(0o777)).unwrap();
    scene.breaks_off();
    assert!(open_uploads(scene.client.inner()).is_empty(), "nobody can resume it");
    scene.starts_anew(&scene.client);
}

#[test]
fn a_vanished_upload_is_started_anew_with_another_key() {
    let scene = Scene::new();
    let tap = Tap::to(scene.cos.addr());
    let plain = client(config(&scene.cos).port(tap.port()));
    let provider = AESProvider::aes_key(AES_KEY).unwrap();
    let client = CosEncryptionClient::with_client(plain, provider).mode(EncryptionMode::Native);
    scene.cos.inject(Fault::error(404, "NoSuchUpload"), Match::any().query("partNumber=3"), 1);
    scene.upload(&client).unwrap();
    let seen = tap.seen();
    let keys: Vec<&String> = seen.iter().filter_map(|request| request.headers.get(WRAPPED)).collect();
    assert_eq!(keys.len(), 2);
    assert_ne!(keys[0], keys[1]);
    let body = scene.client.get_object(BUCKET, "k").send().unwrap().body;
    assert!(body.get_stream(MIB).collect::<Result<Vec<_>, _>>().unwrap().concat() == scene.content);
}

#[test]
fn other_settings_start_anew() {
    let scene = Scene::new();
    scene.breaks_off();
    // The same upload by a client with another key, which cannot unwrap the first one's.
    let other = AESProvider::aes_key("HwECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").unwrap();
    let other = CosEncryptionClient::with_client(scene.client.inner().clone(), other).mode(EncryptionMode::Native);
    scene.upload(&other).unwrap();
    assert_eq!(requests(&scene.cos, "PUT", "partNumber").len(), 5);
    assert!(open_uploads(scene.client.inner()).is_empty());
    assert_eq!(kind(scene.client.get_object(BUCKET, "k").send()), ClientErrorKind::Decryption);
    // And one that encrypts nothing.
    let scene = Scene::new();
    scene.breaks_off();
    let plain = scene.client.inner();
    let upload = plain.upload_file(BUCKET, "k", scene.file()).part_size(1).multipart_threshold(0);
    upload.checkpoint_dir(scene.state()).send().unwrap();
    assert!(get(plain, "k") == scene.content);
    assert!(open_uploads(plain).is_empty());
}

#[test]
fn a_public_key_alone_keeps_nothing() {
    let scene = Scene::new();
    let (public, private) = (scene.folder.path().join("public"), scene.folder.path().join("private"));
    RSAProvider::generate_key_files(&public, &private).unwrap();
    let provider = RSAProvider::new(RSAProvider::get_rsa_public_key_path(&public)).unwrap();
    let writer = CosEncryptionClient::with_client(scene.client.inner().clone(), provider).mode(EncryptionMode::Native);
    scene.cos.inject(Fault::error(403, "AccessDenied"), Match::any().query("partNumber=3"), 1);
    assert!(scene.upload(&writer).is_err());
    assert!(open_uploads(scene.client.inner()).is_empty());
    assert_eq!(names(&scene.state()), [""; 0]);
}

/// A server that refuses a part has its bytes all the same; without the last part it has no object.
#[test]
fn c10_the_end_of_a_file_is_sent_when_all_the_rest_is_there() {
    let scene = Scene::new();
    let tap = Tap::to(scene.cos.addr());
    let plain = client_with_retry(config(&scene.cos).port(tap.port()), 0);
    let provider = AESProvider::aes_key(AES_KEY).unwrap();
    let client = CosEncryptionClient::with_client(plain, provider).mode(EncryptionMode::Native);
    scene.cos.inject(Fault::error(403, "AccessDenied"), Match::any().query("partNumber=2"), 1);
    let upload = client.upload_file(BUCKET, "k", scene.file()).part_size(1).max_thread(5).multipart_threshold(0);
    assert!(upload.resume(false).send().is_err());
    let numbers = tap.seen();
    let numbers: Vec<&str> = numbers.iter().filter_map(|request| request.param("partNumber")).collect();
    assert!(!numbers.is_empty() && !numbers.contains(&"5"), "the end was sent: {numbers:?}");
}
