//! Rendering: one step as SQL statements that a reviewer likes to read.
//!
//! Must not know why a step is taken or what stands beside it; a step is complete.

mod alter;
pub(super) mod casts;
mod create;
mod definitions;
mod enums;
mod in_place;
mod kept;
pub(super) mod not_null;
mod numbering;
mod objects;
mod repartition;
mod spelling;

use sea_gen_runner::sql;

use crate::dialect::rows::RowStep;
use crate::dialect::{Product, Statement, Step, Unsupported, rows};
use crate::plan::{Alter, Object, Op, Rename};
use crate::schema::{Literal, Name, ObjectName, Place};

pub(super) use spelling::type_name;

/// Writes one step.
pub(super) fn render(step: &Step) -> Result<Vec<Statement>, Unsupported> {
    match step {
        Step::Direct(op) => render_op(op),
        Step::Rows(rows) => Ok(rows::statements(&super::Postgres, rows)),
        Step::Apart(op) => {
            let statements = match op {
                Op::Create(Object::Index(table, index)) => objects::create_index(table, index, " CONCURRENTLY"),
                Op::Drop(Object::Index(table, index)) => vec![objects::drop_index(table, &index.name, " CONCURRENTLY")],
                Op::Create(Object::Unique(table, unique)) => vec![objects::build_unique(table, unique)],
                Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => render_op(op)?,
            };
            Ok(statements.into_iter().map(|statement| Statement { transactional: false, ..statement }).collect())
        }
        Step::Validate(table, name) => {
            Ok(vec![Statement { transactional: false, ..objects::validate_constraint(table, name) }])
        }
        Step::Attach(Op::Create(Object::Unique(table, unique))) => Ok(objects::attach_unique(table, unique)),
        Step::Attach(op) => Err(foreign_step(op.place())),
        Step::Together(table, _) | Step::Online(table, ..) => Err(foreign_step(Place::table(table))),
        Step::Rebuild(rebuild) => Err(foreign_step(Place::table(&rebuild.to.name))),
        Step::Repartition(it) => Ok(repartition::statements(it)),
        Step::SwapEnum(change, columns, aside) => Ok(enums::swap(change, columns, aside)),
        Step::Keep(kept) => Ok(vec![kept::keep(kept)]),
        Step::GiveBack => Ok(vec![kept::give_back()]),
        Step::AttachPartition(partition) => Ok(definitions::attach(partition).into_iter().collect()),
        Step::DetachPartition(partition) => Ok(definitions::detach(partition).into_iter().collect()),
    }
}

fn foreign_step(place: Place) -> Unsupported {
    Unsupported {
        product: Product::Postgres,
        place,
        reason: "the step was not made for it".to_owned(),
        hint: "lower the plan with the same dialect that renders it".to_owned(),
    }
}

fn render_op(op: &Op) -> Result<Vec<Statement>, Unsupported> {
    match op {
        Op::Create(object) => Ok(create(object)),
        Op::Drop(object) => Ok(drop(object)),
        Op::Alter(alter) => render_alter(alter),
        Op::Rename(rename) => Ok(vec![rename_one(rename)]),
    }
}

fn create(object: &Object) -> Vec<Statement> {
    match object {
        Object::Table(table) => create::table(table),
        Object::Column(table, column) => alter::add_column(table, column),
        Object::PrimaryKey(table, key) => vec![objects::add_key(table, &objects::primary_key(key), &key.options)],
        Object::Unique(table, unique) => objects::create_unique(table, unique),
        Object::ForeignKey(table, key) => objects::create_foreign_key(table, key),
        Object::Check(table, check) => objects::create_check(table, check),
        Object::Index(table, index) => objects::create_index(table, index, ""),
        Object::Trigger(_, trigger) => vec![Statement::new(trigger.definition.text())],
        Object::Enum(enum_type) => enums::create(enum_type),
        Object::View(view) => objects::create_view(view),
        Object::Routine(routine) => vec![Statement::new(routine.definition.text())],
        Object::Definition(definition) => definitions::create(definition),
    }
}

fn drop(object: &Object) -> Vec<Statement> {
    match object {
        Object::Table(table) => vec![Statement::new(format!("DROP TABLE {}", quote_object(&table.name)))],
        Object::Column(table, column) => alter::drop_column(table, column),
        Object::PrimaryKey(table, key) => key.name.iter().map(|name| objects::drop_constraint(table, name)).collect(),
        Object::Unique(table, unique) => vec![objects::drop_constraint(table, &unique.name)],
        Object::ForeignKey(table, key) => vec![objects::drop_constraint(table, &key.name)],
        Object::Check(table, check) => vec![objects::drop_constraint(table, &check.name)],
        Object::Index(table, index) => vec![objects::drop_index(table, &index.name, "")],
        Object::Trigger(table, trigger) => {
            vec![Statement::new(format!("DROP TRIGGER {} ON {}", quote(&trigger.name), quote_object(table)))]
        }
        Object::Enum(enum_type) => vec![Statement::new(format!("DROP TYPE {}", quote_object(&enum_type.name)))],
        Object::View(view) => {
            let kind = if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
            vec![Statement::new(format!("DROP {kind} {}", quote_object(&view.name)))]
        }
        Object::Routine(routine) => vec![objects::drop_routine(routine)],
        Object::Definition(definition) => definitions::drop(definition),
    }
}

fn render_alter(alter: &Alter) -> Result<Vec<Statement>, Unsupported> {
    match alter {
        Alter::Column(table, change) => alter::column(table, change),
        Alter::PrimaryKey(table, change) => Ok(vec![objects::alter_primary_key(table, change)]),
        Alter::Comment(table, change) => {
            Ok(vec![comment(&format!("TABLE {}", quote_object(table)), change.to.as_deref())])
        }
        Alter::Options(table, change) => alter::options(table, change),
        Alter::Enum(change) => Ok(enums::alter(change)),
        Alter::Rows(change) => Ok(rows::statements(&super::Postgres, &RowStep::Reference(change.clone()))),
        Alter::Routine(change) => Ok(vec![Statement::new(objects::or_replace(change.to.definition.text()))]),
        Alter::Definition(change) => Ok(definitions::alter(change)),
    }
}

fn rename_one(rename: &Rename) -> Statement {
    let constraint = |table: &ObjectName, from: &Name, to: &Name| {
        format!("ALTER TABLE {} RENAME CONSTRAINT {} TO {}", quote_object(table), quote(from), quote(to))
    };
    Statement::new(match rename {
        Rename::Table(change) => move_object("TABLE", &change.from, &change.to),
        Rename::Column(table, change) => {
            let (from, to) = (quote(&change.from), quote(&change.to));
            format!("ALTER TABLE {} RENAME COLUMN {from} TO {to}", quote_object(table))
        }
        Rename::Index(table, change) => {
            let from = ObjectName { schema: table.schema.clone(), name: change.from.clone() };
            format!("ALTER INDEX {} RENAME TO {}", quote_object(&from), quote(&change.to))
        }
        Rename::Unique(table, change) | Rename::ForeignKey(table, change) | Rename::Check(table, change) => {
            constraint(table, &change.from, &change.to)
        }
        Rename::Enum(change) => move_object("TYPE", &change.from, &change.to),
        Rename::EnumValue(name, change) => format!(
            "ALTER TYPE {} RENAME VALUE {} TO {}",
            quote_object(name),
            literal(&Literal::Text(change.from.clone())),
            literal(&Literal::Text(change.to.clone()))
        ),
    })
}

/// A rename within a schema. Between schemas only the schema changes: a plan that changes both is lowered to two steps.
fn move_object(kind: &str, from: &ObjectName, to: &ObjectName) -> String {
    match &to.schema {
        Some(schema) if from.schema != to.schema && from.name == to.name => {
            format!("ALTER {kind} {} SET SCHEMA {}", quote_object(from), quote(schema))
        }
        // It moves to whatever the connection's default schema is.
        None if from.schema.is_some() && from.name == to.name => {
            let target = format!("{kind} {}", quote_object(from)).replace('\'', "''").replace('%', "%%");
            format!("DO $$ BEGIN EXECUTE format('ALTER {target} SET SCHEMA %I', current_schema()); END $$")
        }
        _ => format!("ALTER {kind} {} RENAME TO {}", quote_object(from), quote(&to.name)),
    }
}

/// One `ALTER TABLE` with its clauses, a line each when there are several.
fn alter_table(table: &ObjectName, clauses: &[String]) -> Statement {
    let table = quote_object(table);
    Statement::new(match clauses {
        [clause] => format!("ALTER TABLE {table} {clause}"),
        _ => format!("ALTER TABLE {table}\n    {}", clauses.join(",\n    ")),
    })
}

/// `COMMENT ON …`; `None` removes it.
fn comment(target: &str, text: Option<&str>) -> Statement {
    let text = text.map_or_else(|| "NULL".to_owned(), |text| literal(&Literal::Text(text.to_owned())));
    Statement::new(format!("COMMENT ON {target} IS {text}"))
}

/// The sequence behind a numbered column, quoted.
pub(super) fn sequence(table: &ObjectName, column: &crate::schema::Column) -> String {
    numbering::sequence(table, column)
}

/// Whether a column belongs to a parent of its table, which changes it.
pub(super) fn is_inherited(column: &crate::schema::Column) -> bool {
    create::is_inherited(column)
}

/// Whether the definition can be changed without being dropped.
pub(super) fn changes_in_place(change: &crate::schema::Change<crate::schema::Definition>) -> bool {
    in_place::statements(change).is_some()
}

/// The statement that drops a definition.
pub(super) fn drop_statement(id: &crate::schema::DefinitionId) -> String {
    definitions::drop_statement(id)
}

/// Quotes an identifier.
pub(super) fn quote(name: &Name) -> String {
    sql::quote(Product::Postgres, name.as_str())
}

/// Quotes a possibly qualified name.
pub(super) fn quote_object(name: &ObjectName) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", quote(schema), quote(&name.name)),
        None => quote(&name.name),
    }
}

fn quote_list(names: &[Name]) -> String {
    names.iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// Writes a literal.
pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => sql::literal(Product::Postgres, text),
        Literal::Number(number) => number.clone(),
        Literal::Boolean(value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_strings_are_quoted() {
        assert_eq!(quote(&Name::new("a\"b\0c")), "\"a\"\"bc\"");
        assert_eq!(literal(&Literal::Text("it's \\ $$\n\0".to_owned())), "'it''s \\ $$\n'");
    }

    #[test]
    fn steps_of_other_databases_are_refused() {
        let step = Step::Together(ObjectName::local("t"), Vec::new());
        assert!(render(&step).is_err());
    }
}
