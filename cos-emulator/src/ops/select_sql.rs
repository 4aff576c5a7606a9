//! The SQL of a query: columns, conditions and a limit over one object's records.

use std::cmp::Ordering;

use serde_json::Value;
use sqlparser::ast::{
    BinaryOperator, Expr, Ident, LimitClause, SelectItem, SetExpr, Statement, UnaryOperator, Value as Literal,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use crate::error::{Code, Error};

/// A record: names and values of its fields, in order.
pub(super) type Record = Vec<(String, Value)>;

/// A query that was understood.
#[derive(Debug)]
pub(super) struct Plan {
    columns: Columns,
    condition: Option<Expr>,
    pub(super) limit: Option<u64>,
}

#[derive(Debug)]
enum Columns {
    All,
    Count,
    Named(Vec<(String, Expr)>),
}

fn refuse(what: impl std::fmt::Display) -> Error {
    Error::new(Code::InvalidArgument, format!("The emulator does not understand this expression: {what}."))
}

impl Plan {
    pub(super) fn parse(sql: &str) -> Result<Self, Error> {
        let mut statements = Parser::parse_sql(&GenericDialect {}, sql).map_err(refuse)?;
        let (Some(Statement::Query(query)), true) = (statements.pop(), statements.is_empty()) else {
            return Err(refuse("it is no SELECT"));
        };
        let limit = match query.limit_clause {
            None => None,
            Some(LimitClause::LimitOffset { limit: Some(limit), offset: None, .. }) => {
                Some(limit.to_string().parse().map_err(|_| refuse("LIMIT"))?)
            }
            Some(_) => return Err(refuse("LIMIT")),
        };
        let SetExpr::Select(select) = *query.body else { return Err(refuse("it is no SELECT")) };
        Ok(Self { columns: columns(select.projection)?, condition: select.selection, limit })
    }

    /// Returns what of the records is asked for.
    pub(super) fn run(&self, records: impl Iterator<Item = Result<Record, Error>>) -> Result<Vec<Record>, Error> {
        let mut found = Vec::new();
        let mut count = 0_u64;
        for record in records {
            let record = record?;
            if self.limit.is_some_and(|limit| count >= limit) {
                break;
            }
            if let Some(condition) = &self.condition
                && !holds(condition, &record)?
            {
                continue;
            }
            count += 1;
            match &self.columns {
                Columns::Count => {}
                Columns::All => found.push(record),
                Columns::Named(columns) => {
                    let field = |(name, expr): &(String, Expr)| Ok((name.clone(), value(expr, &record)?));
                    found.push(columns.iter().map(field).collect::<Result<_, Error>>()?);
                }
            }
        }
        if let Columns::Count = self.columns {
            found.push(vec![("_1".to_owned(), count.into())]);
        }
        Ok(found)
    }
}

fn columns(items: Vec<SelectItem>) -> Result<Columns, Error> {
    match &items[..] {
        [SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)] => return Ok(Columns::All),
        [SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }]
            if expr.to_string().eq_ignore_ascii_case("count(*)") =>
        {
            return Ok(Columns::Count);
        }
        _ => {}
    }
    let named = items.into_iter().enumerate().map(|(index, item)| match item {
        SelectItem::ExprWithAlias { expr, alias } => Ok((alias.value, expr)),
        SelectItem::UnnamedExpr(expr) => {
            let name = path(&expr).and_then(|path| Some(path.last()?.value.clone()));
            Ok((name.unwrap_or_else(|| format!("_{}", index + 1)), expr))
        }
        other => Err(refuse(other)),
    });
    named.collect::<Result<_, _>>().map(Columns::Named)
}

/// The names of a field, without the table's.
fn path(expr: &Expr) -> Option<&[Ident]> {
    match expr {
        Expr::Identifier(name) => Some(std::slice::from_ref(name)),
        Expr::CompoundIdentifier(names) if names.len() > 1 => Some(&names[1..]),
        _ => None,
    }
}

fn value(expr: &Expr, record: &Record) -> Result<Value, Error> {
    if let Some(names) = path(expr) {
        let (first, rest) = names.split_first().ok_or_else(|| refuse(expr))?;
        let mut found = field(first, record);
        for name in rest {
            found = found.and_then(|value| value.get(&name.value));
        }
        return Ok(found.cloned().unwrap_or(Value::Null));
    }
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => value(inner, record),
        Expr::Value(literal) => match &literal.value {
            Literal::Number(digits, _) => digits.parse::<serde_json::Number>().map(Value::Number).map_err(refuse),
            Literal::SingleQuotedString(text) | Literal::DoubleQuotedString(text) => Ok(text.clone().into()),
            Literal::Boolean(value) => Ok((*value).into()),
            Literal::Null => Ok(Value::Null),
            other => Err(refuse(other)),
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => {
            let number = number(&value(expr, record)?).ok_or_else(|| refuse(expr))?;
            Ok((-number).into())
        }
        other => Err(refuse(other)),
    }
}

/// A field by its name, or by its place: `_1`.
fn field<'r>(name: &Ident, record: &'r Record) -> Option<&'r Value> {
    let named = |(known, _): &&(String, Value)| {
        if name.quote_style.is_some() { *known == name.value } else { known.eq_ignore_ascii_case(&name.value) }
    };
    let place = || name.value.strip_prefix('_')?.parse::<usize>().ok()?.checked_sub(1);
    let found = record.iter().find(named).or_else(|| record.get(place()?));
    found.map(|(_, value)| value)
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn holds(expr: &Expr, record: &Record) -> Result<bool, Error> {
    Ok(match expr {
        Expr::Nested(inner) => holds(inner, record)?,
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => !holds(expr, record)?,
        Expr::IsNull(inner) => value(inner, record)?.is_null(),
        Expr::IsNotNull(inner) => !value(inner, record)?.is_null(),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => holds(left, record)? && holds(right, record)?,
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => holds(left, record)? || holds(right, record)?,
        Expr::BinaryOp { left, op, right } => {
            let order = compare(&value(left, record)?, &value(right, record)?);
            let fits = |wanted: &[Ordering]| order.is_some_and(|order| wanted.contains(&order));
            match op {
                BinaryOperator::Eq => fits(&[Ordering::Equal]),
                BinaryOperator::NotEq => fits(&[Ordering::Less, Ordering::Greater]),
                BinaryOperator::Lt => fits(&[Ordering::Less]),
                BinaryOperator::LtEq => fits(&[Ordering::Less, Ordering::Equal]),
                BinaryOperator::Gt => fits(&[Ordering::Greater]),
                BinaryOperator::GtEq => fits(&[Ordering::Greater, Ordering::Equal]),
                _ => return Err(refuse(expr)),
            }
        }
        other => value(other, record)?.as_bool().ok_or_else(|| refuse(other))?,
    })
}

/// Numbers by their size where both are, else texts; nothing compares with NULL.
fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, _) | (_, Value::Null) => None,
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left.partial_cmp(&right),
            _ => Some(text(left).cmp(&text(right))),
        },
    }
}

/// A value as a field of a CSV record.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(sql: &str) -> String {
        let record = |name: &str, age: &str| Ok(vec![("name".into(), name.into()), ("age".into(), age.into())]);
        let records = [record("ann", "9"), record("bob", "30"), record("cid", "41")];
        let found = Plan::parse(sql).and_then(|plan| plan.run(records.into_iter()));
        let line = |record: &Record| record.iter().map(|(_, value)| text(value)).collect::<Vec<_>>().join(",");
        found.map_or_else(|_| "refused".to_owned(), |found| found.iter().map(line).collect::<Vec<_>>().join(";"))
    }

    #[test]
    fn queries() {
        for (sql, expected) in [
            ("Select * from COSObject", "ann,9;bob,30;cid,41"),
            ("select s.* from COSObject s limit 1", "ann,9"),
            ("select s._2, s.NAME from COSObject s where s._2 > 9", "30,bob;41,cid"),
            ("select name from COSObject s where s.\"age\" >= 30 and not name = 'cid' or s._1 = 'ann'", "ann;bob"),
            ("select count(*) from COSObject s where CAST(s._2 AS INT) <> 9", "2"),
            ("select name from COSObject where nothing = 1", ""),
            ("select name from COSObject where nothing is null limit 2", "ann;bob"),
            ("delete from COSObject", "refused"),
            ("select upper(name) from COSObject", "refused"),
            ("select", "refused"),
        ] {
            assert_eq!(run(sql), expected, "{sql}");
        }
    }
}
