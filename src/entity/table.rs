//! One entity: its model's struct to a table without foreign keys.
//!
//! Must not know other entities; relations come when all tables are known.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Field, ItemStruct, Lit};

use crate::schema::{
    Check, Column, Facet, Generated, Identity, Index, Name, ObjectName, Origin, Part, Place, PrimaryKey, Product,
    Table, Type, Unique,
};

use super::attributes::{ON_FIELD, ON_MODEL, Settings};
use super::extra::{self, Extra};
use super::names::{self, CaseStyle, plain};
use super::resolve::Modules;
use super::source::{Output, RustFile, Spot, Trouble};
use super::{column_type, default, relations, types};

/// A table, and what relations need to know of it.
pub(super) struct Draft {
    pub(super) module: usize,
    pub(super) table: Table,
    /// The column of each variant of `Column`.
    pub(super) variants: BTreeMap<String, Name>,
    /// The table's name where the code says it.
    pub(super) spot: Spot,
}

/// Reads the entity of a module.
pub(super) fn read(modules: &Modules<'_>, at: usize, product: Product, output: &mut Output) -> Option<Draft> {
    let module = modules.list.get(at)?;
    let model = module.model?;
    let file = module.file;
    let settings = Settings::read(file, &model.attrs, &[ON_MODEL], output);
    let Some((name, spot)) = settings.text("table_name", output) else {
        if !settings.has("table_name") {
            let trouble =
                Trouble::new(file.spot(&model.ident), "this entity does not name its table", "no `table_name`");
            output.error(trouble.hint("#[sea_orm(table_name = \"…\")]"));
        }
        return None;
    };
    let schema = settings.text("schema_name", output).map(|(schema, _)| schema);
    let name = ObjectName { schema: schema.map(Name::from), name: Name::from(name) };
    let mut table = Table::new(name.clone());
    output.declare(Place::table(&name), &spot, Origin::Entity);
    if let Some((comment, spot)) = settings.text("comment", output) {
        output.declare(Place::Table(name.clone(), Part::Comment), &spot, Origin::Entity);
        table.comment = Some(comment);
    }
    let rename_all = settings.text("rename_all", output).and_then(|(style, spot)| {
        let parsed = CaseStyle::parse(&style);
        if parsed.is_none() {
            output
                .error(Trouble::new(spot, "no such case style", "not a case style").hint("rename_all = \"camelCase\""));
        }
        parsed
    });
    let mut reader = Reader {
        modules,
        at,
        file,
        product,
        rename_all,
        table,
        variants: BTreeMap::new(),
        primary_key: Vec::new(),
        auto_increment: None,
        unique_keys: BTreeMap::new(),
        untyped: BTreeSet::new(),
    };
    for field in &model.fields {
        reader.field(field, output);
    }
    reader.finish(model, output);
    Some(Draft { module: at, table: reader.table, variants: reader.variants, spot })
}

struct Reader<'m, 'a> {
    modules: &'m Modules<'a>,
    at: usize,
    file: &'a RustFile,
    product: Product,
    rename_all: Option<CaseStyle>,
    table: Table,
    variants: BTreeMap<String, Name>,
    primary_key: Vec<(Name, Spot)>,
    /// What the fields so far say of numbering: SeaORM goes by the last one that says anything.
    auto_increment: Option<(bool, Option<Spot>)>,
    unique_keys: BTreeMap<String, (Vec<Name>, Spot)>,
    /// Columns whose type could not be read; nothing more is said of it.
    untyped: BTreeSet<Name>,
}

impl Reader<'_, '_> {
    fn field(&mut self, field: &Field, output: &mut Output) {
        let Some(ident) = &field.ident else { return };
        if relations::target(field).is_some() {
            return;
        }
        let settings = Settings::read(self.file, &field.attrs, &[ON_FIELD], output);
        if settings.has("ignore") {
            return;
        }
        let field_name = plain(ident);
        let enum_name = settings.text("enum_name", output).map(|(name, _)| name);
        let name = settings.text("column_name", output).map(|(name, _)| name);
        let name =
            Name::from(name.unwrap_or_else(|| names::column(&field_name, enum_name.as_deref(), self.rename_all)));
        self.variants.insert(enum_name.unwrap_or_else(|| names::variant(&field_name)), name.clone());
        let spot = self.file.spot(ident);
        if self.table.columns.contains_key(&name) {
            let message = format!("two fields are the column `{name}`");
            output.error(Trouble::new(spot, message, "the second").hint("give one of them another `column_name`"));
            return;
        }

        let inner = types::option(&field.ty);
        let of = inner.unwrap_or(&field.ty);
        let mut column = Column::new(name.clone(), Type::Text);
        column.nullable = inner.is_some() || settings.has("nullable");
        self.declare(&name, Facet::Whole, &spot, output);
        match self.data_type(&settings, of, output) {
            Ok((data_type, Some(exact))) => {
                self.declare(&name, Facet::Type, &exact, output);
                column.data_type = data_type;
            }
            Ok((data_type, None)) => column.data_type = data_type,
            Err(trouble) => {
                self.untyped.insert(name.clone());
                output.error(trouble);
            }
        }
        if inner.is_none() && is_option(of) && !column.nullable {
            let trouble =
                Trouble::new(self.file.spot(of), "SeaORM takes this column for NOT NULL", "not spelled `Option<…>`");
            output.warning(trouble.hint("write `Option<…>`, or add `nullable`"));
        }
        self.numbering(&settings, &name, of);
        self.default(&settings, &mut column, output);
        if let Some((comment, spot)) = settings.text("comment", output) {
            self.declare(&name, Facet::Comment, &spot, output);
            column.comment = Some(comment);
        }
        if let Some((former, _)) = settings.text("renamed_from", output) {
            output.model.renames.insert(Place::column(&self.table.name, &name), Name::from(former));
        }
        self.indexes(&settings, &name, &spot, output);
        if let Some(setting) = settings.get("extra") {
            match setting.text().ok_or_else(|| "no string".to_owned()).and_then(|sql| extra::read(&sql, self.product)) {
                Ok(extras) => {
                    for extra in extras {
                        self.extra(extra, &mut column, &setting.spot, output);
                    }
                }
                Err(reason) => {
                    let message = format!("cannot read this `extra`: {reason}");
                    let trouble = Trouble::new(setting.value_spot.clone(), message, "not understood");
                    output.error(trouble.hint("say it in an SQL file beside the entity"));
                }
            }
        }
        self.table.columns.insert(name, column);
    }

    /// The column's type, and where the code says it exactly.
    fn data_type(
        &self,
        settings: &Settings,
        of: &syn::Type,
        output: &mut Output,
    ) -> Result<(Type, Option<Spot>), Trouble> {
        let (column, exact) = match settings.get("column_type") {
            Some(setting) => {
                let column = setting.rust().and_then(|spelled| column_type::read(self.modules, self.at, &spelled));
                let Some(column) = column else {
                    let message = "cannot read this `column_type`";
                    return Err(
                        Trouble::new(setting.value_spot.clone(), message, "not a ColumnType").hint(column_type::HINT)
                    );
                };
                (column, Some(setting.spot.clone()))
            }
            None => {
                let typed = types::read(self.modules, self.at, of)?;
                (typed.column, typed.exact.then(|| self.file.spot(of)))
            }
        };
        let at = exact.clone().unwrap_or_else(|| self.file.spot(of));
        for (value, spot) in column.enums {
            output.declare_enum(value, spot.as_ref().unwrap_or(&at));
        }
        Ok((column.data_type, exact))
    }

    /// SeaORM's rule: what is said counts; unsaid, a key of one column is numbered unless its type's name ends in `String`
    /// or `Uuid`.
    fn numbering(&mut self, settings: &Settings, name: &Name, of: &syn::Type) {
        if let Some(setting) = settings.get("auto_increment")
            && let Some(Lit::Bool(said)) = setting.literal()
        {
            self.auto_increment = Some((said.value, Some(setting.spot.clone())));
        }
        if let Some(setting) = settings.get("primary_key") {
            self.primary_key.push((name.clone(), setting.spot.clone()));
            let spelled = quote::quote!(#of).to_string().replace(char::is_whitespace, "");
            if self.auto_increment.is_none() && ["String", "Uuid"].iter().any(|suffix| spelled.ends_with(suffix)) {
                self.auto_increment = Some((false, None));
            }
        }
    }

    fn default(&self, settings: &Settings, column: &mut Column, output: &mut Output) {
        // Where both are said, SeaORM's builder keeps the expression.
        let read = match (settings.get("default_expr"), settings.get("default_value")) {
            (Some(setting), _) => (setting, default::expression(self.modules, self.at, setting)),
            (None, Some(setting)) => (setting, default::value(setting)),
            (None, None) => return,
        };
        match read {
            (setting, Ok(value)) => {
                self.declare(&column.name, Facet::Default, &setting.spot, output);
                column.default = Some(value);
            }
            (_, Err(trouble)) => output.error(trouble),
        }
    }

    fn indexes(&mut self, settings: &Settings, name: &Name, field: &Spot, output: &mut Output) {
        let table = self.table.name.name.as_str().to_owned();
        if let Some(setting) = settings.get("unique") {
            self.unique(name, &setting.spot, output);
        } else if settings.has("indexed") {
            let index = Index::on(names::index(&table, name.as_str()), [name.clone()]);
            self.index(index, field, output);
        }
        if let Some((key, spot)) = settings.text("unique_key", output) {
            self.unique_keys.entry(key).or_insert_with(|| (Vec::new(), spot)).0.push(name.clone());
        }
    }

    fn unique(&mut self, column: &Name, spot: &Spot, output: &mut Output) {
        let name = Name::from(names::unique(self.table.name.name.as_str(), column.as_str()));
        output.declare(Place::Table(self.table.name.clone(), Part::Unique(name.clone())), spot, Origin::Entity);
        let unique = Unique { name: name.clone(), columns: vec![column.clone()], options: BTreeMap::new() };
        self.table.uniques.insert(name, unique);
    }

    fn index(&mut self, index: Index, spot: &Spot, output: &mut Output) {
        if self.table.indexes.contains_key(&index.name) {
            let message = format!("two indexes would be called `{}`", index.name);
            output.error(Trouble::new(spot.clone(), message, "the second").hint("choose another `unique_key`"));
            return;
        }
        let place = Place::Table(self.table.name.clone(), Part::Index(index.name.clone()));
        output.declare(place, spot, Origin::Entity);
        self.table.indexes.insert(index.name.clone(), index);
    }

    fn extra(&mut self, extra: Extra, column: &mut Column, spot: &Spot, output: &mut Output) {
        let name = column.name.clone();
        match extra {
            Extra::Check(given, expression) => {
                let table = self.table.name.name.as_str();
                let taken = |name: &str| self.table.checks.contains_key(name);
                let check = given.unwrap_or_else(|| names::check(table, Some(name.as_str()), taken));
                let check = Check { name: Name::from(check), expression, options: BTreeMap::new() };
                let place = Place::Table(self.table.name.clone(), Part::Check(check.name.clone()));
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

    fn declare(&self, column: &Name, facet: Facet, spot: &Spot, output: &mut Output) {
        let place = Place::Table(self.table.name.clone(), Part::Column(column.clone(), facet));
        output.declare(place, spot, Origin::Entity);
    }

    fn finish(&mut self, model: &ItemStruct, output: &mut Output) {
        for (key, (columns, spot)) in std::mem::take(&mut self.unique_keys) {
            let name = names::index(self.table.name.name.as_str(), &key);
            self.index(Index { unique: true, ..Index::on(name, columns) }, &spot, output);
        }
        let Some((first, spot)) = self.primary_key.first().cloned() else {
            let trouble = Trouble::new(
                self.file.spot(&model.ident),
                "this entity has no primary key",
                "no field says `primary_key`",
            );
            output.error(trouble.hint("#[sea_orm(primary_key)]"));
            return;
        };
        output.declare(Place::Table(self.table.name.clone(), Part::PrimaryKey), &spot, Origin::Entity);
        let columns: Vec<Name> = self.primary_key.iter().map(|(name, _)| name.clone()).collect();
        let single = columns.len() == 1;
        let name = (!single).then(|| Name::from(names::primary_key(self.table.name.name.as_str())));
        self.table.primary_key = Some(PrimaryKey { name, columns });

        let (said, at) = self.auto_increment.clone().unwrap_or((true, None));
        let explicit = at.is_some();
        let at = at.unwrap_or(spot);
        let Some(column) = self.table.columns.get_mut(&first) else { return };
        if said && single && column.identity.is_none() && !self.untyped.contains(&first) {
            match is_integer(&column.data_type) {
                true => column.identity = Some(Identity::AutoIncrement),
                // No database numbers anything else; SeaORM's flag then only says how it reads inserted keys back.
                false => {
                    let message = format!("SeaORM takes `{first}` for a numbered column, but it is no integer");
                    output.warning(Trouble::new(at.clone(), message, "not an integer").hint("auto_increment = false"));
                }
            }
        }
        if explicit || column.identity.is_some() {
            self.declare(&first, Facet::Identity, &at, output);
        }
    }
}

fn is_option(of: &syn::Type) -> bool {
    matches!(of, syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
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
