//! Uploads a local folder, what COS does not have yet, several files at a time.
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

//!
//! Here this is one call. It compares length and checksum, not only names, and walks the folder while it
//! uploads.

use std::error::Error;
use std::fs;

use qcloud_cos::transfer::{DirectoryReport, FileResult};

mod common;
use common::Place;

const PREFIX: &str = "examples/folder_upload/";

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let folder = tempfile::tempdir()?;
    for name in ["a.txt", "logs/1.log", "logs/old/2.log", "pictures/猫.jpg", "notes.tmp"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        fs::write(path, name)?;
    }

    let upload =
        || client.upload_directory(bucket, PREFIX, folder.path()).exclude("*.tmp").max_thread(5).on_result(show);
    let first = upload().progress_callback(|done, total| println!("{done} of {total} bytes")).send()?;
    check(&first)?;
    fs::write(folder.path().join("new.txt"), "new")?;
    fs::write(folder.path().join("a.txt"), "A.txt")?;
    let second = upload().send()?;
    check(&second)?;

    let deleted = client.delete_prefix(bucket, PREFIX).send()?;
    println!("deleted {} objects", deleted.deleted);
    let counts = [first.transferred, second.transferred, second.skipped];
    if counts == [4, 2, 3] && deleted.is_complete() { Ok(()) } else { Err(format!("not expected: {counts:?}").into()) }
}

fn show(file: &FileResult) {
    println!("{} {:?} {}", file.path.display(), file.outcome, file.key);
}

fn check(report: &DirectoryReport) -> Result<(), Box<dyn Error>> {
    if report.is_complete() { Ok(()) } else { Err("not all files were uploaded, please retry".into()) }
}
