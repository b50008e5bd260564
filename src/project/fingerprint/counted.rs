//! The parts of every noun that count for a fingerprint: expressions in their canonical form, columns in the order of their
//! names, expression texts not at all; so equal schemas give equal texts.
//!
//! Must not know how it is digested. Every noun is taken apart by name: a new field does not compile until it is decided here
//! whether and how it counts. Fields are written in the order of their keys, because whoever puts them in order would have
//! to move them otherwise.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::schema::{
    Check, Column, DefaultValue, Definition, DefinitionId, Expression, ForeignKey, Generated, Index, IndexPart,
    IndexTarget, Options, Parts, PrimaryKey, Routine, Table, Trigger, Unique, View,
};

/// Something of which is written what counts.
pub(super) struct Counted<'a, T>(pub(super) &'a T);

/// The fields of an object, as far as there is something in them.
struct Fields<S>(S);

impl<S: SerializeStruct> Fields<S> {
    fn of<Z: Serializer<SerializeStruct = S, Error = S::Error>>(serializer: Z) -> Result<Self, S::Error> {
        // How many there are is known to nobody yet, and asked by no JSON.
        serializer.serialize_struct("", 0).map(Self)
    }

    fn add(&mut self, key: &'static str, value: &(impl Serialize + ?Sized)) -> Result<(), S::Error> {
        self.0.serialize_field(key, value)
    }

    fn some(&mut self, key: &'static str, value: &Option<impl Serialize>) -> Result<(), S::Error> {
        value.as_ref().map_or(Ok(()), |value| self.add(key, value))
    }

    fn expression(&mut self, key: &'static str, value: &Option<Expression>) -> Result<(), S::Error> {
        self.some(key, &value.as_ref().map(Expression::canonical))
    }

    fn truth(&mut self, key: &'static str, value: bool) -> Result<(), S::Error> {
        if value { self.add(key, &true) } else { Ok(()) }
    }

    fn options(&mut self, options: &Options) -> Result<(), S::Error> {
        if options.is_empty() { Ok(()) } else { self.add("options", options) }
    }

    fn parts<T>(&mut self, key: &'static str, parts: &Parts<T>) -> Result<(), S::Error>
    where
        for<'a> Counted<'a, T>: Serialize,
    {
        if parts.is_empty() {
            return Ok(());
        }
        self.add(key, &parts.values().map(Counted).collect::<Vec<_>>())
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

impl Serialize for Counted<'_, Table> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        // Rows do not count: a database is recognised by its schema, whatever was done to its rows meanwhile.
        let Table {
            name,
            columns,
            primary_key,
            uniques,
            foreign_keys,
            checks,
            indexes,
            triggers,
            comment,
            options,
            rows: _,
        } = self.0;
        let mut by_name: Vec<_> = columns.iter().collect();
        by_name.sort_unstable_by_key(|(name, _)| *name);
        let columns: Vec<_> = by_name.into_iter().map(|(_, column)| Counted(column)).collect();
        let mut fields = Fields::of(serializer)?;
        fields.parts("checks", checks)?;
        fields.add("columns", &columns)?;
        fields.some("comment", comment)?;
        fields.parts("foreign_keys", foreign_keys)?;
        fields.parts("indexes", indexes)?;
        fields.add("name", name)?;
        fields.options(options)?;
        fields.some("primary_key", &primary_key.as_ref().map(Counted))?;
        fields.parts("triggers", triggers)?;
        fields.parts("uniques", uniques)?;
        fields.end()
    }
}

impl Serialize for Counted<'_, Column> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let Column {
            name,
            data_type,
            nullable,
            default,
            identity,
            generated,
            collation,
            on_update,
            comment,
            options,
            wording: _,
        } = self.0;
        let mut fields = Fields::of(serializer)?;
        fields.some("collation", collation)?;
        fields.some("comment", comment)?;
        match default {
            None => {}
            Some(DefaultValue::Expression(value)) => fields.add("default", value.canonical())?,
            Some(literal @ DefaultValue::Literal(_)) => fields.add("default", literal)?,
        }
        fields.some("generated", &generated.as_ref().map(Counted))?;
        fields.some("identity", identity)?;
        fields.add("name", name)?;
        fields.add("nullable", nullable)?;
        fields.expression("on_update", on_update)?;
        fields.options(options)?;
        fields.add("type", data_type)?;
        fields.end()
    }
}

impl Serialize for Counted<'_, Generated> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let Generated { expression, stored } = self.0;
        let mut fields = Fields::of(serializer)?;
        fields.add("expression", expression.canonical())?;
        fields.add("stored", stored)?;
        fields.end()
    }
}

impl Serialize for Counted<'_, PrimaryKey> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let PrimaryKey { name, columns, options } = self.0;
        let mut fields = Fields::of(serializer)?;
        fields.add("columns", columns)?;
        fields.some("name", name)?;
        fields.options(options)?;
        fields.end()
    }
}

impl Serialize for Counted<'_, Unique> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let Unique { name, columns, options } = self.0;
        let mut fields = Fields::of(serializer)?;
        fields.add("columns", columns)?;
        fields.add("name", name)?;
        fields.options(options)?;
        fields.end()
    }
}

impl Serialize for Counted<'_, ForeignKey> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let ForeignKey { name, columns, references, referenced_columns, on_update, on_delete, options } = self.0;
        let mut fields = Fields::of(serializer)?;
        fields.add("columns", columns)?;
        fields.add("name", name)?;
        fields.some("on_delete", on_delete)?;
        fields.some("on_update", on_update)?;
        fields.options(options)?;
        fields.add("referenced_columns", referenced_columns)?;
        fields.add("references", references)?;
        fields.end()
    }
}

impl Serialize for Counted<'_, Check> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let Check { name, expression, options } = self.0;
        let mut fields = Fields::of(serializer)?;
        fields.add("expression", expression.canonical())?;
        fields.add("name", name)?;
        fields.options(options)?;
        fields.end()
    }
}

impl Serialize for Counted<'_, Index> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let Index { name, parts, unique, predicate, method, include, comment, options, wording: _ } = self.0;
        let mut fields = Fields::of(serializer)?;
        fields.some("comment", comment)?;
        fields.some("include", &Some(include).filter(|include| !include.is_empty()))?;
        fields.some("method", method)?;
        fields.add("name", name)?;
        fields.options(options)?;
        fields.add("parts", &parts.iter().map(Counted).collect::<Vec<_>>())?;
        fields.expression("predicate", predicate)?;
        fields.truth("unique", *unique)?;
        fields.end()
    }
}

impl Serialize for Counted<'_, IndexPart> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let IndexPart { target, descending, options } = self.0;
        let mut fields = Fields::of(serializer)?;
        match target {
            IndexTarget::Column(name) => {
                fields.add("column", name)?;
                fields.truth("descending", *descending)?;
            }
            IndexTarget::Expression(indexed) => {
                fields.truth("descending", *descending)?;
                fields.add("expression", indexed.canonical())?;
            }
        }
        fields.options(options)?;
        fields.end()
    }
}

impl Serialize for Counted<'_, Trigger> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let Trigger { name, definition } = self.0;
        let mut fields = Fields::of(serializer)?;
        fields.add("definition", definition.canonical())?;
        fields.add("name", name)?;
        fields.end()
    }
}

impl Serialize for Counted<'_, View> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let View { name, query, reads, materialized, comment, options } = self.0;
        let mut fields = Fields::of(serializer)?;
        fields.some("comment", comment)?;
        fields.truth("materialized", *materialized)?;
        fields.add("name", name)?;
        fields.options(options)?;
        fields.add("query", query.canonical())?;
        fields.some("reads", &Some(reads).filter(|reads| !reads.is_empty()))?;
        fields.end()
    }
}

impl Serialize for Counted<'_, Routine> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let Routine { name, kind, definition } = self.0;
        let mut fields = Fields::of(serializer)?;
        fields.add("definition", definition.canonical())?;
        fields.add("kind", kind)?;
        fields.add("name", name)?;
        fields.end()
    }
}

impl Serialize for Counted<'_, Definition> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        // Its dependencies follow from its text.
        let Definition { id: DefinitionId { kind, on, name }, create, drop, needs: _, comment } = self.0;
        let mut fields = Fields::of(serializer)?;
        fields.some("comment", comment)?;
        fields.add("create", create.canonical())?;
        fields.some("drop", &Some(drop).filter(|drop| !drop.is_empty()))?;
        fields.add("kind", kind)?;
        fields.add("name", name)?;
        fields.some("on", on)?;
        fields.end()
    }
}
