//! Statements that the model holds as definitions: extensions, domains, policies and others, in the text of the statement.
//!
//! Must not know the content of a definition, only its name and its owner.

use sqlparser::tokenizer::Token;

use crate::schema::{Definition, DefinitionId, DefinitionKind, ObjectName, Origin, Place, Product};

use super::super::source::{Output, SourceError};
use super::statement::{Statement, is_word};
use super::{names, privilege, raw, sequence};

/// The kind of definition that `CREATE` and the next words declare, if any.
pub(super) fn kind_of(words: &[String]) -> Option<DefinitionKind> {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    if word(0) != "CREATE" {
        return None;
    }
    match word(1) {
        "SCHEMA" => Some(DefinitionKind::Schema),
        "EXTENSION" => Some(DefinitionKind::Extension),
        "COLLATION" => Some(DefinitionKind::Collation),
        "DOMAIN" => Some(DefinitionKind::Domain),
        "SEQUENCE" => Some(DefinitionKind::Sequence),
        "STATISTICS" => Some(DefinitionKind::Statistics),
        "POLICY" => Some(DefinitionKind::Policy),
        "RULE" => Some(DefinitionKind::Rule),
        "EVENT" if word(2) != "TRIGGER" => Some(DefinitionKind::Event),
        "AGGREGATE" => Some(DefinitionKind::Aggregate),
        "OR" if word(2) == "REPLACE" && word(3) == "AGGREGATE" => Some(DefinitionKind::Aggregate),
        "OR" if word(2) == "REPLACE" && word(3) == "RULE" => Some(DefinitionKind::Rule),
        "TYPE" => match (word(3), word(4)) {
            ("AS", "RANGE") => Some(DefinitionKind::RangeType),
            ("AS", "") => Some(DefinitionKind::CompositeType),
            _ => None,
        },
        _ => None,
    }
}

/// Whether `ALTER TABLE` adds an exclusion constraint, which the parser does not know.
pub(super) fn excludes(statement: &Statement<'_>) -> bool {
    let mut words = statement.tokens().iter().map(|(token, _)| token);
    words.any(|token| is_word(token, "CONSTRAINT")) && words.nth(1).is_some_and(|token| is_word(token, "EXCLUDE"))
}

/// Adds a statement to the model as a definition.
pub(super) fn read(statement: &Statement<'_>, kind: DefinitionKind, output: &mut Output) -> Result<(), SourceError> {
    let product = statement.product();
    let has_it = match kind {
        DefinitionKind::Event => matches!(product, Product::MySql | Product::MariaDb),
        DefinitionKind::Sequence => matches!(product, Product::Postgres | Product::MariaDb),
        _ => product == Product::Postgres,
    };
    if !has_it {
        let trouble = SourceError::new(
            statement.first_words(),
            format!("{product} has no such thing: {kind}"),
            "not for every database",
        );
        let key = if kind == DefinitionKind::Event { Product::MySql } else { Product::Postgres }.key();
        return Err(trouble.hint(format!("move it to a file for one database: `<name>.{key}.sql`")));
    }
    if kind == DefinitionKind::Event {
        raw::no_definer(statement)?;
        has_one_time(statement)?;
    }
    let tokens = statement.tokens();
    let find = |word: &str, from: usize| {
        tokens.iter().skip(from).position(|(token, _)| is_word(token, word)).map(|at| from + at)
    };
    // `IF NOT EXISTS` affects the execution of a statement, not its declaration.
    let guard = (2..5).contains(&find("EXISTS", 2).unwrap_or(0)).then_some(2..5);
    let nameless = || SourceError::new(statement.first_words(), format!("this {kind} has no name"), "no name");
    let (id, sql) = match kind {
        DefinitionKind::Exclusion => {
            let at = find("CONSTRAINT", 0).ok_or_else(nameless)? + 1;
            let (name, _) = raw::name_at(statement, at).ok_or_else(nameless)?;
            let after = |word: &str| find(word, 0).filter(|found| *found < at).map(|found| found + 1);
            let table = after("ONLY").or_else(|| after("EXISTS")).or_else(|| after("TABLE")).ok_or_else(nameless)?;
            (DefinitionId::on(kind, owner(statement, table, output)?, name), statement.whole())
        }
        DefinitionKind::Rule => {
            let at = find("RULE", 1).ok_or_else(nameless)? + 1;
            let (name, after) = raw::name_at(statement, at).ok_or_else(nameless)?;
            let to = find("ON", after).and_then(|on| find("TO", on)).ok_or_else(nameless)? + 1;
            let sql = format!("CREATE {}", statement.sql(at - 1..tokens.len()));
            let (target, _) = raw::name_at(statement, to).ok_or_else(nameless)?;
            (DefinitionId::on(kind, privilege::owner(statement, &target, output)?, name), sql)
        }
        DefinitionKind::Aggregate => {
            let at = find("AGGREGATE", 1).ok_or_else(nameless)? + 1;
            let (mut name, after) = raw::name_at(statement, at).ok_or_else(nameless)?;
            let close =
                tokens.iter().skip(after).position(|(token, _)| *token == Token::RParen).ok_or_else(nameless)?;
            let arguments = statement.sql(after + 1..after + close).to_lowercase();
            let arguments = if arguments == "*" { String::new() } else { arguments };
            name.name = format!("{}({arguments})", name.name).into();
            (DefinitionId::new(kind, name), format!("CREATE {}", statement.sql(at - 1..tokens.len())))
        }
        DefinitionKind::Sequence => {
            let start = guard.as_ref().map_or(2, |guard| guard.end);
            let (name, _) = raw::name_at(statement, start).ok_or_else(nameless)?;
            let (sql, owner) = sequence::parted(statement, 0..start, output)?;
            let id = DefinitionId::new(kind, name);
            insert(statement, id.clone(), format!("CREATE SEQUENCE {sql}"), output)?;
            return owner.map_or(Ok(()), |owner| sequence::own(statement, &id, owner, output));
        }
        DefinitionKind::Policy => {
            let (name, after) = raw::name_at(statement, 2).ok_or_else(nameless)?;
            let on = find("ON", after).ok_or_else(nameless)? + 1;
            (DefinitionId::on(kind, owner(statement, on, output)?, name), statement.whole())
        }
        _ => {
            let (name, _) =
                raw::name_at(statement, guard.as_ref().map_or(2, |guard| guard.end)).ok_or_else(nameless)?;
            let sql = match guard {
                Some(guard) => format!("{} {}", statement.sql(0..guard.start), statement.sql(guard.end..tokens.len())),
                None => statement.whole(),
            };
            (DefinitionId::new(kind, name), sql)
        }
    };
    insert(statement, id, sql, output)
}

/// Refuses a schedule with times relative to the creation of the event: the event would differ in every database.
fn has_one_time(statement: &Statement<'_>) -> Result<(), SourceError> {
    let tokens = statement.tokens();
    let body = tokens.iter().position(|(token, _)| is_word(token, "DO")).unwrap_or(tokens.len());
    let schedule = tokens.get(..body).unwrap_or_default();
    let times = ["AT", "STARTS", "ENDS"];
    let is_text = |at: usize| schedule.get(at).is_some_and(|(token, _)| matches!(token, Token::SingleQuotedString(_)));
    let is_written = |at: usize| is_text(at) || is_word(&schedule[at].0, "TIMESTAMP") && is_text(at + 1);
    let is_time = |at: usize| times.iter().any(|word| is_word(&schedule[at].0, word)) && !is_written(at + 1);
    let found = (0..schedule.len().saturating_sub(1)).find(|at| is_time(*at));
    let Some(pair) = found.and_then(|at| schedule.get(at..at + 2)) else { return Ok(()) };
    let word = pair[0].0.to_string().to_uppercase();
    let trouble = SourceError::new(
        statement.first_words(),
        format!("`{word} {}` is another time in every database", pair[1].0),
        "no literal time",
    );
    let hint = match word.as_str() {
        "STARTS" => {
            "leave it out: an event without it starts when it is created; or write a time: STARTS '2030-01-01 00:00:00'"
        }
        "ENDS" => "write a time: ENDS '2030-01-01 00:00:00'",
        _ => "write a time: AT '2030-01-01 00:00:00'",
    };
    Err(trouble.hint(hint))
}

/// Adds a definition to the model, unless one of its name exists.
pub(super) fn insert(
    statement: &Statement<'_>,
    id: DefinitionId,
    sql: String,
    output: &mut Output,
) -> Result<(), SourceError> {
    let place = Place::Definition(id.clone());
    if let Some(first) = output.model.sources.get(&place) {
        let first = format!("{}:{}", first.file.display(), first.line);
        let trouble = SourceError::new(statement.first_words(), format!("`{id}` is declared twice"), "the second");
        return Err(trouble.hint(format!("the first is at {first}")));
    }
    output.declare(place, &statement.spot(), Origin::Sidecar);
    output.model.schema.definitions.insert(id.clone(), Definition::new(id, sql));
    Ok(())
}

/// The declared table that the name at a token refers to.
fn owner(statement: &Statement<'_>, at: usize, output: &mut Output) -> Result<ObjectName, SourceError> {
    let nothing = || SourceError::new(statement.first_words(), "this belongs to no table", "no table");
    let (target, _) = raw::name_at(statement, at).ok_or_else(nothing)?;
    let table = names::table(&mut output.model.schema, &target, statement.product());
    table.map(|table| table.name.clone()).ok_or_else(|| {
        let spot = statement.spot_of(target.name.as_str());
        SourceError::new(spot, format!("no entity declares a table `{target}`"), "not found")
            .hint("declare the table by an entity, or correct its name")
    })
}
