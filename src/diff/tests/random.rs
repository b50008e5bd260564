//! Random schemas that could exist: every reference finds what it refers to, no name is taken twice.
//!
//! A schema is drawn from a string of bytes. Names come from small pools, so that two schemas often share them; a byte of
//! zero, or no byte, always means the least there can be, so that shrinking the bytes shrinks the schema. Must not know
//! how schemas are compared.

use std::collections::BTreeSet;

use crate::plan::Rename;
use crate::schema::{
    Action, Change, Check, Column, DefaultValue, Definition, DefinitionId, DefinitionKind, EnumType, Expression, Facet,
    ForeignKey, Generated, Identity, Index, IndexPart, IndexTarget, Name, Named, ObjectName, Options, Part, Parts,
    Place, PrimaryKey, Routine, RoutineKind, Schema, Table, Trigger, Type, Unique, View,
};

const RELATIONS: &[&str] = &["a", "b", "c", "d", "e", "shop.a"];
const COLUMNS: &[&str] = &["id", "x", "y", "z", "w"];
const CONSTRAINTS: &[&str] = &["k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8"];
const INDEXES: &[&str] = &["i1", "i2", "i3", "i4"];
const VALUES: &[&str] = &["red", "green", "blue", "it's"];
const TEXTS: &[&str] = &["0", "1", "x > 0"];

/// Choices, one a byte.
pub(super) struct Draw<'a>(pub(super) std::slice::Iter<'a, u8>);

impl Draw<'_> {
    fn below(&mut self, limit: usize) -> usize {
        self.0.next().map_or(0, |byte| usize::from(*byte) % limit)
    }

    fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == chances - 1
    }

    fn pick<T: Clone>(&mut self, pool: &[T]) -> T {
        pool[self.below(pool.len())].clone()
    }

    /// Some of the pool, each once, in any order.
    fn some<T: Clone>(&mut self, pool: &[T], least: usize) -> Vec<T> {
        let mut left = pool.to_vec();
        let count = (least + self.below(pool.len() + 1 - least)).min(pool.len());
        (0..count).map(|_| left.remove(self.below(left.len()))).collect()
    }

    fn text(&mut self) -> Expression {
        Expression::new(self.pick(TEXTS))
    }

    fn maybe<T>(&mut self, chances: usize, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(chances).then(|| value(self))
    }

    fn comment(&mut self) -> Option<String> {
        self.maybe(6, |draw| draw.pick(TEXTS).to_owned())
    }

    fn options(&mut self) -> Options {
        self.maybe(8, |draw| (draw.pick(&["engine", "strict"]).to_owned(), draw.pick(TEXTS).to_owned()))
            .into_iter()
            .collect()
    }
}

fn relation(name: &str) -> ObjectName {
    match name.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::local(name),
    }
}

fn listed<T: Named>(values: impl IntoIterator<Item = T>) -> Parts<T> {
    values.into_iter().map(|value| (value.name().clone(), value)).collect()
}

/// A whole schema.
pub(super) fn schema(draw: &mut Draw) -> Schema {
    let mut schema = Schema::default();
    let (mut tables, mut views) = (Vec::new(), Vec::new());
    for name in RELATIONS {
        let name = relation(name);
        match draw.below(9) {
            0 | 1 => {}
            2..=5 => tables.push(name),
            6 => {
                let values = draw.some(VALUES, 1).into_iter().map(str::to_owned).collect();
                schema.enums.insert(name.clone(), EnumType { name, values, comment: draw.comment() });
            }
            _ => views.push(name),
        }
    }
    let enums: Vec<ObjectName> = schema.enums.keys().cloned().collect();
    let mut index_names = INDEXES.to_vec();
    for name in &tables {
        schema.tables.insert(name.clone(), table(draw, name, &enums, &mut index_names));
    }
    for name in &tables {
        let count = draw.below(4);
        for _ in 0..count {
            foreign_key(draw, name, &tables, &mut schema);
        }
    }
    let mut readable = tables;
    let mut views = draw.some(&views, 0);
    let beside = draw.below(3).min(views.len());
    for name in views.drain(..beside) {
        let kind = draw.pick(&[DefinitionKind::Partition, DefinitionKind::ForeignTable]);
        let needs = draw.some(&readable, 0).into_iter().take(2).map(|name| relation_place(&schema, &name)).collect();
        define(draw, &mut schema, DefinitionId::new(kind, name.clone()), needs);
        readable.push(name);
    }
    for name in views {
        let reads: BTreeSet<ObjectName> = draw.some(&readable, 0).into_iter().take(2).collect();
        readable.push(name.clone());
        let view = View {
            name: name.clone(),
            query: draw.text(),
            reads,
            materialized: draw.one_in(6),
            comment: draw.comment(),
            options: draw.options(),
        };
        schema.views.insert(name, view);
    }
    for name in draw.some(&["a", "f"], 0) {
        let name = relation(name);
        let kind = if draw.one_in(4) { RoutineKind::Procedure } else { RoutineKind::Function };
        schema.routines.insert(name.clone(), Routine { name, kind, definition: draw.text() });
    }
    definitions(draw, &mut schema, &readable);
    schema
}

fn define(draw: &mut Draw, schema: &mut Schema, id: DefinitionId, needs: BTreeSet<Place>) {
    // What it says decides what it stands on.
    let create = Expression::new(format!("{} {needs:?}", draw.text().text()));
    let definition = Definition { create, needs, comment: draw.comment(), ..Definition::new(id.clone(), "") };
    schema.definitions.insert(id, definition);
}

/// A relation by its place: its name alone does not say whether it is a table.
fn relation_place(schema: &Schema, name: &ObjectName) -> Place {
    match schema.relation_beside(name) {
        Some(definition) => Place::Definition(definition.id.clone()),
        None if schema.views.contains_key(name) => Place::View(name.clone()),
        None => Place::table(name),
    }
}

/// What is below tables, then what is above them; each may stand on what was drawn before it.
fn definitions(draw: &mut Draw, schema: &mut Schema, relations: &[ObjectName]) {
    let routines = schema.routines.keys().cloned().map(Place::Routine);
    let mut grounds: Vec<Place> = schema.enums.keys().cloned().map(Place::Enum).chain(routines).collect();
    let below = [
        (DefinitionKind::Schema, "shop"),
        (DefinitionKind::Domain, "d1"),
        (DefinitionKind::Domain, "d2"),
        (DefinitionKind::Aggregate, "d1"),
        (DefinitionKind::CompositeType, "d3"),
    ];
    for (kind, name) in draw.some(&below, 0) {
        let id = DefinitionId::new(kind, relation(name));
        let needs = match kind {
            DefinitionKind::Schema => BTreeSet::new(),
            _ => draw.some(&grounds, 0).into_iter().take(2).collect(),
        };
        define(draw, schema, id.clone(), needs);
        grounds.push(Place::Definition(id));
    }
    for name in relations {
        let Some(table) = schema.tables.get(name) else {
            grounds.push(relation_place(schema, name));
            continue;
        };
        let at = |part| Place::Table(name.clone(), part);
        grounds.push(at(Part::Whole));
        grounds.extend(table.columns.keys().map(|column| at(Part::Column(column.clone(), Facet::Whole))));
        grounds.extend(table.triggers.keys().map(|trigger| at(Part::Trigger(trigger.clone()))));
        grounds.extend(table.indexes.keys().map(|index| at(Part::Index(index.clone()))));
        grounds.extend(table.foreign_keys.keys().map(|key| at(Part::ForeignKey(key.clone(), Facet::Whole))));
        grounds.extend(table.primary_key.iter().map(|_| at(Part::PrimaryKey)));
    }
    let count = draw.below(5);
    for _ in 0..count {
        let kind = draw.pick(&[DefinitionKind::Policy, DefinitionKind::Comment, DefinitionKind::Event]);
        let name = relation(draw.pick(&["p1", "p2"]));
        let id = match kind {
            DefinitionKind::Event => DefinitionId::new(kind, name),
            _ if relations.is_empty() => continue,
            _ => DefinitionId::on(kind, draw.pick(relations), name),
        };
        let needs = draw.some(&grounds, 0).into_iter().take(2).filter(|need| *need != Place::Definition(id.clone()));
        let needs: BTreeSet<Place> = needs.collect();
        if !schema.definitions.contains_key(&id) {
            define(draw, schema, id.clone(), needs);
            grounds.push(Place::Definition(id));
        }
    }
}

fn table(draw: &mut Draw, name: &ObjectName, enums: &[ObjectName], index_names: &mut Vec<&'static str>) -> Table {
    let mut table = Table::new(name.clone());
    for column in draw.some(COLUMNS, 1) {
        table.columns.insert(self::column(draw, column, enums));
    }
    let columns: Vec<Name> = table.columns.keys().cloned().collect();
    let mut constraints = draw.some(CONSTRAINTS, 0).into_iter().take(5).map(Name::from);
    table.primary_key = draw.maybe(2, |draw| PrimaryKey {
        name: draw.one_in(2).then(|| constraints.next()).flatten(),
        columns: draw.some(&columns, 1),
        options: draw.options(),
    });
    for name in constraints {
        if draw.one_in(2) {
            let unique = Unique { name: name.clone(), columns: draw.some(&columns, 1), options: draw.options() };
            table.uniques.insert(name, unique);
        } else {
            let check = Check { name: name.clone(), expression: draw.text(), options: draw.options() };
            table.checks.insert(name, check);
        }
    }
    let count = draw.below(3).min(index_names.len());
    table.indexes = listed((0..count).map(|_| {
        let name = index_names.remove(draw.below(index_names.len()));
        index(draw, name, &columns)
    }));
    table.triggers = listed(
        draw.some(&["t1", "t2"], 0).into_iter().map(|name| Trigger { name: name.into(), definition: draw.text() }),
    );
    table.comment = draw.comment();
    table.options = draw.options();
    table
}

fn column(draw: &mut Draw, name: &str, enums: &[ObjectName]) -> Column {
    let data_type = match draw.below(if enums.is_empty() { 4 } else { 8 }) {
        0 | 1 => Type::Native("integer".to_owned()),
        2 => Type::Native("text".to_owned()),
        3 => Type::Native("character varying(9)".to_owned()),
        4..=6 => Type::Enum(draw.pick(enums)),
        _ => Type::Array(Box::new(Type::Enum(draw.pick(enums)))),
    };
    Column {
        nullable: draw.one_in(3),
        default: draw.maybe(6, |draw| DefaultValue::Expression(draw.text())),
        identity: draw.maybe(8, |draw| draw.pick(&[Identity::AutoIncrement, Identity::Always])),
        generated: draw.maybe(8, |draw| Generated { expression: draw.text(), stored: draw.one_in(2) }),
        collation: draw.maybe(8, |draw| draw.pick(&["C", "de"]).to_owned()),
        on_update: draw.maybe(9, Draw::text),
        comment: draw.comment(),
        options: draw.options(),
        ..Column::new(name, data_type)
    }
}

fn index(draw: &mut Draw, name: &str, columns: &[Name]) -> Index {
    let mut index = Index::on(name, draw.some(columns, 1));
    for part in &mut index.parts {
        part.descending = draw.one_in(4);
        part.options = draw.options();
    }
    if draw.one_in(4) {
        index.parts.push(IndexPart {
            target: IndexTarget::Expression(draw.text()),
            descending: false,
            options: Options::new(),
        });
    }
    index.unique = draw.one_in(3);
    index.predicate = draw.maybe(5, Draw::text);
    index.method = draw.maybe(5, |draw| draw.pick(&["gin", "hash"]).to_owned());
    index.include = if draw.one_in(4) { draw.some(columns, 0) } else { Vec::new() };
    index.comment = draw.comment();
    index.options = draw.options();
    index
}

/// A foreign key to any table, the own one included, on a key of it where it has one.
fn foreign_key(draw: &mut Draw, owner: &ObjectName, tables: &[ObjectName], schema: &mut Schema) {
    let references = draw.pick(tables);
    let referenced = schema.tables.get(&references).unwrap();
    let keys = referenced.primary_key.iter().map(|key| key.columns.clone());
    let mut keys: Vec<Vec<Name>> =
        keys.chain(referenced.uniques.values().map(|unique| unique.columns.clone())).collect();
    keys.push(referenced.columns.keys().take(1).cloned().collect());
    let referenced_columns = draw.pick(&keys);
    let table = schema.tables.get(owner).unwrap();
    let columns: Vec<Name> = table.columns.keys().cloned().collect();
    let columns: Vec<Name> = draw.some(&columns, columns.len()).into_iter().take(referenced_columns.len()).collect();
    let name = Name::from(draw.pick(CONSTRAINTS));
    let taken = table.primary_key.iter().any(|key| key.name.as_ref() == Some(&name))
        || table.uniques.contains_key(&name)
        || table.checks.contains_key(&name)
        || table.foreign_keys.contains_key(&name);
    if taken || columns.len() != referenced_columns.len() {
        return;
    }
    let actions = [Action::Cascade, Action::Restrict, Action::SetNull, Action::SetDefault];
    let key = ForeignKey {
        name: name.clone(),
        columns,
        references,
        referenced_columns,
        on_update: draw.maybe(4, |draw| draw.pick(&actions)),
        on_delete: draw.maybe(4, |draw| draw.pick(&actions)),
        options: draw.options(),
    };
    if let Some(table) = schema.tables.get_mut(owner) {
        table.foreign_keys.insert(name, key);
    }
}

/// Answers about renames. Many are of things that are not there, as answers left over in code are.
pub(super) fn renames(draw: &mut Draw) -> Vec<Rename> {
    fn change<T>(draw: &mut Draw, pool: &[&str], make: impl Fn(&str) -> T) -> Change<T> {
        Change::new(make(draw.pick(pool)), make(draw.pick(pool)))
    }
    let name = |text: &str| Name::from(text);
    let count = draw.below(5);
    let one = |_| {
        let owner = relation(draw.pick(RELATIONS));
        match draw.below(10) {
            0..=2 => Rename::Table(change(draw, RELATIONS, relation)),
            3..=4 => Rename::Column(owner, change(draw, COLUMNS, name)),
            5 => Rename::Enum(change(draw, RELATIONS, relation)),
            6 => Rename::EnumValue(owner, change(draw, VALUES, str::to_owned)),
            7 => Rename::Index(owner, change(draw, INDEXES, name)),
            8 => match draw.below(3) {
                0 => Rename::Unique(owner, change(draw, CONSTRAINTS, name)),
                1 => Rename::Check(owner, change(draw, CONSTRAINTS, name)),
                _ => Rename::ForeignKey(owner, change(draw, CONSTRAINTS, name)),
            },
            _ => Rename::Column(owner, Change::new("id".into(), "ident".into())),
        }
    };
    (0..count).map(one).collect()
}
