//! Reads the catalog: two queries over the pragmas, and the `CREATE` texts for facts that the pragmas lack.
//!
//! Must not know what is declared or how schemas are compared.

use std::collections::{BTreeMap, HashMap};

use sea_gen_runner::session::{DatabaseError, Iter, Row, Rows, Session};
use sea_gen_runner::sql::TokenKind;

use crate::dialect::catalog::{Catalog, Scope, Spelling, Unmanaged};
use crate::schema::{
    Action, Check, Column, Columns, DefaultValue, Expression, ForeignKey, Generated, Identity, Index, IndexPart,
    IndexTarget, Name, ObjectName, Options, PrimaryKey, Table, Trigger, Type, Unique, View, Wording,
};

use super::table_sql::{self, ForeignKeyText, KeyText, TableText};
use super::words::{name, without_comments, words};
use super::{ddl, names, normalize};

/// The query for all objects but ordinary tables, and the one for tables, each as arrays of rows
/// ([`Session::query_arrays`]).
const OTHERS: &str = include_str!("queries/others.sql");
const TABLES: &str = include_str!("queries/tables.sql");

/// Reads the catalog. Tables are built while SQLite lists the next ones.
///
/// # Errors
/// The database's refusal.
pub async fn introspect(session: &mut Session, scope: &Scope) -> Result<Catalog, DatabaseError> {
    let mut others = Vec::new();
    session.query_arrays(OTHERS, |rows| others.push(rows)).await?;
    let mut catalog = Catalog::default();
    let virtual_tables = virtual_tables(&others);
    let indexes = indexes(&others);
    let mut refused = None;
    session
        .query_arrays(TABLES, |rows| {
            for found in found(&rows, "table").filter(|found| !scope.is_history(found.row.text(1))) {
                let (name, sql) = (found.row.text(1), found.row.text(2));
                if let Some(owner) = shadowed(name, &virtual_tables) {
                    if !scope.excludes(name) {
                        let reason = format!("it holds the data of the virtual table `{owner}`");
                        unmanaged(&mut catalog, format!("table {name}"), reason);
                    }
                    keep(&mut catalog, name);
                } else if let Some(mut table) = table(name, sql, &found.of("column"), &found.of("key")) {
                    add_indexes(&mut table, indexes.get(name).map(Vec::as_slice).unwrap_or_default());
                    if let Err(error) = normalize::bare_table(&mut table) {
                        refused.get_or_insert(error);
                    }
                    if scope.spelling == Spelling::Verbatim {
                        table.options.insert(ddl::STORED.to_owned(), sql.to_owned());
                    }
                    catalog.schema.tables.insert(table.name.clone(), table);
                } else {
                    if !scope.excludes(name) {
                        unreadable(&mut catalog, format!("table {name}"));
                    }
                    keep(&mut catalog, name);
                }
            }
        })
        .await?;
    drop(indexes);
    if let Some(error) = refused {
        return Err(DatabaseError { message: error.to_string(), code: None });
    }
    for (name, module) in &virtual_tables {
        if !scope.excludes(name) {
            let reason = format!("it is a virtual table of the module `{module}`");
            unmanaged(&mut catalog, format!("table {name}"), reason);
        }
        keep(&mut catalog, name);
    }
    for object in objects(&others, "view").map(|found| found.row) {
        match view(object.text(1), object.text(3)) {
            Some(mut view) => {
                if scope.spelling == Spelling::Verbatim {
                    view.options.insert(ddl::STORED.to_owned(), object.text(3).to_owned());
                }
                catalog.schema.views.insert(view.name.clone(), view);
            }
            None if scope.excludes(object.text(1)) => {}
            None => unreadable(&mut catalog, format!("view {}", object.text(1))),
        }
    }
    for object in objects(&others, "trigger") {
        add_trigger(&mut catalog, object.row);
    }
    Ok(catalog)
}

fn unmanaged(catalog: &mut Catalog, object: String, reason: String) {
    catalog.unmanaged.push(Unmanaged { object, reason });
}

/// A table of which only the name is known.
fn keep(catalog: &mut Catalog, name: &str) {
    let name = ObjectName::local(name);
    catalog.schema.kept.objects_mut().tables.insert(name.clone(), Table::new(name));
}

fn unreadable(catalog: &mut Catalog, object: String) {
    unmanaged(catalog, object, "its CREATE text cannot be read".to_owned());
}

/// An object's row, and the following rows of its parts.
struct Found<'r> {
    row: Row<'r>,
    after: Iter<'r>,
}

impl<'r> Found<'r> {
    /// The rows of its parts of one kind.
    fn of(&self, kind: &str) -> Vec<Row<'r>> {
        let others = self.after.clone().skip_while(|row| row.text(0) != kind && is_part(*row));
        others.take_while(|row| row.text(0) == kind).collect()
    }
}

/// Whether the row belongs to an earlier object.
fn is_part(row: Row<'_>) -> bool {
    matches!(row.text(0), "column" | "key" | "part")
}

/// The objects of one kind.
fn found<'r>(rows: &'r Rows, kind: &str) -> impl Iterator<Item = Found<'r>> {
    let mut all = rows.iter();
    std::iter::from_fn(move || all.next().map(|row| Found { row, after: all.clone() }))
        .filter(move |found| found.row.text(0) == kind)
}

/// The objects of one kind in all answers.
fn objects<'r>(others: &'r [Rows], kind: &str) -> impl Iterator<Item = Found<'r>> {
    others.iter().flat_map(move |rows| found(rows, kind))
}

/// Indexes by table.
fn indexes(others: &[Rows]) -> HashMap<&str, Vec<Found<'_>>> {
    let mut found: HashMap<&str, Vec<Found<'_>>> = HashMap::new();
    for index in objects(others, "index") {
        found.entry(index.row.text(2)).or_default().push(index);
    }
    found
}

/// Virtual tables by name, with their modules.
fn virtual_tables(others: &[Rows]) -> BTreeMap<&str, String> {
    let module = |table: Found<'_>| {
        let tokens = words(table.row.text(3));
        let using = tokens.iter().position(|token| token.is_word("USING"))?;
        Some(name(tokens.get(using + 1)?)?.to_string().to_lowercase())
    };
    objects(others, "table").filter_map(|table| Some((table.row.text(1), module(table)?))).collect()
}

/// The virtual table that a shadow table belongs to. Only SQLite 3.37 and later list them as such, so they are
/// recognised by name.
fn shadowed<'a>(name: &str, virtual_tables: &BTreeMap<&'a str, String>) -> Option<&'a str> {
    virtual_tables
        .iter()
        .find(|(owner, module)| {
            let suffixes: &[&str] = match module.as_str() {
                "fts3" | "fts4" => &["content", "segments", "segdir", "docsize", "stat"],
                "fts5" => &["data", "idx", "content", "docsize", "config"],
                "rtree" | "rtree_i32" | "geopoly" => &["node", "rowid", "parent"],
                "spellfix1" => &["vocab"],
                "vec0" => &["chunks", "info", "rowids", "vector_chunks00", "metadatachunks00", "auxiliary"],
                _ => &[],
            };
            let rest = name.strip_prefix(**owner).and_then(|rest| rest.strip_prefix('_'));
            rest.is_some_and(|rest| suffixes.contains(&rest))
        })
        .map(|(owner, _)| *owner)
}

/// A table, or `None` if its text and the pragmas disagree.
fn table(name: &str, sql: &str, columns: &[Row<'_>], foreign_keys: &[Row<'_>]) -> Option<Table> {
    let mut text = table_sql::read(sql)?;
    let mut table = Table::new(ObjectName::local(name));
    if text.columns.len() != columns.len() {
        return None;
    }
    table.columns = Columns::with_capacity(columns.len());
    for (row, said) in columns.iter().zip(std::mem::take(&mut text.columns)) {
        if row.text(1) != said.name.as_str() {
            return None;
        }
        let mut column = Column::new(said.name, Type::Native(said.data_type));
        column.nullable = !row.is_true(2);
        column.default = row.get(3).map(default);
        column.collation = said.collation;
        column.identity = said.autoincrement.then_some(Identity::AutoIncrement);
        column.generated = said
            .generated
            .map(|expression| Generated { expression: Expression::new(expression), stored: row.text(5) == "3" });
        column.wording = Wording::new(said.wording);
        set(&mut column.options, "not_null_on_conflict", said.not_null_on_conflict);
        table.columns.insert(column);
    }
    set(&mut table.options, "without_rowid", text.without_rowid.then(|| "true".to_owned()));
    set(&mut table.options, "strict", text.strict.then(|| "true".to_owned()));
    primary_key(&mut table, &text, columns)?;
    for key in &text.uniques {
        let columns: Vec<Name> = key.parts.iter().map(|part| part.column.clone()).collect();
        let conventional = names::unique(&table.name.name, columns.iter());
        let name = constraint_name(key.name.as_ref(), conventional, |name| table.uniques.contains_key(name));
        let mut options = Options::new();
        set(&mut options, "on_conflict", key.on_conflict.clone());
        set(&mut options, "collations", collations(key, &table));
        set(&mut options, "orders", orders(key));
        table.uniques.insert(name.clone(), Unique { name, columns, options });
    }
    for check in &text.checks {
        let conventional = names::check(&table.name.name, check.column.as_ref());
        let name = constraint_name(check.name.as_ref(), conventional, |name| table.checks.contains_key(name));
        let expression = Expression::new(table_sql::without_qualifier(&check.expression, &table.name.name));
        table.checks.insert(name.clone(), Check { name, expression, options: Options::new() });
    }
    add_foreign_keys(&mut table, &text.foreign_keys, foreign_keys)?;
    Some(table)
}

/// The given name, or the conventional one. SQLite allows duplicate names; the second gets a number.
fn constraint_name(given: Option<&Name>, conventional: Name, taken: impl Fn(&Name) -> bool) -> Name {
    names::free(given.cloned().unwrap_or(conventional), taken)
}

fn set(options: &mut Options, key: &str, value: Option<String>) {
    if let Some(value) = value {
        options.insert(key.to_owned(), value);
    }
}

/// A default as an expression. Outside parentheses SQLite treats every name as a string, even one in double quotes.
fn default(text: &str) -> DefaultValue {
    let text = without_comments(text);
    let tokens = words(&text);
    let text = match tokens.as_slice() {
        [only] if only.kind == TokenKind::Name || (only.kind == TokenKind::Word && !is_constant(only.text)) => {
            let content = name(only).map(|name| name.to_string()).unwrap_or_default();
            ddl::literal(&crate::schema::Literal::Text(content))
        }
        _ => text,
    };
    DefaultValue::Expression(Expression::new(text))
}

fn is_constant(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    ["NULL", "TRUE", "FALSE", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"].contains(&word.as_str())
}

fn primary_key(table: &mut Table, text: &TableText, columns: &[Row<'_>]) -> Option<()> {
    let mut key: Vec<(u32, Name)> = columns
        .iter()
        .filter_map(|row| Some((row.text(4).parse().ok().filter(|position| *position > 0)?, Name::from(row.text(1)))))
        .collect();
    key.sort();
    if key.is_empty() {
        return Some(());
    }
    let said = text.primary_key.as_ref()?;
    table.primary_key = Some(PrimaryKey::new(None, key.into_iter().map(|(_, name)| name).collect()));
    let collations = collations(said, table);
    set(&mut table.options, "primary_key_on_conflict", said.on_conflict.clone());
    set(&mut table.options, "primary_key_collations", collations);
    // `PRIMARY KEY (id DESC)` of an integer column is the row id; `id INTEGER PRIMARY KEY DESC` is not.
    let row_id = |name: &Name| {
        let data_type = table.columns.get(name).map(|column| &column.data_type);
        matches!(data_type, Some(Type::Native(words)) if words.eq_ignore_ascii_case("integer"))
    };
    let alone = said.parts.len() == 1 && said.parts.first().is_some_and(|part| row_id(&part.column));
    let is_row_id = alone && !text.without_rowid && !(said.inline && orders(said).is_some());
    if !is_row_id {
        set(&mut table.options, "primary_key_orders", orders(said));
    }
    Some(())
}

/// The collations of a key's columns in order, if one is not the column's own.
fn collations(key: &KeyText, table: &Table) -> Option<String> {
    let own = |part: &table_sql::KeyPart| {
        let column = table.columns.values().find(|column| same(&column.name, &part.column));
        column.and_then(|column| column.collation.clone()).unwrap_or_else(|| "BINARY".to_owned())
    };
    let other = |part: &table_sql::KeyPart| {
        let collation = part.collation.as_ref().map(|collation| collation.to_ascii_uppercase());
        collation.filter(|collation| !collation.eq_ignore_ascii_case(&own(part))).unwrap_or_default()
    };
    let listed: Vec<String> = key.parts.iter().map(other).collect();
    listed.iter().any(|collation| !collation.is_empty()).then(|| listed.join(","))
}

/// The sort orders of a key's columns, if one is descending.
fn orders(key: &KeyText) -> Option<String> {
    let listed: Vec<&str> = key.parts.iter().map(|part| if part.descending { "desc" } else { "asc" }).collect();
    listed.contains(&"desc").then(|| listed.join(","))
}

fn same(left: &Name, right: &Name) -> bool {
    left.as_str().eq_ignore_ascii_case(right.as_str())
}

/// The pragma has the properties of each foreign key, the last declared first; the text has the names.
fn add_foreign_keys(table: &mut Table, said: &[ForeignKeyText], rows: &[Row<'_>]) -> Option<()> {
    let mut listed: Vec<(&str, ForeignKey)> = Vec::new();
    for row in rows {
        if listed.last().is_none_or(|(number, _)| *number != row.text(1)) {
            let key = ForeignKey {
                name: Name::from(""),
                columns: Vec::new(),
                references: ObjectName::local(row.text(2)),
                referenced_columns: Vec::new(),
                on_update: action(row.text(5)),
                on_delete: action(row.text(6)),
                options: Options::new(),
            };
            listed.push((row.text(1), key));
        }
        let (_, key) = listed.last_mut()?;
        key.columns.push(Name::from(row.text(3)));
        key.referenced_columns.extend(row.get(4).map(Name::from));
    }
    if listed.len() != said.len() {
        return None;
    }
    for ((_, mut key), said) in listed.into_iter().rev().zip(said) {
        let agrees = key.columns.len() == said.columns.len()
            && key.columns.iter().zip(&said.columns).all(|(left, right)| same(left, right));
        if !agrees {
            return None;
        }
        let conventional = names::foreign_key(&table.name.name, key.columns.iter());
        let taken = |name: &Name| table.foreign_keys.contains_key(name);
        key.name = constraint_name(said.name.as_ref(), conventional, taken);
        set(&mut key.options, "deferrable", said.deferrable.then(|| "true".to_owned()));
        set(&mut key.options, "initially_deferred", said.initially_deferred.then(|| "true".to_owned()));
        set(&mut key.options, "match", said.matching.clone());
        table.foreign_keys.insert(key.name.clone(), key);
    }
    Some(())
}

fn action(text: &str) -> Option<Action> {
    match text {
        "RESTRICT" => Some(Action::Restrict),
        "CASCADE" => Some(Action::Cascade),
        "SET NULL" => Some(Action::SetNull),
        "SET DEFAULT" => Some(Action::SetDefault),
        _ => None,
    }
}

/// The pragma has columns, order and collations; the text has the expressions.
fn add_indexes(table: &mut Table, found: &[Found<'_>]) {
    for found in found {
        let (name, text) = (Name::from(found.row.text(1)), found.row.text(3));
        let said = table_sql::read_index(text).unwrap_or_default();
        let mut index = Index::on(name.clone(), []);
        // SQLite rewrites the head of a statement before it stores it, so these are always its first tokens.
        index.unique = text.get(.."CREATE UNIQUE".len()).is_some_and(|head| head.eq_ignore_ascii_case("CREATE UNIQUE"));
        index.wording = Wording::new(text);
        index.predicate = said.predicate.map(Expression::new);
        let mut said = said.parts.into_iter();
        for row in found.of("part") {
            let said = said.next();
            let mut part = IndexPart::column(Name::from(row.text(1)));
            part.descending = row.is_true(2);
            if row.get(1).is_some() {
                part.options.insert("collation".to_owned(), row.text(3).to_owned());
            } else {
                let (expression, collation) = said.map(|said| (said.expression, said.collation)).unwrap_or_default();
                part.target = IndexTarget::Expression(Expression::new(expression));
                set(&mut part.options, "collation", collation);
            }
            index.parts.push(part);
        }
        table.indexes.insert(name, index);
    }
}

fn view(name: &str, sql: &str) -> Option<View> {
    let (columns, query) = table_sql::read_view(sql)?;
    let mut options = Options::new();
    set(&mut options, ddl::VIEW_COLUMNS, columns.map(|columns| ddl::quoted(&columns)));
    let name = ObjectName::local(name);
    let query = Expression::new(query);
    Some(View { name, query, reads: Default::default(), materialized: false, comment: None, options })
}

/// A trigger is part of its table; one on a view (`INSTEAD OF`) is part of the view.
fn add_trigger(catalog: &mut Catalog, object: Row<'_>) {
    let (name, owner, sql) = (object.text(1), object.text(2), object.text(3));
    let owner = Name::from(owner);
    if let Some(table) = catalog.schema.tables.values_mut().find(|table| same(&table.name.name, &owner)) {
        let definition = Expression::new(sql.trim_end_matches(';'));
        table.triggers.insert(Name::from(name), Trigger { name: Name::from(name), definition });
    } else if let Some(view) = catalog.schema.views.values_mut().find(|view| same(&view.name.name, &owner)) {
        let key = format!("{}{name}", ddl::VIEW_TRIGGER);
        view.options.insert(key, sql.trim_end_matches(';').to_owned());
    }
}

#[cfg(test)]
mod tests {
    /// The driver is used in two places: there is no query about one table.
    #[test]
    fn the_number_of_queries_does_not_depend_on_the_number_of_tables() {
        let code = include_str!("introspect.rs").split("#[cfg(test)]").next().unwrap_or_default();
        assert_eq!(code.matches(".query_arrays(").count(), 2);
        assert_eq!(code.matches(".query(").count() + code.matches(".execute").count(), 0);
        let asking = code.split("\n}\n").next().unwrap_or_default();
        assert_eq!(asking.matches("session").count(), code.matches("session").count());
    }
}
