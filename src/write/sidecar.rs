//! Writes sidecars for objects that no entity declares: one statement per object.
//!
//! The statements declare objects and are never executed, so they have one form on all products. Must not know files, or how a
//! statement is read.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::sql;

use crate::dialect::{Dialect, Step};
use crate::plan::{Object, Op};
use crate::schema::{
    Column, DefaultValue, Expression, Facet, Identity, Index, IndexPart, IndexTarget, Literal, Name, ObjectName,
    Origin, Origins, Part, Place, Product, Schema, Table, Type, View,
};

use super::inherited::{INHERITS, depth as inherited_depth, is_inherited};

/// One statement, and the places it declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The places it declares.
    pub places: Vec<Place>,
    /// The table it belongs to, if any.
    pub table: Option<ObjectName>,
    /// The statement, without a final semicolon.
    pub sql: String,
}

/// The statements for the adopted objects of a schema, in an order in which they can be read, and the places that no
/// statement can declare.
pub fn declarations(dialect: &dyn Dialect, schema: &Schema, origins: &Origins) -> (Vec<Declaration>, Vec<Place>) {
    let writer = Writer { dialect, origins };
    let mut written = Vec::new();
    writer.definitions(schema, true, &mut written);
    for value in schema.enums.values().filter(|value| writer.is_adopted(&Place::Enum(value.name.clone()))) {
        let values: Vec<String> = value.values.iter().map(|value| writer.text(value)).collect();
        let sql = format!("CREATE TYPE {} AS ENUM ({})", writer.object(&value.name), values.join(", "));
        let place = Place::Enum(value.name.clone());
        written.push(Declaration { places: vec![place.clone()], table: None, sql });
        if value.comment.is_some() {
            writer.comments(Object::Enum(value.clone()), &place, None, &mut written);
        }
    }
    // A table follows those that it inherits.
    let mut tables: Vec<&Table> = schema.tables.values().collect();
    let mut depths = BTreeMap::new();
    tables.sort_by_cached_key(|table| inherited_depth(schema, table, &mut depths));
    for table in tables {
        writer.table(schema, table, &mut written);
    }
    for routine in schema.routines.values() {
        let place = Place::Routine(routine.name.clone());
        if writer.is_adopted(&place) {
            let sql = writer.with_mode_back(&routine.definition);
            written.push(Declaration { places: vec![place], table: None, sql });
        }
    }
    // A view follows those that it reads.
    let mut views: Vec<&View> = schema.views.values().collect();
    let mut depths = BTreeMap::new();
    views.sort_by_cached_key(|view| depth(schema, &view.name, &mut depths));
    for view in views {
        writer.view(view, &mut written);
    }
    writer.definitions(schema, false, &mut written);
    let said: BTreeSet<&Place> = written.iter().flat_map(|declaration| &declaration.places).collect();
    let adopted = origins.listed().filter(|(_, origin)| *origin == Origin::Adopted);
    let unsaid = adopted.map(|(place, _)| place).filter(|place| !said.contains(place)).cloned().collect();
    (written, unsaid)
}

/// The depth of a view in the dependency chain. Cyclic dependencies are invalid; the guard prevents infinite recursion.
fn depth<'a>(schema: &'a Schema, name: &'a ObjectName, known: &mut BTreeMap<&'a ObjectName, usize>) -> usize {
    let Some(view) = schema.views.get(name) else { return 0 };
    if let Some(depth) = known.get(name) {
        return *depth;
    }
    known.insert(name, 0);
    let below = view.reads.iter().map(|read| depth(schema, read, known)).max().unwrap_or(0) + 1;
    known.insert(name, below);
    below
}

pub(super) struct Writer<'a> {
    pub(super) dialect: &'a dyn Dialect,
    origins: &'a Origins,
}

impl Writer<'_> {
    pub(super) fn is_adopted(&self, place: &Place) -> bool {
        self.origins.of(place) == Origin::Adopted
    }

    pub(super) fn text(&self, text: &str) -> String {
        self.dialect.literal(&Literal::Text(text.to_owned()))
    }

    /// A definition. If it sets a `sql_mode`, a second statement resets it for the next ones.
    pub(super) fn with_mode_back(&self, definition: &Expression) -> String {
        let text = definition.text();
        match sql::mode_before(self.dialect.product(), text) {
            None => text.to_owned(),
            Some(_) => format!("{text};\nSET sql_mode = DEFAULT"),
        }
    }

    pub(super) fn object(&self, name: &ObjectName) -> String {
        self.dialect.quote_object(name)
    }

    pub(super) fn names(&self, names: &[Name]) -> String {
        names.iter().map(|name| self.dialect.quote(name)).collect::<Vec<_>>().join(", ")
    }

    /// The comments of an object, as a migration writes them.
    pub(super) fn comments(
        &self,
        object: Object,
        place: &Place,
        table: Option<&ObjectName>,
        written: &mut Vec<Declaration>,
    ) {
        let statements = self.dialect.render(&Step::Direct(Op::Create(object))).unwrap_or_default();
        let comments =
            statements.into_iter().map(|statement| statement.sql).filter(|sql| sql.starts_with("COMMENT ON "));
        written.extend(comments.map(|sql| Declaration { places: vec![place.clone()], table: table.cloned(), sql }));
    }

    fn table(&self, schema: &Schema, table: &Table, written: &mut Vec<Declaration>) {
        let name = self.object(&table.name);
        let at = |part: Part| Place::Table(table.name.clone(), part);
        let mut comments = Vec::new();
        let mut comment = |object: Object| {
            let place = object.place();
            self.comments(object, &place, Some(&table.name), &mut comments);
        };
        let mut say = |parts: Vec<Part>, sql: String| {
            let places = parts.into_iter().map(at).collect();
            written.push(Declaration { places, table: Some(table.name.clone()), sql });
        };
        let adopted = |part: &Part| self.is_adopted(&at(part.clone()));
        let whole = adopted(&Part::Whole);
        if whole {
            let (parts, sql) = self.create(table);
            say(parts, sql);
            self.inherited(schema, table, &mut say);
        }
        for column in table.columns.values() {
            let facet = |facet| Part::Column(column.name.clone(), facet);
            if adopted(&facet(Facet::Whole)) && !whole {
                let sql = format!("ALTER TABLE {name} ADD COLUMN {}", self.column(column, &FACETS));
                say(FACETS.map(facet).to_vec(), sql);
            } else if !whole {
                self.facets(&name, column, &adopted, &mut say);
            }
            if let Some(required) = self.not_null(column).filter(|_| whole || adopted(&facet(Facet::Options))) {
                say(vec![facet(Facet::Options)], format!("ALTER TABLE {name} ADD {required}"));
            }
            if let Some(comment) = column.comment.as_ref().filter(|_| adopted(&facet(Facet::Comment))) {
                let column = self.dialect.quote(&column.name);
                let sql = format!("COMMENT ON COLUMN {name}.{column} IS {}", self.text(comment));
                say(vec![facet(Facet::Comment)], sql);
            }
        }
        if let Some(key) = table.primary_key.as_ref().filter(|_| !whole && adopted(&Part::PrimaryKey)) {
            say(vec![Part::PrimaryKey], format!("ALTER TABLE {name} ADD {}", self.primary_key(key)));
        }
        for unique in table.uniques.values() {
            let part = Part::Unique(unique.name.clone());
            if adopted(&part) {
                say(vec![part], format!("ALTER TABLE {name} ADD {}", self.unique(unique)));
                if unique.options.contains_key("comment") {
                    comment(Object::Unique(table.name.clone(), unique.clone()));
                }
            }
        }
        for check in table.checks.values() {
            let part = Part::Check(check.name.clone());
            if adopted(&part) {
                say(vec![part], format!("ALTER TABLE {name} ADD {}", self.check(check)));
                if check.options.contains_key("comment") {
                    comment(Object::Check(table.name.clone(), check.clone()));
                }
            }
        }
        for key in table.foreign_keys.values() {
            let parts: Vec<Part> = [Facet::Whole, Facet::OnDelete, Facet::OnUpdate, Facet::Options]
                .into_iter()
                .map(|facet| Part::ForeignKey(key.name.clone(), facet))
                .collect();
            if parts.iter().any(&adopted) {
                say(parts, format!("ALTER TABLE {name} ADD {}", self.foreign_key(key)));
                if key.options.contains_key("comment") {
                    comment(Object::ForeignKey(table.name.clone(), key.clone()));
                }
            }
        }
        for index in table.indexes.values() {
            let part = Part::Index(index.name.clone());
            // A key without overlaps cannot be declared.
            if adopted(&part) && !index.options.contains_key("without_overlaps") {
                say(vec![part], self.index(&name, index));
                if index.comment.is_some() {
                    comment(Object::Index(table.name.clone(), index.clone()));
                }
            }
        }
        for trigger in table.triggers.values() {
            let part = Part::Trigger(trigger.name.clone());
            if adopted(&part) {
                say(vec![part], self.with_mode_back(&trigger.definition));
            }
        }
        if let Some(comment) = table.comment.as_ref().filter(|_| adopted(&Part::Comment)) {
            say(vec![Part::Comment], format!("COMMENT ON TABLE {name} IS {}", self.text(comment)));
        }
        let options: BTreeMap<_, _> =
            table.options.iter().filter(|(key, _)| adopted(&Part::Option(key.as_str().into()))).collect();
        let is_said = |key: &str| whole && key == INHERITS;
        let options: BTreeMap<_, _> = options.into_iter().filter(|(key, _)| !is_said(key)).collect();
        let (switches, options): (BTreeMap<_, _>, BTreeMap<_, _>) =
            options.into_iter().partition(|(key, _)| matches!(key.as_str(), "row_security" | "force_row_security"));
        for key in switches.into_keys() {
            let verb = if key == "row_security" { "ENABLE" } else { "FORCE" };
            let part = Part::Option(key.as_str().into());
            say(vec![part], format!("ALTER TABLE {name} {verb} ROW LEVEL SECURITY"));
        }
        if !options.is_empty() {
            let settings: Vec<String> =
                options.iter().map(|(key, value)| format!("{key} = {}", self.text(value))).collect();
            let parts = options.keys().map(|key| Part::Option(key.as_str().into())).collect();
            say(parts, format!("ALTER TABLE {name} SET ({})", settings.join(", ")));
        }
        written.extend(comments);
    }

    /// The columns and the primary key; all other parts are separate statements.
    fn create(&self, table: &Table) -> (Vec<Part>, String) {
        let mut parts = vec![Part::Whole];
        let mut lines = Vec::new();
        for column in table.columns.values() {
            if !is_inherited(column) {
                lines.push(self.column(column, &FACETS));
            }
            parts.extend(FACETS.map(|facet| Part::Column(column.name.clone(), facet)));
        }
        if let Some(key) = &table.primary_key {
            lines.push(self.primary_key(key));
            parts.push(Part::PrimaryKey);
        }
        let mut sql = format!("CREATE TABLE {} (\n  {}\n)", self.object(&table.name), lines.join(",\n  "));
        if let Some(inherited) = table.options.get(INHERITS) {
            sql.push_str(&format!("\nINHERITS ({inherited})"));
            parts.push(Part::Option(INHERITS.into()));
        }
        (parts, sql)
    }

    /// The facets of a column that the entity does not declare.
    fn facets(
        &self,
        table: &str,
        column: &Column,
        adopted: &dyn Fn(&Part) -> bool,
        say: &mut dyn FnMut(Vec<Part>, String),
    ) {
        let open: Vec<Facet> = FACETS
            .into_iter()
            .filter(|facet| *facet != Facet::Whole && adopted(&Part::Column(column.name.clone(), *facet)))
            .collect();
        let name = self.dialect.quote(&column.name);
        let parts = || open.iter().map(|facet| Part::Column(column.name.clone(), *facet)).collect();
        match open.as_slice() {
            [] => {}
            [Facet::Default] => {
                let default = column.default.as_ref().map(|it| self.default(it)).unwrap_or_default();
                say(parts(), format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {default}"));
            }
            [Facet::Type] => {
                let spelled = self.data_type(&column.data_type);
                say(parts(), format!("ALTER TABLE {table} ALTER COLUMN {name} SET DATA TYPE {spelled}"));
            }
            facets => say(parts(), format!("ALTER TABLE {table} MODIFY COLUMN {}", self.column(column, facets))),
        }
    }

    fn column(&self, column: &Column, facets: &[Facet]) -> String {
        let mut sql = self.dialect.quote(&column.name);
        let says = |facet| facets.contains(&facet);
        let serial = (column.identity == Some(Identity::Serial) && says(Facet::Identity)).then(|| serial(column));
        let spelled = serial.flatten().map_or_else(|| self.data_type(&column.data_type), str::to_owned);
        if !spelled.is_empty() {
            sql.push_str(&format!(" {spelled}"));
        }
        if let Some(collation) = column.collation.as_ref().filter(|_| says(Facet::Collation)) {
            let quoted = collation.starts_with('"');
            let plain = || self.dialect.quote(&collation.as_str().into());
            sql.push_str(&format!(" COLLATE {}", if quoted { collation.clone() } else { plain() }));
        }
        if !column.nullable {
            sql.push_str(" NOT NULL");
        }
        if let Some(default) = column.default.as_ref().filter(|_| says(Facet::Default)) {
            sql.push_str(&format!(" DEFAULT {}", self.default(default)));
        }
        if says(Facet::Identity) {
            sql.push_str(match (column.identity, self.dialect.product()) {
                (None | Some(Identity::Serial), _) => "",
                (Some(Identity::Always), _) => " GENERATED ALWAYS AS IDENTITY",
                (Some(Identity::AutoIncrement), Product::Sqlite) => " AUTOINCREMENT",
                (Some(Identity::AutoIncrement), Product::MySql | Product::MariaDb) => " AUTO_INCREMENT",
                (Some(Identity::AutoIncrement), Product::Postgres) | (Some(Identity::ByDefault), _) => {
                    " GENERATED BY DEFAULT AS IDENTITY"
                }
            });
            let is_generated = matches!(column.identity, Some(Identity::Always | Identity::ByDefault));
            if let Some(clauses) = column.options.get("sequence_options").filter(|_| is_generated) {
                sql.push_str(&format!(" ({clauses})"));
            }
        }
        if let Some(generated) = column.generated.as_ref().filter(|_| says(Facet::Generated)) {
            let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
            sql.push_str(&format!(" GENERATED ALWAYS AS ({}) {kind}", generated.expression.text()));
        }
        if let Some(on_update) = column.on_update.as_ref().filter(|_| says(Facet::OnUpdate)) {
            sql.push_str(&format!(" ON UPDATE {}", on_update.text()));
        }
        if says(Facet::Options) && column.options.contains_key("invisible") {
            sql.push_str(" INVISIBLE");
        }
        sql
    }

    fn data_type(&self, data_type: &Type) -> String {
        match data_type {
            Type::Enum(name) => self.object(name),
            Type::Array(element) => format!("{}[]", self.data_type(element)),
            Type::Native(spelled) if self.dialect.product() == Product::Sqlite => self.in_one_word(spelled),
            other => crate::plan::type_name(other),
        }
    }

    /// A type of SQLite, whose words are quoted if they are several: no grammar knows them all.
    fn in_one_word(&self, spelled: &str) -> String {
        let (words, arguments) = spelled.split_at(spelled.find('(').unwrap_or(spelled.len()));
        match words.trim().contains(char::is_whitespace) {
            true => format!("{}{arguments}", self.dialect.quote(&words.trim().into())),
            false => spelled.to_owned(),
        }
    }

    /// A default is in parentheses unless it is one word or one constant.
    pub(super) fn default(&self, default: &DefaultValue) -> String {
        let text = crate::plan::default_text(default);
        let plain = text.chars().all(|letter| letter.is_alphanumeric() || "_.-+".contains(letter));
        let product = self.dialect.product();
        let constant = matches!(sql::words(product, &text).as_slice(), [only] if only.kind == sql::TokenKind::String);
        if plain || constant { text } else { format!("({text})") }
    }

    fn index(&self, table: &str, index: &Index) -> String {
        let kind = match index.method.as_deref() {
            Some("fulltext") => "FULLTEXT ",
            Some("spatial") => "SPATIAL ",
            Some("vector") => "VECTOR ",
            _ if index.unique => "UNIQUE ",
            _ => "",
        };
        let parts: Vec<String> = index.parts.iter().map(|part| self.part(part)).collect();
        let method =
            index.method.as_ref().filter(|method| !["fulltext", "spatial", "vector"].contains(&method.as_str()));
        let using = method.map(|method| format!(" USING {method}")).unwrap_or_default();
        let name = self.dialect.quote(&index.name);
        let mut sql = match self.dialect.product() {
            Product::Postgres | Product::Sqlite => {
                format!("CREATE {kind}INDEX {name} ON {table}{using} ({})", parts.join(", "))
            }
            Product::MySql | Product::MariaDb => {
                format!("CREATE {kind}INDEX {name}{using} ON {table} ({})", parts.join(", "))
            }
        };
        if !index.include.is_empty() {
            sql.push_str(&format!(" INCLUDE ({})", self.names(&index.include)));
        }
        if index.options.contains_key("nulls_not_distinct") {
            sql.push_str(" NULLS NOT DISTINCT");
        }
        if let Some(settings) = index.options.get("with") {
            sql.push_str(&format!(" WITH ({settings})"));
        }
        if let Some(predicate) = &index.predicate {
            sql.push_str(&format!(" WHERE {}", predicate.text()));
        }
        if let Some(comment) = &index.comment {
            match self.dialect.product() {
                Product::MySql | Product::MariaDb => sql.push_str(&format!(" COMMENT {}", self.text(comment))),
                Product::Postgres | Product::Sqlite => {}
            }
        }
        for option in ["distance", "m"] {
            if let Some(value) = index.options.get(option) {
                sql.push_str(&format!(" {}={value}", option.to_uppercase()));
            }
        }
        sql
    }

    fn part(&self, part: &IndexPart) -> String {
        let mut sql = match &part.target {
            IndexTarget::Column(name) => self.dialect.quote(name),
            IndexTarget::Expression(expression) => format!("({})", expression.text()),
        };
        if let Some(prefix) = part.options.get("prefix") {
            sql.push_str(&format!("({prefix})"));
        }
        if let Some(collation) = part.options.get("collation") {
            let plain = || self.dialect.quote(&collation.as_str().into());
            sql.push_str(&format!(" COLLATE {}", if collation.starts_with('"') { collation.clone() } else { plain() }));
        }
        if let Some(class) = part.options.get("opclass") {
            sql.push_str(&format!(" {class}"));
        }
        if part.descending {
            sql.push_str(" DESC");
        }
        if let Some(nulls) = part.options.get("nulls") {
            sql.push_str(&format!(" NULLS {}", nulls.to_uppercase()));
        }
        sql
    }
}

/// The facets that a column definition declares.
const FACETS: [Facet; 8] = [
    Facet::Whole,
    Facet::Type,
    Facet::Default,
    Facet::Identity,
    Facet::Generated,
    Facet::Collation,
    Facet::OnUpdate,
    Facet::Options,
];

fn serial(column: &Column) -> Option<&'static str> {
    let Type::Native(spelling) = &column.data_type else { return None };
    match spelling.as_str() {
        "smallint" => Some("smallserial"),
        "integer" => Some("serial"),
        "bigint" => Some("bigserial"),
        _ => None,
    }
}
