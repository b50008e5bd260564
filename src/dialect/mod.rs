//! Everything that differs between databases: one folder each, with the same file names in each.
//!
//! `types`, `normalize`, `lower` and `render` are pure; only `introspect` and `session` touch a driver. Must not know files,
//! commands, or why a plan was made.

mod case;
pub mod casts;
pub mod catalog;
pub mod domain;
pub mod expression;
pub mod in_step;
mod kept;
pub mod made_by_files;
pub mod mysql;
pub mod postgres;
pub mod reading;
pub mod reprint;
pub mod rows;
pub mod sqlite;
mod step;
mod unsupported;
mod wording;
pub mod zero_dates;

use std::fmt;

use sea_gen_runner::sql;

use crate::plan::cast::Grade;
use crate::plan::cost::Cost;
use crate::plan::{Alter, Names, Object, Op, Plan, near};
use crate::schema::{
    Change, Column, Definition, Expression, Literal, Name, Normalized, ObjectName, Options, Schema, Table, Type,
};

use casts::Family;
use in_step::{RowRule, RowTriggers};

pub use crate::plan::Forms;
pub use crate::schema::Product;
pub use sea_gen_runner::{HISTORY_TABLE, LEASE_TABLE, LineNumber, Role, Statement};
pub use step::{FormerColumn, Online, Rebuild, Repartition, Step, Steps};
pub use unsupported::Unsupported;

/// The dialect of a product: the one registry of databases.
pub fn of(product: Product) -> &'static dyn Dialect {
    match product {
        Product::Sqlite => &sqlite::Sqlite,
        Product::Postgres => &postgres::Postgres,
        Product::MySql => &mysql::MySql(mysql::Flavor::MySql),
        Product::MariaDb => &mysql::MySql(mysql::Flavor::MariaDb),
    }
}

/// The definition of something with a body, made under the `sql_mode` that `known` is made under where it says none itself (MySQL
/// and MariaDB).
pub fn in_mode_of(product: Product, definition: &Expression, known: &Expression) -> Expression {
    match sql::mode_before(product, known.text()) {
        Some((_, create)) if sql::mode_before(product, definition.text()).is_none() => {
            let mode = known.text().strip_suffix(create).unwrap_or_default();
            Expression::new(format!("{mode}{}", definition.text()))
        }
        Some(_) | None => definition.clone(),
    }
}

/// Whether a partition of this name is expected, because a migration that is still to come names it.
pub type Expected<'a> = dyn Fn(&str) -> bool + 'a;

/// The behaviour of one database. No method has a default body, so that adding one makes the compiler name every database.
pub trait Dialect: fmt::Debug + Sync {
    /// The product.
    fn product(&self) -> Product;

    /// Brings a schema, declared or read from a catalog, to the one form this database's catalog would report it in:
    /// native types, spelled defaults, canonical expressions, implied indexes, names nobody gave. Idempotent.
    ///
    /// # Errors
    /// Something this database cannot hold, with a hint.
    fn normalize(&self, schema: Schema) -> Result<Normalized, Unsupported>;

    /// Whether a column numbers itself although its identity is `None`, so that it serves a declared identity.
    fn numbers_itself(&self, _table: &Table, _column: &Name) -> bool {
        false
    }

    /// Takes out of a schema that was read the partitions that tables got while in use: those that `known` does not have and
    /// that are not expected, of tables that it divides in the same way. Whether there were any.
    fn leave_out_new_partitions(&self, schema: &mut Schema, known: &Schema, expected: &Expected<'_>) -> bool;

    /// Lowers a plan to steps this database can execute, given the schema the plan starts from. Intermediate names are taken
    /// from `names`.
    ///
    /// # Errors
    /// An operation that cannot be done here in any number of steps, with a hint.
    fn lower(&self, plan: &Plan, from: &Schema, names: &Names<'_>) -> Result<Vec<Step>, Unsupported>;

    /// Rewrites steps to online forms, whose blocking time does not grow with the number of rows, where such forms exist.
    fn safe(&self, steps: Vec<Step>, plan: &Plan, from: &Schema, names: &Names<'_>) -> Vec<Step>;

    /// The triggers that keep a rule on the rows of a table while two versions of a program use it. The table is the one that
    /// has them, with all columns that the rule names.
    ///
    /// # Errors
    /// A database that is migrated in one transaction anyway.
    fn in_step(&self, table: &Table, rule: &RowRule, names: &Names<'_>) -> Result<RowTriggers, Unsupported>;

    /// A column's value as a value of another column's type, as an SQL expression; the column itself where the database converts
    /// what is assigned.
    fn cast(&self, from: &Column, to: &Column) -> String;

    /// Places preflight checks and backfills where every object they name exists.
    fn arrange(&self, steps: Vec<Step>) -> Vec<Step>;

    /// The lock and the cost of each kind of clause on this database.
    fn costs(&self) -> &'static [Cost];

    /// The query that tells how large tables are: schema, name, whether a name without a schema means it (1 or 0), rows and bytes as
    /// far as the catalog knows them. `None` where it does not.
    fn sizes(&self) -> Option<&'static str>;

    /// What a change between type families does to the values of a column, whose name is already quoted.
    fn grade(&self, column: &str, from: &Family, to: &Family) -> Grade;

    /// Whether a change between two native types rewrites every row; if not, only the catalog is written.
    fn rewrites(&self, from: &Type, to: &Type) -> bool;

    /// The partitions of a table that are dropped with their rows when its options change.
    fn dropped_partitions(&self, change: &Change<Options>) -> Vec<Name>;

    /// The default partition beside a new partition, and the condition on which a row of it belongs to the new one.
    fn rows_in_default(&self, from: &Schema, to: &Schema, partition: &Definition) -> Option<(ObjectName, String)>;

    /// Writes one step in SQL.
    ///
    /// # Errors
    /// A step that `lower` of this dialect does not produce.
    fn render(&self, step: &Step) -> Result<Vec<Statement>, Unsupported>;

    /// Quotes an identifier; the only function of the dialect that does.
    fn quote(&self, name: &Name) -> String;

    /// Writes a literal; the only function of the dialect that does.
    fn literal(&self, literal: &Literal) -> String;

    /// Quotes a possibly qualified name.
    fn quote_object(&self, name: &ObjectName) -> String {
        match &name.schema {
            Some(schema) => format!("{}.{}", self.quote(schema), self.quote(&name.name)),
            None => self.quote(&name.name),
        }
    }
}

/// The statements that execute a plan.
///
/// # Errors
/// What the database cannot do, with a hint.
pub fn statements(
    dialect: &dyn Dialect,
    forms: Forms,
    plan: &Plan,
    from: &Schema,
) -> Result<Vec<Statement>, Unsupported> {
    let steps = lowered(dialect, forms, plan, from, &Names::around(dialect.product(), plan, from))?;
    let zero_dates = zero_dates::tables(dialect.product(), plan, from);
    text(dialect, &Steps { zero_dates, ..Steps::new(dialect.arrange(steps)) })
}

/// The steps that execute a plan, in these forms. If it is part of a larger plan, generated names must be free there too.
///
/// # Errors
/// What the database cannot do, with a hint.
pub fn lowered(
    dialect: &dyn Dialect,
    forms: Forms,
    plan: &Plan,
    from: &Schema,
    names: &Names<'_>,
) -> Result<Vec<Step>, Unsupported> {
    kept::bears(dialect.product(), plan, from)?;
    let near = near(plan, from);
    let mut steps = dialect.lower(plan, &near, names)?;
    // Rows go with their table. On SQLite those that refer to others are removed first: it has no foreign key to drop before.
    let is_dropped = |table: &ObjectName| {
        dialect.product() != Product::Sqlite
            && plan.ops().iter().any(|op| matches!(op, Op::Drop(Object::Table(dropped)) if dropped.name == *table))
    };
    steps.retain(|step| {
        !matches!(step, Step::Direct(Op::Alter(Alter::Rows(it))) if it.rows.to.is_none() && is_dropped(&it.table))
    });
    Ok(match forms {
        Forms::Safe => dialect.safe(steps, plan, &near, names),
        Forms::Offline => steps,
    })
}

/// The statements of steps, with remarks on what they destroy.
///
/// # Errors
/// A step that the dialect does not produce.
pub fn text(dialect: &dyn Dialect, steps: &Steps) -> Result<Vec<Statement>, Unsupported> {
    let mut statements: Vec<Statement> = Vec::new();
    for step in &steps.steps {
        let mut rendered = dialect.render(step)?;
        if let Some(first) = rendered.first_mut() {
            let above = if statements.is_empty() { steps.remarks.clone() } else { Vec::new() };
            let lost = step.loses(&steps.former).into_iter().map(|what| format!("loses data: {what}"));
            let copies = step.copies(&steps.former);
            let kept = (!copies.is_empty())
                .then(|| format!("lint: allow drop-column {} now has the values", copies.join(" and ")));
            let lines: Vec<String> = above.into_iter().chain(lost).chain(kept).chain(first.note.take()).collect();
            first.note = (!lines.is_empty()).then(|| lines.join("\n"));
        }
        statements.extend(rendered);
    }
    Ok(zero_dates::accepted(dialect, &steps.zero_dates, statements))
}

/// The schema with every expression compared by the words it is in. Right where both sides come from servers of one version,
/// which print what is the same in the same words; what has no JSON form stays as it is.
pub fn in_own_words(normalized: Normalized) -> Normalized {
    fn again<'a, T: serde::Serialize + serde::de::DeserializeOwned + 'a>(values: impl Iterator<Item = &'a mut T>) {
        for value in values {
            let read = serde_json::to_value(&*value).and_then(serde_json::from_value);
            if let Ok(read) = read {
                *value = read;
            }
        }
    }
    let mut schema = normalized.into_schema();
    again(schema.tables.values_mut());
    again(schema.views.values_mut());
    again(schema.routines.values_mut());
    again(schema.definitions.values_mut());
    Normalized::by_dialect(schema)
}

/// The empty schema: the same for every database, and the start of every history.
pub fn nothing() -> Normalized {
    Normalized::by_dialect(Schema::default())
}
