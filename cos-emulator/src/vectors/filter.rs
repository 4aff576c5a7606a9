//! Conditions on metadata.

use std::cmp::Ordering;

use serde_json::Value;

/// Whether metadata fulfils a condition: `{"key": {"$eq": 1}}`, `{"key": 1}`, `{"$and": [..]}`, `{"$or": [..]}`. An
/// error names the part that is not understood.
pub(super) fn fits(filter: &Value, metadata: &Value) -> Result<bool, String> {
    let conditions = filter.as_object().ok_or("A filter must be an object.")?;
    for (name, wanted) in conditions {
        let fits = match name.as_str() {
            "$and" | "$or" => {
                let parts = wanted.as_array().ok_or_else(|| format!("{name} must be a list."))?;
                let each = parts.iter().map(|part| fits(part, metadata)).collect::<Result<Vec<_>, _>>()?;
                if name == "$and" { each.iter().all(|fits| *fits) } else { each.iter().any(|fits| *fits) }
            }
            name if name.starts_with('$') => return Err(format!("{name} is unknown.")),
            name => fits_value(wanted, metadata.get(name))?,
        };
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}

fn fits_value(wanted: &Value, found: Option<&Value>) -> Result<bool, String> {
    let Some(operators) = wanted.as_object() else { return Ok(equal(wanted, found)) };
    for (operator, operand) in operators {
        let order = || found.and_then(|found| compare(found, operand));
        let among = || operand.as_array().is_some_and(|all| all.iter().any(|one| equal(one, found)));
        let fits = match operator.as_str() {
            "$eq" => equal(operand, found),
            "$ne" => !equal(operand, found),
            "$gt" => order() == Some(Ordering::Greater),
            "$gte" => matches!(order(), Some(Ordering::Greater | Ordering::Equal)),
            "$lt" => order() == Some(Ordering::Less),
            "$lte" => matches!(order(), Some(Ordering::Less | Ordering::Equal)),
            "$in" => among(),
            "$nin" => !among(),
            "$exists" => operand.as_bool() == Some(found.is_some()),
            other => return Err(format!("{other} is unknown.")),
        };
        if !fits {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A list holds what one of its items is.
fn equal(wanted: &Value, found: Option<&Value>) -> bool {
    match found {
        Some(Value::Array(items)) if !wanted.is_array() => items.iter().any(|item| equal(wanted, Some(item))),
        Some(found) => found == wanted || compare(found, wanted) == Some(Ordering::Equal),
        None => false,
    }
}

fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64()?.partial_cmp(&other.as_f64()?),
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_add_up() {
        let metadata = json!({"n": 5, "s": "b", "tags": ["x", "y"]});
        for (filter, expected) in [
            (json!({}), true),
            (json!({"n": 5, "s": "b"}), true),
            (json!({"n": {"$gt": 4, "$lte": 5}}), true),
            (json!({"n": {"$gt": 5}}), false),
            (json!({"s": {"$in": ["a", "b"]}}), true),
            (json!({"s": {"$nin": ["a", "b"]}}), false),
            (json!({"tags": "y"}), true),
            (json!({"none": {"$exists": false}}), true),
            (json!({"none": {"$ne": 1}}), true),
            (json!({"$or": [{"n": 1}, {"s": "b"}]}), true),
            (json!({"$and": [{"n": 5}, {"s": "a"}]}), false),
        ] {
            assert_eq!(fits(&filter, &metadata), Ok(expected), "{filter}");
        }
        assert!(fits(&json!({"n": {"$like": 1}}), &metadata).is_err());
        assert!(fits(&json!({"$not": []}), &metadata).is_err());
    }
}
