//! Uploads and copies that broke off and are called again: what the checkpoint is believed, and what not.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::common::{
    BUCKET, MIB, SSE_KEY, client_with_retry, code, config, forge, get, names, noise, open_uploads, put, requests, start,
};
use cos_emulator::{Answer, CosEmulator, Fault, Match, Moment};
use qcloud_cos::transfer::{CopyTransfer, UploadFile};
use qcloud_cos::{CopySource, CosS3Client};
use serde_json::json;
use tempfile::TempDir;

/// Three whole parts of 1 MiB and a short one.
const SIZE: usize = 3 * MIB + 5;

struct Scene {
    cos: CosEmulator,
    client: CosS3Client,
    folder: TempDir,
    content: Vec<u8>,
}

impl Scene {
    fn new(seed: u64) -> Self {
        let (cos, client) = start();
        let folder = tempfile::tempdir().unwrap();
        let scene = Self { cos, client, folder, content: noise(seed, SIZE) };
        scene.write(&scene.content);
        scene
    }

    /// A scene whose upload stopped at the third part.
    fn broken_off(seed: u64) -> Self {
        let scene = Self::new(seed);
        scene.break_at(3, || code(scene.upload().send()));
        scene
    }

    fn break_at(&self, part: u32, transfer: impl FnOnce() -> (u16, String)) {
        self.cos.inject(Fault::error(500, "InternalError"), self::part(part), usize::MAX);
        assert_eq!(transfer(), (500, "InternalError".into()));
        self.cos.clear_faults();
        self.cos.clear_requests();
        assert_eq!((open_uploads(&self.client).len(), self.checkpoints().len()), (1, 1));
        self.cos.clear_requests();
    }

    /// Writes the file, with the time it always has.
    fn write(&self, content: &[u8]) {
        fs::write(self.source(), content).unwrap();
        let file = File::options().write(true).open(self.source()).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    }

    fn source(&self) -> PathBuf {
        self.folder.path().join("source")
    }

    fn checkpoint_dir(&self) -> PathBuf {
        self.folder.path().join("checkpoints")
    }

    fn checkpoints(&self) -> Vec<String> {
        names(&self.checkpoint_dir())
    }

    fn checkpoint(&self) -> PathBuf {
        self.checkpoint_dir().join(&self.checkpoints()[0])
    }

    /// An upload in parts of 1 MiB, one after the other.
    fn upload(&self) -> UploadFile<'static> {
        let upload = self.client.upload_file(BUCKET, "k", self.source()).part_size(1).multipart_threshold(0);
        upload.max_thread(1).checkpoint_dir(self.checkpoint_dir())
    }

    /// A copy in parts of 1 MiB, one after the other.
    fn copy(&self) -> CopyTransfer<'static> {
        self.client.get_conf().set_copy_part_threshold_size(MIB as u64);
        let copy = self.client.copy(BUCKET, "k", CopySource::new(BUCKET, "source", self.cos.region()));
        copy.storage_class("STANDARD_IA").part_size(1).max_thread(1).checkpoint_dir(self.checkpoint_dir())
    }

    fn sent(&self) -> Vec<String> {
        let parts = requests(&self.cos, "PUT", "partNumber");
        parts.iter().map(|part| part.param("partNumber").unwrap().to_owned()).collect()
    }

    /// The object is the file, and nothing else is left.
    #[track_caller]
    fn assert_finished(&self, expected: &[u8]) {
        assert!(get(&self.client, "k") == expected);
        assert!(open_uploads(&self.client).is_empty());
        assert!(self.checkpoints().is_empty(), "{:?}", self.checkpoints());
    }
}

fn part(number: u32) -> Match {
    Match::any().method("PUT").query(format!("partNumber={number}&"))
}

#[test]
fn the_checkpoint_says_which_parts_are_there() {
    let scene = Scene::broken_off(1);
    // Who may not list uploads finds his own all the same.
    let uploads = Match::any().method("GET").query("uploads");
    scene.cos.inject(Fault::error(403, "AccessDenied"), uploads, usize::MAX);
    scene.upload().send().unwrap();
    assert_eq!(scene.sent(), ["3", "4"]);
    scene.cos.clear_faults();
    scene.assert_finished(&scene.content);
}

#[test]
fn another_programs_newer_upload_is_left_alone() {
    let scene = Scene::broken_off(2);
    let other = scene.client.create_multipart_upload(BUCKET, "k").send().unwrap().upload_id.clone();
    scene.client.upload_part(BUCKET, "k", &scene.content[..MIB], 1, &other).send().unwrap();
    scene.cos.clear_requests();
    scene.upload().send().unwrap();
    assert_eq!(scene.sent(), ["3", "4"]);
    assert_eq!(open_uploads(&scene.client), [other]);
}

#[test]
fn fault_47_a_damaged_checkpoint_is_not_believed() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [Damage; 8] = [
        |text| text[0] ^= 0x15,
        |text| text[40] ^= 0x15,
        |text| *text.last_mut().unwrap() ^= 0x15,
        |text| text.truncate(text.len() / 2),
        |text| text.truncate(text.len() - 1),
        Vec::clear,
        |text| *text = b"not a checkpoint".to_vec(),
        |text| *text = vec![b'7'; 5 * MIB],
    ];
    for damage in damages {
        let scene = Scene::broken_off(3);
        let mut text = fs::read(scene.checkpoint()).unwrap();
        damage(&mut text);
        fs::write(scene.checkpoint(), text).unwrap();
        scene.upload().send().unwrap();
        // Its parts are found by their ETags.
        assert_eq!(scene.sent(), ["3", "4"]);
        scene.assert_finished(&scene.content);
    }
}

#[test]
fn fault_47_a_checkpoint_of_something_else_is_not_believed() {
    // What cannot be of this upload is ignored; what is of this file, cut or stored otherwise, is given up.
    for (name, value, sent) in [
        ("/version", json!(0), &["3", "4"][..]),
        ("/version", json!(2), &["3", "4"]),
        ("/of/bucket", json!("other-1250000000"), &["3", "4"]),
        ("/of/key", json!("other"), &["3", "4"]),
        ("/of/source", json!("/etc/passwd"), &["3", "4"]),
        ("/of/size", json!(7), &["1", "2", "3", "4"]),
        ("/of/part_size", json!(7), &["1", "2", "3", "4"]),
        ("/of/options", json!("7"), &["1", "2", "3", "4"]),
    ] {
        let scene = Scene::broken_off(4);
        forge(&scene.checkpoint(), |head| *head.pointer_mut(name).unwrap() = value.clone());
        scene.upload().send().unwrap();
        assert_eq!(scene.sent(), sent, "{name}");
        scene.assert_finished(&scene.content);
    }
}

#[cfg(unix)]
#[test]
fn fault_47_a_link_in_the_place_of_a_checkpoint_is_not_written_through() {
    let scene = Scene::broken_off(21);
    let (checkpoint, moved) = (scene.checkpoint(), scene.folder.path().join("moved"));
    fs::rename(&checkpoint, &moved).unwrap();
    let before = fs::read(&moved).unwrap();
    std::os::unix::fs::symlink(&moved, checkpoint).unwrap();
    scene.upload().send().unwrap();
    assert_eq!(fs::read(moved).unwrap(), before);
    scene.assert_finished(&scene.content);
}

#[test]
fn fault_47_a_checkpoint_of_another_upload_is_not_believed() {
    let scene = Scene::broken_off(5);
    let foreign = fs::read(scene.checkpoint()).unwrap();
    let (cos, client, path) = (&scene.cos, &scene.client, scene.source());
    cos.clear_requests();
    // Under the name that the checkpoint of another key has.
    let other = || client.upload_file(BUCKET, "other", &path).part_size(1).multipart_threshold(0);
    let other = || other().max_thread(1).checkpoint_dir(scene.folder.path().join("others"));
    cos.inject(Fault::error(500, "InternalError"), Match::any().query("partNumber=2&"), usize::MAX);
    assert!(other().send().is_err());
    cos.clear_faults();
    let others = scene.folder.path().join("others");
    fs::write(others.join(&names(&others)[0]), foreign).unwrap();
    other().send().unwrap();
    assert!(get(client, "other") == scene.content);
    assert_eq!(open_uploads(client).len(), 1, "the upload of k is not touched");
}

#[test]
fn fault_41_a_file_rewritten_within_its_size_and_time_is_noticed() {
    let scene = Scene::broken_off(6);
    let mut content = scene.content.clone();
    content[MIB + 7] ^= 1;
    scene.write(&content);
    scene.upload().send().unwrap();
    assert_eq!(scene.sent(), ["2", "3", "4"]);
    scene.assert_finished(&content);
}

#[test]
fn of_a_file_that_was_only_touched_nothing_is_sent_again() {
    let scene = Scene::broken_off(7);
    File::options().write(true).open(scene.source()).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
    scene.upload().send().unwrap();
    assert_eq!(scene.sent(), ["3", "4"]);
    scene.assert_finished(&scene.content);
}

#[test]
fn a_file_of_another_size_starts_anew_and_gives_the_old_upload_up() {
    let scene = Scene::broken_off(8);
    let content = noise(88, SIZE + MIB);
    scene.write(&content);
    scene.upload().send().unwrap();
    scene.assert_finished(&content);
}

#[test]
fn other_headers_start_anew_and_give_the_old_upload_up() {
    let scene = Scene::broken_off(9);
    scene.upload().metadata("x-cos-meta-a", "1").send().unwrap();
    assert_eq!(scene.sent(), ["1", "2", "3", "4"]);
    let head = scene.client.head_object(BUCKET, "k").send().unwrap();
    assert_eq!(head.headers.get("x-cos-meta-a").as_deref(), Some("1"));
    scene.assert_finished(&scene.content);
}

#[test]
fn fault_48_an_upload_that_vanished_starts_anew() {
    let scene = Scene::broken_off(10);
    let old = open_uploads(&scene.client).remove(0);
    scene.client.abort_multipart_upload(BUCKET, "k", &old).send().unwrap();
    scene.cos.clear_requests();
    // The new upload breaks off, too: the checkpoint knows it before its parts.
    scene.cos.inject(Fault::error(403, "AccessDenied"), part(2), 1);
    assert_eq!(code(scene.upload().send()), (403, "AccessDenied".into()));
    let text = fs::read_to_string(scene.checkpoint()).unwrap();
    let new = open_uploads(&scene.client).remove(0);
    assert!(text.contains(&new) && !text.contains(&old), "{text}");
    scene.upload().send().unwrap();
    assert_eq!(scene.sent(), ["1", "2", "2", "3", "4"]);
    scene.assert_finished(&scene.content);
}

#[test]
fn fault_48_parts_that_vanished_or_changed_are_sent_again() {
    let scene = Scene::broken_off(11);
    let id = open_uploads(&scene.client).remove(0);
    let other = scene.client.upload_part(BUCKET, "k", noise(111, MIB), 1, &id).send().unwrap().etag.clone();
    // The second is not there any more, as COS says.
    let there = format!("<Part><PartNumber>1</PartNumber><ETag>{other}</ETag><Size>{MIB}</Size></Part>");
    let there = Answer::new(200).body(format!("<ListPartsResult>{there}</ListPartsResult>"));
    scene.cos.inject(Fault::Answer(there), Match::any().method("GET").query("uploadId"), 1);
    scene.cos.clear_requests();
    scene.upload().send().unwrap();
    assert_eq!(scene.sent(), ["1", "2", "3", "4"]);
    scene.assert_finished(&scene.content);
}

#[test]
fn what_cannot_be_looked_for_is_an_error_and_not_begun_anew() {
    let scene = Scene::broken_off(24);
    let parts = Match::any().method("GET").query("uploadId=");
    scene.cos.inject(Fault::error(403, "AccessDenied"), parts, usize::MAX);
    assert_eq!(code(scene.upload().send()), (403, "AccessDenied".into()));
    scene.cos.clear_faults();
    assert_eq!((open_uploads(&scene.client).len(), scene.sent()), (1, Vec::<String>::new()));
    scene.upload().send().unwrap();
    assert_eq!(scene.sent(), ["3", "4"]);
    scene.assert_finished(&scene.content);
    let uploads = Match::any().method("GET").query("uploads");
    scene.cos.inject(Fault::error(400, "InvalidArgument"), uploads, usize::MAX);
    assert_eq!(code(scene.upload().send()), (400, "InvalidArgument".into()));
    scene.cos.clear_faults();
    assert!(open_uploads(&scene.client).is_empty());
    assert!(scene.checkpoints().is_empty(), "nothing began");
}

#[test]
fn an_open_upload_of_a_longer_key_is_not_taken_for_the_keys_own() {
    let scene = Scene::broken_off(25);
    fs::remove_file(scene.checkpoint()).unwrap();
    let longer = scene.client.create_multipart_upload(BUCKET, "k2").send().unwrap().upload_id.clone();
    scene.upload().send().unwrap();
    assert_eq!(scene.sent(), ["3", "4"]);
    assert!(get(&scene.client, "k") == scene.content);
    assert_eq!(open_uploads(&scene.client), [longer]);
}

/// Loses the answer to the completion, and the look at the object after it.
fn lose_completion(scene: &Scene, completed: impl FnOnce() -> bool) {
    scene.cos.inject(Fault::Reset(Moment::BeforeAnswer), Match::any().method("POST").query("uploadId="), usize::MAX);
    scene.cos.inject(Fault::Reset(Moment::BeforeBody), Match::any().method("HEAD").path("/k"), usize::MAX);
    assert!(!completed());
    scene.cos.clear_faults();
    scene.cos.clear_requests();
    assert_eq!(scene.checkpoints().len(), 1);
}

#[test]
fn an_upload_that_was_completed_unheard_is_not_sent_again() {
    let scene = Scene::new(12);
    lose_completion(&scene, || scene.upload().send().is_ok());
    let done = scene.upload().send().unwrap();
    assert!(done.crc64.is_some());
    assert!(scene.sent().is_empty());
    scene.assert_finished(&scene.content);
}

#[test]
fn an_upload_that_was_overwritten_since_it_was_completed_unheard_is_sent_again() {
    let scene = Scene::new(21);
    lose_completion(&scene, || scene.upload().send().is_ok());
    put(&scene.client, "k", &noise(211, SIZE));
    scene.upload().send().unwrap();
    scene.assert_finished(&scene.content);
}

#[test]
fn an_upload_whose_id_was_lost_is_found_and_none_is_left() {
    let scene = Scene::new(13);
    let client = client_with_retry(config(&scene.cos), 0);
    let upload = |client: &CosS3Client| {
        let upload = client.upload_file(BUCKET, "k", scene.source()).part_size(1).multipart_threshold(0);
        upload.checkpoint_dir(scene.checkpoint_dir()).send()
    };
    let lost = Answer::error(403, "AccessDenied").carried_out();
    scene.cos.inject(Fault::Answer(lost), Match::any().method("POST").query("uploads"), 1);
    assert!(upload(&client).is_err());
    assert_eq!(open_uploads(&client).len(), 1);
    upload(&client).unwrap();
    scene.assert_finished(&scene.content);
}

#[test]
fn without_a_place_for_its_checkpoint_a_file_is_uploaded_all_the_same() {
    let scene = Scene::new(14);
    let upload = scene.client.upload_file(BUCKET, "k", scene.source()).part_size(1).multipart_threshold(0);
    upload.checkpoint_dir(scene.source()).send().unwrap();
    assert!(get(&scene.client, "k") == scene.content);
}

#[cfg(unix)]
#[test]
fn a_checkpoint_is_for_its_owner_alone_and_holds_no_secret() {
    use std::os::unix::fs::PermissionsExt;
    let scene = Scene::new(15);
    let [key, md5] = SSE_KEY;
    let upload = || scene.upload().sse_customer_algorithm("AES256").sse_customer_key(key).sse_customer_key_md5(md5);
    scene.break_at(3, || code(upload().send()));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&scene.checkpoint()), mode(&scene.checkpoint_dir())), (0o600, 0o700));
    let text = fs::read_to_string(scene.checkpoint()).unwrap();
    for secret in [key, scene.cos.secret_key(), scene.cos.secret_id()] {
        assert!(!text.contains(secret), "{text}");
    }
    upload().send().unwrap();
    assert_eq!(scene.sent(), ["3", "4"]);
}

#[test]
fn a_copy_that_broke_off_is_taken_up() {
    let scene = Scene::new(16);
    put(&scene.client, "source", &scene.content);
    scene.break_at(3, || code(scene.copy().send()));
    scene.copy().send().unwrap();
    assert_eq!(scene.sent(), ["3", "4"]);
    scene.assert_finished(&scene.content);
}

#[test]
fn a_copy_of_a_source_that_changed_since_starts_anew() {
    let scene = Scene::new(17);
    put(&scene.client, "source", &scene.content);
    scene.break_at(3, || code(scene.copy().send()));
    let content = noise(177, SIZE);
    put(&scene.client, "source", &content);
    scene.cos.clear_requests();
    scene.copy().send().unwrap();
    assert_eq!(scene.sent(), ["1", "2", "3", "4"]);
    scene.assert_finished(&content);
}

#[test]
fn a_copy_that_was_completed_unheard_is_not_done_again() {
    let scene = Scene::new(18);
    put(&scene.client, "source", &scene.content);
    lose_completion(&scene, || scene.copy().send().is_ok());
    scene.copy().send().unwrap();
    assert!(scene.sent().is_empty());
    scene.assert_finished(&scene.content);
}

#[test]
fn a_copy_that_was_overwritten_since_it_was_completed_unheard_is_done_again() {
    let scene = Scene::new(22);
    put(&scene.client, "source", &scene.content);
    lose_completion(&scene, || scene.copy().send().is_ok());
    put(&scene.client, "k", &noise(222, SIZE));
    scene.copy().send().unwrap();
    scene.assert_finished(&scene.content);
}

#[test]
fn a_copy_that_was_refused_leaves_nothing() {
    let scene = Scene::new(19);
    put(&scene.client, "source", &scene.content);
    scene.cos.inject(Fault::error(403, "AccessDenied"), Match::any().query("partNumber=2&"), 1);
    assert_eq!(code(scene.copy().send()), (403, "AccessDenied".into()));
    assert!(open_uploads(&scene.client).is_empty());
    assert!(scene.checkpoints().is_empty());
}

#[test]
fn a_copy_that_no_checkpoint_tells_of_leaves_nothing_when_it_breaks_off() {
    let scene = Scene::new(23);
    put(&scene.client, "source", &scene.content);
    scene.cos.inject(Fault::error(500, "InternalError"), Match::any().query("partNumber=2&"), usize::MAX);
    assert_eq!(code(scene.copy().checkpoint_dir(scene.source()).send()), (500, "InternalError".into()));
    assert!(open_uploads(&scene.client).is_empty());
}

#[test]
fn a_missing_checksum_can_be_made_an_error() {
    let scene = Scene::new(20);
    scene.upload().require_crc(true).send().unwrap();
    scene.cos.inject(Fault::omit_crc64(), Match::any(), usize::MAX);
    let error = scene.upload().require_crc(true).send().unwrap_err().to_string();
    assert!(error.starts_with("require_crc: "), "{error}");
    let copy = scene.folder.path().join("copy");
    let error = scene.client.download_file(BUCKET, "k", &copy).require_crc(true).send().unwrap_err().to_string();
    assert!(error.starts_with("require_crc: "), "{error}");
    assert!(!copy.exists());
}
