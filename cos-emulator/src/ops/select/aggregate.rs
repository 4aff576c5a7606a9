//! Aggregates over all records that pass the filter.

use super::value::Value;
use crate::error::{Code, Error};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Count,
    Sum,
    Average,
    Least,
    Greatest,
}

impl Function {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_uppercase().as_str() {
            "COUNT" => Self::Count,
            "SUM" => Self::Sum,
            "AVG" => Self::Average,
            "MIN" => Self::Least,
            "MAX" => Self::Greatest,
            _ => return None,
        })
    }
}

/// An aggregate so far.
pub(super) struct Accumulator {
    function: Function,
    count: i64,
    sum: f64,
    /// Whether all numbers were whole.
    whole: bool,
    chosen: Value,
}

impl Accumulator {
    pub(super) fn new(function: Function) -> Self {
        Self { function, count: 0, sum: 0.0, whole: true, chosen: Value::Null }
    }

    /// Adds the value of one record; null does not count.
    pub(super) fn add(&mut self, value: Value) -> Result<(), Error> {
        if value.is_null() {
            return Ok(());
        }
        self.count += 1;
        match self.function {
            Function::Count => {}
            Function::Sum | Function::Average => {
                let number = value
                    .number()
                    .ok_or_else(|| Error::new(Code::CastFailed, format!("{:?} is not a number.", value.into_text())))?;
                self.sum += number;
                self.whole &= number.fract() == 0.0;
            }
            Function::Least | Function::Greatest => {
                let order = value.compare(&self.chosen);
                let better = match self.function {
                    Function::Least => order.is_some_and(std::cmp::Ordering::is_lt),
                    _ => order.is_some_and(std::cmp::Ordering::is_gt),
                };
                if better || self.chosen.is_null() {
                    self.chosen = value;
                }
            }
        }
        Ok(())
    }

    pub(super) fn result(self) -> Value {
        #[expect(clippy::cast_precision_loss, reason = "nobody counts that far")]
        let count = self.count as f64;
        match self.function {
            Function::Count => Value::Int(self.count),
            Function::Sum | Function::Average if self.count == 0 => Value::Null,
            Function::Sum if self.whole => Value::Int(self.sum as i64),
            Function::Sum => Value::Float(self.sum),
            Function::Average => Value::Float(self.sum / count),
            Function::Least | Function::Greatest => self.chosen,
        }
    }
}
