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
//! does a link inside it. `download_directory` takes keys that are plain relative paths on every system, and
//! reports others.

use std::error::Error;
use std::fs;

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

    let good = ["a.txt", "logs/1.log", "pictures/猫.jpg", "clash", "folder/"];
    let bad = "../x /abs a/../../b ..\\x C:x nul\0 CON logs/aux.txt a//b dot. clash/x link/x";
    for name in good.into_iter().chain(bad.split(' ')) {
        let content = if name.ends_with('/') { "" } else { name };
        if let Err(e) = client.put_object(bucket, content.as_bytes(), format!("{PREFIX}{name}")).send() {
            println!("COS does not take {name:?}: {e}"); // the emulator takes them all
        }
    }

    let report = client.download_directory(bucket, PREFIX, &root).max_thread(5);
    let report = report.on_result(|file| println!("{} {:?}", file.path.display(), file.outcome)).send()?;
    for file in &report.failures {
        println!("failed {:?}", file.error().map(ToString::to_string));
    }
    let again = client.download_directory(bucket, PREFIX, &root).send()?;
    println!("the second time: {} files are there already", again.skipped);
    println!("deleted {} objects", client.delete_prefix(bucket, PREFIX).send()?.deleted);

    let outside = fs::read_dir(outer.path())?.count() - 1;
    println!("files outside the folder: {outside}");
    if outside == 0 && report.transferred == good.len() as u64 { Ok(()) } else { Err("not the expected".into()) }
}
