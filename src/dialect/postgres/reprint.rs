//! How PostgreSQL prints an expression: in temporary objects, in a transaction that is rolled back.
//!
//! Needs only the privilege to create temporary objects. Must not know what the printed text is compared with.

use std::collections::BTreeSet;

use sea_gen_runner::session::{DatabaseError, Session};

use crate::dialect::Step;
use crate::dialect::wording::{ExpressionLocation, Prints, Question, TableExpressionLocation};
use crate::plan::{Object, Op};
use crate::schema::{
    Column, DefaultValue, Definition, DefinitionId, DefinitionKind, DependencyLayer, Expression, Generated, Literal,
    Name, ObjectName, PARTITION_BY, Schema, Table,
};

use super::{introspect, partitions, render, words};

/// The name of the temporary object.
const STAND_IN: &str = "sea_gen_reprint";

/// The printed text of each question that the server can answer.
///
/// # Errors
/// The role lacks the privilege to create temporary objects, or the server is read-only.
pub(in crate::dialect) async fn prints(
    session: &mut Session,
    context: &Schema,
    questions: &BTreeSet<Question>,
) -> Result<Prints, DatabaseError> {
    session.execute("BEGIN").await?;
    let answer = within(session, context, questions).await;
    session.rollback().await?;
    answer
}

async fn within(
    session: &mut Session,
    context: &Schema,
    questions: &BTreeSet<Question>,
) -> Result<Prints, DatabaseError> {
    // Objects are created in the temporary schema, and found there first.
    for statement in [
        "SELECT set_config('search_path', 'pg_temp, ' || current_setting('search_path'), true)",
        "SET LOCAL lock_timeout = '2s'",
        "SET LOCAL statement_timeout = '10s'",
        "CREATE TABLE pg_temp.sea_gen_reprint_right (one integer)",
        "DROP TABLE pg_temp.sea_gen_reprint_right",
    ] {
        session.execute(statement).await?;
    }
    build(session, context).await?;
    let mut prints = Prints::new();
    for question in questions {
        if let ExpressionLocation::Definition(id) = &question.location {
            if let Some(definition) = context.definitions.get(id) {
                let asked = Definition { create: Expression::new(&question.text), ..definition.clone() };
                if let Some(printed) = partition(session, context, &asked).await? {
                    prints.insert(question.clone(), printed);
                }
                continue;
            }
            if let Some(printed) = defined(session, id, &question.text).await? {
                prints.insert(question.clone(), printed);
            }
            continue;
        }
        let Some((create, print)) = ask(context, question) else { continue };
        if let Some(printed) = tried(session, &create, Some(&print)).await? {
            prints.insert(question.clone(), plain(&question.location, printed));
        }
    }
    Ok(prints)
}

/// A definition as the catalog prints it, created beside the stand-ins and rolled back.
async fn defined(session: &mut Session, id: &DefinitionId, create: &str) -> Result<Option<String>, DatabaseError> {
    // A qualified name refers to a real object, not to a stand-in.
    let named = id.on.as_ref().unwrap_or(&id.name);
    let is_local = named.schema.is_none() && id.name.schema.is_none();
    let can_be_temporary = match id.kind.layer() {
        DependencyLayer::BeforeTables => {
            !matches!(id.kind, DefinitionKind::Schema | DefinitionKind::Extension | DefinitionKind::Server)
        }
        DependencyLayer::AfterTables => matches!(
            id.kind,
            DefinitionKind::Policy | DefinitionKind::Rule | DefinitionKind::Exclusion | DefinitionKind::Statistics
        ),
        DependencyLayer::LikeTable => false,
    };
    if !is_local || !can_be_temporary || words::is_qualified(create, bare(&named.name)) {
        return Ok(None);
    }
    session.execute("SAVEPOINT sea_gen_reprint").await?;
    let answer = match session.execute(create).await {
        Ok(_) => introspect::printed(session, id).await.unwrap_or_default(),
        Err(_) => None,
    };
    session.execute("ROLLBACK TO SAVEPOINT sea_gen_reprint").await?;
    Ok(answer)
}

/// A partition with its bounds and its partition key as the catalog prints them, and its other clauses unchanged.
async fn partition(
    session: &mut Session,
    context: &Schema,
    partition: &Definition,
) -> Result<Option<String>, DatabaseError> {
    let of = || {
        let (table, parent) = (partitions::divided(context, partition)?, partitions::parent(partition)?);
        let key = match context.relation_beside(parent) {
            Some(parent) => partitions::key(parent)?,
            None => table.options.get(PARTITION_BY)?,
        };
        Some((stand_in(&table.name), key, partitions::bounds(partition)?, partition.create.text().split_once('\n')?.0))
    };
    let Some((table, key, bounds, head)) = of() else { return Ok(None) };
    let own = partitions::key(partition).map(|key| format!(" PARTITION BY {key}")).unwrap_or_default();
    let settings = partitions::options(partition).remove("with").unwrap_or_default();
    let parent = format!("CREATE TABLE pg_temp.{STAND_IN} (LIKE {table}) PARTITION BY {key}");
    let child = format!("CREATE TABLE pg_temp.{STAND_IN}_part PARTITION OF pg_temp.{STAND_IN} {bounds}{own}");
    let print = format!(
        "SELECT concat_ws(' ', pg_get_expr(relpartbound, oid), pg_get_partkeydef(oid)) \
           FROM pg_class WHERE oid = to_regclass('pg_temp.{STAND_IN}_part')"
    );
    session.execute("SAVEPOINT sea_gen_reprint_parent").await?;
    let printed = match session.execute(&parent).await {
        Ok(_) => tried(session, &child, Some(&print)).await?,
        Err(_) => None,
    };
    session.execute("ROLLBACK TO SAVEPOINT sea_gen_reprint_parent").await?;
    Ok(printed.map(|printed| format!("{} {printed} {settings}", words::plain(head))))
}

/// The name of an aggregate without its arguments.
fn bare(name: &Name) -> &str {
    name.as_str().split('(').next().unwrap_or_default()
}

/// Creates the objects that the expressions read, as far as possible. If one cannot be created, expressions that need
/// it get no answer.
async fn build(session: &mut Session, context: &Schema) -> Result<(), DatabaseError> {
    for enum_type in context.enums.values() {
        let name = render::quote_object(&enum_type.name);
        let known = format!("SELECT to_regtype({}) IS NOT NULL", text(&name));
        if !session.query(&known).await?.first().is_some_and(|row| row.is_true(0)) {
            let values: Vec<String> = enum_type.values.iter().map(|value| text(value)).collect();
            let create = format!("CREATE TYPE {} AS ENUM ({})", render::quote(&enum_type.name.name), values.join(", "));
            tried(session, &create, None).await?;
        }
    }
    for table in context.tables.values() {
        if let Some(create) = create_table(table) {
            tried(session, &create, None).await?;
        }
    }
    for view in context.views_in_reading_order() {
        tried(session, &create_view(&view.name.name, view.query.text()), None).await?;
    }
    Ok(())
}

/// Executes a statement and a query, and rolls the statement back, also after a failure.
async fn tried(session: &mut Session, create: &str, print: Option<&str>) -> Result<Option<String>, DatabaseError> {
    session.execute("SAVEPOINT sea_gen_reprint").await?;
    let answer = match (session.execute(create).await, print) {
        (Ok(_), Some(print)) => {
            let rows = session.query(print).await;
            rows.ok().and_then(|rows| rows.first().and_then(|row| row.get(0)).map(str::to_owned))
        }
        (Ok(_), None) => {
            session.execute("RELEASE SAVEPOINT sea_gen_reprint").await?;
            return Ok(None);
        }
        (Err(_), _) => None,
    };
    session.execute("ROLLBACK TO SAVEPOINT sea_gen_reprint").await?;
    Ok(answer)
}

fn text(content: &str) -> String {
    render::literal(&Literal::Text(content.to_owned()))
}

/// The temporary table has the name of the real one, regardless of its schema.
fn stand_in(table: &ObjectName) -> String {
    format!("pg_temp.{}", render::quote(&table.name))
}

/// The statement of a migration that creates an object.
fn created(object: Object) -> Option<String> {
    let statements = render::render(&Step::Direct(Op::Create(object))).ok()?;
    statements.into_iter().next().map(|statement| statement.sql)
}

fn create_table(table: &Table) -> Option<String> {
    // The first schema of the search path is the temporary one.
    let mut table = table.clone();
    table.name.schema = None;
    table.options.clear();
    created(Object::Table(table))
}

/// A column with the type of the given one, and no other facets.
fn column(context: &Schema, table: &ObjectName, like: &Name) -> Option<Column> {
    let like = context.tables.get(table)?.columns.get(like)?;
    let mut column = Column::new(STAND_IN, like.data_type.clone());
    column.nullable = true;
    Some(column)
}

fn create_view(name: &Name, query: &str) -> String {
    format!("CREATE TEMPORARY VIEW {} AS {query}", render::quote(name))
}

/// The statement that creates an object with the expression, and the query that prints it.
fn ask(context: &Schema, question: &Question) -> Option<(String, String)> {
    let expression = &question.text;
    let condition = |table: &ObjectName, condition: &str| {
        (
            format!("ALTER TABLE {} ADD CONSTRAINT {STAND_IN} CHECK ({condition})", stand_in(table)),
            format!(
                "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint \
                  WHERE conname = '{STAND_IN}' AND conrelid = to_regclass({})",
                text(&stand_in(table))
            ),
        )
    };
    let of_column = |table: &ObjectName, object: Object| {
        let print = format!(
            "SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d \
               JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum \
              WHERE a.attname = '{STAND_IN}' AND d.adrelid = to_regclass({})",
            text(&stand_in(table))
        );
        created(object).map(|create| (create, print))
    };
    Some(match &question.location {
        ExpressionLocation::Table(table, TableExpressionLocation::Default(name)) => {
            let mut column = column(context, table, name)?;
            column.default = Some(DefaultValue::Expression(Expression::new(expression)));
            // Adding a column evaluates its default at once, which may fail, for example because of a missing setting.
            let mut alone = Table::new(ObjectName::local(STAND_IN));
            alone.columns.insert(column);
            of_column(&alone.name.clone(), Object::Table(alone))?
        }
        ExpressionLocation::Table(table, TableExpressionLocation::Generated(name)) => {
            let mut column = column(context, table, name)?;
            column.generated = Some(Generated { expression: Expression::new(expression), stored: true });
            of_column(table, Object::Column(ObjectName::local(table.name.clone()), column))?
        }
        ExpressionLocation::Table(table, TableExpressionLocation::Check(_) | TableExpressionLocation::Predicate(_)) => {
            condition(table, expression)
        }
        ExpressionLocation::Table(table, TableExpressionLocation::Part(..)) => {
            condition(table, &format!("({expression}) IS NOT NULL"))
        }
        ExpressionLocation::Table(table, TableExpressionLocation::Trigger(name)) => {
            // Only the stand-in gets a trigger, because creating one would lock the real table.
            if !is_on(expression, table) {
                return None;
            }
            let print = format!(
                "SELECT pg_get_triggerdef(oid, true) FROM pg_trigger WHERE tgname = {} AND tgrelid = to_regclass({})",
                text(name.as_str()),
                text(&stand_in(table))
            );
            (expression.clone(), print)
        }
        ExpressionLocation::View(_) => (
            create_view(&Name::from(STAND_IN), expression),
            format!("SELECT pg_get_viewdef(to_regclass('pg_temp.{STAND_IN}'))"),
        ),
        ExpressionLocation::Routine(_) => {
            let print = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = pg_my_temp_schema()";
            (unqualified(expression)?, print.to_owned())
        }
        // Views are printed separately.
        ExpressionLocation::Definition(_) => return None,
    })
}

/// An index expression is printed as part of a condition, which is then removed.
fn plain(location: &ExpressionLocation, printed: String) -> String {
    match location {
        ExpressionLocation::Table(_, TableExpressionLocation::Part(..)) => {
            let inside = printed.strip_prefix('(').and_then(|rest| rest.strip_suffix(" IS NOT NULL)"));
            inside.map(str::to_owned).unwrap_or(printed)
        }
        ExpressionLocation::Table(..)
        | ExpressionLocation::View(_)
        | ExpressionLocation::Routine(_)
        | ExpressionLocation::Definition(_) => printed,
    }
}

/// Whether a trigger's definition names its table without a schema, so that the name refers to the temporary one.
fn is_on(definition: &str, table: &ObjectName) -> bool {
    let mut words = definition.split_whitespace().skip_while(|word| !word.eq_ignore_ascii_case("on")).skip(1);
    let quoted = render::quote(&table.name);
    words.next().is_some_and(|word| word == quoted || word.eq_ignore_ascii_case(table.name.as_str()))
}

/// A routine's definition with an unqualified name, so that the temporary schema gets it.
fn unqualified(definition: &str) -> Option<String> {
    let after = ["FUNCTION", "PROCEDURE"].iter().filter_map(|word| words::after_word(definition, word));
    let after = after.max_by_key(|after| after.len())?;
    let (name, rest) = words::cut_name(after.trim_start())?;
    let head = definition.get(..definition.len() - after.len())?;
    // After a schema, any word may be a name.
    let last = render::quote(&Name::new(words::name_path(name).pop()?));
    Some(format!("{head} {last}{rest}"))
}
