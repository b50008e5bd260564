//! One statement as a call of sea-query, where sea-query says exactly what it says.
//!
//! Must not know tables' columns, nor how a call is laid out.

use super::code::{Code, Link};
use super::table;
use super::words::Words;
use crate::schema::Product;

/// A method of `SchemaManager`, and the statement of sea-query that it is given.
pub(super) type Call = (&'static str, Code);

/// The call for a statement. `None`: sea-query does not say it, or not exactly.
pub(super) fn call(product: Product, sql: &str) -> Option<Call> {
    let mut words = Words::of(product, sql)?;
    let is_postgres = product == Product::Postgres;
    if words.take("CREATE TABLE") {
        return table::create(words);
    }
    if words.take("ALTER TABLE") {
        return table::alter(words);
    }
    if words.take("DROP TABLE") {
        let table = ended(&mut words)?;
        return Some(("drop_table", built("Table::drop", [Link::new("table", [table])])));
    }
    if words.take("RENAME TABLE") {
        let from = object(&mut words)?;
        let to = words.take("TO").then(|| ended(&mut words))??;
        return Some(("rename_table", built("Table::rename", [Link::new("table", [from, to])])));
    }
    if is_postgres && words.take("CREATE TYPE") {
        return create_type(words);
    }
    if is_postgres && words.take("DROP TYPE") {
        return Some(("drop_type", built("Type::drop", [Link::new("name", [ended(&mut words)?])])));
    }
    if is_postgres && words.take("ALTER TYPE") {
        return alter_type(words);
    }
    if words.take("CREATE UNIQUE INDEX") {
        return create_index(words, Some("unique"));
    }
    if matches!(product, Product::MySql | Product::MariaDb) && words.take("CREATE FULLTEXT INDEX") {
        return create_index(words, Some("full_text"));
    }
    if words.take("CREATE INDEX") {
        return create_index(words, None);
    }
    words.take("DROP INDEX").then(|| drop_index(words))?
}

/// A statement of sea-query: its constructor and what is said of it.
pub(super) fn built(constructor: &str, links: impl IntoIterator<Item = Link>) -> Code {
    let links = links.into_iter().chain([Link::new("to_owned", [])]);
    Code::chain(Code::call(constructor, []), links)
}

/// The name of a table or type: a string, or a pair with its schema.
pub(super) fn object(words: &mut Words<'_>) -> Option<Code> {
    let name = words.name()?;
    if !words.take_symbol('.') {
        return Some(Code::string(&name));
    }
    let inner = words.name()?;
    // Only PostgreSQL takes such names everywhere.
    (words.product == Product::Postgres).then(|| Code::Tuple(vec![Code::string(&name), Code::string(&inner)]))
}

/// The name of an object, and nothing behind it.
pub(super) fn ended(words: &mut Words<'_>) -> Option<Code> {
    object(words).filter(|_| words.is_empty())
}

fn create_type(mut words: Words<'_>) -> Option<Call> {
    let name = object(&mut words)?;
    let values = words.take("AS ENUM").then(|| words.group())??;
    if !words.is_empty() || values.is_empty() {
        return None;
    }
    let value = |mut part: Words<'_>| part.string().filter(|_| part.is_empty()).map(|value| Code::string(&value));
    let values = values.parts().into_iter().map(value).collect::<Option<Vec<_>>>()?;
    let links = [Link::new("as_enum", [name]), Link::new("values", [Code::Array(values)])];
    Some(("create_type", built("Type::create", links)))
}

fn alter_type(mut words: Words<'_>) -> Option<Call> {
    let mut links = vec![Link::new("name", [object(&mut words)?])];
    let string = |words: &mut Words<'_>| words.string().map(|text| Code::string(&text));
    if words.take("ADD VALUE") {
        let is_safe = words.take("IF NOT EXISTS");
        links.push(Link::new("add_value", [string(&mut words)?]));
        if words.take("BEFORE") {
            links.push(Link::new("before", [string(&mut words)?]));
        } else if words.take("AFTER") {
            links.push(Link::new("after", [string(&mut words)?]));
        }
        links.extend(is_safe.then(|| Link::new("if_not_exists", [])));
    } else if words.take("RENAME VALUE") {
        let from = string(&mut words)?;
        let to = words.take("TO").then(|| string(&mut words))??;
        links.push(Link::new("rename_value", [from, to]));
    } else {
        let to = words.take("RENAME TO").then(|| words.name())??;
        links.push(Link::new("rename_to", [Code::string(&to)]));
    }
    words.is_empty().then(|| ("alter_type", Code::chain(Code::call("Type::alter", []), links)))
}

fn create_index(mut words: Words<'_>, kind: Option<&str>) -> Option<Call> {
    let product = words.product;
    let concurrently = product == Product::Postgres && words.take("CONCURRENTLY");
    if words.is_at(&["IF"]) {
        return None;
    }
    let name = words.name()?;
    let table = words.take("ON").then(|| object(&mut words))??;
    let flag = |name: &str| Link::new(name, []);
    let mut links: Vec<Link> = kind.map(flag).into_iter().collect();
    links.extend([Link::new("name", [Code::string(&name)]), Link::new("table", [table])]);
    if product == Product::Postgres && words.take("USING") {
        let method = match words.name()?.as_str() {
            "btree" => Code::Text("IndexType::BTree".to_owned()),
            "hash" => Code::Text("IndexType::Hash".to_owned()),
            other => Code::call("IndexType::Custom", [Code::Text(format!("{other:?}.into_iden()"))]),
        };
        links.push(Link::new("index_type", [method]));
    }
    links.extend(index_columns(&words.group()?)?);
    if product == Product::Postgres && words.take("INCLUDE") {
        for mut part in words.group()?.parts() {
            links.push(Link::new("include", [Code::string(&part.name().filter(|_| part.is_empty())?)]));
        }
    }
    if product == Product::Postgres && words.take("NULLS NOT DISTINCT") {
        links.push(flag("nulls_not_distinct"));
    }
    if matches!(product, Product::Postgres | Product::Sqlite) && words.take("WHERE") {
        links.push(Link::new("and_where", [Code::call("Expr::cust", [Code::string(words.text())])]));
        words.skip_all();
    }
    links.extend(concurrently.then(|| flag("concurrently")));
    words.is_empty().then(|| ("create_index", built("Index::create", links)))
}

/// The columns of an index.
pub(super) fn index_columns(words: &Words<'_>) -> Option<Vec<Link>> {
    let column = |mut part: Words<'_>| {
        let product = part.product;
        if let Some(inside) = part.group() {
            // SQLite's expressions are not said by sea-query.
            let is_said = product != Product::Sqlite && part.is_empty();
            return is_said.then(|| Link::new("col", [Code::call("Expr::cust", [Code::string(inside.text())])]));
        }
        let mut of = vec![Code::string(&part.name()?)];
        if let Some(prefix) = part.group() {
            let length = prefix.text().parse::<u32>().ok().filter(|_| product != Product::Sqlite)?;
            of.push(Code::Text(length.to_string()));
        }
        if part.take("DESC") {
            of.push(Code::Text("IndexOrder::Desc".to_owned()));
        }
        if !part.is_empty() {
            return None;
        }
        let only = of.len() == 1;
        Some(Link::new("col", if only { of } else { vec![Code::Tuple(of)] }))
    };
    words.parts().into_iter().map(column).collect()
}

fn drop_index(mut words: Words<'_>) -> Option<Call> {
    let product = words.product;
    let concurrently = product == Product::Postgres && words.take("CONCURRENTLY");
    let name = words.name()?;
    let mut links = vec![Link::new("name", [Code::string(&name)])];
    if matches!(product, Product::MySql | Product::MariaDb) {
        links.push(Link::new("table", [words.take("ON").then(|| object(&mut words))??]));
    }
    links.extend(concurrently.then(|| Link::new("concurrently", [])));
    words.is_empty().then(|| ("drop_index", built("Index::drop", links)))
}
