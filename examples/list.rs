//! Lists objects: a page, all pages, all objects, and the folders of one level.
//!
//! ```python
//! while True:
//!     response = client.list_objects(test_bucket, prefix, delimiter, marker)
//!     if "CommonPrefixes" in response:
//!         sub_dirs.extend(response.get("CommonPrefixes"))
//!     if "Contents" in response:
//!         file_infos.extend(response.get("Contents"))
//!     if "NextMarker" in response.keys():
//!         marker = response["NextMarker"]
//!     else:
//!         break
//! ```

use std::error::Error;

mod common;
use common::Place;

const FOLDER: &str = "examples/list/";

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    let names = ["a.txt", "b c.txt", "logs/1.log", "logs/2.log", "pictures/猫.jpg"];
    let keys = names.map(|name| format!("{FOLDER}{name}"));
    for key in &keys {
        client.put_object(bucket, (key.as_str()).as_bytes(), key).send()?;
    }

    // The loop line for line. Absent lists are empty, so there is nothing to ask for with `in`.
    let (mut files, mut folders, mut marker) = (Vec::new(), Vec::new(), String::new());
    loop {
        let list = client.list_objects(bucket).prefix(FOLDER).delimiter("/").marker(&marker).max_keys(2);
        let response = list.send()?.into_inner();
        folders.extend(response.common_prefixes);
        files.extend(response.contents);
        if !response.is_truncated {
            break;
        }
        marker = response.next_marker;
    }
    for file in &files {
        println!("file {} of {} bytes, {}", file.key, file.size, file.last_modified);
    }
    for folder in &folders {
        println!("folder {}", folder.prefix);
    }

    // The same as an iterator over pages, each asked for when it is needed.
    for page in client.list_objects(bucket).prefix(FOLDER).max_keys(2).pages() {
        println!("a page of {}", page?.contents.len());
    }

    // All objects below a prefix, at any depth: without a delimiter. Keys come in the order of their bytes.
    for object in client.list_objects(bucket).prefix(FOLDER).objects() {
        println!("{}", object?.key);
    }

    // Where Python code takes the answer as a dict, serialize it: the keys are Python's.
    let page = client.list_objects(bucket).prefix(FOLDER).max_keys(1).send()?;
    println!("{:#}", serde_json::to_value(&page)?["Contents"][0]);

    client.delete_objects(bucket, keys).send()?;
    Ok(())
}
