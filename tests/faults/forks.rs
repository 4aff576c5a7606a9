//! A program that forks while it has connections.

use fork::{Fork, fork, waitpid};

use crate::common::{BUCKET, child, client, get, put, start};

#[test]
fn fault_72_a_forked_child_has_connections_of_its_own() {
    let Some(config) = child::config() else {
        let (cos, client) = start();
        put(&client, "parent", &[b'P'; 5000]);
        put(&client, "child", &[b'C'; 5000]);
        // In a process of its own, which has no other threads that hold anything.
        let output =
            child::process(&cos, "forks::fault_72_a_forked_child_has_connections_of_its_own").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    };
    let client = client(config);
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

#[test]
fn a_forked_child_goes_on_with_a_list_whose_next_page_its_parent_has_requested() {
    let Some(config) = child::config() else {
        let (cos, client) = start();
        for key in ["a", "b", "c", "d", "e"] {
            put(&client, key, b"x");
        }
        let name = "forks::a_forked_child_goes_on_with_a_list_whose_next_page_its_parent_has_requested";
        let output = child::process(&cos, name).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    };
    let client = client(config);
    let mut objects = client.list_objects(BUCKET).max_keys(1).objects();
    assert!(objects.by_ref().take(2).all(|object| object.is_ok()));
    match fork().unwrap() {
        Fork::Child => {
            let rest: Vec<String> = objects.map(|object| object.unwrap().key).collect();
            std::process::exit(i32::from(rest != ["c", "d", "e"]));
        }
        Fork::Parent(child) => {
            let status = waitpid(child).unwrap();
            let rest: Vec<String> = objects.map(|object| object.unwrap().key).collect();
            assert!(rest == ["c", "d", "e"] && status == 0, "parent {rest:?}, child {status}");
        }
    }
}
