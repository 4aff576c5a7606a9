//! Expressions over one record.

use std::cmp::Ordering;

use sqlparser::ast::{
    AccessExpr, BinaryOperator, DataType, Expr as Tree, Ident, Subscript, UnaryOperator, Value as Literal,
};

use super::rows::{Row, Step};
use super::value::{Kind, Value, like};
use crate::error::{Code, Error};

/// An expression ready to be evaluated.
#[derive(Debug)]
pub(super) enum Expr {
    Literal(Value),
    Path(Vec<Step>),
    Compare(Box<Expr>, Comparison, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    IsNull(Box<Expr>),
    In(Box<Expr>, Vec<Expr>),
    Like(Box<Expr>, Box<Expr>, Option<char>),
    Cast(Box<Expr>, Kind),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    fn of(operator: &BinaryOperator) -> Option<Self> {
        Some(match operator {
            BinaryOperator::Eq => Self::Equal,
            BinaryOperator::NotEq => Self::NotEqual,
            BinaryOperator::Lt => Self::Less,
            BinaryOperator::LtEq => Self::LessOrEqual,
            BinaryOperator::Gt => Self::Greater,
            BinaryOperator::GtEq => Self::GreaterOrEqual,
            _ => return None,
        })
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Expr {
    pub(super) fn evaluate(&self, row: &Row) -> Result<Value, Error> {
        let truth = |expr: &Self| Ok::<_, Error>(expr.evaluate(row)?.truth());
        let truth = match self {
            Self::Literal(value) => return Ok(value.clone()),
            Self::Path(path) => return row.get(path),
            Self::Cast(expr, kind) => return expr.evaluate(row)?.cast(*kind),
            Self::Compare(left, comparison, right) => {
                let order = left.evaluate(row)?.compare(&right.evaluate(row)?);
                order.map(|order| comparison.holds(order))
            }
            Self::And(left, right) => match (truth(left)?, truth(right)?) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(left, right) => match (truth(left)?, truth(right)?) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Self::Not(expr) => truth(expr)?.map(|truth| !truth),
            Self::IsNull(expr) => Some(expr.evaluate(row)?.is_null()),
            Self::In(expr, list) => {
                let value = expr.evaluate(row)?;
                let mut found = Some(false);
                for item in list {
                    match value.compare(&item.evaluate(row)?) {
                        Some(Ordering::Equal) => return Ok(Value::Bool(true)),
                        Some(_) => {}
                        None => found = None,
                    }
                }
                found
            }
            Self::Like(expr, pattern, escape) => {
                let (value, pattern) = (expr.evaluate(row)?, pattern.evaluate(row)?);
                let known = !value.is_null() && !pattern.is_null();
                known.then(|| like(&value.into_text(), &pattern.into_text(), *escape))
            }
        };
        Ok(Value::from_truth(truth))
    }
}

/// Translates expressions of a statement.
pub(super) struct Translator {
    /// The name of the records.
    pub(super) alias: String,
}

impl Translator {
    pub(super) fn expression(&self, tree: &Tree) -> Result<Expr, Error> {
        let inner = |tree: &Tree| self.expression(tree).map(Box::new);
        let negate = |expr: Expr, negated: bool| if negated { Expr::Not(Box::new(expr)) } else { expr };
        Ok(match tree {
            Tree::Nested(tree) => *inner(tree)?,
            Tree::Value(value) => Expr::Literal(literal(&value.value)?),
            Tree::Identifier(ident) => Expr::Path(vec![step(ident)]),
            Tree::CompoundIdentifier(idents) => Expr::Path(self.path(idents)),
            Tree::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain)?,
            Tree::UnaryOp { op, expr } => match (op, *inner(expr)?) {
                (UnaryOperator::Not, expr) => negate(expr, true),
                (UnaryOperator::Plus, expr @ Expr::Literal(Value::Int(_) | Value::Float(_))) => expr,
                (UnaryOperator::Minus, Expr::Literal(Value::Int(number))) => {
                    Expr::Literal(Value::Int(number.wrapping_neg()))
                }
                (UnaryOperator::Minus, Expr::Literal(Value::Float(number))) => Expr::Literal(Value::Float(-number)),
                _ => return Err(unsupported(tree)),
            },
            Tree::BinaryOp { left, op, right } => {
                let (left, right) = (inner(left)?, inner(right)?);
                match (op, Comparison::of(op)) {
                    (BinaryOperator::And, _) => Expr::And(left, right),
                    (BinaryOperator::Or, _) => Expr::Or(left, right),
                    (_, Some(comparison)) => Expr::Compare(left, comparison, right),
                    _ => return Err(unsupported(tree)),
                }
            }
            Tree::IsNull(expr) => Expr::IsNull(inner(expr)?),
            Tree::IsNotNull(expr) => negate(Expr::IsNull(inner(expr)?), true),
            Tree::InList { expr, list, negated } => {
                let list = list.iter().map(|item| self.expression(item)).collect::<Result<_, _>>()?;
                negate(Expr::In(inner(expr)?, list), *negated)
            }
            Tree::Between { expr, negated, low, high } => {
                let low = Expr::Compare(inner(expr)?, Comparison::GreaterOrEqual, inner(low)?);
                let high = Expr::Compare(inner(expr)?, Comparison::LessOrEqual, inner(high)?);
                negate(Expr::And(Box::new(low), Box::new(high)), *negated)
            }
            Tree::Like { negated, any: false, expr, pattern, escape_char } => {
                let escape = match escape_char {
                    None => None,
                    Some(tree) => match *inner(tree)? {
                        Expr::Literal(Value::Text(text)) if text.chars().count() == 1 => text.chars().next(),
                        _ => return Err(unsupported(tree)),
                    },
                };
                negate(Expr::Like(inner(expr)?, inner(pattern)?, escape), *negated)
            }
            Tree::Cast { expr, data_type, format: None, .. } => Expr::Cast(inner(expr)?, kind(data_type)?),
            Tree::Function(function) => {
                let message = format!("The emulator does not implement {} here.", function.name);
                return Err(Error::new(Code::UnsupportedFunction, message));
            }
            _ => return Err(unsupported(tree)),
        })
    }

    /// A path without the name of the record it starts at.
    fn path(&self, idents: &[Ident]) -> Vec<Step> {
        let of_record = idents.len() > 1 && idents[0].value.eq_ignore_ascii_case(&self.alias);
        idents[usize::from(of_record)..].iter().map(step).collect()
    }

    fn access(&self, root: &Tree, chain: &[AccessExpr]) -> Result<Expr, Error> {
        let mut idents = match root {
            Tree::Identifier(ident) => vec![ident.clone()],
            Tree::CompoundIdentifier(idents) => idents.clone(),
            _ => return Err(unsupported(root)),
        };
        // Names up to the first subscript still belong to the path's start.
        let mut rest = chain.iter().peekable();
        while let Some(AccessExpr::Dot(Tree::Identifier(ident))) = rest.peek() {
            idents.push(ident.clone());
            rest.next();
        }
        let mut path = self.path(&idents);
        for access in rest {
            path.push(match access {
                AccessExpr::Dot(Tree::Identifier(ident)) => step(ident),
                AccessExpr::Subscript(Subscript::Index { index: Tree::Value(value) }) => match &value.value {
                    Literal::Number(number, _) => {
                        Step::Index(number.parse().map_err(|_| Error::from(Code::InvalidColumnIndex))?)
                    }
                    Literal::SingleQuotedString(name) => Step::Name { name: name.clone(), exact: true },
                    _ => return Err(unsupported(root)),
                },
                _ => return Err(unsupported(root)),
            });
        }
        Ok(Expr::Path(path))
    }
}

fn step(ident: &Ident) -> Step {
    Step::Name { name: ident.value.clone(), exact: ident.quote_style.is_some() }
}

fn literal(literal: &Literal) -> Result<Value, Error> {
    match literal {
        Literal::SingleQuotedString(text) => Ok(Value::Text(text.clone())),
        Literal::Boolean(value) => Ok(Value::Bool(*value)),
        Literal::Null => Ok(Value::Null),
        Literal::Number(text, _) => {
            let float = || text.parse().map(Value::Float).map_err(|_| Code::ParseUnexpectedToken.into());
            text.parse().map(Value::Int).or_else(|_| float())
        }
        other => Err(unsupported(other)),
    }
}

fn kind(data_type: &DataType) -> Result<Kind, Error> {
    let text = data_type.to_string().to_ascii_uppercase();
    match text.split('(').next().unwrap_or_default().trim() {
        "INT" | "INTEGER" | "BIGINT" | "SMALLINT" => Ok(Kind::Int),
        "FLOAT" | "DOUBLE" | "DOUBLE PRECISION" | "REAL" | "DECIMAL" | "NUMERIC" => Ok(Kind::Float),
        "STRING" | "TEXT" | "VARCHAR" | "CHAR" => Ok(Kind::Text),
        "BOOL" | "BOOLEAN" => Ok(Kind::Bool),
        _ => Err(Error::new(Code::InvalidDataType, format!("The emulator cannot cast to {text}."))),
    }
}

pub(super) fn unsupported(what: &impl std::fmt::Display) -> Error {
    Error::new(Code::UnsupportedSyntax, format!("The emulator does not understand: {what}"))
}
