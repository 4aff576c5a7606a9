//! Vectors as structs, beside the dicts that the calls take and return.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::dict::Dict;

/// A vector of an index, for [`put_vectors`](crate::CosVectorsClient::put_vectors) and from the answers of `get_vectors`
/// and `list_vectors`.
///
/// ```
/// use qcloud_cos::vectors::Vector;
/// use qcloud_cos::{CosError, CosVectorsClient, json};
///
/// # fn example(client: &CosVectorsClient) -> Result<(), CosError> {
/// let vectors = vec![Vector::new("cat", [0.9, 0.1, 0.0]).metadata(json!({"kind": "animal"}))];
/// client.put_vectors("examplebucket-1250000000", "idx", vectors).send()?;
///
/// let response = client.list_vectors("examplebucket-1250000000", "idx").return_data(true).send()?;
/// let vectors: Vec<Vector> = response["vectors"].read()?;
/// println!("{} has {} dimensions", vectors[0].key, vectors[0].data.len());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Vector {
    /// The key.
    pub key: String,
    /// The numbers; empty in an answer that leaves them out.
    #[serde(default, skip_serializing_if = "Data::has_none")]
    pub data: Data,
    /// The metadata, a dict; null if there is none.
    #[serde(default, skip_serializing_if = "Dict::is_null")]
    pub metadata: Dict,
}

impl Vector {
    /// Makes a vector of a key and numbers.
    pub fn new(key: impl Into<String>, data: impl Into<Vec<f32>>) -> Self {
        Self { key: key.into(), data: Data { float32: data.into() }, metadata: Dict::Null }
    }

    /// Sets the metadata, which queries can filter by.
    pub fn metadata(mut self, metadata: impl Into<Dict>) -> Self {
        self.metadata = metadata.into();
        self
    }
}

/// The numbers of a vector. Python: `{'float32': [..]}`. It is used like a list.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Data {
    /// The numbers.
    #[serde(default)]
    pub float32: Vec<f32>,
}

impl Data {
    fn has_none(&self) -> bool {
        self.float32.is_empty()
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.float32.fmt(f)
    }
}

impl std::ops::Deref for Data {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.float32
    }
}

impl<T: Into<Vec<f32>>> From<T> for Data {
    fn from(float32: T) -> Self {
        Self { float32: float32.into() }
    }
}

/// The query vector of [`query_vectors`](crate::CosVectorsClient::query_vectors).
impl From<Data> for Dict {
    fn from(data: Data) -> Self {
        as_written(&data)
    }
}

impl From<Vector> for Dict {
    fn from(vector: Vector) -> Self {
        as_written(&vector)
    }
}

impl From<Vec<Vector>> for Dict {
    fn from(vectors: Vec<Vector>) -> Self {
        vectors.into_iter().map(Self::from).collect()
    }
}

/// Makes the dict by way of the text, because 0.1 as a number of 32 bits is not 0.1 as one of 64.
fn as_written<T: Serialize>(value: &T) -> Dict {
    let text = serde_json::to_string(value).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&text).map(Dict::from).unwrap_or_default()
}

/// A neighbour that [`query_vectors`](crate::CosVectorsClient::query_vectors) found.
///
/// ```
/// use qcloud_cos::vectors::{Data, QueryResult};
/// use qcloud_cos::{CosError, CosVectorsClient};
///
/// # fn example(client: &CosVectorsClient) -> Result<(), CosError> {
/// let vector = Data::from([1.0, 0.0, 0.0]);
/// let response = client.query_vectors("examplebucket-1250000000", "idx", vector, 10).return_distance(true).send()?;
/// for found in response["vectors"].read::<Vec<QueryResult>>()? {
///     println!("{} at {:?}", found.key, found.distance);
/// }
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QueryResult {
    /// The key.
    pub key: String,
    /// The distance by the metric of the index; `None` unless `return_distance` is set.
    #[serde(default)]
    pub distance: Option<f64>,
    /// The metadata; null unless `return_meta_data` is set.
    #[serde(default)]
    pub metadata: Dict,
}
