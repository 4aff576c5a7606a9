//! Runs the emulator until it is interrupted.

use std::process::ExitCode;
use std::thread;

use cos_emulator::{Builder, CosEmulator, RecordedRequest};

/// How many requests the log keeps for control requests; without `--control` it keeps none.
const LOG_CAPACITY: usize = 1000;

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
  --domain HOST=BUCKET  let this host name stand for a bucket; may be repeated
  --instance-role R  role whose keys the metadata service gives
  --tls              serve HTTPS too, on the same port
  --tls-ca FILE      write the certificate that clients must trust to FILE (implies --tls)
  --answers FILE     answer requests as the JSON in FILE says (see the README)
  --control          answer /_emulator/...: faults, request log, clock, keys, reset
  --verbose          print a line for each request, with the reason if it is refused
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

/// Starts an emulator with the options of the arguments; `None` if they ask for help.
fn start(mut arguments: impl Iterator<Item = String>) -> Result<Option<CosEmulator>, String> {
    let mut builder: Builder = CosEmulator::builder().port(9000);
    let (mut id, mut key, mut buckets) = (None, None, Vec::new());
    let (mut control, mut verbose) = (false, false);
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        if name == "--help" || name == "-h" {
            return Ok(None);
        }
        let has_value = inline.is_some();
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
            "--domain" => {
                let pair = value()?;
                let (host, bucket) = pair.split_once('=').ok_or("--domain needs HOST=BUCKET")?;
                builder = builder.custom_domain(host, bucket);
            }
            "--answers" => builder = builder.answers(value()?),
            "--tls-ca" => builder = builder.tls_ca(value()?),
            "--tls" | "--control" | "--verbose" if has_value => return Err(format!("{name} takes no value")),
            "--tls" => builder = builder.tls(),
            "--control" => control = true,
            "--verbose" => verbose = true,
            _ => return Err(format!("unknown option {name}; see --help")),
        }
    }
    match (id, key) {
        (Some(id), Some(key)) => builder = builder.credential(id, key),
        (None, None) => {}
        _ => return Err("--secret-id and --secret-key go together".to_owned()),
    }
    builder = builder.control(control).log_capacity(if control { LOG_CAPACITY } else { 0 });
    if verbose {
        builder = builder.observer(|request| println!("{}", line(request)));
    }
    let emulator = builder.start().map_err(|error| format!("cannot start: {error}"))?;
    for bucket in buckets {
        emulator.create_bucket(&bucket).map_err(|error| format!("cannot create bucket {bucket}: {error}"))?;
    }
    Ok(Some(emulator))
}

/// A request in one line, without its signature, which is long and of no use to a reader.
fn line(request: &RecordedRequest) -> String {
    let is_signature = |name: &str| name.starts_with("q-") || name == "sign" || name == "x-cos-security-token";
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let shown: Vec<&str> =
        query.split('&').filter(|pair| !is_signature(pair.split('=').next().unwrap_or_default())).collect();
    let query = if shown.concat().is_empty() { String::new() } else { format!("?{}", shown.join("&")) };
    let host = request.header("host").unwrap_or_default();
    let status = request.status.map_or("no answer".to_owned(), |status| status.to_string());
    let reason = request.refusal.as_ref().map_or(String::new(), |reason| format!(" {reason}"));
    let (scheme, method, path) = (if request.secure { "https" } else { "http" }, &request.method, &request.path);
    format!("{method} {scheme}://{host}{path}{query} {status}{reason}")
}

fn introduce(emulator: &CosEmulator) {
    let (id, key, region) = (emulator.secret_id(), emulator.secret_key(), emulator.region());
    let (ip, port) = (emulator.addr().ip(), emulator.port());
    println!("cos-emulator listens on http://{}", emulator.addr());
    if let Some(file) = emulator.ca_file() {
        println!("  HTTPS      on the same port; clients must trust {}", file.display());
    }
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
    if let Some(file) = emulator.ca_file() {
        println!("To bring any client here with its default settings, give it this environment:");
        println!("  HTTPS_PROXY=http://{ip}:{port} HTTP_PROXY=http://{ip}:{port} NO_PROXY=");
        let file = file.display();
        println!("  NODE_EXTRA_CA_CERTS={file} REQUESTS_CA_BUNDLE={file} SSL_CERT_FILE={file}");
    }
}
