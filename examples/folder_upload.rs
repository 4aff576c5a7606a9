//! Uploads a local folder, files that COS does not have yet, several at a time.
//!
//! ```python
//! g = os.walk(uploadDir)
//! pool = SimpleThreadPool()
//! for path, dir_list, file_list in g:
//!     for file_name in file_list:
//!         srcKey = os.path.join(path, file_name)
//!         cosObjectKey = srcKey.strip('/')
//!         exists = False
//!         try:
//!             response = client.head_object(Bucket=bucket, Key=cosObjectKey)
//!             exists = True
//!         except CosServiceError as e:
//!             ...
//!         if not exists:
//!             pool.add_task(client.upload_file, bucket, cosObjectKey, srcKey)
//! pool.wait_completion()
//! result = pool.get_result()
//! if not result['success_all']:
//!     print("Not all files upload sucessed. you should retry")
//! ```

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use qcloud_cos::{CosS3Client, SimpleThreadPool};

mod common;
use common::Place;

const PREFIX: &str = "examples/folder_upload/";

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let folder = tempfile::tempdir()?;
    for name in ["a.txt", "logs/1.log", "logs/old/2.log", "pictures/猫.jpg"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, name)?;
    }

    println!("uploaded: {}", upload_folder(client, bucket, folder.path(), PREFIX)?);
    fs::write(folder.path().join("new.txt"), "new")?;
    println!("uploaded the second time: {}", upload_folder(client, bucket, folder.path(), PREFIX)?);

    let keys = client.list_objects(bucket).prefix(PREFIX).objects().map(|object| object.map(|object| object.key));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    println!("{}", keys.join("\n"));
    client.delete_objects(bucket, keys).send()?;
    Ok(())
}

/// Uploads what COS does not have; returns how many files that were.
fn upload_folder(client: &CosS3Client, bucket: &str, root: &Path, prefix: &str) -> Result<usize, Box<dyn Error>> {
    let pool = SimpleThreadPool::new(5)?;
    for path in files(root)? {
        // Keys have slashes on every system, and none of them may depend on where the folder is.
        let names = path.strip_prefix(root)?.iter().map(|name| name.to_str().ok_or("a name is not UTF-8"));
        let key = format!("{prefix}{}", names.collect::<Result<Vec<_>, _>>()?.join("/"));
        // Any other error than "not there" is none to upload over, unlike in the Python sample.
        if client.object_exists(bucket, &key).send()? {
            continue;
        }
        println!("{key} is not in COS, upload it");
        let (client, bucket) = (client.clone(), bucket.to_owned()); // cheap: clones share their connections
        pool.add_task(move || client.upload_file(bucket, key, path).send());
    }
    pool.wait_completion();
    let result = pool.get_result();
    if !result.success_all {
        for error in result.detail.iter().flat_map(|worker| &worker.results).filter_map(|done| done.as_ref().err()) {
            println!("{error}");
        }
        return Err("not all files were uploaded, please retry".into());
    }
    Ok(result.detail.iter().map(|worker| worker.succ_task_num).sum())
}

/// The files below a folder, Python's `os.walk`; links are not followed, so that it ends.
fn files(root: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let (mut files, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if entry.file_type()?.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
