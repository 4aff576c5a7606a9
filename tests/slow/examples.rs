//! Every program in `examples/` runs without input, succeeds, and says what it did.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs};

/// Variables that would lead an example elsewhere than to its own emulator.
const ELSEWHERE: [&str; 5] = ["COS_REGION", "COS_SECRET_ID", "COS_SECRET_KEY", "COS_BUCKET", "COS_TOKEN"];

#[test]
fn every_example_runs() {
    let names = examples();
    assert!(names.len() >= 20, "{names:?}");
    thread::scope(|scope| {
        let runs: Vec<_> = names.iter().map(|name| (name, scope.spawn(|| run(name)))).collect();
        let outcomes = runs.into_iter().filter_map(|(name, run)| run.join().unwrap().err().map(|why| (name, why)));
        let failed: Vec<String> = outcomes.map(|(name, why)| format!("{name}: {why}")).collect();
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    });
}

#[test]
fn every_example_says_what_it_shows_and_what_it_ports() {
    for name in examples() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(&name).with_extension("rs");
        let source = fs::read_to_string(source).unwrap();
        assert!(source.starts_with("//! "), "{name}");
        let own = ["cli", "encryption_cli", "quickstart"].contains(&name.as_str()); // they port nothing
        assert!(own || source.contains("//! ```python\n"), "{name}");
    }
}

fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources = files.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    let names = sources.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
    // Cargo builds these only with the feature they need.
    let names = names.filter(|name| cfg!(feature = "encryption") || !name.starts_with("encryption"));
    names.filter(|name| cfg!(feature = "ci") || !["media_job", "vectors"].contains(&name.as_str())).collect()
}

/// Cargo builds examples for `cargo test` into a folder beside that of the test programs.
fn executable(name: &str) -> PathBuf {
    let this = env::current_exe().unwrap();
    this.parent().unwrap().with_file_name("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

fn run(name: &str) -> Result<(), String> {
    let path = executable(name);
    if !path.exists() {
        return Err("it is not built; run `cargo test` or `cargo build --examples`".into());
    }
    let scratch = tempfile::tempdir().unwrap();
    let [out, err] = ["out", "err"].map(|file| scratch.path().join(file));
    let mut command = Command::new(path);
    for variable in ELSEWHERE {
        command.env_remove(variable);
    }
    command.env("QUICKSTART_MIB", "24").env("TMPDIR", scratch.path()).current_dir(scratch.path());
    command.stdin(Stdio::null()).stdout(fs::File::create(&out).unwrap()).stderr(fs::File::create(&err).unwrap());
    let mut child = command.spawn().map_err(|e| e.to_string())?;
    let started = Instant::now();
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if started.elapsed() > Duration::from_secs(120) => {
                child.kill().unwrap();
                return Err("it hangs".into());
            }
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    let [said, complained] = [out, err].map(|file| fs::read_to_string(file).unwrap());
    if !status.success() {
        return Err(format!("{status}\n{said}{complained}"));
    }
    if said.trim().is_empty() {
        return Err("it says nothing".into());
    }
    let left: Vec<_> = fs::read_dir(scratch.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    if left.len() > 2 {
        return Err(format!("it leaves files behind: {left:?}"));
    }
    Ok(())
}
