//! Builds a table: columns with their indexes, keys and checks, as SeaORM creates them.
//!
//! Must not know in which form the entity was written.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{
    Check, Column, DefaultValue, Facet, Generated, Identity, Index, Name, ObjectName, Options, Origin, Part, Place,
    PrimaryKey, Product, Table, Type, Unique,
};

use super::extra::{self, Extra};
use super::names;
use super::source::{Output, SourceError, SourceLocation};

/// A table, and what relations need to know of it.
pub(super) struct EntityTable {
    pub(super) module: usize,
    pub(super) table: Table,
    pub(super) variants: Variants,
    /// The table's name where the code says it.
    pub(super) spot: SourceLocation,
}

impl EntityTable {
    /// The column that a variant of `Column` stands for.
    pub(super) fn column(&self, variant: &str) -> Option<&Name> {
        self.variants.column(&self.table, variant)
    }
}

/// The variants of `Column` that are not called as SeaORM calls them after their columns. The others need no room.
#[derive(Default)]
pub(super) struct Variants(Vec<(String, Name)>);

impl Variants {
    pub(super) fn column<'t>(&'t self, table: &'t Table, variant: &str) -> Option<&'t Name> {
        let given = self.0.iter().rev().find(|(given, _)| given == variant).map(|(_, column)| column);
        let given_to = |column: &Name| self.0.iter().any(|(_, other)| other == column);
        let mut others = table.columns.keys();
        given.or_else(|| others.find(|column| names::variant(column.as_str()) == variant && !given_to(column)))
    }

    /// All of them, with a comma between.
    pub(super) fn listed(&self, table: &Table) -> String {
        let mut all: Vec<String> = self.0.iter().map(|(variant, _)| variant.clone()).collect();
        let others = table.columns.keys().filter(|column| self.0.iter().all(|(_, other)| other != *column));
        all.extend(others.map(|column| names::variant(column.as_str())));
        all.sort();
        all.join(", ")
    }
}

/// A column as declared, in whatever form.
pub(super) struct Declared {
    pub(super) name: Name,
    /// The variant of `Column`, where it is not what SeaORM makes of the column's name.
    pub(super) variant: Option<String>,
    pub(super) spot: SourceLocation,
    /// The type, and where the code says it exactly.
    pub(super) data_type: Result<(Type, Option<SourceLocation>), SourceError>,
    pub(super) nullable: bool,
    pub(super) default: Option<(SourceLocation, Result<DefaultValue, SourceError>)>,
    pub(super) comment: Option<(String, SourceLocation)>,
    pub(super) renamed_from: Option<String>,
    pub(super) unique: Option<SourceLocation>,
    pub(super) indexed: bool,
    pub(super) unique_key: Option<(String, SourceLocation)>,
    pub(super) extra: Option<(Option<String>, SourceLocation)>,
}

/// A table being built.
pub(super) struct Builder {
    product: Product,
    pub(super) table: Table,
    pub(super) variants: Variants,
    unique_keys: BTreeMap<String, (Vec<Name>, SourceLocation)>,
    /// Columns whose type could not be read; nothing more is said of it.
    untyped: BTreeSet<Name>,
}

/// How a key is numbered, as SeaORM goes by it, and where the code says so.
pub(super) struct Numbering {
    pub(super) is: bool,
    pub(super) said: Option<SourceLocation>,
}

impl Builder {
    pub(super) fn new(name: ObjectName, product: Product) -> Self {
        Self {
            product,
            table: Table::new(name),
            variants: Variants::default(),
            unique_keys: BTreeMap::new(),
            untyped: BTreeSet::new(),
        }
    }

    pub(super) fn column(&mut self, declared: Declared, output: &mut Output) {
        let Declared { name, spot, .. } = declared;
        self.variants.0.extend(declared.variant.map(|variant| (variant, name.clone())));
        if self.table.columns.contains_key(&name) {
            let message = format!("two fields are the column `{name}`");
            output.error(SourceError::new(spot, message, "the second").hint("give one of them another `column_name`"));
            return;
        }
        let mut column = Column::new(name.clone(), Type::Text);
        column.nullable = declared.nullable;
        self.declare(&name, Facet::Whole, &spot, output);
        match declared.data_type {
            Ok((data_type, exact)) => {
                if let Some(exact) = exact {
                    self.declare(&name, Facet::Type, &exact, output);
                }
                column.data_type = data_type;
            }
            Err(trouble) => {
                self.untyped.insert(name.clone());
                output.untyped(Place::column(&self.table.name, &name), trouble);
            }
        }
        match declared.default {
            Some((spot, Ok(value))) => {
                self.declare(&name, Facet::Default, &spot, output);
                column.default = Some(value);
            }
            Some((_, Err(trouble))) => output.error(trouble),
            None => {}
        }
        if let Some((comment, spot)) = declared.comment {
            self.declare(&name, Facet::Comment, &spot, output);
            column.comment = Some(comment);
        }
        if let Some(former) = declared.renamed_from {
            output.model.renames.insert(Place::column(&self.table.name, &name), Name::from(former));
        }
        let indexed = declared.indexed && declared.unique.is_none();
        if let Some(spot) = declared.unique {
            self.unique(&name, &spot, output);
        } else if indexed {
            let index = Index::on(names::index(self.table.name.name.as_str(), name.as_str()), [name.clone()]);
            self.index(index, &spot, output);
        }
        if let Some((key, spot)) = declared.unique_key {
            self.unique_keys.entry(key).or_insert_with(|| (Vec::new(), spot)).0.push(name.clone());
        }
        if let Some((sql, spot)) = declared.extra {
            match sql.ok_or_else(|| "no string".to_owned()).and_then(|sql| extra::read(&sql, self.product)) {
                Ok(extras) => extras.into_iter().for_each(|extra| self.extra(extra, &mut column, &spot, output)),
                Err(reason) => {
                    let message = format!("cannot read this `extra`: {reason}");
                    let trouble = SourceError::new(spot, message, "not understood");
                    output.error(trouble.hint("say it in an SQL file beside the entity"));
                }
            }
        }
        self.table.columns.insert(column);
    }

    fn unique(&mut self, column: &Name, spot: &SourceLocation, output: &mut Output) {
        let name = Name::from(names::unique(self.table.name.name.as_str(), column.as_str()));
        output.declare(Place::Table(self.table.name.clone(), Part::Unique(name.clone())), spot, Origin::Entity);
        let unique = Unique { name: name.clone(), columns: vec![column.clone()], options: Options::new() };
        self.table.uniques.insert(name, unique);
    }

    fn index(&mut self, index: Index, spot: &SourceLocation, output: &mut Output) {
        if self.table.indexes.contains_key(&index.name) {
            let message = format!("two indexes would be called `{}`", index.name);
            output.error(SourceError::new(spot.clone(), message, "the second").hint("choose another `unique_key`"));
            return;
        }
        let place = Place::Table(self.table.name.clone(), Part::Index(index.name.clone()));
        output.declare(place, spot, Origin::Entity);
        self.table.indexes.insert(index.name.clone(), index);
    }

    fn extra(&mut self, extra: Extra, column: &mut Column, spot: &SourceLocation, output: &mut Output) {
        let name = column.name.clone();
        match extra {
            Extra::Check(given, expression) => {
                let table = self.table.name.name.as_str();
                let taken = |name: &str| self.table.checks.contains_key(name);
                let is_given = given.is_some();
                let check = given.unwrap_or_else(|| names::check(table, Some(name.as_str()), taken));
                let check = Check { name: Name::from(check), expression, options: Options::new() };
                let place = Place::Table(self.table.name.clone(), Part::Check(check.name.clone()));
                output.model.given_names.extend(is_given.then(|| place.clone()));
                output.declare(place, spot, Origin::Entity);
                self.table.checks.insert(check.name.clone(), check);
            }
            Extra::Collation(collation) => {
                self.declare(&name, Facet::Collation, spot, output);
                column.collation = Some(collation);
            }
            Extra::OnUpdate(expression) => {
                self.declare(&name, Facet::OnUpdate, spot, output);
                column.on_update = Some(expression);
            }
            Extra::Generated(Generated { expression, stored }) => {
                self.declare(&name, Facet::Generated, spot, output);
                column.generated = Some(Generated { expression, stored });
            }
            Extra::Identity(identity) => {
                self.declare(&name, Facet::Identity, spot, output);
                column.identity = Some(identity);
            }
            Extra::Unique => self.unique(&name, spot, output),
            Extra::Option(option, value) => {
                self.declare(&name, Facet::Options, spot, output);
                column.options.insert(option.to_owned(), value);
            }
        }
    }

    fn declare(&self, column: &Name, facet: Facet, spot: &SourceLocation, output: &mut Output) {
        let place = Place::Table(self.table.name.clone(), Part::Column(column.clone(), facet));
        output.declare(place, spot, Origin::Entity);
    }

    /// The keys, once all columns are known. `None` where `entity` has no primary key.
    pub(super) fn finish(
        &mut self,
        primary_key: &[(Name, SourceLocation)],
        numbering: Numbering,
        entity: impl FnOnce() -> SourceLocation,
        output: &mut Output,
    ) {
        self.table.columns.shrink_to_fit();
        for (key, (columns, spot)) in std::mem::take(&mut self.unique_keys) {
            let name = names::index(self.table.name.name.as_str(), &key);
            self.index(Index { unique: true, ..Index::on(name, columns) }, &spot, output);
        }
        let Some((first, spot)) = primary_key.first() else {
            let trouble = SourceError::new(entity(), "this entity has no primary key", "no field says `primary_key`");
            output.error(trouble.hint("#[sea_orm(primary_key)]"));
            return;
        };
        output.declare(Place::Table(self.table.name.clone(), Part::PrimaryKey), spot, Origin::Entity);
        let columns: Vec<Name> = primary_key.iter().map(|(name, _)| name.clone()).collect();
        let single = columns.len() == 1;
        let name = (!single).then(|| Name::from(names::primary_key(self.table.name.name.as_str())));
        self.table.primary_key = Some(PrimaryKey::new(name, columns));

        let explicit = numbering.said.is_some();
        let at = numbering.said.unwrap_or_else(|| spot.clone());
        let Some(column) = self.table.columns.get_mut(first) else { return };
        if numbering.is && single && column.identity.is_none() && !self.untyped.contains(first) {
            match is_integer(&column.data_type) {
                true => column.identity = Some(Identity::AutoIncrement),
                // No database numbers anything else; SeaORM's flag then only says how it reads inserted keys back.
                false => {
                    let message = format!("SeaORM takes `{first}` for a numbered column, but it is no integer");
                    output.warning(
                        SourceError::new(at.clone(), message, "not an integer").hint("auto_increment = false"),
                    );
                }
            }
        }
        if explicit || column.identity.is_some() {
            self.declare(first, Facet::Identity, &at, output);
        }
    }
}

fn is_integer(of: &Type) -> bool {
    matches!(
        of,
        Type::TinyInteger
            | Type::SmallInteger
            | Type::Integer
            | Type::BigInteger
            | Type::TinyUnsigned
            | Type::SmallUnsigned
            | Type::Unsigned
            | Type::BigUnsigned
    )
}
