//! `ALTER TABLE … ADD CONSTRAINT`, `ALTER COLUMN … SET DEFAULT`, `SET (…)`, `COMMENT ON`.
//!
//! Must not know columns that no entity declares.

use std::collections::BTreeSet;

use sqlparser::ast::{
    self, AlterColumnOperation, AlterTableOperation, ReferentialAction, SqlOption, Statement as Parsed, TableConstraint,
};

use crate::schema::{
    Action, Check, DefaultValue, Facet, ForeignKey, Name, ObjectName, Options, Origin, Part, Place, PrimaryKey, Table,
    Unique,
};

use super::super::extra::expression;
use super::super::names as conventions;
use super::super::source::{Output, SourceError};
use super::clauses::Clauses;
use super::statement::Statement;
use super::{inherited, names};

pub(super) fn read(statement: &Statement<'_>, output: &mut Output) -> Result<(), SourceError> {
    let clauses = Clauses::of(statement);
    let Parsed::AlterTable(written) = statement.parse_without(|at, _| clauses.has(at))? else {
        return Err(SourceError::new(statement.first_words(), "this is no change of a table", "not understood"));
    };
    if !clauses.is_empty() && written.operations.len() > 1 {
        let trouble = SourceError::new(statement.spot(), "a constraint with such a clause stands alone", "not alone");
        return Err(trouble.hint("a statement for each constraint"));
    }
    for operation in &written.operations {
        let keys = keys_in_sidecars(statement, &written.name, output)?;
        let table = find(statement, &written.name, output)?;
        let parts = operation_on(statement, table, operation, &keys)?;
        parts.iter().for_each(|part| clauses.add(table, part));
        let name = table.name.clone();
        for part in parts {
            match part {
                // The entity declares the columns; the statement declares their order and the name of the key.
                Part::PrimaryKey => output.declare_again(&name, part, &statement.spot()),
                part => output.declare(Place::Table(name.clone(), part), &statement.spot(), Origin::Sidecar),
            }
        }
    }
    Ok(())
}

/// The foreign keys of a table that sidecars have declared so far.
fn keys_in_sidecars(
    statement: &Statement<'_>,
    name: &ast::ObjectName,
    output: &mut Output,
) -> Result<BTreeSet<Name>, SourceError> {
    output.flush_places();
    let table = find(statement, name, output)?;
    let (name, keys): (ObjectName, Vec<Name>) = (table.name.clone(), table.foreign_keys.keys().cloned().collect());
    let source = |key: &Name| {
        let part = Part::ForeignKey(key.clone(), Facet::Whole);
        output.model.sources.get(&Place::Table(name.clone(), part))
    };
    let in_sidecar = |key: &Name| source(key).is_some_and(|source| source.origin == Origin::Sidecar);
    Ok(keys.into_iter().filter(in_sidecar).collect())
}

/// Declares the name and the column order of a primary key that the entity declares.
fn primary_key(
    statement: &Statement<'_>,
    table: &mut Table,
    key: &ast::PrimaryKeyConstraint,
) -> Result<Vec<Part>, SourceError> {
    let idents: Vec<_> = key.columns.iter().map(|column| column_ident(statement, column)).collect::<Result<_, _>>()?;
    let columns = columns(statement, table, &idents)?;
    let declared = table.primary_key.as_ref().map(|key| key.columns.as_slice()).unwrap_or_default();
    if columns.len() != declared.len() || !declared.iter().all(|name| columns.contains(name)) {
        let names = |names: &[Name]| names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("table `{}` has the primary key ({}) in its entity", table.name, names(declared));
        let trouble = SourceError::new(statement.spot(), message, "other columns");
        return Err(trouble.hint(format!("PRIMARY KEY ({})", names(declared))));
    }
    let name = key.name.as_ref().map(|name| names::folded(name, statement.product()));
    let name = name.or_else(|| table.primary_key.take().and_then(|key| key.name));
    table.primary_key = Some(PrimaryKey { name, columns, options: characteristics(key.characteristics.as_ref()) });
    Ok(vec![Part::PrimaryKey])
}

fn operation_on(
    statement: &Statement<'_>,
    table: &mut Table,
    operation: &AlterTableOperation,
    keys_in_sidecars: &BTreeSet<Name>,
) -> Result<Vec<Part>, SourceError> {
    let product = statement.product();
    match operation {
        AlterTableOperation::AddConstraint { constraint, not_valid } => match constraint {
            TableConstraint::Check(check) => {
                let taken = |name: &str| table.checks.contains_key(name);
                let name = check.name.as_ref().map(|name| names::folded(name, product));
                let name =
                    name.unwrap_or_else(|| Name::from(conventions::check(table.name.name.as_str(), None, taken)));
                free(statement, &name, table.checks.contains_key(&name))?;
                let mut options = Options::new();
                for (option, set) in [
                    ("not_valid", *not_valid),
                    ("no_inherit", check.no_inherit),
                    ("not_enforced", check.enforced == Some(false)),
                ] {
                    if set {
                        options.insert(option.to_owned(), "true".to_owned());
                    }
                }
                let check = Check { name: name.clone(), expression: expression(&check.expr), options };
                table.checks.insert(name.clone(), check);
                Ok(vec![Part::Check(name)])
            }
            TableConstraint::Unique(unique) => {
                let idents: Vec<_> =
                    unique.columns.iter().map(|column| column_ident(statement, column)).collect::<Result<_, _>>()?;
                let columns = columns(statement, table, &idents)?;
                let name = named(statement, unique.name.as_ref(), "UNIQUE")?;
                table.uniques.retain(|other, known| *other == name || known.columns != columns);
                free(statement, &name, table.uniques.contains_key(&name))?;
                let mut options = characteristics(unique.characteristics.as_ref());
                if matches!(unique.nulls_distinct, ast::NullsDistinctOption::NotDistinct) {
                    options.insert("nulls_not_distinct".to_owned(), "true".to_owned());
                }
                table.uniques.insert(name.clone(), Unique { name: name.clone(), columns, options });
                Ok(vec![Part::Unique(name)])
            }
            TableConstraint::ForeignKey(key) => {
                let name = named(statement, key.name.as_ref(), "FOREIGN KEY")?;
                let Some(references) = names::object(&key.foreign_table, product) else {
                    return Err(SourceError::new(
                        statement.spot(),
                        "cannot read the table referred to",
                        "too many parts",
                    ));
                };
                let mut options = characteristics(key.characteristics.as_ref());
                let full = key.match_kind == Some(ast::ConstraintReferenceMatchKind::Full);
                for (option, value, set) in [("not_valid", "true", *not_valid), ("match", "full", full)] {
                    if set {
                        options.insert(option.to_owned(), value.to_owned());
                    }
                }
                let key = ForeignKey {
                    name: name.clone(),
                    columns: columns(statement, table, &key.columns.iter().collect::<Vec<_>>())?,
                    references,
                    referenced_columns: key
                        .referred_columns
                        .iter()
                        .map(|ident| names::folded(ident, product))
                        .collect(),
                    on_update: key.on_update.as_ref().and_then(action),
                    on_delete: key.on_delete.as_ref().and_then(action),
                    options,
                };
                foreign_key(statement, table, key, keys_in_sidecars)
            }
            TableConstraint::PrimaryKey(key) => primary_key(statement, table, key),
            other => Err(unknown(statement, &other.to_string())),
        },
        AlterTableOperation::AlterColumn { column_name, op: AlterColumnOperation::SetDefault { value } } => {
            let name = column(statement, table, column_name)?;
            if let Some(column) = table.columns.get_mut(&name) {
                if column.default.is_some() && !inherited::is_inherited(column) {
                    let message = format!("`{name}` has a default already");
                    return Err(SourceError::new(statement.spot_of(&column_name.value), message, "the second"));
                }
                column.default = Some(DefaultValue::Expression(expression(value)));
            }
            Ok(vec![Part::Column(name, Facet::Default)])
        }
        AlterTableOperation::AlterColumn {
            column_name,
            op: op @ (AlterColumnOperation::DropDefault | AlterColumnOperation::SetNotNull),
        } => {
            let name = column(statement, table, column_name)?;
            let Some(column) = table.columns.get_mut(&name).filter(|column| inherited::is_inherited(column)) else {
                return Err(unknown(statement, &operation.to_string()));
            };
            Ok(vec![match op {
                AlterColumnOperation::SetNotNull => {
                    column.nullable = false;
                    Part::Column(name, Facet::Whole)
                }
                _ => {
                    column.default = None;
                    Part::Column(name, Facet::Default)
                }
            }])
        }
        AlterTableOperation::AlterColumn { column_name, op: AlterColumnOperation::SetDataType { data_type, .. } } => {
            let name = column(statement, table, column_name)?;
            if let Some(column) = table.columns.get_mut(&name) {
                super::column::set_type(column, data_type, product);
            }
            Ok(vec![Part::Column(name, Facet::Type)])
        }
        AlterTableOperation::AlterColumn {
            column_name,
            op: AlterColumnOperation::AddGenerated { generated_as, sequence_options },
        } => {
            let name = column(statement, table, column_name)?;
            let way = generated_as.as_ref().unwrap_or(&ast::GeneratedAs::ByDefault);
            let facets = match table.columns.get_mut(&name) {
                Some(column) => super::column::set_numbering(column, way, sequence_options.as_deref()),
                None => Vec::new(),
            };
            Ok(facets.into_iter().map(|facet| Part::Column(name.clone(), facet)).collect())
        }
        AlterTableOperation::ModifyColumn { col_name, data_type, options, .. } => {
            let name = column(statement, table, col_name)?;
            match table.columns.get_mut(&name) {
                Some(column) => super::column::modify(statement, column, data_type, options.iter()),
                None => Ok(Vec::new()),
            }
        }
        AlterTableOperation::AddColumn { column_def, .. } => {
            let options = column_def.options.iter().map(|option| &option.option);
            let name = names::folded(&column_def.name, product);
            super::column::add(statement, table, name, &column_def.data_type, options)
        }
        AlterTableOperation::SetOptionsParens { options } => {
            let mut parts = Vec::new();
            for option in options {
                let SqlOption::KeyValue { key, value } = option else {
                    return Err(unknown(statement, &option.to_string()));
                };
                let value = value.to_string();
                let value = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(&value);
                table.options.insert(key.value.to_lowercase(), names::unescaped(value, product));
                parts.push(Part::Option(key.value.to_lowercase().into()));
            }
            Ok(parts)
        }
        AlterTableOperation::EnableRowLevelSecurity => Ok(row_security(table, "row_security")),
        AlterTableOperation::ForceRowLevelSecurity => Ok(row_security(table, "force_row_security")),
        AlterTableOperation::DisableRowLevelSecurity | AlterTableOperation::NoForceRowLevelSecurity => {
            let message = "a declaration says what there is, and row security is off where nothing is said";
            let trouble = SourceError::new(statement.first_words(), message, "switches something off");
            Err(trouble.hint("remove this statement, and the one that switches it on"))
        }
        other => Err(unknown(statement, &other.to_string())),
    }
}

/// Enables one of the two settings of row security.
fn row_security(table: &mut Table, key: &str) -> Vec<Part> {
    table.options.insert(key.to_owned(), "true".to_owned());
    vec![Part::Option(key.into())]
}

/// A foreign key on the columns of a relation declares the actions and options of that relation. Any other is a new foreign
/// key.
fn foreign_key(
    statement: &Statement<'_>,
    table: &mut Table,
    key: ForeignKey,
    keys_in_sidecars: &BTreeSet<Name>,
) -> Result<Vec<Part>, SourceError> {
    let of_entity = |known: &&mut ForeignKey| !keys_in_sidecars.contains(&known.name);
    let same = table.foreign_keys.values_mut().filter(of_entity).find(|known| {
        (&known.columns, &known.references, &known.referenced_columns)
            == (&key.columns, &key.references, &key.referenced_columns)
    });
    let at = |name: &Name, facet| Part::ForeignKey(name.clone(), facet);
    let Some(known) = same else {
        free(statement, &key.name, table.foreign_keys.contains_key(&key.name))?;
        let facets = [Facet::Whole, Facet::OnDelete, Facet::OnUpdate, Facet::Options];
        let parts = facets.into_iter().map(|facet| at(&key.name, facet)).collect();
        table.foreign_keys.insert(key.name.clone(), key);
        return Ok(parts);
    };
    // SQL names the key explicitly, so the name is part of the declaration.
    let before = std::mem::replace(&mut known.name, key.name.clone());
    let mut parts = vec![at(&known.name, Facet::Whole)];
    if known.on_delete.is_none() && key.on_delete.is_some() {
        known.on_delete = key.on_delete;
        parts.push(at(&known.name, Facet::OnDelete));
    }
    if known.on_update.is_none() && key.on_update.is_some() {
        known.on_update = key.on_update;
        parts.push(at(&known.name, Facet::OnUpdate));
    }
    if known.options.is_empty() && !key.options.is_empty() {
        known.options = key.options;
        parts.push(at(&known.name, Facet::Options));
    }
    if let Some(known) = table.foreign_keys.remove(&before) {
        table.foreign_keys.insert(known.name.clone(), known);
    }
    Ok(parts)
}

pub(super) fn characteristics(written: Option<&ast::ConstraintCharacteristics>) -> Options {
    let mut options = Options::new();
    let Some(written) = written else { return options };
    let deferred = written.initially == Some(ast::DeferrableInitial::Deferred);
    for (option, set) in [
        ("deferrable", written.deferrable == Some(true)),
        ("initially_deferred", deferred),
        ("not_enforced", written.enforced == Some(false)),
    ] {
        if set {
            options.insert(option.to_owned(), "true".to_owned());
        }
    }
    options
}

fn find<'o>(
    statement: &Statement<'_>,
    name: &ast::ObjectName,
    output: &'o mut Output,
) -> Result<&'o mut Table, SourceError> {
    let product = statement.product();
    let target: Option<ObjectName> = names::object(name, product);
    let table = target.and_then(|target| names::table(&mut output.model.schema, &target, product));
    table.ok_or_else(|| {
        let spelled = names::plain_name(name);
        let trouble = SourceError::new(
            statement.spot_of(&spelled),
            format!("no entity declares a table `{spelled}`"),
            "not found",
        );
        trouble.hint("declare the table by an entity, or correct its name")
    })
}

fn columns(statement: &Statement<'_>, table: &Table, idents: &[&ast::Ident]) -> Result<Vec<Name>, SourceError> {
    idents.iter().map(|ident| column(statement, table, ident)).collect()
}

fn column_ident<'c>(statement: &Statement<'_>, column: &'c ast::IndexColumn) -> Result<&'c ast::Ident, SourceError> {
    match &column.column.expr {
        ast::Expr::Identifier(ident) => Ok(ident),
        other => Err(unknown(statement, &other.to_string())),
    }
}

fn column(statement: &Statement<'_>, table: &Table, ident: &ast::Ident) -> Result<Name, SourceError> {
    names::column(table, ident, statement.product()).ok_or_else(|| {
        let message = format!("table `{}` has no column `{}`", table.name, ident.value);
        let known: Vec<&str> = table.columns.keys().map(Name::as_str).collect();
        SourceError::new(statement.spot_of(&ident.value), message, "no such column")
            .hint(format!("one of {}", known.join(", ")))
    })
}

fn named(statement: &Statement<'_>, name: Option<&ast::Ident>, what: &str) -> Result<Name, SourceError> {
    name.map(|name| names::folded(name, statement.product())).ok_or_else(|| {
        let trouble = SourceError::new(statement.first_words(), "a constraint needs a name of its own", "no name");
        trouble.hint(format!("ADD CONSTRAINT … {what} …"))
    })
}

fn free(statement: &Statement<'_>, name: &Name, taken: bool) -> Result<(), SourceError> {
    match taken {
        false => Ok(()),
        true => Err(SourceError::new(
            statement.spot_of(name.as_str()),
            format!("two constraints are called `{name}`"),
            "the second",
        )),
    }
}

fn unknown(statement: &Statement<'_>, what: &str) -> SourceError {
    SourceError::new(statement.first_words(), format!("`{what}` is not declared here"), "not understood")
        .hint("say it in the entity, or in a migration: `gen migration <Name> --empty`")
}

fn action(written: &ReferentialAction) -> Option<Action> {
    match written {
        ReferentialAction::Restrict => Some(Action::Restrict),
        ReferentialAction::Cascade => Some(Action::Cascade),
        ReferentialAction::SetNull => Some(Action::SetNull),
        ReferentialAction::SetDefault => Some(Action::SetDefault),
        ReferentialAction::NoAction => None,
    }
}
