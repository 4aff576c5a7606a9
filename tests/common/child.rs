//! A test that runs as a process of its own, alone or against the emulator of the test that starts it.

use std::env;
use std::process::Command;

use cos_emulator::CosEmulator;
use qcloud_cos::{CosConfig, CosConfigBuilder};

/// The region of the emulator.
pub(crate) const REGION: &str = "TEST_PARENT_REGION";

/// Port, region, id and key of the emulator.
const VARIABLES: [&str; 4] = ["TEST_PARENT_PORT", REGION, "TEST_PARENT_ID", "TEST_PARENT_KEY"];

const ALONE: &str = "TEST_ALONE";

/// The process that runs one test of this program, of this full name, and no other.
pub(crate) fn alone(test: &str) -> Command {
    let mut process = Command::new(env::current_exe().unwrap());
    process.args(["--exact", test, "--nocapture"]).env(ALONE, "1");
    process
}

/// Whether this is such a process.
pub(crate) fn is_alone() -> bool {
    env::var_os(ALONE).is_some()
}

/// The same, with an emulator to go to.
pub(crate) fn process(cos: &CosEmulator, test: &str) -> Command {
    let mut process = alone(test);
    let port = cos.port().to_string();
    process.envs(VARIABLES.into_iter().zip([port.as_str(), cos.region(), cos.secret_id(), cos.secret_key()]));
    process
}

/// The settings of a client of that emulator. `None`: this is no such process.
pub(crate) fn config() -> Option<CosConfigBuilder> {
    let [port, region, id, key] = VARIABLES.map(env::var);
    let config = CosConfig::builder().region(region.ok()?).secret_id(id.ok()?).secret_key(key.ok()?);
    let config = config.scheme("http").proxies(Vec::<(&str, &str)>::new());
    Some(config.ip("127.0.0.1").port(port.ok()?.parse().unwrap()))
}
