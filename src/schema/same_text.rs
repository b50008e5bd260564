//! Textual identity of tables, so that two copies can share memory.
//!
//! Must not know what an expression means.

use super::{
    Check, Column, Columns, DefaultValue, Expression, ForeignKey, Generated, Index, IndexPart, IndexTarget, Parts,
    PrimaryKey, Table, Trigger, Unique,
};

impl Table {
    /// Whether both tables have the same text. `==` compares canonical forms of expressions and ignores the order of columns.
    /// Tables with the same text have the same normal form, so one of the two may be normalised already.
    pub fn has_same_text(&self, other: &Self) -> bool {
        // Every field is named, so that a new field does not compile until it is compared here.
        let Self {
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
            rows,
        } = self;
        if let Some(PrimaryKey { name: _, columns: _, options: _ }) = primary_key {}
        for Unique { name: _, columns: _, options: _ } in uniques.values() {}
        for ForeignKey {
            name: _,
            columns: _,
            references: _,
            referenced_columns: _,
            on_update: _,
            on_delete: _,
            options: _,
        } in foreign_keys.values()
        {}
        *name == other.name
            && all_columns(columns, &other.columns)
            && *primary_key == other.primary_key
            && *uniques == other.uniques
            && *foreign_keys == other.foreign_keys
            && all(checks, &other.checks, check)
            && all(indexes, &other.indexes, index)
            && all(triggers, &other.triggers, trigger)
            && *comment == other.comment
            && *options == other.options
            && *rows == other.rows
    }
}

fn all<T>(ours: &Parts<T>, theirs: &Parts<T>, same: impl Fn(&T, &T) -> bool) -> bool {
    ours.len() == theirs.len()
        && ours.iter().zip(theirs.iter()).all(|((name, one), (called, other))| name == called && same(one, other))
}

fn all_columns(ours: &Columns, theirs: &Columns) -> bool {
    ours.len() == theirs.len() && ours.values().zip(theirs.values()).all(|(one, other)| column(one, other))
}

fn column(one: &Column, other: &Column) -> bool {
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
        wording,
    } = one;
    let defaults = match (default, &other.default) {
        (Some(DefaultValue::Expression(one)), Some(DefaultValue::Expression(other))) => one.has_same_text(other),
        (one, other) => one == other,
    };
    let computed = match (generated, &other.generated) {
        (Some(Generated { expression, stored }), Some(other)) => {
            *stored == other.stored && expression.has_same_text(&other.expression)
        }
        (one, other) => one == other,
    };
    *name == other.name
        && *data_type == other.data_type
        && *nullable == other.nullable
        && defaults
        && *identity == other.identity
        && computed
        && *collation == other.collation
        && maybe(on_update.as_ref(), other.on_update.as_ref())
        && *comment == other.comment
        && *options == other.options
        && wording.text() == other.wording.text()
}

fn check(one: &Check, other: &Check) -> bool {
    let Check { name, expression, options } = one;
    *name == other.name && expression.has_same_text(&other.expression) && *options == other.options
}

fn index(one: &Index, other: &Index) -> bool {
    let Index { name, parts, unique, predicate, method, include, comment, options, wording } = one;
    *name == other.name
        && parts.len() == other.parts.len()
        && parts.iter().zip(&other.parts).all(|(one, other)| part(one, other))
        && *unique == other.unique
        && maybe(predicate.as_ref(), other.predicate.as_ref())
        && *method == other.method
        && *include == other.include
        && *comment == other.comment
        && *options == other.options
        && wording.text() == other.wording.text()
}

fn part(one: &IndexPart, other: &IndexPart) -> bool {
    let IndexPart { target, descending, options } = one;
    let targets = match (target, &other.target) {
        (IndexTarget::Expression(one), IndexTarget::Expression(other)) => one.has_same_text(other),
        (one, other) => one == other,
    };
    targets && *descending == other.descending && *options == other.options
}

fn trigger(one: &Trigger, other: &Trigger) -> bool {
    let Trigger { name, definition } = one;
    *name == other.name && definition.has_same_text(&other.definition)
}

fn maybe(one: Option<&Expression>, other: Option<&Expression>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.has_same_text(other),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Name, ObjectName, Options, Type, Wording};
    use super::*;

    fn said(spelling: &str) -> Expression {
        Expression::new(format!("{spelling}1")).with_canonical("1")
    }

    /// A table with a text in every place that can have one.
    fn table(spelling: &str) -> Table {
        let mut table = Table::new(ObjectName::local("t"));
        let mut column = Column::new("a", Type::Text);
        column.default = Some(DefaultValue::Expression(said(spelling)));
        column.generated = Some(Generated { expression: said(spelling), stored: true });
        column.on_update = Some(said(spelling));
        column.wording = Wording::new(spelling);
        table.columns.extend([column, Column::new("b", Type::Text)]);
        let name = Name::from("x");
        table
            .checks
            .insert(name.clone(), Check { name: name.clone(), expression: said(spelling), options: Options::new() });
        let mut index = Index::on("x", [Name::from("a")]);
        index
            .parts
            .push(IndexPart { target: IndexTarget::Expression(said(spelling)), ..IndexPart::column(Name::from("a")) });
        index.predicate = Some(said(spelling));
        index.wording = Wording::new(spelling);
        table.indexes.insert(name.clone(), index);
        table.triggers.insert(name.clone(), Trigger { name, definition: said(spelling) });
        table
    }

    #[test]
    fn each_word_counts_and_so_does_the_order() {
        let plain = table("");
        assert!(plain.has_same_text(&table("")));
        let mut others: Vec<Table> = Vec::new();
        macro_rules! other {
            ($table:ident, $worded:ident => $($change:tt)*) => {{
                let (mut $table, $worded) = (table(""), table("+"));
                $($change)*;
                others.push($table);
            }};
        }
        let name = Name::from("x");
        other!(it, worded => it.checks = worded.checks);
        other!(it, worded => it.triggers = worded.triggers);
        for place in 0..4 {
            other!(it, worded => {
                let (Some(column), Some(said)) = (it.columns.get_mut("a"), worded.columns.get("a")) else { return };
                match place {
                    0 => column.default = said.default.clone(),
                    1 => column.generated = said.generated.clone(),
                    2 => column.on_update = said.on_update.clone(),
                    _ => column.wording = said.wording.clone(),
                }
            });
        }
        for place in 0..3 {
            other!(it, worded => {
                let (Some(index), Some(said)) = (it.indexes.get_mut(&name), worded.indexes.get(&name)) else { return };
                match place {
                    0 => index.parts = said.parts.clone(),
                    1 => index.predicate = said.predicate.clone(),
                    _ => index.wording = said.wording.clone(),
                }
            });
        }
        other!(it, _worded => it.columns = std::mem::take(&mut it.columns).into_iter().rev().collect());
        assert_eq!(others.len(), 10);
        for other in &others {
            assert_eq!(plain, *other);
            assert!(!plain.has_same_text(other), "{other:?}");
        }
        let unlike = Table { comment: Some("a".to_owned()), ..table("") };
        assert!(!plain.has_same_text(&unlike));
    }
}
