//! A program that forks while it has connections.

use std::process::Command;

use fork::{Fork, fork, waitpid};

use crate::common::{BUCKET, client, get, put, start};

const ADDRESS: &str = "QCLOUD_COS_TEST_FORKS";

#[test]
fn fault_72_a_forked_child_has_connections_of_its_own() {
    let Ok(address) = std::env::var(ADDRESS) else {
        let (cos, client) = start();
        put(&client, "parent", &[b'P'; 5000]);
        put(&client, "child", &[b'C'; 5000]);
        // In a process of its own, which has no other threads that hold anything.
        let mut run = Command::new(std::env::current_exe().unwrap());
        run.args(["--exact", "forks::fault_72_a_forked_child_has_connections_of_its_own", "--nocapture"]);
        run.env(ADDRESS, cos.addr().to_string()).env("COS_SECRET_ID", cos.secret_id());
        let output = run.env("COS_SECRET_KEY", cos.secret_key()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    };
    let config = qcloud_cos::CosConfig::builder().region("ap-guangzhou").scheme("http").no_proxy().ip(address);
    let client = client(config.credential_instance(qcloud_cos::credentials::EnvironmentCredentials::new()));
    for _ in 0..10 {
        // A connection is kept.
        assert!(get(&client, "parent") == [b'P'; 5000]);
        let read = |key, letter: u8| (0..20).all(|_| get(&client, key) == [letter; 5000]);
        match fork().unwrap() {
            Fork::Child => std::process::exit(i32::from(!read("child", b'C'))),
            Fork::Parent(child) => {
                let own = read("parent", b'P');
                let status = waitpid(child).unwrap();
                assert!(own && status == 0, "parent {own}, child {status}");
            }
        }
    }
    client.delete_object(BUCKET, "none").send().unwrap();
}
