//! The content of vector buckets, and the operations on it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};

use super::filter::fits;

/// A status, a code and a message.
pub(crate) struct Failure(pub(crate) u16, pub(crate) &'static str, pub(crate) String);

type Outcome = Result<Value, Failure>;

fn invalid(message: impl Into<String>) -> Failure {
    Failure(400, "ValidationException", message.into())
}

fn missing(what: &str) -> Failure {
    Failure(404, "NotFoundException", format!("The {what} does not exist."))
}

fn conflict(what: &str) -> Failure {
    Failure(409, "ConflictException", what.to_owned())
}

/// All vector buckets, by their names.
#[derive(Default)]
pub(crate) struct Vectors(Mutex<Buckets>);

impl Vectors {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Buckets> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.lock().0.clear();
    }
}

#[derive(Default)]
pub(crate) struct Buckets(BTreeMap<String, Bucket>);

struct Bucket {
    description: Value,
    policy: Option<String>,
    indexes: BTreeMap<String, Index>,
}

struct Index {
    description: Value,
    dimension: usize,
    cosine: bool,
    vectors: BTreeMap<String, Stored>,
}

struct Stored {
    data: Vec<f64>,
    metadata: Value,
}

fn text<'v>(input: &'v Value, name: &str) -> Result<&'v str, Failure> {
    let text = input.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    text.ok_or_else(|| invalid(format!("{name} is missing.")))
}

fn list<'v>(input: &'v Value, name: &str) -> Result<&'v [Value], Failure> {
    let list = input.get(name).and_then(Value::as_array).filter(|list| !list.is_empty());
    list.map(Vec::as_slice).ok_or_else(|| invalid(format!("{name} must be a list with something in it.")))
}

/// Reads a switch; `returnMetaData` is also spelt `returnMetadata`.
fn is_set(input: &Value, name: &str) -> bool {
    let other = name.replace("MetaData", "Metadata");
    [name, &other].iter().any(|name| input.get(*name) == Some(&Value::Bool(true)))
}

impl Buckets {
    pub(crate) fn carry_out(&mut self, operation: &str, input: &Value, region: &str, now: u64) -> Outcome {
        match operation {
            "CreateVectorBucket" => self.create(input, region, now),
            "ListVectorBuckets" => {
                let all = self.0.iter().map(|(name, bucket)| (name.as_str(), bucket.description.clone()));
                Ok(page(input, "vectorBuckets", all))
            }
            _ => {
                let name = text(input, "vectorBucketName")?;
                if operation == "DeleteVectorBucket" {
                    let bucket = self.0.get(name).ok_or_else(|| missing("vector bucket"))?;
                    if !bucket.indexes.is_empty() {
                        return Err(conflict("The vector bucket is not empty."));
                    }
                    self.0.remove(name);
                    return Ok(json!({}));
                }
                let bucket = self.0.get_mut(name).ok_or_else(|| missing("vector bucket"))?;
                bucket.carry_out(operation, input, now)
            }
        }
    }

    fn create(&mut self, input: &Value, region: &str, now: u64) -> Outcome {
        let name = text(input, "vectorBucketName")?;
        if self.0.contains_key(name) {
            return Err(conflict("VectorBucket already exists"));
        }
        let appid = name.rsplit('-').next().unwrap_or_default();
        let qcs = format!("qcs::cosvector:{region}:uid/{appid}:bucket/{name}");
        let mut description = json!({"vectorBucketName": name, "vectorBucketQcs": qcs, "creationTime": now});
        if let Some(encryption) = input.get("encryptionConfiguration") {
            description["encryptionConfiguration"] = encryption.clone();
        }
        self.0.insert(name.to_owned(), Bucket { description, policy: None, indexes: BTreeMap::new() });
        Ok(json!({ "vectorBucketQcs": qcs }))
    }
}

impl Bucket {
    fn carry_out(&mut self, operation: &str, input: &Value, now: u64) -> Outcome {
        match operation {
            "GetVectorBucket" => Ok(json!({ "vectorBucket": self.description })),
            "PutVectorBucketPolicy" => {
                self.policy = Some(text(input, "policy")?.to_owned());
                Ok(json!({}))
            }
            "GetVectorBucketPolicy" => match &self.policy {
                Some(policy) => Ok(json!({ "policy": policy })),
                None => Err(missing("policy")),
            },
            "DeleteVectorBucketPolicy" => {
                self.policy = None;
                Ok(json!({}))
            }
            "CreateIndex" => self.create_index(input, now),
            "ListIndexes" => {
                let all = self.indexes.iter().map(|(name, index)| (name.as_str(), index.description.clone()));
                Ok(page(input, "indexes", all))
            }
            "DeleteIndex" => {
                self.indexes.remove(text(input, "indexName")?);
                Ok(json!({}))
            }
            _ => {
                let index = self.indexes.get_mut(text(input, "indexName")?).ok_or_else(|| missing("index"))?;
                index.carry_out(operation, input)
            }
        }
    }

    fn create_index(&mut self, input: &Value, now: u64) -> Outcome {
        let name = text(input, "indexName")?;
        if self.indexes.contains_key(name) {
            return Err(conflict("The index already exists."));
        }
        let dimension = input.get("dimension").and_then(Value::as_u64).filter(|size| (1..=4096).contains(size));
        let dimension = dimension.ok_or_else(|| invalid("dimension must be from 1 to 4096."))? as usize;
        let metric = text(input, "distanceMetric")?;
        if !["cosine", "euclidean"].contains(&metric) || text(input, "dataType")? != "float32" {
            return Err(invalid("distanceMetric must be cosine or euclidean, and dataType float32."));
        }
        let qcs = self.description["vectorBucketQcs"].as_str().unwrap_or_default();
        let qcs = format!("{qcs}/index/{name}");
        let mut description = json!({
            "indexName": name, "indexQcs": qcs, "vectorBucketName": self.description["vectorBucketName"],
            "creationTime": now, "dimension": dimension, "dataType": "float32", "distanceMetric": metric,
        });
        if let Some(configuration) = input.get("metadataConfiguration") {
            description["metadataConfiguration"] = configuration.clone();
        }
        let index = Index { description, dimension, cosine: metric == "cosine", vectors: BTreeMap::new() };
        self.indexes.insert(name.to_owned(), index);
        Ok(json!({ "indexQcs": qcs }))
    }
}

impl Index {
    fn carry_out(&mut self, operation: &str, input: &Value) -> Outcome {
        match operation {
            "GetIndex" => Ok(json!({ "index": self.description })),
            "PutVectors" => self.put(input),
            "GetVectors" => {
                let keys = list(input, "keys")?.iter().filter_map(Value::as_str);
                let found = keys.filter_map(|key| Some(shown(key, self.vectors.get(key)?, input)));
                Ok(json!({ "vectors": found.collect::<Vec<_>>() }))
            }
            "DeleteVectors" => {
                for key in list(input, "keys")?.iter().filter_map(Value::as_str) {
                    self.vectors.remove(key);
                }
                Ok(json!({}))
            }
            "ListVectors" => {
                let number = |name: &str| input.get(name).and_then(Value::as_u64);
                let (count, own) = (number("segmentCount"), number("segmentIndex"));
                let all = self.filtered(input)?.into_iter().enumerate();
                let all = all.filter(|(at, _)| match (count, own) {
                    (Some(count), Some(own)) if count > 0 => *at as u64 % count == own,
                    _ => true,
                });
                Ok(page(input, "vectors", all.map(|(_, (key, stored))| (key, shown(key, stored, input)))))
            }
            "QueryVectors" => self.query(input),
            _ => Err(Failure(400, "NotImplemented", format!("The emulator does not know {operation}."))),
        }
    }

    fn put(&mut self, input: &Value) -> Outcome {
        let mut read = Vec::new();
        // All of them are good, or none is written.
        for vector in list(input, "vectors")? {
            let data = self.data(vector.get("data").unwrap_or(&Value::Null))?;
            let metadata = vector.get("metadata").cloned().unwrap_or_else(|| json!({}));
            read.push((text(vector, "key")?.to_owned(), Stored { data, metadata }));
        }
        self.vectors.extend(read);
        Ok(json!({}))
    }

    fn data(&self, data: &Value) -> Result<Vec<f64>, Failure> {
        let numbers = data.get("float32").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        #[allow(clippy::cast_possible_truncation, reason = "the service keeps 32 bits")]
        let numbers: Option<Vec<f64>> = numbers.iter().map(|n| Some(f64::from(n.as_f64()? as f32))).collect();
        let numbers = numbers.filter(|numbers| numbers.len() == self.dimension);
        numbers.ok_or_else(|| invalid(format!("A vector of this index has {} numbers.", self.dimension)))
    }

    fn filtered(&self, input: &Value) -> Result<Vec<(&str, &Stored)>, Failure> {
        let mut found = Vec::new();
        for (key, stored) in &self.vectors {
            let fits = input.get("filter").is_none_or(Value::is_null) || {
                fits(&input["filter"], &stored.metadata).map_err(invalid)?
            };
            if fits {
                found.push((key.as_str(), stored));
            }
        }
        Ok(found)
    }

    fn query(&self, input: &Value) -> Outcome {
        let wanted = self.data(input.get("queryVector").unwrap_or(&Value::Null))?;
        let top = input.get("topK").and_then(Value::as_u64).filter(|top| *top > 0);
        let top = top.ok_or_else(|| invalid("topK must be a number from 1 on."))? as usize;
        let found = self.filtered(input)?.into_iter();
        let mut found: Vec<_> = found.map(|found| (self.distance(&wanted, &found.1.data), found)).collect();
        found.sort_by(|one, other| one.0.total_cmp(&other.0).then_with(|| one.1.0.cmp(other.1.0)));
        let neighbours = found.iter().take(top).map(|(distance, (key, stored))| {
            let mut neighbour = shown(key, stored, input);
            if is_set(input, "returnDistance") {
                neighbour["distance"] = json!(distance);
            }
            neighbour
        });
        let neighbours: Vec<Value> = neighbours.collect();
        Ok(json!({ "vectors": neighbours, "distanceMetric": self.description["distanceMetric"] }))
    }

    fn distance(&self, one: &[f64], other: &[f64]) -> f64 {
        let sum = |each: &dyn Fn(f64, f64) -> f64| one.iter().zip(other).map(|(a, b)| each(*a, *b)).sum::<f64>();
        if !self.cosine {
            return sum(&|a, b| (a - b) * (a - b)).sqrt();
        }
        let lengths = sum(&|a, _| a * a).sqrt() * sum(&|_, b| b * b).sqrt();
        if lengths == 0.0 { 1.0 } else { 1.0 - sum(&|a, b| a * b) / lengths }
    }
}

/// A vector as an answer shows it.
fn shown(key: &str, stored: &Stored, input: &Value) -> Value {
    let mut shown = json!({ "key": key });
    if is_set(input, "returnData") {
        shown["data"] = json!({ "float32": stored.data });
    }
    if is_set(input, "returnMetaData") {
        shown["metadata"] = stored.metadata.clone();
    }
    shown
}

/// A page of a list. Its token is the last name of the page before.
fn page<'v>(input: &Value, name: &str, all: impl Iterator<Item = (&'v str, Value)>) -> Value {
    let given = |name: &str| input.get(name).and_then(Value::as_str).unwrap_or_default();
    let (prefix, after) = (given("prefix"), given("nextToken"));
    let size = input.get("maxResults").and_then(Value::as_u64).unwrap_or(500).clamp(1, 1000) as usize;
    let mut all = all.filter(|(name, _)| name.starts_with(prefix) && (after.is_empty() || *name > after));
    let items: Vec<_> = all.by_ref().take(size).collect();
    let more = all.next().is_some();
    let token = items.last().filter(|_| more).map(|(name, _)| (*name).to_owned());
    let mut answer = Map::new();
    answer.insert(name.to_owned(), items.into_iter().map(|(_, item)| item).collect());
    if let Some(token) = token {
        answer.insert("nextToken".to_owned(), token.into());
    }
    answer.into()
}
