//! Random operations through a proxy that breaks connections at random, against a model of what may be true.
//!
//! `CHAOS_OPERATIONS` says how many (default: few), `CHAOS_SEED` which, `CHAOS_FAULTS` at how many percent of all
//! connections (default: a run at 5 and one at 30). The same numbers play the same faults.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::common::{BUCKET, MIB, keys, noise};
use crate::{Held, number};
use cos_emulator::CosEmulator;
use fault_proxy::{Act, Fault, Proxy, Schedule};
use qcloud_cos::{CopySource, CosError, CosS3Client, Sent};
use tempfile::TempDir;

/// How long a call that is no transfer may take.
const DEADLINE: Duration = Duration::from_secs(5);
const KEYS: u64 = 6;
const LOGS: u64 = 2;
/// The size up to which objects go in one request.
const SMALL: u64 = 200_000;
/// The size from which on an appended log is begun anew: every append reads all of it, so without an end a run's time
/// would grow with the square of its operations.
const LONG: usize = MIB;

/// From which choice of a hundred on a file is uploaded in parts.
const UPLOADS_FROM: u64 = 95;

/// What an object may hold: none stands for no object.
type Possible = Vec<Option<Vec<u8>>>;

struct World {
    cos: CosEmulator,
    proxy: Proxy,
    /// Through the proxy.
    client: CosS3Client,
    /// Straight to the emulator.
    truth: CosS3Client,
    model: BTreeMap<String, Possible>,
    folder: TempDir,
}

#[derive(Debug, Default)]
struct Tally {
    operations: u64,
    failed: u64,
    late: u64,
    panics: u64,
    connections: u64,
    /// Errors by operation, for the eye.
    errors: BTreeMap<String, u64>,
}

/// Reads an object; none if there is none.
fn read(client: &CosS3Client, key: &str) -> Result<Option<Vec<u8>>, CosError> {
    let body = match client.get_object(BUCKET, key).send() {
        Ok(answer) => answer.body,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut content = Vec::new();
    for piece in body.get_stream(64 * 1024) {
        content.extend(piece?);
    }
    Ok(Some(content))
}

impl World {
    fn new() -> Self {
        let (cos, truth) = crate::common::start();
        let proxy = Proxy::start(cos.addr()).unwrap();
        let patience = Duration::from_millis(250);
        let through = keys(&cos).ip("127.0.0.1").port(proxy.addr().port()).keep_alive(false).deadline(DEADLINE);
        let through = through.response_timeout(patience).stall_timeout(patience);
        let client = CosS3Client::builder(through.build().unwrap())
            // Pauses are for a server's sake; this one needs none.
            .sleeper(|pause| std::thread::sleep(pause / 100))
            .build()
            .unwrap();
        Self { cos, proxy, client, truth, model: BTreeMap::new(), folder: tempfile::tempdir().unwrap() }
    }

    fn possible(&self, key: &str) -> Possible {
        self.model.get(key).cloned().unwrap_or_else(|| vec![None])
    }

    /// Notes that something was written: for sure, or perhaps.
    fn wrote<T>(&mut self, key: &str, content: Option<Vec<u8>>, result: &Result<T, CosError>) {
        let mut possible = match result {
            Ok(_) => Vec::new(),
            Err(error) if error.sent() == Sent::Nothing => return,
            Err(_) => self.possible(key),
        };
        possible.push(content);
        self.model.insert(key.to_owned(), possible);
    }

    /// What is read must be what may be there.
    #[track_caller]
    fn check(&self, key: &str, found: Option<&[u8]>) {
        let possible = self.possible(key);
        let fits = possible.iter().any(|content| content.as_deref() == found);
        assert!(fits, "{key}: {:?} bytes, of {} possible contents", found.map(<[u8]>::len), possible.len());
    }

    fn source(&self, seed: u64, size: usize) -> (PathBuf, Vec<u8>) {
        let (path, content) = (self.folder.path().join("source"), noise(seed, size));
        fs::write(&path, &content).unwrap();
        (path, content)
    }

    /// Does one operation; returns its name and how it ended.
    fn step(&mut self, choice: u64, random: &mut fastrand::Rng) -> (&'static str, Result<(), CosError>) {
        let client = self.client.clone();
        let key = format!("k{}", random.u64(..KEYS));
        let content = noise(random.u64(..), random.u64(..SMALL) as usize);
        match choice {
            0..25 => {
                let result = client.put_object(BUCKET, &content, &key).send();
                self.wrote(&key, Some(content), &result);
                ("put_object", result.map(drop))
            }
            25..50 => {
                let result = read(&client, &key);
                result.as_ref().ok().inspect(|found| self.check(&key, found.as_deref()));
                ("get_object", result.map(drop))
            }
            50..60 => {
                let result = match client.head_object(BUCKET, &key).send() {
                    Ok(head) => Ok(Some(head.content_length)),
                    Err(error) if error.is_not_found() => Ok(None),
                    Err(error) => Err(error),
                };
                if let Ok(length) = &result {
                    let fits =
                        |content: &Option<Vec<u8>>| content.as_ref().map(|content| content.len() as u64) == *length;
                    assert!(self.possible(&key).iter().any(fits), "{key}: {length:?}");
                }
                ("head_object", result.map(drop))
            }
            60..67 => {
                let result = client.delete_object(BUCKET, &key).send();
                self.wrote(&key, None, &result);
                ("delete_object", result.map(drop))
            }
            67..75 => ("list_objects", self.list(&client)),
            75..80 => {
                let other = format!("k{}", random.u64(..KEYS));
                let result = client.delete_objects(BUCKET, [key.as_str(), other.as_str()]).send();
                for key in [&key, &other] {
                    self.wrote(key, None, &result);
                }
                ("delete_objects", result.map(drop))
            }
            80..87 => ("copy_object", self.copy(&client, &key, &format!("k{}", random.u64(..KEYS)))),
            87..UPLOADS_FROM => {
                ("append_object", self.append(&client, &format!("log{}", random.u64(..LOGS)), &content))
            }
            UPLOADS_FROM..98 => {
                let (path, content) = self.source(random.u64(..), 2 * MIB + random.usize(..MIB));
                let upload = client.upload_file(BUCKET, "big", &path).part_size(1).multipart_threshold(0).max_thread(2);
                let result = upload.send();
                self.wrote("big", Some(content), &result);
                ("upload_file", result.map(drop))
            }
            _ => {
                let path = self.folder.path().join("download");
                let download = client.download_file(BUCKET, "big", &path).part_size(1).multipart_threshold(0);
                let result = match download.max_thread(2).send() {
                    Ok(_) => {
                        self.check("big", Some(&fs::read(&path).unwrap()));
                        Ok(())
                    }
                    Err(error) if error.is_not_found() => {
                        self.check("big", None);
                        Ok(())
                    }
                    Err(error) => Err(error),
                };
                ("download_file", result)
            }
        }
    }

    fn list(&self, client: &CosS3Client) -> Result<(), CosError> {
        let listed: Vec<_> =
            client.list_objects(BUCKET).prefix("k").send()?.into_inner().contents.into_iter().collect();
        for number in 0..KEYS {
            let key = format!("k{number}");
            let found = listed.iter().find(|object| object.key == key).map(|object| object.size);
            let fits = |content: &Option<Vec<u8>>| content.as_ref().map(|content| content.len() as u64) == found;
            assert!(self.possible(&key).iter().any(fits), "{key} is listed with {found:?}");
        }
        Ok(())
    }

    fn copy(&mut self, client: &CosS3Client, from: &str, to: &str) -> Result<(), CosError> {
        if from == to {
            return Ok(());
        }
        // What is copied is whatever is there now.
        let there = read(&self.truth, from)?;
        let result = client.copy_object(BUCKET, to, CopySource::new(BUCKET, from, self.cos.region())).send();
        match (there, result) {
            (None, Err(error)) if error.is_not_found() => Ok(()),
            (there, result) => {
                self.wrote(to, there, &result);
                result.map(drop)
            }
        }
    }

    fn append(&mut self, client: &CosS3Client, key: &str, data: &[u8]) -> Result<(), CosError> {
        let mut before = read(&self.truth, key)?;
        self.check(key, before.as_deref());
        if before.take_if(|log| log.len() > LONG).is_some() {
            self.truth.delete_object(BUCKET, key).send()?;
        }
        let crc64 = before.is_some().then(|| self.truth.head_object(BUCKET, key).send().ok()?.crc64).flatten();
        let position = before.as_ref().map_or(0, Vec::len) as u64;
        let after = [before.clone().unwrap_or_default(), data.to_vec()].concat();
        let result = client.append_object(BUCKET, key, position, data).previous_crc64(crc64).send();
        // What comes late now is an append at another position, which COS refuses.
        self.model.insert(key.to_owned(), if result.is_ok() { Vec::new() } else { vec![before] });
        self.wrote(key, Some(after), &result);
        result.map(drop)
    }
}

/// Plays so many operations and checks everything in the end.
fn play(operations: u64, seed: u64, percent: u64) -> Tally {
    let mut world = World::new();
    let mut tally = Tally::default();
    let schedule = Schedule { seed, percent, size: SMALL };
    for operation in 0..operations {
        let mut random = crate::decisions(seed, operation);
        let choice = random.u64(..100);
        world.proxy.plan(move |connection| {
            let fault = schedule.fault(operation, connection);
            if choice >= UPLOADS_FROM { fault.map(patient) } else { fault }
        });
        let begin = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| world.step(choice, &mut random)));
        let took = begin.elapsed();
        tally.operations += 1;
        tally.connections += world.proxy.connections();
        // The log of a long run would not fit into memory.
        world.cos.clear_requests();
        let Ok((name, result)) = done else {
            tally.panics += 1;
            eprintln!("panicked at operation {operation} of seed {seed} at {percent} %");
            continue;
        };
        let limited = !["upload_file", "download_file"].contains(&name);
        tally.late += u64::from(limited && took > DEADLINE.mul_f64(1.1));
        if let Err(error) = result {
            tally.failed += 1;
            *tally.errors.entry(format!("{name}: {error}")).or_default() += 1;
        }
    }
    world.proxy.plan(|_| None);
    for key in world.model.keys() {
        world.check(key, read(&world.truth, key).unwrap().as_deref());
    }
    tally
}

/// A completion waits twenty minutes for its answer, so there a connection does not stand still but is closed.
pub(crate) fn patient(fault: Fault) -> Fault {
    match fault {
        Fault::At { way, after, act: Act::Hang | Act::Freeze } => Fault::close(way, after),
        fault => fault,
    }
}

fn check(tally: &Tally, percent: u64) {
    println!(
        "{percent} %: {} operations over {} connections, {} failed, {} late, {} panics",
        tally.operations, tally.connections, tally.failed, tally.late, tally.panics
    );
    assert_eq!((tally.panics, tally.late), (0, 0), "{tally:#?}");
    // One of a thousand may fail, or two of a hundred; where there are few operations, a few by chance.
    let of_a_thousand = if percent <= 5 { 1 } else { 20 };
    assert!(tally.failed <= tally.operations * of_a_thousand / 1000 + 2, "{tally:#?}");
}

#[test]
fn whatever_breaks_nothing_is_silently_wrong() {
    let (operations, seed) = (number("CHAOS_OPERATIONS", 150), number("CHAOS_SEED", 1));
    let runs = match number("CHAOS_FAULTS", 0) {
        0 => vec![5, 30],
        percent => vec![percent],
    };
    for percent in runs {
        let before = Held::now();
        let tally = play(operations, seed, percent);
        check(&tally, percent);
        before.check_given_back();
    }
}
