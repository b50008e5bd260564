//! `CREATE FUNCTION`, `CREATE PROCEDURE`, `CREATE TRIGGER`: kept as text.
//!
//! Must not know the meaning of a body.

use sqlparser::ast::{ArgMode, OperateFunctionArg, Statement as Parsed};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::Token;

use crate::schema::{
    DefinitionId, DefinitionKind, Expression, Name, ObjectName, Origin, Part, Place, Product, Routine, RoutineKind,
    Trigger,
};

use super::super::source::{Output, SourceError};
use super::statement::{Statement, is};
use super::{definition, names};

pub(super) fn routine(statement: &Statement<'_>, kind: RoutineKind, output: &mut Output) -> Result<(), SourceError> {
    let keyword = match kind {
        RoutineKind::Function => Keyword::FUNCTION,
        RoutineKind::Procedure => Keyword::PROCEDURE,
    };
    no_definer(statement)?;
    let Some((mut name, _)) = name_after(statement, keyword) else {
        return Err(SourceError::new(statement.first_words(), "a routine needs a name", "no name"));
    };
    if statement.product() == Product::Postgres {
        // Only PostgreSQL overloads routines: several may have one name, with different argument types.
        let arguments = arguments(statement, kind)?;
        name.name = Name::from(format!("{}({arguments})", name.name));
    }
    let place = Place::Routine(name.clone());
    if let Some(first) = output.model.sources.get(&place) {
        let first = format!("{}:{}", first.file.display(), first.line);
        let trouble =
            SourceError::new(statement.first_words(), format!("two routines are called `{name}`"), "the second");
        return Err(trouble.hint(format!("the first is at {first}")));
    }
    output.declare(place, &statement.spot(), Origin::Sidecar);
    let routine = Routine { name: name.clone(), kind, definition: Expression::new(statement.definition()) };
    output.model.schema.routines.insert(name, routine);
    Ok(())
}

pub(super) fn trigger(statement: &Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    no_definer(statement)?;
    let product = statement.product();
    let second = statement.tokens().get(1).map(|(token, _)| token);
    if matches!(second, Some(Token::Word(word)) if word.value.eq_ignore_ascii_case("event")) {
        let message = "an event trigger belongs to the whole database, and is not declared here";
        let trouble = SourceError::new(statement.first_words(), message, "not a table's");
        return Err(trouble.hint("write it into a migration: `gen migration <Name> --empty`"));
    }
    let Some((name, after)) = name_after(statement, Keyword::TRIGGER) else {
        return Err(SourceError::new(statement.first_words(), "a trigger needs a name", "no name"));
    };
    let on = statement.tokens().iter().skip(after).position(|(token, _)| is(token, Keyword::ON));
    let target = on.and_then(|on| name_at(statement, after + on + 1));
    let Some((target, _)) = target else {
        return Err(SourceError::new(statement.first_words(), "a trigger needs a table", "no `ON`"));
    };
    if output.model.schema.views.contains_key(&target) {
        return view_trigger(statement, target, name.name, output);
    }
    let Some(table) = names::table(&mut output.model.schema, &target, product) else {
        let spot = statement.spot_of(target.name.as_str());
        let trouble = SourceError::new(spot, format!("no entity declares a table `{target}`"), "not found");
        return Err(trouble.hint("declare the table by an entity, or correct its name"));
    };
    let trigger = Trigger { name: name.name.clone(), definition: Expression::new(statement.definition()) };
    let place = Place::Table(table.name.clone(), Part::Trigger(name.name.clone()));
    if table.triggers.contains_key(&name.name) {
        let message = format!("two triggers are called `{}`", name.name);
        return Err(SourceError::new(statement.spot_of(name.name.as_str()), message, "the second"));
    }
    table.triggers.insert(name.name, trigger);
    output.declare(place, &statement.spot(), Origin::Sidecar);
    Ok(())
}

/// A trigger of a view: a part of the view where the catalog has it there, otherwise a definition.
fn view_trigger(
    statement: &Statement<'_>,
    view: ObjectName,
    name: Name,
    output: &mut Output,
) -> Result<(), SourceError> {
    match statement.product() {
        Product::Postgres => {
            let id = DefinitionId::on(DefinitionKind::ViewTrigger, view, ObjectName::local(name));
            definition::insert(statement, id, statement.definition(), output)
        }
        Product::Sqlite => {
            if let Some(view) = output.model.schema.views.get_mut(&view) {
                view.options.insert(format!("trigger {name}"), statement.definition());
            }
            Ok(())
        }
        product @ (Product::MySql | Product::MariaDb) => {
            let trouble =
                SourceError::new(statement.first_words(), format!("views of {product} have no triggers"), "of a view");
            Err(trouble.hint("declare the trigger on the table the view reads"))
        }
    }
}

/// The name after a keyword and its optional words, and the token after the name.
fn name_after(statement: &Statement<'_>, keyword: Keyword) -> Option<(ObjectName, usize)> {
    let tokens = statement.tokens();
    let mut at = tokens.iter().position(|(token, _)| is(token, keyword))? + 1;
    let skipped = [Keyword::IF, Keyword::NOT, Keyword::EXISTS];
    while tokens.get(at).is_some_and(|(token, _)| skipped.iter().any(|keyword| is(token, *keyword))) {
        at += 1;
    }
    name_at(statement, at)
}

pub(super) fn name_at(statement: &Statement<'_>, at: usize) -> Option<(ObjectName, usize)> {
    let name = |at: usize| match statement.tokens().get(at) {
        Some((Token::Word(word), _)) => {
            Some(names::folded(&word.clone().into_ident(sqlparser::tokenizer::Span::empty()), statement.product()))
        }
        _ => None,
    };
    let first = name(at)?;
    match statement.tokens().get(at + 1) {
        Some((Token::Period, _)) => Some((ObjectName { schema: Some(first), name: name(at + 2)? }, at + 3)),
        _ => Some((ObjectName { schema: None, name: first }, at + 1)),
    }
}

/// The parts of a name with any number of dots.
pub(super) fn path_at(statement: &Statement<'_>, mut at: usize) -> Vec<Name> {
    let mut parts = Vec::new();
    while let Some((name, _)) = name_at(statement, at) {
        parts.push(name.schema.unwrap_or(name.name));
        if !matches!(statement.tokens().get(at + 1), Some((Token::Period, _))) {
            break;
        }
        at += 2;
    }
    parts
}

/// The argument types of a routine, by which PostgreSQL distinguishes routines of one name.
fn arguments(statement: &Statement<'_>, kind: RoutineKind) -> Result<String, SourceError> {
    let types: Vec<String> = match statement.parse_signature()? {
        Parsed::CreateFunction(function) => {
            let arguments = function.args.unwrap_or_default();
            // An `OUT` argument belongs to the signature of a procedure, not of a function.
            let is_taken = |argument: &&OperateFunctionArg| {
                kind == RoutineKind::Procedure || !matches!(argument.mode, Some(ArgMode::Out))
            };
            let taken = arguments.iter().filter(is_taken);
            taken.map(|argument| argument.data_type.to_string().to_lowercase()).collect()
        }
        _ => return Err(SourceError::new(statement.first_words(), "this is no routine", "not understood")),
    };
    Ok(types.join(", "))
}

pub(super) fn no_definer(statement: &Statement<'_>) -> Result<(), SourceError> {
    let head = statement.tokens().iter().take(6);
    match head
        .clone()
        .any(|(token, _)| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case("definer")))
    {
        false => Ok(()),
        true => Err(SourceError::new(
            statement.first_words(),
            "a definer is a user, and users are not declared here",
            "names a user",
        )
        .hint("remove `DEFINER = …`")),
    }
}
