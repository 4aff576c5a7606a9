//! Downloads all objects below a prefix into a local folder, several at a time, and writes nothing outside it.
//!
//! ```python
//! def downLoadFiles(file_infos):
//!     localDir = "./download/"
//!     pool = SimpleThreadPool()
//!     for file in file_infos:
//!         file_cos_key = file["Key"]
//!         localName = localDir + file_cos_key
//!         if not os.path.exists(os.path.dirname(localName)):
//!             os.makedirs(os.path.dirname(localName))
//!         if str(localName).endswith("/"):
//!             continue
//!         pool.add_task(client.download_file, test_bucket, file_cos_key, localName)
//!     pool.wait_completion()
//! ```
//!
//! A key is whatever somebody chose, and `localDir + key` may lead anywhere: `../x` leaves the folder, and so
//! does a link inside it. This port takes keys that are plain relative paths on every system, and reports others.

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use qcloud_cos::{CosError, CosS3Client, SimpleThreadPool};

mod common;
use common::Place;

const PREFIX: &str = "examples/folder_download/";

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let outer = tempfile::tempdir()?;
    let root = outer.path().join("download");
    fs::create_dir(&root)?;
    #[cfg(unix)]
    std::os::unix::fs::symlink(outer.path(), root.join("link"))?; // somebody planted a way out

    let good = ["a.txt", "logs/1.log", "pictures/猫.jpg", "clash"];
    let bad = "../x /abs a/../../b ..\\x C:x nul\0 CON logs/aux.txt a//b dot. clash/x link/x folder/";
    let keys: Vec<String> = good.into_iter().chain(bad.split(' ')).map(|name| format!("{PREFIX}{name}")).collect();
    for key in &keys {
        if let Err(e) = client.put_object(bucket, key.as_str(), key).send() {
            println!("COS does not take {key:?}: {e}"); // the emulator takes them all
        }
    }

    let report = download_folder(client, bucket, PREFIX, &root)?;
    for key in &report.done {
        println!("downloaded {key}");
    }
    for (key, why) in &report.skipped {
        println!("skipped {key:?}: {why}");
    }
    for key in keys {
        client.delete_object(bucket, key).send()?; // one by one: the XML of `delete_objects` cannot hold a NUL
    }

    let outside = fs::read_dir(outer.path())?.count() - 1;
    println!("files outside the folder: {outside}");
    if outside == 0 && report.done.len() == good.len() { Ok(()) } else { Err("that is not the expected".into()) }
}

/// What became of the keys.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) done: Vec<String>,
    pub(crate) skipped: Vec<(String, String)>,
}

/// Downloads the objects whose keys start with `prefix`; the rest of the key is the path below `root`.
pub(crate) fn download_folder(
    client: &CosS3Client,
    bucket: &str,
    prefix: &str,
    root: &Path,
) -> Result<Report, Box<dyn Error>> {
    let pool = SimpleThreadPool::new(5)?;
    let (mut report, mut files) = (Report::default(), HashSet::new());
    for object in client.list_objects(bucket).prefix(prefix).objects() {
        let key = object?.key;
        let name = key.strip_prefix(prefix).ok_or("COS listed a key without the prefix")?;
        match local_path(root, name, &mut files) {
            Ok(path) => {
                let (client, bucket) = (client.clone(), bucket.to_owned());
                pool.add_task(move || {
                    let done = client.download_file(bucket, &key, path).send();
                    Ok::<_, CosError>((key, done.err().map(|e| e.to_string())))
                });
            }
            Err(why) => report.skipped.push((key, why)),
        }
    }
    pool.wait_completion();
    for (key, error) in pool.get_result().detail.into_iter().flat_map(|worker| worker.results).flatten() {
        match error {
            None => report.done.push(key),
            Some(why) => report.skipped.push((key, why)),
        }
    }
    report.done.sort();
    Ok(report)
}

/// Where an object goes; `files` are those that others will become. Creates the folders on the way one by one, so that none of them is a link.
///
/// This holds against whoever chooses keys or left links behind, not against a process that swaps folders
/// for links while this one runs.
fn local_path(root: &Path, name: &str, files: &mut HashSet<PathBuf>) -> Result<PathBuf, String> {
    let segments: Vec<&str> = name.split('/').collect();
    for segment in &segments {
        check(segment)?;
    }
    let (mut path, last) = (root.to_owned(), segments.len() - 1);
    for (place, segment) in segments.into_iter().enumerate() {
        path.push(segment);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => return Err(format!("{segment:?} is a link")),
            Ok(found) if place == last && !found.is_file() => return Err(format!("{segment:?} is no file")),
            Ok(found) if place < last && !found.is_dir() => return Err(format!("{segment:?} is no folder")),
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(e.to_string()),
            Err(_) if files.contains(&path) => return Err(format!("{segment:?} is a file to come")),
            Err(_) if place < last => fs::create_dir(&path).map_err(|e| e.to_string())?,
            Ok(_) | Err(_) => {} // a folder or file that is there, or a file that will be
        }
    }
    files.insert(path.clone());
    Ok(path)
}

/// Takes names that mean the same on every system: Windows has drives, devices and drops final dots.
fn check(segment: &str) -> Result<(), String> {
    let stem = segment.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered =
        |name: &str| stem.strip_prefix(name).is_some_and(|n| n.chars().count() == 1 && "0123456789¹²³".contains(n));
    if segment.is_empty() {
        Err("it has an empty segment".into())
    } else if segment.contains(|c: char| c.is_control() || "\\:<>\"|?*".contains(c)) {
        Err(format!("{segment:?} has a character that is no part of a name"))
    } else if segment.ends_with(['.', ' ']) {
        Err(format!("{segment:?} ends with a dot or a blank")) // `.` and `..`, too
    } else if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&stem.as_str())
        || numbered("COM")
        || numbered("LPT")
    {
        Err(format!("{segment:?} is a device"))
    } else {
        Ok(())
    }
}
