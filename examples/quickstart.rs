//! The main job: upload a large file in parallel parts with a progress bar, list it, download it in
//! parallel ranges, and verify it.
//!
//! It runs on the embedded emulator, unless `COS_REGION`, `COS_SECRET_ID`, `COS_SECRET_KEY` and `COS_BUCKET`
//! name a real bucket (`COS_TOKEN` for temporary credentials). `QUICKSTART_MIB` sets the size of the file,
//! 64 MiB by default.

use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

mod common;
use common::Place;

const MIB: u64 = 1024 * 1024;
const KEY: &str = "quickstart/large file.bin";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (source, copy) = (folder.path().join("large.bin"), folder.path().join("copy.bin"));
    let size = env::var("QUICKSTART_MIB").map_or(Ok(64), |mib| mib.parse::<u64>())? * MIB;
    make_file(&source, size)?;

    let place = Place::choose_in(folder.path())?;
    let (client, bucket) = (&place.client, place.bucket.as_str());
    println!("{} MiB to {}", size / MIB, client.get_object_url(bucket, KEY)?);

    let started = Instant::now();
    let bar = bar("upload  ", size);
    let uploaded = client
        .upload_file(bucket, KEY, &source)
        .part_size(8)
        .max_thread(5)
        .progress_callback(|consumed, _| bar.set_position(consumed))
        .send()?;
    bar.finish();
    println!("uploaded in {:.2?}: ETag {}, crc64 {:?}", started.elapsed(), uploaded.etag, uploaded.crc64);

    for object in client.list_objects(bucket).prefix("quickstart/").objects() {
        let object = object?;
        println!("listed: {} ({} bytes, {})", object.key, object.size, object.last_modified);
    }

    let started = Instant::now();
    let bar = self::bar("download", size);
    let downloaded = client
        .download_file(bucket, KEY, &copy)
        .part_size(8)
        .max_thread(5)
        .progress_callback(|consumed, _| bar.set_position(consumed))
        .send()?;
    bar.finish();
    println!("downloaded in {:.2?}: crc64 compared: {}", started.elapsed(), downloaded.verified);

    if !downloaded.verified || !same(&source, &copy)? {
        return Err("the downloaded file is not the uploaded one".into());
    }
    client.delete_object(bucket, KEY).send()?;
    println!("verified: all {size} bytes came back as they went");
    Ok(())
}

fn bar(what: &'static str, size: u64) -> ProgressBar {
    let bar = ProgressBar::new(size).with_message(what);
    let style = ProgressStyle::with_template("{msg} [{wide_bar}] {bytes}/{total_bytes} {bytes_per_sec}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Writes a file no two MiB of which are equal, so that a swapped part would show.
fn make_file(path: &Path, size: u64) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 18, File::create(path)?);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..size / 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        file.write_all(&state.to_le_bytes())?;
    }
    file.flush()
}

fn same(one: &Path, other: &Path) -> io::Result<bool> {
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    let (mut a, mut b) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    loop {
        let read = one.read(&mut a)?;
        if read == 0 {
            return Ok(other.read(&mut b[..1])? == 0);
        }
        if other.read_exact(&mut b[..read]).is_err() || a[..read] != b[..read] {
            return Ok(false);
        }
    }
}
