//! What the clients share: the command line, the measurement, and a plain COS signature for the floor.
//!
//! `CLIENT WORKLOAD --endpoint http(s)://127.0.0.1:PORT [--file PATH] [--size BYTES] [--part BYTES] [--threads N]
//! [--count N]` does the workload and prints one line of JSON: the wall, user and sys seconds of the workload
//! alone, the peak resident size of the process, and how many units it did.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use sha1::{Digest, Sha1};

pub const BUCKET: &str = "b-1250000000";
pub const REGION: &str = "ap-beijing";
pub const HOST: &str = "b-1250000000.cos.ap-beijing.myqcloud.com";
pub const SECRET_ID: &str = "AKIDxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
pub const SECRET_KEY: &str = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

/// The command line.
pub struct Args {
    pub workload: String,
    pub endpoint: String,
    pub file: String,
    pub size: u64,
    pub part: u64,
    pub threads: usize,
    pub count: u64,
}

pub fn args() -> Args {
    Args {
        workload: std::env::args().nth(1).expect("a workload"),
        endpoint: option("--endpoint").unwrap_or_default(),
        file: option("--file").unwrap_or_default(),
        size: number("--size", 1 << 30),
        part: number("--part", 8 << 20),
        threads: number("--threads", 5) as usize,
        count: number("--count", 5000),
    }
}

impl Args {
    /// The scheme of the sink.
    pub fn scheme(&self) -> &str {
        self.endpoint.split("://").next().expect("--endpoint http://127.0.0.1:PORT")
    }

    /// The port of the sink.
    pub fn port(&self) -> u16 {
        self.endpoint.rsplit(':').next().and_then(|port| port.parse().ok()).expect("--endpoint http://127.0.0.1:PORT")
    }

    /// Offset and length of each part.
    pub fn parts(&self) -> Vec<(u64, u64)> {
        let starts = (0..self.size.div_ceil(self.part)).map(|index| index * self.part);
        starts.map(|start| (start, self.part.min(self.size - start))).collect()
    }
}

pub fn option(name: &str) -> Option<String> {
    std::env::args().skip_while(|given| given != name).nth(1)
}

pub fn flag(name: &str) -> bool {
    std::env::args().any(|given| given == name)
}

pub fn number(name: &str, default: u64) -> u64 {
    option(name).map_or(default, |value| value.parse().expect(name))
}

/// Leaves a workload that this client lacks.
pub fn lacks(workload: &str) -> ! {
    eprintln!("no {workload}");
    std::process::exit(3);
}

/// Runs `work`, which returns how many units it did, and prints the measurement.
pub fn measure(work: impl FnOnce() -> u64) {
    let (user, sys) = cpu();
    let started = Instant::now();
    let ops = work();
    let wall = started.elapsed().as_secs_f64();
    let (user, sys) = (cpu().0 - user, cpu().1 - sys);
    let peak = peak_kb();
    println!(r#"{{"wall":{wall:.6},"user":{user:.6},"sys":{sys:.6},"hwm_kb":{peak},"ops":{ops}}}"#);
}

fn cpu() -> (f64, f64) {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("getrusage");
    let seconds = |time: nix::sys::time::TimeVal| time.num_microseconds() as f64 / 1e6;
    (seconds(usage.user_time()), seconds(usage.system_time()))
}

fn peak_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Signs a request that carries no headers but the host; `params` are sorted, in lower case and encoded.
pub fn sign(method: &str, path: &str, params: &[(&str, &str)]) -> String {
    let join = |parts: Vec<String>, by| parts.join(by);
    let pairs = join(params.iter().map(|(name, value)| format!("{name}={value}")).collect(), "&");
    let names = join(params.iter().map(|(name, _)| (*name).to_owned()).collect(), ";");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs();
    let time = format!("{};{}", now - 60, now + 300);
    let what = format!("{method}\n{path}\n{pairs}\nhost={HOST}\n");
    let to_sign = format!("sha1\n{time}\n{}\n", hex(&Sha1::digest(what)));
    let key = hmac(SECRET_KEY.as_bytes(), &time);
    let signature = hmac(key.as_bytes(), &to_sign);
    format!(
        "q-sign-algorithm=sha1&q-ak={SECRET_ID}&q-sign-time={time}&q-key-time={time}&q-header-list=host\
         &q-url-param-list={names}&q-signature={signature}"
    )
}

fn hmac(key: &[u8], message: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).expect("a key of any length");
    mac.update(message.as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
    text
}
