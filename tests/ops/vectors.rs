//! Vector buckets, against the emulator's.

use qcloud_cos::CosVectorsClient;
use qcloud_cos::vectors::{Data, QueryResult, Vector};
use qcloud_cos::{Dict, json};

use crate::common::{client, code, keys, start};

const VECTORS: &str = "examplevectorbucket-1250000000";

/// The numbers of a vector, the same on each run.
fn numbers(seed: u64) -> Vec<f64> {
    (0..8).map(|at| f64::from(((seed * 31 + at * 17) % 101) as u8) / 101.0 - 0.5).collect()
}

#[test]
fn neighbours_are_those_of_a_search_by_hand() {
    let (cos, _) = start();
    let vectors = CosVectorsClient::from(client(keys(&cos).ip("127.0.0.1").port(cos.port())));
    vectors.create_vector_bucket(VECTORS).sse_type("AES256").send().unwrap();
    assert_eq!(code(vectors.create_vector_bucket(VECTORS).send()), (409, "ConflictException".to_owned()));
    let all: Vec<Vec<f64>> = (0..100).map(numbers).collect();
    for metric in ["cosine", "euclidean"] {
        vectors.create_index(VECTORS, metric, "float32", 8, metric).send().unwrap();
        let items = all.iter().enumerate().map(|(n, data)| {
            json!({"key": format!("v{n:02}"), "data": {"float32": data}, "metadata": {"even": n % 2 == 0, "n": n}})
        });
        vectors
            .put_vectors(VECTORS, metric, items.collect::<Vec<_>>().into_iter().map(Dict::from).collect::<Dict>())
            .send()
            .unwrap();
        let wanted = numbers(1000);
        let query = vectors.query_vectors(VECTORS, metric, json!({"float32": wanted}), 5);
        let query = query.filter(json!({"$and": [{"even": true}, {"n": {"$gte": 10}}]})).return_distance(true);
        let found = query.send().unwrap();
        let mut expected: Vec<(f64, String)> = (10..100)
            .step_by(2)
            .map(|n| {
                let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                let one = &all[n];
                let distance = if metric == "cosine" {
                    1.0 - dot(one, &wanted) / (dot(one, one).sqrt() * dot(&wanted, &wanted).sqrt())
                } else {
                    one.iter().zip(&wanted).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
                };
                (distance, format!("v{n:02}"))
            })
            .collect();
        expected.sort_by(|one, other| one.0.total_cmp(&other.0));
        for (found, (distance, key)) in found["vectors"].iter().zip(&expected) {
            assert_eq!(found["key"], key.as_str(), "{metric}");
            assert!((found["distance"].as_f64().unwrap() - distance).abs() < 1e-5, "{metric} {found} {distance}");
        }
        assert_eq!(found["vectors"].len(), 5);
    }
}

#[test]
fn lists_come_in_pages_and_segments_and_what_is_deleted_is_gone() {
    let (cos, _) = start();
    let vectors = CosVectorsClient::from(client(keys(&cos).ip("127.0.0.1").port(cos.port())));
    vectors.create_vector_bucket(VECTORS).send().unwrap();
    vectors.create_index(VECTORS, "i", "float32", 1, "cosine").send().unwrap();
    let items: Vec<Dict> = (0..7).map(|n| json!({"key": format!("k{n}"), "data": {"float32": [n]}}).into()).collect();
    vectors.put_vectors(VECTORS, "i", items.into_iter().collect::<Dict>()).send().unwrap();
    let mut keys = Vec::new();
    for segment in 0..2 {
        let mut token = Dict::Null;
        loop {
            let list = vectors.list_vectors(VECTORS, "i").max_results(2).segment_count(2).segment_index(segment);
            let page = list.next_token(token.clone()).send().unwrap();
            keys.extend(page["vectors"].iter().map(|vector| vector["key"].to_string()));
            token = page["nextToken"].clone();
            if token.is_null() {
                break;
            }
        }
    }
    keys.sort();
    assert_eq!(keys, (0..7).map(|n| format!("k{n}")).collect::<Vec<_>>());
    vectors.delete_vectors(VECTORS, "i", json!(["k0", "k1"])).send().unwrap();
    let left = vectors.get_vectors(VECTORS, "i", json!(["k0", "k2"])).return_data(true).send().unwrap();
    assert_eq!(left.to_string(), r#"{"vectors": [{"key": "k2", "data": {"float32": [2.0]}}]}"#);
    let wrong = vectors.put_vectors(VECTORS, "i", json!([{"key": "k9", "data": {"float32": [1, 2]}}])).send();
    assert_eq!(code(wrong), (400, "ValidationException".to_owned()));
    vectors.put_vector_bucket_policy(VECTORS, json!({"Statement": []})).send().unwrap();
    assert_eq!(vectors.get_vector_bucket_policy(VECTORS).send().unwrap()["policy"], r#"{"Statement": []}"#);
    assert_eq!(code(vectors.delete_vector_bucket(VECTORS).send()).0, 409);
    vectors.delete_index(VECTORS, "i").send().unwrap();
    vectors.delete_vector_bucket(VECTORS).send().unwrap();
    assert_eq!(code(vectors.get_vector_bucket(VECTORS).send()).0, 404);
}

#[test]
fn vectors_go_and_come_as_structs_too() {
    let (cos, _) = start();
    let client = CosVectorsClient::from(client(keys(&cos).ip("127.0.0.1").port(cos.port())));
    client.create_vector_bucket(VECTORS).send().unwrap();
    client.create_index(VECTORS, "idx", "float32", 2, "cosine").send().unwrap();
    let cat = Vector::new("cat", [0.1, -2.5]).metadata(json!({"kind": "animal"}));
    client.put_vectors(VECTORS, "idx", vec![cat.clone(), Vector::new("car", [1.0, 0.0])]).send().unwrap();
    let dict = r#"{"key": "cat", "data": {"float32": [0.1, -2.5]}, "metadata": {"kind": "animal"}}"#;
    assert_eq!(Dict::from(cat.clone()).to_string(), dict, "0.1 and not 0.10000000149");

    let got = client.get_vectors(VECTORS, "idx", json!(["cat"])).return_data(true).return_meta_data(true).send();
    assert_eq!(got.unwrap()["vectors"].read::<Vec<Vector>>().unwrap(), [cat]);
    let listed = client.list_vectors(VECTORS, "idx").send().unwrap()["vectors"].read::<Vec<Vector>>().unwrap();
    assert_eq!((listed.len(), listed[0].data.len()), (2, 0));
    let found = client.query_vectors(VECTORS, "idx", Data::from([0.1, -2.5]), 1).return_distance(true).send().unwrap();
    let found: Vec<QueryResult> = found["vectors"].read().unwrap();
    assert_eq!((found.len(), found[0].key.as_str(), found[0].metadata.is_null()), (1, "cat", true));
    assert!(found[0].distance.unwrap().abs() < 1e-6);
}
