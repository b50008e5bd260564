//! New foreign keys to columns that are not unique, which no database creates.
//!
//! Must not know how a key was declared.

use std::collections::BTreeSet;

use sea_gen_runner::Error;

use crate::entity::Model;
use crate::plan::{Object, Op, Plan};
use crate::schema::{ForeignKey, IndexTarget, Name, ObjectName, Product, Schema, Table};

use super::{Failure, Workspace};

/// Refuses a plan that creates such a key.
///
/// # Errors
/// The keys, where each is declared.
pub(super) fn refuse(
    workspace: &Workspace,
    product: Product,
    (plan, target): (&Plan, &Schema),
    model: &Model,
) -> Result<(), Failure> {
    let mut lines = Vec::new();
    let mut hints = BTreeSet::new();
    for op in plan.ops() {
        let Op::Create(object @ Object::ForeignKey(table, key)) = op else { continue };
        let Some(referenced) = target.tables.get(&key.references).filter(|it| !may_be_referenced(product, it, key))
        else {
            continue;
        };
        let at = model.sources.get(&object.place());
        let at = at.map(|source| format!("{}:{}: ", source.file.display(), source.line)).unwrap_or_default();
        lines.push(format!("{at}{}", said(table, key, product)));
        hints.insert(match key.referenced_columns.as_slice() {
            [only] => format!("make it unique: `#[sea_orm(unique)]` at `{}.{only}`", referenced.name),
            several => format!(
                "make them unique: `#[sea_orm(unique_key = \"…\")]` at each of {} in `{}`",
                listed(several),
                referenced.name
            ),
        });
    }
    if lines.is_empty() {
        return Ok(());
    }
    let error = Error::new("a foreign key needs a unique target").because(lines.join("\n"));
    let error = hints.into_iter().fold(error, Error::hint);
    // SeaORM has `skip_fk` from 2.0 on.
    Err(match workspace.project.config.context.sea_orm.is_none_or(|version| version >= (2, 0)) {
        true => error.hint("if the relation is for joins only: `skip_fk` in it leaves the key out").into(),
        false => error.into(),
    })
}

fn said(table: &ObjectName, key: &ForeignKey, product: Product) -> String {
    let wanted = match product {
        Product::Postgres | Product::Sqlite => "neither a primary key nor unique",
        Product::MySql | Product::MariaDb => "neither a key nor indexed",
    };
    format!(
        "{table} ({}) refers to {} ({}): {wanted}",
        listed(&key.columns),
        key.references,
        listed(&key.referenced_columns)
    )
}

fn listed(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

/// Whether the database takes the columns for the target of a key. MySQL's older versions and MariaDB do with any index that
/// begins with them.
fn may_be_referenced(product: Product, table: &Table, key: &ForeignKey) -> bool {
    let wanted = &key.referenced_columns;
    let same = |columns: &[Name]| columns.len() == wanted.len() && wanted.iter().all(|name| columns.contains(name));
    if table.primary_key.as_ref().is_some_and(|it| same(&it.columns))
        || table.uniques.values().any(|it| same(&it.columns))
    {
        return true;
    }
    table.indexes.values().any(|index| {
        let columns: Vec<Name> = index
            .parts
            .iter()
            .map_while(|part| match &part.target {
                IndexTarget::Column(name) => Some(name.clone()),
                IndexTarget::Expression(_) => None,
            })
            .collect();
        match product {
            Product::Postgres | Product::Sqlite => {
                index.unique && index.predicate.is_none() && columns.len() == index.parts.len() && same(&columns)
            }
            Product::MySql | Product::MariaDb => columns.get(..wanted.len()).is_some_and(same),
        }
    }) || matches!(product, Product::MySql | Product::MariaDb)
        && table.primary_key.as_ref().is_some_and(|it| it.columns.get(..wanted.len()).is_some_and(same))
}
