//! Reading the catalog: four queries over the pragmas, and the `CREATE` texts for what the pragmas do not say.
//!
//! Must not know what is declared or how anything is compared.

use std::collections::BTreeMap;

use crate::dialect::session::{DatabaseError, Row, Session};
use crate::introspect::{Catalog, Scope, Unmanaged};
use crate::schema::{
    Action, Check, Column, DefaultValue, Expression, ForeignKey, Generated, Identity, Index, IndexPart, IndexTarget,
    Name, ObjectName, Options, PrimaryKey, Table, Trigger, Type, Unique, View, Wording,
};

use super::table_sql::{self, ForeignKeyText, KeyText, TableText};
use super::tokens::{Kind, tokens, without_comments};
use super::{names, normalize, render};

const OBJECTS: &str = include_str!("queries/objects.sql");
const COLUMNS: &str = include_str!("queries/columns.sql");
const INDEXES: &str = include_str!("queries/indexes.sql");
const FOREIGN_KEYS: &str = include_str!("queries/foreign_keys.sql");

/// Reads the catalog.
///
/// # Errors
/// The database's refusal.
pub async fn introspect(session: &mut Session, scope: &Scope) -> Result<Catalog, DatabaseError> {
    let objects = session.query(OBJECTS).await?;
    let columns = by_table(session.query(COLUMNS).await?);
    let indexes = by_table(session.query(INDEXES).await?);
    let foreign_keys = by_table(session.query(FOREIGN_KEYS).await?);
    let mut catalog = Catalog::default();
    let virtual_tables = virtual_tables(&objects);
    let index_texts: BTreeMap<&str, &str> =
        objects.iter().filter(|it| it.text(0) == "index").map(|it| (it.text(1), it.text(3))).collect();
    for object in objects.iter().filter(|object| object.text(0) == "table" && !scope.excludes(object.text(1))) {
        let (name, sql) = (object.text(1), object.text(3));
        let mut unmanaged = |reason: String| {
            catalog.unmanaged.push(Unmanaged { object: format!("table {name}"), reason });
        };
        if let Some(module) = virtual_tables.get(name) {
            unmanaged(format!("it is a virtual table of the module `{module}`"));
        } else if let Some(owner) = shadowed(name, &virtual_tables) {
            unmanaged(format!("it holds the data of the virtual table `{owner}`"));
        } else {
            match table(name, sql, rows(&columns, name), rows(&foreign_keys, name)) {
                Some(mut table) => {
                    add_indexes(&mut table, rows(&indexes, name), &index_texts);
                    catalog.schema.tables.insert(table.name.clone(), table);
                }
                None => unmanaged("its CREATE text cannot be read".to_owned()),
            }
        }
    }
    for object in objects.iter().filter(|object| object.text(0) == "view" && !scope.excludes(object.text(1))) {
        match view(object.text(1), object.text(3)) {
            Some(view) => drop(catalog.schema.views.insert(view.name.clone(), view)),
            None => catalog.unmanaged.push(Unmanaged {
                object: format!("view {}", object.text(1)),
                reason: "its CREATE text cannot be read".to_owned(),
            }),
        }
    }
    for object in objects.iter().filter(|object| object.text(0) == "trigger") {
        add_trigger(&mut catalog, object);
    }
    Ok(catalog)
}

fn by_table(rows: Vec<Row>) -> BTreeMap<String, Vec<Row>> {
    let mut found: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows {
        match found.get_mut(row.text(0)) {
            Some(rows) => rows.push(row),
            None => drop(found.insert(row.text(0).to_owned(), vec![row])),
        }
    }
    found
}

fn rows<'a>(found: &'a BTreeMap<String, Vec<Row>>, table: &str) -> &'a [Row] {
    found.get(table).map(Vec::as_slice).unwrap_or_default()
}

/// Virtual tables by name, with their modules.
fn virtual_tables(objects: &[Row]) -> BTreeMap<String, String> {
    let module = |object: &Row| {
        // SQLite writes the head of a statement anew before it keeps it, so these are always its first words.
        object.text(3).get(.."CREATE VIRTUAL".len()).filter(|head| head.eq_ignore_ascii_case("CREATE VIRTUAL"))?;
        let tokens = tokens(object.text(3));
        let using = tokens.iter().position(|token| token.is("USING"))?;
        let module = tokens.get(using + 1)?.name()?;
        Some((object.text(1).to_owned(), module.to_string().to_lowercase()))
    };
    objects.iter().filter_map(module).collect()
}

/// The virtual table whose data a table holds. Only SQLite 3.37 lists these as such, so they are known by their names.
fn shadowed<'a>(name: &str, virtual_tables: &'a BTreeMap<String, String>) -> Option<&'a String> {
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
            let rest = name.strip_prefix(owner.as_str()).and_then(|rest| rest.strip_prefix('_'));
            rest.is_some_and(|rest| suffixes.contains(&rest))
        })
        .map(|(owner, _)| owner)
}

/// A table, or `None` when its text and the pragmas do not tell the same story.
fn table(name: &str, sql: &str, columns: &[Row], foreign_keys: &[Row]) -> Option<Table> {
    let text = table_sql::read(sql)?;
    let mut table = Table::new(ObjectName::local(name));
    if text.columns.len() != columns.len() {
        return None;
    }
    for (row, said) in columns.iter().zip(&text.columns) {
        if row.text(1) != said.name.as_str() {
            return None;
        }
        let mut column = Column::new(row.text(1), Type::Native(said.data_type.clone()));
        column.nullable = !row.is_true(2);
        column.default = row.get(3).map(default);
        column.collation = said.collation.clone();
        column.identity = said.autoincrement.then_some(Identity::AutoIncrement);
        column.generated = said.generated.as_ref().map(|expression| Generated {
            expression: Expression::new(expression.as_str()),
            stored: row.text(5) == "3",
        });
        column.wording = Wording::new(said.wording.as_str());
        set(&mut column.options, "not_null_on_conflict", said.not_null_on_conflict.clone());
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

/// The name that was given, or the one nobody had to give. A name given twice, which SQLite allows, gets a number too.
fn constraint_name(given: Option<&Name>, conventional: Name, taken: impl Fn(&Name) -> bool) -> Name {
    names::free(given.cloned().unwrap_or(conventional), taken)
}

fn set(options: &mut Options, key: &str, value: Option<String>) {
    if let Some(value) = value {
        options.insert(key.to_owned(), value);
    }
}

/// A default as an expression. Outside parentheses SQLite takes every name for a string, even one in double quotes.
fn default(text: &str) -> DefaultValue {
    let text = without_comments(text);
    let tokens = tokens(&text);
    let text = match tokens.as_slice() {
        [only] if only.kind == Kind::Quoted || (only.kind == Kind::Word && !is_constant(only.text)) => {
            let content = only.name().map(|name| name.to_string()).unwrap_or_default();
            render::literal(&crate::schema::Literal::Text(content))
        }
        _ => text,
    };
    DefaultValue::Expression(Expression::new(text))
}

fn is_constant(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    ["NULL", "TRUE", "FALSE", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"].contains(&word.as_str())
}

fn primary_key(table: &mut Table, text: &TableText, columns: &[Row]) -> Option<()> {
    let mut key: Vec<(u32, Name)> = columns
        .iter()
        .filter_map(|row| Some((row.text(4).parse().ok().filter(|position| *position > 0)?, Name::from(row.text(1)))))
        .collect();
    key.sort();
    if key.is_empty() {
        return Some(());
    }
    let said = text.primary_key.as_ref()?;
    table.primary_key = Some(PrimaryKey { name: None, columns: key.into_iter().map(|(_, name)| name).collect() });
    let collations = collations(said, table);
    set(&mut table.options, "primary_key_on_conflict", said.on_conflict.clone());
    set(&mut table.options, "primary_key_collations", collations);
    // `PRIMARY KEY (id DESC)` of an integer column is the row id all the same; `id INTEGER PRIMARY KEY DESC` is not.
    let row_id = |name: &Name| {
        let column = text.columns.iter().find(|column| column.name == *name);
        column.is_some_and(|column| column.data_type.eq_ignore_ascii_case("integer"))
    };
    let alone = said.parts.len() == 1 && said.parts.first().is_some_and(|part| row_id(&part.column));
    let is_row_id = alone && !text.without_rowid && !(said.inline && orders(said).is_some());
    if !is_row_id {
        set(&mut table.options, "primary_key_orders", orders(said));
    }
    Some(())
}

/// The collations of a key's columns in their order, where one is not the column's own.
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

/// The orders of a key's columns, where one is descending.
fn orders(key: &KeyText) -> Option<String> {
    let listed: Vec<&str> = key.parts.iter().map(|part| if part.descending { "desc" } else { "asc" }).collect();
    listed.contains(&"desc").then(|| listed.join(","))
}

fn same(left: &Name, right: &Name) -> bool {
    left.as_str().eq_ignore_ascii_case(right.as_str())
}

/// The pragma says what each foreign key does, the text how it is called; both list them in the order of declaration.
fn add_foreign_keys(table: &mut Table, said: &[ForeignKeyText], rows: &[Row]) -> Option<()> {
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
    for ((_, mut key), said) in listed.into_iter().zip(said) {
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

/// The pragma says on which columns, in which order and under which collation; the text says the expressions.
fn add_indexes(table: &mut Table, rows: &[Row], texts: &BTreeMap<&str, &str>) {
    for row in rows {
        let name = Name::from(row.text(1));
        let index = table.indexes.get_or_insert_with(name.clone(), || Index::on(name, []));
        index.unique = row.is_true(2);
        let mut part = IndexPart::column(Name::from(row.text(4)));
        part.descending = row.is_true(5);
        part.options.insert("collation".to_owned(), row.text(6).to_owned());
        if row.get(4).is_none() {
            part.target = IndexTarget::Expression(Expression::new(""));
            part.options.clear();
        }
        index.parts.push(part);
    }
    for index in table.indexes.values_mut() {
        let text = texts.get(index.name.as_str());
        index.wording = text.map(|text| Wording::new(*text)).unwrap_or_default();
        let Some(said) = text.and_then(|text| table_sql::read_index(text)) else { continue };
        index.predicate = said.predicate.map(Expression::new);
        for (part, said) in index.parts.iter_mut().zip(said.parts) {
            if matches!(part.target, IndexTarget::Expression(_)) {
                part.target = IndexTarget::Expression(Expression::new(said.expression));
                set(&mut part.options, "collation", said.collation);
            }
        }
    }
}

fn view(name: &str, sql: &str) -> Option<View> {
    let (columns, query) = table_sql::read_view(sql)?;
    let mut options = Options::new();
    set(&mut options, normalize::VIEW_COLUMNS, columns.map(|columns| render::quoted(&columns)));
    let name = ObjectName::local(name);
    let query = Expression::new(query);
    Some(View { name, query, reads: Default::default(), materialized: false, comment: None, options })
}

/// A trigger belongs to its table; one on a view (`INSTEAD OF`) is kept with the view.
fn add_trigger(catalog: &mut Catalog, object: &Row) {
    let (name, owner, sql) = (object.text(1), object.text(2), object.text(3));
    let owner = Name::from(owner);
    if let Some(table) = catalog.schema.tables.values_mut().find(|table| same(&table.name.name, &owner)) {
        let definition = Expression::new(sql.trim_end_matches(';'));
        table.triggers.insert(Name::from(name), Trigger { name: Name::from(name), definition });
    } else if let Some(view) = catalog.schema.views.values_mut().find(|view| same(&view.name.name, &owner)) {
        let key = format!("{}{name}", normalize::VIEW_TRIGGER);
        view.options.insert(key, sql.trim_end_matches(';').to_owned());
    }
}

#[cfg(test)]
mod tests {
    /// The driver is used in one place, by queries over all tables, before anything is looked at.
    #[test]
    fn the_number_of_queries_does_not_depend_on_the_number_of_tables() {
        let code = include_str!("introspect.rs").split("#[cfg(test)]").next().unwrap_or_default();
        let first_loop = code.find("    for ").unwrap_or_default();
        let (asking, rest) = code.split_at(first_loop);
        assert_eq!(asking.matches(".query(").count(), 4);
        assert_eq!(rest.matches("session").count(), 0);
    }
}
