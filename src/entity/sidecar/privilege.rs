//! `GRANT … ON … TO …` and, of what everybody may do unasked, `REVOKE … ON … FROM PUBLIC` (PostgreSQL).
//!
//! One definition for each object, role and column, as the catalog is read. Must not know whether a role exists.

use std::collections::BTreeSet;

use sqlparser::tokenizer::Token;

use crate::schema::{Definition, DefinitionId, DefinitionKind, ObjectName, Origin, Place};
use crate::sql;

use super::super::source::{Output, Trouble};
use super::statement::{Statement, is_word};
use super::{names, raw};

/// What `ALL` means for a kind of object, and whether it is a table or like one.
const KINDS: [(&str, &[&str], bool); 6] = [
    ("TABLE", &["DELETE", "INSERT", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"], true),
    ("SEQUENCE", &["SELECT", "UPDATE", "USAGE"], false),
    ("FUNCTION", &["EXECUTE"], false),
    ("PROCEDURE", &["EXECUTE"], false),
    ("TYPE", &["USAGE"], false),
    ("SCHEMA", &["CREATE", "USAGE"], false),
];

/// Whether a statement grants or revokes privileges on objects, and not a membership.
pub(super) fn is_on_objects(statement: &Statement<'_>) -> bool {
    let tokens = statement.tokens();
    tokens.first().is_some_and(|(token, _)| is_word(token, "GRANT") || is_word(token, "REVOKE"))
        && tokens.iter().any(|(token, _)| is_word(token, "ON"))
}

/// Takes the privileges into the model.
pub(super) fn read(statement: &Statement<'_>, output: &mut Output) -> Result<(), Trouble> {
    let unclear = |what: &str| {
        Trouble::new(statement.first_words(), what, "not understood")
            .hint("GRANT SELECT, UPDATE (column) ON TABLE name TO role; write anything else into a migration: `gen migration <Name> --empty`")
    };
    let tokens = statement.tokens();
    let at = |word: &str, from: usize| {
        tokens.iter().skip(from).position(|(token, _)| is_word(token, word)).map(|found| found + from)
    };
    let granted = tokens.first().is_some_and(|(token, _)| is_word(token, "GRANT"));
    let on = at("ON", 1).ok_or_else(|| unclear("this names no object"))?;
    let to = at(if granted { "TO" } else { "FROM" }, on).ok_or_else(|| unclear("this names no role"))?;
    let option = at("WITH", to);
    let end = option.unwrap_or(tokens.len());
    if option.is_some_and(|at| !tokens.get(at + 1).is_some_and(|(token, _)| is_word(token, "GRANT"))) {
        return Err(unclear("only `WITH GRANT OPTION` stands behind a role"));
    }
    let kind = KINDS.into_iter().find(|(kind, ..)| tokens.get(on + 1).is_some_and(|it| is_word(&it.0, kind)));
    let first = on + 1 + usize::from(kind.is_some());
    let (keyword, all, is_relation) = kind.unwrap_or(KINDS[0]);
    if tokens.get(first).is_some_and(|(token, _)| is_word(token, "ALL")) {
        return Err(unclear(
            "privileges on all objects of a schema are not declared: they are for what is there at the time",
        ));
    }
    let roles: Vec<String> = list(tokens.get(to + 1..end).unwrap_or_default()).iter().map(|it| role(it)).collect();
    if let Some(role) =
        roles.iter().find(|role| ["current_user", "session_user", "current_role"].contains(&role.as_str()))
    {
        return Err(unclear(&format!("`{role}` is another role in every session")));
    }
    if !granted && (is_relation || roles.iter().any(|role| role != "PUBLIC")) {
        return Err(unclear("a declaration says what there is, and nobody may do what is not granted"));
    }
    let mut privileges: Vec<(String, Vec<String>)> = Vec::new();
    for part in list(tokens.get(1..on).unwrap_or_default()) {
        let (head, columns) = match part.iter().position(|(token, _)| *token == Token::LParen) {
            Some(at) => part.split_at(at),
            None => (part.as_slice(), &[][..]),
        };
        let words = head.iter().map(|(token, _)| token.to_string().to_uppercase()).collect::<Vec<_>>().join(" ");
        let columns: Vec<String> = columns
            .iter()
            .filter(|(token, _)| matches!(token, Token::Word(_)))
            .map(|it| written(std::slice::from_ref(it)))
            .collect();
        match words.as_str() {
            "ALL" | "ALL PRIVILEGES" => privileges.extend(all.iter().map(|word| ((*word).to_owned(), columns.clone()))),
            word if all.contains(&word) || is_relation && word == "MAINTAIN" => privileges.push((words, columns)),
            word => return Err(unclear(&format!("`{word}` is no privilege of a {}", keyword.to_lowercase()))),
        }
    }
    let mut from = first;
    for object in list(tokens.get(first..to).unwrap_or_default()) {
        let (mut name, _) = raw::name_at(statement, from).ok_or_else(|| unclear("this names no object"))?;
        let spelled = written(&object);
        from += object.len() + 1;
        let relation = match is_relation {
            true => Some(owner(statement, &name, output)?),
            false => None,
        };
        let need = match keyword {
            "FUNCTION" | "PROCEDURE" => {
                name.name = spelled.rsplit_once('.').map_or(spelled.as_str(), |(_, bare)| bare).into();
                output.model.schema.routines.contains_key(&name).then(|| Place::Routine(name.clone()))
            }
            "TYPE" => output.model.schema.enums.contains_key(&name).then(|| Place::Enum(name.clone())),
            "SEQUENCE" => {
                let id = DefinitionId::new(DefinitionKind::Sequence, name.clone());
                output.model.schema.definitions.contains_key(&id).then_some(Place::Definition(id))
            }
            _ => None,
        };
        for role in &roles {
            for (privilege, columns) in &privileges {
                let each: Vec<Option<&String>> =
                    if columns.is_empty() { vec![None] } else { columns.iter().map(Some).collect() };
                for column in each {
                    let given = Given { granted, keyword, object: &spelled, role, with_option: option.is_some() };
                    given.take(statement, relation.as_ref(), column, privilege, need.as_ref(), output);
                }
            }
        }
    }
    Ok(())
}

/// A privilege on one object for one role.
struct Given<'a> {
    granted: bool,
    keyword: &'a str,
    object: &'a str,
    role: &'a str,
    with_option: bool,
}

impl Given<'_> {
    fn take(
        &self,
        statement: &Statement<'_>,
        relation: Option<&ObjectName>,
        column: Option<&String>,
        privilege: &str,
        need: Option<&Place>,
        output: &mut Output,
    ) {
        let Self { granted, keyword, object, role, with_option } = self;
        let mut name = if *granted { (*role).to_owned() } else { format!("not {role}") };
        if *with_option {
            name.push_str(" with grant option");
        }
        if let Some(column) = column {
            name.push_str(&format!(" on column {}", column.trim_matches('"')));
        }
        if relation.is_none() {
            name.push_str(&format!(" on {} {object}", keyword.to_lowercase()));
        }
        let id = DefinitionId {
            kind: DefinitionKind::Privilege,
            on: relation.cloned(),
            name: ObjectName::local(name.as_str()),
        };
        let known = output.model.schema.definitions.get(&id);
        let mut all: BTreeSet<String> = known.map(|it| listed(it.create.text())).unwrap_or_default();
        all.insert(match column {
            Some(column) => format!("{privilege} ({column})"),
            None => privilege.to_owned(),
        });
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
    }
}

/// The privileges of a statement that was put together here.
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

/// A role as the catalog prints it; `PUBLIC` is everybody.
fn role(tokens: &Tokens) -> String {
    match tokens {
        [(token, _)] if is_word(token, "PUBLIC") => "PUBLIC".to_owned(),
        _ => written(tokens),
    }
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

/// The declared table or view that a name means.
fn owner(statement: &Statement<'_>, target: &ObjectName, output: &mut Output) -> Result<ObjectName, Trouble> {
    let schema = &mut output.model.schema;
    let table = names::table(schema, target, statement.product()).map(|table| table.name.clone());
    let view = schema.views.contains_key(target) || schema.relation_beside(target).is_some();
    table.or(view.then(|| target.clone())).ok_or_else(|| {
        let spot = statement.spot_of(target.name.as_str());
        Trouble::new(spot, format!("no entity declares a table `{target}`"), "not found")
            .hint("declare the table by an entity, or correct its name")
    })
}
