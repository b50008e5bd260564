//! Sorts a plan: what is done in two migrations, what expand adds, and what waits for contract. The rest is refused, with reasons.
//!
//! Must not know how a change is done in two migrations.

use sea_gen_runner::Error;

use crate::dialect::Dialect;
use crate::dialect::casts::grade;
use crate::dialect::expression::mentions;
use crate::dialect::in_step::Twins;
use crate::plan::cast::Grade;
use crate::plan::{Alter, Object, Op, Plan, Rename};
use crate::schema::{Action, Change, Column, DefaultValue, Name, ObjectName, Place, Product, Schema, Table};

use super::super::backfill::{Backfill, Values};
use super::TwoStep;
use super::column::Moved;
use super::required::Required;

/// A plan, sorted. What is in neither list waits for contract.
pub(super) struct Sorted {
    /// What is done in two migrations.
    pub(super) changes: Vec<TwoStep>,
    /// What expand adds.
    pub(super) additions: Vec<Op>,
}

/// Sorts a plan.
///
/// # Errors
/// Changes that two versions of a program cannot share, all of them; a missing value; a value that nothing needs; nothing that
/// needs two migrations.
pub(super) fn sort(
    dialect: &dyn Dialect,
    (from, to): (&Schema, &Schema),
    plan: &Plan,
    values: &Values,
) -> Result<Sorted, Error> {
    let sorting = Sorting { dialect, from, to, plan, values };
    let (mut changes, mut additions, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for op in plan.ops() {
        match sorting.op(op) {
            Ok(Kind::TwoStep(change)) => changes.push(change),
            Ok(Kind::Addition) => additions.push(op.clone()),
            Ok(Kind::Waits) => {}
            Err(Refused::Here(reason)) => refused.push(format!("{op}: {reason}")),
            Err(Refused::Question(error)) => return Err(error),
        }
    }
    if !refused.is_empty() {
        return Err(Error::new("two versions of a program cannot share all of these changes")
            .because(refused.join("\n"))
            .hint(
                "make those in a migration of their own, without `--expand-contract`, while one version runs alone",
            ));
    }
    if changes.is_empty() {
        return Err(Error::new("nothing in this migration needs two steps: no column is renamed or stops taking NULL")
            .hint("write it without `--expand-contract`"));
    }
    sorting.refuse_needless(&changes)?;
    Ok(Sorted { changes, additions })
}

enum Kind {
    TwoStep(TwoStep),
    Addition,
    Waits,
}

enum Refused {
    /// With a reason; others may be refused, too.
    Here(String),
    /// Something is to be said first.
    Question(Error),
}

fn refused<T>(reason: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::Here(reason.into()))
}

struct Sorting<'a> {
    dialect: &'a dyn Dialect,
    from: &'a Schema,
    to: &'a Schema,
    plan: &'a Plan,
    values: &'a Values,
}

impl Sorting<'_> {
    fn op(&self, op: &Op) -> Result<Kind, Refused> {
        match op {
            Op::Rename(Rename::Column(table, change)) => Ok(Kind::TwoStep(self.moved(table, change)?)),
            Op::Rename(Rename::Table(change)) => refused(format!(
                "one version knows {}, the other {}, and a statement can name only one of them",
                change.from, change.to
            )),
            Op::Rename(Rename::Enum(_) | Rename::EnumValue(..)) => {
                refused("a type has one name, and a value of it one spelling, for both versions")
            }
            // The database knows no statement of a program that names them.
            Op::Rename(Rename::Index(..) | Rename::Unique(..) | Rename::ForeignKey(..) | Rename::Check(..)) => {
                Ok(Kind::Waits)
            }
            Op::Alter(alter) => self.alter(alter),
            Op::Create(object) => self.create(object),
            Op::Drop(object) => self.drop(object),
        }
    }

    fn alter(&self, alter: &Alter) -> Result<Kind, Refused> {
        match alter {
            Alter::Column(table, change) if self.is_moved(table, &change.to.name) => Ok(Kind::Waits),
            Alter::Column(table, change) => self.altered_column(table, change),
            Alter::Comment(..) => Ok(Kind::Waits),
            Alter::Enum(change) if change.from.values.iter().all(|value| change.to.values.contains(value)) => {
                Ok(Kind::Addition)
            }
            Alter::Enum(_) => refused("the former version still writes the values that are removed"),
            Alter::PrimaryKey(..) | Alter::Options(..) | Alter::Routine(_) | Alter::Definition(_) | Alter::Rows(_) => {
                refused("it has one form for both versions")
            }
        }
    }

    fn altered_column(&self, table: &ObjectName, change: &Change<Column>) -> Result<Kind, Refused> {
        let Change { from, to } = change;
        if from.data_type != to.data_type {
            return refused(format!(
                "both versions call it {0}, and no column has two types; give the new one a name of its own and keep the field: \
                 `#[sea_orm(column_name = \"{0}_new\", renamed_from = \"{0}\")]`",
                to.name
            ));
        }
        if from.generated != to.generated || from.identity != to.identity {
            return refused("the database computes it, in one way for both versions");
        }
        match (from.nullable, to.nullable) {
            (true, false) => self.required(table, change),
            _ => Ok(Kind::Addition),
        }
    }

    fn required(&self, table: &ObjectName, Change { from, to }: &Change<Column>) -> Result<Kind, Refused> {
        let Some(value) = self.value(table, to) else {
            let option = format!("--backfill {table}.{}=…", to.name);
            return Err(Refused::Question(
                Error::new(format!("{table}.{} stops taking NULL, and nothing says what it has instead", to.name))
                    .hint(format!("say it, as an SQL expression: `{option}`")),
            ));
        };
        if from.generated.is_some() || to.identity.is_some() {
            return refused("the database computes it, in one way for both versions");
        }
        let (table, to) = (table.clone(), to.clone());
        Ok(Kind::TwoStep(TwoStep::Required(Box::new(Required { table, to, value }))))
    }

    fn create(&self, object: &Object) -> Result<Kind, Refused> {
        if self.plan.ops().iter().any(|op| matches!(op, Op::Drop(it) if it.place() == object.place())) {
            return Ok(Kind::Waits);
        }
        match object {
            Object::Column(table, column) if self.is_moved(table, &column.name) => Ok(Kind::Waits),
            Object::Column(_, column) if !column.nullable && !column.has_value_of_its_own() => refused(
                "the former version inserts rows without it; let it take NULL or give it a default, and make it NOT NULL with the next `--expand-contract`",
            ),
            Object::Table(_) | Object::Column(..) | Object::Enum(_) | Object::Routine(_) => Ok(Kind::Addition),
            Object::Index(table, index) => Ok(match index.unique || self.reads_moved(table, object) {
                true => Kind::Waits,
                false => Kind::Addition,
            }),
            Object::ForeignKey(table, _) if self.is_new(table) => Ok(Kind::Addition),
            // A view may name a column by its new name, and a constraint may refuse what the former version writes.
            Object::View(_)
            | Object::PrimaryKey(..)
            | Object::Unique(..)
            | Object::ForeignKey(..)
            | Object::Check(..)
            | Object::Trigger(..)
            | Object::Definition(_) => Ok(Kind::Waits),
        }
    }

    fn drop(&self, object: &Object) -> Result<Kind, Refused> {
        match object {
            Object::Column(_, column) if !column.nullable && !column.has_value_of_its_own() => {
                refused("the next version inserts rows without it; let it take NULL first")
            }
            _ => Ok(Kind::Waits),
        }
    }

    fn is_new(&self, table: &ObjectName) -> bool {
        !self.from.tables.contains_key(table)
    }

    fn is_moved(&self, table: &ObjectName, column: &Name) -> bool {
        self.plan.renames().any(|rename| matches!(rename, Rename::Column(of, it) if of == table && it.to == *column))
    }

    fn reads_moved(&self, table: &ObjectName, object: &Object) -> bool {
        let Object::Index(_, index) = object else { return false };
        let product = self.dialect.product();
        self.plan.renames().any(|rename| match rename {
            Rename::Column(of, change) => of == table && super::parts::index_reads(product, index, &change.to),
            _ => false,
        })
    }

    fn moved(&self, table: &ObjectName, change: &Change<Name>) -> Result<TwoStep, Refused> {
        let of = |schema: &Schema, column: &Name| schema.tables.get(table)?.columns.get(column).cloned();
        let (Some(before), Some(old), Some(new)) =
            (self.from.tables.get(table), of(self.from, &change.from), of(self.to, &change.to))
        else {
            return refused("its table is renamed, too");
        };
        self.refuse_bound(before, &old, &new)?;
        if old.nullable && old.default.is_some() {
            return refused(format!(
                "{} takes NULL and has a default: a statement of the next version that writes NULL looks like one that \
                 leaves it out; drop the default or make it NOT NULL first",
                old.name
            ));
        }
        if new.nullable && !old.nullable {
            return refused("the former version would read NULL; let it take NULL first, or afterwards");
        }
        let (forward, back) = (self.forward(table, &old, &new)?, self.back(table, &old, &new)?);
        let twins = Twins { old: old.name.clone(), new: new.name.clone(), forward, back };
        let product = self.dialect.product();
        Ok(TwoStep::Moved(Box::new(Moved { product, table: table.clone(), from: old, to: new, twins })))
    }

    /// Refuses a column that cannot exist twice.
    fn refuse_bound(&self, table: &Table, old: &Column, new: &Column) -> Result<(), Refused> {
        let product = self.dialect.product();
        let reads = |text: &str| mentions(product, text, old.name.as_str());
        if table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&old.name)) {
            return refused("it belongs to the primary key, and a table has one");
        }
        if [old, new].iter().any(|it| it.identity.is_some() || it.generated.is_some() || it.on_update.is_some()) {
            return refused("the database sets it by itself, and only one column can be set so");
        }
        let refers = |other: &Table| {
            other
                .foreign_keys
                .values()
                .any(|key| key.references == table.name && key.referenced_columns.contains(&old.name))
        };
        if let Some(other) = self.from.tables.values().find(|other| refers(other)) {
            return refused(format!("a foreign key of {} refers to it", other.name));
        }
        let computes = |column: &&Column| column.generated.as_ref().is_some_and(|it| reads(it.expression.text()));
        if let Some(column) = table.columns.values().find(computes) {
            return refused(format!("the computed column {} reads it", column.name));
        }
        let moves = |action: Option<Action>| action.is_some_and(|action| action != Action::Restrict);
        let sets = |action: Option<Action>| matches!(action, Some(Action::SetNull | Action::SetDefault));
        let mut keys = table.foreign_keys.values().filter(|key| key.columns.contains(&old.name));
        if matches!(product, Product::MySql | Product::MariaDb)
            && keys.any(|key| moves(key.on_update) || sets(key.on_delete))
        {
            return refused("its foreign key changes it, and triggers do not see that on this database");
        }
        Ok(())
    }

    /// The value of the new column, as an expression on the old one.
    fn forward(&self, table: &ObjectName, old: &Column, new: &Column) -> Result<Option<String>, Refused> {
        let place = Place::column(table, &new.name);
        let given = given(&self.values.conversions, table, &new.name);
        let converted = match (given, old.data_type == new.data_type) {
            (Some(given), _) => Some(given),
            (None, true) => None,
            (None, false) => {
                if !self.keeps((self.from, old), (self.to, new)) && !self.values.lossy.contains(&place) {
                    return Err(Refused::Question(self.unsaid(table, (old, new), "--using")));
                }
                Some(self.dialect.cast(old, new))
            }
        };
        if new.nullable || !old.nullable {
            return Ok(converted);
        }
        let Some(value) = self.value(table, new) else {
            return Err(Refused::Question(
                Error::new(format!("{place} takes no NULL, and {table}.{} does", old.name))
                    .hint(format!("say what it has instead, as an SQL expression: `--backfill {place}=…`")),
            ));
        };
        let converted = converted.unwrap_or_else(|| self.dialect.quote(&old.name));
        Ok(Some(format!("COALESCE({converted}, {value})")))
    }

    /// The value of the old column, as an expression on the new one.
    fn back(&self, table: &ObjectName, old: &Column, new: &Column) -> Result<Option<String>, Refused> {
        match given(&self.values.backs, table, &old.name) {
            Some(given) => Ok(Some(given)),
            None if old.data_type == new.data_type => Ok(None),
            None if self.keeps((self.to, new), (self.from, old)) => Ok(Some(self.dialect.cast(new, old))),
            None => Err(Refused::Question(self.unsaid(table, (new, old), "--back"))),
        }
    }

    fn keeps(&self, from: (&Schema, &Column), to: (&Schema, &Column)) -> bool {
        let column = self.dialect.quote(&from.1.name);
        grade(self.dialect, &column, (from.0, &from.1.data_type), (to.0, &to.1.data_type)) == Grade::Keeps
    }

    fn unsaid(&self, table: &ObjectName, (from, to): (&Column, &Column), option: &str) -> Error {
        Error::new(format!("not every value of {table}.{} is a value of {table}.{}", from.name, to.name))
            .hint(format!("say what it becomes, as an SQL expression: `{option} {table}.{}=…{}…`", to.name, from.name))
    }

    /// The value of rows without one.
    fn value(&self, table: &ObjectName, column: &Column) -> Option<String> {
        let default = || match column.default.as_ref()? {
            DefaultValue::Expression(expression) => Some(expression.text().to_owned()),
            DefaultValue::Literal(literal) => Some(self.dialect.literal(literal)),
        };
        given(&self.values.backfills, table, &column.name).or_else(default)
    }

    /// Refuses values that no change needs.
    fn refuse_needless(&self, changes: &[TwoStep]) -> Result<(), Error> {
        let is_new = |it: &Backfill| {
            changes.iter().any(|change| match change {
                TwoStep::Moved(moved) => moved.table == it.table && moved.twins.new == it.column,
                TwoStep::Required(required) => required.table == it.table && required.to.name == it.column,
            })
        };
        let is_old = |it: &Backfill| {
            let of = |moved: &Moved| moved.table == it.table && moved.twins.old == it.column;
            changes.iter().any(|change| matches!(change, TwoStep::Moved(moved) if of(moved)))
        };
        let Values { backfills, conversions, backs, .. } = self.values;
        let first = |option: &'static str, values: &[Backfill], is_needed: &dyn Fn(&Backfill) -> bool| {
            let needless = values.iter().find(|it| !is_needed(it))?;
            Some(format!("{option} {}.{}", needless.table, needless.column))
        };
        let found = first("--backfill", backfills, &is_new)
            .or_else(|| first("--using", conversions, &is_new))
            .or_else(|| first("--back", backs, &is_old));
        match found {
            Some(option) if !self.values.for_several => {
                Err(Error::new(format!("nothing in this migration needs `{option}`")).hint("leave it out"))
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn given(values: &[Backfill], table: &ObjectName, column: &Name) -> Option<String> {
    values.iter().find(|it| it.table == *table && it.column == *column).map(|it| it.value.clone())
}
