//! One person's rows: those of a table, and everything that refers to them by foreign keys, to be exported or deleted.
//!
//! What a person's rows refer to is not followed, and no way leads back to a table that it came from: those rows are of others. Must not know how
//! statements or rows are printed.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::session::{Missing, Row};
use sea_gen_runner::{Error, sql};

use crate::dialect::{self, Dialect};
use crate::plan::type_name;
use crate::schema::{ForeignKey, IndexTarget, Name, ObjectName, PersonalData, Place, Product, Schema, Table};

use super::super::together::together;
use super::super::{Failure, Live, Workspace};

/// What stands instead of a personal text that must not be NULL, in a row that stays.
const REMOVED: &str = "removed";

/// A foreign key by which rows are found.
#[derive(Clone, Debug)]
struct Way {
    from: ObjectName,
    key: ForeignKey,
}

/// One person's rows in a database.
pub struct Subject {
    /// The database.
    pub live: Live,
    schema: Schema,
    said: BTreeMap<Place, PersonalData>,
    /// The tables, each before those that refer to it.
    tables: Vec<ObjectName>,
    /// The condition by which the rows of a table are found.
    conditions: BTreeMap<ObjectName, String>,
    /// The foreign keys between the tables that lead back, or to the same table.
    back: Vec<Way>,
    /// The tables whose rows stay.
    kept: BTreeSet<ObjectName>,
}

/// The rows of one table: its columns, and the values of each row as text.
pub struct Exported {
    /// The table.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Subject {
    /// Finds the rows of a person: `key` is the primary key of the row in `table`, or `column=value`.
    ///
    /// # Errors
    /// There is no such table or column; a kept table does not exist; the database does not answer, or has no such row.
    pub async fn find(workspace: &Workspace, table: &str, key: &str) -> Result<Self, Failure> {
        let mut live = workspace.required(Missing::Refuse).await?;
        let product = live.product();
        let (_, said) = workspace.said_of_columns(product).await?;
        let schema = live.schema.schema().clone();
        let root = named(&schema, table)?;
        let first = first(dialect::of(product), product, root, key)?;
        let (tables, ways, back) = follow(&schema, &root.name);
        let dialect = dialect::of(product);
        let mut conditions = BTreeMap::from([(root.name.clone(), first.clone())]);
        for name in tables.iter().skip(1) {
            let of = ways.iter().filter(|way| way.from == *name);
            let all: Vec<String> =
                of.filter_map(|way| Some(refers(dialect, way, conditions.get(&way.key.references)?))).collect();
            conditions.insert(name.clone(), all.join(" OR "));
        }
        let mut kept = BTreeSet::new();
        for text in &workspace.project.config.personal.keep {
            kept.insert(named(&schema, text)?.name.clone());
        }
        // A row stays while one that stays must refer to it.
        for name in tables.iter().rev() {
            let must = |way: &&Way| way.from == *name && !is_nullable(&schema, way);
            let parents: Vec<ObjectName> = ways.iter().filter(must).map(|way| way.key.references.clone()).collect();
            if kept.contains(name) {
                kept.extend(parents);
            }
        }
        let count = if product == Product::Postgres { "count(*)::text" } else { "count(*)" };
        let found = live
            .session
            .query(&format!("SELECT {count} FROM {} WHERE {first}", dialect.quote_object(&root.name)))
            .await;
        let found = found.map_err(|error| Error::new(format!("`{}` cannot be read", root.name)).because(error))?;
        if found.first().is_none_or(|row| row.text(0) == "0") {
            return Err(Error::new(format!("`{}` has no row {key}", root.name)).into());
        }
        Ok(Self { live, schema, said, tables, conditions, back, kept })
    }

    /// The queries of the rows, one a table.
    pub fn queries(&self) -> Vec<String> {
        let dialect = dialect::of(self.live.product());
        let query = |table: &ObjectName| {
            Some(format!("SELECT * FROM {} WHERE {}", dialect.quote_object(table), self.conditions.get(table)?))
        };
        self.tables.iter().filter_map(query).collect()
    }

    /// Reads the rows; tables without any are left out.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn export(&mut self) -> Result<Vec<Exported>, Failure> {
        let product = self.live.product();
        let dialect = dialect::of(product);
        let mut exported = Vec::new();
        for name in &self.tables {
            let (Some(table), Some(condition)) = (self.schema.tables.get(name), self.conditions.get(name)) else {
                continue;
            };
            let text = |column: &Name| match product {
                Product::Postgres => format!("{}::text", dialect.quote(column)),
                Product::MySql | Product::MariaDb => format!("CAST({} AS CHAR)", dialect.quote(column)),
                Product::Sqlite => format!("CAST({} AS TEXT)", dialect.quote(column)),
            };
            let columns: Vec<String> = table.columns.keys().map(text).collect();
            let query = format!("SELECT {} FROM {} WHERE {condition}", columns.join(", "), dialect.quote_object(name));
            let rows = self.live.session.query(&query).await;
            let rows = rows.map_err(|error| Error::new(format!("`{name}` cannot be read")).because(error))?;
            let values = |row: Row<'_>| (0..columns.len()).map(|at| row.get(at).map(str::to_owned)).collect::<Vec<_>>();
            let rows: Vec<Vec<Option<String>>> = rows.iter().map(values).collect();
            if !rows.is_empty() {
                let columns = table.columns.keys().map(ToString::to_string).collect();
                exported.push(Exported { table: name.to_string(), columns, rows });
            }
        }
        Ok(exported)
    }

    /// The statements that delete the rows, and remove the personal data in those that stay, in an order that foreign keys admit.
    ///
    /// # Errors
    /// A foreign key leads back that must not be NULL; a personal column of a row that stays has no value that says nothing.
    pub fn deletion(&self) -> Result<Vec<String>, Failure> {
        let dialect = dialect::of(self.live.product());
        let mut statements = Vec::new();
        for way in self.back.iter().filter(|way| !self.kept.contains(&way.key.references)) {
            let Some(condition) = self.conditions.get(&way.key.references) else { continue };
            if !is_nullable(&self.schema, way) {
                let (table, key) = (&way.from, &way.key.name);
                return Err(Error::new(format!("rows of `{table}` refer back by `{key}`, which must not be NULL"))
                    .hint("delete or change those rows first; they may be of other persons")
                    .into());
            }
            let set: Vec<String> = way.key.columns.iter().map(|it| format!("{} = NULL", dialect.quote(it))).collect();
            let (table, refers) = (dialect.quote_object(&way.from), refers(dialect, way, condition));
            statements.push(format!("UPDATE {table} SET {} WHERE {refers}", set.join(", ")));
        }
        for name in self.tables.iter().rev() {
            let (Some(table), Some(condition)) = (self.schema.tables.get(name), self.conditions.get(name)) else {
                continue;
            };
            let owner = dialect.quote_object(name);
            if !self.kept.contains(name) {
                statements.push(format!("DELETE FROM {owner} WHERE {condition}"));
                continue;
            }
            let set = self.without_personal_data(dialect, table)?;
            if !set.is_empty() {
                statements.push(format!("UPDATE {owner} SET {} WHERE {condition}", set.join(", ")));
            }
        }
        Ok(statements)
    }

    /// What is set in a row that stays: its personal data, and its references to rows that go.
    fn without_personal_data(&self, dialect: &dyn Dialect, table: &Table) -> Result<Vec<String>, Failure> {
        let mut set = Vec::new();
        for column in table.columns.values().filter(|column| column.generated.is_none()) {
            let name = dialect.quote(&column.name);
            let is_personal =
                self.said.get(&Place::column(&table.name, &column.name)).is_some_and(PersonalData::is_personal);
            let goes = table.foreign_keys.values().any(|key| {
                let is_followed = self.tables.contains(&key.references) && key.references != table.name;
                key.columns.contains(&column.name) && is_followed && !self.kept.contains(&key.references)
            });
            if column.nullable && (is_personal || goes) {
                set.push(format!("{name} = NULL"));
            } else if is_personal {
                let spelling = type_name(&column.data_type).to_lowercase();
                let is_key = table.uniques.values().any(|it| it.columns.contains(&column.name))
                    || table.indexes.values().any(|it| {
                        it.unique && it.parts.iter().any(|part| part.target == IndexTarget::Column(column.name.clone()))
                    });
                if is_key || !["char", "text"].iter().any(|it| spelling.contains(it)) {
                    return Err(Error::new(format!(
                        "`{}.{}` is personal, must not be NULL, and its row stays",
                        table.name, column.name
                    ))
                    .hint("let it be NULL, or remove the table from `keep` under `[personal]`")
                    .into());
                }
                set.push(format!("{name} = {}", sql::literal(dialect.product(), REMOVED)));
            }
        }
        Ok(set)
    }

    /// Executes the deletion in one transaction. Returns how many rows were changed or deleted.
    ///
    /// # Errors
    /// The database's refusal; then nothing was changed.
    pub async fn delete(&mut self) -> Result<u64, Failure> {
        let statements = self.deletion()?;
        let session = &mut self.live.session;
        let failed = |error| Error::new("the rows could not be deleted; nothing was changed").because(error);
        let done = together(session, statements.iter().map(String::as_str)).await;
        done.map_err(|(at, error)| match at.and_then(|at| statements.get(at)) {
            Some(statement) => failed(error).because(statement.clone()).into(),
            None => failed(error).into(),
        })
    }
}

fn named<'s>(schema: &'s Schema, text: &str) -> Result<&'s Table, Failure> {
    schema.tables.values().find(|table| table.name.to_string() == text).ok_or_else(|| {
        let names: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
        let error = Error::new(format!("there is no table `{text}`"));
        match crate::state::nearest(text, &names) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        }
        .into()
    })
}

/// The condition on the first row.
fn first(dialect: &dyn Dialect, product: Product, table: &Table, key: &str) -> Result<String, Failure> {
    let (column, value) = match key.split_once('=') {
        Some((column, value)) if table.columns.contains_key(column) => (Name::from(column), value),
        Some(_) | None => match table.primary_key.as_ref().map(|key| key.columns.as_slice()) {
            Some([column]) => (column.clone(), key),
            Some(_) | None => {
                return Err(Error::new(format!("the primary key of `{}` is not one column", table.name))
                    .hint(format!("`gen subject {} column=value export`", table.name))
                    .into());
            }
        },
    };
    let Some(column) = table.columns.get(&column) else {
        return Err(Error::new(format!("table `{}` has no column `{column}`", table.name)).into());
    };
    let literal = sql::literal(product, value);
    let value = match product {
        Product::Postgres => format!("CAST({literal} AS {})", type_name(&column.data_type)),
        Product::MySql | Product::MariaDb | Product::Sqlite => literal,
    };
    Ok(format!("{} = {value}", dialect.quote(&column.name)))
}

/// The tables whose rows refer to those of the first, each before those that refer to it; the ways to them, and the ways back.
fn follow(schema: &Schema, first: &ObjectName) -> (Vec<ObjectName>, Vec<Way>, Vec<Way>) {
    let (mut ways, mut back): (Vec<Way>, Vec<Way>) = (Vec::new(), Vec::new());
    let mut tables = vec![first.clone()];
    let mut at = 0;
    while let Some(parent) = tables.get(at).cloned() {
        at += 1;
        for table in schema.tables.values() {
            for key in table.foreign_keys.values().filter(|key| key.references == parent) {
                let way = Way { from: table.name.clone(), key: key.clone() };
                if table.name == parent || reaches(&ways, &parent, &table.name) {
                    back.push(way);
                    continue;
                }
                ways.push(way);
                if !tables.contains(&table.name) {
                    tables.push(table.name.clone());
                }
            }
        }
    }
    let mut ordered = vec![];
    while ordered.len() < tables.len() {
        let is_ready = |table: &&ObjectName| {
            let mut parents = ways.iter().filter(|way| way.from == **table).map(|way| &way.key.references);
            !ordered.contains(*table) && parents.all(|parent| ordered.contains(parent))
        };
        let Some(next) = tables.iter().find(is_ready).cloned() else { break };
        ordered.push(next);
    }
    (ordered, ways, back)
}

/// Whether the ways from one table lead to another.
fn reaches(ways: &[Way], from: &ObjectName, to: &ObjectName) -> bool {
    let (mut open, mut seen) = (vec![from.clone()], BTreeSet::new());
    while let Some(table) = open.pop() {
        if table == *to {
            return true;
        }
        if seen.insert(table.clone()) {
            open.extend(ways.iter().filter(|way| way.from == table).map(|way| way.key.references.clone()));
        }
    }
    false
}

fn is_nullable(schema: &Schema, way: &Way) -> bool {
    let table = schema.tables.get(&way.from);
    way.key
        .columns
        .iter()
        .any(|name| table.and_then(|table| table.columns.get(name)).is_some_and(|column| column.nullable))
}

/// The condition on rows that refer to others. MySQL reads a table that it changes only if it is copied first.
fn refers(dialect: &dyn Dialect, way: &Way, condition: &str) -> String {
    let list = |names: &[Name]| names.iter().map(|it| dialect.quote(it)).collect::<Vec<_>>().join(", ");
    let columns = match way.key.columns.as_slice() {
        [column] => dialect.quote(column),
        several => format!("({})", list(several)),
    };
    let (referred, parent) = (list(&way.key.referenced_columns), dialect.quote_object(&way.key.references));
    format!("{columns} IN (SELECT * FROM (SELECT {referred} FROM {parent} WHERE {condition}) AS referred)")
}
