//! Files and pools: uploading-objects-2024.txt and object-operations-2021.txt.

use std::fs;

use qcloud_cos::cos_threadpool::SimpleThreadPool;
use qcloud_cos::json;

use crate::common::{BUCKET, MIB, Reports, get, names, noise, put, start};

/// uploading-objects-2024.txt, "Uploading an object (checkpoint restart)", with all parameters.
#[test]
fn upload_file_with_all_parameters() {
    let (_cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    let local = folder.path().join("local.txt");
    let content = noise(2, 2 * MIB + 7);
    fs::write(&local, &content).unwrap();
    let reports = Reports::default();
    client
        .upload_file(BUCKET, "exampleobject", &local)
        .part_size(1)
        .max_thread(5)
        .progress_callback(|done, total| reports.note(done, total))
        .enable_md5(true)
        .acl("private")
        .content_type("text/plain")
        .metadata("x-cos-meta-key1", "value1")
        .traffic_limit("838860800")
        .send()
        .unwrap();
    reports.of(content.len());
    assert_eq!(get(&client, "exampleobject"), content);
    assert_eq!(client.head_object(BUCKET, "exampleobject").send().unwrap()["x-cos-meta-key1"], "value1");
}

/// uploading-objects-2024.txt, "Batch uploading files".
#[test]
fn upload_a_folder_with_a_pool() {
    let (_cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    put(&client, "logs/b", b"already there");
    let pool = SimpleThreadPool::default();
    for name in names(folder.path()) {
        let src_key = folder.path().join(&name);
        let cos_object_key = format!("logs/{name}");
        let exists = match client.head_object(BUCKET, &cos_object_key).send() {
            Ok(_) => true,
            Err(e) => {
                assert_eq!(e.get_status_code(), 404);
                false
            }
        };
        if !exists {
            let client = client.clone();
            pool.add_task(move || client.upload_file(BUCKET, &cos_object_key, &src_key).send());
        }
    }
    pool.wait_completion();
    let result = pool.get_result();
    assert!(result.success_all);
    assert_eq!(result.detail.iter().map(|worker| worker.succ_task_num).sum::<usize>(), 2);
    assert_eq!(get(&client, "logs/a"), b"a");
    assert_eq!(get(&client, "logs/b"), b"already there");
}

/// object-operations-2021.txt, "Batch downloading files".
#[test]
fn download_a_folder_with_a_pool() {
    let (_cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    for key in ["data/", "data/a", "data/sub/b", "other"] {
        put(&client, key, key.as_bytes());
    }
    let mut file_infos = Vec::new();
    let mut marker = String::new();
    loop {
        let response = client.list_objects(BUCKET).prefix("data/").delimiter("").marker(&marker).max_keys(2);
        let response = response.send().unwrap();
        file_infos.extend(response["Contents"].clone());
        if response["IsTruncated"] == "false" {
            break;
        }
        marker = response["NextMarker"].to_string();
    }
    let pool = SimpleThreadPool::default();
    for file in file_infos {
        let local_name = folder.path().join(file["Key"].as_str().unwrap());
        if file["Key"].to_string().ends_with('/') {
            continue;
        }
        fs::create_dir_all(local_name.parent().unwrap()).unwrap();
        let client = client.clone();
        pool.add_task(move || client.download_file(BUCKET, &file["Key"], &local_name).send());
    }
    pool.wait_completion();
    assert!(pool.get_result().success_all);
    assert_eq!(names(&folder.path().join("data")), ["a", "sub"]);
    assert_eq!(fs::read(folder.path().join("data/sub/b")).unwrap(), b"data/sub/b");
}

/// object-operations.md, "Downloading an object (checkpoint restart)", with all parameters.
#[test]
fn download_file_in_parts() {
    let (_cos, client) = start();
    let folder = tempfile::tempdir().unwrap();
    let local = folder.path().join("local.txt");
    let content = noise(3, 2 * MIB + 7);
    put(&client, "exampleobject", &content);
    let download = client.download_file(BUCKET, "exampleobject", &local).part_size(1).max_thread(5).enable_crc(true);
    download.traffic_limit("838860800").if_modified_since("Wed, 28 Oct 2014 20:30:00 GMT").send().unwrap();
    assert_eq!(fs::read(&local).unwrap(), content);
}

/// object-operations-2021.txt, "Copying objects", with all parameters.
#[test]
fn copy_with_a_part_size() {
    let (cos, client) = start();
    put(&client, "source", b"bytes");
    let source = json!({"Bucket": BUCKET, "Key": "source", "Region": cos.region()});
    let copy = client.copy(BUCKET, "exampleobject", source).copy_status("Copy").part_size(20).max_thread(10);
    assert_eq!(copy.send().unwrap()["ETag"], "\"4b3a6218bb3e3a7303e8a171a60fcf92\"");
    assert_eq!(get(&client, "exampleobject"), b"bytes");
}
