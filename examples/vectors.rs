//! Stores vectors and prints the neighbours of one.
//!
//! ```python
//! client = CosVectorsClient(config)
//! client.create_vector_bucket(Bucket='bucket')
//! client.create_index(Bucket='bucket', Index='idx', DataType='float32', Dimension=3, DistanceMetric='cosine')
//! client.put_vectors(Bucket='bucket', Index='idx', Vectors=[{'key': 'v1', 'data': {'float32': [0.1, 0.2, 0.3]}}])
//! response, data = client.query_vectors(Bucket='bucket', Index='idx', QueryVector={'float32': [0.1, 0.2, 0.3]}, TopK=2)
//! ```

use std::error::Error;

use qcloud_cos::{CosVectorsClient, json};

mod common;
use common::Place;

fn main() -> Result<(), Box<dyn Error>> {
    let place = Place::choose()?;
    // A vector bucket is none of COS's: this one is made here and deleted at the end.
    let bucket = format!("vectors-{}", place.bucket);
    let client = CosVectorsClient::from(place.client.clone());
    client.create_vector_bucket(&bucket).send()?;
    let outcome = show(&client, &bucket);
    client.delete_index(&bucket, "idx").send()?;
    client.delete_vector_bucket(&bucket).send()?;
    outcome
}

fn show(client: &CosVectorsClient, bucket: &str) -> Result<(), Box<dyn Error>> {
    client.create_index(bucket, "idx", "float32", 3, "cosine").send()?;
    let vectors = json!([
        {"key": "cat", "data": {"float32": [0.9, 0.1, 0.0]}, "metadata": {"kind": "animal"}},
        {"key": "dog", "data": {"float32": [0.8, 0.3, 0.1]}, "metadata": {"kind": "animal"}},
        {"key": "car", "data": {"float32": [0.1, 0.2, 0.9]}, "metadata": {"kind": "thing"}},
    ]);
    client.put_vectors(bucket, "idx", vectors).send()?;

    let query = client.query_vectors(bucket, "idx", json!({"float32": [1.0, 0.0, 0.0]}), 2);
    let neighbours = query.filter(json!({"kind": {"$eq": "animal"}})).return_distance(true).send()?;
    for neighbour in &neighbours["vectors"] {
        println!("{} at {}", neighbour["key"], neighbour["distance"]);
    }
    client.delete_vectors(bucket, "idx", json!(["car"])).send()?;
    println!("{} are left", client.list_vectors(bucket, "idx").send()?["vectors"].len());
    Ok(())
}
