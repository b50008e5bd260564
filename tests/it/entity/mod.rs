//! The model reader against SeaORM itself: what it reads from text must be what SeaORM makes of the compiled entities.

#[allow(dead_code, unexpected_cfgs, reason = "forms are there to be read")]
mod expanded;
#[allow(dead_code, non_snake_case, reason = "forms are there to be read, one of them a field SeaORM renames")]
mod forms;
mod soup;

use std::path::{Path, PathBuf};

use sea_gen::entity::{Model, Severity, SourceFile, read};
use sea_gen::schema::{Action, DefaultValue, Identity, Literal, ObjectName, Product, Table, Type};
use sea_orm::sea_query::{
    Alias, ColumnDef, ColumnType, DynIden, Expr, ForeignKeyAction, IntoIden, MysqlQueryBuilder, PgInterval,
    PostgresQueryBuilder, Query, RcOrArc, SqliteQueryBuilder, StringLen, TableName, TableRef,
};
use sea_orm::{DbBackend, EntityTrait, Schema};

const BACKENDS: [(DbBackend, Product); 4] = [
    (DbBackend::Postgres, Product::Postgres),
    (DbBackend::MySql, Product::MySql),
    (DbBackend::MySql, Product::MariaDb),
    (DbBackend::Sqlite, Product::Sqlite),
];

fn bookshop(extensions: &[&str]) -> Vec<SourceFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("entities");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).expect("entities") {
        let path = entry.expect("entry").path();
        if path.extension().is_some_and(|found| extensions.iter().any(|extension| found == *extension)) {
            let text = std::fs::read_to_string(&path).expect("text");
            files.push(SourceFile { path: Path::new("entities").join(path.file_name().expect("name")), text });
        }
    }
    files
}

fn read_cleanly(files: &[SourceFile], product: Product) -> Model {
    let (model, diagnostics) = read(files, product);
    assert_eq!(diagnostics, Vec::new());
    model
}

#[apply(test)]
fn the_bookshop_is_what_seaorm_makes_of_it() {
    use bookshop_entities as shop;
    for (backend, product) in BACKENDS {
        let model = read_cleanly(&bookshop(&["rs"]), product);
        let mut tables = 0;
        macro_rules! same {
            ($($module:ident),+) => { $(same(&model, shop::$module::Entity, backend); tables += 1;)+ };
        }
        same!(address, author, book, book_author, category, customer, order, order_line, payment, review);
        assert_eq!(model.schema().tables.len(), tables);
    }
}

#[apply(test)]
fn every_other_form_is_what_seaorm_makes_of_it() {
    let files =
        [SourceFile { path: PathBuf::from("tests/it/entity/forms.rs"), text: include_str!("forms.rs").to_owned() }];
    for (backend, product) in BACKENDS {
        let (model, diagnostics) = read(&files, product);
        assert!(diagnostics.iter().all(|said| said.severity == Severity::Warning), "{diagnostics:#?}");
        let mut tables = 0;
        macro_rules! same {
            ($($module:ident),+) => { $(same(&model, forms::$module::Entity, backend); tables += 1;)+ };
        }
        same!(every_type, every_name, odd_name, every_default, edition, print, tree, leaf, compact);
        assert_eq!(model.schema().tables.len(), tables);
    }
}

#[apply(test)]
fn entities_written_out_are_what_seaorm_makes_of_them() {
    let files = [
        SourceFile { path: PathBuf::from("tests/it/entity/forms.rs"), text: include_str!("forms.rs").to_owned() },
        SourceFile { path: PathBuf::from("tests/it/entity/expanded.rs"), text: include_str!("expanded.rs").to_owned() },
    ];
    // These lines are compiled for tests, and `cfg(test)` is what a reader never takes for true.
    let files = files.map(|file| SourceFile {
        text: file.text.replace("#[cfg(test)]", "").replace("#[cfg(not(test))]", "#[cfg(any())]"),
        ..file
    });
    for (backend, product) in BACKENDS {
        let (model, diagnostics) = read(&files, product);
        assert!(diagnostics.iter().all(|said| said.severity == Severity::Warning), "{diagnostics:#?}");
        same(&model, expanded::cake::Entity, backend);
        same(&model, expanded::filling::Filling, backend);
        same(&model, expanded::mixed::Entity, backend);
        same(&model, expanded::dense::Entity, backend);
        for (table, former) in [("mixed", "mixture"), ("dense", "thick")] {
            let place = sea_gen::schema::Place::table(&ObjectName::local(table));
            assert_eq!(model.renames.get(&place).map(|name| name.as_str()), Some(former));
        }
    }
}

#[apply(test)]
fn the_bookshop_has_its_view_everywhere_and_its_partial_index_where_there_are_such() {
    for product in Product::ALL {
        let model = read_cleanly(&bookshop(&["rs", "sql"]), product);
        assert!(model.schema().views.contains_key(&ObjectName::local("book_rating")), "{product}");
        let book = model.schema().tables.get(&ObjectName::local("book")).expect("book");
        let partial = matches!(product, Product::Postgres | Product::Sqlite);
        assert_eq!(book.indexes.contains_key("book_on_sale"), partial, "{product}");
    }
}

/// Compares one entity with SeaORM's statements for it.
fn same<E: EntityTrait>(model: &Model, entity: E, backend: DbBackend) {
    let schema = Schema::new(backend);
    let statement = schema.create_table_from_entity(entity);
    let name = object_name(statement.get_table_name().expect("a table"));
    let table = model.schema().tables.get(&name).unwrap_or_else(|| panic!("no table {name}"));
    let place = format!("{name} on {backend:?}");

    assert_eq!(table.comment.as_ref(), statement.get_comment(), "{place}");
    let columns: Vec<String> = table.columns.keys().map(ToString::to_string).collect();
    let expected: Vec<String> = statement.get_columns().iter().map(ColumnDef::get_column_name).collect();
    assert_eq!(columns, expected, "{place}");
    for definition in statement.get_columns() {
        same_column(model, table, definition, backend);
    }

    let key = table.primary_key.as_ref().expect("a primary key");
    match statement.get_indexes().as_slice() {
        [composite] => {
            let spec = composite.get_index_spec();
            assert_eq!(key.name.as_ref().map(|name| name.as_str()), spec.get_name(), "{place}");
            assert_eq!(texts(&key.columns), spec.get_column_names(), "{place}");
        }
        _ => {
            let keyed = statement.get_columns().iter().filter(|column| column.get_column_spec().primary_key);
            assert_eq!(texts(&key.columns), keyed.map(ColumnDef::get_column_name).collect::<Vec<_>>(), "{place}");
            assert_eq!(key.name, None, "{place}");
        }
    }

    let expected = statement.get_foreign_key_create_stmts();
    assert_eq!(table.foreign_keys.len(), expected.len(), "{place}");
    for statement in expected {
        let spec = statement.get_foreign_key();
        let key =
            table.foreign_keys.get(spec.get_name().expect("a name")).unwrap_or_else(|| panic!("{place}: {spec:?}"));
        assert_eq!(texts(&key.columns), spec.get_columns(), "{place}");
        assert_eq!(texts(&key.referenced_columns), spec.get_ref_columns(), "{place}");
        assert_eq!(key.references, object_name(spec.get_ref_table().expect("a table")), "{place}");
        assert_eq!(key.on_delete, spec.get_on_delete().and_then(action), "{place}");
        assert_eq!(key.on_update, spec.get_on_update().and_then(action), "{place}");
    }

    let expected = schema.create_index_from_entity(entity);
    assert_eq!(table.indexes.len(), expected.len(), "{place}");
    for statement in &expected {
        let spec = statement.get_index_spec();
        let index = table.indexes.get(spec.get_name().expect("a name")).unwrap_or_else(|| panic!("{place}: {spec:?}"));
        let columns: Vec<String> = index
            .parts
            .iter()
            .map(|part| match &part.target {
                sea_gen::schema::IndexTarget::Column(name) => name.to_string(),
                sea_gen::schema::IndexTarget::Expression(_) => panic!("{place}: an expression"),
            })
            .collect();
        assert_eq!(columns, spec.get_column_names(), "{place}");
        let sql = backend.build(statement).to_string();
        assert_eq!(index.unique, sql.starts_with("CREATE UNIQUE INDEX"), "{place}: {sql}");
    }

    for statement in schema.create_enum_from_entity(entity) {
        let sql = statement.to_string(PostgresQueryBuilder);
        let ours = model.schema().enums.values().any(|value| {
            let values: Vec<String> = value.values.iter().map(|value| format!("'{value}'")).collect();
            sql == format!("CREATE TYPE \"{}\" AS ENUM ({})", value.name, values.join(", "))
        });
        assert!(ours, "{place}: {sql}");
    }
}

fn same_column(model: &Model, table: &Table, definition: &ColumnDef, backend: DbBackend) {
    let name = definition.get_column_name();
    let place = format!("{}.{name} on {backend:?}", table.name);
    let column = table.columns.get(name.as_str()).expect("a column");
    let spec = definition.get_column_spec();
    // What the builders write for it: `varbinary(65535)`, `bytea`, `varbinary_blob`.
    let unlimited = match backend {
        DbBackend::MySql => StringLen::N(65_535),
        _ => StringLen::None,
    };
    let expected = match definition.get_column_type() {
        Some(ColumnType::VarBinary(StringLen::Max)) => Some(ColumnType::VarBinary(unlimited)),
        other => other.cloned(),
    };
    assert_eq!(Some(column_type(model, &column.data_type, backend)), expected, "{place}");
    assert_eq!(column.nullable, spec.nullable.unwrap_or(true), "{place}");
    assert_eq!(column.identity == Some(Identity::AutoIncrement), spec.auto_increment, "{place}");
    assert_eq!(column.default.as_ref().map(default), spec.default.as_ref().map(|value| sql(value, backend)), "{place}");
    let comment = match model.renames.get(&sea_gen::schema::Place::column(&table.name, &column.name)) {
        // SeaORM hides what a column was called in its comment; here it is a rename.
        Some(former) => Some(match &column.comment {
            Some(comment) => format!("{comment}; renamed_from \"{former}\""),
            None => format!("renamed_from \"{former}\""),
        }),
        None => column.comment.clone(),
    };
    assert_eq!(comment, spec.comment, "{place}");
    let unique = table.uniques.values().any(|unique| texts(&unique.columns) == [name.clone()]);
    assert_eq!(unique, spec.unique, "{place}");
    let check = table.checks.get(format!("{}_{name}_check", table.name.name).as_str());
    assert_eq!(check.map(|check| format!("CHECK ({})", check.expression.text())), spec.extra, "{place}");
}

fn texts(names: &[sea_gen::schema::Name]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

fn object_name(table: &TableRef) -> ObjectName {
    let TableRef::Table(TableName(schema, name), _) = table else { panic!("{table:?}") };
    ObjectName { schema: schema.as_ref().map(|schema| schema.1.to_string().into()), name: name.to_string().into() }
}

fn action(action: ForeignKeyAction) -> Option<Action> {
    match action {
        ForeignKeyAction::Restrict => Some(Action::Restrict),
        ForeignKeyAction::Cascade => Some(Action::Cascade),
        ForeignKeyAction::SetNull => Some(Action::SetNull),
        ForeignKeyAction::SetDefault => Some(Action::SetDefault),
        ForeignKeyAction::NoAction => None,
        _ => panic!("{action:?}"),
    }
}

fn sql(value: &Expr, backend: DbBackend) -> String {
    let query = Query::select().expr(value.clone()).to_owned();
    let sql = match backend {
        DbBackend::MySql => query.to_string(MysqlQueryBuilder),
        DbBackend::Postgres => query.to_string(PostgresQueryBuilder),
        _ => query.to_string(SqliteQueryBuilder),
    };
    // The builders escape a quote by a backslash, PostgreSQL's within `E'…'`; the databases read the same.
    let sql = sql.trim_start_matches("SELECT ").replace("\\'", "''");
    sql.strip_prefix('E').filter(|rest| rest.starts_with('\'')).map(str::to_owned).unwrap_or(sql)
}

fn default(value: &DefaultValue) -> String {
    match value {
        DefaultValue::Literal(Literal::Text(text)) => format!("'{}'", text.replace('\'', "''")),
        DefaultValue::Literal(Literal::Number(number)) => number.clone(),
        DefaultValue::Literal(Literal::Boolean(truth)) => truth.to_string().to_uppercase(),
        DefaultValue::Expression(expression) => expression.text().to_owned(),
    }
}

/// Our type as SeaORM would hand it to its query builder.
fn column_type(model: &Model, of: &Type, backend: DbBackend) -> ColumnType {
    let alias = |text: &str| -> DynIden { Alias::new(text).into_iden() };
    match of {
        Type::Char(length) => ColumnType::Char(*length),
        Type::String(Some(length)) => ColumnType::String(StringLen::N(*length)),
        Type::String(None) => ColumnType::String(StringLen::None),
        Type::StringMax => ColumnType::String(StringLen::Max),
        Type::Text => ColumnType::Text,
        Type::Blob => ColumnType::Blob,
        Type::Binary(length) => ColumnType::Binary(*length),
        Type::VarBinary(Some(length)) => ColumnType::VarBinary(StringLen::N(*length)),
        Type::VarBinary(None) => ColumnType::VarBinary(StringLen::None),
        Type::Bit(length) => ColumnType::Bit(*length),
        Type::VarBit(length) => ColumnType::VarBit(*length),
        Type::TinyInteger => ColumnType::TinyInteger,
        Type::SmallInteger => ColumnType::SmallInteger,
        Type::Integer => ColumnType::Integer,
        Type::BigInteger => ColumnType::BigInteger,
        Type::TinyUnsigned => ColumnType::TinyUnsigned,
        Type::SmallUnsigned => ColumnType::SmallUnsigned,
        Type::Unsigned => ColumnType::Unsigned,
        Type::BigUnsigned => ColumnType::BigUnsigned,
        Type::Float => ColumnType::Float,
        Type::Double => ColumnType::Double,
        Type::Decimal(size) => ColumnType::Decimal(*size),
        Type::Money(size) => ColumnType::Money(*size),
        Type::Boolean => ColumnType::Boolean,
        Type::DateTime => ColumnType::DateTime,
        Type::Timestamp => ColumnType::Timestamp,
        Type::TimestampWithTimeZone => ColumnType::TimestampWithTimeZone,
        Type::Time => ColumnType::Time,
        Type::Date => ColumnType::Date,
        Type::Year => ColumnType::Year,
        Type::Interval(fields, precision) => {
            assert_eq!(fields.as_deref(), Some("DAY TO HOUR"));
            ColumnType::Interval(Some(PgInterval::DayToHour), *precision)
        }
        Type::Json => ColumnType::Json,
        Type::JsonBinary => ColumnType::JsonBinary,
        Type::Uuid => ColumnType::Uuid,
        Type::Cidr => ColumnType::Cidr,
        Type::Inet => ColumnType::Inet,
        Type::MacAddr => ColumnType::MacAddr,
        Type::LTree => ColumnType::LTree,
        Type::Vector(size) => ColumnType::Vector(*size),
        Type::Custom(name) => ColumnType::Custom(alias(name)),
        Type::Array(inner) => ColumnType::Array(RcOrArc::new(column_type(model, inner, backend))),
        Type::Enum(name) => {
            let values = &model.schema().enums.get(name).expect("an enum").values;
            match backend {
                DbBackend::MySql => ColumnType::Custom(alias(&format!("ENUM('{}')", values.join("', '")))),
                DbBackend::Postgres => ColumnType::Custom(alias(name.name.as_str())),
                _ => ColumnType::Enum {
                    name: alias(name.name.as_str()),
                    variants: values.iter().map(|value| alias(value)).collect(),
                },
            }
        }
        Type::Native(text) => panic!("a reader knows no native types: {text}"),
    }
}
