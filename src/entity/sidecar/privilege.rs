//! `GRANT … ON … TO …`, and `REVOKE … ON … FROM PUBLIC` for default privileges (PostgreSQL).
//!
//! One definition for each object, role and column, like introspection. Must not know whether a role exists.

use std::collections::BTreeSet;

use sea_gen_runner::sql;
use sqlparser::tokenizer::Token;

use crate::schema::{Definition, DefinitionId, DefinitionKind, ObjectName, Origin, Place};

use super::super::source::{Output, SourceError};
use super::statement::{Statement, is_word};
use super::{names, raw};

/// The privileges of `ALL` for a kind of object, and whether the kind is a relation.
const KINDS: [(&str, &[&str], bool); 6] = [
    ("TABLE", &["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"], true),
    ("SEQUENCE", &["SELECT", "UPDATE", "USAGE"], false),
    ("FUNCTION", &["EXECUTE"], false),
    ("PROCEDURE", &["EXECUTE"], false),
    ("TYPE", &["USAGE"], false),
    ("SCHEMA", &["CREATE", "USAGE"], false),
];

/// Whether a statement grants or revokes privileges on objects, rather than role membership.
pub(super) fn is_on_objects(statement: &Statement<'_>) -> bool {
    let tokens = statement.tokens();
    tokens.first().is_some_and(|(token, _)| is_word(token, "GRANT") || is_word(token, "REVOKE"))
        && tokens.iter().any(|(token, _)| is_word(token, "ON"))
}

/// Adds the privileges to the model.
pub(super) fn read(statement: &Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    let tokens = statement.tokens();
    let at = |word: &str, from: usize| {
        tokens.iter().skip(from).position(|(token, _)| is_word(token, word)).map(|found| found + from)
    };
    let granted = tokens.first().is_some_and(|(token, _)| is_word(token, "GRANT"));
    let on = at("ON", 1).ok_or_else(|| unclear(statement, "this names no object"))?;
    let to = at(if granted { "TO" } else { "FROM" }, on).ok_or_else(|| unclear(statement, "this names no role"))?;
    let option = at("WITH", to);
    let kind = KINDS.into_iter().find(|(kind, ..)| tokens.get(on + 1).is_some_and(|it| is_word(&it.0, kind)));
    let first = on + 1 + usize::from(kind.is_some());
    let (keyword, all, is_relation) = kind.unwrap_or(KINDS[0]);
    if tokens.get(first).is_some_and(|(token, _)| is_word(token, "ALL")) {
        let what = "privileges on all objects of a schema are not declared: they are for what is there at the time";
        return Err(unclear(statement, what));
    }
    if option.is_some_and(|at| !is_grant_option(tokens.get(at..).unwrap_or_default())) {
        return Err(unclear(statement, "only `WITH GRANT OPTION` stands behind a role"));
    }
    let roles = roles(statement, tokens.get(to + 1..option.unwrap_or(tokens.len())).unwrap_or_default())?;
    if !granted && (is_relation || roles.iter().any(|role| role != "PUBLIC")) {
        let what = "a declaration says what there is, and nobody may do what is not granted";
        return Err(unclear(statement, what));
    }
    let privileges = privileges(statement, tokens.get(1..on).unwrap_or_default(), (keyword, all, is_relation))?;
    let mut from = first;
    for object in list(tokens.get(first..to).unwrap_or_default()) {
        let (name, _) = raw::name_at(statement, from).ok_or_else(|| unclear(statement, "this names no object"))?;
        let spelled = written(&object);
        from += object.len() + 1;
        let relation = if is_relation { Some(owner(statement, &name, output)?) } else { None };
        let need = need(statement, keyword, name, &spelled, output)?;
        for role in &roles {
            let grant = Grant { granted, keyword, object: &spelled, role, with_option: option.is_some() };
            for (privilege, column) in &privileges {
                grant.take(statement, relation.as_ref(), column.as_ref(), privilege, need.as_ref(), output)?;
            }
        }
    }
    Ok(())
}

fn unclear(statement: &Statement<'_>, what: &str) -> SourceError {
    SourceError::new(statement.first_words(), what, "not understood").hint(
        "GRANT SELECT, UPDATE (column) ON TABLE name TO role; write anything else into a migration: `gen migration <Name> --empty`",
    )
}

fn is_grant_option(tokens: &Tokens) -> bool {
    matches!(tokens, [(with, _), (grant, _), (option, _)]
        if is_word(with, "WITH") && is_word(grant, "GRANT") && is_word(option, "OPTION"))
}

/// The roles of a list, each of which is one name.
fn roles(statement: &Statement<'_>, tokens: &Tokens) -> Result<Vec<String>, SourceError> {
    let role = |tokens: Vec<(Token, std::ops::Range<usize>)>| match &tokens[..] {
        [(token, _)] if is_word(token, "PUBLIC") => Ok("PUBLIC".to_owned()),
        [(token @ Token::Word(_), _)] => match SESSION.iter().find(|word| is_word(token, word)) {
            Some(word) => Err(unclear(statement, &format!("`{word}` is another role in every session"))),
            None => Ok(written(&tokens)),
        },
        _ => Err(unclear(statement, &format!("`{}` is no role", written(&tokens)))),
    };
    list(tokens).into_iter().map(role).collect()
}

/// Keywords that take the place of a role.
const SESSION: [&str; 3] = ["CURRENT_USER", "SESSION_USER", "CURRENT_ROLE"];

/// The privileges of a list, each with its column, if any.
fn privileges(
    statement: &Statement<'_>,
    tokens: &Tokens,
    (keyword, all, is_relation): (&str, &[&str], bool),
) -> Result<Vec<(String, Option<String>)>, SourceError> {
    let mut found = Vec::new();
    for part in list(tokens) {
        let at = part.iter().position(|(token, _)| *token == Token::LParen).unwrap_or(part.len());
        let (head, columns) = part.split_at(at);
        let words = head.iter().map(|(token, _)| token.to_string().to_uppercase()).collect::<Vec<_>>().join(" ");
        let columns = columns.iter().filter(|(token, _)| matches!(token, Token::Word(_)));
        let columns: Vec<String> = columns.map(|it| written(std::slice::from_ref(it))).collect();
        let known = if columns.is_empty() { all } else { &OF_COLUMNS };
        let named: Vec<&str> = match words.as_str() {
            "ALL" | "ALL PRIVILEGES" => known.to_vec(),
            word if known.contains(&word) || is_relation && word == "MAINTAIN" => vec![word],
            word => {
                let what = if columns.is_empty() { keyword.to_lowercase() } else { "column".to_owned() };
                return Err(unclear(statement, &format!("`{word}` is no privilege of a {what}")));
            }
        };
        for privilege in named {
            match columns.is_empty() {
                true => found.push((privilege.to_owned(), None)),
                false => found.extend(columns.iter().map(|column| (privilege.to_owned(), Some(column.clone())))),
            }
        }
    }
    Ok(found)
}

/// The privileges that can be granted on a column.
const OF_COLUMNS: [&str; 4] = ["INSERT", "REFERENCES", "SELECT", "UPDATE"];

/// The declared object that a privilege depends on, if it is not on a table.
fn need(
    statement: &Statement<'_>,
    keyword: &str,
    mut name: ObjectName,
    spelled: &str,
    output: &Output,
) -> Result<Option<Place>, SourceError> {
    let schema = &output.model.schema;
    Ok(match keyword {
        "FUNCTION" | "PROCEDURE" => {
            if !spelled.contains('(') {
                let what = format!("`{spelled}` may be several routines: say what it takes");
                return Err(unclear(statement, &what).hint(format!("{keyword} {spelled}(integer, text)")));
            }
            name.name = spelled.rsplit_once('.').map_or(spelled, |(_, bare)| bare).into();
            schema.routines.contains_key(&name).then_some(Place::Routine(name))
        }
        "TYPE" => schema.enums.contains_key(&name).then_some(Place::Enum(name)),
        "SEQUENCE" => {
            let id = DefinitionId::new(DefinitionKind::Sequence, name);
            schema.definitions.contains_key(&id).then_some(Place::Definition(id))
        }
        _ => None,
    })
}

/// A privilege on one object for one role.
struct Grant<'a> {
    granted: bool,
    keyword: &'a str,
    object: &'a str,
    role: &'a str,
    with_option: bool,
}

impl Grant<'_> {
    fn take(
        &self,
        statement: &Statement<'_>,
        relation: Option<&ObjectName>,
        column: Option<&String>,
        privilege: &str,
        need: Option<&Place>,
        output: &mut Output,
    ) -> Result<(), SourceError> {
        let Self { granted, keyword, object, role, with_option } = self;
        let said = match column {
            Some(column) => format!("{privilege} ({column})"),
            None => privilege.to_owned(),
        };
        let id = self.id(relation, column, *with_option);
        let listed_in = |id: &DefinitionId| output.model.schema.definitions.get(id).map(|it| listed(it.create.text()));
        if listed_in(&self.id(relation, column, !with_option)).is_some_and(|all| all.contains(&said)) {
            let what = format!("`{said}` is granted to {role} with and without the grant option");
            return Err(unclear(statement, &what));
        }
        let mut all: BTreeSet<String> = listed_in(&id).unwrap_or_default();
        all.insert(said);
        let all = all.into_iter().collect::<Vec<_>>().join(", ");
        let grant = format!("GRANT {all} ON {keyword} {object} TO {role}");
        let revoke = format!("REVOKE {all} ON {keyword} {object} FROM {role}");
        let option = if *with_option { " WITH GRANT OPTION" } else { "" };
        let (create, drop) = if *granted { (format!("{grant}{option}"), revoke) } else { (revoke, grant) };
        let mut definition = Definition::new(id.clone(), create);
        definition.drop = drop;
        definition.needs.extend(need.cloned());
        output.declare(Place::Definition(id.clone()), &statement.spot(), Origin::Sidecar);
        output.model.schema.definitions.insert(id, definition);
        Ok(())
    }

    /// The id that introspection gives to these privileges.
    fn id(&self, relation: Option<&ObjectName>, column: Option<&String>, with_option: bool) -> DefinitionId {
        let Self { granted, keyword, object, role, .. } = self;
        let mut name = if *granted { (*role).to_owned() } else { format!("not {role}") };
        if with_option {
            name.push_str(" with grant option");
        }
        if let Some(column) = column {
            name.push_str(&format!(" on column {}", column.trim_matches('"')));
        }
        if relation.is_none() {
            name.push_str(&format!(" on {} {object}", keyword.to_lowercase()));
        }
        DefinitionId { kind: DefinitionKind::Privilege, on: relation.cloned(), name: ObjectName::local(name.as_str()) }
    }
}

/// The privileges in a statement that this file has written.
fn listed(create: &str) -> BTreeSet<String> {
    let list = create.split_once(' ').and_then(|(_, rest)| rest.split_once(" ON ")).map_or("", |(list, _)| list);
    list.split(", ").map(str::to_owned).collect()
}

type Tokens = [(Token, std::ops::Range<usize>)];

/// The parts of a list, cut at the commas outside parentheses.
fn list(tokens: &Tokens) -> Vec<Vec<(Token, std::ops::Range<usize>)>> {
    let (mut parts, mut depth) = (vec![Vec::new()], 0_usize);
    for it in tokens {
        match it.0 {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ => {}
        }
        match parts.last_mut() {
            Some(_) if depth == 0 && it.0 == Token::Comma => parts.push(Vec::new()),
            Some(part) => part.push(it.clone()),
            None => {}
        }
    }
    parts
}

/// A name as the catalog prints it: folded, and in quotes only where it needs them.
fn written(tokens: &Tokens) -> String {
    let mut text = String::new();
    for (token, _) in tokens {
        match token {
            Token::Word(word) if word.quote_style.is_none() => text.push_str(&word.value.to_lowercase()),
            Token::Word(word) => text.push_str(&sql::quoted_where_needed(&word.value.replace("\"\"", "\""))),
            other => text.push_str(&other.to_string()),
        }
    }
    text
}

/// The declared table or view that a name refers to.
pub(super) fn owner(
    statement: &Statement<'_>,
    target: &ObjectName,
    output: &mut Output,
) -> Result<ObjectName, SourceError> {
    let schema = &mut output.model.schema;
    let table = names::table(schema, target, statement.product()).map(|table| table.name.clone());
    let view = schema.views.contains_key(target) || schema.relation_beside(target).is_some();
    table.or(view.then(|| target.clone())).ok_or_else(|| {
        let spot = statement.spot_of(target.name.as_str());
        SourceError::new(spot, format!("no entity declares a table `{target}`"), "not found")
            .hint("declare the table by an entity, or correct its name")
    })
}
