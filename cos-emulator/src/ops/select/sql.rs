//! The statement: one `SELECT` over the records of one object.

use sqlparser::ast::{
    Expr as Tree, Function, FunctionArg, FunctionArgExpr, FunctionArguments, LimitClause, Query, Select, SelectItem,
    SetExpr, Statement as Parsed, TableFactor, Value as Literal, WildcardAdditionalOptions,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};

use super::aggregate::Function as Aggregate;
use super::expression::{Expr, Translator, unsupported};
use crate::error::{Code, Error};

/// Operators, keywords and brackets in a statement. Each may be a level of its tree, and the code that walks the tree
/// is recursive: the parser's own limit is not one of chains like `1 + 1 + 1`.
const MOST_OPERATORS: usize = 200;

/// A statement ready to be run.
pub(super) struct Statement {
    pub(super) items: Items,
    pub(super) filter: Option<Expr>,
    pub(super) limit: Option<u64>,
    /// `FROM COSObject[*]`: the items of arrays are the records.
    pub(super) each: bool,
}

/// The columns or aggregates of the result.
pub(super) enum Items {
    All,
    Columns(Vec<(String, Expr)>),
    Aggregates(Vec<(String, Aggregate, Option<Expr>)>),
}

impl Statement {
    pub(super) fn parse(sql: &str) -> Result<Self, Error> {
        let (sql, each) = without_star(sql);
        let tokens = Tokenizer::new(&GenericDialect {}, &sql).tokenize().map_err(|error| parse_error(error.into()))?;
        if tokens.iter().filter(|token| is_operator(token)).count() > MOST_OPERATORS {
            return Err(parse_error(ParserError::RecursionLimitExceeded));
        }
        let mut parser = Parser::new(&GenericDialect {}).with_tokens(tokens);
        let mut statements = parser.parse_statements().map_err(parse_error)?;
        let (Some(Parsed::Query(mut query)), true) = (statements.pop(), statements.is_empty()) else {
            return Err(Code::UnsupportedSqlOperation.into());
        };
        let limit = query.limit_clause.take().map(|clause| limit_of(&clause)).transpose()?;
        let SetExpr::Select(select) = &mut *query.body else {
            return Err(unsupported(&query));
        };
        let projection = std::mem::take(&mut select.projection);
        let filter = select.selection.take();
        let translator = Translator { alias: table(select)? };
        check_rest(&mut query)?;
        Ok(Self {
            items: items(&translator, &projection)?,
            filter: filter.map(|tree| translator.expression(&tree)).transpose()?,
            limit,
            each,
        })
    }
}

/// Removes the `[*]` after the table's name, which is not SQL.
fn without_star(sql: &str) -> (String, bool) {
    for name in ["cosobject[*]", "s3object[*]"] {
        if let Some(at) = sql.to_ascii_lowercase().find(name)
            && sql[..at].trim_end().to_ascii_lowercase().ends_with("from")
        {
            let end = at + name.len();
            return (format!("{}{}", &sql[..end - "[*]".len()], &sql[end..]), true);
        }
    }
    (sql.to_owned(), false)
}

fn is_operator(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.keyword != Keyword::NoKeyword,
        Token::Whitespace(_) | Token::Comma | Token::Period | Token::Number(..) | Token::SingleQuotedString(_) => false,
        _ => true,
    }
}

fn parse_error(error: ParserError) -> Error {
    match error {
        ParserError::TokenizerError(message) => Error::new(Code::LexerInvalidChar, message),
        ParserError::ParserError(message) => Error::new(Code::ParseUnexpectedToken, message),
        ParserError::RecursionLimitExceeded => {
            Error::new(Code::UnsupportedSqlStructure, "The statement is nested too deeply.")
        }
    }
}

fn limit_of(clause: &LimitClause) -> Result<u64, Error> {
    if let LimitClause::LimitOffset { limit: Some(Tree::Value(value)), offset: None, limit_by } = clause
        && let Literal::Number(number, _) = &value.value
        && limit_by.is_empty()
    {
        return number.parse().map_err(|_| Code::ParseUnexpectedToken.into());
    }
    Err(unsupported(clause))
}

/// The name of the records.
fn table(select: &mut Select) -> Result<String, Error> {
    let relation = match select.from.as_mut_slice() {
        [] => return Err(Code::ParseSelectMissingFrom.into()),
        [table] => &mut table.relation,
        _ => return Err(Error::new(Code::UnsupportedSqlStructure, "There is one object to select from.")),
    };
    let TableFactor::Table { name, alias, .. } = relation else {
        return Err(Code::InvalidDataSource.into());
    };
    let object = name.to_string();
    if !["COSObject", "S3Object"].iter().any(|known| known.eq_ignore_ascii_case(&object)) {
        return Err(Error::new(
            Code::InvalidDataSource,
            format!("There is no {object} to select from: only COSObject."),
        ));
    }
    Ok(alias.take().map_or(object, |alias| alias.name.value))
}

/// Refuses a query with clauses that are not known here.
fn check_rest(query: &mut Query) -> Result<(), Error> {
    if let SetExpr::Select(select) = &mut *query.body {
        select.projection = vec![SelectItem::Wildcard(WildcardAdditionalOptions::default())];
    }
    let text = query.to_string();
    match text.strip_prefix("SELECT * FROM ") {
        Some(table) if table.chars().all(|char| char.is_ascii_alphanumeric()) => Ok(()),
        _ => Err(Error::new(Code::UnsupportedSqlStructure, format!("The emulator does not understand: {text}"))),
    }
}

fn items(translator: &Translator, projection: &[SelectItem]) -> Result<Items, Error> {
    if let [SelectItem::Wildcard(_)] = projection {
        return Ok(Items::All);
    }
    if let [item @ SelectItem::QualifiedWildcard(..)] = projection
        && item.to_string().eq_ignore_ascii_case(&format!("{}.*", translator.alias))
    {
        return Ok(Items::All);
    }
    let (mut columns, mut aggregates) = (Vec::new(), Vec::new());
    for (at, item) in projection.iter().enumerate() {
        let (tree, alias) = match item {
            SelectItem::UnnamedExpr(tree) => (tree, None),
            SelectItem::ExprWithAlias { expr, alias } => (expr, Some(alias.value.clone())),
            _ => return Err(unsupported(item)),
        };
        let by_position = || format!("_{}", at + 1);
        if let Tree::Function(function) = tree
            && let Some(aggregate) = Aggregate::named(&function.name.to_string())
        {
            aggregates.push((alias.unwrap_or_else(by_position), aggregate, argument(translator, function)?));
        } else {
            let name = alias.or_else(|| last_name(tree)).unwrap_or_else(by_position);
            columns.push((name, translator.expression(tree)?));
        }
    }
    match (columns.is_empty(), aggregates.is_empty()) {
        (false, true) => Ok(Items::Columns(columns)),
        (true, false) => Ok(Items::Aggregates(aggregates)),
        _ => {
            let message = "Aggregates and columns cannot be selected together.";
            Err(Error::new(Code::UnsupportedSqlStructure, message))
        }
    }
}

fn last_name(tree: &Tree) -> Option<String> {
    match tree {
        Tree::Identifier(ident) => Some(ident.value.clone()),
        Tree::CompoundIdentifier(idents) => idents.last().map(|ident| ident.value.clone()),
        _ => None,
    }
}

/// The argument of an aggregate; `None` is every record.
fn argument(translator: &Translator, function: &Function) -> Result<Option<Expr>, Error> {
    let FunctionArguments::List(list) = &function.args else {
        return Err(unsupported(function));
    };
    let plain = list.duplicate_treatment.is_none()
        && list.clauses.is_empty()
        && function.filter.is_none()
        && function.over.is_none();
    match list.args.as_slice() {
        [FunctionArg::Unnamed(FunctionArgExpr::Expr(tree))] if plain => translator.expression(tree).map(Some),
        [FunctionArg::Unnamed(FunctionArgExpr::Wildcard)] if plain && function.name.to_string().len() == 5 => Ok(None),
        _ => Err(unsupported(function)),
    }
}
