//! `CREATE TABLE` and `ALTER TABLE` as calls of sea-query.
//!
//! Must not know how a column is defined.

use super::code::{Code, Link};
use super::column;
use super::statement::{Call, built, ended, index_columns, object};
use super::words::Words;
use crate::schema::Product;

/// `CREATE TABLE`, behind these words.
pub(super) fn create(mut words: Words<'_>) -> Option<Call> {
    let is_safe = words.take("IF NOT EXISTS");
    let name = words.clone().name()?;
    let table = object(&mut words)?;
    let parts = words.group()?.parts();
    let mut links = vec![Link::new("table", [table.clone()])];
    links.extend(is_safe.then(|| Link::new("if_not_exists", [])));
    let key = parts.iter().find_map(|part| sole_key(part.clone(), &name));
    let (mut columns, mut constraints) = (Vec::new(), Vec::new());
    for part in parts {
        match is_constraint(&part) {
            true if sole_key(part.clone(), &name).is_some() => {}
            true => constraints.push(constraint(part, &table)?),
            false if !constraints.is_empty() => return None,
            false => {
                let is_key = part.clone().name().is_some_and(|name| key.as_ref() == Some(&name));
                columns.push(Link::new("col", [column::definition(part, is_key)?]));
            }
        }
    }
    links.extend(columns);
    // The order in which sea-query writes them.
    for kind in [Kind::Index, Kind::ForeignKey, Kind::Check] {
        links.extend(constraints.iter().filter(|(of, _)| *of == kind).map(|(_, link)| link.clone()));
    }
    if !words.is_empty() {
        links.push(Link::new("extra", [Code::string(words.text())]));
    }
    Some(("create_table", built("Table::create", links)))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Index,
    ForeignKey,
    Check,
}

fn is_constraint(part: &Words<'_>) -> bool {
    let words = [
        "CONSTRAINT",
        "PRIMARY",
        "UNIQUE",
        "CHECK",
        "FOREIGN",
        "INDEX",
        "KEY",
        "EXCLUDE",
        "FULLTEXT",
        "SPATIAL",
        "LIKE",
    ];
    part.is_at(&words)
}

/// The column that alone is the primary key, under the name that the database would give it.
fn sole_key(mut part: Words<'_>, table: &str) -> Option<String> {
    if part.take("CONSTRAINT") {
        let is_usual = part.name()? == format!("{table}_pkey") && part.product == Product::Postgres && table.len() < 55;
        if !is_usual {
            return None;
        }
    }
    let mut columns = part.take("PRIMARY KEY").then(|| part.group())??;
    let name = columns.name()?;
    (columns.is_empty() && part.is_empty()).then_some(name)
}

/// A constraint or an index inside of `CREATE TABLE`.
fn constraint(mut part: Words<'_>, table: &Code) -> Option<(Kind, Link)> {
    let product = part.product;
    let is_mysql = matches!(product, Product::MySql | Product::MariaDb);
    let mut name = match part.take("CONSTRAINT") {
        true => Some(part.name()?),
        false => None,
    };
    let clause = part.clone();
    if part.take("FOREIGN KEY") {
        // sea-query leaves the name out on SQLite.
        let is_said = product != Product::Sqlite || name.is_none();
        let mut key = vec![Link::new("name", [Code::string(name.as_deref()?)])];
        key.extend(foreign_key(clause, table)?);
        return is_said.then(|| (Kind::ForeignKey, Link::new("foreign_key", [reference("ForeignKey::create", key)])));
    }
    if part.take("CHECK") {
        let condition = part.group().filter(|_| part.is_empty())?;
        let condition = Code::call("Expr::cust", [Code::string(condition.text())]);
        let check = match name {
            Some(name) => Code::call("Check::named", [Code::string(&name), condition]),
            None => condition,
        };
        return Some((Kind::Check, Link::new("check", [check])));
    }
    let mut links = Vec::new();
    let call = if part.take("PRIMARY KEY") {
        "primary_key"
    } else if part.take("UNIQUE") {
        links.push(Link::new("unique", []));
        let _ = is_mysql && (part.take("INDEX") || part.take("KEY"));
        "index"
    } else if is_mysql && (part.take("INDEX") || part.take("KEY")) {
        "index"
    } else {
        return None;
    };
    if is_mysql && name.is_none() && call == "index" {
        name = Some(part.name()?);
    }
    links.extend(name.map(|name| Link::new("name", [Code::string(&name)])));
    links.extend(index_columns(&part.group()?)?);
    part.is_empty().then(|| (Kind::Index, Link::new(call, [reference("Index::create", links)])))
}

/// A part of another statement: a `&mut` of a new one.
fn reference(constructor: &str, links: Vec<Link>) -> Code {
    Code::chain(Code::call(constructor, []), links)
}

/// `FOREIGN KEY (…) REFERENCES …`, of a table.
fn foreign_key(mut part: Words<'_>, table: &Code) -> Option<Vec<Link>> {
    let columns = part.take("FOREIGN KEY").then(|| part.group())??;
    let mut links = vec![Link::new("from_tbl", [table.clone()])];
    links.extend(names("from_col", &columns)?);
    links.push(Link::new("to_tbl", [part.take("REFERENCES").then(|| object(&mut part))??]));
    links.extend(names("to_col", &part.group()?)?);
    while !part.is_empty() {
        let call = if part.take("ON DELETE") { "on_delete" } else { part.take("ON UPDATE").then_some("on_update")? };
        let actions = [
            ("NO ACTION", "NoAction"),
            ("SET NULL", "SetNull"),
            ("SET DEFAULT", "SetDefault"),
            ("CASCADE", "Cascade"),
            ("RESTRICT", "Restrict"),
        ];
        let (_, action) = actions.into_iter().find(|(words, _)| part.take(words))?;
        links.push(Link::new(call, [Code::Text(format!("ForeignKeyAction::{action}"))]));
    }
    Some(links)
}

fn names(call: &str, columns: &Words<'_>) -> Option<Vec<Link>> {
    let name = |mut part: Words<'_>| part.name().filter(|_| part.is_empty());
    columns.parts().into_iter().map(|part| Some(Link::new(call, [Code::string(&name(part)?)]))).collect()
}

/// `ALTER TABLE`, behind these words.
pub(super) fn alter(mut words: Words<'_>) -> Option<Call> {
    let product = words.product;
    let table = object(&mut words)?;
    let parts = words.parts();
    if let [only] = parts.as_slice()
        && let Some(call) = other_call(only.clone(), &table)
    {
        return Some(call);
    }
    // sea-query says one at a time there.
    if product == Product::Sqlite && parts.len() > 1 {
        return None;
    }
    let mut links = vec![Link::new("table", [table])];
    for part in parts {
        links.push(alteration(part)?);
    }
    Some(("alter_table", built("Table::alter", links)))
}

/// A clause that is a statement of its own in sea-query.
fn other_call(mut part: Words<'_>, table: &Code) -> Option<Call> {
    let is_mysql = matches!(part.product, Product::MySql | Product::MariaDb);
    let clause = part.clone();
    if part.take("RENAME TO") {
        let to = ended(&mut part)?;
        return Some(("rename_table", built("Table::rename", [Link::new("table", [table.clone(), to])])));
    }
    if part.take("ADD CONSTRAINT") && part.product != Product::Sqlite {
        let name = part.name()?;
        let mut links = vec![Link::new("name", [Code::string(&name)])];
        links.extend(foreign_key(part, table)?);
        return Some(("create_foreign_key", built("ForeignKey::create", links)));
    }
    part = clause;
    if !is_mysql {
        return None;
    }
    let named = |part: &mut Words<'_>| Some(Link::new("name", [Code::string(&part.name()?)]));
    let of = Link::new("table", [table.clone()]);
    if part.take("DROP FOREIGN KEY") {
        let links = [named(&mut part)?, of];
        return part.is_empty().then(|| ("drop_foreign_key", built("ForeignKey::drop", links)));
    }
    if part.take("DROP INDEX") {
        let links = [named(&mut part)?, of];
        return part.is_empty().then(|| ("drop_index", built("Index::drop", links)));
    }
    let mut links = Vec::new();
    if part.take("ADD UNIQUE INDEX") {
        links.push(Link::new("unique", []));
    } else if !part.take("ADD INDEX") {
        return None;
    }
    links.extend([named(&mut part)?, of]);
    links.extend(index_columns(&part.group()?)?);
    part.is_empty().then(|| ("create_index", built("Index::create", links)))
}

/// A clause of `ALTER TABLE`.
fn alteration(mut part: Words<'_>) -> Option<Link> {
    let (product, is_postgres) = (part.product, part.product == Product::Postgres);
    if part.take("ADD COLUMN") {
        return Some(Link::new("add_column", [column::definition(part, false)?]));
    }
    if product != Product::Sqlite && !is_postgres && part.take("MODIFY COLUMN") {
        return Some(Link::new("modify_column", [column::definition(part, false)?]));
    }
    if part.take("DROP COLUMN") {
        let name = part.name().filter(|_| part.is_empty())?;
        return Some(Link::new("drop_column", [Code::string(&name)]));
    }
    if part.take("RENAME COLUMN") {
        let from = part.name()?;
        let to = part.take("TO").then(|| part.name())?.filter(|_| part.is_empty())?;
        return Some(Link::new("rename_column", [Code::string(&from), Code::string(&to)]));
    }
    if is_postgres && part.take("DROP CONSTRAINT") {
        let name = part.name().filter(|_| part.is_empty())?;
        return Some(Link::new("drop_constraint", [Code::string(&name)]));
    }
    (is_postgres && part.take("ALTER COLUMN")).then(|| altered_column(part))?
}

/// `ALTER COLUMN` of PostgreSQL.
fn altered_column(mut part: Words<'_>) -> Option<Link> {
    let name = part.name()?;
    let definition = |link: Link| {
        let column = Code::chain(Code::call("ColumnDef::new", [Code::string(&name)]), [link]);
        Link::new("modify_column", [column])
    };
    if part.take("SET NOT NULL") {
        return part.is_empty().then(|| definition(Link::new("not_null", [])));
    }
    if part.take("DROP NOT NULL") {
        return part.is_empty().then(|| definition(Link::new("null", [])));
    }
    if part.take("SET DEFAULT") {
        let value = column::default(&mut part, "")?;
        return part.is_empty().then(|| definition(Link::new("default", [value])));
    }
    let native = part.take("TYPE").then(|| part.until(&["USING", "COLLATE"]))?.text().to_owned();
    if native.is_empty() || !part.is_empty() {
        return None;
    }
    let types = [(Product::Postgres, native)].into();
    Some(Link::new("modify_column", [Code::Column(name, types, Vec::new())]))
}
