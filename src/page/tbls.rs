//! A schema as the JSON of tbls (`spec/tbls.schema.json_schema.json` of k1LoW/tbls), which Liam ERD and others read.
//!
//! Must not know the other formats.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::plan::type_name;
use crate::schema::{Column, ForeignKey, Name, Product, RoutineKind, Schema, Table};

use super::facts;

#[derive(Serialize)]
struct Document {
    name: String,
    tables: Vec<Relation>,
    relations: Vec<Reference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    functions: Vec<Function>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    enums: Vec<Enum>,
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
}

#[derive(Serialize)]
struct Enum {
    name: String,
    values: Vec<String>,
}

#[derive(Serialize)]
struct Function {
    name: String,
    return_type: String,
    arguments: String,
    r#type: &'static str,
}

#[derive(Default, Serialize)]
struct Relation {
    name: String,
    r#type: &'static str,
    comment: String,
    columns: Vec<Attribute>,
    indexes: Vec<Definition>,
    constraints: Vec<Definition>,
    triggers: Vec<Trigger>,
    def: String,
    referenced_tables: Vec<String>,
}

#[derive(Serialize)]
struct Attribute {
    name: String,
    r#type: String,
    nullable: bool,
    default: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    extra_def: String,
    comment: String,
}

/// An index or a constraint.
#[derive(Default, Serialize)]
struct Definition {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    def: String,
    table: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    referenced_table: Option<String>,
    columns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    referenced_columns: Option<Vec<String>>,
    comment: String,
}

#[derive(Serialize)]
struct Trigger {
    name: String,
    def: String,
    comment: String,
}

#[derive(Serialize)]
struct Reference {
    table: String,
    columns: Vec<String>,
    cardinality: &'static str,
    parent_table: String,
    parent_columns: Vec<String>,
    parent_cardinality: &'static str,
    def: String,
}

/// All tables, views, foreign keys, routines and enum types.
///
/// # Errors
/// Those of writing JSON.
pub fn tbls(title: &str, product: Product, schema: &Schema) -> serde_json::Result<String> {
    let views = schema.views.values().map(|view| Relation {
        name: view.name.to_string(),
        r#type: if view.materialized { "MATERIALIZED VIEW" } else { "VIEW" },
        comment: view.comment.clone().unwrap_or_default(),
        def: view.query.text().to_owned(),
        referenced_tables: view.reads.iter().map(ToString::to_string).collect(),
        ..Relation::default()
    });
    let document = Document {
        name: title.to_owned(),
        tables: schema.tables.values().map(relation).chain(views).collect(),
        relations: schema.tables.values().flat_map(references).collect(),
        functions: schema.routines.values().map(function).collect(),
        enums: schema.enums.values().map(|it| Enum { name: it.name.to_string(), values: it.values.clone() }).collect(),
        driver: Driver { name: product.key() },
    };
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

fn function(routine: &crate::schema::Routine) -> Function {
    let name = routine.name.to_string();
    let (name, arguments) = match name.split_once('(') {
        Some((name, rest)) => (name.to_owned(), rest.trim_end_matches(')').to_owned()),
        None => (name.clone(), String::new()),
    };
    let r#type = match routine.kind {
        RoutineKind::Function => "FUNCTION",
        RoutineKind::Procedure => "PROCEDURE",
    };
    Function { name, return_type: String::new(), arguments, r#type }
}

fn words(names: &[Name]) -> Vec<String> {
    names.iter().map(Name::to_string).collect()
}

fn relation(table: &Table) -> Relation {
    let own = || table.name.to_string();
    let primary = table.primary_key.iter().map(|key| Definition {
        name: key.name.as_ref().map_or_else(|| "PRIMARY".to_owned(), Name::to_string),
        r#type: Some("PRIMARY KEY"),
        def: format!("PRIMARY KEY ({})", facts::list(&key.columns)),
        columns: words(&key.columns),
        ..Definition::default()
    });
    let uniques = table.uniques.values().map(|unique| Definition {
        name: unique.name.to_string(),
        r#type: Some("UNIQUE"),
        def: format!("UNIQUE ({})", facts::list(&unique.columns)),
        columns: words(&unique.columns),
        ..Definition::default()
    });
    let keys = table.foreign_keys.values().map(|key| Definition {
        name: key.name.to_string(),
        r#type: Some("FOREIGN KEY"),
        def: key_definition(key),
        columns: words(&key.columns),
        referenced_table: Some(key.references.to_string()),
        referenced_columns: Some(words(&key.referenced_columns)),
        ..Definition::default()
    });
    let checks = table.checks.values().map(|check| Definition {
        name: check.name.to_string(),
        r#type: Some("CHECK"),
        def: format!("CHECK ({})", check.expression.text()),
        ..Definition::default()
    });
    let constraints = primary.chain(uniques).chain(keys).chain(checks);
    let indexes = table.indexes.values().map(|index| Definition {
        name: index.name.to_string(),
        def: crate::plan::Op::Create(crate::plan::Object::Index(table.name.clone(), index.clone())).summary(),
        columns: facts::index_columns(index).into_iter().map(Name::to_string).collect(),
        comment: index.comment.clone().unwrap_or_default(),
        ..Definition::default()
    });
    let referenced: BTreeSet<String> = table.foreign_keys.values().map(|key| key.references.to_string()).collect();
    Relation {
        name: own(),
        r#type: "TABLE",
        comment: table.comment.clone().unwrap_or_default(),
        columns: table.columns.values().map(attribute).collect(),
        indexes: indexes.map(|it| Definition { table: own(), ..it }).collect(),
        constraints: constraints.map(|it| Definition { table: own(), ..it }).collect(),
        triggers: table
            .triggers
            .values()
            .map(|it| Trigger {
                name: it.name.to_string(),
                def: it.definition.text().to_owned(),
                comment: String::new(),
            })
            .collect(),
        def: String::new(),
        referenced_tables: referenced.into_iter().collect(),
    }
}

fn attribute(column: &Column) -> Attribute {
    let further = [facts::identity(column).to_owned(), facts::generated(column), facts::further(column)];
    Attribute {
        name: column.name.to_string(),
        r#type: type_name(&column.data_type),
        nullable: column.nullable,
        default: column.default.as_ref().map(crate::plan::default_text),
        extra_def: further.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", "),
        comment: column.comment.clone().unwrap_or_default(),
    }
}

fn key_definition(key: &ForeignKey) -> String {
    let (columns, referenced) = (facts::list(&key.columns), facts::list(&key.referenced_columns));
    let further = facts::key_further(key).replace(", on", " on");
    let text = format!("FOREIGN KEY ({columns}) REFERENCES {} ({referenced}) {further}", key.references);
    text.trim_end().to_owned()
}

fn references(table: &Table) -> impl Iterator<Item = Reference> {
    table.foreign_keys.values().map(|key| Reference {
        table: table.name.to_string(),
        columns: words(&key.columns),
        cardinality: if facts::refers_once(table, key) { "zero_or_one" } else { "zero_or_more" },
        parent_table: key.references.to_string(),
        parent_columns: words(&key.referenced_columns),
        parent_cardinality: if facts::refers_optionally(table, key) { "zero_or_one" } else { "exactly_one" },
        def: key_definition(key),
    })
}
