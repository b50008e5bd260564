//! `COMMENT ON`: the comment of an object that is declared before it.
//!
//! Must not know how a database stores a comment. What has no place for one in the model has it as a definition, with the id and
//! the text that introspection gives it.

use sea_gen_runner::sql::{self, quoted_where_needed};
use sqlparser::tokenizer::Token;

use crate::schema::{
    DefinitionId, DefinitionKind, Facet, Name, ObjectName, Origin, Part, Place, Product, Schema, Table,
};

use super::super::source::{Output, SourceError};
use super::statement::{Statement, is_word};
use super::{attached, definition, names, privilege, raw};

/// One statement, taken apart.
struct Comment<'t> {
    statement: &'t Statement<'t>,
    /// The position of the object's name.
    at: usize,
    /// The position of `IS`.
    is: usize,
    /// `None` is no comment.
    text: Option<String>,
}

pub(super) fn read(statement: &Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    let tokens = statement.tokens();
    let two = ["MATERIALIZED", "FOREIGN"].iter().any(|word| tokens.get(2).is_some_and(|it| is_word(&it.0, word)));
    let words: Vec<String> =
        tokens.iter().skip(2).take(1 + usize::from(two)).map(|(token, _)| token.to_string().to_uppercase()).collect();
    let kind = words.join(" ");
    let comment = Comment::of(statement, 2 + words.len())?;
    let is_postgres = statement.product() == Product::Postgres;
    let of = |kinds: &[DefinitionKind], output: &mut Output| {
        let name = comment.name(comment.at)?;
        let id = |kind: &DefinitionKind| DefinitionId::new(*kind, name.clone());
        comment.of_definition(kinds.iter().map(id), output)
    };
    match kind.as_str() {
        "TABLE" => comment.of_table(output),
        "COLUMN" => comment.of_column(output),
        "VIEW" | "MATERIALIZED VIEW" => comment.of_view(output),
        _ if !is_postgres => Err(comment.unknown(&kind)),
        "TYPE" => comment.of_type(output),
        "DOMAIN" => of(&[DefinitionKind::Domain], output),
        "SEQUENCE" => of(&[DefinitionKind::Sequence], output),
        "EXTENSION" => of(&[DefinitionKind::Extension], output),
        "SCHEMA" => of(&[DefinitionKind::Schema], output),
        "COLLATION" => of(&[DefinitionKind::Collation], output),
        "STATISTICS" => of(&[DefinitionKind::Statistics], output),
        "FOREIGN TABLE" => of(&[DefinitionKind::ForeignTable], output),
        "AGGREGATE" => comment.of_aggregate(output),
        "POLICY" => comment.of_owned(DefinitionKind::Policy, output),
        "RULE" => comment.of_owned(DefinitionKind::Rule, output),
        "TRIGGER" => comment.of_trigger(output),
        "CONSTRAINT" => comment.of_constraint(output),
        "INDEX" => comment.of_index(output),
        "FUNCTION" | "PROCEDURE" => comment.of_routine(&kind, output),
        _ => Err(comment.unknown(&kind)),
    }
}

impl<'t> Comment<'t> {
    fn of(statement: &'t Statement<'t>, at: usize) -> Result<Self, SourceError> {
        let tokens = statement.tokens();
        let is = tokens.len().saturating_sub(2);
        let text = match tokens.get(is..) {
            Some([(word, _), (text, _)]) if is_word(word, "IS") => match text {
                Token::SingleQuotedString(text) => Some(Some(names::unescaped(text, statement.product()))),
                Token::EscapedStringLiteral(text) => Some(Some(sql::unescaped(&text.replace("''", "'")))),
                word if is_word(word, "NULL") => Some(None),
                _ => None,
            },
            _ => None,
        };
        match text {
            Some(text) => Ok(Self { statement, at, is, text }),
            None => {
                statement.parse()?;
                Err(SourceError::new(statement.first_words(), "a comment is a text", "no text at the end")
                    .hint("COMMENT ON TABLE name IS 'text'"))
            }
        }
    }

    fn unknown(&self, kind: &str) -> SourceError {
        let message = format!("`COMMENT ON {kind}` is not declared here");
        SourceError::new(self.statement.first_words(), message, "not understood")
            .hint("write it into a migration: `gen migration <Name> --empty`")
    }

    fn missing(&self) -> SourceError {
        let message = "nothing of this name is declared before";
        SourceError::new(self.statement.spot(), message, "not found").hint("write the comment behind its object")
    }

    fn name(&self, at: usize) -> Result<ObjectName, SourceError> {
        raw::name_at(self.statement, at).map(|(name, _)| name).ok_or_else(|| self.missing())
    }

    /// The name behind `ON`, and whether `DOMAIN` stands before it.
    fn owner(&self) -> Result<(ObjectName, bool), SourceError> {
        let tokens = self.statement.tokens();
        let on = (self.at + 1..self.is).find(|at| tokens.get(*at).is_some_and(|it| is_word(&it.0, "ON")));
        let at = on.ok_or_else(|| self.missing())? + 1;
        let is_domain = at + 1 < self.is && tokens.get(at).is_some_and(|it| is_word(&it.0, "DOMAIN"));
        Ok((self.name(at + usize::from(is_domain))?, is_domain))
    }

    fn of_table(&self, output: &mut Output) -> Result<(), SourceError> {
        let target = self.name(self.at)?;
        if let Some(table) = names::table(&mut output.model.schema, &target, self.statement.product()) {
            table.comment.clone_from(&self.text);
            let place = Place::Table(table.name.clone(), Part::Comment);
            output.declare(place, &self.statement.spot(), Origin::Sidecar);
            return Ok(());
        }
        if let Some(beside) = output.model.schema.relation_beside(&target).map(|it| it.id.clone()) {
            return self.of_definition([beside], output);
        }
        Err(self.no_table(&target))
    }

    fn no_table(&self, target: &ObjectName) -> SourceError {
        let spot = self.statement.spot_of(target.name.as_str());
        SourceError::new(spot, format!("no entity declares a table `{target}`"), "not found")
            .hint("declare the table by an entity, or correct its name")
    }

    fn of_column(&self, output: &mut Output) -> Result<(), SourceError> {
        let product = self.statement.product();
        let mut path = raw::path_at(self.statement, self.at);
        let (Some(column), Some(owner)) = (path.pop(), path.pop()) else { return Err(self.missing()) };
        let owner = ObjectName { schema: path.pop(), name: owner };
        let schema = &mut output.model.schema;
        if let Some(table) = names::table(schema, &owner, product) {
            let same = |known: &&Name| {
                **known == column
                    || product != Product::Postgres && known.as_str().eq_ignore_ascii_case(column.as_str())
            };
            let known = table.columns.keys().find(same).cloned();
            let Some(name) = known else { return Err(self.no_column(table, &column)) };
            if let Some(column) = table.columns.get_mut(&name) {
                column.comment.clone_from(&self.text);
            }
            let place = Place::Table(table.name.clone(), Part::Column(name, Facet::Comment));
            output.declare(place, &self.statement.spot(), Origin::Sidecar);
            return Ok(());
        }
        let is_postgres = product == Product::Postgres;
        if let Some(view) = schema.views.get_mut(&owner).filter(|_| is_postgres) {
            let key = format!("comment:{column}");
            match &self.text {
                Some(text) => drop(view.options.insert(key, text.clone())),
                None => drop(view.options.remove(&key)),
            }
            return Ok(());
        }
        let object = format!("COLUMN {}.{}", names::printed(&owner), quoted_where_needed(column.as_str()));
        if schema.relation_beside(&owner).is_some() {
            return self.hold(Some(owner), format!("column {column}"), &object, None, output);
        }
        let composite = DefinitionId::new(DefinitionKind::CompositeType, owner.clone());
        if schema.definitions.contains_key(&composite) {
            let name = format!("column {column} of type {}", names::printed(&owner));
            return self.hold(None, name, &object, Some(Place::Definition(composite)), output);
        }
        Err(self.no_table(&owner))
    }

    fn no_column(&self, table: &Table, column: &Name) -> SourceError {
        let known: Vec<&str> = table.columns.keys().map(Name::as_str).collect();
        let message = format!("table `{}` has no column `{column}`", table.name);
        SourceError::new(self.statement.spot_of(column.as_str()), message, "no such column")
            .hint(format!("one of {}", known.join(", ")))
    }

    fn of_view(&self, output: &mut Output) -> Result<(), SourceError> {
        let name = self.name(self.at)?;
        match output.model.schema.views.get_mut(&name) {
            Some(view) => {
                view.comment.clone_from(&self.text);
                Ok(())
            }
            None => Err(self.missing()),
        }
    }

    fn of_type(&self, output: &mut Output) -> Result<(), SourceError> {
        let name = self.name(self.at)?;
        if let Some(known) = output.model.schema.enums.get_mut(&name) {
            known.comment.clone_from(&self.text);
            return Ok(());
        }
        let kinds = [DefinitionKind::CompositeType, DefinitionKind::RangeType, DefinitionKind::Domain];
        self.of_definition(kinds.into_iter().map(|kind| DefinitionId::new(kind, name.clone())), output)
    }

    fn of_aggregate(&self, output: &mut Output) -> Result<(), SourceError> {
        let mut name = self.name(self.at)?;
        let signature = self.signature();
        let arguments = signature.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')')).to_lowercase();
        let arguments = if arguments == "*" { String::new() } else { arguments };
        name.name = format!("{}({arguments})", name.name).into();
        self.of_definition([DefinitionId::new(DefinitionKind::Aggregate, name)], output)
    }

    /// The first of these definitions that is declared.
    fn of_definition(
        &self,
        ids: impl IntoIterator<Item = DefinitionId>,
        output: &mut Output,
    ) -> Result<(), SourceError> {
        for id in ids {
            if let Some(known) = output.model.schema.definitions.get_mut(&id) {
                known.comment.clone_from(&self.text);
                return Ok(());
            }
        }
        Err(self.missing())
    }

    fn of_owned(&self, kind: DefinitionKind, output: &mut Output) -> Result<(), SourceError> {
        let name = self.name(self.at)?;
        let owner = privilege::owner(self.statement, &self.owner()?.0, output)?;
        self.of_definition([DefinitionId::on(kind, owner, name)], output)
    }

    fn of_trigger(&self, output: &mut Output) -> Result<(), SourceError> {
        let name = self.name(self.at)?;
        let owner = privilege::owner(self.statement, &self.owner()?.0, output)?;
        if output.model.schema.views.contains_key(&owner) {
            return self.of_definition([DefinitionId::on(DefinitionKind::ViewTrigger, owner, name)], output);
        }
        let object = format!("TRIGGER {} ON {}", names::printed(&name), names::printed(&owner));
        let need = Place::Table(owner.clone(), Part::Trigger(name.name.clone()));
        self.hold(Some(owner), format!("trigger {}", name.name), &object, Some(need), output)
    }

    fn of_constraint(&self, output: &mut Output) -> Result<(), SourceError> {
        let name = self.name(self.at)?;
        let (owner, is_domain) = self.owner()?;
        let object = format!("CONSTRAINT {} ON ", names::printed(&name));
        if is_domain {
            let domain = names::printed(&owner);
            let need = Place::Definition(DefinitionId::new(DefinitionKind::Domain, owner));
            let id = format!("constraint {} of domain {domain}", name.name);
            return self.hold(None, id, &format!("{object}DOMAIN {domain}"), Some(need), output);
        }
        let owner = privilege::owner(self.statement, &owner, output)?;
        let excluded = DefinitionId::on(DefinitionKind::Exclusion, owner.clone(), name.clone());
        if output.model.schema.definitions.contains_key(&excluded) {
            return self.of_definition([excluded], output);
        }
        let Some(table) = output.model.schema.tables.get_mut(&owner) else { return Err(self.missing()) };
        let check = table.checks.get_mut(&name.name).map(|it| &mut it.options);
        let unique = table.uniques.get_mut(&name.name).map(|it| &mut it.options);
        let key = table.foreign_keys.get_mut(&name.name).map(|it| &mut it.options);
        if let Some(options) = check.or(unique).or(key) {
            match &self.text {
                Some(text) => drop(options.insert("comment".to_owned(), text.clone())),
                None => drop(options.remove("comment")),
            }
            return Ok(());
        }
        let object = format!("{object}{}", names::printed(&owner));
        let need = Place::Table(owner.clone(), Part::PrimaryKey);
        self.hold(Some(owner), "primary key".to_owned(), &object, Some(need), output)
    }

    /// An index of a table or of a view, or the one behind a constraint.
    fn of_index(&self, output: &mut Output) -> Result<(), SourceError> {
        let name = self.name(self.at)?;
        let schema = &mut output.model.schema;
        let beside = |owner: &ObjectName| owner.schema == name.schema;
        let of_table = |schema: &Schema, has: &dyn Fn(&Table) -> bool| {
            let mut tables = schema.tables.values().filter(|table| beside(&table.name));
            tables.find(|table| has(table)).map(|table| table.name.clone())
        };
        if let Some(owner) = of_table(schema, &|table| table.indexes.contains_key(&name.name)) {
            let index = schema.tables.get_mut(&owner).and_then(|table| table.indexes.get_mut(&name.name));
            if let Some(index) = index {
                index.comment.clone_from(&self.text);
            }
            return Ok(());
        }
        let is_of_view = |id: &&DefinitionId| {
            id.kind == DefinitionKind::ViewIndex && id.name.name == name.name && id.on.as_ref().is_some_and(beside)
        };
        if let Some(id) = schema.definitions.keys().find(is_of_view).cloned() {
            return self.of_definition([id], output);
        }
        let is_excluded = |id: &&DefinitionId| {
            id.kind == DefinitionKind::Exclusion && id.name.name == name.name && id.on.as_ref().is_some_and(beside)
        };
        let is_key = |table: &Table| {
            let key = table.primary_key.as_ref();
            table.uniques.contains_key(&name.name)
                || key.is_some_and(|key| key.name.as_ref().is_some_and(|it| *it == name.name))
        };
        let owner = of_table(schema, &is_key)
            .or_else(|| schema.definitions.keys().find(is_excluded).and_then(|id| id.on.clone()));
        let Some(owner) = owner else { return Err(self.missing()) };
        let need = attached::index_place(schema, &owner, &name.name);
        let object = format!("INDEX {}", names::printed(&name));
        self.hold(Some(owner), format!("index behind {}", name.name), &object, Some(need), output)
    }

    fn of_routine(&self, kind: &str, output: &mut Output) -> Result<(), SourceError> {
        let signature = self.signature();
        if !signature.contains('(') {
            let message = format!("`{signature}` may be several routines: say what it takes");
            let trouble = SourceError::new(self.statement.first_words(), message, "no types");
            return Err(trouble.hint(format!("COMMENT ON {kind} {signature}(integer, text) IS 'text'")));
        }
        self.hold(None, format!("{} {signature}", kind.to_lowercase()), &format!("{kind} {signature}"), None, output)
    }

    /// A name and what is in parentheses behind it.
    fn signature(&self) -> String {
        self.statement.sql(self.at..self.is)
    }

    /// A comment of an object that has no place for one.
    fn hold(
        &self,
        on: Option<ObjectName>,
        name: String,
        object: &str,
        need: Option<Place>,
        output: &mut Output,
    ) -> Result<(), SourceError> {
        let Some(text) = &self.text else { return Ok(()) };
        let literal = sql::literal(Product::Postgres, text);
        let id = DefinitionId { kind: DefinitionKind::Comment, on, name: ObjectName::local(name) };
        definition::insert(self.statement, id.clone(), format!("COMMENT ON {object} IS {literal}"), output)?;
        if let Some(comment) = output.model.schema.definitions.get_mut(&id) {
            comment.drop = format!("COMMENT ON {object} IS NULL");
            comment.needs.extend(need);
        }
        Ok(())
    }
}
