//! Runs the emulator until it is interrupted.

use std::process::ExitCode;
use std::thread;

use cos_emulator::{Builder, CosEmulator};

const USAGE: &str = "\
A local server that speaks Tencent Cloud COS.

Usage: cos-emulator [OPTIONS]

  --port PORT        port to listen on (default 9000; 0 takes a free one)
  --host HOST        address to listen on (default 127.0.0.1)
  --data DIR         keep buckets and objects in DIR (default: in memory)
  --secret-id ID     key id to accept (with --secret-key)
  --secret-key KEY   key to accept (with --secret-id)
  --region REGION    region of the buckets (default ap-guangzhou)
  --bucket NAME      create this bucket; may be repeated
  --instance-role R  role whose keys the metadata service gives
  --help             show this";

fn main() -> ExitCode {
    match start(std::env::args().skip(1)) {
        Ok(Some(emulator)) => {
            introduce(&emulator);
            // Only an interrupt ends this program.
            loop {
                thread::park();
            }
        }
        Ok(None) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("cos-emulator: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Starts what the arguments ask for; `None` if they ask for help.
fn start(mut arguments: impl Iterator<Item = String>) -> Result<Option<CosEmulator>, String> {
    let mut builder: Builder = CosEmulator::builder().port(9000);
    let (mut id, mut key, mut buckets) = (None, None, Vec::new());
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        if name == "--help" || name == "-h" {
            return Ok(None);
        }
        let value = || inline.or_else(|| arguments.next()).ok_or(format!("{name} needs a value"));
        match name.as_str() {
            "--port" => {
                let port = value()?;
                builder = builder.port(port.parse().map_err(|_| format!("{port} is no port"))?);
            }
            "--host" => builder = builder.host(value()?),
            "--data" => builder = builder.data_dir(value()?),
            "--secret-id" => id = Some(value()?),
            "--secret-key" => key = Some(value()?),
            "--region" => builder = builder.region(value()?),
            "--instance-role" => builder = builder.instance_role(value()?),
            "--bucket" => buckets.push(value()?),
            _ => return Err(format!("unknown option {name}; see --help")),
        }
    }
    match (id, key) {
        (Some(id), Some(key)) => builder = builder.credential(id, key),
        (None, None) => {}
        _ => return Err("--secret-id and --secret-key go together".to_owned()),
    }
    let emulator = builder.start().map_err(|error| format!("cannot start: {error}"))?;
    for bucket in buckets {
        emulator.create_bucket(&bucket).map_err(|error| format!("cannot create bucket {bucket}: {error}"))?;
    }
    Ok(Some(emulator))
}

fn introduce(emulator: &CosEmulator) {
    let (id, key, region) = (emulator.secret_id(), emulator.secret_key(), emulator.region());
    let (ip, port) = (emulator.addr().ip(), emulator.port());
    println!("cos-emulator listens on http://{}", emulator.addr());
    println!("  SecretId   {id}");
    println!("  SecretKey  {key}");
    println!("  Region     {region}");
    match emulator.data_dir() {
        Some(dir) => println!("  Data       {}", dir.display()),
        None => println!("  Data       in memory, gone when this ends"),
    }
    println!();
    println!("To point a Python script at it:");
    println!("  config = CosConfig(Region='{region}', SecretId='{id}', SecretKey='{key}',");
    println!("                     Scheme='http', IP='{ip}', Port={port}, ServiceDomain='{ip}:{port}')");
}
