//! One entity from its model: the struct that derives `DeriveEntityModel`, to a table without foreign keys.
//!
//! Must not know other entities; relations come when all tables are known.

use syn::{Field, ItemStruct, Lit};

use crate::schema::{DefaultValue, Name, ObjectName, Origin, Part, Place, Type};

use super::attributes::{ON_FIELD, ON_MODEL, Settings, derives};
use super::columns::{Builder, Declared, EntityTable, Numbering};
use super::names::{self, CaseStyle, plain};
use super::resolve::{Module, Modules};
use super::source::{Output, SourceError, SourceLocation};
use super::{column_type, default, expanded, relations, schema_of, types};

/// The name of a table, with its schema and comment.
pub(super) struct Title {
    pub(super) name: String,
    pub(super) schema: Option<String>,
    pub(super) comment: Option<(String, SourceLocation)>,
    pub(super) spot: SourceLocation,
}

/// Reads the entity of a module, in whatever form it is.
pub(super) fn read(modules: &Modules<'_>, at: usize, output: &mut Output) -> Option<EntityTable> {
    let module = modules.get(at)?;
    let entity = module.entity?;
    match derives(module.file, &entity.attrs, "DeriveEntityModel") {
        true => of_model(modules, at, &module, entity, output),
        false => expanded::read(modules, at, &module, entity, output),
    }
}

fn of_model(
    modules: &Modules<'_>,
    at: usize,
    module: &Module<'_>,
    model: &ItemStruct,
    output: &mut Output,
) -> Option<EntityTable> {
    let file = module.file;
    let settings = Settings::read(file, &model.attrs, &[ON_MODEL], output);
    let title = match settings.has("table_name") {
        true => title(&settings, output)?,
        // The model then only makes the columns, and the entity itself is written out.
        false => match expanded::title(modules, at, module, "Entity", output) {
            Some(title) => title?,
            None => {
                let spot = file.spot(&model.ident);
                let trouble = SourceError::new(spot, "this entity does not name its table", "no `table_name`");
                output.error(trouble.hint("#[sea_orm(table_name = \"…\")]"));
                return None;
            }
        },
    };
    let mut builder = begin(modules, &title, output);
    former_name(&settings, &builder.table.name, output);
    let rename_all = settings.text("rename_all", output).and_then(|(style, spot)| {
        let parsed = CaseStyle::parse(&style);
        if parsed.is_none() {
            output.error(
                SourceError::new(spot, "no such case style", "not a case style").hint("rename_all = \"camelCase\""),
            );
        }
        parsed
    });
    let mut reader = TableReader { modules, at, module, rename_all, primary_key: Vec::new(), auto_increment: None };
    for field in &model.fields {
        if let Some(mut declared) = reader.field(field, output) {
            configure(modules, at, &builder.table.name, &mut declared, output);
            builder.column(declared, output);
        }
    }
    let (is, said) = reader.auto_increment.unwrap_or((true, None));
    builder.finish(&reader.primary_key, Numbering { is, said }, || file.spot(&model.ident), output);
    Some(EntityTable { module: at, table: builder.table, variants: builder.variants, spot: title.spot })
}

/// The table's name from attributes.
pub(super) fn title(settings: &Settings, output: &mut Output) -> Option<Title> {
    let (name, spot) = settings.text("table_name", output)?;
    let schema = settings.text("schema_name", output).map(|(schema, _)| schema);
    Some(Title { name, schema, comment: settings.text("comment", output), spot })
}

/// Gives a column the type that the configuration has for it by name.
pub(super) fn configure(
    modules: &Modules<'_>,
    at: usize,
    table: &ObjectName,
    declared: &mut Declared,
    output: &mut Output,
) {
    let types = &modules.context.types;
    if types.is_empty() {
        return;
    }
    let name = format!("{table}.{}", declared.name);
    let Some(answer) = types.get(&name) else { return };
    let column = syn::parse_str(answer).ok().and_then(|answer| column_type::read(modules, at, &answer));
    declared.data_type = match column {
        Some(column) => {
            for (value, _) in column.enums {
                output.declare_enum(value, &declared.spot);
            }
            Ok((column.data_type, Some(declared.spot.clone())))
        }
        None => {
            let message = format!("cannot read what the configuration says of `{name}`: `{answer}`");
            Err(SourceError::new(declared.spot.clone(), message, "used here").hint(column_type::HINT))
        }
    };
}

/// An empty table of a title.
pub(super) fn begin(modules: &Modules<'_>, title: &Title, output: &mut Output) -> Builder {
    let schema = title.schema.as_deref().and_then(|schema| schema_of(modules.product, Name::from(schema)));
    let name = ObjectName { schema, name: Name::from(title.name.as_str()) };
    output.declare(Place::table(&name), &title.spot, Origin::Entity);
    let mut builder = Builder::new(name, modules.product);
    if let Some((comment, spot)) = &title.comment {
        output.declare(Place::Table(builder.table.name.clone(), Part::Comment), spot, Origin::Entity);
        builder.table.comment = Some(comment.clone());
    }
    builder
}

/// What the table was called before. SeaORM reads an entity's first attribute strictly and lets any other be.
pub(super) fn former_name(settings: &Settings, table: &ObjectName, output: &mut Output) {
    let Some((former, spot)) = settings.text("renamed_from", output) else { return };
    if settings.is_in_first_attribute("renamed_from") {
        let trouble = SourceError::new(spot, "SeaORM takes no `renamed_from` beside `table_name`", "does not compile");
        output.warning(trouble.hint(format!("write it below, on its own: #[sea_orm(renamed_from = \"{former}\")]")));
    }
    output.model.renames.insert(Place::table(table), Name::from(former));
}

struct TableReader<'m, 'a> {
    modules: &'m Modules<'a>,
    at: usize,
    module: &'m Module<'a>,
    rename_all: Option<CaseStyle>,
    primary_key: Vec<(Name, SourceLocation)>,
    /// What the fields so far say of numbering: SeaORM goes by the last one that says anything.
    auto_increment: Option<(bool, Option<SourceLocation>)>,
}

impl TableReader<'_, '_> {
    fn field(&mut self, field: &Field, output: &mut Output) -> Option<Declared> {
        let ident = field.ident.as_ref()?;
        if relations::target(field).is_some() {
            return None;
        }
        let file = self.module.file;
        let settings = Settings::read(file, &field.attrs, &[ON_FIELD], output);
        if settings.has("ignore") {
            return None;
        }
        let field_name = plain(ident);
        let enum_name = settings.text("enum_name", output).map(|(name, _)| name);
        let name = settings.text("column_name", output).map(|(name, _)| name);
        let name =
            Name::from(name.unwrap_or_else(|| names::column(&field_name, enum_name.as_deref(), self.rename_all)));
        let inner = types::option(&field.ty);
        let of = inner.unwrap_or(&field.ty);
        let nullable = inner.is_some() || settings.has("nullable");
        let data_type = self.data_type(&settings, of, output);
        if inner.is_none() && is_option(of) && !nullable {
            let trouble =
                SourceError::new(file.spot(of), "SeaORM takes this column for NOT NULL", "not spelled `Option<…>`");
            output.warning(trouble.hint("write `Option<…>`, or add `nullable`"));
        }
        self.numbering(&settings, &name, of);
        Some(Declared {
            variant: enum_name.or_else(|| (field_name != name.as_str()).then(|| names::variant(&field_name))),
            spot: file.spot(ident),
            data_type,
            nullable,
            default: self.default(&settings),
            comment: settings.text("comment", output),
            renamed_from: settings.text("renamed_from", output).map(|(former, _)| former),
            unique: settings.get("unique").map(|setting| setting.spot.clone()),
            indexed: settings.has("indexed"),
            unique_key: settings.text("unique_key", output),
            extra: settings.get("extra").map(|setting| (setting.text(), setting.value_spot.clone())),
            name,
        })
    }

    /// The column's type, and where the code says it exactly.
    fn data_type(
        &self,
        settings: &Settings,
        of: &syn::Type,
        output: &mut Output,
    ) -> Result<(Type, Option<SourceLocation>), SourceError> {
        let file = self.module.file;
        let (column, exact) = match settings.get("column_type") {
            Some(setting) => {
                let column =
                    setting.expression().and_then(|spelled| column_type::read(self.modules, self.at, &spelled));
                let Some(column) = column else {
                    let message = "cannot read this `column_type`";
                    return Err(SourceError::new(setting.value_spot.clone(), message, "not a ColumnType")
                        .hint(column_type::HINT));
                };
                (column, Some(setting.spot.clone()))
            }
            None => {
                let typed = types::read(self.modules, self.at, of)?;
                (typed.column, typed.exact.then(|| file.spot(of)))
            }
        };
        for (value, spot) in &column.enums {
            match spot.as_ref().or(exact.as_ref()) {
                Some(spot) => output.declare_enum(value.clone(), spot),
                None => output.declare_enum(value.clone(), &file.spot(of)),
            }
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

    fn default(&self, settings: &Settings) -> Option<(SourceLocation, Result<DefaultValue, SourceError>)> {
        // Where both are said, SeaORM's builder keeps the expression.
        match (settings.get("default_expr"), settings.get("default_value")) {
            (Some(setting), _) => Some((setting.spot.clone(), default::expression(self.modules, self.at, setting))),
            (None, Some(setting)) => Some((setting.spot.clone(), default::value(setting))),
            (None, None) => None,
        }
    }
}

fn is_option(of: &syn::Type) -> bool {
    matches!(of, syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Option"))
}
